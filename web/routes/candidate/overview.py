"""My registrations and what can be done now, starting one, and the page of one registration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from core.errors import Refusal
from core.words import N_, Name, Sentence
from exam.actions import POST_CHANGED, start_registration
from exam.queries import (
    RegistrationLine,
    announcement_page,
    correction_window,
    public_selections,
    registration_window,
    registrations_of,
)
from exam.stages import Stage
from exam.vetting import RegistrationState
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.candidate.own import Own, load
from web.routes.candidate.status import BEING_VETTED, CANDIDATE_WORDS, history, status_page
from web.routes.candidate.topics import TOPIC_WORDS, Topic, done, field_words, tasks, topic_of


@dataclass(frozen=True, slots=True)
class Line:
    """One registration in the list, with the one thing to be done now."""

    reference: str
    post: Name
    title: Name
    word: Sentence
    kind: str
    todo: Sentence | str = ""


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/my", sync_to_thread=True)
def registrations_page(asker: NamedDependency[Asker]) -> Response[str]:
    """My registrations and what can be done now; other selections that are open."""
    now = asker.visit.now
    with asker.reading() as session:
        mine = registrations_of(session, asker.person_id)
        announced = public_selections(session, now)
    taken = {line.selection.id for line in mine if line.registration.state != RegistrationState.WITHDRAWN}
    open_ones = [
        {
            "code": line.selection.code,
            "title": Name(line.selection.title, line.selection.title_en or line.selection.title),
            "closes": line.selection.registration_closes,
        }
        for line in announced
        if line.stage is Stage.REGISTRATION and line.selection.id not in taken
    ]
    return asker.page("candidate/registrations.html", lines=[_line(one, now) for one in mine], open_ones=open_ones)


def _line(one: RegistrationLine, now: datetime) -> Line:
    state = RegistrationState(one.registration.state)
    word, kind = CANDIDATE_WORDS.get(state, BEING_VETTED)
    todo: Sentence | str = ""
    if state is RegistrationState.DRAFT and registration_window(one.selection).is_open(now):
        todo = Sentence(N_("Submit by {moment}"), {"moment": one.selection.registration_closes})
    elif state is RegistrationState.RETURNED and correction_window(one.registration).is_open(now):
        todo = Sentence(N_("Correct by {moment}"), {"moment": correction_window(one.registration).closes})
    return Line(
        reference=one.registration.reference,
        post=Name(one.post.name, one.post.name_en or one.post.name),
        title=Name(one.selection.title, one.selection.title_en or one.selection.title),
        word=Sentence(word),
        kind=kind,
        todo=todo,
    )


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/my/start/{code:str}", sync_to_thread=True)
def start_page(asker: NamedDependency[Asker], code: FromPath[str], post: FromQuery[str] = "") -> Response[str]:
    """Choose the post."""
    asker.person_id  # noqa: B018 - sends a visitor to the sign-in page
    return asker.page("candidate/start.html", form=Filled({"post": post}), **_start(asker, code))


@post("/my/start/{code:str}", sync_to_thread=True)
def start(asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]) -> Response[str] | Redirect:
    """Begin a registration for one post."""
    asker.person_id  # noqa: B018 - sends a visitor to the sign-in page
    data = _start(asker, code)
    try:
        chosen = form.choice("post", [value for value, _ in data["posts"]])
        form.refuse()
        reference = asker.act(start_registration, data["selection"].id, data["ids"][chosen])
    except Refusal as refusal:
        return asker.refused("candidate/start.html", form, refusal, **data)
    return Redirect(f"/my/{reference}", status_code=303)


def _start(asker: Asker, code: str) -> dict[str, Any]:
    page = need(asker.read(announcement_page, code, asker.visit.now))
    posts = [one for one in page.posts if one.post.cancelled_at is None]
    return {
        "selection": page.selection,
        "title": Name(page.selection.title, page.selection.title_en or page.selection.title),
        "posts": [(one.post.code, _post_words(one.post.code, one.post.name, one.post.name_en)) for one in posts],
        "ids": {one.post.code: one.post.id for one in posts},
    }


def _post_words(code: str, name: str, name_en: str) -> Sentence:
    return Sentence(N_("{code}　{name}"), {"code": code, "name": Name(name, name_en or name)})


# ── one registration ─────────────────────────────────────────────────────────────────────────────────────────────────


@get("/my/{reference:str}", sync_to_thread=True)
def registration(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """The task list of a draft, the remarks of a return, else where the registration stands."""
    own = load(asker, reference)
    if own.state is RegistrationState.DRAFT:
        return _tasks_page(asker, own)
    if own.returned:
        return _returned_page(asker, own)
    return status_page(asker, own)


def _tasks_page(asker: Asker, own: Own) -> Response[str]:
    found = tasks(own.form, own.checked, own.conditions, own.terms)
    hints = {
        Topic.ACCOMMODATION: Sentence(N_("Larger print, more time, a room without steps; skip it if you need none")),
        Topic.CHECK: Sentence(N_("Possible once everything above is done")),
    }
    return asker.page(
        "candidate/tasks.html",
        own=own,
        road=own.road,
        tasks=found,
        finished=done(found),
        total=len(found) - 1,
        names=TOPIC_WORDS,
        hints=hints,
    )


def _returned_page(asker: Asker, own: Own) -> Response[str]:
    returned = [
        {
            "name": field_words(name),
            "remark": Sentence(POST_CHANGED) if remark == POST_CHANGED else remark,
            "topic": topic_of(name).value,
            "changed": own.corrected(name),
        }
        for name, remark in own.remarks.items()
    ]
    return asker.page(
        "candidate/returned.html",
        own=own,
        road=own.road,
        returned=returned,
        changed_post=POST_CHANGED in own.remarks.values(),
        history=history(asker, own),
    )
