"""Stepping in: the next in order by the scheme's rule, two hands, into the interview and onto the proposed names."""

from datetime import date, timedelta

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Duty
from exam.queries import publications
from exam.stages import Stage
from interview.queries import admitted
from scoring import actions
from scoring.actions import Leaving
from scoring.queries import replacements, shortlists
from scoring.replacement import Event, Milestone
from tests.exam.road import refusal_of
from tests.scoring.course import APPROVER, CHECKER, CLERK, SECRETARY, Course, make_course
from tests.scoring.schemes import SCHEME

RULES = SCHEME.replace(
    "[reserve]",
    """[replacement.waived_before_review]
source = "interview"
until = "interview"
[replacement.waived_after_notice]
allowed = false
[replacement.failed_physical]
rounds = 1
floor = 60
[replacement.failed_investigation]
until = "investigation"
months_after = 1
[reserve]""",
)


@pytest.fixture
def entered(database: Database, acts: Acts) -> Course:
    """The entry list is published: four of six."""
    return make_course(database, acts, scheme=RULES).enter()


@pytest.fixture
def named(database: Database, acts: Acts) -> Course:
    """Six heard; names are proposed and confirmed: the first two."""
    course = make_course(database, acts, scheme=RULES.replace("per_place = 4", "per_place = 6")).rank()
    course.run(actions.propose_shortlists, CLERK)
    course.run(actions.confirm_shortlists, SECRETARY)
    return course


def propose(course: Course, place: int, event: Event, **named: object) -> int:
    leaving = Leaving(course.tickets[place - 1], event, "本人来函", **named)  # type: ignore[arg-type]
    found: int = course.run(actions.propose_replacement, CLERK, leaving)
    return found


def test_the_next_in_order_is_admitted_to_the_interview_by_two_hands(entered: Course) -> None:
    with pytest.raises(Refusal, match="Note first"):
        propose(entered, 2, Event.WAIVED_BEFORE_REVIEW)
    entered.leave(entered.tickets[1])
    assert propose(entered, 2, Event.WAIVED_BEFORE_REVIEW) == 1
    (row,) = entered.read(replacements, entered.id)
    assert (row.state, row.source, row.rank, row.round) == ("proposed", "interview", 5, 1)
    assert row.candidacy_id == entered.day.candidacies[entered.tickets[4]]
    with pytest.raises(Refusal, match="proposed already"):
        propose(entered, 2, Event.WAIVED_BEFORE_REVIEW)
    with pytest.raises(Denied):
        entered.run(actions.decide_replacement, SECRETARY, 1, agree=True)
    entered.run(actions.decide_replacement, CHECKER, 1, agree=True)
    waiting = [one.ticket_number for one in entered.read(admitted, entered.day.posts[0])]
    assert waiting == [entered.tickets[place] for place in (0, 2, 3, 4)]
    (publication,) = entered.read(publications, entered.id, "replacement")
    assert publication.version == 1
    assert entered.facts_of("replacement.confirmed") == [{"replacement": row.id, "candidacy": row.candidacy_id}]


def test_events_without_a_rule_past_a_deadline_and_after_the_lots_are_refused(entered: Course) -> None:
    entered.leave(entered.tickets[0])
    with pytest.raises(Refusal, match="After this event nobody steps in"):
        propose(entered, 1, Event.WAIVED_AFTER_NOTICE)
    with pytest.raises(Refusal, match="had not entered"):
        propose(entered, 6, Event.WAIVED_BEFORE_REVIEW)
    assert propose(entered, 1, Event.WAIVED_BEFORE_REVIEW) == 1
    entered.seat()
    with pytest.raises(Refusal, match="lots of this post are drawn"):
        entered.run(actions.decide_replacement, CHECKER, 1, agree=True)
    entered.run(actions.decide_replacement, CHECKER, 1, "抽签已毕", agree=False)
    assert [one.state for one in entered.read(replacements, entered.id)] == ["declined"]


def test_the_next_name_is_added_to_the_confirmed_list_as_a_new_version(named: Course) -> None:
    assert propose(named, 1, Event.FAILED_PHYSICAL) == 1
    named.run(actions.decide_replacement, SECRETARY, 1, agree=True)
    (view,) = named.read(shortlists, named.id)
    assert (view.version, view.state) == (2, "confirmed")
    assert [one.ticket_number for one in view.names] == named.tickets[:3]
    assert view.names[-1].reason == Event.FAILED_PHYSICAL
    publication = named.run(actions.publish_shortlists, APPROVER)
    assert [one["ticket"] for one in publication.content["posts"][0]["names"]] == named.tickets[1:3]
    published = named.run(actions.publish_replacement, CHECKER, 1)
    assert (published.content["gone"], published.content["ticket"]) == (named.tickets[0], named.tickets[2])
    with pytest.raises(Refusal, match="Replacements for this place: 1"):
        propose(named, 3, Event.FAILED_PHYSICAL)
    assert named.selection().stage == Stage.PUBLISHED


def test_a_deadline_is_counted_from_a_day_that_is_written_down(named: Course) -> None:
    with pytest.raises(Refusal, match="not recorded"):
        propose(named, 1, Event.FAILED_INVESTIGATION)
    today = named.day.at.date()
    with pytest.raises(Refusal, match="could step in until"):
        propose(named, 1, Event.FAILED_INVESTIGATION, days={Milestone.INVESTIGATION: today - timedelta(days=70)})
    propose(named, 1, Event.FAILED_INVESTIGATION, days={Milestone.INVESTIGATION: today})
    (row,) = named.read(replacements, named.id)
    assert date.fromisoformat(row.days["investigation"]) == today


def test_who_steps_in_must_still_be_the_next_when_it_is_decided(named: Course) -> None:
    propose(named, 1, Event.FAILED_PHYSICAL)
    named.leave(named.tickets[2])
    with pytest.raises(Refusal, match="no longer the next"):
        named.run(actions.decide_replacement, SECRETARY, 1, agree=True)
    named.run(actions.decide_replacement, SECRETARY, 1, "已放弃", agree=False)
    assert propose(named, 1, Event.FAILED_PHYSICAL) == 2
    assert named.read(replacements, named.id)[0].candidacy_id == named.day.candidacies[named.tickets[3]]


def test_only_the_clerk_proposes_and_a_reason_is_written(named: Course) -> None:
    leaving = Leaving(named.tickets[0], Event.FAILED_PHYSICAL, " ")
    assert refusal_of(lambda: named.run(actions.propose_replacement, CLERK, leaving)).problems[0].field == "reason"
    named.denied_but_for(
        {Duty.TALLY_CLERK},
        lambda who: named.day.run(
            actions.propose_replacement, who, named.id, Leaving(named.tickets[0], Event.FAILED_PHYSICAL, "体检")
        ),
    )
