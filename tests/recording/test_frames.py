"""Black and frozen pictures: found within one group of pictures, none invented on a clean clip."""

import pytest

from recording.frames import Finding, FindingKind, Look, Thresholds, check_pictures, find_faults
from recording.video import probe

T = Thresholds()
BRIGHT, DARK = 20_000, 1_000


def looks(*measures: tuple[int, int | None]) -> list[Look]:
    return [Look(place * 2000, bright, change) for place, (bright, change) in enumerate(measures)]


def faults(*measures: tuple[int, int | None], duration_ms: int = 20_000) -> list[tuple[str, int, int]]:
    return [(one.kind.value, one.start_ms, one.end_ms) for one in find_faults(looks(*measures), duration_ms, T)]


def test_moving_bright_pictures_have_no_fault():
    assert faults((BRIGHT, None), (BRIGHT, 300), (BRIGHT, 310)) == []


def test_black_lasts_until_the_next_bright_keyframe():
    assert faults((BRIGHT, None), (DARK, 9000), (DARK, 0), (BRIGHT, 9000)) == [("black", 2000, 6000)]


def test_black_to_the_end_lasts_to_the_end_of_the_video():
    assert faults((BRIGHT, None), (DARK, 9000), duration_ms=3500) == [("black", 2000, 3500)]


def test_frozen_begins_with_the_first_of_the_equal_keyframes():
    assert faults((BRIGHT, None), (BRIGHT, 300), (BRIGHT, 5), (BRIGHT, 0), (BRIGHT, 300)) == [("frozen", 2000, 8000)]


def test_a_short_stillness_is_no_fault():
    assert faults((BRIGHT, None), (BRIGHT, 5), (BRIGHT, 300)) == []


def test_black_is_not_also_frozen():
    assert faults((DARK, None), (DARK, 0), (DARK, 0), (DARK, 0)) == [("black", 0, 20_000)]


def test_two_faults_stand_in_the_order_in_which_they_begin():
    frozen_then_black = [(BRIGHT, None), (BRIGHT, 0), (BRIGHT, 0), (BRIGHT, 300), (DARK, 9000), (BRIGHT, 9000)]
    assert faults(*frozen_then_black) == [("frozen", 0, 6000), ("black", 8000, 10_000)]


def test_a_finding_carries_its_measure_and_threshold():
    assert find_faults(looks((BRIGHT, None), (700, 9000), (900, 0)), 6000, T) == [
        Finding(FindingKind.BLACK, 2000, 6000, 700, T.black)
    ]


def test_a_video_without_keyframes_has_nothing_to_look_at():
    assert find_faults([], 5000, T) == []


def test_nothing_is_invented_on_a_clean_clip(clip):
    assert check_pictures(clip, 12_000, T) == []


@pytest.mark.parametrize(
    ("kind", "spoil", "start_ms", "end_ms"),
    [
        ("black", "drawbox=color=black:t=fill:enable='between(t,3.5,8.2)'", 3500, 8200),
        ("frozen", "loop=loop=90:size=1:start=45,trim=duration=12", 3000, 9000),
    ],
)
def test_an_injected_fault_is_found_within_one_group_of_pictures(convert, kind, spoil, start_ms, end_ms):
    path = convert("spoilt.mp4", "-vf", spoil, "-g", "30", "-c:a", "copy")
    facts = probe(path)
    (finding,) = check_pictures(path, facts.duration_ms, T)
    assert finding.kind == kind
    assert abs(finding.start_ms - start_ms) <= facts.longest_group_ms
    assert abs(finding.end_ms - end_ms) <= facts.longest_group_ms
    assert finding.measure < finding.threshold
