"""The disk fills, a write fails, COMMIT fails, the process dies: nobody is told "done" of what is not there."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from core.acts import Acts
from core.db import Database
from core.errors import Refusal, Unavailable
from core.people import Actor
from core.tables import Account
from tests.core.full_disk import Disk
from tests.core.writing import CLERK, at_once, journal, kinds, open_and_refuse, open_scope

CHILDREN = Path(__file__).parent
BIG = "x" * 300_000


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def test_on_a_full_disk_what_fits_is_done_and_the_rest_is_not(database: Database) -> None:
    disk = Disk(database)
    disk.free_pages = 20
    acts = Acts(database)
    small, big, refused, last = at_once(
        acts,
        (open_scope, CLERK, "small"),
        (open_scope, CLERK, BIG),
        (open_and_refuse, CLERK, "refused"),
        (open_scope, CLERK, "last"),
    )
    assert isinstance(big, Unavailable)
    assert isinstance(refused, Refusal)
    assert (small, last) == (1, 2)
    assert kinds(database) == ["small", "last"]
    assert [line.scope_id for line in journal(database)] == [1, 2]
    acts.close()


def test_a_statement_undone_alone_by_a_full_disk_is_no_fault_of_its_act(database: Database) -> None:
    """A statement over several rows keeps a journal of its own: SQLite undoes it and leaves the transaction open."""
    still_open: list[bool] = []

    def fill(session: Session, actor: Actor, *, now: datetime) -> None:
        open_scope(session, actor, BIG[:9000], now=now)
        connection = session.connection()
        try:
            for _ in range(20):
                connection.execute(text("INSERT INTO scope (kind, opened_at) SELECT kind, opened_at FROM scope"))
        except OperationalError:
            driver: Any = connection.connection.driver_connection
            still_open.append(driver.in_transaction)
            raise

    disk = Disk(database)
    disk.free_pages = 20
    acts = Acts(database)
    before, filled, after = at_once(acts, (open_scope, CLERK, "before"), (fill, CLERK), (open_scope, CLERK, "after"))
    assert True in still_open
    assert isinstance(filled, Unavailable)
    assert (before, after) == (1, 2)
    assert kinds(database) == ["before", "after"]
    acts.close()


def test_once_there_is_room_again_the_same_runner_goes_on(database: Database) -> None:
    disk = Disk(database)
    disk.free_pages = 20
    acts = Acts(database)
    with pytest.raises(Unavailable):
        acts.run_sync(open_scope, CLERK, BIG)
    disk.free_pages = None
    acts.run_sync(open_scope, CLERK, BIG)
    assert kinds(database) == [BIG]
    assert len(journal(database)) == 1
    acts.close()


def test_acts_of_a_vanished_transaction_are_done_again_exactly_once(database: Database) -> None:
    """A disk that is full for a moment: SQLite rolls the whole batch back, without a word."""
    disk = Disk(database)
    disk.free_pages = 20
    acts = Acts(database)
    acts.run_sync(open_scope, CLERK, "connected")
    disk.free_pages = None
    names = ["a", "b", BIG, "c"]
    assert at_once(acts, *((open_scope, CLERK, name) for name in names)) == [2, 3, 4, 5]
    assert kinds(database) == ["connected", *names]
    assert [line.scope_id for line in journal(database)] == [1, 2, 3, 4, 5]
    acts.close()


def test_a_journal_that_does_not_fit_undoes_its_acts(database: Database) -> None:
    def long_line(session: Session, actor: Actor, *, now: datetime) -> None:
        open_scope(session, Actor(label=BIG), "long line", now=now)

    disk = Disk(database)
    disk.free_pages = 20
    acts = Acts(database)
    small, long, last = at_once(acts, (open_scope, CLERK, "small"), (long_line, CLERK), (open_scope, CLERK, "last"))
    assert isinstance(long, Unavailable)
    assert (small, last) == (1, 2)
    assert kinds(database) == ["small", "last"]
    assert len(journal(database)) == 2
    acts.close()


def test_a_commit_that_fails_is_answered_done_to_nobody_who_is_not(database: Database) -> None:
    """A foreign key that is checked only at COMMIT makes COMMIT itself fail."""

    def orphan(session: Session, actor: Actor, *, now: datetime) -> None:
        session.connection().execute(text("PRAGMA defer_foreign_keys=ON"))
        open_scope(session, actor, "orphan", now=now)
        session.add(Account(person_id=999, name="orphan", password_hash="", created_at=now))

    acts = Acts(database)
    before, orphaned, after = at_once(
        acts, (open_scope, CLERK, "before"), (orphan, CLERK), (open_scope, CLERK, "after")
    )
    assert isinstance(orphaned, Unavailable)
    assert (before, after) == (1, 2)
    assert kinds(database) == ["before", "after"]
    assert len(journal(database)) == 2
    acts.close()


def test_another_program_holding_the_file_is_answered_unavailable(database: Database) -> None:
    def impatient(driver: Any, _record: object) -> None:
        driver.execute("PRAGMA busy_timeout=1").close()

    event.listen(database._writing, "connect", impatient)
    acts = Acts(database)
    acts.run_sync(open_scope, CLERK, "before")
    with database.writer() as other, other.begin(), pytest.raises(Unavailable, match="Nothing was done"):
        acts.run_sync(open_scope, CLERK, "meanwhile")
    acts.run_sync(open_scope, CLERK, "after")
    assert kinds(database) == ["before", "after"]
    acts.close()


def test_an_io_error_is_answered_unavailable_and_passes(database: Database, sqlite_url: str) -> None:
    """The child may not let any file grow while `limited`: the operating system refuses the write."""
    done = subprocess.run(
        [sys.executable, CHILDREN / "limited_child.py", sqlite_url], capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)
    assert answers == {"free": ["done"], "limited": ["Unavailable"] * 3, "free again": ["done"]}
    assert kinds(database) == ["free", "free again"]
    assert len(journal(database)) == 2


def test_what_was_acknowledged_survives_a_killed_process(database_url: str) -> None:
    """The child writes a scope's id only after its act was answered; it is killed while four threads are writing."""
    child = subprocess.Popen(
        [sys.executable, CHILDREN / "acknowledging_child.py", database_url], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    acknowledged = [int(child.stdout.readline()) for _ in range(200)]
    child.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in child.stdout.read().split(b"\n")[:-1]]
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    database = Database(database_url)
    journalled = {line.scope_id for line in journal(database)}
    written = len(kinds(database))
    database.close()
    assert set(acknowledged) <= journalled
    assert written == len(journalled)
