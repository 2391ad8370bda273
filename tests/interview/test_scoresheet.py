"""The score sheet: its form in the scheme, complete sheets only, exact storage, a code of the content."""

import tomllib
from decimal import Decimal

import pytest

from core.errors import Refusal
from interview.panel import JudgeKind
from interview.scoresheet import SheetForm, check_code, check_marks, content, parse_sheet

SCHEME = """
[sheet]
step = 0.5
elements = [
  { key = "analysis", name = "综合分析", name_en = "Analysis", maximum = 20, bands = [
    { name = "优", low = 18, high = 20 }, { name = "良", low = 15, high = 17.5 },
    { name = "中", low = 12, high = 14.5 }, { name = "差", low = 0, high = 11.5 } ] },
  { key = "organising", name = "组织协调", maximum = 30 },
  { key = "speech", name = "语言表达", maximum = 49.5 },
  { key = "manner", name = "举止仪表", maximum = 0.5 },
]
groups = [
  { key = "expert", name = "专家评委", name_en = "Experts", seats = 7 },
  { key = "representative", name = "两代表一委员", seats = 2 },
]
"""
FULL = {"analysis": "17.5", "organising": "30", "speech": "0", "manner": "0.5"}


def form(text: str = SCHEME) -> SheetForm:
    return parse_sheet(tomllib.loads(text, parse_float=Decimal)["sheet"])


def wrong(old: str, new: str) -> list[tuple[str, str]]:
    assert old in SCHEME
    with pytest.raises(Refusal) as refusal:
        form(SCHEME.replace(old, new))
    return [(problem.field, problem.sentence) for problem in refusal.value.problems]


def refused(**marks: object) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refusal:
        check_marks(form(), FULL | marks)
    return [(problem.field, problem.sentence) for problem in refusal.value.problems]


def test_the_form_is_read_with_its_bands_and_groups():
    sheet = form()
    assert [(one.key, one.maximum) for one in sheet.elements] == [
        ("analysis", Decimal(20)),
        ("organising", Decimal(30)),
        ("speech", Decimal("49.5")),
        ("manner", Decimal("0.5")),
    ]
    assert (sheet.total, sheet.step, sheet.decimals) == (100, Decimal("0.5"), 1)
    assert [(group.key, group.seats) for group in sheet.groups] == [
        (JudgeKind.EXPERT, 7),
        (JudgeKind.REPRESENTATIVE, 2),
    ]
    assert (sheet.elements[0].name.chinese, sheet.elements[0].name.english) == ("综合分析", "Analysis")


def test_numbers_kept_as_text_in_a_frozen_scheme_read_the_same():
    assert form(SCHEME.replace("step = 0.5", 'step = "0.5"').replace("= 49.5", '= "49.5"')) == form()


@pytest.mark.parametrize(
    ("mark", "band"), [("20", "优"), ("18", "优"), ("17.5", "良"), ("12", "中"), ("11.5", "差"), ("0", "差")]
)
def test_a_mark_falls_into_its_band(mark, band):
    found = form().elements[0].band(Decimal(mark))
    assert found is not None
    assert found.name.chinese == band


def test_maxima_that_do_not_add_up_to_the_total_are_refused():
    assert wrong("maximum = 30", "maximum = 20") == [
        ("sheet.elements", "The maxima add up to {total}, not to {wanted}.")
    ]
    assert form(SCHEME.replace("maximum = 30", "maximum = 20").replace("step =", "total = 90\nstep =")).total == 90


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ("maximum = 30", "maximum = 30.25", "sheet.elements[2]", "The maximum must be above 0 and a multiple"),
        ("maximum = 0.5 ", "maximum = 0 ", "sheet.elements[4]", "The maximum must be above 0 and a multiple"),
        ("maximum = 30", "maximum = -30", "sheet.elements[2].maximum", "This must be a number of at most two"),
        ("maximum = 30", "maximum = 30.125", "sheet.elements[2].maximum", "This must be a number of at most two"),
        ("maximum = 30", "maximum = true", "sheet.elements[2].maximum", "This must be a number of at most two"),
        ("step = 0.5", "step = 0", "sheet.step", "The step of marks must be above 0."),
        ("step = 0.5", "", "sheet.step", "This must be a number of at most two"),
        ('"speech"', '"analysis"', "sheet.elements[3].key", "{key} stands twice."),
        ('"speech"', '"Speech 1"', "sheet.elements[3].key", "A key is a small letter"),
        ('"representative"', '"expert"', "sheet.groups[2].key", "{key} stands twice."),
        ('"representative"', '"delegates"', "sheet.groups[2].key", "This must be one of"),
        ("seats = 2", "seats = 0", "sheet.groups[2].seats", "This must be a whole number"),
        ("high = 17.5", "high = 17", "sheet.elements[1]", "The bands must cover"),
        ("high = 17.5", "high = 18", "sheet.elements[1]", "The bands must cover"),
        ("low = 0, ", "low = 1, ", "sheet.elements[1]", "The bands must cover"),
        ("high = 20", "high = 19.5", "sheet.elements[1]", "The bands must cover"),
        ("step = 0.5", "step = 0.5\nsteps = 1", "sheet.steps", "This setting is not known."),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_where_it_is_wrong(old, new, field, sentence):
    (place, text), *others = wrong(old, new)
    assert place == field
    assert text.startswith(sentence)
    assert {other for _, other in others} <= {"The maxima add up to {total}, not to {wanted}."}


def test_an_empty_form_lacks_elements_and_judges():
    with pytest.raises(Refusal) as refusal:
        parse_sheet({"step": 1})
    assert [problem.field for problem in refusal.value.problems] == ["sheet.elements", "sheet.groups"]


def test_all_problems_of_a_form_are_told_at_once():
    broken = SCHEME.replace("seats = 7", "seats = 0").replace("maximum = 30", 'maximum = "many"')
    with pytest.raises(Refusal) as refusal:
        form(broken)
    assert [problem.field for problem in refusal.value.problems] == [
        "sheet.elements[2].maximum",
        "sheet.groups[1].seats",
    ]


def test_a_float_never_enters_a_scheme():
    with pytest.raises(TypeError):
        parse_sheet({"step": 0.5})


def test_a_complete_sheet_is_added_up_exactly():
    marks = check_marks(form(), FULL)
    assert marks.by_element == {
        "analysis": Decimal("17.5"),
        "organising": Decimal(30),
        "speech": Decimal(0),
        "manner": Decimal("0.5"),
    }
    assert marks.total == Decimal("48.0")
    assert form().shown(marks.total) == "48.0"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_mark_that_is_not_there_is_asked_for_and_never_read_as_zero(value):
    assert refused(speech=value) == [("speech", "{element} has no mark yet.")]


@pytest.mark.parametrize(
    "value", ["17,5", "-1", "+1", "1e1", "NaN", "Infinity", "17.125", "十七", "1 7", ".5", "5.", 17]
)
def test_what_is_not_plainly_a_number_is_refused(value):
    assert refused(analysis=value) == [("analysis", "The mark for {element} is not a number.")]


def test_a_number_that_came_as_a_float_is_refused():
    assert refused(analysis=17.5) == [("analysis", "The mark for {element} is not a number.")]


def test_range_and_step():
    assert refused(analysis="20.5", organising="29.7") == [
        ("analysis", "The mark for {element} is above its maximum {maximum}."),
        ("organising", "Marks for {element} go in steps of {step}."),
    ]


def test_full_width_digits_are_read_as_digits():
    assert check_marks(form(), FULL | {"analysis": "１７．５"}) == check_marks(form(), FULL)


def test_a_mark_for_an_element_of_another_form_is_refused():
    assert refused(bonus="1") == [("bonus", "The sheet has no element {element}.")]


def test_an_empty_sheet_asks_for_every_element():
    with pytest.raises(Refusal) as refusal:
        check_marks(form(), {})
    assert [problem.field for problem in refusal.value.problems] == list(FULL)


def test_the_order_in_which_marks_arrive_does_not_matter():
    assert list(check_marks(form(), dict(reversed(FULL.items()))).by_element) == list(FULL)


def test_the_content_is_the_same_bytes_however_the_marks_were_typed():
    sheet = form()
    typed = check_marks(sheet, FULL | {"organising": "30.0", "speech": "00"})
    bytes_ = content(sheet, typed, hearing="1-04", seat="4", version=1)
    assert bytes_ == content(sheet, check_marks(sheet, FULL), hearing="1-04", seat="4", version=1)
    assert bytes_.decode() == (
        '{"hearing":"1-04","marks":[["analysis","17.5"],["organising","30.0"],["speech","0.0"],["manner","0.5"]],'
        '"seat":"4","sheet":"gongxuan-sheet-v1","total":"48.0","version":1}'
    )


def test_the_check_code_changes_with_every_part_of_the_content():
    sheet, marks = form(), check_marks(form(), FULL)
    codes = {
        check_code(content(sheet, marks, hearing="1-04", seat="4", version=1)),
        check_code(content(sheet, marks, hearing="1-05", seat="4", version=1)),
        check_code(content(sheet, marks, hearing="1-04", seat="5", version=1)),
        check_code(content(sheet, marks, hearing="1-04", seat="4", version=2)),
        check_code(content(sheet, check_marks(sheet, FULL | {"speech": "0.5"}), hearing="1-04", seat="4", version=1)),
    }
    assert len(codes) == 5


def test_the_check_code_is_the_start_of_the_sha_256():
    assert check_code(b"abc") == "BA78-16BF"
