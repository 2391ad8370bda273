"""The same results reckoned once more in plain fractions, knowing nothing of the program: only the announced scheme."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

EXPERTS = 7


def half_up(value: Fraction, places: int = 2) -> Fraction:
    """Rounded to decimals, halves away from zero."""
    scaled = value * 10**places
    return Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)


def mean(values: Iterable[Fraction]) -> Fraction:
    """The mean."""
    known = list(values)
    return sum(known, Fraction(0)) / len(known)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One candidate's figures, each as it is published: with two decimals."""

    written: Fraction
    experts: Fraction
    representatives: Fraction
    interview: Fraction
    total: Fraction

    def texts(self) -> tuple[str, ...]:
        """All figures as text."""
        return tuple(map(text, (self.written, self.experts, self.representatives, self.interview, self.total)))


def written_mark(common: object, professional: object) -> Fraction:
    """60 % of the common paper and 40 % of the professional one."""
    return half_up(Fraction(str(common)) * Fraction(6, 10) + Fraction(str(professional)) * Fraction(4, 10))


def reckon(papers: Sequence[object], totals: Sequence[Decimal]) -> Reckoned:
    """Seven experts without highest and lowest (80 %), two representatives (20 %), written and interview half each."""
    marks = [Fraction(one) for one in totals]
    experts = half_up(mean(sorted(marks[:EXPERTS])[1:-1]))
    representatives = half_up(mean(marks[EXPERTS:]))
    interview = half_up(experts * Fraction(8, 10) + representatives * Fraction(2, 10))
    written = written_mark(*papers)
    return Reckoned(written, experts, representatives, interview, half_up((written + interview) / 2))


def ranks(totals: Mapping[str, Fraction]) -> dict[str, str]:
    """Places by total, equal ones marked with "=" and sharing the place."""
    values = list(totals.values())
    return {
        name: ("=" if values.count(total) > 1 else "") + str(1 + sum(other > total for other in values))
        for name, total in totals.items()
    }


def text(value: Fraction) -> str:
    """A figure with two decimals."""
    whole, rest = divmod(value.numerator * 100 // value.denominator, 100)
    return f"{whole}.{rest:02}"
