"""Who enters the next stage (入围): ratios, tables, fixed numbers, ties at the cut, opening ratio (rules.md §6, 7).

A cut is over those who are qualified: present, valid, not below a pass mark or floor. If fewer are left than
the cut would take, those there are enter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from core.errors import Problem
from core.words import Name
from scoring.document import Table
from scoring.gates import Gate, read_gate
from scoring.marks import Exact
from scoring.ranking import Placing, Ranking, TieKey, read_tie_keys


class Equal(StrEnum):
    """What candidates do who are still equal at the last place."""

    IN = "in"  # 末位并列一并进入
    OUT = "out"  # none of them enters
    WAIT = "wait"  # open until the last tie key is recorded


class Break(StrEnum):
    """Where the tie keys are applied."""

    EVERYWHERE = "everywhere"
    AT_CUT = "at_cut"


class PartOf(StrEnum):
    """What a fraction of a person counts."""

    UP = "up"  # one person (向上取整)
    DOWN = "down"  # nobody
    HALF_UP = "half_up"  # one person from a half


@dataclass(frozen=True, slots=True)
class Take:
    """How many are taken: a fixed number, or places × ratio + a surplus ("places + 1")."""

    take: int | None = None
    per_place: Fraction | None = None
    plus: int = 0
    fraction: PartOf = PartOf.UP

    @property
    def said(self) -> bool:
        """Whether anything is said at all."""
        return self.take is not None or self.per_place is not None or self.plus > 0

    def wanted(self, places: int) -> int:
        """How many for so many places."""
        if self.take is not None:
            return self.take
        people = places * (self.per_place or Fraction(1)) + self.plus
        if self.fraction is PartOf.UP:
            return ceil(people)
        return floor(people if self.fraction is PartOf.DOWN else people + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a table by places: what is taken for up to `places` places."""

    places: int
    take: int | None = None
    per_place: Fraction | None = None
    plus: int = 0


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
    plus: int = 0
    fraction: PartOf = PartOf.UP
    gate: Gate | None = None

    @property
    def usual(self) -> Take:
        """What is taken beyond the table, or without one."""
        return Take(self.take, self.per_place, self.plus, self.fraction)

    def wanted(self, places: int) -> int:
        """How many are to enter for so many places; `fraction` says what a fraction of a person counts.

        Beyond the last line of a table the cut's own ratio counts, and without it the table's last line goes on.
        """
        if places <= 0:
            return 0
        for band in self.table:
            if places <= band.places:
                return self._line(band).wanted(places)
        if self.usual.said or not self.table:
            return self.usual.wanted(places)
        last = self.table[-1]
        return replace(self._line(last), take=None, per_place=_ratio(last)).wanted(places)

    def _line(self, band: Band) -> Take:
        return Take(band.take, band.per_place, band.plus, self.fraction)


def _ratio(band: Band) -> Fraction | None:
    """The ratio by which a line of the table goes on beyond it."""
    return band.per_place if band.take is None else Fraction(band.take, band.places)


class Entered(StrEnum):
    """How a candidate stands at a cut."""

    WITHIN = "within"
    TIED_IN = "tied_in"
    TIED_OUT = "tied_out"
    WAITING = "waiting"
    BEYOND = "beyond"

    @property
    def inside(self) -> bool:
        """Whether the candidate goes on."""
        return self is Entered.WITHIN or self is Entered.TIED_IN


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
        return tuple(code for code, how in self.standing.items() if how is Entered.WITHIN or how is Entered.TIED_IN)

    @property
    def tied_at_cut(self) -> tuple[str, ...]:
        """Codes of those who are equal where the line goes through."""
        clear = (Entered.WITHIN, Entered.BEYOND)
        return tuple(code for code, how in self.standing.items() if how not in clear)


def cut(rule: CutRule, places: int, ranking: Ranking, qualified: frozenset[str]) -> Cut:
    """Draw the line through a ranking, counting qualified candidates only."""
    wanted = rule.wanted(places)
    everybody = len(qualified) == len(ranking.placings)
    counted = ranking.placings if everybody else [one for one in ranking.placings if one.code in qualified]
    standing: dict[str, Entered] = {}
    inside = 0
    for first, last in _classes(counted, wanted):
        how = _standing(rule, wanted, first, last - first)
        standing.update(dict.fromkeys([placing.code for placing in counted[first:last]], how))
        inside += last - first if how.inside else 0
    return Cut(
        places,
        wanted,
        len(standing),
        standing,
        counted[inside - 1].value if inside else None,
        counted[inside].value if inside < len(counted) else None,
    )


def _classes(counted: Sequence[Placing], wanted: int) -> list[tuple[int, int]]:
    """Those before the line, those equal where it goes through, and those behind: from and to which place."""
    if not 0 < wanted < len(counted):
        return [(0, len(counted))] if counted else []
    first = last = wanted
    while first > 0 and counted[first - 1].rank == counted[wanted - 1].rank:
        first -= 1
    while last < len(counted) and counted[last].rank == counted[wanted - 1].rank:
        last += 1
    if last == wanted:
        first = wanted
    bounds = [(0, first), (first, last), (last, len(counted))]
    return [(start, end) for start, end in bounds if start < end]


def _standing(rule: CutRule, wanted: int, ahead: int, equal: int) -> Entered:
    if ahead + equal <= wanted:
        return Entered.WITHIN
    if ahead >= wanted:
        return Entered.BEYOND
    return {Equal.IN: Entered.TIED_IN, Equal.OUT: Entered.TIED_OUT, Equal.WAIT: Entered.WAITING}[rule.equal]


class Short(StrEnum):
    """What happens to a post with too few applicants for all its places."""

    REDUCE = "reduce"  # 核减: it keeps the places that have their applicants
    CANCEL = "cancel"  # 取消: all or nothing


@dataclass(frozen=True, slots=True)
class Waiver:
    """A part that nobody sits where fewer than so many have registered for each place."""

    part: str
    fewer_than: Fraction


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """How many registered people a place needs to be opened (开考比例); `posts` have ratios of their own."""

    per_place: Fraction
    short: Short = Short.REDUCE
    posts: Mapping[str, Fraction] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


def open_places(rule: OpeningRule, places: int, registered: int, post: str = "") -> int:
    """Places that stay open: min(places, floor(registered / ratio)); 0 means the post is cancelled (§6)."""
    ratio = rule.posts.get(post, rule.per_place)
    kept = min(places, registered * ratio.denominator // ratio.numerator)
    return 0 if kept < places and rule.short is Short.CANCEL else kept


def waived_parts(rule: OpeningRule, places: int, registered: int) -> tuple[str, ...]:
    """Parts that nobody sits for this post, because too few have registered for its places (§6)."""
    return tuple(waiver.part for waiver in rule.waivers if registered < places * waiver.fewer_than)


def read_opening(table: Table, parts: Sequence[str] = ()) -> OpeningRule | None:
    """Read `[opening]`; None where the scheme has none."""
    ratio = table.ratio("per_place")
    posts: dict[str, Fraction] = {}
    for inner in table.tables("posts"):
        own = inner.ratio("per_place")
        if own is None or not inner.has("posts"):
            inner.note("per_place", Problem("Posts with a ratio of their own are written with both."))
        posts |= dict.fromkeys(inner.words("posts"), own or Fraction(1))
        inner.done()
    rule = OpeningRule(ratio or Fraction(1), table.choice("short", Short, Short.REDUCE), posts, _waivers(table, parts))
    if ratio is None and table.values:
        table.note("per_place", Problem("The applicants for each place must be written."))
    table.done()
    return None if ratio is None else rule


def _waivers(table: Table, parts: Sequence[str]) -> tuple[Waiver, ...]:
    found: list[Waiver] = []
    for inner in table.tables("waivers"):
        part, fewer = inner.text("part"), inner.ratio("fewer_than_per_place")
        if part not in parts:
            inner.note("part", Problem("There is no part {key}.", {"key": part}))
        if fewer is None:
            inner.note("fewer_than_per_place", Problem("The applicants for each place must be written."))
        found.append(Waiver(part, fewer or Fraction(1)))
        inner.done()
    return tuple(found)


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
        plus=table.whole("plus", 0) or 0,
        fraction=table.choice("fraction", PartOf, PartOf.UP),
        gate=read_gate(table),
    )
    if not rule.usual.said and not rule.table:
        table.note("per_place", Problem("A cut needs a ratio, a number or a table of places."))
    _check_take(table, rule.usual)
    table.done()
    return rule


def _read_bands(table: Table) -> tuple[Band, ...]:
    bands = []
    for inner in table.tables("table"):
        places, take = inner.whole("places", least=1), inner.whole("take", least=1)
        own = Take(take, inner.ratio("per_place"), inner.whole("plus", 0) or 0)
        if places is None or not own.said:
            inner.note("places", Problem("A line of the table needs places and take, per_place or plus."))
        else:
            bands.append(Band(places, own.take, own.per_place, own.plus))
        _check_take(inner, own)
        inner.done()
    if any(after.places <= before.places for before, after in pairwise(bands)):
        table.note("table", Problem("The lines of the table must rise by places."))
    return tuple(bands)


def _check_take(table: Table, own: Take) -> None:
    if own.take is not None and (own.per_place is not None or own.plus):
        table.note("take", Problem("A cut has a ratio or a number, not both."))
    if own.per_place is not None and own.per_place < 1:
        table.note("per_place", Problem("A cut must not take fewer people than there are places."))
