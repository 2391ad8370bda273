"""Vetting where the second hand does not see the first verdict: agreement, a third person, who may not be it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal, Stale
from core.people import Actor, Duty, Proof
from exam import actions, queries
from exam.terms import Terms
from exam.vetting import Answer, Decision, RegistrationState, VettingVerdict, agreement
from tests.exam.road import (
    CLOSED,
    EDITOR,
    OPEN,
    PLAN,
    PLANNED,
    SECOND,
    STRANGER,
    VETTER,
    Road,
    fields_of,
    open_system,
    refusal_of,
)

PASS = Decision(VettingVerdict.PASS)
REFUSE = Decision(VettingVerdict.REFUSE, condition_number=2, reason="学历证书查询不到")
OTHER = Decision(VettingVerdict.REFUSE, condition_number=1, reason="超龄")
RETURN = Decision(VettingVerdict.RETURN, remarks={"position": "写明级别"}, correct_until=CLOSED)
RETURN_MORE = Decision(
    VettingVerdict.RETURN,
    remarks={"position": "写明单位", "unit": "写全称"},
    correct_until=CLOSED + timedelta(days=1),
)


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(3)
    road.plan()
    road.run(actions.set_terms, road.staff(EDITOR), road.selection_id, Terms(blind=True), now=PLANNED)
    road.announce()
    return road


def apart(road: Road, registration_id: int, decision: Decision, version: int = 1, now: Any = OPEN) -> str:
    second = road.staff(SECOND, proven=now)
    return road.run(actions.decide_apart, second, registration_id, decision, version=version, now=now)


def third(road: Road, person_id: int = STRANGER, device: str = "d-third") -> Actor:
    """A second vetter who is neither of the two, proven afresh."""
    duties = {road.selection_id: frozenset({Duty.SECOND_VETTER})}
    return Actor(f"account:{person_id}", person_id, person_id, 0, device, duties, Proof(OPEN, device))


def settle(road: Road, registration_id: int, decision: Decision, actor: Actor | None = None) -> str:
    chosen = actor or third(road)
    return road.run(actions.settle_dispute, chosen, registration_id, decision, version=1, now=OPEN)


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (PASS, PASS, Answer.AGREE),
        (REFUSE, REFUSE, Answer.AGREE),
        (REFUSE, OTHER, Answer.DISAGREE),
        (PASS, REFUSE, Answer.DISAGREE),
        (RETURN, RETURN_MORE, Answer.AGREE),
        (RETURN, PASS, Answer.DISAGREE),
    ],
)
def test_two_decisions_agree_in_verdict_and_condition(first: Decision, second: Decision, answer: Answer) -> None:
    assert agreement(first, second) is agreement(second, first) is answer


def test_who_decides_alike_without_seeing_it_lets_it_take_effect(road: Road) -> None:
    registration_id = road.submit(0)
    road.decide(registration_id, PASS)
    assert apart(road, registration_id, PASS) == "passed"
    assert road.person(0).confirmed_hash == road.person(0).identity_hash
    with road.database.reading() as session:
        ((_, effective),) = queries.in_effect(queries.decisions_of(session, registration_id))
    assert (effective.hand, effective.verdict) == (1, "pass")


def test_what_two_hands_return_is_returned_together(road: Road) -> None:
    registration_id = road.submit(0)
    road.decide(registration_id, RETURN)
    assert apart(road, registration_id, RETURN_MORE) == "returned"
    opened = road.row(registration_id).open_fields
    assert opened["fields"] == {"position": "写明级别\n写明单位", "unit": "写全称"}
    assert opened["until"] == (CLOSED + timedelta(days=1)).isoformat()


def test_two_that_differ_go_to_a_third_person_whose_word_takes_effect(road: Road) -> None:
    registration_id = road.submit(0)
    road.decide(registration_id, PASS)
    assert apart(road, registration_id, REFUSE) == RegistrationState.DISPUTED
    assert road.row(registration_id).open_fields is None
    with road.database.reading() as session:
        assert queries.next_in_queue(session, road.selection_id, STRANGER, hand=3) == registration_id
        assert queries.next_in_queue(session, road.selection_id, SECOND, hand=3) is None
        assert queries.next_in_queue(session, road.selection_id, VETTER, hand=3) is None
    assert settle(road, registration_id, OTHER) == "refused"
    with road.database.reading() as session:
        ((_, effective),) = queries.in_effect(queries.decisions_of(session, registration_id))
    assert (effective.hand, effective.condition_number) == (3, 1)
    with pytest.raises(Stale):
        settle(road, registration_id, OTHER)


def test_the_third_is_neither_of_the_two_and_proven_afresh(road: Road) -> None:
    registration_id = road.submit(0)
    road.decide(registration_id, PASS)
    apart(road, registration_id, REFUSE)
    for person in (VETTER, SECOND):
        with pytest.raises(Refusal, match="another person"):
            settle(road, registration_id, PASS, third(road, person))
    with pytest.raises(Refusal, match="another device"):
        settle(road, registration_id, PASS, third(road, device=f"d{SECOND}"))
    with pytest.raises(Denied):
        settle(road, registration_id, PASS, road.staff(STRANGER, proven=OPEN))
    assert road.row(registration_id).state == "disputed"


def test_nobody_agrees_to_what_they_are_not_to_see_and_nobody_decides_apart_elsewhere(
    road: Road, acts: Acts, database: Database
) -> None:
    decision_id = road.decide(road.submit(0), PASS)
    with pytest.raises(Refusal, match="without seeing the first verdict"):
        road.confirm(decision_id)
    open_road = Road(acts, database)
    open_road.plan(replace(PLAN, code="LC-2027"))
    open_road.announce()
    registration_id = open_road.submit(1)
    open_road.decide(registration_id, PASS)
    with pytest.raises(Refusal, match="agrees or refers back"):
        apart(open_road, registration_id, PASS)


def test_a_decision_apart_needs_what_every_decision_needs(road: Road) -> None:
    registration_id = road.submit(0)
    with pytest.raises(Stale):
        apart(road, registration_id, PASS)
    road.decide(registration_id, PASS)
    bare = Decision(VettingVerdict.REFUSE)
    assert fields_of(refusal_of(lambda: apart(road, registration_id, bare))) == {"condition_number", "reason"}
    with pytest.raises(Stale):
        apart(road, registration_id, PASS, version=2)
    unproven = road.staff(SECOND)
    with pytest.raises(Refusal, match="Prove who you are"):
        road.run(actions.decide_apart, unproven, registration_id, PASS, version=1, now=OPEN)
