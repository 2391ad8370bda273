"""Records at the desk: from a file or typed, every wrong row said, confirmed by the second hand."""

import re

import pytest
from sqlmodel import Session, select

from core.canonical import canonical, fingerprint
from exam.tables import RuleSet
from scoring.queries import record_versions
from scoring.scheme import document_from_toml
from scoring.schemes import scheme_text
from tests.interview.day import in_rows
from tests.web.desk import Desk, problems
from tests.web.selected import CODE, Selected, marked_selection

PATH = f"/staff/{CODE}/records"
VOTES = """
[[parts]]
key = "votes"
name = "民主测评"
name_en = "Assessment"
of = "total"
deducted = true
[ballots.votes]
grades = [{ key = "good", name = "优秀", points = 100 }, { key = "poor", name = "差", points = 0 }]
[[findings]]
key = "veto"
name = "一票否决"
"""


@pytest.fixture
def selected(desk: Desk) -> Selected:
    """Marks are confirmed under a scheme that asks for ballots and findings too."""
    found = marked_selection(desk)
    in_rows(desk.house.database, lambda session: _ask(session, found.course.id))
    return found


def _ask(session: Session, selection_id: int) -> None:
    row = session.exec(select(RuleSet).where(RuleSet.selection_id == selection_id)).one()
    whole = {**document_from_toml(scheme_text() + VOTES), "eligibility": {}}
    row.canonical, row.sha256 = canonical(whole).decode(), fingerprint(whole)
    session.add(row)


def table(selected: Selected, but: str = "") -> bytes:
    lines = [f"{ticket},good,9\n{ticket},poor,1\n" for ticket in selected.course.tickets]
    return ("考生,等次,票数\n" + "".join(lines) + but).encode()


def test_a_file_goes_from_the_clerk_to_the_checker(selected: Selected):
    clerk, checker = selected.browser("clerk"), selected.browser("checker")
    assert "Marks: Assessment" in clerk.get(PATH)
    clerk.get(f"{PATH}/part:votes")
    wrong = {"table": ("v.csv", table(selected, "99999999,good,1\n20260001,good,2\n"))}
    page = clerk.post(f"{PATH}/part:votes", 422, wrong).text
    assert len(problems(page)) == 2
    assert "Row 22" in page
    sent = clerk.post(f"{PATH}/part:votes", 303, {"table": ("v.csv", table(selected))})
    assert sent.headers["location"] == f"{PATH}/part:votes/1"
    assert "Waits for the second hand" in clerk.get(f"{PATH}/part:votes/1")
    assert "Records wait for you to confirm them: 1" in checker.get("/staff")
    page = checker.get(f"{PATH}/part:votes/1")
    [digest] = re.findall(r'name="sha256" value="([0-9a-f]{64})"', page)
    refused = checker.prove(f"{PATH}/part:votes/1", 422, do="decline", sha256=digest).text
    assert "Write the reason" in problems(refused)[0]
    checker.prove(f"{PATH}/part:votes/1", do="confirm", sha256=digest)
    assert "Confirmed by two hands" in checker.get(PATH)


def test_a_table_is_typed_with_every_wrong_cell_marked_and_stands_there_again(selected: Selected):
    clerk = selected.browser("clerk")
    page = clerk.get(f"{PATH}/part:votes/typed")
    assert page.count('name="mark.') == 2 * len(selected.course.tickets)
    assert "优秀" in page
    cells = {f"mark.{n}": "9" for n in range(1, 2 * len(selected.course.tickets) + 1)}
    page = clerk.post(f"{PATH}/part:votes/typed", 422, **(cells | {"mark.3": "９", "mark.4": "1.5"})).text
    assert 'id="mark.3-error"' in page
    assert 'id="mark.4-error"' in page
    assert 'value="1.5"' in page
    clerk.post(f"{PATH}/part:votes/typed", **cells)
    assert clerk.get(f"{PATH}/part:votes/typed").count('value="9"') == len(cells)


def test_nobody_has_a_finding_is_said_by_a_table_without_rows(selected: Selected):
    clerk = selected.browser("clerk")
    clerk.get(f"{PATH}/findings/typed")
    clerk.post(f"{PATH}/findings/typed")
    assert "nobody has any" in clerk.get(f"{PATH}/findings/1")
    [row] = selected.course.read(record_versions, selected.course.id)["findings"]
    assert row.state == "proposed"


def test_a_topic_that_the_scheme_does_not_have_is_not_there(selected: Selected):
    selected.browser("clerk").get(f"{PATH}/lot", 403)
    selected.browser("clerk").get(f"{PATH}/part:votes/7", 403)
