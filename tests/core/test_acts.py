"""Every write is an act: many to a commit, each refused or done by itself, answered when it is durable."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session

from core import audit
from core.acts import Acts
from core.db import Database
from core.errors import Refusal, Unavailable
from core.people import Actor
from tests.core.writing import CLERK, at_once, journal, keep_code, kinds, open_and_refuse, open_scope, open_silently


def test_an_act_answers_with_its_value_and_leaves_row_and_line(acts: Acts, database: Database) -> None:
    now = datetime(2026, 9, 1, 9, 30, 0, 123456, tzinfo=UTC)
    scope = acts.run_sync(open_scope, CLERK, "first", now=now)
    assert kinds(database) == ["first"]
    (line,) = journal(database)
    assert (line.seq, line.act, line.scope_id, line.actor, line.at) == (1, "scope.opened", scope, "account:7", now)


def test_two_hundred_acts_that_wait_together_are_one_commit(acts: Acts, database: Database) -> None:
    commits = Commits(acts, database)
    names = [f"scope {number}" for number in range(200)]
    at_once(acts, *((open_scope, CLERK, name) for name in names))
    assert kinds(database) == names
    assert [line.seq for line in journal(database)] == list(range(1, 201))
    assert commits.of_journal_lines() == 1


def test_acts_that_come_one_after_another_are_a_commit_each(acts: Acts, database: Database) -> None:
    commits = Commits(acts, database)
    for name in "abc":
        acts.run_sync(open_scope, CLERK, name)
    assert commits.of_journal_lines() == 3


def test_scratch_rows_share_the_commit_of_the_acts_beside_them(acts: Acts, database: Database) -> None:
    commits = Commits(acts, database)
    at_once(acts, (None, keep_code, "x"), (open_scope, CLERK, "a"), (None, keep_code, "y"))
    assert kinds(database) == ["a"]
    assert commits.of_journal_lines() == 1


def test_a_refusal_undoes_its_own_row_and_line_and_nobody_elses(acts: Acts, database: Database) -> None:
    before, refused, after = at_once(
        acts, (open_scope, CLERK, "before"), (open_and_refuse, CLERK, "refused"), (open_scope, CLERK, "after")
    )
    assert isinstance(refused, Refusal)
    assert refused.sentence == "The scope {kind} is refused."
    assert kinds(database) == ["before", "after"]
    assert [line.scope_id for line in journal(database)] == [before, after]


def test_a_crash_undoes_its_own_act_and_reaches_its_own_caller(acts: Acts, database: Database) -> None:
    def crash(session: Session, actor: Actor, *, now: datetime) -> None:
        open_scope(session, actor, "crashed", now=now)
        raise ZeroDivisionError

    _, crashed, _ = at_once(acts, (open_scope, CLERK, "before"), (crash, CLERK), (open_scope, CLERK, "after"))
    assert isinstance(crashed, ZeroDivisionError)
    assert kinds(database) == ["before", "after"]
    assert len(journal(database)) == 2


def test_a_statement_the_database_refuses_undoes_its_own_act_only(acts: Acts, database: Database) -> None:
    def twice(session: Session, actor: Actor, *, now: datetime) -> None:
        scope = open_scope(session, actor, "twice", now=now)
        session.connection().execute(text("INSERT INTO scope SELECT * FROM scope WHERE id = :id"), {"id": scope})

    _, broken, _ = at_once(acts, (open_scope, CLERK, "before"), (twice, CLERK), (open_scope, CLERK, "after"))
    assert type(broken).__name__ == "IntegrityError"
    assert kinds(database) == ["before", "after"]
    assert len(journal(database)) == 2


def test_an_act_that_leaves_no_journal_line_is_a_crash(acts: Acts, database: Database) -> None:
    with pytest.raises(RuntimeError, match="open_silently left no line in the journal"):
        acts.run_sync(open_silently, CLERK, "unseen")
    assert kinds(database) == []


def test_a_moment_without_zone_is_a_crash_of_that_act_alone(acts: Acts, database: Database) -> None:
    def naive(session: Session, actor: Actor, *, now: datetime) -> None:
        open_scope(session, actor, "naive", now=now)
        audit.record(session, actor, "scope.opened", now.replace(tzinfo=None), scope=1)

    broken, _ = at_once(acts, (naive, CLERK), (open_scope, CLERK, "after"))
    assert isinstance(broken, ValueError)
    assert kinds(database) == ["after"]


def test_the_time_of_an_act_is_its_arrival_however_long_it_waits(acts: Acts, database: Database) -> None:
    arrived: list[datetime] = []
    at_once(
        acts,
        *((open_scope, CLERK, name) for name in "abc"),
        meanwhile=lambda: arrived.append(datetime.now(UTC)),
    )
    moments = [line.at for line in journal(database)]
    assert moments == sorted(moments)
    assert moments[-1] <= arrived[0]


def test_acts_run_in_the_order_in_which_they_arrived(acts: Acts, database: Database) -> None:
    names = [str(number) for number in range(600)]
    at_once(acts, *((open_scope, CLERK, name) for name in names))
    assert kinds(database) == names


def test_the_journal_head_is_read_anew_in_each_batch(acts: Acts, database: Database) -> None:
    other = Acts(database)
    for number in range(3):
        acts.run_sync(open_scope, CLERK, f"here {number}")
        other.run_sync(open_scope, CLERK, f"there {number}")
    other.close()
    assert [line.seq for line in journal(database)] == [1, 2, 3, 4, 5, 6]


def test_a_full_queue_answers_unavailable_and_loses_nothing_that_waits(database: Database) -> None:
    acts = Acts(database, waiting=3)
    *waiting, turned_away = at_once(acts, *((open_scope, CLERK, name) for name in "abcd"))
    acts.close()
    assert isinstance(turned_away, Unavailable)
    assert turned_away.status == 503
    assert len(waiting) == 3
    assert kinds(database) == ["a", "b", "c"]


def test_closing_finishes_what_waits_and_takes_nothing_more(database: Database) -> None:
    acts = Acts(database)
    closer = threading.Thread(target=acts.close)
    at_once(acts, *((open_scope, CLERK, name) for name in "abc"), meanwhile=closer.start)
    closer.join()
    with pytest.raises(Unavailable):
        acts.run_sync(open_scope, CLERK, "too late")
    assert kinds(database) == ["a", "b", "c"]


def test_a_caller_who_goes_away_before_the_turn_changes_nothing_for_the_others(acts: Acts, database: Database) -> None:
    async def ask() -> list[Any]:
        busy, free = threading.Event(), threading.Event()

        def hold(_session: Session, *, now: datetime) -> None:
            busy.set()
            free.wait(60)

        holding = asyncio.create_task(acts.keep(hold))
        await asyncio.to_thread(busy.wait, 60)
        asked = [asyncio.create_task(acts.run(open_scope, CLERK, name)) for name in "abc"]
        await asyncio.sleep(0)
        holding.cancel()  # its write is running: it cannot be called back
        asked[1].cancel()  # has not begun: will not be done
        free.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    first, gone, last = asyncio.run(ask())
    assert isinstance(gone, asyncio.CancelledError)
    assert (first, last) == (1, 2)
    assert kinds(database) == ["a", "c"]


def test_open_pages_hear_of_what_was_done_once_it_stands(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    heard: list[tuple[list[str], list[str]]] = []
    acts = Acts(database, listener=lambda topics: heard.append((list(topics), kinds(database))))
    at_once(
        acts,
        (open_scope, CLERK, "a"),
        (open_and_refuse, CLERK, "b"),
        (open_scope, CLERK, "c"),
        (open_scope, CLERK, "c"),
    )
    acts.close()
    database.close()
    assert heard == [(["scope:a", "scope:c"], ["a", "c", "c"])]


def test_a_listener_that_fails_costs_nobody_an_answer(sqlite_url: str) -> None:
    def fail(topics: object) -> None:
        raise OSError(topics)

    database = Database(sqlite_url)
    acts = Acts(database, listener=fail)
    assert at_once(acts, (open_scope, CLERK, "a"), (open_scope, CLERK, "b")) == [1, 2]
    assert acts.run_sync(open_scope, CLERK, "c") == 3
    acts.close()
    database.close()


def test_on_postgresql_the_other_processes_hear_ids_at_the_commit(postgres_url: str) -> None:
    address = postgres_url.replace("+psycopg", "")
    database = Database(postgres_url)
    acts = Acts(database)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("LISTEN gongxuan")
        at_once(acts, (open_scope, CLERK, "a"), (open_and_refuse, CLERK, "b"), (open_scope, CLERK, "c"))
        heard = [notice.payload for notice in other.notifies(timeout=30, stop_after=2)]
    acts.close()
    database.close()
    assert heard == ["scope:a", "scope:c"]


class Commits:
    """Counts the commits that wrote journal lines: SQLite's own trace, PostgreSQL's own transaction numbers."""

    def __init__(self, acts: Acts, database: Database) -> None:
        self._database = database
        self._statements: list[str] = []
        if database.sqlite:
            acts.keep_sync(self._trace)

    def _trace(self, session: Session, *, now: datetime) -> None:
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(self._statements.append)

    def of_journal_lines(self) -> int:
        if not self._database.sqlite:
            with self._database.reading() as session:
                return int(session.connection().scalar(text("SELECT count(DISTINCT xmin::text) FROM journal_entry")))
        transactions = "\n".join(self._statements).split("COMMIT")
        return sum("INSERT INTO journal_entry" in statements for statements in transactions)


def test_slow_acts_are_named_in_the_log(acts: Acts, caplog: pytest.LogCaptureFixture) -> None:
    def dawdle(session: Session, actor: Actor, *, now: datetime) -> int:
        threading.Event().wait(timedelta(milliseconds=60).total_seconds())
        return open_scope(session, actor, "slow", now=now)

    acts.run_sync(dawdle, CLERK)
    assert "the act dawdle took" in caplog.text
