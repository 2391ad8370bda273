"""Bringing every protected value under the newest keys: new values computed outside, written by short acts.

A sealed value is opened with the key it names and sealed with the newest one; a keyed hash is made again from the
sealed value beside it.
"""

from sqlalchemy import select
from sqlmodel import col

from core.actions.rekeying import Rekeyed
from core.db import Database
from core.tables import Person
from core.vault import Vault

PORTION = 200


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
