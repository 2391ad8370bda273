"""Entry rules of the reserve pool (rules.md §16)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from scoring.ranking import Entry, Ranking, rank
from scoring.reserve import (
    ReserveBy,
    ReserveRule,
    add_months,
    in_merit_order,
    reserve_entries,
)

DECIDED = date(2026, 12, 1)
TOP_THREE = ReserveRule(ReserveBy.TOP_NOT_CHOSEN, 24, top=3)


def ranking(**values: str) -> Ranking:
    return rank([Entry(code, Decimal(value)) for code, value in values.items()])


FIVE = ranking(a="90", b="88", c="85", d="82", e="80")


def codes(rule: ReserveRule, made: Ranking = FIVE, chosen: str = "a", barred: str = "") -> list[str]:
    return [entry.code for entry in reserve_entries(rule, made, chosen, DECIDED, barred)]


def test_the_first_three_of_those_not_chosen_enter():
    assert codes(TOP_THREE) == ["b", "c", "d"]
    assert codes(TOP_THREE, chosen="b") == ["a", "c", "d"]


def test_or_those_among_the_first_three_who_were_not_chosen():
    assert codes(ReserveRule(ReserveBy.WITHIN_RANK, 24, top=3)) == ["b", "c"]


def test_or_everybody_over_a_mark():
    assert codes(ReserveRule(ReserveBy.OVER_MARK, 24, mark=Decimal(82))) == ["b", "c", "d"]


def test_who_withdrew_or_was_disqualified_does_not_enter_and_the_next_moves_up():
    assert codes(TOP_THREE, barred="c") == ["b", "d", "e"]


def test_equal_ones_at_the_end_all_enter_and_share_their_order():
    made = reserve_entries(TOP_THREE, ranking(a="90", b="88", c="85", d="82", e="82", f="81"), "a", DECIDED)
    assert [(entry.code, entry.order, entry.rank) for entry in made] == [
        ("b", 1, 2),
        ("c", 2, 3),
        ("d", 3, 4),
        ("e", 3, 4),
    ]
    assert in_merit_order(tuple(reversed(made))) == list(made)


def test_an_entry_is_valid_for_its_months():
    assert {entry.valid_until for entry in reserve_entries(TOP_THREE, FIVE, "a", DECIDED)} == {date(2028, 12, 1)}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day, months, later):
    assert add_months(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_so_many_months_later_is_that_month(day, months):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
