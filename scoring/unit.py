"""One unit of a stage: a post or closed group is ranked, its cuts are drawn, with floors where nobody competes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from scoring.cuts import Break, Cut, CutRule, cut
from scoring.floors import Floor, FloorRule, floors_for, reaches
from scoring.marks import Exact
from scoring.ranking import Ranking, Split, TieKey, at_any, at_cut, everywhere, nowhere, rank_classes
from scoring.rooms import Coefficients
from scoring.scheme import Scheme

Floors = Mapping[str, tuple[Floor, ...]]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One post (or closed group) at one stage: ranking, cuts by key, floors where there was no competition.

    `present` counts the candidates with a valid value, `heard` by cut those whom a floor without competition
    counts; `floors` are by cut and code, `below` are those who reach the pass marks but not the floors of a cut.
    """

    unit: str
    places: int
    present: int
    ranking: Ranking
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    floors: Mapping[str, Mapping[str, tuple[Floor, ...]]] = field(default_factory=dict)
    heard: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the part it ranks by, the cuts drawn on it in their order, and each unit's outcome.

    `rooms` holds the room coefficients by post or group, or by variant where rooms of all its posts are compared
    ("" for the posts without a variant), and by part; a post in one room has none.
    """

    by: str
    cuts: tuple[str, ...]
    units: Mapping[str, UnitResult]
    rooms: Mapping[str, Mapping[str, Coefficients]] = field(default_factory=dict)


class Known(Protocol):
    """What a tally knows when it ranks."""

    def value(self, code: str, part: str) -> Exact | None:
        """A candidate's value of a part, None if there is none or it is not evaluated yet."""

    def compared(self, code: str, key: TieKey, by: str) -> Exact | None:
        """What a tie key compares for a candidate ranked by a part."""

    def beside(self, code: str, part: str) -> Sequence[Exact]:
        """The marks of all whom the panel of a candidate's room heard, or their mean where that is what is known."""


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in play in one unit.

    `classes` are those who have a value and may be ranked, by value, the highest first, and inside by code; `passed`
    are those of them who reach every pass mark.
    """

    codes: Sequence[str] = ()
    classes: Sequence[Mapping[str, Exact]] = ()
    passed: frozenset[str] = frozenset()

    @property
    def ranked(self) -> list[str]:
        """The codes of those who are ranked."""
        return [code for equal in self.classes for code in equal]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit to be ranked by its scheme."""

    known: Known
    scheme: Scheme
    by: str
    rules: Sequence[CutRule]
    unit: str
    places: int
    members: Members

    def heard(self, part: str) -> int:
        """How many were present on the day: also those who have left since."""
        return sum(self.known.value(code, part) is not None for code in self.members.codes)

    def lonely(self) -> list[FloorRule]:
        """The floor rules that apply because there is no competition here."""
        cuts = {rule.key for rule in self.rules}
        return [
            rule for rule in self.scheme.floors if rule.cut in cuts and rule.applies(self.places, self.heard(rule.part))
        ]

    def result(self, others: Iterable[UnitResult], lonely_rules: Sequence[FloorRule]) -> UnitResult:
        """Rank and cut, with the floors that others with competition set."""
        others, passed = list(others), self.members.passed
        lonely = [(rule, self._floors(rule, others)) for rule in lonely_rules]
        qualified = {rule.key: self._reaching(rule.key, passed, lonely) for rule in self.rules}
        splits = [_split(rule, self.places, qualified[rule.key]) for rule in self.rules] or [self._plain_split()]
        keys = self.rules[0].ties if self.rules else self.scheme.ties
        ranking = rank_classes(
            self.members.classes, keys, at_any(splits), lambda code, key: self.known.compared(code, key, self.by)
        )
        cuts: dict[str, Cut] = {}
        for rule in self.rules:
            allowed = qualified[rule.key].intersection(*(earlier.entered for earlier in cuts.values()))
            cuts[rule.key] = cut(rule, self.places, ranking, allowed)
        heard = {rule.cut: self.heard(rule.part) for rule in lonely_rules}
        below = {key: passed - kept for key, kept in qualified.items()}
        present = len(ranking.placings)
        return UnitResult(self.unit, self.places, present, ranking, cuts, _by_cut(lonely), heard, below)

    def _plain_split(self) -> Split:
        return everywhere if self.scheme.breaking is Break.EVERYWHERE else nowhere

    def _floors(self, rule: FloorRule, others: Sequence[UnitResult]) -> Floors:
        """The floors of each ranked candidate."""
        elsewhere = [
            value
            for other in others
            if rule.cut not in other.floors
            for code in other.cuts[rule.cut].entered
            if (value := self.known.value(code, rule.part)) is not None
        ]
        return {code: floors_for(rule, self.known.beside(code, rule.part), elsewhere) for code in self.members.ranked}

    def _reaching(self, key: str, passed: frozenset[str], lonely: Sequence[tuple[FloorRule, Floors]]) -> frozenset[str]:
        """Those of the passed who also reach the floors of one cut."""
        kept = passed
        for rule, floors in lonely:
            if rule.cut == key:
                kept = frozenset(
                    code
                    for code in kept
                    if (mark := self.known.value(code, rule.part)) is not None and reaches(rule, mark, floors[code])
                )
        return kept


def results_of(units: Sequence[Unit]) -> dict[str, UnitResult]:
    """Every unit's ranking and cuts; units without competition last, because others may set their floor."""
    lonely = {unit.unit: unit.lonely() for unit in units}
    done: dict[str, UnitResult] = {}
    for unit in sorted(units, key=lambda unit: bool(lonely[unit.unit])):
        done[unit.unit] = unit.result(done.values() if lonely[unit.unit] else (), lonely[unit.unit])
    return {unit.unit: done[unit.unit] for unit in units}


def _by_cut(lonely: Sequence[tuple[FloorRule, Floors]]) -> dict[str, dict[str, tuple[Floor, ...]]]:
    """All floors of each candidate by cut, where one cut has several rules."""
    found: dict[str, dict[str, tuple[Floor, ...]]] = {}
    for rule, floors in lonely:
        own = found.setdefault(rule.cut, {})
        own.update({code: own.get(code, ()) + more for code, more in floors.items()})
    return found


def _split(rule: CutRule, places: int, qualified: frozenset[str]) -> Split:
    return everywhere if rule.breaking is Break.EVERYWHERE else at_cut(rule.wanted(places), qualified)
