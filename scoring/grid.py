"""Tables of strangers as cells: which table a heading makes, and its rows by column.

The files are read elsewhere (`scoring.files`); here everything is text that has already been taken out of them.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Problem
from core.words import N_
from scoring.columns import COLUMN_OF, Column, fold

NO_TABLE = N_("This is no table that can be read. Save it as CSV in UTF-8, or as .xlsx without a password.")
LONGEST_CELL = 200  # characters
SHOWN = 60  # characters of a wrong cell that a refusal repeats


class OddKind(StrEnum):
    """Why a cell cannot be read as text."""

    FORMULA = "formula"
    ERROR = "error"
    DATE = "date"
    TRUTH = "truth"
    PERCENT = "percent"
    LONG = "long"
    NESTED = "nested"


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that says something else than text or a plain number."""

    kind: OddKind


Cell = str | Odd
"""A cell's text, empty for a blank one. A number stands with its own digits, never through a float."""

ODD: Mapping[OddKind, str] = {
    OddKind.FORMULA: N_("This cell holds a formula. Put its value there."),
    OddKind.ERROR: N_("This cell holds an error value."),
    OddKind.DATE: N_("This cell holds a date or a time. Format it as text and enter it again."),
    OddKind.TRUTH: N_("This cell holds yes or no, not a number or text."),
    OddKind.PERCENT: N_("This cell is shown as a percentage. Enter the mark itself."),
    OddKind.LONG: N_("This number is too long for a number cell; digits may be lost. Enter it as text."),
    OddKind.NESTED: N_("This must be text or a number."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file (with its sheet or list where it has several) and the 1-based row."""

    file: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Located:
    """A problem and the file it is in; empty where it is in none."""

    problem: Problem
    file: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table as it came: the heading and the rows below it, each with its 1-based number in the file."""

    file: str
    heading: Sequence[Cell]
    heading_row: int
    rows: Sequence[tuple[int, Sequence[Cell]]]


class TableKind(StrEnum):
    """What a table is about; its heading tells."""

    MARKS = "marks"
    CANDIDATES = "candidates"
    POSTS = "posts"
    ROOMS = "rooms"
    FINDINGS = "findings"
    LINES = "lines"


FOR_READERS = frozenset({Column.NAME, Column.NOTE})
MAY_HAVE: Mapping[TableKind, frozenset[Column]] = {
    TableKind.MARKS: FOR_READERS
    | {Column.CANDIDATE, Column.POST, Column.ROOM, Column.PART, Column.JUDGE, Column.GROUP, Column.ELEMENT}
    | {Column.MARK, Column.STATE},
    TableKind.CANDIDATES: FOR_READERS | {Column.CANDIDATE, Column.POST, Column.STATE},
    TableKind.POSTS: FOR_READERS | {Column.POST, Column.PLACES, Column.GROUP, Column.REGISTERED},
    TableKind.ROOMS: FOR_READERS
    | {Column.POST, Column.GROUP, Column.PART, Column.ROOM, Column.COUNT, Column.SUM, Column.MEAN},
    TableKind.FINDINGS: FOR_READERS | {Column.CANDIDATE, Column.KIND, Column.PART, Column.ARTICLE, Column.AUTHORITY},
    TableKind.LINES: FOR_READERS | {Column.PART, Column.POST, Column.MARK},
}


NONE_UNREAD: frozenset[Column] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the text of its cells by column, and the columns whose cells cannot be read."""

    place: Place
    cells: Mapping[Column, str]
    unread: frozenset[Column] = frozenset()

    def __getitem__(self, column: Column) -> str:
        """The text of a column, empty where the row has none."""
        return self.cells.get(column, "")

    def problem(self, sentence: Problem, column: Column | None = None) -> Located:
        """A problem of this row, in a column of it."""
        where = sentence.field if column is None else column.value
        return Located(Problem(sentence.sentence, sentence.facts, where, self.place.row), self.place.file)


@dataclass(frozen=True, slots=True)
class Table:
    """A grid whose heading is understood."""

    grid: Grid
    kind: TableKind
    columns: Mapping[Column, int]

    def rows(self, problems: list[Located]) -> Iterator[Row]:
        """The rows that are not blank; cells that cannot be read are noted."""
        read = [(column, at) for column, at in self.columns.items() if column not in FOR_READERS]
        for number, cells in self.grid.rows:
            row = self._row(Place(self.grid.file, number), cells, read, problems)
            if row.cells or row.unread or any(isinstance(cell, Odd) or cell.strip() for cell in cells):
                yield row

    def _row(
        self, place: Place, cells: Sequence[Cell], read: Sequence[tuple[Column, int]], problems: list[Located]
    ) -> Row:
        found: dict[Column, str] = {}
        unread: set[Column] = set()
        for column, at in read:
            cell = cells[at] if at < len(cells) else ""
            if not cell:
                continue
            if isinstance(cell, Odd):
                wrong: Problem | None = Problem(ODD[cell.kind])
            else:
                cell = cell.strip()
                wrong = None if len(cell) <= LONGEST_CELL and cell.isprintable() else _wrong_text(cell)
                if cell and wrong is None:
                    found[column] = cell
            if wrong is not None:
                problems.append(Located(Problem(wrong.sentence, wrong.facts, column.value, place.row), place.file))
                unread.add(column)
        if len(cells) <= len(self.grid.heading):
            return Row(place, found, frozenset(unread) if unread else NONE_UNREAD)
        beyond = [cell for cell in cells[len(self.grid.heading) :] if cell]
        if beyond:
            wide = Problem("This row has more cells than the heading has columns.", {}, "", place.row)
            problems.append(Located(wide, place.file))
            unread.update(self.columns)
        return Row(place, found, frozenset(unread))


def _wrong_text(text: str) -> Problem | None:
    if len(text) > LONGEST_CELL:
        return Problem("This cell is longer than {most} characters.", {"most": LONGEST_CELL})
    if any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in text):
        return Problem("This cell holds a character that nobody can see.")
    return None


def understand(grid: Grid, problems: list[Located]) -> Table | None:
    """Which table a heading makes; None with the problems noted where it makes none."""
    found: dict[Column, int] = {}
    wrong: list[Problem] = []
    for at, cell in enumerate(grid.heading):
        text = "" if isinstance(cell, Odd) else cell.strip()
        column = COLUMN_OF.get(fold(text))
        if text and column is None:
            wrong.append(Problem("This column is not known.", {}, text[:SHOWN]))
        elif isinstance(cell, Odd):
            wrong.append(Problem(ODD[cell.kind]))
        elif column in found and column not in FOR_READERS:
            wrong.append(Problem("This column stands twice.", {}, text))
        elif column is not None:
            found[column] = at
    kind = None if wrong else _kind(frozenset(found), wrong)
    problems += [Located(Problem(p.sentence, p.facts, p.field, grid.heading_row), grid.file) for p in wrong]
    return None if kind is None or wrong else Table(grid, kind, found)


def _known_kind(has: frozenset[Column]) -> TableKind | None:
    """The kind of table that these columns make, None for no known one."""
    if Column.KIND in has:
        return TableKind.FINDINGS
    if Column.CANDIDATE in has:
        marks = has & {Column.PART, Column.MARK, Column.JUDGE, Column.ELEMENT, Column.ROOM}
        return TableKind.MARKS if marks else TableKind.CANDIDATES
    if Column.ROOM in has:
        return TableKind.ROOMS
    if Column.MARK in has and has & {Column.PART, Column.POST}:
        return TableKind.LINES
    return TableKind.POSTS if Column.POST in has else None


def _kind(has: frozenset[Column], wrong: list[Problem]) -> TableKind | None:
    """The kind of table with these columns; notes what does not belong to it or is wanting."""
    kind = _known_kind(has)
    if kind is None:
        sentence = N_(
            "The first row makes no table that is known: marks need the column candidate, posts the column post, "
            "sums of rooms the column room, findings the columns candidate and kind, pass marks part and mark."
        )
        wrong.append(Problem(sentence))
        return None
    wrong += [
        Problem("This column does not belong to a table of this kind ({kind}).", {"kind": kind.value}, column.value)
        for column in sorted(has - MAY_HAVE[kind])
    ]
    if kind is TableKind.MARKS and not has & {Column.MARK, Column.STATE, Column.ROOM}:
        wrong.append(Problem("This column is missing in the first row.", {}, Column.MARK.value))
    if kind is TableKind.ROOMS and Column.MEAN not in has:
        lacking = [column for column in (Column.COUNT, Column.SUM) if column not in has]
        wrong += [Problem("This column is missing in the first row.", {}, column.value) for column in lacking]
    if kind is TableKind.FINDINGS and Column.CANDIDATE not in has:
        wrong.append(Problem("This column is missing in the first row.", {}, Column.CANDIDATE.value))
    return kind
