"""Reading a scheme document: typed values out of TOML tables, every problem noted with its path, none raised.

A number may be written as a whole number, a decimal, or text ("0.6", "1/3"), because the canonical bytes of a
frozen scheme keep decimals as text. A floating-point number is a programming error.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from core.errors import Problem
from core.words import Name
from scoring.marks import Precision, Rounding

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?")
RATIO = re.compile(r"(\d{1,9})/([1-9]\d{0,8})")
MOST_DECIMALS = 8

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(slots=True)
class Table:
    """One table of the document with its path; what it cannot read goes to `problems`."""

    values: Mapping[str, object]
    path: str
    problems: list[Problem]
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, value: object, path: str, problems: list[Problem]) -> "Table":
        """A table, empty with a problem noted if the value is none."""
        if isinstance(value, Mapping):
            return cls(value, path, problems)
        problems.append(Problem("This must be a table.", field=path))
        return cls({}, path, problems)

    def at(self, key: str) -> str:
        """The path of a key, or of the table itself for an empty one, as problems name it."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self.values

    def note(self, key: str, problem: Problem) -> None:
        """Note a problem of one key."""
        self.problems.append(Problem(problem.sentence, problem.facts, field=self.at(key)))

    def _get(self, key: str) -> object:
        self.read.add(key)
        return self.values.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A line of text."""
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, str) and len(value) <= 400:
            return value
        self.note(key, Problem("This must be text of at most 400 characters."))
        return default

    def key(self, key: str, default: str = "") -> str:
        """A key that other places refer to: small letters, digits and _."""
        value = self.text(key, default)
        if not KEY.fullmatch(value):
            self.note(key, Problem("A key is a small letter followed by at most 39 small letters, digits or _."))
        return value

    def name(self) -> Name:
        """`name` and `name_en`; the key stands in where neither is written."""
        chinese, english = self.text("name"), self.text("name_en")
        stand_in = str(self.values.get("key", self.path.rpartition(".")[2]))
        return Name(chinese or english or stand_in, english or chinese or stand_in)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.note(key, Problem("This must be true or false."))
        return default

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**6) -> int | None:
        """A whole number between two bounds."""
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
            value = int(value)
        if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.note(key, Problem("This must be a whole number from {least} to {most}.", {"least": least, "most": most}))
        return default

    def number(
        self, key: str, default: Decimal | None = None, *, above: int | None = None, least: int | None = None
    ) -> Decimal | None:
        """A decimal number, above or not below a bound."""
        value = self._get(key)
        if value is None:
            return default
        number = decimal_from(value)
        if number is None:
            self.note(key, Problem("This must be a decimal number."))
        elif above is not None and number <= above:
            self.note(key, Problem("This must be more than {bound}.", {"bound": above}))
        elif least is not None and number < least:
            self.note(key, Problem("This must not be less than {bound}.", {"bound": least}))
        else:
            return number
        return default

    def ratio(self, key: str, default: Fraction | None = None) -> Fraction | None:
        """A number above 0 that may also be written as "1/3"."""
        value = self._get(key)
        if value is None:
            return default
        ratio = ratio_from(value)
        if ratio is not None and ratio > 0:
            return ratio
        self.note(key, Problem('This must be a number above 0, such as 0.4 or "1/3".'))
        return default

    def choice(self, key: str, kind: type[Choice], default: Choice) -> Choice:
        """One of the words of an enum."""
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        self.note(key, Problem("This must be one of: {choices}.", {"choices": ", ".join(kind)}))
        return default

    def precision(self, decimals: str = "decimals", rounding: str = "rounding") -> Precision | None:
        """Decimals kept and the rounding mode beside them; None where no decimals are written."""
        kept = self.whole(decimals, most=MOST_DECIMALS)
        mode = self.choice(rounding, Rounding, Rounding.HALF_UP)
        return None if kept is None else Precision(kept, mode)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of short texts; one text alone counts as a list of one."""
        value = self._get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
            return tuple(str(word) for word in value)
        self.note(key, Problem("This must be a list of texts."))
        return ()

    def numbers(self, key: str) -> tuple[Decimal, ...]:
        """A list of decimal numbers, none below 0."""
        value = self._get(key)
        listed = [] if value is None else value if isinstance(value, list | tuple) else [None]
        found = [decimal_from(inner) for inner in listed]
        if any(number is None or number < 0 for number in found):
            self.note(key, Problem("This must be a list of numbers that are not less than 0."))
            return ()
        return tuple(number for number in found if number is not None)

    def table(self, key: str) -> "Table":
        """A table inside this one, empty where it is not written."""
        value = self._get(key)
        return Table.of({} if value is None else value, self.at(key), self.problems)

    def tables(self, key: str) -> "list[Table]":
        """A list of tables; each is named by its own `key` where it has one, else by its 1-based place."""
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.note(key, Problem("This must be a list of tables."))
            return []
        return [Table.of(inner, self.at(_label(inner, place)), self.problems) for place, inner in _placed(value, key)]

    def done(self) -> None:
        """Note every key that nobody has read: a misspelt key must never be silently without effect."""
        for key in self.values:
            if key not in self.read:
                self.note(key, Problem("This key is not known here."))


def _placed(values: Iterable[object], key: str) -> Iterable[tuple[str, object]]:
    return ((f"{key}[{place}]", value) for place, value in enumerate(values, start=1))


def _label(inner: object, place: str) -> str:
    own = inner.get("key") if isinstance(inner, Mapping) else None
    return f"{place.partition('[')[0]}.{own}" if isinstance(own, str) and own else place


def decimal_from(value: object) -> Decimal | None:
    """A finite Decimal from a whole number, a Decimal or plain text; None if it is none of these."""
    if isinstance(value, float):
        raise TypeError("a float has no place in a scheme: parse decimals as Decimal")
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() and _reasonable(value) else None
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def _reasonable(value: Decimal) -> bool:
    """No number of a scheme is so long that writing it out could fill the memory."""
    exponent = int(value.as_tuple().exponent)
    return -12 <= exponent <= 20 and value.adjusted() <= 20


def ratio_from(value: object) -> Fraction | None:
    """A Fraction from a number or from text such as "1/3"."""
    if isinstance(value, str) and (match := RATIO.fullmatch(value)):
        return Fraction(int(match[1]), int(match[2]))
    number = decimal_from(value)
    return None if number is None else Fraction(number)


def unreasonable_numbers(node: object, path: str) -> Iterator[Problem]:
    """A problem for every Decimal anywhere in a document that is no number or absurdly long, with its path."""
    if isinstance(node, Decimal) and not (node.is_finite() and _reasonable(node)):
        yield Problem("This must be a decimal number.", field=path)
    elif isinstance(node, Mapping):
        for key, inner in node.items():
            yield from unreasonable_numbers(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list | tuple):
        for place, inner in enumerate(node, start=1):
            yield from unreasonable_numbers(inner, f"{path}[{place}]")


def unique_keys(tables: Iterable[tuple[str, Table]]) -> None:
    """Note every key that stands twice."""
    seen: set[str] = set()
    for key, table in tables:
        if key in seen:
            table.note("key", Problem("The key {key} stands twice.", {"key": key}))
        seen.add(key)
