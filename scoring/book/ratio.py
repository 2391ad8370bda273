"""Exact figures in a spreadsheet, which has binary floats alone: two whole numbers, divided to be shown.

Whole numbers below 10^14 are exact in every spreadsheet program, and so are their sums, products and whole quotients;
programs look at 15 digits when they take a whole part. Nothing larger is left to a formula.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm, prod

from scoring.marks import Exact, Precision, Rounding, exactly

MOST = 10**14
_ATOM = re.compile(r"[\w'!$]+")
LONGEST = 2000  # characters of a formula; a spreadsheet takes 8192


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure as formulas of its numerator and denominator, and what both are now."""

    above: str
    below: str
    n: int
    d: int

    @classmethod
    def of(cls, value: Exact | int) -> "Ratio":
        """A figure that the rules write."""
        n, d = value.as_integer_ratio()
        return cls(str(n), str(d), n, d)

    @classmethod
    def cell(cls, ref: str, value: Exact, places: int) -> "Ratio":
        """A cell that shows a figure with so many decimals: its digits as one whole number."""
        scale = 10**places
        above = f"ROUND({ref}*{scale},0)" if places else f"ROUND({ref},0)"
        return cls(above, str(scale), int(exactly(value) * scale), scale)

    @property
    def value(self) -> Fraction:
        """The figure."""
        return Fraction(self.n, self.d)

    def fits(self, precision: Precision | None = None) -> bool:
        """Whether a spreadsheet computes it without loss, the rounding included."""
        scale = 1 if precision is None else 10**precision.decimals
        short = len(self.above) < LONGEST and len(self.below) < LONGEST
        return short and 0 < self.d < MOST and 2 * abs(self.n) * scale + self.d < MOST

    def times(self, factor: Exact | int) -> "Ratio":
        """Multiplied by a figure of the rules."""
        return self.by(Ratio.of(factor))

    def by(self, other: "Ratio") -> "Ratio":
        """Multiplied by another figure; figures that stand above and below are cancelled."""
        above, below = [self.above, other.above], [self.below, other.below]
        up, down = (prod(int(one) for one in side if one.isdigit()) for side in (above, below))
        shared = gcd(up, down) or 1
        rest = [[one for one in side if not one.isdigit()] for side in (above, below)]
        return Ratio(
            _product(*rest[0], str(up // shared)),
            _product(*rest[1], str(down // shared)),
            self.n * other.n // shared,
            self.d * other.d // shared,
        )

    def over(self, other: "Ratio") -> "Ratio":
        """Divided by another figure, which is above 0."""
        return self.by(Ratio(other.below, other.above, other.d, other.n))

    def rounded(self, precision: Precision) -> str:
        """The formula of this figure rounded, as a whole number of units of the last decimal."""
        scale = 10**precision.decimals
        sign, size = f"SIGN({self.above})", _product(f"ABS({self.above})", str(scale))
        if precision.rounding is Rounding.HALF_UP:
            return f"{sign}*QUOTIENT(2*{size}+{_of(self.below)},2*{_of(self.below)})"
        whole = f"QUOTIENT({size},{self.below})"
        if precision.rounding is Rounding.TRUNCATE:
            return f"{sign}*{whole}"
        rest = f"2*({size}-{whole}*{_of(self.below)})-{_of(self.below)}"
        return f"{sign}*({whole}+IF({rest}>0,1,IF({rest}=0,MOD({whole},2),0)))"

    def settled(self, precision: Precision) -> "Ratio":
        """Rounded inside a longer formula."""
        value = precision.of(self.value)
        scale = 10**precision.decimals
        return Ratio(self.rounded(precision), str(scale), int(exactly(value) * scale), scale)


def added(terms: Sequence[Ratio]) -> Ratio:
    """The sum, over one denominator."""
    fixed = lcm(*(one.d for one in terms if one.below.isdigit()))
    others = dict.fromkeys(one.below for one in terms if not one.below.isdigit())
    sizes = {one.below: one.d for one in terms}
    above, n = [], 0
    for one in terms:
        spare = fixed // one.d if one.below.isdigit() else fixed
        rest = [other for other in others if other != one.below]
        above.append(_product(_product(one.above, str(spare)), *map(_of, rest)))
        n += one.n * spare * prod(sizes[other] for other in rest)
    below = _product(str(fixed), *map(_of, others))
    return Ratio("+".join(above), below, n, fixed * prod(sizes[other] for other in others))


def _of(text: str) -> str:
    """A formula as a factor of another one."""
    return text if _ATOM.fullmatch(text) else f"({text})"


def _product(*factors: str) -> str:
    kept = [one for one in factors if one != "1"]
    if not kept:
        return "1"
    return kept[0] if len(kept) == 1 else "*".join(map(_of, kept))
