"""The composite: weights, points, folding, bonus points, pass marks, states, and where each rounding stands."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from scoring.formula import BonusPoints, Given, evaluate, missing
from scoring.marks import Mark, MarkState
from scoring.steps import StepKind
from tests.scoring.building import TWO_PARTS, case, marks, scheme_from

ANKANG = """
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
weight = 0.6
maximum = 100
[[parts]]
key = "interview"
of = "total"
weight = 0.4
maximum = 100
"""

SHAANXI = """
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
weight = 0.6
rescale_to = 100
bonus = { stage = "before_rescale", cap = 5 }
[[parts]]
key = "aptitude"
of = "written"
maximum = 150
[[parts]]
key = "essay"
of = "written"
maximum = 150
[[parts]]
key = "interview"
of = "total"
weight = 0.4
maximum = 100
"""

HAINAN = """
[[parts]]
key = "total"
[[parts]]
key = "written"
of = "total"
points = 30
maximum = 150
[[parts]]
key = "field"
of = "total"
points = 30
maximum = 100
[[parts]]
key = "group"
of = "total"
points = 30
maximum = 100
[[parts]]
key = "resume"
of = "total"
points = 10
maximum = 10
"""


def result(toml: str, bonus=(), **values):
    return evaluate(scheme_from(toml).root, Given(marks(**values), {}, bonus))


def test_the_published_composite_of_ankang():
    made = result(ANKANG, written="61.6", interview="79.70")
    assert made.value == Decimal("68.84")
    products = [term.product for term in made.steps[0].terms]
    assert products == [Fraction("36.96"), Fraction("31.88")]


def test_two_papers_of_150_are_folded_by_three_before_their_weight():
    made = result(SHAANXI, aptitude="120", essay="111", interview="80")
    assert made.value == Decimal("78.20")  # 231 / 3 × 0.6 + 80 × 0.4


def test_bonus_points_before_the_division_weigh_a_third():
    extra = (BonusPoints("written", "grassroots", Decimal(3)),)
    made = result(SHAANXI, extra, aptitude="120", essay="111", interview="80")
    assert made.value == Decimal("78.80")  # (231 + 3) / 3 × 0.6 + 32


def test_of_several_bonus_kinds_the_highest_counts_alone_and_the_others_are_shown_struck():
    extra = (BonusPoints("written", "veteran", Decimal(3)), BonusPoints("written", "grassroots", Decimal(5)))
    made = result(SHAANXI, extra, aptitude="120", essay="111", interview="80")
    bonus = next(step for step in made.all_steps() if step.kind is StepKind.BONUS)
    assert [(term.key, term.value, term.dropped) for term in bonus.terms] == [
        ("written", 231, ""),
        ("grassroots", 5, ""),
        ("veteran", 3, "not_counted"),
    ]
    assert bonus.exact == 236


def test_bonus_points_that_add_up_stop_at_the_cap():
    toml = SHAANXI.replace("cap = 5", "cap = 5, accumulate = true")
    extra = (BonusPoints("written", "veteran", Decimal(3)), BonusPoints("written", "grassroots", Decimal(4)))
    made = result(toml, extra, aptitude="120", essay="111", interview="80")
    assert next(step for step in made.all_steps() if step.kind is StepKind.BONUS).exact == 236


def test_points_fold_each_part_to_its_own_maximum():
    made = result(HAINAN, written="120", field="81", group="77.5", resume="9")
    assert made.value == Fraction(120, 5) + Fraction("24.3") + Fraction("23.25") + 9
    assert scheme_from(HAINAN).root.maximum == 100


def test_a_part_may_be_composite_itself_and_rounded_there():
    chongqing = """
    [[parts]]
    key = "total"
    decimals = 2
    [[parts]]
    key = "written"
    of = "total"
    weight = 0.4
    decimals = DECIMALS
    [[parts]]
    key = "common"
    of = "written"
    weight = 0.6
    maximum = 100
    [[parts]]
    key = "professional"
    of = "written"
    weight = 0.4
    maximum = 100
    [[parts]]
    key = "interview"
    of = "total"
    weight = 0.6
    maximum = 100
    """
    given_marks = {"common": "71.35", "professional": "68.47", "interview": "80"}
    # written 70.198; 70.198 × 0.4 + 48 = 76.0792, but 70.2 × 0.4 + 48 = 76.08
    assert result(chongqing.replace("DECIMALS", "1"), **given_marks).exact == Fraction("76.08")
    assert result(chongqing.replace("DECIMALS", "3"), **given_marks).exact == Fraction("76.0792")
    assert result(chongqing.replace("decimals = DECIMALS", ""), **given_marks).value == Decimal("76.08")


def test_a_weighted_part_may_be_rounded_before_it_is_added():
    toml = ANKANG.replace("weight = 0.6", "weight = 0.6\nweighted_decimals = 1")
    assert result(toml, written="61.6", interview="79.70").value == Decimal("68.88")  # 37.0 + 31.88


def test_truncation_and_half_even_stand_where_a_node_asks_for_them():
    truncated = ANKANG.replace("decimals = 2", 'decimals = 1\nrounding = "truncate"')
    assert result(truncated, written="61.6", interview="79.70").value == Decimal("68.8")
    even = TWO_PARTS.replace("decimals = 2", 'decimals = 2\nrounding = "half_even"')
    assert result(even, written="86.20", interview="90.01").value == Decimal("88.10")
    assert result(TWO_PARTS, written="86.20", interview="90.01").value == Decimal("88.11")


@pytest.mark.parametrize("row", case("chaohu-2010-written-composite")["rows"], ids=lambda row: row["code"])
def test_the_published_written_composites_of_chaohu(row):
    made = result(TWO_PARTS, written=row["aptitude"], interview=row["professional"])
    assert made.value == Decimal(row["published_total"])


@pytest.mark.parametrize(
    ("state", "policy", "expected"),
    [
        (MarkState.ABSENT, "out", None),
        (MarkState.ABSENT, "zero", Decimal("40.00")),
        (MarkState.EXEMPT, "leave_out", Decimal("80.00")),
        (MarkState.VOID, "zero", Decimal("40.00")),
        (MarkState.DISQUALIFIED, "out", None),
    ],
)
def test_a_part_without_a_mark_does_what_its_policy_says(state, policy, expected):
    toml = TWO_PARTS.replace('key = "interview"', f'key = "interview"\n{state.value} = "{policy}"')
    made = result(toml, written="80", interview=state)
    assert made.value == expected
    if expected is None:
        assert (made.state, made.blocked_by) == (state, "interview")


def test_a_missing_mark_is_neither_a_zero_nor_left_out_but_refused():
    root = scheme_from(TWO_PARTS).root
    assert missing(root, Given(marks(written="80"))) == ["interview"]
    assert missing(root, Given(marks(written="80", interview=MarkState.ABSENT))) == []
    assert evaluate(root, Given(marks(written="80"))).value is None


def test_leaving_out_spreads_the_weight_in_proportion():
    made = result(
        HAINAN.replace('key = "resume"', 'key = "resume"\nabsent = "leave_out"'),
        written="120",
        field="81",
        group="78",
        resume=MarkState.ABSENT,
    )
    assert made.exact == (Fraction(24) + Fraction("24.3") + Fraction("23.4")) * 100 / 90


def test_if_every_part_is_left_out_there_is_no_value():
    made = result(TWO_PARTS, written=MarkState.EXEMPT, interview=MarkState.EXEMPT)
    assert (made.value, made.state) == (None, MarkState.EXEMPT)


@pytest.mark.parametrize(("on", "passed"), [("before_bonus", False), ("after_bonus", True)])
def test_a_pass_mark_looks_before_or_after_the_bonus(on, passed):
    toml = TWO_PARTS.replace(
        'key = "written"', f'key = "written"\npass_mark = 60\npass_mark_on = "{on}"\nbonus = {{ cap = 5 }}'
    )
    made = result(toml, (BonusPoints("written", "veteran", Decimal(3)),), written="58", interview="70")
    assert made.parts[0].value == 61
    assert made.parts[0].passed is passed
    assert made.failed() == ([] if passed else ["written"])


def test_bonus_points_may_be_only_for_those_who_pass():
    toml = TWO_PARTS.replace('key = "written"', 'key = "written"\npass_mark = 60\nbonus = { needs_pass = true }')
    extra = (BonusPoints("written", "veteran", Decimal(5)),)
    assert result(toml, extra, written="60", interview="70").parts[0].value == 65
    assert result(toml, extra, written="58", interview="70").parts[0].value == 58


def test_reaching_the_pass_mark_exactly_is_passing():
    toml = TWO_PARTS.replace('key = "written"', 'key = "written"\npass_mark = 60')
    assert result(toml, written="60", interview="1").parts[0].passed is True
    assert result(toml, written="59.99", interview="1").parts[0].passed is False


def test_a_deduction_is_taken_off_and_adds_nothing_to_the_maximum():
    toml = ANKANG + '[[parts]]\nkey = "late"\nof = "total"\ndeducted = true\nmaximum = 5\n'
    assert scheme_from(toml).root.maximum == 100
    assert result(toml, written="61.6", interview="79.70", late="1.5").value == Decimal("67.34")


two_decimals = st.integers(0, 10000).map(lambda n: Decimal(n).scaleb(-2))


@given(two_decimals, two_decimals)
def test_fifty_fifty_halves_agree_with_plain_integers(written, interview):
    made = evaluate(scheme_from(TWO_PARTS).root, Given({"written": Mark(written), "interview": Mark(interview)})).value
    hundredths = int(written * 100) + int(interview * 100)
    assert made == Decimal((hundredths + 1) // 2).scaleb(-2)


@given(st.lists(two_decimals, min_size=4, max_size=4), st.integers(0, 3), st.integers(1, 500))
def test_one_more_point_never_lowers_a_total(values, place, more):
    root = scheme_from(HAINAN.replace('key = "total"', 'key = "total"\ndecimals = 1')).root
    keys = ["written", "field", "group", "resume"]
    before = {key: Mark(value) for key, value in zip(keys, values, strict=True)}
    raised = before | {keys[place]: Mark(values[place] + Decimal(more).scaleb(-2))}
    first, second = (evaluate(root, Given(given)).value for given in (before, raised))
    assert second >= first
