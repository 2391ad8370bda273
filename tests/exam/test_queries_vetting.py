"""The vetting queue and the funnel: who comes next, what a filter leaves, a cost that does not grow with the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlmodel import Session

from core import audit
from core.acts import Acts
from core.db import Database, sql_table
from core.people import SYSTEM_SCOPE, Actor
from core.tables import Person
from exam import actions, queries
from exam.queries import Filter, QueueOrder
from exam.tables import Registration
from exam.vetting import Answer, Decision, RegistrationState, VettingVerdict
from tests.exam.road import OPEN, PLANNED, SECOND, VETTER, Road, open_system

PASS = Decision(VettingVerdict.PASS)


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(6)
    road.plan()
    road.announce()
    return road


def crowd(session: Session, actor: Actor, road: Road, count: int, *, now: Any) -> None:
    """Many submitted registrations at once, each a minute after the one before."""
    session.execute(
        insert(sql_table(Person)), [{"id": 5000 + n, "name": f"考生{n}", "created_at": now} for n in range(count)]
    )
    session.execute(
        insert(sql_table(Registration)),
        [
            {
                "selection_id": road.selection_id,
                "post_id": road.posts[n % 2],
                "person_id": 5000 + n,
                "reference": f"R{n:09}",
                "state": "submitted",
                "version": 1,
                "unit": f"单位{n}甲",
                "doubts": n % 3,
                "started_at": now,
                "submitted_at": now + timedelta(minutes=n),
            }
            for n in range(count)
        ],
    )
    audit.record(session, actor, "crowd.added", now, scope=SYSTEM_SCOPE, count=count)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The SQL statements sent meanwhile."""
    sent: list[str] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize("count", [1, 3, 300])
def test_a_page_of_the_queue_costs_three_statements_however_many_wait(road: Road, count: int) -> None:
    road.run(crowd, Actor("job:test"), road, count, now=OPEN)
    with road.database.reading() as session:
        with statements(session) as sent:
            queue = queries.vetting_queue(session, road.selection_id)
            shown = [(line.name, line.post.code, line.registration.unit) for line in queue.lines]
        assert len(sent) == 3
        assert (queue.total, queue.pages, len(shown)) == (count, -(-count // 50), min(count, 50))
        assert shown[0] == ("考生0", "01", "单位0甲")
        with statements(session) as sent:
            queries.next_in_queue(session, road.selection_id, VETTER, hand=1)
            queries.funnel(session, road.selection_id)
        assert len(sent) == 4  # one of them for the relations declared by whoever opens next


def test_pages_follow_one_another_without_gap_or_repeat(road: Road) -> None:
    road.run(crowd, Actor("job:test"), road, 120, now=OPEN)
    with road.database.reading() as session:
        pages = [queries.vetting_queue(session, road.selection_id, page=page).lines for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    names = [line.name for page in pages for line in page]
    assert names == [f"考生{n}" for n in range(120)]


def test_the_queue_is_narrowed_by_post_state_doubt_and_words(road: Road) -> None:
    road.run(crowd, Actor("job:test"), road, 60, now=OPEN)

    def total(**wanted: Any) -> int:
        with road.database.reading() as session:
            return queries.vetting_queue(session, road.selection_id, Filter(**wanted)).total

    assert total() == 60
    assert total(post_id=road.posts[0]) == 30
    assert total(states=frozenset({RegistrationState.PASSED})) == 0
    assert total(states=frozenset({RegistrationState.PASSED, RegistrationState.SUBMITTED})) == 60
    assert (total(doubtful=True), total(doubtful=False)) == (40, 20)
    assert total(text="r000000007") == 1
    assert total(text=" 单位7甲 ") == 1
    assert total(text="%") == 0


def test_the_queue_is_sorted_by_any_of_its_columns(road: Road) -> None:
    for number, unit in enumerate(("乙单位", "丙单位", "甲单位")):
        road.submit(number, unit=unit, now=OPEN + timedelta(minutes=number))

    def units(order: QueueOrder, *, descending: bool = False) -> list[str]:
        with road.database.reading() as session:
            wanted = Filter(order=order, descending=descending)
            lines = queries.vetting_queue(session, road.selection_id, wanted).lines
        return [line.registration.unit for line in lines]

    assert units(QueueOrder.SUBMITTED) == ["乙单位", "丙单位", "甲单位"]
    assert units(QueueOrder.SUBMITTED, descending=True) == ["甲单位", "丙单位", "乙单位"]
    assert units(QueueOrder.UNIT) == units(QueueOrder.UNIT, descending=True)[::-1]
    assert set(units(QueueOrder.REFERENCE)) == set(units(QueueOrder.STATE)) == {"甲单位", "乙单位", "丙单位"}


def test_drafts_and_other_selections_are_not_in_the_queue(road: Road) -> None:
    road.register(0)
    submitted = road.submit(1)
    with road.database.reading() as session:
        queue = queries.vetting_queue(session, road.selection_id)
        assert [line.registration.id for line in queue.lines] == [submitted]
        assert queries.vetting_queue(session, road.selection_id + 1).lines == ()


def test_a_line_says_who_decided_last_and_by_which_condition(road: Road) -> None:
    waiting, refused = road.submit(0), road.submit(1, now=OPEN + timedelta(minutes=1))
    first = Decision(VettingVerdict.REFUSE, condition_number=1, reason="年龄不符")
    road.confirm(road.decide(refused, first), Answer.DISAGREE, "再看")
    road.decide(refused, Decision(VettingVerdict.REFUSE, condition_number=2, reason="学历不符"))
    with road.database.reading() as session:
        lines = queries.vetting_queue(session, road.selection_id).lines
    assert [(line.registration.id, line.decided_by, line.condition_number) for line in lines] == [
        (waiting, 0, 0),
        (refused, VETTER, 2),
    ]


def following(road: Road, person_id: int, hand: int, post_id: int | None = None) -> int | None:
    with road.database.reading() as session:
        return queries.next_in_queue(session, road.selection_id, person_id, hand=hand, post_id=post_id)


def test_the_earliest_that_waits_comes_next_but_no_colleague_and_not_oneself(road: Road) -> None:
    colleague = road.submit(0, unit="单位103")
    second = road.submit(1, now=OPEN + timedelta(minutes=1))
    third = road.submit(2, post=1, now=OPEN + timedelta(minutes=2))
    assert following(road, VETTER, 1) == second
    assert following(road, SECOND, 1) == colleague
    assert following(road, 1001, 1) == second
    assert following(road, VETTER, 1, road.posts[1]) == third
    assert following(road, SECOND, 2) is None
    road.decide(second, PASS)
    assert following(road, VETTER, 1) == third
    assert following(road, SECOND, 2) == second
    assert following(road, VETTER, 2) is None


def test_what_was_referred_back_waits_in_its_old_place(road: Road) -> None:
    first, _ = road.submit(0), road.submit(1, now=OPEN + timedelta(minutes=1))
    road.confirm(road.decide(first, PASS), Answer.DISAGREE, "照片不符")
    assert following(road, VETTER, 1) == first


def test_the_funnel_counts_every_state_of_every_post(road: Road) -> None:
    road.register(0)
    road.submit(1)
    road.vetted(2)
    road.vetted(3, VettingVerdict.REFUSE, post=1)
    withdrawn = road.submit(4, post=1)
    road.run(actions.withdraw_registration, road.candidate(4), withdrawn, now=OPEN)
    with road.database.reading() as session:
        assert queries.funnel(session, road.selection_id) == {
            road.posts[0]: {RegistrationState.DRAFT: 1, RegistrationState.SUBMITTED: 1, RegistrationState.PASSED: 1},
            road.posts[1]: {RegistrationState.REFUSED: 1, RegistrationState.WITHDRAWN: 1},
        }
        assert queries.funnel(session, road.selection_id + 1) == {}


def test_a_person_sees_their_own_registrations_only(road: Road) -> None:
    mine, _ = road.submit(0), road.submit(1)
    reference = road.row(mine).reference
    with road.database.reading() as session:
        assert [line.registration.id for line in queries.registrations_of(session, 1001)] == [mine]
        assert queries.registrations_of(session, 9999) == []
        found = queries.registration_by_reference(session, reference, 1001)
        assert found is not None
        assert found.id == mine
        assert queries.registration_by_reference(session, reference, 1002) is None


def test_what_is_typed_is_judged_before_it_is_submitted(road: Road) -> None:
    registration_id = road.register(0)
    road.fill(0, registration_id, birth_date="1970-01-01")
    with road.database.reading() as session:
        page = queries.registration_page(session, registration_id)
    assert page is not None
    assert [verdict.outcome for verdict in page.verdicts] == ["not_met", "met", "met"]
    assert page.submitted is None
