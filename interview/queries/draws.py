"""Reads of recorded draws of lots."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from exam.tables import Selection
from interview.tables import Draw

SEATS = "seats"
"""The subject of the draw of the written exam's rooms and seats."""


def newest_draw(session: Session, selection_id: int, subject: str) -> Draw | None:
    """The newest recorded draw on a subject."""
    return session.exec(
        select(Draw).where(Draw.selection_id == selection_id, Draw.subject == subject).order_by(col(Draw.number).desc())
    ).first()


def seats_draw_id(session: Session, selection_id: int) -> str:
    """The number under which the next draw of seats is announced and recorded."""
    code = session.get_one(Selection, selection_id).code
    newest = session.exec(
        select(func.max(Draw.number)).where(Draw.selection_id == selection_id, Draw.subject == SEATS)
    ).one()
    return f"{code}/{SEATS}/{(newest or 0) + 1}"
