"""The judges' sheets of the result book: each judge's marks, total, and whether it counts; then their means."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from core.words import Name
from scoring.book.ratio import Ratio, added
from scoring.book.sheets import Cell, Kind, Look, Sheet, figure, fill, formula, letters, words
from scoring.marks import Exact, MarkState, exactly, places_of, settle, total, trimmed_places
from scoring.panel_mark import JudgeSheet, in_order, scopes, trim_scopes
from scoring.panel_rule import PanelRule, TrimPer

CANDIDATE, PART = Name("准考证号", "Ticket number"), Name("科目", "Part")
GROUP, SEAT, STATE = Name("考官组", "Group"), Name("席位", "Seat"), Name("状态", "State")
TOTAL, KEPT = Name("考官总分", "Judge total"), Name("计入", "Counts")


@dataclass(slots=True)
class Block:
    """One candidate's sheets for one part: their rows, and by element ("" for totals) values and who is kept.

    `groups` are the first and last row of each group whose mean is taken; `ratios` the means by step address.
    """

    means: dict[str, Ratio] = field(default_factory=dict)
    undropped: tuple[str, Fraction] | None = None


@dataclass(slots=True)
class Judging:
    """The sheet of all judges' marks."""

    sheet: Sheet

    def __post_init__(self) -> None:
        """Make the columns that every part shares."""
        fill(
            self.sheet,
            [
                ("candidate", CANDIDATE, 14),
                ("part", PART, 12),
                ("group", GROUP, 12),
                ("seat", SEAT, 7),
                ("state", STATE, 9),
            ],
        )

    def block(self, candidate: str, name: Name, rule: PanelRule, sheets: Sequence[JudgeSheet]) -> Block:
        """Write one candidate's sheets for one part; means by what a step calls them: group, or group/element."""
        ordered = _laid_out(rule, sheets)
        present = [one for one in ordered if one.state is MarkState.PRESENT]
        rows = {id(one): self._row(candidate, name, rule, one) for one in ordered}
        numbers = [rows[id(one)] for one in present]
        block = Block()
        if rule.trim_per is TrimPer.JUDGE_TOTAL:
            column, values = self._totals(rule, present, numbers)
            self._means(block, rule, present, numbers, column, values, "")
        else:
            for element in rule.elements:
                column = self.sheet.columns["element", rule.part, element.key]
                marks: list[Exact] = [one.marks[element.key] for one in present]
                self._means(block, rule, present, numbers, column, marks, element.key)
        self._undropped(block, rule, present, numbers)
        return block

    def _row(self, candidate: str, name: Name, rule: PanelRule, one: JudgeSheet) -> int:
        row = self.sheet.add_row()
        group = next((group.name.chinese for group in rule.groups if group.key == one.group), one.group)
        for place, text in enumerate((candidate, name.chinese, group, one.seat, "" if one.marks else one.state.value)):
            self.sheet.put(row, place, words(text))
        for element in rule.elements:
            column = self.sheet.column(("element", rule.part, element.key), element.name)
            by_element = rule.trim_per is TrimPer.ELEMENT
            if by_element:
                self.sheet.column(("kept", rule.part, element.key), KEPT, 13)
            if element.key in one.marks:
                look = Look.STRIKABLE if by_element else Look.PLAIN
                self.sheet.put(row, column, figure(one.marks[element.key], look=look))
        if rule.trim_per is TrimPer.JUDGE_TOTAL:
            self.sheet.column(("total", rule.part), TOTAL)
            self.sheet.column(("kept", rule.part), KEPT, 13)
        return row

    def _totals(self, rule: PanelRule, present: Sequence[JudgeSheet], rows: Sequence[int]) -> tuple[int, list[Exact]]:
        column, values = self.sheet.columns["total", rule.part], []
        for one, row in zip(present, rows, strict=True):
            cells = [self._mark(row, rule, e.key, one.marks[e.key]).times(e.factor) for e in rule.elements]
            exact = added(cells)
            value = settle(exact.value, rule.judge_precision)
            values.append(value)
            self.sheet.put(row, column, _shown(exact, value, rule))
        return column, values

    def _mark(self, row: int, rule: PanelRule, element: str, mark: Exact) -> Ratio:
        """A mark on the same row, as fine as any may be."""
        ref = f"{letters(self.sheet.columns['element', rule.part, element])}{row}"
        return Ratio.cell(ref, mark, max(places_of(mark) or 0, places_of(rule.step or 1) or 0))

    def _means(
        self,
        block: Block,
        rule: PanelRule,
        present: Sequence[JudgeSheet],
        rows: Sequence[int],
        column: int,
        values: Sequence[Exact],
        element: str,
    ) -> None:
        places = [places_of(value) for value in values]
        if None in places or not values:
            return
        most = max(places_of(rule.step or 1) or 0, *(one or 0 for one in places))
        kept = self._kept(rule, present, rows, column, values)
        for group in scopes(rule):
            own = [n for n, one in enumerate(present) if rule.pooled or one.group == group.key]
            left = [n for n in own if kept is None or n not in kept]
            if not left:
                continue
            cells = self.sheet.span(column, rows[own[0]], rows[own[-1]])
            if kept is None:
                summed, count = f"SUM({cells})", f"COUNT({cells})"
            else:
                flags = self.sheet.span(column + 1, rows[own[0]], rows[own[-1]])
                summed, count = f"SUMIF({flags},1,{cells})", f"COUNTIF({flags},1)"
            scale = 10**most
            below = f"{count}*{scale}" if most else count
            n = int(total([values[n] for n in left]) * scale)
            at = f"{group.key}/{element}" if element else group.key
            block.means[at] = Ratio(f"ROUND({summed}*{scale},0)", below, n, len(left) * scale)

    def _kept(
        self, rule: PanelRule, present: Sequence[JudgeSheet], rows: Sequence[int], column: int, values: Sequence[Exact]
    ) -> dict[int, int] | None:
        """Write who counts, and hand back who does not; None where nothing is dropped."""
        dropped: dict[int, int] = {}
        trims = [(trim, own) for trim, own in trim_scopes(rule, present) if trim.drops and len(own) >= trim.least]
        if not trims:
            return None
        counted = {place for _, own in trims for place in own}
        for trim, own in trims:
            high, low = trimmed_places([values[place] for place in own], trim.high, trim.low)
            dropped |= {own[place]: 0 for place in high} | {own[place]: -1 for place in low}
            first, last = rows[own[0]], rows[own[-1]]
            for place in own:
                text = _flag(letters(column), letters(column + 1), first, rows[place], last, trim.high, trim.low)
                self.sheet.put(rows[place], column + 1, formula(text, dropped.get(place, 1), 0, Look.KEPT))
        for place, row in enumerate(rows):
            if place not in counted:
                self.sheet.put(row, column + 1, figure(1, Kind.RULED, look=Look.KEPT))
        return dropped

    def _undropped(self, block: Block, rule: PanelRule, present: Sequence[JudgeSheet], rows: Sequence[int]) -> None:
        """All marks of all judges, added."""
        marks = [mark for one in present for mark in one.marks.values()]
        scale = 10 ** max((places_of(mark) or 0 for mark in marks), default=0)
        columns = [self.sheet.columns["element", rule.part, element.key] for element in rule.elements]
        if rows:
            spans = ",".join(self.sheet.span(column, min(rows), max(rows)) for column in columns)
            block.undropped = (f"ROUND(SUM({spans})*{scale},0)/{scale}", total(marks))


def _laid_out(rule: PanelRule, sheets: Sequence[JudgeSheet]) -> list[JudgeSheet]:
    """The sheets so that those among which extremes are looked for stand together, absent ones behind them."""
    keys = [group.key for group in rule.groups]
    ordered = in_order(rule, sheets)

    def place(one: JudgeSheet) -> tuple[int, ...]:
        absent, group = int(one.state is not MarkState.PRESENT), keys.index(one.group)
        return (absent, group) if rule.over_panel else (group, absent)

    return sorted(ordered, key=place)


def _shown(exact: Ratio, value: Exact, rule: PanelRule) -> Cell:
    """A judge's total: digits of a whole number, divided to be shown."""
    if not exact.fits(rule.judge_precision):
        return figure(value, Kind.FIXED, look=Look.STRIKABLE)
    if rule.judge_precision is not None:
        decimals = rule.judge_precision.decimals
        return formula(f"({exact.rounded(rule.judge_precision)})/{10**decimals}", value, decimals, Look.STRIKABLE)
    return formula(f"({exact.above})/({exact.below})", exactly(value), places_of(value), Look.STRIKABLE)


def _flag(x: str, k: str, first: int, row: int, last: int, high: int, low: int) -> str:
    """Whether a row counts: 1, -1 among the lowest, 0 among the highest; of equal ones the earlier row is dropped."""
    own = f"{x}{row}"
    span, until = f"{x}${first}:{x}${last}", f"{x}${first}:{own}"
    equal = f"SUMPRODUCT(--({until}={own}))"
    lowest = f"SUMPRODUCT(--({span}<{own}))+{equal}<={low}" if low else "FALSE"
    taken = (
        f"-SUMPRODUCT(({x}${first}:{x}{row - 1}={own})*({k}${first}:{k}{row - 1}=-1))" if row > first and low else ""
    )
    highest = f"SUMPRODUCT(--({span}>{own}))+{equal}{taken}<={high}" if high else "FALSE"
    return f"IF({lowest},-1,IF({highest},0,1))"
