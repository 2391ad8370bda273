"""Somebody steps in for one who left (递补): the scheme's next in order, proposed by one hand, decided by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from core import audit
from core.acts import touch
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.actions import publish
from exam.plan import PublicationKind
from exam.queries import selection_row, ticket_ids
from exam.stages import Deed, Stage
from exam.tables import Candidacy, Publication
from interview.actions import admit
from recording.actions import grant_viewing
from scoring.actions.gate import refuse_hindered
from scoring.queries import entry_cut, lots_drawn, post_of, replacements, scheme_in_force, shortlists, succession
from scoring.replacement import Event, Milestone, Next
from scoring.steps import value_text
from scoring.tables import ReplacementRow, Shortlist, ShortlistName

LONGEST_REASON = 1000
BEFORE_INTERVIEW = (Stage.INTERVIEW_ENTRY, Stage.INTERVIEW)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who left, after which event and why; `chosen` where several are equal, `days` the scheme counts from."""

    ticket: str
    event: Event
    reason: str
    chosen: str = ""
    days: Mapping[Milestone, date] | None = None


def propose_replacement(session: Session, actor: Actor, selection_id: int, leaving: Leaving, *, now: datetime) -> int:
    """Propose that the next in order steps in: the first hand. Returns the replacement's number.

    Rule, rounds, deadline, source and floor are the scheme's; between equal ones a recorded reason decides.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    selection = selection_row(session, selection_id)
    refuse_hindered(selection, Deed.REPLACE, now)
    refuse_any(_reason_problems(leaving.reason))
    found = succession(session, selection_id, leaving.ticket, leaving.event, leaving.days or {}, now)
    if found.proposal.hindrance is not None:
        raise Refusal.of([found.proposal.hindrance])
    one = _the_next(found.proposal.names, found.proposal.open, leaving.chosen)
    candidacy_id = ticket_ids(session, selection_id)[one.code]
    post = post_of(session, candidacy_id)
    _refuse_late(session, Stage(selection.stage), found.source == entry_cut(found.scheme), post.id or 0)
    row = ReplacementRow(
        selection_id=selection_id, number=len(replacements(session, selection_id)) + 1, post_id=post.id or 0,
        event=leaving.event, source=found.source, round=found.vacancy.made + 1, tally_id=found.tally.id or 0,
        gone_id=found.gone.id or 0, candidacy_id=candidacy_id, rank=one.rank, value=value_text(one.value),
        days={key.value: day.isoformat() for key, day in sorted(found.vacancy.days.items())},
        reason=leaving.reason.strip(), proposed_by=actor.person_id, proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "replacement.proposed", now, scope=selection_id, replacement=row.id, event=row.event,
        gone=row.gone_id, candidacy=candidacy_id, tally=row.tally_id, round=row.round,
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.number


def _the_next(names: tuple[Next, ...], equal: tuple[Next, ...], chosen: str) -> Next:
    if not equal:
        return names[0]
    for one in equal:
        if one.code == chosen:
            return one
    numbers = tuple(one.code for one in equal)
    raise Refusal("Equal for this place: {numbers}. Choose one, and say why.", field="chosen", numbers=numbers)


def _refuse_late(session: Session, stage: Stage, to_interview: bool, post_id: int) -> None:
    """A place in the interview is filled before its lots are drawn, a place among the names after they are proposed."""
    if to_interview != (stage in BEFORE_INTERVIEW):
        raise Refusal("At this stage nobody steps in from this order any more.", status=409)
    if to_interview and lots_drawn(session, post_id):
        raise Refusal("The lots of this post are drawn; nobody can be added to its interview.", status=409)


def decide_replacement(
    session: Session, actor: Actor, selection_id: int, number: int, answer: str = "", *, agree: bool, now: datetime
) -> None:
    """Confirm that somebody steps in, or decline with a reason: the second hand.

    Into the interview the one who publishes results admits, and it is published at once; onto the proposed names the
    committee's secretary adds, as a new version of the list. Confirmed is only who still is the next in order.
    """
    row = next((one for one in replacements(session, selection_id) if one.number == number), None)
    if row is None or row.state != "proposed":
        actor.require(Power.SCORING_RESULT_READ, selection_id)
        raise Refusal("This replacement does not wait to be decided.", status=409)
    to_interview = row.source == entry_cut(scheme_in_force(session, selection_id))
    actor.require(Power.SCORING_RESULT_PUBLISH if to_interview else Power.SCORING_SHORTLIST_CONFIRM, selection_id)
    selection = selection_row(session, selection_id)
    refuse_hindered(selection, Deed.REPLACE, now)
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if agree:
        _refuse_late(session, Stage(selection.stage), to_interview, row.post_id)
        _refuse_passed_over(session, row, now)
    else:
        refuse_any(_reason_problems(answer, "answer"))
    row.state, row.answer = "confirmed" if agree else "declined", answer.strip()[:LONGEST_REASON]
    row.decided_by, row.decided_at = actor.person_id, now
    session.add(row)
    session.flush()
    act = "replacement.confirmed" if agree else "replacement.declined"
    audit.record(session, actor, act, now, scope=selection_id, replacement=row.id, candidacy=row.candidacy_id)
    if agree and to_interview:
        publication = _publish(session, actor, row, now)
        admit(session, actor, publication.id or 0, [row.candidacy_id], now=now)
    elif agree:
        _add_name(session, actor, row, now)
    touch(session, f"selection:{selection_id}")


def publish_replacement(
    session: Session, actor: Actor, selection_id: int, number: int, *, now: datetime
) -> Publication:
    """Publish that somebody stepped in among the proposed names, by ticket number."""
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    row = next((one for one in replacements(session, selection_id) if one.number == number), None)
    if row is None or row.state != "confirmed" or row.publication_id is not None:
        raise Refusal("This replacement does not wait to be published.", status=409)
    refuse_hindered(selection_row(session, selection_id), Deed.REPLACE, now)
    return _publish(session, actor, row, now)


def _refuse_passed_over(session: Session, row: ReplacementRow, now: datetime) -> None:
    """Refuse where the one who steps in has left since."""
    candidacy = session.get_one(Candidacy, row.candidacy_id)
    gone = session.get_one(Candidacy, row.gone_id).ticket_number
    days = {Milestone(key): date.fromisoformat(day) for key, day in row.days.items()}
    found = succession(session, row.selection_id, gone, Event(row.event), days, now, besides=row.number)
    if candidacy.ticket_number not in {one.code for one in (*found.proposal.names, *found.proposal.open)}:
        raise Refusal("This candidate is no longer the next in order; have it proposed again.", status=409)


def _publish(session: Session, actor: Actor, row: ReplacementRow, now: datetime) -> Publication:
    tickets = {one: session.get_one(Candidacy, one).ticket_number for one in (row.gone_id, row.candidacy_id)}
    content = {
        "number": row.number,
        "event": row.event,
        "source": row.source,
        "post": post_of(session, row.candidacy_id).code,
        "gone": tickets[row.gone_id],
        "ticket": tickets[row.candidacy_id],
        "rank": row.rank,
        "value": row.value,
        "tally": row.tally_id,
    }
    publication = publish(session, actor, row.selection_id, PublicationKind.REPLACEMENT, content, now=now)
    row.publication_id = publication.id
    session.add(row)
    return publication


def _add_name(session: Session, actor: Actor, row: ReplacementRow, now: datetime) -> None:
    """A new version of the post's list with the name added; both hands are those of the replacement."""
    before = next(view for view in shortlists(session, row.selection_id) if view.post.id == row.post_id)
    shortlist = Shortlist(
        selection_id=row.selection_id, post_id=row.post_id, tally_id=row.tally_id, version=before.version + 1,
        state="confirmed", proposed_by=row.proposed_by, proposed_device=row.proposed_device,
        proposed_at=row.proposed_at, confirmed_by=actor.person_id, confirmed_at=now,
    )  # fmt: skip
    session.add(shortlist)
    session.flush()
    kept = session.exec(select(ShortlistName).where(ShortlistName.shortlist_id == before.id)).all()
    names = [(one.candidacy_id, one.rank, one.composite, one.reason) for one in kept]
    for candidacy_id, rank, composite, reason in (*names, (row.candidacy_id, row.rank, row.value, row.event)):
        name = ShortlistName(
            shortlist_id=shortlist.id or 0, candidacy_id=candidacy_id, rank=rank, composite=composite, reason=reason
        )
        session.add(name)
    grant_viewing(session, actor, row.selection_id, row.candidacy_id, now=now)


def _reason_problems(text: str, field: str = "reason") -> list[Problem]:
    if not text.strip():
        return [Problem("Write the reason.", {}, field)]
    if len(text) > LONGEST_REASON:
        return [Problem("This must be a text of at most {most} characters.", {"most": LONGEST_REASON}, field)]
    return []
