"""The reserve pool at the desk (一考多用人选库): where each entry stands, extended, noted in, matched, called up."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.days import local_date
from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Sentence
from exam.eligibility import OUTCOME_WORDS, Outcome
from exam.tables import Post, Selection
from scoring.actions import (
    decide_extension,
    decide_use,
    note_in_pool,
    propose_extension,
    propose_use,
    withdraw_from_pool,
)
from scoring.cut_words import reserve_words
from scoring.queries import (
    Match,
    PoolLine,
    UseLine,
    extensions_of,
    matches,
    planned_posts,
    pool,
    pool_last_day,
    pool_page,
    scheme_in_force,
)
from scoring.reserve import ReuseScope
from scoring.reuse import Standing, before, equals
from scoring.tables import PoolExtension, PoolUse
from web.asking import Asker, need
from web.forms import Form
from web.results import post_name, selection_title
from web.routes.staff.here import Here, enter

READERS = (Power.SCORING_POOL_READ, Power.SCORING_POOL_KEEP, Power.SCORING_POOL_CONFIRM)
HANDS = (Power.SCORING_POOL_KEEP, Power.SCORING_POOL_CONFIRM)
NAMED = frozenset({*HANDS, Power.SCORING_SHORTLIST_READ})
"""Who sees names and notes; everybody else who reads the pool sees numbers."""

OUTCOME_SHAPES = {
    Outcome.MET: "done",
    Outcome.NOT_MET: "problem",
    Outcome.NEEDS_PAPERS: "attention",
    Outcome.NEEDS_PERSON: "running",
}


@get("/staff/{code:str}/reserve", sync_to_thread=True)
def pool_list(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Every entry, what waits for the second hand, the last day, the posts people could be called up for."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/reserve.html", **_list(asker, here))


@post("/staff/{code:str}/reserve", sync_to_thread=True)
def change_pool(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Ask for a later last day, or decide what a first hand proposed; each act asks for its own duty."""
    here = enter(asker, code, *HANDS)
    data = _list(asker, here)
    try:
        match form.choice("do", ["extend", "agree", "decline"]):
            case "extend":
                until, reason = form.day("until"), form.text("reason", longest=1000)
                form.refuse()
                asker.act(propose_extension, here.id, need(until), reason)
            case "agree" | "decline" as answer:
                what, _, number = form.choice("what", [one for one, _ in data["waiting"]]).partition(":")
                text = form.text("answer", required=False, longest=1000)
                form.refuse()
                decide = decide_use if what == "use" else decide_extension
                asker.act(decide, here.id, int(number), text, agree=answer == "agree", actor=asker.proven(form))
            case _:
                form.refuse()
    except Refusal as refusal:
        return asker.refused("staff/reserve.html", form, refusal, **data)
    return Redirect(f"{here.path}/reserve", status_code=303)


@get("/staff/{code:str}/reserve/register", sync_to_thread=True)
def pool_register(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The register of the pool as it is printed."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/reserve_register.html", **_list(asker, here))


@get("/staff/{code:str}/reserve/posts/{post_id:int}", sync_to_thread=True)
def match_page(asker: NamedDependency[Asker], code: FromPath[str], post_id: FromPath[int]) -> Response[str]:
    """The whole pool held against the conditions of a post that is being planned, with why and why not."""
    here = enter(asker, code, *HANDS)
    return asker.page("staff/reserve_post.html", **_matched(asker, here, post_id))


@post("/staff/{code:str}/reserve/posts/{post_id:int}", sync_to_thread=True)
def call_up(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], post_id: FromPath[int]
) -> Response[str] | Redirect:
    """Propose somebody for the post: the first hand."""
    here = enter(asker, code, Power.SCORING_POOL_KEEP)
    try:
        ticket = form.text("who")
        reason, fit = (form.text(name, required=False, longest=1000) for name in ("reason", "fit"))
        form.refuse()
        asker.act(propose_use, here.id, ticket, post_id, reason=reason, fit=fit)
    except Refusal as refusal:
        return asker.refused("staff/reserve_post.html", form, refusal, **_matched(asker, here, post_id))
    return Redirect(f"{here.path}/reserve", status_code=303)


@get("/staff/{code:str}/reserve/{ticket:str}", sync_to_thread=True)
def entry_page(asker: NamedDependency[Asker], code: FromPath[str], ticket: FromPath[str]) -> Response[str]:
    """One entry: the result it rests on, its uses, its notes."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/reserve_entry.html", **_entry(asker, here, ticket))


@post("/staff/{code:str}/reserve/{ticket:str}", sync_to_thread=True)
def change_entry(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], ticket: FromPath[str]
) -> Response[str] | Redirect:
    """Add a note, or note that the person leaves the pool."""
    here = enter(asker, code, Power.SCORING_POOL_KEEP)
    try:
        if form.choice("do", ["note", "withdraw"]) == "note":
            asker.act(note_in_pool, here.id, ticket, form.text("text", longest=2000))
        else:
            form.refuse()
            asker.act(withdraw_from_pool, here.id, ticket, form.text("reason", longest=1000))
    except Refusal as refusal:
        return asker.refused("staff/reserve_entry.html", form, refusal, **_entry(asker, here, ticket))
    return Redirect(f"{here.path}/reserve/{ticket}", status_code=303)


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def _list(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        today = local_date(asker.visit.now, asker.visit.zone)
        entries = pool(session, (here.id,), today)
        days, extensions = pool_last_day(session, here.id), extensions_of(session, here.id)
        rule = scheme_in_force(session, here.id).reserve
        uses = [(line, one) for line in entries for one in line.uses]
        rows: list[PoolExtension | PoolUse] = [*extensions, *(one.use for _, one in uses)]
        hands = {one.proposed_by for one in rows} | {one.decided_by for one in rows}
        scopes = asker.actor.scopes_with(Power.EXAM_SELECTION_READ)
        planned = planned_posts(session, scopes) if here.powers.intersection(HANDS) else []
        return {
            **_common(session, here, {line.person_id for line in entries}, hands),
            "road": here.road,
            "entries": entries,
            "counts": {one: sum(line.standing is one for line in entries) for one in Standing},
            "uses": uses,
            "days": days,
            "limit": days[1] if days and days[1] and days[0] < days[1] and today <= days[0] else None,
            "today": today,
            "extensions": extensions,
            "waiting": _waiting(uses, extensions) if here.may(Power.SCORING_POOL_CONFIRM) else [],
            "asked": any(one.state == "proposed" for one in extensions),
            "rules": list(reserve_words(rule)) if rule else [],
            "planned": planned,
        }


def _waiting(
    uses: Sequence[tuple[PoolLine, UseLine]], extensions: Sequence[PoolExtension]
) -> list[tuple[str, Sentence]]:
    """What a first hand has proposed, by the value that names it in the form."""
    called = [
        (
            f"use:{one.use.id}",
            Sentence(N_("{number} for {post}"), {"number": line.ticket_number, "post": one.post.name}),
        )
        for line, one in uses
        if one.use.state == "proposed"
    ]
    longer = [
        (f"extension:{one.id}", Sentence(N_("A last day of {day}"), {"day": one.until}))
        for one in extensions
        if one.state == "proposed"
    ]
    return [*called, *longer]


def _common(session: Session, here: Here, people: set[int], hands: set[int]) -> dict[str, Any]:
    return {
        "here": here,
        "names": names_of(session, people) if here.powers & NAMED else {},
        "staff": names_of(session, hands),
        "keeps": here.may(Power.SCORING_POOL_KEEP),
        "decides": here.may(Power.SCORING_POOL_CONFIRM),
        "post_name": post_name,
        "title_of": selection_title,
    }


def _entry(asker: Asker, here: Here, ticket: str) -> dict[str, Any]:
    with asker.reading() as session:
        found = need(pool_page(session, here.id, ticket, local_date(asker.visit.now, asker.visit.zone)))
        line = found.line
        hands = {one.written_by for one in found.notes} | {one.use.proposed_by for one in line.uses}
        hands |= {one.use.decided_by for one in line.uses} | ({line.withdrawal.noted_by} if line.withdrawal else set())
        return {
            **_common(session, here, {line.person_id}, hands),
            "found": found,
            "line": line,
            "sees_notes": bool(here.powers & NAMED),
            "in_pool": line.standing in {Standing.VALID, Standing.PROPOSED},
        }


def _matched(asker: Asker, here: Here, post_id: int) -> dict[str, Any]:
    with asker.reading() as session:
        wanted = need(session.get(Post, post_id))
        if not asker.actor.may(Power.EXAM_SELECTION_READ, wanted.selection_id) or wanted.selection_id == here.id:
            need(None)
        target = session.get_one(Selection, wanted.selection_id)
        found = matches(session, here.id, target, wanted, local_date(asker.visit.now, asker.visit.zone))
        rule = need(scheme_in_force(session, here.id).reserve)
        return {
            **_common(session, here, {one.line.person_id for one in found}, set()),
            "target": target,
            "wanted": wanted,
            "found": found,
            "ahead": {one.line.ticket_number: _ahead(one, found) for one in found},
            "outcome_words": OUTCOME_WORDS,
            "shapes": OUTCOME_SHAPES,
            "asks_fit": rule.scope in {ReuseScope.SAME_LEVEL, ReuseScope.SAME_KIND},
            "rules": list(reserve_words(rule)),
            "who": [
                (one.line.ticket_number, f"{one.line.ticket_number}　{_name(session, one)}")
                for one in found
                if one.callable
            ],
        }


def _name(session: Session, one: Match) -> str:
    return names_of(session, {one.line.person_id}).get(one.line.person_id, "")


def _ahead(one: Match, found: list[Match]) -> list[str]:
    """Who of those that could be called up comes before somebody, or is equal."""
    others = [other.line.standee for other in found if other.callable]
    return [*before(one.line.standee, others), *equals(one.line.standee, others)]


router = Router(
    "/", route_handlers=[pool_list, change_pool, pool_register, match_page, call_up, entry_page, change_entry]
)
