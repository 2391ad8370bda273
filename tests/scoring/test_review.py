"""The window for a recount: read from the scheme, counted in days as offices count them, said in the notice."""

from datetime import date

import pytest

from core.errors import Refusal
from scoring.queries.reviews import review_last_day
from scoring.review import CAUSE_NAMES, CAUSE_WORDS, Cause, ReviewRule
from scoring.words import scheme_in_words
from tests.scoring.building import scheme_from
from tests.scoring.schemes import SCHEME


@pytest.mark.parametrize(
    ("section", "rule"),
    [
        ("[review]\n", ReviewRule(3)),
        ("[review]\ndays = 15\nworking_days = false\n", ReviewRule(15, working=False)),
        ("", None),
    ],
)
def test_the_scheme_says_how_long(section: str, rule: ReviewRule | None) -> None:
    assert scheme_from(SCHEME + section).review == rule


@pytest.mark.parametrize("line", ["days = 0", "days = 61", 'working_days = "no"', "hours = 3"])
def test_a_window_that_cannot_be_is_refused(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        scheme_from(SCHEME + f"[review]\n{line}\n")
    assert [problem.field for problem in refused.value.problems] == [f"review.{line.partition(' ')[0]}"]


@pytest.mark.parametrize(
    ("rule", "published", "last"),
    [
        (ReviewRule(3), date(2025, 9, 30), date(2025, 10, 11)),  # eight days off, then a Saturday that is worked
        (ReviewRule(3), date(2025, 11, 14), date(2025, 11, 19)),
        (ReviewRule(3, working=False), date(2025, 9, 30), date(2025, 10, 3)),
        (ReviewRule(1), date(2025, 11, 15), date(2025, 11, 17)),
    ],
)
def test_the_day_of_publication_does_not_count(rule: ReviewRule, published: date, last: date) -> None:
    assert review_last_day(rule, published) == last


def test_the_notice_says_the_window_and_that_nothing_is_marked_anew() -> None:
    said = [str(one) for one in scheme_in_words(scheme_from(SCHEME + "[review]\ndays = 5\n")).review]
    assert said[0] == "A recount of a mark may be asked for until 5 working days after its publication, once."
    assert "nothing is marked anew" in said[1]
    assert scheme_in_words(scheme_from(SCHEME)).review == ()


def test_every_cause_has_its_words() -> None:
    assert set(CAUSE_WORDS) == set(CAUSE_NAMES) == set(Cause)
