"""The draw of the written exam's seats (考场座位抽签): its record stands with every other draw of the selection."""

from datetime import datetime

from sqlmodel import Session, select

from core import audit
from core.canonical import fingerprint
from core.draws import Draw as ComputedDraw, draw
from core.errors import Refusal
from core.people import Actor, Power
from exam.actions import issue_tickets
from exam.tables import Registration
from interview.queries.draws import SEATS, seats_draw_id
from interview.tables import Draw


def draw_seats(
    session: Session, actor: Actor, selection_id: int, drawn: ComputedDraw, room_size: int, *, now: datetime
) -> int:
    """Record a computed draw of registrations, by their references, and issue the tickets in its order.

    Returns how many tickets were issued. Refused if the draw is not the one announced for this selection, or does not
    name everybody who passed.
    """
    actor.require(Power.EXAM_TICKET_ISSUE, selection_id)
    wanted = seats_draw_id(session, selection_id)
    if drawn.notice.draw_id != wanted:
        raise Refusal(
            "This is the draw {found}; the one to be recorded is {wanted}.",
            field="draw_id",
            found=drawn.notice.draw_id,
            wanted=wanted,
        )
    if draw(drawn.notice, drawn.commitments, drawn.reveals).order != drawn.order:
        raise Refusal("The order does not follow from the secrets of this draw.", field="order")
    rows = session.exec(
        select(Registration.reference, Registration.id).where(Registration.selection_id == selection_id)
    )
    ids = {reference: row_id or 0 for reference, row_id in rows}
    order = [ids.get(reference, 0) for reference in drawn.order]
    count = issue_tickets(session, actor, selection_id, order, room_size, now=now)
    row = Draw(
        selection_id=selection_id,
        subject=SEATS,
        number=int(wanted.rpartition("/")[2]),
        method="computed",
        record=drawn.record(),
        drawn_by=actor.person_id,
        drawn_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "seats.drawn", now, scope=selection_id, draw=row.id, count=count,
        record_sha256=fingerprint(row.record),
    )  # fmt: skip
    return count
