"""Where an entry of the reserve pool stands, its extension, its posts, the order of call-up (rules.md §16)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from scoring.reserve import CallOrder, ReserveBy, ReserveRule, ReuseScope
from scoring.reuse import (
    PostName,
    Standee,
    Standing,
    before,
    check_call,
    check_extension,
    check_scope,
    equals,
    standing,
)

LAST = date(2027, 10, 18)
LIMIT = date(2028, 10, 18)
RULE = ReserveRule(ReserveBy.TOP_NOT_CHOSEN, 12, top=4, extend_to=24)
FREE = ReserveRule(ReserveBy.TOP_NOT_CHOSEN, 12, top=4, order=CallOrder.FREE)
WATER = PostName("市水务局", "副局长")


def entry(code: str = "a", order: int = 1, post: str = "01", **facts: object) -> Standee:
    return Standee(code, post, order, LAST, **facts)  # type: ignore[arg-type]


FIRST, SECOND, EQUAL, LAST_ONE = entry("a", 1), entry("b", 2), entry("c", 2), entry("d", 4)
ALL = (FIRST, SECOND, EQUAL, LAST_ONE)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Standing.VALID),
        ({"proposed": True}, Standing.PROPOSED),
        ({"uses": 1}, Standing.USED),
        ({"withdrawn": True, "proposed": True}, Standing.WITHDRAWN),
        ({"withdrawn": True, "uses": 1}, Standing.WITHDRAWN),
        ({"withdrawn": True, "disqualified": True}, Standing.DISQUALIFIED),
    ],
)
def test_what_was_written_down_says_where_an_entry_stands(facts: dict[str, object], expected: Standing):
    assert standing(entry(**facts), RULE, LAST) is expected  # type: ignore[arg-type]


@given(st.integers(min_value=-900, max_value=900))
def test_an_entry_is_valid_through_its_last_day_whatever_ran_or_did_not_run(days: int):
    found = standing(entry(), RULE, LAST + timedelta(days=days))
    assert found is (Standing.VALID if days <= 0 else Standing.EXPIRED)


def test_a_proposal_that_waits_does_not_outlive_the_last_day():
    assert standing(entry(proposed=True), RULE, LAST + timedelta(days=1)) is Standing.EXPIRED


def test_an_entry_may_be_used_as_often_as_the_scheme_says():
    twice = ReserveRule(ReserveBy.TOP_NOT_CHOSEN, 12, top=4, uses=2)
    assert [standing(entry(uses=n), twice, LAST) for n in range(4)] == [Standing.VALID] * 2 + [Standing.USED] * 2


@pytest.mark.parametrize(
    ("rule", "asked", "limit", "today", "sentence"),
    [
        (RULE, LIMIT, LIMIT, LAST, ""),
        (RULE, LAST + timedelta(days=1), LIMIT, LAST, ""),
        (RULE, LIMIT + timedelta(days=1), LIMIT, LAST, "at the latest"),
        (RULE, LAST, LIMIT, LAST, "must come after"),
        (RULE, LIMIT, LIMIT, LAST + timedelta(days=1), "has expired"),
        (FREE, LIMIT, None, LAST, "does not let"),
    ],
)
def test_a_last_day_moves_inside_the_schemes_months_while_the_pool_is_valid(
    rule: ReserveRule, asked: date, limit: date | None, today: date, sentence: str
):
    problems = check_extension(rule, LAST, asked, limit, today)
    assert len(problems) == bool(sentence)
    assert all(sentence in problem.sentence for problem in problems)


@pytest.mark.parametrize(
    ("scope", "target", "fit", "allowed"),
    [
        (ReuseScope.SAME_POST, WATER, "", True),
        (ReuseScope.SAME_POST, PostName("市水务局", "总工程师"), "公文", False),
        (ReuseScope.SAME_POST, PostName("市应急局", "副局长"), "公文", False),
        (ReuseScope.SAME_LEVEL, PostName("市应急局", "副局长"), " ", False),
        (ReuseScope.SAME_LEVEL, PostName("市应急局", "副局长"), "编委〔2026〕3号", True),
        (ReuseScope.SAME_KIND, PostName("市应急局", "副局长"), "", False),
        (ReuseScope.SAME_KIND, PostName("市应急局", "副局长"), "同为业务副职", True),
        (ReuseScope.ANY_POST, PostName("市应急局", "副局长"), "", True),
    ],
)
def test_a_post_lies_inside_the_schemes_scope_or_somebody_names_what_shows_it(
    scope: ReuseScope, target: PostName, fit: str, allowed: bool
):
    assert (check_scope(scope, WATER, target, fit) == []) is allowed


def test_by_merit_nobody_is_passed_over_with_any_reason():
    assert check_call(RULE, FIRST, ALL, "") == []
    [problem] = check_call(RULE, LAST_ONE, ALL, "更合适")
    assert (problem.sentence, problem.facts) == (
        "By the scheme these are called up first: {numbers}.",
        {"numbers": ["a", "b", "c"]},
    )


def test_in_free_order_the_reason_against_the_order_is_written():
    assert [p.facts["numbers"] for p in check_call(FREE, LAST_ONE, ALL, " ")] == [["a", "b", "c"]]
    assert check_call(FREE, LAST_ONE, ALL, "专业对口") == []


@pytest.mark.parametrize("rule", [RULE, FREE])
def test_between_equal_marks_the_reason_is_written_under_either_rule(rule: ReserveRule):
    assert [p.facts["numbers"] for p in check_call(rule, EQUAL, (SECOND, EQUAL, LAST_ONE), "")] == [["b"]]
    assert check_call(rule, EQUAL, (SECOND, EQUAL, LAST_ONE), "任职时间较长") == []


def test_another_posts_pool_has_an_order_of_its_own():
    other = entry("z", 1, post="02")
    assert check_call(RULE, SECOND, (other, SECOND), "") == []


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.data())
def test_by_merit_exactly_the_first_may_be_called_without_a_reason(orders: list[int], data: st.DataObject):
    pool = [entry(str(place), order) for place, order in enumerate(orders)]
    chosen = data.draw(st.sampled_from(pool))
    free = check_call(RULE, chosen, pool, "") == []
    assert free is (before(chosen, pool) == [] and equals(chosen, pool) == [])
    assert (check_call(RULE, chosen, pool, "理由") == []) is (chosen.order == min(orders))
