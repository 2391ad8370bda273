"""A panel's judges against each other: who marks higher or lower, how far they agree, which marks lie far out.

A bench is one group of judges in one room. Judges are told apart by seat alone; strictness says nothing about anybody's
diligence, and trims and room coefficients weaken it already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from scoring.inputs import Candidate
from scoring.marks import Exact, MarkState, exactly, mean, total
from scoring.panel_mark import JudgeSheet, panel_mark
from scoring.panel_rule import PanelRule
from scoring.statistics.agreement import Metric, icc_two_way, kendall, krippendorff, mean_squares
from scoring.statistics.exchanges import Exchange, exchanges
from scoring.statistics.spread import deviation, median

FEW_HEARINGS = 5  # below it agreement is not read as good or bad
FAR_TIMES = 3  # so many times as far as usual, and at least FAR_SHARE of the highest mark
FAR_SHARE = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One judge of a bench: mean mark, and mark − mean of the bench over the hearings: mean, lowest and highest."""

    seat: str
    hearings: int
    mean: Fraction
    difference: Fraction
    strictest: Fraction
    mildest: Fraction
    deviation: Decimal | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a bench agrees, over the hearings at which all of it marked; None where it cannot be computed.

    `average` is ICC(2,k), `single` ICC(2,1), `concordance` Kendall's W, `alpha` Krippendorff's (over all hearings).
    """

    hearings: int
    judges: int
    average: Fraction | None = None
    single: Fraction | None = None
    concordance: Fraction | None = None
    alpha: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """One group of judges in one room."""

    room: str
    group: str
    seats: tuple[SeatLine, ...]
    agreement: Agreement
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class FarMark:
    """A judge's mark far from the middle of the others of the bench; `dropped` where the rule dropped it anyway."""

    candidate: str
    room: str
    group: str
    seat: str
    mark: Exact
    others: Fraction
    dropped: bool

    @property
    def difference(self) -> Fraction:
        """How far above the middle of the others."""
        return exactly(self.mark) - self.others


@dataclass(frozen=True, slots=True)
class Judged:
    """All benches of a panel, marks far out with the bound they are beyond, and how far marks usually lie apart."""

    benches: tuple[Bench, ...]
    far: tuple[FarMark, ...]
    usual: Fraction
    bound: Fraction


@dataclass(slots=True)
class _Table:
    """The totals of one bench by candidate and seat."""

    room: str
    group: str
    rows: dict[str, dict[str, Exact]] = field(default_factory=dict)

    @property
    def seats(self) -> list[str]:
        return sorted({seat for row in self.rows.values() for seat in row}, key=lambda seat: (len(seat), seat))

    def complete(self) -> dict[str, list[Exact]]:
        """The rows in which every seat has marked."""
        seats = self.seats
        return {code: [row[seat] for seat in seats] for code, row in self.rows.items() if len(row) == len(seats)}


def judged(rule: PanelRule, candidates: Iterable[Candidate]) -> Judged:
    """The judges of one panel part over everybody it has heard."""
    heard = [one for one in candidates if one.sheets.get(rule.part)]
    tables = _tables(rule, heard)
    far = [one for table in tables for one in _distances(table)]
    usual = median([abs(one.difference) for one in far]) if far else Fraction(0)
    bound = max(FAR_TIMES * usual, FAR_SHARE * rule.maximum)
    dropped = _dropped(rule, heard)
    named = [
        FarMark(one.candidate, one.room, one.group, one.seat, one.mark, one.others,
                (one.candidate, one.group, one.seat) in dropped)
        for one in far
        if abs(one.difference) > bound
    ]  # fmt: skip
    named.sort(key=lambda one: (-abs(one.difference), one.candidate, one.seat))
    return Judged(tuple(map(_bench, tables)), tuple(named), usual, bound)


def judge_total(rule: PanelRule, sheet: JudgeSheet) -> Exact:
    """A judge's whole mark for one candidate, factors counted."""
    if all(element.factor == 1 for element in rule.elements):
        return sum(sheet.marks.values(), Decimal(0))
    return total(exactly(sheet.marks[element.key]) * element.factor for element in rule.elements)


def _tables(rule: PanelRule, heard: Sequence[Candidate]) -> list[_Table]:
    """A table for every bench of at least two judges, rooms in order."""
    found: dict[tuple[str, str], _Table] = {}
    for one in heard:
        room = one.rooms.get(rule.part, "")
        for sheet in one.sheets[rule.part]:
            if sheet.state is MarkState.PRESENT:
                table = found.setdefault((room, sheet.group), _Table(room, sheet.group))
                table.rows.setdefault(one.code, {})[sheet.seat] = judge_total(rule, sheet)
    order = [group.key for group in rule.groups]
    tables = [table for table in found.values() if len(table.seats) > 1]
    return sorted(tables, key=lambda table: (len(table.room), table.room, order.index(table.group)))


def _bench(table: _Table) -> Bench:
    complete = table.complete()
    seats = table.seats
    return Bench(
        table.room,
        table.group,
        tuple(_line(table, seat) for seat in seats),
        _agreement(table, list(complete.values())),
        exchanges(complete, seats, combinations(complete, 2)),
    )


def _line(table: _Table, seat: str) -> SeatLine:
    rows = [row for row in table.rows.values() if seat in row]
    marks = [row[seat] for row in rows]
    apart = [exactly(row[seat]) - mean(list(row.values())) for row in rows]
    return SeatLine(seat, len(rows), mean(marks), mean(apart), min(apart), max(apart), deviation(marks))


def _agreement(table: _Table, complete: Sequence[Sequence[Exact]]) -> Agreement:
    judges = len(table.seats)
    if len(complete) < 2:
        return Agreement(len(complete), judges)
    single, average = icc_two_way(mean_squares(complete))
    seats = table.seats
    units = [[row.get(seat) for seat in seats] for row in table.rows.values()]
    alpha = krippendorff(units, Metric.INTERVAL)
    return Agreement(len(complete), judges, average, single, kendall(complete).w, alpha)


def _distances(table: _Table) -> Iterable[FarMark]:
    """Each mark of a bench of three and more against the middle of the others."""
    for code, row in table.rows.items():
        for seat, mark in row.items():
            others = [other for at, other in row.items() if at != seat]
            if len(others) > 1:
                yield FarMark(code, table.room, table.group, seat, mark, median(others), dropped=False)


def _dropped(rule: PanelRule, heard: Sequence[Candidate]) -> set[tuple[str, str, str]]:
    """Whose whole mark the rule left out of a candidate's mean."""
    found: Mapping[str, Iterable[tuple[str, str]]] = {
        one.code: [
            (gone.group, gone.seat) for gone in panel_mark(rule, one.sheets[rule.part]).dropped if not gone.element
        ]
        for one in heard
    }
    return {(code, group, seat) for code, gone in found.items() for group, seat in gone}
