"""The result book bound: its sheets as an .xlsx file, styled, with frozen panes, ready to be printed on A4."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from threading import BoundedSemaphore
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.properties import PageSetupProperties

from core.canonical import fingerprint
from core.errors import Refusal
from core.words import Name
from exam.children import Answer, ChildFailedError, Facts, Limits, run_child
from scoring.book import Book, made_book
from scoring.book.sheets import FIRST_ROW, Cell, Kind, Look, Sheet, letters
from scoring.replay import replayed
from scoring.scheme import parse_scheme
from scoring.snapshot import tally_document
from scoring.stored import inputs_of

FONT = "Noto Sans CJK SC"
TITLE, STRONG, SOFT = (
    Font(name=FONT, bold=True, size=14),
    Font(name=FONT, bold=True, size=10),
    Font(name=FONT, size=9, color="606060"),
)
PLAIN, HEAD = Font(name=FONT, size=10), Font(name=FONT, size=10, bold=True)
HEAD_FILL, FIXED_FILL = PatternFill("solid", fgColor="E8EEF4"), PatternFill("solid", fgColor="E4E4E4")
GIVEN = Font(name=FONT, size=10, color="1F4E79")
RULE = Border(bottom=Side("thin", color="B0B0B0"))
STRUCK = DifferentialStyle(font=Font(strike=True, color="909090"))
LOOKS: Mapping[Look, str] = {
    Look.KEPT: '"计入 counts";"去低 low";"去高 high"', Look.YES: '"是 yes";"待定 open";"否 no"',
}  # fmt: skip
LINE = 15  # points
TIME = (1980, 1, 1, 0, 0, 0)
LIMITS = Limits(memory=3072, seconds=300)
BINDERS = BoundedSemaphore(1)
"""Books are bound one after another: each takes a core and much memory while it is made."""


def result_book(kind: str, scheme: bytes, inputs: bytes, outcome: str, lines: Mapping[str, str]) -> bytes:
    """The book of a tally computed anew in a child process, from the frozen rules and the sealed inputs.

    `outcome` is the SHA-256 of what was kept, `lines` are those of the first sheet. Raises Refusal of a result that is
    too large for one book, or that comes out otherwise now.
    """
    facts = {"kind": kind, "outcome": outcome, "lines": lines}
    with BINDERS:
        try:
            _, blobs = run_child("scoring.binding:book_task", facts, [scheme, inputs], LIMITS)
        except ChildFailedError as failed:
            raise Refusal("The result book could not be made within the limits of memory and time.") from failed
    return blobs[0]


def book_task(facts: Facts, blobs: Sequence[bytes]) -> Answer:
    """In the child: compute, lay out, bind."""
    scheme = parse_scheme(json.loads(blobs[0], parse_float=Decimal))
    inputs = inputs_of(json.loads(blobs[1]))
    lines = facts["lines"]
    if not isinstance(lines, dict):
        raise TypeError(lines)
    made = replayed(str(facts["kind"]), scheme, inputs)
    if made.refusals or fingerprint(tally_document(made)) != facts["outcome"]:
        raise Refusal("Computed again, this result is another one than was kept: verify its result package.")
    return {}, [bound(made_book(scheme, inputs, made, lines))]


def bound(book: Book) -> bytes:
    """The .xlsx file; the same book gives the same bytes."""
    workbook = Workbook(write_only=True)
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    for sheet in book.sheets:
        _write(workbook.create_sheet(sheet.name), sheet)
    target = io.BytesIO()
    workbook.save(target)
    return _timeless(target.getvalue())


def _write(target: Any, sheet: Sheet) -> None:
    last = max(len(sheet.headings) - 1, 0)
    target.freeze_panes = f"{letters(sheet.frozen)}{FIRST_ROW}"
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.page_setup.orientation = "landscape" if last > 6 else "portrait"
    target.page_setup.paperSize = 9  # A4
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = 1, 0
    target.print_title_rows = f"1:{FIRST_ROW - 1}"
    target.oddFooter.center.text = "&A　&P / &N"
    if sheet.aside:
        target.sheet_properties.tabColor = "909090"
    for place, column in enumerate(sheet.headings):
        target.column_dimensions[get_column_letter(place + 1)].width = column.width
    _strike(target, sheet)
    widths = [column.width for column in sheet.headings]
    target.append([_styled(target, f"{sheet.title.chinese}　{sheet.title.english}", TITLE)])
    chinese, english = ([name(column.name) for column in sheet.headings] for name in (_chinese, _english))
    for number, font, words in ((2, HEAD, chinese), (3, SOFT, english)):
        target.row_dimensions[number].height = _height(words, widths)
        target.append([_styled(target, text, font, heading=True) for text in words])
    styles = _Styles(target)
    for number, row in enumerate(sheet.rows, FIRST_ROW):
        texts = [row[n].text if n in row and row[n].kind is Kind.TEXT else "" for n in range(len(widths))]
        if (height := _height(texts, widths)) > LINE:
            target.row_dimensions[number].height = height
        target.append([styles.cell(row[n]) if n in row else None for n in range(max(row, default=-1) + 1)])


def _chinese(name: Name) -> str:
    return name.chinese


def _english(name: Name) -> str:
    return name.english


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """How high a row is in which every text is broken to the width of its column; a Chinese sign takes two places."""
    lines = [
        -(-sum(2 if ord(sign) > 0x2E7F else 1 for sign in text) * 8 // (7 * width))  # words break early
        for text, width in zip(texts, widths, strict=True)
    ]
    return LINE * max(lines, default=1)


def _styled(target: Any, text: str, font: Font, *, heading: bool = False) -> Any:
    cell = WriteOnlyCell(target)
    cell.value, cell.data_type, cell.font = _plain(text), "s", font
    if heading:
        cell.fill, cell.border = HEAD_FILL, RULE
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    return cell


def _plain(text: str) -> str:
    """A text without the control signs that no spreadsheet file may hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)


class _Styles:
    """The styles of one sheet: each is made once and lent to all cells that look alike, which openpyxl does slowly."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self._made: dict[tuple[Kind, Look, str], Any] = {}

    def cell(self, one: Cell) -> Any:
        """A text stays text whatever it begins with; a figure is written with its own digits, never through a float."""
        cell: Any = WriteOnlyCell(self._target)
        places = one.places if one.places is not None else 7
        form = "@" if one.kind is Kind.TEXT else LOOKS.get(one.look) or ("0." + "0" * places if places else "0")
        if one.kind is Kind.TEXT:
            cell.value, cell.data_type = _plain(one.text), "s"
        else:
            cell.value, cell.data_type = (f"={one.text}", "f") if one.kind is Kind.FORMULA else (one.text, "n")
        cell._style = self._style(one.kind, one.look, form)  # noqa: SLF001 - openpyxl has no other way to share one
        return cell

    def _style(self, kind: Kind, look: Look, form: str) -> Any:
        if (kind, look, form) not in self._made:
            cell: Any = WriteOnlyCell(self._target)
            cell.font = STRONG if look is Look.STRONG else GIVEN if kind is Kind.GIVEN else PLAIN
            cell.number_format = form
            if kind is Kind.TEXT:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            elif look not in {Look.PLAIN, Look.STRIKABLE}:
                cell.alignment = Alignment(horizontal="center", vertical="top")
            else:
                cell.alignment = Alignment(vertical="top")
            if kind is Kind.FIXED:
                cell.fill = FIXED_FILL
            self._made[kind, look, form] = cell._style  # noqa: SLF001
        return self._made[kind, look, form]


def _strike(target: Any, sheet: Sheet) -> None:
    """Strike out what is dropped, as long as the cell to its right says so."""
    columns = {column for row in sheet.rows for column, cell in row.items() if cell.look is Look.STRIKABLE}
    last = FIRST_ROW + len(sheet.rows) - 1
    for column in sorted(columns):
        own, kept = letters(column), letters(column + 1)
        rule: Any = Rule("expression", formula=[f"AND(ISNUMBER(${kept}{FIRST_ROW}),${kept}{FIRST_ROW}<>1)"])
        rule.dxf = STRUCK
        target.conditional_formatting.add(f"{own}{FIRST_ROW}:{own}{last}", rule)


def _timeless(content: bytes) -> bytes:
    """The same archive without the time at which it was made."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _members(source):
            archive.writestr(zipfile.ZipInfo(name, TIME), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _members(source: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in source.namelist():
        if name != "docProps/core.xml":
            yield name, source.read(name)
            continue
        text = source.read(name).decode()
        for tag in ("created", "modified"):
            head, _, rest = text.partition(f"<dcterms:{tag}")
            if rest:
                text = head + rest.partition(f"</dcterms:{tag}>")[2]
        yield name, text.encode()
