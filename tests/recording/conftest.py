"""One real clip for the tests of this folder, and ffmpeg to spoil or convert it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from recording.clips import make_clip
from recording.ffmpeg import find_ffmpeg

SECONDS = 12

Spoil = Callable[..., Path]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of somebody speaking, a keyframe every two seconds."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    make_clip(path, SECONDS, "第1考场 4号 竞职演讲")
    return path


@pytest.fixture
def convert(clip: Path, tmp_path: Path) -> Spoil:
    """Make another file out of the clip with ffmpeg's arguments: `convert("b.mkv", "-c", "copy")`."""

    def made(name: str, *arguments: str, source: Path = clip) -> Path:
        target = tmp_path / name
        command = [find_ffmpeg(), "-nostdin", "-v", "error", "-y", "-i", str(source), *arguments, str(target)]
        subprocess.run(command, check=True)
        return target

    return made
