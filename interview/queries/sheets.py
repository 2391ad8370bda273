"""Reads of score sheets: their form, what a supervisor seals, and the sealed marks for the tally."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from core.errors import Refusal
from exam.queries import in_force
from interview.hearing import State
from interview.scoresheet import SheetForm, parse_sheet
from interview.stored import StoredSheet, exact_marks, sheets_digest
from interview.tables import Hearing, Room, ScoreSheet, Seat


def sheet_form(session: Session, selection_id: int) -> SheetForm:
    """The `[sheet]` section of the scheme in force. Raises Refusal if none is frozen."""
    rules = in_force(session, selection_id)
    if rules is None:
        raise Refusal("The rules of this selection are not frozen yet.", status=409)
    return _form(rules.canonical)


@lru_cache(maxsize=64)
def _form(canonical: str) -> SheetForm:
    """A frozen scheme never changes, so its form is read once."""
    return parse_sheet(json.loads(canonical, parse_float=Decimal).get("sheet", {}))


@dataclass(frozen=True, slots=True)
class Sealing:
    """What the supervisor sees before the seal: whose sheets are here, and the digest over them; no mark."""

    hearing_id: int
    version: int
    state: State
    received: tuple[int, ...]
    missing: tuple[int, ...]
    digest: str


def sealing(session: Session, hearing_id: int) -> Sealing | None:
    """The facts of a seal by seat numbers; None if there is no such hearing."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        return None
    stored = stored_sheets(session, hearing_id)
    here = {sheet.seat for sheet in stored}
    sitting = session.execute(
        select(col(Seat.number))
        .where(col(Seat.room_id) == hearing.room_id, col(Seat.withdrawn_at).is_(None))
        .order_by(col(Seat.number))
    ).scalars()
    return Sealing(
        hearing_id=hearing_id,
        version=hearing.version,
        state=State(hearing.state),
        received=tuple(sorted(here)),
        missing=tuple(number for number in sitting if number not in here),
        digest=sheets_digest(hearing_id, stored),
    )


def stored_sheets(session: Session, hearing_id: int) -> list[StoredSheet]:
    """The sheets of a hearing that came in time, by seat."""
    rows = session.execute(_sheets().where(col(ScoreSheet.hearing_id) == hearing_id).order_by(col(Seat.number)))
    return [_stored(row) for row in rows]


@dataclass(frozen=True, slots=True)
class SealedSheet:
    """One seat's marks in a sealed hearing; `marks` is None where the judge had left and handed in nothing."""

    seat: int
    group: str
    marks: Mapping[str, Decimal] | None


@dataclass(frozen=True, slots=True)
class SealedHearing:
    """A sealed hearing with the marks of all its seats, for the tally."""

    hearing_id: int
    candidacy_id: int
    post_id: int
    room_code: str
    number: int
    sealed_at: datetime
    digest: str
    sheets: tuple[SealedSheet, ...]


def sealed_sheets(session: Session, selection_id: int) -> tuple[SealedHearing, ...]:
    """All sealed hearings of a selection with every seat's marks, by room and number.

    Raises Refusal for a hearing whose sheets no longer give the digest that was sealed.
    """
    hearings = session.execute(
        select(Hearing, col(Room.code), col(Room.post_id))
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(col(Hearing.selection_id) == selection_id, col(Hearing.state) == State.SEALED.value)
        .order_by(col(Room.code), col(Hearing.sealed_number))
    ).all()
    seats: dict[int, list[tuple[int, str]]] = {}
    for room_id, number, group in session.execute(
        select(col(Seat.room_id), col(Seat.number), col(Seat.group_key))
        .where(col(Seat.selection_id) == selection_id)
        .order_by(col(Seat.number))
    ):
        seats.setdefault(room_id, []).append((number, group))
    stored: dict[int, list[StoredSheet]] = {}
    for row in session.execute(_sheets().where(col(Hearing.selection_id) == selection_id)):
        stored.setdefault(row[0], []).append(_stored(row))
    return tuple(
        _sealed(hearing, code, post_id, seats.get(hearing.room_id, []), stored.get(hearing.id or 0, []))
        for hearing, code, post_id in hearings
    )


def _sealed(
    hearing: Hearing, code: str, post_id: int, seats: list[tuple[int, str]], stored: list[StoredSheet]
) -> SealedHearing:
    hearing_id = hearing.id or 0
    if hearing.sealed_at is None or sheets_digest(hearing_id, stored) != hearing.sheets_digest:
        raise Refusal(
            "The sheets of number {number} in room {room} are not those that were sealed.",
            status=409,
            number=hearing.sealed_number,
            room=code,
        )
    marks = {sheet.seat: exact_marks(sheet.marks) for sheet in stored}
    return SealedHearing(
        hearing_id=hearing_id,
        candidacy_id=hearing.candidacy_id,
        post_id=post_id,
        room_code=code,
        number=hearing.sealed_number,
        sealed_at=hearing.sealed_at,
        digest=hearing.sheets_digest,
        sheets=tuple(SealedSheet(number, group, marks.get(number)) for number, group in seats),
    )


def _sheets() -> Select[int, int, str, int, str, int, str]:
    return (
        select(
            col(ScoreSheet.hearing_id),
            col(Seat.number),
            col(Seat.group_key),
            col(ScoreSheet.version),
            col(ScoreSheet.marks),
            col(ScoreSheet.total),
            col(ScoreSheet.short_code),
        )
        .join(Seat, col(Seat.id) == col(ScoreSheet.seat_id))
        .join(Hearing, col(Hearing.id) == col(ScoreSheet.hearing_id))
        .where(col(ScoreSheet.late).is_(False))
    )


def _stored(row: Row[int, int, str, int, str, int, str]) -> StoredSheet:
    return StoredSheet(*row[1:])
