"""Written marks at the desk: two hands, their differences settled, confirmed, published."""

import io
import re
from collections.abc import Mapping
from decimal import Decimal

import openpyxl
import pytest

from exam.queries import marks_confirmed, publications, standing_entries, written_marks
from exam.stages import Stage
from exam.tables import Selection
from tests.web.desk import Browser, Desk, problems

MARKS = "/staff/LC-2026/marks"
PAPERS = ("common", "professional")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def sat(desk: Desk) -> Desk:
    """Three candidates whose papers are sat."""
    desk.ticketed(3)
    return desk


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [["准考证号", "公共科目", "专业科目"], *rows]:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


RIGHT = [["20260001", 81.5, 79], ["20260002", 77.25, "缺考"], ["20260003", 90, 88]]


def upload(browser: Browser, rows: list[list[object]], status: int = 303) -> str:
    browser.get(MARKS)
    answer = browser.post(MARKS, status, files={"workbook": ("成绩.xlsx", workbook(rows), XLSX)})
    return answer.headers.get("location", answer.text)


def typed(browser: Browser, marks: Mapping[str, str], status: int = 303) -> str:
    """Type marks by "ticket paper"; those not named are as in RIGHT."""
    given = {
        f"mark.{row[0]}.{paper}": "absent" if value == "缺考" else str(value)
        for row in RIGHT
        for paper, value in zip(PAPERS, row[1:], strict=True)
    }
    given |= {f"mark.{place.replace(' ', '.')}": value for place, value in marks.items()}
    browser.get(f"{MARKS}/typed")
    return browser.post(f"{MARKS}/typed", status, **given).text


def both(desk: Desk, marks: Mapping[str, str] | None = None) -> None:
    """Both hands, the second typed with other marks where they are named."""
    upload(desk.browser("clerk"), RIGHT)
    typed(desk.browser("other_clerk"), marks or {})


# ── entering ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_template_has_every_ticket_number_and_paper(sat: Desk):
    answer = sat.browser("clerk").client.get(f"{MARKS}/template.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["准考证号", "公共科目", "专业科目"]
    assert [row[0] for row in rows[1:]] == ["20260001", "20260002", "20260003"]


def test_a_workbook_is_taken_as_the_first_hands_entry_and_kept(sat: Desk):
    clerk = sat.browser("clerk")
    assert upload(clerk, RIGHT) == MARKS
    with sat.house.database.reading() as session:
        entry = standing_entries(session, sat.selection_id)[1]
        assert (entry.source, entry.source_name, entry.person_id) == ("xlsx", "成绩.xlsx", sat.people["clerk"][1])
        assert sat.house.files.has(entry.source_sha256)


def test_every_bad_row_is_named_at_once_and_nothing_is_taken(sat: Desk):
    rows = [["20260001", 181.5, 79], ["20260002", "很好", "缺考"], ["29999999", 60, 60]]
    found = problems(upload(sat.browser("clerk"), rows, 422))
    assert len(found) == 5
    assert any(one.startswith("Row 2") and "above the full mark" in one for one in found)
    assert any(one.startswith("Row 3") and "is not a mark" in one for one in found)
    assert any(one.startswith("Row 4") and "Nobody has the ticket number 29999999" in one for one in found)
    assert sum("20260003 is not in the list" in one for one in found) == 2
    with sat.house.database.reading() as session:
        assert standing_entries(session, sat.selection_id) == {}


def test_a_file_that_is_no_workbook_is_refused_in_words(sat: Desk):
    clerk = sat.browser("clerk")
    clerk.get(MARKS)
    page = clerk.post(MARKS, 422, files={"workbook": ("成绩.xlsx", b"no workbook", XLSX)}).text
    assert "This is not an .xlsx workbook" in problems(page)[0]
    assert problems(clerk.post(MARKS, 422, files={"workbook": ("", b"", XLSX)}).text) == ["Choose a workbook first."]


def test_full_width_ticket_numbers_are_read_and_said_so(sat: Desk):
    rows = [["２０２６０００１", 81.5, 79], *RIGHT[1:]]
    clerk = sat.browser("clerk")
    assert "characters instead of full-width ones or with spaces: 1" in clerk.get(upload(clerk, rows))


def test_typed_marks_that_cannot_stand_are_named_each_at_its_field_and_all_typed_is_kept(sat: Desk):
    wrong = {"20260001 common": "81,5", "20260002 common": "", "20260003 professional": "100.5"}
    page = typed(sat.browser("clerk"), wrong, 422)
    for ticket, paper in (("20260001", "common"), ("20260002", "common"), ("20260003", "professional")):
        assert f'href="#mark.{ticket}.{paper}"' in page
    assert len(problems(page)) == 3
    assert 'value="81,5"' in page
    assert 'value="77.25"' not in page
    with sat.house.database.reading() as session:
        assert standing_entries(session, sat.selection_id) == {}


def test_a_hand_may_enter_again_and_sees_its_own_marks_only(sat: Desk):
    both(sat, {"20260001 common": "80"})
    clerk, other = sat.browser("clerk"), sat.browser("other_clerk")
    assert 'name="mark.20260001.common" value="81.5"' in clerk.get(f"{MARKS}/typed")
    assert 'name="mark.20260001.common" value="80"' in other.get(f"{MARKS}/typed")
    typed(other, {})
    with sat.house.database.reading() as session:
        assert set(standing_entries(session, sat.selection_id)) == {1, 2}
    assert "Different: <b>0</b>" in sat.browser("checker").get(MARKS)


def test_neither_hand_sees_the_others_marks(sat: Desk):
    upload(sat.browser("clerk"), [["20260001", 63.21, 79], *RIGHT[1:]])
    other = sat.browser("other_clerk")
    assert "63.21" not in other.get(MARKS) + other.get(f"{MARKS}/typed")
    other.get(f"{MARKS}/differences", status=403)
    typed(other, {})
    assert "Different" not in other.get(MARKS)


def test_a_third_clerk_finds_both_entries_made(sat: Desk):
    both(sat)
    checker = sat.browser("checker")
    checker.get(f"{MARKS}/typed", status=403)
    checker.post(MARKS, 403, files={"workbook": ("a.xlsx", workbook(RIGHT), XLSX)})


def test_marks_are_not_entered_before_the_paper_is_sat(desk: Desk):
    desk.closes, desk.sat = -5, 3
    desk.create()
    desk.plan()
    desk.announce()
    desk.vet(desk.submit(1))
    assert "The written exam has not come yet" in desk.browser("clerk").get(MARKS)


# ── settling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_differences_stand_side_by_side(sat: Desk):
    both(sat, {"20260001 common": "80", "20260002 professional": "71"})
    page = sat.browser("checker").get(f"{MARKS}/differences")
    assert re.findall(r'id="ticket\.([0-9]+\.\w+)"', page) == ["20260001.common", "20260002.professional"]
    for said in ("<span>81.5</span>", "<span>80</span>", "<span>absent</span>", "<span>71</span>"):
        assert said in page


def test_differences_are_settled_by_a_third_person_with_one_proof(sat: Desk):
    both(sat, {"20260001 common": "80", "20260002 professional": "71"})
    checker = sat.browser("checker")
    checker.get(f"{MARKS}/differences")
    chosen = {
        "value.20260001.common": "first",
        "value.20260002.professional": "other",
        "mark.20260002.professional": "17",
        "reason.20260002.professional": "纸面为17，两人均误",
    }
    checker.prove(f"{MARKS}/differences", **chosen)
    page = checker.get(f"{MARKS}/differences")
    assert "still open: <b>0</b>" in page
    assert "纸面为17，两人均误" in page


def test_a_value_of_neither_hand_needs_a_reason_and_then_nothing_is_settled(sat: Desk):
    both(sat, {"20260001 common": "80", "20260002 professional": "71"})
    checker = sat.browser("checker")
    checker.get(f"{MARKS}/differences")
    chosen = {
        "value.20260001.common": "first",
        "value.20260002.professional": "other",
        "mark.20260002.professional": "17",
    }
    page = checker.prove(f"{MARKS}/differences", 422, **chosen).text
    assert 'href="#reason.20260002.professional"' in page
    assert "still open: <b>2</b>" in checker.get(f"{MARKS}/differences")


def test_to_settle_nothing_is_refused(sat: Desk):
    both(sat, {"20260001 common": "80"})
    checker = sat.browser("checker")
    checker.get(f"{MARKS}/differences")
    assert "Choose what counts" in problems(checker.prove(f"{MARKS}/differences", 422).text)[0]


def test_without_a_fresh_proof_nothing_is_settled(sat: Desk):
    both(sat, {"20260001 common": "80"})
    checker = sat.browser("checker")
    checker.get(f"{MARKS}/differences")
    fields = {"value.20260001.common": "first", "code": "000000"}
    assert 'href="#code"' in checker.prove(f"{MARKS}/differences", 422, **fields).text
    assert "still open: <b>1</b>" in checker.get(f"{MARKS}/differences")


# ── confirming and publishing ────────────────────────────────────────────────────────────────────────────────────────


def test_marks_are_confirmed_only_when_every_difference_is_settled(sat: Desk):
    both(sat, {"20260001 common": "80"})
    checker = sat.browser("checker")
    assert "Still open: 1" in checker.get(f"{MARKS}/confirm")
    checker.prove(f"{MARKS}/confirm", 422)
    checker.prove(f"{MARKS}/differences", **{"value.20260001.common": "second"})
    page = checker.get(f"{MARKS}/confirm")
    assert "<dt>5</dt><dd>marks that both hands say alike</dd>" in page
    assert "<dt>1</dt><dd>marks settled from the signed paper</dd>" in page
    assert "<dt>1</dt><dd>times absent</dd>" in page
    checker.prove(f"{MARKS}/confirm")
    with sat.house.database.reading() as session:
        marks = {(one.candidacy_id, one.paper_key): one.mark for one in written_marks(session, sat.selection_id)}
    assert marks[1, "common"] == Decimal(80)
    assert marks[2, "professional"] is None


def test_the_confirmed_marks_are_published_by_ticket_number(sat: Desk):
    both(sat)
    approver = sat.browser("approver")
    assert "not confirmed yet" in approver.get(f"{MARKS}/publish")
    sat.browser("checker").prove(f"{MARKS}/confirm")
    assert f'href="{MARKS}/publish"' in approver.get("/staff")
    page = approver.get(f"{MARKS}/publish")
    assert "<dt>3</dt><dd>candidates by ticket number, without names</dd>" in page
    assert "考生" not in page
    approver.post(f"{MARKS}/publish", objections_until="2036-11-28")
    assert "Publication no. 2" in approver.get(f"{MARKS}/publish")
    with sat.house.database.reading() as session:
        newest = publications(session, sat.selection_id)[0]
        assert newest.kind == "written_results"
        assert newest.objections_until is not None
        assert session.get_one(Selection, sat.selection_id).stage == Stage.WRITTEN_RESULTS


def test_marks_are_not_published_before_they_are_confirmed_or_by_somebody_else(sat: Desk):
    both(sat)
    approver = sat.browser("approver")
    approver.get(f"{MARKS}/publish")
    assert "not confirmed yet" in problems(approver.post(f"{MARKS}/publish", 422).text)[0]
    sat.browser("clerk").post(f"{MARKS}/publish", 403)
    with sat.house.database.reading() as session:
        assert not marks_confirmed(session, sat.selection_id)
