"""Driver SQL over many rows at once, as the two databases spell it: one statement, however many rows are given.

SQLite takes and gives the rows as one JSON text: a statement is one step for the driver, so that the writer's thread
seldom has to wait for its turn. PostgreSQL takes one array per column.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Spelling:
    """One database's spelling."""

    sqlite: bool

    def given(self, columns: Sequence[str], types: Mapping[str, str]) -> str:
        """What stands after FROM for the rows given: a table `given` of these columns, and `place` from 1.

        `types` are PostgreSQL's; a column without one is text.
        """
        if self.sqlite:
            taken = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns))
            return f"(SELECT {taken}, key + 1 AS place FROM json_each(?)) AS given"  # noqa: S608 - fixed names
        arrays = ", ".join(f"%s::{types.get(column, 'text')}[]" for column in columns)
        return f"unnest({arrays}) WITH ORDINALITY AS given ({', '.join(columns)}, place)"

    def answering(self, select: str, columns: Sequence[str]) -> str:
        """A lookup whose columns, the given row's place first, are read by `answers`."""
        if self.sqlite:
            return f"SELECT json_group_array(json_array({', '.join(columns)})) FROM ({select})"  # noqa: S608 - fixed names
        return select

    def pack(self, rows: Sequence[Iterable[object]]) -> Sequence[object]:
        """The rows as the values of a statement."""
        if self.sqlite:
            return (_ENCODER.encode(rows),)
        return [list(column) for column in zip(*rows, strict=True)]

    def answers(self, cursor: Any, count: int) -> list[Any]:
        """The row found for each of `count` given ones, without its place; None where nothing was found."""
        found = json.loads(cursor.fetchone()[0]) if self.sqlite else cursor.fetchall()
        rows: list[Any] = [None] * count
        for row in found:
            rows[row[0] - 1] = row[1:]
        return rows

    def moment(self, moment: datetime) -> Any:
        """A moment as an Instant column keeps it: SQLite has text in UTC without zone."""
        utc = moment.astimezone(UTC)
        return utc.replace(tzinfo=None).isoformat(" ", "microseconds") if self.sqlite else utc


SQLITE, POSTGRES = Spelling(sqlite=True), Spelling(sqlite=False)


def spelling_of(connection: Connection) -> Spelling:
    """The spelling of a connection's database."""
    return SQLITE if connection.dialect.name == "sqlite" else POSTGRES
