"""A house with one selection and its staff, for tests of pages: state through the acts, people through the browser."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import cv2
import numpy as np
from argon2 import PasswordHasher
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session, select

from core import audit
from core.files import Saved
from core.kinds import MediaKind
from core.people import SYSTEM_SCOPE, Actor, Duty, Proof
from core.tables import Account, DutyGrant, Person, Scope
from exam import actions
from exam.plan import PostPlan, SelectionKind, SelectionPlan
from exam.registration import PaperKind
from exam.tables import Registration
from exam.vetting import Answer, Decision, VettingVerdict
from scoring.actions import freeze_and_announce, propose_scheme
from scoring.scheme import document_from_toml
from scoring.schemes import scheme_text
from tests.exam.road import FORM
from web.app import make_app
from web.house import House

T = TypeVar("T")
PASSWORD = "a-long-enough-password"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DAY = timedelta(days=1)

STAFF: Mapping[str, Duty | None] = {
    "editor": Duty.SELECTION_EDITOR,
    "approver": Duty.SELECTION_APPROVER,
    "vetter": Duty.VETTER,
    "second": Duty.SECOND_VETTER,
    "officer": Duty.EXAM_OFFICER,
    "clerk": Duty.ENTRY_CLERK,
    "other_clerk": Duty.ENTRY_CLERK,
    "checker": Duty.ENTRY_CHECKER,
    "stranger": None,
}


def jpeg(shade: int) -> bytes:
    """A small grey picture; another shade is another file."""
    written, content = cv2.imencode(".jpg", np.full((413, 295, 3), shade, np.uint8))
    assert written
    return content.tobytes()


def open_system(session: Session, actor: Actor, people: Mapping[str, tuple[str, str]], *, now: datetime) -> None:
    """Open the system's scope and write down every member of staff with an account and a contact."""
    session.add(Scope(id=SYSTEM_SCOPE, kind="system", opened_at=now))
    session.flush()
    for sign_in, contact in people.items():
        person = Person(
            name=f"职员{sign_in}", unit=f"单位{sign_in}", contact_cipher=contact[0], contact_hash=contact[1],
            created_at=now,
        )  # fmt: skip
        session.add(person)
        session.flush()
        session.add(Account(person_id=person.id, name=sign_in, password_hash=PASSWORD_HASH, created_at=now))
    audit.record(session, actor, "system.opened", now, scope=SYSTEM_SCOPE)


def grant(session: Session, actor: Actor, scope_id: int, duties: Mapping[int, Duty], *, now: datetime) -> None:
    """Give accounts their duties in a scope."""
    for account_id, duty in duties.items():
        session.add(
            DutyGrant(
                account_id=account_id, scope_id=scope_id, duty=duty, state="held", proposed_at=now, confirmed_at=now
            )
        )
    audit.record(session, actor, "duties.granted", now, scope=scope_id, count=len(duties))


def add_candidate(session: Session, actor: Actor, identity: tuple[str, str], name: str, *, now: datetime) -> int:
    """Write down a candidate."""
    person = Person(name=name, identity_cipher=identity[0], identity_hash=identity[1], created_at=now)
    session.add(person)
    session.flush()
    audit.record(session, actor, "people.added", now, scope=SYSTEM_SCOPE, count=1)
    return person.id or 0


@dataclass(slots=True)
class Browser:
    """One member of staff at their own browser; forms are sent with the token of the page last seen."""

    client: TestClient[Litestar]
    desk: "Desk"
    contact: str
    token: str = ""

    def get(self, path: str, status: int = 200) -> str:
        """A page's text; redirects are followed."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, problems(answer.text))
        return self._seen(answer)

    def post(self, path: str, status: int = 303, files: Any = None, **fields: Any) -> Response:
        """Send a form; the answer is not followed."""
        answer = self.client.post(path, data={"_csrf": self.token, **fields}, files=files, follow_redirects=False)
        assert answer.status_code == status, (path, answer.status_code, problems(answer.text))
        if status != 303:
            self._seen(answer)
        return answer

    def prove(self, path: str, status: int = 303, **fields: Any) -> Response:
        """Send a form with password and a fresh one-time code."""
        self.post("/code", back=path)
        proof = {"password": PASSWORD, "code": self.desk.last_code(self.contact)}
        return self.post(path, status, **{**proof, **fields})

    def _seen(self, answer: Response) -> str:
        if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
            self.token = found[1]
        return answer.text


def problems(text: str) -> list[str]:
    """What the error summary, or the refusal's page, says."""
    summary = re.search(r'class="error-summary".*?</div>', text, re.DOTALL)
    found = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else re.findall(r"<p>(.*?)</p>", text)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


@dataclass(slots=True)
class Desk:
    """The house, its people, and one selection on its way; moments are given from now in days."""

    house: House
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    people: dict[str, tuple[int, int]] = field(default_factory=dict)
    selection_id: int = 0
    posts: list[int] = field(default_factory=list)
    browsers: dict[str, Browser] = field(default_factory=dict)
    closes: float = 3
    sat: float = 10

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """The system with its staff; the editor may create selections."""
        vault = self.house.vault
        contacts = {name: (vault.seal(f"{name}@x.cn"), vault.fingerprint(f"{name}@x.cn")) for name in STAFF}
        self.run(open_system, Actor(label="job:test"), contacts, at=-30)
        with self.house.database.reading() as session:
            self.people = {row.name or "": (row.id or 0, row.person_id) for row in session.exec(select(Account))}
        editor = {self.people["editor"][0]: Duty.SELECTION_EDITOR}
        self.run(grant, Actor(label="job:test"), SYSTEM_SCOPE, editor, at=-30)

    def by(self, name: str, at: float = 0) -> Actor:
        """A member of staff acting outside the browser, proven afresh."""
        account_id, person_id = self.people[name]
        duty = STAFF[name]
        duties = {self.selection_id: frozenset({duty})} if duty else {}
        if name == "editor":
            duties[SYSTEM_SCOPE] = frozenset({Duty.SELECTION_EDITOR})
        device = f"device-{name}"
        return Actor(f"account:{account_id}", account_id, person_id, 0, device, duties, Proof(self.at(at), device))

    def browser(self, name: str) -> Browser:
        """The browser of a member of staff, signed in, in English."""
        if name not in self.browsers:
            client = TestClient(make_app(self.house))
            client.headers["accept-language"] = "en"
            here = Browser(client, self, f"{name}@x.cn")
            here.get("/sign-in")
            here.post("/sign-in", name=name, password=PASSWORD, next="")
            here.get("/staff")  # the token of the session now open
            self.browsers[name] = here
        return self.browsers[name]

    def last_code(self, contact: str) -> str:
        """The newest one-time code sent to a contact."""
        sent = sorted(one for one in (self.house.settings.data / "outbox").glob(f"*-{contact}.txt"))
        found = re.search(r"\b(\d{6})\b", sent[-1].read_text("utf-8").split("\n", 1)[1])
        assert found is not None
        return found[1]

    # ── the road ─────────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, days: float) -> datetime:
        """A moment so many days from now."""
        return self.now + days * DAY

    def run(self, act: Callable[..., T], actor: Actor, *args: Any, at: float = 0, **named: Any) -> T:
        """Run an act at a moment."""
        return self.house.acts.run_sync(act, actor, *args, now=self.at(at), **named)

    def create(self, code: str = "LC-2026") -> None:
        """A selection in draft with its staff on duty; nothing else is planned."""
        plan = SelectionPlan(
            code=code,
            kind=SelectionKind.OPEN_SELECTION,
            title="澜川市公开选拔市直部门副局长",
            title_en="Open selection of deputy directors, Lanchuan",
            authority="澜川市公开选拔工作领导小组",
            reference_date=date(2026, 9, 30),
            registration_opens=self.at(-20),
            registration_closes=self.at(self.closes),
            exam_site="澜川市第一中学",
        )
        self.selection_id = self.run(actions.create_selection, self.by("editor"), plan, at=-25)
        duties = {self.people[name][0]: duty for name, duty in STAFF.items() if duty}
        self.run(grant, Actor(label="job:test"), self.selection_id, duties, at=-25)

    def plan(self) -> None:
        """Two posts, three conditions (one of the first post alone), both papers of the ready scheme."""
        editor = self.by("editor")
        for post in (
            PostPlan("01", "副局长", "市水务局", 1, name_en="Deputy director", unit_en="Water Bureau"),
            PostPlan("02", "副局长", "市文旅局", 2),
        ):
            self.posts.append(self.run(actions.add_post, editor, self.selection_id, post, at=-25))
        for body, post_id in (
            ({"kind": "age", "maximum": 45}, None),
            ({"kind": "education", "level": "bachelor"}, None),
            ({"kind": "service", "years": 5}, self.posts[0]),
        ):
            self.run(actions.add_condition, editor, self.selection_id, body, post_id, at=-25)
        for place, key in enumerate(("common", "professional")):
            starts = self.at(self.sat + place / 4)
            self.run(actions.set_paper, editor, self.selection_id, key, starts, 150, at=-25)

    def announce(self) -> None:
        """The ready scheme proposed, frozen and announced by two hands."""
        document = document_from_toml(scheme_text())
        version = self.run(propose_scheme, self.by("editor"), self.selection_id, document, at=-24)
        whole = self.digest(version)
        self.run(freeze_and_announce, self.by("approver", -24), self.selection_id, version, whole, at=-24)

    def digest(self, version: int) -> str:
        from exam.queries import rule_sets

        with self.house.database.reading() as session:
            return next(one.sha256 for one in rule_sets(session, self.selection_id) if one.version == version)

    def submit(self, number: int, *, post: int = 0, unit: str = "示例区水利局", **changes: Any) -> str:
        """A registration submitted with a photo and a certificate; returns its reference."""
        identity = f"11010119860501{number:03}X"
        sealed = (self.house.vault.seal(identity), self.house.vault.fingerprint(identity))
        person_id = self.run(add_candidate, Actor(label="job:test"), sealed, f"考生{number}", at=-10)
        own = Actor(f"account:{person_id}", 0, person_id, 0, f"c{number}")
        reference = self.run(actions.start_registration, own, self.selection_id, self.posts[post], at=-9)
        with self.house.database.reading() as session:
            found = session.exec(select(Registration.id).where(Registration.reference == reference)).one() or 0
        form = {**FORM, "unit": unit, **changes}
        self.house.acts.keep_sync(actions.keep_draft, found, person_id, form, now=self.at(-9))
        for place, kind in enumerate((PaperKind.PHOTO, PaperKind.EDUCATION)):
            saved = self.store(jpeg((number * 2 + place) % 256))
            self.run(actions.attach_paper, own, found, kind, saved, f"{kind}.jpg", at=-9)
        self.run(actions.submit_registration, own, found, version=0, at=-8 + number / 1000)
        return reference

    def correct(self, reference: str, **changes: Any) -> None:
        """The candidate corrects a returned registration and submits it again."""
        row = self.row(reference)
        own = Actor("account:0", 0, row.person_id, 0, "candidate")
        self.house.acts.keep_sync(actions.keep_draft, row.id, row.person_id, changes)
        self.run(actions.submit_registration, own, row.id, version=row.version, at=0.01)

    def store(self, content: bytes) -> Saved:
        """Bytes safe in the store."""
        return self.house.files.receive(
            io.BytesIO(content), cap=10**7, kinds=frozenset({MediaKind.JPEG, MediaKind.PDF, MediaKind.XLSX})
        )

    def row(self, reference: str) -> Registration:
        with self.house.database.reading() as session:
            return session.exec(select(Registration).where(Registration.reference == reference)).one()

    def vet(self, reference: str, verdict: VettingVerdict = VettingVerdict.PASS) -> None:
        """Both hands on one registration."""
        row = self.row(reference)
        decision = Decision(verdict) if verdict is VettingVerdict.PASS else Decision(verdict, 1, "材料不符")
        first = self.run(actions.decide_registration, self.by("vetter"), row.id, decision, version=1, at=-6)
        self.run(actions.confirm_decision, self.by("second", -6), first, Answer.AGREE, at=-6)

    def ticketed(self, count: int = 3) -> list[str]:
        """Everything up to tickets, the papers already sat; returns the ticket numbers."""
        self.closes, self.sat = -5, -2
        self.create()
        self.plan()
        self.announce()
        references = [self.submit(number, post=number % 2) for number in range(count)]
        for reference in references:
            self.vet(reference)
        order = [self.row(reference).id for reference in references]
        self.run(actions.issue_tickets, self.by("officer"), self.selection_id, order, 2, at=-4)
        return [f"2026{place + 1:04}" for place in range(count)]

    def journal(self, act: str) -> list[audit.JournalEntry]:
        """The journal's lines of one act."""
        with self.house.database.reading() as session:
            return list(session.exec(select(audit.JournalEntry).where(audit.JournalEntry.act == act)))
