"""Candidates who are alike in everything but their figures, so that one straight calculation serves them all.

Alike are candidates of one set of rules with the same states of the same parts, sheets of the same seats and elements,
bonus points on the same parts and the same findings. Who sits where and who is missing is then asked once for all.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import accumulate
from typing import Protocol, overload

from scoring.inputs import Candidate
from scoring.marks import Mark, MarkState, as_written
from scoring.panel_mark import JudgeSheet
from scoring.vectors import Vector

Sheets = Sequence[tuple[JudgeSheet, Mapping[str, Vector]]]
"""One part's sheets as the first candidate has them, with everybody's marks by element."""


class Alike(Protocol):
    """Candidates of one shape, in a fixed order."""

    @property
    def codes(self) -> Sequence[str]:
        """Their codes."""

    @property
    def posts(self) -> Sequence[str]:
        """Their posts."""

    def one(self, place: int) -> Candidate:
        """One of them."""

    def marks(self, part: str) -> Vector:
        """Their figures in one part."""

    def sheets(self, part: str) -> Sheets:
        """Their judges' sheets for one part."""

    def rooms(self, part: str) -> Sequence[str]:
        """Their rooms, or subjects, in one part."""

    def only(self, places: Sequence[int]) -> "Alike":
        """Some of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Alike candidates as a list of candidates."""

    people: Sequence[Candidate]

    @property
    def codes(self) -> Sequence[str]:
        return [one.code for one in self.people]

    @property
    def posts(self) -> Sequence[str]:
        return [one.post for one in self.people]

    def one(self, place: int) -> Candidate:
        return self.people[place]

    def marks(self, part: str) -> Vector:
        return Vector.of([one.marks[part].value or 0 for one in self.people])

    def sheets(self, part: str) -> Sheets:
        own = [one.sheets[part] for one in self.people]
        return [
            (sheet, {key: Vector.of([sheets[seat].marks[key] for sheets in own]) for key in sheet.marks})
            for seat, sheet in enumerate(own[0])
        ]

    def rooms(self, part: str) -> Sequence[str]:
        return [one.rooms.get(part, "") for one in self.people]

    def only(self, places: Sequence[int]) -> "Listed":
        return Listed([self.people[place] for place in places])


@dataclass(frozen=True, slots=True, eq=False)
class Tabled:
    """Alike candidates in columns, for selections whose single marks as objects would fill the memory.

    `marks_of` are the figures by part, `sheets_of` by part the seats, each with everybody's marks by element;
    `rooms_of` the rooms by part, `states` what stands instead of a mark. Nobody here has bonus points or records.
    """

    codes: Sequence[str]
    posts: Sequence[str]
    marks_of: Mapping[str, Vector] = field(default_factory=dict)
    sheets_of: Mapping[str, Sheets] = field(default_factory=dict)
    rooms_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    states: Mapping[str, MarkState] = field(default_factory=dict)

    def one(self, place: int) -> Candidate:
        figures = {key: Mark(_decimal(column, place)) for key, column in self.marks_of.items()}
        sheets = {
            part: tuple(
                replace(sheet, marks={key: _decimal(column, place) for key, column in columns.items()})
                for sheet, columns in own
            )
            for part, own in self.sheets_of.items()
        }
        rooms = {part: labels[place] for part, labels in self.rooms_of.items()}
        without = {part: Mark(state=state) for part, state in self.states.items()}
        return Candidate(self.codes[place], self.posts[place], figures | without, sheets, rooms)

    def marks(self, part: str) -> Vector:
        return self.marks_of[part]

    def sheets(self, part: str) -> Sheets:
        return self.sheets_of[part]

    def rooms(self, part: str) -> Sequence[str]:
        return self.rooms_of.get(part) or [""] * len(self.codes)

    def only(self, places: Sequence[int]) -> "Tabled":
        return Tabled(
            [self.codes[place] for place in places],
            [self.posts[place] for place in places],
            {key: column.only(places) for key, column in self.marks_of.items()},
            {
                part: [(sheet, {key: column.only(places) for key, column in own.items()}) for sheet, own in sheets]
                for part, sheets in self.sheets_of.items()
            },
            {part: [labels[place] for place in places] for part, labels in self.rooms_of.items()},
            self.states,
        )


def _decimal(column: Vector, place: int) -> Decimal:
    value = as_written(column.at(place), ())
    if not isinstance(value, Decimal):
        raise ValueError("a mark is a decimal")  # noqa: TRY004 - the figure is wrong, not its type
    return value


@dataclass(frozen=True, slots=True, eq=False)
class Roll(Sequence[Candidate]):
    """All candidates in columns, group by group; a candidate is made when asked for."""

    groups: Sequence[Tabled]
    _ends: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ends", list(accumulate(len(group.codes) for group in self.groups)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> Candidate: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Candidate]: ...
    def __getitem__(self, place: int | slice) -> Candidate | Sequence[Candidate]:
        if isinstance(place, slice):
            return tuple(self[at] for at in range(*place.indices(len(self))))
        place = place + len(self) if place < 0 else place
        if not 0 <= place < len(self):
            raise IndexError(place)
        group = bisect_right(self._ends, place)
        return self.groups[group].one(place - (self._ends[group - 1] if group else 0))


def alike(candidates: Sequence[Candidate]) -> Iterator[Alike]:
    """Everybody in groups of those who are alike."""
    if isinstance(candidates, Roll):
        yield from candidates.groups
        return
    groups: dict[object, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(_shape(one), []).append(one)
    for people in groups.values():
        yield Listed(people)


def _shape(one: Candidate) -> object:
    """Everything about a candidate but the figures."""
    return (
        one.standing.value,
        tuple((key, mark.state.value, mark.grade, mark.whole is None) for key, mark in one.marks.items()),
        tuple(
            (key, tuple((sheet.group, sheet.seat, sheet.state.value, tuple(sheet.marks)) for sheet in sheets))
            for key, sheets in one.sheets.items()
        ),
        tuple(key for key, room in one.rooms.items() if room),
        tuple(bonus.part for bonus in one.bonus),
        tuple(key for key, counts in one.ballots.items() if counts),
        one.findings,
    )
