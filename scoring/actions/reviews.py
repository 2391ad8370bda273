"""Score review (成绩复核): asked by the candidate inside the window, counted again by two hands, answered in words."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.errors import Denied, Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.plan import PublicationKind
from exam.queries import candidacy_of
from exam.tables import Registration
from scoring.queries import Reviewable, ReviewLine, review_line, reviewable
from scoring.review import Cause, ReviewState
from scoring.tables import ScoreRecount, ScoreReview

LONGEST_REASON = 1000
LONGEST_REPLY = 2000


def request_review(
    session: Session,
    actor: Actor,
    registration_id: int,
    kind: PublicationKind,
    part: str,
    reason: str,
    *,
    now: datetime,
) -> int:
    """Ask for a recount of one published figure of one's own, once, inside its window. Returns the request's id."""
    registration = session.get(Registration, registration_id)
    if registration is None or not actor.person_id or registration.person_id != actor.person_id:
        raise Denied("There is no such registration of yours.")
    candidacy = candidacy_of(session, registration_id)
    own = reviewable(session, candidacy) if candidacy else []
    found = next((one for one in own if one.part == part and one.publication.kind == kind), None)
    if found is None or candidacy is None:
        raise Refusal("Nothing is published of you here of which a recount could be asked.", field="part", status=404)
    refuse_any([*_untimely(found, now), *_text_problems(reason, "reason", LONGEST_REASON)])
    row = ScoreReview(
        selection_id=candidacy.selection_id,
        candidacy_id=candidacy.id or 0,
        publication_id=found.publication.id or 0,
        part=part,
        figure=found.figure,
        reason=reason.strip(),
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "review.requested", now, scope=row.selection_id, review=row.id, candidacy=row.candidacy_id,
        publication=row.publication_id, part=part,
    )  # fmt: skip
    touch(session, f"selection:{row.selection_id}")
    return row.id or 0


def _untimely(found: Reviewable, now: datetime) -> list[Problem]:
    """Why no request is taken of this figure now."""
    if found.asked is not None:
        facts: dict[str, object] = {"moment": found.asked.asked_at}
        return [Problem("A recount of this mark was asked for already, on {moment}. It is done once.", facts, "part")]
    if found.window is None:
        number = found.publication.number
        return [Problem("Publication No. {number} names no days for a recount.", {"number": number}, "part")]
    if found.window.is_open(now):
        return []
    facts = {"opens": found.window.opens, "closes": found.window.closes, "number": found.publication.number}
    return [
        Problem("Requests about publication No. {number} were received from {opens} until {closes}.", facts, "part")
    ]


def record_recount(
    session: Session,
    actor: Actor,
    selection_id: int,
    review_id: int,
    scope: Collection[Cause],
    record: str,
    reply: str,
    *,
    now: datetime,
) -> int:
    """Record what was counted again and the written reply: the first hand. Returns the recount's version.

    Whether anything changed is not typed: a mark changed where a correction made for this request was confirmed.
    """
    actor.require(Power.SCORING_REVIEW_RECORD, selection_id)
    line = _line(session, selection_id, review_id)
    if line.state is not ReviewState.OPEN:
        raise Refusal("This request does not wait to be counted again.", status=409)
    problems = [] if scope else [Problem("Say what was looked at.", {}, "scope")]
    if line.waiting_corrections:
        problems.append(Problem("A correction made for this request waits for the second hand; decide it first."))
    problems += _text_problems(record, "record", LONGEST_REPLY) + _text_problems(reply, "reply", LONGEST_REPLY)
    refuse_any(problems)
    row = ScoreRecount(
        review_id=review_id, version=len(line.recounts) + 1, scope=[one.value for one in Cause if one in scope],
        record=record.strip(), reply=reply.strip(), changed=line.changed,
        proposed_by=actor.person_id, proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    line.review.state = ReviewState.RECOUNTED
    session.add_all([row, line.review])
    session.flush()
    audit.record(
        session, actor, "review.recounted", now, scope=selection_id, review=review_id, version=row.version,
        changed=row.changed,
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.version


def decide_recount(
    session: Session, actor: Actor, selection_id: int, review_id: int, answer: str = "", *, agree: bool, now: datetime
) -> None:
    """Agree to a recount, which sends its reply and closes the request, or send it back with a reason: the second hand.

    The second hand has counted too; on the same papers, by themselves.
    """
    actor.require(Power.SCORING_REVIEW_CONFIRM, selection_id)
    line = _line(session, selection_id, review_id)
    recount = line.recount
    if line.state is not ReviewState.RECOUNTED or recount is None:
        raise Refusal("No recount of this request waits to be decided.", status=409)
    require_second_hand(actor, FirstHand(recount.proposed_by, recount.proposed_device), now)
    if not agree:
        refuse_any(_text_problems(answer, "answer", LONGEST_REASON))
    recount.state, recount.answer = "confirmed" if agree else "declined", answer.strip()
    recount.decided_by, recount.decided_at = actor.person_id, now
    line.review.state = ReviewState.CLOSED if agree else ReviewState.OPEN
    line.review.closed_at = now if agree else None
    session.add_all([recount, line.review])
    act = "review.answered" if agree else "review.sent_back"
    audit.record(session, actor, act, now, scope=selection_id, review=review_id, version=recount.version)
    touch(session, f"selection:{selection_id}")


def _line(session: Session, selection_id: int, review_id: int) -> ReviewLine:
    line = review_line(session, selection_id, review_id)
    if line is None:
        raise Refusal("There is no such request for a recount.", status=404)
    return line


def _text_problems(text: str, field: str, longest: int) -> list[Problem]:
    if not text.strip():
        return [Problem("Fill this in.", {}, field)]
    if len(text) > longest:
        return [Problem("This must be a text of at most {most} characters.", {"most": longest}, field)]
    return []
