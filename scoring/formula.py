"""Evaluating the tree of parts for one candidate (综合成绩), exactly, with the steps that led there.

Roundings stand where the scheme puts them (rules.md §2); a part without a mark is never silently a zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeVar

from scoring.ballots import BallotMark
from scoring.findings import Effect
from scoring.grades import grade_of
from scoring.marks import Exact, Mark, MarkState, Precision, as_written, exactly, rescale, settle, shown, total
from scoring.panel_mark import PanelMark
from scoring.parts import BonusStage, Part, PartKind, PassMarkOn, Policy
from scoring.steps import Step, StepKind, Term


@dataclass(frozen=True, slots=True)
class BonusPoints:
    """Bonus points recognised for a candidate: on which part, of which kind, how many."""

    part: str
    kind: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Given:
    """What one candidate brings: marks, panel marks and marks of ballots by part, bonus points.

    `effects` are those of findings by part; `lines` are the pass marks that an authority has recorded by part.
    """

    marks: Mapping[str, Mark] = field(default_factory=dict)
    panels: Mapping[str, PanelMark] = field(default_factory=dict)
    bonus: Sequence[BonusPoints] = ()
    ballots: Mapping[str, BallotMark] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    lines: Mapping[str, Decimal] = field(default_factory=dict)

    def line(self, part: Part) -> Decimal | None:
        """The part's pass mark as the scheme writes it or the authority has drawn it; None where there is none."""
        if part.pass_mark is None:
            return None
        return self.lines.get(part.key) if part.pass_mark.mark is None else part.pass_mark.mark


@dataclass(frozen=True, slots=True)
class PartResult:
    """A part's value for one candidate: `value` after and `exact` before its last rounding.

    Without a value, `state` says why and `blocked_by` names the part it comes from. `passed` is None where
    there is no pass mark. `counts` is false where the scheme leaves the part out of the one above.
    """

    key: str
    state: MarkState
    value: Exact | None = None
    exact: Fraction | None = None
    before_bonus: Exact | None = None
    passed: bool | None = None
    counts: bool = True
    blocked_by: str = ""
    steps: tuple[Step, ...] = ()
    parts: tuple["PartResult", ...] = ()

    def all_parts(self) -> "list[PartResult]":
        """This and every part below, inner ones first."""
        return [inner for part in self.parts for inner in part.all_parts()] + [self]

    def all_steps(self) -> list[Step]:
        """Every step in the order of the calculation."""
        return [step for part in self.all_parts() for step in part.steps]

    def failed(self) -> list[str]:
        """Keys of the parts below their pass mark."""
        return [part.key for part in self.all_parts() if part.passed is False]


def evaluate(part: Part, given: Given, ready: Mapping[str, PartResult] | None = None) -> PartResult:
    """The value of a part and of everything below it.

    `ready` holds parts already brought to the point where the room coefficient has been applied. A mark that
    is wanting makes a result without a value; `missing` says which must be refused.
    """
    opened = (ready or {}).get(part.key) or open_part(part, given, ready)
    return _finish(part, given, opened)


def missing(part: Part, given: Given) -> list[str]:
    """Keys of the parts whose mark is wanting although the scheme refuses to compute without it."""
    if part.key in given.effects:
        return []
    if part.kind is PartKind.COMPOSITE:
        return [key for inner in part.parts for key in missing(inner, given)]
    state = leaf_state(part, given)
    return [part.key] if part.policies.get(state) is Policy.REFUSE else []


def open_part(part: Part, given: Given, ready: Mapping[str, PartResult] | None = None) -> PartResult:
    """The value up to the part's own rounding: before room coefficient, later bonus points and pass mark."""
    steps: list[Step] = []
    inner: tuple[PartResult, ...] = ()
    if part.key in given.effects:
        return _found(part, given.effects[part.key])
    if part.kind is PartKind.COMPOSITE:
        inner = tuple(evaluate(child, given, ready) for child in part.parts)
        barrier = blocking(part, inner)
        if barrier is not None:
            return PartResult(part.key, barrier.state, blocked_by=barrier.blocked_by or barrier.key, parts=inner)
        inner = tuple(_as_counted(child, result) for child, result in zip(part.parts, inner, strict=True))
        exact = _sum(part, inner, steps)
    else:
        state = leaf_state(part, given)
        if state is not MarkState.PRESENT:
            return PartResult(part.key, state, steps=(Step(StepKind.GIVEN, part.key, (Term(part.key, state=state),)),))
        exact = _leaf(part, given, steps)
    return _rounded(part, given, exact, steps, inner)


def _found(part: Part, effect: Effect) -> PartResult:
    """A part that a finding has made void or 0."""
    if effect is Effect.VOID:
        term = Term(part.key, state=MarkState.VOID)
        return PartResult(part.key, MarkState.VOID, steps=(Step(StepKind.GIVEN, part.key, (term,)),))
    zero = Step(StepKind.ZERO, part.key, (Term(part.key),), Fraction(0), Decimal(0), facts={"finding": True})
    return PartResult(part.key, MarkState.PRESENT, Decimal(0), Fraction(0), Decimal(0), steps=(zero,))


def _rounded(part: Part, given: Given, exact: Fraction, steps: list[Step], inner: tuple[PartResult, ...]) -> PartResult:
    """Bonus before the rescale, the rescale, and the part's own rounding."""
    without = exact
    if part.bonus and part.bonus.stage is BonusStage.BEFORE_RESCALE and _earns(part, given, _folded(part, exact)):
        exact = _add_bonus(part, given, exact, steps)
    if part.sum_precision:
        exact = exactly(part.sum_precision.of(exact))
        round_last(steps, part.key, part.sum_precision)
    if part.rescale_to is not None:
        terms = (Term(part.key, exact, exactly(part.rescale_to) / part.maximum),)
        facts = {"from_maximum": part.maximum, "to_maximum": part.rescale_to}
        exact = rescale(exact, part.maximum, part.rescale_to)
        steps.append(Step(StepKind.RESCALE, part.key, terms, exact, as_written(exact, ()), facts=facts))
    value = round_last(steps, part.key, part.precision)
    before = _folded(part, without)
    return PartResult(part.key, MarkState.PRESENT, value, exact, before, steps=tuple(steps), parts=inner)


def _folded(part: Part, exact: Fraction) -> Exact:
    """What a sum becomes without bonus points: rounded, folded and rounded as the part says."""
    if part.sum_precision:
        exact = exactly(part.sum_precision.of(exact))
    if part.rescale_to is not None:
        exact = rescale(exact, part.maximum, part.rescale_to)
    return settle(exact, part.precision)


def _earns(part: Part, given: Given, value: Exact) -> bool:
    """Whether the mark without bonus points lets them count."""
    line = given.line(part)
    if part.bonus is None or not part.bonus.needs_pass or part.pass_mark is None or line is None:
        return True
    return part.pass_mark.reached(value, line)


def round_last(steps: list[Step], part: str, precision: Precision | None) -> Exact:
    """Round the value the last step ends with; the step shows it, or a step of its own if it was rounded before."""
    last = steps[-1]
    if last.exact is None or last.value is None:
        raise ValueError("the last step has no value")
    if precision is None:
        return last.value
    rounded = precision.of(last.value)
    if last.precision is None:
        steps[-1] = replace(last, value=rounded, precision=precision)
    elif rounded != last.value:
        exact = exactly(last.value)
        steps.append(Step(StepKind.ROUNDED, part, (Term(part, last.value),), exact, rounded, precision))
    return rounded


def leaf_state(part: Part, given: Given) -> MarkState:
    """How the mark of a part that is not composed of others stands."""
    if part.kind is PartKind.PANEL and part.key in given.panels:
        return MarkState.PRESENT
    if part.kind is PartKind.BALLOTS and part.key in given.ballots:
        return MarkState.PRESENT
    mark = given.marks.get(part.key)
    counted = part.kind in {PartKind.PANEL, PartKind.BALLOTS}
    if mark is None or (counted and mark.state is MarkState.PRESENT):
        return MarkState.MISSING
    return mark.state


def _leaf(part: Part, given: Given, steps: list[Step]) -> Fraction:
    """The exact value of a part that is marked, with its first steps."""
    if part.kind is PartKind.PANEL:
        panel = given.panels[part.key]
        steps.extend(panel.steps)
        return panel.exact
    if part.kind is PartKind.BALLOTS:
        ballots = given.ballots[part.key]
        steps.extend(ballots.steps)
        return ballots.exact
    step = _entered(part, given.marks[part.key])
    steps.append(step)
    return exactly(step.exact or 0)


def entered_value(part: Part, mark: Mark) -> Fraction:
    """The exact value of a mark that was entered: a figure, a share of a whole, or a grade."""
    return exactly(_entered(part, mark).exact or 0)


def _entered(part: Part, mark: Mark) -> Step:
    """A mark that was entered as the first step."""
    step = _graded(part, mark) if mark.grade else _share(part, mark) if part.kind is PartKind.SHARE else None
    if step is None:
        if mark.value is None:
            raise ValueError("a present mark has a value")
        figure = shown(mark.value, part.input_decimals or 0)
        step = Step(StepKind.GIVEN, part.key, (Term(part.key, figure),), exactly(figure), figure)
    return step


def _share(part: Part, mark: Mark) -> Step:
    """So many of so many, folded to the part's maximum (§1.7)."""
    if mark.value is None or mark.whole is None:
        raise ValueError("a share has a figure and its whole")
    own, whole = (shown(figure, part.input_decimals or 0) for figure in (mark.value, mark.whole))
    exact = exactly(own) * part.maximum / exactly(whole)
    terms = (Term(part.key, own), Term("whole", whole))
    return Step(StepKind.SHARE, part.key, terms, exact, as_written(exact, ()), facts={"maximum": part.maximum})


def _graded(part: Part, mark: Mark) -> Step:
    grade = grade_of(part.grades, mark.grade)
    if grade is None:
        raise ValueError("a graded mark names a grade of its part")
    points = shown(grade.points)
    return Step(StepKind.GRADED, part.key, (Term(grade.key, points),), exactly(points), points)


class Found(Protocol):
    """A part as it was found, of one candidate or of many who are alike."""

    @property
    def state(self) -> MarkState:
        """Why there is no value, or that there is one."""

    @property
    def value(self) -> object:
        """The value, None without one."""


AnyFound = TypeVar("AnyFound", bound=Found)


def blocking(part: Part, results: Sequence[AnyFound]) -> AnyFound | None:
    """The first part inside that keeps this one from having a value; the first left out if all are."""
    left_out: list[AnyFound] = []
    for child, result in zip(part.parts, results, strict=True):
        if result.value is not None:
            continue
        policy = child.policies[result.state]
        if policy in {Policy.OUT, Policy.REFUSE}:
            return result
        if policy is Policy.LEAVE_OUT:
            left_out.append(result)
    return left_out[0] if len(left_out) == len(results) else None


def _as_counted(part: Part, result: PartResult) -> PartResult:
    """A part without a value as its policy lets it enter: as 0, or not at all."""
    if result.value is not None:
        return result
    if part.policies[result.state] is Policy.LEAVE_OUT:
        return replace(result, counts=False)
    zero = Step(StepKind.ZERO, part.key, (Term(part.key, state=result.state),), Fraction(0), Decimal(0))
    return replace(result, value=Decimal(0), exact=Fraction(0), before_bonus=Decimal(0), steps=(*result.steps, zero))


def _sum(part: Part, results: Sequence[PartResult], steps: list[Step]) -> Fraction:
    """The parts inside times their weights, added; what is left out has its weight spread over the rest."""
    counted = [(child, result.value) for child, result in zip(part.parts, results, strict=True) if result.counts]
    terms = tuple(_weighted(child, value) for child, value in counted if value is not None)
    counted_terms = [term.counted for term in terms]
    exact = total(counted_terms)
    plain = all(term.factor is None for term in terms)
    kind = StepKind.SUM if plain else StepKind.WEIGHTED_SUM
    steps.append(Step(kind, part.key, terms, exact, as_written(exact, counted_terms)))
    left = [result for result in results if not result.counts]
    if left:
        full = total(child.share for child in part.parts)
        kept = total(child.share for child, _ in counted)
        out = tuple(Term(result.key, state=result.state, dropped="not_counted") for result in left)
        facts = {"full": full, "kept": kept}
        before = Term(part.key, steps[-1].value, full / kept)
        exact = exact * full / kept
        steps.append(Step(StepKind.LEFT_OUT, part.key, (before, *out), exact, as_written(exact, ()), facts=facts))
    return exact


def _weighted(child: Part, value: Exact) -> Term:
    if child.weight == 1 and child.weighted_precision is None:
        return Term(child.key, value)
    product = exactly(value) * child.weight
    result = child.weighted_precision.of(product) if child.weighted_precision else None
    return Term(child.key, value, weight_number(child.weight), result=result)


def weight_number(weight: Fraction) -> Exact:
    """A weight as it is written: 0.4 rather than 2/5, but 1/3 as it is."""
    return as_written(weight, ())


def _add_bonus(part: Part, given: Given, exact: Fraction, steps: list[Step]) -> Fraction:
    """Add the bonus points that count."""
    rule, awarded = part.bonus, _awarded(part, given.bonus)
    if rule is None or not awarded:
        return exact
    counted = awarded if rule.accumulate else awarded[:1]
    points = bonus_points(part, given.bonus)
    facts: dict[str, object] = (
        {"cap": rule.cap} if rule.cap is not None and points < total(b.points for b in counted) else {}
    )
    terms = tuple(Term(b.kind, shown(b.points), dropped="" if b in counted else "not_counted") for b in awarded)
    base = Term(part.key, steps[-1].value)
    value = as_written(exact + points, [steps[-1].value or Fraction(0)])
    steps.append(Step(StepKind.BONUS, part.key, (base, *terms), exact + points, value, facts=facts))
    return exact + points


def bonus_points(part: Part, bonus: Sequence[BonusPoints]) -> Fraction:
    """The points that count on a part: the highest alone unless they accumulate, within the cap."""
    rule, awarded = part.bonus, _awarded(part, bonus)
    if rule is None or not awarded:
        return Fraction(0)
    points = total(one.points for one in (awarded if rule.accumulate else awarded[:1]))
    return points if rule.cap is None else min(points, exactly(rule.cap))


def _awarded(part: Part, bonus: Sequence[BonusPoints]) -> list[BonusPoints]:
    """The points awarded on a part, the highest first."""
    return sorted((one for one in bonus if one.part == part.key), key=lambda one: (-Fraction(one.points), one.kind))


def _finish(part: Part, given: Given, opened: PartResult) -> PartResult:
    """Bonus points after the rounding, the cap, then the pass mark."""
    if opened.value is None or opened.exact is None:
        return opened
    steps = list(opened.steps)
    value, exact = opened.value, opened.exact
    reached = opened.before_bonus if opened.before_bonus is not None else value
    late = part.bonus is not None and part.bonus.stage is BonusStage.AFTER and part.key not in given.effects
    if late and _earns(part, given, value):
        before = len(steps)
        exact = _add_bonus(part, given, exactly(value), steps)
        value = (steps[-1].value or value) if len(steps) > before else value
    if part.cap is not None and value > part.cap:
        steps.append(Step(StepKind.CAP, part.key, (Term(part.key, value),), exactly(part.cap), part.cap))
        exact, value = exactly(part.cap), part.cap
        reached = min(reached, part.cap)
    if part.bands:
        value, reached = (banded(part, amount) for amount in (value, reached))
        steps.append(Step(StepKind.BAND, part.key, (Term(part.key, steps[-1].value),), exactly(value), value))
    passed = _passed(part, given, value, reached, steps)
    return replace(opened, value=value, exact=exact, before_bonus=reached, passed=passed, steps=tuple(steps))


def banded(part: Part, value: Exact) -> Decimal:
    """The lowest value of the quality category that a value lies in; 0 below all of them."""
    return next((bound for bound in part.bands if value >= bound), Decimal(0))


def _passed(part: Part, given: Given, value: Exact, reached: Exact, steps: list[Step]) -> bool | None:
    """Whether the pass mark is reached, None where there is none or it is not drawn yet."""
    line = given.line(part)
    if part.pass_mark is None or line is None:
        return None
    looked_at = reached if part.pass_mark.on is PassMarkOn.BEFORE_BONUS else value
    passed = part.pass_mark.reached(looked_at, line)
    facts: dict[str, object] = {"pass_mark": line, "passed": passed}
    if part.pass_mark.above:
        facts["above"] = True
    steps.append(Step(StepKind.PASS_MARK, part.key, (Term(part.key, looked_at),), facts=facts))
    return passed
