"""Playback: a stored video in the parts a player asks for (RFC 9110 ranges), a still picture."""

from litestar import Request, Response
from litestar.response import Stream

from core.files import Files
from core.tables import StoredFile
from recording.ranges import requested_slice

PRIVATE = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}


def play(request: Request, files: Files, stored: StoredFile) -> Response:  # type: ignore[type-arg] # of any state
    """The part of a stored file that the request's Range header asks for: 200, 206 or 416.

    The content's digest is its ETag, so If-Range holds as long as the content does.
    """
    etag = f'"{stored.sha256}"'
    asked = requested_slice(
        request.headers.get("range", ""), stored.size, if_range=request.headers.get("if-range", ""), etag=etag
    )
    headers = {**PRIVATE, "Accept-Ranges": "bytes", "ETag": etag, "Content-Length": str(asked.length)}
    if asked.content_range:
        headers["Content-Range"] = asked.content_range
    if asked.status == 416:
        return Response(b"", status_code=416, headers=headers, media_type=stored.media_type)
    pieces = files.pieces(stored.sha256, asked.start, asked.length)
    return Stream(pieces, status_code=asked.status, headers=headers, media_type=stored.media_type)


def still(files: Files, stored: StoredFile) -> Response[bytes]:
    """A small stored picture."""
    return Response(files.read(stored.sha256), headers=PRIVATE, media_type=stored.media_type)
