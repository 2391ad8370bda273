"""PostgreSQL goes away at the worst moments: every act is done once or not at all, and its caller knows which."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from core.acts import Acts
from core.db import Database
from core.errors import Unavailable
from core.people import Actor
from core.tables import Account
from tests.core.cut_line import Cut, CutLine
from tests.core.writing import CLERK, at_once, journal, keep_code, kinds, open_scope
from tests.postgres import Server, programs
from web.migrate import migrate

pytestmark = pytest.mark.postgres
LEAVE = text("SELECT pg_terminate_backend(pg_backend_pid())")
CALLS = [(open_scope, CLERK, name) for name in "abc"]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    opened = Database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def line(postgres_server: Server) -> Iterator[CutLine]:
    opened = CutLine(postgres_server.port)
    yield opened
    opened.close()


@pytest.fixture
def acts(line: CutLine, postgres_server: Server, postgres_url: str) -> Iterator[Acts]:
    """A runner that reaches the database over `line`, with its connection already open."""
    distant = Database(postgres_url.replace(f":{postgres_server.port}/", f":{line.port}/"))
    runner = Acts(distant)
    runner.keep_sync(keep_code, "connected")
    yield runner
    runner.close()
    distant.close()


def test_a_commit_whose_answer_was_lost_is_not_done_twice(acts: Acts, line: CutLine, database: Database) -> None:
    line.next_cut = Cut.ANSWER
    assert at_once(acts, *CALLS) == [1, 2, 3]
    assert line.cuts == [Cut.ANSWER]
    assert kinds(database) == ["a", "b", "c"]
    assert len(journal(database)) == 3


def test_a_commit_that_never_arrived_is_done_again(acts: Acts, line: CutLine, database: Database) -> None:
    line.next_cut = Cut.QUESTION
    scopes = at_once(acts, *CALLS)
    assert line.cuts == [Cut.QUESTION]
    assert kinds(database) == ["a", "b", "c"]
    assert [entry.scope_id for entry in journal(database)] == scopes


def test_where_nobody_can_know_the_caller_is_told_so(acts: Acts, line: CutLine, database: Database) -> None:
    line.next_cut, line.stays_dead = Cut.ANSWER, True
    for answer in at_once(acts, *CALLS):
        assert isinstance(answer, Unavailable)
        assert "Please look whether it was done" in answer.sentence
    assert kinds(database) == ["a", "b", "c"]
    line.mend()
    acts.run_sync(open_scope, CLERK, "d")
    assert len(journal(database)) == 4


def test_an_unreachable_database_is_answered_unavailable_until_it_is_back(
    acts: Acts, line: CutLine, database: Database
) -> None:
    line.next_cut, line.stays_dead = Cut.QUESTION, True
    at_once(acts, *CALLS)
    with pytest.raises(Unavailable, match="Nothing was done"):
        acts.run_sync(open_scope, CLERK, "while it is away")
    line.mend()
    acts.run_sync(open_scope, CLERK, "back")
    assert kinds(database) == ["back"]


def test_acts_whose_connection_is_ended_in_the_middle_are_done_again_exactly_once(database: Database) -> None:
    runs: list[str] = []

    def lose_the_connection_once(session: Session, actor: Actor, *, now: datetime) -> int:
        scope = open_scope(session, actor, "twice run", now=now)
        runs.append("run")
        if len(runs) == 1:
            session.connection().execute(LEAVE)
        return scope

    acts = Acts(database)
    scopes = at_once(acts, CALLS[0], (lose_the_connection_once, CLERK), CALLS[2])
    acts.close()
    assert len(runs) == 2
    assert kinds(database) == ["a", "twice run", "c"]
    assert [entry.scope_id for entry in journal(database)] == scopes


def test_an_act_that_always_loses_the_connection_costs_its_neighbours_nothing(database: Database) -> None:
    def lose_the_connection(session: Session, actor: Actor, *, now: datetime) -> None:
        open_scope(session, actor, "never", now=now)
        session.connection().execute(LEAVE)

    acts = Acts(database)
    _, lost, _ = at_once(acts, CALLS[0], (lose_the_connection, CLERK), CALLS[2])
    acts.close()
    assert isinstance(lost, Unavailable)
    assert kinds(database) == ["a", "c"]
    assert len(journal(database)) == 2


def test_connections_ended_between_two_requests_are_opened_anew_unnoticed(
    database: Database, postgres_server: Server
) -> None:
    acts = Acts(database)
    acts.run_sync(open_scope, CLERK, "before")
    assert kinds(database) == ["before"]
    postgres_server.command(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database.url.rsplit('/', 1)[1]}'"
    )
    acts.run_sync(open_scope, CLERK, "after")
    acts.close()
    assert kinds(database) == ["before", "after"]


def test_a_commit_that_fails_is_answered_done_to_nobody_who_is_not(database: Database) -> None:
    """A foreign key that is checked only at COMMIT makes COMMIT itself fail."""
    with database.writer() as connection, connection.begin():
        connection.execute(
            text("ALTER TABLE account ALTER CONSTRAINT fk_account_person_id_person DEFERRABLE INITIALLY DEFERRED")
        )

    def orphan(session: Session, actor: Actor, *, now: datetime) -> None:
        open_scope(session, actor, "orphan", now=now)
        session.add(Account(person_id=999, name="orphan", password_hash="", created_at=now))

    acts = Acts(database)
    _, orphaned, _ = at_once(acts, CALLS[0], (orphan, CLERK), CALLS[2])
    acts.close()
    assert isinstance(orphaned, Unavailable)
    assert kinds(database) == ["a", "c"]
    assert len(journal(database)) == 2


def test_two_processes_writing_at_once_keep_one_chain(database: Database) -> None:
    def write(runner: Acts, name: str) -> None:
        for _ in range(40):
            runner.run_sync(open_scope, CLERK, name)

    runners = [Acts(database), Acts(database)]
    threads = [threading.Thread(target=write, args=(runner, str(n))) for n, runner in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for runner in runners:
        runner.close()
    assert len(journal(database)) == 80
    assert sorted(kinds(database)) == ["0"] * 40 + ["1"] * 40


def test_what_was_acknowledged_survives_a_crashed_server_and_the_runner_goes_on() -> None:
    folder = programs()
    assert folder is not None
    server = Server(folder)
    try:
        server.make()
        url = server.url("postgres")
        migrate(url)
        database = Database(url)
        acts = Acts(database)
        acknowledged = [acts.run_sync(open_scope, CLERK, "before") for _ in range(20)]
        server.crash()
        with pytest.raises(Unavailable, match="Nothing was done"):
            acts.run_sync(open_scope, CLERK, "down")
        server.start()
        acknowledged.append(acts.run_sync(open_scope, CLERK, "after"))
        acts.close()
        fresh = Database(url)
        assert [entry.scope_id for entry in journal(fresh)] == acknowledged
        assert kinds(fresh) == ["before"] * 20 + ["after"]
        fresh.close()
        database.close()
    finally:
        server.stop()
