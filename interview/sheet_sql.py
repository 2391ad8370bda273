"""The score sheet's driver SQL: the one hot path, prepared by the driver and sent past SQLAlchemy.

One statement finds where a submission lands, two keep it, one keeps a draft. The columns stand here once and are
tested against the tables. Only interview.actions.sheets calls this, inside an act.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from core.calls import Bare, Lookup, Statement, Steps
from core.db import arrays

KEY_COLUMNS = ("key", "sheet_id")
DRAFT_COLUMNS = ("hearing_id", "seat_id", "sequence", "body", "saved_at")
LANDING = """
    SELECT h.selection_id, h.sealed_number, h.state, s.withdrawn_at IS NOT NULL,
           p.id, p.marks, p.total, p.short_code, p.received_at, p.late,
           (SELECT k.sheet_id FROM submission_key k WHERE k.key = {key})
    FROM hearing h
    JOIN seat s ON s.room_id = h.room_id
    LEFT JOIN score_sheet p ON p.hearing_id = h.id AND p.seat_id = s.id
    WHERE h.id = {hearing} AND s.id = {seat}
    ORDER BY p.version DESC LIMIT 1
"""


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
    """The statements in one driver's spelling of parameters."""

    landing: Statement
    sheet: Statement
    key_of_sheet: Statement
    key: Statement
    draft: Statement


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"  # noqa: S608 - fixed names


_SHEET, _KEY = _insert("score_sheet", NewSheet._fields), _insert("submission_key", KEY_COLUMNS)
_DRAFT = (
    f"{_insert('sheet_draft', DRAFT_COLUMNS)} ON CONFLICT (hearing_id, seat_id) DO UPDATE SET "
    "sequence = excluded.sequence, body = excluded.body, saved_at = excluded.saved_at "
    "WHERE sheet_draft.sequence <= excluded.sequence"
)
_SQLITE = _Statements(
    landing=Statement(LANDING.format(key="?", hearing="?", seat="?")),
    sheet=Statement(_SHEET),
    key_of_sheet=Statement(_KEY.replace("VALUES (?, ?)", "VALUES (?, last_insert_rowid())")),
    key=Statement(_KEY),
    draft=Statement(_DRAFT),
)
_TYPES = dict.fromkeys(("marks", "short_code", "key", "body"), "text") | dict.fromkeys(
    ("received_at", "saved_at"), "timestamptz"
)
_TYPES["late"] = "boolean"


def _given(*columns: str) -> str:
    """Rows given as one array per column (PostgreSQL)."""
    given = arrays(columns, _TYPES, "bigint")
    return f"unnest({given}) WITH ORDINALITY AS given ({', '.join(columns)}, place)"


def _for_many(insert: str, columns: tuple[str, ...]) -> str:
    values = f"VALUES ({', '.join('?' for _ in columns)})"
    return insert.replace(values, f"SELECT {', '.join(columns)} FROM {_given(*columns)}")  # noqa: S608 - fixed names


def _for_postgres() -> _Statements:
    def statement(one: str, many: str) -> Statement:
        return Statement(one.replace("?", "%s"), many)

    rest = "INSERT INTO submission_key (key, sheet_id) SELECT {key}, id FROM kept"
    landing = LANDING.format(key="given.key", hearing="given.hearing_id", seat="given.seat_id")
    asked = _given("key", "hearing_id", "seat_id")
    columns = (*NewSheet._fields, "key")
    kept = f"{_SHEET.partition('VALUES')[0]} SELECT {', '.join(NewSheet._fields)} FROM given RETURNING *"  # noqa: S608 - fixed names
    return _Statements(
        landing=statement(
            _SQLITE.landing.one,
            f"SELECT given.place, found.* FROM {asked} CROSS JOIN LATERAL ({landing}) AS found",  # noqa: S608 - fixed names
        ),
        sheet=statement(
            f"WITH kept AS ({_SHEET} RETURNING id) {rest.format(key='?')}",
            f"WITH given AS (SELECT * FROM {_given(*columns)}), kept AS ({kept}) "  # noqa: S608 - fixed names
            f"{rest.format(key='given.key')} JOIN given USING (hearing_id, seat_id, version)",
        ),
        key_of_sheet=Statement(""),
        key=statement(_KEY, _for_many(_KEY, KEY_COLUMNS)),
        draft=statement(_DRAFT, _for_many(_DRAFT, DRAFT_COLUMNS)),
    )


_POSTGRES = _for_postgres()
"""PostgreSQL keeps a sheet and its key with one statement: each one travels."""


@dataclass(frozen=True, slots=True)
class SheetSql:
    """The statements of one act."""

    bare: Bare
    statements: _Statements

    @classmethod
    def of(cls, bare: Bare) -> "SheetSql":
        """The statements in the spelling of an act's driver."""
        return cls(bare, _SQLITE if bare.sqlite else _POSTGRES)

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
        stored = sheet._replace(received_at=self._stored(sheet.received_at))
        if self.statements is _POSTGRES:
            self.bare.write(self.statements.sheet, (*stored, key))
        else:
            self.bare.write(self.statements.sheet, stored)
            self.bare.write(self.statements.key_of_sheet, (key,))

    def keep_key(self, key: str, sheet_id: int) -> None:
        """Keep one more key under which a sheet came."""
        self.bare.write(self.statements.key, (key, sheet_id))

    def keep_draft(self, hearing_id: int, seat_id: int, sequence: int, body: str, now: datetime) -> None:
        """Keep a draft unless a later one is there; `body` is JSON text."""
        self.bare.write(self.statements.draft, (hearing_id, seat_id, sequence, body, self._stored(now)))

    def _stored(self, moment: datetime) -> Any:
        """A moment as the Instant column keeps it: SQLite has text in UTC without zone."""
        utc = moment.astimezone(UTC)
        return utc if self.statements is _POSTGRES else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(stored: Any) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
