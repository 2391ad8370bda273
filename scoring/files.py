"""Files of marks as grids of text: CSV (UTF-8, UTF-16 or GB18030), JSON, .xlsx; told apart by their content.

A number stands with the digits of the file; it never passes through a float.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from core.errors import Refusal
from core.kinds import HEAD_BYTES, MediaKind, kind_of
from exam.children import ChildFailedError, Limits, run_child
from scoring.columns import COLUMN_OF, fold
from scoring.grid import NO_TABLE, Cell, Grid, Odd, OddKind

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 500_000
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SEPARATORS = (",", "\t", ";")
Line = tuple[int, Sequence[Cell]]
LIMITS = Limits(memory=1024, seconds=60)


def grids(name: str, content: bytes) -> list[Grid]:
    """The tables of one file, named `name` in problems. Raises Refusal where it cannot be read as one."""
    if not content.strip():
        raise Refusal("The file is empty.")
    if len(content) > MOST_BYTES:
        raise Refusal("The file is larger than {most} MB.", most=MOST_BYTES // 1024**2)
    if content.startswith(b"PK\x03\x04"):
        return _workbook(name, content)
    if content.startswith(OLD_OFFICE) or kind_of(content[:HEAD_BYTES]) is not MediaKind.UNKNOWN:
        raise Refusal(NO_TABLE)
    text = decoded(content)
    if not text.strip():
        raise Refusal("The file is empty.")
    if text.lstrip()[:1] in {"[", "{"}:
        return _json(name, text)
    return [_csv(name, text)]


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8 with or without a mark, UTF-16 with one, else GB18030 (what Chinese Excel writes)."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal("This is not text in UTF-8 or GB18030.")


def _csv(name: str, text: str) -> Grid:
    """Rows separated by commas, tabs or semicolons: whichever makes the most known columns of the first row."""
    first = next(line for line in text.splitlines() if line.strip())
    separator = max(SEPARATORS, key=lambda one: sum(fold(word.strip('"')) in COLUMN_OF for word in first.split(one)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Line] = []
    end = 0
    try:
        for cells in reader:
            number, end = end + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                rows.append((number, cells))
            _bound(len(rows))
    except csv.Error as error:
        raise Refusal("Row {row} is no row of a CSV file: look at its quotation marks.", row=end + 1) from error
    return _grid(name, "", rows[0], rows[1:])


def _json(name: str, text: str) -> list[Grid]:
    """A list of objects, or an object of such lists; every number stays the text it is written with."""
    try:
        document = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_without_repeats
        )
    except (ValueError, RecursionError) as error:
        raise Refusal("This is not a valid JSON document: {detail}", detail=str(error)) from error
    if isinstance(document, Mapping):
        return [_objects(name, table, key) for key, table in document.items()]
    return [_objects(name, document)]


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _objects(name: str, table: object, inside: str = "") -> Grid:
    if not isinstance(table, list) or not all(isinstance(one, Mapping) for one in table):
        raise Refusal("This must be a list of objects, or an object of such lists.", field=inside)
    _bound(len(table))
    heading = list(dict.fromkeys(key for one in table for key in one))
    rows = [(number, [_json_cell(one.get(key)) for key in heading]) for number, one in enumerate(table, start=1)]
    return _grid(name, inside, (0, heading), rows)


def _json_cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return Odd(OddKind.TRUTH)
    return value if isinstance(value, str) else Odd(OddKind.NESTED)


def _workbook(name: str, content: bytes) -> list[Grid]:
    """Every visible sheet, read in a child process with limits of memory and time."""
    try:
        answer, _ = run_child("scoring.workbook:sheets_task", {}, [content], LIMITS)
    except ChildFailedError as failed:
        raise Refusal("This workbook could not be read within the limits of memory and time.") from failed
    sheets = answer["sheets"]
    if not isinstance(sheets, list):
        raise TypeError(sheets)
    if not sheets:
        raise Refusal("The file is empty.")
    _bound(sum(len(sheet["rows"]) for sheet in sheets))
    return [
        _grid(name, sheet["name"] if len(sheets) > 1 else "", rows[0], rows[1:])
        for sheet in sheets
        for rows in [[(number, [_sheet_cell(cell) for cell in cells]) for number, cells in sheet["rows"]]]
    ]


def _sheet_cell(cell: object) -> Cell:
    return cell if isinstance(cell, str) else Odd(OddKind(cell[0])) if isinstance(cell, list) else ""


def _grid(name: str, inside: str, heading: Line, rows: Sequence[Line]) -> Grid:
    """One table; `inside` names the sheet or list where the file has several."""
    if not rows or not any(heading[1]):
        raise Refusal("The table has no rows.", field=inside)
    return Grid(f"{name} [{inside}]" if inside else name, heading[1], heading[0], rows)


def _bound(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Refusal("The file has more than {most} rows.", most=MOST_ROWS)
