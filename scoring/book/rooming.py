"""The room coefficients of the result book: each room's mean, the mean of all, and the coefficient."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from fractions import Fraction

from core.words import Name
from scoring.book.ratio import Ratio, added
from scoring.book.sheets import FIRST_ROW, Kind, Sheet, figure, fill, formula, words
from scoring.marks import Exact, Precision, exactly, places_of, settle
from scoring.parts import Part
from scoring.rooms import Reference, RoomRule, needs_marks
from scoring.steps import Step

COLUMNS: tuple[tuple[Hashable, Name, int], ...] = (
    ("part", Name("科目", "Part"), 12), ("room", Name("考场", "Room"), 22), ("count", Name("人数", "Marks"), 8),
    ("sum", Name("总分", "Sum"), 12), ("mean", Name("平均分", "Mean"), 12), ("share", Name("系数", "Coefficient"), 12),
    ("above", Name("系数分子", "Numerator"), 16), ("below", Name("系数分母", "Denominator"), 16),
)  # fmt: skip
ALL = Name("总平均", "Mean of all")


@dataclass(slots=True)
class Table:
    """The rooms that are compared with each other: the steps that say what came of them, and whose marks they hold."""

    part: Part
    rule: RoomRule
    means: Step
    known: frozenset[tuple[str, str]]
    rows: dict[str, int] = field(default_factory=dict)
    reference: int = 0
    marks: dict[str, list[tuple[str, Ratio]]] = field(default_factory=dict)
    shares: dict[str, Step] = field(default_factory=dict)


@dataclass(slots=True)
class Rooming:
    """The sheet of coefficients; filled when everybody's marks are known."""

    sheet: Sheet
    known: frozenset[tuple[str, str]] = frozenset()  # part and room whose mean was given, "" for that of all
    tables: dict[Hashable, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the columns."""
        fill(self.sheet, COLUMNS)

    def coefficient(self, part: Part, rule: RoomRule, means: Step, share: Step, ref: str, raw: Ratio) -> Ratio | None:
        """The coefficient of a room by `means`; `ref` is where a candidate's mark stands before it."""
        key = (part.key, means.exact, tuple((term.key, term.value, term.count) for term in means.terms))
        table = self.tables.get(key)
        if table is None:
            table = self.tables[key] = Table(part, rule, means, self.known)
            table.rows = {term.key: self.sheet.add_row() for term in means.terms}
            table.reference = self.sheet.add_row()
        room = share.at
        table.marks.setdefault(room, []).append((ref, raw))
        table.shares[room] = share
        if share.exact is None or room not in table.rows:
            return None
        above, below = (self.sheet.ref(table.rows[room], self.sheet.columns[side]) for side in ("above", "below"))
        return Ratio(above, below, share.exact.numerator, share.exact.denominator)

    def finish(self) -> list[str]:
        """Write all tables; hand back the addresses of figures that no formula gives."""
        return [ref for table in self.tables.values() for ref in _Written(self.sheet, table).fixed()]


@dataclass(slots=True)
class _Written:
    """One table being written."""

    sheet: Sheet
    table: Table
    gone: list[str] = field(default_factory=list)

    def fixed(self) -> list[str]:
        means = [self._room(term.key, term.value, term.count) for term in self.table.means.terms]
        reference = self._reference(means)
        for room, share in self.table.shares.items():
            own = means[list(self.table.rows).index(room)]
            self._share(room, share, reference, own)
        return self.gone

    def _given(self, room: str) -> bool:
        """Whether the mean of a room, or "" of all, came with the inputs."""
        return (self.table.part.key, room) in self.table.known

    def _put(
        self, row: int, key: str, ratio: Ratio | None, value: Exact, precision: Precision | None, *, given: bool = False
    ) -> Ratio:
        """A value by its formula, or as a figure; how other formulas take it."""
        column, places = self.sheet.columns[key], places_of(value)
        if ratio is None or not ratio.fits(precision) or settle(ratio.value, precision) != value:
            ref = self.sheet.put(row, column, figure(value, Kind.GIVEN if given else Kind.FIXED))
            self.gone += [] if given else [ref]
            return Ratio.of(value) if places is None else Ratio.cell(ref, value, places)
        if precision is None:
            ref = self.sheet.put(row, column, formula(f"({ratio.above})/({ratio.below})", value, places))
            return ratio
        decimals = precision.decimals
        ref = self.sheet.put(row, column, formula(f"({ratio.rounded(precision)})/{10**decimals}", value, decimals))
        return Ratio.cell(ref, value, decimals)

    def _room(self, room: str, mean: Exact | None, count: int | None) -> Ratio:
        row = self.table.rows[room]
        self.sheet.put(row, self.sheet.columns["part"], words(self.table.part.name.chinese))
        self.sheet.put(row, self.sheet.columns["room"], words(room))
        marks = self.table.marks.get(room, [])
        refs, value = [ref for ref, _ in marks], sum((raw.value for _, raw in marks), Fraction(0))
        places = [places_of(raw.value) for _, raw in marks]
        ratio = None
        if len(marks) == count and len(marks) <= 500 and None not in places and not needs_marks(self.table.rule):
            most = max(one or 0 for one in places)
            text = "+".join(f"SUM({','.join(refs[at : at + 50])})" for at in range(0, len(refs), 50))
            scale = 10**most
            added_up = self.sheet.put(
                row, self.sheet.columns["sum"], formula(f"ROUND(({text})*{scale},0)/{scale}", value, most)
            )
            number = self.sheet.put(row, self.sheet.columns["count"], formula(f"COUNT({','.join(refs)})", len(refs), 0))
            whole = Ratio.cell(added_up, value, most)
            ratio = whole.over(Ratio(number, "1", len(refs), 1))
        elif count:
            self.sheet.put(row, self.sheet.columns["count"], figure(count))
        return self._put(
            row,
            "mean",
            ratio,
            mean if mean is not None else Fraction(0),
            self.table.rule.mean_precision,
            given=self._given(room),
        )

    def _reference(self, means: list[Ratio]) -> Ratio:
        row, rule, step = self.table.reference, self.table.rule, self.table.means
        self.sheet.put(row, self.sheet.columns["part"], words(self.table.part.name.chinese))
        self.sheet.put(row, self.sheet.columns["room"], words(f"{ALL.chinese} {ALL.english}"))
        ratio: Ratio | None = None
        if step.facts.get("reference") == "stated" or needs_marks(rule):
            ratio = None
        elif rule.reference is Reference.MEAN_OF_ROOM_MEANS:
            ratio = added(means).over(Ratio.of(len(means)))
        else:
            ratio = self._pooled()
        return self._put(
            row,
            "mean",
            ratio,
            step.value if step.value is not None else Fraction(0),
            step.precision,
            given=self._given(""),
        )

    def _pooled(self) -> Ratio | None:
        """All marks added, over their number."""
        numbers, sums = [], []
        for room, row in self.table.rows.items():
            marks = [raw.value for _, raw in self.table.marks.get(room, [])]
            if self.sheet.columns["sum"] not in self.sheet.rows[row - FIRST_ROW]:
                return None
            value = sum(marks, Fraction(0))
            ref = self.sheet.ref(row, self.sheet.columns["sum"])
            sums.append(Ratio.cell(ref, value, max(places_of(one) or 0 for one in marks)))
            numbers.append((self.sheet.ref(row, self.sheet.columns["count"]), len(marks)))
        count = Ratio("+".join(ref for ref, _ in numbers), "1", sum(number for _, number in numbers), 1)
        return added(sums).over(count)

    def _share(self, room: str, share: Step, reference: Ratio, own: Ratio) -> None:
        """The coefficient, and its exact value as two whole numbers."""
        row, value = self.table.rows[room], share.value if share.value is not None else Fraction(0)
        exact, ratio = exactly(share.exact or 0), reference.over(own)
        scale = Fraction(ratio.n, exact.numerator) if exact.numerator else Fraction(0)
        right = ratio.value == exact and scale.denominator == 1 and ratio.fits(share.precision)
        for side, text, n in (("above", ratio.above, exact.numerator), ("below", ratio.below, exact.denominator)):
            column = self.sheet.columns[side]
            if right:
                whole = f"({text})/GCD({ratio.above},{ratio.below})"
                self.sheet.put(row, column, formula(whole, n, 0))
            else:
                self.gone.append(self.sheet.put(row, column, figure(n, Kind.FIXED)))
        self._put(row, "share", ratio if right else None, value, share.precision)
