"""The desk from an empty plan to the frozen and announced scheme."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import read_settings
from exam.queries import condition_rows, in_force, posts_of, publications, scheme_draft, selections, written_papers
from exam.stages import Stage
from exam.tables import Selection
from scoring.schemes import scheme_text
from tests.web.desk import Desk
from web.house import open_house


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    house = open_house(read_settings({}, data=tmp_path, database_url=sqlite_url))
    opened = Desk(house)
    opened.open()
    yield opened
    for browser in opened.browsers.values():
        browser.client.close()
    house.close()


PLAN = {
    "code": "LC-2026",
    "kind": "open_selection",
    "title": "澜川市公开选拔",
    "authority": "领导小组",
    "reference_date": "2026-09-30",
    "registration_opens": "2036-09-21T09:00",
    "registration_closes": "2036-09-30T17:30",
    "interview_on": "2036-11-21",
}


def test_a_visitor_is_sent_to_sign_in(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    editor.client.cookies.clear()
    assert 'name="password"' in editor.get("/staff/LC-2026")


def test_a_selection_is_created_and_its_creator_holds_no_duty_in_it_by_that(desk: Desk):
    editor = desk.browser("editor")
    editor.get("/staff/new_selection")
    answer = editor.post("/staff/new_selection", **PLAN)
    assert "The selection LC-2026 was created" in editor.get(answer.headers["location"])
    editor.get("/staff/LC-2026", status=403)


def test_a_wrong_plan_names_every_field_and_keeps_what_was_typed(desk: Desk):
    editor = desk.browser("editor")
    editor.get("/staff/new_selection")
    typed = {**PLAN, "title": "", "reference_date": "soon", "authority": "领导小组甲"}
    page = editor.post("/staff/new_selection", 422, **typed).text
    assert 'href="#title"' in page
    assert 'href="#reference_date"' in page
    assert 'value="领导小组甲"' in page
    with desk.house.database.reading() as session:
        assert session.get(Selection, 2) is None
