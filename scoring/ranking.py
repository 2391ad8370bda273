"""Order and ties (名次, 同分): competition ranks 1, 2, 2, 4 inside one post or closed group (rules.md §8).

Equal values are refined by the tie keys in the scheme's order; every step is logged; what stays equal keeps
one rank and stays visible as a real tie.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

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


@dataclass(frozen=True, slots=True)
class Placing:
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

    def classes(self) -> list[list[Placing]]:
        """Placings with equal rank together, first to last."""
        found: list[list[Placing]] = []
        for placing in self.placings:
            if found and found[-1][0].rank == placing.rank:
                found[-1].append(placing)
            else:
                found.append([placing])
        return found


Split = Callable[[Sequence[str], Sequence[str]], bool]  # (everybody before, equal ones) → must they be split?


def everywhere(_before: Sequence[str], _equal: Sequence[str]) -> bool:
    """Break every tie."""
    return True


def nowhere(_before: Sequence[str], _equal: Sequence[str]) -> bool:
    """Break no tie."""
    return False


def at_cut(places: int, counted: frozenset[str]) -> Split:
    """Break a tie only where the cut after `places` of the `counted` candidates goes through it."""

    def split(before: Sequence[str], equal: Sequence[str]) -> bool:
        ahead = len(counted.intersection(before))
        return ahead < places < ahead + len(counted.intersection(equal))

    return split


def rank(entries: Sequence[Entry], keys: Sequence[TieKey] = (), split: Split = everywhere) -> Ranking:
    """Rank entries, highest value first. The order in which they are given has no effect."""
    by_value: dict[Fraction, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.code):
        by_value.setdefault(exactly(entry.value), []).append(entry)
    classes: list[list[Entry]] = []
    ties: list[TieGroup] = []
    before: list[str] = []
    for value in sorted(by_value, reverse=True):
        equal = by_value[value]
        refined = [equal]
        if len(equal) > 1:
            refined, tie = _break(equal, keys, split, before)
            ties.append(tie)
        classes += refined
        before += [entry.code for entry in equal]
    return Ranking(tuple(_placings(classes)), tuple(ties))


def _placings(classes: Sequence[Sequence[Entry]]) -> list[Placing]:
    placings: list[Placing] = []
    for equal in classes:
        first = len(placings) + 1
        placings += [Placing(entry.code, entry.value, first, len(equal) > 1) for entry in equal]
    return placings


def _break(
    equal: Sequence[Entry], keys: Sequence[TieKey], split: Split, before: Sequence[str]
) -> tuple[list[list[Entry]], TieGroup]:
    """Refine one group of equals key by key, each class only while it must be split."""
    classes = [list(equal)]
    steps: list[TieStep] = []
    waiting: set[str] = set()
    for key in keys:
        if key.by is TieBy.ALL_IN:
            break
        refined: list[list[Entry]] = []
        for own in classes:
            if own[0].code in waiting or not _must_split(own, classes, split, before):
                refined.append(own)
                continue
            parts = _by_key(own, key)
            if parts is None:
                waiting.update(_codes(own))
                parts = [own]
            steps.append(_step(key, own, parts))
            refined += parts
        classes = refined
    outcome = TieOutcome.NOT_NEEDED
    if all(len(own) == 1 for own in classes):
        outcome = TieOutcome.BROKEN
    elif waiting:
        outcome = TieOutcome.WAITING
    elif any(_must_split(own, classes, split, before) for own in classes):
        outcome = TieOutcome.EQUAL
    return classes, TieGroup(equal[0].value, _codes(equal), tuple(steps), outcome)


def _must_split(own: Sequence[Entry], classes: Sequence[Sequence[Entry]], split: Split, before: Sequence[str]) -> bool:
    return len(own) > 1 and split(_ahead(before, classes, own), _codes(own))


def _by_key(equal: Sequence[Entry], key: TieKey) -> list[list[Entry]] | None:
    """Equal entries in classes by one key; unknown last. None where a recorded key is not recorded for all."""
    values = [entry.keys.get(key) for entry in equal]
    if key.by in RECORDED and None in values:
        return None
    by_value: dict[Fraction, list[Entry]] = {}
    unknown: list[Entry] = []
    for entry, value in zip(equal, values, strict=True):
        if value is None:
            unknown.append(entry)
        else:
            by_value.setdefault(exactly(value), []).append(entry)
    ordered = [by_value[value] for value in sorted(by_value, reverse=key.by not in LOWER_FIRST)]
    return [*ordered, unknown] if unknown else ordered


def _step(key: TieKey, equal: Sequence[Entry], parts: Sequence[Sequence[Entry]]) -> TieStep:
    values = {entry.code: entry.keys.get(key) for entry in equal}
    return TieStep(key, values, tuple(_codes(part) for part in parts))


def _ahead(before: Sequence[str], classes: Sequence[Sequence[Entry]], own: Sequence[Entry]) -> list[str]:
    ahead = list(before)
    for other in classes:
        if other is own:
            break
        ahead += _codes(other)
    return ahead


def _codes(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(entry.code for entry in entries)


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
