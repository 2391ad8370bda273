"""Acts on their way through the runner: what was asked, what an act works with, and how the answer gets back."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from core.errors import Unavailable
from core.people import Actor

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
        return hasattr(self.act, "prepared")

    def run(self, session: "Session | Bare") -> Any:
        actor = () if self.actor is None else (self.actor,)
        return self.act(session, *actor, *self.args, now=self.now, **self.named)


class Bare:
    """What a prepared act gets in place of a Session: the connection, for driver SQL inside the act's savepoint."""

    __slots__ = ("_connection", "info")

    def __init__(self, connection: Connection, **info: Any) -> None:
        self._connection = connection
        self.info = info

    def connection(self) -> Connection:
        """The writer's connection."""
        return self._connection


def prepared(act: Callable[..., T]) -> Callable[..., T]:
    """Mark an act that sends prepared driver SQL alone: it gets a Bare, which costs a tenth of a Session."""
    act.prepared = True  # type: ignore[attr-defined] # read by the runner
    return act


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
