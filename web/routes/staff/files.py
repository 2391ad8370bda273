"""Handing out stored files and made documents on the desk."""

from litestar import Response

from core.kinds import HEAD_BYTES, MediaKind, kind_of
from web.asking import Asker

INERT = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing in a stored file may run or load."""


def stored_file(asker: Asker, sha256: str) -> Response[bytes]:
    """A stored file with the type its content has. A PDF is not sandboxed: the browser's reader would stay empty."""
    content = asker.house.files.read(sha256)
    kind = kind_of(content[:HEAD_BYTES])
    policy = INERT if kind is MediaKind.PDF else f"{INERT}; sandbox"
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline", "Content-Security-Policy": policy}
    return Response(content, media_type=kind.value, headers=headers)


def made_file(content: bytes, name: str, media_type: str, *, inline: bool = False) -> Response[bytes]:
    """A document made just now; `name` is plain ASCII."""
    shown = "inline" if inline else "attachment"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'{shown}; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
