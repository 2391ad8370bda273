"""Reads of what candidates were told, and of what has not gone out yet."""

from sqlmodel import Session, col, select

from core.tables import Account, Person
from exam.tables import Notice, Registration


def notices_of(session: Session, registration_id: int) -> list[Notice]:
    """What was told about a registration, newest first."""
    query = select(Notice).where(Notice.registration_id == registration_id)
    return list(session.exec(query.order_by(col(Notice.id).desc())))


def unsent_notices(session: Session, most: int) -> list[tuple[Notice, str, str]]:
    """The oldest notices that have not gone out: each with the person's sealed contact and the account's language."""
    rows = session.exec(
        select(Notice, Person.contact_cipher, Account.language)
        .join(Registration, col(Registration.id) == col(Notice.registration_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(col(Notice.sent_at).is_(None))
        .order_by(col(Notice.id))
        .limit(most)
    )
    return [(notice, contact or "", language or "") for notice, contact, language in rows]
