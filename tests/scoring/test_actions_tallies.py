"""A tally is accepted by its first hand, if it is what stands, and a composite behind its gate."""

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.canonical import fingerprint
from core.db import Database
from core.errors import Refusal, Stale
from core.people import Duty, job
from recording.actions import fail_check, receive_recording
from recording.queries import retention_events
from recording.tables import Recording
from scoring import actions
from scoring.queries import COMPOSITE, ENTRY
from scoring.tables import TallyRow
from tests.exam.road import refusal_of
from tests.interview.day import in_rows
from tests.scoring.course import (
    APPROVER,
    CLERK,
    Course,
    absent,
    make_course,
    saved,
)


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Marks are confirmed."""
    return make_course(database, acts)


@pytest.fixture
def written(course: Course) -> Course:
    """The written results are published."""
    course.run(actions.publish_written_results, APPROVER)
    return course


@pytest.fixture
def heard(course: Course) -> Course:
    """All hearings are sealed and filmed."""
    return course.enter().seat().hear().film()


def kept(course: Course) -> list[TallyRow]:
    return course.read(lambda session: list(session.exec(select(TallyRow).order_by(TallyRow.id))))


# ── accepting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tally_is_kept_with_its_inputs_and_steps_under_their_digests(written: Course) -> None:
    facts = written.facts(ENTRY)
    assert written.run(actions.accept_tally, CLERK, ENTRY, **facts) == 1
    row = written.tally(ENTRY)
    assert (row.version, row.computed_by, row.computed_device) == (1, 900 + CLERK, f"device-{CLERK}")
    assert (row.inputs, row.outcome) == (facts["inputs"], facts["outcome"])
    assert row.input_sha256 == fingerprint(row.inputs)
    assert row.publication_id is None
    assert written.facts_of("tally.accepted") == [
        {
            "tally": row.id,
            "kind": ENTRY,
            "version": 1,
            "scheme": row.scheme_sha256,
            "inputs": row.input_sha256,
            "outcome": fingerprint(row.outcome),
        }
    ]


def test_only_the_tally_clerk_accepts(written: Course) -> None:
    facts = written.facts(ENTRY)
    written.denied_but_for(
        {Duty.TALLY_CLERK}, lambda who: written.day.run(actions.accept_tally, who, written.id, ENTRY, **facts)
    )
    assert kept(written) == []


def test_each_tally_belongs_to_its_stage(course: Course) -> None:
    facts = course.facts(ENTRY)
    with pytest.raises(Refusal, match=r"It is done at: .*Written results"):
        course.run(actions.accept_tally, CLERK, ENTRY, **facts)
    course.enter().seat().hear().film()
    with pytest.raises(Refusal, match="already there as version 1"):
        course.run(actions.accept_tally, CLERK, ENTRY, **course.facts(ENTRY))
    facts = course.facts(COMPOSITE)
    course.run(actions.accept_tally, CLERK, COMPOSITE, **facts)
    course.publish(COMPOSITE)
    with pytest.raises(Refusal, match="already there as version 1"):
        course.run(actions.accept_tally, CLERK, COMPOSITE, **facts)


def test_a_tally_is_stale_when_somebody_left_while_it_was_computed(written: Course) -> None:
    facts = written.facts(ENTRY)
    written.leave("20261003")
    with pytest.raises(Stale, match="compute it again"):
        written.run(actions.accept_tally, CLERK, ENTRY, **facts)
    assert kept(written) == []
    assert written.accept(ENTRY) == 1


def test_a_tally_is_stale_when_the_rules_changed_while_it_was_computed(written: Course) -> None:
    facts = written.facts(ENTRY)
    written.freeze_anew("per_place = 4", "per_place = 3")
    with pytest.raises(Stale, match="compute it again"):
        written.run(actions.accept_tally, CLERK, ENTRY, **facts)
    assert kept(written) == []


def test_documents_that_are_not_those_of_their_digests_are_an_error_of_the_program(written: Course) -> None:
    facts = written.facts(ENTRY)
    for wrong in (
        {"inputs": {**facts["inputs"], "posts": []}},
        {"outcome": {**facts["outcome"], "scheme": "0" * 64}},
        {"scheme_sha256": "0" * 64},
    ):
        with pytest.raises(ValueError, match="digests"):
            written.run(actions.accept_tally, CLERK, ENTRY, **facts | wrong)
    assert kept(written) == []


def test_a_tally_with_open_problems_is_not_kept(written: Course) -> None:
    facts = written.facts(ENTRY)
    refused = {**facts["outcome"], "refusals": [{"sentence": "The mark is missing."}]}
    with pytest.raises(Refusal, match="open problems"):
        written.run(actions.accept_tally, CLERK, ENTRY, **facts | {"outcome": refused})


def test_the_same_result_is_kept_once_and_another_one_is_the_next_version(written: Course) -> None:
    assert written.accept(ENTRY) == 1
    with pytest.raises(Refusal, match="already there as version 1"):
        written.accept(ENTRY)
    written.leave("20261006")
    assert written.accept(ENTRY) == 2
    assert [row.version for row in kept(written)] == [1, 2]


def test_other_rules_with_the_same_outcome_are_another_version(written: Course) -> None:
    written.accept(ENTRY)
    written.freeze_anew("months = 12", "months = 6")
    assert written.accept(ENTRY) == 2


# ── the gate before a composite ──────────────────────────────────────────────────────────────────────────────────────


def test_every_hearing_is_sealed_or_ended_before_a_composite(course: Course) -> None:
    course.enter().seat().hear(but=["20261003", "20261004"])
    refusal = refusal_of(lambda: course.facts(COMPOSITE))
    assert [(one.sentence, one.facts["count"]) for one in refusal.problems] == [
        ("Hearings not sealed yet: {count}.", 2),
        ("Hearings without a verified recording: {count}.", 2),
    ]


def test_every_sealed_hearing_has_its_verified_video_before_a_composite(course: Course) -> None:
    course.enter().seat().hear(but=["20261004"])
    absent(course, "20261004")
    hearings = [course.day.hearing(number).hearing_id for number in (1, 2, 3)]
    recording = course.day.run(receive_recording, course.day.officer, hearings[0], saved("a"), "a.mp4")
    with pytest.raises(Refusal, match=r"Hearings without a verified recording: 3"):
        course.facts(COMPOSITE)
    course.day.run(fail_check, job("recordings"), recording, {"sentence": "This file cannot be read."})
    with pytest.raises(Refusal, match=r"Hearings without a verified recording: 3"):
        course.facts(COMPOSITE)
    course.film()
    assert course.accept(COMPOSITE) == 1
    result = next(one for one in course.tally(COMPOSITE).outcome["results"] if one["candidate"] == "20261004")
    assert (result["rank"], result["total"]) == (None, None)
    assert result["reasons"] == [{"because": "no_mark", "part": "interview", "state": "absent"}]


def test_the_gate_stands_in_the_act_too(heard: Course) -> None:
    facts = heard.facts(COMPOSITE)

    def unverify(session: Session) -> None:
        row = session.exec(select(Recording)).first()
        assert row is not None
        row.state = "failed"

    in_rows(heard.day.database, unverify)
    with pytest.raises(Refusal, match="Hearings without a verified recording: 1"):
        heard.run(actions.accept_tally, CLERK, COMPOSITE, **facts)


def test_the_interview_has_ended_with_the_first_composite(heard: Course) -> None:
    heard.accept(COMPOSITE)
    assert [event.event for event in heard.read(retention_events, heard.id)] == ["interview_ended"]
    heard.leave("20261004")
    heard.accept(COMPOSITE)
    assert [event.event for event in heard.read(retention_events, heard.id)] == ["interview_ended"]


def test_who_withdraws_after_being_heard_stays_in_the_means_and_out_of_the_ranking(heard: Course) -> None:
    heard.leave("20261001")
    heard.accept(COMPOSITE)
    results = {one["candidate"]: one for one in heard.tally(COMPOSITE).outcome["results"]}
    assert results["20261001"]["rank"] is None
    assert results["20261001"]["reasons"] == [{"because": "standing", "state": "withdrawn"}]
    assert results["20261001"]["parts"]["interview"]["value"] == "89.55"
    assert results["20261002"]["rank"] == 1
