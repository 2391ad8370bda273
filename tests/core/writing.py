"""Small acts on real tables, and ways to have several of them wait for one batch."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from core import acts, audit
from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from core.people import Actor
from core.tables import OneTimeCode, Scope

CLERK = Actor(label="account:7", account_id=7, person_id=7, device="d7")
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def open_scope(session: Session, actor: Actor, kind: str, *, now: datetime) -> int:
    """An act: one row, one line, one topic."""
    scope = Scope(kind=kind, opened_at=now)
    session.add(scope)
    session.flush()
    assert scope.id is not None
    audit.record(session, actor, "scope.opened", now, scope=scope.id, kind=kind[:40])
    acts.touch(session, f"scope:{kind[:40]}")
    return scope.id


def open_and_refuse(session: Session, actor: Actor, kind: str, *, now: datetime) -> int:
    """An act that finds out only after it has written that it must refuse."""
    open_scope(session, actor, kind, now=now)
    raise Refusal("The scope {kind} is refused.", kind=kind)


def open_silently(session: Session, _actor: Actor, kind: str, *, now: datetime) -> None:
    """An act that forgot the journal."""
    session.add(Scope(kind=kind, opened_at=now))


def keep_code(session: Session, subject: str, *, now: datetime) -> None:
    """A scratch write."""
    session.add(OneTimeCode(purpose="test", subject=subject, code_hash="", expires_at=now))


def at_once(runner: Acts, *calls: tuple[Any, ...], meanwhile: Callable[[], None] = lambda: None) -> list[Any]:
    """Ask for all calls while the writer is busy, so that they run as one batch.

    A call is (act, actor, …) or, for scratch rows, (None, write, …). Returns values and exceptions in order;
    `meanwhile` runs when all calls are waiting.
    """

    async def ask() -> list[Any]:
        busy, free = threading.Event(), threading.Event()

        def hold(_session: Session, *, now: datetime) -> None:
            busy.set()
            free.wait(60)

        holding = asyncio.create_task(runner.keep(hold))
        await asyncio.to_thread(busy.wait, 60)
        asked = [asyncio.create_task(runner.run(*call) if call[0] else runner.keep(*call[1:])) for call in calls]
        await asyncio.sleep(0)
        meanwhile()
        free.set()
        await holding
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(ask())


def kinds(database: Database) -> list[str]:
    """The kinds of all scopes, in order of writing."""
    with database.reading() as session:
        return list(session.exec(select(Scope.kind).order_by(col(Scope.id))))


def journal(database: Database) -> list[Any]:
    """All journal lines, after a check that they hold together."""
    with database.reading() as session:
        rows = list(audit.all_entries(session))
    assert audit.verify(rows).fault is None
    return rows
