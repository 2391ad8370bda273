"""HTTP byte ranges (RFC 9110, section 14) for the playback of a recording; pure."""

import re
from dataclasses import dataclass

_BYTES = re.compile(r"bytes=\s*([0-9]*)-([0-9]*)", re.IGNORECASE)
_MOST_DIGITS = 18  # far beyond any file; longer numbers are not worth parsing


@dataclass(frozen=True, slots=True)
class Slice:
    """What to answer: bytes `start` to `end`, both included, with status 200, 206 or 416.

    For 416, and for an empty file, there is nothing to send and `end` is `start - 1`.
    """

    status: int
    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """The Content-Length."""
        return self.end - self.start + 1

    @property
    def content_range(self) -> str:
        """The Content-Range header, "" where none belongs."""
        if self.status == 416:
            return f"bytes */{self.size}"
        return f"bytes {self.start}-{self.end}/{self.size}" if self.status == 206 else ""


def requested_slice(header: str, size: int, *, if_range: str = "", etag: str = "") -> Slice:
    """The part of a file of `size` bytes that a Range header asks for.

    The whole file (200) where there is no header, it is malformed, it names another unit or several ranges, or
    If-Range is not this very strong `etag`; 416 where the range lies behind the end.
    """
    whole = Slice(200, 0, size - 1, size)
    match = _BYTES.fullmatch(header.strip())
    if not match or (if_range and (if_range != etag or etag.startswith("W/"))):
        return whole
    first, last = match.groups()
    if max(len(first), len(last)) > _MOST_DIGITS or not first + last:
        return whole
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return whole
    return Slice(206, start, end, size) if start < size else Slice(416, 0, -1, size)
