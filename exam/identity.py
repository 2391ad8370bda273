"""Who a person is on paper: resident identity numbers, names, other numbers and codes.

NFKC (full-width to plain figures) is applied to numbers and codes only; names stay as they were typed, because
NFC and NFKC both change real surnames (隆 U+F9DC).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.cn import ric

from core.errors import Problem
from core.words import N_

_NAME_CAP = 100
_OLDEST = 130
_MIDDLE_DOTS = "·•‧・･．"
_SEPARATORS = re.compile(r"[\s\-–—]")
_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_NUMBER = re.compile(r"\d{15}", re.ASCII)
# Emoji blocks of Unicode 15; ZERO WIDTH JOINER and variation selectors fall under the control sentence.
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u2300-\u23ff\u20e3\ufe0f]")


class Sex(StrEnum):
    """Sex (性别) as the identity number states it."""

    MALE = "male"
    FEMALE = "female"


SEX_WORDS = {Sex.MALE: N_("male"), Sex.FEMALE: N_("female")}


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """A checked resident identity number (公民身份号码, GB 11643-1999): 17 digits and a check character."""

    number: str
    birth_date: date
    sex: Sex

    @property
    def masked(self) -> str:
        """The number as pages show it."""
        return mask_identity(self.number)


def fold_number(text: str) -> str:
    """A number or code as it is kept: NFKC, upper case, without spaces, dashes and invisible characters."""
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return _SEPARATORS.sub("", visible).upper()


def read_identity(text: str, *, on: date, field: str = "identity_number") -> ResidentNumber | Problem:
    """Check a resident identity number as typed; `on` is today, for births yet to come.

    Residence permits of Hong Kong, Macao and Taiwan residents (81…, 82…, 83…) follow the same rule. The place
    code is not checked: its list changes every year, and a vetter sees the card.
    """
    number = fold_number(text)
    if not number:
        return Problem("Enter the identity number.", {}, field)
    if _OLD_NUMBER.fullmatch(number):
        return Problem(
            "This is a number of the old kind with 15 digits. Enter the 18 characters of the current card.", {}, field
        )
    if not _NUMBER.fullmatch(number):
        return Problem(
            "An identity number has 18 characters: 17 digits, then a digit or X. This one has {count}.",
            {"count": len(number)},
            field,
        )
    try:
        born = ric.get_birth_date(number)
    except ric.InvalidComponent:
        return Problem(
            "The birth date in this identity number does not exist: {digits}.", {"digits": number[6:14]}, field
        )
    if ric.calc_check_digit(number) != number[-1]:
        return Problem(
            "The last character does not fit the 17 digits before it. Compare the number with the card.", {}, field
        )
    if not on.year - _OLDEST <= born.year or born > on:
        return Problem("The birth date in this identity number cannot be right: {born}.", {"born": born}, field)
    return ResidentNumber(number, born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def mask_identity(number: str) -> str:
    """Hide the middle: four characters, stars, four characters; short numbers are hidden whole."""
    if len(number) <= 8:
        return "*" * len(number)
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def check_name(text: str, *, field: str = "name") -> list[Problem]:
    """Problems of a personal name: 1 to 100 characters, nothing invisible, turned around or drawn.

    Spaces around a name are the caller's to strip; the rest is kept as typed, rare characters included.
    """
    if not text.strip():
        return [Problem("Enter the name.", {}, field)]
    if len(text) > _NAME_CAP:
        return [
            Problem(
                "A name has at most {most} characters; this one has {count}.",
                {"most": _NAME_CAP, "count": len(text)},
                field,
            )
        ]
    problems = []
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in text):
        problems.append(
            Problem("The name holds an invisible character. Type it again instead of pasting it.", {}, field)
        )
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text):
        problems.append(
            Problem(
                "The name holds characters written from right to left. Enter it as on the identity card.", {}, field
            )
        )
    if _EMOJI.search(text):
        problems.append(Problem("The name holds a picture sign. Enter it as on the identity card.", {}, field))
    if not any(unicodedata.category(sign)[0] == "L" or is_private(sign) for sign in text):
        problems.append(Problem("The name holds no letter or character.", {}, field))
    return problems


def is_private(sign: str) -> bool:
    """Whether a character is from a private-use area: a rare name typed with a local font."""
    return unicodedata.category(sign) == "Co"


def private_characters(text: str) -> tuple[str, ...]:
    """The private-use characters of a name, to be confirmed by the candidate: elsewhere they show as boxes."""
    return tuple(sorted({sign for sign in text if is_private(sign)}))


def fold_text(text: str) -> str:
    """A search key: NFKC, lower case, one kind of middle dot, no spaces; never shown and never stored as the name."""
    dotted = "".join("·" if sign in _MIDDLE_DOTS else sign for sign in text)
    plain = unicodedata.normalize("NFKC", dotted).casefold()
    return re.sub(r"\s", "", "".join("·" if sign in _MIDDLE_DOTS else sign for sign in plain))
