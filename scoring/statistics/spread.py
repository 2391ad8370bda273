"""Where marks lie and how far they spread: counts by class, mean, median, deviation, intervals of a mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt

from scoring.marks import Exact, exactly, mean, total

DIGITS = 40  # significant digits of a root; every figure shown has at most four decimals
WIDTHS = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5), Fraction(10), Fraction(20), Fraction(50))
MOST_CLASSES = 12

# Student's t that 95 of 100 lie within, for 1 to 30 degrees of freedom (any table of the distribution)
T_95 = (
    "12.706", "4.303", "3.182", "2.776", "2.571", "2.447", "2.365", "2.306", "2.262", "2.228",
    "2.201", "2.179", "2.160", "2.145", "2.131", "2.120", "2.110", "2.101", "2.093", "2.086",
    "2.080", "2.074", "2.069", "2.064", "2.060", "2.056", "2.052", "2.048", "2.045", "2.042",
)  # fmt: skip
Z_95 = Fraction("1.959963985")


@dataclass(frozen=True, slots=True)
class Class:
    """Marks from `low` up to but not including `high`; the last class takes the highest mark with it."""

    low: Fraction
    high: Fraction
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Marks in figures; `deviation` is that of a sample, None of a single mark."""

    count: int
    lowest: Exact
    median: Fraction
    highest: Exact
    mean: Fraction
    deviation: Decimal | None
    classes: tuple[Class, ...]


def spread_of(marks: Sequence[Exact]) -> Spread:
    """The spread of at least one mark."""
    lowest, highest = min(marks), max(marks)
    return Spread(len(marks), lowest, median(marks), highest, mean(marks), deviation(marks), _classes(marks))


def median(marks: Sequence[Exact]) -> Fraction:
    """The middle mark, of an even number the mean of the two in the middle."""
    ordered = sorted(marks)
    half = len(ordered) // 2
    return exactly(ordered[half]) if len(ordered) % 2 else mean(ordered[half - 1 : half + 1])


def variance(marks: Sequence[Exact]) -> Fraction | None:
    """The variance of a sample, None of a single mark."""
    if len(marks) < 2:
        return None
    centre = mean(marks)
    return total((exactly(mark) - centre) ** 2 for mark in marks) / (len(marks) - 1)


def deviation(marks: Sequence[Exact]) -> Decimal | None:
    """The standard deviation of a sample."""
    found = variance(marks)
    return None if found is None else root(found)


def root(value: Fraction) -> Decimal:
    """The square root to DIGITS significant digits."""
    with localcontext(prec=DIGITS):
        return (Decimal(value.numerator) / Decimal(value.denominator)).sqrt()


def half_width(marks: Sequence[Exact]) -> Decimal | None:
    """Half the width of the interval that holds the mean with 95 % confidence: t × s / √n."""
    found = variance(marks)
    if found is None:
        return None
    with localcontext(prec=DIGITS):
        return student(len(marks) - 1) * root(found / len(marks))


def student(freedom: int) -> Decimal:
    """Student's t that 95 of 100 lie within: the table, beyond it the expansion of Cornish and Fisher."""
    if freedom <= len(T_95):
        return Decimal(T_95[freedom - 1])
    z = Z_95
    found = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    found += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    with localcontext(prec=10):
        return Decimal(found.numerator) / Decimal(found.denominator)


def _classes(marks: Sequence[Exact]) -> tuple[Class, ...]:
    """Even classes on round figures: fewer for few marks, at most MOST_CLASSES."""
    most = min(MOST_CLASSES, max(5, 2 * isqrt(len(marks))))
    lowest, highest = exactly(min(marks)), exactly(max(marks))
    width = next((one for one in WIDTHS if (highest // one) - (lowest // one) < most), highest)
    first = lowest // width
    number = max(1, -(-(highest - first * width) // width))
    counts = [0] * number
    for mark in marks:
        counts[min(number - 1, int(exactly(mark) // width - first))] += 1
    return tuple(Class((first + n) * width, (first + n + 1) * width, count) for n, count in enumerate(counts))
