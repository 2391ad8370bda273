"""Bringing every protected value under the newest keys: new values computed outside, written by short acts.

A sealed value is opened with the key it names and sealed with the newest one; a keyed hash is made again from the
sealed value beside it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from core import audit
from core.db import Database, sql_table
from core.people import SYSTEM_SCOPE, Actor
from core.tables import Person
from core.vault import Vault

PORTION = 200


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """A person's protected values under the newest keys; `before` is what they replace."""

    person_id: int
    before: tuple[str, str, str, str, str | None]
    after: tuple[str, str, str, str, str | None]


def outdated(database: Database, vault: Vault, above: int, portion: int = PORTION) -> tuple[list[Rekeyed], int]:
    """The next persons above an id whose values are to change, and the last id looked at (0: there are no more)."""
    columns = (
        Person.id, Person.identity_cipher, Person.identity_hash, Person.contact_cipher, Person.contact_hash,
        Person.confirmed_hash,
    )  # fmt: skip
    with database.reading() as session:
        query = select(*(col(one) for one in columns)).where(col(Person.id) > above).order_by(col(Person.id))
        rows = session.execute(query.limit(portion)).all()
    found = [Rekeyed(row[0], before := tuple(row[1:]), _under_newest(vault, before)) for row in rows]
    return [one for one in found if one.before != one.after], rows[-1][0] if rows else 0


def _under_newest(vault: Vault, values: tuple[str, str, str, str, str | None]) -> tuple[str, str, str, str, str | None]:
    identity, identity_hash, contact, contact_hash, confirmed = values
    if not vault.hashed_by_newest(identity_hash):
        identity_hash = vault.fingerprint(vault.open(identity))
    if not vault.hashed_by_newest(contact_hash):
        contact_hash = vault.fingerprint(vault.open(contact))
    return (
        identity if vault.sealed_by_newest(identity) else vault.seal(vault.open(identity)),
        identity_hash,
        contact if vault.sealed_by_newest(contact) else vault.seal(vault.open(contact)),
        contact_hash,
        identity_hash if confirmed else confirmed,
    )


def rekey_people(session: Session, actor: Actor, changes: list[Rekeyed], *, now: datetime) -> int:
    """Write a portion of values under the newest keys; a row that changed meanwhile is left for the next round."""
    done = 0
    for one in changes:
        identity, identity_hash, contact, contact_hash, confirmed = one.after
        result = session.execute(
            update(sql_table(Person))
            .where(
                col(Person.id) == one.person_id,
                col(Person.identity_cipher) == one.before[0],
                col(Person.contact_cipher) == one.before[2],
            )
            .values(
                identity_cipher=identity,
                identity_hash=identity_hash,
                contact_cipher=contact,
                contact_hash=contact_hash,
                confirmed_hash=confirmed,
            )
        )
        done += int(result.rowcount)  # type: ignore[attr-defined] # an update's result has it
    audit.record(session, actor, "people.rekeyed", now, scope=SYSTEM_SCOPE, count=done, portion=len(changes))
    return done
