"""Vetting in two hands (资格审查): one decides, another agrees or refers it back. Nobody vets their own colleague."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.acts import touch
from core.errors import Denied, Problem, Refusal, Stale, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from core.tables import Person
from core.words import N_, Sentence
from exam.actions.gate import refuse_hindered
from exam.actions.telling import tell
from exam.eligibility import Outcome
from exam.queries import (
    condition_numbers,
    deadline_of,
    declared_relation,
    newest_version,
    selection_row,
    terms_of,
)
from exam.stages import Deed
from exam.tables import Registration, VettingDecision
from exam.vetting import (
    FOR_FIRST_HAND,
    Answer,
    Decision,
    RegistrationState,
    VettingVerdict,
    agreement,
    check_decision,
    check_reason,
    same_unit,
    state_after,
)

TOLD = {
    RegistrationState.PASSED: N_("Registration {reference} has passed vetting."),
    RegistrationState.REFUSED: N_("Registration {reference} has not passed vetting. Sign in to read the reason."),
    RegistrationState.RETURNED: N_(
        "Registration {reference} was returned for correction. Sign in to read what is to be corrected, and until when."
    ),
}


def decide_registration(
    session: Session, actor: Actor, registration_id: int, decision: Decision, *, version: int, now: datetime
) -> int:
    """Decide on the submitted version that was seen: the first hand. Returns the decision's id.

    To pass somebody who does not meet a condition by what was entered needs a reason.
    """
    registration = vettable(session, registration_id, actor, Power.EXAM_REGISTRATION_VET, now)
    if registration.version != version:
        raise Stale(
            "The candidate has submitted again meanwhile; look at the new version.", current=registration.version
        )
    if registration.state not in FOR_FIRST_HAND:
        raise Refusal("This registration does not wait for a first decision any more.", status=409)
    refuse_any(_decision_problems(session, registration, decision, now))
    row = _hand(actor, registration, now, hand=1, verdict=decision.verdict, reason=decision.reason)
    row.round = len(_decisions(session, registration, hand=1)) + 1
    row.condition_number = decision.condition_number if decision.verdict is VettingVerdict.REFUSE else 0
    row.remarks = _remarks(decision)
    session.add(row)
    registration.state = RegistrationState.DECIDED
    session.add(registration)
    session.flush()
    facts = {"version": version, "decision": row.id, "verdict": decision.verdict}
    scope = registration.selection_id
    audit.record(session, actor, "registration.decided", now, scope=scope, registration=registration_id, **facts)
    touch(session, f"vetting:{registration.selection_id}")
    return row.id or 0


def confirm_decision(
    session: Session, actor: Actor, decision_id: int, answer: Answer, reason: str = "", *, now: datetime
) -> RegistrationState:
    """Agree with a first decision, which then takes effect, or refer it back with a reason: the second hand."""
    decision = session.get(VettingDecision, decision_id)
    if decision is None or decision.hand != 1:
        raise Denied
    registration = vettable(session, decision.registration_id, actor, Power.EXAM_REGISTRATION_RECHECK, now)
    _refuse_unless_standing(session, registration, decision)
    require_second_hand(actor, FirstHand(decision.person_id, decision.device), now)
    if terms_of(session, registration.selection_id).blind:
        raise Refusal("In this selection the second hand decides without seeing the first verdict.", status=409)
    if answer is Answer.DISAGREE:
        refuse_any(check_reason(reason))
        registration.state = RegistrationState.REFERRED
        session.add(registration)
    else:
        _take_effect(session, registration, VettingVerdict(decision.verdict), decision.remarks, now)
    row = _hand(actor, registration, now, hand=2, verdict=answer, reason=reason)
    row.round = decision.round
    session.add(row)
    facts = {"version": decision.version, "decision": decision_id, "answer": answer}
    return _vetted(session, actor, registration, facts, now)


def decide_apart(
    session: Session, actor: Actor, registration_id: int, decision: Decision, *, version: int, now: datetime
) -> RegistrationState:
    """Decide without having seen the first verdict: the second hand where the terms say so (独立复审).

    Where both say the same it takes effect; remarks of both are returned together. Else a third person decides.
    """
    registration = vettable(session, registration_id, actor, Power.EXAM_REGISTRATION_RECHECK, now)
    if not terms_of(session, registration.selection_id).blind:
        raise Refusal("In this selection the second hand agrees or refers back.", status=409)
    rounds = _decisions(session, registration, hand=1)
    if registration.version != version or registration.state != RegistrationState.DECIDED or not rounds:
        raise Stale("This decision no longer waits for a second hand.", current=registration.state)
    first = rounds[-1]
    require_second_hand(actor, FirstHand(first.person_id, first.device), now)
    refuse_any(_decision_problems(session, registration, decision, now))
    answer = agreement(_decision_of(first), decision)
    row = _hand(actor, registration, now, hand=2, verdict=answer, reason=decision.reason)
    row.round, row.own_verdict, row.remarks = first.round, decision.verdict, _remarks(decision)
    row.condition_number = decision.condition_number if decision.verdict is VettingVerdict.REFUSE else 0
    session.add(row)
    if answer is Answer.AGREE:
        _take_effect(session, registration, decision.verdict, _both(first.remarks, row.remarks), now)
    else:
        registration.state = RegistrationState.DISPUTED
        session.add(registration)
    return _vetted(session, actor, registration, {"version": version, "decision": first.id, "answer": answer}, now)


def settle_dispute(
    session: Session, actor: Actor, registration_id: int, decision: Decision, *, version: int, now: datetime
) -> RegistrationState:
    """Decide where two hands differ: a third person, who sees both; it takes effect at once (三审)."""
    registration = vettable(session, registration_id, actor, Power.EXAM_REGISTRATION_RECHECK, now)
    if registration.version != version or registration.state != RegistrationState.DISPUTED:
        raise Stale("This registration no longer waits for a third person.", current=registration.state)
    hands = [_decisions(session, registration, hand=hand)[-1] for hand in (1, 2)]
    for one in hands:
        require_second_hand(actor, FirstHand(one.person_id, one.device), now)
    refuse_any(_decision_problems(session, registration, decision, now))
    row = _hand(actor, registration, now, hand=3, verdict=decision.verdict, reason=decision.reason)
    row.round, row.remarks = hands[0].round, _remarks(decision)
    row.condition_number = decision.condition_number if decision.verdict is VettingVerdict.REFUSE else 0
    session.add(row)
    session.flush()
    _take_effect(session, registration, decision.verdict, row.remarks, now)
    return _vetted(session, actor, registration, {"version": version, "decision": row.id, "answer": "third"}, now)


def _decision_of(row: VettingDecision) -> Decision:
    return Decision(VettingVerdict(row.verdict), row.condition_number, row.reason)


def _both(first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any] | None:
    """What two hands return together: every field that either names, until the later of their deadlines."""
    if first is None or second is None:
        return first or second
    fields = dict(first["fields"])
    for name, remark in second["fields"].items():
        same = name in fields and fields[name] != remark
        fields[name] = f"{fields[name]}\n{remark}" if same else remark
    return {"fields": fields, "until": max(first["until"], second["until"], key=datetime.fromisoformat)}


def _take_effect(
    session: Session, registration: Registration, verdict: VettingVerdict, remarks: dict[str, Any] | None, now: datetime
) -> None:
    """A verdict becomes the registration's state, with what follows from it."""
    if verdict is VettingVerdict.PASS:
        _confirm_identity(session, registration.person_id)
    elif verdict is VettingVerdict.RETURN and remarks:
        _open_fields(registration, remarks, now)
    registration.state = state_after(verdict, Answer.AGREE)
    session.add(registration)


def _vetted(
    session: Session, actor: Actor, registration: Registration, facts: dict[str, Any], now: datetime
) -> RegistrationState:
    """Write down what vetting led to, and tell the candidate what is theirs to know."""
    state = RegistrationState(registration.state)
    if (told := TOLD.get(state)) is not None:
        tell(session, [registration.id or 0], Sentence(told, {"reference": registration.reference}), now=now)
    scope = registration.selection_id
    facts = {**facts, "state": state}
    audit.record(session, actor, "registration.vetted", now, scope=scope, registration=registration.id, **facts)
    touch(session, f"vetting:{scope}", f"registration:{registration.id}")
    return state


def vettable(session: Session, registration_id: int, actor: Actor, power: Power, now: datetime) -> Registration:
    """A registration that this actor may vet now: by duty, by stage, and without a conflict of interest (回避)."""
    registration = session.get(Registration, registration_id)
    if registration is None:
        raise Denied
    actor.require(power, registration.selection_id)
    refuse_hindered(selection_row(session, registration.selection_id), Deed.VET, now)
    if registration.person_id == actor.person_id:
        raise Refusal("Nobody vets their own registration.", status=403)
    vetter = session.get(Person, actor.person_id)
    own_unit = vetter.unit if vetter else ""
    candidate = session.get_one(Person, registration.person_id)
    if same_unit([own_unit], [registration.unit, candidate.unit]):
        raise Refusal("You work in the same unit as this candidate, so somebody else must vet it.", status=403)
    if vetter and declared_relation(session, registration, vetter):
        raise Refusal("This candidate has named you as related, so somebody else must vet it.", status=403)
    return registration


def _hand(
    actor: Actor, registration: Registration, now: datetime, *, hand: int, verdict: str, reason: str
) -> VettingDecision:
    """One hand's row on the newest version."""
    return VettingDecision(
        registration_id=registration.id or 0,
        version=registration.version,
        hand=hand,
        verdict=verdict,
        reason=reason,
        person_id=actor.person_id,
        device=actor.device,
        decided_at=now,
    )


def _decisions(session: Session, registration: Registration, *, hand: int) -> list[VettingDecision]:
    """One hand's decisions on the newest version, in order."""
    return list(
        session.exec(
            select(VettingDecision)
            .where(
                VettingDecision.registration_id == registration.id,
                VettingDecision.version == registration.version,
                VettingDecision.hand == hand,
            )
            .order_by(col(VettingDecision.round))
        )
    )


def _decision_problems(
    session: Session, registration: Registration, decision: Decision, now: datetime
) -> list[Problem]:
    numbers = condition_numbers(session, registration.selection_id, registration.post_id)
    problems = check_decision(decision, numbers, now)
    if decision.verdict is not VettingVerdict.PASS:
        return problems
    verdicts = newest_version(session, registration).verdicts
    unmet = [verdict["number"] for verdict in verdicts if verdict["outcome"] == Outcome.NOT_MET]
    if unmet and not decision.reason.strip():
        problems.append(
            Problem(
                "Condition {number} is not met by what was entered. State the reason why it may pass.",
                {"number": unmet[0]},
                "reason",
            )
        )
    return problems + _identity_problems(session, registration.person_id)


def _identity_problems(session: Session, person_id: int) -> list[Problem]:
    """Why the claimed identity of a person cannot be confirmed."""
    person = session.get_one(Person, person_id)
    if not person.identity_hash:
        return [Problem("This candidate has given no identity number.", {}, "identity")]
    taken = select(Person.id).where(Person.confirmed_hash == person.identity_hash, Person.id != person_id)
    if session.exec(taken).first() is None:
        return []
    return [
        Problem(
            "Another person has been confirmed with this identity number, so this registration cannot pass. "
            "Compare the papers of both; if this is one person, refuse the second registration.",
            {},
            "identity",
        )
    ]


def _confirm_identity(session: Session, person_id: int) -> None:
    """The papers have proven the identity number that was only claimed until now."""
    refuse_any(_identity_problems(session, person_id))
    person = session.get_one(Person, person_id)
    person.confirmed_hash = person.identity_hash
    session.add(person)


def _refuse_unless_standing(session: Session, registration: Registration, decision: VettingDecision) -> None:
    """The decision that was looked at must still be the one that waits."""
    rounds = _decisions(session, registration, hand=1)
    if registration.state != RegistrationState.DECIDED or not rounds or rounds[-1].id != decision.id:
        raise Stale("This decision no longer waits for a second hand.", current=registration.state)


def _open_fields(registration: Registration, remarks: dict[str, Any], now: datetime) -> None:
    """Open the named fields for correction."""
    if deadline_of(remarks) <= now:
        raise Refusal("The deadline of this return has passed. Refer it back, so that a new one is set.", status=409)
    registration.open_fields = remarks


def _remarks(decision: Decision) -> dict[str, object] | None:
    if decision.verdict is not VettingVerdict.RETURN or decision.correct_until is None:
        return None
    return {"fields": dict(decision.remarks), "until": decision.correct_until.isoformat()}


def note_identity_view(session: Session, actor: Actor, registration_id: int, *, now: datetime) -> None:
    """Note that somebody looks at a candidate's whole identity number; the page runs this before it shows it."""
    registration = session.get(Registration, registration_id)
    if registration is None:
        raise Denied
    actor.require(Power.EXAM_REGISTRATION_READ, registration.selection_id)
    audit.record(session, actor, "identity.viewed", now, scope=registration.selection_id, registration=registration_id)
