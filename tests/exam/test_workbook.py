import hashlib
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from core.errors import Refusal
from exam.listing import marks_template
from exam.marking import MarkEntry, MarkState, Paper
from exam.workbook import FILE_CAP, read_marks

PUBLIC = Paper("public", "公共科目", Decimal(100), 1)
SPECIAL = Paper("special", "专业科目", Decimal(150), 0)
TICKETS = ["26010001", "26010002", "26010003"]
HEADING = ("准考证号", "公共科目")


def workbook(*rows, heading=HEADING) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row, values in enumerate([heading, *rows], start=1):
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def refusals(content: bytes, papers=(PUBLIC,), tickets=TICKETS[:1]) -> list[tuple[int, str, str]]:
    with pytest.raises(Refusal) as refused:
        read_marks(content, papers, tickets)
    return [(one.row, one.field, one.sentence.format(**one.facts)) for one in refused.value.problems]


def sentence(content: bytes) -> str:
    ((row, _, text),) = refusals(content)
    assert row == 0
    return text


def test_marks_are_read_exactly_with_the_digest_of_the_file():
    content = workbook((TICKETS[0], 85.5), (TICKETS[1], 0.1 + 0.2), (TICKETS[2], "70.5"))
    sheet = read_marks(content, [PUBLIC], TICKETS)
    assert sheet.entries == (
        MarkEntry(TICKETS[0], "public", MarkState.PRESENT, Decimal("85.5"), 2),
        MarkEntry(TICKETS[1], "public", MarkState.PRESENT, Decimal("0.3"), 3),
        MarkEntry(TICKETS[2], "public", MarkState.PRESENT, Decimal("70.5"), 4),
    )
    assert sheet.digest == hashlib.sha256(content).hexdigest()
    assert sheet.folded == ()


def test_columns_may_stand_in_any_order_and_be_headed_by_key():
    heading = ("special", "状态", "Ticket number", "公共科目")
    content = workbook((120, None, TICKETS[0], 80), (None, "缺考", TICKETS[1], None), heading=heading)
    sheet = read_marks(content, [PUBLIC, SPECIAL], TICKETS[:2])
    found = {(one.ticket, one.paper): (one.state, one.mark) for one in sheet.entries}
    assert found == {
        (TICKETS[0], "public"): (MarkState.PRESENT, Decimal(80)),
        (TICKETS[0], "special"): (MarkState.PRESENT, Decimal(120)),
        (TICKETS[1], "public"): (MarkState.ABSENT, None),
        (TICKETS[1], "special"): (MarkState.ABSENT, None),
    }


def test_a_person_may_be_absent_from_one_paper_only():
    content = workbook((TICKETS[0], "缺考", 120), heading=("准考证号", "公共科目", "专业科目"))
    sheet = read_marks(content, [PUBLIC, SPECIAL], TICKETS[:1])
    assert [(one.state, one.mark) for one in sheet.entries] == [
        (MarkState.ABSENT, None),
        (MarkState.PRESENT, Decimal(120)),
    ]


def test_ticket_numbers_are_made_plain_and_that_is_said():
    sheet = read_marks(workbook((" ２６０１０００１ ", 80)), [PUBLIC], TICKETS[:1])
    assert [entry.ticket for entry in sheet.entries] == ["26010001"]
    assert [str(one) for one in sheet.folded] == [
        "Row 2: the ticket number was read as 26010001, in plain characters without spaces."
    ]


def test_empty_rows_are_passed_over_and_row_numbers_are_those_of_the_sheet():
    content = workbook((TICKETS[0], 80), (None, None), (TICKETS[1], 101))
    assert refusals(content, tickets=TICKETS[:2]) == [(4, "公共科目", "101 is above the full mark of 100.")]


def test_a_ticket_number_stored_as_a_number_is_never_read():
    found = refusals(workbook((26010001, 80)))
    assert [(row, field) for row, field, _ in found] == [(2, "准考证号")]
    assert "stored as a number or date" in found[0][2]


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "empty, or holds a formula without a result or an error value"),
        (" ", "empty, or holds a formula"),
        ("=B9*2", "empty, or holds a formula"),
        ("#N/A", "empty, or holds a formula"),
        ("八十", "“八十” is not a mark."),
        ("８０", "“８０” is not a mark."),  # figures of marks are not folded
        ("80分", "“80分” is not a mark."),
        ("1e2", "is not a mark"),
        (True, "“TRUE” is not a mark."),
        (date(2026, 8, 5), "“2026-08-05” is not a mark."),
        (85.55, "85.55 has too many decimals"),
        (1 / 3, "0.333333333333333 has too many decimals"),
        (100.1, "100.1 is above the full mark of 100"),
        (-1, "cannot be -1"),
        (1e20, "above the full mark"),
    ],
)
def test_a_cell_that_is_no_mark_is_told_with_row_and_column(value, part):
    ((row, field, text),) = refusals(workbook((TICKETS[0], value)))
    assert (row, field) == (2, "公共科目")
    assert part in text


def test_a_mark_beside_absent_is_refused():
    content = workbook((TICKETS[0], 80, "缺考"), heading=(*HEADING, "状态"))
    assert refusals(content) == [(2, "公共科目", "A person without a valid mark cannot have 80.")]


def test_every_bad_row_is_told_at_once_in_order():
    content = workbook(
        (TICKETS[0], 101, None),
        ("26019999", 80, None),
        (TICKETS[1], None, "病假"),
        (TICKETS[0], 80, None),
        heading=(*HEADING, "状态"),
    )
    assert [(row, field) for row, field, _ in refusals(content, tickets=TICKETS)] == [
        (2, "公共科目"),
        (3, "准考证号"),
        (4, "状态"),
        (4, "公共科目"),
        (5, "准考证号"),
        (0, "公共科目"),
    ]


def test_nobody_is_called_missing_while_a_ticket_number_cannot_be_read():
    content = workbook((None, 80), (26010002, 70))
    assert [(row, field) for row, field, _ in refusals(content, tickets=TICKETS)] == [
        (2, "准考证号"),
        (3, "准考证号"),
    ]


def test_the_first_row_is_checked_before_any_other():
    content = workbook((TICKETS[0], 80, 1, 2), heading=("准考证号", "姓名", "公共", "状态"))
    assert refusals(content) == [
        (1, "姓名", "This column is not known."),
        (1, "公共", "This column is not known."),
        (1, "公共科目", "This column is missing in the first row."),
    ]
    twice = workbook((TICKETS[0], 80, 81), heading=("准考证号", "公共科目", "public"))
    assert refusals(twice) == [(1, "public", "This column stands twice.")]


def test_an_empty_workbook_lacks_its_columns():
    assert [field for _, field, _ in refusals(workbook(heading=()))] == ["准考证号", "公共科目"]


def test_what_is_no_workbook_is_refused_in_words():
    assert sentence(b"") == "The file is empty."
    assert "not an .xlsx" in sentence(b"ticket,mark\n1,2\n")
    assert "not an .xlsx" in sentence(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)  # .xls, or a password
    assert "larger than 20 MB" in sentence(b"PK\x03\x04" + b"\0" * FILE_CAP)


def test_a_cut_off_workbook_is_called_damaged():
    content = workbook(*((f"2601{n:04}", n % 100) for n in range(200)))
    assert "damaged" in sentence(content[:-600])


def test_a_workbook_with_one_flipped_byte_is_called_damaged():
    content = bytearray(workbook((TICKETS[0], 80)))
    content[content.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    assert "damaged" in sentence(bytes(content))


def bomb(sheet_bytes: int) -> bytes:
    source = io.BytesIO(workbook((TICKETS[0], 80)))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/media/image1.png", "w", force_zip64=True) as member:
            for _ in range(sheet_bytes // 2**20):
                member.write(b"\0" * 2**20)
    return target.getvalue()


@pytest.mark.parametrize("megabytes", [16, 300])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(megabytes):
    content = bomb(megabytes * 2**20)
    assert len(content) < 2**20
    assert "unpacks to far more" in sentence(content)


def test_a_sheet_with_a_cell_at_the_far_corner_is_refused_and_not_filled_up():
    book = openpyxl.Workbook()
    book.active["A1"] = "准考证号"
    book.active["XFD1048576"] = 1
    buffer = io.BytesIO()
    book.save(buffer)
    text = sentence(buffer.getvalue())
    assert "1048576 rows and 16384 columns" in text or "limits of memory and time" in text


def test_a_filled_template_reads_back():
    content = marks_template([PUBLIC, SPECIAL], TICKETS)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row, values in enumerate([(85.5, 120, None), ("缺考", 90, None), (None, None, "成绩无效")], start=2):
        for column, value in enumerate(values, start=2):
            book.active.cell(row, column).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    sheet = read_marks(buffer.getvalue(), [PUBLIC, SPECIAL], TICKETS)
    assert [(one.ticket, one.paper, one.state.value, one.mark) for one in sheet.entries] == [
        (TICKETS[0], "public", "present", Decimal("85.5")),
        (TICKETS[0], "special", "present", Decimal(120)),
        (TICKETS[1], "public", "absent", None),
        (TICKETS[1], "special", "present", Decimal(90)),
        (TICKETS[2], "public", "void", None),
        (TICKETS[2], "special", "void", None),
    ]
