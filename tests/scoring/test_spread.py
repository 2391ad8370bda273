"""Spread of marks: exact means and medians, classes that hold every mark once, intervals as the tables have them."""

import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from scoring.marks import round_to
from scoring.statistics.spread import MOST_CLASSES, half_width, root, spread_of, student, variance

marks = st.lists(st.integers(0, 20000).map(lambda n: Decimal(n) / 100), min_size=1, max_size=60)


@given(marks)
def test_every_mark_stands_in_one_class(found: list[Decimal]):
    spread = spread_of(found)
    assert sum(one.count for one in spread.classes) == len(found)
    assert 1 <= len(spread.classes) <= MOST_CLASSES
    for place, one in enumerate(spread.classes):
        last = place == len(spread.classes) - 1
        assert one.count == sum(one.low <= mark < one.high or (last and mark == one.high) for mark in found)


@given(marks)
def test_mean_median_and_variance_are_those_of_any_textbook(found: list[Decimal]):
    spread = spread_of(found)
    exact = [Fraction(mark) for mark in found]
    assert spread.mean == statistics.mean(exact)
    assert spread.median == statistics.median(exact)
    assert (spread.lowest, spread.highest) == (min(found), max(found))
    if len(found) > 1:
        assert variance(found) == statistics.variance(exact)


@given(st.fractions(min_value=0, max_value=10**6))
def test_a_root_is_right_to_thirty_digits(value: Fraction):
    found = Fraction(root(value))
    assert abs(found * found - value) <= value / 10**30


@pytest.mark.parametrize(("freedom", "printed"), [(1, "12.706"), (5, "2.571"), (30, "2.042")])
def test_students_t_is_the_printed_one(freedom: int, printed: str):
    assert student(freedom) == Decimal(printed)


@pytest.mark.parametrize(
    ("freedom", "printed"), [(31, "2.040"), (40, "2.021"), (60, "2.000"), (120, "1.980"), (100000, "1.960")]
)
def test_beyond_the_table_students_t_goes_on_to_the_printed_digits(freedom: int, printed: str):
    assert round_to(student(freedom), 3) == Decimal(printed)


def test_the_interval_of_a_mean():
    found = half_width([Decimal(mark) for mark in (80, 82, 84, 86, 88)])
    assert found is not None
    assert round_to(found, 4) == Decimal("3.9259")  # 2.776 × √(10 / 5)
    assert half_width([Decimal(80)]) is None
