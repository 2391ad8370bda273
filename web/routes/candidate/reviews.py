"""One's own published marks: how each was reached on one sheet, and asking for a recount (成绩复核) with its answer."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import Refusal
from core.words import N_, Sentence
from exam.plan import PUBLICATION_WORDS, PublicationKind
from exam.queries import candidacy_of, publication
from scoring.actions import request_review
from scoring.explain import Names
from scoring.queries import corrections_in, reviewable, reviews, scheme_in_force, tally_of_publication
from scoring.review import CAUSE_WORDS, Cause
from web.asking import Asker, need
from web.corrected import figure_words, place_words
from web.forms import Form
from web.results import scheme_of_digest
from web.reviewing import CANDIDATE_STATES
from web.routes.candidate.own import Own, load
from web.why import why


@get("/my/{reference:str}/reviews", sync_to_thread=True)
def reviews_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """My published marks, until when a recount may be asked for, and what was answered."""
    return asker.page("candidate/reviews.html", **_data(asker, load(asker, reference)))


@post("/my/{reference:str}/reviews", sync_to_thread=True)
def ask(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Ask for a recount of one mark."""
    own = load(asker, reference)
    data = _data(asker, own)
    try:
        kind, _, part = form.choice("mark", [value for value, *_ in data["marks"]]).partition(":")
        reason = form.text("reason", longest=1000)
        form.refuse()
        number = asker.act(request_review, own.id, PublicationKind(kind), part, reason)
    except Refusal as refusal:
        return asker.refused("candidate/reviews.html", form, refusal, **data)
    return Redirect(f"{own.path}/reviews/{number}", status_code=303)


def _data(asker: Asker, own: Own) -> dict[str, Any]:
    now = asker.visit.now
    with asker.reading() as session:
        candidacy = need(candidacy_of(session, own.id))
        found = reviewable(session, candidacy)
        asked = reviews(session, own.selection.id, candidacy.id)
        names = Names.of(scheme_in_force(session, own.selection.id))
    return {
        "own": own,
        "road": own.road,
        "names": names,
        "found": found,
        "now": now,
        "marks": [
            (f"{one.publication.kind}:{one.part}", _mark(names, one.part, one.figure))
            for one in found
            if one.is_open(now)
        ],
        "asked": asked,
        "states": CANDIDATE_STATES,
        "titles": PUBLICATION_WORDS,
        "figure_words": figure_words,
    }


def _mark(names: Names, part: str, figure: str) -> Sentence:
    return Sentence(N_("{place}　{mark}"), {"place": names.part(part), "mark": figure_words(figure)})


@get("/my/{reference:str}/reviews/{review_id:int}", sync_to_thread=True)
def review_page(asker: NamedDependency[Asker], reference: FromPath[str], review_id: FromPath[int]) -> Response[str]:
    """One request of mine with its written answer, as it is printed (form F17)."""
    own = load(asker, reference)
    with asker.reading() as session:
        candidacy = need(candidacy_of(session, own.id))
        asked = reviews(session, own.selection.id, candidacy.id)
        line = need(next((one for one in asked if one.review.id == review_id), None))
        names = Names.of(scheme_in_force(session, own.selection.id))
    answered = line.recount if line.review.closed_at else None
    own_made = [one for one in line.corrections if one.ticket_number == candidacy.ticket_number]
    return asker.page(
        "candidate/review.html",
        own=own,
        road=None,
        line=line,
        answered=answered,
        scope=[Sentence(CAUSE_WORDS[Cause(one)]) for one in answered.scope] if answered else [],
        corrected=[one for one in own_made if one.row.state == "confirmed"] if answered else [],
        ticket=candidacy,
        names=names,
        states=CANDIDATE_STATES,
        titles=PUBLICATION_WORDS,
        figure_words=figure_words,
        place_words=place_words,
    )


@get("/my/{reference:str}/why/{number:int}", sync_to_thread=True)
def own_sheet(asker: NamedDependency[Asker], reference: FromPath[str], number: FromPath[int]) -> Response[str]:
    """How my own result was reached, on a sheet to print; of others only what is published, by number."""
    own = load(asker, reference)
    with asker.reading() as session:
        candidacy = need(candidacy_of(session, own.id))
        shown = need(publication(session, own.selection.id, number))
        tally = need(tally_of_publication(session, shown.id or 0))
        scheme, version = need(scheme_of_digest(session, own.selection.id, tally.scheme_sha256))
        content = shown.content["tally"]
        made = corrections_in(session, tally, candidacy.ticket_number)
        newest = max(
            (one.publication.number for one in reviewable(session, candidacy) if one.publication.kind == shown.kind),
            default=number,
        )
    found = need(why(tally.outcome, candidacy.ticket_number, scheme))
    return asker.page(
        "candidate/why.html", own=own, road=None, ticket=candidacy, publication=shown, kind_words=PUBLICATION_WORDS,
        why=found, tally=content, version=version, newest=newest, names=Names.of(scheme), corrected=made,
        place_words=place_words, figure_words=figure_words,
    )  # fmt: skip
