"""What anyone may read: announcements and results as published, by ticket number; never a name or identity number."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session, select

from core import audit
from core.people import Actor, Power
from exam import actions
from exam.marking import MarkEntry, MarkState, Paper
from exam.plan import PublicationKind
from exam.queries import in_force, publication
from exam.tables import Registration, Selection
from scoring.actions import publish_written_results
from scoring.queries import scheme_of
from scoring.tables import TallyRow
from tests.web.desk import STAFF, Desk
from tests.web.tallies import candidate, composite, judged
from web.app import make_app
from web.results import candidate_lines

PAPERS = (Paper("common", "公共科目", Decimal(100)), Paper("professional", "专业科目", Decimal(100)))


@pytest.fixture
def visitor(desk: Desk) -> TestClient[Litestar]:
    """Somebody who is not signed in and reads English."""
    client = TestClient(make_app(desk.house))
    client.headers["accept-language"] = "en"
    return client


@pytest.fixture
def announced(desk: Desk) -> Desk:
    desk.create()
    desk.plan()
    desk.announce()
    return desk


def read(visitor: TestClient[Litestar], path: str, status: int = 200) -> str:
    answer: Response = visitor.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.text[-500:])
    return answer.text


# ── announcements ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_before_the_announcement_nothing_is_to_be_seen(desk, visitor):
    desk.create()
    desk.plan()
    assert "No selection is announced at present" in read(visitor, "/")
    read(visitor, "/s/LC-2026", 403)


def test_a_selection_that_does_not_exist_gets_the_same_answer_as_a_draft(desk, visitor):
    desk.create()
    draft, missing = read(visitor, "/s/LC-2026", 403), read(visitor, "/s/LC-9999", 403)
    assert draft.replace("LC-2026", "") == missing.replace("LC-9999", "")


def test_what_is_open_stands_first_with_its_deadline(announced, visitor):
    page = read(visitor, "/")
    assert page.index("Open for registration") < page.index("Open selection of deputy directors, Lanchuan")
    assert "Register by" in page
    assert re.search(r"days left: \d", page)


@pytest.mark.parametrize(("asked", "found"), [("lanchuan", True), ("LC-2026", True), ("领导小组", True), ("x", False)])
def test_search_finds_by_title_code_and_authority(announced, visitor, asked, found):
    page = visitor.get("/", params={"q": asked}).text
    assert ("/s/LC-2026" in page) is found
    assert ("Nothing found for" in page) is not found


def test_what_is_searched_for_is_shown_as_text(announced, visitor):
    page = visitor.get("/", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page


def test_the_announcement_says_posts_conditions_formula_example_and_digest(announced, visitor):
    page = read(visitor, "/s/LC-2026")
    with announced.house.database.reading() as session:
        rules = in_force(session, announced.selection_id)
        assert rules is not None
    for said in (
        "Deputy director", "Water Bureau", "Age 45 or under, counted to 30 September 2026.",
        "Education: undergraduate or above.", "Years of work: at least 5.", "An example, calculated through",
        rules.sha256, "Start registration", 'href="/my/start/LC-2026"',
    ):  # fmt: skip
        assert said in page
    assert re.search(r"Composite mark ＝ Written mark × <b>50%</b> ＋ Interview mark × <b>50%</b>", page)


def test_the_announcement_is_whole_in_chinese(announced, visitor):
    visitor.headers["accept-language"] = "zh-CN"
    page = read(visitor, "/s/LC-2026")
    for said in ("成绩怎么算", "45周岁以下", "算一遍给你看", "各职位都要具备", "职位01另外要具备"):
        assert said in page


def test_each_publication_shows_its_number_code_and_digest(announced, visitor):
    page = read(visitor, "/s/LC-2026/p/1")
    assert "No. 1, version 1" in page
    assert re.search(r"<dd>[0-9A-F]{4}-[0-9A-F]{4}</dd>", page)
    assert re.search(r"<dd>[0-9a-f]{64}</dd>", page)


def test_a_number_never_published_does_not_exist(announced, visitor):
    read(visitor, "/s/LC-2026/p/2", 403)
    read(visitor, "/s/LC-2026/p/x", 404)


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def written(desk: Desk, tickets: list[str], marks: Mapping[int, str]) -> None:
    """Written marks entered by two hands, confirmed by a third, published."""
    lines = []
    for row, ticket in enumerate(tickets):
        for paper in PAPERS:
            given = marks.get(row, "80.5")
            entry = MarkEntry(ticket, paper.key, MarkState.PRESENT, None, row)
            state = given in set(MarkState)
            lines.append(replace(entry, state=MarkState(given)) if state else replace(entry, mark=Decimal(given)))
    for hand, name in ((1, "clerk"), (2, "other_clerk")):
        desk.run(actions.load_entry, desk.by(name), desk.selection_id, hand, lines, PAPERS)
    desk.run(actions.confirm_marks, desk.by("checker"), desk.selection_id, PAPERS)
    desk.run(publish_written_results, publisher(desk), desk.selection_id)


def publisher(desk: Desk) -> Actor:
    return desk.by("approver")


def publish_composite(session: Session, actor: Actor, desk: Desk, outcome: dict[str, Any], *, now: datetime) -> None:
    """A composite tally with its publication, as publish_tally leaves them."""
    actor.require(Power.SCORING_RESULT_PUBLISH, desk.selection_id)
    rules = in_force(session, desk.selection_id)
    assert rules is not None
    shown = {**outcome, "results": [{k: v for k, v in one.items() if k != "steps"} for one in outcome["results"]]}
    digests = {"id": 1, "version": 1, "scheme": rules.sha256, "inputs": "a" * 64, "outcome": "b" * 64}
    content = {"tally": digests, "outcome": shown}
    published = actions.publish(session, actor, desk.selection_id, PublicationKind.COMPOSITE, content, now=now)
    digest = rules.sha256
    row = TallyRow(
        selection_id=desk.selection_id, kind="composite", version=1, scheme_sha256=digest, input_sha256="a" * 64,
        inputs={}, outcome=outcome, outcome_sha256="b" * 64, computed_by=1, computed_device="d", computed_at=now,
        publication_id=published.id,
    )  # fmt: skip
    session.add(row)
    audit.record(session, actor, "tally.published", now, scope=desk.selection_id)


def ranked(desk: Desk) -> list[str]:
    """A published composite of three candidates, two of them heard; the written marks are published before."""
    tickets = desk.ticketed(3)
    written(desk, tickets, {2: "absent"})
    with desk.house.database.reading() as session:
        rules = in_force(session, desk.selection_id)
        assert rules is not None
        scheme = scheme_of(rules.canonical)
    heard = [candidate(n, "80.5", sheets={"interview": judged(scheme, n)}, rooms={"interview": "A"}) for n in (1, 2)]
    desk.run(publish_composite, publisher(desk), desk, composite(scheme, heard))
    return tickets


def test_written_marks_stand_by_ticket_number_with_all_decimals_and_states_in_words(desk, visitor):
    tickets = desk.ticketed(3)
    written(desk, tickets, {0: "81", 2: "absent"})
    page = read(visitor, "/s/LC-2026/p/2")
    rows = dict(re.findall(r"<tr><td>(\d+)</td><td class=\"number\">([^<]+)</td>", page))
    assert rows == {tickets[0]: "81.00", tickets[1]: "80.50", tickets[2]: "absent"}


def test_the_ranking_links_each_number_to_its_explanation(desk, visitor):
    tickets = ranked(desk)
    page = read(visitor, "/s/LC-2026/p/3")
    assert f'href="/s/LC-2026/p/3/why/{tickets[0]}"' in page
    assert "“Proposed names for investigation”: 3 wanted" in page
    found = read(visitor, f"/s/LC-2026/p/3/why/{tickets[0]}")
    assert "<del>" in found
    assert "In ascending order, without seats." in found
    assert "rounded half up to 2 decimals" in found
    assert not re.search(r"seat \d", found)
    read(visitor, "/s/LC-2026/p/3/why/20269999", 403)


def test_the_explanation_is_whole_in_chinese(desk, visitor):
    tickets = ranked(desk)
    visitor.headers["accept-language"] = "zh-CN"
    found = read(visitor, f"/s/LC-2026/p/3/why/{tickets[1]}")
    assert "为什么是第" in found
    assert "四舍五入取2位小数" in found
    assert "从低到高排列，不显示席位" in found


def test_no_public_page_shows_a_name_an_identity_number_or_a_reference(desk, visitor):
    tickets = ranked(desk)
    pages = ["/", "/s/LC-2026", *(f"/s/LC-2026/p/{n}" for n in (1, 2, 3)), f"/s/LC-2026/p/3/why/{tickets[0]}"]
    with desk.house.database.reading() as session:
        references = [row.reference for row in _registrations(session)]
    hidden = [*references, "考生", "110101198605", "示例区水利局", *(f"职员{name}" for name in STAFF)]
    for path in pages:
        page = read(visitor, path)
        assert [one for one in hidden if one in page] == []


def _registrations(session: Session) -> list[Registration]:
    found = list(session.exec(select(Registration)))
    assert len(found) == 3
    return found


def test_an_older_version_says_that_a_newer_one_replaces_it(announced, visitor):
    desk = announced
    with desk.house.database.reading() as session:
        first = publication(session, desk.selection_id, 1)
        assert first is not None
        content = {**first.content, "selection": {**first.content["selection"], "exam_site": "澜川市第九中学"}}
    desk.run(actions.publish, publisher(desk), desk.selection_id, PublicationKind.ANNOUNCEMENT, content)
    assert "There is a newer version" in read(visitor, "/s/LC-2026/p/1")
    assert "澜川市第一中学" in read(visitor, "/s/LC-2026/p/1")
    newest = read(visitor, "/s/LC-2026")
    assert "澜川市第九中学" in newest
    assert "There is a newer version" not in newest


def test_the_candidate_sees_what_was_published_about_their_number(desk):
    tickets = ranked(desk)
    with desk.house.database.reading() as session:
        selection = session.get_one(Selection, desk.selection_id)
        newest, older = candidate_lines(session, selection, tickets[0])
        assert (newest.href, newest.sheet, older.sheet) == ("/s/LC-2026/p/3", 3, 0)
        assert [str(name) for name, _ in newest.figures][-1] == "名次"
        assert [figure for _, figure in older.figures] == ["80.50", "80.50"]
        absent = candidate_lines(session, selection, tickets[2])
    assert [str(figure) for _, figure in absent[0].figures] == ["absent", "absent"]
