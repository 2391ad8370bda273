"""Photos and papers that candidates upload: told by content, capped, turned upright, made into a sane JPEG.

Pictures are decoded only in a child process. What is kept carries none of the camera's data (place, device, time).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import Refusal
from core.kinds import HEAD_BYTES, MediaKind, kind_of
from exam.children import Answer, ChildFailedError, Facts, Limits, run_child

if TYPE_CHECKING:
    from cv2.typing import MatLike

FILE_CAP = 20 * 1024 * 1024
PIXEL_CAP = 60_000_000
PHOTO_LEAST = (295, 413)
"""Least width and height of a photo: 25 × 35 mm at 300 dpi (一寸照)."""

_PHOTO_SIDE = 1200
_PAPER_SIDE = 3000
_QUALITY = 88
_LIMITS = Limits(memory=2048, seconds=30)
_MARKER_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_ENCRYPTED_PDF = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
_PDF_TAIL = 2048


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright picture as JPEG, with its size in pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A paper as it is kept: its kind (JPEG or PDF) and bytes."""

    kind: MediaKind
    content: bytes


def read_photo(content: bytes) -> Picture:
    """The registration photo: JPEG or PNG of at least PHOTO_LEAST pixels, shrunk to 1200 pixels on its long side."""
    kind = _kind(content)
    if kind not in (MediaKind.JPEG, MediaKind.PNG):
        raise Refusal("This is not a picture of a known kind. Send the photo as JPEG or PNG.")
    return _upright(content, kind, _PHOTO_SIDE, PHOTO_LEAST)


def read_paper(content: bytes) -> PaperFile:
    """A scanned or photographed paper: a picture is shrunk to 3000 pixels on its long side, a PDF is kept as it is."""
    kind = _kind(content)
    if kind is MediaKind.PDF:
        return PaperFile(kind, _whole_pdf(content))
    if kind not in (MediaKind.JPEG, MediaKind.PNG):
        raise Refusal("This is not a file of a known kind. Send the paper as JPEG, PNG or PDF.")
    return PaperFile(MediaKind.JPEG, _upright(content, kind, _PAPER_SIDE, (1, 1)).jpeg)


def _kind(content: bytes) -> MediaKind:
    if not content:
        raise Refusal("The file is empty.")
    if len(content) > FILE_CAP:
        raise Refusal("The file is larger than {most} MB.", most=FILE_CAP // 1024**2)
    kind = kind_of(content[:HEAD_BYTES])
    if kind is MediaKind.HEIC:
        raise Refusal(
            "This is a HEIC picture, which cannot be read here. Send it as JPEG; on an iPhone choose Settings, Camera, "
            "Formats, Most Compatible."
        )
    return kind


def _whole_pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-_PDF_TAIL:]:
        raise Refusal("This PDF is cut off. Send it again.")
    if _ENCRYPTED_PDF.search(content):
        raise Refusal("This PDF is protected by a password. Save it without one and send it again.")
    return content


def _upright(content: bytes, kind: MediaKind, side: int, least: tuple[int, int]) -> Picture:
    size = _jpeg_size(content) if kind is MediaKind.JPEG else _png_size(content)
    if size is None:
        raise Refusal("This picture is cut off. Send it again.")
    width, height = size
    if width * height > PIXEL_CAP:
        raise Refusal(
            "The picture has {width} × {height} pixels; at most {most} million are allowed.",
            width=width,
            height=height,
            most=PIXEL_CAP // 1_000_000,
        )
    facts = {"kind": kind.value, "side": side, "least": list(least)}
    try:
        answer, (jpeg,) = run_child("exam.photos:upright_task", facts, [content], _LIMITS)
    except ChildFailedError as failed:
        raise Refusal("This picture is damaged and cannot be read.") from failed
    return Picture(jpeg, int(str(answer["width"])), int(str(answer["height"])))


def upright_task(facts: Facts, blobs: Sequence[bytes]) -> Answer:
    """In the child: decode, turn upright by the camera's note (EXIF), check the size, shrink, encode as JPEG."""
    import cv2
    import numpy as np

    coded = np.frombuffer(blobs[0], np.uint8)
    # IMREAD_COLOR turns a JPEG upright; a PNG is read as it is, so that transparency can be laid on white
    picture = cv2.imdecode(coded, cv2.IMREAD_COLOR if facts["kind"] == MediaKind.JPEG else cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise Refusal("This picture is damaged and cannot be read.")
    height, width = picture.shape[:2]
    least_width, least_height = (int(one) for one in facts["least"])  # type: ignore[attr-defined]  # a list of two
    if width < least_width or height < least_height:
        raise Refusal(
            "The photo has {width} × {height} pixels; at least {least_width} × {least_height} are needed.",
            width=width,
            height=height,
            least_width=least_width,
            least_height=least_height,
        )
    side = int(str(facts["side"]))
    if max(width, height) > side:
        width, height = (max(1, round(one * side / max(width, height))) for one in (width, height))
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", _on_white(picture), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return {"width": width, "height": height}, [jpeg.tobytes()]


def _on_white(picture: "MatLike") -> "MatLike":
    """8-bit BGR of any decoded picture (height, width[, channels]); transparency is laid on white."""
    import cv2
    import numpy as np

    if picture.dtype == np.uint16:
        picture = (picture // 257).astype(np.uint8)
    if picture.ndim == 2:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    if picture.shape[2] == 4:
        alpha = picture[..., 3:].astype(np.uint16)
        laid = (picture[..., :3] * alpha + 255 * (255 - alpha)) // 255
        return np.ascontiguousarray(laid.astype(np.uint8))
    return picture


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header (ITU-T T.81, annex B); None if the file ends before its end marker."""
    size = None
    at = 2
    while True:
        at = content.find(b"\xff", at)
        while at != -1 and content[at : at + 2] == b"\xff\xff":
            at += 1
        marker = content[at + 1 : at + 2]
        if at == -1 or not marker:
            return None
        if marker == b"\xd9":
            return size
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker[0] in range(0xC0, 0xD0) and marker not in (b"\xc4", b"\xc8", b"\xcc"):
            frame = content[at + 5 : at + 9]
            size = int.from_bytes(frame[2:], "big"), int.from_bytes(frame[:2], "big")
        at += 2 + length
        if marker == b"\xda":
            following = _MARKER_AFTER_SCAN.search(content, at)
            if following is None:
                return None
            at = following.start()


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from IHDR (PNG specification, 11.2.1); None if the closing chunk is not there."""
    if _PNG_END not in content[-HEAD_BYTES:]:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
