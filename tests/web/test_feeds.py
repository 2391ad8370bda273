"""What the public subscribes to, read as other programs would read it; and the published result of vetting."""

import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, strategies as st
from litestar.testing import TestClient

from core.days import add_working_days, local_date
from exam.queries import publications
from exam.vetting import VettingVerdict
from tests.web.desk import Desk, problems
from web.app import make_app
from web.feeds import ATOM, Entry, Event, atom, calendar

MOMENT = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
LIST = "/staff/LC-2026/vetting/list"


@pytest.fixture
def visitor(desk: Desk) -> TestClient:
    client = TestClient(make_app(desk.house))
    client.headers["accept-language"] = "en"
    return client


def unfolded(body: bytes) -> list[str]:
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    return body.decode().replace("\r\n ", "").split("\r\n")


# ── the formats ──────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120))
def test_any_title_makes_a_feed_and_a_calendar_that_can_be_read(title):
    feed = ET.fromstring(atom("http://x", "/atom.xml", title, [Entry("a", "/a", title, MOMENT, "by")], "zh"))
    assert feed.find(f"{{{ATOM}}}entry/{{{ATOM}}}updated").text == "2026-09-21T01:00:00+00:00"
    lines = unfolded(calendar(title, [Event("a", title, MOMENT, MOMENT)], MOMENT))
    assert [line.split(":")[0] for line in lines if line] == [
        "BEGIN", "VERSION", "PRODID", "X-WR-CALNAME", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "END",
        "END",
    ]  # fmt: skip


def test_a_whole_day_ends_where_the_next_begins_and_text_is_escaped():
    lines = unfolded(calendar("x", [Event("a", "a,b;c\\d\ne", date(2026, 12, 31), place="一中")], MOMENT))
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "SUMMARY:a\\,b\\;c\\\\d\\ne" in lines
    assert "LOCATION:一中" in lines


# ── the pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_feeds_and_calendar_of_an_announced_selection(desk, visitor):
    desk.create()
    desk.plan()
    assert visitor.get("/s/LC-2026/atom.xml").status_code == 403
    desk.announce()
    whole = ET.fromstring(visitor.get("/atom.xml").content)
    (link,) = whole.findall(f"{{{ATOM}}}entry/{{{ATOM}}}link")
    assert link.get("href").endswith("/s/LC-2026")
    own = ET.fromstring(visitor.get("/s/LC-2026/atom.xml").content)
    (title,) = own.findall(f"{{{ATOM}}}entry/{{{ATOM}}}title")
    assert title.text == "Announcement of the selection, version 1"
    answer = visitor.get("/s/LC-2026/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert sum(line.startswith("SUMMARY") for line in unfolded(answer.content)) == 4
    assert 'href="/s/LC-2026/calendar.ics"' in visitor.get("/s/LC-2026").text


def test_the_result_of_vetting_is_published_by_reference_with_its_window(desk, visitor):
    desk.closes = -5
    desk.create()
    desk.plan()
    desk.announce()
    first, second, third = (desk.submit(number) for number in range(3))
    desk.vet(first)
    desk.vet(second, VettingVerdict.REFUSE)
    approver = desk.browser("approver")
    approver.get(LIST)
    assert problems(approver.prove(LIST, 422).text) == ["Registrations not decided yet: 1."]
    desk.vet(third)
    where = approver.prove(LIST).headers["location"]
    page = visitor.get(where).text
    assert first in page
    assert third in page
    assert second not in page
    assert "Passed 2, not passed 1." in page
    with desk.house.database.reading() as session:
        (row,) = publications(session, desk.selection_id, "vetting_list")
    assert row.objections_until == add_working_days(local_date(row.published_at), 5)
    assert re.search("Last day for objections", visitor.get("/s/LC-2026/calendar.ics").text)
    assert "Published as number 2" in approver.get(LIST)
    assert problems(approver.prove(LIST, 409).text) == ["This is already published, as number 2."]


def test_the_result_of_vetting_waits_for_registration_to_close(desk):
    desk.create()
    desk.plan()
    desk.announce()
    approver = desk.browser("approver")
    approver.get(LIST)
    assert "cannot be done while the selection stands at" in approver.prove(LIST, 422).text
