"""Reads of judges and panels: the register, who sits where, and the facts that recusal is judged on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.days import local_date
from core.queries import PAGE, first_row
from core.tables import Person
from exam.tables import Candidacy, Post, Registration, RegistrationVersion, Selection
from interview import panel as rule
from interview.panel import CandidateFacts, JudgeFacts, JudgeKind, PanelCheck, PanelRule, Relation, Source, Tie
from interview.queries.sheets import sheet_form
from interview.tables import Admission, Judge, JudgeRelation, Room, Seat


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """A judge in the register."""

    judge_id: int
    name: str
    unit: str
    kind: JudgeKind
    qualified_until: date | None


def judge_register(
    session: Session, *, search: str = "", kind: JudgeKind | None = None, free_in: int = 0, page: int = 1
) -> tuple[tuple[JudgeLine, ...], int]:
    """One page of the judges' register (评委库) by name, and how many judges there are in all.

    `free_in` leaves out who has, or had, a seat in that selection.
    """
    wanted = select(Judge, col(Person.name)).join(Person, col(Person.id) == col(Judge.person_id))
    if search:
        wanted = wanted.where(
            col(Person.name).contains(search, autoescape=True) | col(Judge.unit).contains(search, autoescape=True)
        )
    if kind is not None:
        wanted = wanted.where(col(Judge.kind) == kind.value)
    if free_in:
        seated = select(col(Seat.judge_id)).where(col(Seat.selection_id) == free_in)
        wanted = wanted.where(col(Judge.id).not_in(seated))
    count = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    rows = session.execute(wanted.order_by(col(Person.name), col(Judge.id)).limit(PAGE).offset(first_row(page)))
    lines = (
        JudgeLine(judge.id or 0, name, judge.unit, JudgeKind(judge.kind), judge.qualified_until) for judge, name in rows
    )
    return tuple(lines), count


@dataclass(frozen=True, slots=True)
class PanelSeat:
    """A judge's place on a panel, for staff."""

    seat_id: int
    number: int
    judge_id: int
    name: str
    unit: str
    group: str
    chief: bool
    card_issued_at: datetime | None
    withdrawn_at: datetime | None


def panel(session: Session, room_id: int) -> tuple[PanelSeat, ...]:
    """Who sits, or has sat, on a room's panel, by seat number."""
    rows = session.execute(
        select(Seat, col(Judge.unit), col(Person.name))
        .join(Judge, col(Judge.id) == col(Seat.judge_id))
        .join(Person, col(Person.id) == col(Judge.person_id))
        .where(col(Seat.room_id) == room_id)
        .order_by(col(Seat.number))
    )
    return tuple(
        PanelSeat(
            seat_id=seat.id or 0,
            number=seat.number,
            judge_id=seat.judge_id,
            name=name,
            unit=unit,
            group=seat.group_key,
            chief=seat.chief,
            card_issued_at=seat.card_issued_at,
            withdrawn_at=seat.withdrawn_at,
        )
        for seat, unit, name in rows
    )


def person_key(person_id: int, identity_hash: str) -> str:
    """The one key of a human being: the identity number's keyed hash, or the row's own id where none is known."""
    return identity_hash or f"person:{person_id}"


def panel_facts(session: Session, judge_ids: Sequence[int]) -> dict[int, JudgeFacts]:
    """What recusal is judged on, by judge; a judge is named to staff by name."""
    rows = session.execute(
        select(Judge, col(Person.name), col(Person.identity_hash))
        .join(Person, col(Person.id) == col(Judge.person_id))
        .where(col(Judge.id).in_(judge_ids))
    )
    related = _relations(session, judge_ids)
    return {
        judge.id or 0: JudgeFacts(
            id=name,
            person=person_key(judge.person_id, identity_hash),
            kind=JudgeKind(judge.kind),
            unit=judge.unit,
            certificate_until=judge.qualified_until,
            units_before=tuple(judge.units_before or ()),
            relations=tuple(related.get(judge.id or 0, ())),
        )
        for judge, name, identity_hash in rows
    }


def _relations(session: Session, judge_ids: Sequence[int]) -> dict[int, list[Relation]]:
    """The declared ties by judge, each to a person known as `person_key` knows them."""
    found: dict[int, list[Relation]] = {}
    rows = select(JudgeRelation).where(col(JudgeRelation.judge_id).in_(judge_ids)).order_by(col(JudgeRelation.id))
    for row in session.execute(rows).scalars():
        relation = Relation(row.identity_hash, Tie(row.tie), Source(row.source), row.reference)
        found.setdefault(row.judge_id, []).append(relation)
    return found


def candidate_facts(session: Session, room: Room, judges: Iterable[JudgeFacts]) -> list[CandidateFacts]:
    """Everybody admitted for the room's post, and those of other posts who are one of these judges themselves.

    A judge who competes for any post of the selection is shut out of every room.
    """
    persons = {judge.person for judge in judges}
    rows = session.execute(
        select(
            col(Candidacy.ticket_number),
            col(Candidacy.person_id),
            col(Person.identity_hash),
            col(Admission.post_id) == room.post_id,
            col(RegistrationVersion.body),
        )
        .join(Candidacy, col(Candidacy.id) == col(Admission.candidacy_id))
        .join(Person, col(Person.id) == col(Candidacy.person_id))
        .join(Registration, col(Registration.id) == col(Candidacy.registration_id))
        .join(
            RegistrationVersion,
            (col(RegistrationVersion.registration_id) == col(Registration.id))
            & (col(RegistrationVersion.version) == col(Registration.version))
            & (col(Admission.post_id) == room.post_id),
            isouter=True,
        )
        .where(col(Admission.selection_id) == room.selection_id)
        .order_by(col(Candidacy.ticket_number))
    )
    found = [
        (own, CandidateFacts(ticket, person_key(person_id, identity_hash), _units(body)))
        for ticket, person_id, identity_hash, own, body in rows
    ]
    return [facts for own, facts in found if own or facts.person in persons]


def _units(body: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The unit in a registration's form and those of its career (简历), each once."""
    form = (body or {}).get("form") or {}
    units = [form.get("unit"), *(post.get("unit") for post in form.get("posts") or ())]
    return tuple(dict.fromkeys(unit for unit in units if unit))


def panel_rule(session: Session, room: Room, now: datetime) -> PanelRule:
    """How the room's panel must be made up, after the scheme in force and the body whose post is filled."""
    selection = session.get_one(Selection, room.selection_id)
    form = sheet_form(session, room.selection_id)
    return PanelRule(
        day=selection.interview_on or local_date(now),
        quotas={group.key: group.seats for group in form.groups},
        hiring_unit=session.get_one(Post, room.post_id).unit,
    )


def check_room_panel(session: Session, room_id: int, now: datetime) -> PanelCheck:
    """Everything that stands against the panel as it sits now; nothing is written, so it is also the dry run."""
    room = session.get_one(Room, room_id)
    seats = session.execute(
        select(col(Seat.judge_id), col(Seat.chief))
        .where(col(Seat.room_id) == room_id, col(Seat.withdrawn_at).is_(None))
        .order_by(col(Seat.number))
    ).all()
    facts = panel_facts(session, [judge_id for judge_id, _ in seats])
    return rule.check_panel(
        [rule.Seat(facts[judge_id], chief) for judge_id, chief in seats],
        candidate_facts(session, room, facts.values()),
        panel_rule(session, room, now),
    )
