"""What was done to reach a figure: steps that a person can follow with a pocket calculator.

A step is data, not prose: the page writes its sentence in the reader's language. Steps stand in the order of
the calculation; every rounding is in the step where it happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from scoring.marks import Exact, MarkState, Precision, exact_document, exact_text, exactly, written_places


class StepKind(StrEnum):
    """What a step does. `terms` hold what goes in."""

    GIVEN = "given"  # a mark as it was entered; state says if there is none
    SHARE = "share"  # a figure ÷ its whole × the maximum; facts: maximum
    GRADED = "graded"  # a grade and its points; the one term is the grade
    BALLOTS = "ballots"  # one class: points × votes, added; `at` is the class; facts: sum, count of valid ballots
    JUDGE_TOTALS = "judge_totals"  # one judge's elements added: one term per element, `at` is the seat
    MEAN = "mean"  # judges' marks, dropped ones struck out; `at` is group or group/element; facts: sum, count
    SUM = "sum"  # terms added; `at` is the group where the elements of a panel are added
    WEIGHTED_SUM = "weighted_sum"  # terms × their weights or factors, added
    BONUS = "bonus"  # bonus points that count, others struck out
    RESCALE = "rescale"  # folded to another maximum
    ROOM_MEANS = "room_means"  # one term per room, its mean; `rounded` is the reference mean
    COEFFICIENT = "coefficient"  # reference ÷ room mean
    CORRECTED = "corrected"  # mark × coefficient
    ROUNDED = "rounded"  # a value rounded once more
    CAP = "cap"  # cut down to the most allowed
    BAND = "band"  # brought down to the lowest value of its quality category
    ZERO = "zero"  # the scheme counts this state, or a finding, as 0
    LEFT_OUT = "left_out"  # the scheme leaves this part out and spreads its weight
    PASS_MARK = "pass_mark"  # compared with the pass mark; facts: pass_mark, passed, above  # noqa: S105


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that goes into a step: a part, group, element, seat or room by its key."""

    key: str
    value: Exact | None = None
    factor: Exact | None = None
    dropped: str = ""  # "high" or "low" where a trim struck it out, "not_counted" where a rule left it out
    state: MarkState = MarkState.PRESENT
    result: Exact | None = None  # value × factor after its own rounding, where the scheme rounds it
    count: int | None = None  # how many marks stand behind it

    @property
    def product(self) -> Fraction | None:
        """The exact value × factor."""
        if self.value is None or self.factor is None:
            return None
        return exactly(self.value) * exactly(self.factor)

    @property
    def counted(self) -> Exact:
        """What the term adds to a sum: its own rounded product, the exact product, or the bare value."""
        if self.result is not None:
            return self.result
        product = self.product
        return self.value or Fraction(0) if product is None else product

    @property
    def product_places(self) -> int:
        """The decimals a hand calculation of the product has: those of both factors together."""
        return sum(written_places(part) for part in (self.value, self.factor) if part is not None)

    def document(self) -> dict[str, object]:
        """The term as a file and a page take it; figures are text, what is empty is left out."""
        found: dict[str, object] = {"key": self.key}
        if self.value is not None:
            found["value"] = value_text(self.value)
        if self.factor is not None:
            found["factor"] = value_text(self.factor)
        if (product := self.product) is not None:
            found["product"] = exact_text(product, self.product_places)
        if self.result is not None:
            found["result"] = value_text(self.result)
        if self.dropped:
            found["dropped"] = self.dropped
        if self.state is not MarkState.PRESENT:
            found["state"] = self.state.value
        if self.count is not None:
            found["count"] = self.count
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One step for one part: what goes in, the exact value, and the value after rounding if there was one."""

    kind: StepKind
    part: str
    terms: tuple[Term, ...] = ()
    exact: Fraction | None = None
    value: Exact | None = None
    precision: Precision | None = None
    at: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """The decimals a hand calculation of the exact value shows."""
        return max((self._term_places(term) for term in self.terms if not term.dropped), default=0)

    @staticmethod
    def _term_places(term: Term) -> int:
        if term.result is not None:
            return written_places(term.result)
        return term.product_places if term.factor is not None else written_places(term.value or 0)

    def document(self) -> dict[str, object]:
        """The step as a file and a page take it: `exact` and `value` are text, `exact_ratio` is without loss."""
        found: dict[str, object] = {"kind": self.kind.value, "part": self.part}
        if self.at:
            found["at"] = self.at
        found["terms"] = [term.document() for term in self.terms]
        if self.exact is not None:
            least = self.places if self.kind in _HAND_PLACES else 0
            found["exact"] = exact_text(self.exact, least)
            found["exact_ratio"] = exact_document(self.exact)
        if self.value is not None:
            found["value"] = value_text(self.value)
        if self.precision is not None:
            found["decimals"] = self.precision.decimals
            found["rounding"] = self.precision.rounding.value
        if self.facts:
            found["facts"] = {name: _fact(value) for name, value in self.facts.items()}
        return found


_HAND_PLACES = frozenset(
    {
        StepKind.GIVEN,
        StepKind.JUDGE_TOTALS,
        StepKind.SUM,
        StepKind.WEIGHTED_SUM,
        StepKind.BONUS,
        StepKind.CORRECTED,
    }
)


def value_text(value: Exact) -> str:
    """A value as it is written: a Decimal with its own decimals, a Fraction with all it needs or an ellipsis."""
    return exact_text(value, written_places(value))


def _fact(value: object) -> object:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Exact):
        return value_text(value)
    raise TypeError(f"{type(value).__name__} is no fact of a step")
