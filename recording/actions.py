"""Acts of recording: a video comes in, is checked, is viewed; what starts a retention period."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.actions import note_file
from core.acts import touch
from core.errors import Denied, Refusal
from core.files import Saved
from core.people import Actor, Power
from core.words import N_
from exam.queries import selection_row
from interview.hearing import State
from interview.tables import Hearing, Room
from interview.topics import board_topic
from recording import retention
from recording.queries import may_view, recording_of_hearing
from recording.states import FILMED, RecordingState
from recording.tables import Recording, RetentionEvent, ViewingGrant

TOPIC = "recordings"
CHECKER = "job:recordings"
_NAME_CAP = 200
_FORESTALLED = N_("Another file of this hearing was verified first.")
_POWERS: Mapping[retention.RetentionEvent, Power] = {
    retention.RetentionEvent.INTERVIEW_ENDED: Power.SCORING_TALLY_RUN,
    retention.RetentionEvent.RESULT_PUBLISHED: Power.SCORING_RESULT_PUBLISH,
    retention.RetentionEvent.NOTICE_CLOSED: Power.SCORING_RESULT_PUBLISH,
    retention.RetentionEvent.PROBATION_ENDED: Power.RECORDING_RETENTION_NOTE,
    retention.RetentionEvent.POOL_EXPIRED: Power.SCORING_POOL_KEEP,
}
"""Whose act brings an event about."""


def receive_recording(
    session: Session,
    actor: Actor,
    hearing_id: int,
    saved: Saved,
    name: str,
    *,
    starts_at: datetime | None = None,
    now: datetime,
) -> int:
    """Take in the video of a hearing whose bytes are safe in the store; the worker checks it. Returns its id.

    `starts_at` is when the video begins, if that is known. Another file may follow a failed one, the same file sent
    again is the same recording, and a hearing that has a verified recording takes no further file.
    """
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise Denied
    actor.require(Power.RECORDING_VIDEO_UPLOAD, hearing.selection_id)
    if State(hearing.state) not in FILMED:
        raise Refusal(
            "Number {number} has not been heard, so there is no recording of it.", number=hearing.sealed_number
        )
    facts: dict[str, object] = {"hearing": hearing_id, "sha256": saved.sha256}
    if (known := _same_file(session, hearing, saved)) is not None:
        audit.record(
            session, actor, "recording.sent_again", now, scope=hearing.selection_id, recording=known.id, **facts
        )
        return known.id or 0
    if recording_of_hearing(session, hearing_id) is not None:
        raise Refusal("This hearing has a verified recording already.", status=409)
    note_file(session, saved, now)
    row = Recording(
        selection_id=hearing.selection_id,
        hearing_id=hearing_id,
        state=RecordingState.RECEIVED,
        name=name[:_NAME_CAP],
        sha256=saved.sha256,
        starts_at=starts_at,
        uploaded_by=actor.account_id,
        uploaded_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "recording.received", now, scope=hearing.selection_id, recording=row.id, size=saved.size,
        **facts,
    )  # fmt: skip
    touch(session, TOPIC, board_topic(hearing.selection_id))
    return row.id or 0


def _same_file(session: Session, hearing: Hearing, saved: Saved) -> Recording | None:
    """The recording of this hearing that is the very same file; one of another hearing is a mix-up and refused."""
    rows = session.exec(
        select(Recording, Hearing.id, Hearing.sealed_number, Room.code)
        .join(Hearing, col(Hearing.id) == col(Recording.hearing_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(Recording.sha256 == saved.sha256, Recording.state != RecordingState.FAILED.value)
    ).all()
    for row, hearing_id, number, code in rows:
        if hearing_id == hearing.id:
            return row
        raise Refusal(
            "This very file is already the recording of number {number} in room {room}.",
            status=409,
            number=number,
            room=code,
        )
    return None


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
    """The worker has checked a recording: it is verified, with its review copy, picture and findings.

    Where another file of the hearing was verified meanwhile, this one is of no use.
    """
    row = _waiting(session, actor, recording_id)
    if recording_of_hearing(session, row.hearing_id) is not None:
        _fail(session, actor, row, {"sentence": _FORESTALLED, "facts": {}}, now)
        return
    note_file(session, review, now)
    note_file(session, poster, now)
    row.state, row.verified_at, row.milliseconds = RecordingState.VERIFIED, now, milliseconds
    row.review_sha256, row.poster_sha256 = review.sha256, poster.sha256
    row.probe, row.findings = dict(probe), [dict(one) for one in findings]
    session.add(row)
    audit.record(
        session, actor, "recording.verified", now, scope=row.selection_id, recording=recording_id, sha256=row.sha256,
        review=review.sha256, findings=len(findings), milliseconds=milliseconds,
    )  # fmt: skip
    touch(session, board_topic(row.selection_id))


def fail_check(session: Session, actor: Actor, recording_id: int, problem: Mapping[str, Any], *, now: datetime) -> None:
    """The worker cannot use a file: `problem` keeps the reason (sentence and facts); another file may be handed in."""
    _fail(session, actor, _waiting(session, actor, recording_id), problem, now)


def _waiting(session: Session, actor: Actor, recording_id: int) -> Recording:
    row = session.get(Recording, recording_id)
    if row is None or actor != Actor(CHECKER):
        raise Denied
    if row.state != RecordingState.RECEIVED:
        raise Refusal("This recording has been checked already.", status=409)
    return row


def _fail(session: Session, actor: Actor, row: Recording, problem: Mapping[str, Any], now: datetime) -> None:
    row.state, row.problem = RecordingState.FAILED, dict(problem)
    session.add(row)
    audit.record(
        session, actor, "recording.failed", now, scope=row.selection_id, recording=row.id,
        reason=str(problem.get("sentence", "")),
    )  # fmt: skip
    touch(session, board_topic(row.selection_id))


def note_viewing(session: Session, actor: Actor, recording_id: int, *, now: datetime) -> None:
    """Note that somebody opens a recording: staff by duty, the committee for hearings of proposed names."""
    row = session.get(Recording, recording_id)
    if row is None or not may_view(session, actor, row):
        raise Denied
    audit.record(session, actor, "recording.viewed", now, scope=row.selection_id, recording=recording_id)


def grant_viewing(session: Session, actor: Actor, selection_id: int, candidacy_id: int, *, now: datetime) -> None:
    """Open a proposed candidate's recording to the committee; called by the act that confirms the names.

    Nothing is done for a candidate who had no hearing.
    """
    actor.require(Power.SCORING_SHORTLIST_CONFIRM, selection_id)
    hearing = session.exec(
        select(Hearing).where(Hearing.selection_id == selection_id, Hearing.candidacy_id == candidacy_id)
    ).first()
    if hearing is None:
        return
    granted = select(ViewingGrant.id).where(ViewingGrant.hearing_id == hearing.id)
    if session.exec(granted).first() is None:
        session.add(ViewingGrant(selection_id=selection_id, hearing_id=hearing.id or 0, granted_at=now))
    audit.record(session, actor, "recording.viewing_granted", now, scope=selection_id, hearing=hearing.id)


def note_event(
    session: Session, actor: Actor, selection_id: int, event: retention.RetentionEvent, *, now: datetime
) -> None:
    """Note something that starts a retention period (保存期限); called by the act that brings it about."""
    actor.require(_POWERS[event], selection_id)
    selection_row(session, selection_id)
    session.add(RetentionEvent(selection_id=selection_id, event=event, at=now))
    audit.record(session, actor, "retention_event.noted", now, scope=selection_id, event=event)
