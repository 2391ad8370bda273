"""The terms of a selection (办法): scope, procedure, roads, forms and windows, begun from the template of its kind."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from core.errors import Refusal
from core.people import Power
from core.words import Sentence
from exam.actions import set_terms
from exam.plan import KIND_WORDS, SelectionKind
from exam.queries import terms_of
from exam.terms import CHANNEL_WORDS, COUNTS_WORDS, TEMPLATES, Channel, CountsShown, Terms, terms_to_plain
from web.asking import Asker
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import Here, both_languages, enter

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"
TEXTS = ("scope", "scope_en", "procedure", "procedure_en")
FLAGS = ("identity", "recommendation", "pledge", "relations", "blind")
DAYS = ("objection_days", "change_days", "appeal_days")


@get("/staff/{code:str}/terms", sync_to_thread=True)
def terms_page(asker: NamedDependency[Asker], code: FromPath[str], template: FromQuery[str] = "") -> Response[str]:
    """The terms as a form; with `template` asked for, those usual for this kind, not kept until they are saved."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    terms = _template(asker, here) if template == "1" else asker.read(terms_of, here.id)
    return asker.page("staff/terms_form.html", form=Filled(_values(asker, terms)), **_data(here))


@post("/staff/{code:str}/terms", sync_to_thread=True)
def save_terms(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Keep the terms."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    try:
        asker.act(set_terms, here.id, _read(asker, form))
    except Refusal as refusal:
        return asker.refused("staff/terms_form.html", form, refusal, **_data(here))
    return Redirect(f"{here.path}#terms", status_code=303)


def _read(asker: Asker, form: Form) -> Terms:
    channels = tuple(Channel(one) for one in form.texts.get("channels", ()) if one in set(Channel))
    counts = form.choice("counts", list(CountsShown))
    texts = {name: form.text(name, required=False, longest=4000) for name in TEXTS}
    days = {name: form.whole(name, low=1, high=30) for name in DAYS}
    until = form.moment("withdraw_until", asker.visit.zone, required=False)
    form.refuse()
    flags = {name: form.ticked(name) for name in FLAGS}
    return Terms(channels=channels, counts=CountsShown(counts), withdraw_until=until, **texts, **flags, **days)  # type: ignore[arg-type] # by name


def _template(asker: Asker, here: Here) -> Terms:
    found = TEMPLATES[SelectionKind(here.selection.kind)]
    scope, procedure = (both_languages(Sentence(one), asker.visit.zone) for one in (found.scope, found.procedure))
    plain = {name: getattr(found.terms, name) for name in (*FLAGS, *DAYS, "channels", "counts", "withdraw_until")}
    return Terms(
        scope=scope[0], scope_en=scope[1], procedure=procedure[0], procedure_en=procedure[1], **plain
    )  # fmt: skip


def _values(asker: Asker, terms: Terms) -> dict[str, object]:
    until: datetime | None = terms.withdraw_until
    shown = until.astimezone(asker.visit.zone).strftime(LOCAL_MOMENT) if until else ""
    return {**terms_to_plain(terms), "withdraw_until": shown}


def _data(here: Here) -> dict[str, Any]:
    return {
        "here": here,
        "road": here.road,
        "kind": KIND_WORDS[SelectionKind(here.selection.kind)],
        "channels": [(one.value, Sentence(words)) for one, words in CHANNEL_WORDS.items()],
        "counts": [(one.value, Sentence(words)) for one, words in COUNTS_WORDS.items()],
    }


router = Router("/", route_handlers=[terms_page, save_terms])
