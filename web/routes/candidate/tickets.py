"""The admission ticket: a page that prints on one sheet, and the same as PDF."""

from datetime import timedelta
from threading import BoundedSemaphore

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from core.words import N_, Name, Sentence
from exam.documents import NoteSection, Sitting, Ticket, TicketFrame, admission_ticket
from exam.identity import SEX_WORDS, Sex, mask_identity
from exam.queries import candidacy_of, written_papers
from exam.registration import PaperKind
from exam.tables import Candidacy, Paper
from scoring.explain import Names
from scoring.queries import scheme_in_force
from web.asking import Asker, need
from web.i18n import Language, Translator
from web.routes.candidate.own import Own, load

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


@get("/my/{reference:str}/ticket", sync_to_thread=True)
def ticket_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """The ticket as a page."""
    own, frame, ticket = _ticket(asker, reference)
    return asker.page(
        "candidate/ticket.html", own=own, frame=frame, ticket=ticket, has_photo=ticket.photo is not None, road=None
    )


@get("/my/{reference:str}/ticket.pdf", sync_to_thread=True)
def ticket_pdf(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[bytes]:
    """The ticket as PDF; the same bytes for the same ticket."""
    own, frame, ticket = _ticket(asker, reference)
    issued_at = need(asker.read(candidacy_of, own.id)).issued_at
    with PRINTERS:
        pdf = admission_ticket(frame, ticket, printed_at=issued_at, say=_words(asker))
    return Response(
        pdf,
        media_type="application/pdf",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'inline; filename="ticket-{ticket.number}.pdf"',
        },
    )


def _words(asker: Asker) -> Translator:
    return Translator(asker.visit.language, asker.visit.zone)


def _ticket(asker: Asker, reference: str) -> tuple[Own, TicketFrame, Ticket]:
    own = load(asker, reference)
    with asker.reading() as session:
        candidacy = need(candidacy_of(session, own.id))
        papers = written_papers(session, own.selection.id)
        names = Names.of(scheme_in_force(session, own.selection.id))
    return own, _frame(asker, own, candidacy), _filled(asker, own, candidacy, papers, names)


def _frame(asker: Asker, own: Own, candidacy: Candidacy) -> TicketFrame:
    say, selection = _words(asker), own.selection
    sections = [
        NoteSection(say(N_("Bring")), tuple(say(line) for line in BRING)),
        NoteSection(say(N_("Rules")), tuple(say(line) for line in RULES)),
    ]
    if selection.telephone:
        sentence = Sentence(N_("Enquiries {contact}"), {"contact": selection.telephone})
        sections.append(NoteSection(say(N_("Questions")), (say(sentence),)))
    return TicketFrame(
        authority=say.fact(Name(selection.authority, selection.authority_en or selection.authority)),
        selection=say.fact(Name(selection.title, selection.title_en or selection.title)),
        sections=tuple(sections),
        issued=say.day(candidacy.issued_at),
    )


def _filled(asker: Asker, own: Own, candidacy: Candidacy, papers: list[Paper], names: Names) -> Ticket:
    say, vault = _words(asker), asker.house.vault
    site = say.fact(Name(own.selection.exam_site, own.selection.exam_site_en or own.selection.exam_site))
    sex = own.form.get("sex")
    mark = vault.fingerprint(f"ticket:{own.selection.id}:{candidacy.ticket_number}").rpartition(".")[2]
    check = f"{mark[:4]}-{mark[4:8]}".upper()
    return Ticket(
        number=candidacy.ticket_number,
        name=own.person.name,
        sex=say(SEX_WORDS[Sex(sex)]) if sex else "",
        identity=mask_identity(vault.open(own.person.identity_cipher)),
        post=say.fact(Name(own.post.name, own.post.name_en or own.post.name)),
        sittings=tuple(
            Sitting(
                paper=say.fact(names.part(paper.key)),
                day=say.day(paper.starts_at, weekday=True, year=say.language is Language.ENGLISH),
                time=_hours(say, paper),
                site=site,
                room=candidacy.exam_room,
                seat=str(candidacy.exam_seat),
            )
            for paper in papers
        ),
        photo=_photo(asker, own),
        code=f"GX {own.selection.code} {candidacy.ticket_number} {check}",
        check=check,
    )


def _hours(say: Translator, paper: Paper) -> str:
    ends = paper.starts_at + timedelta(minutes=paper.minutes)
    return f"{say.clock(paper.starts_at)}–{say.clock(ends)}"


def _photo(asker: Asker, own: Own) -> bytes | None:
    photo = next((paper for paper in own.papers if paper.kind == PaperKind.PHOTO), None)
    return asker.house.files.read(photo.sha256) if photo else None
