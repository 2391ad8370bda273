from datetime import date

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from exam.careers import Month, PostHeld, Span, check_posts, duration, gaps, months_held, overlaps

THROUGH = Month(2026, 9)


def held(since: str, until: str | None = None) -> PostHeld:
    return PostHeld(Month.parse(since), Month.parse(until) if until else None, "市水务局", "科长")


def test_a_post_counts_the_difference_of_its_months():
    assert months_held([held("2021-03", "2023-03")], THROUGH) == 24


def test_a_post_still_held_counts_up_to_the_reference_month():
    assert months_held([held("2024-09")], THROUGH) == 24


def test_a_post_that_begins_after_the_reference_month_counts_nothing():
    assert months_held([held("2026-10")], THROUGH) == 0


def test_a_later_end_is_cut_at_the_reference_month():
    assert months_held([held("2025-09", "2026-12")], THROUGH) == 12


def test_following_posts_leave_no_gap_and_count_nothing_twice():
    posts = [held("2010-07", "2012-08"), held("2012-08", "2015-03")]
    assert months_held(posts, Month(2015, 3)) == 56
    assert gaps(posts, Month(2015, 3)) == ()


def test_gaps_are_left_out_and_named():
    posts = [held("2015-06", "2016-01"), held("2010-07", "2012-08")]
    assert months_held(posts, Month(2016, 3)) == 25 + 7
    assert gaps(posts, Month(2016, 3)) == (
        Span(Month(2012, 8), Month(2015, 6)),
        Span(Month(2016, 1), Month(2016, 3)),
    )


def test_two_posts_at_once_are_pointed_out_and_count_once():
    posts = [held("2020-01", "2021-01"), held("2020-10", "2021-04"), held("2021-04")]
    assert months_held(posts, Month(2021, 4)) == 15
    assert overlaps(posts, THROUGH) == ((1, 2, Span(Month(2020, 10), Month(2021, 1))),)


def test_impossible_months_are_problems_with_their_rows():
    posts = [held("2020-01", "2019-12"), held("2026-11"), held("2020-01", "2026-10")]
    found = check_posts(posts, date(2026, 9, 30))
    assert [(one.row, one.field) for one in found] == [(1, "until"), (2, "since"), (3, "until")]


@pytest.mark.parametrize("text", ["2021", "2021-13", "2021-00", "0000-05", "21-3", "2021/03", ""])
def test_a_month_is_read_strictly(text):
    with pytest.raises(Refusal):
        Month.parse(text)


def test_lengths_in_words():
    assert str(duration(24)) == "2 y"
    assert str(duration(7)) == "7 mo"
    assert str(duration(31)) == "2 y 7 mo"
    assert str(duration(0)) == "0 y"


MONTHS = st.builds(Month, st.integers(1990, 2030), st.integers(1, 12))
POSTS = st.lists(st.builds(PostHeld, MONTHS, st.none() | MONTHS, st.just("市水务局"), st.just("科长")), max_size=6)


@given(POSTS, MONTHS)
def test_covered_months_are_those_of_some_post(posts, through):
    def covers(post: PostHeld, index: int) -> bool:
        return post.since.index <= index < (post.until or through).index

    months = range(Month(1990, 1).index, through.index)
    assert months_held(posts, through) == sum(any(covers(post, one) for post in posts) for one in months)


@given(POSTS, MONTHS)
def test_gaps_and_covered_months_fill_the_time_from_the_first_post(posts, through):
    real = [post for post in posts if post.until is None or post.until > post.since]
    started = [post.since for post in real if post.since < through]
    whole = through.index - min(started).index if started else 0
    assert months_held(real, through) + sum(gap.months for gap in gaps(real, through)) == whole
