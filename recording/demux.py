"""What a video file holds, from its packets alone; `describe` runs in a child process.

Nothing is decoded. Times come from the packets, because files from a browser's recorder say neither their length nor
their frame rate. Only containers of recordings are opened, and only the file itself: a playlist that names other
files or addresses is none of them.
"""

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from core.errors import Refusal
from core.kinds import HEAD_BYTES, VIDEOS, kind_of
from exam.children import Answer, Facts

CONTAINERS = "mov,matroska,mpegts,avi,mpeg"
"""The demultiplexers that may be used, by ffmpeg's names."""
GAP_MS = 500
"""A pause between two pictures from which on it counts as a gap."""
_SHORT_BY_MS = 1000


@dataclass(slots=True)
class _Track:
    """The packets of one stream: presentation times and lengths in milliseconds."""

    stream: Any
    times: list[int] = field(default_factory=list)
    end_ms: int = 0
    keys: list[int] = field(default_factory=list)

    def note(self, packet: Any) -> None:
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None:
            return
        at = _ms(stamp * packet.time_base)
        self.times.append(at)
        self.end_ms = max(self.end_ms, at + _ms((packet.duration or 0) * packet.time_base))
        if packet.is_keyframe:
            self.keys.append(at)


def _ms(seconds: Fraction) -> int:
    return round(seconds * 1000)


def describe(facts: Facts, _blobs: Sequence[bytes]) -> Answer:
    """Task of a child: the file at facts["path"], answered with the fields of recording.video.Probe.

    Raises Refusal for what is no whole video.
    """
    return _describe(Path(str(facts["path"]))), ()


def _describe(path: Path) -> dict[str, object]:
    import av

    size = path.stat().st_size
    if size == 0:
        raise Refusal("The file is empty.", field="file")
    try:
        with av.open(str(path), options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}) as container:
            cover = av.stream.Disposition.attached_pic
            streams = [
                one for one in (*container.streams.video, *container.streams.audio) if not one.disposition & cover
            ]
            tracks = {stream.index: _Track(stream) for stream in streams}
            for packet in container.demux(streams) if streams else ():
                tracks[packet.stream.index].note(packet)
            return _summary(container, size, list(tracks.values()))
    except av.FFmpegError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> Refusal:
    """Why a file that cannot be demultiplexed is none."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if kind_of(head) in VIDEOS:
        return Refusal("The video breaks off: the end of the file is missing or damaged.", field="file")
    if any(_is_text(head, encoding) for encoding in ("utf-8", "gb18030")):
        return Refusal("This is a text, not a video, whatever its name says.", field="file")
    return Refusal("This is not a video that can be read here.", field="file")


def _is_text(head: bytes, encoding: str) -> bool:
    try:
        return "\x00" not in codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False


def _summary(container: Any, size: int, tracks: list[_Track]) -> dict[str, object]:
    pictures = next((track for track in tracks if track.stream.type == "video" and len(track.times) > 1), None)
    if pictures is None:
        raise Refusal("There is no moving picture in this file.", field="file")
    first = min(min(track.times) for track in tracks if track.times)
    start = first if container.start_time is None else container.start_time // 1000  # without an encoder's lead-in
    end = max(track.end_ms for track in tracks)
    declared = (container.duration or 0) // 1000
    if declared - (end - start) > max(_SHORT_BY_MS, declared // 50):
        raise Refusal(
            "The video breaks off after {found} of {declared} seconds: the end of the file is missing.",
            field="file",
            found=(end - start) // 1000,
            declared=declared // 1000,
        )
    keys = sorted(key - start for key in pictures.keys)
    return {
        "container": container.format.name,
        "size": size,
        "start_ms": start,
        "duration_ms": end - start,
        "streams": [_stream(track, start) for track in tracks if track.times],
        "keyframes": len(keys),
        "longest_group_ms": max((later - key for key, later in pairwise([*keys, end - start])), default=0),
        "gaps": [[before - start, after - start] for before, after in _gaps(pictures.times)],
    }


def _stream(track: _Track, start: int) -> dict[str, object]:
    stream = track.stream
    picture = stream.type == "video"
    return {
        "kind": stream.type,
        "codec": stream.codec_context.name,
        "pixels": str(stream.codec_context.pix_fmt or "") if picture else "",
        "width": stream.codec_context.width if picture else 0,
        "height": stream.codec_context.height if picture else 0,
        "rate": 0 if picture else stream.codec_context.sample_rate,
        "packets": len(track.times),
        "first_ms": min(track.times) - start,
        "last_ms": track.end_ms - start,
    }


def _gaps(times: list[int]) -> Iterable[tuple[int, int]]:
    """Pauses between pictures longer than GAP_MS and three times the usual distance."""
    ordered = sorted(times)
    steps = [after - before for before, after in pairwise(ordered)]
    limit = max(GAP_MS, 3 * median(steps)) if steps else GAP_MS
    return [(before, after) for before, after in pairwise(ordered) if after - before > limit]
