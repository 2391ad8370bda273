"""Photo and papers: one file a request, its kind told by its content; the candidate may look at their own."""

from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import Refusal
from core.files import Saved
from core.kinds import HEAD_BYTES, MediaKind, kind_of
from core.words import N_
from exam.actions import attach_paper, remove_paper
from exam.photos import read_paper, read_photo
from exam.registration import FILES_PER_KIND, PAPER_WORDS, PaperKind, required_papers
from exam.tables import RegistrationPaper
from web.asking import Asker, need
from web.forms import Form, Upload
from web.routes.candidate.forms import PRINTED
from web.routes.candidate.own import Own, load

UPLOAD_BODY = 24 * 1024 * 1024
"""The largest request of an upload: the file's own cap and what the form puts around it."""

PAPER_KINDS = frozenset({MediaKind.JPEG, MediaKind.PDF})
"""What is kept: every picture has become a JPEG."""

HINTS = {
    PaperKind.PHOTO: N_(
        "A recent portrait without hat, in front of a plain ground. A new one takes the place of the old."
    ),
    PaperKind.IDENTITY: N_("Both sides, readable."),
    PaperKind.EDUCATION: N_("Each certificate whole, with its number."),
    PaperKind.APPOINTMENT: N_("The documents from which your posts, times and levels can be seen."),
    PaperKind.RECOMMENDATION: N_("Signed and sealed by your unit."),
    PaperKind.PLEDGE: N_("Printed, signed and scanned, if the office asks for it on paper."),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of paper with the files received; `open` if more may be sent or some taken away."""

    key: str
    name: str
    hint: str
    accept: str
    required: bool
    open: bool
    full: bool
    files: tuple[RegistrationPaper, ...]


@get("/my/{reference:str}/papers", sync_to_thread=True)
def papers_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """Every kind of paper with what has arrived."""
    return asker.page("candidate/papers.html", **_data(asker, load(asker, reference)))


@post("/my/{reference:str}/papers", sync_to_thread=True, request_max_body_size=UPLOAD_BODY)
def send_paper(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Take one file: kept in the store first, then noted with the registration."""
    own = load(asker, reference)
    kind = PaperKind(need(form.raw("kind") if form.raw("kind") in set(PaperKind) else None))
    field = f"papers.{kind}"
    try:
        upload = form.upload(field)
        if upload is None:
            raise Refusal("Choose a file first.", field=field)  # noqa: TRY301 - shown below
        asker.act(attach_paper, own.id, kind, _placed(asker, kind, upload), upload.name)
    except Refusal as refusal:
        return asker.refused("candidate/papers.html", form, refusal, **_data(asker, load(asker, reference)))
    return Redirect(f"{own.path}/papers#{kind}-title", status_code=303)


def _placed(asker: Asker, kind: PaperKind, upload: Upload) -> Saved:
    """The file made sane and safe in the store; a refusal names the field it came by."""
    cap = asker.house.settings.upload_cap
    try:
        content = upload.file.read(cap + 1)
        if len(content) > cap:
            raise Refusal("The file is larger than {most} MB.", most=cap // 1024**2, status=413)  # noqa: TRY301 - its field is added below
        kept = read_photo(content).jpeg if kind is PaperKind.PHOTO else read_paper(content).content
        return asker.house.files.receive(BytesIO(kept), cap=cap, kinds=PAPER_KINDS)
    except Refusal as refusal:
        named = Refusal.of([replace(problem, field=f"papers.{kind}") for problem in refusal.problems])
        named.status = refusal.status
        raise named from refusal


@post("/my/{reference:str}/papers/{paper_id:int}/remove", sync_to_thread=True)
def take_away(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str], paper_id: FromPath[int]
) -> Response[str] | Redirect:
    """Take a file away again."""
    own = load(asker, reference)
    try:
        asker.act(remove_paper, own.id, paper_id)
    except Refusal as refusal:
        return asker.refused("candidate/papers.html", form, refusal, **_data(asker, load(asker, reference)))
    return Redirect(f"{own.path}/papers", status_code=303)


@get("/my/{reference:str}/papers/{paper_id:int}", sync_to_thread=True)
def show_paper(asker: NamedDependency[Asker], reference: FromPath[str], paper_id: FromPath[int]) -> Response[bytes]:
    """One of the candidate's own files, as it was sent."""
    own = load(asker, reference)
    return file_answer(asker, need(next((one for one in own.papers if one.id == paper_id), None)))


@get("/my/{reference:str}/photo", sync_to_thread=True)
def show_photo(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[bytes]:
    """The photo of the registration."""
    own = load(asker, reference)
    return file_answer(asker, need(next((one for one in own.papers if one.kind == PaperKind.PHOTO), None)))


def file_answer(asker: Asker, paper: RegistrationPaper) -> Response[bytes]:
    """A stored file with the type its content has; nothing in it may run."""
    content = asker.house.files.read(paper.sha256)
    return Response(
        content,
        media_type=kind_of(content[:HEAD_BYTES]).value,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
    )


def _data(asker: Asker, own: Own) -> dict[str, Any]:
    required = required_papers(own.conditions, own.terms, own.form)
    return {
        "own": own,
        "road": own.road,
        "cap": asker.house.settings.upload_cap,
        "printed": PRINTED,
        "kinds": [_shelf(own, kind, required=kind in required) for kind in PaperKind],
    }


def _shelf(own: Own, kind: PaperKind, *, required: bool) -> Shelf:
    files = tuple(paper for paper in own.papers if paper.kind == kind)
    photo = kind is PaperKind.PHOTO
    return Shelf(
        key=kind.value,
        name=PAPER_WORDS[kind],
        hint=HINTS.get(kind, ""),
        accept="image/jpeg,image/png" if photo else "image/jpeg,image/png,.pdf",
        required=required,
        open=own.may_change(f"papers.{kind}"),
        full=len(files) >= FILES_PER_KIND and not photo,
        files=files,
    )
