"""Choosing another post after one's own was cancelled (改报)."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import Refusal
from core.words import N_, Name, Sentence
from exam.actions import change_post
from exam.queries import posts_of
from web.asking import Asker, need
from web.forms import Form
from web.routes.candidate.own import Own, load
from web.routes.candidate.status import changeable


@get("/my/{reference:str}/post", sync_to_thread=True)
def change_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """The posts that can be chosen."""
    own = load(asker, reference)
    return asker.page("candidate/change_post.html", **_data(asker, own))


@post("/my/{reference:str}/post", sync_to_thread=True)
def change(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Choose one; what was submitted is opened for it."""
    own = load(asker, reference)
    data = _data(asker, own)
    try:
        chosen = form.choice("post", [key for key, _ in data["posts"]])
        form.refuse()
        asker.act(change_post, own.id, int(chosen))
    except Refusal as refusal:
        return asker.refused("candidate/change_post.html", form, refusal, **data)
    return Redirect(own.path, status_code=303)


def _data(asker: Asker, own: Own) -> dict[str, Any]:
    need(own if changeable(own, asker.visit.now) else None)
    posts = [one for one in asker.read(posts_of, own.selection.id) if one.cancelled_at is None]
    words = N_("{code}　{name}")
    return {
        "own": own,
        "road": own.road,
        "posts": [
            (str(one.id), Sentence(words, {"code": one.code, "name": Name(one.name, one.name_en or one.name)}))
            for one in posts
        ],
    }
