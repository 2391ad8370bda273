"""A recording comes in, is checked once, is seen by those who may, and keeps a tally waiting until it is verified."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.files import Saved
from core.people import Actor, Duty, job
from core.tables import StoredFile
from interview.hearing import EventKind
from recording import actions, queries
from recording.retention import RetentionEvent
from recording.states import RecordingState
from recording.tables import Recording, ViewingGrant
from recording.timeline import ChapterKind, MarkKind
from tests.interview.day import Day, ready_day, staff

CHECKER = job("recordings")
FINDING = {"kind": "black", "start_ms": 1000, "end_ms": 3000, "measure": 12, "threshold": 4000}


@pytest.fixture
def day(database: Database, acts: Acts) -> Day:
    """The first number is sealed, the others wait."""
    opened = ready_day(database, acts)
    opened.hear_and_seal()
    return opened


def saved(name: str = "a") -> Saved:
    return Saved(name.encode().hex().ljust(64, "0"), 1000, "video/mp4")


def officer(day: Day) -> Actor:
    return staff(31, day.selection_id, Duty.RECORDING_OFFICER)


def receive(day: Day, file: Saved | None = None, number: int = 1, **named: Any) -> int:
    hearing_id = day.hearing(number).hearing_id
    return day.run(actions.receive_recording, officer(day), hearing_id, file or saved(), "1-01.mp4", **named)


def verify(day: Day, recording_id: int, **named: Any) -> None:
    facts = {
        "probe": {"container": "mov"},
        "review": saved("review"),
        "poster": Saved("ff" * 32, 10, "image/jpeg"),
        "findings": [FINDING],
        "milliseconds": 60_000,
    }
    day.run(actions.finish_check, CHECKER, recording_id, **facts | named)


def row(day: Day, recording_id: int) -> Recording:
    return day.read(lambda session: session.get(Recording, recording_id))


# ── coming in ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_received_recording_waits_for_its_check(day: Day) -> None:
    recording_id = receive(day)
    kept = row(day, recording_id)
    assert (kept.state, kept.name, kept.sha256) == (RecordingState.RECEIVED, "1-01.mp4", saved().sha256)
    assert (kept.uploaded_by, kept.uploaded_at) == (31, day.at)
    assert day.read(lambda session: session.get(StoredFile, saved().sha256)).size == 1000
    assert day.read(queries.waiting_recordings) == [recording_id]
    line = day.journal()[-1]
    assert (line.act, line.scope_id) == ("recording.received", day.selection_id)
    assert json.loads(line.body)[-1]["sha256"] == saved().sha256


def test_only_who_uploads_recordings_here_hands_one_in(day: Day) -> None:
    hearing_id = day.hearing().hearing_id
    for actor in (day.supervisor, day.waiting, CHECKER, staff(9, day.selection_id + 1, Duty.RECORDING_OFFICER)):
        with pytest.raises(Denied):
            day.run(actions.receive_recording, actor, hearing_id, saved(), "x.mp4")
    with pytest.raises(Denied):
        day.run(actions.receive_recording, officer(day), 9999, saved(), "x.mp4")
    assert day.read(queries.waiting_recordings) == []


def test_there_is_no_recording_of_a_hearing_that_was_not_held(day: Day) -> None:
    with pytest.raises(Refusal, match="Number 2 has not been heard"):
        receive(day, number=2)
    day.note(EventKind.ABSENCE, 2, reason="未到")
    with pytest.raises(Refusal, match="Number 2 has not been heard"):
        receive(day, number=2)


def test_the_same_file_sent_again_is_the_same_recording(day: Day) -> None:
    recording_id = receive(day)
    assert receive(day) == recording_id
    verify(day, recording_id)
    assert receive(day) == recording_id
    assert [line.act for line in day.journal()].count("recording.received") == 1


def test_a_file_of_one_hearing_is_not_taken_for_another(day: Day) -> None:
    day.hear_and_seal(2)
    receive(day, number=1)
    with pytest.raises(Refusal, match="already the recording of number 1 in room 1"):
        receive(day, number=2)


def test_after_a_failed_file_another_one_or_the_same_may_follow(day: Day) -> None:
    first = receive(day)
    day.run(actions.fail_check, CHECKER, first, {"sentence": "The file is empty.", "facts": {}})
    assert receive(day) != first
    assert receive(day, saved("b")) not in {first, None}


def test_a_hearing_has_one_verified_recording(day: Day) -> None:
    verify(day, receive(day))
    with pytest.raises(Refusal, match="has a verified recording already"):
        receive(day, saved("b"))


# ── the check ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_check_makes_it_the_record_with_copy_picture_and_findings(day: Day) -> None:
    recording_id = receive(day)
    assert day.read(queries.hearings_without_video, day.selection_id) == [("1", 1)]
    verify(day, recording_id)
    kept = row(day, recording_id)
    assert (kept.state, kept.verified_at, kept.milliseconds) == (RecordingState.VERIFIED, day.at, 60_000)
    assert (kept.probe, kept.findings) == ({"container": "mov"}, [FINDING])
    assert day.read(queries.recording_of_hearing, kept.hearing_id).id == recording_id
    assert day.read(queries.hearings_without_video, day.selection_id) == []
    assert day.read(queries.waiting_recordings) == []
    assert day.journal()[-1].act == "recording.verified"


def test_a_failed_check_keeps_its_reason_in_words(day: Day) -> None:
    recording_id = receive(day)
    problem = {"sentence": "The video could not be converted: {reason}", "facts": {"reason": "moov atom not found"}}
    day.run(actions.fail_check, CHECKER, recording_id, problem)
    page = day.read(queries.recording_page, recording_id)
    assert str(page.problem) == "The video could not be converted: moov atom not found"
    assert page.recording.state == RecordingState.FAILED
    assert day.read(queries.hearings_without_video, day.selection_id) == [("1", 1)]
    assert "moov" not in day.journal()[-1].body


def test_a_recording_is_checked_once_and_by_the_job_alone(day: Day) -> None:
    recording_id = receive(day)
    for actor in (officer(day), day.supervisor, job("other")):
        with pytest.raises(Denied):
            day.run(actions.fail_check, actor, recording_id, {"sentence": "x", "facts": {}})
    verify(day, recording_id)
    with pytest.raises(Refusal, match="has been checked already") as refused:
        verify(day, recording_id)
    assert refused.value.status == 409
    with pytest.raises(Refusal, match="has been checked already"):
        day.run(actions.fail_check, CHECKER, recording_id, {"sentence": "x", "facts": {}})
    assert row(day, recording_id).state == RecordingState.VERIFIED


def test_of_two_files_checked_at_once_the_first_is_the_record(day: Day) -> None:
    first, second = receive(day), receive(day, saved("b"))
    verify(day, second)
    verify(day, first)
    assert day.read(queries.recording_of_hearing, row(day, first).hearing_id).id == second
    page = day.read(queries.recording_page, first)
    assert str(page.problem) == "Another file of this hearing was verified first."


# ── seeing it ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_look_is_in_the_journal(day: Day) -> None:
    recording_id = receive(day)
    for number, duty in ((31, Duty.RECORDING_OFFICER), (32, Duty.ARCHIVIST)):
        day.run(actions.note_viewing, staff(number, day.selection_id, duty), recording_id)
        line = day.journal()[-1]
        assert (line.act, line.actor, json.loads(line.body)[-1]) == (
            "recording.viewed", f"account:{number}", {"recording": recording_id},
        )  # fmt: skip


def test_the_committee_sees_recordings_of_proposed_candidates_only(day: Day) -> None:
    day.hear_and_seal(2)
    proposed, other = receive(day, number=1), receive(day, saved("b"), number=2)
    member = staff(33, day.selection_id, Duty.COMMITTEE_MEMBER)
    secretary = staff(34, day.selection_id, Duty.COMMITTEE_SECRETARY)
    for recording_id in (proposed, other):
        with pytest.raises(Denied):
            day.run(actions.note_viewing, member, recording_id)
    for _ in range(2):
        day.run(actions.grant_viewing, secretary, day.selection_id, day.candidacies["20261003"])
    day.run(actions.note_viewing, member, proposed)
    with pytest.raises(Denied):
        day.run(actions.note_viewing, member, other)
    assert day.read(lambda session: len(session.exec(select(ViewingGrant)).all())) == 1
    assert day.read(queries.granted_hearings, day.selection_id) == {day.hearing(1).hearing_id}


def test_others_neither_see_nor_open_a_recording(day: Day) -> None:
    recording_id = receive(day)
    strangers = (
        staff(35, day.selection_id, Duty.TALLY_CLERK),
        staff(36, day.selection_id + 1, Duty.RECORDING_OFFICER),
        day.officer,
    )
    for actor in strangers:
        with pytest.raises(Denied):
            day.run(actions.note_viewing, actor, recording_id)
        with pytest.raises(Denied):
            day.run(actions.grant_viewing, actor, day.selection_id, day.candidacies["20261003"])
    with pytest.raises(Denied):
        day.run(actions.note_viewing, officer(day), 9999)


def test_chapters_follow_the_hearing_from_where_the_video_begins(day: Day) -> None:
    begins = day.hearing().since - timedelta(minutes=2)
    recording_id = receive(day, starts_at=begins)
    verify(day, recording_id, milliseconds=600_000)
    page = day.read(queries.recording_page, recording_id)
    assert (page.started, page.started_known) == (begins, True)
    assert [one.kind for one in page.timeline.chapters] == [
        ChapterKind.CALLED, ChapterKind.SPEECH, ChapterKind.QUESTION, ChapterKind.MARKING,
    ]  # fmt: skip
    sealed = [one.at_ms for one in page.timeline.marks if one.kind is MarkKind.SEALED]
    assert sealed == [120_000]
    assert [one.seat for one in page.timeline.marks if one.kind is MarkKind.SUBMITTED] == ["1", "2", "3"]
    assert page.timeline.whole


def test_a_video_of_unknown_beginning_is_taken_to_begin_with_the_call(day: Day) -> None:
    recording_id = receive(day)
    assert day.read(queries.recording_page, recording_id).timeline is None
    verify(day, recording_id)
    page = day.read(queries.recording_page, recording_id)
    assert not page.started_known
    assert page.timeline.chapters[0].start_ms == 0


def test_before_the_seal_the_chapters_do_not_tell_who_has_handed_in(day: Day) -> None:
    hearing_id = day.hear(2)
    day.submit(day.seats["1"][0], hearing_id)
    recording_id = receive(day, saved("b"), number=2)
    verify(day, recording_id, milliseconds=600_000)
    assert day.read(queries.recording_page, recording_id).timeline.marks == ()


def test_a_page_has_its_files_and_its_number_but_no_name(day: Day) -> None:
    recording_id = receive(day)
    verify(day, recording_id)
    page = day.read(queries.recording_page, recording_id)
    assert (page.room_code, page.number) == ("1", 1)
    assert [file.media_type for file in (page.captured, page.review, page.poster)] == [
        "video/mp4", "video/mp4", "image/jpeg",
    ]  # fmt: skip
    assert "考生" not in repr(page)
    assert day.read(queries.recording_page, 9999) is None


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_lists_show_every_attempt_by_room_number_and_state(day: Day) -> None:
    day.hear_and_seal(2)
    first = receive(day, saved("a"), number=2)
    day.run(actions.fail_check, CHECKER, first, {"sentence": "The file is empty.", "facts": {}})
    second, third = receive(day, saved("b"), number=2), receive(day, saved("c"), number=1)
    verify(day, third)
    lines, count = day.read(queries.recordings, day.selection_id)
    assert [(one.number, one.recording.id) for one in lines] == [(1, third), (2, first), (2, second)]
    assert count == 3
    lines, count = day.read(queries.recordings, day.selection_id, state="failed", room="1")
    assert ([one.recording.id for one in lines], count) == ([first], 1)
    assert day.read(queries.recordings, day.selection_id, room="2") == ([], 0)
    filmed = day.read(queries.filmed_hearings, day.selection_id)
    assert [(one.number, one.recording.id) for one in filmed] == [(1, third), (2, second)]


def test_lists_are_paged_by_fifty(day: Day) -> None:
    from tests.interview.day import in_rows

    receive(day)
    hearing_id = day.hearing().hearing_id

    def many(session: Any) -> None:
        for number in range(50):
            session.add(
                Recording(
                    selection_id=day.selection_id, hearing_id=hearing_id, name=f"{number}", sha256=saved().sha256,
                    uploaded_by=1, uploaded_at=day.at,
                )
            )  # fmt: skip

    in_rows(day.database, many)
    first, count = day.read(queries.recordings, day.selection_id)
    second, _ = day.read(queries.recordings, day.selection_id, page=2)
    assert (len(first), len(second), count) == (50, 1, 51)


# ── retention ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("event", "duty"),
    [
        (RetentionEvent.INTERVIEW_ENDED, Duty.TALLY_CLERK),
        (RetentionEvent.RESULT_PUBLISHED, Duty.SELECTION_APPROVER),
        (RetentionEvent.NOTICE_CLOSED, Duty.SELECTION_APPROVER),
        (RetentionEvent.PROBATION_ENDED, Duty.ARCHIVIST),
        (RetentionEvent.POOL_EXPIRED, Duty.COMMITTEE_SECRETARY),
    ],
)
def test_an_event_is_noted_by_whose_act_brings_it_about(day: Day, event: RetentionEvent, duty: Duty) -> None:
    with pytest.raises(Denied):
        day.run(actions.note_event, staff(41, day.selection_id, Duty.VETTER), day.selection_id, event)
    day.run(actions.note_event, staff(40, day.selection_id, duty), day.selection_id, event)
    (noted,) = day.read(queries.retention_events, day.selection_id)
    assert (noted.event, noted.at) == (event, day.at)
    assert day.journal()[-1].act == "retention_event.noted"
