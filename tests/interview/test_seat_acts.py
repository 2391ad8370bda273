"""The draw of the written exam's seats as an act: the draw announced, everybody who passed, its record kept."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.acts import Acts
from core.db import Database
from core.draws import Draw, commitment, draw, open_draw
from core.errors import Denied
from exam.queries import candidacies
from interview.actions import draw_seats
from interview.queries.draws import SEATS, newest_draw, seats_draw_id
from tests.exam.road import CLOSED, OFFICER, VETTER, Road, refusal_of

SECRETS = {"选拔办": b"1" * 32, "纪检组": b"2" * 32}


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    """Two candidates passed vetting, registration has closed."""
    road = Road(acts, database)
    road.people()
    road.plan()
    road.announce()
    for number in range(2):
        road.vetted(number)
    return road


def references(road: Road) -> list[str]:
    return [road.row(row_id).reference for row_id in (1, 2)]


def drawn(road: Road, ids: Sequence[str], draw_id: str = "") -> Draw:
    with road.database.reading() as session:
        notice = open_draw(draw_id or seats_draw_id(session, road.selection_id), ids)
    commitments = {party: commitment(notice.draw_id, notice.pool, party, one) for party, one in SECRETS.items()}
    return draw(notice, commitments, SECRETS)


def issue(road: Road, made: Draw, person: int = OFFICER) -> int:
    return road.run(draw_seats, road.staff(person), road.selection_id, made, 30, now=CLOSED)


def test_tickets_are_numbered_in_the_drawn_order_and_the_record_is_kept(road: Road):
    made = drawn(road, references(road))
    assert issue(road, made) == 2
    with road.database.reading() as session:
        lines = candidacies(session, road.selection_id)
        row = newest_draw(session, road.selection_id, SEATS)
        assert row is not None
        assert (row.number, row.method, row.record) == (1, "computed", json.loads(json.dumps(made.record())))
        assert seats_draw_id(session, road.selection_id) == "LC-2026/seats/2"
    assert [road.row(one.candidacy.registration_id).reference for one in lines] == list(made.order)


def test_a_draw_under_another_number_is_not_recorded(road: Road):
    refusal = refusal_of(lambda: issue(road, drawn(road, references(road), "LC-2026/seats/7")))
    assert refusal.facts == {"found": "LC-2026/seats/7", "wanted": "LC-2026/seats/1"}


def test_a_draw_that_leaves_somebody_out_or_names_a_stranger_is_refused_and_nothing_is_kept(road: Road):
    one, _ = references(road)
    refusal = refusal_of(lambda: issue(road, drawn(road, [one, "STRANGER99"])))
    assert len(refusal.problems) == 2
    with road.database.reading() as session:
        assert candidacies(session, road.selection_id) == []
        assert newest_draw(session, road.selection_id, SEATS) is None


def test_only_the_exam_officer_draws(road: Road):
    assert isinstance(refusal_of(lambda: issue(road, drawn(road, references(road)), VETTER)), Denied)


def test_the_order_itself_is_not_to_be_chosen(road: Road):
    made = drawn(road, references(road))
    turned = replace(made, order=tuple(reversed(made.order)))
    refusal = refusal_of(lambda: issue(road, turned))
    assert refusal.sentence == "The order does not follow from the secrets of this draw."
