"""Exact figures of many candidates at once: whole numbers over one common denominator.

A vector's n-th value is units[n] / scale. Sums, weights and means stay whole numbers, whose length Python does not
bound; nothing is rounded but by scoring.marks.rounded, as everywhere.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor, gcd, lcm
from operator import add

from scoring.marks import Exact, Precision, decimal_of, exactly, places_of, round_to, rounded


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """One exact value for each of several candidates, in their order: units[n] / scale."""

    units: Sequence[int]
    scale: int = 1

    @classmethod
    def of(cls, values: Sequence[Exact | int]) -> "Vector":
        """The same values over their least common denominator."""
        ratios = [value.as_integer_ratio() for value in values]
        scales = {scale for _, scale in ratios}
        if len(scales) == 1:
            return cls([units for units, _ in ratios], scales.pop())
        scale = lcm(*scales)
        factors = {one: scale // one for one in scales}
        return cls([units * factors[one] for units, one in ratios], scale)

    @classmethod
    def same(cls, value: Exact | int, count: int) -> "Vector":
        """One value, `count` times."""
        units, scale = value.as_integer_ratio()
        return cls([units] * count, scale)

    def __len__(self) -> int:
        return len(self.units)

    def at(self, place: int) -> Fraction:
        """One of the values."""
        return Fraction(self.units[place], self.scale)

    def over(self, scale: int) -> Sequence[int]:
        """The units over a multiple of the scale."""
        factor = scale // self.scale
        return self.units if factor == 1 else [factor * n for n in self.units]

    def times(self, factor: Exact | int) -> "Vector":
        """Each value times a number."""
        return added([(self, exactly(factor))])

    def settled(self, precision: Precision | None) -> "Vector":
        """Each value rounded, or the vector itself where nothing is rounded."""
        if precision is None:
            return self
        power = 10**precision.decimals
        common = gcd(power, self.scale)
        factor, denominator = power // common, self.scale // common
        units = self.units if factor == 1 else [factor * n for n in self.units]
        return Vector(rounded(units, denominator, precision.rounding), power)

    def only(self, places: Sequence[int]) -> "Vector":
        """The values at some places."""
        return Vector([self.units[place] for place in places], self.scale)

    def atleast(self, bounds: "Vector", *, above: bool = False) -> list[bool]:
        """Which values reach their bounds, or lie `above` them."""
        scale = lcm(self.scale, bounds.scale)
        pairs = zip(self.over(scale), bounds.over(scale), strict=True)
        return [own > bound for own, bound in pairs] if above else [own >= bound for own, bound in pairs]

    def differing(self, other: "Vector") -> list[bool]:
        """Where two vectors differ."""
        scale = lcm(self.scale, other.scale)
        return [n != m for n, m in zip(self.over(scale), other.over(scale), strict=True)]

    def within(self, least: Exact | int, most: Exact, step: Exact | None) -> bool:
        """Whether every value lies between two bounds and is a whole number of steps."""
        found = set(self.units)
        if not found:
            return True
        lowest, highest = Fraction(min(found), self.scale), Fraction(max(found), self.scale)
        if lowest < least or highest > most:
            return False
        if step is None:
            return True
        units, scale = step.as_integer_ratio()
        return not any(n * scale % (units * self.scale) for n in found)

    @property
    def sum(self) -> Fraction:
        """All values together."""
        return Fraction(sum(self.units), self.scale)

    def between(self, least: Exact | None, most: Exact | None) -> "Vector":
        """The values that lie between two bounds, those on them too."""
        low = None if least is None else ceil(exactly(least) * self.scale)
        high = None if most is None else floor(exactly(most) * self.scale)
        return Vector([n for n in self.units if (low is None or n >= low) and (high is None or n <= high)], self.scale)

    def trimmed(self, high: int, low: int) -> "Vector":
        """The values without the `high` highest and the `low` lowest, as a multiset."""
        return self if high + low == 0 else Vector(sorted(self.units)[low : len(self) - high], self.scale)

    def written(self, place: int, least: int) -> Exact:
        """A value as it stands on paper, with at least so many decimals."""
        if self.scale == 10**least:
            return decimal_of(self.units[place], least)
        value = self.at(place)
        places = places_of(value)
        return value if places is None else round_to(value, max(places, least))


def added(terms: Sequence[tuple[Vector, Fraction | int]]) -> Vector:
    """The sum of vectors times numbers."""
    ratios = [(Fraction(factor) / vector.scale).as_integer_ratio() for vector, factor in terms]
    scale = lcm(*(denominator for _, denominator in ratios))
    factors = [units * (scale // denominator) for units, denominator in ratios]
    pairs = [(vector.units, factor) for (vector, _), factor in zip(terms, factors, strict=True)]
    if len(pairs) == 2 and pairs[0][1] != 1:
        (first, one), (second, other) = pairs
        return Vector([one * n + other * m for n, m in zip(first, second, strict=True)], scale)
    scaled: list[Iterable[int]] = [units if factor == 1 else [factor * n for n in units] for units, factor in pairs]
    return Vector(list(reduce(_sums, scaled)), scale)


def _sums(before: Iterable[int], more: Iterable[int]) -> Iterable[int]:
    return map(add, before, more)


def joined(vectors: Sequence[Vector]) -> Vector:
    """The values of all vectors, one after another."""
    scale = lcm(*(vector.scale for vector in vectors))
    return Vector([n for vector in vectors for n in vector.over(scale)], scale)


def product(one: Vector, other: Vector) -> Vector:
    """Each value of one times that of the other."""
    return Vector([n * m for n, m in zip(one.units, other.units, strict=True)], one.scale * other.scale)


def chosen(where: Sequence[bool], then: Vector, otherwise: Vector) -> Vector:
    """The values of one vector where something holds, of another elsewhere."""
    if all(where):
        return then
    if not any(where):
        return otherwise
    scale = lcm(then.scale, otherwise.scale)
    triples = zip(where, then.over(scale), otherwise.over(scale), strict=True)
    return Vector([own if holds else other for holds, own, other in triples], scale)


def at_most(vector: Vector, bound: Exact) -> Vector:
    """Each value, cut down to a bound."""
    scale = lcm(vector.scale, bound.as_integer_ratio()[1])
    most = int(exactly(bound) * scale)
    return Vector([min(n, most) for n in vector.over(scale)], scale)


def mapped(vector: Vector, change: Callable[[Exact], Exact]) -> Vector:
    """Each value as a function makes it, which is asked once for each different value."""
    made = {n: change(Fraction(n, vector.scale)) for n in set(vector.units)}
    return Vector.of([made[n] for n in vector.units])


def kept_sums(columns: Sequence[Vector], high: int, low: int) -> Vector:
    """Each candidate's sum over the columns without the `high` highest and the `low` lowest, as a multiset."""
    scale = lcm(*(column.scale for column in columns))
    rows = zip(*(column.over(scale) for column in columns), strict=True)
    if high + low == 0:
        return Vector(list(map(sum, rows)), scale)
    if high == low == 1:
        return Vector([sum(row) - max(row) - min(row) for row in rows], scale)
    last = len(columns) - high
    return Vector([sum(sorted(row)[low:last]) for row in rows], scale)
