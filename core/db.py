"""The database: the table base, exact column types, one writing and many reading connections."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table as SqlTable,
    Text,
    TypeDecorator,
    UpdateBase,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.pool import NullPool
from sqlmodel import Session, SQLModel

from core.canonical import Sealed

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The base of every table; the only base class of the house."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


SEALED: dict[str, Any] = {"info": {"sealed": True}}
"""Marks a column of values that the vault has sealed: `Field(sa_column_kwargs=SEALED)`."""


def hash_of(column: str) -> dict[str, Any]:
    """Marks a column as the keyed hash of what a sealed column of the same row holds; renewed with it."""
    return {"info": {"hash_of": column}}


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as a scaled integer; a float, or more decimals than fit, is a programming error.

    It comes back with the decimals it needs and no more: how many are shown is the scheme's matter.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = 4) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if not isinstance(value, (Decimal, int)):
            raise TypeError(f"a mark is a Decimal, not {type(value).__name__}")
        scaled = Fraction(value) * 10**self.places
        if scaled.denominator != 1:
            raise ValueError(f"{value} has more than {self.places} decimals")
        return int(scaled.numerator)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        if value is None:
            return None
        found = Decimal(value).scaleb(-self.places).normalize()
        return found.quantize(Decimal(1)) if found.as_tuple().exponent > 0 else found  # type: ignore[operator] # finite


class ExactRatio(TypeDecorator[Fraction]):
    """A fraction kept as "numerator/denominator"."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:  # noqa: ARG002
        return None if value is None else Fraction(value)


class Instant(TypeDecorator[datetime]):
    """A moment, always aware and in UTC; SQLite keeps it without zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A JSON value kept as text; decimals travel as strings."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        if isinstance(value, Sealed):
            return value.text
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=plain)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value, parse_float=Decimal)


def plain(value: object) -> str:
    """How a value that JSON does not know is written: exact text, never a float."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} has no plain form")


def scratch(table: type[SQLModel]) -> type[SQLModel]:
    """Mark a table whose rows need no journal line: drafts, sessions, presence (see SCRATCH)."""
    sql_table(table).info["scratch"] = True
    return table


def sql_table(table: type[SQLModel]) -> SqlTable:
    """The Core table of a row class."""
    return cast("SqlTable", table.__table__)  # type: ignore[attr-defined] # set by SQLModel on table classes


def scratch_tables() -> list[str]:
    """Names of all tables that may be written without a journal line."""
    return sorted(t.name for t in Table.metadata.tables.values() if t.info.get("scratch"))


class Writes(Protocol):
    """What an act writes through: a Session, or what a prepared act gets in its place (core.calls.Bare)."""

    @property
    def info(self) -> dict[Any, Any]:
        """What goes along with the transaction: the journal's chain, the topics touched."""
        ...

    def connection(self) -> Connection:
        """The writer's connection."""
        ...


def driver_of(connection: Connection) -> Any:
    """The driver's own connection: for the few statements that are sent past SQLAlchemy."""
    return connection.connection.driver_connection


class Database:
    """One database: a writing engine used by the act runner alone, and a reading engine for everything else."""

    def __init__(self, url: str, *, readers: int = 40) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        if self.sqlite and (path := make_url(url).database):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writing = self._engine(poolclass=NullPool)
        self._reading = self._engine(**_reading_options(sqlite=self.sqlite), pool_size=readers, max_overflow=0)
        if self.sqlite:
            event.listen(self._writing, "connect", _sqlite_writer)
            event.listen(self._writing, "begin", _begin_immediate)
            event.listen(self._reading, "connect", _sqlite_reader)

    def _engine(self, **options: Any) -> Engine:
        return create_engine(self.url, hide_parameters=True, **options)  # an error names no person in the log

    def writer(self) -> Connection:
        """A connection that may write. Only the act runner and migrations open one."""
        return self._writing.connect()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A short session that cannot write."""
        with Session(self._reading, autoflush=False, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self._writing.dispose()
        self._reading.dispose()


def _sqlite_writer(driver: Any, _record: object) -> None:
    driver.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        driver.execute(f"PRAGMA {pragma}").close()


def _sqlite_reader(driver: Any, _record: object) -> None:
    for pragma in ("busy_timeout=10000", "query_only=ON", "cache_size=-8000"):
        driver.execute(f"PRAGMA {pragma}").close()


def _reading_options(*, sqlite: bool) -> dict[str, Any]:
    """On PostgreSQL each statement reads by itself, as in SQLite: no BEGIN and ROLLBACK travel around it."""
    if sqlite:
        return {"pool_timeout": 10}
    return {
        "pool_timeout": 10,
        "pool_pre_ping": True,
        "isolation_level": "AUTOCOMMIT",
        "connect_args": {"options": "-c default_transaction_read_only=on"},
    }


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def guard_scratch(connection: Connection, allowed: "WriteGate") -> None:
    """Refuse, on this connection, a write to a journalled table while `allowed` is shut."""

    @event.listens_for(connection, "before_execute")
    def check(_conn: Connection, clause: Any, *_rest: object) -> None:
        if allowed.scratch_only and isinstance(clause, UpdateBase) and not _is_scratch(clause):
            raise RuntimeError(f"{clause.table} is not a scratch table: write it by an act")


class WriteGate:
    """Whether only scratch tables may be written just now."""

    scratch_only = False


def _is_scratch(clause: UpdateBase) -> bool:
    return bool(getattr(clause.table, "info", {}).get("scratch"))
