"""The short way out for public pages: on the day of a result thousands load the same page again and again.

What a visitor without a session gets is drawn once and given to everybody for a moment, each with the token of their
own browser. It is forgotten as soon as an act has touched anything, so whoever publishes sees it published. Everything
else (signed in, searching, choosing a language, a fragment) passes through.
"""

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from web.house import House
from web.i18n import choose_language
from web.security import (
    DEVICE,
    LANGUAGE,
    SESSION,
    Known,
    cookies_of,
    csrf_token,
    device_cookie,
    hashed,
    headers_of,
    plausible,
)

PAGE = re.compile(rb"/(s/[A-Za-z0-9-]{1,40}(/p/[0-9]{1,6}(/why/[A-Za-z0-9-]{1,40})?)?)?")
KEPT_SECONDS = 1.0
MOST_BYTES = 32 * 1024 * 1024
LARGEST = 1024 * 1024
PASSED_ON = frozenset({b"hx-request", b"authorization", b"range"})
"""Headers by which a page asks for something else than the whole page."""

Asked = tuple[bytes, str]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An answer as it was drawn; its body stands in pieces, between which the token comes."""

    until: float
    headers: list[tuple[bytes, bytes]]
    pieces: list[bytes]
    size: int


class PublicDoor:
    """Stands before the application and answers what it has just answered; all else passes through."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app, self._house = app, house
        self._kept: dict[Asked, _Drawn] = {}
        self._size = 0
        self._forgotten = 0
        house.live.watch(self.forget)

    def forget(self, topics: Sequence[str]) -> None:
        """Drop what is kept, and what is being drawn just now, when an act has touched anything."""
        if topics:
            self._forgotten += 1
            self._kept, self._size = {}, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        asked: Any = scope
        plain = asked["type"] == "http" and asked["method"] == "GET" and not asked["query_string"]
        if not (plain and PAGE.fullmatch(asked["raw_path"])) or _asks_for_more(asked["headers"]):
            await self._app(scope, receive, send)
            return
        cookies = cookies_of(scope)
        if cookies.get(SESSION):
            await self._app(scope, receive, send)
            return
        accept = headers_of(scope).get("accept-language", "")  # read as the application does, else pages change places
        language = choose_language("", cookies.get(LANGUAGE, ""), "", accept=accept)
        await self._answer((asked["raw_path"], language.value), cookies.get(DEVICE, ""), scope, receive, send)

    async def _answer(self, asked: Asked, device: str, scope: Scope, receive: Receive, send: Send) -> None:
        known = plausible(device)
        drawn = self._kept.get(asked)
        if drawn is None or drawn.until < time.monotonic():
            await self._app(scope, receive, self._keeping(asked, device if known else "", send))
            return
        headers = drawn.headers
        if not known:
            device = secrets.token_urlsafe(32)
            headers = [*headers, (b"set-cookie", device_cookie(self._house, device).encode())]
        body = self._token(device).join(drawn.pieces)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _token(self, device: str) -> bytes:
        return csrf_token(self._house, Known(hashed(device))).encode()

    def _keeping(self, asked: Asked, device: str, send: Send) -> Send:
        """A send that also keeps the answer, if it is a page as everybody gets it."""
        before = self._forgotten
        started: Any = {}

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            elif started and not message.get("more_body") and self._forgotten == before:
                self._put(asked, device, started, message["body"])
            else:
                started.clear()
            await send(message)

        return keep

    def _put(self, asked: Asked, device: str, started: Any, body: bytes) -> None:
        headers = [header for header in started["headers"] if header[0].lower() != b"set-cookie"]
        given = [value.decode("latin-1") for name, value in started["headers"] if name.lower() == b"set-cookie"]
        if not device and len(given) == 1:  # a browser that has just been made known
            device = given.pop().partition(";")[0].removeprefix(f"{DEVICE}=")
        kind = dict(headers).get(b"content-type", b"")
        if given or started["status"] != HTTPStatus.OK or len(body) > LARGEST or not kind.startswith(b"text/html"):
            return
        drawn = _Drawn(time.monotonic() + KEPT_SECONDS, headers, body.split(self._token(device)), len(body))
        if self._size + drawn.size > MOST_BYTES:
            self._kept, self._size = {}, 0
        replaced = self._kept.get(asked)
        self._size += drawn.size - (replaced.size if replaced else 0)
        self._kept[asked] = drawn


def _asks_for_more(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(name in PASSED_ON or (name == b"accept" and b"json" in value) for name, value in headers)
