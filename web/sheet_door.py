"""The short way in for score sheets: 200 judges hand in at the same moment, and each waits for the commit.

Only the plain case is handled here: a signed-in tablet, a token that fits, complete marks, an open hearing. Everything
else (no session, a forged write, a refusal of any kind) is given, with its body, to the ordinary route, which does it
all again and shows the page that belongs to it. Nothing is done twice: a refused act has done nothing.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

from litestar.types import ASGIApp, Receive, Scope, Send

from core.errors import Refusal
from interview import blind
from interview.actions import submit_sheet
from interview.scoresheet import check_marks
from web.security import (
    DEVICE,
    SESSION,
    STRICT,
    Known,
    Sessions,
    cookies_of,
    hashed,
    headers_of,
    own_origin,
    token_fits,
)
from web.tablets import Tablets

SUBMIT = re.compile(r"/judge/([0-9]{1,6})/submit")
MOST = 16 * 1024


class SheetDoor:
    """Stands before the application and takes sheets in; all else passes through."""

    def __init__(self, app: ASGIApp, sessions: Sessions, tablets: Tablets) -> None:
        self._app, self._sessions, self._tablets = app, sessions, tablets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        asked: Any = scope
        found = SUBMIT.fullmatch(asked["path"]) if asked["type"] == "http" and asked["method"] == "POST" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        first: Any = await receive()
        body = _whole(first)
        if body is not None and await self._taken_in(scope, body, int(found[1])):
            await _see_other(send, f"/judge/{found[1]}")
            return
        await self._app(scope, _again(first, receive), send)

    async def _taken_in(self, scope: Scope, body: bytes, number: int) -> bool:
        """Whether the sheet is kept. False where anything is not plain."""
        known = await self._known(scope)
        fields = _fields(body.decode("latin-1"))
        seat_id = known.signed_in.seat_id if known.signed_in else 0
        house = self._sessions.house
        if not (seat_id and own_origin(headers_of(scope), house.settings.origins)):
            return False
        if not token_fits(house, known, fields.get("_csrf", "")):
            return False
        try:
            tablet, heard = await self._tablets.find(seat_id, number)
            marks = check_marks(
                tablet.form, {name[5:]: mark for name, mark in fields.items() if name.startswith("mark-")}
            )
            code = blind.sheet_code(tablet.place, heard, tablet.form, marks)
            await house.acts.run(submit_sheet, known.actor, heard.hearing_id, marks, fields.get("key", ""), code)
        except Refusal:
            return False
        return True

    async def _known(self, scope: Scope) -> Known:
        cookies = cookies_of(scope)
        return await self._sessions.find(cookies.get(SESSION, ""), hashed(cookies.get(DEVICE, "")))


def _whole(message: Any) -> bytes | None:
    """The body, if this first message holds all of it and it is as small as a sheet's."""
    if message["type"] != "http.request" or message.get("more_body") or len(message["body"]) > MOST:
        return None
    body: bytes = message["body"]
    return body


def _fields(body: str) -> dict[str, str]:
    """The fields of a form; a tablet's own sheet holds nothing that needed escaping."""
    if "%" in body or "+" in body:
        return dict(parse_qsl(body, keep_blank_values=True, encoding="utf-8", errors="replace"))
    pairs = (pair.partition("=") for pair in body.split("&"))
    return {name: value for name, _, value in pairs if name}


def _again(first: Any, receive: Receive) -> Receive:
    """A receive that gives out the message already taken, then goes on."""
    waiting = [first]

    async def next_message() -> Any:
        return waiting.pop() if waiting else await receive()

    return next_message


async def _see_other(send: Send, path: str) -> None:
    headers = [*STRICT, (b"location", path.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
