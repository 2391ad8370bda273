"""Coefficients of agreement: every printed figure of the textbook tables, and what holds of any table."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from scoring.marks import round_to
from scoring.statistics.agreement import (
    Metric,
    cronbach_alpha,
    icc_fixed,
    icc_one_way,
    icc_two_way,
    kendall,
    krippendorff,
    mean_squares,
)
from scoring.statistics.spread import spread_of

CASES = Path(__file__).parent.parent / "cases" / "statistics"


def case(name: str) -> dict[str, Any]:
    return json.loads((CASES / f"{name}.json").read_text("utf-8"), parse_float=Decimal)


def test_shrout_and_fleiss_come_out_to_every_printed_digit():
    found = case("shrout_fleiss_1979")
    ms = mean_squares(found["data"])
    figures = {"BMS": ms.between, "WMS": ms.within, "JMS": ms.among, "EMS": ms.error}
    for name, pair in (("1", icc_one_way(ms)), ("2", icc_two_way(ms)), ("3", icc_fixed(ms))):
        figures[f"ICC{name}1"], figures[f"ICC{name}k"] = (one or Fraction(0) for one in pair)
    assert {name: round_to(value, 2) for name, value in figures.items()} == found["expected_2dp"]
    assert {name: round_to(value, 6) for name, value in figures.items()} == found["computed"]


def test_kendall_comes_out_as_siegel_printed_it():
    found = case("kendall_w_siegel_1956")
    rows = list(zip(*found["data"], strict=True))
    assert [sum(row) for row in rows] == found["rank_sums"]
    concordance = kendall(rows)
    assert concordance.s == found["expected"]["s"]
    assert concordance.w is not None
    assert round_to(concordance.w, 2) == found["expected"]["W_2dp"]
    assert round_to(concordance.w, 16) == found["computed"]


def test_krippendorff_comes_out_with_every_metric_and_with_gaps():
    found = case("krippendorff_alpha_2011")
    units = list(zip(*found["data"], strict=True))
    alphas = {metric.value: krippendorff(units, metric) for metric in Metric}
    assert {name: round_to(alpha or 0, 3) for name, alpha in alphas.items()} == found["expected_3dp"]


def test_the_law_school_test_comes_out():
    found = case("lsat6_bock_lieberman")
    rows = [
        [Decimal(bit) for bit in f"{pattern:05b}"]
        for pattern, frequency in enumerate(found["frequencies"])
        for _ in range(frequency)
    ]
    alpha = cronbach_alpha(rows)
    assert alpha is not None
    assert round_to(alpha, 4) == found["expected"]["alpha_4dp"]
    assert round_to(alpha, 12) == round_to(found["computed"]["alpha"], 12)
    shares = [round_to(spread_of(column).mean, 3) for column in zip(*rows, strict=True)]
    assert shares == found["expected"]["p"]


def test_equal_marks_are_corrected_for_in_kendall():
    assert kendall([[1, 1], [2, 2], [2, 2], [4, 4]]).w == 1
    assert kendall([[1, 1], [1, 1]]).w is None


def test_where_nothing_differs_there_is_no_coefficient():
    flat = mean_squares([[80, 80], [80, 80]])
    assert icc_two_way(flat) == (None, None)
    assert krippendorff([[80, 80], [80, None]]) is None


tables = st.integers(2, 5).flatmap(
    lambda judges: st.lists(
        st.lists(st.integers(0, 40).map(lambda n: Decimal(n) / 2), min_size=judges, max_size=judges),
        min_size=2,
        max_size=7,
    )
)


@given(tables)
def test_the_mean_squares_add_up(rows: list[list[Decimal]]):
    ms = mean_squares(rows)
    n, k = ms.targets, ms.judges
    within = ms.within * n * (k - 1)
    assert within == ms.among * (k - 1) + ms.error * (n - 1) * (k - 1)
    assert min(ms.between, ms.within, ms.among, ms.error) >= 0


@given(tables, st.lists(st.integers(-9, 9), min_size=5, max_size=5))
def test_fixed_judges_may_be_strict_and_the_sampled_may_not(rows: list[list[Decimal]], strict: list[int]):
    moved = [[mark + strict[place] for place, mark in enumerate(row)] for row in rows]
    assert icc_fixed(mean_squares(moved)) == icc_fixed(mean_squares(rows))
    assert mean_squares(moved).error == mean_squares(rows).error


@given(tables)
def test_concordance_lies_between_nothing_and_all(rows: list[list[Decimal]]):
    w = kendall(rows).w
    assert w is None or 0 <= w <= 1


@given(tables)
def test_judges_who_say_the_same_agree_wholly(rows: list[list[Decimal]]):
    alike = [[row[0]] * len(row) for row in rows]
    assert kendall(alike).w in {None, Fraction(1)}
    assert krippendorff(alike) in {None, Fraction(1)}
    assert icc_two_way(mean_squares(alike))[1] in {None, Fraction(1)}


@given(tables, st.sampled_from([Metric.NOMINAL, Metric.ORDINAL, Metric.INTERVAL]))
def test_the_order_of_units_and_observers_has_no_effect(rows: list[list[Decimal]], metric: Metric):
    turned = [row[::-1] for row in rows[::-1]]
    assert krippendorff(turned, metric) == krippendorff(rows, metric)


@pytest.mark.parametrize("metric", list(Metric))
def test_a_unit_with_one_mark_says_nothing(metric: Metric):
    rows = [[1, 2], [3, 3], [4, 2]]
    assert krippendorff([*rows, [5, None], [None, None]], metric) == krippendorff(rows, metric)
