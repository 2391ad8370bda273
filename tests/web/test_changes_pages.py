"""Opening ratio, stepping in and allotting posts at the desk."""

import re

import pytest
from sqlmodel import Session, select

from core.canonical import canonical, fingerprint
from exam.tables import Post, RuleSet
from scoring.queries import allotments, openings, replacements
from scoring.scheme import document_from_toml
from scoring.schemes import scheme_text
from tests.interview.day import in_rows
from tests.web.desk import Desk, problems
from tests.web.selected import CODE, Selected, marked_selection

PATH = f"/staff/{CODE}"


def under(desk: Desk, more: str, *, group: str = "", before: str = "", after: str = "") -> Selected:
    """Marks are confirmed under the ready scheme with something more."""
    found = marked_selection(desk)

    def rewrite(session: Session) -> None:
        row = session.exec(select(RuleSet).where(RuleSet.selection_id == found.course.id)).one()
        whole = {**document_from_toml(scheme_text().replace(before, after, 1) + more), "eligibility": {}}
        row.canonical, row.sha256 = canonical(whole).decode(), fingerprint(whole)
        session.add(row)
        for post in session.exec(select(Post).where(Post.selection_id == found.course.id)):
            post.closed_group = group
            session.add(post)

    in_rows(desk.house.database, rewrite)
    return found


def test_the_opening_ratio_goes_from_editor_to_approver_and_to_the_public(desk: Desk):
    selected = under(desk, "\n[opening]\nper_place = 3\n")
    editor, approver = selected.browser("editor"), selected.browser("approver")
    editor.get(f"{PATH}/opening")
    editor.post(f"{PATH}/opening", do="propose")
    assert "Waits for the second hand" in editor.get(f"{PATH}/opening")
    approver.get(f"{PATH}/opening")
    refused = approver.prove(f"{PATH}/opening", 422, do="decline", version="1").text
    assert "Write the reason" in problems(refused)[0]
    approver.prove(f"{PATH}/opening", do="agree", version="1")
    (row,) = selected.course.read(openings, selected.course.id)
    assert [(one["places"], one["open"]) for one in row.posts] == [(1, 1), (2, 1)]
    page = selected.anyone().get(f"/s/{CODE}").text
    [address] = re.findall(rf'href="(/s/{CODE}/p/\d+)">Posts opened', page)
    assert "Stay open" in selected.anyone().get(address).text


def test_the_next_in_order_steps_in_and_the_public_reads_it_by_number(desk: Desk):
    selected = under(desk, "\n[replacement.failed_physical]\n").ranked().proposed().confirmed()
    clerk, secretary, checker = (selected.browser(one) for one in ("tally", "secretary", "tallycheck"))
    results = selected.outcome()["results"]
    gone = next(one["candidate"] for one in results if one["entered"] and one["post"] == "01")
    assert "did not pass the physical" in clerk.get(f"{PATH}/replacements")
    refused = clerk.post(f"{PATH}/replacements", 422, do="propose", ticket=gone, event="failed_physical", reason="")
    assert problems(refused.text)
    clerk.post(f"{PATH}/replacements", do="propose", ticket=gone, event="failed_physical", reason="体检不合格")
    page = secretary.get(f"{PATH}/replacements")
    assert f"for {gone}" in page
    secretary.prove(f"{PATH}/replacements", do="agree", number="1")
    (row,) = selected.course.read(replacements, selected.course.id)
    assert row.state == "confirmed"
    assert "stepped in" in secretary.get(f"{PATH}/names")
    checker.get(f"{PATH}/replacements")
    checker.post(f"{PATH}/replacements", do="publish", number="1")
    page = selected.anyone().get(f"/s/{CODE}").text
    [address] = re.findall(rf'href="(/s/{CODE}/p/\d+)">Somebody steps in', page)
    assert gone in selected.anyone().get(address).text


def test_posts_of_a_group_are_allotted(desk: Desk):
    selected = under(desk, "", group="副处级", before='within = "post"', after='within = "group"')
    selected.ranked().proposed().confirmed()
    clerk, secretary = selected.browser("tally"), selected.browser("secretary")
    page = clerk.get(f"{PATH}/allotment")
    one, *_ = re.findall(r'id="post\.(\d+)"', page)
    refused = clerk.post(f"{PATH}/allotment", 422, do="propose", **{f"post.{one}": "02"}).text
    assert "Write the reason" in problems(refused)[0]
    clerk.post(f"{PATH}/allotment", do="propose", **{f"post.{one}": "02", f"reason.{one}": "适岗"})
    secretary.get(f"{PATH}/allotment")
    secretary.prove(f"{PATH}/allotment", do="agree", version="1")
    assert selected.course.read(allotments, selected.course.id)[0].state == "confirmed"
    assert "适岗" in clerk.get(f"{PATH}/allotment")


@pytest.mark.parametrize("area", ["opening", "replacements", "allotment"])
def test_what_a_scheme_does_not_have_is_said(desk: Desk, area: str):
    selected = marked_selection(desk)
    page = selected.browser("tally").get(f"{PATH}/{area}")
    assert "<textarea" not in page
