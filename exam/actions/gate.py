"""Whether a selection's stage and its windows of time let a deed be done now."""

from datetime import datetime

from sqlmodel import Session

from core.errors import Denied, Refusal, refuse_any
from exam.queries import correction_window, registration_window, selection_row, stage_now
from exam.stages import Deed, Stage, Window, hindrance
from exam.tables import Registration, Selection
from exam.vetting import RegistrationState


def refuse_hindered(selection: Selection, deed: Deed, now: datetime, window: Window | None = None) -> None:
    """Refuse what the stage of the selection, or the deed's own window, does not allow at this moment."""
    problem = hindrance(deed, stage_now(selection, now), now, window)
    refuse_any([problem] if problem else [])


def refuse_unless_registering(selection: Selection, now: datetime) -> None:
    """Refuse outside the registration window: open from its first instant up to, not including, its last.

    The stage as kept is asked, not the one shown, so that who is late reads when registration closed.
    """
    problem = hindrance(Deed.REGISTER, Stage(selection.stage), now, registration_window(selection))
    refuse_any([problem] if problem else [])


def own_registration(session: Session, registration_id: int, person_id: int) -> Registration:
    """A candidate's own registration; a foreign one and one that is not there get the same answer."""
    registration = session.get(Registration, registration_id)
    if registration is None or not person_id or registration.person_id != person_id:
        raise Denied("There is no such registration of yours.")
    return registration


def refuse_unless_open(session: Session, registration: Registration, now: datetime) -> Selection:
    """Refuse unless the candidate may change this registration: a draft in time, a return before its deadline."""
    selection = selection_row(session, registration.selection_id)
    if registration.state == RegistrationState.DRAFT:
        refuse_unless_registering(selection, now)
    elif registration.state == RegistrationState.RETURNED:
        refuse_hindered(selection, Deed.CORRECT, now, correction_window(registration))
    else:
        raise Refusal("This registration has been submitted and cannot be changed now.", status=409)
    return selection
