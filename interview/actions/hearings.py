"""A hearing on the day: what the room officer notes, and the supervisor's seal."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.acts import touch
from core.errors import Denied, Refusal, Stale
from core.people import PROOF_LIFE, Actor, Power
from core.words import Sentence
from exam.actions import note_candidacy_event
from exam.candidacy import CandidacyEventKind
from interview import hearing as rule
from interview.actions.gate import refuse_unless_interview
from interview.hearing import IN_ROOM, STATE_WORDS, Event, EventKind, HearingTerms, Signature, Signer, State
from interview.panel import JudgeKind
from interview.queries import board_hearing, check_room_panel, has_begun, noted_events
from interview.queries.sheets import stored_sheets
from interview.stored import StoredSheet, sheets_digest
from interview.tables import Hearing, HearingEvent, Seat
from interview.topics import board_topic, room_topic

_REASON_CAP = 400
NOTED_AS = {
    EventKind.CALL: "hearing.called",
    EventKind.UNCALL: "hearing.call_taken_back",
    EventKind.SPEECH: "hearing.speech_begun",
    EventKind.QUESTION: "hearing.question_put",
    EventKind.END: "hearing.answers_ended",
    EventKind.ABSENCE: "hearing.absence_noted",
    EventKind.REINSTATE: "hearing.reinstated",
    EventKind.WITHDRAW: "hearing.withdrawal_noted",
    EventKind.ADJOURN: "hearing.adjourned",
    EventKind.RESUME: "hearing.resumed",
}
"""What a room officer may note, and how the journal names it."""


def note_hearing(
    session: Session,
    actor: Actor,
    hearing_id: int,
    version: int,
    kind: EventKind,
    *,
    reason: str = "",
    supervisor_present: bool = False,
    now: datetime,
) -> int:
    """Note what happens in the room and answer with the hearing's new version.

    `version` is the one the officer saw; if the hearing has moved on since, the act is Stale with the state that
    stands. A call says that the supervisor is in the room; the first call of a room needs a complete panel.
    """
    hearing = _hearing(session, actor, Power.INTERVIEW_HEARING_RUN, hearing_id)
    if kind not in NOTED_AS:
        raise Denied
    _refuse_stale(session, hearing, version)
    if len(reason) > _REASON_CAP:
        raise Refusal("This must be a text of at most {most} characters.", field="reason", most=_REASON_CAP)
    before = _as_left(session, hearing, supervisor_present=supervisor_present)
    after = rule.step(before, Event(kind, now, reason))
    if kind is EventKind.CALL:
        _refuse_call(session, hearing, now)
    if after.state in IN_ROOM and before.state not in IN_ROOM:
        _refuse_two_in_room(session, hearing)
    _move(session, actor, hearing, kind, after.state, reason, now)
    audit.record(
        session, actor, NOTED_AS[kind], now, scope=hearing.selection_id, hearing=hearing_id, version=hearing.version,
        state=after.state,
    )  # fmt: skip
    if kind is EventKind.WITHDRAW:
        note_candidacy_event(session, actor, hearing.candidacy_id, CandidacyEventKind.WITHDREW, reason, now=now)
    return hearing.version


def seal_hearing(
    session: Session,
    actor: Actor,
    hearing_id: int,
    version: int,
    digest: str,
    *,
    signers: frozenset[Signer],
    now: datetime,
) -> str:
    """Seal a hearing: every judge's sheet is here, chief judge and supervisor have signed the printed sheets.

    The supervisor is proven afresh and has seen `digest` (queries.sealing), which is put over all sheets and kept;
    from here on nothing in the hearing changes. Answers with the digest.
    """
    hearing = _hearing(session, actor, Power.INTERVIEW_HEARING_SEAL, hearing_id)
    if actor.proof is None or not (timedelta() <= now - actor.proof.at <= PROOF_LIFE):
        raise Refusal("Prove who you are again with password and one-time code.", field="code")
    _refuse_stale(session, hearing, version)
    sheets = stored_sheets(session, hearing_id)
    sealed = Event(EventKind.SEAL, now, signers=signers, signature=Signature.INK)
    after = rule.step(_as_left(session, hearing, sheets), sealed)
    if sheets_digest(hearing_id, sheets) != digest:
        raise Stale(
            "The sheets have changed since you looked at them; look again.", current=sheets_digest(hearing_id, sheets)
        )
    hearing.sealed_at, hearing.sheets_digest = now, digest
    _move(session, actor, hearing, EventKind.SEAL, after.state, "", now)
    audit.record(
        session, actor, "hearing.sealed", now, scope=hearing.selection_id, hearing=hearing_id,
        version=hearing.version, sheets=len(sheets), digest=digest,
    )  # fmt: skip
    return digest


def _hearing(session: Session, actor: Actor, power: Power, hearing_id: int) -> Hearing:
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise Denied
    actor.require(power, hearing.selection_id)
    return hearing


def _refuse_stale(session: Session, hearing: Hearing, version: int) -> None:
    if hearing.version != version:
        raise Stale(
            "Number {number} has moved on meanwhile and stands at: {state}.",
            current=board_hearing(session, hearing.id or 0),
            number=hearing.sealed_number,
            state=Sentence(STATE_WORDS[State(hearing.state)]),
        )


def _as_left(
    session: Session, hearing: Hearing, sheets: list[StoredSheet] | None = None, *, supervisor_present: bool = True
) -> rule.Hearing:
    """The hearing as its events left it. What judges handed in stands in their sheets, so no event says it again."""
    seats = session.exec(
        select(Seat.number, Seat.group_key, Seat.withdrawn_at).where(Seat.room_id == hearing.room_id)
    ).all()
    received = stored_sheets(session, hearing.id or 0) if sheets is None else sheets
    past = rule.Hearing(
        terms=HearingTerms(seats={str(number): JudgeKind(group) for number, group, _ in seats}),
        received=frozenset(str(sheet.seat) for sheet in received),
        left=frozenset(str(number) for number, _, withdrawn in seats if withdrawn is not None),
    )
    for event in noted_events(session, hearing.id or 0):
        past = rule.step(past, event)
    return replace(past, terms=replace(past.terms, supervisor_present=supervisor_present))


def _refuse_call(session: Session, hearing: Hearing, now: datetime) -> None:
    """A call goes to the lowest number that waits; the first one of a room needs the panel complete and free to sit."""
    refuse_unless_interview(session, hearing.selection_id, now)
    following = session.exec(
        select(func.min(Hearing.sealed_number)).where(
            Hearing.room_id == hearing.room_id, Hearing.state == State.WAITING.value
        )
    ).one()
    if following != hearing.sealed_number:
        raise Refusal("Number {number} is to be called next.", status=409, number=following)
    if not has_begun(session, hearing.room_id):
        check_room_panel(session, hearing.room_id, now).refuse()


def _refuse_two_in_room(session: Session, hearing: Hearing) -> None:
    present = session.exec(
        select(Hearing.sealed_number).where(
            Hearing.room_id == hearing.room_id,
            Hearing.id != hearing.id,
            col(Hearing.state).in_([state.value for state in IN_ROOM]),
        )
    ).first()
    if present is not None:
        raise Refusal("Number {number} is still in the room.", status=409, number=present)


def _move(
    session: Session, actor: Actor, hearing: Hearing, kind: EventKind, state: State, reason: str, now: datetime
) -> None:
    """Write the event and the hearing's new state, and tell the room and the boards."""
    session.add(HearingEvent(hearing_id=hearing.id or 0, kind=kind, reason=reason, actor=actor.label, at=now))
    hearing.state = state
    hearing.version += 1
    session.flush()
    touch(session, room_topic(hearing.room_id), board_topic(hearing.selection_id))
