"""Score review: asked inside its window, counted again and answered by two hands; each with their own duty."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor, Duty
from exam.queries import publications
from scoring import actions
from scoring.corrections import Place
from scoring.queries import reviewable, reviews
from scoring.review import Cause
from scoring.tables import MarkCorrection, ScoreReview
from tests.exam.road import refusal_of
from tests.scoring.course import APPROVER, CHECKER, CLERK, Course, make_course
from tests.scoring.recounted import (
    FIRST,
    LAST_DAY,
    REVIEWED,
    SECOND,
    WRITTEN,
    answer,
    ask,
    candidacy,
    correct,
    line,
    recount,
)


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Marks are confirmed; the scheme gives three working days."""
    return make_course(database, acts, scheme=REVIEWED)


@pytest.fixture
def written(course: Course) -> Course:
    course.run(actions.publish_written_results, APPROVER)
    return course


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_schemes_window_is_that_of_the_publication(written: Course) -> None:
    publication = written.read(publications, written.id, WRITTEN)[0]
    assert publication.objections_until.isoformat() == LAST_DAY
    found = written.read(reviewable, candidacy(written, FIRST))
    assert [(one.part, one.figure) for one in found] == [("common", "86.5"), ("professional", "89")]
    assert all(one.window.closes.isoformat() == "2026-10-22T00:00:00+08:00" for one in found)


def test_a_shorter_window_than_the_schemes_is_refused(course: Course) -> None:
    until = course.day.at.date() + timedelta(days=1)
    refusal = refusal_of(lambda: course.run(actions.publish_written_results, APPROVER, objections_until=until))
    assert refusal.facts["day"].isoformat() == LAST_DAY


def test_a_figure_is_asked_about_once_and_by_its_owner_alone(written: Course) -> None:
    review = ask(written)
    asked = line(written, review).review
    assert (asked.figure, asked.part, asked.state, asked.reason) == ("86.5", "common", "open", "少一分")
    with pytest.raises(Refusal, match="asked for already"):
        ask(written)
    ask(written, part="professional")
    own = candidacy(written, SECOND)
    stranger = Actor("account:901", 901, candidacy(written, FIRST).person_id, device="phone")
    with pytest.raises(Denied):
        written.day.run(actions.request_review, stranger, own.registration_id, WRITTEN, "common", "好奇")
    assert len(written.read(reviews, written.id)) == 2


@pytest.mark.parametrize("part", ["interview", "total", "other"])
def test_of_what_is_not_published_no_recount_is_asked(written: Course, part: str) -> None:
    with pytest.raises(Refusal, match="Nothing is published of you"):
        ask(written, part=part)


def test_the_window_is_open_to_its_last_minute_in_beijing(written: Course) -> None:
    written.day.at = written.day.at.replace(day=21, hour=15, minute=59, second=0)
    ask(written)
    written.day.at = written.day.at.replace(day=21, hour=16, minute=0, second=0)
    refusal = refusal_of(lambda: ask(written, part="professional"))
    assert refusal.sentence.startswith("Requests about publication No. {number} were received")
    assert (refusal.facts["number"], refusal.facts["closes"].isoformat()) == (1, "2026-10-22T00:00:00+08:00")


def test_without_a_window_in_the_scheme_or_the_publication_no_request_is_taken(database: Database, acts: Acts) -> None:
    course = make_course(database, acts)
    course.run(actions.publish_written_results, APPROVER)
    with pytest.raises(Refusal, match="names no days for a recount"):
        ask(course)


def test_a_reason_is_asked_for(written: Course) -> None:
    with pytest.raises(Refusal, match="Fill this in"):
        ask(written, reason=" ")


# ── counting again ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_hands_answer_a_request_and_its_reply_stays(written: Course) -> None:
    review = ask(written)
    answer(written, review)
    found = line(written, review)
    assert (found.state, found.recount.changed, found.recount.reply) == ("closed", False, "经复核,成绩无误。")
    assert found.recount.scope == ["addition", "entry"]
    assert (found.recount.proposed_by, found.recount.decided_by) == (
        written.by(CLERK).person_id, written.by(CHECKER).person_id,
    )  # fmt: skip
    with pytest.raises(Refusal, match="does not wait to be counted again"):
        recount(written, review)


def test_a_recount_may_be_sent_back_and_both_versions_stay(written: Course) -> None:
    review = ask(written)
    recount(written, review)
    with pytest.raises(Refusal, match="Fill this in"):
        written.run(actions.decide_recount, CHECKER, review, agree=False)
    written.run(actions.decide_recount, CHECKER, review, "再核对第三题", agree=False)
    answer(written, review)
    assert [(one.version, one.state, one.answer) for one in line(written, review).recounts] == [
        (1, "declined", "再核对第三题"),
        (2, "confirmed", ""),
    ]


def test_the_second_hand_is_another_person_on_another_device_proven_afresh(written: Course) -> None:
    review = ask(written)
    recount(written, review)
    for who in (written.by(CHECKER, device=written.by(CLERK).device), unproven(written)):
        with pytest.raises(Refusal, match=r"another device|Prove who you are"):
            written.day.run(actions.decide_recount, who, written.id, review, agree=True)
    assert line(written, review).state == "recounted"


def unproven(course: Course) -> Actor:
    return replace(course.by(CHECKER), proof=None)


def test_nothing_looked_at_and_nothing_said_is_no_recount(written: Course) -> None:
    review = ask(written)
    refusal = refusal_of(lambda: written.run(actions.record_recount, CLERK, review, [], "", ""))
    assert {problem.field for problem in refusal.problems} == {"scope", "record", "reply"}


def test_each_hand_has_its_duty(written: Course) -> None:
    review = ask(written)
    place = Place(FIRST, "common")
    written.denied_but_for(
        {Duty.TALLY_CLERK},
        lambda who: written.day.run(
            actions.propose_correction, who, written.id, place, "87", Cause.ENTRY, "登错", review_id=review
        ),
    )
    written.denied_but_for(
        {Duty.TALLY_CLERK},
        lambda who: written.day.run(actions.record_recount, who, written.id, review, [Cause.ENTRY], "无误", "无误"),
    )
    recount(written, review)
    for act in (actions.decide_recount, actions.decide_correction):
        written.denied_but_for(
            {Duty.TALLY_CHECKER}, lambda who, act=act: written.day.run(act, who, written.id, review, agree=True)
        )


def test_the_journal_of_a_recount_holds_no_name_no_number_and_no_mark(written: Course) -> None:
    review = ask(written)
    correct(written, Place(FIRST, "common"), "70.25", review_id=review)
    answer(written, review)
    lines = [one for one in written.day.journal() if one.act.startswith(("review.", "correction."))]
    assert [one.act for one in lines] == [
        "review.requested", "correction.proposed", "correction.confirmed", "review.recounted", "review.answered",
    ]  # fmt: skip
    for one in lines:
        assert all(text not in one.body for text in (FIRST, "考生", "86.5", "70.25", "少一分"))


def test_rows_of_reviews_and_corrections_belong_to_their_selection(written: Course) -> None:
    review = ask(written)
    other = make_course(written.day.database, written.day.acts, scheme=REVIEWED)
    with pytest.raises(Refusal, match="no such request"):
        other.run(actions.record_recount, CLERK, review, [Cause.ENTRY], "无误", "无误")

    def count(session: Session) -> tuple[int, int]:
        return len(session.exec(select(ScoreReview)).all()), len(session.exec(select(MarkCorrection)).all())

    assert written.read(count) == (1, 0)
