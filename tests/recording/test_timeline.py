"""Chapters and marks of a hearing in its video, and what of the hearing the video does not show."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from interview.hearing import Event, EventKind
from recording.timeline import Chapter, ChapterKind, Mark, MarkKind, timeline

START = datetime(2026, 11, 21, 1, 32, 0, tzinfo=UTC)


def at(seconds: float, kind: EventKind, seat: str = "") -> Event:
    return Event(kind, START + timedelta(seconds=seconds), reason="as it happened", seat=seat)


ROAD = [
    at(10, EventKind.CALL),
    at(60, EventKind.SPEECH),
    at(400, EventKind.QUESTION),
    at(700, EventKind.QUESTION),
    at(1100, EventKind.END),
    at(1150.25, EventKind.SUBMIT, "3"),
    at(1160, EventKind.SUBMIT, "1"),
    at(1200, EventKind.SEAL),
]


def spans(*events: Event, started=START, duration_ms=2_000_000) -> list[tuple[str, int, int, int]]:
    shown = timeline(events, started, duration_ms)
    return [(one.kind.value, one.number, one.start_ms, one.end_ms) for one in shown.chapters]


def test_chapters_follow_the_events_and_end_with_the_seal():
    shown = timeline(ROAD, START, 1_500_000)
    assert shown.chapters == (
        Chapter(ChapterKind.CALLED, 10_000, 60_000),
        Chapter(ChapterKind.SPEECH, 60_000, 400_000),
        Chapter(ChapterKind.QUESTION, 400_000, 700_000, 1),
        Chapter(ChapterKind.QUESTION, 700_000, 1_100_000, 2),
        Chapter(ChapterKind.MARKING, 1_100_000, 1_200_000),
    )
    assert shown.marks == (
        Mark(MarkKind.SUBMITTED, 1_150_250, "3"),
        Mark(MarkKind.SUBMITTED, 1_160_000, "1"),
        Mark(MarkKind.SEALED, 1_200_000),
    )
    assert shown.whole


def test_titles_are_sentences_to_translate():
    shown = timeline(ROAD, START, 1_500_000)
    assert [str(one.title()) for one in shown.chapters] == [
        "Called, number checked",
        "Speech",
        "Question 1",
        "Question 2",
        "Marking",
    ]
    assert [str(one.title()) for one in shown.marks] == [
        "Sheet of seat 3 received",
        "Sheet of seat 1 received",
        "Sealed",
    ]


def test_a_camera_that_started_late_and_stopped_early_says_how_much_is_missing():
    shown = timeline(ROAD, START + timedelta(seconds=70), 1_000_000)
    assert [(one.kind, one.start_ms, one.end_ms) for one in shown.chapters] == [
        (ChapterKind.SPEECH, 0, 330_000),
        (ChapterKind.QUESTION, 330_000, 630_000),
        (ChapterKind.QUESTION, 630_000, 1_000_000),
    ]
    assert shown.marks == ()
    assert (shown.missing_before_ms, shown.missing_after_ms, shown.whole) == (60_000, 30_000, False)


def test_a_camera_switched_off_while_judges_mark_misses_nothing():
    shown = timeline(ROAD, START, 1_120_000)
    assert shown.whole
    assert shown.chapters[-1] == Chapter(ChapterKind.MARKING, 1_100_000, 1_120_000)


def test_after_an_adjournment_the_same_question_goes_on():
    assert spans(*ROAD[:4], at(800, EventKind.ADJOURN), at(900, EventKind.RESUME), at(1000, EventKind.END)) == [
        ("called", 0, 10_000, 60_000),
        ("speech", 0, 60_000, 400_000),
        ("question", 1, 400_000, 700_000),
        ("question", 2, 700_000, 800_000),
        ("adjourned", 0, 800_000, 900_000),
        ("question", 2, 900_000, 1_000_000),
        ("marking", 0, 1_000_000, 2_000_000),
    ]


def test_a_wrong_call_ends_its_chapter_and_a_withdrawal_the_hearing():
    events = [at(10, EventKind.CALL), at(20, EventKind.UNCALL), at(50, EventKind.CALL), at(90, EventKind.WITHDRAW)]
    assert spans(*events) == [("called", 0, 10_000, 20_000), ("called", 0, 50_000, 90_000)]


def test_a_judge_who_left_is_marked_and_breaks_no_chapter():
    shown = timeline([*ROAD[:3], at(500, EventKind.LEAVE, "2"), *ROAD[3:]], START, 2_000_000)
    assert shown.marks[0] == Mark(MarkKind.LEFT, 500_000, "2")
    assert len(shown.chapters) == 5


def test_a_clock_set_back_between_two_events_turns_no_chapter_round():
    events = [at(10, EventKind.CALL), at(60, EventKind.SPEECH), at(50, EventKind.QUESTION), at(90, EventKind.END)]
    assert spans(*events, duration_ms=100_000) == [
        ("called", 0, 10_000, 60_000),
        ("speech", 0, 60_000, 60_000),
        ("question", 1, 60_000, 90_000),
        ("marking", 0, 90_000, 100_000),
    ]


def test_without_events_there_are_no_chapters_and_nothing_is_missing():
    shown = timeline([], START, 5000)
    assert (shown.chapters, shown.marks, shown.whole) == ((), (), True)


@given(
    st.lists(st.tuples(st.sampled_from(EventKind), st.integers(-60, 500)), max_size=15),
    st.integers(-1000, 1000),
    st.integers(1, 3_000_000),
)
def test_chapters_never_overlap_and_stay_inside_the_video(steps, offset, duration_ms):
    seconds, events = 0, []
    for kind, pause in steps:
        seconds += pause
        events.append(at(seconds, kind, "1"))
    chapters = timeline(events, START + timedelta(seconds=offset), duration_ms).chapters
    edges = [edge for one in chapters for edge in (one.start_ms, one.end_ms)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= duration_ms for edge in edges)
