"""A small selection to test on, built through the acts: its people, its plan, its registrations, step by step."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from core import audit
from core.acts import Acts
from core.audit import JournalEntry
from core.db import Database
from core.errors import Refusal
from core.files import Saved
from core.people import SYSTEM_SCOPE, Actor, Duty, Proof
from core.tables import Person, Scope
from exam import actions
from exam.marking import MarkEntry, MarkState, Paper
from exam.plan import PostPlan, PublicationKind, SelectionKind, SelectionPlan
from exam.registration import PaperKind
from exam.stages import Stage
from exam.tables import Registration
from exam.vetting import Answer, Decision, VettingVerdict

T = TypeVar("T")

PLANNED = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
OPENS = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
CLOSES = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)
OPEN = OPENS + timedelta(days=1)
CLOSED = CLOSES + timedelta(hours=1)
SAT = datetime(2026, 10, 24, 1, 0, tzinfo=UTC)
MARKED = SAT + timedelta(days=2)
INSTANT = timedelta(microseconds=1)

EDITOR, APPROVER, VETTER, SECOND, OFFICER, CLERK, OTHER_CLERK, CHECKER, STRANGER = range(101, 110)
FIRST_CANDIDATE = 1001

DUTIES = {
    EDITOR: Duty.SELECTION_EDITOR,
    APPROVER: Duty.SELECTION_APPROVER,
    VETTER: Duty.VETTER,
    SECOND: Duty.SECOND_VETTER,
    OFFICER: Duty.EXAM_OFFICER,
    CLERK: Duty.ENTRY_CLERK,
    OTHER_CLERK: Duty.ENTRY_CLERK,
    CHECKER: Duty.ENTRY_CHECKER,
}

PLAN = SelectionPlan(
    code="LC-2026",
    kind=SelectionKind.OPEN_SELECTION,
    title="澜川市2026年公开选拔市直部门副局长",
    authority="澜川市公开选拔工作领导小组",
    reference_date=date(2026, 9, 30),
    registration_opens=OPENS,
    registration_closes=CLOSES,
    interview_on=date(2026, 11, 21),
)
POST = PostPlan(code="01", name="副局长", unit="市水务局", headcount=1)
OTHER_POST = PostPlan(code="02", name="副局长", unit="市文旅局", headcount=2)

CONDITIONS: tuple[tuple[dict[str, object], bool], ...] = (
    ({"kind": "age", "maximum": 45}, False),
    ({"kind": "education", "level": "bachelor"}, False),
    ({"kind": "service", "years": 5}, True),
)
"""Plain conditions in order, and whether each belongs to the first post alone."""

PAPERS = (
    Paper("common", "公共科目", Decimal(100)),
    Paper("professional", "专业科目", Decimal(100)),
)

FORM: dict[str, Any] = {
    "birth_date": "1986-05-01",
    "sex": "female",
    "ethnicity": "汉族",
    "political_status": "party_member",
    "unit": "示例区水利局",
    "position": "科长",
    "work_began": "2009-07",
    "education": [
        {
            "level": "bachelor",
            "degree": "bachelor",
            "school": "示例大学",
            "field_of_study": "水文与水资源工程",
            "graduated": "2009-07",
            "full_time": True,
        }
    ],
    "posts": [{"since": "2009-07", "until": None, "unit": "示例区水利局", "title": "科长", "level": "section"}],
    "pledge": True,
}


def picture(name: str) -> Saved:
    """A picture that is safe in the store, its content named."""
    return Saved(hashlib.sha256(name.encode()).hexdigest(), 1000, "image/jpeg")


def add_people(session: Session, actor: Actor, people: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Write persons down."""
    session.add_all([Person(created_at=now, **person) for person in people])
    audit.record(session, actor, "people.added", now, scope=SYSTEM_SCOPE, count=len(people))


def open_system(session: Session, actor: Actor, *, now: datetime) -> None:
    """Open the system's scope."""
    session.add(Scope(id=SYSTEM_SCOPE, kind="system", opened_at=now))
    audit.record(session, actor, "system.opened", now, scope=SYSTEM_SCOPE)


def announce(session: Session, actor: Actor, selection_id: int, version: int, sha256: str, *, now: datetime) -> None:
    """Freeze, publish and advance as the act of scoring does."""
    actions.freeze_rule_set(session, actor, selection_id, version, sha256, now=now)
    actions.publish(session, actor, selection_id, PublicationKind.ANNOUNCEMENT, {"title": "公告"}, now=now)
    actions.advance(session, actor, selection_id, Stage.ANNOUNCED, now=now)


def refusal_of(run: Callable[[], object]) -> Refusal:
    """The refusal that running this ends in."""
    try:
        run()
    except Refusal as refusal:
        return refusal
    raise AssertionError("nothing was refused")


def fields_of(refusal: Refusal) -> set[str]:
    """The fields a refusal names."""
    return {problem.field for problem in refusal.problems}


@dataclass(slots=True)
class Road:
    """One selection and everybody on it; each step is taken by whose duty it is."""

    acts: Acts
    database: Database
    selection_id: int = 0
    posts: list[int] = field(default_factory=list)
    canonical: str = '{"scheme":{"name":"规则"}}'

    def run(self, act: Callable[..., T], actor: Actor, *args: Any, now: datetime, **named: Any) -> T:
        return self.acts.run_sync(act, actor, *args, now=now, **named)

    def staff(self, person_id: int, *, scope: int = 0, proven: datetime | None = None, device: str = "") -> Actor:
        """Somebody on duty in this selection, proven afresh if a moment is given."""
        device = device or f"d{person_id}"
        duties = {scope or self.selection_id: frozenset({DUTIES[person_id]})} if person_id in DUTIES else {}
        if person_id == EDITOR:
            duties[SYSTEM_SCOPE] = frozenset({Duty.SELECTION_EDITOR})
        return Actor(
            label=f"account:{person_id}",
            account_id=person_id,
            person_id=person_id,
            device=device,
            duties=duties,
            proof=Proof(proven, device) if proven else None,
        )

    def candidate(self, number: int) -> Actor:
        person_id = FIRST_CANDIDATE + number
        return Actor(label=f"account:{person_id}", account_id=person_id, person_id=person_id, device=f"d{person_id}")

    def people(self, candidates: int = 3, **changes: Any) -> None:
        """Write down all staff, and candidates with an identity number each; `changes` hold for the candidates."""
        staff = [{"id": n, "name": f"职员{n}", "unit": f"单位{n}"} for n in range(EDITOR, STRANGER + 1)]
        applicants = [
            {"id": FIRST_CANDIDATE + n, "name": f"考生{n}", "identity_hash": f"hmac.{n}"} | changes
            for n in range(candidates)
        ]
        self.run(add_people, Actor(label="job:test"), staff + applicants, now=PLANNED)

    def plan(self, plan: SelectionPlan = PLAN) -> None:
        """A selection with two posts, three conditions and two papers, still a draft."""
        editor = self.staff(EDITOR)
        self.selection_id = self.run(actions.create_selection, editor, plan, now=PLANNED)
        editor = self.staff(EDITOR)
        self.posts = [
            self.run(actions.add_post, editor, self.selection_id, post, now=PLANNED) for post in (POST, OTHER_POST)
        ]
        for body, own in CONDITIONS:
            post_id = self.posts[0] if own else None
            self.run(actions.add_condition, editor, self.selection_id, body, post_id, now=PLANNED)
        for place, paper in enumerate(PAPERS):
            starts_at = SAT + timedelta(hours=4 * place)
            self.run(actions.set_paper, editor, self.selection_id, paper.key, starts_at, 150, now=PLANNED)

    def propose(self, *, canonical: str = "", reason: str = "", now: datetime = PLANNED) -> tuple[int, str]:
        """Propose rules to be frozen; returns version and digest."""
        text = canonical or self.canonical
        digest = hashlib.sha256(text.encode()).hexdigest()
        proposed = self.run(actions.add_rule_set, self.staff(EDITOR), self.selection_id, text, digest, reason, now=now)
        return proposed.version, digest

    def announce(self, now: datetime = PLANNED) -> None:
        version, digest = self.propose(now=now)
        approver = self.staff(APPROVER, proven=now)
        self.run(announce, approver, self.selection_id, version, digest, now=now)

    def register(self, number: int, *, post: int = 0, now: datetime = OPEN) -> int:
        """Start a registration; returns its id."""
        reference = self.run(
            actions.start_registration, self.candidate(number), self.selection_id, self.posts[post], now=now
        )
        with self.database.reading() as session:
            return session.exec(select(Registration.id).where(Registration.reference == reference)).one() or 0

    def fill(self, number: int, registration_id: int, *, now: datetime = OPEN, **changes: Any) -> None:
        """Type a form that is right in everything, but for the changes."""
        person_id = FIRST_CANDIDATE + number
        self.acts.keep_sync(actions.keep_draft, registration_id, person_id, {**FORM, **changes}, now=now)

    def attach(self, number: int, registration_id: int, kind: PaperKind, name: str = "", now: datetime = OPEN) -> int:
        saved = picture(name or f"{kind} {number}")
        return self.run(
            actions.attach_paper, self.candidate(number), registration_id, kind, saved, f"{kind}.jpg", now=now
        )

    def submit(self, number: int, *, post: int = 0, now: datetime = OPEN, **changes: Any) -> int:
        """Register, fill in, attach and submit; returns the registration's id."""
        registration_id = self.register(number, post=post, now=now)
        self.fill(number, registration_id, now=now, **changes)
        for kind in (PaperKind.PHOTO, PaperKind.EDUCATION):
            self.attach(number, registration_id, kind, now=now)
        self.run(actions.submit_registration, self.candidate(number), registration_id, version=0, now=now)
        return registration_id

    def decide(self, registration_id: int, decision: Decision, *, version: int = 1, now: datetime = OPEN) -> int:
        vetter = self.staff(VETTER)
        return self.run(actions.decide_registration, vetter, registration_id, decision, version=version, now=now)

    def confirm(
        self, decision_id: int, answer: Answer = Answer.AGREE, reason: str = "", *, now: datetime = OPEN
    ) -> str:
        second = self.staff(SECOND, proven=now)
        return self.run(actions.confirm_decision, second, decision_id, answer, reason, now=now)

    def vetted(self, number: int, verdict: VettingVerdict = VettingVerdict.PASS, *, post: int = 0) -> int:
        """A registration taken through both hands; returns its id."""
        registration_id = self.submit(number, post=post)
        decision = Decision(verdict, condition_number=1, reason="材料核实") if verdict != "pass" else Decision(verdict)
        self.confirm(self.decide(registration_id, decision))
        return registration_id

    def ticketed(self, count: int = 2, room_size: int = 30) -> list[str]:
        """Everything up to tickets; returns the ticket numbers."""
        self.plan()
        self.announce()
        order = [self.vetted(number) for number in range(count)]
        officer = self.staff(OFFICER)
        self.run(actions.issue_tickets, officer, self.selection_id, order, room_size, now=CLOSED)
        return [f"2026{place + 1:04}" for place in range(count)]

    def row(self, registration_id: int) -> Registration:
        with self.database.reading() as session:
            return session.get_one(Registration, registration_id)

    def person(self, number: int) -> Person:
        with self.database.reading() as session:
            return session.get_one(Person, FIRST_CANDIDATE + number)

    def journal(self, act: str = "") -> list[JournalEntry]:
        """The journal's lines in order, of one act if named."""
        with self.database.reading() as session:
            query = select(JournalEntry).order_by(col(JournalEntry.seq))
            return list(session.exec(query.where(JournalEntry.act == act) if act else query))


def lines_for(tickets: Sequence[str], marks: Mapping[tuple[str, str], str] | None = None) -> list[MarkEntry]:
    """A whole entry: 80.0 for everybody in each paper, but for the marks named (a word is a state)."""
    given = marks or {}
    entries = []
    for row, ticket in enumerate(tickets, start=2):
        for paper in PAPERS:
            value = given.get((ticket, paper.key), "80.0")
            entry = MarkEntry(ticket, paper.key, MarkState.PRESENT, None, row)
            if value in set(MarkState):
                entries.append(replace(entry, state=MarkState(value)))
            else:
                entries.append(replace(entry, mark=Decimal(value)))
    return entries
