"""A house with one interview day and somebody of every kind: each duty, none, one elsewhere, a seat, a visitor."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Litestar
from sqlmodel import Session

from core.people import ADMINISTRATORS, SYSTEM_SCOPE, Duty
from core.tables import Account, DutyGrant, Person, Scope, WebSession
from tests.interview.day import in_rows
from tests.web.interview_day import CODE, DayInHouse
from web.house import House
from web.security import DEVICE, SESSION, csrf_token, hashed, new_token

BUSINESS = frozenset(Duty) - ADMINISTRATORS
SAMPLES = {"code": CODE, "reference": "R-1", "page": "identity", "kind": "composite", "ticket": "20260001", "key": "x"}
SAMPLES |= {"number": "1", "mark": "1", "post_code": "01", "room_code": "1", "file_path": "site.css", "row": "0"}


@dataclass(slots=True)
class Somebody:
    """Somebody at a browser: an account with its duties by scope, a judge's seat, or a visitor."""

    name: str
    account_id: int | None = None
    seat_id: int | None = None
    duties: Mapping[int, frozenset[Duty]] = field(default_factory=dict)
    token: str = ""
    device: str = field(default_factory=new_token)

    def session(self, now: datetime) -> WebSession:
        """A fresh session in this browser."""
        self.token = new_token()
        return WebSession(
            token_hash=hashed(self.token), account_id=self.account_id, seat_id=self.seat_id, device=hashed(self.device),
            created_at=now, seen_at=now,
        )  # fmt: skip


@dataclass(slots=True)
class Town:
    """A house with one interview day, and somebody of every kind."""

    house: House
    app: Litestar
    selection_id: int
    everybody: list[Somebody]

    def renew(self) -> None:
        """Let everybody in again."""
        in_rows(self.house.database, self.sign_in_again)

    def sign_in_again(self, session: Session) -> None:
        """New sessions for everybody but the visitor."""
        session.add_all(one.session(datetime.now(UTC)) for one in self.everybody[1:])

    async def ask(
        self, one: Somebody, method: str, path: str, fields: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """The status and text of an answer; an event stream is left as soon as it begins."""
        known = await self.app.state.sessions.find(one.token, hashed(one.device))
        headers = {
            "host": "here", "accept": "application/json", "accept-language": "en",
            "cookie": f"{DEVICE}={one.device}; {SESSION}={one.token}", "x-csrf-token": csrf_token(self.house, known),
        }  # fmt: skip
        content = urlencode(fields or {}, errors="replace").encode()
        headers |= {"content-type": "application/x-www-form-urlencoded"} if fields else {}
        path, _, query = path.partition("?")
        scope: Any = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": query.encode(), "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            "scheme": "http", "http_version": "1.1", "client": (f"10.0.0.{len(one.name)}", 1), "server": ("here", 80),
        }  # fmt: skip
        done, sent, body = asyncio.Event(), [{"type": "http.request", "body": content, "more_body": False}], [0, b""]

        async def receive() -> Any:
            if sent:
                return sent.pop()
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                body[0] = message["status"]
                streams = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
            else:
                body[1] += message["body"]
                streams = b"retry:" in message["body"]
            if streams or not message.get("more_body", True):
                done.set()

        await self.app(scope, receive, send)
        return body[0], body[1].decode("utf-8", "replace")


def everybody(house: House, made: DayInHouse) -> list[Somebody]:
    """One account for each duty where it belongs, and those who have no business here."""
    here = made.day.selection_id
    people = [Somebody("visitor"), Somebody("none"), Somebody("elsewhere", duties={here + 1: BUSINESS})]
    people += [
        Somebody(duty, duties={SYSTEM_SCOPE if duty in ADMINISTRATORS else here: frozenset({duty})}) for duty in Duty
    ]
    people += [Somebody(f"system {duty}", duties={SYSTEM_SCOPE: frozenset({duty})}) for duty in sorted(BUSINESS)]
    seat = Somebody("seat", seat_id=made.day.seats["1"][0])
    in_rows(house.database, lambda session: write_down(session, people[1:], seat, here + 1))
    return [*people, seat]


def write_down(session: Session, people: list[Somebody], seat: Somebody, elsewhere: int) -> None:
    """Everybody's account, duties and session."""
    now = datetime.now(UTC)
    session.add(Scope(id=elsewhere, kind="selection", opened_at=now))
    session.flush()
    for one in people:
        person = Person(name=one.name, created_at=now)
        session.add(person)
        session.flush()
        account = Account(person_id=person.id or 0, name=f"the {one.name}", password_hash="", created_at=now)
        session.add(account)
        session.flush()
        one.account_id = account.id
        for scope, duties in one.duties.items():
            for duty in duties:
                session.add(
                    DutyGrant(account_id=account.id or 0, scope_id=scope, duty=duty, state="held", proposed_at=now)
                )
    for one in (*people, seat):
        session.add(one.session(now))
