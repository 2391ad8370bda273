"""An interview day in a database: a selection at interview entry, its candidates, judges, rooms, staff and tablets."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlmodel import Session

from core import audit
from core.acts import Acts
from core.canonical import canonical
from core.db import Database
from core.people import NOBODY, SYSTEM_SCOPE, Actor, Duty, Proof
from core.tables import Person, Scope
from exam.tables import Candidacy, Post, Publication, Registration, RegistrationVersion, RuleSet, Selection
from interview import actions, queries
from interview.hearing import EventKind, Signer
from interview.lots import Lot, Register
from interview.panel import JudgeKind
from interview.scoresheet import Marks

T = TypeVar("T")

NOW = datetime(2026, 10, 18, 0, 30, tzinfo=UTC)
ELEMENTS = ("speech", "analysis")
SHEET = {
    "step": "0.5",
    "elements": [
        {"key": "speech", "name": "竞职演讲", "maximum": 40},
        {"key": "analysis", "name": "综合分析", "maximum": 60},
    ],
    "groups": [
        {"key": "expert", "name": "专家评委", "seats": 2},
        {"key": "representative", "name": "代表评委", "seats": 1},
    ],
}
JUDGES = (JudgeKind.EXPERT, JudgeKind.EXPERT, JudgeKind.REPRESENTATIVE)
EVERYBODY = frozenset(Signer)


def in_rows(database: Database, write: Callable[[Session], Any]) -> Any:
    """Write rows directly: what other parts of the road have left behind."""
    with database.writer() as connection, Session(connection, expire_on_commit=False) as session:
        value = write(session)
        session.commit()
        connection.commit()
        return value


def staff(number: int, selection_id: int, *duties: Duty, proof: datetime | None = None) -> Actor:
    """Somebody with duties in one selection."""
    return Actor(
        label=f"account:{number}",
        account_id=number,
        person_id=900 + number,
        device=f"device-{number}",
        duties={selection_id: frozenset(duties)},
        proof=None if proof is None else Proof(proof, f"device-{number}"),
    )


def tablet(seat_id: int) -> Actor:
    """A judge's opened tablet."""
    return Actor(label=f"seat:{seat_id}", seat_id=seat_id, device=f"tablet-{seat_id}")


def sheet(speech: str = "35", analysis: str = "50.5") -> Marks:
    """A complete sheet's marks."""
    return Marks({"speech": Decimal(speech), "analysis": Decimal(analysis)})


def key(name: object = "one") -> str:
    """A submission's key as a tablet makes it."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:32]


@dataclass
class Day:
    """The day's ids and its people; `at` moves on with every act."""

    database: Database
    acts: Acts
    selection_id: int
    posts: list[int]
    tickets: dict[int, list[str]]
    candidacies: dict[str, int]
    publication_id: int
    at: datetime = NOW
    rooms: dict[str, int] = field(default_factory=dict)
    seats: dict[str, list[int]] = field(default_factory=dict)
    session: Session | None = None

    @property
    def composer(self) -> Actor:
        return staff(1, self.selection_id, Duty.EXAM_OFFICER)

    @property
    def approver(self) -> Actor:
        return staff(2, self.selection_id, Duty.SELECTION_APPROVER)

    @property
    def waiting(self) -> Actor:
        return staff(3, self.selection_id, Duty.WAITING_ROOM_OFFICER)

    @property
    def officer(self) -> Actor:
        return staff(4, self.selection_id, Duty.ROOM_OFFICER)

    @property
    def supervisor(self) -> Actor:
        return staff(5, self.selection_id, Duty.SUPERVISOR, proof=self.at)

    def run(self, act: Callable[..., Any], actor: Actor, *args: Any, **named: Any) -> Any:
        self.at += timedelta(seconds=10)
        if self.session is not None:
            return act(self.session, actor, *args, now=self.at, **named)
        return self.acts.run_sync(act, actor, *args, now=self.at, **named)

    def together(self, steps: Callable[[], T]) -> T:
        """Several acts in one commit, which is much faster than one by one."""
        if self.session is not None:
            return steps()

        def act(session: Session, _actor: Actor, *, now: datetime) -> T:
            self.session = session
            try:
                return steps()
            finally:
                self.session = None

        return self.acts.run_sync(act, NOBODY)

    def read(self, query: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if self.session is not None:
            self.session.flush()
            return query(self.session, *args, **named)
        with self.database.reading() as session:
            return query(session, *args, **named)

    def journal(self) -> list[Any]:
        """All journal lines, after a check that they hold together."""
        lines = self.read(lambda session: list(audit.all_entries(session)))
        assert audit.verify(lines).fault is None
        return lines

    def admit(self) -> None:
        self.run(actions.admit, self.approver, self.publication_id, list(self.candidacies.values()))

    def open_room(self, code: str = "1", post: int = 0) -> int:
        self.rooms[code] = self.run(actions.open_room, self.composer, self.posts[post], code, f"第{code}考场")
        return self.rooms[code]

    def judge(self, name: str, kind: JudgeKind = JudgeKind.EXPERT, **facts: Any) -> int:
        """Register a judge who may sit anywhere, unless the facts say otherwise."""
        facts = {"identity": ("sealed", f"hash-of-{name}"), "unit": f"{name}的单位"} | facts
        facts.setdefault("qualified_until", date(2030, 1, 1))
        return self.run(
            actions.register_judge, self.composer, self.selection_id, actions.NewJudge(name=name, kind=kind, **facts)
        )

    def seat_panel(self, code: str = "1") -> list[int]:
        """A whole panel for a room, the first judge in the chair."""
        self.seats[code] = [
            self.run(
                actions.seat_judge,
                self.composer,
                self.rooms[code],
                self.judge(f"评委{self.selection_id}-{code}-{number}", kind),
                number,
                chief=number == 1,
            )
            for number, kind in enumerate(JUDGES, start=1)
        ]
        return self.seats[code]

    def draw(self, post: int = 0, rooms: Sequence[str] = ("1",)) -> int:
        """Physical lots, dealt to the rooms in turn in the reverse order of the tickets."""
        tickets = self.tickets[post][::-1]
        lots = [Lot(ticket, rooms[place % len(rooms)], place // len(rooms) + 1) for place, ticket in enumerate(tickets)]
        register = Register("抽签登记表1", ("纪检监督员", "考生代表"), tuple(lots))
        return self.run(actions.record_draw, self.waiting, self.posts[post], register)

    def hearing(self, number: int = 1, code: str = "1") -> Any:
        """The hearing of a number, as the board shows it."""
        return next(one for one in self.read(queries.hearings_of_room, self.rooms[code]) if one.number == number)

    def note(self, kind: EventKind, number: int = 1, code: str = "1", **named: Any) -> int:
        heard = self.hearing(number, code)
        named.setdefault("supervisor_present", True)
        return self.run(actions.note_hearing, self.officer, heard.hearing_id, heard.version, kind, **named)

    def hear(self, number: int = 1, code: str = "1") -> int:
        """Take a hearing up to marking; its id."""

        def steps() -> int:
            for kind in (EventKind.CALL, EventKind.SPEECH, EventKind.QUESTION, EventKind.END):
                self.note(kind, number, code)
            return self.hearing(number, code).hearing_id

        return self.together(steps)

    def submit(self, seat_id: int, hearing_id: int, marks: Marks | None = None, name: object = None) -> Any:
        name = key((seat_id, hearing_id) if name is None else name)
        return self.run(actions.submit_sheet, tablet(seat_id), hearing_id, marks or sheet(), name, "4F1A-77C0")

    def submit_all(self, hearing_id: int, code: str = "1") -> None:
        for place, seat_id in enumerate(self.seats[code]):
            self.submit(seat_id, hearing_id, sheet(str(30 + place), "50"))

    def seal(self, hearing_id: int, **named: Any) -> str:
        facts = self.read(queries.sealing, hearing_id)
        named = {"signers": EVERYBODY} | named
        return self.run(actions.seal_hearing, self.supervisor, hearing_id, facts.version, facts.digest, **named)

    def hear_and_seal(self, number: int = 1, code: str = "1") -> int:
        """A whole hearing; its id."""

        def steps() -> int:
            hearing_id = self.hear(number, code)
            self.submit_all(hearing_id, code)
            self.seal(hearing_id)
            return hearing_id

        return self.together(steps)


def make_day(database: Database, acts: Acts, *, sizes: Sequence[int] = (3,)) -> Day:
    """A selection at interview entry: one post per size with so many candidates, and its list published."""
    selection_id, posts, tickets, candidacies, publication_id = in_rows(database, lambda s: _write(s, sizes))
    return Day(database, acts, selection_id, posts, tickets, candidacies, publication_id)


def ready_day(database: Database, acts: Acts, *, candidates: int = 3) -> Day:
    """A day with one room: admitted, panel seated, lots drawn."""
    day = make_day(database, acts, sizes=(candidates,))

    def steps() -> None:
        day.admit()
        day.open_room()
        day.seat_panel()
        day.draw()

    day.together(steps)
    return day


def _write(session: Session, sizes: Sequence[int]) -> tuple[int, list[int], dict[int, list[str]], dict[str, int], int]:
    if session.get(Scope, SYSTEM_SCOPE) is None:
        _kept(session, Scope(kind="system", opened_at=NOW))
    scope = _kept(session, Scope(kind="selection", opened_at=NOW))
    session.add(_selection(scope.id))
    session.flush()
    text = canonical({"sheet": SHEET}).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    session.add(
        RuleSet(
            selection_id=scope.id, version=1, canonical=text, sha256=digest, state="frozen",
            proposed_by=1, proposed_device="d1", proposed_at=NOW, frozen_by=2, frozen_at=NOW,
        )
    )  # fmt: skip
    posts, tickets, candidacies = [], {}, {}
    for place, size in enumerate(sizes):
        code = f"{place + 1:02}"
        post = _kept(
            session, Post(selection_id=scope.id, code=code, name=f"职位{code}", unit=f"招录单位{code}", headcount=1)
        )
        posts.append(post.id)
        tickets[place] = [f"2026{place + 1}{number:03}" for number in range(1, size + 1)]
        candidacies |= {ticket: _candidate(session, scope.id, post.id, ticket) for ticket in tickets[place]}
    published = _kept(
        session,
        Publication(
            selection_id=scope.id, number=1, kind="interview_entry", content={}, sha256="0" * 64,
            short_code="0000-0000", published_by=2, published_at=NOW,
        ),
    )  # fmt: skip
    return scope.id, posts, tickets, candidacies, published.id


def _selection(selection_id: int) -> Selection:
    return Selection(
        id=selection_id, code=f"GX{selection_id}", title="公开选拔", authority="组织部",
        reference_date=date(2026, 9, 1), registration_opens=NOW - timedelta(days=60),
        registration_closes=NOW - timedelta(days=50),
        interview_on=date(2026, 10, 18), stage="interview_entry", created_by=1, created_at=NOW,
    )  # fmt: skip


def _candidate(session: Session, selection_id: int, post_id: int, ticket: str) -> int:
    person = _kept(session, Person(name=f"考生{ticket}", identity_hash=f"hash-of-{ticket}", created_at=NOW))
    registration = _kept(
        session,
        Registration(
            selection_id=selection_id, post_id=post_id, person_id=person.id, reference=f"R{selection_id}-{ticket}",
            state="passed", version=1, started_at=NOW, submitted_at=NOW,
        ),
    )  # fmt: skip
    post = {"since": "2015-01", "until": None, "unit": f"单位{ticket}", "title": "科长", "level": None}
    body = {"form": {"unit": f"单位{ticket}", "posts": [post]}}
    session.add(
        RegistrationVersion(
            registration_id=registration.id, version=1, body=body, verdicts=[], sha256="0" * 64, submitted_at=NOW
        )
    )
    return _kept(
        session,
        Candidacy(
            selection_id=selection_id, post_id=post_id, registration_id=registration.id, person_id=person.id,
            ticket_number=ticket, issued_at=NOW,
        ),
    ).id  # fmt: skip


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
