"""Admission tickets (准考证) as they are printed, for the candidate and for the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any

from core.tables import Person
from core.words import N_, Name, Sentence
from exam.documents import NoteSection, Sitting, Ticket, TicketFrame, admission_ticket
from exam.identity import SEX_WORDS, Sex, mask_identity
from exam.tables import Candidacy, Paper, Post, Selection
from web.house import House
from web.i18n import Language, Translator

PRINTERS = BoundedSemaphore(2)
"""How many tickets are set at once: each takes a child process and a good part of a core."""

BRING = (
    N_("This ticket and your original identity card."),
    N_("A black pen, a 2B pencil, an eraser."),
)
RULES = (
    N_("Be in the room 15 minutes before the paper begins; 15 minutes after it nobody is let in."),
    N_("Telephones, watches and anything that sends, receives or stores stay outside the room."),
    N_("Write no name, no unit and no mark on the answers, else the paper is void."),
    N_("Who writes on after the bell has the paper void."),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose ticket it is: the candidacy, its post and person, the submitted form, and the photo's digest or ""."""

    candidacy: Candidacy
    post: Post
    person: Person
    form: Mapping[str, Any]
    photo: str = ""


def frame_of(say: Translator, selection: Selection, issued: str) -> TicketFrame:
    """What all tickets of a selection share."""
    sections = [
        NoteSection(say(N_("Bring")), tuple(say(line) for line in BRING)),
        NoteSection(say(N_("Rules")), tuple(say(line) for line in RULES)),
    ]
    if selection.telephone:
        sentence = Sentence(N_("Enquiries {contact}"), {"contact": selection.telephone})
        sections.append(NoteSection(say(N_("Questions")), (say(sentence),)))
    return TicketFrame(
        authority=say.fact(Name(selection.authority, selection.authority_en)),
        selection=say.fact(Name(selection.title, selection.title_en)),
        sections=tuple(sections),
        issued=issued,
    )


def ticket_of(
    house: House, say: Translator, selection: Selection, holder: Holder, papers: Sequence[tuple[Paper, Name]]
) -> Ticket:
    """One ticket ready to print; its check code follows from the number alone, by a key of this house."""
    candidacy, sex = holder.candidacy, holder.form.get("sex")
    mark = house.vault.fingerprint(f"ticket:{selection.id}:{candidacy.ticket_number}").rpartition(".")[2]
    check = f"{mark[:4]}-{mark[4:8]}".upper()
    return Ticket(
        number=candidacy.ticket_number,
        name=holder.person.name,
        sex=say(SEX_WORDS[Sex(sex)]) if sex else "",
        identity=mask_identity(house.vault.open(holder.person.identity_cipher)),
        post=say.fact(Name(holder.post.name, holder.post.name_en)),
        sittings=tuple(_sitting(say, selection, candidacy, paper, name) for paper, name in papers),
        photo=house.files.read(holder.photo) if holder.photo else None,
        code=f"GX {selection.code} {candidacy.ticket_number} {check}",
        check=check,
    )


def _sitting(say: Translator, selection: Selection, candidacy: Candidacy, paper: Paper, name: Name) -> Sitting:
    ends = paper.starts_at + timedelta(minutes=paper.minutes)
    return Sitting(
        paper=say.fact(name),
        day=say.day(paper.starts_at, weekday=True, year=say.language is Language.ENGLISH),
        time=f"{say.clock(paper.starts_at)}–{say.clock(ends)}",
        site=say.fact(Name(selection.exam_site, selection.exam_site_en)),
        room=candidacy.exam_room,
        seat=str(candidacy.exam_seat),
    )


def ticket_pdf(
    house: House, say: Translator, selection: Selection, holder: Holder, papers: Sequence[tuple[Paper, Name]]
) -> bytes:
    """The ticket as PDF; the same bytes for the same ticket."""
    issued_at = holder.candidacy.issued_at
    frame = frame_of(say, selection, say.day(issued_at))
    with PRINTERS:
        return admission_ticket(frame, ticket_of(house, say, selection, holder, papers), printed_at=issued_at, say=say)
