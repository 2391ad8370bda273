"""Who enters the next stage (入围): ratios, tables, fixed numbers, ties at the cut, opening ratio (rules.md §6, 7).

A cut is over those who are qualified: present, valid, not below a pass mark or floor. If fewer are left than
the cut would take, those there are enter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from core.errors import Problem
from core.words import Name
from scoring.document import Table
from scoring.marks import Exact
from scoring.ranking import Ranking, TieKey, read_tie_keys


class Equal(StrEnum):
    """What candidates do who are still equal at the last place."""

    IN = "in"  # 末位并列一并进入
    OUT = "out"  # none of them enters
    WAIT = "wait"  # open until the last tie key is recorded


class Break(StrEnum):
    """Where the tie keys are applied."""

    EVERYWHERE = "everywhere"
    AT_CUT = "at_cut"


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a table by places: up to `places` places take `take` people."""

    places: int
    take: int


@dataclass(frozen=True, slots=True)
class CutRule:
    """One cut: by which part, how many, what equal ones do, which parts only those who enter can have."""

    key: str
    name: Name
    by: str
    per_place: Fraction | None = None
    take: int | None = None
    table: tuple[Band, ...] = ()
    equal: Equal = Equal.IN
    ties: tuple[TieKey, ...] = ()
    breaking: Break = Break.AT_CUT
    opens: tuple[str, ...] = ()

    def wanted(self, places: int) -> int:
        """How many are to enter for so many places: fractions of a person count as one (向上取整).

        Beyond the last line of a table `per_place` counts, and without it the table's last ratio.
        """
        if places <= 0:
            return 0
        for band in self.table:
            if places <= band.places:
                return band.take
        if self.take is not None:
            return self.take
        ratio = self.per_place
        if ratio is None:
            ratio = Fraction(self.table[-1].take, self.table[-1].places) if self.table else Fraction(1)
        return -(-places * ratio.numerator // ratio.denominator)


class Entered(StrEnum):
    """How a candidate stands at a cut."""

    WITHIN = "within"
    TIED_IN = "tied_in"
    TIED_OUT = "tied_out"
    WAITING = "waiting"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class Cut:
    """The cut of one post: who stands how, and the values on both sides of the line."""

    places: int
    wanted: int
    qualified: int
    standing: Mapping[str, Entered]
    last_in: Exact | None = None
    first_out: Exact | None = None

    @property
    def entered(self) -> tuple[str, ...]:
        """Codes of those who enter, in order of rank."""
        return tuple(code for code, how in self.standing.items() if how in {Entered.WITHIN, Entered.TIED_IN})

    @property
    def tied_at_cut(self) -> tuple[str, ...]:
        """Codes of those who are equal where the line goes through."""
        tied = {Entered.TIED_IN, Entered.TIED_OUT, Entered.WAITING}
        return tuple(code for code, how in self.standing.items() if how in tied)


def cut(rule: CutRule, places: int, ranking: Ranking, qualified: frozenset[str]) -> Cut:
    """Draw the line through a ranking, counting qualified candidates only."""
    wanted = rule.wanted(places)
    standing: dict[str, Entered] = {}
    values: dict[str, Exact] = {}
    for equal in ranking.classes():
        own = [placing for placing in equal if placing.code in qualified]
        how = _standing(rule, wanted, len(standing), len(own))
        standing.update({placing.code: how for placing in own})
        values.update({placing.code: placing.value for placing in own})
    inside = [code for code, how in standing.items() if how in {Entered.WITHIN, Entered.TIED_IN}]
    outside = [code for code, how in standing.items() if how not in {Entered.WITHIN, Entered.TIED_IN}]
    return Cut(
        places,
        wanted,
        len(standing),
        standing,
        values[inside[-1]] if inside else None,
        values[outside[0]] if outside else None,
    )


def _standing(rule: CutRule, wanted: int, ahead: int, equal: int) -> Entered:
    if ahead + equal <= wanted:
        return Entered.WITHIN
    if ahead >= wanted:
        return Entered.BEYOND
    return {Equal.IN: Entered.TIED_IN, Equal.OUT: Entered.TIED_OUT, Equal.WAIT: Entered.WAITING}[rule.equal]


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """How many registered people a place needs to be opened (开考比例)."""

    per_place: Fraction


def open_places(rule: OpeningRule, places: int, registered: int) -> int:
    """Places that stay open: min(places, floor(registered / ratio)); 0 means the post is cancelled (§6)."""
    return min(places, registered * rule.per_place.denominator // rule.per_place.numerator)


def read_opening(table: Table) -> OpeningRule | None:
    """Read `[opening]`; None where the scheme has none."""
    ratio = table.ratio("per_place")
    table.done()
    return None if ratio is None else OpeningRule(ratio)


def read_cut(table: Table, parts: Sequence[str], total: str, usual: tuple[TieKey, ...], breaking: Break) -> CutRule:
    """Read one of `[[cuts]]`. `usual` and `breaking` are those of `[order]`, taken for a cut by the total."""
    key, by = table.key("key"), table.text("by", total)
    opens = table.words("opens")
    if not table.has("opens") and key in parts:
        opens = (key,)
    for word in {by, *opens} - set(parts):
        table.note("opens" if word in opens else "by", Problem("There is no part {key}.", {"key": word}))
    rule = CutRule(
        key=key,
        name=table.name(),
        by=by,
        per_place=table.ratio("per_place"),
        take=table.whole("take", least=1),
        table=_read_bands(table),
        equal=table.choice("equal", Equal, Equal.IN),
        ties=read_tie_keys(table, "ties") if table.has("ties") or by != total else usual,
        breaking=table.choice("break_ties", Break, breaking if by == total else Break.AT_CUT),
        opens=opens,
    )
    if rule.per_place is None and rule.take is None and not rule.table:
        table.note("per_place", Problem("A cut needs a ratio, a number or a table of places."))
    if rule.per_place is not None and rule.take is not None:
        table.note("take", Problem("A cut has a ratio or a number, not both."))
    if rule.per_place is not None and rule.per_place < 1:
        table.note("per_place", Problem("A cut must not take fewer people than there are places."))
    table.done()
    return rule


def _read_bands(table: Table) -> tuple[Band, ...]:
    bands = []
    for inner in table.tables("table"):
        places, take = inner.whole("places", least=1), inner.whole("take", least=1)
        if places is None or take is None:
            inner.note("places", Problem("A line of the table needs places and take."))
        else:
            bands.append(Band(places, take))
        inner.done()
    if any(after.places <= before.places for before, after in pairwise(bands)):
        table.note("table", Problem("The lines of the table must rise by places."))
    return tuple(bands)
