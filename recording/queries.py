"""Reads of recordings: lists, one with its chapters, and what still waits or is missing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.errors import Problem
from core.people import Actor, Power
from core.queries import PAGE, first_row
from core.tables import StoredFile
from interview.hearing import EventKind, State
from interview.queries import hearing_events
from interview.tables import Hearing, Room
from recording.states import FILMED, RecordingState
from recording.tables import Recording, RetentionEvent, ViewingGrant
from recording.timeline import Timeline, timeline


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """One recording with its place: room and sealed number, no name."""

    recording: Recording
    room_code: str
    number: int


def recordings(
    session: Session, selection_id: int, *, state: str = "", room: str = "", page: int = 1
) -> tuple[list[RecordingLine], int]:
    """One page of a selection's recordings by room and number, every attempt, and how many there are in all."""
    wanted = (
        select(Recording, Room.code, Hearing.sealed_number)
        .join(Hearing, col(Hearing.id) == col(Recording.hearing_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(Recording.selection_id == selection_id)
    )
    if state:
        wanted = wanted.where(Recording.state == state)
    if room:
        wanted = wanted.where(Room.code == room)
    total = session.exec(select(func.count()).select_from(wanted.subquery())).one()
    rows = session.exec(
        wanted.order_by(col(Room.code), col(Hearing.sealed_number), col(Recording.id))
        .offset(first_row(page))
        .limit(PAGE)
    )
    return [RecordingLine(row, code, number) for row, code, number in rows], total


@dataclass(frozen=True, slots=True)
class RecordingPage:
    """One recording with its files and chapters.

    `started` is when the video begins; where nobody said so it is taken to begin with the call (`started_known` is
    false then). `timeline` is None before the check and where the hearing was never called.
    """

    recording: Recording
    room_code: str
    number: int
    hearing_state: State
    captured: StoredFile
    review: StoredFile | None
    poster: StoredFile | None
    started: datetime | None
    started_known: bool
    timeline: Timeline | None

    @property
    def problem(self) -> Problem | None:
        """Why the file cannot be used, if it cannot."""
        stored = self.recording.problem
        return Problem(stored["sentence"], stored.get("facts", {})) if stored else None


def recording_page(session: Session, recording_id: int) -> RecordingPage | None:
    """A recording for review; None if there is none. Whoever shows it runs the act note_viewing first."""
    found = session.exec(
        select(Recording, Room.code, Hearing.sealed_number, Hearing.state)
        .join(Hearing, col(Hearing.id) == col(Recording.hearing_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(Recording.id == recording_id)
    ).first()
    if found is None:
        return None
    row, code, number, state = found
    named = [digest for digest in (row.sha256, row.review_sha256, row.poster_sha256) if digest]
    files = {file.sha256: file for file in session.exec(select(StoredFile).where(col(StoredFile.sha256).in_(named)))}
    events = hearing_events(session, row.hearing_id)
    called = next((event.at for event in events if event.kind is EventKind.CALL), None)
    started = row.starts_at or called
    return RecordingPage(
        recording=row,
        room_code=code,
        number=number,
        hearing_state=State(state),
        captured=files[row.sha256],
        review=files.get(row.review_sha256 or ""),
        poster=files.get(row.poster_sha256 or ""),
        started=started,
        started_known=row.starts_at is not None,
        timeline=timeline(events, started, row.milliseconds) if started and row.milliseconds else None,
    )


@dataclass(frozen=True, slots=True)
class FilmedHearing:
    """A hearing of which there can be a recording, and its best attempt so far, if any."""

    hearing_id: int
    room_code: str
    number: int
    hearing_state: State
    recording: Recording | None


_MERIT = {RecordingState.VERIFIED: 2, RecordingState.RECEIVED: 1, RecordingState.FAILED: 0}


def filmed_hearings(session: Session, selection_id: int, *, room: str = "") -> list[FilmedHearing]:
    """The hearings to hand recordings in for, by room and number; the verified attempt, else the newest."""
    hearings = (
        select(Hearing.id, Room.code, Hearing.sealed_number, Hearing.state)
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(Hearing.selection_id == selection_id, col(Hearing.state).in_([state.value for state in FILMED]))
        .order_by(col(Room.code), col(Hearing.sealed_number))
    )
    if room:
        hearings = hearings.where(Room.code == room)
    best: dict[int, Recording] = {}
    for row in session.exec(
        select(Recording).where(Recording.selection_id == selection_id).order_by(col(Recording.id))
    ):
        held = best.get(row.hearing_id)
        if held is None or _MERIT[RecordingState(row.state)] >= _MERIT[RecordingState(held.state)]:
            best[row.hearing_id] = row
    return [
        FilmedHearing(hearing_id or 0, code, number, State(state), best.get(hearing_id or 0))
        for hearing_id, code, number, state in session.exec(hearings)
    ]


def recording_of_hearing(session: Session, hearing_id: int) -> Recording | None:
    """The verified recording of a hearing, if there is one."""
    return session.exec(
        select(Recording).where(Recording.hearing_id == hearing_id, Recording.state == RecordingState.VERIFIED.value)
    ).first()


def waiting_recordings(session: Session) -> list[int]:
    """The recordings that nobody has checked yet: the worker's list, made from our own rows."""
    rows = session.exec(
        select(Recording.id).where(Recording.state == RecordingState.RECEIVED.value).order_by(col(Recording.id))
    )
    return [one or 0 for one in rows]


def hearings_without_video(session: Session, selection_id: int) -> list[tuple[str, int]]:
    """Sealed hearings without a verified recording, by room and number: they keep a tally from being accepted."""
    verified = select(Recording.hearing_id).where(Recording.state == RecordingState.VERIFIED.value)
    rows = session.exec(
        select(Room.code, Hearing.sealed_number)
        .join(Hearing, col(Hearing.room_id) == col(Room.id))
        .where(Hearing.selection_id == selection_id, Hearing.state == State.SEALED.value)
        .where(col(Hearing.id).not_in(verified))
        .order_by(col(Room.code), col(Hearing.sealed_number))
    )
    return [(code, number) for code, number in rows]


def granted_hearings(session: Session, selection_id: int) -> frozenset[int]:
    """The hearings whose recordings the committee may see."""
    return frozenset(session.exec(select(ViewingGrant.hearing_id).where(ViewingGrant.selection_id == selection_id)))


def may_view(session: Session, actor: Actor, recording: Recording) -> bool:
    """Whether the actor may see a recording: by duty, or on the committee once its candidate is proposed."""
    if actor.may(Power.RECORDING_VIDEO_REVIEW, recording.selection_id):
        return True
    return actor.may(Power.SCORING_SHORTLIST_READ, recording.selection_id) and recording.hearing_id in granted_hearings(
        session, recording.selection_id
    )


def retention_events(session: Session, selection_id: int) -> list[RetentionEvent]:
    """What has started retention periods of a selection's material, in order."""
    wanted = select(RetentionEvent).where(RetentionEvent.selection_id == selection_id)
    return list(session.exec(wanted.order_by(col(RetentionEvent.id))))
