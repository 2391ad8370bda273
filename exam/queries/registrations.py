"""Reads of registrations: a candidate's own, one with everything that belongs to it, the vetting queue, the funnel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core.days import local_date
from core.queries import PAGE, first_row
from core.tables import Person
from exam.applicant import CandidateFacts
from exam.eligibility import Verdict, judge
from exam.queries.planning import conditions_of, selection_row, terms_of
from exam.registration import Checked, PaperKind, check_form, merge_correction, read_facts
from exam.relations import Relation, read_relations, related
from exam.stages import Window
from exam.tables import (
    Post,
    Registration,
    RegistrationDraft,
    RegistrationPaper,
    RegistrationVersion,
    Selection,
    VettingDecision,
)
from exam.vetting import FOR_FIRST_HAND, RegistrationState, same_unit

_LOOK_AHEAD = 500


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """One registration of a candidate, in a list."""

    registration: Registration
    selection: Selection
    post: Post


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """One registration with everything that belongs to it.

    `form` is what stands or is being typed; `submitted` the newest version, None before the first; `facts` and
    `verdicts` are those of the submitted version where there is one and it is not being corrected, else of the form.
    """

    registration: Registration
    selection: Selection
    post: Post
    person: Person
    form: Mapping[str, Any]
    submitted: RegistrationVersion | None
    versions: tuple[RegistrationVersion, ...]
    papers: tuple[RegistrationPaper, ...]
    facts: CandidateFacts
    verdicts: tuple[Verdict, ...]
    decisions: tuple[VettingDecision, ...]
    correction: Window | None


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


def registrations_of(session: Session, person_id: int) -> list[RegistrationLine]:
    """A person's registrations, newest first."""
    rows = session.exec(
        select(Registration, Selection, Post)
        .join(Selection, col(Selection.id) == col(Registration.selection_id))
        .join(Post, col(Post.id) == col(Registration.post_id))
        .where(Registration.person_id == person_id)
        .order_by(col(Registration.id).desc())
    )
    return [RegistrationLine(*row) for row in rows]


def registration_by_reference(session: Session, reference: str, person_id: int | None = None) -> Registration | None:
    """A registration by its reference; with `person_id` given, only that person's own."""
    query = select(Registration).where(Registration.reference == reference)
    if person_id is not None:
        query = query.where(Registration.person_id == person_id)
    return session.exec(query).first()


def registration_page(session: Session, registration_id: int) -> RegistrationPage | None:
    """One registration with its person, form, papers, verdicts and decisions."""
    row = session.exec(
        select(Registration, Selection, Post, Person)
        .join(Selection, col(Selection.id) == col(Registration.selection_id))
        .join(Post, col(Post.id) == col(Registration.post_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(Registration.id == registration_id)
    ).first()
    if row is None:
        return None
    registration, selection, post, person = row
    versions = versions_of(session, registration_id)
    submitted = versions[-1] if versions else None
    form = _form(session, registration, submitted)
    facts, _ = read_facts(form)
    rules = conditions_of(session, selection.id, registration.post_id)
    return RegistrationPage(
        registration=registration,
        selection=selection,
        post=post,
        person=person,
        form=form,
        submitted=submitted,
        versions=tuple(versions),
        papers=tuple(standing_papers(session, registration_id)),
        facts=facts,
        verdicts=tuple(judge(rule, facts, selection.reference_date) for rule in rules),
        decisions=tuple(decisions_of(session, registration_id)),
        correction=correction_window(registration) if registration.state == RegistrationState.RETURNED else None,
    )


def look_through(session: Session, registration_id: int, now: datetime) -> Checked:
    """What would be wrong if the registration were submitted now: for the task list and "check your answers"."""
    registration = session.get_one(Registration, registration_id)
    selection = selection_row(session, registration.selection_id)
    versions = versions_of(session, registration_id)
    return check_form(
        _form(session, registration, versions[-1] if versions else None),
        {PaperKind(paper.kind) for paper in standing_papers(session, registration_id)},
        conditions_of(session, selection.id, registration.post_id),
        reference_date=selection.reference_date,
        today=local_date(now),
        terms=terms_of(session, registration.selection_id),
    )


def versions_of(session: Session, registration_id: int) -> list[RegistrationVersion]:
    """Everything that was submitted, in order."""
    return list(
        session.exec(
            select(RegistrationVersion)
            .where(RegistrationVersion.registration_id == registration_id)
            .order_by(col(RegistrationVersion.version))
        )
    )


def newest_version(session: Session, registration: Registration) -> RegistrationVersion:
    """What was submitted last; there must be something."""
    return versions_of(session, registration.id or 0)[-1]


def submitted_facts(session: Session, registration_ids: Collection[int]) -> dict[int, CandidateFacts]:
    """The facts as they were submitted last, by registration."""
    rows = session.exec(
        select(RegistrationVersion)
        .where(col(RegistrationVersion.registration_id).in_(registration_ids))
        .order_by(col(RegistrationVersion.version))
    )
    return {row.registration_id: read_facts(row.body.get("form", {}))[0] for row in rows}


def standing_papers(session: Session, registration_id: int) -> list[RegistrationPaper]:
    """The papers attached now, in the order they were added."""
    return list(
        session.exec(
            select(RegistrationPaper)
            .where(RegistrationPaper.registration_id == registration_id, col(RegistrationPaper.removed_at).is_(None))
            .order_by(col(RegistrationPaper.id))
        )
    )


def decisions_of(session: Session, registration_id: int) -> list[VettingDecision]:
    """Every decision of both hands, in order."""
    return list(
        session.exec(
            select(VettingDecision)
            .where(VettingDecision.registration_id == registration_id)
            .order_by(col(VettingDecision.id))
        )
    )


def declared_relation(session: Session, registration: Registration, person: Person) -> Relation | None:
    """What somebody is to a candidate by the newest version's declaration; None where nothing is declared."""
    body = session.exec(
        select(RegistrationVersion.body)
        .where(
            RegistrationVersion.registration_id == registration.id, RegistrationVersion.version == registration.version
        )
    ).first()  # fmt: skip
    relations = read_relations((body or {}).get("form", {}).get("relations") or ())
    return related(person.name, [person.unit], relations)


def open_fields(registration: Registration) -> dict[str, str]:
    """The fields a returned registration may correct, each with its remark."""
    return dict(registration.open_fields["fields"]) if registration.open_fields else {}


def deadline_of(remarks: Mapping[str, str]) -> datetime:
    """Until when a returned registration may be corrected."""
    return datetime.fromisoformat(remarks["until"])


def correction_window(registration: Registration) -> Window:
    """When a returned registration may be corrected."""
    return Window(registration.submitted_at or registration.started_at, deadline_of(registration.open_fields))


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
    """The registration this person vets next: the earliest that is not their own, a colleague's, or their decision."""
    states = FOR_FIRST_HAND if hand == 1 else frozenset({RegistrationState.DECIDED})
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
    decided = _first_hand(session, [row.id or 0 for row, _ in waiting]) if hand == 2 else {}
    return next(
        (
            row.id
            for row, kept in waiting
            if not same_unit([unit], [row.unit, kept])
            and decided.get(row.id or 0) != person_id
            and not (vetter and declared_relation(session, row, vetter))
        ),
        None,
    )


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


def _first_hand(session: Session, registration_ids: Collection[int]) -> dict[int, int]:
    """Who made the newest first decision on each registration."""
    return dict(
        session.exec(
            select(VettingDecision.registration_id, VettingDecision.person_id)
            .where(col(VettingDecision.registration_id).in_(registration_ids), VettingDecision.hand == 1)
            .order_by(col(VettingDecision.id))
        ).all()
    )


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


def _form(session: Session, registration: Registration, submitted: RegistrationVersion | None) -> dict[str, Any]:
    """What stands in the form: the submitted version, with what is typed over it where it may be changed."""
    standing: dict[str, Any] = submitted.body["form"] if submitted else {}
    if registration.state not in (RegistrationState.DRAFT, RegistrationState.RETURNED):
        return standing
    draft = session.get(RegistrationDraft, registration.id)
    if draft is None:
        return standing
    if registration.state == RegistrationState.RETURNED:
        return merge_correction(standing, draft.body, open_fields(registration))
    return dict(draft.body)
