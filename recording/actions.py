"""Acts of recording: a video comes in, is checked, is viewed; what starts a retention period."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from core import audit
from core.actions import note_file
from core.acts import touch
from core.errors import Denied, Refusal
from core.files import Saved
from core.people import Actor, Power
from interview.hearing import State
from interview.tables import Hearing
from interview.topics import board_topic
from recording.tables import Recording, RetentionEvent, ViewingGrant

TOPIC = "recordings"
FILMED = frozenset({State.CALLED, State.SPEAKING, State.QUESTIONS, State.MARKING, State.SEALED, State.ADJOURNED})
CHECKER = "job:recordings"


def receive_recording(
    session: Session, actor: Actor, hearing_id: int, saved: Saved, name: str, *, now: datetime
) -> int:
    """Take in the video of a hearing whose bytes are safe in the store; the worker checks it. Returns its id.

    Another file may follow a failed one; a hearing that has a verified recording takes no further file.
    """
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise Denied
    actor.require(Power.RECORDING_VIDEO_UPLOAD, hearing.selection_id)
    if State(hearing.state) not in FILMED:
        raise Refusal(
            "Number {number} has not been heard, so there is no recording of it.", number=hearing.sealed_number
        )
    verified = select(Recording.id).where(Recording.hearing_id == hearing_id, Recording.state == "verified")
    if session.exec(verified).first() is not None:
        raise Refusal("This hearing has a verified recording already.", status=409)
    note_file(session, saved, now)
    row = Recording(
        selection_id=hearing.selection_id,
        hearing_id=hearing_id,
        name=name[:200],
        sha256=saved.sha256,
        uploaded_by=actor.account_id,
        uploaded_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "recording.received", now, scope=hearing.selection_id, recording=row.id, hearing=hearing_id,
        sha256=saved.sha256, size=saved.size,
    )  # fmt: skip
    touch(session, TOPIC, board_topic(hearing.selection_id))
    return row.id or 0


def finish_check(
    session: Session,
    actor: Actor,
    recording_id: int,
    *,
    probe: Mapping[str, Any],
    review: Saved,
    poster: Saved,
    findings: list[Mapping[str, Any]],
    milliseconds: int,
    now: datetime,
) -> None:
    """The worker has checked a recording: it is verified, with its review copy, picture and findings."""
    row = _waiting(session, actor, recording_id)
    note_file(session, review, now)
    note_file(session, poster, now)
    row.state, row.verified_at, row.milliseconds = "verified", now, milliseconds
    row.review_sha256, row.poster_sha256 = review.sha256, poster.sha256
    row.probe, row.findings = dict(probe), [dict(one) for one in findings]
    session.add(row)
    audit.record(
        session, actor, "recording.verified", now, scope=row.selection_id, recording=recording_id, sha256=row.sha256,
        review=review.sha256, findings=len(findings), milliseconds=milliseconds,
    )  # fmt: skip
    touch(session, board_topic(row.selection_id))


def fail_check(session: Session, actor: Actor, recording_id: int, problem: Mapping[str, Any], *, now: datetime) -> None:
    """The worker cannot use a file: the reason is kept in words, and another file may be handed in."""
    row = _waiting(session, actor, recording_id)
    row.state, row.problem = "failed", dict(problem)
    session.add(row)
    audit.record(
        session, actor, "recording.failed", now, scope=row.selection_id, recording=recording_id,
        reason=str(problem.get("sentence", "")),
    )  # fmt: skip
    touch(session, board_topic(row.selection_id))


def note_viewing(session: Session, actor: Actor, recording_id: int, *, now: datetime) -> None:
    """Note that somebody opens a recording: staff by duty, the committee for hearings of proposed names."""
    row = session.get(Recording, recording_id)
    if row is None:
        raise Denied
    granted = select(ViewingGrant.id).where(ViewingGrant.hearing_id == row.hearing_id)
    by_duty = actor.may(Power.RECORDING_VIDEO_REVIEW, row.selection_id)
    by_grant = actor.may(Power.SCORING_SHORTLIST_READ, row.selection_id) and session.exec(granted).first() is not None
    if not (by_duty or by_grant):
        raise Denied
    audit.record(session, actor, "recording.viewed", now, scope=row.selection_id, recording=recording_id)


def grant_viewing(session: Session, actor: Actor, selection_id: int, candidacy_id: int, *, now: datetime) -> None:
    """Open a proposed candidate's recording to the committee; called by the act that confirms the names."""
    hearing = session.exec(
        select(Hearing).where(Hearing.selection_id == selection_id, Hearing.candidacy_id == candidacy_id)
    ).first()
    if hearing is None:
        return
    granted = select(ViewingGrant.id).where(ViewingGrant.hearing_id == hearing.id)
    if session.exec(granted).first() is None:
        session.add(ViewingGrant(selection_id=selection_id, hearing_id=hearing.id or 0, granted_at=now))
    audit.record(session, actor, "recording.viewing_granted", now, scope=selection_id, hearing=hearing.id)


def note_event(session: Session, actor: Actor, selection_id: int, event: str, *, now: datetime) -> None:
    """Note something that starts a retention period; called by the act that brings it about."""
    session.add(RetentionEvent(selection_id=selection_id, event=event, at=now))
    audit.record(session, actor, "retention.event", now, scope=selection_id, event=event)


def _waiting(session: Session, actor: Actor, recording_id: int) -> Recording:
    row = session.get(Recording, recording_id)
    if row is None or actor.label != CHECKER:
        raise Denied
    if row.state != "received":
        raise Refusal("This recording has been checked already.", status=409)
    return row
