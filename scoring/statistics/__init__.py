"""What authorities should see of a tally beside its ranks: spread, strictness, agreement, closeness, oddities.

Computed from the stored documents of one tally and nothing else. Notes for people, never automatic changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from scoring.inputs import Candidate, Inputs
from scoring.marks import Exact, exactly, mean, settle
from scoring.panel_mark import panel_mark
from scoring.parts import Enters, Part, PartKind
from scoring.scheme import Scheme
from scoring.statistics.close import Margin, RoundingEffect, margins, rounding_effects
from scoring.statistics.exchanges import Exchange, exchanges
from scoring.statistics.judges import Judged, judged
from scoring.statistics.spread import Spread, half_width, spread_of
from scoring.stored import inputs_of, value_of

FEWEST_NEIGHBOURS = 6  # candidates of one post from which on their papers are looked at for exchanges
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room of a panel: the raw marks of those heard there, their mean and the half width of its 95 % interval."""

    room: str
    count: int
    mean: Fraction
    half_width: Decimal | None


@dataclass(frozen=True, slots=True)
class PostExchange:
    """Two neighbours of one post whose marks in one part look exchanged."""

    post: str
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything, by part where parts differ. `roundings` is None where there are too many candidates for them."""

    spreads: Mapping[str, Spread]
    panels: Mapping[str, Judged]
    rooms: Mapping[str, tuple[RoomLine, ...]]
    neighbours: tuple[PostExchange, ...]
    margins: tuple[Margin, ...]
    roundings: tuple[RoundingEffect, ...] | None

    @property
    def standing_out(self) -> frozenset[str]:
        """The candidates of whom a mark lies far from the others."""
        return frozenset(one.candidate for panel in self.panels.values() for one in panel.far)


def statistics_of(scheme: Scheme, inputs: Mapping[str, Any], outcome: Mapping[str, Any], upto: str = "") -> Statistics:
    """The statistics of a stored tally; `upto` is the cut at which it ended, "" where it went to the end."""
    given = inputs_of(inputs)
    ranked = scheme.all_parts()[outcome["stages"][-1]["by"]]
    heard = {part.key: judged(scheme.panels[part.key], given.candidates) for part in _of_panels(ranked)}
    return Statistics(
        spreads=_spreads(ranked, outcome),
        panels={key: found for key, found in heard.items() if found.benches},
        rooms={part.key: lines for part in _of_panels(ranked) if (lines := _rooms(scheme, part, given))},
        neighbours=tuple(_neighbours(scheme, ranked.key, given)),
        margins=margins(outcome),
        roundings=rounding_effects(scheme, given, outcome, upto),
    )


def _of_panels(part: Part) -> list[Part]:
    return [inner for inner in part.walk() if inner.kind is PartKind.PANEL]


def _spreads(ranked: Part, outcome: Mapping[str, Any]) -> dict[str, Spread]:
    """The values of every part, the ranked one first, of those who have one."""
    found: dict[str, Spread] = {}
    for part in reversed(list(ranked.walk())):
        values = [
            value_of(own["value"], own.get("exact", ""))
            for result in outcome["results"]
            if "value" in (own := result["parts"].get(part.key, {}))
        ]
        if values:
            found[part.key] = spread_of(values)
    return found


def _rooms(scheme: Scheme, part: Part, given: Inputs) -> tuple[RoomLine, ...]:
    """Rooms by the raw marks of those they heard, before any coefficient."""
    marks: dict[str, list[Exact]] = {}
    for one in given.candidates:
        if one.sheets.get(part.key):
            raw = settle(panel_mark(scheme.panels[part.key], one.sheets[part.key]).exact, part.precision)
            marks.setdefault(one.rooms.get(part.key, ""), []).append(raw)
    rooms = sorted(marks, key=lambda room: (len(room), room))
    return tuple(RoomLine(room, len(marks[room]), mean(marks[room]), half_width(marks[room])) for room in rooms)


def _neighbours(scheme: Scheme, ranked: str, given: Inputs) -> Sequence[PostExchange]:
    """Neighbouring numbers of a post whose marks in one part look exchanged; marks count as shares of the highest."""
    found = []
    for post in given.posts:
        own = scheme.at(post)
        leaves = [part for part in own.all_parts()[ranked].walk() if _compared(part)]
        rows = {}
        for one in sorted(given.candidates, key=lambda one: one.code):
            marks = [_share(own, part, one) for part in leaves]
            if one.post == post.code and None not in marks:
                rows[one.code] = [mark for mark in marks if mark is not None]
        if len(rows) >= FEWEST_NEIGHBOURS:
            keys = [part.key for part in leaves]
            found += [PostExchange(post.code, one) for one in exchanges(rows, keys, pairwise(rows), HALF)]
    return found


def _compared(part: Part) -> bool:
    """Whether a part's marks are figures that add to the total: of a paper, a record or a panel."""
    return part.kind in {PartKind.GIVEN, PartKind.PANEL} and not part.grades and part.enters is not Enters.DEDUCTED


def _share(scheme: Scheme, part: Part, one: Candidate) -> Fraction | None:
    """A candidate's mark of a part in hundredths of its highest, None without one."""
    if part.kind is PartKind.PANEL:
        if not one.sheets.get(part.key):
            return None
        return panel_mark(scheme.panels[part.key], one.sheets[part.key]).exact / part.maximum * 100
    mark = one.marks.get(part.key)
    return None if mark is None or mark.value is None else exactly(mark.value) / part.maximum * 100


__all__ = ["PostExchange", "RoomLine", "Statistics", "statistics_of"]
