"""The web application: routes by zone, the doorkeeper, and what a person sees when something is refused."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from core.errors import Denied, Problem, Refusal, Unavailable
from core.settings import Zone
from core.words import N_
from web.asking import SignInNeeded, provide_asker, provide_form
from web.house import House
from web.i18n import Translator
from web.pages import STATIC, Filled, Visit, respond
from web.routes import ROUTERS
from web.security import SAFE, Doorkeeper, Known, Sessions, cookies_of, refuse_forged, set_headers, visit_of
from web.tablets import Tablets

log = logging.getLogger("gongxuan.web")
BODY_CAP = 1024 * 1024

PLAIN_ANSWERS: dict[int, str] = {
    404: N_("There is no such page."),
    405: N_("This page cannot be sent to."),
    413: N_("What was sent is too large."),
    500: N_("Something went wrong on our side. It was noted; nothing you had saved is lost."),
}


def make_app(house: House, *, debug: bool = False) -> Litestar:
    """The application of one process, with the routes of its zone."""
    sessions, tablets = Sessions(house), Tablets(house.database)
    house.live.watch(sessions.forget)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.house = house
        yield

    zone = house.settings.zone
    mounted: list[Router] = [router for router in ROUTERS if zone is Zone.ALL or router.opt["zone"] in {zone, Zone.ALL}]
    if zone is Zone.INNER:
        mounted.append(Router("/", route_handlers=[inner_start], opt={"zone": Zone.INNER}))
    return Litestar(
        route_handlers=[
            *mounted,
            create_static_files_router("/static", [STATIC], opt={"zone": Zone.ALL}, after_request=_cached),
        ],
        state=State({"house": house, "sessions": sessions, "tablets": tablets}),
        lifespan=[lifespan],
        middleware=[DefineMiddleware(Doorkeeper, house=house, sessions=sessions)],
        guards=[refuse_forged],
        dependencies={
            "asker": Provide(provide_asker),
            "form": Provide(provide_form),
            "tablets": Provide(lambda: tablets, sync_to_thread=False),
        },
        before_send=[set_headers],
        exception_handlers={
            Refusal: answer_refusal,
            SignInNeeded: answer_sign_in,
            HTTPException: answer_http,
            Exception: answer_crash,
        },
        request_max_body_size=BODY_CAP,
        openapi_config=None,
        debug=debug,
        logging_config=None,
    )


@get("/", sync_to_thread=False)
def inner_start() -> Redirect:
    """The start page of the inner zone, which has no public pages, is the desk."""
    return Redirect("/staff", status_code=303)


def _cached(response: Response[Any]) -> Response[Any]:
    """Static files carry their digest in the address, so a browser may keep them for good."""
    response.headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
    return response


def answer_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """A refusal that no page has shown itself: sentence and facts, with the status that fits."""
    headers = {"Retry-After": "2"} if isinstance(refusal, Unavailable) else {}
    return _answer(request, refusal.status, refusal.problems, headers)


def answer_sign_in(request: Request[Any, Any, Any], _: SignInNeeded) -> Response[Any]:
    """Send the browser to sign in, and back afterwards."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    back = f"{path}?{query}" if query else path
    if path.startswith("/judge"):
        target = "/judge/open"
    else:
        target = "/sign-in?" + urlencode({"next": back if request.method in SAFE else ""})
    if request.headers.get("hx-request") == "true":
        return Response("", status_code=204, headers={"HX-Redirect": target})
    if _wants_json(request):
        return Response({"problems": []}, status_code=401)
    return Response("", status_code=303, headers={"Location": target})


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An answer of the framework itself, as a page in the reader's language."""
    status = error.status_code
    sentence = PLAIN_ANSWERS.get(status, N_("This cannot be understood as it was sent."))
    return _answer(request, status, (Problem(sentence),), {})


def answer_crash(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A mistake of the program: logged with its cause, shown without it."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(request, 500, (Problem(PLAIN_ANSWERS[500]),), {})


def _answer(
    request: Request[Any, Any, Any], status: int, problems: tuple[Problem, ...], headers: dict[str, str]
) -> Response[Any]:
    visit: Visit | None = request.scope["state"].get("visit")
    if visit is None:  # what was never found, and what failed before anybody was known
        visit = replace(visit_of(request.scope, request.app.state.house, Known(""), cookies_of(request.scope)), csrf="")
    if _wants_json(request):
        say = Translator(visit.language, visit.zone)
        body = {"problems": [{"text": say(p), "field": p.field} for p in problems]}
        return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)
    title = N_("You may not do this") if status == Denied().status else N_("This did not work")
    if status == HTTPStatus.NOT_FOUND:
        title = N_("There is no such page")
    response = respond(visit, "problem.html", status=status, title=title, said=problems, problems=(), form=Filled())
    response.headers.update(headers)
    return response


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    return "application/json" in request.headers.get("accept", "")
