"""The result book: LibreOffice computes every formula anew, and each comes to the engine's figure exactly."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from openpyxl import load_workbook

from core.canonical import canonical, fingerprint
from core.errors import Refusal
from scoring.binding import bound, result_book
from scoring.book import Book, made_book
from scoring.book.ratio import MOST, Ratio, added
from scoring.book.sheets import FIRST_ROW, Cell, letters
from scoring.files import grids
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState, Precision, Rounding
from scoring.reading import read_inputs
from scoring.replay import COMPOSITE
from scoring.scheme import Scheme, document_from_toml, parse_scheme
from scoring.schemes import scheme_text
from scoring.snapshot import inputs_document, tally_document
from scoring.tally import tally
from tests.scoring import test_independent as first, test_independent_rules as second
from tests.scoring.building import scheme_from
from tests.scoring.spreadsheets import count_formulas, recalculated, wrong_cells
from tests.web.tallies import judged

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*/scheme.toml"))
ROUNDS = 15


def book_of(scheme: Scheme, inputs: Inputs) -> Book:
    made = tally(scheme, inputs)
    assert made.refusals == ()
    return made_book(scheme, inputs, made, {})


def example(path: Path) -> tuple[Scheme, Inputs]:
    scheme = parse_scheme(document_from_toml(path.read_text("utf-8")))
    files = [one for one in sorted(path.parent.iterdir()) if one.suffix in {".csv", ".xlsx", ".json"}]
    tables = [grid for one in files if one.name != "expected.json" for grid in grids(one.name, one.read_bytes())]
    return scheme, read_inputs(scheme, tables).inputs


def ready(seed: int, people: int = 12) -> tuple[Scheme, Inputs]:
    """Made-up marks by the ready scheme: two posts, two rooms, ties, absences, somebody who withdrew."""
    scheme = parse_scheme(document_from_toml(scheme_text()))
    chance = random.Random(seed)
    found: list[Candidate] = []
    for number in range(people):
        mark = Decimal(chance.choice([7600, 8000, 8050, 8125, 9033])) / 100
        one = Candidate(
            f"2026{number:04}", f"0{number % 2 + 1}", {"common": Mark(mark), "professional": Mark(mark - number % 3)}
        )
        if number == 5:
            one = replace(one, marks={**one.marks, "common": Mark(state=MarkState.ABSENT)})
        elif number == 7:
            one = replace(one, standing=MarkState.DISQUALIFIED)
        else:
            room = "1" if number % 4 < 2 else "2"
            one = replace(one, sheets={"interview": judged(scheme, chance.randint(3, 6))}, rooms={"interview": room})
        found.append(one)
    heard = frozenset(one.code for one in found if one.sheets)
    return scheme, Inputs((Post("01", 2), Post("02", 1)), tuple(found), {"interview": heard})


# ── every formula gives the engine's figure ──────────────────────────────────────────────────────────────────────────


def all_wrong(books: dict[str, Book], folder: Path) -> list[str]:
    found = recalculated(books, folder)
    return [f"{name} {one}" for name, book in books.items() for one in wrong_cells(book, found[name])]


def test_every_worked_example_is_recalculated_to_the_same_figures(tmp_path: Path) -> None:
    cases = {path.parent.name: example(path) for path in EXAMPLES}
    books = {name: book_of(*case) for name, case in cases.items() if case[1].candidates}
    assert len(books) > 50
    assert sum(map(count_formulas, books.values())) > 3000
    assert all_wrong(books, tmp_path) == []


def test_the_ready_scheme_is_recalculated_to_the_same_figures(tmp_path: Path) -> None:
    books = {str(seed): book_of(*ready(seed)) for seed in range(6)}
    assert [book.fixed for book in books.values()] == [0] * 6
    assert all_wrong(books, tmp_path) == []


def test_any_panels_rooms_weights_and_roundings_are_recalculated_to_the_same_figures(tmp_path: Path) -> None:
    books: dict[str, Book] = {}

    @settings(max_examples=ROUNDS, database=None, suppress_health_check=list(HealthCheck))
    @given(first.rules(), first.fields())
    def gather(rule: Any, field: Any) -> None:
        people = [
            Candidate(
                f"c{n}", "01", {"written": Mark(one["written"])}, {"interview": first.sheets(one)},
                {"interview": one["room"]},
            )
            for n, one in enumerate(field)
        ]  # fmt: skip
        books[f"panel{len(books)}"] = book_of(
            scheme_from(first.scheme_toml(rule)), Inputs((Post("01", 1),), tuple(people))
        )

    @settings(max_examples=ROUNDS, database=None, suppress_health_check=list(HealthCheck))
    @given(second.rules(), second.fields())
    def gather_more(rule: Any, field: Any) -> None:
        posts = (Post("01", 1), Post("02", 2), Post("03", 3))
        people = tuple(second.candidate(f"c{n}", one) for n, one in enumerate(field))
        books[f"ballots{len(books)}"] = book_of(scheme_from(second.scheme_toml(rule)), Inputs(posts, people))

    gather()
    gather_more()
    assert all_wrong(books, tmp_path) == []


# ── and is alive ─────────────────────────────────────────────────────────────────────────────────────────────────────


def written(common: Sequence[str]) -> Inputs:
    people = [
        Candidate(f"2026{n:04}", "01", {"common": Mark.of(mark), "professional": Mark.of("80.25")})
        for n, mark in enumerate(common)
    ]
    return Inputs((Post("01", 1),), tuple(people))


def figures(book: Book, found: Any) -> dict[str, tuple[Any, ...]]:
    """Rank, marks and entry by candidate on the first table."""
    sheet = next(one for one in book.sheets if one.name == "总表")
    rows = found[sheet.name].iter_rows(min_row=FIRST_ROW, max_col=len(sheet.headings), values_only=True)
    return {row[2]: (row[1], *row[3:]) for row in rows}


def test_a_mark_that_is_changed_in_the_book_changes_rank_and_entry_as_in_the_engine(tmp_path: Path) -> None:
    toml = """
    [[parts]]
    key = "total"
    decimals = 1
    rounding = "half_even"
    [[parts]]
    key = "common"
    of = "total"
    weight = 0.6
    maximum = 100
    input_decimals = 2
    [[parts]]
    key = "professional"
    of = "total"
    weight = 0.4
    maximum = 100
    input_decimals = 2
    [[cuts]]
    key = "in"
    take = 2
    """
    scheme = scheme_from(toml)
    before, after = written(["90", "85.5", "70.25", "61"]), written(["60.75", "85.5", "99.25", "85.75"])
    book, other = book_of(scheme, before), book_of(scheme, after)
    entered = {row[0].text: row[2] for row in given_cells(other)}
    for row in given_cells(book):
        row[2] = entered[row[0].text]
    found = recalculated({"changed": book, "other": other}, tmp_path)
    assert figures(book, found["changed"]) == figures(other, found["other"])
    assert figures(other, found["other"])["20260002"][0] == 1


def given_cells(book: Book) -> list[dict[int, Cell]]:
    return next(one for one in book.sheets if one.name == "原始成绩").rows


# ── how it looks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def opened(tmp_path: Path, book: Book) -> Any:
    (tmp_path / "book.xlsx").write_bytes(bound(book))
    return load_workbook(tmp_path / "book.xlsx")


def test_every_sheet_is_frozen_titled_and_fits_the_paper(tmp_path: Path) -> None:
    book = opened(tmp_path, book_of(*ready(1)))
    assert book.sheetnames == ["说明", "总表", "名次", "名次1", "计算", "考场系数", "考官评分", "原始成绩", "精确值"]
    for sheet in book:
        assert sheet.freeze_panes.endswith(str(FIRST_ROW))
        assert sheet.print_title_rows == "$1:$3"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (1, 0, 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert all(cell.data_type == "s" for row in sheet["A1:C3"] for cell in row if cell.value)


def test_nothing_typed_becomes_a_formula(tmp_path: Path) -> None:
    scheme, inputs = ready(1)
    inputs = replace(
        inputs,
        candidates=tuple(
            replace(one, code=f'=HYPERLINK("x","{one.code}")', rooms=dict.fromkeys(one.rooms, "=1+1"))
            for one in inputs.candidates
        ),
        admitted={"interview": frozenset(f'=HYPERLINK("x","{code}")' for code in inputs.admitted["interview"])},
    )
    book = opened(tmp_path, book_of(scheme, inputs))
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert len(texts) > 20
    assert {cell.data_type for cell in texts} == {"s"}


def test_dropped_marks_are_struck_out(tmp_path: Path) -> None:
    book = opened(tmp_path, book_of(*ready(1)))
    (range_rules,) = book["考官评分"].conditional_formatting
    assert range_rules.rules[0].dxf.font.strike
    sheet = book["考官评分"]
    column = next(cell.column_letter for cell in sheet[2] if cell.value == "计入")
    kept = [cell.value for cell in sheet[column][3:] if cell.value is not None]
    assert sum(str(one).startswith("=IF(") for one in kept) == 70  # seven experts, ten candidates
    assert kept.count(1) == 20  # of the representatives nobody is dropped


def test_the_same_result_gives_the_same_bytes_in_a_child_too() -> None:
    scheme, inputs = ready(3)
    document = document_from_toml(scheme_text())
    given_bytes = (COMPOSITE, canonical(document), canonical(inputs_document(inputs)))
    kept = fingerprint(tally_document(tally(scheme, inputs)))
    assert result_book(*given_bytes, kept, {}) == bound(book_of(scheme, inputs))
    with pytest.raises(Refusal, match="another one than was kept"):
        result_book(*given_bytes, "0" * 64, {})


# ── whole numbers ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_spreadsheet_would_lose_is_never_left_to_it() -> None:
    assert Ratio.of(Fraction(1, 3)).fits(Precision(2))
    assert not Ratio.of(Fraction(MOST, 3)).fits()
    assert not Ratio.of(Fraction(1, 3)).fits(Precision(14))
    assert not Ratio("A1+" * 1000, "1", 1, 1).fits()


@given(
    st.lists(st.fractions(-1000, 1000, max_denominator=99), min_size=1, max_size=4),
    st.fractions(1, 9, max_denominator=9),
)
def test_sums_and_products_are_those_of_fractions(values: list[Fraction], factor: Fraction) -> None:
    ratios = [Ratio.of(value) for value in values]
    assert added(ratios).value == sum(values)
    assert added(ratios).times(factor).value == sum(values) * factor
    assert ratios[0].over(Ratio.of(factor)).value == values[0] / factor
    assert ratios[0].settled(Precision(2, Rounding.TRUNCATE)).value == Precision(2, Rounding.TRUNCATE).of(values[0])


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
