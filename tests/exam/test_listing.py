import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from exam.listing import Column, marks_template, result_list
from exam.marking import Paper

PAPERS = [Paper("public", "公共科目", Decimal(100), 1), Paper("special", "专业科目", Decimal(150), 0)]
TICKETS = ["02601001", "26010002"]


def sheet_of(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def sheet_xml(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def test_ticket_numbers_of_the_template_are_locked_text():
    sheet = sheet_of(marks_template(PAPERS, TICKETS))
    assert [cell.value for cell in sheet["A"]] == ["准考证号", *TICKETS]
    assert {(cell.data_type, cell.number_format, cell.protection.locked) for cell in sheet["A"]} == {("s", "@", True)}


def test_headings_are_locked_and_stay_in_sight_and_marks_are_open():
    sheet = sheet_of(marks_template(PAPERS, TICKETS))
    assert [cell.value for cell in sheet[1]] == ["准考证号", "公共科目", "专业科目", "状态"]
    assert all(cell.protection.locked for cell in sheet[1])
    assert not any(sheet.cell(2, column).protection.locked for column in (2, 3, 4))
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "B2"


def test_the_template_takes_marks_up_to_the_full_mark_with_the_papers_decimals():
    validations = sheet_of(marks_template(PAPERS, TICKETS)).data_validations.dataValidation
    by_range = {str(one.sqref): one for one in validations}
    assert set(by_range) == {"B2:B3", "C2:C3", "D2:D3"}
    assert "B2<=100,ROUND(B2,1)=B2" in by_range["B2:B3"].formula1
    assert "C2<=150,ROUND(C2,0)=C2" in by_range["C2:C3"].formula1
    assert by_range["B2:B3"].error == "A mark from 0 to 100 with at most 1 decimals, or 缺考 or 成绩无效."
    assert by_range["D2:D3"].formula1 == '"正常,缺考,成绩无效"'


def test_without_ticket_numbers_the_template_is_open_for_them():
    sheet = sheet_of(marks_template(PAPERS, []))
    assert sheet.max_row == 21
    assert (sheet["A2"].number_format, sheet["A2"].protection.locked) == ("@", False)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "陈示例", "1101**********002X"])
def test_text_of_a_list_stays_text(text):
    content = result_list("成绩", [Column("姓名")], [(text,)])
    cell = sheet_of(content)["A3"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert "<f>" not in sheet_xml(content)


def test_figures_are_written_with_their_exact_digits():
    rows = [("26010001", Decimal("9.95"), 1), ("26010002", Decimal("0.1000000000000000055"), 2)]
    content = result_list("综合成绩", [Column("准考证号"), Column("综合成绩", 2), Column("名次", 0)], rows)
    assert "<v>9.95</v>" in sheet_xml(content)
    assert "<v>0.1000000000000000055</v>" in sheet_xml(content)
    sheet = sheet_of(content)
    assert [sheet.cell(3, column).number_format for column in (1, 2, 3)] == ["@", "0.00", "0"]
    assert sheet["A3"].data_type == "s"


def test_nothing_known_is_an_empty_cell_and_never_a_zero():
    sheet = sheet_of(result_list("成绩", [Column("姓名"), Column("面试", 2)], [("陈示例", None)]))
    assert sheet["B3"].value is None


def test_a_title_that_no_sheet_may_bear_is_still_written_on_the_sheet():
    title = "2026年[公开选拔]市直部门/副局长：综合成绩与名次总表（第一批公布版本）"
    sheet = sheet_of(result_list(title, [Column("姓名")], []))
    assert sheet["A1"].value == title
    assert len(sheet.title) <= 31
    assert not set(sheet.title) & set("[]:*?/\\")


def test_a_row_of_the_wrong_length_is_a_fault_of_the_program():
    with pytest.raises(ValueError, match="zip"):
        result_list("成绩", [Column("姓名")], [("陈", "多")])
