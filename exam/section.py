"""Reading plain data (a section of the scheme, a stored row) so that every problem is listed at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeGuard, TypeVar

from core.errors import Problem

Choice = TypeVar("Choice", bound=StrEnum)

_TEXT_CAP = 2000
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class SectionReader:
    """Takes typed values out of one table of plain data and writes down what is wrong.

    A value that is wrong is replaced by a harmless one and a problem is added, so that reading goes on to the
    end; whoever reads must refuse when `problems` is not empty. `path` is where the table stands in the document.
    """

    raw: Mapping[str, object]
    path: str = ""
    problems: list[Problem] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def at(self, key: str) -> str:
        """The full path of a key, as shown beside a problem."""
        return f"{self.path}.{key}" if self.path else key

    def report(self, key: str, sentence: str, **facts: object) -> None:
        """Write down one problem; the sentence must be marked for translation where it is written."""
        self.problems.append(Problem(sentence, facts, self.at(key)))

    def has(self, key: str) -> bool:
        """Whether the key is given at all."""
        self._known.add(key)
        return self.raw.get(key) is not None

    def whole(self, key: str, *, least: int, most: int) -> int:
        """A whole number between both ends."""
        value = self._value(key)
        if value is None:
            return least
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.problems.append(
                Problem(
                    "This must be a whole number from {least} to {most}.",
                    {"least": least, "most": most},
                    self.at(key),
                )
            )
            return least
        return value

    def text(self, key: str, *, most: int = _TEXT_CAP) -> str:
        """A text of at least one character that is not a space."""
        value = self._value(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            self.problems.append(
                Problem("This must be a text of 1 to {most} characters.", {"most": most}, self.at(key))
            )
            return ""
        return value

    def texts(self, key: str, *, most: int = _TEXT_CAP) -> tuple[str, ...]:
        """A list of at least one text."""
        value = self._value(key)
        if value is None:
            return ()
        if not _is_list(value) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            self.problems.append(Problem("This must be a list of at least one text.", {}, self.at(key)))
            return ()
        return tuple(str(one)[:most] for one in value)

    def flag(self, key: str) -> bool:
        """True or false; not given is false."""
        if not self.has(key):
            return False
        value = self.raw[key]
        if not isinstance(value, bool):
            self.problems.append(Problem("This must be true or false.", {}, self.at(key)))
            return False
        return value

    def day(self, key: str) -> date:
        """A date, as a TOML date or as text like 2026-09-30."""
        value = self._value(key)
        if isinstance(value, date):
            return value
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                value = "no such day"
        if value is not None:
            self.problems.append(Problem("This must be a date, written as 2026-09-30.", {}, self.at(key)))
        return date.min

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """One member of an enumeration, by its value."""
        value = self._value(key)
        first = next(iter(choices))
        return first if value is None else self._member(key, value, choices)

    def choices(self, key: str, choices: type[Choice]) -> tuple[Choice, ...]:
        """A list of at least one member of an enumeration, by their values."""
        value = self._value(key)
        if value is None:
            return ()
        if not _is_list(value) or not value:
            self.problems.append(Problem("This must be a list of at least one text.", {}, self.at(key)))
            return ()
        return tuple(self._member(key, one, choices) for one in value)

    def tables(self, key: str) -> "tuple[SectionReader, ...]":
        """A list of tables, each as a reader that shares this one's problems; not given is empty."""
        if not self.has(key):
            return ()
        value = self.raw[key]
        if not _is_list(value) or not all(isinstance(one, Mapping) for one in value):
            self.problems.append(Problem("This must be a list of tables.", {}, self.at(key)))
            return ()
        return tuple(
            SectionReader(one, f"{self.at(key)}[{place}]", self.problems)
            for place, one in enumerate(value, start=1)
            if isinstance(one, Mapping)
        )

    def table(self, key: str) -> "SectionReader":
        """One table inside this one, as a reader that shares this one's problems; not given is empty."""
        value = self.raw[key] if self.has(key) else {}
        if not isinstance(value, Mapping):
            self.problems.append(Problem("This must be a table.", {}, self.at(key)))
            value = {}
        return SectionReader(value, self.at(key), self.problems)

    def finish(self) -> None:
        """Report every key that nobody asked for: a misspelt setting must not be passed over."""
        self.problems.extend(
            Problem("This setting is not known.", {}, self.at(str(key))) for key in self.raw if key not in self._known
        )

    def _value(self, key: str) -> object:
        if not self.has(key):
            self.problems.append(Problem("This is missing.", {}, self.at(key)))
            return None
        return self.raw[key]

    def _member(self, key: str, value: object, choices: type[Choice]) -> Choice:
        for member in choices:
            if member.value == value:
                return member
        self.problems.append(Problem("This must be one of: {choices}.", {"choices": ", ".join(choices)}, self.at(key)))
        return next(iter(choices))


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
