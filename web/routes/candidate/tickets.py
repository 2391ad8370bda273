"""The admission ticket: a page that prints on one sheet, and the same as PDF."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from core.words import Name
from exam.queries import candidacy_of, written_papers
from exam.registration import PaperKind
from exam.tables import Paper
from scoring.explain import Names
from scoring.queries import scheme_in_force
from web.asking import Asker, need
from web.i18n import Translator
from web.routes.candidate.own import Own, load
from web.tickets import Holder, frame_of, ticket_of, ticket_pdf


@get("/my/{reference:str}/ticket", sync_to_thread=True)
def ticket_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """The ticket as a page."""
    own, holder, papers = _ticket(asker, reference)
    say = _words(asker)
    return asker.page(
        "candidate/ticket.html",
        own=own,
        frame=frame_of(say, own.selection, say.day(holder.candidacy.issued_at)),
        ticket=ticket_of(asker.house, say, own.selection, holder, papers),
        has_photo=bool(holder.photo),
        road=None,
    )


@get("/my/{reference:str}/ticket.pdf", sync_to_thread=True)
def ticket_file(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[bytes]:
    """The ticket as PDF; the same bytes for the same ticket."""
    own, holder, papers = _ticket(asker, reference)
    return Response(
        ticket_pdf(asker.house, _words(asker), own.selection, holder, papers),
        media_type="application/pdf",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'inline; filename="ticket-{holder.candidacy.ticket_number}.pdf"',
        },
    )


def _words(asker: Asker) -> Translator:
    return Translator(asker.visit.language, asker.visit.zone)


def _ticket(asker: Asker, reference: str) -> tuple[Own, Holder, list[tuple[Paper, Name]]]:
    """The asker's own ticket with the papers they sit; the same answer where there is none."""
    own = load(asker, reference)
    with asker.reading() as session:
        candidacy = need(candidacy_of(session, own.id))
        names = Names.of(scheme_in_force(session, own.selection.id))
        papers = [(paper, names.part(paper.key)) for paper in written_papers(session, own.selection.id)]
    photo = next((paper.sha256 for paper in own.papers if paper.kind == PaperKind.PHOTO), "")
    return own, Holder(candidacy, own.post, own.person, own.form, photo), papers
