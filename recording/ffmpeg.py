"""ffmpeg: which program, what it can encode, and running it in a process group of its own under a time limit."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import Refusal

H264 = ("libx264", "libopenh264")
"""Encoders for a picture that every browser plays, the better one first."""
LISTING_SECONDS = 60
_STOPPED = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT})
_live: set[subprocess.Popen[bytes]] = set()
_live_lock = threading.Lock()


class FfmpegStoppedError(RuntimeError):
    """Somebody ended ffmpeg (a shutdown, want of memory): the work is undone and says nothing of the video."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What ffmpeg left: its exit status, what it wrote, and what it complained about."""

    status: int
    output: bytes
    errors: str

    @property
    def complaint(self) -> str:
        """The last line of its complaints, or the bare status."""
        lines = self.errors.strip().splitlines()
        return lines[-1] if lines else f"status {self.status}"


@cache
def find_ffmpeg(*encoders: str) -> str:
    """The path of ffmpeg: the system's if it is there, else the one that comes with imageio-ffmpeg.

    With encoders named, the first of the two that has one of them. Raises Refusal if there is none.
    """
    for program in _programs():
        if not encoders or find_encoder(program, *encoders):
            return program
    raise Refusal("No ffmpeg on this machine can make such a video.", field="file")


def _programs() -> Iterator[str]:
    if system := shutil.which("ffmpeg"):
        yield system
    with contextlib.suppress(ImportError, RuntimeError):  # no binary of theirs for this kind of machine
        import imageio_ffmpeg

        yield imageio_ffmpeg.get_ffmpeg_exe()


@cache
def find_encoder(program: str, *encoders: str) -> str:
    """The first of these encoders that the program has, "" if none."""
    listing = run([program, "-hide_banner", "-encoders"], seconds=LISTING_SECONDS).output.decode(errors="replace")
    known = {words[1] for words in map(str.split, listing.splitlines()) if len(words) > 1}
    return next((encoder for encoder in encoders if encoder in known), "")


def run(command: Sequence[str], *, seconds: int, folder: Path | None = None) -> Finished:
    """Run ffmpeg to its end, in `folder` if one is given.

    Raises Refusal if it takes longer than `seconds`, FfmpegStoppedError if somebody ended it.
    """
    with _live_lock:  # whoever ends everything that runs misses none that has just begun
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,
        )
        _live.add(child)
    with child:
        try:
            output, errors = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Refusal(
                "This took longer than {seconds} seconds and was stopped.", field="file", seconds=seconds
            ) from None
        finally:
            _end_group(child)
            with _live_lock:
                _live.discard(child)
    if child.returncode in _STOPPED:
        raise FfmpegStoppedError(f"ffmpeg was stopped by signal {-child.returncode}")
    return Finished(child.returncode, output, errors.decode(errors="replace"))


def end_ffmpeg() -> None:
    """End every ffmpeg still running, when the server begins to stop, and once more after its jobs have stopped."""
    with _live_lock:
        running = list(_live)
    for child in running:
        _end_group(child)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the group of a child that has not ended; once it has, its number may belong to somebody else."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
