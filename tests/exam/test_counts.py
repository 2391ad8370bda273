"""How many of the registered meet each condition: what papers or a person must tell keeps nobody out."""

from datetime import date

import pytest

from core.acts import Acts
from core.db import Database
from core.people import Actor
from exam.applicant import CandidateFacts
from exam.conditions import AgeCondition, EligibilityRules, JudgedCondition, ServiceCondition
from exam.counts import count_post
from exam.queries import post_counts
from tests.exam.road import PLANNED, Road, open_system

RULES = EligibilityRules(
    date(2026, 9, 30),
    (AgeCondition("1", maximum=45),),
    {"01": (ServiceCondition("2", 5), JudgedCondition("3", "Good at it."))},
)


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(6)
    road.plan()
    road.announce()
    return road


def born(year: int) -> CandidateFacts:
    return CandidateFacts(birth_date=date(year, 1, 1))


def test_each_condition_is_counted_alone_and_all_together():
    people = [born(1990), born(1970), CandidateFacts()]
    post = count_post(RULES, "01", 1, people)
    assert (post.code, post.places, post.registered) == ("01", 1, 3)
    assert {one.number: one.met for one in post.conditions}["1"] == 2
    assert {one.number: one.met for one in post.conditions}["3"] == 3
    assert post.met <= min(one.met for one in post.conditions)


def test_conditions_of_another_post_do_not_count():
    post = count_post(RULES, "02", 2, [born(1990), born(1970)])
    assert [one.number for one in post.conditions] == ["1"]
    assert post.met == 1


def test_registrations_are_counted_post_by_post_on_what_they_submitted_last(road: Road) -> None:
    road.submit(1)
    road.submit(2)
    with road.database.reading() as session:
        counts = post_counts(session, road.selection_id)
    assert {one.code: one.registered for one in counts} == {"01": 2, "02": 0}
    assert all(one.met == 2 for post in counts if post.registered for one in post.conditions)
