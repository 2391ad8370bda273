"""Cuts by ratio, table or number; equal ones at the line; the opening ratio (rules.md §6, 7)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from core.words import Name
from scoring.cuts import (
    Band,
    Cut,
    CutRule,
    Entered,
    Equal,
    OpeningRule,
    PartOf,
    Short,
    Waiver,
    cut,
    open_places,
    waived_parts,
)
from scoring.ranking import Entry, rank
from tests.scoring.building import case

RATIO = CutRule("interview", Name("面试"), "written", per_place=Fraction(5))


def drawn(values: list[str], places: int, rule: CutRule, out: str = "") -> Cut:
    """The cut through candidates a, b, c …; those in `out` are not qualified."""
    codes = [chr(ord("a") + n) for n in range(len(values))]
    ranking = rank([Entry(code, Decimal(value)) for code, value in zip(codes, values, strict=True)])
    return cut(rule, places, ranking, frozenset(codes) - frozenset(out))


def by_number(take: int, equal: Equal = Equal.IN) -> CutRule:
    return CutRule("x", Name("入围"), "written", take=take, equal=equal)


@pytest.mark.parametrize("row", case("opening-ratio-yunnan")["rows"], ids=lambda row: row["code"])
def test_the_official_opening_ratio_of_yunnan(row):
    rule = OpeningRule(Fraction(case("opening-ratio-yunnan")["rule"]["min_ratio"]))
    assert open_places(rule, row["posts"], row["paid"]) == row["expected_posts"]


@given(st.integers(0, 20), st.integers(0, 400), st.fractions(min_value=1, max_value=10))
def test_open_places_are_as_many_as_have_their_applicants(places, registered, ratio):
    opened = open_places(OpeningRule(ratio), places, registered)
    assert 0 <= opened <= places
    assert opened * ratio <= registered
    assert opened == places or (opened + 1) * ratio > registered


@pytest.mark.parametrize(("places", "wanted"), [(1, 5), (2, 10), (0, 0)])
def test_a_ratio_takes_so_many_for_each_place(places, wanted):
    assert RATIO.wanted(places) == wanted


@pytest.mark.parametrize(("places", "wanted"), [(1, 2), (2, 3), (3, 5), (10, 15)])
def test_a_fraction_of_a_person_counts_as_one(places, wanted):
    rule = CutRule("x", Name("入围"), "written", per_place=Fraction(3, 2))
    assert rule.wanted(places) == wanted


def test_a_table_by_places_goes_before_the_ratio():
    rule = CutRule("x", Name("入围"), "written", per_place=Fraction(2), table=(Band(4, 12), Band(5, 13), Band(13, 28)))
    assert [rule.wanted(places) for places in (1, 4, 5, 6, 13, 14)] == [12, 12, 13, 28, 28, 28]
    assert rule.wanted(15) == 30


def test_beyond_the_table_without_a_ratio_its_last_line_goes_on():
    rule = CutRule("x", Name("入围"), "written", table=(Band(4, 12), Band(10, 28)))
    assert rule.wanted(11) == 31  # 28 for 10 is 2.8 a place


def test_sixteen_enter_for_fifteen_where_the_last_are_equal():
    values = [str(90 - n) for n in range(14)] + ["70", "70", "69"]
    made = drawn(values, 3, RATIO)
    assert (made.wanted, len(made.entered)) == (15, 16)
    assert made.tied_at_cut == ("o", "p")
    assert (made.last_in, made.first_out) == (70, 69)


@pytest.mark.parametrize(
    ("equal", "entered", "how"),
    [
        (Equal.IN, ("a", "b", "c"), Entered.TIED_IN),
        (Equal.OUT, ("a",), Entered.TIED_OUT),
        (Equal.WAIT, ("a",), Entered.WAITING),
    ],
)
def test_equal_ones_at_the_line_are_in_or_out_or_wait(equal, entered, how):
    made = drawn(["90", "80", "80", "70"], 1, by_number(2, equal))
    assert made.entered == entered
    assert (made.standing["b"], made.standing["c"], made.standing["d"]) == (how, how, Entered.BEYOND)


def test_equal_ones_who_all_fit_are_simply_within():
    made = drawn(["90", "80", "80", "70"], 1, by_number(3))
    assert made.standing == {"a": "within", "b": "within", "c": "within", "d": "beyond"}
    assert made.tied_at_cut == ()


def test_the_unqualified_take_no_place():
    made = drawn(["90", "80", "70", "60"], 1, by_number(2), out="b")
    assert made.entered == ("a", "c")
    assert "b" not in made.standing


def test_if_fewer_are_there_those_there_are_enter():
    made = drawn(["90", "80"], 1, RATIO)
    assert (made.entered, made.qualified, made.first_out) == (("a", "b"), 2, None)


def test_nobody_there_is_an_empty_cut():
    made = drawn([], 1, RATIO)
    assert (made.entered, made.last_in, made.first_out) == ((), None, None)


@given(st.lists(st.integers(0, 9), max_size=15), st.integers(1, 12), st.sampled_from([Equal.IN, Equal.OUT]))
def test_nobody_who_is_out_is_better_than_anybody_who_is_in(values, take, equal):
    made = drawn([str(value) for value in values], 1, by_number(take, equal))
    by_code = {chr(ord("a") + n): value for n, value in enumerate(values)}
    inside = [by_code[code] for code in made.entered]
    outside = [value for code, value in by_code.items() if code not in made.entered]
    assert not inside or not outside or min(inside) > max(outside)
    assert len(inside) >= min(take, len(values)) if equal is Equal.IN else len(inside) <= take


@pytest.mark.parametrize(
    ("ratio", "fraction", "wanted"),
    [
        (Fraction(6, 5), PartOf.UP, [2, 3, 4, 5, 6, 8]),
        (Fraction(6, 5), PartOf.DOWN, [1, 2, 3, 4, 6, 7]),
        (Fraction(6, 5), PartOf.HALF_UP, [1, 2, 4, 5, 6, 7]),
        (Fraction(3, 2), PartOf.HALF_UP, [2, 3, 5, 6, 8, 9]),
    ],
)
def test_a_fraction_of_a_person_counts_as_the_scheme_says(ratio, fraction, wanted):
    rule = CutRule("x", Name("入围"), "written", per_place=ratio, fraction=fraction)
    assert [rule.wanted(places) for places in (1, 2, 3, 4, 5, 6)] == wanted


def test_places_and_one_up_to_four_and_a_ratio_beyond():
    rule = CutRule("x", Name("体检"), "total", per_place=Fraction(6, 5), table=(Band(4, plus=1),))
    assert [rule.wanted(places) for places in (0, 1, 4, 5, 10)] == [0, 2, 5, 6, 12]


def test_two_for_a_place_from_ten_places_on():
    rule = CutRule("x", Name("面试"), "written", per_place=Fraction(2), table=(Band(9, per_place=Fraction(3)),))
    assert [rule.wanted(places) for places in (1, 9, 10, 12)] == [3, 27, 20, 24]


def test_a_line_with_a_ratio_and_a_surplus_goes_on_beyond_the_table():
    rule = CutRule("x", Name("面试"), "written", table=(Band(3, 9), Band(6, per_place=Fraction(3, 2), plus=2)))
    assert [rule.wanted(places) for places in (3, 6, 7)] == [9, 11, 13]


@given(st.integers(1, 50), st.fractions(min_value=1, max_value=5), st.integers(0, 3), st.sampled_from(PartOf))
def test_more_places_never_take_fewer_people(places, ratio, plus, fraction):
    rule = CutRule("x", Name("入围"), "written", per_place=ratio, plus=plus, fraction=fraction)
    assert places + plus <= rule.wanted(places) <= rule.wanted(places + 1)


SCARCE = OpeningRule(Fraction(3), posts={"05": Fraction(2)}, waivers=(Waiver("written", Fraction(5)),))


def test_a_scarce_post_has_a_ratio_of_its_own():
    assert [open_places(SCARCE, 2, 5, post) for post in ("01", "05")] == [1, 2]


def test_the_worked_openings_of_two_places():
    assert [open_places(OpeningRule(Fraction(3)), 2, paid) for paid in (6, 5, 2)] == [2, 1, 0]


def test_a_post_may_be_cancelled_rather_than_reduced():
    rule = OpeningRule(Fraction(10), Short.CANCEL)
    assert [open_places(rule, 2, registered) for registered in (20, 19, 10)] == [2, 0, 0]


def test_with_few_applicants_nobody_sits_the_waived_part():
    assert [waived_parts(SCARCE, 2, registered) for registered in (9, 10)] == [("written",), ()]
