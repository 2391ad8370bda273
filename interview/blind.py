"""What a judge's device may read: the seat, the number in the room, the judge's own sheets; nothing else.

Values carry no name, no unit, no candidate's id, and nothing of other judges: not their marks, not how many have
submitted, not in which order. So a receipt has no id of its own either: such ids count everybody's sheets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BindParameter, Row, Select, bindparam, select
from sqlmodel import Session, col

from interview import queries
from interview.hearing import ALLOWED, IN_ROOM, EventKind, State
from interview.scoresheet import Marks, SheetForm, check_code, content
from interview.stored import exact_mark, exact_marks
from interview.tables import Hearing, Room, ScoreSheet, Seat, SheetDraft, SubmissionKey

VERSION = 1
"""The version under which a sheet is handed in."""


@dataclass(frozen=True, slots=True)
class SeatView:
    """Where the tablet stands: the room, the seat's number, the group the judge marks in (a key of the form)."""

    seat_id: int
    room_id: int
    room_code: str
    number: int
    group: str
    chief: bool


@dataclass(frozen=True, slots=True)
class HearingView:
    """A hearing as a judge sees it: a sealed number (面试序号) and a state."""

    hearing_id: int
    number: int
    state: State

    @property
    def open_for_marks(self) -> bool:
        """Whether a sheet may be handed in now."""
        return self.state in ALLOWED[EventKind.SUBMIT]


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """The judge's unfinished marks as the tablet last sent them, as text; `sequence` is the tablet's own count."""

    hearing_id: int
    number: int
    sequence: int
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A sheet the judge has handed in. Late: it came after the seal or after the seat was withdrawn."""

    hearing_id: int
    number: int
    marks: Mapping[str, Decimal]
    total: Decimal
    short_code: str
    received_at: datetime
    late: bool

    @property
    def receipt(self) -> "Receipt":
        """The receipt given for it."""
        return Receipt(self.number, self.short_code, self.received_at, self.late)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a judge gets for a sheet: for which number, under which check code, when it arrived."""

    number: int
    short_code: str
    received_at: datetime
    late: bool


def seat(session: Session, seat_id: int) -> SeatView | None:
    """The seat of a tablet; None once it is withdrawn."""
    row = session.execute(
        select(col(Seat.id), col(Seat.room_id), col(Room.code), col(Seat.number), col(Seat.group_key), col(Seat.chief))
        .join(Room, col(Room.id) == col(Seat.room_id))
        .where(col(Seat.id) == seat_id, col(Seat.withdrawn_at).is_(None))
    ).first()
    return None if row is None else SeatView(*row)


def form(session: Session, seat_id: int) -> SheetForm:
    """The sheet's form as the scheme in force has it. Raises Refusal if no scheme is frozen."""
    selection_id = session.execute(select(col(Seat.selection_id)).where(col(Seat.id) == seat_id)).scalar_one()
    return queries.sheet_form(session, selection_id)


def in_room(session: Session, seat_id: int) -> HearingView | None:
    """The hearing that is in the seat's room now, from the call to the end of marking."""
    row = session.execute(_hearings(seat_id).where(col(Hearing.state).in_([state.value for state in IN_ROOM]))).first()
    return None if row is None else _hearing_view(row)


def hearing(session: Session, seat_id: int, hearing_id: int) -> HearingView | None:
    """A hearing of the seat's room; None for any other."""
    row = session.execute(_hearings(seat_id).where(col(Hearing.id) == hearing_id)).first()
    return None if row is None else _hearing_view(row)


def hearings(session: Session, seat_id: int) -> tuple[HearingView, ...]:
    """All hearings of the seat's room by number, for finding one by its number again and again."""
    rows = session.execute(_hearings(seat_id).order_by(col(Hearing.sealed_number))).all()
    return tuple(_hearing_view(row) for row in rows)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one sheet stands: the hearing's state now, the seat's own draft, whether its own sheet is here."""

    heard: HearingView
    draft: OwnDraft | None
    handed_in: bool


_SEAT: BindParameter[int] = bindparam("seat")
_HEARING: BindParameter[int] = bindparam("hearing")
_STANDING = (
    select(
        col(Hearing.id), col(Hearing.sealed_number), col(Hearing.state), col(SheetDraft.sequence),
        col(SheetDraft.body), col(ScoreSheet.id).is_not(None),
    )
    .join(Seat, col(Seat.room_id) == col(Hearing.room_id))
    .outerjoin(SheetDraft, (col(SheetDraft.hearing_id) == _HEARING) & (col(SheetDraft.seat_id) == _SEAT))
    .outerjoin(ScoreSheet, (col(ScoreSheet.hearing_id) == _HEARING) & (col(ScoreSheet.seat_id) == _SEAT))
    .where(col(Seat.id) == _SEAT, col(Seat.withdrawn_at).is_(None), col(Hearing.id) == _HEARING)
    .limit(1)
)  # fmt: skip
"""Built once: every tablet sends it for every sheet it opens."""


def standing(session: Session, seat_id: int, hearing_id: int) -> Standing | None:
    """How the seat's own sheet for a hearing stands, in one statement; None once the seat is withdrawn."""
    row = session.connection().execute(_STANDING, {"seat": seat_id, "hearing": hearing_id}).first()
    if row is None:
        return None
    heard = HearingView(hearing_id, row[1], State(row[2]))
    draft = None if row[3] is None else OwnDraft(hearing_id, heard.number, row[3], row[4])
    return Standing(heard, draft, bool(row[5]))


def own_draft(session: Session, seat_id: int, hearing_id: int) -> OwnDraft | None:
    """The judge's draft for a hearing, if the server holds one."""
    row = session.execute(
        select(col(Hearing.sealed_number), col(SheetDraft.sequence), col(SheetDraft.body))
        .join(Hearing, col(Hearing.id) == col(SheetDraft.hearing_id))
        .where(col(SheetDraft.hearing_id) == hearing_id, col(SheetDraft.seat_id) == seat_id)
    ).first()
    return None if row is None else OwnDraft(hearing_id, row[0], row[1], row[2])


def own_sheet(session: Session, seat_id: int, hearing_id: int) -> OwnSheet | None:
    """The sheet the judge has handed in for a hearing, if any."""
    row = session.execute(_sheets(seat_id).where(col(ScoreSheet.hearing_id) == hearing_id)).first()
    return None if row is None else _own_sheet(row)


def own_sheets(session: Session, seat_id: int) -> tuple[OwnSheet, ...]:
    """All sheets the judge has handed in, by number, for looking back (横向比较)."""
    rows = session.execute(_sheets(seat_id).order_by(col(Hearing.sealed_number))).all()
    return tuple(_own_sheet(row) for row in rows)


def receipt(session: Session, seat_id: int, key: str) -> Receipt | None:
    """The receipt already given for a submission of this seat under this key; None if it never arrived."""
    row = session.execute(
        _sheets(seat_id)
        .join(SubmissionKey, col(SubmissionKey.sheet_id) == col(ScoreSheet.id))
        .where(col(SubmissionKey.key) == key)
    ).first()
    return None if row is None else _own_sheet(row).receipt


def sheet_code(place: SeatView, heard: HearingView, sheet_form: SheetForm, marks: Marks) -> str:
    """The check code (核对码) of a sheet, the same on screen and on paper."""
    sheet = content(
        sheet_form,
        marks,
        hearing=f"{place.room_code}-{heard.number}",
        seat=f"{place.room_code}/{place.number}",
        version=VERSION,
    )
    return check_code(sheet)


def _hearings(seat_id: int) -> Select[int | None, int, str]:
    return (
        select(col(Hearing.id), col(Hearing.sealed_number), col(Hearing.state))
        .join(Seat, col(Seat.room_id) == col(Hearing.room_id))
        .where(col(Seat.id) == seat_id)
    )


def _sheets(seat_id: int) -> Select[int, int, str, int, str, datetime, bool]:
    return (
        select(
            col(ScoreSheet.hearing_id),
            col(Hearing.sealed_number),
            col(ScoreSheet.marks),
            col(ScoreSheet.total),
            col(ScoreSheet.short_code),
            col(ScoreSheet.received_at),
            col(ScoreSheet.late),
        )
        .join(Hearing, col(Hearing.id) == col(ScoreSheet.hearing_id))
        .where(col(ScoreSheet.seat_id) == seat_id)
    )


def _hearing_view(row: Row[int | None, int, str]) -> HearingView:
    return HearingView(row[0] or 0, row[1], State(row[2]))


def _own_sheet(row: Row[int, int, str, int, str, datetime, bool]) -> OwnSheet:
    hearing_id, number, marks, total, short_code, received_at, late = row
    return OwnSheet(hearing_id, number, exact_marks(marks), exact_mark(total), short_code, received_at, late)


@dataclass(frozen=True, slots=True)
class Card:
    """An issued seat card: the seat it opens, and the hash of what the judge must know besides its mark."""

    seat_id: int
    card_hash: str


def cards(session: Session, mark: str) -> list[Card]:
    """The cards in force with this mark, hardly ever more than one: not replaced, and their seat not withdrawn."""
    rows = session.execute(
        select(col(Seat.id), col(Seat.card_hash))
        .where(col(Seat.card_mark) == mark, col(Seat.card_hash) != "", col(Seat.withdrawn_at).is_(None))
        .order_by(col(Seat.id))
    )
    return [Card(seat_id or 0, card_hash) for seat_id, card_hash in rows]
