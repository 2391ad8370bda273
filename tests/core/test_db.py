"""Column types keep values exactly; reading connections cannot write."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import Column, Dialect, Integer, MetaData, Table, insert, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from core.db import NAMING, Database, Document, ExactDecimal, ExactRatio, Instant
from core.tables import Scope
from tests.core.writing import CLERK, open_scope

SQLITE: Dialect = sqlite.dialect()
BEIJING = timezone(timedelta(hours=8))

LEDGER = Table(
    "ledger",
    MetaData(naming_convention=NAMING),
    Column("id", Integer, primary_key=True),
    Column("mark", ExactDecimal),
    Column("ratio", ExactRatio),
    Column("at", Instant),
    Column("body", Document),
)


@pytest.fixture
def ledger(database: Database) -> Any:
    """A table with every type of ours, and what comes back of a row put into it."""
    with database.writer() as connection, connection.begin():
        LEDGER.metadata.create_all(connection)

    def through(**values: Any) -> Any:
        with database.writer() as connection, connection.begin():
            connection.execute(insert(LEDGER), [values])
        with database.reading() as session:
            return session.connection().execute(select(LEDGER).order_by(LEDGER.c.id.desc())).first()

    return through


@pytest.mark.parametrize("mark", ["88.105", "0", "-0.0001", "79.9999", "100", "922337203685477.5807"])
def test_a_decimal_comes_back_exactly(ledger: Any, mark: str) -> None:
    assert ledger(mark=Decimal(mark)).mark == Decimal(mark)


def test_a_ratio_a_moment_and_a_document_come_back_exactly(ledger: Any) -> None:
    moment = datetime(2026, 9, 1, 9, 0, 0, 1, tzinfo=BEIJING)
    row = ledger(ratio=Fraction(1, 3), at=moment, body={"考号": ["08", None], "mark": Decimal("80.10")})
    assert row.ratio == Fraction(1, 3)
    assert row.at == moment
    assert row.at.tzinfo is UTC
    assert row.body == {"考号": ["08", None], "mark": "80.10"}


def test_nothing_comes_back_as_nothing(ledger: Any) -> None:
    assert tuple(ledger(mark=None, ratio=None, at=None, body=None))[1:] == (None, None, None, None)


def test_decimals_are_compared_and_ordered_as_numbers(ledger: Any, database: Database) -> None:
    for mark in ("9.5", "10", "80.1", "80.10", "80.0999"):
        ledger(mark=Decimal(mark))
    with database.reading() as session:
        connection = session.connection()
        ordered = connection.scalars(select(LEDGER.c.mark).order_by(LEDGER.c.mark)).all()
        same = connection.scalars(select(LEDGER.c.id).where(LEDGER.c.mark == Decimal("80.100"))).all()
    assert ordered == [Decimal(mark) for mark in ("9.5", "10", "80.0999", "80.1", "80.1")]
    assert len(same) == 2


@pytest.mark.parametrize("mark", [88.5, 1.0, "88.5", Fraction(1, 2)])
def test_a_mark_of_any_other_kind_is_a_programming_error(mark: Any) -> None:
    with pytest.raises(TypeError, match="a mark is a Decimal"):
        ExactDecimal().process_bind_param(mark, SQLITE)


def test_a_float_is_refused_by_the_database_as_used(ledger: Any) -> None:
    with pytest.raises(Exception, match="a mark is a Decimal, not float"):
        ledger(mark=88.5)


@pytest.mark.parametrize("mark", ["0.00001", "88.10501", "1." + "0" * 30 + "1"])
def test_more_decimals_than_fit_are_a_programming_error(mark: str) -> None:
    with pytest.raises(ValueError, match="more than 4 decimals"):
        ExactDecimal().process_bind_param(Decimal(mark), SQLITE)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 9))
def test_every_number_that_fits_goes_through_unchanged(units: int, places: int) -> None:
    kind = ExactDecimal(places)
    mark = Decimal(units).scaleb(-places)
    stored = kind.process_bind_param(mark, SQLITE)
    assert stored == units
    assert kind.process_result_value(stored, SQLITE) == mark


@given(st.fractions())
def test_every_ratio_goes_through_unchanged(ratio: Fraction) -> None:
    kind = ExactRatio()
    assert kind.process_result_value(kind.process_bind_param(ratio, SQLITE), SQLITE) == ratio


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2999, 12, 30), timezones=st.timezones()))
@pytest.mark.parametrize("dialect", [SQLITE, postgresql.dialect()], ids=["sqlite", "postgres"])
def test_every_moment_goes_through_unchanged_and_in_utc(dialect: Dialect, moment: datetime) -> None:
    back = Instant().process_result_value(Instant().process_bind_param(moment, dialect), dialect)
    assert back == moment.astimezone(UTC)
    assert back.tzinfo is UTC


def test_a_moment_without_zone_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="needs its zone"):
        Instant().process_bind_param(datetime(2026, 9, 1), SQLITE)


def test_a_number_in_a_document_comes_back_as_a_decimal_never_a_float() -> None:
    assert Document().process_result_value('{"x": 0.1}', SQLITE) == {"x": Decimal("0.1")}


def test_a_document_of_unknown_things_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="set has no plain form"):
        Document().process_bind_param({"x": {1, 2}}, SQLITE)


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO scope (kind, opened_at) VALUES ('x', '2026-01-01')", "DELETE FROM scope", "DROP TABLE seat"],
)
def test_a_reading_session_cannot_write(database: Database, statement: str) -> None:
    with database.reading() as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.connection().execute(text(statement))


def test_a_row_added_to_a_reading_session_is_refused(database: Database) -> None:
    with database.reading() as session:
        session.add(Scope(kind="x", opened_at=datetime.now(UTC)))
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            session.flush()


def test_a_writer_in_the_middle_does_not_keep_readers_waiting(database: Database, acts: Any) -> None:
    acts.run_sync(open_scope, CLERK, "before")
    with database.writer() as connection, connection.begin():
        connection.execute(text("UPDATE scope SET kind = 'changed'"))
        with database.reading() as session:
            assert session.get_one(Scope, 1).kind == "before"


def test_sqlite_writes_are_synced_to_the_disk_and_keys_are_checked(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.writer() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    database.close()
    assert found == ["wal", 2, 1]


def test_every_constraint_has_a_name(database: Database) -> None:
    with database.reading() as session:
        inspector = inspect(session.connection())
        for table in inspector.get_table_names():
            found = [*inspector.get_unique_constraints(table), *inspector.get_foreign_keys(table)]
            assert all(constraint["name"] for constraint in found), table
