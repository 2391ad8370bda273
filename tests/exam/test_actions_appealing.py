"""Appeals against not passing vetting: in the window, once, answered by somebody who did not decide."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from core.acts import Acts
from core.days import add_working_days, local_date
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor, Duty, Proof
from core.settings import BEIJING
from exam import actions, queries
from exam.vetting import Decision, VettingVerdict
from tests.exam.road import (
    APPROVER,
    CLOSED,
    OPEN,
    PLANNED,
    SECOND,
    STRANGER,
    VETTER,
    Road,
    fields_of,
    open_system,
    refusal_of,
)

WHY = "学历证书已在材料二中提交"
END = datetime.combine(add_working_days(local_date(OPEN), 3) + timedelta(days=1), time(), BEIJING)


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(3)
    road.plan()
    road.announce()
    return road


def file(road: Road, number: int, registration_id: int, now: Any = OPEN, text: str = WHY) -> int:
    return road.run(actions.file_appeal, road.candidate(number), registration_id, text, now=now)


def answer(road: Road, appeal_id: int, *, uphold: bool, person_id: int = STRANGER, said: str = "核对无误") -> str:
    duties = {road.selection_id: frozenset({Duty.SECOND_VETTER})}
    device = "d-other"
    actor = Actor(f"account:{person_id}", person_id, person_id, 0, device, duties, Proof(OPEN, device))
    return road.run(actions.answer_appeal, actor, appeal_id, said, uphold=uphold, now=OPEN)


def test_an_upheld_appeal_is_vetted_anew_and_may_pass(road: Road) -> None:
    registration_id = road.vetted(0, VettingVerdict.REFUSE)
    assert answer(road, file(road, 0, registration_id), uphold=True) == "submitted"
    with road.database.reading() as session:
        assert queries.next_in_queue(session, road.selection_id, VETTER, hand=1) == registration_id
    road.confirm(road.decide(registration_id, Decision(VettingVerdict.PASS)))
    assert road.row(registration_id).state == "passed"
    with road.database.reading() as session:
        assert [one.verdict for _, one in queries.in_effect(queries.decisions_of(session, registration_id))] == [
            "refuse",
            "pass",
        ]
    assert WHY not in "".join(line.body for line in road.journal())


def test_an_appeal_not_upheld_leaves_the_decision_and_is_answered_once(road: Road) -> None:
    registration_id = road.vetted(0, VettingVerdict.REFUSE)
    appeal_id = file(road, 0, registration_id)
    assert fields_of(refusal_of(lambda: answer(road, appeal_id, uphold=False, said=" "))) == {"reason"}
    assert answer(road, appeal_id, uphold=False) == "refused"
    with pytest.raises(Refusal, match="has been answered"):
        answer(road, appeal_id, uphold=True)
    with pytest.raises(Refusal, match="already appealed"):
        file(road, 0, registration_id)
    with road.database.reading() as session:
        (told,) = [one.sentence for one in queries.notices_of(session, registration_id) if "appeal" in one.sentence]
    assert "not upheld" in told


@pytest.mark.parametrize("person", [VETTER, SECOND])
def test_nobody_answers_an_appeal_against_their_own_decision(road: Road, person: int) -> None:
    appeal_id = file(road, 0, road.vetted(0, VettingVerdict.REFUSE))
    with pytest.raises(Refusal, match="another person"):
        answer(road, appeal_id, uphold=True, person_id=person)


def test_one_appeals_until_the_end_of_the_last_working_day(road: Road) -> None:
    first = road.vetted(0, VettingVerdict.REFUSE)
    second = road.vetted(1, VettingVerdict.REFUSE)
    assert file(road, 0, first, now=END - timedelta(microseconds=1))
    with pytest.raises(Refusal, match="This closed on"):
        file(road, 1, second, now=END)


def test_only_who_did_not_pass_appeals_and_only_for_themselves(road: Road) -> None:
    passed, refused = road.vetted(0), road.vetted(1, VettingVerdict.REFUSE)
    with pytest.raises(Refusal, match="no decision that can be appealed"):
        file(road, 0, passed)
    with pytest.raises(Denied):
        file(road, 0, refused)
    for text in (" ", "x" * 4001):
        assert fields_of(refusal_of(lambda text=text: file(road, 1, refused, text=text))) == {"text"}  # type: ignore[misc]
    with pytest.raises(Denied):
        road.run(actions.answer_appeal, road.staff(APPROVER), file(road, 1, refused), "x", uphold=True, now=OPEN)


def test_the_result_of_vetting_waits_for_every_answer(road: Road) -> None:
    appeal_id = file(road, 0, road.vetted(0, VettingVerdict.REFUSE))
    approver = road.staff(APPROVER)
    refusal = refusal_of(lambda: road.run(actions.publish_vetting_list, approver, road.selection_id, now=CLOSED))
    assert refusal.sentence == "Appeals not answered yet: {count}."
    answer(road, appeal_id, uphold=False)
    published = road.run(actions.publish_vetting_list, approver, road.selection_id, now=CLOSED)
    assert published.content == {
        "posts": [{"post": "01", "passed": [], "refused": 1}, {"post": "02", "passed": [], "refused": 0}]
    }
    with pytest.raises(Denied):
        road.run(actions.publish_vetting_list, road.staff(VETTER), road.selection_id, now=CLOSED)
