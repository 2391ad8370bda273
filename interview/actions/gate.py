"""What every act of the interview looks at first: the room, and whether the selection stands at the interview."""

from datetime import datetime

from sqlmodel import Session

from core.errors import Denied, refuse_any
from exam.queries import selection_row
from exam.stages import Deed, Stage, hindrance
from interview.tables import Room


def room_row(session: Session, room_id: int) -> Room:
    """A room. One that is not there gets the same answer as a foreign one."""
    room = session.get(Room, room_id)
    if room is None:
        raise Denied
    return room


def refuse_unless_interview(session: Session, selection_id: int, now: datetime) -> None:
    """Refuse what belongs to the interview while the selection stands elsewhere."""
    problem = hindrance(Deed.HOLD_INTERVIEW, Stage(selection_row(session, selection_id).stage), now)
    refuse_any([problem] if problem else [])
