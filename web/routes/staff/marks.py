"""Written marks entered by two hands who do not see each other's: from a workbook or typed from the signed paper."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Problem, Refusal, refuse_any
from core.kinds import MediaKind
from core.people import Power
from core.queries import names_of
from exam.actions import load_entry
from exam.listing import marks_template
from exam.marking import TICKET_FIELD, MarkEntry, check_entries
from exam.queries import (
    candidacies,
    entry_lines,
    mark_differences,
    marks_confirmed,
    standing_entries,
    ticket_ids,
    written_papers,
)
from exam.stages import Stage
from exam.workbook import FILE_CAP, STATE_CELLS, read_marks
from web.asking import Asker
from web.forms import REQUIRED, Form
from web.i18n import Translator
from web.pages import Filled
from web.routes.staff.files import made_file
from web.routes.staff.here import Here, enter
from web.routes.staff.written import Written, my_hand, typed_mark, written

READERS = (
    Power.EXAM_MARKS_ENTER,
    Power.EXAM_MARKS_SETTLE,
    Power.EXAM_MARKS_CONFIRM,
    Power.SCORING_RESULT_PUBLISH,
)
UPLOAD_BODY = FILE_CAP + 1024 * 1024
"""The largest request of an upload: the workbook's own cap and what the form puts around it."""


@get("/staff/{code:str}/marks", sync_to_thread=True)
def marks_page(asker: NamedDependency[Asker], code: FromPath[str], folded: FromQuery[int] = 0) -> Response[str]:
    """How far the written marks have come, and what this person does next."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/marks.html", folded=folded, **_overview(asker, here))


def _overview(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        standing = standing_entries(session, here.id)
        lines = entry_lines(session, [entry.id or 0 for entry in standing.values()])
        found = mark_differences(session, here.id)
        papers = written_papers(session, here.id)
        data = {
            "candidates": len(ticket_ids(session, here.id)),
            "people": names_of(session, {entry.person_id for entry in standing.values()}),
            "confirmed": marks_confirmed(session, here.id),
        }
    here_now = here.stage is Stage.WRITTEN_EXAM
    return data | {
        "here": here,
        "road": here.road,
        "standing": standing,
        "counts": {hand: len(lines[entry.id or 0]) for hand, entry in standing.items()},
        "found": found,
        "still_open": sum(one.settlement is None for one in found or ()),
        "hand": my_hand(standing, asker.person_id) if here.may(Power.EXAM_MARKS_ENTER) else 0,
        "here_now": here_now,
        "sat": here_now and all(paper.starts_at <= asker.visit.now for paper in papers),
        "last_begins": max((paper.starts_at for paper in papers), default=None),
    }


@get("/staff/{code:str}/marks/template.xlsx", sync_to_thread=True)
def template(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[bytes]:
    """The workbook into which marks are typed, one row per ticket number."""
    here = enter(asker, code, Power.EXAM_MARKS_ENTER)
    with asker.reading() as session:
        papers, tickets = written(session, here.id).papers, sorted(ticket_ids(session, here.id))
    say = Translator(asker.visit.language, asker.visit.zone)
    content = marks_template(papers, tickets, say=say)
    return made_file(content, f"marks-{here.selection.code}.xlsx", MediaKind.XLSX.value)


@post("/staff/{code:str}/marks", sync_to_thread=True, request_max_body_size=UPLOAD_BODY)
def upload(asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]) -> Response[str] | Redirect:
    """Take one hand's workbook, whole or not at all; a refusal names every wrong row."""
    here = enter(asker, code, Power.EXAM_MARKS_ENTER)
    with asker.reading() as session:
        hand = my_hand(standing_entries(session, here.id), asker.person_id)
        papers, tickets = written(session, here.id).papers, ticket_ids(session, here.id)
    try:
        sent = form.upload("workbook")
        if sent is None:
            raise Refusal("Choose a workbook first.", field="workbook")  # noqa: TRY301 - shown below
        _refuse_no_hand(hand)
        content = sent.file.read(FILE_CAP + 1)
        sheet = read_marks(content, papers, tickets.keys())
        saved = asker.house.files.receive(io.BytesIO(content), cap=FILE_CAP, kinds=frozenset({MediaKind.XLSX}))
        asker.act(load_entry, here.id, hand, sheet.entries, papers, saved=saved, source_name=sent.name)
    except Refusal as refusal:
        return asker.refused("staff/marks.html", form, refusal, folded=0, **_overview(asker, here))
    return Redirect(f"{here.path}/marks" + (f"?folded={len(sheet.folded)}" if sheet.folded else ""), status_code=303)


def _refuse_no_hand(hand: int) -> None:
    if not hand:
        raise Refusal("Both hands have entered these marks already.", status=409)


# ── typed ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/marks/typed", sync_to_thread=True)
def typed_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The marks as a form, one line per ticket number; my own entry stands in it if I made one."""
    here = enter(asker, code, Power.EXAM_MARKS_ENTER)
    with asker.reading() as session:
        data = _typed(session, here, asker.person_id)
        own = standing_entries(session, here.id).get(data["hand"])
        lines = entry_lines(session, [own.id or 0])[own.id or 0] if own else []
    say = Translator(asker.visit.language, asker.visit.zone)
    return asker.page("staff/marks_typed.html", form=Filled(_values(lines, say)), **data)


@post("/staff/{code:str}/marks/typed", sync_to_thread=True)
def enter_typed(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Take one hand's typed entry, whole or not at all; a refusal stands beside every wrong mark."""
    here = enter(asker, code, Power.EXAM_MARKS_ENTER)
    with asker.reading() as session:
        data = _typed(session, here, asker.person_id)
    try:
        _refuse_no_hand(data["hand"])
        entries = _read_typed(form, data["written"], data["tickets"])
        asker.act(load_entry, here.id, data["hand"], entries, data["written"].papers)
    except Refusal as refusal:
        return asker.refused("staff/marks_typed.html", form, refusal, **data)
    return Redirect(f"{here.path}/marks", status_code=303)


def _typed(session: Session, here: Here, person_id: int) -> dict[str, Any]:
    lines = candidacies(session, here.id)
    return {
        "here": here,
        "road": here.road,
        "hand": my_hand(standing_entries(session, here.id), person_id),
        "written": written(session, here.id),
        "tickets": [line.candidacy.ticket_number for line in lines],
        "places": [
            (line.candidacy.ticket_number, line.candidacy.exam_room, line.candidacy.exam_seat) for line in lines
        ],
    }


def field_of(ticket: str, paper: str) -> str:
    """The name of the input of one mark."""
    return f"mark.{ticket}.{paper}"


def _values(lines: Iterable[MarkEntry], say: Translator) -> dict[str, object]:
    place = 0 if say.chinese else 1
    return {
        field_of(line.ticket, line.paper): format(line.mark, "f")
        if line.mark is not None
        else STATE_CELLS[line.state][place]
        for line in lines
    }


def _read_typed(form: Form, papers: Written, tickets: Sequence[str]) -> list[MarkEntry]:
    """Every mark as typed. Raises Refusal with the field of each one that is missing or cannot stand."""
    entries, problems = [], []
    for row, ticket in enumerate(tickets, start=1):
        for paper in papers.papers:
            if ticket in paper.excused:
                continue
            name, text = field_of(ticket, paper.key), form.raw(field_of(ticket, paper.key))
            said = typed_mark(text)
            if said is None and text.strip():
                problems.append(Problem("“{value}” is not a mark.", {"value": text.strip()[:40]}, name))
            elif said is None:
                problems.append(Problem(REQUIRED, {}, name))
            else:
                entry = MarkEntry(ticket, paper.key, *said, row)
                entries.append(entry)
                problems += [
                    Problem(one.sentence, one.facts, name)
                    for one in check_entries([entry], [paper], [ticket])
                    if one.field != TICKET_FIELD
                ]
    refuse_any(problems)
    return entries


router = Router("/", route_handlers=[marks_page, template, upload, typed_page, enter_typed])
