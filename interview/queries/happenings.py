"""Reads of what just happened in the rooms of a selection, and of the seats whose sheets are in: for boards."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from interview.hearing import EventKind
from interview.panel import JudgeKind
from interview.tables import Hearing, HearingEvent, Room, ScoreSheet, Seat


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A judge's place in a room, without the judge."""

    number: int
    group: JudgeKind
    withdrawn: bool


def seats_of_rooms(session: Session, selection_id: int) -> Mapping[int, tuple[SeatLine, ...]]:
    """The seats of every room of a selection by number, by room."""
    rows = session.execute(
        select(col(Seat.room_id), col(Seat.number), col(Seat.group_key), col(Seat.withdrawn_at))
        .where(col(Seat.selection_id) == selection_id)
        .order_by(col(Seat.room_id), col(Seat.number))
    )
    found: dict[int, list[SeatLine]] = defaultdict(list)
    for room_id, number, group, withdrawn_at in rows:
        found[room_id].append(SeatLine(number, JudgeKind(group), withdrawn_at is not None))
    return {room_id: tuple(seats) for room_id, seats in found.items()}


def sheets_in(session: Session, hearing_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The seat numbers whose sheets came in time, by hearing; which marks they hold is not read."""
    rows = session.execute(
        select(col(ScoreSheet.hearing_id), col(Seat.number))
        .join(Seat, col(Seat.id) == col(ScoreSheet.seat_id))
        .where(col(ScoreSheet.hearing_id).in_(hearing_ids), col(ScoreSheet.late).is_(False))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for hearing_id, number in rows:
        found[hearing_id].add(number)
    return {hearing_id: frozenset(numbers) for hearing_id, numbers in found.items()}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that just happened; `kind` SUBMIT comes with the seat, a late sheet too."""

    at: datetime
    room_code: str
    number: int
    kind: EventKind
    seat: int = 0


def latest(session: Session, selection_id: int, most: int) -> tuple[Happening, ...]:
    """The newest things noted or handed in anywhere in a selection, the newest first."""
    events = session.execute(
        select(col(HearingEvent.at), col(Room.code), col(Hearing.sealed_number), col(HearingEvent.kind))
        .join(Hearing, col(Hearing.id) == col(HearingEvent.hearing_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(col(Hearing.selection_id) == selection_id)
        .order_by(col(HearingEvent.at).desc(), col(HearingEvent.id).desc())
        .limit(most)
    )
    sheets = session.execute(
        select(col(ScoreSheet.received_at), col(Room.code), col(Hearing.sealed_number), col(Seat.number))
        .join(Hearing, col(Hearing.id) == col(ScoreSheet.hearing_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .join(Seat, col(Seat.id) == col(ScoreSheet.seat_id))
        .where(col(Hearing.selection_id) == selection_id)
        .order_by(col(ScoreSheet.received_at).desc(), col(ScoreSheet.id).desc())
        .limit(most)
    )
    found = [Happening(at, room, number, EventKind(kind)) for at, room, number, kind in events]
    found += [Happening(at, room, number, EventKind.SUBMIT, seat) for at, room, number, seat in sheets]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:most])


def called_at(session: Session, selection_id: int) -> Mapping[int, datetime]:
    """When each hearing of a selection was called, the last time if it was called again."""
    rows = session.execute(
        select(col(HearingEvent.hearing_id), func.max(col(HearingEvent.at)))
        .join(Hearing, col(Hearing.id) == col(HearingEvent.hearing_id))
        .where(col(Hearing.selection_id) == selection_id, col(HearingEvent.kind) == EventKind.CALL.value)
        .group_by(col(HearingEvent.hearing_id))
    )
    return dict(rows.all())
