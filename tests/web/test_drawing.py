"""Scales and figures of drawings: nothing outside, round ticks, signs that print."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from web.drawing import MOST_TICKS, figure, percent, scale_around_nothing, scale_over, signed

values = st.lists(st.integers(-10000, 20000).map(lambda n: Decimal(n) / 100), min_size=1, max_size=12)


@given(values)
def test_every_value_stands_inside_the_scale(found: list[Decimal]):
    for scale in (scale_over(found, 96, 560), scale_around_nothing(found, 96, 560)):
        assert all(96 <= Decimal(scale.at(one)) <= 560 for one in found)
        assert 1 <= len(scale.ticks()) <= MOST_TICKS + 2
        assert scale.low < scale.high


@given(values)
def test_nothing_is_in_the_middle_of_differences(found: list[Decimal]):
    assert scale_around_nothing(found, 100, 500).at(Fraction(0)) == "300.0"


def test_a_scale_turned_upside_down_measures_alike():
    scale = scale_over([0, 10], 190, 30)
    assert (scale.at(0), scale.at(10), scale.between(0, 5)) == ("190.0", "30.0", "80.0")


@pytest.mark.parametrize(
    ("value", "text"), [("0.671", "+0.67"), ("-1.925", "−1.93"), ("0", "0.00"), ("-0.004", "0.00")]
)
def test_differences_carry_their_sign(value: str, text: str):
    assert signed(Decimal(value)) == text


def test_figures_are_rounded_for_the_page_alone():
    assert (figure(None), figure(Fraction(1, 3)), figure(Decimal("-2.5"), 1)) == ("–", "0.33", "−2.5")
    assert percent(Fraction(1, 3)) == "33.3%"
