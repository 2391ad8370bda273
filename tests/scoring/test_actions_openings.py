"""The opening ratio: places kept, reduced or cancelled by two hands, and what follows for everybody."""

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from core.people import Duty
from exam.queries import publications
from scoring import actions
from scoring.marks import MarkState
from scoring.queries import ENTRY, not_sitting, openings, posts_with_places, scheme_in_force, tally_inputs
from tests.exam.road import refusal_of
from tests.interview.day import staff
from tests.scoring.course import APPROVER, Course, make_course
from tests.scoring.schemes import SCHEME

OPENING = SCHEME.replace(
    "[reserve]",
    """[opening]
per_place = 3
[[opening.waivers]]
part = "professional"
fewer_than_per_place = 3
[reserve]""",
)


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Three posts: enough for both places, for one of two, for none."""
    return make_course(database, acts, sizes=(6, 5, 2), places=(2, 2, 1), scheme=OPENING)


def propose(course: Course) -> int:
    found: int = course.day.run(actions.propose_opening, staff(40, course.id, Duty.SELECTION_EDITOR), course.id)
    return found


def test_places_follow_the_applicants_once_two_hands_have_said_so(course: Course) -> None:
    assert propose(course) == 1
    (row,) = course.read(openings, course.id)
    assert [(one["post"], one["registered"], one["open"], one["waived"]) for one in row.posts] == [
        ("01", 6, 2, []),
        ("02", 5, 1, ["professional"]),
        ("03", 2, 0, ["professional"]),
    ]
    assert [post.places for post in course.read(posts_with_places, course.id)] == [2, 2, 1]
    course.run(actions.decide_opening, APPROVER, 1, agree=True)
    assert [post.places for post in course.read(posts_with_places, course.id)] == [2, 1, 0]
    with course.day.database.reading() as session:
        (publication,) = publications(session, course.id, "opening")
        assert publication.content["posts"] == row.posts
    with pytest.raises(Refusal, match="says the same"):
        propose(course)


def test_without_the_decision_nothing_is_computed(course: Course) -> None:
    course.run(actions.publish_written_results, APPROVER)
    assert "opening ratio is not decided" in str(refusal_of(lambda: course.facts(ENTRY)))
    with pytest.raises(Refusal, match="stands at “Written results”"):
        propose(course)


def test_a_proposal_that_waits_holds_the_tally_up_and_may_be_declined(course: Course) -> None:
    propose(course)
    with pytest.raises(Refusal, match="Write the reason"):
        course.run(actions.decide_opening, APPROVER, 1, agree=False)
    course.run(actions.decide_opening, APPROVER, 1, "报名人数有误", agree=False)
    assert course.read(openings, course.id)[0].state == "declined"
    propose(course)
    course.run(actions.publish_written_results, APPROVER)
    assert "waits to be approved" in str(refusal_of(lambda: course.facts(ENTRY)))


def test_nobody_sits_what_is_waived_and_its_weight_goes_to_the_others(course: Course) -> None:
    propose(course)
    course.run(actions.decide_opening, APPROVER, 1, agree=True)
    scheme = course.read(scheme_in_force, course.id)
    excused = course.read(not_sitting, course.id, scheme, ["professional"])["professional"]
    assert excused == frozenset([*course.day.tickets[1], *course.day.tickets[2]])
    inputs = {one.code: one for one in course.read(tally_inputs, course.id, ENTRY).candidates}
    assert inputs[course.day.tickets[1][0]].marks["professional"].state is MarkState.EXEMPT
    course.enter()
    found = {one["candidate"]: one for one in course.tally(ENTRY).outcome["results"]}
    assert found[course.day.tickets[1][0]]["total"] == "86.50"
    assert [found[ticket]["entered"] for ticket in course.day.tickets[2]] == [False, False]
