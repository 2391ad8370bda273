"""Recounts, corrections, corrected versions and the gate, at the browsers of everybody who meets them."""

import re

import pytest

from scoring import actions
from scoring.queries import COMPOSITE, corrections
from tests.scoring.course import APPROVER
from tests.web.desk import Desk, problems
from tests.web.selected import CODE, Selected, marked_selection

PATH = f"/staff/{CODE}"
FIRST, OTHER = "20260001", "20260003"
REPLY = "经两人复核,面试成绩无误。"


@pytest.fixture
def ranked(desk: Desk) -> Selected:
    """The composite is published."""
    return marked_selection(desk).ranked()


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def numbers(page: str) -> set[str]:
    """Ticket numbers on a page."""
    return set(re.findall(r"\b2026\d{4}\b", words(page)))


def ask(selected: Selected, ticket: str = FIRST, mark: str = "composite:interview") -> int:
    who, own = selected.own(ticket)
    who.get(f"{own}/reviews")
    answer = who.post(f"{own}/reviews", mark=mark, reason="请核对合分")
    return int(answer.headers["location"].rpartition("/")[2])


def corrected(selected: Selected, seat: str, value: str, ticket: str = FIRST) -> None:
    clerk, checker = selected.browser("tally"), selected.browser("tallycheck")
    clerk.get(f"{PATH}/corrections/new?ticket={ticket}")
    answer = clerk.post(
        f"{PATH}/corrections/new", ticket=ticket, place=f"interview/expert/{seat}/analysis", after=value, cause="entry",
        reason="与签名的评分表不符",
    )  # fmt: skip
    where = answer.headers["location"]
    checker.get(where)
    checker.prove(where, do="agree")


# ── a recount ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_recount_goes_from_the_candidate_through_two_hands_and_back(ranked: Selected):
    who, own = ranked.own(FIRST)
    assert "Recount of my marks" in who.get(own)
    page = who.get(f"{own}/reviews")
    assert page.count('name="mark"') == 4
    answer = who.post(f"{own}/reviews", 422, mark="composite:interview", reason="")
    assert problems(answer.text) == ["Fill this in."]
    where = who.post(f"{own}/reviews", mark="composite:interview", reason="请核对合分").headers["location"]
    assert "Received" in who.get(where)
    clerk, checker = ranked.browser("tally"), ranked.browser("tallycheck")
    assert "Requests for a recount to be counted again: 1" in clerk.get("/staff")
    desk = f"{PATH}/reviews/{where.rpartition('/')[2]}"
    assert "请核对合分" in clerk.get(desk)
    answer = clerk.post(desk, 422, do="record", record="核对9张评分表", reply=REPLY)
    assert problems(answer.text) == ["Say what was looked at."]
    assert REPLY in answer.text
    clerk.post(desk, do="record", scope=["addition", "entry"], record="核对9张评分表", reply=REPLY)
    assert REPLY not in who.get(where)
    assert "You counted this" not in clerk.get(desk)
    assert "wait for you as the second hand: 1" in checker.get("/staff")
    checker.get(desk)
    checker.post(desk, 422, do="agree", password="wrong", code="000000")
    checker.prove(desk, do="agree")
    page = who.get(where)
    assert REPLY in page
    assert "no mistake; the mark stands" in page
    assert "核对9张评分表" not in page
    copy = who.client.get("/my/data.json").json()["registrations"][0]["candidacy"]["recounts"]
    assert [(one["part"], one["answer"], one["corrected"]) for one in copy] == [("interview", REPLY, False)]
    assert "职员" not in page
    answer = who.post(f"{own}/reviews", 422, mark="composite:interview", reason="再核")
    assert problems(answer.text) == ["Choose one of these."]


def test_a_recount_is_nobody_elses(ranked: Selected):
    review = ask(ranked)
    stranger, own = ranked.own(OTHER)
    stranger.get(f"{own}/reviews/{review}", 403)
    for name in ("vetter", "member", "secretary", "editor"):
        ranked.browser(name).get(f"{PATH}/reviews/{review}", 403)
    page = ranked.browser("supervisor").get(f"{PATH}/reviews/{review}")
    assert "请核对合分" in page
    assert "<textarea" not in page


def test_a_mark_without_publication_has_no_recount(desk: Desk):
    selected = marked_selection(desk)
    who, own = selected.own(FIRST)
    assert "Nothing is published about you yet" in who.get(f"{own}/reviews")
    assert "Recount of my marks" not in who.get(own)


# ── a correction ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_needs_a_mark_that_may_stand_and_another_hand(ranked: Selected):
    clerk, checker = ranked.browser("tally"), ranked.browser("tallycheck")
    page = clerk.get(f"{PATH}/corrections/new?ticket={FIRST}")
    assert page.count("<option") == 1 + 2 + 9 * 6
    fields = {"ticket": FIRST, "cause": "entry", "reason": "登错"}
    answer = clerk.post(f"{PATH}/corrections/new", 422, place="common", after="101", **fields)
    assert "101" in problems(answer.text)[0]
    answer = clerk.post(f"{PATH}/corrections/new", 422, place="interview/expert/2/analysis", after="缺考", **fields)
    assert problems(answer.text) == ["“absent” is not a mark."]
    where = clerk.post(f"{PATH}/corrections/new", place="common", after="absent", **fields).headers["location"]
    assert "Waits for the second hand" in clerk.get(where)
    clerk.post(where, 403, do="agree")
    page = checker.get(where)
    assert ("登错" in page, "<dd>88</dd>" in page, "absent" in page) == (True, True, True)
    answer = checker.prove(where, 422, do="decline", answer="")
    assert problems(answer.text) == ["Fill this in."]
    checker.prove(where, do="decline", answer="试卷上有分")
    assert "试卷上有分" in clerk.get(where)


def test_nobody_without_a_number_has_marks_to_correct(ranked: Selected):
    page = ranked.browser("tally").get(f"{PATH}/corrections/new?ticket=20269999")
    assert "Nobody has this ticket number" in page
    assert "<select" not in page


def test_a_corrected_result_names_the_old_one_and_whom_it_moved(ranked: Selected):
    before = ranked.outcome()
    for seat in "234567":
        corrected(ranked, seat, "0")
    clerk, checker = ranked.browser("tally"), ranked.browser("tallycheck")
    assert "Marks were corrected since this was published" in clerk.get(f"{PATH}/results")
    assert "To be computed again corrected: Composite scores" in clerk.get("/staff")
    clerk.post(f"{PATH}/results/composite/compute")
    page = checker.get(f"{PATH}/results/composite")
    assert "This version corrects the one that is published" in page
    changes = checker.get(f"{PATH}/results/composite/2/changes")
    assert words(changes).count("wrongly entered") == 6
    assert "与签名的评分表不符" in changes
    assert "职员tally" in changes
    checker.prove(f"{PATH}/results/composite/2")
    visitor = ranked.anyone()
    page = visitor.get(f"/s/{CODE}/p/5").text
    assert "This is a corrected version" in page
    assert f'href="/s/{CODE}/p/4"' in page
    assert "asked for by then in one" in page
    assert FIRST in page.partition("Who moved")[2].partition("</table>")[0]
    assert "与签名的评分表不符" not in page
    old = visitor.get(f"/s/{CODE}/p/4").text
    assert "There is a newer version" in old
    assert "This is a corrected version" not in old
    who, own = ranked.own(FIRST)
    assert "There is a newer version" in who.get(f"{own}/why/4")
    assert "There is a newer version" not in who.get(f"{own}/why/5")
    assert ranked.course.read(lambda session: len(corrections(session, ranked.course.id))) == 6
    assert before != ranked.outcome()


def test_the_committee_sees_what_a_correction_changed(ranked: Selected):
    ranked.proposed().confirmed()
    member = ranked.browser("member")
    assert f"/committee/{CODE}/changes" not in member.get(f"/committee/{CODE}")
    assert "was not corrected" in member.get(f"/committee/{CODE}/changes")
    corrected(ranked, "2", "10", OTHER)
    ranked.course.accept(COMPOSITE)
    ranked.course.publish(COMPOSITE)
    page = member.get(f"/committee/{CODE}/changes")
    assert "wrongly entered" in page
    assert OTHER in page
    assert f"/committee/{CODE}/changes" in member.get(f"/committee/{CODE}")
    names = ranked.browser("tally").get(f"{PATH}/names")
    assert "The ranking was corrected since these names were proposed" in names
    assert "Propose names by rank" in names


def test_corrected_written_marks_are_published_again(ranked: Selected):
    clerk, checker, approver = (ranked.browser(name) for name in ("tally", "tallycheck", "approver"))
    clerk.get(f"{PATH}/corrections/new?ticket={OTHER}")
    where = clerk.post(
        f"{PATH}/corrections/new", ticket=OTHER, place="common", after="87.5", cause="addition", reason="合分少1.5"
    ).headers["location"]
    checker.get(where)
    checker.prove(where, do="agree")
    assert "Corrected written marks are to be published again" in approver.get("/staff")
    assert "87.5" in approver.get(f"{PATH}/marks/publish")
    approver.post(f"{PATH}/marks/publish")
    page = ranked.anyone().get(f"/s/{CODE}/p/5").text
    assert "This is a corrected version" in page
    assert "87.50" in page


# ── the gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_gate_says_all_that_is_missing_with_where_it_is_solved(desk: Desk):
    selected = marked_selection(desk)
    selected.course.enter().seat().hear(but=["20260009"])
    page = selected.browser("tally").get(f"{PATH}/results/composite/missing")
    assert "Hearings not sealed yet: 1." in page
    assert "Hearings without a verified recording: 9." in page
    assert f'href="{PATH}/interview"' in page
    assert f'href="{PATH}/recordings"' in page
    assert words(page).count(" complete ") == 6
    assert "还缺什么" in selected.browser("tally").get(f"{PATH}/results/composite/missing?lang=zh_CN")


def test_a_finished_result_lacks_nothing_and_open_windows_are_told(ranked: Selected):
    page = ranked.browser("tally").get(f"{PATH}/results/composite/missing")
    assert "Nothing is missing." in page
    assert words(page).count("may still be asked for") == 2
    ask(ranked)
    page = ranked.browser("secretary").get(f"{PATH}/results/names/missing")
    assert "Requests for a recount not answered yet: 1." in page
    ranked.browser("tally").get(f"{PATH}/results/other/missing", 403)


def test_names_are_not_published_while_a_recount_is_open(ranked: Selected):
    ranked.proposed().confirmed()
    ask(ranked)
    approver = ranked.browser("approver")
    page = approver.get(f"{PATH}/names")
    assert "Before it can be published" in page
    answer = approver.post(f"{PATH}/names", 422, do="publish")
    assert problems(answer.text) == ["Requests for a recount not answered yet: 1."]


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ones_own_sheet_has_every_step_and_of_others_only_what_is_published(ranked: Selected):
    who, own = ranked.own(OTHER)
    assert f"{own}/why/4" in who.get(own)
    page = who.get(f"{own}/why/4")
    for heading in ("Every rounding", "Next in the ranking", "Where the figures come from"):
        assert heading in page
    assert page.count("<del>") == 2
    assert page.count("（dropped）") == 2
    assert numbers(page) == {"20260001", OTHER, "20260005"}
    assert "seat" not in words(page).replace("without seats", "")
    assert ranked.names()["20260001"] not in page
    assert ranked.names()[OTHER] in page
    who.get(f"{own}/why/2", 403)
    who.get(f"{own}/why/99", 403)


def test_the_entry_list_has_its_sheet_too(desk: Desk):
    selected = marked_selection(desk)
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept("entry")
    selected.course.publish("entry")
    who, own = selected.own(FIRST)
    page = who.get(f"{own}/why/3")
    assert "Every rounding" in page
    assert "just above" not in page
    assert "just below" in page
