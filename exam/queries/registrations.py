"""Reads of registrations: a candidate's own, and one with everything that belongs to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core.days import local_date
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
from exam.vetting import RegistrationState


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
