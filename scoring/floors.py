"""Floors where there is no competition (形不成竞争): a mark a lone candidate must still reach (rules.md §5).

Counted on those who were actually present on the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.errors import Problem
from scoring.document import Table
from scoring.marks import Exact, Precision, as_written, mean, settle


class FloorBy(StrEnum):
    """Where the floor comes from."""

    FIXED = "fixed"  # a mark written in the scheme
    ROOM_MEAN = "room_mean"  # the mean of all whom the same panel heard with the same paper
    LOWEST_SUCCESSFUL = "lowest_successful"  # the lowest mark of those who entered in posts with competition


class Satisfy(StrEnum):
    """How many of several floors must be reached."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class FloorRule:
    """When there is no competition for a post (present ≤ or < places × a ratio) and what must be reached then."""

    part: str
    cut: str
    floors: tuple[FloorBy, ...]
    fixed: Decimal | None = None
    at_most_per_place: Fraction | None = None
    fewer_than_per_place: Fraction | None = None
    satisfy: Satisfy = Satisfy.ANY
    precision: Precision | None = None

    def applies(self, places: int, present: int) -> bool:
        """Whether so many people present make no competition for so many places."""
        if self.at_most_per_place is not None and present <= places * self.at_most_per_place:
            return True
        return self.fewer_than_per_place is not None and present < places * self.fewer_than_per_place


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor as it stands for one candidate."""

    by: FloorBy
    mark: Exact


def floors_for(rule: FloorRule, room_marks: Sequence[Exact], successful: Sequence[Exact]) -> tuple[Floor, ...]:
    """The floors of a candidate: `room_marks` of everybody the same panel heard, `successful` marks elsewhere.

    A floor that nobody elsewhere sets is left out.
    """
    found: list[Floor] = []
    for by in rule.floors:
        if by is FloorBy.FIXED and rule.fixed is not None:
            found.append(Floor(by, rule.fixed))
        elif by is FloorBy.ROOM_MEAN and room_marks:
            found.append(Floor(by, settle(as_written(mean(room_marks), ()), rule.precision)))
        elif by is FloorBy.LOWEST_SUCCESSFUL and successful:
            found.append(Floor(by, min(successful)))
    return tuple(found)


def reaches(rule: FloorRule, mark: Exact, floors: Sequence[Floor]) -> bool:
    """Whether a mark reaches what the rule asks; false where no floor could be found."""
    reached = [mark >= floor.mark for floor in floors]
    return bool(reached) and (any(reached) if rule.satisfy is Satisfy.ANY else all(reached))


def read_floor(table: Table, parts: Sequence[str], cuts: Sequence[str]) -> FloorRule:
    """Read one of `[[floors]]`; the cut is the last one where none is named."""
    part, cut = table.text("part"), table.text("cut", cuts[-1] if cuts else "")
    if part not in parts:
        table.note("part", Problem("There is no part {key}.", {"key": part}))
    if cut not in cuts:
        table.note("cut", Problem("There is no cut {key}.", {"key": cut}))
    words = table.words("floor")
    for word in set(words) - set(FloorBy):
        table.note("floor", Problem("{word} is no floor.", {"word": word}))
    rule = FloorRule(
        part=part,
        cut=cut,
        floors=tuple(FloorBy(word) for word in words if word in set(FloorBy)),
        fixed=table.number("mark", least=0),
        at_most_per_place=table.ratio("present_at_most_per_place"),
        fewer_than_per_place=table.ratio("present_fewer_than_per_place"),
        satisfy=table.choice("satisfy", Satisfy, Satisfy.ANY),
        precision=table.precision(),
    )
    if not words:
        table.note("floor", Problem("A floor must be written."))
    if (FloorBy.FIXED in rule.floors) != (rule.fixed is not None):
        table.note("mark", Problem("A fixed floor has a mark, and only that one."))
    if (rule.at_most_per_place is None) == (rule.fewer_than_per_place is None):
        table.note(
            "present_at_most_per_place", Problem("Exactly one of the two ways to say when there is no competition.")
        )
    table.done()
    return rule
