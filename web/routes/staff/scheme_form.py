"""The scheme as a form: every documented key a field, problems at their field, tables added, moved and taken away."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from core.errors import Problem, Refusal
from core.people import Power
from exam.actions import save_scheme_draft
from exam.queries import eligibility_section, scheme_draft
from scoring.actions.scheme import check_scheme
from scoring.replacement import Event
from scoring.scheme import document_from_toml
from scoring.scheme_form import HERE, REST, Document, Node, changed, document_of, fields_of, placed, rest_of
from scoring.scheme_text import toml_text
from scoring.schemes import scheme_text
from web.asking import Asker
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import Here, enter
from web.routes.staff.scheme import shown
from web.routes.staff.scheme_labels import KEYS, TABLES

SHOWN_FIRST = 9
"""So many fields of a table stand open; the others under a summary unless one of them is filled in."""


@get("/staff/{code:str}/scheme/form", sync_to_thread=True)
def form_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The draft of the scheme as a form."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    draft = asker.read(scheme_draft, here.id)
    document = document_from_toml(draft.text if draft else scheme_text())
    return asker.page("staff/scheme_form.html", **_data(asker, here, document))


@post("/staff/{code:str}/scheme/form", sync_to_thread=True)
def change_form(asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]) -> Response[str]:
    """Change the tables of the form, say it in words, or keep it as the draft and check it."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    document = document_of({name: texts[0] for name, texts in form.texts.items() if texts})
    act = form.raw("do")
    if act not in {"keep", "look"}:
        name = act.partition(":")[2]
        document = changed(document, act, form.raw(f"_new.{name}").strip())
        return asker.page("staff/scheme_form.html", **_data(asker, here, document))
    problems: tuple[Problem, ...] = ()
    if act == "keep":
        try:
            asker.act(save_scheme_draft, here.id, _text(document))
        except Refusal as refusal:
            problems = refusal.problems
    data = _data(asker, here, document, kept=act == "keep" and not problems, besides=problems)
    wrong = data["form"].problems
    return asker.page("staff/scheme_form.html", "words", status=422 if wrong and act == "keep" else 200, **data)


def _text(document: Document) -> str:
    try:
        return toml_text(document)
    except TypeError as error:
        raise Refusal("This form cannot be kept as it was sent. Open it anew.") from error


def _data(
    asker: Asker, here: Here, document: Document, *, kept: bool = False, besides: tuple[Problem, ...] = ()
) -> dict[str, Any]:
    nodes = fields_of(document)
    found, problems = None, list(besides)
    try:
        with asker.reading() as session:
            whole = {**document, "eligibility": eligibility_section(session, here.id)}
            found = shown(check_scheme(session, here.id, whole))
    except Refusal as refusal:
        problems += placed(refusal.problems, nodes)
    return {
        "here": here,
        "road": here.road,
        "nodes": nodes,
        "rest": rest_of(document),
        "names": {"here": HERE, "rest": REST},
        "labels": KEYS,
        "tables": TABLES,
        "new_words": _new_words(nodes),
        "first": SHOWN_FIRST,
        "shown": found,
        "kept": kept,
        "form": Filled({}, problems),
    }


def _new_words(nodes: tuple[Node, ...]) -> dict[str, list[tuple[str, str]]]:
    """For which parts, or after which events, a table can be added."""
    by_name = {node.name: node for node in nodes}
    parts = [one.text for node in by_name["parts"].inner for one in node.inputs if one.key == "key" and one.text]
    choices = {"replacement": [event.value for event in Event]} | dict.fromkeys(("panel", "ballots", "rooms"), parts)
    return {
        name: [(word, word) for word in words if word not in {one.title for one in by_name[name].inner}]
        for name, words in choices.items()
    }


router = Router("/", route_handlers=[form_page, change_form])
