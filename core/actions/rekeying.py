"""The act that puts protected values under the newest keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from core import audit
from core.db import sql_table
from core.people import SYSTEM_SCOPE, Actor
from core.tables import Person


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """A person's protected values under the newest keys; `before` is what they replace."""

    person_id: int
    before: tuple[str, str, str, str, str | None]
    after: tuple[str, str, str, str, str | None]


def rekey_people(session: Session, actor: Actor, changes: Sequence[Rekeyed], *, now: datetime) -> int:
    """Write a portion of values under the newest keys; a row that changed meanwhile is left for the next round."""
    done = 0
    for one in changes:
        identity, identity_hash, contact, contact_hash, confirmed = one.after
        result = session.execute(
            update(sql_table(Person))
            .where(
                col(Person.id) == one.person_id,
                col(Person.identity_cipher) == one.before[0],
                col(Person.identity_hash) == one.before[1],
                col(Person.contact_cipher) == one.before[2],
                col(Person.contact_hash) == one.before[3],
                col(Person.confirmed_hash).is_not_distinct_from(one.before[4]),
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
