"""The plan of a selection: what is announced of it, its posts, its written papers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Refusal
from core.people import SYSTEM_SCOPE, Power
from core.words import Name, Sentence
from exam.actions import (
    add_post,
    create_selection,
    drop_paper,
    edit_post,
    edit_selection,
    remove_post,
    set_paper,
)
from exam.condition_words import condition_words
from exam.conditions import SINGLE, condition_from_plain
from exam.plan import KIND_WORDS, PUBLICATION_WORDS, PostPlan, SelectionKind, SelectionPlan
from exam.queries import (
    condition_rows,
    in_force,
    posts_of,
    publications,
    rule_sets,
    scheme_draft,
    terms_of,
    written_papers,
)
from exam.stages import Stage
from exam.tables import Condition, Paper, Post, Selection
from exam.terms import terms_words
from scoring.parts import PartKind
from scoring.recorded import by_record
from scoring.scheme import document_from_toml, parse_scheme
from scoring.schemes import scheme_text
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import RULE_WORDS, Here, both_languages, enter

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"
NEW = "_new"
"""The address of what is not there yet; neither the code of a post nor the key of a paper can begin so."""

# ── the selection ────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/new_selection", sync_to_thread=True)
def new_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The form of a new selection. A code never holds an underscore, so no selection has this address."""
    _require_creator(asker)
    return asker.page("staff/selection_form.html", here=None, kinds=_kinds())


@post("/staff/new_selection", sync_to_thread=True)
def create(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Begin a selection."""
    _require_creator(asker)
    try:
        plan = _read_plan(asker, form)
        asker.act(create_selection, plan)
    except Refusal as refusal:
        return asker.refused("staff/selection_form.html", form, refusal, here=None, kinds=_kinds())
    return Redirect(f"/staff?made={plan.code}", status_code=303)


def _require_creator(asker: Asker) -> None:
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    asker.actor.require(Power.EXAM_SELECTION_CREATE, SYSTEM_SCOPE)


@get("/staff/{code:str}", sync_to_thread=True)
def plan_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Everything that is planned of a selection, and what is still missing."""
    here = enter(asker, code)
    with asker.reading() as session:
        data = _plan(session, asker, here)
    return asker.page("staff/plan.html", here=here, road=here.road, **data)


def _plan(session: Session, asker: Asker, here: Here) -> dict[str, Any]:
    posts = posts_of(session, here.id)
    codes = {post.id: post.code for post in posts}
    rules = rule_sets(session, here.id)
    return {
        "posts": posts,
        "names": {post.id: (Name(post.name, post.name_en), Name(post.unit, post.unit_en)) for post in posts},
        "conditions": [
            (row.number, row.id, codes.get(row.post_id, ""), *_both(asker, here.selection, row))
            for row in condition_rows(session, here.id)
        ],
        "papers": written_papers(session, here.id),
        "paper_names": paper_names(session, here.id),
        "terms": terms_of(session, here.id),
        "terms_words": terms_words(terms_of(session, here.id)),
        "listable": here.stage is Stage.VETTING and here.may(Power.SCORING_RESULT_PUBLISH),
        "amendable": here.stage is not Stage.DRAFT
        and bool(here.powers & {Power.EXAM_SELECTION_EDIT, Power.SCORING_SCHEME_CONFIRM}),
        "rule_sets": rules,
        "published": publications(session, here.id),
        "kind": KIND_WORDS[SelectionKind(here.selection.kind)],
        "editable": editable(session, here),
        "condition_kinds": [(kind.value, words) for kind, words in SINGLE.items()],
        "rule_words": RULE_WORDS,
        "publication_words": PUBLICATION_WORDS,
    }


def _both(asker: Asker, selection: Selection, row: Condition) -> tuple[str, str]:
    """A condition as it will stand in the announcement, in both languages."""
    words = condition_words(condition_from_plain(row.body), selection.reference_date)
    return both_languages(words, asker.visit.zone)


def editable(session: Session, here: Here) -> bool:
    """Whether the asker may change the plan now."""
    open_now = here.stage is Stage.DRAFT and in_force(session, here.id) is None
    return open_now and here.may(Power.EXAM_SELECTION_EDIT)


@get("/staff/{code:str}/edit", sync_to_thread=True)
def edit_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The plan as a form."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    form = Filled(_plan_values(asker, here.selection))
    return asker.page("staff/selection_form.html", here=here, road=here.road, kinds=_kinds(), form=form)


@post("/staff/{code:str}/edit", sync_to_thread=True)
def save_edit(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Change the plan."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    try:
        plan = _read_plan(asker, form)
        asker.act(edit_selection, here.id, plan)
    except Refusal as refusal:
        return asker.refused("staff/selection_form.html", form, refusal, here=here, road=here.road, kinds=_kinds())
    return Redirect(f"/staff/{plan.code}", status_code=303)


def _kinds() -> list[tuple[str, Sentence]]:
    return [(kind.value, Sentence(words)) for kind, words in KIND_WORDS.items()]


def _read_plan(asker: Asker, form: Form) -> SelectionPlan:
    """The plan as typed. Raises Refusal with every field that cannot be read."""
    zone = asker.visit.zone
    kind = form.choice("kind", list(SelectionKind))
    reference_date = form.day("reference_date")
    opens = form.moment("registration_opens", zone)
    closes = form.moment("registration_closes", zone)
    texts = {
        name: form.text(name, required=name in {"code", "title", "authority"}, longest=2000) for name in _PLAN_TEXTS
    }
    interview_on = form.day("interview_on", required=False)
    form.refuse()
    return SelectionPlan(
        kind=SelectionKind(kind),
        reference_date=cast("date", reference_date),
        registration_opens=cast("datetime", opens),
        registration_closes=cast("datetime", closes),
        interview_on=interview_on,
        **texts,
    )


_PLAN_TEXTS = (
    "code", "title", "title_en", "authority", "authority_en", "ground", "exam_site", "exam_site_en", "telephone",
    "supervision_telephone",
)  # fmt: skip


def _plan_values(asker: Asker, selection: Selection) -> dict[str, object]:
    zone = asker.visit.zone
    return {name: getattr(selection, name) for name in _PLAN_TEXTS} | {
        "kind": selection.kind,
        "reference_date": selection.reference_date.isoformat(),
        "registration_opens": selection.registration_opens.astimezone(zone).strftime(LOCAL_MOMENT),
        "registration_closes": selection.registration_closes.astimezone(zone).strftime(LOCAL_MOMENT),
        "interview_on": selection.interview_on.isoformat() if selection.interview_on else "",
    }


# ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/posts/{number:str}", sync_to_thread=True)
def post_page(asker: NamedDependency[Asker], code: FromPath[str], number: FromPath[str]) -> Response[str]:
    """One post as a form; `_new` for another one."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    row = asker.read(_post, here.id, number)
    form = Filled({name: getattr(row, name) for name in _POST_FIELDS} if row else {"headcount": "1"})
    return asker.page("staff/post_form.html", here=here, road=here.road, row=row, number=number, form=form)


@post("/staff/{code:str}/posts/{number:str}", sync_to_thread=True)
def save_post(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], number: FromPath[str]
) -> Response[str] | Redirect:
    """Add a post, change it, or take it out."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    row = asker.read(_post, here.id, number)
    try:
        if row is not None and form.raw("do") == "remove":
            asker.act(remove_post, here.id, row.id)
        else:
            plan = _read_post(form)
            asker.act(edit_post, here.id, row.id, plan) if row else asker.act(add_post, here.id, plan)
    except Refusal as refusal:
        return asker.refused("staff/post_form.html", form, refusal, here=here, road=here.road, row=row, number=number)
    return Redirect(f"{here.path}#posts", status_code=303)


_POST_FIELDS = ("code", "name", "name_en", "unit", "unit_en", "closed_group", "headcount")
_NEEDED = frozenset({"code", "name", "unit"})


def _read_post(form: Form) -> PostPlan:
    texts = {name: form.text(name, required=name in _NEEDED) for name in _POST_FIELDS[:-1]}
    headcount = form.whole("headcount", low=1, high=999)
    form.refuse()
    return PostPlan(headcount=headcount, **texts)


def _post(session: Session, selection_id: int, number: str) -> Post | None:
    """The post of this code, None for a new one."""
    if number == NEW:
        return None
    return need(next((one for one in posts_of(session, selection_id) if one.code == number), None))


# ── written papers ───────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/papers/{key:str}", sync_to_thread=True)
def paper_page(asker: NamedDependency[Asker], code: FromPath[str], key: FromPath[str]) -> Response[str]:
    """When one paper is sat, as a form."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    row = asker.read(_paper, here.id, key)
    values: Mapping[str, object] = {"minutes": "150"}
    if row is not None:
        starts_at = row.starts_at.astimezone(asker.visit.zone).strftime(LOCAL_MOMENT)
        values = {"key": row.key, "starts_at": starts_at, "minutes": row.minutes}
    return asker.page("staff/paper_form.html", form=Filled(values), **_paper_data(asker, here, row))


@post("/staff/{code:str}/papers/{key:str}", sync_to_thread=True)
def save_paper(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], key: FromPath[str]
) -> Response[str] | Redirect:
    """Set a paper's time, or take the paper out of the plan."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    row = asker.read(_paper, here.id, key)
    try:
        if row is not None and form.raw("do") == "remove":
            asker.act(drop_paper, here.id, row.key)
        else:
            chosen = row.key if row else form.text("key", longest=40)
            starts_at = form.moment("starts_at", asker.visit.zone)
            minutes = form.whole("minutes", low=1, high=600)
            form.refuse()
            asker.act(set_paper, here.id, chosen, cast("datetime", starts_at), minutes)
    except Refusal as refusal:
        return asker.refused("staff/paper_form.html", form, refusal, **_paper_data(asker, here, row))
    return Redirect(f"{here.path}#papers", status_code=303)


def _paper(session: Session, selection_id: int, key: str) -> Paper | None:
    """The paper of this key, None for a new one."""
    if key == NEW:
        return None
    return need(next((one for one in written_papers(session, selection_id) if one.key == key), None))


def _paper_data(asker: Asker, here: Here, row: Paper | None) -> dict[str, Any]:
    with asker.reading() as session:
        names = paper_names(session, here.id)
        taken = {paper.key for paper in written_papers(session, here.id)}
    return {
        "here": here,
        "road": here.road,
        "row": row,
        "names": names,
        "choices": [(key, name) for key, name in names.items() if key not in taken],
    }


def paper_names(session: Session, selection_id: int) -> dict[str, Name]:
    """The written papers that the scheme being written knows, by key; of the ready scheme where it cannot be read."""
    draft = scheme_draft(session, selection_id)
    for text in (draft.text if draft else "", scheme_text()):
        try:
            schemes = parse_scheme(document_from_toml(text)).everywhere() if text else ()
        except Refusal:
            continue
        parts = {key: part for own in reversed(schemes) for key, part in own.all_parts().items()}
        if parts:
            return {
                key: part.name for key, part in parts.items() if part.kind is PartKind.GIVEN and not by_record(part)
            }
    return {}


router = Router(
    "/",
    route_handlers=[
        new_page, create, plan_page, edit_page, save_edit, post_page, save_post, paper_page, save_paper,
    ],
)  # fmt: skip
