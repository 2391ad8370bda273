"""Drawn portraits and a drawn certificate for sample registrations; a child process draws, so that no server does."""

import random
from collections.abc import Sequence
from typing import Any

from exam.children import Answer, Facts, Limits, run_child

WIDTH, HEIGHT = 413, 531  # a one-inch photo at 300 dpi × 1.4, as registration asks for
MEMORY, SECONDS = 4096, 120


def draw_papers(count: int) -> tuple[list[bytes], bytes]:
    """So many portraits as JPEG, and one certificate as JPEG."""
    _, blobs = run_child("web.demo.pictures:draw", {"count": count}, (), Limits(MEMORY, SECONDS))
    return list(blobs[:-1]), blobs[-1]


def draw(facts: Facts, _blobs: Sequence[bytes]) -> Answer:
    """Task of a child: draw what `draw_papers` asks for."""
    import cv2

    chance = random.Random(7)  # noqa: S311 - a sample, no secret
    pictures = [_portrait(chance) for _ in range(int(str(facts["count"])))]
    encoded = [cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 86])[1] for picture in [*pictures, _paper()]]
    return {}, [one.tobytes() for one in encoded]


def _portrait(chance: random.Random) -> Any:
    """A plain drawn head and shoulders before a blue ground."""
    import cv2
    import numpy as np

    picture = np.full((HEIGHT, WIDTH, 3), (214, 150, 84), np.uint8)
    skin = tuple(int(part * chance.uniform(0.9, 1.05)) for part in (168, 196, 232))
    hair = chance.choice(((30, 26, 24), (44, 40, 38), (64, 60, 60)))
    suit = chance.choice(((70, 52, 40), (50, 50, 54), (84, 66, 50), (60, 44, 70)))
    middle, head = WIDTH // 2, (95 + chance.randint(-6, 6), 125 + chance.randint(-6, 6))
    cv2.ellipse(picture, (middle, HEIGHT + 40), (200, 190), 0, 180, 360, suit, -1, cv2.LINE_AA)
    cv2.fillPoly(picture, [np.array([(middle - 45, 375), (middle + 45, 375), (middle, 470)])], (245, 245, 245))
    cv2.rectangle(picture, (middle - 38, 320), (middle + 38, 395), skin, -1)
    longer = chance.random() < 0.45
    if longer:
        cv2.ellipse(picture, (middle, 250), (head[0] + 26, head[1] + 50), 0, 0, 360, hair, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (middle, 240), head, 0, 0, 360, skin, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (middle, 205), (head[0] + 6, head[1] - 18), 0, 180, 360, hair, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.ellipse(picture, (middle + side * 38, 240), (11, 6), 0, 0, 360, (40, 36, 34), -1, cv2.LINE_AA)
        cv2.line(picture, (middle + side * 22, 218), (middle + side * 55, 215), hair, 5, cv2.LINE_AA)
    cv2.line(picture, (middle, 250), (middle - 6, 282), tuple(int(part * 0.85) for part in skin), 3, cv2.LINE_AA)
    cv2.ellipse(picture, (middle, 312), (24, 7), 0, 0, 180, (90, 80, 190), -1, cv2.LINE_AA)
    return picture


def _paper() -> Any:
    """A scanned-looking certificate without readable text."""
    import cv2
    import numpy as np

    paper = np.full((900, 640, 3), (236, 244, 248), np.uint8)
    cv2.rectangle(paper, (30, 30), (610, 870), (60, 60, 150), 4)
    cv2.rectangle(paper, (42, 42), (598, 858), (60, 60, 150), 1)
    cv2.rectangle(paper, (180, 110), (460, 150), (50, 50, 60), -1)
    for line in range(9):
        cv2.line(paper, (90, 260 + 48 * line), (550 - 60 * (line % 3), 260 + 48 * line), (120, 120, 120), 6)
    cv2.circle(paper, (470, 740), 74, (60, 60, 200), 5, cv2.LINE_AA)
    cv2.circle(paper, (470, 740), 12, (60, 60, 200), -1, cv2.LINE_AA)
    return paper
