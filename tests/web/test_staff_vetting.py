"""Vetting at the desk: the queue, one registration beside its papers, two hands."""

import re

import pytest

from core.people import Actor, Duty
from exam.actions import confirm_decision, decide_registration, set_terms
from exam.terms import Terms
from exam.vetting import Answer, Decision, RegistrationState, VettingVerdict
from tests.web.applicant import Applicant
from tests.web.desk import Browser, Desk, grant, jpeg, problems

QUEUE = "/staff/LC-2026/vetting"


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A selection whose registration is open."""
    desk.create()
    desk.plan()
    desk.announce()
    return desk


def references(page: str) -> list[str]:
    """The references of the list, in its order."""
    return re.findall(rf'href="{QUEUE}/([A-Z0-9]+)"', page)


def decide(browser: Browser, reference: str, verdict: str, status: int = 303, **fields: str) -> str:
    """The first hand's decision through the page; returns where it leads, or the page that refused it."""
    browser.get(f"{QUEUE}/{reference}")
    answer = browser.post(f"{QUEUE}/{reference}", status, verdict=verdict, version="1", **fields)
    return answer.headers["location"] if status == 303 else answer.text


def second(browser: Browser, reference: str, answer: str, status: int = 303, **fields: str) -> str:
    """The second hand's answer through the page."""
    page = browser.get(f"{QUEUE}/{reference}")
    found = re.search(r'name="decision" value="(\d+)"', page)
    assert found is not None
    fields = {"decision": found[1], "answer": answer, **fields}
    sent = browser.prove(f"{QUEUE}/{reference}/second", status, **fields)
    return sent.headers["location"] if status == 303 else sent.text


# ── the queue ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_queue_says_what_will_come(open_desk: Desk):
    assert "Nobody has registered yet" in open_desk.browser("vetter").get(QUEUE)


def test_the_queue_is_narrowed_and_sorted_by_its_address(open_desk: Desk):
    one = open_desk.submit(1, post=0, unit="乙单位")
    two = open_desk.submit(2, post=1, unit="甲单位")
    three = open_desk.submit(3, post=1, unit="丙单位", birth_date="1970-01-01", exceptions={"1": "破格"})
    vetter = open_desk.browser("vetter")
    assert references(vetter.get(QUEUE)) == [one, two, three]
    assert references(vetter.get(f"{QUEUE}?post={open_desk.posts[1]}")) == [two, three]
    assert references(vetter.get(f"{QUEUE}?doubt=yes")) == [three]
    assert references(vetter.get(f"{QUEUE}?q={one.lower()}")) == [one]
    assert references(vetter.get(f"{QUEUE}?order=submitted&down=1")) == [three, two, one]
    assert references(vetter.get(f"{QUEUE}?order=unit")) == [three, one, two]
    nothing = vetter.get(f"{QUEUE}?status=passed")
    assert "No registration fits" in nothing
    assert f'href="{QUEUE}"' in nothing


def test_a_long_queue_has_pages_whose_links_keep_the_filter(open_desk: Desk):
    for number in range(52):
        open_desk.submit(number)
    vetter = open_desk.browser("vetter")
    first = vetter.get(f"{QUEUE}?order=submitted&status=submitted")
    assert len(references(first)) == 50
    found = re.search(r'href="(\?[^"]*page=2)"', first)
    assert found is not None
    assert "status=submitted" in found[1]
    assert len(references(vetter.get(QUEUE + found[1].replace("&amp;", "&")))) == 2


def test_next_opens_what_is_mine_to_vet_and_says_when_nothing_is_left(open_desk: Desk):
    colleague = open_desk.submit(1, unit="单位vetter")
    mine = open_desk.submit(2)
    vetter = open_desk.browser("vetter")
    assert f"Registration {mine}" in vetter.get(f"{QUEUE}/next?hand=1")
    decide(vetter, mine, "pass")
    page = vetter.get(f"{QUEUE}/next?hand=1")
    assert "Nothing more waits for you here." in page
    assert colleague in page


def test_somebody_without_the_duty_sees_no_registration_and_no_paper(open_desk: Desk):
    reference = open_desk.submit(1)
    page = open_desk.browser("vetter").get(f"{QUEUE}/{reference}")
    found = re.search(rf'src="({QUEUE}/{reference}/papers/[0-9a-f]+)"', page)
    assert found is not None
    clerk = open_desk.browser("clerk")
    for path in (QUEUE, f"{QUEUE}/{reference}", found[1]):
        clerk.get(path, status=403)


def test_a_registration_of_another_selection_is_not_found_here(open_desk: Desk):
    reference = open_desk.submit(1)
    open_desk.posts = []
    open_desk.create("OTHER-1")
    open_desk.browser("vetter").get(f"/staff/OTHER-1/vetting/{reference}", status=403)


# ── one registration ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_paper_that_proves_a_condition_lies_beside_it_and_is_what_was_sent(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    page = vetter.get(f"{QUEUE}/{reference}")
    assert "Certificate of education or degree" in page
    assert "水文与水资源工程" in page
    found = re.search(rf'src="({QUEUE}/{reference}/papers/[0-9a-f]+)"', page)
    assert found is not None
    answer = vetter.client.get(found[1])
    assert answer.content == jpeg(3)
    assert answer.headers["content-type"].startswith("image/jpeg")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_identity_number_is_masked_until_a_look_at_it_is_in_the_journal(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    page = vetter.get(f"{QUEUE}/{reference}")
    assert "1101**********001X" in page
    assert "11010119860501001X" not in page
    assert open_desk.journal("identity.viewed") == []
    shown = vetter.post(f"{QUEUE}/{reference}/identity", 200).text
    assert "11010119860501001X" in shown
    lines = open_desk.journal("identity.viewed")
    assert [line.actor for line in lines] == [f"account:{open_desk.people['vetter'][0]}"]
    assert "11010119860501001X" not in str(lines[0].body)


def test_passed_by_two_hands(open_desk: Desk):
    reference = open_desk.submit(1)
    assert decide(open_desk.browser("vetter"), reference, "pass") == f"{QUEUE}/next?hand=1"
    assert second(open_desk.browser("second"), reference, "agree") == f"{QUEUE}/next?hand=2"
    assert open_desk.row(reference).state == RegistrationState.PASSED


def test_to_refuse_needs_a_condition_and_a_reason_and_keeps_what_was_typed(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    page = decide(vetter, reference, "refuse", 422, reason="  ")
    assert 'href="#condition_number"' in page
    assert 'href="#reason"' in page
    page = decide(vetter, reference, "refuse", 422, reason="任职年限不足，材料3")
    assert "任职年限不足，材料3</textarea>" in page
    decide(vetter, reference, "refuse", reason="任职年限不足", condition_number="3")
    second(open_desk.browser("second"), reference, "agree")
    assert open_desk.row(reference).state == RegistrationState.REFUSED


def test_to_pass_in_spite_of_a_condition_not_met_needs_a_reason(open_desk: Desk):
    reference = open_desk.submit(1, birth_date="1970-01-01", exceptions={"1": "破格"})
    vetter = open_desk.browser("vetter")
    assert 'href="#reason"' in decide(vetter, reference, "pass", 422)
    decide(vetter, reference, "pass", reason="上级批准")
    assert open_desk.row(reference).state == RegistrationState.DECIDED


def test_a_return_names_fields_and_a_deadline(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    page = decide(vetter, reference, "return", 422, correct_until="2020-01-01T10:00")
    assert 'href="#remarks"' in page
    assert 'href="#correct_until"' in page
    fields = {
        "remarks.posts": "缺2015年至2017年",
        "remarks.papers.education": "看不清",
        "correct_until": "2036-01-01T17:30",
    }
    decide(vetter, reference, "return", **fields)
    second(open_desk.browser("second"), reference, "agree")
    row = open_desk.row(reference)
    assert row.state == RegistrationState.RETURNED
    assert row.open_fields["fields"] == {"posts": "缺2015年至2017年", "papers.education": "看不清"}
    assert "缺2015年至2017年" in vetter.get(f"{QUEUE}/{reference}")


def test_what_was_corrected_stands_out_in_the_next_version(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    decide(vetter, reference, "return", correct_until="2036-01-01T17:30", **{"remarks.position": "写明职务"})
    second(open_desk.browser("second"), reference, "agree")
    assert "Corrected" not in vetter.get(f"{QUEUE}/{reference}")
    open_desk.correct(reference, position="科长（正科级）")
    page = vetter.get(f"{QUEUE}/{reference}")
    assert page.count("Corrected") == 1
    assert "科长（正科级）" in page


def test_the_second_hand_refers_back_only_with_a_reason(open_desk: Desk):
    reference = open_desk.submit(1)
    decide(open_desk.browser("vetter"), reference, "pass")
    other = open_desk.browser("second")
    assert 'href="#second_reason"' in second(other, reference, "disagree", 422)
    second(other, reference, "disagree", second_reason="学位证书未见")
    assert open_desk.row(reference).state == RegistrationState.REFERRED
    assert "学位证书未见" in open_desk.browser("vetter").get(f"{QUEUE}/{reference}")


def test_without_a_fresh_proof_the_second_hand_does_nothing(open_desk: Desk):
    reference = open_desk.submit(1)
    decide(open_desk.browser("vetter"), reference, "pass")
    page = second(open_desk.browser("second"), reference, "agree", 422, code="000000")
    assert 'href="#code"' in page
    assert open_desk.row(reference).state == RegistrationState.DECIDED


def test_a_refused_second_hand_can_still_change_the_language_and_ask_for_a_code(open_desk: Desk):
    reference = open_desk.submit(1)
    decide(open_desk.browser("vetter"), reference, "pass")
    other = open_desk.browser("second")
    page = second(other, reference, "disagree", 422)
    assert f'name="back" value="{QUEUE}/{reference}"' in page
    assert f"Registration {reference}" in other.get(f"{QUEUE}/{reference}/second?lang=en")


def test_a_vetter_cannot_take_the_second_hand(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    decide(vetter, reference, "pass")
    assert "waits for the second hand" in vetter.get(f"{QUEUE}/{reference}")
    vetter.post(f"{QUEUE}/{reference}/second", 403, decision="1", answer="agree")


def test_a_colleague_of_the_candidate_is_refused_with_the_reason(open_desk: Desk):
    reference = open_desk.submit(1, unit="单位vetter")
    page = decide(open_desk.browser("vetter"), reference, "pass", 403)
    assert any("same unit" in one for one in problems(page))


def test_a_version_that_was_submitted_again_meanwhile_is_shown_first(open_desk: Desk):
    reference = open_desk.submit(1)
    vetter = open_desk.browser("vetter")
    vetter.get(f"{QUEUE}/{reference}")
    page = vetter.post(f"{QUEUE}/{reference}", 409, verdict="pass", version="7").text
    assert "submitted again meanwhile" in page


def test_the_start_page_counts_what_waits_for_each_hand(open_desk: Desk):
    one, _ = open_desk.submit(1), open_desk.submit(2)
    decide(open_desk.browser("vetter"), one, "pass")
    assert "To vet: 1" in open_desk.browser("vetter").get("/staff")
    assert "To confirm or refer back: 1" in open_desk.browser("second").get("/staff")


# ── the second hand apart ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_hand_apart_sees_no_verdict_and_a_third_decides_where_both_differ(desk: Desk):
    desk.create()
    desk.plan()
    desk.run(set_terms, desk.by("editor"), desk.selection_id, Terms(blind=True), at=-25)
    desk.announce()
    reference = desk.submit(0)
    path = f"/staff/LC-2026/vetting/{reference}"
    vetter, second = desk.browser("vetter"), desk.browser("second")
    vetter.get(path)
    vetter.post(path, verdict="refuse", condition_number="2", reason="证书查询不到", version="1")
    seen = second.get(path)
    assert "证书查询不到" not in seen
    assert "You do not see the first verdict." in seen
    assert "condition 2" not in second.get("/staff/LC-2026/vetting")
    assert problems(second.post(f"{path}/second", 422, verdict="pass", version="1").text)
    second.prove(f"{path}/second", verdict="pass", version="1")
    assert desk.row(reference).state == "disputed"
    assert "Without having seen it: Pass" in second.get(path)
    assert "Two hands differ" not in second.get(path)
    desk.run(grant, Actor(label="job:test"), desk.selection_id, {desk.people["stranger"][0]: Duty.SECOND_VETTER})
    third = desk.browser("stranger")
    assert "Two hands differ. What you decide takes effect at once." in third.get("/staff/LC-2026/vetting/next?hand=3")
    third.prove(f"{path}/second", verdict="refuse", condition_number="2", reason="证书查询不到", version="1")
    assert desk.row(reference).state == "refused"


def test_an_appeal_goes_from_the_candidates_page_to_the_answer(desk: Desk):
    desk.create()
    desk.plan()
    desk.announce()
    applicant = Applicant(desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    applicant.get(f"{path}/appeal", 403)
    reference = path.rpartition("/")[2]
    key, decision = desk.row(reference).id, Decision(VettingVerdict.REFUSE, 1, "超龄")
    moment = -0.001
    first = desk.run(decide_registration, desk.by("vetter"), key, decision, version=1, at=moment)
    desk.run(confirm_decision, desk.by("second", moment), first, Answer.AGREE, at=moment)
    assert "Appeal against this" in applicant.get(path)
    assert "超龄" in applicant.get(f"{path}/appeal")
    assert problems(applicant.post(f"{path}/appeal", 422, text=" ").text) == ["Fill this in."]
    applicant.post(f"{path}/appeal", text="出生日期以档案为准")
    page = applicant.get(path)
    assert "Waits for an answer" in page
    assert "Appeal against this" not in page
    desk_path = f"{QUEUE}/{reference}"
    second = desk.browser("second")
    assert "Appeals that wait for an answer: 1" in second.get(QUEUE)
    assert "Somebody who did not decide" in second.get(desk_path)
    desk.run(grant, Actor(label="job:test"), desk.selection_id, {desk.people["stranger"][0]: Duty.SECOND_VETTER})
    other = desk.browser("stranger")
    assert "出生日期以档案为准" in other.get(desk_path)
    appeal = re.search(r'name="appeal" value="(\d+)"', other.get(desk_path))
    assert appeal
    other.post(f"{desk_path}/appeal", 422, appeal=appeal[1], answer="核对属实", uphold="yes")
    other.prove(f"{desk_path}/appeal", appeal=appeal[1], answer="核对属实", uphold="yes")
    assert desk.row(reference).state == "submitted"
    assert "核对属实" in applicant.get(path)


def test_what_registrations_share_is_listed_for_people_to_judge(desk: Desk):
    desk.create()
    desk.plan()
    desk.announce()
    first, second = desk.submit(0), desk.submit(128)  # the pictures of both are the same, their people differ
    desk.submit(3)
    vetter = desk.browser("vetter")
    page = vetter.get(f"{QUEUE}/shared")
    assert "the same photo" in page
    assert "the same paper" in page
    assert "<b>the same identity number" not in page
    assert page.count(first) == page.count(second) == 4
