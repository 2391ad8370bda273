"""What single cells of a row say: a number, a state, the name of something in the scheme."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from core.errors import Problem
from core.words import Name
from scoring.columns import STATE_OF, Column, fold
from scoring.grid import SHOWN, Located, Row
from scoring.marks import Mark, MarkState, state_words

NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|-?[0-9]+,[0-9]+")


def number_from(text: str) -> Decimal | Problem:
    """A number as a person writes it: figures, perhaps a sign, perhaps a point and figures; anything else is told."""
    if NUMBER.fullmatch(text):
        return Decimal(text)
    shown = {"value": text[:SHOWN]}
    if GROUPED.fullmatch(text):
        return Problem("“{value}” holds a comma. Write 1234.5, without separators and with a decimal point.", shown)
    if NUMBER.fullmatch(unicodedata.normalize("NFKC", text)):
        return Problem("“{value}” is written in full-width signs. Write plain figures and a plain point.", shown)
    return Problem("“{value}” is not a number in plain figures, such as 80 or 80.5.", shown)


def whole_from(text: str, *, least: int, most: int = 10**6) -> int | Problem:
    """A whole number between two bounds."""
    number = number_from(text)
    if isinstance(number, Problem):
        return number
    if number != int(number) or not least <= number <= most:
        return Problem("This must be a whole number from {least} to {most}.", {"least": least, "most": most})
    return int(number)


def number_in(row: Row, column: Column, problems: list[Located]) -> Decimal | None:
    """The number of a column, 0 or more; None where the cell is empty or, with the problem noted, wrong."""
    if not row[column]:
        return None
    number = number_from(row[column])
    if isinstance(number, Problem):
        problems.append(row.problem(number, column))
        return None
    if number < 0:
        problems.append(row.problem(Problem("This must not be less than {bound}.", {"bound": 0}), column))
    return number


def whole_in(row: Row, column: Column, problems: list[Located], *, least: int) -> int | None:
    """The whole number of a column; None where the cell is empty or, with the problem noted, wrong."""
    if not row[column]:
        return None
    number = whole_from(row[column], least=least)
    if isinstance(number, Problem):
        problems.append(row.problem(number, column))
        return None
    return number


def lookup(named: Iterable[tuple[str, Name]]) -> dict[str, str]:
    """Keys by what a table may call them: the key, or a name that only one of them has."""
    pairs = [(key, {fold(name.chinese), fold(name.english)} - {""}) for key, name in named]
    words = [word for _, own in pairs for word in own]
    found = {word: key for key, own in pairs for word in own if words.count(word) == 1}
    return found | {fold(key): key for key, _ in pairs}


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says in its columns `mark` and `state`; a state may stand in either.

    The mark is a figure, a figure out of a whole, or a grade.
    """

    value: Decimal | None = None
    state: MarkState | None = None
    whole: Decimal | None = None
    grade: str = ""

    @property
    def mark(self) -> Mark | None:
        """The mark as the tally takes it; None where nothing is said, or that it is missing."""
        if self.value is not None or self.grade:
            return Mark(self.value, whole=self.whole, grade=self.grade)
        return None if self.state in {None, MarkState.MISSING, MarkState.PRESENT} else Mark(state=self.state)


def said(row: Row, grades: Mapping[str, str] | None = None) -> Said | tuple[Problem, Column]:
    """The row's mark and state, or what is wrong with them and in which column.

    `grades` are the keys of the grades that may stand there, by what a table may call them.
    """
    text, word = row[Column.MARK], row[Column.STATE]
    return _said(text, word, grades) if grades else _figure(text, word)


@lru_cache(maxsize=20_000)
def _figure(text: str, word: str) -> Said | tuple[Problem, Column]:
    """What a mark and a state say where no grade may stand: the same few figures stand in many rows."""
    return _said(text, word, None)


def _said(text: str, word: str, grades: Mapping[str, str] | None) -> Said | tuple[Problem, Column]:
    grade = (grades or {}).get(fold(text.removeprefix("grade:")), "")
    state, in_mark = STATE_OF.get(fold(word)), STATE_OF.get(fold(text))
    if word and state is None:
        choices: dict[str, object] = {"value": word[:SHOWN], "choices": tuple(one.value for one in MarkState)}
        return Problem("“{value}” is no state. Write one of: {choices}.", choices), Column.STATE
    if in_mark is not None and state not in {None, in_mark}:
        return Problem("The mark and the state say different things."), Column.STATE
    state = state or in_mark
    figures = () if in_mark is not None or grade or not text else _figures(text, grades)
    if isinstance(figures, Problem):
        return figures, Column.MARK
    value, whole = (*figures, None, None)[:2]
    if text and in_mark is None and state not in {None, MarkState.PRESENT}:
        facts: dict[str, object] = {"mark": text[:SHOWN], "state": state_words(state or MarkState.PRESENT)}
        return Problem("There is a mark, {mark}, beside the state “{state}”.", facts), Column.MARK
    if not grade and value is None and state is MarkState.PRESENT:
        return Problem("The mark is missing."), Column.MARK
    return Said(value, state, whole, grade)


def _figures(text: str, grades: Mapping[str, str] | None) -> tuple[Decimal, ...] | Problem:
    """A figure, or a figure and the whole it is a share of: 80.5, 87.5/92."""
    found: list[Decimal] = []
    for word in text.split("/", 1):
        number = number_from(word.strip())
        if isinstance(number, Problem) and grades and not any(sign.isdigit() for sign in text):
            choices: dict[str, object] = {"value": text[:SHOWN], "choices": tuple(dict.fromkeys(grades.values()))}
            return Problem("“{value}” is no grade. Write one of: {choices}.", choices)
        if isinstance(number, Problem):
            return number
        found.append(number)
    return tuple(found)
