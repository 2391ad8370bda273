"""Sends what candidates were told to their contacts: in order, in small batches, each noted once it is out.

A crash between sending and noting sends one batch twice at most; nothing that was told is ever left out.
"""

from datetime import UTC, datetime

from core.words import Sentence
from exam.actions import note_sent
from exam.queries import unsent_notices
from web.house import House
from web.i18n import Language, Translator
from web.telling import facts_of

BATCH = 200


def sweep(house: House) -> int:
    """Send everything that waits; answers how many messages went out. Raises OSError where the sender fails."""
    sent = 0
    while batch := _send_some(house):
        sent += batch
    return sent


def _send_some(house: House) -> int:
    with house.database.reading() as session:
        waiting = unsent_notices(session, BATCH)
    for notice, contact, language in waiting:
        if contact:
            say = Translator(Language(language) if language in set(Language) else Language.CHINESE)
            house.sender.send(
                house.vault.open(contact), say(Sentence(notice.sentence, facts_of(notice.facts))), datetime.now(UTC)
            )
    if waiting:
        house.acts.keep_sync(note_sent, [notice.id for notice, _, _ in waiting], now=datetime.now(UTC))
    return len(waiting)
