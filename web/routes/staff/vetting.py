"""The vetting queue: filtered, sorted, paged by its address; the next one opens by itself."""

import re
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Refusal
from core.people import Power
from core.queries import PAGE, names_of
from core.words import N_, Sentence
from exam.actions import publish_vetting_list
from exam.doubles import SHARED_WORDS
from exam.plan import PublicationKind
from exam.queries import (
    Filter,
    QueueOrder,
    funnel,
    next_in_queue,
    open_appeals,
    posts_of,
    publications,
    shared_traits,
    terms_of,
    vetting_queue,
)
from exam.tables import Registration
from exam.vetting import STATE_WORDS, RegistrationState
from web.asking import Asker
from web.forms import Form
from web.pages import Filled, Paging, with_query
from web.routes.staff.here import Here, enter, post_name

SHOWN = tuple(state for state in RegistrationState if state is not RegistrationState.DRAFT)
KINDS = {
    RegistrationState.SUBMITTED: "none",
    RegistrationState.REFERRED: "attention",
    RegistrationState.DECIDED: "running",
    RegistrationState.DISPUTED: "attention",
    RegistrationState.RETURNED: "attention",
    RegistrationState.PASSED: "done",
    RegistrationState.REFUSED: "problem",
    RegistrationState.WITHDRAWN: "none",
}
DOUBTS = (("yes", Sentence(N_("yes"))), ("no", Sentence(N_("no"))))
COLUMNS = (
    (QueueOrder.REFERENCE, N_("Reference")),
    (QueueOrder.UNIT, N_("Unit")),
    (QueueOrder.SUBMITTED, N_("Submitted at")),
    (QueueOrder.STATE, N_("State")),
)
HANDS = {
    1: Power.EXAM_REGISTRATION_VET,
    2: Power.EXAM_REGISTRATION_RECHECK,
    3: Power.EXAM_REGISTRATION_RECHECK,
}


@get("/staff/{code:str}/vetting", sync_to_thread=True)
def queue_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    post: FromQuery[str] = "",
    status: FromQuery[str] = "",
    doubt: FromQuery[str] = "",
    q: FromQuery[str] = "",
    order: FromQuery[str] = "",
    down: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """Registrations as filtered and sorted by the address."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_READ)
    values = {"post": post, "status": status, "doubt": doubt, "q": q}
    wanted = Filter(
        post_id=int(post) if re.fullmatch(r"[0-9]{1,18}", post) else None,
        states=frozenset({RegistrationState(status)} if status in set(SHOWN) else ()),
        doubtful={"yes": True, "no": False}.get(doubt),
        text=q.strip()[:100],
        order=QueueOrder(order) if order in set(QueueOrder) else QueueOrder.SUBMITTED,
        descending=down == "1",
    )
    with asker.reading() as session:
        data = _queue(session, asker, here, wanted, max(1, page))
    return asker.page("staff/queue.html", "queue", here=here, road=here.road, form=Filled(values), **data)


def _queue(session: Session, asker: Asker, here: Here, wanted: Filter, page: int) -> dict[str, Any]:
    found = vetting_queue(session, here.id, wanted, page)
    posts = posts_of(session, here.id)
    counted = funnel(session, here.id)
    query = with_query(asker.visit.query, page="", lang="", done="")
    return {
        "lines": found.lines,
        "appeals": open_appeals(session, here.id),
        "blind": terms_of(session, here.id).blind,
        "names": names_of(session, {line.decided_by for line in found.lines}),
        "paging": Paging(found.total, page, PAGE, query.removeprefix("?")),
        "posts": [(str(post.id), post_name(post)) for post in posts],
        "states": [(state.value, Sentence(STATE_WORDS[state])) for state in SHOWN],
        "doubts": DOUBTS,
        "counts": [(STATE_WORDS[state], sum(post.get(state, 0) for post in counted.values())) for state in SHOWN],
        "columns": [_column(query, wanted, *column) for column in COLUMNS],
        "state_words": STATE_WORDS,
        "kinds": KINDS,
        "hands": _hands(session, asker, here, wanted.post_id),
        "narrowed": bool(wanted.post_id or wanted.states or wanted.doubtful is not None or wanted.text),
    }


def _column(query: str, wanted: Filter, order: QueueOrder, words: str) -> tuple[str, str, str]:
    """A heading that sorts: its words, where it leads, and how the list is sorted by it now."""
    now = ("descending" if wanted.descending else "ascending") if wanted.order is order else ""
    return words, with_query(query.removeprefix("?"), order=order.value, down="1" if now == "ascending" else ""), now


def _hands(session: Session, asker: Asker, here: Here, post_id: int | None) -> list[tuple[str, bool]]:
    """For each hand the asker has: where the next one opens, and whether there is one for them."""
    return [
        (
            f"{here.path}/vetting/next?hand={hand}" + (f"&post={post_id}" if post_id else ""),
            next_in_queue(session, here.id, asker.person_id, hand=hand, post_id=post_id) is not None,
        )
        for hand, power in HANDS.items()
        if here.may(power)
    ]


@get("/staff/{code:str}/vetting/next", sync_to_thread=True)
def open_next(
    asker: NamedDependency[Asker], code: FromPath[str], hand: FromQuery[int] = 0, post: FromQuery[str] = ""
) -> Redirect:
    """Open the next registration for this person; back to the queue where there is none."""
    here = enter(asker, code, *HANDS.values())
    wanted = [one for one, power in HANDS.items() if here.may(power) and hand in {0, one}]
    post_id = int(post) if re.fullmatch(r"[0-9]{1,18}", post) else None
    kept = f"?post={post_id}" if post_id else ""
    with asker.reading() as session:
        for one in wanted:
            found = next_in_queue(session, here.id, asker.person_id, hand=one, post_id=post_id)
            if found is not None:
                return Redirect(f"{here.path}/vetting/{session.get_one(Registration, found).reference}{kept}")
    return Redirect(f"{here.path}/vetting{kept}{'&' if kept else '?'}done=1")


@get("/staff/{code:str}/vetting/list", sync_to_thread=True)
def list_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What publishing the result of vetting will show."""
    here = enter(asker, code, Power.SCORING_RESULT_PUBLISH)
    return asker.page("staff/vetting_list.html", **_list_data(asker, here))


@post("/staff/{code:str}/vetting/list", sync_to_thread=True)
def publish_list(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Publish it, after a fresh proof."""
    here = enter(asker, code, Power.SCORING_RESULT_PUBLISH)
    try:
        found = asker.act(publish_vetting_list, here.id, actor=asker.proven(form))
    except Refusal as refusal:
        return asker.refused("staff/vetting_list.html", form, refusal, **_list_data(asker, here))
    return Redirect(f"/s/{here.selection.code}/p/{found.number}", status_code=303)


@get("/staff/{code:str}/vetting/shared", sync_to_thread=True)
def shared_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What registrations of different people share, for people to judge."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_READ)
    found = asker.read(shared_traits, here.id)
    return asker.page("staff/vetting_shared.html", here=here, road=here.road, found=found, words=SHARED_WORDS)


def _list_data(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        counted = funnel(session, here.id)
        posts = posts_of(session, here.id)
        days = terms_of(session, here.id).objection_days
        done = publications(session, here.id, PublicationKind.VETTING_LIST)
    return {
        "here": here,
        "road": here.road,
        "rows": [(post_name(one), counted.get(one.id or 0, {})) for one in posts],
        "shown": SHOWN,
        "state_words": STATE_WORDS,
        "days": days,
        "published": done[0] if done else None,
    }


router = Router("/", route_handlers=[queue_page, open_next, list_page, publish_list, shared_page])
