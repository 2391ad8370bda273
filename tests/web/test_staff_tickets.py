"""Tickets and seats at the desk: drawn once by recorded secrets, listed, printed."""

import hashlib
import json
import re

import pytest

from core.draws import redo
from exam.queries import candidacies
from exam.stages import Stage
from exam.tables import Selection
from exam.vetting import VettingVerdict
from tests.web.desk import Browser, Desk, problems

TICKETS = "/staff/LC-2026/tickets"


@pytest.fixture
def vetted(desk: Desk) -> Desk:
    """Registration has closed; three passed, one did not."""
    desk.closes = -5
    desk.create()
    desk.plan()
    desk.announce()
    for number in range(4):
        desk.vet(desk.submit(number), VettingVerdict.REFUSE if number == 3 else VettingVerdict.PASS)
    return desk


def pool_of(browser: Browser) -> str:
    found = re.search(r'name="pool" value="([0-9a-f]{64})"', browser.get(TICKETS))
    assert found is not None
    return found[1]


def draw(browser: Browser, status: int = 303, **changes: str) -> str:
    fields = {
        "room_size": "2",
        "party_1": "选拔办",
        "party_1_secret": "31415",
        "party_2": "纪检组",
        "pool": pool_of(browser),
    }
    return browser.post(TICKETS, status, **{**fields, **changes}).text


def test_the_order_is_drawn_from_the_parties_secrets_and_anyone_can_draw_again(vetted: Desk):
    officer = vetted.browser("officer")
    draw(officer)
    record = json.loads(officer.client.get(f"{TICKETS}/draw.json").text)
    assert redo(record).order == tuple(record["order"])
    secrets = {one["party"]: one["secret"] for one in record["parties"]}
    assert set(secrets) == {"选拔办", "纪检组"}
    assert secrets["选拔办"] == hashlib.sha256(b"31415").hexdigest()
    with vetted.house.database.reading() as session:
        lines = candidacies(session, vetted.selection_id)
        assert [one.candidacy.ticket_number for one in lines] == ["20260001", "20260002", "20260003"]
        assert [(one.candidacy.exam_room, one.candidacy.exam_seat) for one in lines] == [
            ("01", 1),
            ("01", 2),
            ("02", 1),
        ]
        assert session.get_one(Selection, vetted.selection_id).stage == Stage.WRITTEN_EXAM
        seated = [one.candidacy.registration_id for one in lines]
    assert seated == [vetted.row(reference).id for reference in record["order"]]


def test_one_party_alone_cannot_draw(vetted: Desk):
    page = draw(vetted.browser("officer"), 422, party_2="")
    assert problems(page) == ["At least 2 parties take part in a draw."]
    assert 'value="选拔办"' in page
    assert "31415" not in page
    with vetted.house.database.reading() as session:
        assert candidacies(session, vetted.selection_id) == []


def test_two_parties_of_one_name_and_a_secret_of_nobody_are_both_named(vetted: Desk):
    page = draw(vetted.browser("officer"), 422, party_2="选拔办", party_3_secret="27182")
    assert len(problems(page)) == 2


def test_nothing_is_drawn_from_another_pool_than_the_one_shown(vetted: Desk):
    page = draw(vetted.browser("officer"), 409, pool="0" * 64)
    assert "Who passed has changed" in problems(page)[0]


def test_nothing_is_drawn_while_a_registration_is_undecided(vetted: Desk):
    vetted.submit(9)
    page = draw(vetted.browser("officer"), 422)
    assert any("1 registrations are not decided yet" in one for one in problems(page))


def test_it_is_drawn_once_only(vetted: Desk):
    officer = vetted.browser("officer")
    pool = pool_of(officer)
    draw(officer)
    page = officer.post(TICKETS, 409, room_size="2", party_1="甲", party_2="乙", pool=pool).text
    assert "drawn and the tickets issued already" in page


def test_the_list_shows_rooms_and_seats_and_prints_a_ticket(vetted: Desk):
    officer = vetted.browser("officer")
    draw(officer)
    page = officer.get(TICKETS)
    assert "room 01: 2" in page
    assert page.count("/ticket.pdf") == 3
    answer = officer.client.get(f"{TICKETS}/20260002/ticket.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    officer.get(f"{TICKETS}/20269999/ticket.pdf", status=403)


def test_tickets_are_the_exam_officers(vetted: Desk):
    draw(vetted.browser("officer"))
    for name in ("vetter", "editor", "clerk"):
        browser = vetted.browser(name)
        browser.get(TICKETS, status=403)
        browser.get(f"{TICKETS}/20260001/ticket.pdf", status=403)


def test_before_anybody_passed_the_page_says_what_comes_first(desk: Desk):
    desk.create()
    desk.plan()
    desk.announce()
    assert "Nobody has passed vetting yet" in desk.browser("officer").get(TICKETS)
