"""The calculation of the result book: each step of the engine in a column, its exact value aside."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from core.words import Name
from scoring.book.judging import Block, Judging
from scoring.book.ratio import Ratio, added
from scoring.book.rooming import Rooming
from scoring.book.sheets import Cell, Kind, Look, Sheet, figure, formula, words
from scoring.formula import PartResult
from scoring.inputs import Candidate
from scoring.marks import Exact, MarkState, exactly, places_of
from scoring.panel_rule import EVERYBODY
from scoring.parts import Part
from scoring.scheme import Scheme
from scoring.steps import Step, StepKind, Term

STEP_NAMES: Mapping[StepKind, Name] = {
    StepKind.GIVEN: Name("成绩", "mark"), StepKind.SHARE: Name("折算", "share"),
    StepKind.GRADED: Name("等次分", "points"),
    StepKind.BALLOTS: Name("票均分", "ballots"), StepKind.MEAN: Name("平均", "mean"), StepKind.SUM: Name("合计", "sum"),
    StepKind.WEIGHTED_SUM: Name("加权", "weighted"), StepKind.BONUS: Name("加分后", "with bonus"),
    StepKind.RESCALE: Name("折算", "rescaled"), StepKind.COEFFICIENT: Name("系数", "coefficient"),
    StepKind.CORRECTED: Name("修正后", "corrected"), StepKind.ROUNDED: Name("修约", "rounded"),
    StepKind.CAP: Name("封顶", "capped"), StepKind.BAND: Name("归档", "band"), StepKind.ZERO: Name("计零", "zero"),
    StepKind.LEFT_OUT: Name("不计科目", "left out"), StepKind.PASS_MARK: Name("合格", "passed"),
}  # fmt: skip
NO_COLUMN = frozenset({StepKind.JUDGE_TOTALS, StepKind.ROOM_MEANS})
"""Steps that have a sheet of their own."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure on the calculation sheet: its address, the figure, and how formulas take it without loss."""

    ref: str
    ratio: Ratio
    places: int | None


@dataclass(slots=True)
class Row:
    """One candidate's calculation so far: values by part, and by part and address inside a panel or ballots."""

    candidate: Candidate
    scheme: Scheme
    number: int
    parts: dict[str, Shown] = field(default_factory=dict)
    inside: dict[tuple[str, str], Shown] = field(default_factory=dict)
    earlier: dict[str, list[Shown]] = field(default_factory=dict)
    exact: dict[str, Shown] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)


@dataclass(slots=True)
class Calculation:
    """The sheets of marks, steps and exact values, filled candidate by candidate."""

    marks: Sheet
    steps: Sheet
    exact: Sheet
    judging: Judging
    rooming: Rooming
    rows: dict[str, Row] = field(default_factory=dict)
    fixed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, candidate: Candidate, scheme: Scheme, results: Sequence[PartResult]) -> None:
        """One candidate: what was entered, then every step."""
        number = self.steps.add_row()
        if (self.marks.add_row(), self.exact.add_row()) != (number, number):
            raise ValueError("the three sheets have the same rows")
        for sheet in (self.marks, self.steps, self.exact):
            sheet.put(number, sheet.column("candidate", Name("准考证号", "Ticket number"), 14), words(candidate.code))
            sheet.put(number, sheet.column("post", Name("职位", "Post"), 8), words(candidate.post))
        row = self.rows[candidate.code] = Row(candidate, scheme, number)
        parts = scheme.all_parts()
        for result in results:
            part = parts[result.key]
            if result.key in scheme.panels and candidate.sheets.get(result.key):
                sheets = candidate.sheets[result.key]
                row.blocks[part.key] = self.judging.block(candidate.code, part.name, scheme.panels[part.key], sheets)
            for place, step in enumerate(result.steps):
                if step.kind not in NO_COLUMN:
                    self._step(row, part, step, result.steps[place - 1] if place else None)

    # ── one step ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _step(self, row: Row, part: Part, step: Step, before: Step | None) -> None:
        if step.kind is StepKind.PASS_MARK:
            self._passed(row, part, step)
        elif step.exact is None or step.value is None:
            state = step.terms[0].state if step.terms else MarkState.MISSING
            self.entered(row, ("mark", part.key), part.name, words(state.value))
        else:
            ratio = self._ratio(row, part, step, before)
            shown = self._show(row, self._column(row, part, step), step, ratio)
            row.earlier.setdefault(part.key, []).append(shown)
            row.parts[part.key] = shown
            if step.at and step.kind is not StepKind.COEFFICIENT:
                row.inside[part.key, step.at] = shown
            if step.kind is StepKind.COEFFICIENT and before is not None:
                row.inside[part.key, "coefficient"] = shown
                row.parts[part.key] = row.earlier[part.key][-2]

    def _column(self, row: Row, part: Part, step: Step) -> int:
        at = "" if step.kind is StepKind.COEFFICIENT else step.at
        name, kind, inside = part.name, STEP_NAMES[step.kind], _inside(row.scheme, part.key, at)
        english = " ".join(one for one in (name.english or part.key, *(i.english for i in inside), kind.english) if one)
        heading = Name(f"{'·'.join([name.chinese, *(one.chinese for one in inside)])} {kind.chinese}", english)
        key = (part.key, step.kind, at)
        self.exact.column((*key, "above"), Name(f"{heading.chinese} 分子", f"{english} numerator"), 16)
        self.exact.column((*key, "below"), Name(f"{heading.chinese} 分母", f"{english} denominator"), 16)
        return self.steps.column(key, heading)

    def _show(self, row: Row, column: int, step: Step, ratio: Ratio | None) -> Shown:
        """Write numerator, denominator and the value; where no formula gives them exactly, the value as a figure."""
        exact, value = exactly(step.exact or 0), step.value or Fraction(0)
        key = self.steps.headings[column].key
        precision = step.precision
        decimals = precision.decimals if precision is not None else places_of(value)
        if ratio is None or ratio.value != exact or not ratio.fits(precision):
            ref = self.steps.put(row.number, column, figure(value, Kind.FIXED, decimals or 0))
            self.fixed.append((row.candidate.code, ref))
            taken = Ratio.of(value) if decimals is None else Ratio.cell(ref, value, decimals)
            row.exact[step.part] = Shown(ref, Ratio.of(exact), decimals)
            return Shown(ref, taken, decimals)
        above = self._aside(row, (key, "above"), ratio.above, ratio.n)
        below = self._aside(row, (key, "below"), ratio.below, ratio.d)
        whole = Ratio(above, below, ratio.n, ratio.d)
        text = f"{above}/{below}" if precision is None else f"({whole.rounded(precision)})/{10**precision.decimals}"
        ref = self.steps.put(row.number, column, formula(text, value, decimals))
        row.exact[step.part] = Shown(f"{above}/{below}", whole, places_of(exact))
        return Shown(ref, whole if precision is None else Ratio.cell(ref, value, precision.decimals), decimals)

    def _aside(self, row: Row, key: tuple[Hashable, str], text: str, value: int) -> str:
        base, side = key
        column = self.exact.columns[(*base, side)] if isinstance(base, tuple) else 0
        return self.exact.put(row.number, column, formula(text, value, 0))

    def _passed(self, row: Row, part: Part, step: Step) -> None:
        """Whether the line is reached: 1 or 0."""
        looked, line, passed = step.terms[0].value, step.facts["pass_mark"], bool(step.facts["passed"])
        column = self._column(row, part, step)
        found = [
            one for one in row.earlier.get(part.key, ()) if looked is not None and one.ratio.value == exactly(looked)
        ]
        if not found or not isinstance(line, Exact):
            ref = self.steps.put(row.number, column, figure(int(passed), Kind.FIXED, look=Look.YES))
            self.fixed.append((row.candidate.code, ref))
        else:
            bound = Ratio.of(line)
            sign = ">" if step.facts.get("above") else ">="
            own = found[-1].ratio
            text = f"IF(({own.above})*{bound.d}{sign}({own.below})*{bound.n},1,0)"
            ref = self.steps.put(row.number, column, formula(text, int(passed), 0, Look.YES))
        row.passed.append(ref)

    def entered(self, row: Row, key: Hashable, name: Name, cell: Cell) -> str:
        """Write what was entered for a candidate; its address."""
        return self.marks.put(row.number, self.marks.column(key, name), cell)

    # ── where a step's figure comes from ─────────────────────────────────────────────────────────────────────────────

    def _ratio(self, row: Row, part: Part, step: Step, before: Step | None) -> Ratio | None:
        own = row.parts.get(part.key)
        base = own.ratio if own is not None else None
        if step.kind in {StepKind.GIVEN, StepKind.SHARE, StepKind.GRADED, StepKind.BALLOTS}:
            return self._entered(row, part, step)
        if step.kind is StepKind.MEAN:
            block = row.blocks.get(part.key)
            return None if block is None else block.means.get(step.at)
        if step.kind in {StepKind.SUM, StepKind.WEIGHTED_SUM}:
            terms = [self._term(row, part, step, term) for term in step.terms]
            known = [one for one in terms if one is not None]
            return added(known) if len(known) == len(terms) and known else None
        if step.kind is StepKind.ZERO:
            return Ratio.of(0)
        if base is None:
            return None
        if step.kind is StepKind.COEFFICIENT and before is not None:
            return self.rooming.coefficient(
                part, row.scheme.rooms[part.key], before, step, own.ref if own else "", base
            )
        return self._changed(row, part, step, base)

    def _changed(self, row: Row, part: Part, step: Step, base: Ratio) -> Ratio | None:
        """A step that makes a part's own value another one."""
        if step.kind is StepKind.RESCALE and part.rescale_to is not None:
            return base.times(Fraction(part.rescale_to) / part.maximum)
        if step.kind is StepKind.LEFT_OUT:
            return base.times(exactly(step.exact or 0) / base.value) if base.n else Ratio.of(0)
        if step.kind is StepKind.CORRECTED:
            coefficient = row.inside.get((part.key, "coefficient"))
            return None if coefficient is None else base.by(coefficient.ratio)
        if step.kind is StepKind.ROUNDED:
            return base
        if step.kind is StepKind.CAP and step.exact is not None:
            most = Ratio.of(step.exact)
            larger = f"({base.above})*{most.d}>({base.below})*{most.n}"
            if base.n * most.d > base.d * most.n:
                return Ratio(
                    f"IF({larger},{most.n},{base.above})", f"IF({larger},{most.d},{base.below})", most.n, most.d
                )
        if step.kind is StepKind.BAND:
            return _banded(part, base)
        return self._with_bonus(row, part, base) if step.kind is StepKind.BONUS else None

    def _term(self, row: Row, part: Part, step: Step, term: Term) -> Ratio | None:
        """A term of a sum: a group, an element, a class of voters, or a part inside."""
        inside = row.inside.get((part.key, f"{step.at}/{term.key}" if step.at else term.key))
        shown = inside if inside is not None else row.parts.get(term.key)
        if shown is None:
            return None
        ratio = shown.ratio if term.factor is None else shown.ratio.times(exactly(term.factor))
        if term.result is None:
            return ratio
        panel = row.scheme.panels.get(part.key)
        child = row.scheme.all_parts().get(term.key)
        precision = panel.factor_precision if panel is not None else child.weighted_precision if child else None
        return None if precision is None or not ratio.fits(precision) else ratio.settled(precision)

    def _entered(self, row: Row, part: Part, step: Step) -> Ratio | None:
        if step.kind is StepKind.BALLOTS:
            return self._ballots(row, part, step)
        mark = row.candidate.marks.get(part.key)
        if mark is None:
            return None
        if step.kind is StepKind.GRADED:
            self.entered(row, ("mark", part.key), part.name, words(mark.grade))
            points = step.exact or Fraction(0)
            name = Name(f"{part.name.chinese} 等次对应分值", f"{part.name.english} points of the grade")
            ref = self.entered(row, ("points", part.key), name, figure(points, Kind.RULED))
            return Ratio.cell(ref, points, places_of(points) or 0)
        if mark.value is None:
            return None
        ref = self.entered(row, ("mark", part.key), part.name, figure(mark.value, least=part.input_decimals or 0))
        own = Ratio.cell(ref, mark.value, max(places_of(mark.value) or 0, part.input_decimals or 0))
        if step.kind is not StepKind.SHARE or mark.whole is None:
            return own
        name = Name(f"{part.name.chinese} 总数", f"{part.name.english} whole")
        ref = self.entered(row, ("whole", part.key), name, figure(mark.whole))
        return own.times(part.maximum).over(Ratio.cell(ref, mark.whole, places_of(mark.whole) or 0))

    def _ballots(self, row: Row, part: Part, step: Step) -> Ratio | None:
        """One class of voters: points × ballots, over the valid ballots."""
        rule = row.scheme.ballots[part.key]
        voters = next((one for one in rule.classes if step.at in {one.key, ""}), None)
        if voters is None:
            return None
        refs: list[tuple[str, Fraction, int]] = []
        for term in step.terms:
            if term.dropped or term.value is None or term.count is None:
                continue
            grade = next(one for one in rule.grades if one.key == term.key)
            name = Name(
                f"{part.name.chinese}·{voters.name.chinese} {grade.name.chinese}票", f"{voters.key} {grade.key} ballots"
            )
            ref = self.entered(row, ("ballots", part.key, voters.key, term.key), name, figure(term.count))
            refs.append((ref, exactly(term.value), term.count))
        scale = 10 ** max((places_of(points) or 0 for _, points, _ in refs), default=0)
        above = "+".join(f"{ref}*{int(points * scale)}" for ref, points, _ in refs)
        below = f"({'+'.join(ref for ref, _, _ in refs)})*{scale}"
        n = sum(int(points * scale) * votes for _, points, votes in refs)
        return Ratio(above, below, n, sum(votes for _, _, votes in refs) * scale)

    def _with_bonus(self, row: Row, part: Part, base: Ratio) -> Ratio | None:
        """Bonus points that count: the highest alone unless they add up, within the cap."""
        rule, awarded = part.bonus, [one for one in row.candidate.bonus if one.part == part.key]
        if rule is None or not awarded:
            return None
        refs = []
        for place, bonus in enumerate(awarded):
            name = Name(f"{part.name.chinese} 加分 {bonus.kind}", f"{part.name.english} bonus {bonus.kind}")
            refs.append(self.entered(row, ("bonus", part.key, bonus.kind, place), name, figure(bonus.points)))
        points = [exactly(one.points) for one in awarded]
        counted = sum(points, Fraction(0)) if rule.accumulate else max(points)
        text = f"{'SUM' if rule.accumulate else 'MAX'}({','.join(refs)})"
        if rule.cap is not None:
            counted, text = min(counted, Fraction(rule.cap)), f"MIN({text},{rule.cap:f})"
        places = max(places_of(one) or 0 for one in (*points, exactly(rule.cap or 0)))
        return added([base, Ratio.cell(text, counted, places)])


def _inside(scheme: Scheme, part: str, at: str) -> list[Name]:
    """What a step of a panel or of ballots is at: a group, a group and an element, a class of voters."""
    if not at:
        return []
    panel, ballots = scheme.panels.get(part), scheme.ballots.get(part)
    known = {one.key: one.name for one in panel.groups} | {e.key: e.name for e in panel.elements} if panel else {}
    known |= {one.key: one.name for one in ballots.classes} if ballots else {}
    return [known.get(key, Name(key, key)) for key in at.split("/") if key != EVERYBODY]


def _banded(part: Part, base: Ratio) -> Ratio:
    """The lowest value of the category in which a value lies; 0 below all of them."""
    bounds = [Ratio.of(bound) for bound in part.bands]
    scale = 10 ** max((places_of(bound) or 0 for bound in part.bands), default=0)
    text = "0"
    for bound in reversed(bounds):
        text = f"IF(({base.above})*{bound.d}>=({base.below})*{bound.n},{int(bound.value * scale)},{text})"
    found = next((bound.value for bound in bounds if base.value >= bound.value), Fraction(0))
    return Ratio(text, str(scale), int(found * scale), scale)
