"""Reads of people, duties and sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.people import Actor, Duty
from core.tables import Account, DutyGrant, Person, Recovery, Scope, WebSession

PAGE = 50
LAST_PAGE = 10**9


def first_row(page: int) -> int:
    """How many rows stand before a page of `PAGE` rows, for whatever number was asked for."""
    return (min(max(page, 1), LAST_PAGE) - 1) * PAGE


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session with who it belongs to."""

    token_hash: str
    device: str
    language: str
    seen_at: datetime
    account_id: int
    person_id: int
    seat_id: int
    name: str


def live_session(
    session: Session, token_hash: str, now: datetime, *, idle: timedelta, life: timedelta
) -> SignedIn | None:
    """The session of a token's hash, if it has neither ended nor expired."""
    row = session.exec(
        select(WebSession, Account, Person)
        .join(Account, col(Account.id) == col(WebSession.account_id), isouter=True)
        .join(Person, col(Person.id) == col(Account.person_id), isouter=True)
        .where(WebSession.token_hash == token_hash)
    ).first()
    if row is None:
        return None
    kept, account, person = row
    if kept.ended_at is not None or now - kept.seen_at > idle or now - kept.created_at > life:
        return None
    if account is not None and account.closed_at is not None:
        return None
    return SignedIn(
        token_hash=token_hash,
        device=kept.device,
        language=kept.language,
        seen_at=kept.seen_at,
        account_id=kept.account_id or 0,
        person_id=person.id or 0 if person is not None else 0,
        seat_id=kept.seat_id or 0,
        name=person.name if person is not None else "",
    )


def duties_of(session: Session, account_id: int) -> dict[int, frozenset[Duty]]:
    """The duties an account holds, by scope."""
    held: dict[int, set[Duty]] = {}
    for scope_id, duty in session.exec(
        select(DutyGrant.scope_id, DutyGrant.duty).where(DutyGrant.account_id == account_id, DutyGrant.state == "held")
    ):
        held.setdefault(scope_id, set()).add(Duty(duty))
    return {scope: frozenset(duties) for scope, duties in held.items()}


def actor_of(session: Session, signed_in: SignedIn) -> Actor:
    """The actor of a session, with duties as they stand now."""
    if signed_in.seat_id:
        return Actor(label=f"seat:{signed_in.seat_id}", seat_id=signed_in.seat_id, device=signed_in.device)
    return Actor(
        label=f"account:{signed_in.account_id}",
        account_id=signed_in.account_id,
        person_id=signed_in.person_id,
        device=signed_in.device,
        duties=duties_of(session, signed_in.account_id),
    )


def accounts_by_name(session: Session, name: str) -> list[tuple[Account, Person]]:
    """The staff account with this sign-in name, if any."""
    rows = session.exec(
        select(Account, Person)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(Account.name == name, col(Account.closed_at).is_(None))
    )
    return [(account, person) for account, person in rows]


def accounts_by_identity(session: Session, identity_hash: str) -> list[tuple[Account, Person]]:
    """The candidates' accounts that claim an identity number (its keyed hash), a confirmed one first."""
    rows = session.exec(
        select(Account, Person)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(Person.identity_hash == identity_hash, Person.identity_hash != "")
        .where(col(Account.name).is_(None), col(Account.closed_at).is_(None))
        .order_by(col(Person.confirmed_hash).is_(None), col(Person.id))
    )
    return [(account, person) for account, person in rows]


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One staff account with its duties and proposals, for the administrators' page."""

    account_id: int
    name: str
    sign_in: str
    unit: str
    duties: tuple[tuple[int, int, str, str], ...]  # grant id, scope id, duty, state


def staff(session: Session) -> list[StaffLine]:
    """All staff accounts with their open grants, by sign-in name."""
    grants: dict[int, list[tuple[int, int, str, str]]] = {}
    for row in session.exec(select(DutyGrant).where(DutyGrant.state != "ended").order_by(col(DutyGrant.id))):
        grants.setdefault(row.account_id, []).append((row.id or 0, row.scope_id, row.duty, row.state))
    people = session.exec(
        select(Account, Person)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Account.name).is_not(None))
        .order_by(col(Account.name))
    )
    return [
        StaffLine(account.id or 0, person.name, account.name or "", person.unit, tuple(grants.get(account.id or 0, ())))
        for account, person in people
    ]


def newest_sealed(session: Session) -> str:
    """The contact sealed last, or "": by it a process finds out at its start whether it has the right keys."""
    sealed = select(Person.contact_cipher).where(Person.contact_cipher != "").order_by(col(Person.id).desc())
    return session.exec(sealed).first() or ""


def scopes(session: Session) -> list[Scope]:
    """All scopes in order."""
    return list(session.exec(select(Scope).order_by(col(Scope.id))))


def names_of(session: Session, person_ids: set[int]) -> dict[int, str]:
    """Names of persons by id."""
    if not person_ids:
        return {}
    rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(person_ids)))
    return {person_id or 0: name for person_id, name in rows}


@dataclass(frozen=True, slots=True)
class Claim:
    """An account that a sign-in name or identity number leads to; `confirmed` if vetting has seen the papers."""

    account_id: int
    opened_at: datetime
    contact_cipher: str
    confirmed: bool


def claims(session: Session, name: str, identity_hash: str) -> list[Claim]:
    """The accounts of a staff sign-in name, or else those that claim an identity number (its keyed hash)."""
    found = accounts_by_name(session, name) or accounts_by_identity(session, identity_hash)
    return [
        Claim(account.id or 0, account.created_at, person.contact_cipher, person.confirmed_hash is not None)
        for account, person in found
    ]


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    """A recovery at the desk with whose account it opens, and who opened it; `sign_in` is empty for candidates."""

    number: int
    state: str
    name: str
    sign_in: str
    identity_cipher: str
    contact_cipher: str
    new_contact_cipher: str
    reason: str
    opened_by: str
    opened_at: datetime


def recoveries(session: Session) -> list[RecoveryLine]:
    """The recoveries that wait for the second hand, oldest first."""
    rows = session.execute(_RECOVERIES.where(col(Recovery.state) == "open").order_by(col(Recovery.id)))
    return [RecoveryLine(*row) for row in rows]


def recovery(session: Session, number: int) -> RecoveryLine | None:
    """One recovery, open or ended."""
    row = session.execute(_RECOVERIES.where(col(Recovery.id) == number)).first()
    return RecoveryLine(*row) if row else None


_OPENER = aliased(Person)
_RECOVERIES = (
    sql_select(
        col(Recovery.id), col(Recovery.state), col(Person.name), func.coalesce(col(Account.name), ""),
        col(Person.identity_cipher), col(Person.contact_cipher), col(Recovery.contact_cipher), col(Recovery.reason),
        col(_OPENER.name), col(Recovery.opened_at),
    )
    .join(Account, col(Account.id) == col(Recovery.account_id))
    .join(Person, col(Person.id) == col(Account.person_id))
    .join(_OPENER, col(_OPENER.id) == col(Recovery.opened_by))
)  # fmt: skip
