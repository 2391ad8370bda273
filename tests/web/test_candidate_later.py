"""A candidate's pages after the receipt: correction, refusal, giving up, the ticket, the copy of their data."""

import json
from datetime import timedelta

import pytest

from exam import actions
from exam.vetting import Answer, Decision, VettingVerdict
from tests.web.applicant import Applicant
from tests.web.desk import Desk, jpeg


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A selection whose registration is open."""
    desk.create()
    desk.plan()
    desk.announce()
    return desk


def returned(desk: Desk, path: str, applicant: Applicant, **remarks: str) -> None:
    """Both hands return a registration for correction."""
    row = applicant.row(path)
    decision = Decision(VettingVerdict.RETURN, remarks=remarks, correct_until=desk.now + timedelta(days=3))
    first = desk.run(actions.decide_registration, desk.by("vetter"), row.id, decision, version=row.version)
    desk.run(actions.confirm_decision, desk.by("second"), first, Answer.AGREE)


def vetted(desk: Desk, path: str, applicant: Applicant, decision: Decision) -> None:
    row = applicant.row(path)
    first = desk.run(actions.decide_registration, desk.by("vetter"), row.id, decision, version=row.version)
    desk.run(actions.confirm_decision, desk.by("second"), first, Answer.AGREE)


# ── returned, refused, passed ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_returned_shows_each_remark_and_only_those_fields_can_be_changed(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    returned(open_desk, path, applicant, position="写全称", **{"papers.photo": "看不清"})
    page = applicant.get(path)
    assert "The vetter writes: 写全称" in page
    assert page.count("To be changed") == 2
    fields = applicant.get(f"{path}/person")
    assert 'name="position"' in fields
    assert 'name="unit"' not in fields
    applicant.post(f"{path}/person", position="示例区水利局规划科科长", unit="偷偷改的单位")
    assert applicant.get(path).count("To be changed") == 1
    applicant.send(path, "photo", jpeg(250))
    applicant.send(path, "education", jpeg(251), 422)
    applicant.get(f"{path}/posts/1", 403)
    applicant.post(f"{path}/posts/2", 422, was="new", unit="甲", title="乙", since="2020-01", until="")
    assert "To be changed" not in applicant.get(path)
    applicant.submit(path, version=1)
    answers = applicant.get(f"{path}/answers")
    assert "示例区水利局规划科科长" in answers
    assert "偷偷改的单位" not in answers
    assert applicant.row(path).version == 2


def test_a_refusal_names_the_condition_and_the_reason(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    vetted(open_desk, path, applicant, Decision(VettingVerdict.REFUSE, 2, "学历证书与填写不符"))
    page = applicant.get(path)
    assert "Condition 2 is not met: Education: undergraduate or above." in page
    assert "学历证书与填写不符" in page


def test_between_the_two_hands_the_candidate_sees_only_that_vetting_goes_on(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    before = applicant.get(path)
    refuse = Decision(VettingVerdict.REFUSE, 2, "学历证书与填写不符")
    open_desk.run(actions.decide_registration, open_desk.by("vetter"), applicant.row(path).id, refuse, version=1)
    after = applicant.get(path)
    assert applicant.row(path).state == "decided"
    assert after == before


# ── giving up ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_giving_up_needs_a_tick_and_allows_another_post_with_what_was_filled_in(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start("01")
    applicant.fill(path)
    applicant.submit(path)
    assert "Tick the box" in applicant.post(f"{path}/withdraw", 422).text
    applicant.post(f"{path}/withdraw", sure="1")
    assert "Given up" in applicant.get(path)
    again = applicant.start("02")
    assert "示例区水利局" in applicant.get(f"{again}/person")
    assert "Can be submitted" in applicant.get(again)


def test_somebody_on_duty_here_cannot_register(open_desk):
    browser = open_desk.browser("vetter")
    browser.get("/my/start/LC-2026")
    assert "You hold a duty in this selection" in browser.post("/my/start/LC-2026", 403, post="01").text


# ── the ticket, and the copy ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ticketed(open_desk: Desk) -> tuple[Desk, Applicant, str]:
    """A candidate with a ticket; registration has closed meanwhile."""
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    vetted(open_desk, path, applicant, Decision(VettingVerdict.PASS))
    row = applicant.row(path)
    issued = open_desk.closes + 0.5
    open_desk.run(actions.issue_tickets, open_desk.by("officer"), open_desk.selection_id, [row.id], 30, at=issued)
    return open_desk, applicant, path


def test_the_ticket_shows_number_room_seat_and_each_paper(ticketed):
    _, applicant, path = ticketed
    page = applicant.get(f"{path}/ticket")
    assert "20260001" in page
    assert "Common paper" in page
    assert "Professional paper" in page
    assert applicant.name in page
    assert applicant.identity not in page
    assert f'src="{path}/photo"' in page


def test_the_ticket_is_a_pdf_with_the_same_bytes_each_time(ticketed):
    _, applicant, path = ticketed
    first, second = (applicant.client.get(f"{path}/ticket.pdf") for _ in range(2))
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


def test_before_a_ticket_is_issued_there_is_none(open_desk):
    applicant = Applicant(open_desk)
    applicant.get(applicant.start() + "/ticket", 403)


def test_giving_up_with_a_ticket_ends_the_candidacy(ticketed):
    desk, applicant, path = ticketed
    assert "This cannot be taken back." in applicant.get(f"{path}/withdraw")
    applicant.post(f"{path}/withdraw", sure="1")
    assert len(desk.journal("candidacy.noted")) == 1
    page = applicant.get(path)
    assert "withdrew" in page
    assert "Give up this selection" not in page


def test_the_copy_holds_everything_of_the_person_and_nothing_of_anybody_else(ticketed):
    desk, applicant, _ = ticketed
    other = Applicant(desk, 2)
    copy = json.loads(applicant.get("/my/data.json"))
    assert copy["person"]["identity_number"] == applicant.identity
    (registration,) = copy["registrations"]
    assert registration["form"]["unit"] == "示例区水利局"
    assert registration["candidacy"]["ticket_number"] == "20260001"
    assert [one["verdict"] for one in registration["decisions"]] == ["pass"]
    assert "person_id" not in json.dumps(copy)
    assert json.loads(other.get("/my/data.json"))["registrations"] == []
