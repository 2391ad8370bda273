"""The act runner: every write is an act, run by one writer, many acts to a commit.

An act is `verb(session, actor, …, now=…)`. It may be run twice (a transaction that vanished is done again one act at a
time), so it touches nothing but the database. Nobody is told "done" before the commit that made it durable.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, text
from sqlmodel import Session

from core import audit
from core.db import Database, WriteGate, guard_scratch
from core.errors import Unavailable
from core.people import Actor

T = TypeVar("T")

log = logging.getLogger("gongxuan.acts")

BATCH = 256
WAITING = 4096
SLOW_SECONDS = 0.05
JOURNAL_LOCK = 0x67786A31


class Listener(Protocol):
    """Told after a commit which topics changed (ids only)."""

    def __call__(self, topics: Sequence[str]) -> None: ...


@dataclass(slots=True)
class _Call:
    """One act waiting for its turn, and where its answer goes."""

    act: Callable[..., Any]
    actor: Actor | None
    args: tuple[Any, ...]
    named: dict[str, Any]
    now: datetime
    answer: "Future[Any]"
    topics: list[str] = field(default_factory=list)

    @property
    def journalled(self) -> bool:
        return self.actor is not None


class _Vanished(Exception):  # noqa: N818 - a state of the transaction, not a fault of the program
    """The transaction is gone: its acts have to run again."""


class Acts:
    """The runner. One per process; on SQLite it owns the only write connection, on PostgreSQL one of many."""

    def __init__(self, database: Database, *, listener: Listener | None = None) -> None:
        self._database = database
        self._listener = listener
        self._queue: queue.Queue[_Call | None] = queue.Queue(WAITING)
        self._gate = WriteGate()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, name="act-writer", daemon=True)
        self._closed = False
        self._thread.start()

    # ── asking for a write ───────────────────────────────────────────────────────────────────────────────────────

    async def run(self, act: Callable[..., T], actor: Actor, *args: Any, **named: Any) -> T:
        """Run an act and answer when it is durable. Raises the act's Refusal, or Unavailable if nothing was done."""
        answer: T = await asyncio.wrap_future(self._submit(act, actor, args, named))
        return answer

    def run_sync(self, act: Callable[..., T], actor: Actor, *args: Any, **named: Any) -> T:
        """Run an act from a thread that may wait."""
        answer: T = self._submit(act, actor, args, named).result()
        return answer

    async def keep(self, write: Callable[..., T], *args: Any, **named: Any) -> T:
        """Write scratch rows (sessions, drafts, presence): durable, without a journal line."""
        answer: T = await asyncio.wrap_future(self._submit(write, None, args, named))
        return answer

    def keep_sync(self, write: Callable[..., T], *args: Any, **named: Any) -> T:
        """Write scratch rows from a thread that may wait."""
        answer: T = self._submit(write, None, args, named).result()
        return answer

    def close(self) -> None:
        """Finish what is waiting, then end the writer."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _submit(
        self, act: Callable[..., Any], actor: Actor | None, args: tuple[Any, ...], named: dict[str, Any]
    ) -> "Future[Any]":
        if self._closed:
            raise Unavailable
        now = named.pop("now", None) or datetime.now(UTC)
        call = _Call(act, actor, args, named, now, Future())
        try:
            self._queue.put_nowait(call)
        except queue.Full:
            raise Unavailable from None
        return call.answer

    # ── the writer's thread ──────────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = self._gather(first)
            try:
                self._settle(batch)
            except Exception:
                log.exception("the writer met something unexpected")
                self._drop_connection()
                for call in batch:
                    if not call.answer.done():
                        call.answer.set_exception(Unavailable())
            if ended:
                break
        self._drop_connection()

    def _gather(self, first: _Call) -> tuple[list[_Call], bool]:
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

    def _settle(self, batch: list[_Call]) -> None:
        """Run a batch and answer it; if its transaction vanished, run its acts again one by one."""
        try:
            outcomes = self._attempt(batch)
        except _Vanished as loss:
            self._drop_connection()
            log.warning("a transaction of %d acts vanished (%s); running them one by one", len(batch), loss)
            outcomes = [self._alone(call) for call in batch]
        if self._listener and (topics := _topics(batch, outcomes)):
            self._listener(topics)
        for call, (ok, value) in zip(batch, outcomes, strict=True):
            if ok:
                call.answer.set_result(value)
            else:
                call.answer.set_exception(value)

    def _alone(self, call: _Call) -> tuple[bool, Any]:
        try:
            return self._attempt([call])[0]
        except _Vanished as loss:
            self._drop_connection()
            log.error("an act could not be written: %s", loss)  # noqa: TRY400 - the cause is in the message
            return False, Unavailable("The record cannot be written just now. Nothing was done; please send it again.")

    def _attempt(self, batch: list[_Call]) -> list[tuple[bool, Any]]:
        """One transaction: BEGIN, each act in a savepoint, journal lines, COMMIT. Raises _Vanished."""
        chain = audit.Chain()
        try:
            connection = self._connection or self._connect()
            transaction = connection.begin()
            if not self._database.sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({JOURNAL_LOCK})"))
        except Exception as cause:
            raise _Vanished(_reason(cause)) from cause
        outcomes = [self._one(connection, chain, call) for call in batch]
        try:
            chain.write(connection)
            self._announce(connection, batch, outcomes)
            transaction.commit()
        except Exception as cause:
            if chain.head and self._stands(chain.head):
                return outcomes
            raise _Vanished(_reason(cause)) from cause
        return outcomes

    def _one(self, connection: Connection, chain: audit.Chain, call: _Call) -> tuple[bool, Any]:
        """Run one act in its savepoint; a refusal rolls back its own effect and journal line, never a neighbour's."""
        mark = chain.mark()
        self._gate.scratch_only = not call.journalled
        call.topics = []
        started = time.perf_counter()
        session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        session.info.update(chain=chain, topics=call.topics)
        try:
            value = (
                call.act(session, call.actor, *call.args, now=call.now, **call.named)
                if call.journalled
                else call.act(session, *call.args, now=call.now, **call.named)
            )
            session.flush()
            if call.journalled and len(chain.lines) == mark[1]:
                raise RuntimeError(f"the act {call.act.__name__} left no line in the journal")  # noqa: TRY301
            session.commit()
        except Exception as cause:  # noqa: BLE001 - every failure of an act is its caller's answer
            self._still_open(connection, cause)
            try:
                session.rollback()
            except Exception as failure:
                connection.invalidate()
                raise _Vanished(_reason(failure)) from failure
            chain.back_to(mark)
            return False, cause
        finally:
            session.close()
            if (took := time.perf_counter() - started) > SLOW_SECONDS:
                log.warning("the act %s took %.0f ms", call.act.__name__, took * 1000)
        self._still_open(connection, None)
        return True, value

    def _still_open(self, connection: Connection, cause: Exception | None) -> None:
        """A full disk or I/O error rolls the whole transaction back without a word: find out at once."""
        if not (connection.closed or connection.invalidated):
            driver: Any = connection.connection.driver_connection
            if driver.in_transaction if self._database.sqlite else not driver.closed:
                return
            connection.invalidate()
        raise _Vanished(_reason(cause)) from cause

    def _announce(self, connection: Connection, batch: list[_Call], outcomes: list[tuple[bool, Any]]) -> None:
        """On PostgreSQL, tell the other processes, at the moment of COMMIT, which topics changed."""
        if self._database.sqlite:
            return
        for topic in _topics(batch, outcomes):
            connection.execute(text("SELECT pg_notify('gongxuan', :topic)"), {"topic": topic})

    def _stands(self, head: audit.Head) -> bool:
        """Whether a commit whose answer was lost has happened after all: its last journal line is there."""
        self._drop_connection()
        try:
            with self._database.reading() as session:
                row = session.get(audit.JournalEntry, head.seq)
                return row is not None and row.link == head.link.hex()
        except Exception:  # noqa: BLE001 - unreachable: the acts run again, which their keys make harmless
            return False

    def _connect(self) -> Connection:
        self._connection = self._database.writer()
        guard_scratch(self._connection, self._gate)
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
            finally:
                connection.close()


def _topics(batch: list[_Call], outcomes: list[tuple[bool, Any]]) -> list[str]:
    """What the acts that were done have touched, each topic once."""
    return list(dict.fromkeys(t for call, (ok, _) in zip(batch, outcomes, strict=True) if ok for t in call.topics))


def _reason(cause: Exception | None) -> str:
    return f"{type(cause).__name__}: {cause}".splitlines()[0] if cause else "the transaction was rolled back"


def touch(session: Session, *topics: str) -> None:
    """Name the topics this act changes, to be told to open pages after the commit."""
    session.info["topics"].extend(topics)
