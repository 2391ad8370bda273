"""Videos handed in from the room, the list of recordings, and one recording played in parts with its chapters."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlmodel import select

from core.files import Saved
from core.kinds import VIDEOS, MediaKind
from core.people import Actor
from interview.queries import hearing_events
from recording.actions import CHECKER, fail_check, finish_check
from recording.queries import recording_page
from recording.tables import Recording
from tests.web.interview_day import CODE, DayInHouse, ready
from web.house import House
from web.viewing import review_of

PATH = f"/staff/{CODE}"
JOB = Actor(label=CHECKER)
VIDEO = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42" + bytes(range(256)) * 40
REVIEW = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42" + b"review" * 2000
POSTER = b"\xff\xd8\xff\xe0" + b"poster" * 20
PROBE = {
    "container": "mp4", "size": len(VIDEO), "start_ms": 0, "duration_ms": 30_000, "keyframes": 15,
    "longest_group_ms": 2000, "gaps": [[21_000, 23_500]],
    "streams": [
        {"kind": "video", "codec": "h264", "pixels": "yuv420p", "width": 640, "height": 360, "rate": 0,
         "packets": 450, "first_ms": 0, "last_ms": 30_000},
    ],
}  # fmt: skip
BLACK = {"kind": "black", "start_ms": 10_000, "end_ms": 14_000, "measure": 1250, "threshold": 4000}


@pytest.fixture
def day(house: House) -> DayInHouse:
    """A day whose first hearing is sealed: called, speech, question, end, ten seconds apart."""
    made = ready(house)
    made.day.hear_and_seal(1)
    return made


def send(made: DayInHouse, content: bytes = VIDEO, name: str = "room", **query: str) -> Response:
    """Hand in a video of hearing 1 as upload.js does."""
    browser = made.browser(name)
    browser.get(f"{PATH}/rooms/1")
    hearing_id = made.day.hearing(int(query.pop("number", 1))).hearing_id
    room = query.pop("room", made.day.rooms["1"])
    headers = {"x-csrf-token": query.pop("token", browser.token), "accept": "application/json"}
    address = f"{PATH}/rooms/{room}/hearings/{hearing_id}/video"
    return browser.client.put(address, params={"name": "1-01.mp4", **query}, content=content, headers=headers)


def recordings(made: DayInHouse) -> list[Recording]:
    return list(made.day.read(lambda session: session.exec(select(Recording)).all()))


def verified(made: DayInHouse, content: bytes = VIDEO) -> int:
    """A recording of hearing 1 that the worker has checked; its id."""
    answer = send(made, content)
    assert answer.status_code == 201, answer.text
    recording_id: int = answer.json()["recording"]
    made.day.run(
        finish_check, JOB, recording_id, probe=PROBE, review=store(made, REVIEW), poster=store(made, POSTER),
        findings=[BLACK], milliseconds=30_000,
    )  # fmt: skip
    return recording_id


def store(made: DayInHouse, content: bytes) -> Saved:
    return made.house.files.receive(io.BytesIO(content), cap=10**7, kinds=VIDEOS | {MediaKind.JPEG})


def viewings(made: DayInHouse) -> int:
    return sum(line.act == "recording.viewed" for line in made.day.journal())


# ── handing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_video_is_received_whole_and_waits_to_be_checked(day: DayInHouse) -> None:
    began = (day.day.at - timedelta(minutes=10)).replace(microsecond=0)
    answer = send(day, began=began.astimezone(day.house.settings.time_zone).strftime("%Y-%m-%dT%H:%M:%S"))
    assert answer.status_code == 201
    row = recordings(day)[0]
    assert (row.id, row.state, row.name) == (answer.json()["recording"], "received", "1-01.mp4")
    assert day.house.files.read(row.sha256) == VIDEO
    assert row.starts_at == began
    assert "being checked" in day.browser("room").get(f"{PATH}/rooms/1").text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"content": b"this is no video\n" * 10_000}, 422, "This is not a file of the wanted kind"),
        ({"content": b""}, 422, "The file is empty."),
        ({"began": "halb zehn"}, 422, "Give the time at which the recording begins as 9:32:10."),
        ({"began": "2999-01-01T09:00:00"}, 422, "A recording cannot begin in the future."),
        ({"token": "forged"}, 403, "This page is out of date."),
        ({"number": "2"}, 422, "Number 2 has not been heard, so there is no recording of it."),
        ({"room": "99"}, 403, "This does not exist, or it is not yours to see."),
        ({"name": "officer"}, 403, "You have no duty here that allows this."),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_kept(
    day: DayInHouse, changes: dict[str, Any], status: int, words: str
) -> None:
    if changes.get("name") == "officer":
        browser = day.browser("officer")
        browser.get("/staff")
        address = f"{PATH}/rooms/1/hearings/1/video"
        headers = {"x-csrf-token": browser.token, "accept": "application/json"}
        answer = browser.client.put(address, content=VIDEO, headers=headers)
    else:
        answer = send(day, **changes)
    assert answer.status_code == status
    assert words in answer.json()["problems"][0]["text"]
    assert recordings(day) == []
    assert list((day.house.settings.data / "incoming").iterdir()) == []


def test_a_hearing_with_a_verified_recording_takes_no_further_file(day: DayInHouse) -> None:
    verified(day)
    again = send(day, VIDEO + b"another")
    assert (again.status_code, len(recordings(day))) == (409, 1)
    assert again.json()["problems"][0]["text"] == "This hearing has a verified recording already."


def test_a_file_over_the_cap_is_refused_before_it_is_read(day: DayInHouse, house: House) -> None:
    object.__setattr__(house.settings, "video_cap", 1000)
    answer = send(day)
    assert (answer.status_code, recordings(day)) == (413, [])


def test_the_desk_asks_for_a_video_only_where_one_is_missing(day: DayInHouse) -> None:
    room = day.browser("room")
    assert 'data-number="1"' in room.get(f"{PATH}/rooms/1").text
    assert 'data-number="2"' not in room.get(f"{PATH}/rooms/1").text
    verified(day)
    assert 'data-number="1"' not in room.get(f"{PATH}/rooms/1").text


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_alarms_for_sealed_hearings_without_a_recording(day: DayInHouse) -> None:
    officer = day.browser("recording")
    assert "Sealed hearings without a verified recording: 1" in officer.get(f"{PATH}/recordings").text
    verified(day)
    assert "Sealed hearings without a verified recording" not in officer.get(f"{PATH}/recordings").text


def test_the_list_is_narrowed_by_state(day: DayInHouse) -> None:
    recording_id = verified(day)
    officer = day.browser("recording")
    link = f'href="{PATH}/recordings/{recording_id}"'
    assert link in officer.get(f"{PATH}/recordings").text
    assert link in officer.get(f"{PATH}/recordings?status=verified").text
    assert "No recording is in this state" in officer.get(f"{PATH}/recordings?status=failed").text


def test_a_failed_recording_says_why_in_the_readers_language(day: DayInHouse) -> None:
    recording_id = send(day).json()["recording"]
    sentence = "The video breaks off after {found} of {declared} seconds: the end of the file is missing."
    problem = {"sentence": sentence, "facts": {"found": 1, "declared": 12}}
    day.day.run(fail_check, JOB, recording_id, problem)
    officer = day.browser("recording")
    for path in (f"{PATH}/recordings", f"{PATH}/recordings/{recording_id}"):
        assert "The video breaks off after 1 of 12 seconds" in officer.get(path).text
    chinese = officer.get(f"{PATH}/recordings/{recording_id}?lang=zh_CN").text
    assert "视频不完整：应有12秒，只读到1秒，文件末尾缺失。" in chinese


# ── playing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_opening_a_recording_is_noted_once_and_playing_it_is_not(day: DayInHouse) -> None:
    recording_id = verified(day)
    officer = day.browser("recording")
    page = officer.get(f"{PATH}/recordings/{recording_id}").text
    assert viewings(day) == 1
    officer.client.get(f"{PATH}/recordings/{recording_id}/video", headers={"range": "bytes=0-"})
    officer.get(f"{PATH}/recordings/{recording_id}/poster")
    assert viewings(day) == 1
    officer.get(f"{PATH}/recordings/{recording_id}")
    assert viewings(day) == 2
    row = recordings(day)[0]
    assert row.sha256 in page
    assert (row.review_sha256 or "-") in page
    assert not re.search(r"考生2026|20261", page)


def test_chapters_and_findings_lead_to_their_second(day: DayInHouse) -> None:
    recording_id = verified(day)
    page = day.browser("recording").get(f"{PATH}/recordings/{recording_id}").text
    seconds = re.findall(r'<li data-from="([^"]+)"', page)
    assert seconds == ["0.000", "10.000", "20.000"]
    for title in ("Called, number checked", "Speech", "Question 1", "Black picture", "Gap in the picture"):
        assert title in page
    assert f'href="{PATH}/recordings/{recording_id}/video#t=10.000" data-seek="10.000"' in page
    assert "12.50 &lt; 40.00" in page
    assert "it is taken to begin with the call" in page


def test_the_drawing_keeps_to_the_length_of_the_video(day: DayInHouse) -> None:
    shown = day.day.read(recording_page, verified(day))
    review = review_of(shown)
    assert [(one.x, one.x + one.width) for one in review.chapters] == [(96, 376), (376, 656), (656, 936)]
    finding = review.findings[0]
    assert (finding.x, finding.width, finding.length) == (376, 112, timedelta(seconds=4))
    assert finding.at == shown.started + timedelta(seconds=10)
    assert [tick.into for tick in review.ticks] == ["0:10", "0:20"]


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ({}, 200, 0, len(REVIEW)),
        ({"range": "bytes=0-"}, 206, 0, len(REVIEW)),
        ({"range": "bytes=100-199"}, 206, 100, 200),
        ({"range": "bytes=-50"}, 206, len(REVIEW) - 50, len(REVIEW)),
        ({"range": "bytes=100-199", "if-range": '"another file"'}, 200, 0, len(REVIEW)),
        ({"range": f"bytes={len(REVIEW)}-"}, 416, 0, 0),
    ],
)
def test_the_player_gets_the_part_it_asks_for(
    day: DayInHouse, asked: dict[str, str], status: int, start: int, end: int
) -> None:
    officer = day.browser("recording")
    answer = officer.client.get(f"{PATH}/recordings/{verified(day)}/video", headers=asked)
    assert (answer.status_code, answer.content) == (status, REVIEW[start:end])
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "video/mp4"
    assert "no-store" in answer.headers["cache-control"]
    expected = {206: f"bytes {start}-{end - 1}/{len(REVIEW)}", 416: f"bytes */{len(REVIEW)}"}
    assert answer.headers.get("content-range") == expected.get(status)


def test_if_range_holds_as_long_as_the_content_does(day: DayInHouse) -> None:
    path = f"{PATH}/recordings/{verified(day)}/video"
    client = day.browser("recording").client
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"range": "bytes=5-9", "if-range": etag}).status_code == 206


@pytest.mark.parametrize("name", ["room", "officer", "supervisor", "vetter"])
def test_only_the_duty_to_review_plays_a_recording(day: DayInHouse, name: str) -> None:
    recording_id = verified(day)
    browser = day.browser(name)
    for what in ("", "/video", "/poster"):
        browser.get(f"{PATH}/recordings/{recording_id}{what}", 403)
    assert viewings(day) == 0


def test_a_recording_that_is_not_there_or_not_checked_cannot_be_played(day: DayInHouse) -> None:
    officer = day.browser("recording")
    officer.get(f"{PATH}/recordings/99", 403)
    waiting = send(day).json()["recording"]
    assert "This file is being checked" in officer.get(f"{PATH}/recordings/{waiting}").text
    officer.get(f"{PATH}/recordings/{waiting}/video", 403)
    officer.get(f"{PATH}/recordings/{waiting}/poster", 403)


def test_the_start_somebody_gave_moves_the_chapters(day: DayInHouse) -> None:
    called = day.day.read(hearing_events, day.day.hearing(1).hearing_id)[0].at
    began = (called - timedelta(seconds=5)).astimezone(day.house.settings.time_zone)
    recording_id = send(day, began=began.strftime("%Y-%m-%dT%H:%M:%S")).json()["recording"]
    day.day.run(
        finish_check, JOB, recording_id, probe=PROBE, review=store(day, REVIEW), poster=store(day, POSTER),
        findings=[], milliseconds=30_000,
    )  # fmt: skip
    review = review_of(day.day.read(recording_page, recording_id))
    whole = called.replace(microsecond=0)
    shift = int((called - whole) / timedelta(milliseconds=1))
    assert [one.start_ms - shift for one in review.chapters] == [5_000, 15_000, 25_000]
    assert review.chapters[0].at == whole + timedelta(milliseconds=shift)
