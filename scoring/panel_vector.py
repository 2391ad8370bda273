"""The panel's mark (面试成绩) of many candidates whose sheets are of the same seats, in columns.

What is computed is defined in scoring.panel_mark, which explains it mark by mark; here are the figures alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.marks import Exact, MarkState, Precision, as_written, decimal_of, places_of, total
from scoring.panel_mark import JudgeSheet, in_order, scopes
from scoring.panel_rule import Group, PanelRule, TrimPer
from scoring.vectors import Vector, added, kept_sums

Columns = Mapping[str, Vector]


@dataclass(frozen=True, slots=True)
class _Judge:
    """One judge who is present, and everybody's marks by element."""

    group: str
    marks: Columns


def panel_vector(rule: PanelRule, sheets: Sequence[tuple[JudgeSheet, Columns]]) -> Vector | None:
    """Everybody's exact panel mark. None where only the single marks tell which group loses one to a trim."""
    if rule.over_panel and not rule.pooled and rule.trim.drops:
        return None
    columns = {sheet.label: own for sheet, own in sheets}
    present = [
        _Judge(sheet.group, columns[sheet.label])
        for sheet in in_order(rule, (sheet for sheet, _ in sheets))
        if sheet.state is MarkState.PRESENT
    ]
    by_judge = rule.trim_per is TrimPer.JUDGE_TOTAL
    groups = [
        (_by_judge if by_judge else _by_element)(rule, group, _own(rule, group, present)) for group in scopes(rule)
    ]
    weights = [Fraction(1) if group.weight is None else group.weight for group in scopes(rule)]
    return added(list(zip(groups, weights, strict=True)))


def undropped_sum(rule: PanelRule, sheets: Sequence[tuple[JudgeSheet, Columns]], place: int) -> Exact:
    """One candidate's sum of all judges' marks, none dropped, written with the decimals of the marks."""
    present = [own for sheet, own in sheets if sheet.state is MarkState.PRESENT]
    marks = [column.at(place) for own in present for column in own.values()]
    places = max((places_of(mark) or 0 for mark in (marks if rule.step is None else [rule.step])), default=0)
    return as_written(total(marks), [decimal_of(0, places)])


def _own(rule: PanelRule, group: Group, present: Sequence[_Judge]) -> list[_Judge]:
    return [judge for judge in present if rule.pooled or judge.group == group.key]


def _by_judge(rule: PanelRule, group: Group, judges: Sequence[_Judge]) -> Vector:
    totals = [
        added([(judge.marks[one.key], one.factor) for one in rule.elements]).settled(rule.judge_precision)
        for judge in judges
    ]
    return _mean(rule, group, totals, rule.group_precision)


def _by_element(rule: PanelRule, group: Group, judges: Sequence[_Judge]) -> Vector:
    terms = []
    for one in rule.elements:
        value = _mean(rule, group, [judge.marks[one.key] for judge in judges], rule.element_precision)
        if one.factor != 1:
            value = value.times(one.factor).settled(rule.factor_precision)
        terms.append((value, 1))
    return added(terms).settled(rule.group_precision)


def _mean(rule: PanelRule, group: Group, columns: Sequence[Vector], precision: Precision | None) -> Vector:
    trim = rule.trim if rule.over_panel else group.trim
    high, low = (trim.high, trim.low) if trim.drops and len(columns) >= trim.least else (0, 0)
    kept = kept_sums(columns, high, low)
    return Vector(kept.units, kept.scale * (len(columns) - high - low)).settled(precision)
