"""Clips for the demonstration: playable as they are, each its own person, any label."""

import pytest

from recording.clips import make_clip, voicing
from recording.video import ReviewPlan, Way, probe, review_plan


def test_a_clip_plays_in_a_browser_without_encoding_and_is_small(clip):
    assert review_plan(probe(clip)) == ReviewPlan("mp4", Way.COPY, Way.COPY)
    assert clip.stat().st_size < 600_000


@pytest.mark.parametrize("label", ["4号 %{pts} 'a':b\\c", "㐂，䶮", ""])
def test_any_label_is_only_text(tmp_path, label):
    make_clip(tmp_path / "clip.mp4", 1, label)
    assert probe(tmp_path / "clip.mp4").duration_ms == 1000


@pytest.mark.parametrize("seconds", [0, -1, 4000])
def test_a_clip_has_a_sensible_length(tmp_path, seconds):
    with pytest.raises(ValueError):
        make_clip(tmp_path / "clip.mp4", seconds, "x")


def test_the_mouth_moves_while_there_is_voice_and_rests_between_phrases():
    assert {voicing(moment / 100) for moment in range(250, 310)} == {0.0}
    assert max(voicing(moment / 100) for moment in range(250)) > 0.9
