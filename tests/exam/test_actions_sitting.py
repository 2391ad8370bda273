"""Tickets by a drawn order, and what befalls candidates afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor
from exam import actions, queries
from exam.candidacy import CandidacyEventKind, check_event, still_in
from exam.seating import check_order, ticket
from exam.vetting import Decision, VettingVerdict
from tests.exam.road import CLOSED, CLOSES, EDITOR, INSTANT, OFFICER, PLANNED, VETTER, Road, open_system, refusal_of


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(4)
    return road


@pytest.fixture
def open_road(road: Road) -> Road:
    road.plan()
    road.announce()
    return road


def issue(road: Road, order: list[int], room_size: int = 30, now: Any = CLOSED, who: int = OFFICER) -> int:
    return road.run(actions.issue_tickets, road.staff(who), road.selection_id, order, room_size, now=now)


def test_tickets_follow_the_drawn_order_through_rooms_and_seats(open_road: Road) -> None:
    road = open_road
    ids = [road.vetted(number, post=number % 2) for number in range(3)]
    refused = road.vetted(3, VettingVerdict.REFUSE)
    drawn = [ids[2], ids[0], ids[1]]
    assert issue(road, drawn, room_size=2) == 3
    with road.database.reading() as session:
        lines = queries.candidacies(session, road.selection_id)
        assert queries.candidacy_of(session, refused) is None
        of_one_post = queries.candidacies(session, road.selection_id, road.posts[1])
        assert queries.selection_row(session, road.selection_id).stage == "written_exam"
    assert [line.candidacy.ticket_number for line in of_one_post] == ["20260003"]
    assert [
        (row.registration_id, row.ticket_number, row.exam_room, row.exam_seat)
        for row in (line.candidacy for line in lines)
    ] == [
        (ids[2], "20260001", "01", 1),
        (ids[0], "20260002", "01", 2),
        (ids[1], "20260003", "02", 1),
    ]
    assert [line.candidacy.person_id for line in lines] == [1003, 1001, 1002]
    (line,) = road.journal("tickets.issued")
    assert '"count":3' in line.body


def test_an_order_that_is_not_that_of_the_vetted_is_refused(open_road: Road) -> None:
    road = open_road
    ids = [road.vetted(number) for number in range(2)]
    refused = road.vetted(2, VettingVerdict.REFUSE)
    refusal = refusal_of(lambda: issue(road, [ids[0], ids[0], refused], room_size=0))
    assert [(problem.field, problem.facts["count"]) for problem in refusal.problems if "count" in problem.facts] == [
        ("order", 1),
        ("order", 1),
        ("order", 1),
    ]
    assert refusal.problems[-1].field == "room_size"
    with road.database.reading() as session:
        assert queries.candidacies(session, road.selection_id) == []
        assert queries.selection_row(session, road.selection_id).stage == "announced"


def test_tickets_wait_for_the_close_of_registration_and_for_every_decision(open_road: Road) -> None:
    road = open_road
    passed = road.vetted(0)
    with pytest.raises(Refusal, match="cannot be done while the selection stands"):
        issue(road, [passed], now=CLOSES - INSTANT)
    waiting = road.submit(1)
    assert refusal_of(lambda: issue(road, [passed])).sentence == "{count} registrations are not decided yet."
    decision_id = road.decide(waiting, Decision(VettingVerdict.PASS), now=CLOSED)
    assert refusal_of(lambda: issue(road, [passed])).sentence == "{count} registrations are not decided yet."
    road.confirm(decision_id, now=CLOSED)
    assert issue(road, [passed, waiting]) == 2


def test_tickets_wait_for_corrections_until_their_deadline_only(open_road: Road) -> None:
    road = open_road
    passed, returned = road.vetted(0), road.submit(1)
    until = CLOSED + timedelta(days=1)
    decision = Decision(VettingVerdict.RETURN, remarks={"unit": "写全称"}, correct_until=until)
    road.confirm(road.decide(returned, decision))
    refusal = refusal_of(lambda: issue(road, [passed], now=until - INSTANT))
    assert refusal.sentence == "{count} candidates may still send a correction."
    assert issue(road, [passed], now=until) == 1


def test_there_must_be_somebody_to_issue_to(open_road: Road) -> None:
    assert (
        refusal_of(lambda: issue(open_road, [])).sentence
        == "Nobody has passed vetting, so there is no ticket to issue."
    )


def test_tickets_are_issued_once_by_an_exam_officer_of_this_selection(open_road: Road) -> None:
    road = open_road
    passed = road.vetted(0)
    for who in (EDITOR, VETTER):
        with pytest.raises(Denied):
            issue(road, [passed], who=who)
    elsewhere = road.staff(OFFICER, scope=99)
    with pytest.raises(Denied):
        road.run(actions.issue_tickets, elsewhere, road.selection_id, [passed], 30, now=CLOSED)
    issue(road, [passed])
    with pytest.raises(Refusal, match="cannot be done while the selection stands"):
        issue(road, [passed])


@given(st.lists(st.integers(1, 10_000), unique=True, min_size=1, max_size=300), st.integers(1, 60))
def test_every_registration_gets_one_number_and_one_seat(order: list[int], room_size: int) -> None:
    tickets = ticket(order, 2026, room_size)
    assert check_order(order, order, room_size) == []
    assert [one.registration_id for one in tickets] == order
    assert len({one.ticket_number for one in tickets}) == len({(one.room, one.seat) for one in tickets}) == len(order)
    assert sorted(one.ticket_number for one in tickets) == [one.ticket_number for one in tickets]
    assert all(1 <= one.seat <= room_size for one in tickets)
    assert len({len(one.ticket_number) for one in tickets}) == 1


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def note(
    road: Road, kind: CandidacyEventKind, reason: str = "", *, actor: Actor | None = None, candidacy: int = 1
) -> int:
    actor = actor or road.staff(OFFICER)
    return road.run(actions.note_candidacy_event, actor, candidacy, kind, reason, now=CLOSED)


def test_events_are_added_and_never_taken_back(road: Road) -> None:
    road.ticketed(2)
    note(road, CandidacyEventKind.ABSENT, "公共科目缺考")
    note(road, CandidacyEventKind.DISQUALIFIED, "夹带")
    with road.database.reading() as session:
        lines = queries.candidacies(session, road.selection_id)
    assert [line.events for line in lines] == [(CandidacyEventKind.ABSENT, CandidacyEventKind.DISQUALIFIED), ()]
    assert [still_in(line.events) for line in lines] == [False, True]
    assert all("夹带" not in line.body for line in road.journal("candidacy.noted"))
    with pytest.raises(Refusal, match="takes no further part"):
        note(road, CandidacyEventKind.ABSENT)


def test_a_disqualification_needs_a_reason(road: Road) -> None:
    road.ticketed(1)
    with pytest.raises(Refusal, match="Say why"):
        note(road, CandidacyEventKind.DISQUALIFIED, "  ")
    with pytest.raises(Refusal, match="at most 1000"):
        note(road, CandidacyEventKind.ABSENT, "字" * 1001)


def test_candidates_withdraw_themselves_but_note_nothing_else(road: Road) -> None:
    road.ticketed(2)
    with pytest.raises(Denied):
        note(road, CandidacyEventKind.ABSENT, actor=road.candidate(0))
    with pytest.raises(Denied):
        note(road, CandidacyEventKind.WITHDREW, actor=road.candidate(1))
    note(road, CandidacyEventKind.WITHDREW, actor=road.candidate(0))
    with pytest.raises(Refusal, match="takes no further part"):
        note(road, CandidacyEventKind.WITHDREW, actor=road.candidate(0))


def test_noting_needs_a_duty_in_the_candidates_selection(road: Road) -> None:
    road.ticketed(1)
    for actor in (road.staff(VETTER), road.staff(OFFICER, scope=99), Actor("visitor")):
        for kind in CandidacyEventKind:
            with pytest.raises(Denied):
                note(road, kind, "理由", actor=actor)
    with pytest.raises(Denied):
        note(road, CandidacyEventKind.ABSENT, candidacy=9999)
    assert road.journal("candidacy.noted") == []


def test_who_withdraws_does_not_escape_disqualification() -> None:
    withdrawn = [CandidacyEventKind.WITHDREW]
    assert check_event(CandidacyEventKind.DISQUALIFIED, withdrawn, "替考") == []
    assert check_event(CandidacyEventKind.DISQUALIFIED, [CandidacyEventKind.DISQUALIFIED], "替考") != []
    assert check_event(CandidacyEventKind.ABSENT, [CandidacyEventKind.ABSENT], "") == []
