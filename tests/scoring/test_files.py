import io
import zipfile

import openpyxl
import pytest

from core.errors import Refusal
from scoring.files import MOST_BYTES, grids
from scoring.grid import Odd, OddKind
from scoring.workbook import number_text
from tests.scoring.workbooks import CHINESE_DATE, DATE, PERCENT, TEXT, formula, number, workbook

HEAD = ("candidate", "part", "mark")


def only(content: bytes) -> list[list[object]]:
    """Heading and rows of the one table of a file."""
    (grid,) = grids("f", content)
    return [list(grid.heading), *([number, *cells] for number, cells in grid.rows)]


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        grids("f", content)
    return str(refusal.value)


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_of_text_is_read_whatever_its_separator_and_encoding(separator, encoding):
    content = "考生,科目,成绩\n甲,笔试,80.50\n".replace(",", separator).encode(encoding)
    assert only(content) == [["考生", "科目", "成绩"], [2, "甲", "笔试", "80.50"]]


def test_rows_are_numbered_as_lines_of_the_file():
    content = b'\ncandidate,part,mark\r\n\r\nA,"x\ny",1\r\nB,z,2\r\n'
    assert [row[0] for row in only(content)[1:]] == [4, 6]
    (grid,) = grids("f", content)
    assert grid.heading_row == 2


def test_figures_of_json_keep_their_digits():
    content = b'[{"mark": 80.50}, {"mark": 1e2, "part": null}, {"mark": NaN}, {"mark": true, "part": [1]}]'
    rows = only(content)
    assert rows[0] == ["mark", "part"]
    assert rows[1:4] == [[1, "80.50", ""], [2, "1e2", ""], [3, "NaN", ""]]
    assert rows[4] == [4, Odd(OddKind.TRUTH), Odd(OddKind.NESTED)]


def test_an_object_of_lists_is_several_tables():
    found = grids("case.json", b'{"marks": [{"candidate": "A"}], "posts": [{"post": "1", "places": 2}]}')
    assert [grid.file for grid in found] == ["case.json [marks]", "case.json [posts]"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty."),
        (b" \n\r\n", "The file is empty."),
        (b"\xff\xfe", "The file is empty."),
        (b"\xef\xbb\xbf\n", "The file is empty."),
        (b"candidate,mark\n", "The table has no rows."),
        (b"[]", "The table has no rows."),
        (b'{"marks": []}', "marks: The table has no rows."),
        (b'[{"mark": 1, "mark": 2}]', "This is not a valid JSON document: a key stands twice in one object"),
        (b"[1]", "This must be a list of objects, or an object of such lists."),
        (b'{"mark": 1}', "mark: This must be a list of objects, or an object of such lists."),
        (b"[" * 100_000, "This is not a valid JSON document"),
        (b'candidate,mark\nA,"80\n', "Row 2 is no row of a CSV file"),
        (b"candidate,mark\n\xff\xff\xff,80\n", "This is not text in UTF-8 or GB18030."),
        (b"candidate,mark\nA,8\x000\n", "This is not text in UTF-8 or GB18030."),
        (b"%PDF-1.7\n1 0 obj", "This is no table that can be read."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "This is no table that can be read."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "This is no table that can be read."),
        (b"a" * (MOST_BYTES + 1), "The file is larger than 20 MB."),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, told):
    assert told in refused(content)


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cells_of_text_and_of_numbers_are_read_with_their_own_digits():
    rows = [HEAD, ("007", number("12", TEXT), number("4.3499999999999996")), (number("26010001"), "x", "80.50")]
    assert only(workbook(rows))[1:] == [[2, "007", "12", "4.35"], [3, "26010001", "x", "80.50"]]


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("80", "80"),
        ("80.50", "80.5"),
        ("0.30000000000000004", "0.3"),
        ("88.105000000000004", "88.105"),
        ("8.5E1", "85"),
        ("1.0000000000000001E-2", "0.01"),
        ("-0.5", "-0.5"),
        ("0", "0"),
        ("999999999999999", "999999999999999"),
        ("1234567890123456", [OddKind.LONG]),
        ("1E+300", [OddKind.LONG]),
        ("1E-300", [OddKind.LONG]),
        ("NaN", [OddKind.LONG]),
        ("eighty", [OddKind.ERROR]),
    ],
)
def test_a_number_is_taken_to_the_fifteen_digits_that_a_person_sees(digits, said):
    assert number_text(digits) == said


def test_what_is_no_plain_cell_is_told_by_its_kind():
    cells = [
        formula("1+1", "2"),
        formula("A1"),
        number("45000", DATE),
        number("45000", CHINESE_DATE),
        number("0.85", PERCENT),
        '<c t="b"><v>1</v></c>',
        '<c t="e"><v>#N/A</v></c>',
    ]
    found = only(workbook([HEAD, *([cell] for cell in cells)]))
    kinds = [
        OddKind.FORMULA,
        OddKind.FORMULA,
        OddKind.DATE,
        OddKind.DATE,
        OddKind.PERCENT,
        OddKind.TRUTH,
        OddKind.ERROR,
    ]
    assert [row[1] for row in found[1:]] == [Odd(kind) for kind in kinds]


def test_a_workbook_that_openpyxl_wrote_reads_the_same():
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["考生", None, "成绩"], ["甲", None, 85.5], [], ["乙", None, "缺考"]):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert only(buffer.getvalue()) == [["考生", "", "成绩"], [2, "甲", "", "85.5"], [4, "乙", "", "缺考"]]


def test_every_visible_sheet_is_a_table_and_an_empty_one_is_none():
    rows = [HEAD, ("A", "x", "1")]
    assert [grid.file for grid in grids("b.xlsx", workbook(rows, [], rows, rows, hidden=[2]))] == [
        "b.xlsx [表1]",
        "b.xlsx [表4]",
    ]
    assert refused(workbook([])) == "The file is empty."


def test_a_broken_workbook_or_another_zip_is_refused():
    content = workbook([HEAD, *(("A", "x", str(n)) for n in range(500))])
    assert "damaged" in refused(content[: len(content) // 2])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert "no table that can be read" in refused(buffer.getvalue())


def test_a_bomb_and_a_swarm_of_entities_are_refused():
    buffer = io.BytesIO(workbook([HEAD]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/big", "w") as member:
        for _ in range(300):
            member.write(b"\0" * 2**20)
    assert "unpacks to far more" in refused(buffer.getvalue())
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    cell = '<row><c t="str"><v>&l9;</v></c></row>'
    swarm = f"<!DOCTYPE x [<!ENTITY l0 'ha'>{laughs}]><worksheet><sheetData>{cell}</sheetData></worksheet>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([HEAD]))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, swarm if "sheet1" in name else old.read(name))
    assert "damaged" in refused(buffer.getvalue()) or "limits of memory" in refused(buffer.getvalue())


def test_a_sheet_with_a_cell_far_away_is_refused_and_not_filled_up():
    assert "more than 100 columns" in refused(workbook([HEAD, ['<c r="XFD1048576"><v>1</v></c>']]))
