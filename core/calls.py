"""Acts on their way through the runner: what was asked, what an act works with, and how the answer gets back."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Generator, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from core.db import Writes, driver_of
from core.errors import Unavailable
from core.people import Actor
from core.spelling import spelling_of

T = TypeVar("T")

log = logging.getLogger("gongxuan.acts")

Outcome = tuple[bool, Any]
"""Whether an act was done, and its value or what it raised."""


@dataclass(slots=True)
class Call:
    """One act waiting for its turn, and where its answer goes."""

    act: Callable[..., Any]
    actor: Actor | None
    args: tuple[Any, ...]
    named: dict[str, Any]
    now: datetime
    answer: "Future[Any] | asyncio.Future[Any]"
    topics: list[str] = field(default_factory=list)

    @property
    def journalled(self) -> bool:
        return self.actor is not None

    @property
    def prepared(self) -> bool:
        """Whether the act sends prepared driver SQL alone."""
        return hasattr(self.act, "steps")

    @property
    def about(self) -> Hashable:
        """What a prepared act is about: two about one thing go one after the other."""
        found: Hashable = self.act.about(*self._given, **self.named)  # type: ignore[attr-defined] # set by `prepared`
        return found

    def steps(self, bare: "Bare") -> "Steps[Any]":
        """A prepared act, to be taken step by step."""
        found: Steps[Any] = self.act.steps(bare, *self._given, now=self.now, **self.named)  # type: ignore[attr-defined] # likewise
        return found

    def check_line(self, left: bool) -> None:
        """Raise RuntimeError where an act left no line in the journal."""
        if self.journalled and not left:
            raise RuntimeError(f"the act {self.act.__name__} left no line in the journal")

    @property
    def _given(self) -> tuple[Any, ...]:
        return self.args if self.actor is None else (self.actor, *self.args)

    def run(self, session: "Session | Bare") -> Any:
        return self.act(session, *self._given, now=self.now, **self.named)


class Lookup(NamedTuple):
    """A question to the database, answered by one row or none: a statement over rows given (core.spelling), and one."""

    statement: str
    values: Sequence[object]


Steps = Generator[Lookup, Any, T]
"""An act that yields one lookup, gets its row, and then writes: the lookups of many acts can travel together."""


class Bare:
    """What a prepared act gets in place of a Session: driver SQL inside the act's transaction.

    Where `gathered` is given, what the act writes is put there, to be sent together with what its neighbours write.
    """

    __slots__ = ("_connection", "_driver", "_gathered", "info", "spelling")

    def __init__(self, connection: Connection, gathered: list[Lookup] | None = None, **info: Any) -> None:
        self._connection, self._driver = connection, driver_of(connection)
        self._gathered = gathered
        self.spelling = spelling_of(connection)
        self.info = info

    def connection(self) -> Connection:
        """The writer's connection."""
        return self._connection

    def write(self, statement: str, values: Sequence[object]) -> None:
        """Write one row by a statement over rows given."""
        if self._gathered is None:
            self.send(statement, [values])
        else:
            self._gathered.append(Lookup(statement, values))

    def send(self, statement: str, rows: Sequence[Sequence[object]]) -> Any:
        """Let the driver run a statement; a failure of the database is raised as SQLAlchemy would raise it."""
        try:
            return self._driver.execute(statement, self.spelling.pack(rows))
        except self._connection.dialect.loaded_dbapi.OperationalError as failure:
            raise OperationalError(statement, None, failure) from failure


def prepared(about: Callable[..., Hashable]) -> Callable[[Callable[..., "Steps[T]"]], Callable[..., T]]:
    """Mark an act that sends prepared driver SQL alone: it gets a Bare, which costs a tenth of a Session.

    `about` takes the act's arguments without session and moment and says what they are about: lookups of acts about
    different things are answered together, before any of them writes.
    """

    def mark(act: Callable[..., Steps[T]]) -> Callable[..., T]:
        @wraps(act)
        def whole(given: Writes, *args: Any, **named: Any) -> T:
            bare = given if isinstance(given, Bare) else Bare(given.connection(), **given.info)
            steps = act(bare, *args, **named)
            asked = next(steps)
            (row,) = bare.spelling.answers(bare.send(asked.statement, [asked.values]), 1)
            return last_step(steps, row)

        whole.steps, whole.about = act, about  # type: ignore[attr-defined] # read by the runner
        return whole

    return mark


def last_step(steps: "Steps[T]", row: Any) -> T:
    """Give a prepared act the row that it asked for; it ends with its value."""
    try:
        steps.send(row)
    except StopIteration as end:
        value: T = end.value
        return value
    raise RuntimeError("a prepared act asks once")


def answer_all(batch: list[Call], outcomes: list[Outcome]) -> None:
    """Hand out the answers: to waiting threads at once, to each event loop all of its own in one go."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Outcome]]] = {}
    for call, outcome in zip(batch, outcomes, strict=True):
        if isinstance(call.answer, asyncio.Future):
            by_loop.setdefault(call.answer.get_loop(), []).append((call.answer, outcome))
        elif outcome[0]:
            call.answer.set_result(outcome[1])
        else:
            call.answer.set_exception(outcome[1])
    for loop, answers in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop has ended and nobody waits any more
            loop.call_soon_threadsafe(_deliver, answers)


def _deliver(answers: list[tuple["asyncio.Future[Any]", Outcome]]) -> None:
    for future, (done, value) in answers:
        if future.done():  # whoever asked has gone away; the act stands all the same
            continue
        if done:
            future.set_result(value)
        else:
            future.set_exception(value)


def not_done(batch: list[Call], reason: str) -> list[Outcome]:
    log.error("%d acts could not be written: %s", len(batch), reason)
    return [
        (False, Unavailable("The record cannot be written just now. Nothing was done; please send it again."))
        for _ in batch
    ]


def unknown(batch: list[Call], reason: str) -> list[Outcome]:
    log.error("nobody knows whether the commit of %d acts was done: %s", len(batch), reason)
    return [
        (False, Unavailable("The database gave no answer. Please look whether it was done before you send it again."))
        for _ in batch
    ]


def topics_of(batch: list[Call], outcomes: list[Outcome]) -> list[str]:
    """What the acts that were done have touched, each topic once."""
    return list(dict.fromkeys(t for call, (done, _) in zip(batch, outcomes, strict=True) if done for t in call.topics))
