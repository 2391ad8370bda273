"""The score sheet's driver SQL: the one hot path, prepared by the driver and sent past SQLAlchemy.

One statement finds where a submission lands, two keep it, one keeps a draft. The columns stand here once and are
tested against the tables. Only interview.actions.sheets calls this, inside an act.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

SHEET_COLUMNS = ("hearing_id", "seat_id", "version", "marks", "total", "short_code", "received_at", "late")
KEY_COLUMNS = ("key", "sheet_id")
DRAFT_COLUMNS = ("hearing_id", "seat_id", "sequence", "body", "saved_at")
LANDING = """
    SELECT h.selection_id, h.room_id, h.sealed_number, h.state, s.withdrawn_at IS NOT NULL,
           p.id, p.marks, p.total, p.short_code, p.received_at, p.late,
           (SELECT k.sheet_id FROM submission_key k WHERE k.key = ?)
    FROM hearing h
    JOIN seat s ON s.room_id = h.room_id
    LEFT JOIN score_sheet p ON p.hearing_id = h.id AND p.seat_id = s.id
    WHERE h.id = ? AND s.id = ?
    ORDER BY p.version DESC LIMIT 1
"""


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
    room_id: int
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
    sheet = f"{_insert('score_sheet', SHEET_COLUMNS)} RETURNING id"
    key = _insert("submission_key", KEY_COLUMNS)
    return _Statements(*(text.replace("?", mark) for text in (LANDING, sheet, key, draft)))


_SQLITE = _statements("?")
_POSTGRES = _statements("%s")


def find_landing(session: Session, key: str, hearing_id: int, seat_id: int) -> Landing | None:
    """Where a submission under this key lands; None if the hearing is not one of the seat's room."""
    connection, sql = _prepared(session)
    row = _send(connection, sql.landing, (key, hearing_id, seat_id)).fetchone()
    if row is None:
        return None
    kept = None
    if row[5] is not None:
        kept = Kept(row[5], row[6], row[7], row[8], _moment(row[9]), bool(row[10]))
    return Landing(row[0], row[1], row[2], row[3], bool(row[4]), kept, row[11])


def keep_sheet(session: Session, key: str, values: Mapping[str, Any]) -> int:
    """Keep a sheet and the key it came under; the sheet's id. `values` has SHEET_COLUMNS."""
    connection, sql = _prepared(session)
    stored = {**values, "received_at": _stored(values["received_at"], sql)}
    sheet_id: int = _send(connection, sql.sheet, [stored[column] for column in SHEET_COLUMNS]).fetchone()[0]
    _send(connection, sql.key, (key, sheet_id))
    return sheet_id


def keep_key(session: Session, key: str, sheet_id: int) -> None:
    """Keep one more key under which the same sheet came."""
    connection, sql = _prepared(session)
    _send(connection, sql.key, (key, sheet_id))


def keep_draft(session: Session, hearing_id: int, seat_id: int, sequence: int, body: str, now: datetime) -> None:
    """Keep a draft unless a later one is there; `body` is JSON text."""
    connection, sql = _prepared(session)
    _send(connection, sql.draft, (hearing_id, seat_id, sequence, body, _stored(now, sql)))


def _prepared(session: Session) -> tuple[Connection, _Statements]:
    connection = session.connection()
    return connection, _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES


def _send(connection: Connection, statement: str, values: Sequence[object]) -> Any:
    """Let the driver run a statement; a failure of the database is raised as SQLAlchemy would raise it."""
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(statement, values)
    except connection.dialect.loaded_dbapi.OperationalError as failure:
        raise OperationalError(statement, None, failure) from failure


def _stored(moment: datetime, sql: _Statements) -> object:
    """A moment as the Instant column keeps it: SQLite has text in UTC without zone."""
    utc = moment.astimezone(UTC)
    return utc if sql is _POSTGRES else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(stored: Any) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
