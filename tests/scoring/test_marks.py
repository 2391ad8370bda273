"""Exact arithmetic: rounding modes, trims as multisets, figures as they are written."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from scoring.marks import (
    Mark,
    MarkState,
    Precision,
    Rounding,
    as_written,
    exact_document,
    exact_text,
    mean,
    places_of,
    rescale,
    round_to,
    trim,
    trimmed_places,
    written_places,
)
from scoring.panel_mark import JudgeSheet

WIDE = Context(prec=400)
MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.TRUNCATE: ROUND_DOWN,
}
marks_of_a_panel = st.lists(st.integers(0, 200).map(lambda n: Decimal(n) / 2), min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "truncate"),
    [
        ("88.105", "88.11", "88.10", "88.10"),
        ("88.115", "88.12", "88.12", "88.11"),
        ("2.675", "2.68", "2.68", "2.67"),
        ("-0.125", "-0.13", "-0.12", "-0.12"),
        ("59.999", "60.00", "60.00", "59.99"),
        ("0.004999", "0.00", "0.00", "0.00"),
    ],
)
def test_each_rounding_mode_treats_a_half_its_own_way(value, half_up, half_even, truncate):
    exact = Fraction(value)
    assert str(round_to(exact, 2, Rounding.HALF_UP)) == half_up
    assert str(round_to(exact, 2, Rounding.HALF_EVEN)) == half_even
    assert str(round_to(exact, 2, Rounding.TRUNCATE)).lstrip("-") == truncate.lstrip("-")


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 6), st.sampled_from(list(Rounding)))
def test_rounding_keeps_its_decimals_and_stays_within_one_unit(value, places, mode):
    rounded = round_to(value, places, mode)
    unit = Fraction(1, 10**places)
    assert -int(rounded.as_tuple().exponent) == places
    off = abs(Fraction(rounded) - value)
    assert off < unit if mode is Rounding.TRUNCATE else off <= unit / 2
    assert mode is not Rounding.TRUNCATE or abs(Fraction(rounded)) <= abs(value)


@given(st.decimals(-(10**40), 10**40, places=9), st.integers(0, 6), st.sampled_from(list(Rounding)))
def test_rounding_agrees_with_decimal_quantize_also_far_beyond_28_digits(value, places, mode):
    assert round_to(value, places, mode) == value.quantize(Decimal(1).scaleb(-places), MODES[mode], WIDE)


def test_an_exact_half_that_a_binary_float_loses_is_rounded_up():
    assert round_to(Fraction("86.21") / 2 + Fraction("91.00") / 2, 2) == Decimal("88.61")
    assert round(0.5 * 86.21 + 0.5 * 91.00, 2) == 88.6  # the mistake


def test_two_equal_highest_lose_only_one():
    assert trim([Decimal(90), Decimal(90), Decimal(80), Decimal(70), Decimal(70)], 1, 1) == [90, 80, 70]


def test_of_equal_marks_the_earlier_place_is_dropped():
    assert trimmed_places([Decimal(81), Decimal(85), Decimal(81), Decimal(85)], 1, 1) == (
        frozenset({1}),
        frozenset({0}),
    )


@given(marks_of_a_panel, st.data())
def test_a_trim_is_an_operation_on_the_multiset(marks, data):
    high = data.draw(st.integers(0, (len(marks) - 1) // 2))
    low = data.draw(st.integers(0, len(marks) - 1 - high))
    kept = trim(marks, high, low)
    assert sorted(kept) == sorted(marks)[low : len(marks) - high]
    assert sorted(trim(data.draw(st.permutations(marks)), high, low)) == sorted(kept)


@pytest.mark.parametrize(("high", "low"), [(1, 1), (2, 0), (0, 2), (-1, 0)])
def test_a_trim_that_would_leave_nothing_is_a_mistake_of_the_caller(high, low):
    with pytest.raises(ValueError, match="leaves at least one"):
        trim([Decimal(1), Decimal(2)], high, low)


def test_the_mean_is_exact_and_of_nobody_is_none():
    assert mean([Decimal("43.33"), Decimal("43.34"), Decimal("43.34")]) == Fraction(13001, 300)
    with pytest.raises(ZeroDivisionError):
        mean([])


def test_folding_to_another_maximum_is_exact():
    assert rescale(Decimal(231), 300, 100) == 77
    assert rescale(Decimal(100), 150, 100) == Fraction(200, 3)


@pytest.mark.parametrize(
    ("value", "least", "text"),
    [
        (Fraction("82.51645"), 6, "82.516450"),
        (Fraction("82.51645"), 0, "82.51645"),
        (Fraction(82), 2, "82.00"),
        (Fraction(247, 3), 0, "82.3333333…"),
        (Fraction(826500, 832760), 0, "0.9924828…"),
        (Fraction(-1, 8), 0, "-0.125"),
        (Decimal("79.90"), 0, "79.9"),
    ],
)
def test_an_exact_value_is_shown_with_all_its_decimals_or_an_ellipsis(value, least, text):
    assert exact_text(value, least) == text


def test_a_value_in_a_file_loses_nothing():
    assert exact_document(Fraction(247, 3)) == "247/3"
    assert exact_document(Decimal("82.50")) == "82.5"


@given(st.fractions())
def test_the_form_in_a_file_reads_back_exactly(value):
    assert Fraction(exact_document(value)) == value


def test_decimals_needed_and_decimals_written():
    assert [places_of(Fraction(v)) for v in ("1", "0.5", "1/3", "1/8")] == [0, 1, None, 3]
    assert [written_places(v) for v in (Decimal("1.50"), Decimal("1E+2"), Fraction(1, 4))] == [2, 0, 2]


def test_a_sum_is_written_like_its_terms():
    assert str(as_written(Fraction(81), [Decimal("20.5"), Decimal("60.5")])) == "81.0"
    assert as_written(Fraction(1, 3), [Decimal("0.1")]) == Fraction(1, 3)


def test_a_mark_has_a_value_exactly_when_it_is_present():
    assert Mark.of("0").value == 0
    for state in set(MarkState) - {MarkState.PRESENT}:
        assert Mark(state=state).value is None
        with pytest.raises(ValueError, match="exactly when"):
            Mark(Decimal(0), state)
    with pytest.raises(ValueError, match="exactly when"):
        Mark(None, MarkState.PRESENT)


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_is_no_mark(value):
    with pytest.raises(ValueError, match="finite"):
        Mark.of(value)
    with pytest.raises(ValueError, match="finite"):
        JudgeSheet("1", "expert", {"a": Decimal(value)})


def test_a_precision_rounds_its_own_way():
    assert Precision(1, Rounding.TRUNCATE).of(Decimal("82.59")) == Decimal("82.5")
