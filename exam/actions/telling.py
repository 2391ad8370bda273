"""Telling candidates something about their registration: kept with it, shown on their page, sent by the worker."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, insert, select, update

from core.acts import touch
from core.words import Sentence
from exam.tables import Notice, Registration
from exam.vetting import RegistrationState

NOTICES = "notices"
"""The topic that wakes the worker."""

_ENDED = (RegistrationState.WITHDRAWN, RegistrationState.REFUSED)


def tell(session: Session, registration_ids: Sequence[int], sentence: Sentence, *, now: datetime) -> None:
    """Tell the people of these registrations one sentence; its facts are plain values."""
    facts = _plain(sentence.facts)
    if registration_ids:
        rows = [
            {"registration_id": key, "sentence": sentence.source, "facts": facts, "told_at": now}
            for key in registration_ids
        ]
        session.execute(insert(Notice), rows)
        touch(session, NOTICES)


def tell_registered(
    session: Session, selection_id: int, sentence: Sentence, *, post_ids: Collection[int] = (), now: datetime
) -> int:
    """Tell everybody who is registered in a selection, or for some of its posts; answers how many."""
    query = select(Registration.id).where(
        Registration.selection_id == selection_id, col(Registration.state).not_in(_ENDED)
    )
    if post_ids:
        query = query.where(col(Registration.post_id).in_(post_ids))
    keys = [key or 0 for key in session.exec(query)]
    tell(session, keys, sentence, now=now)
    return len(keys)


def note_sent(session: Session, notice_ids: Sequence[int], *, now: datetime) -> None:
    """Note that these went out (scratch)."""
    session.execute(update(Notice).where(col(Notice.id).in_(notice_ids)).values(sent_at=now))


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: {"at": value.isoformat()} if isinstance(value, datetime) else value for name, value in facts.items()}
