"""The people on a confirmed list, as the committee compares them: what they declared, where they were heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from core.tables import Person
from exam.applicant import CandidateFacts
from exam.eligibility import Verdict, judge_post
from exam.queries import eligibility_rules, selection_row
from exam.registration import read_facts
from exam.tables import Post, Registration, RegistrationVersion
from interview.hearing import Event, EventKind, State
from interview.tables import Hearing, HearingEvent, Room
from recording.states import RecordingState
from recording.tables import Recording, ViewingGrant
from recording.timeline import Chapter, timeline
from scoring.queries.names import Proposed

_CHAPTERS = (EventKind.CALL, EventKind.SPEECH, EventKind.QUESTION, EventKind.END)


@dataclass(frozen=True, slots=True)
class Heard:
    """Where and when a candidate was heard; the recording is one that the committee may see, 0 where there is none."""

    hearing_id: int
    room_code: str
    number: int
    state: State
    sealed_at: datetime | None
    recording_id: int = 0
    milliseconds: int = 0
    chapters: tuple[Chapter, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """One person on a list: the name, the form as it was passed, each condition judged on it, the hearing."""

    name: str
    form: Mapping[str, Any]
    facts: CandidateFacts
    reference_date: date
    verdicts: tuple[Verdict, ...]
    hearing: Heard | None


def proposed_people(session: Session, selection_id: int, names: Sequence[Proposed]) -> dict[int, ProposedPerson]:
    """The people of these entries by candidacy, in a number of statements that does not grow with them."""
    rules = eligibility_rules(session, selection_row(session, selection_id))
    candidacies = {name.registration_id: name.candidacy_id for name in names}
    hearings = hearings_of(session, list(candidacies.values()))
    rows = session.exec(
        select(Registration, RegistrationVersion, Person, Post)
        .join(
            RegistrationVersion,
            (col(RegistrationVersion.registration_id) == col(Registration.id))
            & (col(RegistrationVersion.version) == col(Registration.version)),
        )
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Post, col(Post.id) == col(Registration.post_id))
        .where(col(Registration.id).in_(list(candidacies)))
    )
    found: dict[int, ProposedPerson] = {}
    for registration, version, person, post in rows:
        form = version.body.get("form", {})
        facts, _ = read_facts(form)
        candidacy_id = candidacies[registration.id or 0]
        verdicts = judge_post(rules, post.code, facts)
        found[candidacy_id] = ProposedPerson(
            person.name, form, facts, rules.reference_date, verdicts, hearings.get(candidacy_id)
        )
    return found


def hearings_of(session: Session, candidacy_ids: Sequence[int]) -> dict[int, Heard]:
    """The hearings of these candidates by candidacy."""
    hearings = session.exec(
        select(Hearing, Room.code)
        .join(Room, col(Room.id) == col(Hearing.room_id))
        .where(col(Hearing.candidacy_id).in_(candidacy_ids))
    ).all()
    ids = [hearing.id or 0 for hearing, _ in hearings]
    films = {
        film.hearing_id: film
        for film in session.exec(
            select(Recording)
            .join(ViewingGrant, col(ViewingGrant.hearing_id) == col(Recording.hearing_id))
            .where(Recording.state == RecordingState.VERIFIED.value)
            .where(col(Recording.hearing_id).in_(ids))
        )
    }
    events: dict[int, list[Event]] = {}
    for row in session.exec(
        select(HearingEvent)
        .where(col(HearingEvent.hearing_id).in_(ids), col(HearingEvent.kind).in_([one.value for one in _CHAPTERS]))
        .order_by(col(HearingEvent.id))
    ):
        events.setdefault(row.hearing_id, []).append(Event(EventKind(row.kind), row.at))
    return {
        hearing.candidacy_id: _heard(hearing, code, films.get(hearing.id or 0), events.get(hearing.id or 0, []))
        for hearing, code in hearings
    }


def _heard(hearing: Hearing, code: str, film: Recording | None, events: Sequence[Event]) -> Heard:
    where = (hearing.id or 0, code, hearing.sealed_number, State(hearing.state), hearing.sealed_at)
    if film is None:
        return Heard(*where)
    started = film.starts_at or next((event.at for event in events if event.kind is EventKind.CALL), None)
    chapters = timeline(events, started, film.milliseconds).chapters if started and film.milliseconds else ()
    return Heard(*where, film.id or 0, film.milliseconds, chapters)
