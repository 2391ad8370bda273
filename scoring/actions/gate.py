"""What every act of scoring looks at first: whether the selection's stage lets a deed be done."""

from datetime import datetime

from core.errors import refuse_any
from exam.stages import Deed, Stage, hindrance
from exam.tables import Selection


def refuse_hindered(selection: Selection, deed: Deed, now: datetime) -> None:
    """Refuse what belongs to another stage of the selection."""
    problem = hindrance(deed, Stage(selection.stage), now)
    refuse_any([problem] if problem else [])
