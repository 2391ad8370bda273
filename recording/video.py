"""Videos as files: what they hold, a copy that browsers play, a still picture. All by child processes.

The captured file is the record and is never changed; everything made here is a derivative that can be made again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import ffmpeg
import msgspec

from core.errors import Refusal
from exam.children import Limits, run_child
from recording.demux import CONTAINERS
from recording.ffmpeg import H264, find_encoder, find_ffmpeg, run

PROBE_SECONDS = 300
COPY_SECONDS = 1800
POSTER_SECONDS = 60
PROBE_MEMORY = 2048
POSTER_WIDTH = 640


class StreamKind(StrEnum):
    """What a stream carries."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream; times in milliseconds from the start of the file, `rate` in samples a second (0 for pictures)."""

    kind: StreamKind
    codec: str
    pixels: str
    width: int
    height: int
    rate: int
    packets: int
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What a video file holds, from its packets (recording.demux).

    `start_ms` is the file's own first time stamp; all other times count from it. `gaps` are pauses of the picture;
    `longest_group_ms` is the longest way between two keyframes, to which findings are exact.
    """

    container: str
    size: int
    start_ms: int
    duration_ms: int
    streams: tuple[Stream, ...]
    keyframes: int
    longest_group_ms: int
    gaps: tuple[tuple[int, int], ...]

    @property
    def video(self) -> Stream:
        """The picture."""
        return next(one for one in self.streams if one.kind is StreamKind.VIDEO)

    @property
    def audio(self) -> Stream | None:
        """The sound, if there is any."""
        return next((one for one in self.streams if one.kind is StreamKind.AUDIO), None)


class Way(StrEnum):
    """How a stream comes into the review copy."""

    COPY = "copy"
    ENCODE = "encode"
    NONE = "none"


_QUIET = ("-nostdin", "-hide_banner", "-v", "error", "-y")
_SOUND: Mapping[Way, Mapping[str, Any]] = {
    Way.COPY: {"c:a": "copy"},
    Way.ENCODE: {"c:a": "aac", "b:a": "128k"},
    Way.NONE: {"an": None},
}


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """How a review copy is made: ffmpeg's format, and what happens to picture and sound."""

    form: str
    video: Way
    audio: Way

    @property
    def media_type(self) -> str:
        """What the player is told."""
        return f"video/{self.form}"


def review_plan(probe: Probe) -> ReviewPlan:
    """The cheapest way to a file that browsers play: a stream is encoded anew only where none would play it."""
    video, audio = probe.video, probe.audio
    sound = audio.codec if audio else ""
    if video.codec in {"vp8", "vp9", "av1"} and sound in {"", "opus", "vorbis"}:
        return ReviewPlan("webm", Way.COPY, Way.COPY if sound else Way.NONE)
    plays = video.codec == "h264" and video.pixels in {"yuv420p", "yuvj420p"}
    hears = Way.COPY if sound in {"aac", "mp3", "opus"} else Way.ENCODE
    return ReviewPlan("mp4", Way.COPY if plays else Way.ENCODE, hears if sound else Way.NONE)


def probe(path: Path, *, seconds: int = PROBE_SECONDS) -> Probe:
    """What the file holds. Raises Refusal for an empty or cut-off file, a text, or one without moving pictures."""
    answer, _ = run_child("recording.demux:describe", {"path": str(path)}, (), Limits(PROBE_MEMORY, seconds))
    return msgspec.convert(answer, Probe)


def review_copy(source: Path, target: Path, found: Probe, *, seconds: int = COPY_SECONDS) -> ReviewPlan:
    """Make the copy for review; its format follows from `found`, not from the target's name.

    Raises Refusal with ffmpeg's reason. The target is there whole or not at all.
    """
    plan = review_plan(found)
    program = find_ffmpeg(*(H264 if plan.video is Way.ENCODE else ()))
    read = _reading(source)
    picture, options = read["v:0"], {"c:v": "copy", "map_metadata": -1, "sn": None, "dn": None, "f": plan.form}
    if plan.video is Way.ENCODE:
        picture = picture.filter("scale", "trunc(iw/2)*2", "trunc(ih/2)*2")
        options |= {"c:v": find_encoder(program, *H264), "pix_fmt": "yuv420p", "g": 50}
    options |= _SOUND[plan.audio]
    if plan.form == "mp4":
        options["movflags"] = "+faststart"  # the index in front
    _make(program, (picture, read["a:0?"]), options, target, seconds)
    return plan


def poster(source: Path, target: Path, *, seconds: int = POSTER_SECONDS) -> None:
    """A still picture (JPEG): the most usual one of the first two seconds. Raises Refusal with ffmpeg's reason."""
    picture = _reading(source)["v:0"].filter("thumbnail", 50).filter("scale", POSTER_WIDTH, -2)
    _make(find_ffmpeg(), (picture,), {"frames:v": 1, "q:v": 4, "f": "image2", "update": 1}, target, seconds)


def _reading(source: Path) -> Any:
    """The file itself as an input, and nothing it may point to."""
    return ffmpeg.input(f"file:{source}", protocol_whitelist="file", format_whitelist=CONTAINERS)


def _make(program: str, streams: Sequence[Any], options: Mapping[str, Any], target: Path, seconds: int) -> None:
    with whole_or_nothing(target) as part:
        command = ffmpeg.output(*streams, f"file:{part}", **options).compile(cmd=[program, *_QUIET])
        done = run(command, seconds=seconds)
        if done.status != 0:
            raise Refusal("The video could not be converted: {reason}", field="file", reason=done.complaint)
        if not part.exists() or part.stat().st_size == 0:
            raise Refusal("Nothing could be taken from the video.", field="file")


@contextmanager
def whole_or_nothing(target: Path) -> Iterator[Path]:
    """A path to write to; it takes the target's place when all went well, and is gone otherwise."""
    part = target.with_name(f"{target.name}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
