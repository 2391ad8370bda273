"""Prepared acts send driver SQL past the Session and keep every promise of the others."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core import audit
from core.acts import Acts, prepared, touch
from core.db import Database
from core.errors import Refusal, Unavailable
from core.people import Actor
from tests.core.full_disk import Disk
from tests.core.writing import CLERK, at_once, journal, kinds, open_and_refuse, open_scope


def put(session: Any, kind: str, now: datetime) -> None:
    """Insert a scope by the driver itself, in its own spelling."""
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    mark = "?" if sqlite else "%s"
    moment = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") if sqlite else now
    connection.connection.driver_connection.execute(
        f"INSERT INTO scope (kind, opened_at) VALUES ({mark}, {mark})", (kind, moment)
    ).close()


@prepared
def open_prepared(session: Any, actor: Actor, kind: str, *, now: datetime) -> str:
    put(session, kind, now)
    audit.record(session, actor, "scope.opened", now, scope=1, kind=kind[:40])
    touch(session, f"scope:{kind[:40]}")
    return kind


@prepared
def refuse_prepared(session: Any, actor: Actor, kind: str, *, now: datetime) -> None:
    open_prepared(session, actor, kind, now=now)
    raise Refusal("The scope {kind} is refused.", kind=kind)


@prepared
def silent_prepared(session: Any, _actor: Actor, kind: str, *, now: datetime) -> None:
    put(session, kind, now)


@prepared
def broken_prepared(session: Any, actor: Actor, kind: str, *, now: datetime) -> None:
    open_prepared(session, actor, kind, now=now)
    session.connection().connection.driver_connection.execute("INSERT INTO scope (id) VALUES (NULL)")


def test_prepared_and_other_acts_share_batch_and_journal(acts: Acts, database: Database) -> None:
    results = at_once(
        acts,
        (open_prepared, CLERK, "a"),
        (open_scope, CLERK, "b"),
        (open_prepared, CLERK, "c"),
        (open_scope, CLERK, "d"),
    )
    assert results == ["a", 2, "c", 4]
    assert kinds(database) == ["a", "b", "c", "d"]
    assert [line.seq for line in journal(database)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        (refuse_prepared, "Refusal"),
        (silent_prepared, "RuntimeError"),
        (broken_prepared, ("IntegrityError", "NotNullViolation")),
    ],
)
def test_what_fails_undoes_its_own_row_and_line_and_nobody_elses(
    acts: Acts, database: Database, act: Any, answer: Any
) -> None:
    calls = [(open_prepared, CLERK, "before"), (act, CLERK, "failed"), (open_scope, CLERK, "after")]
    before, failed, after = at_once(acts, *calls)
    assert type(failed).__name__ in answer
    assert (before, isinstance(after, int)) == ("before", True)
    assert kinds(database) == ["before", "after"]
    assert len(journal(database)) == 2


def test_refusals_of_both_sorts_beside_each_other(acts: Acts, database: Database) -> None:
    at_once(
        acts,
        (open_and_refuse, CLERK, "x"),
        (refuse_prepared, CLERK, "y"),
        (open_prepared, CLERK, "a"),
        (refuse_prepared, CLERK, "z"),
        (open_scope, CLERK, "b"),
    )
    assert kinds(database) == ["a", "b"]
    assert len(journal(database)) == 2


def test_open_pages_hear_of_prepared_acts_that_were_done(sqlite_url: str) -> None:
    heard: list[str] = []
    database = Database(sqlite_url)
    acts = Acts(database, listener=heard.extend)
    at_once(acts, (open_prepared, CLERK, "a"), (refuse_prepared, CLERK, "b"))
    acts.close()
    database.close()
    assert heard == ["scope:a"]


@prepared
def fill_prepared(session: Any, actor: Actor, *, now: datetime) -> None:
    """A statement over several rows: SQLite undoes it alone and leaves the transaction open."""
    open_prepared(session, actor, "x" * 9000, now=now)
    for _ in range(20):
        session.connection().connection.driver_connection.execute(
            "INSERT INTO scope (kind, opened_at) SELECT kind, opened_at FROM scope"
        ).close()


def test_on_a_full_disk_the_prepared_act_that_does_not_fit_is_not_done(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    Disk(database).free_pages = 20
    acts = Acts(database)
    big = "x" * 300_000
    calls = [
        (open_prepared, CLERK, "a"),
        (open_prepared, CLERK, big),
        (fill_prepared, CLERK),
        (open_prepared, CLERK, "b"),
    ]
    first, too_big, filled, last = at_once(acts, *calls)
    acts.close()
    assert isinstance(too_big, Unavailable)
    assert isinstance(filled, Unavailable)
    assert (first, last) == ("a", "b")
    assert kinds(database) == ["a", "b"]
    assert len(journal(database)) == 2
    database.close()


@pytest.mark.postgres
def test_a_lost_connection_costs_the_neighbours_of_a_prepared_act_nothing(postgres_url: str) -> None:
    @prepared
    def leave(session: Any, actor: Actor, *, now: datetime) -> None:
        open_prepared(session, actor, "never", now=now)
        session.connection().connection.driver_connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    database = Database(postgres_url)
    acts = Acts(database)
    _, lost, _ = at_once(acts, (open_prepared, CLERK, "a"), (leave, CLERK), (open_prepared, CLERK, "b"))
    acts.close()
    assert isinstance(lost, Unavailable)
    assert kinds(database) == ["a", "b"]
    assert len(journal(database)) == 2
    database.close()
