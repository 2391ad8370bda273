"""A real spreadsheet program that recalculates books: LibreOffice without a window."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from scoring.binding import bound
from scoring.book import Book
from scoring.book.sheets import FIRST_ROW, Kind
from scoring.marks import places_of

MISSING = "the tests of result books need LibreOffice Calc: run  sh scripts/system.sh"
SECONDS = 500
DIGITS = 13


def recalculated(books: Mapping[str, Book], folder: Path) -> dict[str, Any]:
    """Every book as the program saves it after computing every formula anew."""
    if shutil.which("soffice") is None:
        pytest.fail(MISSING, pytrace=False)
    for name, book in books.items():
        (folder / f"{name}.xlsx").write_bytes(bound(book))
    out = folder / "out"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "xlsx"]
    files = [str(folder / f"{name}.xlsx") for name in books]
    done = subprocess.run(
        [*command, "--outdir", str(out), *files], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: load_workbook(out / f"{name}.xlsx", data_only=True) for name in books}


def wrong_cells(book: Book, found: Any) -> list[str]:
    """Formulas that the program does not bring to the figure they must come to; it writes 15 digits."""
    return [
        f"{where}: {text} is {value!r}, not {expected}"
        for where, text, expected, value in _formulas(book, found)
        if not _same(value, expected)
    ]


def _same(value: Any, expected: Fraction) -> bool:
    """The figure itself; of one whose decimals never end, which also stands as two whole numbers, 14 digits."""
    if not isinstance(value, int | float):
        return False
    found = Fraction(repr(value))
    endless = (places_of(expected) or DIGITS) >= DIGITS
    return found == expected or (endless and abs(found - expected) <= abs(expected) / 10**14)


def _formulas(book: Book, found: Any) -> Iterator[tuple[str, str, Fraction, Any]]:
    for sheet in book.sheets:
        for place, row in enumerate(sheet.rows):
            for column, cell in row.items():
                if cell.kind is Kind.FORMULA:
                    assert cell.expected is not None
                    value = found[sheet.name].cell(place + FIRST_ROW, column + 1).value
                    yield f"{sheet.name}!{column + 1}/{place + FIRST_ROW}", cell.text, cell.expected, value


def count_formulas(book: Book) -> int:
    return sum(cell.kind is Kind.FORMULA for sheet in book.sheets for row in sheet.rows for cell in row.values())
