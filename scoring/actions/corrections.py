"""Marks corrected by two hands: the old mark stays where it was written, every later tally takes the new one."""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.queries import marks_confirmed, selection_row, ticket_ids
from exam.stages import Deed
from scoring.actions.gate import refuse_hindered
from scoring.corrections import Place, correction_problems, mark_at
from scoring.inputs import Inputs
from scoring.queries import COMPOSITE, ENTRY, correction, corrections, review_line, tally_inputs, tally_scheme
from scoring.review import Cause, ReviewState
from scoring.tables import MarkCorrection

LONGEST_REASON = 1000


def propose_correction(
    session: Session,
    actor: Actor,
    selection_id: int,
    place: Place,
    after: str,
    cause: Cause,
    reason: str,
    *,
    review_id: int | None = None,
    now: datetime,
) -> int:
    """Propose another mark for a place: the first hand. `after` is a figure or a state. Returns its number.

    A correction says what was wrong in counting, adding or entering; it never marks anew (rules.md §12).
    """
    actor.require(Power.SCORING_REVIEW_RECORD, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.RECOUNT, now)
    if not marks_confirmed(session, selection_id):
        raise Refusal("The written marks are not confirmed yet.", status=409)
    inputs = inputs_with(session, selection_id, place)
    made = corrections(session, selection_id)
    problems = correction_problems(tally_scheme(session, selection_id, _kind(place)), inputs, place, after)
    problems += _unwritten(reason)
    if any(line.place == place and line.row.state == "proposed" for line in made):
        problems.append(Problem("A correction of this mark waits for the second hand already.", {}, "place"))
    refuse_any(problems + _review_problems(session, selection_id, review_id))
    candidacy_id = ticket_ids(session, selection_id)[place.candidate]
    row = MarkCorrection(
        selection_id=selection_id, number=len(made) + 1, candidacy_id=candidacy_id,
        part=place.part, group_key=place.group, seat=place.seat, element=place.element,
        before=mark_at(inputs, place) or "", after=after, cause=cause, reason=reason.strip(), review_id=review_id,
        proposed_by=actor.person_id, proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "correction.proposed", now, scope=selection_id, correction=row.number,
        candidacy=row.candidacy_id, cause=cause, review=review_id,
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.number


def decide_correction(
    session: Session, actor: Actor, selection_id: int, number: int, answer: str = "", *, agree: bool, now: datetime
) -> None:
    """Confirm a correction or decline it with a reason: the second hand. Confirmed, every later tally takes it over."""
    actor.require(Power.SCORING_REVIEW_CONFIRM, selection_id)
    line = correction(session, selection_id, number)
    if line is None or line.row.state != "proposed":
        raise Refusal("This correction does not wait to be decided.", status=409)
    row = line.row
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if not agree:
        refuse_any(_unwritten(answer, "answer"))
    elif mark_at(inputs_with(session, selection_id, line.place), line.place) != row.before:
        raise Refusal("The mark has changed since this was proposed; have it proposed again.", status=409)
    row.state, row.answer = "confirmed" if agree else "declined", answer.strip()
    row.decided_by, row.decided_at = actor.person_id, now
    session.add(row)
    act = "correction.confirmed" if agree else "correction.declined"
    audit.record(session, actor, act, now, scope=selection_id, correction=number, candidacy=row.candidacy_id)
    touch(session, f"selection:{selection_id}")


def inputs_with(session: Session, selection_id: int, place: Place) -> Inputs:
    """The inputs in which a place stands now: judges' marks in those of the composite, written ones in the entry's."""
    return tally_inputs(session, selection_id, _kind(place))


def _kind(place: Place) -> str:
    return COMPOSITE if place.on_sheet else ENTRY


def _review_problems(session: Session, selection_id: int, review_id: int | None) -> list[Problem]:
    """A correction made for a request needs it open; it may be of somebody else whose mark was mixed up with it."""
    if review_id is None:
        return []
    line = review_line(session, selection_id, review_id)
    if line is None or line.state is not ReviewState.OPEN:
        return [Problem("This request for a recount is not open.", {}, "review")]
    return []


def _unwritten(text: str, field: str = "reason") -> list[Problem]:
    if not text.strip():
        return [Problem("Write the reason.", {}, field)]
    if len(text) > LONGEST_REASON:
        return [Problem("This must be a text of at most {most} characters.", {"most": LONGEST_REASON}, field)]
    return []
