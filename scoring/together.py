"""The tree of parts for many candidates who are alike: the values of scoring.formula, in columns and without steps.

Which part has a value, and what is missing, is the same for all of them; only figures differ. What each figure is
defined to be stands in scoring.formula, which explains it for one candidate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from scoring.alike import Alike
from scoring.ballots import ballot_mark
from scoring.findings import Effect, effects
from scoring.formula import banded, blocking, bonus_points, entered_value
from scoring.marks import Exact, MarkState, total
from scoring.panel_mark import panel_mark
from scoring.panel_vector import panel_vector
from scoring.parts import BonusStage, Part, PartKind, PassMarkOn, Policy
from scoring.scheme import Scheme
from scoring.vectors import Vector, added, at_most, chosen, mapped


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A part's values; the fields are those of formula.PartResult, `reached` is its value before bonus points.

    `least` are the decimals with which the value is written at least; None where only its steps tell.
    """

    key: str
    state: MarkState
    value: Vector | None = None
    exact: Vector | None = None
    reached: Vector | None = None
    passed: Sequence[bool] | None = None
    counts: bool = True
    least: int | None = None
    parts: "tuple[Computed, ...]" = ()

    def all_parts(self) -> "list[Computed]":
        """This and every part below, inner ones first."""
        return [inner for part in self.parts for inner in part.all_parts()] + [self]


@dataclass(slots=True, eq=False)
class Together:
    """The parts of candidates who are alike under one scheme; `ready` are those that were evened out already.

    `lines` are the recorded pass marks by part, by post; `found` is in the end every part as it entered the ranked one.
    """

    scheme: Scheme
    group: Alike
    lines: Mapping[str, Mapping[str, Decimal]]
    ready: dict[str, Computed] = field(default_factory=dict)
    done: dict[str, Computed] = field(default_factory=dict)
    found: dict[str, Computed] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(init=False)
    posts: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        """What findings do is the same for all."""
        self.effects = effects(self.scheme.findings, self.group.one(0).findings)
        self.posts = self.group.posts

    def __len__(self) -> int:
        return len(self.posts)

    def evaluate(self, part: Part) -> Computed:
        """A part and everything below it; computed once."""
        found = self.done.get(part.key)
        if found is None:
            opened = self.ready.get(part.key) or self.opened(part)
            found = self.done[part.key] = self._finished(part, opened)
        return found

    def opened(self, part: Part) -> Computed:
        """The values up to the part's own rounding: before room coefficient, later bonus points and pass mark."""
        if part.key in self.effects:
            return self._by_finding(part)
        if part.kind is not PartKind.COMPOSITE:
            state = self._leaf_state(part)
            exact = self._leaf(part) if state is MarkState.PRESENT else None
            return Computed(part.key, state) if exact is None else self._rounded(part, exact, self._written(part))
        inner = tuple(self.evaluate(child) for child in part.parts)
        barrier = blocking(part, inner)
        if barrier is not None:
            return Computed(part.key, barrier.state, parts=inner)
        inner = tuple(self._counted(child, one) for child, one in zip(part.parts, inner, strict=True))
        exact, least = self._sum(part, inner)
        return replace(self._rounded(part, exact, least), parts=inner)

    # ── parts that are marked ────────────────────────────────────────────────────────────────────────────────────────

    def _leaf_state(self, part: Part) -> MarkState:
        one = self.group.one(0)
        counted = {PartKind.PANEL: one.sheets, PartKind.BALLOTS: one.ballots}.get(part.kind)
        if counted is not None and counted.get(part.key):
            return MarkState.PRESENT
        mark = one.marks.get(part.key)
        if mark is None or (counted is not None and mark.state is MarkState.PRESENT):
            return MarkState.MISSING
        return mark.state

    def _leaf(self, part: Part) -> Vector:
        if part.kind is PartKind.PANEL:
            found = panel_vector(self.scheme.panels[part.key], self.group.sheets(part.key))
            return self._panel_each(part) if found is None else found
        people = [self.group.one(0)]
        if part.kind is PartKind.GIVEN and not people[0].marks[part.key].grade:
            return self.group.marks(part.key)
        people += [self.group.one(place) for place in range(1, len(self))]
        if part.kind is PartKind.BALLOTS:
            rule = self.scheme.ballots[part.key]
            return Vector.of([ballot_mark(rule, one.ballots[part.key]).exact for one in people])
        return Vector.of([entered_value(part, one.marks[part.key]) for one in people])

    def _written(self, part: Part) -> int | None:
        """The decimals of a figure as it was entered."""
        figure = part.kind is PartKind.GIVEN and not self.group.one(0).marks[part.key].grade
        return (part.input_decimals or 0) if figure else None

    def _panel_each(self, part: Part) -> Vector:
        rule = self.scheme.panels[part.key]
        return Vector.of([panel_mark(rule, self.group.one(n).sheets[part.key]).exact for n in range(len(self))])

    def _by_finding(self, part: Part) -> Computed:
        if self.effects[part.key] is Effect.VOID:
            return Computed(part.key, MarkState.VOID)
        return self._zero(Computed(part.key, MarkState.PRESENT))

    def _zero(self, found: Computed) -> Computed:
        zero = Vector.same(0, len(self))
        return replace(found, value=zero, exact=zero, reached=zero, least=0)

    # ── parts that are composed ──────────────────────────────────────────────────────────────────────────────────────

    def _counted(self, part: Part, found: Computed) -> Computed:
        """A part without a value as its policy lets it enter: as 0, or not at all."""
        if found.value is not None:
            return found
        return replace(found, counts=False) if part.policies[found.state] is Policy.LEAVE_OUT else self._zero(found)

    def _sum(self, part: Part, results: Sequence[Computed]) -> tuple[Vector, int | None]:
        """The parts inside times their weights, added; what is left out has its weight spread over the rest."""
        terms: list[tuple[Vector, Fraction | int]] = []
        for child, found in zip(part.parts, results, strict=True):
            if found.counts and found.value is not None:
                weighted = child.weighted_precision is not None
                terms.append(
                    (found.value.times(child.weight).settled(child.weighted_precision), 1)
                    if weighted
                    else (found.value, child.weight)
                )
        exact = added(terms)
        if all(found.counts for found in results):
            return exact, None
        full = total(child.share for child in part.parts)
        kept = total(child.share for child, found in zip(part.parts, results, strict=True) if found.counts)
        return exact.times(full / kept), 0

    # ── roundings, bonus points, caps, pass marks ────────────────────────────────────────────────────────────────────

    def _rounded(self, part: Part, exact: Vector, least: int | None) -> Computed:
        """Bonus before the rescale, the rescale, and the part's own rounding."""
        without = self._folded(part, exact)
        points = self._points(part, BonusStage.BEFORE_RESCALE)
        with_points = exact
        if points is not None:
            earned = self._earned(part, points, without.settled(part.precision))
            with_points, least = added([(exact, 1), (earned, 1)]), None
        before_rounding = without if with_points is exact else self._folded(part, with_points)
        value = before_rounding.settled(part.precision)
        reached = value if with_points is exact else without.settled(part.precision)
        if part.rescale_to is not None:
            least = 0
        elif part.sum_precision is not None:
            least = part.sum_precision.decimals
        least = least if part.precision is None else part.precision.decimals
        return Computed(part.key, MarkState.PRESENT, value, before_rounding, reached, least=least)

    def _folded(self, part: Part, exact: Vector) -> Vector:
        """A sum rounded and folded as the part says, before its own rounding."""
        folded = exact.settled(part.sum_precision)
        return folded if part.rescale_to is None else folded.times(Fraction(part.rescale_to) / part.maximum)

    def _points(self, part: Part, stage: BonusStage) -> Vector | None:
        """The bonus points that may count at a stage; None where nobody has any there."""
        if part.bonus is None or part.bonus.stage is not stage:
            return None
        if not any(one.part == part.key for one in self.group.one(0).bonus):
            return None
        return Vector.of([bonus_points(part, self.group.one(place).bonus) for place in range(len(self))])

    def _earned(self, part: Part, points: Vector, value: Vector) -> Vector:
        """The points of those whose mark without them lets them count."""
        return chosen(self._earns(part, value), points, Vector.same(0, len(self)))

    def _earns(self, part: Part, value: Vector) -> Sequence[bool]:
        line = self._line(part)
        if part.bonus is None or not part.bonus.needs_pass or part.pass_mark is None or line is None:
            return [True] * len(self)
        return value.atleast(line, above=part.pass_mark.above)

    def _line(self, part: Part) -> Vector | None:
        """The pass mark for each one's post."""
        if part.pass_mark is None:
            return None
        if part.pass_mark.mark is not None:
            return Vector.same(part.pass_mark.mark, len(self))
        lines = [self.lines[post].get(part.key) for post in self.posts]
        known = [line for line in lines if line is not None]
        return Vector.of(known) if len(known) == len(lines) else None

    def _finished(self, part: Part, opened: Computed) -> Computed:
        """Bonus points after the rounding, the cap, the quality category, then the pass mark."""
        if opened.value is None or opened.exact is None or opened.reached is None:
            return opened
        found = self._with_late_bonus(part, opened)
        if part.cap is not None:
            found = self._capped(part.cap, found)
        if part.bands:
            value, reached = (mapped(one, lambda own: banded(part, own)) for one in _values(found))
            found = replace(found, value=value, reached=reached, least=None)
        line = self._line(part)
        if part.pass_mark is None or line is None:
            return found
        value, reached = _values(found)
        looked_at = reached if part.pass_mark.on is PassMarkOn.BEFORE_BONUS else value
        return replace(found, passed=looked_at.atleast(line, above=part.pass_mark.above))

    def _with_late_bonus(self, part: Part, found: Computed) -> Computed:
        if part.bonus is None or part.bonus.stage is not BonusStage.AFTER or part.key in self.effects:
            return found
        value, _ = _values(found)
        points = self._points(part, BonusStage.AFTER)
        more = value if points is None else added([(value, 1), (self._earned(part, points, value), 1)])
        exact = chosen(self._earns(part, value), more, found.exact or value)
        return replace(found, value=more, exact=exact, least=found.least if points is None else None)

    def _capped(self, cap: Exact, found: Computed) -> Computed:
        value, reached = _values(found)
        bound = Vector.same(cap, len(self))
        over = value.atleast(bound, above=True)
        if not any(over):
            return found
        return replace(
            found,
            value=at_most(value, cap),
            exact=chosen(over, bound, found.exact or value),
            reached=chosen(over, at_most(reached, cap), reached),
            least=None,
        )


def _values(found: Computed) -> tuple[Vector, Vector]:
    """The value and what was reached before bonus points. Raises ValueError where there is none."""
    if found.value is None or found.reached is None:
        raise ValueError("a part that is finished has a value")
    return found.value, found.reached
