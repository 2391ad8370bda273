"""From vetted registrations to candidates with tickets, and what befalls them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, select

from core import audit
from core.acts import touch
from core.canonical import fingerprint
from core.db import sql_table
from core.errors import Denied, Problem, refuse_any
from core.people import Actor, Power
from exam.actions.gate import refuse_hindered
from exam.actions.publishing import advance
from exam.candidacy import CandidacyEventKind, check_event
from exam.queries import correction_window, selection_row, written_papers
from exam.seating import check_order, ticket
from exam.stages import Deed, Stage
from exam.tables import Candidacy, CandidacyEvent, Registration, Selection
from exam.vetting import UNDECIDED, RegistrationState

_REASON_CAP = 1000


def issue_tickets(
    session: Session, actor: Actor, selection_id: int, order: Sequence[int], room_size: int, *, now: datetime
) -> int:
    """Issue admission tickets (准考证) to all who passed, numbered and seated in an order drawn by lot.

    `order` names their registrations as drawn; the draw's own record is kept with it. Returns how many were issued.
    """
    actor.require(Power.EXAM_TICKET_ISSUE, selection_id)
    selection = selection_row(session, selection_id)
    refuse_hindered(selection, Deed.ISSUE_TICKETS, now)
    rows = {
        row.id or 0: row for row in session.exec(select(Registration).where(Registration.selection_id == selection_id))
    }
    passed = [row_id for row_id, row in rows.items() if row.state == RegistrationState.PASSED]
    problems = _not_ready(session, selection, list(rows.values()), now)
    refuse_any(problems + check_order(order, passed, room_size))
    tickets = ticket(order, selection.reference_date.year, room_size)
    session.execute(
        insert(sql_table(Candidacy)),
        [
            {
                "selection_id": selection_id,
                "post_id": rows[one.registration_id].post_id,
                "registration_id": one.registration_id,
                "person_id": rows[one.registration_id].person_id,
                "ticket_number": one.ticket_number,
                "exam_room": one.room,
                "exam_seat": one.seat,
                "issued_at": now,
            }
            for one in tickets
        ],
    )
    facts = {"count": len(tickets), "room_size": room_size, "order_sha256": fingerprint(list(order))}
    audit.record(session, actor, "tickets.issued", now, scope=selection_id, **facts)
    advance(session, actor, selection_id, Stage.WRITTEN_EXAM, now=now)
    return len(tickets)


def note_candidacy_event(
    session: Session, actor: Actor, candidacy_id: int, kind: CandidacyEventKind, reason: str = "", *, now: datetime
) -> int:
    """Note that a candidate did not appear, withdrew or is disqualified; a withdrawal may be noted by themselves.

    Rows are only added. Acts of interview and scoring call this in their own transaction.
    """
    candidacy = session.get(Candidacy, candidacy_id)
    if candidacy is None:
        raise Denied
    own = kind is CandidacyEventKind.WITHDREW and 0 < actor.person_id == candidacy.person_id
    if not own:
        against = kind is CandidacyEventKind.DISQUALIFIED
        power = Power.EXAM_CANDIDACY_DISQUALIFY if against else Power.EXAM_CANDIDACY_NOTE
        actor.require(power, candidacy.selection_id)
    before = session.exec(select(CandidacyEvent.kind).where(CandidacyEvent.candidacy_id == candidacy_id)).all()
    problems = check_event(kind, [CandidacyEventKind(one) for one in before], reason)
    if len(reason) > _REASON_CAP:
        problems.append(Problem("This must be a text of at most {most} characters.", {"most": _REASON_CAP}, "reason"))
    refuse_any(problems)
    event = CandidacyEvent(candidacy_id=candidacy_id, kind=kind, reason=reason, noted_by=actor.person_id, noted_at=now)
    session.add(event)
    session.flush()
    audit.record(
        session,
        actor,
        "candidacy.noted",
        now,
        scope=candidacy.selection_id,
        candidacy=candidacy_id,
        event=event.id,
        kind=kind,
    )
    touch(session, f"selection:{candidacy.selection_id}")
    return event.id or 0


def _not_ready(
    session: Session, selection: Selection, registrations: Sequence[Registration], now: datetime
) -> list[Problem]:
    """What must be done before tickets can be issued: every decision made, every correction in or late."""
    problems = []
    if undecided := sum(row.state in UNDECIDED for row in registrations):
        problems.append(Problem("{count} registrations are not decided yet.", {"count": undecided}))
    returned = [row for row in registrations if row.state == RegistrationState.RETURNED]
    if waiting := sum(correction_window(row).is_open(now) for row in returned):
        problems.append(Problem("{count} candidates may still send a correction.", {"count": waiting}))
    if not any(row.state == RegistrationState.PASSED for row in registrations):
        problems.append(Problem("Nobody has passed vetting, so there is no ticket to issue."))
    if not written_papers(session, selection.id):
        problems.append(Problem("No written paper has been planned."))
    return problems
