"""A selection in a house from its written marks to the committee: acts by the course, people at their browsers."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from litestar.testing import TestClient
from sqlmodel import Session

from core import audit
from core.files import Saved
from core.kinds import VIDEOS, MediaKind
from core.people import Actor, Duty
from core.tables import Account, Person
from exam.queries import ticket_ids
from exam.tables import Candidacy, Registration, WrittenMark
from scoring import actions
from scoring.queries import COMPOSITE
from tests.interview.day import in_rows
from tests.scoring.course import APPROVER, CLERK, SECRETARY, Course, Totals, course_of, usual_totals
from tests.web.desk import PASSWORD_HASH, Browser, Desk, grant
from web.app import make_app

CODE = "LC-2026"
HANDS: Mapping[str, Duty] = {
    "tally": Duty.TALLY_CLERK,
    "tallycheck": Duty.TALLY_CHECKER,
    "secretary": Duty.COMMITTEE_SECRETARY,
    "member": Duty.COMMITTEE_MEMBER,
    "archivist": Duty.ARCHIVIST,
    "supervisor": Duty.SUPERVISOR,
}
VIDEO = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42"
POSTER = b"\xff\xd8\xff\xe0" + b"poster" * 20


def employ(session: Session, actor: Actor, contact: tuple[str, str], name: str, *, now: datetime) -> tuple[int, int]:
    """Write down one more member of staff; answers with account and person."""
    person = Person(
        name=f"职员{name}", unit=f"单位{name}", contact_cipher=contact[0], contact_hash=contact[1], created_at=now
    )
    session.add(person)
    session.flush()
    account = Account(person_id=person.id or 0, name=name, password_hash=PASSWORD_HASH, created_at=now)
    session.add(account)
    session.flush()
    audit.record(session, actor, "people.added", now, scope=1, count=1)
    return account.id or 0, person.id or 0


@dataclass(slots=True)
class Selected:
    """The desk with the hands that results need, and the course of its selection."""

    desk: Desk
    course: Course

    def browser(self, name: str) -> Browser:
        return self.desk.browser(name)

    def anyone(self) -> TestClient[Any]:
        """A visitor's browser, in English."""
        client = TestClient(make_app(self.desk.house))
        client.headers["accept-language"] = "en"
        return client

    def own(self, ticket: str) -> tuple[Browser, str]:
        """A candidate at their own browser, and the address of their registration."""
        key = self.course.read(ticket_ids, self.course.id)[ticket]

        def admit(session: Session) -> tuple[int, str]:
            row = session.get_one(Candidacy, key)
            account = Account(person_id=row.person_id, password_hash=PASSWORD_HASH, created_at=self.desk.now)
            account.name = f"own{ticket}"
            session.add(account)
            session.flush()
            return account.id or 0, session.get_one(Registration, row.registration_id).reference

        account, reference = in_rows(self.desk.house.database, admit)
        self.desk.people[f"own{ticket}"] = (account, 0)
        return self.browser(f"own{ticket}"), f"/my/{reference}"

    def names(self) -> dict[str, str]:
        """Candidates' names by ticket number."""

        def read(session: Session) -> dict[str, str]:
            rows = {
                ticket: session.get_one(Candidacy, key) for ticket, key in ticket_ids(session, self.course.id).items()
            }
            return {ticket: session.get_one(Person, row.person_id).name for ticket, row in rows.items()}

        found: dict[str, str] = self.course.read(read)
        return found

    def ranked(self, totals: Totals = usual_totals) -> "Selected":
        """Up to the published composite."""
        self.course.rank(totals)
        return self

    def proposed(self) -> "Selected":
        """Names proposed by the clerk of the course, who has no account here."""
        self.course.run(actions.propose_shortlists, CLERK)
        return self

    def confirmed(self) -> "Selected":
        self.course.run(actions.confirm_shortlists, SECRETARY)
        return self

    def finished(self) -> "Selected":
        """Names published, the pool filled."""
        self.course.run(actions.publish_shortlists, APPROVER)
        self.course.run(actions.fill_reserve, SECRETARY)
        return self

    def outcome(self) -> dict[str, Any]:
        found: dict[str, Any] = self.course.tally(COMPOSITE).outcome
        return found


def marked_selection(desk: Desk, count: int = 10) -> Selected:
    """A selection whose written marks are confirmed: candidates by turns for its two posts of one and two places."""
    desk.ticketed(count)
    for name, duty in HANDS.items():
        contact = (desk.house.vault.seal(f"{name}@x.cn"), desk.house.vault.fingerprint(f"{name}@x.cn"))
        desk.people[name] = desk.run(employ, Actor(label="job:test"), contact, name, at=-20)
        desk.run(grant, Actor(label="job:test"), desk.selection_id, {desk.people[name][0]: duty}, at=-20)
    in_rows(desk.house.database, lambda session: _mark(session, desk))
    begun = desk.now - timedelta(minutes=50)

    def store(name: str) -> Saved:
        content = POSTER if name == "poster" else VIDEO + name.encode() * 500
        return desk.house.files.receive(io.BytesIO(content), cap=10**7, kinds=VIDEOS | {MediaKind.JPEG})

    return Selected(desk, course_of(desk.house.database, desk.house.acts, desk.selection_id, begun, store))


def _mark(session: Session, desk: Desk) -> None:
    """Confirmed written marks, the earlier the ticket the higher."""
    for place, (_, candidacy_id) in enumerate(sorted(ticket_ids(session, desk.selection_id).items())):
        for key, best in (("common", 88), ("professional", 90)):
            session.add(
                WrittenMark(
                    selection_id=desk.selection_id, candidacy_id=candidacy_id, paper_key=key, source="both_hands",
                    mark=Decimal(best - place), state="present", settled_by=1, settled_at=desk.now,
                )
            )  # fmt: skip
