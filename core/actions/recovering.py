"""Acts that open an account again: by a message, or at the desk by two hands."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core import audit
from core.actions.sessions import end_sessions, keep_code
from core.errors import Denied, Refusal
from core.people import SYSTEM_SCOPE, Actor, FirstHand, Power, require_second_hand
from core.tables import Account, Person, Recovery

RECOVERY = "desk"  # the purpose of the code that a confirmed recovery leaves
RECOVERY_LIFE = timedelta(days=1)


def set_password(session: Session, actor: Actor, account_id: int, password_hash: str, *, now: datetime) -> None:
    """Set a new password after recovery and end every session of the account."""
    account = session.get(Account, account_id)
    if account is None or account.closed_at is not None:
        raise Denied
    account.password_hash = password_hash
    end_sessions(session, account_id, now)
    audit.record(session, actor, "account.password_set", now, scope=SYSTEM_SCOPE, account=account_id)


def renew_password_hash(
    session: Session, actor: Actor, account_id: int, before: str, after: str, *, now: datetime
) -> None:
    """Keep another hash of the same password, unless a new one has been set meanwhile."""
    account = session.get_one(Account, account_id)
    if account.password_hash == before:
        account.password_hash = after
        audit.record(session, actor, "account.password_rehashed", now, scope=SYSTEM_SCOPE, account=account_id)


def open_recovery(
    session: Session, actor: Actor, account_id: int, *, reason: str, contact: tuple[str, str], now: datetime
) -> int:
    """Open an account's recovery at the desk (现场找回): the first hand has seen the person and their identity card.

    `contact` is the (cipher, hash) of a new contact, or two empty texts if the old one stays.
    """
    actor.require(Power.CORE_RECOVERY_OPEN, SYSTEM_SCOPE)
    account = session.get(Account, account_id)
    if account is None or account.closed_at is not None:
        raise Refusal("This account does not exist.", status=404)
    _refuse_own(account, actor)
    row = Recovery(
        account_id=account_id,
        reason=reason,
        contact_cipher=contact[0],
        contact_hash=contact[1],
        opened_by=actor.person_id,
        opened_device=actor.device,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "recovery.opened", now, scope=SYSTEM_SCOPE,
        recovery=row.id, account=account_id, new_contact=bool(contact[1]),
    )  # fmt: skip
    return row.id or 0


def confirm_recovery(
    session: Session, actor: Actor, recovery_id: int, *, subject: str, code_hash: str, now: datetime
) -> None:
    """Confirm a recovery: the second hand, a security administrator proven afresh.

    The old password and every session end at once; the code given out now sets a new password, once, within a day.
    """
    actor.require(Power.CORE_RECOVERY_CONFIRM, SYSTEM_SCOPE)
    row = _open(session, recovery_id)
    if now - row.opened_at > RECOVERY_LIFE:
        raise Refusal("This recovery was opened too long ago. Open it again with the person at the desk.")
    require_second_hand(actor, FirstHand(row.opened_by, row.opened_device), now)
    account = session.get_one(Account, row.account_id)
    _refuse_own(account, actor)
    account.password_hash = ""
    if row.contact_hash:
        person = session.get_one(Person, account.person_id)
        person.contact_cipher, person.contact_hash = row.contact_cipher, row.contact_hash
    row.state, row.ended_by, row.ended_at = "confirmed", actor.person_id, now
    end_sessions(session, row.account_id, now)
    keep_code(session, RECOVERY, subject, code_hash, {"account": row.account_id}, life=RECOVERY_LIFE, now=now)
    audit.record(
        session, actor, "recovery.confirmed", now, scope=SYSTEM_SCOPE, recovery=recovery_id, account=row.account_id
    )


def withdraw_recovery(session: Session, actor: Actor, recovery_id: int, *, now: datetime) -> None:
    """End a recovery that is not to be confirmed; either hand may."""
    if not (actor.may(Power.CORE_RECOVERY_OPEN, SYSTEM_SCOPE) or actor.may(Power.CORE_RECOVERY_CONFIRM, SYSTEM_SCOPE)):
        raise Denied
    row = _open(session, recovery_id)
    row.state, row.ended_by, row.ended_at = "withdrawn", actor.person_id, now
    audit.record(
        session, actor, "recovery.withdrawn", now, scope=SYSTEM_SCOPE, recovery=recovery_id, account=row.account_id
    )


def _open(session: Session, recovery_id: int) -> Recovery:
    row = session.get(Recovery, recovery_id)
    if row is None or row.state != "open":
        raise Refusal("This recovery is no longer open.", status=404)
    return row


def _refuse_own(account: Account, actor: Actor) -> None:
    if account.person_id == actor.person_id:
        raise Refusal("Nobody recovers their own account at the desk.")
