"""Appeals against not passing vetting (申诉): filed in the window, answered by somebody who did not decide."""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.errors import Denied, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from core.words import N_, Sentence
from exam.actions.gate import own_registration, refuse_hindered
from exam.actions.telling import tell
from exam.actions.vetting import vettable
from exam.queries import appeal_window, appeals_of, decisions_of, selection_row
from exam.stages import Deed
from exam.tables import Appeal
from exam.vetting import RegistrationState, check_reason

_TEXT = 4000
UPHELD = N_("Your appeal about registration {reference} was upheld; it is vetted anew.")
REJECTED = N_("Your appeal about registration {reference} was not upheld. Sign in to read the answer.")


def file_appeal(session: Session, actor: Actor, registration_id: int, text: str, *, now: datetime) -> int:
    """Appeal against not having passed: once for each decision, in its window."""
    registration = own_registration(session, registration_id, actor.person_id)
    window = appeal_window(session, registration)
    if window is None:
        raise Refusal("There is no decision that can be appealed against.", status=409)
    refuse_hindered(selection_row(session, registration.selection_id), Deed.VET, now, window)
    if not text.strip() or len(text) > _TEXT:
        raise Refusal("This must be a text of 1 to {most} characters.", field="text", most=_TEXT)
    decided = decisions_of(session, registration_id)[-1]
    if any(
        (one.version, one.round) == (decided.version, decided.round) for one in appeals_of(session, registration_id)
    ):
        raise Refusal("You have already appealed against this decision.", status=409)
    row = Appeal(
        registration_id=registration_id, version=decided.version, round=decided.round, text=text.strip(), filed_at=now
    )
    session.add(row)
    session.flush()
    scope = registration.selection_id
    audit.record(session, actor, "appeal.filed", now, scope=scope, registration=registration_id, appeal=row.id)
    touch(session, f"vetting:{scope}")
    return row.id or 0


def answer_appeal(
    session: Session, actor: Actor, appeal_id: int, answer: str, *, uphold: bool, now: datetime
) -> RegistrationState:
    """Answer an appeal: upheld, the registration is vetted anew; not upheld, the decision stands.

    Whoever answers is none of those who decided, on a device of their own, and proven afresh.
    """
    appeal = session.get(Appeal, appeal_id)
    if appeal is None:
        raise Denied
    registration = vettable(session, appeal.registration_id, actor, Power.EXAM_REGISTRATION_RECHECK, now)
    if appeal.state != "open" or registration.state != RegistrationState.REFUSED:
        raise Refusal("This appeal has been answered.", status=409)
    for one in decisions_of(session, appeal.registration_id):
        if (one.version, one.round) == (appeal.version, appeal.round):
            require_second_hand(actor, FirstHand(one.person_id, one.device), now)
    refuse_any(check_reason(answer))
    appeal.state, appeal.answer = ("upheld" if uphold else "rejected"), answer
    appeal.answered_by, appeal.answered_at = actor.person_id, now
    session.add(appeal)
    if uphold:
        registration.state = RegistrationState.SUBMITTED
        session.add(registration)
    facts = {"registration": registration.id, "appeal": appeal_id, "state": appeal.state}
    audit.record(session, actor, "appeal.answered", now, scope=registration.selection_id, **facts)
    told = UPHELD if uphold else REJECTED
    tell(session, [registration.id or 0], Sentence(told, {"reference": registration.reference}), now=now)
    touch(session, f"vetting:{registration.selection_id}", f"registration:{registration.id}")
    return RegistrationState(registration.state)
