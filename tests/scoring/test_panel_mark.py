"""Panel marks: trims per judge total and per element, groups, missing judges (rules.md §3 and its figures)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from core.words import Name
from scoring.marks import MarkState, Precision
from scoring.panel_mark import JudgeSheet, panel_mark
from scoring.panel_rule import (
    WHOLE,
    Element,
    Few,
    Group,
    MissingJudge,
    PanelRule,
    Trim,
    TrimOver,
    TrimPer,
)
from tests.scoring.building import by_element, totals

ONE_TRIM = Trim(1, 1, 3)
HUNDRED = (Element(WHOLE, Name("总分"), Decimal(100)),)
EVERYBODY = (Group("panel", Name("评委")),)
TWO = (Element("a", Name("甲"), Decimal(50)), Element("b", Name("乙"), Decimal(50)))
ONE_SHEET = {"a": ["30", "40", "44", "46", "50"], "b": ["45", "46", "44", "42", "40"]}
GUIYANG = (
    Group("expert", Name("专家"), Fraction(8, 10), trim=ONE_TRIM),
    Group("public", Name("群众"), Fraction(2, 10)),
)


def pooled(**changes) -> PanelRule:
    return replace(PanelRule("interview", HUNDRED, EVERYBODY, trim=ONE_TRIM), **changes)


def value(rule: PanelRule, sheets) -> Fraction:
    return panel_mark(rule, sheets).exact


def refusal(rule: PanelRule, sheets) -> list[str]:
    with pytest.raises(Refusal) as refused:
        panel_mark(rule, sheets)
    return [str(problem) for problem in refused.value.problems]


def test_per_element_the_worked_sheet_makes_87_00():
    rule = pooled(elements=TWO, trim_per=TrimPer.ELEMENT, element_precision=Precision(2))
    made = panel_mark(rule, by_element("panel", ONE_SHEET))
    assert made.exact == 87
    assert [step.value for step in made.steps if step.at.startswith("panel/")] == [Decimal("43.33"), Decimal("43.67")]


def test_per_judge_the_same_sheet_makes_87_33():
    rule = pooled(elements=TWO, group_precision=Precision(2))
    assert value(rule, by_element("panel", ONE_SHEET)) == Fraction("87.33")


def test_the_two_rules_drop_other_marks():
    per_judge = panel_mark(pooled(elements=TWO), by_element("panel", ONE_SHEET)).dropped
    assert [(d.seat, d.side, d.value, d.element) for d in per_judge] == [("1", "low", 75, ""), ("5", "high", 90, "")]
    per_element = panel_mark(pooled(elements=TWO, trim_per=TrimPer.ELEMENT), by_element("panel", ONE_SHEET)).dropped
    assert [(d.element, d.seat, d.side) for d in per_element] == [
        ("a", "1", "low"),
        ("a", "5", "high"),
        ("b", "2", "high"),
        ("b", "5", "low"),
    ]


def test_expert_and_public_groups_with_their_weights_make_88_65():
    rule = pooled(groups=GUIYANG, trim=Trim())
    experts = totals("expert", ["88", "90", "85", "92", "87", "89", "86"])
    public = totals("public", ["91", "92", "90.75", "91.25"])
    made = panel_mark(rule, experts + public)
    assert made.group_means == {"expert": 88, "public": Decimal("91.25")}
    assert made.exact == Fraction("88.65")
    assert {(d.seat, d.value) for d in made.dropped} == {("3", 85), ("4", 92)}


def test_two_equal_highest_lose_one_and_the_lower_seat_is_struck():
    made = panel_mark(pooled(), totals("panel", ["90", "85", "90", "80"]))
    assert [(d.seat, d.side) for d in made.dropped] == [("1", "high"), ("4", "low")]
    assert made.exact == Fraction(175, 2)


def test_the_undropped_sum_keeps_every_mark():
    assert panel_mark(pooled(), totals("panel", ["90", "85", "90", "80"])).undropped_sum == 345


def test_a_missing_judge_is_never_a_zero():
    marks = ["88", "90", "85", None, "87"]
    made = panel_mark(pooled(), totals("panel", marks))
    assert made.exact == Fraction(88 + 87, 2)
    assert made.present == 4


def test_extremes_may_be_looked_for_over_the_whole_panel_before_groups_are_averaged():
    groups = (Group("expert", Name("专家"), Fraction(1, 2)), Group("public", Name("群众"), Fraction(1, 2)))
    rule = pooled(groups=groups, trim_over=TrimOver.PANEL)
    made = panel_mark(rule, totals("expert", ["95", "90"]) + totals("public", ["80", "70"]))
    assert {(d.group, d.seat) for d in made.dropped} == {("expert", "1"), ("public", "2")}
    assert made.exact == 85


def test_a_trim_over_the_panel_that_empties_a_group_is_refused():
    groups = (Group("expert", Name("专家"), Fraction(1, 2)), Group("public", Name("群众"), Fraction(1, 2)))
    rule = pooled(groups=groups, trim_over=TrimOver.PANEL)
    sheets = totals("expert", ["95"]) + totals("public", ["80", "70"])
    assert refusal(rule, sheets) == ["Dropping extremes leaves no mark of the group 专家."]


def test_an_element_may_carry_a_factor_and_be_rounded_before_and_after_it():
    elements = (Element("skating", Name("滑行"), Decimal(10), Fraction(8, 10)),)
    rule = pooled(
        elements=elements,
        trim_per=TrimPer.ELEMENT,
        element_precision=Precision(2),
        factor_precision=Precision(2),
    )
    made = panel_mark(rule, by_element("panel", {"skating": ["8.25", "8.5", "8.25", "8.5", "8.75"]}))
    # mean of 8.25 8.5 8.5 is 8.41666…, rounded 8.42; × 0.8 is 6.736, rounded 6.74
    assert made.exact == Fraction("6.74")


def test_every_rounding_stands_where_the_rule_puts_it():
    sheets = totals("panel", ["81", "82", "84", "83", "90"])
    assert value(pooled(), sheets) == 83
    thirds = totals("panel", ["80", "81", "82", "84", "90"])
    assert value(pooled(), thirds) == Fraction(247, 3)
    assert value(pooled(group_precision=Precision(2)), thirds) == Fraction("82.33")
    assert value(pooled(group_precision=Precision(1)), thirds) == Fraction("82.3")


def test_too_few_marks_for_a_trim_are_refused_or_kept_as_the_scheme_says():
    two = totals("panel", ["80", "90"])
    assert refusal(pooled(), two) == ["Marks present: 2; dropping 2 needs at least 3."]
    assert value(pooled(trim=Trim(1, 1, 5, Few.KEEP_ALL)), two) == 85


def test_a_panel_below_its_least_number_is_not_valid():
    rule = pooled(trim=Trim(), least=3)
    assert refusal(rule, totals("panel", ["80", "90", None])) == ["Judges who have marked: 2; at least 3 are needed."]
    group = pooled(groups=(replace(GUIYANG[0], least=5, trim=Trim()), GUIYANG[1]), trim=Trim())
    assert refusal(group, totals("expert", ["80"]) + totals("public", ["80"])) == [
        "expert: Judges of this group who have marked: 1; at least 5 are needed."
    ]


def test_a_seat_nothing_is_known_of_holds_the_mark_up_unless_the_scheme_lets_it_go():
    seven = (Group("panel", Name("评委"), seats=7),)
    six = totals("panel", ["80", "81", "82", "83", "84", "85"])
    assert refusal(pooled(groups=seven), six) == ["panel: Judges' sheets missing in this group: 1 of 7."]
    silent = (*six, JudgeSheet("7", "panel", state=MarkState.MISSING))
    assert refusal(pooled(groups=seven), silent) == ["panel: Judges' sheets missing in this group: 1 of 7."]
    assert value(pooled(groups=seven, missing_judge=MissingJudge.LEAVE_OUT), six) == Fraction(165, 2)
    absent = (*six, JudgeSheet("7", "panel", state=MarkState.ABSENT))
    assert value(pooled(groups=seven), absent) == Fraction(165, 2)


def test_every_problem_of_the_sheets_is_listed_at_once():
    rule = pooled(elements=TWO, step=Decimal("0.5"))
    sheets = [
        JudgeSheet("1", "panel", {"a": Decimal(51), "b": Decimal("40.25")}),
        JudgeSheet("2", "panel", {"a": Decimal(40)}),
        JudgeSheet("2", "panel", {"a": Decimal(40), "b": Decimal(40), "c": Decimal(1)}),
        JudgeSheet("3", "guests", {"a": Decimal(-1), "b": Decimal(40)}),
        JudgeSheet("4", "panel", {"a": Decimal(1)}, MarkState.VOID),
    ]
    assert sorted(refusal(rule, sheets)) == sorted(
        [
            "panel/1/a: 51 is not between 0 and 50.",
            "panel/1/b: 40.25 is not a multiple of 0.5.",
            "panel/2/b: The mark for 乙 is missing.",
            "panel/2: This judge has two sheets for one candidate.",
            "panel/2/c: The sheet has no element c.",
            "guests/3: The scheme has no group of judges guests.",
            "guests/3/a: -1 is not between 0 and 50.",
            "panel/4: A sheet that does not count must not carry marks.",
        ]
    )


def test_seats_stand_in_their_own_order():
    sheets = totals("panel", [str(80 + n) for n in range(10)])
    made = panel_mark(pooled(), reversed(sheets))
    mean = next(step for step in made.steps if step.kind.value == "mean")
    assert [term.key for term in mean.terms] == [f"panel/{n}" for n in range(1, 11)]


half_marks = st.integers(0, 200).map(lambda n: Decimal(n) / 2)


@given(st.lists(half_marks, min_size=3, max_size=11), st.randoms(use_true_random=False))
def test_the_order_of_the_judges_has_no_effect(marks, random):
    sheets = list(totals("panel", [str(mark) for mark in marks]))
    made = panel_mark(pooled(), sheets)
    random.shuffle(sheets)
    assert panel_mark(pooled(), sheets) == made


@given(st.lists(half_marks, min_size=3, max_size=11), st.data())
def test_one_more_point_never_lowers_a_panel_mark(marks, data):
    place = data.draw(st.integers(0, len(marks) - 1))
    raised = [mark + (place == n) for n, mark in enumerate(marks)]
    rule = pooled(elements=(Element(WHOLE, Name("总分"), Decimal(101)),))
    before, after = (value(rule, totals("panel", [str(m) for m in some])) for some in (marks, raised))
    assert after >= before


@given(st.sampled_from([3, 6, 7, 8]), st.data())
def test_means_over_three_six_seven_and_eight_agree_with_plain_fractions(kept, data):
    marks = data.draw(st.lists(half_marks, min_size=kept + 2, max_size=kept + 2))
    plain = Fraction(sum(int(2 * mark) for mark in sorted(marks)[1:-1]), 2 * kept)
    assert value(pooled(), totals("panel", [str(mark) for mark in marks])) == plain
