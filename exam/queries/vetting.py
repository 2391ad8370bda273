"""Reads of vetting: the queue, who opens next, what took effect, the funnel."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core.days import add_working_days, local_date
from core.queries import PAGE, first_row
from core.settings import BEIJING
from core.tables import Person
from exam.doubles import Shared, Trait, doubles
from exam.queries.planning import terms_of
from exam.queries.registrations import decisions_of, declared_relation
from exam.registration import PaperKind
from exam.stages import Window
from exam.tables import (
    Appeal,
    Post,
    Registration,
    RegistrationPaper,
    VettingDecision,
)
from exam.vetting import WAITING_FOR, Answer, RegistrationState, same_unit

_LOOK_AHEAD = 500


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One registration in the vetting queue; `decided_by` is the person of the last decision, 0 if none."""

    registration: Registration
    post: Post
    name: str
    decided_by: int
    condition_number: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue; pages count from 1, `total` counts all that fit the filter."""

    lines: tuple[QueueLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


class QueueOrder(StrEnum):
    """What the queue is sorted by."""

    SUBMITTED = "submitted"
    REFERENCE = "reference"
    UNIT = "unit"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the queue is narrowed to and sorted by; nothing given is everything submitted, the earliest first."""

    post_id: int | None = None
    states: frozenset[RegistrationState] = frozenset()
    doubtful: bool | None = None
    text: str = ""
    order: QueueOrder = QueueOrder.SUBMITTED
    descending: bool = False


_ORDERS: Mapping[QueueOrder, Any] = {
    QueueOrder.SUBMITTED: Registration.submitted_at,
    QueueOrder.REFERENCE: Registration.reference,
    QueueOrder.UNIT: Registration.unit,
    QueueOrder.STATE: Registration.state,
}


def in_effect(decisions: Sequence[VettingDecision]) -> list[tuple[datetime, VettingDecision]]:
    """The decisions that took effect, each with the moment: a first one agreed to by the second, or a third one."""
    first = {(one.version, one.round): one for one in decisions if one.hand == 1}
    return [
        (one.decided_at, one if one.hand == 3 else first[one.version, one.round])
        for one in decisions
        if one.hand == 3 or (one.hand == 2 and one.verdict == Answer.AGREE)
    ]


def vetting_queue(session: Session, selection_id: int, wanted: Filter | None = None, page: int = 1) -> Queue:
    """Registrations that were submitted, fifty to a page; always three statements."""
    wanted = wanted or Filter()
    where = _conditions(selection_id, wanted)
    sorted_by = col(_ORDERS[wanted.order])
    total = session.exec(select(func.count()).select_from(Registration).where(*where)).one()
    rows = session.exec(
        select(Registration, Post, Person.name)
        .join(Post, col(Post.id) == col(Registration.post_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(*where)
        .order_by(sorted_by.desc() if wanted.descending else sorted_by, col(Registration.id))
        .limit(PAGE)
        .offset(first_row(page))
    ).all()
    last = {
        decision.registration_id: decision
        for decision in session.exec(
            select(VettingDecision)
            .where(col(VettingDecision.registration_id).in_([row.id for row, _, _ in rows]), VettingDecision.hand == 1)
            .order_by(col(VettingDecision.id))
        )
    }
    lines = [
        QueueLine(
            row,
            post,
            name,
            decision.person_id if (decision := last.get(row.id or 0)) else 0,
            decision.condition_number if decision else 0,
        )
        for row, post, name in rows
    ]
    return Queue(tuple(lines), total, max(1, page))


def next_in_queue(
    session: Session, selection_id: int, person_id: int, *, hand: int, post_id: int | None = None
) -> int | None:
    """The registration this person vets next: the earliest that is not their own, a colleague's, or their decision.

    `hand` is 1, 2, or 3 for the person who decides where both differ.
    """
    states = WAITING_FOR[hand]
    where = _conditions(selection_id, Filter(post_id=post_id, states=states))
    vetter = session.get(Person, person_id)
    unit = vetter.unit if vetter else ""
    waiting = session.exec(
        select(Registration, Person.unit)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(*where, Registration.person_id != person_id)
        .order_by(col(Registration.submitted_at), col(Registration.id))
        .limit(_LOOK_AHEAD)
    ).all()
    decided = _decided_by(session, [row.id or 0 for row, _ in waiting], below=hand) if hand > 1 else {}
    return next(
        (
            row.id
            for row, kept in waiting
            if not same_unit([unit], [row.unit, kept])
            and person_id not in decided.get((row.id or 0, row.version), ())
            and not (vetter and declared_relation(session, row, vetter))
        ),
        None,
    )


def appeals_of(session: Session, registration_id: int) -> list[Appeal]:
    """The appeals about a registration, newest first."""
    query = select(Appeal).where(Appeal.registration_id == registration_id)
    return list(session.exec(query.order_by(col(Appeal.id).desc())))


def open_appeals(session: Session, selection_id: int) -> list[tuple[Appeal, str]]:
    """Appeals that wait for an answer, the earliest first, each with the registration's reference."""
    return list(
        session.exec(
            select(Appeal, Registration.reference)
            .join(Registration, col(Registration.id) == col(Appeal.registration_id))
            .where(Registration.selection_id == selection_id, Appeal.state == "open")
            .order_by(col(Appeal.id))
        ).all()
    )


def appeal_window(session: Session, registration: Registration) -> Window | None:
    """When not having passed may be appealed against: from the decision to the end of the last working day of it."""
    effective = in_effect(decisions_of(session, registration.id or 0))
    if registration.state != RegistrationState.REFUSED or not effective:
        return None
    since = effective[-1][0]
    last = add_working_days(local_date(since), terms_of(session, registration.selection_id).appeal_days)
    return Window(since, datetime.combine(last + timedelta(days=1), time(), BEIJING))


def shared_traits(session: Session, selection_id: int) -> list[tuple[Shared, list[tuple[str, str, str]]]]:
    """What submitted registrations of different people share: each with reference, name and unit; three statements."""
    submitted = (Registration.selection_id == selection_id, Registration.version > 0)
    rows = session.exec(
        select(Registration.id, Registration.person_id, Registration.reference, Registration.unit).where(*submitted)
    ).all()
    holders = session.exec(
        select(Person.id, Person.name, Person.identity_hash, Person.contact_hash)
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .where(*submitted)
    )
    persons = {key: (name, identity or "", contact or "") for key, name, identity, contact in holders}
    people = {key or 0: person for key, person, _, _ in rows}
    traits = [Trait(key, person, Shared.IDENTITY, persons[person][1]) for key, person in people.items()]
    traits += [Trait(key, person, Shared.CONTACT, persons[person][2]) for key, person in people.items()]
    papers = session.exec(
        select(RegistrationPaper.registration_id, RegistrationPaper.kind, RegistrationPaper.sha256)
        .join(Registration, col(Registration.id) == col(RegistrationPaper.registration_id))
        .where(Registration.selection_id == selection_id, col(RegistrationPaper.removed_at).is_(None))
    )
    traits += [
        Trait(key, people[key], Shared.PHOTO if kind == PaperKind.PHOTO else Shared.PAPER, digest)
        for key, kind, digest in papers
        if key in people
    ]
    named = {key or 0: (reference, persons[person][0], unit) for key, person, reference, unit in rows}
    return [(one.shared, [named[key] for key in one.registrations]) for one in doubles(traits)]


def waiting_decision(session: Session, registration_id: int) -> VettingDecision | None:
    """The first decision that waits for a second hand, if the registration stands there."""
    registration = session.get(Registration, registration_id)
    if registration is None or registration.state != RegistrationState.DECIDED:
        return None
    return session.exec(
        select(VettingDecision)
        .where(VettingDecision.registration_id == registration_id, VettingDecision.hand == 1)
        .order_by(col(VettingDecision.id).desc())
    ).first()


def funnel(session: Session, selection_id: int) -> dict[int, dict[RegistrationState, int]]:
    """How many registrations of each post (by id) stand in each state."""
    counts: dict[int, dict[RegistrationState, int]] = {}
    for post_id, state, count in session.exec(
        select(Registration.post_id, Registration.state, func.count())
        .where(Registration.selection_id == selection_id)
        .group_by(col(Registration.post_id), col(Registration.state))
    ):
        counts.setdefault(post_id, {})[RegistrationState(state)] = count
    return counts


def passed_references(session: Session, selection_id: int) -> dict[int, list[str]]:
    """The references of all who passed, in their own order, by post."""
    found: dict[int, list[str]] = {}
    for post_id, reference in session.exec(
        select(Registration.post_id, Registration.reference)
        .where(Registration.selection_id == selection_id, Registration.state == RegistrationState.PASSED)
        .order_by(col(Registration.reference))
    ):
        found.setdefault(post_id, []).append(reference)
    return found


def _decided_by(session: Session, registration_ids: Collection[int], *, below: int) -> dict[tuple[int, int], set[int]]:
    """Who has decided on each version of each registration as a hand before this one; the newest of each hand."""
    newest: dict[tuple[int, int, int], int] = {}
    for key, version, hand, person in session.exec(
        select(
            VettingDecision.registration_id, VettingDecision.version, VettingDecision.hand, VettingDecision.person_id
        )
        .where(col(VettingDecision.registration_id).in_(registration_ids), VettingDecision.hand < below)
        .order_by(col(VettingDecision.id))
    ):
        newest[key, version, hand] = person
    found: dict[tuple[int, int], set[int]] = {}
    for (key, version, _), person in newest.items():
        found.setdefault((key, version), set()).add(person)
    return found


def _conditions(selection_id: int, wanted: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [col(Registration.selection_id) == selection_id, col(Registration.version) > 0]
    if wanted.post_id is not None:
        where.append(col(Registration.post_id) == wanted.post_id)
    if wanted.states:
        where.append(col(Registration.state).in_(sorted(wanted.states)))
    if wanted.doubtful is not None:
        where.append(col(Registration.doubts) > 0 if wanted.doubtful else col(Registration.doubts) == 0)
    if wanted.text:
        part = wanted.text.strip()
        where.append(
            or_(
                col(Registration.reference).contains(part.upper(), autoescape=True),
                col(Registration.unit).contains(part, autoescape=True),
            )
        )
    return where
