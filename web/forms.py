"""Forms as people fill them in: text fields read into values, every problem named at once, nothing typed lost."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO
from zoneinfo import ZoneInfo

from litestar.datastructures import UploadFile

from core.errors import Problem, Refusal, refuse_any
from core.words import N_

LONGEST = 4000
REQUIRED = N_("Fill this in.")
YEARS = range(1900, 2200)
# NUL and halves of characters are what no database takes; they become U+FFFD. A field takes neither that, nor controls
# other than line ends and tab, nor what turns the writing direction.
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffd-\uffff]")
SIGN_IN_NAME = re.compile(r"[^\W\d_][\w.-]*")
TELEPHONE = re.compile(r"\+?[0-9]{6,15}")
MAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent with a form: its name as given by the browser and its bytes to read."""

    name: str
    file: BinaryIO


@dataclass(slots=True)
class Form:
    """What was sent: texts and files by field name, and the problems met while reading it."""

    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Upload]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def values(self) -> dict[str, object]:
        """What was typed, to fill the form in again; passwords and codes are left out."""
        return {
            name: list(texts) if len(texts) > 1 else texts[0]
            for name, texts in self.texts.items()
            if texts and "password" not in name and "code" not in name.split("_") and name != "_csrf"
        }

    def raw(self, name: str) -> str:
        """The first text of a field as typed, or ""."""
        return next(iter(self.texts.get(name, ())), "")

    def text(self, name: str, *, required: bool = True, longest: int = 200) -> str:
        """A line of text without surrounding space."""
        value = self.raw(name).strip()
        if not value:
            if required:
                self.wrong(name, REQUIRED)
            return ""
        if UNSTORABLE.search(value):
            self.wrong(name, N_("This holds a character that cannot be stored."))
            return ""
        if len(value) > longest:
            self.wrong(
                name, N_("This is {length} characters long; at most {longest} fit."), length=len(value), longest=longest
            )
        return value

    def contact(self, name: str) -> str:
        """A mobile number or an e-mail address, folded so that it is found again however it is typed."""
        value = unicodedata.normalize("NFKC", self.text(name, longest=100)).replace(" ", "").lower()
        number = re.sub(r"^(\+86|0086)(?=1[0-9]{10}$)", "", value.replace("-", ""))
        if TELEPHONE.fullmatch(number):
            return number
        if value and not MAIL.fullmatch(value):
            self.wrong(name, N_("Give a mobile number or an e-mail address."))
        return value

    def sign_in(self, name: str) -> str:
        """A staff sign-in name; it begins with a letter, so it is never taken for an identity number."""
        value = self.text(name, longest=64)
        if value and not SIGN_IN_NAME.fullmatch(value):
            self.wrong(name, N_("A sign-in name begins with a letter; then come letters, digits, dots and hyphens."))
        return value

    def whole(self, name: str, *, low: int, high: int = 10**9, required: bool = True) -> int:
        """A whole number between two bounds."""
        value = self.text(name, required=required)
        if not value:
            return low
        if not re.fullmatch(r"[0-9]{1,10}", value) or not low <= int(value) <= high:
            self.wrong(name, N_("Give a whole number from {low} to {high}."), low=low, high=high)
            return low
        return int(value)

    def decimal(self, name: str, *, required: bool = True) -> Decimal | None:
        """An exact decimal."""
        value = self.text(name, required=required, longest=40)
        if not value:
            return None
        try:
            if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
                return Decimal(value)
        except InvalidOperation:
            pass
        self.wrong(name, N_("Give a number such as 81.5."))
        return None

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A calendar date as browsers send it, 2026-09-30."""
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            if (day := date.fromisoformat(value)).year in YEARS:
                return day
        except ValueError:
            pass
        self.wrong(name, N_("Give a date such as 2026-09-30."))
        return None

    def moment(self, name: str, zone: ZoneInfo, *, required: bool = True) -> datetime | None:
        """A date and time on the office's clock, 2026-09-30T17:30."""
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None and moment.year in YEARS:
                return moment.replace(tzinfo=zone)
        except ValueError:
            pass
        self.wrong(name, N_("Give a date and time such as 2026-09-30 17:30."))
        return None

    def choice(self, name: str, allowed: Sequence[str], *, required: bool = True) -> str:
        """One of the offered values."""
        value = self.raw(name)
        if value in allowed:
            return value
        if value or required:
            self.wrong(name, N_("Choose one of these."))
        return ""

    def ticked(self, name: str) -> bool:
        """Whether a single box is ticked."""
        return self.raw(name) in {"1", "on", "true"}

    def upload(self, name: str) -> Upload | None:
        """The file of a field, if one was chosen."""
        return next((u for u in self.files.get(name, ()) if u.name), None)

    def wrong(self, name: str, sentence: str, **facts: object) -> None:
        """Note a problem of a field."""
        self.problems.append(Problem(sentence, facts, name))

    def refuse(self) -> None:
        """Raise one Refusal with every problem met so far."""
        refuse_any(self.problems)


def form_of(data: Mapping[str, object]) -> Form:
    """A Form from a parsed body (single values or lists, texts and files)."""
    texts: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in data.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, UploadFile):
                files.setdefault(name, []).append(Upload(item.filename, item.file))  # type: ignore[arg-type] # spooled
            else:
                texts.setdefault(name, []).append(NO_TEXT.sub("\ufffd", str(item)))
    if any(len(text) > LONGEST * 50 for kept in texts.values() for text in kept):
        raise Refusal("What was sent is too long for a form.", status=413)
    return Form(texts, files)
