"""The board of the day and the room officer's desk in the browser."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine, event

from interview.hearing import EventKind
from tests.interview.day import sheet
from tests.web.desk import problems
from tests.web.interview_day import CODE, Browser, DayInHouse, ready
from web.house import House

PATH = f"/staff/{CODE}"
FRAGMENT = {"hx-request": "true"}


@pytest.fixture
def day(house: House) -> DayInHouse:
    return ready(house)


# ── the board ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_board_counts_sheets_and_shows_no_mark_and_no_name(day: DayInHouse) -> None:
    hearing_id = day.day.hear(1)
    for seat_id in day.day.seats["1"][:2]:
        day.day.submit(seat_id, hearing_id, sheet("37.5", "46"))
    for name in ("officer", "waiting", "room", "supervisor"):
        text = day.browser(name).get(f"{PATH}/interview/board").text
        assert "expert judges 2/2" in text
        assert "representative judges 0/1" in text
        assert "Room 1　sheets to come: 1" in text
        assert not re.search(r"考生2026|评委\d|37\.5|83\.5", text)


def test_the_board_is_renewed_by_its_block_alone(day: DayInHouse) -> None:
    officer = day.browser("officer")
    whole = officer.get(f"{PATH}/interview/board")
    block = officer.get(f"{PATH}/interview/board", **FRAGMENT)
    assert whole.text.count('id="board"') == block.text.count('id="board"') == 1
    assert "<html" not in block.text
    assert f"/live?topics=selection:{day.day.selection_id}" in whole.text


def test_the_boards_reads_do_not_grow_with_the_rooms(house: House) -> None:
    """Three rooms with hearings cost as many statements as one."""
    counts = []
    made = ready(house, candidates=6)
    officer = made.browser("officer")
    for _ in range(2):
        counts.append(_statements(made, officer))
        code = str(len(made.day.rooms) + 1)
        made.day.open_room(code)
        made.day.seat_panel(code)
    assert counts[0] == counts[1]


def _statements(made: DayInHouse, officer: Browser) -> int:
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    made.browser("officer").get(f"{PATH}/interview/board")  # who asks is remembered for a moment
    event.listen(Engine, "before_cursor_execute", note)
    officer.get(f"{PATH}/interview/board")
    event.remove(Engine, "before_cursor_execute", note)
    return len(said)


# ── the room officer's desk ──────────────────────────────────────────────────────────────────────────────────────────


def act(day: DayInHouse, kind: EventKind, status: int = 303, number: int = 1, **fields: Any) -> str:
    """What the officer notes on the hearing as it stands."""
    room, heard = day.browser("room"), day.day.hearing(number)
    fields = {"kind": kind.value, "version": heard.version, **fields}
    text: str = room.post(f"{PATH}/rooms/1/hearings/{heard.hearing_id}", status, **fields).text
    return text


def test_a_hearing_is_led_from_the_call_to_the_end_of_the_answers(day: DayInHouse) -> None:
    room = day.browser("room")
    assert "Call number 1" in room.get(f"{PATH}/rooms/1").text
    refused = act(day, EventKind.CALL, 422)
    assert problems(refused) == ["Without the supervisor in the room no hearing may start."]
    act(day, EventKind.CALL, supervisor="1")
    assert "The speech begins" in room.get(f"{PATH}/rooms/1").text
    act(day, EventKind.SPEECH)
    assert "Question 1 is put" in room.get(f"{PATH}/rooms/1").text
    act(day, EventKind.QUESTION)
    assert "Question 2 is put" in room.get(f"{PATH}/rooms/1").text
    act(day, EventKind.END)
    page = room.get(f"{PATH}/rooms/1").text
    assert "Judges are marking" in page
    assert "<b>0/3</b>" in page
    assert not re.search(r"考生2026|评委\d", page)


def test_a_second_officer_who_is_late_is_told_how_it_stands(day: DayInHouse) -> None:
    day.browser("room").get(f"{PATH}/rooms/1")
    stale = day.day.hearing(1)
    act(day, EventKind.CALL, supervisor="1")
    late = day.browser("room").post(
        f"{PATH}/rooms/1/hearings/{stale.hearing_id}", 409, kind="call", version=stale.version, supervisor="1"
    )
    assert problems(late.text) == ["Number 1 has moved on meanwhile and stands at: called."]
    assert "The speech begins" in late.text, "the page shows what stands now"


def test_what_is_noted_against_a_candidate_needs_a_reason(day: DayInHouse) -> None:
    day.browser("room").get(f"{PATH}/rooms/1")
    assert problems(act(day, EventKind.ABSENCE, 422)) == ["Please write down the reason."]
    act(day, EventKind.ABSENCE, reason="面试开始时未到场")
    assert "Call number 2" in day.browser("room").get(f"{PATH}/rooms/1").text
    assert problems(act(day, EventKind.SEAL, 422)) == ["Choose one of these."]


def test_forms_are_renewed_when_the_hearing_has_moved_on_and_left_alone_otherwise(day: DayInHouse) -> None:
    room = day.browser("room")
    room.get(f"{PATH}/rooms/1")
    heard = day.day.hearing(1)
    seen = f"{heard.hearing_id}.{heard.version}"
    assert "hx-trigger" not in room.get(f"{PATH}/rooms/1/progress?seen={seen}", **FRAGMENT).headers
    act(day, EventKind.CALL, supervisor="1")
    moved = room.get(f"{PATH}/rooms/1/progress?seen={seen}", **FRAGMENT)
    assert moved.headers["hx-trigger"] == '{"moved": {"target": "#renew"}}'
    assert "<form" not in moved.text
    desk = room.get(f"{PATH}/rooms/1", **FRAGMENT)
    assert "The speech begins" in desk.text
    assert "<html" not in desk.text
