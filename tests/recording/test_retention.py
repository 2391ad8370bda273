"""Retention: expressions of event and period, the last day by the Civil Code's counting, holds before everything."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from core.errors import Problem, Refusal
from recording.retention import (
    DEFAULTS,
    Hold,
    Material,
    RetentionEvent,
    RetentionRule,
    Standing,
    parse_retention,
    parse_rule,
    standing,
)

YEAR = RetentionRule(RetentionEvent.PROBATION_ENDED, months=12)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("permanent", RetentionRule(None)),
        ("probation_ended", RetentionRule(RetentionEvent.PROBATION_ENDED)),
        ("probation_ended + 1 year", YEAR),
        ("notice_closed+2 years", RetentionRule(RetentionEvent.NOTICE_CLOSED, months=24)),
        ("pool_expired + 18 months", RetentionRule(RetentionEvent.POOL_EXPIRED, months=18)),
        (" result_published  +  30 days ", RetentionRule(RetentionEvent.RESULT_PUBLISHED, days=30)),
        ("interview_ended", RetentionRule(RetentionEvent.INTERVIEW_ENDED)),
    ],
)
def test_expressions(text, rule):
    assert parse_rule(text) == rule


@given(st.sampled_from(RetentionEvent), st.integers(0, 999), st.sampled_from(["day", "month", "year"]))
def test_a_rule_is_read_back_from_its_own_words(event, number, unit):
    text = f"{event} + {number} {unit}s" if number else str(event)
    rule = parse_rule(text)
    assert isinstance(rule, RetentionRule)
    assert parse_rule(str(rule)) == rule


@pytest.mark.parametrize("event", RetentionEvent)
def test_every_default_and_event_has_words_that_are_read_back(event):
    assert all(parse_rule(str(rule)) == rule for rule in DEFAULTS.values())
    assert parse_rule(str(RetentionRule(event, months=1))) == RetentionRule(event, months=1)


@pytest.mark.parametrize(
    "text", ["", "forever", "probation_ended + year", "probation_ended + 0 years", "probation_ended - 1 year", 3, None]
)
def test_what_is_no_expression_is_explained(text):
    problem = parse_rule(text)
    assert isinstance(problem, Problem)
    assert "probation_ended + 1 year" in str(problem)


@pytest.mark.parametrize(
    ("text", "happened", "until"),
    [
        ("probation_ended", date(2028, 1, 31), date(2028, 1, 31)),
        ("probation_ended + 1 month", date(2028, 1, 31), date(2028, 2, 29)),
        ("probation_ended + 1 month", date(2027, 1, 31), date(2027, 2, 28)),
        ("probation_ended + 1 year", date(2028, 2, 29), date(2029, 2, 28)),
        ("probation_ended + 4 years", date(2028, 2, 29), date(2032, 2, 29)),
        ("probation_ended + 11 months", date(2028, 2, 15), date(2029, 1, 15)),
        ("probation_ended + 10 days", date(2028, 2, 25), date(2028, 3, 6)),
    ],
)
def test_the_last_day_is_the_corresponding_day_or_the_months_end(text, happened, until):
    rule = parse_rule(text)
    assert isinstance(rule, RetentionRule)
    assert rule.kept_until(happened) == until


def test_material_is_due_from_the_day_after_its_last_day():
    happened, last = date(2027, 1, 29), date(2028, 1, 29)
    assert standing(YEAR, happened, [], last) is Standing.KEPT
    assert standing(YEAR, happened, [], last + timedelta(days=1)) is Standing.DUE


def test_before_its_event_nothing_is_due():
    assert standing(YEAR, None, [], date(2099, 1, 1)) is Standing.AWAITING_EVENT


def test_permanent_material_is_never_due():
    assert standing(RetentionRule(None), date(2000, 1, 1), [], date(2099, 1, 1)) is Standing.PERMANENT


def test_a_hold_stands_from_its_first_day_until_it_is_lifted_whatever_the_period_says():
    happened, held, lifted = date(2020, 1, 1), date(2027, 5, 1), date(2027, 8, 1)
    holds = [Hold("complaint 12", held, lifted)]
    days = [held - timedelta(days=1), held, lifted - timedelta(days=1), lifted]
    assert [standing(YEAR, happened, holds, day) for day in days] == [
        Standing.DUE,
        Standing.HELD,
        Standing.HELD,
        Standing.DUE,
    ]
    assert standing(YEAR, happened, [*holds, Hold("audit", held)], date(2099, 1, 1)) is Standing.HELD


def test_the_section_overrides_the_defaults_class_by_class():
    rules = parse_retention({"recording": "probation_ended + 1 year", "room_log": "permanent"})
    assert rules == {**DEFAULTS, Material.RECORDING: YEAR, Material.ROOM_LOG: RetentionRule(None)}


def test_all_problems_of_the_section_are_told_at_once():
    with pytest.raises(Refusal) as refusal:
        parse_retention({"recording": "one year", "film": "permanent", "booklet": 5})
    assert [problem.field for problem in refusal.value.problems] == [
        "retention.recording",
        "retention.film",
        "retention.booklet",
    ]


def test_recordings_are_kept_to_the_end_of_probation_unless_the_scheme_says_more():
    assert DEFAULTS[Material.RECORDING] == RetentionRule(RetentionEvent.PROBATION_ENDED)
    assert set(DEFAULTS) == set(Material)
