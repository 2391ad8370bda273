"""Reads of the candidates of the interview: who is to be heard, and whose number is whose."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from core.tables import Person
from exam.candidacy import ENDING
from exam.tables import Candidacy, CandidacyEvent
from interview.hearing import UNHEARD, State
from interview.tables import Admission, Hearing


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody admitted to the interview, by ticket number; `hearing_id` is None until the lots are drawn."""

    candidacy_id: int
    ticket_number: str
    hearing_id: int | None


def admitted(session: Session, post_id: int) -> tuple[Awaited, ...]:
    """Everybody admitted to the interview for a post, by ticket number, who has not withdrawn or been disqualified."""
    ended = select(col(CandidacyEvent.id)).where(
        col(CandidacyEvent.candidacy_id) == col(Admission.candidacy_id),
        col(CandidacyEvent.kind).in_([kind.value for kind in ENDING]),
    )
    rows = session.execute(
        select(col(Admission.candidacy_id), col(Candidacy.ticket_number), col(Hearing.id))
        .join(Candidacy, col(Candidacy.id) == col(Admission.candidacy_id))
        .join(Hearing, col(Hearing.candidacy_id) == col(Admission.candidacy_id), isouter=True)
        .where(col(Admission.post_id) == post_id, ~ended.exists())
        .order_by(col(Candidacy.ticket_number))
    )
    return tuple(Awaited(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """Whose sealed number it is; for the waiting-room officer alone."""

    number: int
    ticket_number: str
    name: str
    state: State


def number_table(session: Session, room_id: int) -> tuple[NumberLine, ...]:
    """The number-to-name table of a room. Whoever shows it runs the act note_number_view first."""
    rows = session.execute(
        select(col(Hearing.sealed_number), col(Candidacy.ticket_number), col(Person.name), col(Hearing.state))
        .join(Candidacy, col(Candidacy.id) == col(Hearing.candidacy_id))
        .join(Person, col(Person.id) == col(Candidacy.person_id))
        .where(col(Hearing.room_id) == room_id)
        .order_by(col(Hearing.sealed_number))
    )
    return tuple(NumberLine(number, ticket, name, State(state)) for number, ticket, name, state in rows)


@dataclass(frozen=True, slots=True)
class Unheard:
    """Somebody admitted whose hearing ended without a mark: absent, given up, or void; none of these is zero."""

    candidacy_id: int
    state: State


def unheard(session: Session, selection_id: int) -> tuple[Unheard, ...]:
    """The hearings of a selection that ended without a mark."""
    rows = session.execute(
        select(col(Hearing.candidacy_id), col(Hearing.state))
        .where(col(Hearing.selection_id) == selection_id)
        .where(col(Hearing.state).in_([state.value for state in UNHEARD]))
        .order_by(col(Hearing.candidacy_id))
    )
    return tuple(Unheard(candidacy_id, State(state)) for candidacy_id, state in rows)
