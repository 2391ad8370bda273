"""The visible sheets of an .xlsx workbook as text cells, with every number's own digits (no float anywhere).

Excel writes a number with up to 17 digits, of which a person sees at most 15: 4.35 may stand as 4.3499999999999996.
The written digits are taken to 15 significant ones, in decimal arithmetic; nothing else is done to them. Runs in a
child process (`exam.children`), after the container has been checked for bombs.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import lru_cache
from xml.etree import ElementTree as ET

from core.errors import Refusal
from exam.children import Answer, Facts
from exam.workbook import check_container
from scoring.grid import OddKind

MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_SHEETS = 20
SEEN = Context(prec=15, rounding=ROUND_HALF_EVEN)
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # ECMA-376 part 1, 18.8.30
PERCENTS = frozenset({9, 10})
NOT_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

Sheet = list[list[object]]  # [row number, [cell, …]]; a cell is text or [odd kind]


def sheets_task(_facts: Facts, blobs: Sequence[bytes]) -> Answer:
    """In the child: the name and the rows of every visible sheet that holds anything."""
    content = blobs[0]
    check_container(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise Refusal(
                    "This is no table that can be read. Save it as CSV in UTF-8, or as .xlsx without a password."
                )
            book = _Book(archive)
            found = [(name, book.rows(path)) for name, path in book.sheets()]
    except (KeyError, ValueError, IndexError, ET.ParseError, zipfile.BadZipFile) as error:
        raise Refusal("This workbook is damaged and cannot be read.") from error
    return {"sheets": [{"name": name, "rows": rows} for name, rows in found if rows]}, []


class _Book:
    """The parts of one workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        names = set(archive.namelist())
        self.strings = list(self._strings()) if "xl/sharedStrings.xml" in names else []
        self.formats = list(self._formats()) if "xl/styles.xml" in names else []

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Name and path of each visible sheet."""
        targets = {
            relation.attrib["Id"]: relation.attrib["Target"] for relation in self._tree("xl/_rels/workbook.xml.rels")
        }
        sheets = [one for one in self._tree("xl/workbook.xml").iter() if _local(one.tag) == "sheet"]
        visible = [one for one in sheets if one.get("state", "visible") == "visible"]
        if len(visible) > MOST_SHEETS:
            raise Refusal("The workbook has {count} sheets; {most} are allowed.", count=len(visible), most=MOST_SHEETS)
        for one in visible:
            target = targets[one.get(RELATION) or one.get(STRICT_RELATION) or ""]
            yield one.attrib["name"], target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def rows(self, path: str) -> Sheet:
        """The rows of one sheet that have cells."""
        rows: Sheet = []
        number = 0
        with self.archive.open(path) as stream:
            for _, element in ET.iterparse(stream):  # noqa: S314 - in a child, expat bounds entities
                if _local(element.tag) != "row":
                    continue
                number = int(element.get("r", number + 1))
                cells = self._cells(element)
                element.clear()
                if any(cells):
                    rows.append([number, cells])
                if len(rows) > MOST_ROWS:
                    raise Refusal("A sheet has more than {most} rows.", most=MOST_ROWS)
        return rows

    def _cells(self, row: ET.Element) -> list[object]:
        cells: list[object] = []
        for cell in row:
            column = _column(cell.get("r", "")) or len(cells)
            if column >= MOST_COLUMNS:
                raise Refusal("A sheet has more than {most} columns.", most=MOST_COLUMNS)
            cells += [""] * (column - len(cells))
            cells.append(self._cell(cell))
        return cells

    def _cell(self, cell: ET.Element) -> object:
        """One cell: its text, or in a list the kind of what cannot be read."""
        inner = {_local(one.tag): one for one in cell}
        kind, written = cell.get("t", "n"), inner["v"].text or "" if "v" in inner else ""
        if "f" in inner:
            return [OddKind.FORMULA]
        if kind == "inlineStr":
            return _text(inner["is"]) if "is" in inner else ""
        if not written:
            return ""
        if kind == "s":
            return self.strings[int(written)]
        if kind in {"e", "b", "d"}:
            return [{"e": OddKind.ERROR, "b": OddKind.TRUTH, "d": OddKind.DATE}[kind]]
        if kind == "str":
            return written
        style = int(cell.get("s", 0))
        odd = self.formats[style] if style < len(self.formats) else None
        return [odd] if odd is not None else number_text(written)

    def _strings(self) -> Iterator[str]:
        with self.archive.open("xl/sharedStrings.xml") as stream:
            for _, element in ET.iterparse(stream):  # noqa: S314 - in a child, expat bounds entities
                if _local(element.tag) == "si":
                    yield _text(element)
                    element.clear()

    def _formats(self) -> Iterator[OddKind | None]:
        """What the number format of each cell style makes of a number: a date, a percentage or nothing."""
        tree = self._tree("xl/styles.xml")
        codes = {
            int(one.attrib["numFmtId"]): one.attrib["formatCode"] for one in tree.iter() if _local(one.tag) == "numFmt"
        }
        for styles in tree:
            if _local(styles.tag) == "cellXfs":
                for style in styles:
                    yield _odd_format(int(style.get("numFmtId", 0)), codes)

    def _tree(self, path: str) -> ET.Element:
        return ET.fromstring(self.archive.read(path))  # noqa: S314 - in a child, expat bounds entities


@lru_cache(maxsize=20_000)
def number_text(written: str) -> object:
    """The digits of a number as a person sees them: 4.3499999999999996 → 4.35, 8.5E1 → 85."""
    try:
        number = SEEN.create_decimal(written.strip())
    except InvalidOperation:
        return [OddKind.ERROR]
    if not number.is_finite() or not -15 <= number.adjusted() < 15:
        return [OddKind.LONG] if number else "0"
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _odd_format(number: int, codes: Mapping[int, str]) -> OddKind | None:
    code = NOT_DATE.sub("", codes.get(number, "")).lower()
    if number in PERCENTS or "%" in code:
        return OddKind.PERCENT
    dated = number in DATES if number not in codes else code != "general" and any(sign in code for sign in "ymdhs")
    return OddKind.DATE if dated else None


def _text(element: ET.Element) -> str:
    """The text of a string with all its runs, without the phonetic guides (注音)."""
    found: list[str] = []
    for one in element:
        if _local(one.tag) == "t":
            found.append(one.text or "")
        elif _local(one.tag) == "r":
            found += [inner.text or "" for inner in one if _local(inner.tag) == "t"]
    return "".join(found)


def _column(reference: str) -> int:
    """The 0-based column of a cell's reference: AB12 → 27; 0 of none."""
    return _place(reference.rstrip("0123456789")) if REFERENCE.fullmatch(reference) else 0


@lru_cache(maxsize=1000)
def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


@lru_cache(maxsize=1000)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
