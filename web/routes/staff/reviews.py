"""Score review at the desk (成绩复核): requests counted again and answered, marks corrected; each by two hands."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Sentence
from exam.marking import MarkState
from exam.plan import PUBLICATION_WORDS
from scoring.actions import decide_correction, decide_recount, propose_correction, record_recount
from scoring.actions.corrections import inputs_with
from scoring.corrections import Place, places_of
from scoring.explain import Names
from scoring.queries import (
    COMPOSITE,
    CorrectionLine,
    correction,
    corrections,
    newest_tally,
    review_line,
    reviews,
    scheme_in_force,
)
from scoring.review import CAUSE_NAMES, CAUSE_WORDS, Cause, ReviewState
from web.asking import Asker, need
from web.corrected import figure_words, place_words
from web.forms import Form
from web.reviewing import REVIEW_STATES
from web.routes.staff.here import Here, enter
from web.routes.staff.written import typed_mark

READERS = (Power.SCORING_REVIEW_READ, Power.SCORING_REVIEW_RECORD, Power.SCORING_REVIEW_CONFIRM)
HANDS = (Power.SCORING_REVIEW_RECORD, Power.SCORING_REVIEW_CONFIRM)


@get("/staff/{code:str}/reviews", sync_to_thread=True)
def reviews_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Every request with where it stands, and every correction."""
    here = enter(asker, code, *READERS)
    with asker.reading() as session:
        lines, made = reviews(session, here.id), corrections(session, here.id)
        data = _words(session, here) | {"people": _hands(session, made)}
    return asker.page(
        "staff/reviews.html", **data, lines=sorted(lines, key=lambda line: line.state is ReviewState.CLOSED), made=made
    )


@get("/staff/{code:str}/reviews/{review_id:int}", sync_to_thread=True)
def review_page(asker: NamedDependency[Asker], code: FromPath[str], review_id: FromPath[int]) -> Response[str]:
    """One request: what was asked, what was counted again, and what the asker's hand does next."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/review.html", **_review(asker, here, review_id))


@post("/staff/{code:str}/reviews/{review_id:int}", sync_to_thread=True)
def change_review(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], review_id: FromPath[int]
) -> Response[str] | Redirect:
    """Record a recount, or decide one as the second hand, proven afresh; each act asks for its own duty."""
    here = enter(asker, code, *HANDS)
    data = _review(asker, here, review_id)
    try:
        match form.choice("do", ["record", "agree", "decline"]):
            case "record":
                scope = [Cause(one) for one in form.texts.get("scope", ()) if one in set(Cause)]
                record, reply = form.text("record", longest=2000), form.text("reply", longest=2000)
                form.refuse()
                asker.act(record_recount, here.id, review_id, scope, record, reply)
            case "agree" | "decline" as do:
                answer = form.text("answer", required=do == "decline", longest=1000)
                form.refuse()
                actor = asker.proven(form)
                asker.act(decide_recount, here.id, review_id, answer, agree=do == "agree", actor=actor)
            case _:
                form.refuse()
    except Refusal as refusal:
        return asker.refused("staff/review.html", form, refusal, **data)
    return Redirect(f"{here.path}/reviews/{review_id}", status_code=303)


def _review(asker: Asker, here: Here, review_id: int) -> dict[str, Any]:
    with asker.reading() as session:
        line = need(review_line(session, here.id, review_id))
        hands = {hand for one in line.recounts for hand in (one.proposed_by, one.decided_by)}
        tally = newest_tally(session, here.id, COMPOSITE)
        data = _words(session, here) | {"people": _hands(session, line.corrections) | names_of(session, hands)}
    recount = line.recount
    return data | {
        "line": line,
        "scope": [(cause.value, Sentence(CAUSE_WORDS[cause])) for cause in Cause],
        "tally": tally,
        "may_record": here.may(Power.SCORING_REVIEW_RECORD) and line.state is ReviewState.OPEN,
        "may_decide": here.may(Power.SCORING_REVIEW_CONFIRM) and line.state is ReviewState.RECOUNTED,
        "mine": recount is not None and recount.proposed_by == asker.person_id,
    }


def _words(session: Session, here: Here) -> dict[str, Any]:
    """What every page of this area needs to say what it shows."""
    return {
        "here": here,
        "road": here.road,
        "names": Names.of(scheme_in_force(session, here.id)),
        "titles": PUBLICATION_WORDS,
        "states": REVIEW_STATES,
        "causes": CAUSE_NAMES,
        "scopes_of": lambda recount: tuple(Sentence(CAUSE_WORDS[Cause(one)]) for one in recount.scope),
        "place_words": place_words,
        "figure_words": figure_words,
    }


def _hands(session: Session, made: Any) -> dict[int, str]:
    return names_of(session, {hand for line in made for hand in (line.row.proposed_by, line.row.decided_by)})


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/corrections/new", sync_to_thread=True)
def new_correction_page(
    asker: NamedDependency[Asker], code: FromPath[str], ticket: FromQuery[str] = "", review: FromQuery[int] = 0
) -> Response[str]:
    """The marks of one ticket number, one of which is to be corrected."""
    here = enter(asker, code, Power.SCORING_REVIEW_RECORD)
    return asker.page("staff/correction_new.html", **_marks(asker, here, ticket, review))


@post("/staff/{code:str}/corrections/new", sync_to_thread=True)
def new_correction(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Propose a correction: the first hand."""
    here = enter(asker, code, Power.SCORING_REVIEW_RECORD)
    review = form.whole("review", low=0, required=False)
    data = _marks(asker, here, form.raw("ticket"), review)
    try:
        place = data["places"].get(form.choice("place", list(data["places"])))
        cause = form.choice("cause", list(Cause))
        after, reason = _typed(form.text("after", longest=40)), form.text("reason", longest=1000)
        form.refuse()
        number = asker.act(
            propose_correction, here.id, need(place), after, Cause(cause), reason, review_id=review or None
        )
    except Refusal as refusal:
        return asker.refused("staff/correction_new.html", form, refusal, **data)
    return Redirect(f"{here.path}/corrections/{number}", status_code=303)


def _typed(text: str) -> str:
    """A mark as typed, or the state that words such as 缺考 say."""
    said = typed_mark(text)
    if said is None or said[0] is MarkState.PRESENT:
        return text
    return said[0].value


def _marks(asker: Asker, here: Here, ticket: str, review: int) -> dict[str, Any]:
    """Every mark of a ticket number, in words and as it stands; nothing where there is no such number."""
    with asker.reading() as session:
        data = _words(session, here)
        line = review_line(session, here.id, review) if review else None
        found = _places(session, here, ticket) if ticket else {}
    keys = {"/".join(filter(None, (one.part, one.group, one.seat, one.element))): one for one in found}
    return data | {
        "ticket": ticket,
        "line": line,
        "places": keys,
        "options": [(key, _option(place, found[place], data["names"])) for key, place in keys.items()],
        "cause_options": [(cause.value, Sentence(CAUSE_NAMES[cause])) for cause in Cause],
    }


def _option(place: Place, mark: str, names: Names) -> Sentence:
    return Sentence(N_("{place}　{mark}"), {"place": place_words(place, names), "mark": figure_words(mark)})


def _places(session: Session, here: Here, ticket: str) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for one in (Place(ticket, "-"), Place(ticket, "-", seat="-")):
        inputs = inputs_with(session, here.id, one)
        for candidate in inputs.candidates:
            if candidate.code == ticket:
                found |= places_of(candidate)
    return found


@get("/staff/{code:str}/corrections/{number:int}", sync_to_thread=True)
def correction_page(asker: NamedDependency[Asker], code: FromPath[str], number: FromPath[int]) -> Response[str]:
    """One correction: old mark, new mark, reason, two names."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/correction.html", **_correction(asker, here, number))


@post("/staff/{code:str}/corrections/{number:int}", sync_to_thread=True)
def decide(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], number: FromPath[int]
) -> Response[str] | Redirect:
    """Confirm a correction or decline it: the second hand, proven afresh."""
    here = enter(asker, code, Power.SCORING_REVIEW_CONFIRM)
    data = _correction(asker, here, number)
    try:
        do = form.choice("do", ["agree", "decline"])
        answer = form.text("answer", required=do == "decline", longest=1000)
        form.refuse()
        actor = asker.proven(form)
        asker.act(decide_correction, here.id, number, answer, agree=do == "agree", actor=actor)
    except Refusal as refusal:
        return asker.refused("staff/correction.html", form, refusal, **data)
    return Redirect(f"{here.path}/corrections/{number}", status_code=303)


def _correction(asker: Asker, here: Here, number: int) -> dict[str, Any]:
    with asker.reading() as session:
        line: CorrectionLine = need(correction(session, here.id, number))
        data = _words(session, here) | {"people": _hands(session, [line])}
    waits = line.row.state == "proposed"
    return data | {
        "line": line,
        "waits": waits,
        "mine": line.row.proposed_by == asker.person_id,
        "may_decide": waits and here.may(Power.SCORING_REVIEW_CONFIRM),
    }


router = Router(
    "/",
    route_handlers=[
        reviews_page,
        review_page,
        change_review,
        new_correction_page,
        new_correction,
        correction_page,
        decide,
    ],
)
