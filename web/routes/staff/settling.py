"""Written marks compared, settled by a third person, confirmed, published."""

from datetime import date
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.days import add_working_days, local_date
from core.errors import Refusal
from core.people import Power
from core.words import N_, Sentence
from exam.actions import confirm_marks, settle_differences
from exam.marking import STATE_WORDS, MarkState, Settlement
from exam.plan import PublicationKind
from exam.queries import (
    OpenDifference,
    entry_lines,
    mark_differences,
    marks_confirmed,
    publications,
    standing_entries,
    ticket_ids,
)
from scoring.actions import publish_written_results
from scoring.queries import ENTRY, tally_inputs, written_behind
from web.asking import Asker
from web.corrected import figure_words
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import Here, enter
from web.routes.staff.written import mark_words, typed_mark, written

FIRST, SECOND, OTHER = "first", "second", "other"
OBJECTION_DAYS = 5
"""Working days for objections offered where the plan says nothing."""


# ── differences ──────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/marks/differences", sync_to_thread=True)
def differences_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Every place where the two hands differ, side by side."""
    here = enter(asker, code, Power.EXAM_MARKS_SETTLE, Power.EXAM_MARKS_CONFIRM)
    return asker.page("staff/differences.html", **_differences(asker, here))


@post("/staff/{code:str}/marks/differences", sync_to_thread=True)
def settle_chosen(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Settle what was chosen from the signed paper: a third person, proven afresh."""
    here = enter(asker, code, Power.EXAM_MARKS_SETTLE)
    data = _differences(asker, here)
    try:
        chosen = _read_settlements(form, data["found"])
        form.refuse()
        asker.act(settle_differences, here.id, chosen, data["written"].papers, actor=asker.proven(form))
    except Refusal as refusal:
        return asker.refused("staff/differences.html", form, refusal, **data)
    return Redirect(f"{here.path}/marks/differences", status_code=303)


def _differences(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        found = list(mark_differences(session, here.id) or ())
        papers = written(session, here.id)
        confirmed = marks_confirmed(session, here.id)
    return {
        "here": here,
        "road": here.road,
        "found": found,
        "said": {_place(one): _said(one) for one in found},
        "written": papers,
        "confirmed": confirmed,
        "still_open": sum(one.settlement is None for one in found),
        "settled_words": {
            _place(one): one.settlement.mark
            if one.settlement.mark is not None
            else Sentence(STATE_WORDS[one.settlement.state])
            for one in found
            if one.settlement
        },
    }


def _place(one: OpenDifference) -> str:
    return f"{one.difference.ticket}.{one.difference.paper}"


def _said(one: OpenDifference) -> tuple[object, object]:
    return mark_words(one.difference.first), mark_words(one.difference.second)


def _read_settlements(form: Form, found: list[OpenDifference]) -> list[Settlement]:
    """The differences for which something was chosen, each with its value and reason."""
    chosen = []
    for one in found:
        place, difference = _place(one), one.difference
        value = form.choice(f"value.{place}", [FIRST, SECOND, OTHER], required=False)
        said = {FIRST: difference.first, SECOND: difference.second}.get(value)
        if value == OTHER:
            typed = typed_mark(form.text(f"mark.{place}", longest=20))
            if typed is None and form.raw(f"mark.{place}").strip():
                form.wrong(f"mark.{place}", N_("“{value}” is not a mark."), value=form.raw(f"mark.{place}").strip())
        else:
            typed = (said.state, said.mark) if said is not None else None
        if typed is not None:
            reason = form.text(f"reason.{place}", required=False, longest=1000)
            chosen.append(Settlement(difference.ticket, difference.paper, *typed, reason))
    return chosen


# ── confirmed ────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/marks/confirm", sync_to_thread=True)
def confirm_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What will stand once the marks are confirmed, in numbers."""
    here = enter(asker, code, Power.EXAM_MARKS_CONFIRM)
    return asker.page("staff/marks_confirm.html", **_confirming(asker, here))


@post("/staff/{code:str}/marks/confirm", sync_to_thread=True)
def confirm(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Confirm all marks: a third person, proven afresh."""
    here = enter(asker, code, Power.EXAM_MARKS_CONFIRM)
    try:
        papers = asker.read(written, here.id).papers
        asker.act(confirm_marks, here.id, papers, actor=asker.proven(form))
    except Refusal as refusal:
        return asker.refused("staff/marks_confirm.html", form, refusal, **_confirming(asker, here))
    return Redirect(f"{here.path}/marks", status_code=303)


def _confirming(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        standing = standing_entries(session, here.id)
        found = mark_differences(session, here.id)
        first = standing[1].id or 0 if 1 in standing else 0
        lines = entry_lines(session, [first])[first] if first else []
        data = {"confirmed": marks_confirmed(session, here.id), "candidates": len(ticket_ids(session, here.id))}
    settled = [one.settlement for one in found or () if one.settlement]
    places = {(one.difference.ticket, one.difference.paper) for one in found or ()}
    states = [line.state for line in lines if line.place not in places] + [one.state for one in settled]
    return data | {
        "here": here,
        "road": here.road,
        "ready": found is not None and len(settled) == len(found),
        "still_open": len(places) - len(settled),
        "count": len(lines),
        "figures": [
            (data["candidates"], Sentence(N_("candidates"))),
            (len(lines) - len(places), Sentence(N_("marks that both hands say alike"))),
            (len(settled), Sentence(N_("marks settled from the signed paper"))),
            (states.count(MarkState.ABSENT), Sentence(N_("times absent"))),
            (states.count(MarkState.VOID), Sentence(N_("marks void"))),
        ],
    }


# ── published ────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/marks/publish", sync_to_thread=True)
def publish_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The marks as they will be published by ticket number."""
    here = enter(asker, code, Power.SCORING_RESULT_PUBLISH)
    until = add_working_days(local_date(asker.visit.now, asker.visit.zone), OBJECTION_DAYS)
    form = Filled({"objections_until": until.isoformat()})
    return asker.page("staff/marks_publish.html", form=form, **_publishing(asker, here))


@post("/staff/{code:str}/marks/publish", sync_to_thread=True)
def publish(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Publish the written marks."""
    here = enter(asker, code, Power.SCORING_RESULT_PUBLISH)
    try:
        until: date | None = form.day("objections_until", required=False)
        form.refuse()
        asker.act(publish_written_results, here.id, objections_until=until)
    except Refusal as refusal:
        return asker.refused("staff/marks_publish.html", form, refusal, **_publishing(asker, here))
    return Redirect(f"{here.path}/marks/publish", status_code=303)


def _publishing(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        papers = written(session, here.id)
        rows = _result_rows(session, here)
        done = next(iter(publications(session, here.id, PublicationKind.WRITTEN_RESULTS)), None)
        behind = written_behind(session, here.id)
    states = [one for _, _, marks in rows for one in marks.values()]
    return {
        "here": here,
        "road": here.road,
        "written": papers,
        "rows": rows,
        "done": done,
        "behind": behind,
        "figures": [
            (len(rows), Sentence(N_("candidates by ticket number, without names"))),
            (sum(not isinstance(one, Sentence) for one in states), Sentence(N_("marks"))),
            (sum(isinstance(one, Sentence) for one in states), Sentence(N_("times absent or void"))),
        ],
    }


def _result_rows(session: Session, here: Here) -> list[tuple[str, str, dict[str, object]]]:
    """Ticket number, post code, and marks by paper with every correction, in order of ticket number.

    Empty until the marks are confirmed.
    """
    if not marks_confirmed(session, here.id):
        return []
    return [
        (one.code, one.post, {key: figure_words(mark.document()) for key, mark in one.marks.items()})
        for one in sorted(tally_inputs(session, here.id, ENTRY).candidates, key=lambda one: one.code)
    ]


router = Router(
    "/",
    route_handlers=[differences_page, settle_chosen, confirm_page, confirm, publish_page, publish],
)
