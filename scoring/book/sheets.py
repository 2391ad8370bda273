"""Sheets of the result book before a program sees them: columns by key, cells with what they must come to."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from core.words import Name
from scoring.marks import Exact, exact_text, exactly, places_of

FIRST_ROW = 4  # title, Chinese heading, English heading
FLOAT_DIGITS = 17


class Kind(StrEnum):
    """What stands in a cell."""

    TEXT = "text"
    GIVEN = "given"  # a figure that was entered
    RULED = "ruled"  # a figure that the rules write
    FORMULA = "formula"
    FIXED = "fixed"  # a computed figure that no formula can give exactly


class Look(StrEnum):
    """How a cell is shown, where its kind does not say."""

    PLAIN = ""
    STRIKABLE = "strikable"  # struck out while the cell to its right does not say that it counts
    KEPT = "kept"  # 1 counts, 0 the highest dropped, -1 the lowest
    YES = "yes"  # 1 yes, 0 no, -1 open
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, digits or a formula without its sign; `places` are the decimals shown, None for all."""

    kind: Kind
    text: str
    places: int | None = None
    expected: Fraction | None = None
    look: Look = Look.PLAIN


def words(text: str) -> Cell:
    return Cell(Kind.TEXT, text)


def figure(value: Exact | int, kind: Kind = Kind.GIVEN, least: int = 0, look: Look = Look.PLAIN) -> Cell:
    """A figure with all its decimals, or with as many as a spreadsheet keeps."""
    places = places_of(value)
    if places is None:
        return Cell(kind, exact_text(value, FLOAT_DIGITS).rstrip("…"), 7, None, look)
    return Cell(kind, exact_text(value), max(places, least), exactly(value), look)


def formula(text: str, expected: Exact | int, places: int | None = None, look: Look = Look.PLAIN) -> Cell:
    return Cell(Kind.FORMULA, text, places, exactly(expected), look)


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its key, with its heading and its width in characters."""

    key: Hashable
    name: Name
    width: int = 11


@dataclass(slots=True)
class Sheet:
    """A sheet being filled; a column comes into being where it is first written to. `aside` ones are for auditors."""

    name: str
    title: Name
    frozen: int = 0
    aside: bool = False
    columns: dict[Hashable, int] = field(default_factory=dict)
    headings: list[Column] = field(default_factory=list)
    rows: list[dict[int, Cell]] = field(default_factory=list)

    def column(self, key: Hashable, name: Name, width: int = 11) -> int:
        """The number of a column, made now if it is new."""
        if key not in self.columns:
            self.columns[key] = len(self.headings)
            self.headings.append(Column(key, name, width))
        return self.columns[key]

    def add_row(self) -> int:
        """A new row; its number in the spreadsheet."""
        self.rows.append({})
        return len(self.rows) - 1 + FIRST_ROW

    def put(self, row: int, column: int, cell: Cell) -> str:
        """Write a cell; its address as other sheets use it."""
        self.rows[row - FIRST_ROW][column] = cell
        return self.ref(row, column)

    def ref(self, row: int, column: int) -> str:
        """The address of a cell from any sheet."""
        return f"'{self.name}'!{letters(column)}{row}"

    def span(self, column: int, first: int, last: int, until: int | None = None) -> str:
        """The address of a block of cells, its first and last row and column included."""
        end = letters(column if until is None else until)
        return f"'{self.name}'!${letters(column)}${first}:${end}${last}"

    def whole(self, column: int) -> str:
        """The address of a column over all rows."""
        return self.span(column, FIRST_ROW, FIRST_ROW + max(len(self.rows), 1) - 1)


def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    found, rest = "", column + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        found = chr(65 + place) + found
    return found


def fill(sheet: Sheet, columns: Sequence[tuple[Hashable, Name, int]]) -> None:
    """Make the first columns of a sheet."""
    for key, name, width in columns:
        sheet.column(key, name, width)
