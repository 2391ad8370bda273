"""A house with its three administrators, and browsers of anybody, for tests of the entrance."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from argon2 import PasswordHasher
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, update
from sqlmodel import Session, SQLModel, col, select

from core import audit
from core.actions import PEOPLE, create_first_administrator, create_staff_account, open_candidate_account, open_system
from core.acts import touch
from core.db import sql_table
from core.people import SYSTEM_SCOPE, Actor, Duty, Proof
from core.tables import Account, DutyGrant, OneTimeCode, Scope, WebSession
from web.app import make_app
from web.house import House
from web.security import SESSION, hashed

T = TypeVar("T")
PASSWORD = "a-long-enough-password"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # what a password costs is not what is tested here
PASSWORD_HASH = CHEAP.hash(PASSWORD)
ADMINISTRATORS = {"system": Duty.SYSTEM_ADMIN, "security": Duty.SECURITY_ADMIN, "audit": Duty.AUDIT_ADMIN}
IDENTITY = "11010119900307803X"
OTHER_IDENTITY = "110101199003076659"
OPERATOR = Actor(label="operator")
CONTACT = "13800138000"
NEW = "another-long-password"
SIGN_UP = {"name": "张三", "identity": IDENTITY, "contact": CONTACT, "password": PASSWORD, "notice": "1"}


def open_scope(session: Session, actor: Actor, *, now: datetime) -> int:
    """A scope as a selection has one, and nothing else of it."""
    newest = session.exec(select(func.max(col(Scope.id)))).one() or 0
    scope = Scope(id=newest + 1, kind="selection", opened_at=now)
    session.add(scope)
    session.flush()
    audit.record(session, actor, "scope.opened", now, scope=scope.id or 0)
    return scope.id or 0


def grant(session: Session, actor: Actor, account_id: int, scope_id: int, duty: Duty, *, now: datetime) -> int:
    """A duty held, as both administrators have left it."""
    row = DutyGrant(account_id=account_id, scope_id=scope_id, duty=duty, state="held", proposed_at=now)
    session.add(row)
    touch(session, PEOPLE)
    audit.record(session, actor, "duty.granted", now, scope=scope_id)
    session.flush()
    return row.id or 0


def keep_changed(session: Session, table: type[SQLModel], *, now: datetime, **values: Any) -> None:
    """Change every row of a scratch table, as time does."""
    session.execute(update(sql_table(table)).values(**values))
    touch(session, PEOPLE)


@dataclass(slots=True)
class Browser:
    """A browser of somebody; forms are sent with the token of the page last seen."""

    client: TestClient[Litestar]
    token: str = ""

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        answer = self.client.get(path, headers=headers, follow_redirects=False)
        assert answer.status_code == status, (path, answer.status_code, said(answer.text))
        return self.seen(answer)

    def post(self, path: str, status: int = 303, **fields: Any) -> Response:
        answer = self.client.post(path, data={"_csrf": self.token, **fields}, follow_redirects=False)
        assert answer.status_code == status, (path, answer.status_code, said(answer.text))
        self.seen(answer)
        return answer

    def seen(self, answer: Response) -> str:
        if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
            self.token = found[1]
        return answer.text

    @property
    def session(self) -> str:
        """The session's token, or ""."""
        return self.client.cookies.get(SESSION) or ""

    def sign_in(self, name: str, password: str = PASSWORD, status: int = 303, **fields: str) -> Response:
        self.get("/sign-in")
        answer = self.post("/sign-in", status, name=name, password=password, **fields)
        self.get("/sign-in")
        return answer

    def is_signed_in(self) -> bool:
        """Whether the masthead knows somebody."""
        return "whoami" in self.get("/sign-in")


def said(text: str) -> list[str]:
    """What the error summary, or the refusal's page, says."""
    summary = re.search(r'class="error-summary".*?</div>', text, re.DOTALL)
    lead = r'<p class="lead">(.*?)</p>'
    found = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else re.findall(lead, text)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def plain(answer: Response, *typed: str) -> tuple[int, list[tuple[str, str]], str]:
    """An answer as anybody could compare it: what the asker typed themselves, and their own token, left out."""
    text = re.sub(r'(csrf-token" content=|name="_csrf" value=)"\w+"', "", answer.text)
    for one in typed:
        text = text.replace(one, "…")
    headers = [(name, value) for name, value in answer.headers.items() if name != "content-length"]
    return answer.status_code, headers, text


@dataclass(slots=True)
class Entrance:
    """The house, its application and people by sign-in name: (account, person)."""

    house: House
    app: Litestar
    people: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, house: House) -> "Entrance":
        """A house just opened, with one administrator of each kind."""
        opened = cls(house, make_app(house))
        opened.run(open_system, OPERATOR)
        for name, duty in ADMINISTRATORS.items():
            account = opened.run(
                create_first_administrator, OPERATOR, duty, name=f"管理{name}", sign_in=name,
                contact=opened.sealed(f"{name}@x.cn"), password_hash=PASSWORD_HASH,
            )  # fmt: skip
            opened.remember(name, account)
        return opened

    def run(self, act: Callable[..., T], actor: Actor, *args: Any, **named: Any) -> T:
        return self.house.acts.run_sync(act, actor, *args, **named)

    def sealed(self, text: str) -> tuple[str, str]:
        return self.house.vault.seal(text), self.house.vault.fingerprint(text)

    def remember(self, name: str, account_id: int) -> int:
        with self.house.database.reading() as session:
            self.people[name] = (account_id, session.get_one(Account, account_id).person_id)
        return account_id

    def by(self, name: str) -> Actor:
        """A member of staff acting outside the browser, proven afresh."""
        account, person = self.people[name]
        duties = {SYSTEM_SCOPE: frozenset({ADMINISTRATORS[name]})} if name in ADMINISTRATORS else {}
        device = f"device-{name}"
        return Actor(f"account:{account}", account, person, 0, device, duties, Proof(datetime.now(UTC), device))

    def employ(self, name: str) -> int:
        """A staff account without duties."""
        return self.remember(
            name,
            self.run(
                create_staff_account, self.by("system"), name=f"职员{name}", sign_in=name, unit="组织部",
                contact=self.sealed(f"{name}@x.cn"), password_hash=PASSWORD_HASH,
            ),
        )  # fmt: skip

    def candidate(self, identity: str = IDENTITY, contact: str = "13800138000", password: str = PASSWORD) -> int:
        """A candidate's account, opened as the sign-up pages do."""
        kept = CHEAP.hash(password, salt=self.house.vault.salt(identity))
        return self.run(
            open_candidate_account, OPERATOR, name="张三", identity=self.sealed(identity),
            contact=self.sealed(contact), password_hash=kept,
        )  # fmt: skip

    def selection(self, name: str, duty: Duty) -> int:
        """A new scope in which an account holds a duty."""
        scope = self.run(open_scope, OPERATOR)
        self.run(grant, OPERATOR, self.people[name][0], scope, duty)
        return scope

    def browser(self, language: str = "en", address: str = "10.0.0.1") -> Browser:
        """A browser that has never been here."""

        async def from_there(scope: Any, receive: Any, send: Any) -> None:
            scope["client"] = (address, 50000)
            await self.app(scope, receive, send)

        client = TestClient(from_there, raise_server_exceptions=False)
        client.headers["accept-language"] = language
        return Browser(client)

    def signed_in(self, name: str) -> Browser:
        """A browser in which somebody has signed in."""
        here = self.browser()
        here.sign_in(name)
        return here

    def prove(self, here: Browser, name: str, path: str, status: int = 303, **fields: Any) -> Response:
        """Send a form with password and a fresh one-time code."""
        here.get(path)
        here.post("/code", back=path)
        return here.post(path, status, password=PASSWORD, code=self.code(f"{name}@x.cn"), **fields)

    def messages(self, contact: str = "") -> list[str]:
        """The messages sent to a contact (or to anybody), oldest first."""
        sent = sorted((self.house.settings.data / "outbox").glob(f"*-{contact or '*'}.txt"))
        return [one.read_text("utf-8").split("\n", 1)[1] for one in sent]

    def code(self, contact: str) -> str:
        """The newest one-time code sent to a contact."""
        found = re.search(r"\b(\d{6})\b", self.messages(contact)[-1])
        assert found is not None
        return found[1]

    def age_sessions(self, *, seen: timedelta = timedelta(), made: timedelta = timedelta()) -> None:
        """Let every session have been used, and made, so long ago."""
        now = datetime.now(UTC)
        self.house.acts.keep_sync(keep_changed, WebSession, seen_at=now - seen, created_at=now - made)

    def age_codes(self) -> None:
        """Let every one-time code have expired."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        self.house.acts.keep_sync(keep_changed, OneTimeCode, expires_at=past)

    def kept_session(self, token: str) -> WebSession | None:
        """The row of a session's token."""
        with self.house.database.reading() as session:
            return session.get(WebSession, hashed(token))

    def journal(self, act: str) -> list[audit.JournalEntry]:
        """The journal's lines of one act."""
        with self.house.database.reading() as session:
            return list(session.exec(select(audit.JournalEntry).where(col(audit.JournalEntry.act) == act)))
