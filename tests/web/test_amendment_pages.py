"""Changing what was announced, at the browsers: proposed, published, shown, told, and another post chosen."""

import re

import pytest
from litestar.testing import TestClient

from exam.queries import amendments_of, posts_of
from exam.vetting import VettingVerdict
from tests.web.applicant import Applicant
from tests.web.desk import Desk, problems
from web.app import make_app
from web.worker import tellings

PATH = "/staff/LC-2026/amendments"
FIELDS = (
    "registration_closes", "interview_on", "exam_site", "exam_site_en", "telephone", "supervision_telephone",
)  # fmt: skip


@pytest.fixture
def announced(desk: Desk) -> Desk:
    desk.create()
    desk.plan()
    desk.announce()
    return desk


def typed(page: str) -> dict[str, str]:
    """What stands in the form, as a browser would send it."""
    found = re.findall(r'id="([\w.]+)" name="[\w.]+" type="[a-z-]+" value="([^"]*)"', page)
    return {name: value for name, value in found if "." in name or name in FIELDS}


def propose(desk: Desk, **changes: str) -> int:
    editor = desk.browser("editor")
    editor.post(PATH, **{**typed(editor.get(PATH)), "reason": "因故调整", **changes})
    with desk.house.database.reading() as session:
        return amendments_of(session, desk.selection_id)[0].id or 0


def visit(desk: Desk) -> str:
    visitor = TestClient(make_app(desk.house))
    visitor.headers["accept-language"] = "en"
    return visitor.get("/s/LC-2026").text


def test_a_change_is_proposed_published_and_shown_as_old_and_new(announced):
    number = propose(announced, exam_site="澜川市第二中学")
    page = announced.browser("editor").get(PATH)
    assert "<del>澜川市第一中学</del>" in page
    assert "<ins>澜川市第二中学</ins>" in page
    assert "What this version changed" not in visit(announced)
    approver = announced.browser("approver")
    approver.get(PATH)
    wrong = approver.post(f"{PATH}/{number}", 422, password="no", code="0").text
    assert problems(wrong) == ["Password or one-time code is not right. Ask for a new code and try again."]
    approver.prove(f"{PATH}/{number}")
    shown = visit(announced)
    assert "What this version changed" in shown
    assert "<del>澜川市第一中学</del>" in shown
    assert "因故调整" in shown
    assert "版" in TestClient(make_app(announced.house)).get("/s/LC-2026").text


def test_nothing_changed_is_nothing_to_propose_and_wrong_figures_are_kept(announced):
    editor = announced.browser("editor")
    standing = typed(editor.get(PATH))
    assert problems(editor.post(PATH, 422, **standing, reason="x").text) == ["Nothing is changed by this."]
    page = editor.post(PATH, 422, **{**standing, "posts.02": "9", "reason": "x"}).text
    assert 'value="9"' in page
    page = editor.post(PATH, 422, **{**standing, "registration_closes": "soon"}).text
    assert 'value="soon"' in page


def test_a_proposal_is_declined(announced):
    number = propose(announced, exam_site="二中")
    approver = announced.browser("approver")
    approver.get(PATH)
    approver.post(f"{PATH}/{number}", do="decline")
    assert "Declined" in approver.get(PATH)
    approver.post(f"{PATH}/999", 403, do="decline")


def test_who_loses_a_post_is_told_and_chooses_another(announced):
    applicant = Applicant(announced)
    path = applicant.start("02")
    applicant.fill(path)
    applicant.submit(path)
    applicant.get(f"{path}/post", 403)
    number = propose(announced, **{"cancel.02": "1"})
    announced.browser("approver").get(PATH)
    announced.browser("approver").prove(f"{PATH}/{number}")
    assert tellings.sweep(announced.house) == 2
    assert tellings.sweep(announced.house) == 0
    outbox = announced.house.settings.data / "outbox"
    sent = [one.read_text("utf-8") for one in sorted(outbox.glob(f"*{applicant.contact}*"))]
    assert len(sent) == 2
    assert "职位02已取消：因故调整" in sent[1]
    page = applicant.get(path)
    assert "Post 02 was cancelled: 因故调整" in page
    assert "You may choose another post until" in page
    choose = applicant.get(f"{path}/post")
    assert "副局长" not in choose  # the cancelled post has no English name
    with announced.house.database.reading() as session:
        first, second = (one.id for one in posts_of(session, announced.selection_id))
    applicant.post(f"{path}/post", 422, post=str(second))
    applicant.post(f"{path}/post", post=str(first))
    returned = applicant.get(path)
    assert "Post changed: Deputy director" in returned
    assert "check this against the conditions of the new post" in returned
    applicant.get(f"{path}/check")
    applicant.submit(path, version=1)
    assert applicant.row(path).version == 2
    assert "cancelled" in visit(announced)
    late = Applicant(announced, 2)
    assert 'value="02"' not in late.get("/my/start/LC-2026")


def test_what_vetting_decided_is_told_in_the_persons_own_words(announced):
    applicant = Applicant(announced)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    reference = path.rpartition("/")[2]
    announced.vet(reference, VettingVerdict.REFUSE)
    assert tellings.sweep(announced.house) == 1
    (sent,) = (announced.house.settings.data / "outbox").glob(f"*{applicant.contact}*")
    assert f"报名{reference}未通过资格审查" in sent.read_text("utf-8")
    assert "has not passed vetting" in applicant.get(path)
