"""Order and ties (名次, 同分): competition ranks 1, 2, 2, 4 inside one post or closed group (rules.md §8).

Equal values are refined by the tie keys in the scheme's order; every step is logged; what stays equal keeps
one rank and stays visible as a real tie.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from operator import add
from typing import NamedTuple, Protocol

from core.errors import Problem
from scoring.document import Table
from scoring.marks import Exact, exactly


class TieBy(StrEnum):
    """What a tie is broken by."""

    PART = "part"  # a part's rounded value, higher first
    UNDROPPED_SUM = "undropped_sum"  # all judges' marks without any dropped, added
    EXACT = "exact"  # 顺延小数位: a part's value before its last rounding; the ranked part if none is named
    QUALIFICATION = "qualification"  # a figure recorded for the candidate, higher first
    EXTRA_TEST = "extra_test"  # 加试
    LOT = "lot"  # a recorded lot, lower number first
    COMMITTEE = "committee"  # an order the committee has recorded with reasons, lower number first
    ALL_IN = "all_in"  # 并列一并进入: nothing more is compared


NAMED = frozenset({TieBy.PART, TieBy.UNDROPPED_SUM, TieBy.QUALIFICATION})
RECORDED = frozenset({TieBy.EXTRA_TEST, TieBy.LOT, TieBy.COMMITTEE})
LOWER_FIRST = frozenset({TieBy.LOT, TieBy.COMMITTEE})


@dataclass(frozen=True, slots=True)
class TieKey:
    """One key of the tie chain; `of` names the part or qualification."""

    by: TieBy
    of: str = ""

    def __str__(self) -> str:
        return f"{self.by.value}:{self.of}" if self.of else self.by.value


class TieOutcome(StrEnum):
    """How a tied group ended."""

    BROKEN = "broken"  # everybody has an own rank
    EQUAL = "equal"  # all keys are used up and some are still equal
    WAITING = "waiting"  # an extra test, a lot or the committee's order is not recorded yet
    NOT_NEEDED = "not_needed"  # the rule breaks ties at the cut only, and this is not there


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate in one ranking: the value that ranks, and what each tie key compares (None if unknown)."""

    code: str
    value: Exact
    keys: Mapping[TieKey, Exact | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TieStep:
    """One comparison: the key, each one's value, and the order after it (equal ones together)."""

    key: TieKey
    values: Mapping[str, Exact | None]
    order: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TieGroup:
    """Candidates with equal values, the steps taken among them, and how it ended."""

    value: Exact
    codes: tuple[str, ...]
    steps: tuple[TieStep, ...]
    outcome: TieOutcome


class Placing(NamedTuple):
    """A candidate's rank; `tied` where somebody shares it."""

    code: str
    value: Exact
    rank: int
    tied: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Placings from the first to the last, equal ones by code, and the tied groups that were looked at."""

    placings: tuple[Placing, ...]
    ties: tuple[TieGroup, ...] = ()

    def rank_of(self, code: str) -> int | None:
        """A candidate's rank, None for one who is not ranked."""
        return next((placing.rank for placing in self.placings if placing.code == code), None)


@dataclass(frozen=True, slots=True)
class Split:
    """Which equal ones must be split: all of them, or those through whom one of the `lines` goes.

    A line stands after so many of the candidates it counts.
    """

    everywhere: bool = False
    lines: tuple[tuple[int, frozenset[str]], ...] = ()

    def counted(self, codes: Iterable[str]) -> tuple[int, ...]:
        """How many of these each line counts."""
        return tuple(len(counted.intersection(codes)) for _, counted in self.lines)

    def over(self, ahead: Sequence[int]) -> bool:
        """Whether every line lies before those who come now: nobody need be split any more."""
        return not self.everywhere and all(
            before >= places for before, (places, _) in zip(ahead, self.lines, strict=True)
        )

    def goes_through(self, ahead: Sequence[int], codes: Sequence[str]) -> bool:
        """Whether these must be split, with so many counted by each line ahead of them."""
        if len(codes) < 2 or self.everywhere:
            return len(codes) > 1
        return any(
            before < places < before + len(counted.intersection(codes))
            for before, (places, counted) in zip(ahead, self.lines, strict=True)
        )


everywhere = Split(everywhere=True)
"""Break every tie."""

nowhere = Split()
"""Break no tie."""


def at_cut(places: int, counted: frozenset[str]) -> Split:
    """Break a tie only where the cut after `places` of the `counted` candidates goes through it."""
    return Split(lines=((places, counted),))


def at_any(splits: Sequence[Split]) -> Split:
    """Break what any of these breaks."""
    return Split(any(split.everywhere for split in splits), tuple(line for split in splits for line in split.lines))


class Compared(Protocol):
    """What each tie key compares for a candidate; None if it is unknown."""

    def __call__(self, code: str, key: TieKey, /) -> Exact | None: ...


def rank(entries: Sequence[Entry], keys: Sequence[TieKey] = (), split: Split = everywhere) -> Ranking:
    """Rank entries, highest value first. The order in which they are given has no effect."""
    by_value: dict[Fraction, dict[str, Exact]] = {}
    for entry in sorted(entries, key=lambda entry: entry.code):
        by_value.setdefault(exactly(entry.value), {})[entry.code] = entry.value
    own = {entry.code: entry.keys for entry in entries}
    classes = [by_value[value] for value in sorted(by_value, reverse=True)]
    return rank_classes(classes, keys, split, lambda code, key: own[code].get(key))


def rank_classes(
    classes: Iterable[Mapping[str, Exact]], keys: Sequence[TieKey], split: Split, compared: Compared
) -> Ranking:
    """Rank candidates who come in classes of equal values, by code, the highest class first.

    What a tie key compares is asked only of those who must be split.
    """
    placings: list[Placing] = []
    ties: list[TieGroup] = []
    placing = Placing._make  # a hundred thousand times
    ahead, known = split.counted(()), 0
    for equal in classes:
        if len(equal) == 1:
            ((code, value),) = equal.items()
            placings.append(placing((code, value, len(placings) + 1, False)))
            continue
        codes = [*equal]
        if not split.over(ahead):
            ahead = tuple(map(add, ahead, split.counted([one.code for one in placings[known:]])))
            known = len(placings)
        breaking = _Breaking(split, compared, ahead, [codes])
        ties.append(breaking.tie(equal[codes[0]], keys))
        for own in breaking.classes:
            first = len(placings) + 1
            placings += [placing((code, equal[code], first, len(own) > 1)) for code in own]
    return Ranking(tuple(placings), tuple(ties))


@dataclass(slots=True)
class _Breaking:
    """One group of equals being refined; `ahead` is how many each line of the split counts before the group."""

    split: Split
    compared: Compared
    ahead: tuple[int, ...]
    classes: list[list[str]]
    steps: list[TieStep] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)

    def tie(self, value: Exact, keys: Sequence[TieKey]) -> TieGroup:
        """Refine the group key by key, each class only while it must be split."""
        codes = tuple(self.classes[0])
        if not self.split.goes_through(self.ahead, codes):
            return TieGroup(value, codes, (), TieOutcome.NOT_NEEDED)
        for key in keys:
            if key.by is TieBy.ALL_IN:
                break
            self.classes = [
                inner for own, must in self._now() for inner in (self._refined(own, key) if must else [own])
            ]
        return TieGroup(value, codes, tuple(self.steps), self._outcome())

    def _now(self) -> list[tuple[list[str], bool]]:
        """The classes as they stand, and whether each must still be split."""
        found, ahead = [], self.ahead
        for own in self.classes:
            found.append((own, own[0] not in self.waiting and self.split.goes_through(ahead, own)))
            ahead = tuple(map(add, ahead, self.split.counted(own)))
        return found

    def _refined(self, own: list[str], key: TieKey) -> list[list[str]]:
        values = {code: self.compared(code, key) for code in own}
        parts = _by_key(values, key)
        if parts is None:
            self.waiting.update(own)
            parts = [own]
        self.steps.append(TieStep(key, values, tuple(map(tuple, parts))))
        return parts

    def _outcome(self) -> TieOutcome:
        if all(len(own) == 1 for own in self.classes):
            return TieOutcome.BROKEN
        if self.waiting:
            return TieOutcome.WAITING
        return TieOutcome.EQUAL if any(must for _, must in self._now()) else TieOutcome.NOT_NEEDED


def _by_key(values: Mapping[str, Exact | None], key: TieKey) -> list[list[str]] | None:
    """Equal ones in classes by one key; unknown last. None where a recorded key is not recorded for all."""
    if key.by in RECORDED and None in values.values():
        return None
    by_value: dict[Fraction, list[str]] = {}
    unknown: list[str] = []
    for code, value in values.items():
        if value is None:
            unknown.append(code)
        else:
            by_value.setdefault(exactly(value), []).append(code)
    ordered = [by_value[value] for value in sorted(by_value, reverse=key.by not in LOWER_FIRST)]
    return [*ordered, unknown] if unknown else ordered


def read_tie_keys(table: Table, key: str) -> tuple[TieKey, ...]:
    """Read a tie chain: a list of words such as "part:interview", "undropped_sum:interview", "lot"."""
    found: list[TieKey] = []
    for word in table.words(key):
        by, _, of = word.partition(":")
        if by not in set(TieBy) or (TieBy(by) in NAMED) > bool(of) or (of and TieBy(by) in RECORDED | {TieBy.ALL_IN}):
            table.note(key, Problem("{word} is no way to break a tie.", {"word": word}))
            continue
        found.append(TieKey(TieBy(by), of))
    if len(set(found)) < len(found):
        table.note(key, Problem("A way to break ties stands twice."))
    if TieKey(TieBy.ALL_IN) in found[:-1]:
        table.note(key, Problem("After all_in nothing more can be compared."))
    return tuple(found)
