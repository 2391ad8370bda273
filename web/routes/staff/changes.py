"""Decisions by two hands about places and people: the opening ratio, who steps in, posts allotted after the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Name, Sentence
from exam.queries import in_force, posts_of, ticket_ids
from exam.stages import Deed, stages_of
from scoring.actions import (
    Allotted,
    Leaving,
    decide_allotment,
    decide_opening,
    decide_replacement,
    propose_allotment,
    propose_opening,
    propose_replacement,
    publish_replacement,
)
from scoring.explain import Names
from scoring.queries import (
    allotments,
    barred_candidates,
    entry_cut,
    known_days,
    openings,
    replacements,
    scheme_in_force,
    shortlists,
)
from scoring.replacement import Event, Milestone, event_words, milestone_words
from scoring.scheme import RankWithin, Scheme
from scoring.tables import ReplacementRow
from web.asking import Asker
from web.forms import Form
from web.results import post_name
from web.routes.staff.here import Here, enter

OPENING_READERS = (
    Power.SCORING_SCHEME_FREEZE,
    Power.SCORING_SCHEME_CONFIRM,
    Power.SCORING_TALLY_RUN,
    Power.INTERVIEW_HEARING_SEAL,
)
READERS = (Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_PUBLISH, Power.SCORING_SHORTLIST_CONFIRM)
STATES = {
    "proposed": (N_("Waits for the second hand"), "attention"),
    "confirmed": (N_("Confirmed by two hands"), "done"),
    "declined": (N_("Declined"), "problem"),
    "replaced": (N_("Replaced"), "none"),
}


# ── the opening ratio ────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/opening", sync_to_thread=True)
def opening_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What the opening ratio makes of the places, and how far the decision is."""
    here = enter(asker, code, *OPENING_READERS)
    return asker.page("staff/opening.html", **asker.read(_opening, asker, here))


@post("/staff/{code:str}/opening", sync_to_thread=True)
def change_opening(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Propose the places by the scheme, or decide on them; each act asks for its own duty."""
    here = enter(asker, code, Power.SCORING_SCHEME_FREEZE, Power.SCORING_SCHEME_CONFIRM)
    try:
        match form.choice("do", ["propose", "agree", "decline"]):
            case "propose":
                asker.act(propose_opening, here.id)
            case "agree" | "decline" as choice:
                version = form.whole("version", low=1)
                answer = form.text("answer", required=False, longest=1000)
                form.refuse()
                asker.act(decide_opening, here.id, version, answer, actor=asker.proven(form), agree=choice == "agree")
            case _:
                form.refuse()
    except Refusal as refusal:
        return asker.refused("staff/opening.html", form, refusal, **asker.read(_opening, asker, here))
    return Redirect(f"{here.path}/opening", status_code=303)


def _opening(session: Session, asker: Asker, here: Here) -> dict[str, Any]:
    rows = openings(session, here.id)
    now = here.stage in stages_of(Deed.DECIDE_OPENING)
    scheme = scheme_in_force(session, here.id) if in_force(session, here.id) else None
    waits = next((one for one in rows if one.state == "proposed"), None)
    return {
        "here": here,
        "road": here.road,
        "rule": scheme is not None and scheme.opening is not None,
        "rows": rows,
        "names": Names.of(scheme) if scheme else Names(),
        "people": names_of(session, {one.proposed_by for one in rows} | {one.decided_by for one in rows}),
        "states": STATES,
        "may_propose": now and here.may(Power.SCORING_SCHEME_FREEZE),
        "waits": waits if now else None,
        "mine": waits is not None and waits.proposed_by == asker.person_id,
        "may_decide": here.may(Power.SCORING_SCHEME_CONFIRM),
    }


# ── stepping in ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Step:
    """One replacement with ticket numbers instead of ids."""

    row: ReplacementRow
    gone: str
    ticket: str
    event: Sentence
    source: Name
    to_interview: bool


@get("/staff/{code:str}/replacements", sync_to_thread=True)
def replacements_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Who stepped in for whom, and the form by which the next in order is proposed."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/replacements.html", **asker.read(_replacements, asker, here))


@post("/staff/{code:str}/replacements", sync_to_thread=True)
def change_replacements(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Propose the next in order, decide on a proposal, publish it; each act asks for its own duty."""
    here = enter(asker, code, *READERS)
    try:
        match form.choice("do", ["propose", "agree", "decline", "publish"]):
            case "propose":
                asker.act(propose_replacement, here.id, _leaving(form))
            case "publish":
                asker.act(publish_replacement, here.id, form.whole("number", low=1))
            case "agree" | "decline" as choice:
                number, answer = form.whole("number", low=1), form.text("answer", required=False, longest=1000)
                form.refuse()
                asker.act(
                    decide_replacement, here.id, number, answer, actor=asker.proven(form), agree=choice == "agree"
                )
            case _:
                form.refuse()
    except Refusal as refusal:
        return asker.refused("staff/replacements.html", form, refusal, **asker.read(_replacements, asker, here))
    return Redirect(f"{here.path}/replacements", status_code=303)


def _leaving(form: Form) -> Leaving:
    event = form.choice("event", [one.value for one in Event])
    typed = {one: form.day(f"day.{one.value}", required=False) for one in Milestone}
    days: dict[Milestone, date] = {one: day for one, day in typed.items() if day is not None}
    ticket, reason = form.text("ticket", longest=16), form.text("reason", longest=1000)
    form.refuse()
    return Leaving(ticket, Event(event), reason, form.text("chosen", required=False, longest=16), days)


def _replacements(session: Session, asker: Asker, here: Here) -> dict[str, Any]:
    rows = replacements(session, here.id)
    tickets = {key: ticket for ticket, key in ticket_ids(session, here.id).items()}
    scheme = scheme_in_force(session, here.id) if in_force(session, here.id) else None
    names = Names.of(scheme) if scheme else Names()
    now = here.stage in stages_of(Deed.REPLACE)
    known = known_days(session, here.id)
    return {
        "here": here,
        "road": here.road,
        "steps": [_step(one, tickets, names, scheme) for one in rows],
        "events": [(one.value, event_words(one)) for one in Event if scheme and one in scheme.replacement],
        "days": [(f"day.{one.value}", milestone_words(one)) for one in _asked(scheme) if one not in known],
        "people": names_of(session, {one.proposed_by for one in rows} | {one.decided_by for one in rows}),
        "states": STATES,
        "person_id": asker.person_id,
        "may_propose": now and here.may(Power.SCORING_TALLY_RUN),
        "may_admit": now and here.may(Power.SCORING_RESULT_PUBLISH),
        "may_name": now and here.may(Power.SCORING_SHORTLIST_CONFIRM),
    }


def _step(row: ReplacementRow, tickets: dict[int, str], names: Names, scheme: Scheme | None) -> Step:
    source = names.cuts.get(row.source, Name(row.source))
    to_interview = scheme is not None and row.source == entry_cut(scheme)
    event = event_words(Event(row.event))
    return Step(row, tickets[row.gone_id], tickets[row.candidacy_id], event, source, to_interview)


def _asked(scheme: Scheme | None) -> Sequence[Milestone]:
    """The days from which a rule of the scheme counts."""
    rules = scheme.replacement.values() if scheme else ()
    return tuple(dict.fromkeys(rule.until for rule in rules if rule.until is not None))


# ── allotting posts ──────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/allotment", sync_to_thread=True)
def allotment_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The confirmed names of closed groups, and who gets which post."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/allotment.html", **asker.read(_allotment, asker, here))


@post("/staff/{code:str}/allotment", sync_to_thread=True)
def change_allotment(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Propose who gets which post, or decide on it; each act asks for its own duty."""
    here = enter(asker, code, Power.SCORING_TALLY_RUN, Power.SCORING_SHORTLIST_CONFIRM)
    try:
        match form.choice("do", ["propose", "agree", "decline"]):
            case "propose":
                asker.act(propose_allotment, here.id, _chosen(form))
            case "agree" | "decline" as choice:
                version, answer = form.whole("version", low=1), form.text("answer", required=False, longest=1000)
                form.refuse()
                asker.act(decide_allotment, here.id, version, answer, actor=asker.proven(form), agree=choice == "agree")
            case _:
                form.refuse()
    except Refusal as refusal:
        return asker.refused("staff/allotment.html", form, refusal, **asker.read(_allotment, asker, here))
    return Redirect(f"{here.path}/allotment", status_code=303)


def _chosen(form: Form) -> tuple[Allotted, ...]:
    """Everybody for whom a post was chosen."""
    tickets = [name.removeprefix("post.") for name in form.texts if name.startswith("post.") and form.raw(name)]
    return tuple(Allotted(one, form.raw(f"post.{one}"), form.raw(f"reason.{one}")) for one in tickets)


def _allotment(session: Session, asker: Asker, here: Here) -> dict[str, Any]:
    rows = allotments(session, here.id)
    views = [view for view in shortlists(session, here.id) if view.state == "confirmed"]
    barred = barred_candidates(session, here.id)
    scheme = scheme_in_force(session, here.id) if in_force(session, here.id) else None
    now = here.stage in stages_of(Deed.ALLOT)
    waits = next((one for one in rows if one.state == "proposed"), None)
    posts = posts_of(session, here.id)
    listed = [
        (view.post.closed_group, name) for view in views for name in view.names if name.ticket_number not in barred
    ]
    return {
        "here": here,
        "road": here.road,
        "grouped": scheme is not None and scheme.within is RankWithin.GROUP,
        "names": sorted(listed, key=lambda one: (one[0], one[1].rank, one[1].ticket_number)),
        "choices": {
            view.post.closed_group: [
                (one.code, Name(f"{one.code} {one.name}", f"{one.code} {one.name_en or one.name}"))
                for one in posts
                if one.closed_group == view.post.closed_group
            ]
            for view in views
        },
        "post_names": {one.code: post_name(one) for one in posts},
        "rows": rows,
        "people": names_of(session, {one.proposed_by for one in rows} | {one.decided_by for one in rows}),
        "states": STATES,
        "may_propose": now and here.may(Power.SCORING_TALLY_RUN),
        "waits": waits if now else None,
        "mine": waits is not None and waits.proposed_by == asker.person_id,
        "may_decide": here.may(Power.SCORING_SHORTLIST_CONFIRM),
    }


router = Router(
    "/",
    route_handlers=[
        opening_page,
        change_opening,
        replacements_page,
        change_replacements,
        allotment_page,
        change_allotment,
    ],
)
