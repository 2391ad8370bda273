"""Reads of the interview day's boards: rooms, hearings and their states, and how many sheets are in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from core.words import Name
from exam.tables import Post
from interview.hearing import (
    ENDED,
    IN_ROOM,
    Completeness,
    Event,
    EventKind,
    Signature,
    Signer,
    State,
    completeness,
)
from interview.queries.sheets import sheet_form, stored_sheets
from interview.stored import exact_marks
from interview.tables import Hearing, HearingEvent, Room, ScoreSheet, Seat


@dataclass(frozen=True, slots=True)
class BoardHearing:
    """A hearing on the board: number, state since when, and how many sheets of how many are in."""

    hearing_id: int
    number: int
    state: State
    version: int
    since: datetime | None
    sheets: int
    late: int


@dataclass(frozen=True, slots=True)
class BoardRoom:
    """A room on the board with its hearings by number; `seats` counts the judges who sit there now."""

    room_id: int
    code: str
    name: Name
    post_id: int
    post: Name
    seats: int
    hearings: tuple[BoardHearing, ...]

    @property
    def present(self) -> BoardHearing | None:
        """The hearing that is in the room now."""
        return next((one for one in self.hearings if one.state in IN_ROOM), None)

    @property
    def following(self) -> BoardHearing | None:
        """The hearing to be called next: the lowest number that waits."""
        return next((one for one in self.hearings if one.state is State.WAITING), None)


def room_board(session: Session, selection_id: int) -> tuple[BoardRoom, ...]:
    """All rooms of a selection for the staff's board, by code."""
    seats = dict(
        session.execute(
            select(col(Seat.room_id), func.count())
            .where(col(Seat.selection_id) == selection_id, col(Seat.withdrawn_at).is_(None))
            .group_by(col(Seat.room_id))
        ).all()
    )
    by_room: dict[int, list[BoardHearing]] = defaultdict(list)
    for room_id, line in _board_hearings(session, col(Hearing.selection_id) == selection_id):
        by_room[room_id].append(line)
    rooms = session.execute(
        select(Room, Post)
        .join(Post, col(Post.id) == col(Room.post_id))
        .where(col(Room.selection_id) == selection_id)
        .order_by(col(Room.code))
    )
    return tuple(
        BoardRoom(
            room_id=room.id,
            code=room.code,
            name=Name(room.name, room.name_en),
            post_id=post.id,
            post=Name(post.name, post.name_en),
            seats=seats.get(room.id, 0),
            hearings=tuple(by_room.get(room.id, ())),
        )
        for room, post in rooms
    )


def hearings_of_room(session: Session, room_id: int) -> tuple[BoardHearing, ...]:
    """The hearings of one room by sealed number."""
    return tuple(line for _, line in _board_hearings(session, col(Hearing.room_id) == room_id))


def board_hearing(session: Session, hearing_id: int) -> BoardHearing | None:
    """One hearing as it stands."""
    return next((line for _, line in _board_hearings(session, col(Hearing.id) == hearing_id)), None)


def _board_hearings(session: Session, where: ColumnElement[bool]) -> list[tuple[int, BoardHearing]]:
    since = select(func.max(col(HearingEvent.at))).where(col(HearingEvent.hearing_id) == col(Hearing.id))
    sheets = select(func.count()).where(col(ScoreSheet.hearing_id) == col(Hearing.id))
    rows = session.execute(
        select(
            col(Hearing.room_id),
            col(Hearing.id),
            col(Hearing.sealed_number),
            col(Hearing.state),
            col(Hearing.version),
            since.scalar_subquery(),
            sheets.where(col(ScoreSheet.late).is_(False)).scalar_subquery(),
            sheets.where(col(ScoreSheet.late).is_(True)).scalar_subquery(),
        )
        .where(where)
        .order_by(col(Hearing.room_id), col(Hearing.sealed_number))
    )
    return [
        (room_id, BoardHearing(hearing_id, number, State(state), version, begun, in_time, late))
        for room_id, hearing_id, number, state, version, begun, in_time, late in rows
    ]


def hearing_completeness(session: Session, hearing_id: int) -> Completeness | None:
    """The matrix judges × elements of a hearing, None if there is none: which marks are here, never which they are."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        return None
    form = sheet_form(session, hearing.selection_id)
    marked = {str(sheet.seat): exact_marks(sheet.marks).keys() for sheet in stored_sheets(session, hearing_id)}
    sitting = session.execute(
        select(col(Seat.number), col(Seat.withdrawn_at))
        .where(col(Seat.room_id) == hearing.room_id)
        .order_by(col(Seat.number))
    )
    seats = [str(number) for number, withdrawn in sitting if withdrawn is None or str(number) in marked]
    return completeness(seats, [element.key for element in form.elements], marked)


def noted_events(session: Session, hearing_id: int) -> list[Event]:
    """What staff noted of a hearing, in order. A seal stands here only with both signatures, in ink."""
    rows = session.execute(
        select(col(HearingEvent.kind), col(HearingEvent.at), col(HearingEvent.reason))
        .where(col(HearingEvent.hearing_id) == hearing_id)
        .order_by(col(HearingEvent.id))
    )
    return [_event(EventKind(kind), at, reason) for kind, at, reason in rows]


def _event(kind: EventKind, at: datetime, reason: str) -> Event:
    if kind is EventKind.SEAL:
        return Event(kind, at, signers=frozenset(Signer), signature=Signature.INK)
    return Event(kind, at, reason)


def hearing_events(session: Session, hearing_id: int) -> list[Event]:
    """All that happened in a hearing by time, for its video; when sheets came in is told once it is sealed."""
    events = noted_events(session, hearing_id)
    if any(event.kind is EventKind.SEAL for event in events):
        rows = session.execute(
            select(col(ScoreSheet.received_at), col(Seat.number))
            .join(Seat, col(Seat.id) == col(ScoreSheet.seat_id))
            .where(col(ScoreSheet.hearing_id) == hearing_id, col(ScoreSheet.late).is_(False))
        )
        events += [Event(EventKind.SUBMIT, received, seat=str(number)) for received, number in rows]
    return sorted(events, key=lambda event: event.at)


NOT_BEGUN = frozenset({State.WAITING, State.ABSENT, State.WITHDREW})


def has_begun(session: Session, room_id: int) -> bool:
    """Whether anybody has been heard in the room, or is being heard."""
    begun = col(Hearing.state).not_in([state.value for state in NOT_BEGUN])
    return session.execute(select(col(Hearing.id)).where(col(Hearing.room_id) == room_id, begun)).first() is not None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A hearing that is neither sealed nor ended without a mark."""

    room_code: str
    number: int
    state: State


def unfinished(session: Session, selection_id: int) -> tuple[Unfinished, ...]:
    """The hearings that still keep the interview from being tallied, by room and number."""
    rows = session.execute(
        select(col(Room.code), col(Hearing.sealed_number), col(Hearing.state))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(col(Hearing.selection_id) == selection_id)
        .where(col(Hearing.state).not_in([state.value for state in ENDED]))
        .order_by(col(Room.code), col(Hearing.sealed_number))
    )
    return tuple(Unfinished(code, number, State(state)) for code, number, state in rows)
