"""Changing what was announced: proposed by the editor with a reason, published by the approver as the next version."""

from datetime import date, datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Sentence
from exam.actions import decline_amendment, propose_amendment, publish_amendment
from exam.amendments import (
    DAYS,
    FIELD_NAMES,
    MOMENTS,
    TEXTS,
    Amendment,
    Difference,
    amendment_from_plain,
)
from exam.queries import amendments_of, posts_of, written_papers
from exam.tables import AmendmentRow, Paper, Post
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import Here, enter, post_name

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"
READERS = (Power.EXAM_SELECTION_EDIT, Power.SCORING_SCHEME_CONFIRM)
STATES = {
    "proposed": (N_("Waits for the second hand"), "attention"),
    "published": (N_("Published"), "done"),
    "declined": (N_("Declined"), "none"),
    "replaced": (N_("Replaced by a later proposal"), "none"),
}
WORDS = {**FIELD_NAMES, "registration_closes": N_("Registration closes")}


@get("/staff/{code:str}/amendments", sync_to_thread=True)
def amendments_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What stands, as a form to be changed; the open proposal; those before it."""
    here = enter(asker, code, *READERS)
    data = _data(asker, here)
    return asker.page("staff/amendments.html", form=Filled(_standing(asker, here, data)), **data)


@post("/staff/{code:str}/amendments", sync_to_thread=True)
def propose(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Propose what differs from what stands."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    data = _data(asker, here)
    try:
        amendment = _read(asker, here, form, data)
        asker.act(propose_amendment, here.id, amendment, form.text("reason", required=False, longest=2000))
    except Refusal as refusal:
        return asker.refused("staff/amendments.html", form, refusal, **data)
    return Redirect(f"{here.path}/amendments", status_code=303)


@post("/staff/{code:str}/amendments/{number:int}", sync_to_thread=True)
def decide(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], number: FromPath[int]
) -> Response[str] | Redirect:
    """Publish the proposal, or decline it: the second hand."""
    here = enter(asker, code, Power.SCORING_SCHEME_CONFIRM)
    need(next((one for one in asker.read(amendments_of, here.id) if one.id == number), None))
    try:
        if form.raw("do") == "decline":
            asker.act(decline_amendment, number)
        else:
            asker.act(publish_amendment, number, actor=asker.proven(form))
    except Refusal as refusal:
        return asker.refused("staff/amendments.html", form, refusal, **_data(asker, here))
    return Redirect(f"{here.path}/amendments", status_code=303)


def _data(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        rows = amendments_of(session, here.id)
        posts = [one for one in posts_of(session, here.id) if one.cancelled_at is None]
        papers = written_papers(session, here.id)
        people = names_of(session, {person for one in rows for person in (one.proposed_by, one.decided_by)})
        waiting = next((one for one in rows if one.state == "proposed"), None)
        return {
            "here": here,
            "road": here.road,
            "rows": rows,
            "posts": [(one.code, post_name(one), one.headcount) for one in posts],
            "papers": papers,
            "words": WORDS,
            "texts": TEXTS,
            "people": people,
            "states": STATES,
            "waiting": waiting,
            "changes": _changes(here, waiting, posts, papers) if waiting else [],
            "may_propose": here.may(Power.EXAM_SELECTION_EDIT),
            "may_publish": here.may(Power.SCORING_SCHEME_CONFIRM),
            "mine": waiting is not None and waiting.proposed_by == asker.person_id,
        }


def _standing(asker: Asker, here: Here, data: dict[str, Any]) -> dict[str, object]:
    """What stands, as the form shows it."""
    zone, selection = asker.visit.zone, here.selection
    values: dict[str, object] = {name: getattr(selection, name) for name in TEXTS}
    values |= {name: getattr(selection, name).astimezone(zone).strftime(LOCAL_MOMENT) for name in MOMENTS}
    values |= {name: day.isoformat() if (day := getattr(selection, name)) else "" for name in DAYS}
    values |= {f"papers.{one.key}": one.starts_at.astimezone(zone).strftime(LOCAL_MOMENT) for one in data["papers"]}
    values |= {f"posts.{code}": str(count) for code, _, count in data["posts"]}
    return values


def _read(asker: Asker, here: Here, form: Form, data: dict[str, Any]) -> Amendment:
    """What was typed and differs from what is shown of what stands, to the minute."""
    zone = asker.visit.zone
    typed: dict[str, str | date | datetime | None] = {name: form.text(name, required=False) for name in TEXTS}
    typed |= {name: form.moment(name, zone) for name in MOMENTS}
    typed |= {name: form.day(name, required=False) for name in DAYS}
    starts = {one.key: form.moment(f"papers.{one.key}", zone) for one in data["papers"]}
    counts = {code: form.whole(f"posts.{code}", low=1, high=999) for code, _, _ in data["posts"]}
    form.refuse()
    shown = _standing(asker, here, data)
    before = {code: count for code, _, count in data["posts"]}
    cancelled = tuple(code for code in before if form.ticked(f"cancel.{code}"))
    return Amendment(
        fields={name: value for name, value in typed.items() if value is not None and form.raw(name) != shown[name]},
        papers={
            key: at
            for key, at in starts.items()
            if at is not None and form.raw(f"papers.{key}") != shown[f"papers.{key}"]
        },
        headcounts={code: count for code, count in counts.items() if count != before[code] and code not in cancelled},
        cancelled=cancelled,
    )


def _changes(here: Here, row: AmendmentRow, posts: list[Post], papers: list[Paper]) -> list[Difference]:
    """What the proposal would change, old and new, for the second hand."""
    amendment = amendment_from_plain(row.body)
    found = [
        Difference(Sentence(WORDS[name]), getattr(here.selection, name) or None, value)
        for name, value in amendment.fields.items()
    ]
    for paper in papers:
        if paper.key in amendment.papers:
            words = Sentence(N_("Written paper {key}"), {"key": paper.key})
            found.append(Difference(words, paper.starts_at, amendment.papers[paper.key]))
    for one in posts:
        if one.code in amendment.headcounts:
            words = Sentence(N_("Places of post {code}"), {"code": one.code})
            found.append(Difference(words, one.headcount, amendment.headcounts[one.code]))
        if one.code in amendment.cancelled:
            words = Sentence(N_("Post {code}"), {"code": one.code})
            found.append(Difference(words, post_name(one), Sentence(N_("cancelled"))))
    return found


router = Router("/", route_handlers=[amendments_page, propose, decide])
