"""Forms of a registration to be printed: filled in from the data, signed or sealed on paper, sent back as a scan."""

from collections.abc import Iterable

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from core.audit import short_code
from core.words import N_, Name, Sentence
from exam.queries import versions_of
from exam.registration import PaperKind
from exam.registration_forms import Box, RegistrationForm, registration_form
from web.asking import Asker, need
from web.i18n import Translator
from web.routes.candidate.answers import sections
from web.routes.candidate.own import Own, load
from web.tickets import PRINTERS

PLEDGE = (
    N_("I have read and understood the announcement, and meet its conditions or have said where I ask for an exception."),  # noqa: E501 - the same sentence as on the page
    N_("Everything I entered and uploaded is true and mine."),
    N_("I am not among those who may not register, and have named every relation for which somebody must be recused."),
    N_("I keep the rules of the exam, and tell the office in time if I give up."),
    N_("Data that the announcement names may be published by ticket number."),
    N_("If any of this is untrue I accept that I am excluded at any stage."),
)  # fmt: skip
"""The undertakings, as they stand on the page on which a registration is submitted."""

TITLES = {
    "recommendation": N_("Registration and recommendation form"),
    "pledge": N_("Promise of honesty"),
    "submitted": N_("Registration as submitted"),
}
PRINTED = {PaperKind.RECOMMENDATION: "recommendation", PaperKind.PLEDGE: "pledge"}
"""The kinds of paper that are printed here first."""


@get("/my/{reference:str}/forms/{name:str}", sync_to_thread=True)
def form_file(asker: NamedDependency[Asker], reference: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """One form as PDF; `submitted` is exactly what was submitted last, with its code."""
    own, title = load(asker, reference), need(TITLES.get(name))
    if name == "submitted":
        need(own.submitted or None)
        need(own if not own.returned else None)
    form = _form(asker, own, name, title)
    with PRINTERS:
        content = registration_form(form, printed_at=asker.visit.now, say=_words(asker))
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}-{reference}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _words(asker: Asker) -> Translator:
    return Translator(asker.visit.language, asker.visit.zone)


def _form(asker: Asker, own: Own, name: str, title: str) -> RegistrationForm:
    say = _words(asker)
    photo = next((one.sha256 for one in reversed(own.papers) if one.kind == PaperKind.PHOTO), "")
    return RegistrationForm(
        title=say(title),
        authority=say.fact(Name(own.selection.authority, own.selection.authority_en)),
        selection=say.fact(Name(own.selection.title, own.selection.title_en)),
        head=say(N_("Registration {reference}"), reference=own.registration.reference),
        rows=tuple(_rows(say, own, whole=name != "pledge")),
        undertakings=tuple(say(one) for one in PLEDGE) if name == "pledge" else (),
        boxes=tuple(_boxes(say, name)),
        photo=asker.house.files.read(photo) if photo and name != "pledge" else None,
        foot=_foot(asker, say, own, name),
    )


def _rows(say: Translator, own: Own, *, whole: bool) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield say(N_("Post applied for")), (f"{own.post.code}　{say.fact(own.post_name)}",)
    yield say(N_("Name")), (own.person.name,)
    if not whole:
        return
    for section in sections(own):
        if section.rows:
            lines = tuple(f"{say.fact(label)}　{say.fact(value)}" for label, value in section.rows)
            yield say(section.title), lines


def _boxes(say: Translator, name: str) -> Iterable[Box]:
    if name == "submitted":
        return
    yield Box(say(N_("I promise this.")), say(N_("Signature")))
    if name == "recommendation":
        yield Box(say(N_("Opinion of the Party organisation of the unit")), say(N_("Person in charge")), sealed=True)
        yield Box(say(N_("Opinion of the department in charge")), say(N_("Person in charge")), sealed=True)


def _foot(asker: Asker, say: Translator, own: Own, name: str) -> tuple[str, ...]:
    printed = say(N_("Printed on {moment}"), moment=asker.visit.now)
    if name != "submitted":
        return (printed,)
    newest = asker.read(versions_of, own.id)[-1]
    code = short_code(bytes.fromhex(newest.sha256))
    facts = {"version": newest.version, "moment": newest.submitted_at, "code": code}
    return say(Sentence(N_("Version {version}, submitted {moment}, content code {code}"), facts)), printed
