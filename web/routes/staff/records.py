"""Records (认定记录) at the desk: one topic is one table, from a file or typed; one hand enters, another confirms."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Problem, Refusal, refuse_any
from core.people import Power
from core.queries import names_of
from core.words import N_, Sentence
from exam.queries import in_force
from exam.stages import Deed, stages_of
from scoring.actions import decide_record, enter_record
from scoring.columns import Column
from scoring.explain import Names
from scoring.files import MOST_BYTES, grids
from scoring.queries import record_field, record_version, record_versions, scheme_in_force
from scoring.record_form import Blank, blank
from scoring.recorded import ONLY_IF_NEEDED, Entry, Field, Topic, read_record, topic_named, topics
from scoring.scheme import Scheme
from scoring.tables import RecordTable
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import Here, enter

READERS = (
    Power.SCORING_RECORD_ENTER,
    Power.SCORING_RECORD_CONFIRM,
    Power.SCORING_TALLY_RUN,
    Power.SCORING_RESULT_PUBLISH,
    Power.INTERVIEW_HEARING_SEAL,
)
UPLOAD_BODY = MOST_BYTES + 1024 * 1024
STATES: Mapping[str, tuple[str, str]] = {
    "proposed": (N_("Waits for the second hand"), "attention"),
    "confirmed": (N_("Confirmed by two hands"), "done"),
    "declined": (N_("Sent back"), "problem"),
    "replaced": (N_("Replaced"), "none"),
}
COLUMNS: Mapping[str, str] = {
    Column.CANDIDATE: N_("Ticket number"),
    Column.POST: N_("Post"),
    Column.ROOM: N_("Room or subject"),
    Column.PART: N_("Part"),
    Column.JUDGE: N_("Judge"),
    Column.GROUP: N_("Group or class"),
    Column.ELEMENT: N_("Element, grade or kind"),
    Column.MARK: N_("Mark or number"),
    Column.STATE: N_("State"),
    Column.COUNT: N_("Number of marks"),
    Column.SUM: N_("Sum"),
    Column.MEAN: N_("Mean"),
    Column.KIND: N_("Kind of finding"),
    Column.ARTICLE: N_("Article"),
    Column.AUTHORITY: N_("Authority"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One topic in the list: its words, whether a tally needs it, and its versions, the newest first."""

    topic: Topic
    words: Sentence
    needed: bool
    versions: list[RecordTable]


@get("/staff/{code:str}/records", sync_to_thread=True)
def records_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Every topic of the scheme, and how far its records have come."""
    here = enter(asker, code, *READERS)
    lines = asker.read(_lines, here)
    return asker.page("staff/records.html", here=here, road=here.road, lines=lines, states=STATES)


def _lines(session: Session, here: Here) -> list[Line]:
    """The topics of the scheme in force, none while nothing is frozen."""
    if in_force(session, here.id) is None:
        return []
    scheme, versions = scheme_in_force(session, here.id), record_versions(session, here.id)
    names = Names.of(scheme)
    return [
        Line(one, one.words(names), one.of not in ONLY_IF_NEEDED, versions.get(str(one), [])) for one in topics(scheme)
    ]


@get("/staff/{code:str}/records/{topic:str}", sync_to_thread=True)
def record_page(asker: NamedDependency[Asker], code: FromPath[str], topic: FromPath[str]) -> Response[str]:
    """The newest version of one topic, and the forms to enter it."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/record.html", **asker.read(_record, asker, here, topic))


@post("/staff/{code:str}/records/{topic:str}", sync_to_thread=True, request_max_body_size=UPLOAD_BODY)
def upload_record(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], topic: FromPath[str]
) -> Response[str] | Redirect:
    """Take a file as the whole table of a topic; a refusal names every wrong row and column."""
    here = enter(asker, code, Power.SCORING_RECORD_ENTER)
    scheme, found, field = asker.read(_topic, here, topic)
    try:
        sent = form.upload("table")
        if sent is None:
            raise Refusal("Choose a file first.", field="table")  # noqa: TRY301 - shown below
        content = sent.file.read(MOST_BYTES + 1)
        recorded, problems = read_record(scheme, found, field, grids(sent.name, content))
        refuse_any(problems)
        digest = hashlib.sha256(content).hexdigest()
        entry = Entry(recorded, scheme.fingerprint, "file", sent.name, digest)
        version = asker.act(enter_record, here.id, topic, entry, form.text("reason", required=False, longest=1000))
    except Refusal as refusal:
        return asker.refused("staff/record.html", form, refusal, **asker.read(_record, asker, here, topic))
    return Redirect(f"{here.path}/records/{topic}/{version}", status_code=303)


@get("/staff/{code:str}/records/{topic:str}/{version:int}", sync_to_thread=True)
def version_page(
    asker: NamedDependency[Asker], code: FromPath[str], topic: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """One version as it was entered; the second hand decides on it here."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/record.html", **asker.read(_record, asker, here, topic, version))


@post("/staff/{code:str}/records/{topic:str}/{version:int}", sync_to_thread=True)
def decide(
    asker: NamedDependency[Asker],
    form: NamedDependency[Form],
    code: FromPath[str],
    topic: FromPath[str],
    version: FromPath[int],
) -> Response[str] | Redirect:
    """Confirm a version, or send it back: the second hand, proven afresh."""
    here = enter(asker, code, Power.SCORING_RECORD_CONFIRM)
    try:
        choice = form.choice("do", ["confirm", "decline"])
        answer = form.text("answer", required=False, longest=1000)
        form.refuse()
        asker.act(
            decide_record, here.id, topic, version, form.raw("sha256"), answer, actor=asker.proven(form),
            agree=choice == "confirm",
        )  # fmt: skip
    except Refusal as refusal:
        return asker.refused("staff/record.html", form, refusal, **asker.read(_record, asker, here, topic, version))
    return Redirect(f"{here.path}/records/{topic}/{version}", status_code=303)


def _topic(session: Session, here: Here, topic: str) -> tuple[Scheme, Topic, Field]:
    scheme = scheme_in_force(session, here.id)
    return scheme, need(topic_named(scheme, topic)), record_field(session, here.id)


def _record(session: Session, asker: Asker, here: Here, topic: str, version: int = 0) -> dict[str, Any]:
    scheme, found, field = _topic(session, here, topic)
    versions = record_versions(session, here.id).get(topic, [])
    wanted = version or (versions[0].version if versions else 0)
    row = need(record_version(session, here.id, topic, wanted)) if wanted else None
    people = {one.proposed_by for one in versions} | {one.decided_by for one in versions}
    now = here.stage in stages_of(Deed.ENTER_RECORDS)
    waits = now and row is not None and row.state == "proposed"
    return {
        "here": here,
        "road": here.road,
        "topic": found,
        "title": found.words(Names.of(scheme)),
        "row": row,
        "versions": versions,
        "people": names_of(session, people),
        "states": STATES,
        "columns": COLUMNS,
        "may_enter": now and here.may(Power.SCORING_RECORD_ENTER),
        "typed": blank(scheme, found, field) is not None,
        "again": any(one.state == "confirmed" for one in versions),
        "mine": row is not None and row.proposed_by == asker.person_id,
        "may_decide": waits and here.may(Power.SCORING_RECORD_CONFIRM),
    }


# ── typed ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/records/{topic:str}/typed", sync_to_thread=True)
def typed_page(asker: NamedDependency[Asker], code: FromPath[str], topic: FromPath[str]) -> Response[str]:
    """One topic as a form; what was entered before stands in it."""
    here = enter(asker, code, Power.SCORING_RECORD_ENTER)
    with asker.reading() as session:
        data, row = _typed(session, here, topic)
    cells = data["blank"].filled(row.columns, row.rows) if row else {}
    values = {_field(column, number): text for (number, column), text in cells.items()}
    return asker.page("staff/record_typed.html", form=Filled(values), **data)


@post("/staff/{code:str}/records/{topic:str}/typed", sync_to_thread=True)
def enter_typed(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], topic: FromPath[str]
) -> Response[str] | Redirect:
    """Take what was typed as the whole table of a topic; a refusal stands beside every wrong cell."""
    here = enter(asker, code, Power.SCORING_RECORD_ENTER)
    with asker.reading() as session:
        scheme, found, field = _topic(session, here, topic)
        data, _ = _typed(session, here, topic)
    try:
        form_of: Blank = data["blank"]
        grid = form_of.grid(lambda number, column: form.raw(_field(column, number)))
        recorded, problems = read_record(scheme, found, field, [grid])
        refuse_any([_placed(one, form_of) for one in problems])
        reason = form.text("reason", required=False, longest=1000)
        version = asker.act(enter_record, here.id, topic, Entry(recorded, scheme.fingerprint), reason)
    except Refusal as refusal:
        return asker.refused("staff/record_typed.html", form, refusal, **data)
    return Redirect(f"{here.path}/records/{topic}/{version}", status_code=303)


def _typed(session: Session, here: Here, topic: str) -> tuple[dict[str, Any], RecordTable | None]:
    scheme, found, field = _topic(session, here, topic)
    versions = record_versions(session, here.id).get(topic, [])
    newest = next((one for one in versions if one.state != "replaced"), None)
    row = record_version(session, here.id, topic, newest.version) if newest else None
    names = Names.of(scheme)
    labels = {key: name for (part, key), name in {**names.groups, **names.grades}.items() if part == found.key}
    form = need(blank(scheme, found, field, len(row.rows) if row else 0))
    data = {
        "here": here,
        "road": here.road,
        "topic": found,
        "title": found.words(names),
        "blank": form,
        "labels": labels,
        "columns": COLUMNS,
        "again": any(one.state == "confirmed" for one in versions),
    }
    return data, row


def _field(column: Column, number: int) -> str:
    """The name of the input of one cell."""
    return f"{column.value}.{number}"


def _placed(problem: Problem, form: Blank) -> Problem:
    """A problem of a row as one of a cell of the form."""
    if not problem.row:
        return problem
    column = next((one for one in form.asked if one.value == problem.field), form.asked[0])
    return Problem(problem.sentence, problem.facts, _field(column, problem.row))


router = Router(
    "/", route_handlers=[records_page, record_page, upload_record, version_page, decide, typed_page, enter_typed]
)
