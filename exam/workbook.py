"""Reading written marks from a strict .xlsx: ids as text, exact decimals, every bad row at once.

The file is opened only in a child process. A number of a spreadsheet is binary; it is taken to 15 significant digits,
which is what a person sees in the cell, and is exact from there on.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from core.errors import Problem, Refusal, refuse_any
from core.kinds import HEAD_BYTES, MediaKind, kind_of
from core.words import N_, Sentence
from exam.children import Answer, ChildFailedError, Facts, Limits, run_child
from exam.identity import fold_number, fold_text
from exam.marking import TICKET_FIELD, MarkEntry, MarkState, Paper, Place, left_out, wrong_entries

TICKET_HEADINGS = ("准考证号", "Ticket number")
STATE_HEADINGS = ("状态", "State")
STATE_CELLS = {
    MarkState.PRESENT: ("正常", "present"),
    MarkState.ABSENT: ("缺考", "absent"),
    MarkState.VOID: ("成绩无效", "mark void"),
}
"""What a cell may say instead of a mark, Chinese and English; the first form of each is what is written."""

FILE_CAP = 20 * 1024 * 1024
_LIMITS = Limits(memory=1024, seconds=60)
_UNPACKED_CAP = 256 * 1024 * 1024
_RATIO_CAP = 100
_RATIO_FREE = 8 * 1024 * 1024
_MEMBER_CAP = 500
_ROW_CAP = 200_000
_COLUMN_CAP = 100
_PLAIN_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)

Cell = tuple[str, str] | None
"""Kind and text of a cell: text, number (15 significant digits), other (date, time, yes/no); None: blank."""


@dataclass(frozen=True, slots=True)
class MarksSheet:
    """The marks of one file: SHA-256 of its bytes (hex), one entry per person and paper, and what was folded.

    `folded` says which ticket numbers were read with full-width figures or spaces made plain.
    """

    digest: str
    entries: tuple[MarkEntry, ...]
    folded: tuple[Sentence, ...]


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    papers: Mapping[int, Paper]
    ticket_column: int
    state_column: int | None
    entries: list[MarkEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    folded: list[Sentence] = field(default_factory=list)
    unread: list[Place] = field(default_factory=list)
    lost_row: bool = False


def read_marks(content: bytes, papers: Sequence[Paper], tickets: Collection[str]) -> MarksSheet:
    """Read the first sheet of a workbook: a ticket number column, one column per paper, perhaps a state column.

    A paper's column is headed by its name or key. A cell may say 缺考 or 成绩无效 instead of a mark; the state column
    says it for all papers of the row. Raises one Refusal with every problem, by row and column heading.
    """
    rows = _grid(content)
    reading = _read_heading(rows[0] if rows else [], papers)
    refuse_any(reading.problems)
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            _read_row(reading, number, row)
    problems = reading.problems + [
        replace(one, field=TICKET_HEADINGS[0]) if one.field == TICKET_FIELD else one
        for one in wrong_entries(reading.entries, papers, tickets)
    ]
    if not reading.lost_row:  # else nobody can tell who is really missing
        places = [entry.place for entry in reading.entries] + reading.unread
        problems += left_out(papers, tickets, places)
    refuse_any(sorted(problems, key=lambda one: (one.row == 0, one.row)))
    digest = hashlib.sha256(content).hexdigest()
    return MarksSheet(digest, tuple(reading.entries), tuple(reading.folded))


def _read_heading(row: Sequence[Cell], papers: Sequence[Paper]) -> _Reading:
    reading = _Reading({}, 0, None)
    meanings: dict[str, str | Paper] = {fold_text(name): "ticket" for name in TICKET_HEADINGS}
    meanings |= {fold_text(name): "state" for name in STATE_HEADINGS}
    meanings |= {fold_text(name): paper for paper in papers for name in (paper.key, paper.name)}
    found: dict[str, int] = {}
    by_column: dict[int, Paper] = {}
    for column, cell in enumerate(row):
        if cell is None:
            continue
        meaning = meanings.get(fold_text(cell[1]))
        if meaning is None:
            reading.problems.append(Problem("This column is not known.", {}, cell[1], 1))
            continue
        key = meaning.key if isinstance(meaning, Paper) else f"/{meaning}"
        if key in found:
            reading.problems.append(Problem("This column stands twice.", {}, cell[1], 1))
        found[key] = column
        if isinstance(meaning, Paper):
            by_column[column] = meaning
    for key, name in [("/ticket", TICKET_HEADINGS[0]), *((paper.key, paper.name) for paper in papers)]:
        if key not in found:
            reading.problems.append(Problem("This column is missing in the first row.", {}, name, 1))
    reading.papers = by_column
    reading.ticket_column = found.get("/ticket", 0)
    reading.state_column = found.get("/state")
    return reading


def _read_row(reading: _Reading, number: int, row: Sequence[Cell]) -> None:
    ticket = _read_ticket(reading, number, row[reading.ticket_column])
    state = _read_state(reading, number, row)
    for column, paper in reading.papers.items():
        cell = row[column]
        if cell is None and ticket in paper.excused:
            continue
        entry = _read_mark(ticket, paper, state, cell, number)
        if isinstance(entry, Problem):
            reading.problems.append(entry)
            reading.unread.append((ticket, paper.key))
        elif ticket:
            reading.entries.append(entry)


def _read_ticket(reading: _Reading, number: int, cell: Cell) -> str:
    heading = TICKET_HEADINGS[0]
    if cell is None:
        problem = Problem("The ticket number is missing.", {}, heading, number)
    elif cell[0] != "text":
        problem = Problem(
            "This ticket number is stored as a number or date, so digits may be lost. Format the column as text and "
            "enter it again.",
            {},
            heading,
            number,
        )
    else:
        ticket = fold_number(cell[1])
        if ticket != cell[1]:
            reading.folded.append(
                Sentence(
                    N_("Row {row}: the ticket number was read as {ticket}, in plain characters without spaces."),
                    {"row": number, "ticket": ticket},
                )
            )
        if ticket:
            return ticket
        problem = Problem("The ticket number is missing.", {}, heading, number)
    reading.problems.append(problem)
    reading.lost_row = True
    return ""


def _read_state(reading: _Reading, number: int, row: Sequence[Cell]) -> MarkState:
    cell = row[reading.state_column] if reading.state_column is not None else None
    if cell is None:
        return MarkState.PRESENT
    state = _state_of(cell)
    if state is None:
        choices = ", ".join(forms[0] for forms in STATE_CELLS.values())
        reading.problems.append(
            Problem(
                "“{value}” is not a state. Leave the cell empty or enter one of: {choices}.",
                {"value": cell[1], "choices": choices},
                STATE_HEADINGS[0],
                number,
            )
        )
        return MarkState.PRESENT
    return state


def _state_of(cell: Cell) -> MarkState | None:
    if cell is None or cell[0] != "text":
        return None
    said = fold_text(cell[1])
    return next((state for state, forms in STATE_CELLS.items() if said in map(fold_text, forms)), None)


def _read_mark(ticket: str, paper: Paper, state: MarkState, cell: Cell, number: int) -> MarkEntry | Problem:
    own_state = _state_of(cell)
    if own_state not in (None, MarkState.PRESENT):
        return MarkEntry(ticket, paper.key, own_state, None, number)
    if cell is None:
        if state is not MarkState.PRESENT:
            return MarkEntry(ticket, paper.key, state, None, number)
        return Problem(
            "This cell is empty, or holds a formula without a result or an error value. Enter the mark, or say that "
            "the person was absent.",
            {},
            paper.name,
            number,
        )
    kind, text = cell
    if kind == "number" or (kind == "text" and _PLAIN_NUMBER.fullmatch(text.strip())):
        return MarkEntry(ticket, paper.key, state, Decimal(text.strip()), number)
    return Problem("“{value}” is not a mark.", {"value": text}, paper.name, number)


def _grid(content: bytes) -> list[list[Cell]]:
    """The cells of the first visible sheet, read in a child process; all rows have the same length."""
    if not content:
        raise Refusal("The file is empty.")
    if len(content) > FILE_CAP:
        raise Refusal("The file is larger than {most} MB.", most=FILE_CAP // 1024**2)
    if kind_of(content[:HEAD_BYTES]) is not MediaKind.XLSX:
        raise Refusal("This is not an .xlsx workbook, or it is protected by a password. Save it as .xlsx, unprotected.")
    try:
        answer, _ = run_child("exam.workbook:grid_task", {}, [content], _LIMITS)
    except ChildFailedError as failed:
        raise Refusal("This workbook could not be read within the limits of memory and time.") from failed
    rows = answer["rows"]
    if not isinstance(rows, list):
        raise TypeError(rows)
    return [[None if cell is None else (cell[0], cell[1]) for cell in row] for row in rows]


def grid_task(_facts: Facts, blobs: Sequence[bytes]) -> Answer:
    """In the child: check the zip container, then hand back the cells of the first visible sheet."""
    import python_calamine

    content = blobs[0]
    check_container(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            sheet.name for sheet in book.sheets_metadata if sheet.visible is python_calamine.SheetVisibleEnum.Visible
        ]
        sheet = book.get_sheet_by_name(visible[0])
        width, height = sheet.total_width, sheet.total_height
        if width > _COLUMN_CAP or height > _ROW_CAP:
            raise Refusal(
                "The sheet has {height} rows and {width} columns; {rows} and {columns} are allowed.",
                height=height,
                width=width,
                rows=_ROW_CAP,
                columns=_COLUMN_CAP,
            )
        rows = sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError) as error:
        raise Refusal("This workbook is damaged and cannot be read.") from error
    return {"rows": [[_cell(value) for value in row] for row in rows]}, []


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return ("text", value) if value.strip() else None
    if isinstance(value, bool):
        return "other", str(value).upper()
    if isinstance(value, int | float):
        return "number", format(value, ".15g")
    return "other", str(value)


def check_container(content: bytes) -> None:
    """Refuse zip bombs before anything unpacks them; what the directory says is proven by reading it through."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            bomb = unpacked > _UNPACKED_CAP or unpacked > max(_RATIO_FREE, _RATIO_CAP * len(content))
            if bomb or len(members) > _MEMBER_CAP:
                raise Refusal("This workbook unpacks to far more than a list of marks can need.")
            for member in members:
                with archive.open(member) as packed:
                    while packed.read(1024 * 1024):
                        pass
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refusal("This workbook is damaged and cannot be read.") from error
