"""Appealing against not having passed vetting (申诉)."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.errors import Refusal
from exam.actions import file_appeal
from exam.queries import appeal_window
from web.asking import Asker, need
from web.forms import Form
from web.routes.candidate.own import Own, load
from web.routes.candidate.status import refusal_words


@get("/my/{reference:str}/appeal", sync_to_thread=True)
def appeal_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """The decision, until when it may be appealed against, and where to write why."""
    return asker.page("candidate/appeal.html", **_data(asker, load(asker, reference)))


@post("/my/{reference:str}/appeal", sync_to_thread=True)
def appeal(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """File the appeal."""
    own = load(asker, reference)
    try:
        text = form.text("text", longest=4000)
        form.refuse()
        asker.act(file_appeal, own.id, text)
    except Refusal as refusal:
        return asker.refused("candidate/appeal.html", form, refusal, **_data(asker, own))
    return Redirect(own.path, status_code=303)


def _data(asker: Asker, own: Own) -> dict[str, Any]:
    window = need(asker.read(appeal_window, own.registration))
    return {"own": own, "road": own.road, "closes": window.closes, "why": refusal_words(own)}
