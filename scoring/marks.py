"""Exact arithmetic on marks (成绩): rounding, means, trims, states. No float ever passes here.

A value is a Decimal where it has been rounded or written by somebody, a Fraction where it is exact and
between two roundings (rules.md §2).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm

from core.words import N_, Sentence

Exact = Decimal | Fraction
FIGURES = re.compile(r"(-?\d{1,20}(?:\.\d{1,12})?)(?: */ *(\d{1,20}(?:\.\d{1,12})?))?", re.ASCII)
WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
SHOWN_DIGITS = 7  # decimals of a repeating fraction that a page shows before the ellipsis


class Rounding(StrEnum):
    """What happens to the digits beyond the last one kept."""

    HALF_UP = "half_up"  # 四舍五入; a half goes away from zero
    HALF_EVEN = "half_even"  # 四舍六入五成双
    TRUNCATE = "truncate"  # 不按四舍五入取舍


class MarkState(StrEnum):
    """How a mark stands. Only PRESENT carries a value, and no other state is a zero (rules.md §10)."""

    PRESENT = "present"
    MISSING = "missing"  # nobody has said anything yet
    ABSENT = "absent"  # 缺考
    EXEMPT = "exempt"  # 免试
    WITHDRAWN = "withdrawn"  # 放弃
    VOID = "void"  # 成绩无效
    DISQUALIFIED = "disqualified"  # 取消资格


STATE_WORDS: Mapping[MarkState, str] = {
    MarkState.PRESENT: N_("present"),
    MarkState.MISSING: N_("no mark yet"),
    MarkState.ABSENT: N_("absent"),
    MarkState.EXEMPT: N_("exempt"),
    MarkState.WITHDRAWN: N_("withdrawn"),
    MarkState.VOID: N_("void"),
    MarkState.DISQUALIFIED: N_("disqualified"),
}


def state_words(state: MarkState) -> Sentence:
    """A state as a reader meets it."""
    return Sentence(STATE_WORDS[state])


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark with its state: a figure, a figure out of a whole, or a grade; none of them unless it is present.

    `whole` is what the figure is a share of: the best score of the same level, the ballots handed in.
    """

    value: Decimal | None = None
    state: MarkState = MarkState.PRESENT
    whole: Decimal | None = None
    grade: str = ""

    def __post_init__(self) -> None:
        if (self.value is not None) + bool(self.grade) != (self.state is MarkState.PRESENT):
            raise ValueError("a mark has a value or a grade exactly when it is present")
        if self.whole is not None and self.value is None:
            raise ValueError("only a figure is a share of a whole")
        if not all(figure is None or figure.is_finite() for figure in (self.value, self.whole)):
            raise ValueError("a mark is a finite number")

    @classmethod
    def of(cls, value: Decimal | int | str) -> "Mark":
        """A present mark."""
        return cls(Decimal(value))

    @classmethod
    def share(cls, value: Decimal | int | str, whole: Decimal | int | str) -> "Mark":
        """A present mark that is a share: so many of so many."""
        return cls(Decimal(value), whole=Decimal(whole))

    @classmethod
    def graded(cls, grade: str) -> "Mark":
        """A present mark that is a grade (等次)."""
        return cls(grade=grade)

    @classmethod
    def read(cls, text: str) -> "Mark":
        """A mark out of one cell of a table: 80.5, 87.5/92, a state, or else the key of a grade.

        Raises ValueError for a cell that is none of them; whether the grade is known the scheme says.
        """
        text = text.strip()
        if found := FIGURES.fullmatch(text):
            return cls(Decimal(found[1]), whole=None if found[2] is None else Decimal(found[2]))
        word = text.removeprefix("grade:")
        if not WORD.fullmatch(word):
            raise ValueError(f"no mark: {text!r}")
        return cls(state=MarkState(word)) if word in set(MarkState) - {MarkState.PRESENT} else cls(grade=word)

    def document(self) -> str:
        """The mark as one word of a file: 80.5, 87.5/92, grade:excellent, or its state."""
        if self.grade:
            return f"grade:{self.grade}"
        if self.value is None:
            return self.state.value
        return exact_document(self.value) + (f"/{exact_document(self.whole)}" if self.whole is not None else "")


@dataclass(frozen=True, slots=True)
class Precision:
    """How many decimals are kept and how the rest is rounded."""

    decimals: int
    rounding: Rounding = Rounding.HALF_UP

    def of(self, value: Exact) -> Decimal:
        """The value at this precision, with exactly that many decimals."""
        return round_to(value, self.decimals, self.rounding)


def exactly(value: Exact | int) -> Fraction:
    """The value as a Fraction."""
    return value if type(value) is Fraction else Fraction(*value.as_integer_ratio())


def round_to(value: Exact | int, places: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """Round exactly to `places` decimals; the result always has that many."""
    numerator, denominator = value.as_integer_ratio()
    return decimal_of(rounded((numerator * 10**places,), denominator, mode)[0], places)


def rounded(numerators: Sequence[int], denominator: int, mode: Rounding) -> list[int]:
    """The whole number each numerator / denominator becomes: the one place where digits are lost."""
    over = 2 * denominator
    if mode is Rounding.HALF_UP:
        return [(2 * n + denominator) // over if n >= 0 else -((denominator - 2 * n) // over) for n in numerators]
    if mode is Rounding.HALF_EVEN:
        return [(up := (reach := 2 * n + denominator) // over) - (up % 2 and reach == up * over) for n in numerators]
    return [n // denominator if n >= 0 else -(-n // denominator) for n in numerators]


def decimal_of(units: int, places: int) -> Decimal:
    """Whole units of the last decimal as a Decimal, whatever its length: 8252, 2 → 82.52."""
    return Decimal(f"{units}e-{places}")


def settle(value: Exact, precision: Precision | None) -> Exact:
    """The value rounded, or untouched where the scheme names no rounding."""
    return value if precision is None else precision.of(value)


def rescale(value: Exact, from_maximum: Exact | int, to_maximum: Exact | int) -> Fraction:
    """The value on another scale (百分制折算): value × to / from, exact."""
    return exactly(value) * exactly(to_maximum) / exactly(from_maximum)


def total(values: Iterable[Exact]) -> Fraction:
    """The exact sum."""
    numerator, denominator = 0, 1
    for value in values:
        own, scale = value.as_integer_ratio()
        if scale != denominator:
            wider = lcm(scale, denominator)
            numerator, own, denominator = numerator * (wider // denominator), own * (wider // scale), wider
        numerator += own
    return Fraction(numerator, denominator)


def mean(values: Sequence[Exact]) -> Fraction:
    """The exact mean. Raises ZeroDivisionError of no values: nobody's mean is not a zero."""
    return total(values) / len(values)


def trimmed_places(values: Sequence[Exact], high: int, low: int) -> tuple[frozenset[int], frozenset[int]]:
    """Places of the `high` highest and the `low` lowest values, as a multiset: of equal ones only as many as asked.

    Of equal values the earlier place is taken. Raises ValueError where nothing would be left.
    """
    if high < 0 or low < 0 or high + low >= len(values):
        raise ValueError("a trim leaves at least one mark")
    lowest = frozenset(sorted(range(len(values)), key=values.__getitem__)[:low])
    rest = [place for place in range(len(values)) if place not in lowest]
    return frozenset(sorted(rest, key=values.__getitem__, reverse=True)[:high]), lowest


def trim(values: Sequence[Exact], high: int, low: int) -> list[Exact]:
    """The values without the `high` highest and the `low` lowest (去掉最高分和最低分), in their order."""
    highest, lowest = trimmed_places(values, high, low)
    return [value for place, value in enumerate(values) if place not in highest and place not in lowest]


def places_of(value: Exact | int) -> int | None:
    """How many decimals are needed to write the value exactly; None where it never ends."""
    rest = value.as_integer_ratio()[1]
    twos = (rest & -rest).bit_length() - 1
    rest, fives = rest >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def exact_text(value: Exact | int, least_places: int = 0) -> str:
    """The value for a reader: every decimal it has, or the first seven and an ellipsis where it never ends.

    `least_places` keeps the zeros of a written product: 83.14 × 0.9925 is shown as 82.516450.
    """
    places = places_of(value)
    if places is None:
        return format(round_to(value, max(SHOWN_DIGITS, least_places), Rounding.TRUNCATE), "f") + "…"
    return format(round_to(value, max(places, least_places)), "f")


def exact_document(value: Exact | int) -> str:
    """The value for a file, without loss: a plain decimal, or "247/3" where the decimals never end."""
    if places_of(value) is None:
        numerator, denominator = value.as_integer_ratio()
        return f"{numerator}/{denominator}"
    return exact_text(value)


def is_multiple(value: Exact, step: Exact) -> bool:
    """Whether the value is a whole number of steps."""
    (own, scale), (unit, parts) = value.as_integer_ratio(), step.as_integer_ratio()
    return own * parts % (unit * scale) == 0


def written_places(value: Exact | int) -> int:
    """The decimals a Decimal is written with; what is needed of a Fraction, 0 where it never ends."""
    if isinstance(value, Decimal):
        return max(0, -int(value.as_tuple().exponent))
    return places_of(value) or 0


def shown(value: Decimal, places: int = 0) -> Decimal:
    """The same value with at least so many decimals and no more zeros than that: 80.500 with 2 is 80.50.

    How a mark was spelt has no effect on anything computed, shown or hashed.
    """
    return round_to(value, max(places_of(value) or 0, places))


def as_written(value: Fraction, beside: Iterable[Exact]) -> Exact:
    """A sum as a hand writes it under its terms: 20.5 + 60.5 is 81.0; unchanged where the decimals never end."""
    places = places_of(value)
    return value if places is None else round_to(value, max([places, *map(written_places, beside)]))
