"""What every act of scoring looks at first: whether the selection's stage lets a deed be done."""

from datetime import datetime

from sqlmodel import Session

from core.errors import refuse_any
from core.people import Actor
from exam.actions import advance
from exam.queries import selection_row
from exam.stages import Deed, Stage, has_reached, hindrance
from exam.tables import Selection


def refuse_hindered(selection: Selection, deed: Deed, now: datetime, *, again: bool = False) -> None:
    """Refuse what belongs to another stage of the selection; `again` what was done once and is only corrected now."""
    problem = hindrance(Deed.CORRECT_RESULT if again else deed, Stage(selection.stage), now)
    refuse_any([problem] if problem else [])


def reach(session: Session, actor: Actor, selection_id: int, stage: Stage, *, now: datetime) -> None:
    """Move a selection on to a stage; one that stands beyond it already, because a result is corrected, stays."""
    if not has_reached(Stage(selection_row(session, selection_id).stage), stage):
        advance(session, actor, selection_id, stage, now=now)
