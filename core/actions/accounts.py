"""Acts on accounts and duties, by the three administrators."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.actions.sessions import PEOPLE, end_sessions
from core.acts import touch
from core.errors import Denied, Refusal
from core.people import (
    ADMINISTRATORS,
    SYSTEM_SCOPE,
    Actor,
    Duty,
    FirstHand,
    Power,
    conflict,
    require_second_hand,
)
from core.tables import Account, DutyGrant, Person, Scope


def open_system(session: Session, actor: Actor, *, now: datetime) -> None:
    """Open scope 1, the system itself; refused once it is open."""
    if session.get(Scope, SYSTEM_SCOPE) is not None:
        raise Refusal("The system is open already.")
    session.add(Scope(id=SYSTEM_SCOPE, kind="system", opened_at=now))
    session.flush()
    audit.record(session, actor, "system.opened", now, scope=SYSTEM_SCOPE)


def open_candidate_account(
    session: Session,
    actor: Actor,
    *,
    name: str,
    identity: tuple[str, str],
    contact: tuple[str, str],
    password_hash: str,
    now: datetime,
) -> int:
    """Open an account for somebody who claims an identity number; `identity` and `contact` are (cipher, hash).

    Several people may claim one number: nobody learns here who is known, and vetting decides who it is. Whoever claims
    it again with the same, just proven contact has forgotten their account: it gets the new password.
    """
    if (account := _same_claim(session, identity[1], contact[1])) is not None:
        account.password_hash = password_hash
        end_sessions(session, _id(account), now)
        audit.record(session, actor, "account.password_set", now, scope=SYSTEM_SCOPE, account=account.id)
        return _id(account)
    person = Person(
        name=name,
        identity_cipher=identity[0],
        identity_hash=identity[1],
        contact_cipher=contact[0],
        contact_hash=contact[1],
        created_at=now,
    )
    session.add(person)
    session.flush()
    account = Account(person_id=_id(person), password_hash=password_hash, created_at=now)
    session.add(account)
    session.flush()
    audit.record(session, actor, "account.opened", now, scope=SYSTEM_SCOPE, account=account.id, person=person.id)
    return _id(account)


def _same_claim(session: Session, identity_hash: str, contact_hash: str) -> Account | None:
    """The open account of somebody who claimed this number with this contact before."""
    return session.exec(
        select(Account)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(Person.identity_hash == identity_hash, Person.contact_hash == contact_hash)
        .where(col(Account.name).is_(None), col(Account.closed_at).is_(None))
        .order_by(col(Account.id))
    ).first()


def create_staff_account(
    session: Session,
    actor: Actor,
    *,
    name: str,
    sign_in: str,
    unit: str,
    contact: tuple[str, str],
    password_hash: str,
    now: datetime,
) -> int:
    """Create an account for a member of staff or a committee; it holds no duty yet."""
    actor.require(Power.CORE_ACCOUNT_CREATE, SYSTEM_SCOPE)
    return _add_staff(session, actor, name, sign_in, unit, contact, password_hash, now)


def create_first_administrator(
    session: Session,
    actor: Actor,
    duty: Duty,
    *,
    name: str,
    sign_in: str,
    contact: tuple[str, str],
    password_hash: str,
    now: datetime,
) -> int:
    """Create the first administrator of one of the three kinds, from the command line; refused once there is one."""
    if duty not in ADMINISTRATORS:
        raise Refusal("Only a system, security or audit administrator can be created here.", field="kind")
    held = select(DutyGrant).where(DutyGrant.duty == duty, DutyGrant.state == "held")
    if session.exec(held).first() is not None:
        raise Refusal("There is already an administrator of this kind; further ones are granted by two hands.")
    account_id = _add_staff(session, actor, name, sign_in, "", contact, password_hash, now)
    session.add(
        DutyGrant(
            account_id=account_id, scope_id=SYSTEM_SCOPE, duty=duty, state="held", proposed_at=now, confirmed_at=now
        )
    )
    audit.record(session, actor, "duty.granted_first", now, scope=SYSTEM_SCOPE, account=account_id, duty=duty)
    return account_id


def _add_staff(
    session: Session,
    actor: Actor,
    name: str,
    sign_in: str,
    unit: str,
    contact: tuple[str, str],
    password_hash: str,
    now: datetime,
) -> int:
    if session.exec(select(Account).where(Account.name == sign_in)).first() is not None:
        raise Refusal("This sign-in name is taken.", field="sign_in")
    person = Person(name=name, unit=unit, contact_cipher=contact[0], contact_hash=contact[1], created_at=now)
    session.add(person)
    session.flush()
    account = Account(person_id=_id(person), name=sign_in, password_hash=password_hash, created_at=now)
    session.add(account)
    session.flush()
    audit.record(session, actor, "account.created", now, scope=SYSTEM_SCOPE, account=account.id, person=person.id)
    return _id(account)


def propose_duty(session: Session, actor: Actor, account_id: int, scope_id: int, duty: Duty, *, now: datetime) -> int:
    """Propose a duty for an account: the first of two administrators' hands."""
    actor.require(Power.CORE_DUTY_PROPOSE, SYSTEM_SCOPE)
    account = session.get(Account, account_id)
    if account is None or session.get(Scope, scope_id) is None:
        raise Refusal("This account or selection does not exist.", status=404)
    if duty in ADMINISTRATORS and scope_id != SYSTEM_SCOPE:
        raise Refusal("An administrator's duty is held in the system, not in a selection.", field="duty")
    _refuse_conflict(session, account_id, scope_id, duty)
    grant = DutyGrant(
        account_id=account_id,
        scope_id=scope_id,
        duty=duty,
        proposed_by=actor.person_id,
        proposed_device=actor.device,
        proposed_at=now,
    )
    session.add(grant)
    session.flush()
    audit.record(session, actor, "duty.proposed", now, scope=scope_id, grant=grant.id, account=account_id, duty=duty)
    return _id(grant)


def confirm_duty(session: Session, actor: Actor, grant_id: int, *, now: datetime) -> None:
    """Confirm a proposed duty: the second hand, a security administrator proven afresh."""
    actor.require(Power.CORE_DUTY_CONFIRM, SYSTEM_SCOPE)
    grant = session.get(DutyGrant, grant_id)
    if grant is None or grant.state != "proposed":
        raise Refusal("This proposal is no longer open.", status=404)
    require_second_hand(actor, FirstHand(grant.proposed_by, grant.proposed_device), now)
    account = session.get(Account, grant.account_id)
    if account is None or account.person_id == actor.person_id:
        raise Refusal("Nobody confirms a duty for themselves.")
    _refuse_conflict(session, grant.account_id, grant.scope_id, Duty(grant.duty))
    grant.state, grant.confirmed_by, grant.confirmed_at = "held", actor.person_id, now
    touch(session, PEOPLE)
    audit.record(session, actor, "duty.confirmed", now, scope=grant.scope_id, grant=grant_id, duty=grant.duty)


def end_duty(session: Session, actor: Actor, grant_id: int, *, now: datetime) -> None:
    """End a duty; taking power away needs one hand only."""
    if not (actor.may(Power.CORE_DUTY_PROPOSE, SYSTEM_SCOPE) or actor.may(Power.CORE_DUTY_CONFIRM, SYSTEM_SCOPE)):
        raise Denied
    grant = session.get(DutyGrant, grant_id)
    if grant is None or grant.state == "ended":
        raise Refusal("This duty has already ended.", status=404)
    grant.state, grant.ended_by, grant.ended_at = "ended", actor.person_id, now
    touch(session, PEOPLE)
    audit.record(session, actor, "duty.ended", now, scope=grant.scope_id, grant=grant_id, duty=grant.duty)


def _refuse_conflict(session: Session, account_id: int, scope_id: int, duty: Duty) -> None:
    """A person's duties may not exclude each other, whichever of their accounts holds them (product.md rule 6)."""
    account = session.get_one(Account, account_id)
    rows = session.exec(
        select(DutyGrant.scope_id, DutyGrant.duty)
        .join(Account, col(Account.id) == col(DutyGrant.account_id))
        .where(Account.person_id == account.person_id, DutyGrant.state == "held")
    ).all()
    held = [Duty(name) for scope, name in rows if scope == scope_id]
    elsewhere = [Duty(name) for scope, name in rows if scope != scope_id]
    if duty in held:
        raise Refusal("This person already holds this duty here.", field="duty")
    if (other := conflict(held, duty, elsewhere=elsewhere)) is not None:
        raise Refusal("This person holds a duty that excludes this one: {other}.", field="duty", other=other)


def _id(row: Any) -> int:
    """The id of a flushed row."""
    value: int = row.id
    return value
