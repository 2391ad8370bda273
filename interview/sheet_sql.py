"""The score sheet's driver SQL: the one hot path, prepared by the driver and sent past SQLAlchemy.

One statement finds where a submission lands, two keep it, one keeps a draft. The columns stand here once and are
tested against the tables. Only interview.actions.sheets calls this, inside an act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

KEY_COLUMNS = ("key", "sheet_id")
DRAFT_COLUMNS = ("hearing_id", "seat_id", "sequence", "body", "saved_at")
LANDING = """
    SELECT h.selection_id, h.sealed_number, h.state, s.withdrawn_at IS NOT NULL,
           p.id, p.marks, p.total, p.short_code, p.received_at, p.late,
           (SELECT k.sheet_id FROM submission_key k WHERE k.key = ?)
    FROM hearing h
    JOIN seat s ON s.room_id = h.room_id
    LEFT JOIN score_sheet p ON p.hearing_id = h.id AND p.seat_id = s.id
    WHERE h.id = ? AND s.id = ?
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

    landing: str
    sheet: str
    key_of_sheet: str
    key: str
    draft: str


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"  # noqa: S608 - fixed names


def _statements(mark: str) -> _Statements:
    draft = (
        f"{_insert('sheet_draft', DRAFT_COLUMNS)} ON CONFLICT (hearing_id, seat_id) DO UPDATE SET "
        "sequence = excluded.sequence, body = excluded.body, saved_at = excluded.saved_at "
        "WHERE sheet_draft.sequence <= excluded.sequence"
    )
    sheet = _insert("score_sheet", NewSheet._fields)
    key = _insert("submission_key", KEY_COLUMNS)
    of_sheet = key.replace("VALUES (?, ?)", "VALUES (?, last_insert_rowid())")
    if mark != "?":
        start, of_sheet = key.partition("VALUES")[0], ""
        sheet = f"WITH kept AS ({sheet} RETURNING id) {start} SELECT ?, id FROM kept"  # noqa: S608 - fixed names
    return _Statements(*(text.replace("?", mark) for text in (LANDING, sheet, of_sheet, key, draft)))


_SQLITE = _statements("?")
_POSTGRES = _statements("%s")
"""PostgreSQL keeps a sheet and its key with one statement: each one travels."""


@dataclass(frozen=True, slots=True)
class SheetSql:
    """The statements on one act's connection."""

    connection: Connection
    driver: Any
    statements: _Statements

    @classmethod
    def of(cls, session: Session) -> "SheetSql":
        """The statements for an act's session."""
        connection = session.connection()
        statements = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
        return cls(connection, connection.connection.driver_connection, statements)

    def find_landing(self, key: str, hearing_id: int, seat_id: int) -> Landing | None:
        """Where a submission under this key lands; None if the hearing is not one of the seat's room."""
        row = self._send(self.statements.landing, (key, hearing_id, seat_id)).fetchone()
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
            self._send(self.statements.sheet, (*stored, key))
        else:
            self._send(self.statements.sheet, stored)
            self._send(self.statements.key_of_sheet, (key,))

    def keep_key(self, key: str, sheet_id: int) -> None:
        """Keep one more key under which a sheet came."""
        self._send(self.statements.key, (key, sheet_id))

    def keep_draft(self, hearing_id: int, seat_id: int, sequence: int, body: str, now: datetime) -> None:
        """Keep a draft unless a later one is there; `body` is JSON text."""
        self._send(self.statements.draft, (hearing_id, seat_id, sequence, body, self._stored(now)))

    def _send(self, statement: str, values: Sequence[object]) -> Any:
        """Let the driver run a statement; a failure of the database is raised as SQLAlchemy would raise it."""
        try:
            return self.driver.execute(statement, values)
        except self.connection.dialect.loaded_dbapi.OperationalError as failure:
            raise OperationalError(statement, None, failure) from failure

    def _stored(self, moment: datetime) -> Any:
        """A moment as the Instant column keeps it: SQLite has text in UTC without zone."""
        utc = moment.astimezone(UTC)
        return utc if self.statements is _POSTGRES else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(stored: Any) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
