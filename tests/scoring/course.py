"""A selection in a database from its confirmed marks on: those as rows, everything after them by the acts."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.canonical import canonical
from core.db import Database
from core.errors import Denied
from core.files import Saved
from core.people import SYSTEM_SCOPE, Actor, Duty, Proof, job
from core.tables import Person, Scope
from exam.actions import note_candidacy_event
from exam.candidacy import CandidacyEventKind
from exam.queries import posts_of, rule_sets, ticket_ids
from exam.tables import (
    Candidacy,
    Paper,
    Post,
    Registration,
    RegistrationVersion,
    RuleSet,
    Selection,
    WrittenMark,
)
from interview import actions as interview
from interview.hearing import EventKind
from interview.lots import Lot, Register
from interview.panel import JudgeKind
from interview.queries import admitted
from interview.scoresheet import Marks, SheetForm, parse_sheet
from recording.actions import finish_check, receive_recording
from scoring import actions
from scoring.computing import computed
from scoring.queries import COMPOSITE, ENTRY, newest_tally
from scoring.scheme import document_from_toml
from scoring.tables import TallyRow
from tests.interview.day import NOW, Day, in_rows, staff
from tests.scoring.schemes import SCHEME

MARKED = NOW - timedelta(days=20)

PROBE = {
    "container": "mp4", "size": 1000, "start_ms": 0, "duration_ms": 60_000, "keyframes": 30, "longest_group_ms": 2000,
    "gaps": [], "streams": [
        {"kind": "video", "codec": "h264", "pixels": "yuv420p", "width": 640, "height": 360, "rate": 0, "packets": 900,
         "first_ms": 0, "last_ms": 60_000},
    ],
}  # fmt: skip
"""What the check of a sound video finds."""

CLERK, CHECKER, SECRETARY, APPROVER, OFFICER, MEMBER, ARCHIVIST = range(20, 27)
DUTIES = {
    CLERK: Duty.TALLY_CLERK,
    CHECKER: Duty.TALLY_CHECKER,
    SECRETARY: Duty.COMMITTEE_SECRETARY,
    APPROVER: Duty.SELECTION_APPROVER,
    OFFICER: Duty.EXAM_OFFICER,
    MEMBER: Duty.COMMITTEE_MEMBER,
    ARCHIVIST: Duty.ARCHIVIST,
}

Totals = Callable[[int, int], str]
"""A judge's total for a candidate: by the candidate's place among the tickets and the seat, both from 1."""


def usual_totals(place: int, seat: int) -> str:
    """The later the ticket, the lower; judges half a mark apart."""
    return str(Decimal(90 - 2 * place) + Decimal(seat) / 2)


@dataclass(slots=True)
class Course:
    """The selection and everybody who computes, checks, confirms and publishes in it; `day` keeps time and acts."""

    day: Day
    form: SheetForm
    store: Callable[[str], Saved]
    lots: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.day.selection_id

    @property
    def tickets(self) -> list[str]:
        """All ticket numbers."""
        return [ticket for own in self.day.tickets.values() for ticket in own]

    def by(self, number: int, *, device: str = "") -> Actor:
        """Somebody on duty, proven afresh."""
        actor = staff(number, self.id, DUTIES[number], proof=self.day.at)
        return replace(actor, device=device, proof=Proof(self.day.at, device)) if device else actor

    def run(self, act: Callable[..., Any], number: int, *args: Any, **named: Any) -> Any:
        """An act of this selection by somebody on duty."""
        return self.day.run(act, self.by(number), self.id, *args, **named)

    def read(self, query: Callable[..., Any], *args: Any) -> Any:
        return self.day.read(query, *args)

    def selection(self) -> Selection:
        return self.read(lambda session: session.get(Selection, self.id))

    def tally(self, kind: str) -> TallyRow:
        found = self.read(newest_tally, self.id, kind)
        assert found is not None
        return found

    # ── the road ─────────────────────────────────────────────────────────────────────────────────────────────────

    def facts(self, kind: str) -> dict[str, Any]:
        """What a clerk's computation hands to the accepting act."""
        return computed(self.day.database, self.id, kind)

    def accept(self, kind: str, **changes: Any) -> int:
        return self.run(actions.accept_tally, CLERK, kind, **{**self.facts(kind), **changes})

    def publish(self, kind: str, **named: Any) -> Any:
        return self.run(actions.publish_tally, CHECKER, kind, self.tally(kind).version, **named)

    def enter(self) -> "Course":
        """Written results and the entry list published."""
        self.run(actions.publish_written_results, APPROVER)
        self.accept(ENTRY)
        self.publish(ENTRY)
        return self

    def seat(self, rooms: Mapping[int, Sequence[str]] | None = None) -> "Course":
        """Rooms of each post with whole panels, lots drawn in the order of the tickets, dealt to the rooms in turn."""
        return self.day.together(lambda: self._seat(rooms or {place: (f"{place + 1}",) for place in self.day.tickets}))

    def _seat(self, rooms: Mapping[int, Sequence[str]]) -> "Course":
        groups = [JudgeKind(group.key) for group in self.form.groups for _ in range(group.seats)]
        for place, codes in rooms.items():
            for code in codes:
                room_id = self.day.open_room(code, place)
                self.day.seats[code] = [
                    self.day.run(
                        interview.seat_judge, self.day.composer, room_id, self.day.judge(f"评委{code}-{number}", kind),
                        number, chief=number == 1,
                    )
                    for number, kind in enumerate(groups, start=1)
                ]  # fmt: skip
            waiting = [one.ticket_number for one in self.read(admitted, self.day.posts[place])]
            lots = [
                Lot(ticket, codes[turn % len(codes)], turn // len(codes) + 1) for turn, ticket in enumerate(waiting)
            ]
            self.lots |= {lot.ticket: (lot.room, lot.number) for lot in lots}
            register = Register("抽签登记表", ("监督员", "考生代表"), tuple(lots))
            self.day.run(interview.record_draw, self.day.waiting, self.day.posts[place], register)
        return self

    def hear(self, totals: Totals = usual_totals, *, but: Sequence[str] = ()) -> "Course":
        """Every admitted candidate heard, marked and sealed in the order of the lots, but for those named."""
        return self.day.together(lambda: self._hear(totals, but))

    def _hear(self, totals: Totals, but: Sequence[str]) -> "Course":
        for ticket, (code, number) in sorted(self.lots.items(), key=lambda lot: lot[1]):
            if ticket not in but:
                hearing_id = self.day.hear(number, code)
                for seat, seat_id in enumerate(self.day.seats[code], start=1):
                    total = totals(self.tickets.index(ticket) + 1, seat)
                    self.day.submit(seat_id, hearing_id, self.sheet(total))
                self.day.seal(hearing_id)
        return self

    def sheet(self, total: str) -> Marks:
        """A sheet that adds up to a total: the first elements full, then the rest."""
        rest, marks = Decimal(total), {}
        for element in self.form.elements:
            marks[element.key] = min(element.maximum, rest)
            rest -= marks[element.key]
        assert rest == 0
        return Marks(marks)

    def film(self) -> "Course":
        """A verified recording of every sealed hearing."""
        return self.day.together(self._film)

    def _film(self) -> "Course":
        for code, number in self.lots.values():
            heard = self.day.hearing(number, code)
            if heard.state == "sealed":
                file = self.store(f"{self.id}-{code}-{number}")
                recording = self.day.run(receive_recording, self.day.officer, heard.hearing_id, file, "film.mp4")
                self.day.run(
                    finish_check, job("recordings"), recording, probe=PROBE, review=file,
                    poster=self.store("poster"), findings=[], milliseconds=60_000,
                )  # fmt: skip
        return self

    def rank(self, totals: Totals = usual_totals) -> "Course":
        """Everything up to the published composite."""
        self.enter().seat().hear(totals).film()
        self.accept(COMPOSITE)
        self.publish(COMPOSITE)
        return self

    def freeze_anew(self, before: str, after: str) -> None:
        """Two hands put other rules in force: the usual scheme with one thing written otherwise."""
        assert before in SCHEME
        document = document_from_toml(SCHEME.replace(before, after))
        editor = staff(40, self.id, Duty.SELECTION_EDITOR)
        version = self.day.run(actions.propose_scheme, editor, self.id, document, "有误")
        digest = next(one.sha256 for one in self.read(rule_sets, self.id) if one.version == version)
        self.run(actions.freeze_and_announce, APPROVER, version, digest)

    def facts_of(self, act: str) -> list[dict[str, Any]]:
        """The facts of an act's journal lines, after a check that the journal holds."""
        return [json.loads(line.body)[-1] for line in self.day.journal() if line.act == act]

    def denied_but_for(self, duties: set[Duty], run: Callable[[Actor], object]) -> None:
        """Every other duty here, and the right one elsewhere, gets the same answer."""
        for duty in Duty:
            if duty not in duties:
                with pytest.raises(Denied):
                    run(staff(50, self.id, duty, proof=self.day.at))
        for duty in duties:
            with pytest.raises(Denied):
                run(staff(50, self.id + 1, duty, proof=self.day.at))

    def leave(self, ticket: str, kind: CandidacyEventKind = CandidacyEventKind.WITHDREW) -> None:
        """A candidate withdraws, or is disqualified."""
        candidacy = self.read(ticket_ids, self.id)[ticket]
        self.day.run(note_candidacy_event, self.by(OFFICER), candidacy, kind, "另有安排")


def saved(name: str) -> Saved:
    """A file that is safe in the store."""
    return Saved(hashlib.sha256(name.encode()).hexdigest(), 1000, "video/mp4")


def usual_marks(place: int) -> tuple[str, str]:
    """The written marks of the candidate at this place, in the order of rank."""
    return str(Decimal("88.5") - 2 * place), str(Decimal(90) - place)


def make_course(
    database: Database,
    acts: Acts,
    *,
    sizes: Sequence[int] = (6,),
    places: Sequence[int] = (1,),
    scheme: str = SCHEME,
    marks: Callable[[int], tuple[str | None, str | None]] = usual_marks,
) -> Course:
    """A selection whose written marks are confirmed: posts of these sizes and places, a mark of None is an absence."""

    def write(session: Session) -> int:
        return _write(session, sizes, places, scheme, marks)

    return course_of(database, acts, in_rows(database, write))


def course_of(
    database: Database, acts: Acts, selection_id: int, at: datetime = NOW - timedelta(hours=1), store: Any = saved
) -> Course:
    """The course of a selection that stands in the database, whose marks are confirmed; `store` keeps its videos."""
    with database.reading() as session:
        posts = [post.id or 0 for post in posts_of(session, selection_id)]
        rows = session.exec(select(Candidacy).where(Candidacy.selection_id == selection_id)).all()
        document = session.exec(select(RuleSet.canonical).where(RuleSet.selection_id == selection_id)).all()[-1]
    tickets = {
        place: sorted(row.ticket_number for row in rows if row.post_id == post) for place, post in enumerate(posts)
    }
    day = Day(database, acts, selection_id, posts, tickets, {row.ticket_number: row.id or 0 for row in rows}, 0, at=at)
    return Course(day, parse_sheet(document_of(document)["sheet"]), store)


def document_of(canonical_text: str) -> dict[str, Any]:
    return json.loads(canonical_text, parse_float=Decimal)


def _write(
    session: Session, sizes: Sequence[int], places: Sequence[int], scheme: str, marks: Callable[[int], Any]
) -> int:
    if session.get(Scope, SYSTEM_SCOPE) is None:
        _kept(session, Scope(id=SYSTEM_SCOPE, kind="system", opened_at=MARKED))
    newest = max(session.exec(select(Scope.id)))
    scope = _kept(session, Scope(id=newest + 1, kind="selection", opened_at=MARKED))
    session.add(
        Selection(
            id=scope.id, code=f"GX{scope.id}", title="公开选拔", authority="领导小组", reference_date=date(2026, 9, 1),
            registration_opens=MARKED - timedelta(days=60), registration_closes=MARKED - timedelta(days=50),
            interview_on=NOW.date(), stage="written_exam", created_by=1, created_at=MARKED,
        )
    )  # fmt: skip
    session.flush()
    text = canonical({**document_from_toml(scheme), "eligibility": {}}).decode()
    session.add(
        RuleSet(
            selection_id=scope.id, version=1, canonical=text, sha256=hashlib.sha256(text.encode()).hexdigest(),
            state="frozen", proposed_by=1, proposed_device="d1", proposed_at=MARKED, frozen_by=2, frozen_at=MARKED,
        )
    )  # fmt: skip
    for key in ("common", "professional"):
        session.add(Paper(selection_id=scope.id, key=key, starts_at=MARKED, minutes=120))
    for number, (size, headcount) in enumerate(zip(sizes, places, strict=True), start=1):
        post = _kept(
            session,
            Post(selection_id=scope.id, code=f"{number:02}", name=f"职位{number}", unit="单位", headcount=headcount),
        )
        for place in range(1, size + 1):
            _write_candidate(session, scope.id, post.id, f"2026{number}{place:03}", marks(place))
    return int(scope.id)


def _write_candidate(
    session: Session, selection_id: int, post_id: int, ticket: str, marks: tuple[str | None, str | None]
) -> None:
    person = _kept(session, Person(name=f"考生{ticket}", identity_hash=f"{selection_id}-{ticket}", created_at=MARKED))
    registration = _kept(
        session,
        Registration(
            selection_id=selection_id, post_id=post_id, person_id=person.id, reference=f"R{selection_id}-{ticket}",
            state="passed", version=1, started_at=MARKED, submitted_at=MARKED,
        ),
    )  # fmt: skip
    session.add(
        RegistrationVersion(
            registration_id=registration.id, version=1, body={}, verdicts=[], sha256="0" * 64, submitted_at=MARKED
        )
    )
    candidacy = _kept(
        session,
        Candidacy(
            selection_id=selection_id, post_id=post_id, registration_id=registration.id, person_id=person.id,
            ticket_number=ticket, issued_at=MARKED,
        ),
    )  # fmt: skip
    for key, mark in zip(("common", "professional"), marks, strict=True):
        session.add(
            WrittenMark(
                selection_id=selection_id, candidacy_id=candidacy.id, paper_key=key, source="both_hands",
                mark=None if mark is None else Decimal(mark), state="absent" if mark is None else "present",
                settled_by=1, settled_at=MARKED,
            )
        )  # fmt: skip


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def absent(course: Course, ticket: str) -> None:
    """A candidate does not appear at the interview."""
    code, number = course.lots[ticket]
    course.day.note(EventKind.ABSENCE, number, code, reason="未到")
