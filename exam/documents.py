"""Printed forms as PDF, set by typst in a child process: admission tickets and the signed list of written marks.

Data reach the template as JSON, never spliced into its markup; every warning of typst is an error; every character is
looked up in the fonts first. The same data and time of printing give the same bytes.
"""

import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import segno

from core.errors import Refusal
from core.words import N_, Sentence
from exam.children import Answer, Facts, Limits, run_child
from exam.glyphs import refuse_missing
from exam.marking import STATE_WORDS, MarkState, Paper

Say = Callable[[Sentence], str]

FORMS = Path(__file__).parent / "forms"
TICKETS_PER_FILE = 250
_LIMITS = Limits(memory=2048, seconds=120)
_PICTURE_PPI = 150
_OVERFLOW = "more pages than one each"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One row of a ticket: a paper, its day and hours, where to sit; all ready to print."""

    paper: str
    day: str
    time: str
    site: str
    room: str
    seat: str


@dataclass(frozen=True, slots=True)
class NoteSection:
    """A heading and its lines on a ticket (考生须知): one line is a paragraph, several are numbered."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketFrame:
    """What all tickets of one exam share; `issued` is the printed date of issue."""

    authority: str
    selection: str
    sections: tuple[NoteSection, ...]
    issued: str
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """One admission ticket (准考证, F4).

    `identity` comes masked. `photo` is a JPEG or None. `code` goes into the QR and must be ASCII, because common
    readers fail on Chinese; `check` is its short form for people.
    """

    number: str
    name: str
    sex: str
    identity: str
    post: str
    sittings: tuple[Sitting, ...]
    photo: bytes | None
    code: str
    check: str


@dataclass(frozen=True, slots=True)
class MarksRow:
    """One line of the marks form: ticket number, room and seat, marks by paper key (left blank to be written)."""

    ticket: str
    seat: str = ""
    marks: Mapping[str, tuple[MarkState, Decimal | None]] = field(default_factory=lambda: MappingProxyType({}))
    remark: str = ""


@dataclass(frozen=True, slots=True)
class MarksForm:
    """The list of written marks on paper (登分表, after F8): for the two hands to enter from, and to sign.

    `serial` is the number of this sheet, `foot` holds scheme version, content code and time of printing.
    """

    authority: str
    selection: str
    room: str
    papers: tuple[Paper, ...]
    rows: tuple[MarksRow, ...]
    serial: str
    foot: tuple[str, ...]


def admission_ticket(frame: TicketFrame, ticket: Ticket, *, printed_at: datetime, say: Say = str) -> bytes:
    """One admission ticket as a PDF of one page."""
    return _ticket_file(frame, [ticket], printed_at, say)


def admission_ticket_picture(frame: TicketFrame, ticket: Ticket, *, printed_at: datetime, say: Say = str) -> bytes:
    """The same ticket as a PNG of 150 dpi, for phones that cannot keep a PDF."""
    return _ticket_file(frame, [ticket], printed_at, say, picture=True)


def admission_tickets(
    frame: TicketFrame,
    tickets: Iterable[Ticket],
    *,
    printed_at: datetime,
    say: Say = str,
    per_file: int = TICKETS_PER_FILE,
) -> Iterator[bytes]:
    """Many tickets, a page each, in files of at most `per_file`: memory stays bounded for any number."""
    waiting = iter(tickets)
    while batch := list(islice(waiting, per_file)):
        yield _ticket_file(frame, batch, printed_at, say)


def marks_form(form: MarksForm, *, printed_at: datetime, say: Say = str) -> bytes:
    """The list of written marks with its signature lines, as PDF."""
    data = {
        **_language(say),
        "title": say(Sentence(N_("Record of written marks"))),
        "authority": form.authority,
        "selection": form.selection,
        "head": say(Sentence(N_("Form F8 · sheet {serial}"), {"serial": form.serial})),
        "about": [
            {"label": say(Sentence(N_("Room"))), "value": form.room},
            {"label": say(Sentence(N_("Admitted"))), "value": str(len(form.rows))},
            {"label": say(Sentence(N_("Present"))), "value": "______"},
            {"label": say(Sentence(N_("Absent"))), "value": "______"},
        ],
        **_marks_table(form, say),
        "rule": say(
            Sentence(
                N_(
                    "Write absent or void in the mark's place where they apply. A correction is crossed out once, "
                    "stays readable, and is signed by the person and a second one."
                )
            )
        ),
        "signers": [
            say(Sentence(word))
            for word in (N_("Entered by"), N_("Checked by"), N_("Head of marking"), N_("Supervisor"))
        ],
        "date_word": say(Sentence(N_("Date"))),
        "page_words": say(Sentence(N_("Page {page} of {pages}"), {"page": "{page}", "pages": "{pages}"})),
        "foot": list(form.foot),
    }
    return compile_form(FORMS / "marks.typ", data, {}, printed_at)


def _marks_table(form: MarksForm, say: Say) -> dict[str, object]:
    before = (N_("No."), N_("Ticket number"), N_("Seat"))
    return {
        "columns": [
            *(_column(say(Sentence(heading))) for heading in before),
            *(
                _column(one.name, say(Sentence(N_("full mark {maximum}"), {"maximum": one.maximum})))
                for one in form.papers
            ),
            _column(say(Sentence(N_("Remark")))),
        ],
        "papers": len(form.papers),
        "rows": [
            {
                "ticket": row.ticket,
                "seat": row.seat,
                "marks": [_shown(row.marks.get(paper.key), paper, say) for paper in form.papers],
                "remark": row.remark,
            }
            for row in form.rows
        ],
    }


def compile_form(
    template: Path,
    data: Mapping[str, object],
    images: Mapping[str, bytes],
    at: datetime,
    *,
    picture: bool = False,
) -> bytes:
    """Set one template with its data as PDF, or as the PNG of a single page.

    The template reads `json(bytes(sys.inputs.data))` and may import `face.typ`, wherever it lies itself. Images go
    by the file names the data mention. Raises Refusal for characters that the fonts lack.
    """
    refuse_missing(_texts(data))
    facts = {
        "template": str(template),
        "data": data,
        "names": list(images),
        "at": int(at.timestamp()),
        "format": "png" if picture else "pdf",
    }
    _, (document,) = run_child("exam.documents:compile_task", facts, list(images.values()), _LIMITS)
    return document


def compile_task(facts: Facts, blobs: Sequence[bytes]) -> Answer:
    """In the child: compile one template with typst; a warning is an error."""
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    names = facts["names"]
    if not isinstance(names, list):
        raise TypeError(names)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        template = Path(str(facts["template"]))
        for source in (FORMS / "face.typ", template):
            shutil.copyfile(source, root / source.name)
        for name, blob in zip(names, blobs, strict=True):
            (root / name).write_bytes(blob)
        try:
            document, warnings = typst.compile_with_warnings(
                root / template.name,
                root=root,
                format="png" if facts["format"] == "png" else "pdf",
                ppi=_PICTURE_PPI,
                font_paths=fonts,
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(facts["data"])},
                timestamp=int(str(facts["at"])),
            )
        except typst.TypstError as error:
            if _OVERFLOW in error.message:
                raise Refusal("This does not fit on one page. Shorten the notes.") from error
            raise
    if warnings:
        raise RuntimeError("; ".join(str(warning) for warning in warnings))
    return {}, [document]


def _ticket_file(
    frame: TicketFrame, tickets: Sequence[Ticket], printed_at: datetime, say: Say, *, picture: bool = False
) -> bytes:
    images: dict[str, bytes] = {}
    for place, ticket in enumerate(tickets):
        images[f"qr-{place}.svg"] = _qr(ticket.code)
        if ticket.photo is not None:
            images[f"photo-{place}.jpg"] = ticket.photo
    columns = (N_("Paper"), N_("Day"), N_("Time"), N_("Exam site"), N_("Room"), N_("Seat"))
    data = {
        **_language(say),
        "title": say(Sentence(N_("Admission ticket for the written exam"))),
        "authority": frame.authority,
        "selection": frame.selection,
        "issued": frame.issued,
        "photo_place": say(Sentence(N_("Photo"))),
        "columns": [say(Sentence(heading)) for heading in columns],
        "sections": [{"heading": one.heading, "lines": list(one.lines)} for one in frame.sections],
        "overflow": _OVERFLOW,
        "tickets": [_ticket_data(frame, ticket, place, say) for place, ticket in enumerate(tickets)],
    }
    return compile_form(FORMS / "ticket.typ", data, images, printed_at, picture=picture)


def _ticket_data(frame: TicketFrame, ticket: Ticket, place: int, say: Say) -> dict[str, object]:
    labelled = (
        (N_("Name"), ticket.name, True),
        (N_("Ticket number"), ticket.number, True),
        (N_("Sex"), ticket.sex, False),
        (N_("Identity number"), ticket.identity, False),
        (N_("Post applied for"), ticket.post, False),
    )
    return {
        "head": ticket.number,
        "facts": [{"label": say(Sentence(label)), "value": value, "lead": lead} for label, value, lead in labelled],
        "photo": f"photo-{place}.jpg" if ticket.photo is not None else None,
        "qr": f"qr-{place}.svg",
        "qr_words": say(Sentence(N_("Scanned at the entrance. Check code {code}"), {"code": ticket.check})),
        "sittings": [
            {
                "paper": one.paper,
                "day": one.day,
                "time": one.time,
                "site": one.site,
                "room": one.room,
                "seat": one.seat,
            }
            for one in ticket.sittings
        ],
        "foot": list(frame.foot),
    }


def _qr(code: str) -> bytes:
    if not code.isascii():
        raise ValueError("the content of a QR must be ASCII")
    picture = io.BytesIO()
    segno.make(code, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False, svgns=True, scale=4)
    return picture.getvalue()


def _column(heading: str, below: str | None = None) -> dict[str, str | None]:
    return {"heading": heading, "below": below}


def _shown(given: tuple[MarkState, Decimal | None] | None, paper: Paper, say: Say) -> str:
    if given is None:
        return ""
    state, mark = given
    return f"{mark:.{paper.decimals}f}" if mark is not None else say(Sentence(STATE_WORDS[state]))


def _language(say: Say) -> dict[str, object]:
    lang, _, region = say(Sentence(N_("en-GB"))).partition("-")
    return {"lang": lang, "region": region}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)
