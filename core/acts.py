"""The act runner: every write is an act, run by one writer, many acts to a commit.

An act is `verb(session, actor, …, now=…)`. It may be run twice (a transaction that vanished is done again one act at a
time), so it touches nothing but the database. Nobody is told "done" before the commit that made it durable.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from core import audit
from core.calls import Bare, Call, Outcome, answer_all, not_done, prepared, topics_of, unknown
from core.db import Database, WriteGate, Writes, driver_of
from core.errors import Unavailable
from core.lane import side_by_side
from core.people import Actor
from core.writer import Writer, reason

T = TypeVar("T")

log = logging.getLogger("gongxuan.acts")

BATCH = 256
WAITING = 4096
SLOW_SECONDS = 0.05
SQLITE_FAILS = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
})  # fmt: skip


class Listener(Protocol):
    """Told after a commit which topics changed (ids only)."""

    def __call__(self, topics: Sequence[str]) -> None: ...


class _Vanished(Exception):  # noqa: N818 - a state of the transaction, not a fault of the program
    """The transaction is gone: its acts have to run again."""


class Acts:
    """The runner. One per process; on SQLite it owns the only write connection, on PostgreSQL one of many."""

    def __init__(self, database: Database, *, listener: Listener | None = None, waiting: int = WAITING) -> None:
        self._database = database
        self._listener = listener
        self._queue: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._most = waiting
        self._gate = WriteGate()
        self._writer = Writer(database, self._gate)
        self._thread = threading.Thread(target=self._work, name="act-writer", daemon=True)
        self._door = threading.Lock()
        self._closed = False
        self._thread.start()

    # ── asking for a write ───────────────────────────────────────────────────────────────────────────────────────

    async def run(self, act: Callable[..., T], actor: Actor, *args: Any, **named: Any) -> T:
        """Run an act and answer when it is durable. Raises the act's Refusal, or Unavailable if nothing was done."""
        answer: T = await self._submit(act, actor, args, named, asyncio.get_running_loop().create_future())
        return answer

    def run_sync(self, act: Callable[..., T], actor: Actor, *args: Any, **named: Any) -> T:
        """Run an act from a thread that may wait."""
        answer: Future[T] = Future()
        self._submit(act, actor, args, named, answer)
        return answer.result()

    async def keep(self, write: Callable[..., T], *args: Any, **named: Any) -> T:
        """Write scratch rows (sessions, drafts, presence): durable, without a journal line."""
        answer: T = await self._submit(write, None, args, named, asyncio.get_running_loop().create_future())
        return answer

    def keep_sync(self, write: Callable[..., T], *args: Any, **named: Any) -> T:
        """Write scratch rows from a thread that may wait."""
        answer: Future[T] = Future()
        self._submit(write, None, args, named, answer)
        return answer.result()

    def close(self) -> None:
        """Finish what is waiting, then end the writer."""
        with self._door:
            if self._closed:
                return
            self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _submit(
        self, act: Callable[..., Any], actor: Actor | None, args: tuple[Any, ...], named: dict[str, Any], answer: Any
    ) -> Any:
        given = named.pop("now", None)
        with self._door:  # the order of arrival is the order of the queue, and nothing enters once it is closed
            if self._closed:
                raise Unavailable
            if self._queue.qsize() >= self._most:
                raise Unavailable
            self._queue.put(Call(act, actor, args, named, given or datetime.now(UTC), answer))
        return answer

    # ── the writer's thread ──────────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = self._gather(first)
            wanted = [call for call in batch if not call.answer.cancelled()]
            try:
                outcomes = self._settle(wanted) if wanted else []
                self._tell(wanted, outcomes)
                answer_all(wanted, outcomes)
            except Exception:
                log.exception("the writer met something unexpected")
                self._writer.drop()
                unanswered = [call for call in wanted if not call.answer.done()]
                answer_all(unanswered, [(False, Unavailable()) for _ in unanswered])
            if ended:
                break
        self._writer.drop()

    def _gather(self, first: Call) -> tuple[list[Call], bool]:
        """The waiting acts, up to one batch, and whether the runner is to end after them."""
        batch = [first]
        while len(batch) < BATCH:
            try:
                call = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
            if call is None:
                return batch, True
            batch.append(call)
        return batch, False

    def _settle(self, batch: list[Call]) -> list[Outcome]:
        """Run a batch; if its transaction vanished, run its acts again one by one."""
        try:
            outcomes = self._attempt(batch, together=True)
        except _Vanished as loss:
            self._writer.drop()
            log.warning("a transaction of %d acts vanished (%s); running them one by one", len(batch), loss)
            outcomes = [self._alone(call) for call in batch]
        return outcomes

    def _tell(self, batch: list[Call], outcomes: list[Outcome]) -> None:
        """Tell what was touched before anybody is answered: their next request meets nothing remembered from before."""
        if self._listener and (topics := topics_of(batch, outcomes)):
            try:
                self._listener(topics)
            except Exception:
                log.exception("somebody who listens to the acts failed")

    def _alone(self, call: Call) -> Outcome:
        try:
            return self._attempt([call])[0]
        except _Vanished as loss:
            self._writer.drop()
            return not_done([call], str(loss))[0]

    def _attempt(self, batch: list[Call], *, together: bool = False) -> list[Outcome]:
        """One transaction: BEGIN, each act undone by itself where it fails, journal lines, COMMIT. Raises _Vanished."""
        chain = audit.Chain()
        together = together and all(call.prepared for call in batch)
        try:
            journalled = any(call.journalled for call in batch)
            connection = self._writer.begin(
                chain if journalled else None, pipelined=together and not self._database.sqlite
            )
        except Exception as cause:  # noqa: BLE001 - no transaction, so nothing to run again
            self._writer.drop()
            return not_done(batch, reason(cause))
        if together:
            try:
                outcomes = side_by_side(connection, chain, batch)
            except (psycopg.Error, sqlite3.Error) as cause:
                raise _Vanished(reason(cause)) from cause
        else:
            outcomes = [(self._bare if call.prepared else self._one)(connection, chain, call) for call in batch]
        try:
            self._writer.finish(connection, chain, topics_of(batch, outcomes))
        except Exception as cause:
            self._writer.drop()
            if not chain.lines or chain.head is None:  # scratch rows alone, or nothing: harmless to write again
                raise _Vanished(reason(cause)) from cause
            try:
                stands = self._writer.stands(chain.head)
            except Exception as failure:  # noqa: BLE001 - done or not: only the database knows
                self._writer.drop()
                return unknown(batch, reason(failure))
            if not stands:
                raise _Vanished(reason(cause)) from cause
        return outcomes

    def _one(self, connection: Connection, chain: audit.Chain, call: Call) -> Outcome:
        """Run one act in its savepoint; a refusal rolls back its own effect and journal line, never a neighbour's."""
        mark = chain.mark()
        call.topics = []
        started = time.perf_counter()
        session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        session.info.update(chain=chain, topics=call.topics)
        self._gate.scratch_only = not call.journalled
        try:
            value = call.run(session)
            session.flush()
            call.check_line(len(chain.lines) > mark[1])
            session.commit()
            self._still_open(connection, None)
        except _Vanished:
            raise
        except Exception as cause:  # noqa: BLE001 - every failure of an act is its caller's answer
            self._still_open(connection, cause)
            self._undo(session)
            chain.back_to(mark)
            return False, cause
        finally:
            self._gate.scratch_only = False
            if (took := time.perf_counter() - started) > SLOW_SECONDS:
                log.warning("the act %s took %.0f ms", call.act.__name__, took * 1000)
        session.close()
        return True, value

    def _bare(self, connection: Connection, chain: audit.Chain, call: Call) -> Outcome:
        """Run a prepared act as `_one` runs any other, with its savepoint set by the driver itself."""
        mark = chain.mark()
        call.topics = []
        driver = driver_of(connection)
        try:
            driver.execute("SAVEPOINT act")
            value = call.run(Bare(connection, chain=chain, topics=call.topics))
            call.check_line(len(chain.lines) > mark[1])
            driver.execute("RELEASE act")
            self._still_open(connection, None)
        except _Vanished:
            raise
        except Exception as cause:  # noqa: BLE001 - every failure of an act is its caller's answer
            self._still_open(connection, cause)
            try:
                driver.execute("ROLLBACK TO act")
                driver.execute("RELEASE act")
            except Exception as failure:
                raise _Vanished(reason(failure)) from failure
            chain.back_to(mark)
            return False, cause
        return True, value

    def _undo(self, session: Session) -> None:
        try:
            session.rollback()
            session.close()
        except Exception as failure:
            raise _Vanished(reason(failure)) from failure

    def _still_open(self, connection: Connection, cause: Exception | None) -> None:
        """Raise _Vanished where the database failed, not the act.

        A full disk or I/O error may roll back the whole transaction without a word: the driver is asked each time.
        """
        if not (connection.closed or connection.invalidated):
            driver = driver_of(connection)
            alive = driver.in_transaction if self._database.sqlite else not driver.closed
            if alive and not _database_failed(cause):
                return
        raise _Vanished(reason(cause)) from cause


def _database_failed(cause: Exception | None) -> bool:
    """Whether the database could not work (disk full, I/O error, lock, memory), whatever the act was."""
    error = cause.orig if isinstance(cause, OperationalError) else cause  # a prepared act hears the driver itself
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF in SQLITE_FAILS
    return isinstance(error, psycopg.OperationalError)


def touch(session: Writes, *topics: str) -> None:
    """Name the topics this act changes, to be told to open pages after the commit."""
    session.info["topics"].extend(topics)


__all__ = ["Acts", "Listener", "prepared", "touch"]
