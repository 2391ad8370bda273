"""Reads of recordings: lists, one with its chapters, and what still waits or is missing."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from interview.hearing import State
from interview.tables import Hearing, Room
from recording.tables import Recording, ViewingGrant

PAGE = 50


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """One recording with its place: room and sealed number, no name."""

    recording: Recording
    room_code: str
    number: int


def recordings(
    session: Session, selection_id: int, *, state: str = "", page: int = 1
) -> tuple[list[RecordingLine], int]:
    """The recordings of a selection by room and number, and how many there are in all."""
    wanted = [col(Recording.selection_id) == selection_id]
    if state:
        wanted.append(col(Recording.state) == state)
    total = session.exec(select(func.count()).select_from(Recording).where(*wanted)).one()
    rows = session.exec(
        select(Recording, Room.code, Hearing.sealed_number)
        .join(Hearing, col(Hearing.id) == col(Recording.hearing_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(*wanted)
        .order_by(col(Room.code), col(Hearing.sealed_number), col(Recording.id))
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return [RecordingLine(row, code, number) for row, code, number in rows], total


def recording_of_hearing(session: Session, hearing_id: int) -> Recording | None:
    """The verified recording of a hearing, if there is one."""
    return session.exec(
        select(Recording).where(Recording.hearing_id == hearing_id, Recording.state == "verified")
    ).first()


def waiting_recordings(session: Session) -> list[int]:
    """The recordings that nobody has checked yet: the worker's list, made from our own rows."""
    rows = session.exec(select(Recording.id).where(Recording.state == "received").order_by(col(Recording.id)))
    return [one or 0 for one in rows]


def hearings_without_video(session: Session, selection_id: int) -> list[tuple[str, int]]:
    """Sealed hearings without a verified recording, by room and number: they keep a tally from being accepted."""
    verified = select(Recording.hearing_id).where(Recording.state == "verified")
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
