"""Staff's reads ask the database equally often however much there is to show."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from core.acts import Acts
from core.db import Database
from interview import blind, queries
from tests.interview.day import Day, ready_day

LISTS: dict[str, Callable[[Day], tuple[Callable[..., Any], tuple[Any, ...]]]] = {
    "room board": lambda day: (queries.room_board, (day.selection_id,)),
    "hearings of a room": lambda day: (queries.hearings_of_room, (day.rooms["1"],)),
    "number table": lambda day: (queries.number_table, (day.rooms["1"],)),
    "panel": lambda day: (queries.panel, (day.rooms["1"],)),
    "panel check": lambda day: (queries.check_room_panel, (day.rooms["1"], day.at)),
    "judges": lambda day: (queries.judge_register, ()),
    "admitted": lambda day: (queries.admitted, (day.posts[0],)),
    "unfinished": lambda day: (queries.unfinished, (day.selection_id,)),
    "sealed sheets": lambda day: (queries.sealed_sheets, (day.selection_id,)),
    "own sheets": lambda day: (blind.own_sheets, (day.seats["1"][0],)),
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent while the block runs."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def statements(day: Day, name: str) -> int:
    query, args = LISTS[name](day)
    with counted() as sent:
        day.read(query, *args)
    return len(sent)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[tuple[Database, Acts]]:
    database = Database(sqlite_url, readers=2)
    acts = Acts(database)
    yield database, acts
    acts.close()
    database.close()


def test_lists_send_the_same_number_of_statements_for_one_row_and_for_many(
    sqlite: tuple[Database, Acts],
) -> None:
    few = ready_day(*sqlite, candidates=1)
    few.hear_and_seal()
    before = {name: statements(few, name) for name in LISTS}
    many = ready_day(*sqlite, candidates=12)
    for number in (1, 2, 3):
        many.hear_and_seal(number)
    for code in ("2", "3"):
        many.open_room(code)
    assert {name: statements(many, name) for name in LISTS} == before
    assert max(before.values()) <= 8
