"""Short moving clips for the demonstration: a drawn person speaking at a table, a clock, a label, a voice-like tone.

A child process draws with OpenCV and encodes with ffmpeg.
"""

import math
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg

from exam.children import Answer, Facts, Limits, run_child
from recording.ffmpeg import H264, find_encoder, find_ffmpeg
from recording.video import whole_or_nothing

WIDTH, HEIGHT, RATE = 640, 360, 15
CLIP_SECONDS = 120
CLIP_MEMORY = 4096
LONGEST = 3600
_SYLLABLES = 4.3  # a second, about as fast as people speak
_WALL, _FLOOR, _TABLE, _SKIN = (214, 220, 224), (150, 160, 168), (72, 96, 140), (150, 182, 224)
_SUITS = ((96, 70, 52), (70, 60, 60), (60, 84, 66), (52, 52, 92), (92, 76, 84))
_HAIRS = ((30, 26, 24), (44, 40, 38), (84, 84, 88))


def make_clip(target: Path, seconds: int, label: str, *, limit: int = CLIP_SECONDS) -> None:
    """Write an MP4 of 640 × 360 (H.264 and AAC); the person's looks follow from the label."""
    if not 1 <= seconds <= LONGEST:
        raise ValueError(f"a clip has 1 to {LONGEST} seconds")
    facts = {"target": str(target), "seconds": seconds, "label": label}
    run_child("recording.clips:encode", facts, (), Limits(CLIP_MEMORY, limit))


def voicing(moment: float) -> float:
    """How far the mouth is open at a moment, 0 to 1: syllables in phrases with a breath between them."""
    phrase = moment % 3.1
    return abs(math.sin(math.pi * _SYLLABLES * moment)) if phrase < 2.5 else 0.0


def encode(facts: Facts, _blobs: Sequence[bytes]) -> Answer:
    """Task of a child: draw and encode the clip that `make_clip` asks for."""
    _encode(Path(str(facts["target"])), int(str(facts["seconds"])), str(facts["label"]))
    return {}, ()


def _encode(target: Path, seconds: int, label: str) -> None:
    from pylopdf_fonts_zh_cn import sans_path

    with TemporaryDirectory() as folder, whole_or_nothing(target) as part:
        (Path(folder) / "font.otf").symlink_to(sans_path())  # plain names: filter arguments have their own escapes
        (Path(folder) / "label.txt").write_text(label, encoding="utf-8")
        command = _command(seconds, part.resolve())
        with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=folder) as child:
            assert child.stdin is not None
            for picture in _pictures(seconds, sum(label.encode())):
                child.stdin.write(picture)
        if child.returncode != 0:
            raise RuntimeError(f"ffmpeg ended with status {child.returncode}")


def _command(seconds: int, target: Path) -> list[str]:
    """The arguments of ffmpeg: raw pictures from the pipe, a made-up voice, label and clock written over."""
    program = find_ffmpeg(*H264)
    encoder = find_encoder(program, *H264)
    text = {"fontfile": "font.otf", "fontcolor": "white", "box": 1, "boxcolor": "black@0.55", "boxborderw": 6, "x": 14}
    picture = (
        ffmpeg.input("pipe:0", f="rawvideo", pix_fmt="bgr24", s=f"{WIDTH}x{HEIGHT}", r=RATE)
        .filter("drawtext", fontsize=20, y="h-38", expansion="none", textfile="label.txt", **text)
        .filter("drawtext", fontsize=18, y=14, text="%{pts:hms}", **text)
    )
    voice = f"0.35*sin(2*PI*(150+20*sin(t))*t)*abs(sin(PI*{_SYLLABLES}*t))*lt(mod(t\\,3.1)\\,2.5)"
    sound = ffmpeg.input(f"aevalsrc='{voice}+0.004*(random(0)-0.5)':s=44100:d={seconds}", f="lavfi")
    options = {"c:v": encoder, "pix_fmt": "yuv420p", "g": 2 * RATE, "b:v": "220k", "c:a": "aac", "b:a": "48k"}
    if encoder == "libx264":
        options["preset"] = "veryfast"
    made = ffmpeg.output(picture, sound, f"file:{target}", shortest=None, movflags="+faststart", f="mp4", **options)
    return list(made.compile(cmd=[program, "-hide_banner", "-v", "error", "-y"]))


def _pictures(seconds: int, looks: int) -> Iterator[bytes]:
    """Raw pictures, one after the other, with a little of a camera's noise so that nothing seems frozen."""
    import cv2
    import numpy as np

    noise = np.random.default_rng(looks).integers(-4, 5, (8, HEIGHT, WIDTH, 1), dtype=np.int16)
    room = _room(cv2, np)
    for number in range(seconds * RATE):
        canvas = room.copy()
        _person(cv2, canvas, number / RATE, looks)
        grainy = np.clip(canvas.astype(np.int16) + noise[number % len(noise)], 0, 255)
        yield grainy.astype(np.uint8).tobytes()


def _room(cv2: Any, np: Any) -> Any:
    canvas = np.full((HEIGHT, WIDTH, 3), _WALL, dtype=np.uint8)
    cv2.rectangle(canvas, (0, 250), (WIDTH, HEIGHT), _FLOOR, -1)
    cv2.rectangle(canvas, (455, 40), (600, 150), (236, 232, 224), -1)
    cv2.rectangle(canvas, (455, 40), (600, 150), (120, 130, 140), 3)
    cv2.line(canvas, (528, 40), (528, 150), (120, 130, 140), 3)
    cv2.rectangle(canvas, (30, 60), (150, 190), (190, 200, 206), -1)
    return canvas


def _person(cv2: Any, canvas: Any, moment: float, looks: int) -> None:
    """The figure at a moment: it sways, nods, blinks, speaks, and moves its hands while it speaks."""
    suit, hair = _SUITS[looks % len(_SUITS)], _HAIRS[looks % len(_HAIRS)]
    x = 320 + round(7 * math.sin(0.8 * moment))
    y = 130 + round(4 * math.sin(1.7 * moment))
    smooth = cv2.LINE_AA
    cv2.ellipse(canvas, (320, 300), (105, 120), 0, 180, 360, suit, -1, smooth)
    cv2.fillPoly(canvas, [_points((300, 188), (340, 188), (320, 240))], (240, 240, 240), smooth)
    cv2.rectangle(canvas, (x - 14, y + 35), (x + 14, 196), _SKIN, -1)
    cv2.ellipse(canvas, (x, y - 8), (45, 56), 0, 0, 360, hair, -1, smooth)
    cv2.ellipse(canvas, (x, y + 6), (38, 48), 0, 0, 360, _SKIN, -1, smooth)
    open_eyes = 1 if moment % 3.7 < 0.15 else 5
    for side in (-15, 15):
        cv2.ellipse(canvas, (x + side, y), (6, open_eyes), 0, 0, 360, (40, 36, 34), -1, smooth)
        cv2.line(canvas, (x + side - 8, y - 13), (x + side + 8, y - 14), hair, 2, smooth)
    cv2.ellipse(canvas, (x, y + 30), (12, 2 + round(7 * voicing(moment))), 0, 0, 360, (70, 60, 140), -1, smooth)
    cv2.rectangle(canvas, (90, 285), (550, HEIGHT), _TABLE, -1)
    cv2.rectangle(canvas, (260, 262), (380, 296), (235, 235, 235), -1)
    for side in (-1, 1):
        lift = round(20 * voicing(moment) * max(0.0, math.sin(1.3 * moment + side)))
        cv2.circle(canvas, (320 + side * 120 + round(10 * math.sin(2.1 * moment)), 286 - lift), 15, _SKIN, -1, smooth)


def _points(*corners: tuple[int, int]) -> Any:
    import numpy as np

    return np.array(corners, dtype=np.int32)
