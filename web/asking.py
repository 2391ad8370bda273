"""One request's asker, as every route handles it: reads, acts, pages, and the fresh proof of a second hand."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any, TypeVar

from litestar import Request, Response
from sqlmodel import Session

from core.actions import keep_code, keep_code_try
from core.errors import Denied, Refusal
from core.people import Actor, Proof
from core.queries import SignedIn
from core.tables import Account, Person
from core.words import N_
from web.forms import Form, form_of
from web.house import House
from web.i18n import translate
from web.pages import Filled, Visit, respond
from web.passwords import password_matches
from web.security import Known

T = TypeVar("T")
CODE_LIFE = timedelta(minutes=10)
MOST_PROOF_CODES = 60


class SignInNeeded(Exception):  # noqa: N818 - sends the browser to the sign-in page
    """The page needs somebody signed in."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and what they may use to be answered."""

    house: House
    visit: Visit
    known: Known
    address: str

    @property
    def actor(self) -> Actor:
        """The actor of this request."""
        return self.known.actor

    @property
    def signed_in(self) -> SignedIn:
        """The session's owner. Raises SignInNeeded if nobody is signed in by an account."""
        found = self.known.signed_in
        if found is None or not found.account_id:
            raise SignInNeeded
        return found

    @property
    def person_id(self) -> int:
        """The person signed in. Raises SignInNeeded."""
        return self.signed_in.person_id

    @property
    def seat_id(self) -> int:
        """The judge's seat opened on this device. Raises SignInNeeded."""
        found = self.known.signed_in
        if found is None or not found.seat_id:
            raise SignInNeeded
        return found.seat_id

    def read(self, query: Callable[..., T], *args: Any, **named: Any) -> T:
        """Run one query in a short reading session."""
        with self.house.database.reading() as session:
            return query(session, *args, **named)

    def reading(self) -> Any:
        """Open a short reading session for several queries: `with asker.reading() as session`."""
        return self.house.database.reading()

    def act(self, act: Callable[..., T], *args: Any, actor: Actor | None = None, **named: Any) -> T:
        """Run an act as this actor (or as `actor`, who is this one with a fresh proof)."""
        return self.house.acts.run_sync(act, actor or self.actor, *args, **named)

    def page(self, template: str, block: str = "", *, status: int = 200, **data: Any) -> Response[str]:
        """The page, or its block where htmx asked for one."""
        return respond(self.visit, template, block, status=status, **data)

    def refused(self, template: str, form: Form, refusal: Refusal, **data: Any) -> Response[str]:
        """The page again with what was typed and every problem."""
        return self.page(template, status=refusal.status, form=Filled(form.values, refusal.problems), **data)

    def say(self, sentence: str, **facts: object) -> str:
        """A sentence in the asker's language, for messages."""
        return translate(self.visit.language, sentence, facts)

    # ── fresh proof ──────────────────────────────────────────────────────────────────────────────────────────────

    def send_proof_code(self) -> None:
        """Send a one-time code to the signed-in person's contact."""
        account = str(self.signed_in.account_id)
        self.house.tries.refuse_more(f"code:{account}", MOST_PROOF_CODES)
        self.house.tries.note(f"code:{account}")
        contact = self.read(_contact_of, self.person_id)
        self.send_code("proof", account, self.house.vault.open(contact), None)

    def send_code(self, purpose: str, about: str, contact: str, body: Any) -> None:
        """Make, keep and send a six-digit code; it counts on this device alone."""
        code = f"{secrets.randbelow(10**6):06d}"
        subject = self._subject(purpose, about)
        self.house.acts.keep_sync(
            keep_code, purpose, subject, code_hash(self.house, purpose, subject, code), body, life=CODE_LIFE
        )
        if contact:
            sentence = N_("Your one-time code is {code}. It is valid for 10 minutes. Tell it to nobody.")
            self.house.sender.send(contact, self.say(sentence, code=code), datetime.now(UTC))

    def try_code(self, purpose: str, about: str, code: str) -> tuple[bool, Any]:
        """Whether the code sent from this device is right, once, and what was kept with it."""
        return try_code(self.house, purpose, self._subject(purpose, about), code)

    def _subject(self, purpose: str, about: str) -> str:
        return subject_of(self.house, f"{self.known.device}:{purpose}:{about}")

    def proven(self, form: Form) -> Actor:
        """The actor with a fresh proof from the form's `password` and `code`. Raises Refusal."""
        account_id = self.signed_in.account_id
        key = f"proof:{account_id}"
        self.house.tries.refuse_more(key)
        right = password_matches(self.read(_password_of, account_id), form.raw("password"))
        found, _ = self.try_code("proof", str(account_id), form.raw("code")) if right else (False, None)
        if not (right and found):
            self.house.tries.note(key)
            raise Refusal("Password or one-time code is not right. Ask for a new code and try again.", field="code")
        return replace(self.actor, proof=Proof(datetime.now(UTC), self.actor.device))


def try_code(house: House, purpose: str, subject: str, code: str) -> tuple[bool, Any]:
    """Whether a code is right, once, and what was kept with it."""
    typed = unicodedata.normalize("NFKC", code).strip()
    return house.acts.keep_sync(keep_code_try, purpose, subject, code_hash(house, purpose, subject, typed))


def code_hash(house: House, purpose: str, subject: str, code: str) -> str:
    """What is kept of a code."""
    return house.vault.fingerprint(f"code:{purpose}:{subject}:{code}")


def _password_of(session: Session, account_id: int) -> str:
    account = session.get(Account, account_id)
    return account.password_hash if account else ""


def _contact_of(session: Session, person_id: int) -> str:
    person = session.get(Person, person_id)
    return person.contact_cipher if person else ""


def subject_of(house: House, text: str) -> str:
    """A short, meaningless name for something a code is about."""
    return hashlib.sha256(house.vault.fingerprint(text).encode()).hexdigest()[:32]


async def provide_asker(request: Request[Any, Any, Any]) -> Asker:
    """The asker of a request, for routes that name an `asker` parameter."""
    state = request.scope["state"]
    client = request.client
    return Asker(request.app.state.house, state["visit"], state["known"], _address(client.host if client else ""))


def _address(host: str) -> str:
    """Where tries are counted: an IPv4 address, or the 64-bit network that one IPv6 customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address) or address.ipv4_mapped:
        return host
    return str(IPv6Network((int(address), 64), strict=False))


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """The form sent with a request, for routes that name a `form` parameter."""
    data = await request.form()
    return form_of({name: data.getall(name) for name in data})


def need(found: T | None) -> T:
    """The thing asked for, or the one answer given for what is missing and what is not theirs."""
    if found is None:
        raise Denied("This does not exist, or it is not yours to see.")
    return found
