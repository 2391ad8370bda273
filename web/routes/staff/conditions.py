"""The conditions of the posts (任职资格): one small form per kind, its words shown in both languages."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import Refusal
from core.people import Power
from core.words import N_, Name, Sentence
from exam.actions import add_condition, join_condition, remove_condition
from exam.applicant import (
    APPRAISAL_WORDS,
    DEGREE_WORDS,
    EDUCATION_WORDS,
    POLITICAL_WORDS,
    AppraisalGrade,
    Degree,
)
from exam.careers import LEVEL_WORDS
from exam.condition_words import condition_words
from exam.conditions import SINGLE, ConditionKind, condition_from_plain
from exam.queries import condition_rows, posts_of
from web.asking import Asker, need
from web.forms import Form
from web.routes.staff.here import Here, both_languages, enter, post_name

Read = Callable[[Form], dict[str, object]]


def _figures(*names: str) -> Read:
    """Whole numbers by field; what is left empty is not asked, what is no number is refused with the condition."""

    def read(form: Form) -> dict[str, object]:
        typed = {name: form.text(name, required=False) for name in names}
        return {name: int(text) if text.isascii() and text.isdigit() else text for name, text in typed.items() if text}

    return read


def _texts(*names: str) -> Read:
    def read(form: Form) -> dict[str, object]:
        typed = {name: form.text(name, required=False, longest=400) for name in names}
        return {name: text for name, text in typed.items() if text}

    return read


def _read_education(form: Form) -> dict[str, object]:
    return _texts("level")(form) | ({"full_time": True} if form.ticked("full_time") else {})


def _read_political(form: Form) -> dict[str, object]:
    return {"statuses": list(form.texts.get("statuses", ()))}


def _lines(name: str) -> Read:
    """A list typed one entry per line."""

    def read(form: Form) -> dict[str, object]:
        lines = form.text(name, required=False, longest=4000).splitlines()
        return {name: [line.strip() for line in lines if line.strip()]}

    return read


READERS: Mapping[ConditionKind, Read] = {
    ConditionKind.AGE: lambda form: _figures("minimum", "maximum")(form) | _texts("on")(form),
    ConditionKind.EDUCATION: _read_education,
    ConditionKind.DEGREE: _texts("degree"),
    ConditionKind.SERVICE: _figures("years"),
    ConditionKind.LEVEL: lambda form: _texts("level")(form) | _figures("years")(form),
    ConditionKind.POLITICAL: _read_political,
    ConditionKind.APPRAISAL: lambda form: _figures("years")(form) | _texts("grade")(form),
    ConditionKind.FIELD_OF_STUDY: _lines("fields"),
    ConditionKind.PRESENT_LEVEL: _texts("level"),
    ConditionKind.CERTIFICATE: _lines("names"),
    ConditionKind.AREA: _lines("areas"),
    ConditionKind.JUDGED: _texts("text"),
}
"""How the form of each kind is read into the condition's plain body; the rule itself judges what is in it."""


@get("/staff/{code:str}/conditions/{kind:str}", sync_to_thread=True)
def condition_page(asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """The form of one kind of condition."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    return asker.page("staff/condition_form.html", **_data(asker, here, _kind(kind)))


@post("/staff/{code:str}/conditions/{kind:str}", sync_to_thread=True)
def save_condition(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], kind: FromPath[str]
) -> Response[str] | Redirect:
    """Show the condition in both languages, or add it."""
    here, chosen = enter(asker, code, Power.EXAM_SELECTION_EDIT), _kind(kind)
    data = _data(asker, here, chosen)
    try:
        post_id = _post_id(form, data["posts"])
        body = {"kind": chosen.value, **READERS[chosen](form), **({"strict": True} if form.ticked("strict") else {})}
        beside = form.choice("beside", [value for value, _ in data["beside"]], required=False)
        words = condition_words(condition_from_plain({**body, "number": "0"}), here.selection.reference_date)
        form.refuse()
        if form.raw("do") == "show":
            data["shown"] = both_languages(words, asker.visit.zone)
            return asker.refused("staff/condition_form.html", form, _nothing_wrong(), **data)
        if beside:
            how, number = beside.split(":")
            asker.act(join_condition, here.id, int(number), ConditionKind(how), body)
        else:
            asker.act(add_condition, here.id, body, post_id)
    except Refusal as refusal:
        return asker.refused("staff/condition_form.html", form, refusal, **data)
    return Redirect(f"{here.path}#conditions", status_code=303)


@post("/staff/{code:str}/conditions/{number:int}/remove", sync_to_thread=True)
def take_out(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], number: FromPath[int]
) -> Response[str] | Redirect:
    """Take a condition out, if it is still the one whose words were shown."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    row = next((one for one in asker.read(condition_rows, here.id) if one.number == number), None)
    if row is None or str(row.id) != form.raw("row"):
        raise Refusal("The conditions were changed meanwhile; look at the plan again.", status=409)
    asker.act(remove_condition, here.id, number)
    return Redirect(f"{here.path}#conditions", status_code=303)


def _nothing_wrong() -> Refusal:
    """A form shown again as typed, without a problem."""
    shown = Refusal()
    shown.status = 200
    return shown


def _kind(kind: str) -> ConditionKind:
    return need(ConditionKind(kind) if kind in set(SINGLE) else None)


def _post_id(form: Form, posts: list[tuple[str, Name]]) -> int | None:
    chosen = form.choice("post", [value for value, _ in posts], required=False)
    return int(chosen) if chosen else None


def _data(asker: Asker, here: Here, kind: ConditionKind) -> dict[str, Any]:
    return {
        "here": here,
        "road": here.road,
        "kind": kind.value,
        "title": SINGLE[kind],
        "beside": _beside(asker, here),
        "posts": [(str(post.id), post_name(post)) for post in asker.read(posts_of, here.id)],
        "education": _options(EDUCATION_WORDS),
        "degrees": [(key, words) for key, words in _options(DEGREE_WORDS) if key != Degree.NONE],
        "levels": _options(LEVEL_WORDS),
        "statuses": _options(POLITICAL_WORDS),
        "grades": [(key, words) for key, words in _options(APPRAISAL_WORDS) if key != AppraisalGrade.UNGRADED],
        "shown": None,
    }


JOINING = {
    ConditionKind.EITHER: N_("or, instead of condition {number}: {words}"),
    ConditionKind.ALL: N_("together with condition {number}: {words}"),
}


def _beside(asker: Asker, here: Here) -> list[tuple[str, Sentence]]:
    """How the condition may be joined to one that stands already."""
    rows = asker.read(condition_rows, here.id)
    words = {row.number: condition_words(condition_from_plain(row.body), here.selection.reference_date) for row in rows}
    return [
        (f"{how.value}:{number}", Sentence(source, {"number": number, "words": said}))
        for how, source in JOINING.items()
        for number, said in words.items()
    ]


def _options(words: Mapping[Any, str]) -> list[tuple[str, Sentence]]:
    return [(str(value), Sentence(source)) for value, source in words.items()]


router = Router("/", route_handlers=[condition_page, save_condition, take_out])
