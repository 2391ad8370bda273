"""Score review: asked in its window, counted again by two hands, corrected, published again; nothing overwritten."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor, Duty
from exam.plan import PublicationKind
from exam.queries import publications
from exam.tables import Candidacy, WrittenMark
from interview.tables import Admission, ScoreSheet
from scoring import actions
from scoring.corrections import Place, changed_inputs
from scoring.queries import (
    COMPOSITE,
    ENTRY,
    NAMES,
    checks,
    corrections,
    review_line,
    reviewable,
    reviews,
    shortlists,
    tally_behind,
    tally_version,
    written_behind,
)
from scoring.review import Cause
from scoring.snapshot import changed_results
from scoring.tables import MarkCorrection, ScoreReview
from tests.exam.road import refusal_of
from tests.scoring.course import APPROVER, CHECKER, CLERK, SECRETARY, Course, make_course
from tests.scoring.schemes import SCHEME

REVIEWED = SCHEME + "[review]\ndays = 3\n"
FIRST, SECOND = "20261001", "20261002"
WRITTEN = PublicationKind.WRITTEN_RESULTS
LAST_DAY = "2026-10-21"  # three working days after Sunday 18 October


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Marks are confirmed; the scheme gives three working days."""
    return make_course(database, acts, scheme=REVIEWED)


@pytest.fixture
def written(course: Course) -> Course:
    course.run(actions.publish_written_results, APPROVER)
    return course


@pytest.fixture
def ranked(course: Course) -> Course:
    return course.rank()


def candidacy(course: Course, ticket: str) -> Candidacy:
    return course.read(lambda session: session.exec(select(Candidacy).where(Candidacy.ticket_number == ticket)).one())


def ask(
    course: Course, ticket: str = FIRST, part: str = "common", kind: PublicationKind = WRITTEN, reason: str = "少一分"
) -> int:
    own = candidacy(course, ticket)
    person = Actor("account:900", 900, own.person_id, device="phone")
    return int(course.day.run(actions.request_review, person, own.registration_id, kind, part, reason))


def correct(course: Course, place: Place, after: str, **named: Any) -> int:
    number = course.run(actions.propose_correction, CLERK, place, after, Cause.ADDITION, "第三题漏加", **named)
    course.run(actions.decide_correction, CHECKER, number, agree=True)
    return int(number)


def recount(course: Course, review: int) -> None:
    course.run(
        actions.record_recount, CLERK, review, [Cause.ADDITION, Cause.ENTRY], "试卷与登分表一致", "经复核,成绩无误。"
    )


def answer(course: Course, review: int) -> None:
    recount(course, review)
    course.run(actions.decide_recount, CHECKER, review, agree=True)


def line(course: Course, review: int) -> Any:
    return course.read(review_line, course.id, review)


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


# ── correcting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_keeps_both_marks_the_reason_and_two_names_and_overwrites_nothing(written: Course) -> None:
    review = ask(written)
    correct(written, Place(FIRST, "common"), "70.25", review_id=review)
    (made,) = written.read(corrections, written.id)
    row = made.row
    assert (row.before, row.after, row.cause, row.reason, row.state) == (
        "86.5", "70.25", "addition", "第三题漏加", "confirmed",
    )  # fmt: skip
    assert row.proposed_by != row.decided_by
    marks = written.read(
        lambda session: session.exec(
            select(WrittenMark.mark).where(
                WrittenMark.candidacy_id == candidacy(written, FIRST).id, WrittenMark.paper_key == "common"
            )
        ).all()
    )
    assert marks == [Decimal("86.5")]
    answer(written, review)
    assert line(written, review).recount.changed is True


def test_a_recount_waits_for_the_correction_made_for_it(written: Course) -> None:
    review = ask(written)
    number = written.run(
        actions.propose_correction, CLERK, Place(FIRST, "common"), "87", Cause.ENTRY, "登错", review_id=review
    )
    with pytest.raises(Refusal, match="waits for the second hand"):
        recount(written, review)
    with pytest.raises(Refusal, match="waits for the second hand already"):
        written.run(actions.propose_correction, CLERK, Place(FIRST, "common"), "88", Cause.ENTRY, "登错")
    with pytest.raises(Refusal, match="Write the reason"):
        written.run(actions.decide_correction, CHECKER, number, agree=False)
    written.run(actions.decide_correction, CHECKER, number, "试卷上就是这个分", agree=False)
    answer(written, review)
    assert line(written, review).recount.changed is False
    with pytest.raises(Refusal, match="does not wait to be decided"):
        written.run(actions.decide_correction, CHECKER, number, agree=True)


def test_corrected_written_marks_are_published_as_a_version_that_names_the_old_one(written: Course) -> None:
    correct(written, Place(FIRST, "common"), "70.25")
    assert written.read(written_behind, written.id) == [FIRST]
    publication = written.run(actions.publish_written_results, APPROVER)
    assert (publication.number, publication.version) == (2, 2)
    assert publication.content["corrects"] == {"number": 1, "version": 1}
    row = next(one for one in publication.content["rows"] if one["ticket"] == FIRST)
    assert row["marks"]["common"] == {"state": "present", "mark": "70.25"}
    rows = written.read(lambda session: publications(session, written.id, WRITTEN)[1].content["rows"])
    assert rows[0]["marks"]["common"]["mark"] == "86.5"
    assert written.selection().stage == "written_results"
    assert written.read(written_behind, written.id) == []


def test_nothing_that_rests_on_a_mark_is_published_before_its_recount_is_answered(written: Course) -> None:
    review = ask(written, SECOND)
    written.accept(ENTRY)
    refusal = refusal_of(lambda: written.publish(ENTRY))
    assert str(refusal) == "Requests for a recount not answered yet: 1."
    answer(written, review)
    written.publish(ENTRY)


def test_a_corrected_composite_is_another_version_with_everybody_who_moved(ranked: Course) -> None:
    before = ranked.tally(COMPOSITE)
    speech = Place(FIRST, "interview", "expert", "2", "analysis")
    sheets = ranked.read(lambda session: [row.marks for row in session.exec(select(ScoreSheet))])
    correct(ranked, speech, "20")
    correct(ranked, Place(FIRST, "interview", "expert", "3", "analysis"), "20")
    assert ranked.read(tally_behind, ranked.id, COMPOSITE)
    assert ranked.accept(COMPOSITE) == 2
    publication = ranked.publish(COMPOSITE)
    after = ranked.tally(COMPOSITE)
    assert publication.content["corrects"]["version"] == 1
    changes = changed_inputs(before.inputs, after.inputs)
    assert [(one.place.seat, one.after) for one in changes] == [("2", "20"), ("3", "20")]
    moved = {one.candidate: one.rank for one in changed_results(before.outcome, after.outcome)}
    assert moved[FIRST][0] == 1
    assert moved[FIRST][1] > 1
    assert moved[SECOND] == (2, 1)
    kept = ranked.read(tally_version, ranked.id, COMPOSITE, 1)
    assert (kept.inputs, kept.outcome) == (before.inputs, before.outcome)
    assert ranked.read(lambda session: [row.marks for row in session.exec(select(ScoreSheet))]) == sheets
    assert ranked.selection().stage == "composite"
    assert not ranked.read(tally_behind, ranked.id, COMPOSITE)


def test_somebody_who_leaves_after_the_publication_moves_nobody_in_a_corrected_version(ranked: Course) -> None:
    ranked.leave(SECOND)
    with pytest.raises(Refusal, match="already there as version 1"):
        ranked.accept(COMPOSITE)
    correct(ranked, Place("20261004", "interview", "expert", "2", "speech"), "39.5")
    ranked.accept(COMPOSITE)
    ranked.publish(COMPOSITE)
    ranks = {one["candidate"]: one["rank"] for one in ranked.tally(COMPOSITE).outcome["results"]}
    assert ranks[SECOND] == 2


def test_names_wait_for_open_requests_and_for_the_corrected_ranking(ranked: Course) -> None:
    review = ask(ranked, FIRST, "interview", PublicationKind.COMPOSITE)
    ranked.run(actions.propose_shortlists, CLERK)
    ranked.run(actions.confirm_shortlists, SECRETARY)
    refusal = refusal_of(lambda: ranked.run(actions.publish_shortlists, APPROVER))
    assert str(refusal) == "Requests for a recount not answered yet: 1."
    for seat in ("2", "3", "4"):
        correct(ranked, Place(FIRST, "interview", "expert", seat, "analysis"), "0", review_id=review)
    answer(ranked, review)
    refusal = refusal_of(lambda: ranked.run(actions.publish_shortlists, APPROVER))
    assert refusal.sentence.startswith("The published ranking rests on marks that were corrected since")
    ranked.accept(COMPOSITE)
    ranked.publish(COMPOSITE)
    refusal = refusal_of(lambda: ranked.run(actions.publish_shortlists, APPROVER))
    assert str(refusal) == "Posts whose names are not confirmed on the published ranking: 1."
    ranked.run(actions.propose_shortlists, CLERK)
    ranked.run(actions.confirm_shortlists, SECRETARY)
    names = ranked.run(actions.publish_shortlists, APPROVER)
    assert FIRST not in [one["ticket"] for one in names.content["posts"][0]["names"]]
    assert "corrects" not in names.content


def test_published_names_are_corrected_only_after_the_ranking_was(ranked: Course) -> None:
    ranked.run(actions.propose_shortlists, CLERK)
    ranked.run(actions.confirm_shortlists, SECRETARY)
    ranked.run(actions.publish_shortlists, APPROVER)
    with pytest.raises(Refusal, match="stands at “Result published”"):
        ranked.run(actions.propose_shortlists, CLERK)
    with pytest.raises(Refusal, match="stands at “Result published”"):
        ranked.run(actions.publish_shortlists, APPROVER)
    for seat in ("2", "3", "4"):
        correct(ranked, Place(FIRST, "interview", "expert", seat, "analysis"), "0")
    ranked.accept(COMPOSITE)
    ranked.publish(COMPOSITE)
    ranked.run(actions.propose_shortlists, CLERK)
    ranked.run(actions.confirm_shortlists, SECRETARY)
    names = ranked.run(actions.publish_shortlists, APPROVER)
    assert (names.version, names.content["corrects"]) == (2, {"number": 4, "version": 1})
    assert [view.version for view in ranked.read(shortlists, ranked.id)] == [2]
    assert ranked.selection().stage == "published"


def test_names_proposed_on_a_ranking_corrected_since_are_not_confirmed(ranked: Course) -> None:
    ranked.run(actions.propose_shortlists, CLERK)
    correct(ranked, Place(FIRST, "interview", "expert", "2", "analysis"), "30")
    ranked.accept(COMPOSITE)
    ranked.publish(COMPOSITE)
    with pytest.raises(Refusal, match="The ranking was corrected since"):
        ranked.run(actions.confirm_shortlists, SECRETARY)


def test_who_enters_by_a_corrected_list_is_admitted_and_nobody_is_sent_away(course: Course) -> None:
    course.enter()
    last, next_one = "20261004", "20261005"
    for part in ("common", "professional"):
        correct(course, Place(next_one, part), "95")
    course.run(actions.publish_written_results, APPROVER)
    course.accept(ENTRY)
    course.publish(ENTRY)
    rows = course.read(lambda session: {row.candidacy_id for row in session.exec(select(Admission))})
    assert {course.day.candidacies[last], course.day.candidacies[next_one]} <= rows
    assert len(rows) == 5


def test_a_corrected_entry_list_comes_after_the_corrected_marks(course: Course) -> None:
    course.enter()
    correct(course, Place("20261005", "common"), "95")
    course.accept(ENTRY)
    refusal = refusal_of(lambda: course.publish(ENTRY))
    assert str(refusal) == "Corrected written marks that are not published yet: 1."


def test_once_the_interviews_have_begun_a_corrected_list_admits_nobody_unheard(course: Course) -> None:
    course.enter().seat().hear().film()
    correct(course, Place("20261005", "common"), "95")
    course.run(actions.publish_written_results, APPROVER)
    course.accept(ENTRY)
    refusal = refusal_of(lambda: course.publish(ENTRY))
    assert refusal.facts["numbers"] == ["20261005"]


# ── what is missing ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_missing_is_named_at_once(course: Course) -> None:
    course.enter().seat().hear(but=["20261004"])
    refusal = refusal_of(lambda: course.accept(COMPOSITE))
    assert [str(problem) for problem in refusal.problems] == [
        "Hearings not sealed yet: 1.",
        "Hearings without a verified recording: 3.",
    ]
    found = {one.title: one for one in course.read(checks, course.id, COMPOSITE)}
    sheets = found["Marks on the sheets: elements × judges × candidates"]
    assert (sheets.found, sheets.wanted) == (3 * 6 * 2, 3 * 6 * 2)
    films = found["Verified recordings of sealed hearings"]
    assert [str(place) for place in films.missing] == [f"room 1, number {number}" for number in (1, 2, 3)]


def test_who_has_no_lot_is_missing_too(course: Course) -> None:
    course.enter()
    lots = course.read(checks, course.id, COMPOSITE)[0]
    assert (lots.found, lots.wanted, lots.missing) == (0, 4, tuple(course.tickets[:4]))


def test_a_finished_road_lacks_nothing(ranked: Course) -> None:
    for kind in (ENTRY, COMPOSITE):
        assert [one.title for one in ranked.read(checks, ranked.id, kind) if not one.complete] == []
    left = [one.title for one in ranked.read(checks, ranked.id, NAMES) if not one.complete]
    assert left == ["Names confirmed by two hands on the published ranking"]


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
