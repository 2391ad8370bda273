"""What the pictures of a video show, looked at by keyframes only: black, and frozen. Run in a child process.

A finding is for people to judge. Its ends are known to one group of pictures: the fault began after the keyframe
before `start_ms` and ended before the keyframe at `end_ms`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from exam.children import Answer, Facts, Limits, run_child
from recording.demux import CONTAINERS

CHECK_SECONDS = 1800
CHECK_MEMORY = 4096
_SMALL = (160, 90)  # averaging over this size takes a camera's noise out


class FindingKind(StrEnum):
    """What a check can find."""

    BLACK = "black"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a finding begins, in hundredths of a grey level of 0 to 255, and how long it must last.

    Black: the brightest hundredth of the picture is darker than `black`. Frozen: two keyframes differ by less than
    `frozen` on average, over at least `frozen_ms`.
    """

    black: int = 4000
    frozen: int = 30
    frozen_ms: int = 3000


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of the video in milliseconds, with the most telling measure and the threshold it passed."""

    kind: FindingKind
    start_ms: int
    end_ms: int
    measure: int
    threshold: int


@dataclass(frozen=True, slots=True)
class Look:
    """A keyframe: when it is shown, how bright its brightest hundredth is, how much it differs from the one before.

    Measures are hundredths of a grey level; the first keyframe's `change` is None.
    """

    at_ms: int
    bright: int
    change: int | None


def check_pictures(
    path: Path, duration_ms: int, thresholds: Thresholds, *, seconds: int = CHECK_SECONDS
) -> list[Finding]:
    """All findings of a video in the order in which they begin. The file must have passed `video.probe`."""
    answer, _ = run_child("recording.frames:look", {"path": str(path)}, (), Limits(CHECK_MEMORY, seconds))
    return find_faults(msgspec.convert(answer["looks"], list[Look]), duration_ms, thresholds)


def find_faults(looks: Sequence[Look], duration_ms: int, thresholds: Thresholds) -> list[Finding]:
    """The findings that follow from the keyframes; what is black is not also called frozen."""
    ends = [*(look.at_ms for look in looks[1:]), duration_ms]
    dark = _runs(range(len(looks)), lambda one: looks[one].bright < thresholds.black)
    black = [
        Finding(
            FindingKind.BLACK,
            looks[run[0]].at_ms,
            ends[run[-1]],
            min(looks[one].bright for one in run),
            thresholds.black,
        )
        for run in dark
    ]
    still = _runs(range(1, len(looks)), lambda one: _is_still(looks[one - 1], looks[one], thresholds))
    frozen = [
        Finding(
            FindingKind.FROZEN,
            looks[run[0] - 1].at_ms,
            ends[run[-1]],
            min(looks[one].change or 0 for one in run),
            thresholds.frozen,
        )
        for run in still
        if looks[run[-1]].at_ms - looks[run[0] - 1].at_ms >= thresholds.frozen_ms
    ]
    return sorted([*black, *frozen], key=lambda one: (one.start_ms, one.kind))


def _is_still(before: Look, look: Look, thresholds: Thresholds) -> bool:
    dark = max(before.bright, look.bright) < thresholds.black
    return not dark and look.change is not None and look.change < thresholds.frozen


def _runs(places: Iterable[int], holds: Callable[[int], bool]) -> Iterator[list[int]]:
    """Stretches of neighbouring places for which something holds."""
    run: list[int] = []
    for place in places:
        if holds(place):
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run


def look(facts: Facts, _blobs: Sequence[bytes]) -> Answer:
    """Task of a child: decode the keyframes of the file at facts["path"] and measure them."""
    import av
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    with av.open(
        str(facts["path"]), options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    ) as container:
        start = (container.start_time or 0) // 1000
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        looks: list[Look] = []
        before = None
        for frame in container.decode(stream):
            if frame.pts is not None:
                picture = _small(cv2, frame)
                change = None if before is None else _hundredths(cv2.absdiff(before, picture).mean())
                at = round(frame.pts * frame.time_base * 1000) - start
                looks.append(Look(at, _hundredths(np.percentile(picture, 99)), change))
                before = picture
    return {"looks": [asdict(one) for one in looks]}, ()


def _small(cv2: Any, frame: Any) -> Any:
    return cv2.resize(frame.to_ndarray(format="gray"), _SMALL, interpolation=cv2.INTER_AREA)


def _hundredths(grey: Any) -> int:
    return round(float(grey) * 100)
