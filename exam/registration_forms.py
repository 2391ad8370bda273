"""The forms of a registration as PDF (F1 报名推荐表, F2 诚信承诺书, and a print of exactly what was submitted).

Filled in from the data, printed, signed or sealed on paper, and sent back as a scan.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.words import N_, Sentence
from exam.documents import FORMS, compile_form

Say = Callable[[Sentence], str]


@dataclass(frozen=True, slots=True)
class Box:
    """A place for an opinion: its heading, who signs below it, and whether a seal goes over unit and date."""

    heading: str
    signer: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """One form ready to print: labelled rows of lines, numbered undertakings, boxes to be filled in by hand.

    `head` names form and registration; `foot` holds the version and code of the content, and the time of printing.
    """

    title: str
    authority: str
    selection: str
    head: str
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    undertakings: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    photo: bytes | None = None
    foot: tuple[str, ...] = ()


def registration_form(form: RegistrationForm, *, printed_at: datetime, say: Say = str) -> bytes:
    """One form as PDF. Raises Refusal for characters that the fonts lack."""
    lang, _, region = say(Sentence(N_("en-GB"))).partition("-")
    data = {
        "lang": lang,
        "region": region,
        "title": form.title,
        "authority": form.authority,
        "selection": form.selection,
        "head": form.head,
        "rows": [{"label": label, "lines": list(lines)} for label, lines in form.rows],
        "undertakings": list(form.undertakings),
        "boxes": [{"heading": one.heading, "signer": one.signer, "sealed": one.sealed} for one in form.boxes],
        "photo": "photo.jpg" if form.photo else None,
        "seal_word": say(Sentence(N_("(seal)"))),
        "date_word": say(Sentence(N_("Date"))),
        "page_words": say(Sentence(N_("Page {page} of {pages}"), {"page": "{page}", "pages": "{pages}"})),
        "foot": list(form.foot),
    }
    images = {"photo.jpg": form.photo} if form.photo else {}
    return compile_form(FORMS / "registration.typ", data, images, printed_at)
