"""Papers that go with a registration: attached by their SHA-256 once the bytes are safe in the store."""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.actions import note_file
from core.errors import Refusal
from core.files import Saved
from core.kinds import PICTURES, MediaKind
from core.people import Actor
from exam.actions.gate import own_registration, refuse_unless_open
from exam.queries import open_fields, standing_papers
from exam.registration import FILES_PER_KIND, PaperKind
from exam.tables import Registration, RegistrationPaper
from exam.vetting import RegistrationState


def attach_paper(
    session: Session, actor: Actor, registration_id: int, kind: PaperKind, saved: Saved, name: str, *, now: datetime
) -> int:
    """Attach a file that is safe in the store; a new photo takes the place of the one before. Returns its row's id."""
    registration = own_registration(session, registration_id, actor.person_id)
    refuse_unless_open(session, registration, now)
    _refuse_unless_paper_open(registration, kind)
    if saved.media_type not in PICTURES and (kind is PaperKind.PHOTO or saved.media_type != MediaKind.PDF):
        raise Refusal("A photo is a picture; other papers are pictures or PDF files.", field=f"papers.{kind}")
    standing = [paper for paper in standing_papers(session, registration_id) if paper.kind == kind]
    if any(paper.sha256 == saved.sha256 for paper in standing):
        raise Refusal("This file is already attached.", field=f"papers.{kind}", status=409)
    if kind is PaperKind.PHOTO:
        for paper in standing:
            paper.removed_at = now
            session.add(paper)
    elif len(standing) >= FILES_PER_KIND:
        raise Refusal(
            "There are already {most} files of this kind; remove one first.",
            field=f"papers.{kind}",
            most=FILES_PER_KIND,
        )
    note_file(session, saved, now)
    paper = RegistrationPaper(
        registration_id=registration_id, kind=kind, sha256=saved.sha256, name=name[:200], added_at=now
    )
    session.add(paper)
    session.flush()
    audit.record(
        session,
        actor,
        "paper.attached",
        now,
        scope=registration.selection_id,
        registration=registration_id,
        paper=paper.id,
        kind=kind,
        sha256=saved.sha256,
    )
    return paper.id or 0


def remove_paper(session: Session, actor: Actor, registration_id: int, paper_id: int, *, now: datetime) -> None:
    """Take a paper away again; its row stays, with the time."""
    registration = own_registration(session, registration_id, actor.person_id)
    refuse_unless_open(session, registration, now)
    paper = session.get(RegistrationPaper, paper_id)
    if paper is None or paper.registration_id != registration_id or paper.removed_at is not None:
        raise Refusal("This file is not attached any more.", status=404)
    _refuse_unless_paper_open(registration, PaperKind(paper.kind))
    paper.removed_at = now
    session.add(paper)
    audit.record(
        session,
        actor,
        "paper.removed",
        now,
        scope=registration.selection_id,
        registration=registration_id,
        paper=paper_id,
    )


def _refuse_unless_paper_open(registration: Registration, kind: PaperKind) -> None:
    """In a correction only the papers named in the return may be changed."""
    field = f"papers.{kind}"
    if registration.state == RegistrationState.RETURNED and field not in open_fields(registration):
        raise Refusal("This field was not returned for correction and cannot be changed.", field=field)
