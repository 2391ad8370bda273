"""Corrections and corrected versions: both marks kept, nothing overwritten, everybody who moved named; the gate."""

from decimal import Decimal

import pytest
from sqlmodel import select

from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from exam.plan import PublicationKind
from exam.queries import publications
from exam.tables import WrittenMark
from interview.tables import Admission, ScoreSheet
from scoring import actions
from scoring.corrections import Place, changed_inputs
from scoring.queries import (
    COMPOSITE,
    ENTRY,
    NAMES,
    checks,
    corrections,
    shortlists,
    tally_behind,
    tally_version,
    written_behind,
)
from scoring.review import Cause
from scoring.snapshot import changed_results
from tests.exam.road import refusal_of
from tests.scoring.course import APPROVER, CHECKER, CLERK, SECRETARY, Course, make_course
from tests.scoring.recounted import FIRST, REVIEWED, SECOND, WRITTEN, answer, ask, candidacy, correct, line, recount


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
