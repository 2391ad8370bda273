"""The score sheet's driver SQL: the one hot path, prepared by the driver and sent past SQLAlchemy.

One statement finds where a submission lands, two keep it, one keeps a draft. The columns stand here once and are
tested against the tables. Only interview.actions.sheets calls this, inside an act.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from core.calls import Bare, Lookup, Steps
from core.spelling import POSTGRES, SQLITE, Spelling

KEY_COLUMNS = ("key", "sheet_id")
DRAFT_COLUMNS = ("hearing_id", "seat_id", "sequence", "body", "saved_at")
ASKED = ("key", "hearing_id", "seat_id")
FOUND = {
    "place": "given.place", "selection_id": "h.selection_id", "number": "h.sealed_number", "state": "h.state",
    "withdrawn": "s.withdrawn_at IS NOT NULL", "sheet_id": "p.id", "marks": "p.marks", "total": "p.total",
    "short_code": "p.short_code", "received_at": "p.received_at", "late": "p.late", "sheet_of_key": "k.sheet_id",
}  # fmt: skip
LANDING = """
    SELECT {found} FROM {given}
    JOIN hearing h ON h.id = given.hearing_id
    JOIN seat s ON s.id = given.seat_id AND s.room_id = h.room_id
    LEFT JOIN score_sheet p ON p.id = (
        SELECT q.id FROM score_sheet q WHERE q.hearing_id = h.id AND q.seat_id = s.id ORDER BY q.version DESC LIMIT 1)
    LEFT JOIN submission_key k ON k.key = given.key
"""
TYPES = {
    **dict.fromkeys(("hearing_id", "seat_id", "version", "total", "sheet_id", "sequence"), "bigint"),
    **dict.fromkeys(("received_at", "saved_at"), "timestamptz"),
    "late": "boolean",
}


class NewSheet(NamedTuple):
    """A sheet to be kept: one value per column; `marks` is JSON text, `total` a scaled integer."""

    hearing_id: int
    seat_id: int
    version: int
    marks: str
    total: int
    short_code: str
    received_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A sheet as it stands in the database; `marks` is its JSON text, `total` its scaled integer."""

    sheet_id: int
    marks: str
    total: int
    short_code: str
    received_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a submission lands: the hearing, the state of the seat, and the sheet already there, if any."""

    selection_id: int
    number: int
    state: str
    withdrawn: bool
    kept: Kept | None
    sheet_of_key: int | None


@dataclass(frozen=True, slots=True)
class _Statements:
    """The statements in one database's spelling."""

    landing: str
    sheet: str
    key_of_sheet: str
    key: str
    draft: str


def _insert(table: str, columns: tuple[str, ...], spelling: Spelling) -> str:
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {spelling.given(columns, TYPES)}"  # noqa: S608 - fixed names


def _statements(spelling: Spelling) -> _Statements:
    found = ", ".join(f"{value} AS {name}" for name, value in FOUND.items())
    of_sheet = ("key", *NewSheet._fields[:3])
    return _Statements(
        landing=spelling.answering(LANDING.format(found=found, given=spelling.given(ASKED, TYPES)), list(FOUND)),
        sheet=_insert("score_sheet", NewSheet._fields, spelling),
        key_of_sheet=(
            f"INSERT INTO submission_key (key, sheet_id) SELECT given.key, p.id FROM {spelling.given(of_sheet, TYPES)} "  # noqa: S608 - fixed names
            "JOIN score_sheet p ON p.hearing_id = given.hearing_id AND p.seat_id = given.seat_id "
            "AND p.version = given.version"
        ),
        key=_insert("submission_key", KEY_COLUMNS, spelling),
        # "WHERE true": after FROM, SQLite would take ON for a join's
        draft=(
            f"{_insert('sheet_draft', DRAFT_COLUMNS, spelling)} WHERE true ON CONFLICT (hearing_id, seat_id) "
            "DO UPDATE SET sequence = excluded.sequence, body = excluded.body, saved_at = excluded.saved_at "
            "WHERE sheet_draft.sequence <= excluded.sequence"
        ),
    )


_SPELT = {spelling: _statements(spelling) for spelling in (SQLITE, POSTGRES)}


@dataclass(frozen=True, slots=True)
class SheetSql:
    """The statements of one act."""

    bare: Bare
    statements: _Statements

    @classmethod
    def of(cls, bare: Bare) -> "SheetSql":
        """The statements in the spelling of an act's driver."""
        return cls(bare, _SPELT[bare.spelling])

    def find_landing(self, key: str, hearing_id: int, seat_id: int) -> "Steps[Landing | None]":
        """Where a submission under this key lands; None if the hearing is not one of the seat's room."""
        row = yield Lookup(self.statements.landing, (key, hearing_id, seat_id))
        if row is None:
            return None
        kept = None
        if row[4] is not None:
            kept = Kept(row[4], row[5], row[6], row[7], _moment(row[8]), bool(row[9]))
        return Landing(row[0], row[1], row[2], bool(row[3]), kept, row[10])

    def keep_sheet(self, key: str, sheet: NewSheet) -> None:
        """Keep a sheet and the key it came under."""
        received_at = self.bare.spelling.moment(sheet.received_at)
        self.bare.write(self.statements.sheet, sheet._replace(received_at=received_at))
        self.bare.write(self.statements.key_of_sheet, (key, *sheet[:3]))

    def keep_key(self, key: str, sheet_id: int) -> None:
        """Keep one more key under which a sheet came."""
        self.bare.write(self.statements.key, (key, sheet_id))

    def keep_draft(self, hearing_id: int, seat_id: int, sequence: int, body: str, now: datetime) -> None:
        """Keep a draft unless a later one is there; `body` is JSON text."""
        self.bare.write(self.statements.draft, (hearing_id, seat_id, sequence, body, self.bare.spelling.moment(now)))


def _moment(stored: Any) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
