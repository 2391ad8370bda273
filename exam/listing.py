"""Writing .xlsx: the template for written marks, and lists of results whose text never becomes a formula."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from core.words import N_, Sentence
from exam.marking import MarkState, Paper
from exam.workbook import STATE_CELLS, STATE_HEADINGS, TICKET_HEADINGS

Say = Callable[[Sentence], str]

_SPARE_ROWS = 20
_TEXT_FORMAT = "@"
_HEAD_FILL = PatternFill("solid", fgColor="EFECE6")
_LINE = Border(bottom=Side(style="thin", color="8A857C"))
_WIDEST = 48


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading, and the decimals of its figures (None: a column of text)."""

    heading: str
    decimals: int | None = None
    width: int = 0


def marks_template(papers: Sequence[Paper], tickets: Sequence[str], *, say: Say = str) -> bytes:
    """The .xlsx into which written marks are typed, one row per ticket number in the order given.

    Ids stand as text and are locked like the headings; a mark's cell takes 0 to the full mark with the paper's
    decimals, or a state instead. `say` puts the sentences of the input prompts into a language.
    """
    book = Workbook()
    sheet = _sheet(book, TICKET_HEADINGS[0])
    headings = [TICKET_HEADINGS[0], *(paper.name for paper in papers), STATE_HEADINGS[0]]
    _write_heading(sheet, 1, headings)
    last = len(tickets) + 1 if tickets else _SPARE_ROWS + 1
    for row in range(2, last + 1):
        ticket = _write_text(sheet, row, 1, tickets[row - 2] if tickets else "")
        ticket.protection = Protection(locked=bool(tickets))
        for column, paper in enumerate(papers, start=2):
            cell = sheet.cell(row, column)
            cell.number_format = _number_format(paper.decimals)
            cell.protection = Protection(locked=False)
        _write_text(sheet, row, len(headings), "").protection = Protection(locked=False)
    for column, paper in enumerate(papers, start=2):
        sheet.add_data_validation(_mark_validation(paper, get_column_letter(column), last, say))
    sheet.add_data_validation(_state_validation(get_column_letter(len(headings)), last, say))
    _set_widths(sheet, [20, *(14 for _ in papers), 12])
    sheet.freeze_panes = "B2"
    sheet.protection.enable()
    sheet.protection.formatColumns = False
    return _saved(book)


def result_list(title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> bytes:
    """A list as .xlsx: title, headings, rows. Figures are written exactly, everything else as text.

    A cell is None, a Decimal or int (in a column with decimals), or anything else as its text; ids are given as text.
    """
    book = Workbook()
    sheet = _sheet(book, title)
    _write_text(sheet, 1, 1, title).font = Font(bold=True, size=14)
    _write_heading(sheet, 2, [column.heading for column in columns])
    widths = [max(column.width, 2 * len(column.heading) + 2) for column in columns]
    for number, values in enumerate(rows, start=3):
        for place, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            if value is None:
                continue
            if column.decimals is not None and isinstance(value, Decimal | int):
                _write_figure(sheet, number, place, value, column.decimals)
            else:
                _write_text(sheet, number, place, str(value))
            widths[place - 1] = max(widths[place - 1], _shown_width(str(value)) + 2)
    _set_widths(sheet, [min(width, _WIDEST) for width in widths])
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    return _saved(book)


def _sheet(book: Workbook, title: str) -> Worksheet:
    sheet = book.worksheets[0]
    forbidden = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
    sheet.title = title.translate(forbidden).strip()[:31] or "1"
    sheet.page_setup.paperSize = "9"  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


def _write_heading(sheet: Worksheet, row: int, headings: Sequence[str]) -> None:
    for column, heading in enumerate(headings, start=1):
        cell = _write_text(sheet, row, column, heading)
        cell.font = Font(bold=True)
        cell.fill = _HEAD_FILL
        cell.border = _LINE
        cell.alignment = Alignment(vertical="center", wrap_text=True)


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A text cell that stays text: openpyxl makes a live formula of a leading = unless told otherwise."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):  # merged cells, of which these sheets have none
        raise TypeError(cell)
    if text:
        cell.value = text
        cell.data_type = "s"
    cell.number_format = _TEXT_FORMAT
    return cell


def _write_figure(sheet: Worksheet, row: int, column: int, value: Decimal | int, decimals: int) -> None:
    """A figure with exactly its digits: openpyxl would print it through a binary float (9.95 as 9.949999999999999)."""
    cell = _write_text(sheet, row, column, format(value, "f" if isinstance(value, Decimal) else "d"))
    cell.data_type = "n"
    cell.number_format = _number_format(decimals)


def _mark_validation(paper: Paper, letter: str, last: int, say: Say) -> DataValidation:
    first = f"{letter}2"
    states = ",".join(f'{first}="{STATE_CELLS[state][0]}"' for state in (MarkState.ABSENT, MarkState.VOID))
    inside = f"{first}>=0,{first}<={paper.maximum:f},ROUND({first},{paper.decimals})={first}"
    facts = {
        "maximum": paper.maximum,
        "decimals": paper.decimals,
        "absent": STATE_CELLS[MarkState.ABSENT][0],
        "void": STATE_CELLS[MarkState.VOID][0],
    }
    rule = say(
        Sentence(N_("A mark from 0 to {maximum} with at most {decimals} decimals, or {absent} or {void}."), facts)
    )
    return DataValidation(
        type="custom",
        formula1=f"OR({states},IF(ISNUMBER({first}),AND({inside}),FALSE))",
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=paper.name[:30],
        error=rule[:250],
        promptTitle=paper.name[:30],
        prompt=rule[:250],
        sqref=f"{first}:{letter}{last}",
    )


def _state_validation(letter: str, last: int, say: Say) -> DataValidation:
    words = ",".join(forms[0] for forms in STATE_CELLS.values())
    rule = say(Sentence(N_("Holds for all papers of the row. Leave it empty for who was present.")))
    return DataValidation(
        type="list",
        formula1=f'"{words}"',
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        promptTitle=STATE_HEADINGS[0],
        prompt=rule[:250],
        sqref=f"{letter}2:{letter}{last}",
    )


def _number_format(decimals: int) -> str:
    return "0." + "0" * decimals if decimals else "0"


def _set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def _shown_width(text: str) -> int:
    return sum(1 if sign.isascii() else 2 for sign in text)


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
