"""The score sheet (评分表): its form in the scheme, and whether what a judge hands in is a complete sheet.

Marks are Decimals read from text only. A sheet is named on paper and screen by a short code of its content.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from core.canonical import canonical
from core.errors import Problem, refuse_any
from core.words import Name
from exam.section import SectionReader
from interview.panel import JudgeKind

MARK_PLACES = 4
"""Decimals of a mark where it is stored as a scaled integer; also the scale of the house's exact-decimal column."""
FINEST_STEP = Decimal("0.01")
FULL_MARKS = Decimal(100)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")

Keyed = TypeVar("Keyed", "Element", "Group")


@dataclass(frozen=True, slots=True)
class Band:
    """A grade's range of marks (等次区间), both ends included."""

    name: Name
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Element:
    """One thing judged (测评要素), marked from 0 to its maximum."""

    key: str
    name: Name
    maximum: Decimal
    bands: tuple[Band, ...] = ()

    def band(self, mark: Decimal) -> Band | None:
        """The grade a mark falls into."""
        return next((band for band in self.bands if band.low <= mark <= band.high), None)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of judges with its seats in every panel."""

    key: JudgeKind
    name: Name
    seats: int


@dataclass(frozen=True, slots=True)
class SheetForm:
    """The `[sheet]` section of a scheme: what is marked, in which steps, by which groups."""

    elements: tuple[Element, ...]
    step: Decimal
    groups: tuple[Group, ...]
    decimals: int = field(init=False, compare=False)
    """How many decimals a mark is shown with."""

    def __post_init__(self) -> None:
        """Count the decimals of a step once: every mark shown asks for them."""
        object.__setattr__(self, "decimals", max(0, -int(self.step.normalize().as_tuple().exponent)))

    @property
    def total(self) -> Decimal:
        """The sum of the maxima."""
        return sum((element.maximum for element in self.elements), Decimal(0))

    def shown(self, mark: Decimal) -> str:
        """A mark with all its decimals."""
        return f"{mark:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class Marks:
    """A complete sheet's marks, element key → mark, in the order of the form."""

    by_element: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        """The sum of the sheet."""
        return sum(self.by_element.values(), Decimal(0))


def parse_sheet(section: Mapping[str, object]) -> SheetForm:
    """Read the `[sheet]` section. Raises Refusal listing every problem with its path.

    The maxima must add up to `total` (100 if not written): an element that was forgotten shows here and not
    after the interviews (Shenzhen 2012, where a program added four of five elements).
    """
    reader = SectionReader(section, "sheet")
    step = _number(reader, "step")
    form = SheetForm(
        tuple(_element(one) for one in reader.tables("elements")),
        step,
        tuple(_group(one) for one in reader.tables("groups")),
    )
    wanted = _number(reader, "total") if reader.has("total") else FULL_MARKS
    reader.finish()
    if not reader.problems:
        _check_form(reader, form, wanted)
    refuse_any(reader.problems)
    return form


def _element(reader: SectionReader) -> Element:
    bands = tuple(_band(one) for one in reader.tables("bands"))
    element = Element(_key(reader), _name(reader), _number(reader, "maximum"), bands)
    reader.finish()
    return element


def _band(reader: SectionReader) -> Band:
    band = Band(_name(reader), _number(reader, "low"), _number(reader, "high"))
    reader.finish()
    return band


def _group(reader: SectionReader) -> Group:
    group = Group(reader.choice("key", JudgeKind), _name(reader), reader.whole("seats", least=1, most=99))
    reader.finish()
    return group


def _key(reader: SectionReader) -> str:
    key = reader.text("key", most=40)
    if key and not _KEY.fullmatch(key):
        reader.problems.append(
            Problem("A key is a small letter, then small letters, digits and underscores.", {}, reader.at("key"))
        )
    return key


def _name(reader: SectionReader) -> Name:
    return Name(reader.text("name", most=40), reader.text("name_en", most=80) if reader.has("name_en") else "")


def _number(reader: SectionReader, key: str) -> Decimal:
    """A number of at most two decimals: whole, Decimal or text (a frozen scheme keeps decimals as text)."""
    value = reader.raw.get(key) if reader.has(key) else None
    if isinstance(value, float):
        raise TypeError("a float has no place in a scheme: parse decimals as Decimal")
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        reader.problems.append(
            Problem("This must be a number of at most two decimals, not below 0.", {}, reader.at(key))
        )
        return Decimal(0)
    return Decimal(text)


def _check_form(reader: SectionReader, form: SheetForm, wanted: Decimal) -> None:
    if form.step < FINEST_STEP:
        reader.problems.append(Problem("The step of marks must be above 0.", {}, reader.at("step")))
        return
    if not form.elements:
        reader.problems.append(Problem("A sheet needs at least one element.", {}, reader.at("elements")))
    if not form.groups:
        reader.problems.append(Problem("A panel needs at least one group of judges.", {}, reader.at("groups")))
    _check_unique(reader, "elements", form.elements)
    _check_unique(reader, "groups", form.groups)
    for place, element in enumerate(form.elements, start=1):
        where = f"{reader.at('elements')}[{place}]"
        if element.maximum <= 0 or element.maximum % form.step:
            reader.problems.append(
                Problem("The maximum must be above 0 and a multiple of the step {step}.", {"step": form.step}, where)
            )
        elif element.bands and not _covers(element, form.step):
            reader.problems.append(
                Problem("The bands must cover 0 to {maximum} once, step by step.", {"maximum": element.maximum}, where)
            )
    if form.elements and form.total != wanted:
        reader.problems.append(
            Problem(
                "The maxima add up to {total}, not to {wanted}.",
                {"total": form.total, "wanted": wanted},
                reader.at("elements"),
            )
        )


def _check_unique(reader: SectionReader, key: str, items: Sequence[Keyed]) -> None:
    keys = [item.key for item in items]
    reader.problems.extend(
        Problem("{key} stands twice.", {"key": key_}, f"{reader.at(key)}[{place}].key")
        for place, key_ in enumerate(keys, start=1)
        if key_ in keys[: place - 1]
    )


def _covers(element: Element, step: Decimal) -> bool:
    """Whether the bands, from the lowest up, follow each other from 0 to the maximum by one step."""
    edge = -step
    for band in sorted(element.bands, key=lambda one: one.low):
        if band.low != edge + step or band.high < band.low:
            return False
        edge = band.high
    return edge == element.maximum


def check_marks(form: SheetForm, handed_in: Mapping[str, object]) -> Marks:
    """The marks of a complete sheet. Raises Refusal with a problem per element, `field` being its key.

    Every element must be there, as text, from 0 to its maximum and on the step; full-width digits are read as
    ASCII ones (NFKC), nothing else is guessed. A mark that is not there is never 0.
    """
    known = {element.key for element in form.elements}
    problems = [
        Problem("The sheet has no element {element}.", {"element": key}, key)
        for key in sorted(handed_in)
        if key not in known
    ]
    marks: dict[str, Decimal] = {}
    for element in form.elements:
        mark = _mark(form, element, handed_in.get(element.key))
        if isinstance(mark, Problem):
            problems.append(mark)
        else:
            marks[element.key] = mark
    refuse_any(problems)
    return Marks(marks)


def _folded(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _mark(form: SheetForm, element: Element, value: object) -> Decimal | Problem:
    text = _folded(value).strip() if isinstance(value, str) else value
    if text is None or text == "":
        return Problem("{element} has no mark yet.", {"element": element.name}, element.key)
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return Problem("The mark for {element} is not a number.", {"element": element.name}, element.key)
    mark = Decimal(text)
    if mark > element.maximum:
        facts = {"element": element.name, "maximum": form.shown(element.maximum)}
        return Problem("The mark for {element} is above its maximum {maximum}.", facts, element.key)
    if mark % form.step:
        facts = {"element": element.name, "step": form.step}
        return Problem("Marks for {element} go in steps of {step}.", facts, element.key)
    return mark


def content(form: SheetForm, marks: Marks, *, hearing: str, seat: str, version: int) -> bytes:
    """The canonical bytes of one version of a sheet: who marked whom (by number) and what; no name, no time."""
    return canonical(
        {
            "sheet": "gongxuan-sheet-v1",
            "hearing": hearing,
            "seat": seat,
            "version": version,
            "marks": [[key, form.shown(mark)] for key, mark in marks.by_element.items()],
            "total": form.shown(marks.total),
        }
    )


def check_code(sheet: bytes) -> str:
    """The check code (核对码) of a sheet's canonical bytes, as printed: `4F1A-77C0`, 32 bits of SHA-256."""
    digits = hashlib.sha256(sheet).hexdigest()[:8].upper()
    return f"{digits[:4]}-{digits[4:]}"
