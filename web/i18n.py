"""Languages: which one a person reads, and English source sentences put into it with their facts.

The sources stand in the code and the templates; their Chinese stands in web/locale/zh_CN/*.po, one file per
area, read as text (there is no compiled catalogue). `python -m web.i18n extract` lists every source with its
places, `python -m web.i18n sync` what is missing or stale.
"""

import string
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from core.errors import Problem
from core.words import N_, Name, Sentence

LOCALE: Path = Path(__file__).parent / "locale"
BEIJING = ZoneInfo("Asia/Shanghai")
ZONE_WORDS = {"Asia/Shanghai": N_("Beijing time")}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY_SIGNS = "一二三四五六日"


class Language(StrEnum):
    """A language of the pages; the value is its catalogue folder and what the choice cookie holds."""

    CHINESE = "zh_CN"
    ENGLISH = "en"

    @property
    def tag(self) -> str:
        """The value of the html lang attribute."""
        return "zh-Hans" if self is Language.CHINESE else "en"

    @property
    def own_name(self) -> str:
        """The language's name in itself, for the switch."""
        return "中文" if self is Language.CHINESE else "English"


def choose_language(*choices: str, accept: str = "") -> Language:
    """The first usable choice (link, account, cookie, in this order), else the browser's, else Chinese."""
    for choice in choices:
        if choice in set(Language):
            return Language(choice)
    return _accepted(accept) or Language.CHINESE


def _accepted(header: str) -> Language | None:
    """The best served language of an Accept-Language header (RFC 9110, 12.5.4), None if it names none."""
    weighted: list[tuple[Decimal, int, Language]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";")
        language = {"zh": Language.CHINESE, "en": Language.ENGLISH}.get(tag.strip().lower().split("-")[0])
        quality = _quality(weight.strip().removeprefix("q="))
        if language and quality:
            weighted.append((-quality, place, language))
    return min(weighted)[2] if weighted else None


def _quality(text: str) -> Decimal:
    """A quality value of at most three decimals; 1 where none is given, 0 where it cannot be read."""
    if not text:
        return Decimal(1)
    plain = text.replace(".", "", 1)
    return Decimal(text) if plain.isascii() and plain.isdigit() and len(text) <= 5 else Decimal(0)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every translated source of a language, from all its files; English needs none."""
    found: dict[str, str] = {}
    for path in sorted((LOCALE / language.value).glob("*.po")):
        found.update(read_catalogue(path))
    return found


def read_catalogue(path: Path) -> dict[str, str]:
    """Source and translation of each entry of one .po file; an entry marked fuzzy counts as untranslated."""
    with path.open("rb") as stream:
        entries = read_po(stream)
    return {str(e.id): "" if e.fuzzy else str(e.string) for e in entries if e.id}


def translate(language: Language, source: str, facts: Mapping[str, object] | None = None) -> str:
    """One sentence in a language, with times in Beijing time; see Translator for another zone."""
    return Translator(language)(source, **(facts or {}))


class _Standing(dict[str, object]):
    """Facts that leave an unknown {name} standing: a refusal must be shown even if it was built badly."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@dataclass(frozen=True, slots=True)
class Translator:
    """Sentences, days, times and figures in one language; `zone` is where every time is shown."""

    language: Language
    zone: ZoneInfo = BEIJING
    words: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the language's own catalogue where none is given."""
        if not self.words:
            object.__setattr__(self, "words", catalogue(self.language))

    @property
    def chinese(self) -> bool:
        """Whether this writes Chinese."""
        return self.language is Language.CHINESE

    def __call__(self, source: "str | Sentence | Problem", /, **facts: object) -> str:
        """The sentence with its facts put in.

        A Sentence or Problem brings its own facts. Where a fact is Markup the result is Markup and all
        other text is escaped. Raises KeyError if a plain sentence lacks a fact.
        """
        if isinstance(source, Problem):
            return self._filled(source.sentence, _Standing(source.facts))
        if isinstance(source, Sentence):
            return self._filled(source.source, source.facts)
        return self._filled(source, facts)

    def _filled(self, source: str, facts: Mapping[str, object]) -> str:
        text = self.words.get(source) or source
        shown: dict[str, object] = _Standing() if isinstance(facts, _Standing) else {}
        shown.update((name, self.fact(value)) for name, value in facts.items())
        if not any(isinstance(value, Markup) for value in shown.values()):
            return string.Formatter().vformat(text, (), shown)
        for name, value in shown.items():
            shown[name] = escape(value)
        return Markup(string.Formatter().vformat(str(escape(text)), (), shown))  # noqa: S704 - escaped above

    def fact(self, value: object) -> str:
        """A value as it stands inside a sentence: exact figures, localised days, nested sentences."""
        if isinstance(value, Sentence | Problem):
            return self(value)
        if isinstance(value, str):
            return value
        shape = _SHAPES.get(type(value))
        if shape:
            return shape(self, value)
        if isinstance(value, Iterable):
            return ("、" if self.chinese else ", ").join(self.fact(item) for item in value)
        return str(value)

    def name(self, value: Name) -> str:
        """What an author called something, in this language where they wrote it."""
        return value.chinese if self.chinese or not value.english else value.english

    def exact(self, value: Decimal | int) -> str:
        """A figure with every decimal it has, never in exponent form."""
        return format(value, "f") if isinstance(value, Decimal) else str(value)

    def day(self, value: date, *, weekday: bool = False, year: bool = True) -> str:
        """2026年9月14日（周一）, or Monday 14 September 2026; a datetime is taken in the page's zone."""
        when = self.local(value) if isinstance(value, datetime) else value
        if self.chinese:
            text = f"{when.year}年" * year + f"{when.month}月{when.day}日"
            return text + f"（周{WEEKDAY_SIGNS[when.weekday()]}）" * weekday
        text = f"{when.day} {MONTHS[when.month - 1]}" + f" {when.year}" * year
        return f"{WEEKDAYS[when.weekday()]} {text}" if weekday else text

    def clock(self, value: datetime | time, *, seconds: bool = False) -> str:
        """9:52 or 9:53:41, in the page's zone."""
        when = self.local(value) if isinstance(value, datetime) else value
        return f"{when.hour}:{when.minute:02}" + f":{when.second:02}" * seconds

    def moment(
        self, value: datetime, *, weekday: bool = False, year: bool = True, seconds: bool = False, zone: bool = False
    ) -> str:
        """2026年9月30日17:30, or 30 September 2026, 17:30; with `zone`, where that clock stands."""
        text = self.day(value, weekday=weekday, year=year)
        text += ("" if self.chinese else ", ") + self.clock(value, seconds=seconds)
        if not zone:
            return text
        return text + (f"（{self.zone_words}）" if self.chinese else f" ({self.zone_words})")

    def month(self, value: date) -> str:
        """2021年3月, or March 2021."""
        return f"{value.year}年{value.month}月" if self.chinese else f"{MONTHS[value.month - 1]} {value.year}"

    def period(self, first: date, last: date, *, year: bool = False) -> str:
        """Both ends of a span of days; the year is left out unless asked for."""
        if first == last:
            return self.day(first, year=year)
        if self.chinese and (first.year, first.month) == (last.year, last.month):
            return f"{self.day(first, year=year)}至{last.day}日"
        return f"{self.day(first, year=year)}{'至' if self.chinese else ' to '}{self.day(last, year=year)}"

    def left(self, until: datetime, now: datetime) -> str:
        """What is left until a deadline, in its two or one largest useful units."""
        seconds = int((until - now).total_seconds())
        if seconds <= 0:
            return self(N_("closed"))
        if seconds >= 86400:
            return self(N_("days left: {days}"), days=seconds // 86400)
        if seconds >= 3600:
            return self(N_("hours left: {hours}"), hours=seconds // 3600)
        return self(N_("minutes left: {minutes}"), minutes=max(1, seconds // 60))

    def duration(self, value: timedelta) -> str:
        """A length of time to the second."""
        hours, rest = divmod(int(value.total_seconds()), 3600)
        minutes, seconds = divmod(rest, 60)
        units = ((hours, "小时", "h"), (minutes, "分", "min"), (seconds, "秒", "s"))
        parts = [f"{n}{zh}" if self.chinese else f"{n} {en}" for n, zh, en in units if n]
        return ("" if self.chinese else " ").join(parts) or ("0秒" if self.chinese else "0 s")

    def size(self, octets: int) -> str:
        """A file size in kB, MB or GB of 1000, with one decimal below 10."""
        for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
            if octets >= scale:
                tenths = octets * 10 // scale
                return f"{tenths // 10}.{tenths % 10} {unit}" if tenths < 100 else f"{tenths // 10} {unit}"
        return f"{octets} B"

    @property
    def zone_words(self) -> str:
        """The page's time zone in words."""
        return self(ZONE_WORDS.get(self.zone.key, self.zone.key))

    def local(self, value: datetime) -> datetime:
        """A moment in the page's zone; one without a zone is taken as local already."""
        return value.astimezone(self.zone) if value.tzinfo is not None else value


_SHAPES: Mapping[type, Callable[[Translator, object], str]] = {
    Decimal: lambda t, v: t.exact(v),  # type: ignore[arg-type] # each shape stands beside its type
    int: lambda _, v: str(v),
    datetime: lambda t, v: t.moment(v),  # type: ignore[arg-type]
    date: lambda t, v: t.day(v),  # type: ignore[arg-type]
    time: lambda t, v: t.clock(v),  # type: ignore[arg-type]
    timedelta: lambda t, v: t.duration(v),  # type: ignore[arg-type]
    Name: lambda t, v: t.name(v),  # type: ignore[arg-type]
}


if __name__ == "__main__":
    from web.sentences import main

    sys.exit(main(sys.argv[1:]))
