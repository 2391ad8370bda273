"""What is kept about the person who asks, and a copy of it to take along."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlmodel import Session

from core.tables import Person
from exam.identity import mask_identity
from exam.queries import (
    RegistrationLine,
    candidacy_events,
    candidacy_of,
    in_effect,
    registration_page,
    registrations_of,
)
from exam.tables import RegistrationPaper, VettingDecision
from scoring.queries import ReviewLine, reviews
from web.asking import Asker, need
from web.results import candidate_lines


@get("/my/data", sync_to_thread=True)
def data_page(asker: NamedDependency[Asker]) -> Response[str]:
    """What is kept and why."""
    person = need(asker.read(_person, asker.person_id))
    vault = asker.house.vault
    return asker.page(
        "candidate/data.html",
        person=person,
        identity=mask_identity(vault.open(person.identity_cipher)) if person.identity_cipher else "",
        contact=vault.open(person.contact_cipher) if person.contact_cipher else "",
    )


@get("/my/data.json", sync_to_thread=True)
def data_copy(asker: NamedDependency[Asker]) -> Response[dict[str, Any]]:
    """Everything the person entered, what was decided on it and what was published about their ticket number."""
    vault = asker.house.vault
    with asker.reading() as session:
        person = need(_person(session, asker.person_id))
        registrations = [_registration(session, line) for line in registrations_of(session, asker.person_id)]
    body = {
        "person": {
            "name": person.name,
            "identity_number": vault.open(person.identity_cipher) if person.identity_cipher else "",
            "contact": vault.open(person.contact_cipher) if person.contact_cipher else "",
            "account_opened": person.created_at.isoformat(),
        },
        "registrations": registrations,
    }
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(body, media_type="application/json", headers=headers)


def _person(session: Session, person_id: int) -> Person | None:
    return session.get(Person, person_id)


def _registration(session: Session, line: RegistrationLine) -> dict[str, Any]:
    row = line.registration
    page = need(registration_page(session, row.id or 0))
    return {
        "reference": row.reference,
        "selection": line.selection.title,
        "post": {"code": line.post.code, "name": line.post.name},
        "state": row.state,
        "started_at": row.started_at.isoformat(),
        "form": page.form,
        "versions": [
            {
                "version": one.version,
                "submitted_at": one.submitted_at.isoformat(),
                "sha256": one.sha256,
                "body": one.body,
            }
            for one in page.versions
        ],
        "papers": [_paper(paper) for paper in page.papers],
        "decisions": _decisions(page.decisions),
        "candidacy": _candidacy(session, line),
    }


def _paper(paper: RegistrationPaper) -> dict[str, str]:
    return {"kind": paper.kind, "name": paper.name, "sha256": paper.sha256, "added_at": paper.added_at.isoformat()}


def _decisions(decisions: Sequence[VettingDecision]) -> list[dict[str, Any]]:
    """Decisions in effect, without the names of those who made them."""
    return [
        {
            "version": one.version,
            "verdict": one.verdict,
            "condition": one.condition_number,
            "reason": one.reason,
            "remarks": one.remarks,
            "decided_at": since.isoformat(),
        }
        for since, one in in_effect(decisions)
    ]


def _candidacy(session: Session, line: RegistrationLine) -> dict[str, Any] | None:
    candidacy = candidacy_of(session, line.registration.id or 0)
    if candidacy is None:
        return None
    events = candidacy_events(session, line.selection.id).get(candidacy.id or 0, [])
    return {
        "ticket_number": candidacy.ticket_number,
        "room": candidacy.exam_room,
        "seat": candidacy.exam_seat,
        "events": [{"kind": one.kind, "reason": one.reason, "at": one.noted_at.isoformat()} for one in events],
        "published": [
            {"at": one.moment.isoformat(), "what": str(one.title), "figures": {str(n): str(v) for n, v in one.figures}}
            for one in candidate_lines(session, line.selection, candidacy.ticket_number)
        ],
        "recounts": [_recount(one) for one in reviews(session, line.selection.id, candidacy.id)],
    }


def _recount(line: ReviewLine) -> dict[str, Any]:
    """A request for a recount with its answer once it is given, without the names of those who counted."""
    answered = line.recount if line.review.closed_at else None
    return {
        "part": line.review.part,
        "published": line.review.figure,
        "reason": line.review.reason,
        "asked_at": line.review.asked_at.isoformat(),
        "answer": answered.reply if answered else "",
        "corrected": bool(answered and answered.changed),
    }
