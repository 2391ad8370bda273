"""Prepared acts side by side: their lookups travel together, and so does what they write.

There are no savepoints: an act writes only after its lookup, and what a refused act wanted to write is not sent. What
the database itself refuses is found out at the end, at nobody's statement; then the batch runs again one by one.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from core import audit
from core.calls import Bare, Call, Lookup, Outcome, last_step
from core.db import driver_of
from core.spelling import spelling_of


def side_by_side(connection: Connection, chain: audit.Chain, batch: list[Call]) -> list[Outcome]:
    """Run prepared acts; of those about one thing each waits for the one before. Raises what the driver raises."""
    places = [_Place(call) for call in batch]
    for together in _rounds(places):
        gathered: list[Lookup] = []
        asking = [place for place in together if place.ask(connection, chain, gathered)]
        rows = _answers(connection, [place.lookup for place in asking])
        for place, row in zip(asking, rows, strict=True):
            place.answer(chain, gathered, row)
        _write(connection, gathered)
    return [place.outcome for place in places]


@dataclass(slots=True)
class _Place:
    """One act's place in the batch."""

    call: Call
    steps: Any = None
    lookup: Any = None
    outcome: Outcome = (False, None)

    def ask(self, connection: Connection, chain: audit.Chain, gathered: list[Lookup]) -> bool:
        """Begin the act and take its lookup; whether it asks for a row."""
        self.call.topics = []
        self.steps = self.call.steps(Bare(connection, gathered, chain=chain, topics=self.call.topics))
        return self._try(chain, gathered, self._first)

    def answer(self, chain: audit.Chain, gathered: list[Lookup], row: Any) -> None:
        """Finish the act with the row it asked for."""
        self._try(chain, gathered, lambda: self._last(chain, row))

    def _first(self) -> None:
        self.lookup = next(self.steps)

    def _last(self, chain: audit.Chain, row: Any) -> None:
        before = len(chain.lines)
        self.outcome = True, last_step(self.steps, row)
        self.call.check_line(len(chain.lines) > before)

    def _try(self, chain: audit.Chain, gathered: list[Lookup], step: Callable[[], None]) -> bool:
        mark, kept = chain.mark(), len(gathered)
        try:
            step()
        except Exception as cause:  # noqa: BLE001 - every failure of an act is its caller's answer
            chain.back_to(mark)
            del gathered[kept:]
            self.outcome = False, cause
            return False
        return True


def _rounds(places: list[_Place]) -> Iterator[list[_Place]]:
    """Acts about different things together, in order of arrival."""
    waiting = places
    while waiting:
        seen: set[Hashable] = set()
        now: list[_Place] = []
        later: list[_Place] = []
        for place in waiting:
            about = place.call.about
            (later if about in seen else now).append(place)
            seen.add(about)
        yield now
        waiting = later


def _answers(connection: Connection, lookups: list[Lookup]) -> list[Any]:
    """The row of each lookup, or None; one statement for all that ask the same."""
    rows: list[Any] = [None] * len(lookups)
    spelling = spelling_of(connection)
    asked = [(places, _send(connection, lookups, places)) for places in _alike(lookups)]
    for places, cursor in asked:
        for place, row in zip(places, spelling.answers(cursor, len(places)), strict=True):
            rows[place] = row
    return rows


def _write(connection: Connection, gathered: list[Lookup]) -> None:
    for places in _alike(gathered):
        _send(connection, gathered, places)


def _send(connection: Connection, lookups: list[Lookup], places: list[int]) -> Any:
    values = spelling_of(connection).pack([lookups[place].values for place in places])
    return driver_of(connection).execute(lookups[places[0]].statement, values)


def _alike(lookups: list[Lookup]) -> list[list[int]]:
    """The places of each statement, in order of first appearance."""
    alike: dict[str, list[int]] = {}
    for place, lookup in enumerate(lookups):
        alike.setdefault(lookup.statement, []).append(place)
    return list(alike.values())
