"""The panel's mark (面试成绩) out of the judges' marks, exact, with every dropped mark named (rules.md §3).

A mean is over the marks present; a missing judge is never a zero. Of equal extremes only as many are dropped
as the rule says. The order of the sheets has no effect.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from core.errors import Problem, Refusal, refuse_any
from scoring.marks import (
    Exact,
    MarkState,
    Precision,
    as_written,
    exactly,
    is_multiple,
    mean,
    places_of,
    settle,
    shown,
    total,
    trimmed_places,
)
from scoring.panel_rule import EVERYBODY, Few, Group, MissingJudge, PanelRule, Trim, TrimPer
from scoring.steps import Step, StepKind, Term


@dataclass(frozen=True, slots=True)
class JudgeSheet:
    """One judge's marks for one candidate; an element without a mark is not in `marks`."""

    seat: str
    group: str
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    state: MarkState = MarkState.PRESENT

    def __post_init__(self) -> None:
        """Refuse what is no number where it comes in: comparing it would fail far from the cause."""
        if not all(mark.is_finite() for mark in self.marks.values()):
            raise ValueError("a mark is a finite number")

    @property
    def label(self) -> str:
        """Group and seat as steps and problems name them."""
        return f"{self.group}/{self.seat}"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A mark left out by a trim: `side` is high or low; `element` is empty where a judge's total was dropped."""

    group: str
    seat: str
    side: str
    value: Exact
    element: str = ""


@dataclass(frozen=True, slots=True)
class PanelMark:
    """A panel mark, exact and not yet rounded to the part's own precision, and how it came about."""

    exact: Fraction
    group_means: Mapping[str, Exact]
    dropped: tuple[Dropped, ...]
    undropped_sum: Exact
    present: int
    steps: tuple[Step, ...]


def panel_mark(rule: PanelRule, sheets: Iterable[JudgeSheet]) -> PanelMark:
    """Combine one candidate's sheets. Raises Refusal with every problem of the sheets at once."""
    ordered = in_order(rule, sheets)
    refuse_any(panel_problems(rule, ordered))
    present = [sheet for sheet in ordered if sheet.state is MarkState.PRESENT]
    return _Combination(rule, _evenly_written(rule, present)).result()


def _evenly_written(rule: PanelRule, sheets: Sequence[JudgeSheet]) -> list[JudgeSheet]:
    """The sheets with all marks written to the decimals of the step, or as many as the longest mark has."""
    marks = [mark for sheet in sheets for mark in sheet.marks.values()]
    places = max((places_of(mark) or 0 for mark in (marks if rule.step is None else [rule.step])), default=0)
    return [replace(one, marks={key: shown(mark, places) for key, mark in one.marks.items()}) for one in sheets]


def in_order(rule: PanelRule, sheets: Iterable[JudgeSheet]) -> list[JudgeSheet]:
    """The sheets by group as the rule lists them, then by seat (9 before 10)."""
    places = {group.key: place for place, group in enumerate(rule.groups)}
    return sorted(sheets, key=lambda s: (places.get(s.group, len(places)), s.group, len(s.seat), s.seat))


@dataclass(slots=True)
class _Combination:
    """The running calculation of one panel mark: present sheets in order, steps and drops as they come."""

    rule: PanelRule
    present: Sequence[JudgeSheet]
    steps: list[Step] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def result(self) -> PanelMark:
        groups = self._by_judge() if self.rule.trim_per is TrimPer.JUDGE_TOTAL else self._by_element()
        exact = total(exactly(groups[group.key]) * _weight(group) for group in scopes(self.rule))
        if len(groups) > 1:
            terms = tuple(Term(group.key, groups[group.key], _weight(group)) for group in scopes(self.rule))
            value = as_written(exact, (term.counted for term in terms))
            self.steps.append(Step(StepKind.WEIGHTED_SUM, self.rule.part, terms, exact, value))
        marks = [mark for sheet in self.present for mark in sheet.marks.values()]
        undropped = as_written(total(marks), marks)
        return PanelMark(exact, groups, tuple(self.dropped), undropped, len(self.present), tuple(self.steps))

    def _by_judge(self) -> dict[str, Exact]:
        """Add each judge's elements, then trim and average the judges' totals."""
        totals = [self._judge_total(sheet) for sheet in self.present]
        return self._means(totals, self.rule.group_precision)

    def _judge_total(self, sheet: JudgeSheet) -> Exact:
        precision = self.rule.judge_precision
        terms = tuple(Term(e.key, sheet.marks[e.key], _factor(e.factor)) for e in self.rule.elements)
        exact = total(_times(sheet.marks[e.key], e.factor) for e in self.rule.elements)
        value = settle(as_written(exact, sheet.marks.values()), precision)
        if len(terms) > 1 or terms[0].factor is not None:
            step = Step(StepKind.JUDGE_TOTALS, self.rule.part, terms, exact, value, precision, at=sheet.label)
            self.steps.append(step)
        return value

    def _by_element(self) -> dict[str, Exact]:
        """Trim and average within each element, multiply by its factor, then add the elements."""
        elements: dict[str, list[Term]] = {group.key: [] for group in scopes(self.rule)}
        for element in self.rule.elements:
            means = self._means(
                [sheet.marks[element.key] for sheet in self.present], self.rule.element_precision, element.key
            )
            for key, value in means.items():
                elements[key].append(self._element_term(element.key, _factor(element.factor), value))
        groups: dict[str, Exact] = {}
        for key, terms in elements.items():
            counted = [term.counted for term in terms]
            exact, precision = total(counted), self.rule.group_precision
            groups[key] = settle(as_written(exact, counted), precision)
            kind = StepKind.WEIGHTED_SUM if any(term.factor is not None for term in terms) else StepKind.SUM
            self.steps.append(Step(kind, self.rule.part, tuple(terms), exact, groups[key], precision, at=key))
        return groups

    def _element_term(self, element: str, factor: Fraction | None, value: Exact) -> Term:
        if factor is None:
            return Term(element, value)
        precision = self.rule.factor_precision
        return Term(element, value, factor, result=precision.of(exactly(value) * factor) if precision else None)

    def _means(self, values: Sequence[Exact], precision: Precision | None, element: str = "") -> dict[str, Exact]:
        """The mean of each group's marks that are left after the trim, one step per group."""
        struck = self._struck(values)
        for place, side in sorted(struck.items()):
            sheet = self.present[place]
            self.dropped.append(Dropped(sheet.group, sheet.seat, side, values[place], element))
        means: dict[str, Exact] = {}
        for group in scopes(self.rule):
            places = [place for place, sheet in enumerate(self.present) if self._counts(sheet, group)]
            terms = tuple(Term(self.present[p].label, values[p], dropped=struck.get(p, "")) for p in places)
            kept = [values[place] for place in places if place not in struck]
            if not kept:
                raise Refusal("Dropping extremes leaves no mark of the group {group}.", group=group.name)
            means[group.key], step = self._mean(kept, precision)
            at = f"{group.key}/{element}" if element else group.key
            self.steps.append(replace(step, terms=terms, at=at))
        return means

    def _mean(self, kept: Sequence[Exact], precision: Precision | None) -> tuple[Exact, Step]:
        """The mean of the marks that are left, and its step without the terms."""
        exact = mean(kept)
        value = settle(as_written(exact, kept), precision)
        facts = {"sum": as_written(total(kept), kept), "count": len(kept)}
        return value, Step(StepKind.MEAN, self.rule.part, (), exact, value, precision, facts=facts)

    def _struck(self, values: Sequence[Exact]) -> dict[int, str]:
        """Place → side of every mark a trim drops."""
        struck: dict[int, str] = {}
        for trim, places in trim_scopes(self.rule, self.present):
            if not trim.drops or len(places) < trim.least:
                continue
            high, low = trimmed_places([values[place] for place in places], trim.high, trim.low)
            struck.update({places[inner]: "high" for inner in high})
            struck.update({places[inner]: "low" for inner in low})
        return struck

    def _counts(self, sheet: JudgeSheet, group: Group) -> bool:
        return self.rule.pooled or sheet.group == group.key


def scopes(rule: PanelRule) -> tuple[Group, ...]:
    """The groups whose means are weighed: the rule's own, or everybody as one."""
    if not rule.pooled or len(rule.groups) == 1:
        return rule.groups
    return (Group(EVERYBODY, rule.groups[0].name),)


def trim_scopes(rule: PanelRule, present: Sequence[JudgeSheet]) -> list[tuple[Trim, list[int]]]:
    """Each trim of the rule with the places of the sheets among which it looks for extremes."""
    if rule.over_panel:
        return [(rule.trim, list(range(len(present))))]
    return [
        (group.trim, [place for place, sheet in enumerate(present) if sheet.group == group.key])
        for group in rule.groups
    ]


def _weight(group: Group) -> Fraction:
    return Fraction(1) if group.weight is None else group.weight


def _times(mark: Decimal, factor: Fraction) -> Exact:
    return mark if factor == 1 else exactly(mark) * factor


def _factor(factor: Fraction) -> Fraction | None:
    return None if factor == 1 else factor


def panel_problems(rule: PanelRule, sheets: Sequence[JudgeSheet]) -> list[Problem]:
    """Everything that keeps these sheets of one candidate from being combined; `field` names group and seat."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for sheet in sheets:
        if sheet.label in seen:
            problems.append(Problem("This judge has two sheets for one candidate.", field=sheet.label))
        seen.add(sheet.label)
        problems += _sheet_problems(rule, sheet)
    for group in rule.groups:
        problems += _group_problems(rule, group, [sheet for sheet in sheets if sheet.group == group.key])
    present = [sheet for sheet in sheets if sheet.state is MarkState.PRESENT]
    if len(present) < rule.least:
        problems.append(
            Problem(
                "Judges who have marked: {count}; at least {least} are needed.",
                {"count": len(present), "least": rule.least},
            )
        )
    for trim, places in trim_scopes(rule, present):
        if trim.drops and len(places) < trim.least and trim.few is Few.REFUSE:
            facts = {"count": len(places), "drops": trim.high + trim.low, "least": trim.least}
            problems.append(Problem("Marks present: {count}; dropping {drops} needs at least {least}.", facts))
    return problems


def _group_problems(rule: PanelRule, group: Group, sheets: Sequence[JudgeSheet]) -> list[Problem]:
    problems = []
    known = sum(sheet.state is not MarkState.MISSING for sheet in sheets)
    if rule.missing_judge is MissingJudge.REFUSE and known < max(group.seats, len(sheets)):
        facts = {"missing": max(group.seats, len(sheets)) - known, "seats": max(group.seats, len(sheets))}
        problems.append(Problem("Judges' sheets missing in this group: {missing} of {seats}.", facts, field=group.key))
    elif group.seats and len(sheets) > group.seats:
        facts = {"count": len(sheets), "seats": group.seats}
        problems.append(Problem("Sheets in this group: {count}, but it has {seats} seats.", facts, field=group.key))
    present = sum(sheet.state is MarkState.PRESENT for sheet in sheets)
    if not rule.pooled and present < group.least:
        facts = {"count": present, "least": group.least}
        problems.append(
            Problem("Judges of this group who have marked: {count}; at least {least} are needed.", facts, group.key)
        )
    return problems


def _sheet_problems(rule: PanelRule, sheet: JudgeSheet) -> list[Problem]:
    problems = []
    if sheet.group not in {group.key for group in rule.groups}:
        problems.append(Problem("The scheme has no group of judges {group}.", {"group": sheet.group}, sheet.label))
    if sheet.state is not MarkState.PRESENT:
        if sheet.marks:
            problems.append(Problem("A sheet that does not count must not carry marks.", field=sheet.label))
        return problems
    elements = {element.key: element for element in rule.elements}
    problems += [
        Problem("The mark for {element} is missing.", {"element": element.name}, f"{sheet.label}/{key}")
        for key, element in elements.items()
        if key not in sheet.marks
    ]
    for key, mark in sheet.marks.items():
        where = f"{sheet.label}/{key}"
        if key not in elements:
            problems.append(Problem("The sheet has no element {key}.", {"key": key}, where))
        elif not 0 <= mark <= elements[key].maximum:
            problems.append(
                Problem(
                    "{mark} is not between 0 and {maximum}.", {"mark": mark, "maximum": elements[key].maximum}, where
                )
            )
        elif rule.step is not None and not is_multiple(mark, rule.step):
            problems.append(Problem("{mark} is not a multiple of {step}.", {"mark": mark, "step": rule.step}, where))
    return sorted(problems, key=lambda problem: problem.field)
