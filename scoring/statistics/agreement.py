"""How far judges agree: intraclass correlation, Kendall's W, Krippendorff's alpha, Cronbach's alpha.

All are exact fractions of the marks; they are notes for people and change nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scoring.marks import Exact, exactly, mean, total

Rows = Sequence[Sequence[Exact]]


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares of targets × judges (Shrout & Fleiss 1979, table 3): between and within targets, judges, error."""

    targets: int
    judges: int
    between: Fraction
    within: Fraction
    among: Fraction
    error: Fraction


def mean_squares(rows: Rows) -> MeanSquares:
    """The two-way analysis of a complete table, one row per person judged; at least two rows and two judges."""
    count, judges = len(rows), len(rows[0])
    marks = [mark for row in rows for mark in row]
    correction = total(marks) ** 2 / len(marks)
    squares = total(exactly(mark) ** 2 for mark in marks)
    by_target = total(total(row) ** 2 for row in rows) / judges - correction
    by_judge = total(total(column) ** 2 for column in zip(*rows, strict=True)) / count - correction
    whole = squares - correction
    return MeanSquares(
        targets=count,
        judges=judges,
        between=by_target / (count - 1),
        within=(whole - by_target) / (count * (judges - 1)),
        among=by_judge / (judges - 1),
        error=(whole - by_target - by_judge) / ((count - 1) * (judges - 1)),
    )


def _ratio(over: Fraction, under: Fraction) -> Fraction | None:
    return over / under if under else None


def icc_one_way(ms: MeanSquares) -> tuple[Fraction | None, Fraction | None]:
    """ICC(1,1) and ICC(1,k): every person has been judged by other judges."""
    spread = ms.between - ms.within
    return _ratio(spread, ms.between + (ms.judges - 1) * ms.within), _ratio(spread, ms.between)


def icc_two_way(ms: MeanSquares) -> tuple[Fraction | None, Fraction | None]:
    """ICC(2,1) and ICC(2,k): the same judges for all, taken as a sample; strictness counts as disagreement.

    The second is that of the panel's mean: how alike means would come out with other judges of the same kind.
    """
    spread, among = ms.between - ms.error, (ms.among - ms.error) / ms.targets
    single = _ratio(spread, ms.between + (ms.judges - 1) * ms.error + ms.judges * among)
    return single, _ratio(spread, ms.between + among)


def icc_fixed(ms: MeanSquares) -> tuple[Fraction | None, Fraction | None]:
    """ICC(3,1) and ICC(3,k): these judges alone; strictness does not count."""
    spread = ms.between - ms.error
    return _ratio(spread, ms.between + (ms.judges - 1) * ms.error), _ratio(spread, ms.between)


def cronbach_alpha(rows: Rows) -> Fraction | None:
    """Cronbach's alpha of items (columns) over people (rows): the same as ICC(3,k)."""
    return icc_fixed(mean_squares(rows))[1]


# ── Kendall's W ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W with the sum of squares `s` it comes from (Siegel 1956, p. 229)."""

    s: Fraction
    w: Fraction | None


def kendall(rows: Rows) -> Concordance:
    """The concordance of judges (columns) in how they order people (rows), corrected for equal marks."""
    people, judges = len(rows), len(rows[0])
    columns = [_ranks(column) for column in zip(*rows, strict=True)]
    sums = [total(ranks) for ranks in zip(*columns, strict=True)]
    centre = mean(sums)
    s = total((one - centre) ** 2 for one in sums)
    ties = sum(count**3 - count for column in zip(*rows, strict=True) for count in Counter(column).values())
    return Concordance(s, _ratio(12 * s, Fraction(judges**2 * (people**3 - people) - judges * ties)))


def _ranks(marks: Sequence[Exact]) -> list[Fraction]:
    """Ranks from 1, the lowest first; equal ones share the mean of theirs."""
    ordered = sorted(marks)
    first = {mark: ordered.index(mark) + 1 for mark in set(marks)}
    counts = Counter(marks)
    return [first[mark] + Fraction(counts[mark] - 1, 2) for mark in marks]


# ── Krippendorff's alpha ─────────────────────────────────────────────────────────────────────────────────────────────


class Metric(StrEnum):
    """How far two marks are apart."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def krippendorff(units: Sequence[Sequence[Exact | None]], metric: Metric = Metric.INTERVAL) -> Fraction | None:
    """Krippendorff's alpha (2011) over units (rows) and observers (columns); a missing mark is None.

    Units with fewer than two marks say nothing. None where all marks are equal.
    """
    pairable = [found for unit in units if len(found := [exactly(one) for one in unit if one is not None]) > 1]
    counts = Counter(mark for unit in pairable for mark in unit)
    apart = _distance(metric, counts)
    number = sum(counts.values())
    observed = total(
        Fraction(2, len(unit) - 1) * sum((apart(a, b) for n, a in enumerate(unit) for b in unit[:n]), Fraction(0))
        for unit in pairable
    )
    values = sorted(counts)
    expected = total(2 * counts[a] * counts[b] * apart(a, b) for n, a in enumerate(values) for b in values[:n])
    return None if not expected else 1 - (number - 1) * observed / expected


def _distance(metric: Metric, counts: Mapping[Fraction, int]) -> Callable[[Fraction, Fraction], Fraction]:
    """The squared difference of a metric."""

    def ordinal(a: Fraction, b: Fraction) -> Fraction:
        low, high = min(a, b), max(a, b)
        between = sum(count for mark, count in counts.items() if low <= mark <= high)
        return (between - Fraction(counts[low] + counts[high], 2)) ** 2 if low != high else Fraction(0)

    def relative(a: Fraction, b: Fraction) -> Fraction:
        return ((a - b) / (a + b)) ** 2 if a + b else Fraction(0)

    return {
        Metric.NOMINAL: lambda a, b: Fraction(a != b),
        Metric.ORDINAL: ordinal,
        Metric.INTERVAL: lambda a, b: (a - b) ** 2,
        Metric.RATIO: relative,
    }[metric]
