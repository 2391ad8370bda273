"""Taking a result out of the house: the files themselves are made elsewhere, here it is noted who took which."""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import Denied
from core.people import Actor, Power
from scoring.tables import TallyRow

READERS = (Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_READ, Power.SCORING_RESULT_PUBLISH)
"""Who reads results."""
BEFOREHAND = (Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_PUBLISH, Power.INTERVIEW_HEARING_SEAL)
"""Who of them reads a result before it is published: those who make it, and the supervisor."""


def note_export(session: Session, actor: Actor, tally_id: int, name: str, *, now: datetime) -> None:
    """Note that somebody takes a file of a result with them; `name` is the file's."""
    row = session.get(TallyRow, tally_id)
    powers = actor.powers(row.selection_id) if row else frozenset()
    if row is None or not powers.intersection(READERS):
        raise Denied
    if row.publication_id is None and not powers.intersection(BEFOREHAND):
        raise Denied
    audit.record(session, actor, "result.taken_out", now, scope=row.selection_id, tally=tally_id, file=name)
