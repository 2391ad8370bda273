"""What single cells of a row say: a number, a state, the name of something in the scheme."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.errors import Problem
from core.words import Name
from scoring.columns import STATE_OF, Column, fold
from scoring.grid import SHOWN, Row
from scoring.marks import MarkState, state_words

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


def lookup(named: Iterable[tuple[str, Name]]) -> dict[str, str]:
    """Keys by what a table may call them: the key, or a name that only one of them has."""
    pairs = [(key, {fold(name.chinese), fold(name.english)} - {""}) for key, name in named]
    words = [word for _, own in pairs for word in own]
    found = {word: key for key, own in pairs for word in own if words.count(word) == 1}
    return found | {fold(key): key for key, _ in pairs}


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says in its columns `mark` and `state`; a state may stand in either."""

    value: Decimal | None = None
    state: MarkState | None = None


def said(row: Row) -> Said | tuple[Problem, Column]:
    """The row's mark and state, or what is wrong with them and in which column."""
    text, word = row[Column.MARK], row[Column.STATE]
    state, in_mark = STATE_OF.get(fold(word)), STATE_OF.get(fold(text))
    if word and state is None:
        choices: dict[str, object] = {"value": word[:SHOWN], "choices": tuple(one.value for one in MarkState)}
        return Problem("“{value}” is no state. Write one of: {choices}.", choices), Column.STATE
    if in_mark is not None and state not in {None, in_mark}:
        return Problem("The mark and the state say different things."), Column.STATE
    state = state or in_mark
    value = None if in_mark is not None or not text else number_from(text)
    if isinstance(value, Problem):
        return value, Column.MARK
    if value is not None and state not in {None, MarkState.PRESENT}:
        facts: dict[str, object] = {"mark": value, "state": state_words(state or MarkState.PRESENT)}
        return Problem("There is a mark, {mark}, beside the state “{state}”.", facts), Column.MARK
    if value is None and state is MarkState.PRESENT:
        return Problem("The mark is missing."), Column.MARK
    return Said(value, state)
