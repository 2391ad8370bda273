"""The acts that put protected values under the newest keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session

from core import audit
from core.db import Table, sql_table
from core.people import SYSTEM_SCOPE, Actor
from core.tables import OneTimeCode


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """A row's protected values under the newest keys, by column; `before` is what they replace."""

    row_id: int
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]


def rekey(session: Session, actor: Actor, name: str, changes: Sequence[Rekeyed], *, now: datetime) -> int:
    """Write a portion of a table's values under the newest keys; a row that changed meanwhile is left for the next."""
    table, done = Table.metadata.tables[name], 0
    for one in changes:
        unchanged = (table.c[column].is_not_distinct_from(value) for column, value in one.before.items())
        result = session.execute(update(table).where(table.c.id == one.row_id, *unchanged).values(**one.after))
        done += int(result.rowcount)  # type: ignore[attr-defined] # an update's result has it
    audit.record(
        session, actor, "values.rekeyed", now, scope=SYSTEM_SCOPE, table=name, count=done, portion=len(changes)
    )
    return done


def keep_no_codes(session: Session, *, now: datetime) -> None:  # noqa: ARG001
    """Forget all one-time codes: they were made under the keys of their moment, and whoever waits asks anew."""
    session.execute(delete(sql_table(OneTimeCode)))
