"""Prepared acts send driver SQL past the Session and keep every promise of the others."""

from datetime import datetime
from typing import Any

import pytest

from core import audit
from core.acts import Acts, prepared, touch
from core.calls import Bare, Lookup, Steps
from core.db import Database
from core.errors import Refusal, Unavailable
from core.people import Actor
from tests.core.full_disk import Disk
from tests.core.writing import CLERK, at_once, journal, kinds, open_and_refuse, open_scope


def put(bare: Bare, kind: str, now: datetime) -> None:
    """Insert a scope by the driver itself."""
    given = bare.spelling.given(("kind", "opened_at"), {"opened_at": "timestamptz"})
    insert = f"INSERT INTO scope (kind, opened_at) SELECT kind, opened_at FROM {given}"
    bare.write(insert, (kind, bare.spelling.moment(now)))


def before(bare: Bare, kind: str) -> Lookup:
    """The scope of this kind that was there before."""
    given = bare.spelling.given(("kind",), {})
    select = f"SELECT given.place, scope.id AS id FROM {given} JOIN scope ON scope.kind = given.kind"
    return Lookup(bare.spelling.answering(select, ("place", "id")), (kind,))


def per_row(bare: Bare, statement: str) -> None:
    """Write by a statement that takes its one row from what is given."""
    given = bare.spelling.given(("blank",), {})
    bare.write(statement.format(given=given), (None,))


def about(_actor: Actor, kind: str = "") -> str:
    """What the acts here are about."""
    return kind


@prepared(about)
def open_prepared(bare: Bare, actor: Actor, kind: str, *, now: datetime) -> Steps[str]:
    yield before(bare, kind)
    open_now(bare, actor, kind, now)
    return kind


def open_now(bare: Bare, actor: Actor, kind: str, now: datetime) -> None:
    put(bare, kind, now)
    audit.record(bare, actor, "scope.opened", now, scope=1, kind=kind[:40])
    touch(bare, f"scope:{kind[:40]}")


@prepared(about)
def open_once(bare: Bare, actor: Actor, kind: str, *, now: datetime) -> Steps[str]:
    there = yield before(bare, kind)
    if there is not None:
        raise Refusal("The scope {kind} is here.", kind=kind)
    open_now(bare, actor, kind, now)
    return kind


@prepared(about)
def refuse_at_once(bare: Bare, _actor: Actor, kind: str, *, now: datetime) -> Steps[None]:
    if kind:
        raise Refusal("The scope {kind} is refused.", kind=kind)
    yield before(bare, kind)


@prepared(about)
def refuse_prepared(bare: Bare, actor: Actor, kind: str, *, now: datetime) -> Steps[None]:
    yield before(bare, kind)
    open_now(bare, actor, kind, now)
    raise Refusal("The scope {kind} is refused.", kind=kind)


@prepared(about)
def silent_prepared(bare: Bare, _actor: Actor, kind: str, *, now: datetime) -> Steps[None]:
    yield before(bare, kind)
    put(bare, kind, now)


@prepared(about)
def asks_twice(bare: Bare, actor: Actor, kind: str, *, now: datetime) -> Steps[None]:
    yield before(bare, kind)
    open_now(bare, actor, kind, now)
    yield before(bare, kind)


@prepared(about)
def broken_prepared(bare: Bare, actor: Actor, kind: str, *, now: datetime) -> Steps[None]:
    yield before(bare, kind)
    open_now(bare, actor, kind, now)
    per_row(bare, "INSERT INTO scope (kind) SELECT given.blank FROM {given}")


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
        (refuse_at_once, "Refusal"),
        (asks_twice, "RuntimeError"),
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


def test_acts_about_one_thing_go_one_after_the_other(acts: Acts, database: Database) -> None:
    first, second, other = at_once(acts, *((open_once, CLERK, kind) for kind in ("a", "a", "b")))
    assert (first, other) == ("a", "b")
    assert isinstance(second, Refusal)
    assert kinds(database) == ["a", "b"]
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


@prepared(about)
def fill_prepared(bare: Bare, actor: Actor, *, now: datetime) -> Steps[None]:
    """A statement over several rows: SQLite undoes it alone and leaves the transaction open."""
    yield before(bare, "")
    open_now(bare, actor, "x" * 9000, now)
    for _ in range(20):
        per_row(bare, "INSERT INTO scope (kind, opened_at) SELECT kind, opened_at FROM {given}, scope")


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
    @prepared(about)
    def leave(bare: Bare, actor: Actor, *, now: datetime) -> Steps[None]:
        yield before(bare, "")
        open_now(bare, actor, "never", now)
        per_row(bare, "SELECT pg_terminate_backend(pg_backend_pid()) FROM {given}")

    database = Database(postgres_url)
    acts = Acts(database)
    _, lost, _ = at_once(acts, (open_prepared, CLERK, "a"), (leave, CLERK), (open_prepared, CLERK, "b"))
    acts.close()
    assert isinstance(lost, Unavailable)
    assert kinds(database) == ["a", "b"]
    assert len(journal(database)) == 2
    database.close()
