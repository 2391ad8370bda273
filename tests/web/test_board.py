"""The board of the day: which room stands where, and what somebody has to see to, the gravest first."""

from datetime import UTC, datetime, timedelta

import pytest

from core.people import Power
from core.words import Name
from interview.hearing import State
from interview.panel import JudgeKind
from interview.queries import BoardHearing, BoardRoom, SeatLine
from recording.queries import FilmedHearing
from recording.states import RecordingState
from recording.tables import Recording
from web.board import Board, board_of, shown_hearing

NOW = datetime(2026, 11, 21, 1, 52, tzinfo=UTC)
SEATS = tuple(SeatLine(n, JudgeKind.EXPERT if n < 3 else JudgeKind.REPRESENTATIVE, False) for n in (1, 2, 3))


def hearing(number: int, state: State, *, ago: float | None = 1, room: int = 1) -> BoardHearing:
    since = None if ago is None else NOW - timedelta(minutes=ago)
    return BoardHearing(room * 10 + number, number, state, 1, since, 0, 0)


def room(number: int, *hearings: BoardHearing, seats: int = 3) -> BoardRoom:
    return BoardRoom(number, str(number), Name(f"第{number}考场"), 1, Name("职位"), seats, hearings)


def film(one: BoardHearing, state: RecordingState | None) -> FilmedHearing:
    row = None
    if state is not None:
        row = Recording(hearing_id=one.hearing_id, selection_id=1, name="x", sha256="0", uploaded_by=1, state=state)
    return FilmedHearing(one.hearing_id, "1", one.number, one.state, row)


def board(
    *rooms: BoardRoom, received: dict[int, set[int]] | None = None, films: list[FilmedHearing] | None = None
) -> Board:
    sheets = {hearing_id: frozenset(numbers) for hearing_id, numbers in (received or {}).items()}
    seats = {one.room_id: SEATS[: one.seats] for one in rooms}
    return board_of("GX", rooms, seats, sheets, films or [], 3, NOW)


def errands(found: Board) -> list[tuple[str, str]]:
    return [(one.kind.level, str(one.title)) for one in found.errands]


def test_the_hearing_in_the_room_is_shown_else_the_one_that_moved_last():
    sealed, absent = hearing(1, State.SEALED, ago=30), hearing(2, State.ABSENT, ago=10)
    waiting = hearing(3, State.WAITING, ago=None)
    assert shown_hearing(room(1, sealed, absent, waiting)) == absent
    present = hearing(3, State.SPEAKING, ago=2)
    assert shown_hearing(room(1, sealed, absent, present)) == present
    assert shown_hearing(room(1, waiting)) is None
    taken_back = hearing(3, State.WAITING, ago=1)
    assert shown_hearing(room(1, sealed, taken_back)) == sealed


@pytest.mark.parametrize(
    ("hearings", "word", "kind"),
    [
        ((), "lots not drawn", "none"),
        ((hearing(1, State.WAITING, ago=None),), "not begun", "none"),
        ((hearing(1, State.SPEAKING), hearing(2, State.WAITING, ago=None)), "speaking", "running"),
        ((hearing(1, State.SEALED), hearing(2, State.WAITING, ago=None)), "sealed", "done"),
        ((hearing(1, State.SEALED), hearing(2, State.ABSENT)), "all heard", "done"),
        ((hearing(1, State.ADJOURNED),), "adjourned", "problem"),
    ],
)
def test_a_rooms_state_has_a_word_and_a_shape(hearings: tuple[BoardHearing, ...], word: str, kind: str):
    line = board(room(1, *hearings)).rooms[0]
    assert (str(line.word), line.kind) == (word, kind)


def test_sheets_are_counted_by_group_and_missing_seats_named():
    one = hearing(1, State.MARKING, ago=5)
    found = board(room(1, one), received={one.hearing_id: {1, 3}})
    assert found.rooms[0].groups == ((JudgeKind.EXPERT, 1, 2), (JudgeKind.REPRESENTATIVE, 1, 1))
    assert found.rooms[0].awaited == (2,)
    assert errands(found) == [("warm", "Room 1　sheets to come: 1")]
    assert str(found.errands[0].about) == "Number 1, seats (2,)."
    assert found.errands[0].path == "/staff/GX/rooms/1"


def test_a_judge_who_left_is_not_awaited_but_a_sheet_handed_in_before_counts():
    one = hearing(1, State.MARKING, ago=5)
    seats = {1: (SeatLine(1, JudgeKind.EXPERT, True), SeatLine(2, JudgeKind.EXPERT, True), SEATS[2])}
    line = board_of("GX", [room(1, one)], seats, {one.hearing_id: frozenset({1})}, [], 3, NOW).rooms[0]
    assert line.awaited == (3,)
    assert line.groups == ((JudgeKind.EXPERT, 1, 1), (JudgeKind.REPRESENTATIVE, 0, 1))


@pytest.mark.parametrize(("minutes", "expected"), [(1.9, 0), (2, 1)])
def test_a_missing_sheet_is_an_errand_only_after_two_minutes(minutes: float, expected: int):
    one = hearing(1, State.MARKING, ago=minutes)
    assert len(board(room(1, one)).errands) == expected


def test_a_complete_hearing_waits_for_the_supervisors_seal():
    one = hearing(1, State.MARKING, ago=1)
    found = board(room(1, one), received={one.hearing_id: {1, 2, 3}})
    assert errands(found) == [("warm", "Room 1　number 1 waits for the seal")]
    assert found.errands[0].path == f"/observer/GX/hearings/{one.hearing_id}"
    assert found.errands[0].kind.power is Power.INTERVIEW_HEARING_SEAL


def test_sealed_hearings_without_a_usable_recording_ring_once_for_a_room():
    sealed = [hearing(number, State.SEALED, ago=60 - number) for number in (1, 2, 3, 4)]
    films = [
        film(sealed[0], None), film(sealed[1], RecordingState.FAILED), film(sealed[2], RecordingState.VERIFIED),
        film(sealed[3], RecordingState.RECEIVED),
    ]  # fmt: skip
    found = board(room(1, *sealed, hearing(5, State.WAITING, ago=None)), films=films)
    assert errands(found) == [
        ("hot", "Room 1　recordings not usable: 1"),
        ("warm", "Room 1　recordings missing: 1"),
    ]
    assert [one.facts["numbers"] for one in found.errands] == [[2], [1]]
    kinds = [mark.film.kind if mark.film else None for mark in found.rooms[0].hearings]
    assert kinds == ["none", "problem", "done", "running", None]


def test_what_is_missing_before_the_day_is_an_errand():
    unready = board(room(1, seats=1))
    assert errands(unready) == [("warm", "Room 1　lots not drawn"), ("warm", "Room 1　panel not complete")]
    begun = board(room(1, hearing(1, State.SEALED), hearing(2, State.WAITING, ago=None), seats=1))
    assert all("panel" not in title for _, title in errands(begun))


def test_the_gravest_comes_first_and_of_equals_the_oldest():
    late, later = hearing(1, State.MARKING, ago=9), hearing(1, State.MARKING, ago=4, room=2)
    stopped = hearing(1, State.ADJOURNED, ago=1, room=3)
    found = board(room(2, later), room(1, late), room(3, stopped), room(4, hearing(1, State.WAITING, ago=None, room=4)))
    assert [title for _, title in errands(found)] == [
        "Room 3　number 1 adjourned",
        "Room 1　sheets to come: 3",
        "Room 2　sheets to come: 3",
    ]
    assert [(line.room.code, line.level) for line in found.rooms] == [
        ("3", "hot"), ("2", "warm"), ("1", "warm"), ("4", "cool"),
    ]  # fmt: skip


def test_hearings_are_counted_by_where_they_stand():
    states = [State.SEALED, State.SPEAKING, State.ADJOURNED, State.WAITING, State.ABSENT, State.WITHDREW]
    found = board(room(1, *(hearing(n, state) for n, state in enumerate(states, start=1))))
    assert dict(found.counts) == {"sealed": 1, "running": 2, "waiting": 1, "without": 2}
    assert found.total == 6
