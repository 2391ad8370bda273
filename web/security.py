"""Who asks: sessions, forged requests refused, strict headers.

Sessions are opaque random tokens of which only a hash is kept; a token is always made here, never taken from a cookie
that came along, and a new one is made at every sign-in. A write needs an own Origin and a token bound to browser and
session. Lookups are remembered for a moment, and forgotten at once when an act touches people.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from core.actions import PEOPLE, keep_seen
from core.errors import Denied, Unavailable
from core.people import NOBODY, Actor
from core.queries import SignedIn, actor_of, live_session
from web.house import House
from web.i18n import choose_language
from web.pages import Visit, Who, wants_fragment
from web.words import duty_words

SESSION = "gx_session"
DEVICE = "gx_device"
LANGUAGE = "gx_language"
REMEMBERED_SECONDS = 5.0
SEEN_AFTER = timedelta(minutes=1)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=()"),
)
STRICT = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a browser: its device hash, its session if any, and who acts by it."""

    device: str
    signed_in: SignedIn | None = None
    actor: Actor = NOBODY


@dataclass(slots=True)
class Sessions:
    """Looks sessions up and remembers them for a moment."""

    house: House
    _kept: dict[str, tuple[float, SignedIn | None, Actor]] = field(default_factory=dict)
    _seen: dict[str, datetime] = field(default_factory=dict)
    _forgotten: int = 0

    def forget(self, topics: Sequence[str]) -> None:
        """Drop what is remembered, and what is being looked up just now, when an act has touched people or sessions."""
        if PEOPLE in topics:
            self._forgotten += 1
            self._kept.clear()

    async def find(self, token: str, device: str) -> Known:
        """Who the token's session belongs to. The session is dead on another device than its own."""
        if not token:
            return Known(device, actor=_visitor(device))
        signed_in, actor = await self._look_up(hashed(token))
        if signed_in is None or signed_in.device != device:
            return Known(device, actor=_visitor(device))
        await self._note_seen(signed_in)
        return Known(device, signed_in, actor)

    async def actor_now(self, known: Known) -> Actor:
        """Who acts by a session while a long answer goes on; a visitor once it has ended. This is no use of it."""
        signed_in, actor = await self._look_up(known.signed_in.token_hash) if known.signed_in else (None, NOBODY)
        return actor if signed_in else _visitor(known.device)

    async def _look_up(self, token_hash: str) -> tuple[SignedIn | None, Actor]:
        kept = self._kept.get(token_hash)
        if kept is None or kept[0] < time.monotonic():
            before = self._forgotten
            kept = (time.monotonic() + REMEMBERED_SECONDS, *await asyncio.to_thread(self._load, token_hash))
            if len(self._kept) > 20_000:
                self._kept.clear()
            if self._forgotten == before:
                self._kept[token_hash] = kept
        return kept[1], kept[2]

    def _load(self, token_hash: str) -> tuple[SignedIn | None, Actor]:
        settings = self.house.settings
        with self.house.database.reading() as session:
            found = live_session(
                session,
                token_hash,
                datetime.now(UTC),
                idle=timedelta(seconds=settings.session_idle),
                life=timedelta(seconds=settings.session_life),
            )
            return found, actor_of(session, found) if found else NOBODY

    async def _note_seen(self, signed_in: SignedIn) -> None:
        """Write down, at most once a minute, that a session is in use."""
        now = datetime.now(UTC)
        last = self._seen.get(signed_in.token_hash, signed_in.seen_at)
        if now - last > min(SEEN_AFTER, timedelta(seconds=self.house.settings.session_idle) / 4):
            if len(self._seen) > 20_000:
                self._seen.clear()
            self._seen[signed_in.token_hash] = now
            try:
                await self.house.acts.keep(keep_seen, [signed_in.token_hash])
            except Unavailable:
                self._seen.pop(signed_in.token_hash, None)


class Doorkeeper:
    """The middleware: knows the browser and gives it its device cookie."""

    def __init__(self, app: ASGIApp, house: House, sessions: Sessions) -> None:
        self._app, self._house, self._sessions = app, house, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        if _unspeakable(scope):
            raise NotFoundException
        cookies = cookies_of(scope)
        device = cookies.get(DEVICE, "")
        fresh = "" if plausible(device) else secrets.token_urlsafe(32)
        known = await self._sessions.find(cookies.get(SESSION, ""), hashed(fresh or device))
        scope["state"]["known"] = known
        scope["state"]["visit"] = visit_of(scope, self._house, known, cookies)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                if fresh:
                    headers.add("Set-Cookie", device_cookie(self._house, fresh))
                if chosen := scope["state"].get("chosen_language"):
                    headers.add("Set-Cookie", _lasting(self._house, LANGUAGE, chosen))
            await send(message)

        await self._app(scope, receive, answer)


def device_cookie(house: House, device: str) -> str:
    """The Set-Cookie value by which a browser is known again."""
    return _lasting(house, DEVICE, device)


def _lasting(house: House, name: str, value: str) -> str:
    return cookie_header(name, value, secure=house.settings.secure_cookies, seconds=400 * 86400)


def visit_of(scope: Scope, house: House, known: Known, cookies: Mapping[str, str]) -> Visit:
    """The visit of one request; a language chosen by link is kept for the answer's cookie."""
    headers = headers_of(scope)
    query = scope["query_string"].decode("latin-1")
    link = next((part[5:] for part in query.split("&") if part.startswith("lang=")), "")
    kept = known.signed_in.language if known.signed_in else ""
    language = choose_language(link, cookies.get(LANGUAGE, ""), kept, accept=headers.get("accept-language", ""))
    if link == language.value:
        scope["state"]["chosen_language"] = language.value
    return Visit(
        language=language,
        path=scope["path"],
        query=query,
        csrf=csrf_token(house, known),
        who=_who(known),
        fragment=wants_fragment(headers),
        zone=house.settings.time_zone,
    )


async def set_headers(message: Message, scope: Scope) -> None:
    """Strict headers on every answer: pages, files, errors, and what was never found."""
    if message["type"] == "http.response.start":
        house: House = scope["litestar_app"].state.house
        there = {name.lower() for name, _ in message["headers"]}
        missing = [header for header in STRICT if header[0] not in there]
        if house.settings.secure_cookies and ONLY_HTTPS[0] not in there:
            missing.append(ONLY_HTTPS)
        message["headers"] = [*message["headers"], *missing]


def cookie_header(name: str, value: str, *, secure: bool, seconds: int = 0) -> str:
    """A Set-Cookie value that scripts cannot read; without `seconds` it ends with the browser."""
    text = f"{name}={value}; Path=/; HttpOnly; SameSite=Lax"
    if seconds:
        text += f"; Max-Age={seconds}"
    return text + "; Secure" if secure else text


def new_token() -> str:
    """A fresh session token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


def csrf_token(house: House, known: Known) -> str:
    """The token a form sends back, bound to this browser and session."""
    session = known.signed_in.token_hash if known.signed_in else ""
    return house.vault.fingerprint(f"csrf:{known.device}:{session}").rpartition(".")[2][:43]


async def refuse_forged(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every route: a write must come from our own page and carry its token.

    Where a body of any length may come, the token is taken from the header alone: nothing is read for a stranger.
    """
    method = connection.scope.get("method", "GET")
    if method in SAFE:
        return
    house: House = connection.app.state.house
    if not own_origin(connection.headers, house.settings.origins):
        raise Denied("This request came from another site.")
    given = connection.headers.get("x-csrf-token", "")
    if not given and isinstance(handler, HTTPRouteHandler) and handler.resolve_request_max_body_size():
        request: Request[Any, Any, Any] = Request(connection.scope, connection.receive)
        form = await request.form()
        given = str(form.get("_csrf", ""))
        if not token_fits(house, connection.scope["state"]["known"], given):
            await form.close()  # a refusal by a guard leaves received files open
    if not token_fits(house, connection.scope["state"]["known"], given):
        raise Denied("This page is out of date. Go back, load it again and send it once more.")


def token_fits(house: House, known: Known, given: str) -> bool:
    """Whether a form's token is this browser's and session's."""
    return hmac.compare_digest(given.encode(), csrf_token(house, known).encode())


def own_origin(headers: Mapping[str, str], origins: Sequence[str]) -> bool:
    """Whether Origin (or, from old browsers, nothing but the token) says that the request is our own."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin", "")
    if not origin:
        return True
    if origins:
        return origin in origins
    return origin.partition("://")[2] == headers.get("host", "")


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _visitor(device: str) -> Actor:
    return Actor(label="visitor", device=device)


def _who(known: Known) -> Who | None:
    if known.signed_in is None or not known.signed_in.account_id:
        return None
    duties = sorted({duty for held in known.actor.duties.values() for duty in held})
    return Who(known.signed_in.name, tuple(duty_words(duty) for duty in duties[:3]))


def cookies_of(scope: Scope) -> dict[str, str]:
    """The cookies by name. One that another site of this host has mangled does not spoil ours."""
    found: dict[str, str] = {}
    for header, value in scope["headers"]:
        if header == b"cookie":
            for part in value.decode("latin-1").split(";"):
                name, _, text = part.strip().partition("=")
                found.setdefault(name, text)
    return found


def _unspeakable(scope: Scope) -> bool:
    """Whether the address holds what no database can look for: a NUL, or a number beyond 64 bits."""
    beyond = any(isinstance(value, int) and value >= 2**63 for value in scope.get("path_params", {}).values())
    return beyond or "\x00" in scope["path"] or b"%00" in scope["query_string"]


def plausible(device: str) -> bool:
    """Whether a device cookie is one of ours in form."""
    return len(device) == 43 and device.isascii() and device.replace("-", "").replace("_", "").isalnum()
