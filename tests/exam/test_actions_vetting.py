"""Vetting in two hands: what a decision needs, who may not make it, what it leads to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal, Stale
from core.people import PROOF_LIFE, Actor, Duty, Proof
from exam import actions, queries
from exam.vetting import Answer, Decision, VettingVerdict
from tests.exam.road import (
    CLOSED,
    FORM,
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

PASS = Decision(VettingVerdict.PASS)
REFUSE = Decision(VettingVerdict.REFUSE, condition_number=2, reason="学历证书查询不到")
RETURN = Decision(VettingVerdict.RETURN, remarks={"position": "写明级别"}, correct_until=CLOSED)


@pytest.fixture
def people(acts: Acts, database: Database) -> Callable[..., Road]:
    """A road with candidates, announced; changes hold for the candidates."""

    def make(count: int = 3, **changes: Any) -> Road:
        acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
        road = Road(acts, database)
        road.people(count, **changes)
        road.plan()
        road.announce()
        return road

    return make


@pytest.fixture
def road(people: Callable[..., Road]) -> Road:
    return people()


def decisions(road: Road, registration_id: int) -> list[tuple[int, int, int, str]]:
    with road.database.reading() as session:
        rows = queries.decisions_of(session, registration_id)
    return [(row.version, row.round, row.hand, row.verdict) for row in rows]


# ── the first hand ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_decision_waits_for_the_second_hand(road: Road) -> None:
    registration_id = road.submit(0)
    decision_id = road.decide(registration_id, PASS)
    assert road.row(registration_id).state == "decided"
    with road.database.reading() as session:
        waiting = queries.waiting_decision(session, registration_id)
        assert waiting is not None
        assert waiting.id == decision_id
    (line,) = road.journal("registration.decided")
    assert line.scope_id == road.selection_id
    with pytest.raises(Refusal, match="does not wait for a first decision"):
        road.decide(registration_id, PASS)


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        (Decision(VettingVerdict.REFUSE), {"condition_number", "reason"}),
        (Decision(VettingVerdict.REFUSE, condition_number=4, reason="不符"), {"condition_number"}),
        (Decision(VettingVerdict.REFUSE, condition_number=1, reason="字" * 1001), {"reason"}),
        (Decision(VettingVerdict.RETURN), {"remarks", "correct_until"}),
        (
            Decision(
                VettingVerdict.RETURN, remarks={"rank": "改", "unit": " ", "papers.photo": "重拍"}, correct_until=OPEN
            ),
            {"remarks.rank", "remarks.unit", "correct_until"},
        ),
    ],
)
def test_an_incomplete_decision_is_refused_with_every_problem(road: Road, decision: Decision, fields: set[str]) -> None:
    registration_id = road.submit(0)
    assert fields_of(refusal_of(lambda: road.decide(registration_id, decision))) == fields
    assert decisions(road, registration_id) == []
    assert road.row(registration_id).state == "submitted"


def test_the_number_of_a_condition_of_another_post_is_no_reason(road: Road) -> None:
    registration_id = road.submit(0, post=1)
    of_the_first_post = Decision(VettingVerdict.REFUSE, condition_number=3, reason="年限不足")
    assert fields_of(refusal_of(lambda: road.decide(registration_id, of_the_first_post))) == {"condition_number"}


def test_to_pass_an_unmet_condition_needs_a_reason(road: Road) -> None:
    registration_id = road.submit(0, birth_date="1970-01-01", exceptions={"1": "申请放宽"})
    refusal = refusal_of(lambda: road.decide(registration_id, PASS))
    assert (fields_of(refusal), refusal.facts["number"]) == ({"reason"}, "1")
    road.decide(registration_id, Decision(VettingVerdict.PASS, reason="市委批准，文号1号"))


def test_a_decision_is_on_the_version_that_was_seen(road: Road) -> None:
    registration_id = road.submit(0)
    road.confirm(road.decide(registration_id, RETURN))
    road.run(actions.submit_registration, road.candidate(0), registration_id, version=1, now=OPEN)
    with pytest.raises(Stale) as stale:
        road.decide(registration_id, PASS, version=1)
    assert stale.value.current == 2
    road.decide(registration_id, PASS, version=2)
    assert decisions(road, registration_id) == [
        (1, 1, 1, "return"),
        (1, 1, 2, "agree"),
        (2, 1, 1, "pass"),
    ]


def test_drafts_are_not_vetted(road: Road) -> None:
    registration_id = road.register(0)
    with pytest.raises(Refusal, match="does not wait"):
        road.decide(registration_id, PASS, version=0)


def test_vetting_ends_when_tickets_are_issued(road: Road) -> None:
    passed, refused = road.vetted(0), road.vetted(1, VettingVerdict.REFUSE)
    road.run(actions.issue_tickets, road.staff(105), road.selection_id, [passed], 30, now=CLOSED)
    with pytest.raises(Refusal, match="cannot be done while the selection stands"):
        road.decide(refused, PASS, now=CLOSED)


# ── conflicts and duties ─────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_vets_a_colleague_however_the_unit_is_typed(road: Road) -> None:
    registration_id = road.submit(0, unit=" 单位 103 ")
    with pytest.raises(Refusal, match="You work in the same unit"):
        road.decide(registration_id, PASS)
    of_second = road.submit(1, unit="单位104")
    decision_id = road.decide(of_second, PASS)
    with pytest.raises(Refusal, match="You work in the same unit"):
        road.confirm(decision_id)
    assert road.row(of_second).state == "decided"


def test_the_unit_in_the_register_counts_as_well_as_the_one_declared(people: Callable[..., Road]) -> None:
    road = people(1, unit="单位103")
    registration_id = road.submit(0, unit="别的单位")
    with pytest.raises(Refusal, match="You work in the same unit"):
        road.decide(registration_id, PASS)


def test_nobody_vets_themselves(road: Road) -> None:
    registration_id = road.submit(0)
    duties = {road.selection_id: frozenset({Duty.VETTER})}
    oneself = Actor("account:1001", 1001, 1001, device="d1", duties=duties)
    with pytest.raises(Refusal, match="their own registration"):
        road.run(actions.decide_registration, oneself, registration_id, PASS, version=1, now=OPEN)


@pytest.mark.parametrize(
    "duties",
    [{}, {Duty.SECOND_VETTER}, {Duty.EXAM_OFFICER}],
    ids=["none", "second vetter", "exam officer"],
)
def test_the_first_decision_needs_the_vetters_duty_in_this_selection(road: Road, duties: set[Duty]) -> None:
    registration_id = road.submit(0)
    for scope, held in ((road.selection_id, frozenset(duties)), (road.selection_id + 1, frozenset({Duty.VETTER}))):
        somebody = Actor("account:109", STRANGER, STRANGER, device="d", duties={scope: held})
        with pytest.raises(Denied):
            road.run(actions.decide_registration, somebody, registration_id, PASS, version=1, now=OPEN)
    with pytest.raises(Denied):
        road.decide(9999, PASS)


def test_the_second_hand_needs_its_own_duty_here(road: Road) -> None:
    decision_id = road.decide(road.submit(0), PASS)
    for actor in (road.staff(VETTER, proven=OPEN), road.staff(SECOND, scope=99, proven=OPEN)):
        with pytest.raises(Denied):
            road.run(actions.confirm_decision, actor, decision_id, Answer.AGREE, now=OPEN)
    with pytest.raises(Denied):
        road.confirm(9999)


def test_the_second_hand_is_another_person_proven_afresh_on_another_device(road: Road) -> None:
    decision_id = road.decide(road.submit(0), PASS)
    both = {road.selection_id: frozenset({Duty.VETTER, Duty.SECOND_VETTER})}
    same = Actor("account:103", VETTER, VETTER, device="other", duties=both, proof=Proof(OPEN, "other"))
    old = road.staff(SECOND, proven=OPEN - PROOF_LIFE - timedelta(seconds=1))
    for actor, sentence in (
        (same, "another person"),
        (road.staff(SECOND), "Prove who you are again"),
        (old, "Prove who you are again"),
        (road.staff(SECOND, proven=OPEN, device=f"d{VETTER}"), "another device"),
    ):
        with pytest.raises(Refusal, match=sentence):
            road.run(actions.confirm_decision, actor, decision_id, Answer.AGREE, now=OPEN)
    assert road.confirm(decision_id) == "passed"


# ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refusal_keeps_the_number_of_its_condition_and_the_reason(road: Road) -> None:
    registration_id = road.submit(0)
    assert road.confirm(road.decide(registration_id, REFUSE)) == "refused"
    with road.database.reading() as session:
        first = queries.decisions_of(session, registration_id)[0]
    assert (first.condition_number, first.reason) == (2, "学历证书查询不到")
    assert road.person(0).confirmed_hash is None


def test_a_return_opens_its_fields_with_their_remarks(road: Road) -> None:
    registration_id = road.submit(0)
    assert road.confirm(road.decide(registration_id, RETURN)) == "returned"
    with road.database.reading() as session:
        page = queries.registration_page(session, registration_id)
    assert page is not None
    assert queries.open_fields(page.registration) == {"position": "写明级别"}
    assert page.correction is not None
    assert page.correction.closes == CLOSED


def test_a_return_whose_deadline_has_passed_is_referred_back(road: Road) -> None:
    decision_id = road.decide(road.submit(0), RETURN)
    with pytest.raises(Refusal, match="deadline of this return has passed"):
        road.confirm(decision_id, now=CLOSED)
    assert road.confirm(decision_id, Answer.DISAGREE, "期限已过", now=CLOSED) == "referred"


def test_disagreement_needs_a_reason_and_sends_it_back_for_another_round(road: Road) -> None:
    registration_id = road.submit(0)
    decision_id = road.decide(registration_id, REFUSE)
    assert fields_of(refusal_of(lambda: road.confirm(decision_id, Answer.DISAGREE))) == {"reason"}
    assert road.confirm(decision_id, Answer.DISAGREE, "证书可以查到") == "referred"
    with pytest.raises(Stale):
        road.confirm(decision_id)
    again = road.decide(registration_id, PASS)
    with pytest.raises(Stale):
        road.confirm(decision_id)
    assert road.confirm(again) == "passed"
    assert decisions(road, registration_id) == [
        (1, 1, 1, "refuse"),
        (1, 1, 2, "disagree"),
        (1, 2, 1, "pass"),
        (1, 2, 2, "agree"),
    ]
    lines = road.journal("registration.vetted")
    assert ["referred" in lines[0].body, "passed" in lines[1].body] == [True, True]
    assert "证书" not in lines[0].body


def test_a_withdrawal_overtakes_a_decision_that_waits(road: Road) -> None:
    registration_id = road.submit(0)
    decision_id = road.decide(registration_id, PASS)
    road.run(actions.withdraw_registration, road.candidate(0), registration_id, now=OPEN)
    with pytest.raises(Stale):
        road.confirm(decision_id)
    assert road.row(registration_id).state == "withdrawn"
    assert road.person(0).confirmed_hash is None


# ── who it is ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_passing_confirms_the_identity_that_was_claimed(road: Road) -> None:
    road.vetted(0)
    assert road.person(0).confirmed_hash == "hmac.0"
    assert road.person(1).confirmed_hash is None


def test_a_second_person_with_the_same_identity_cannot_pass(people: Callable[..., Road]) -> None:
    road = people(2, identity_hash="hmac.same")
    first, second = road.submit(0), road.submit(1)
    waiting = road.decide(second, PASS)
    road.confirm(road.decide(first, PASS))
    with pytest.raises(Refusal, match="Another person has been confirmed with this identity number"):
        road.confirm(waiting)
    assert road.row(second).state == "decided"
    road.confirm(waiting, Answer.DISAGREE, "身份证号重复")
    with pytest.raises(Refusal, match="Another person has been confirmed"):
        road.decide(second, PASS)
    assert road.confirm(road.decide(second, REFUSE)) == "refused"
    assert (road.person(0).confirmed_hash, road.person(1).confirmed_hash) == ("hmac.same", None)


def test_a_person_confirmed_before_passes_again(road: Road) -> None:
    registration_id = road.vetted(0)
    road.run(actions.withdraw_registration, road.candidate(0), registration_id, now=OPEN)
    road.register(0, post=1)
    road.run(actions.submit_registration, road.candidate(0), registration_id, version=1, now=OPEN)
    assert road.confirm(road.decide(registration_id, PASS, version=2)) == "passed"


def test_without_an_identity_number_nobody_passes(people: Callable[..., Road]) -> None:
    road = people(1, identity_hash="")
    with pytest.raises(Refusal, match="no identity number"):
        road.decide(road.submit(0), PASS)


def test_the_form_the_vetter_sees_is_the_one_submitted(road: Road) -> None:
    registration_id = road.submit(0)
    with road.database.reading() as session:
        page = queries.registration_page(session, registration_id)
        assert queries.registration_page(session, 9999) is None
    assert page is not None
    assert page.form == FORM
    assert page.person.name == "考生0"
    assert [paper.kind for paper in page.papers] == ["photo", "education"]


def test_a_look_at_the_whole_identity_number_needs_a_duty_here_and_is_journalled(road: Road) -> None:
    registration_id = road.submit(0)
    for stranger in (road.staff(STRANGER), road.staff(VETTER, scope=99), road.candidate(0)):
        with pytest.raises(Denied):
            road.run(actions.note_identity_view, stranger, registration_id, now=OPEN)
    with pytest.raises(Denied):
        road.run(actions.note_identity_view, road.staff(VETTER), 9999, now=OPEN)
    road.run(actions.note_identity_view, road.staff(VETTER), registration_id, now=OPEN)
    (line,) = road.journal("identity.viewed")
    assert (line.actor, line.scope_id) == (f"account:{VETTER}", road.selection_id)
