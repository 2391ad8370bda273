"""The one event stream of a browser: topics that changed, no content."""

import re
from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Stream

from core.errors import Denied
from core.people import Actor
from core.settings import Zone
from web.asking import Asker
from web.following import follow_topics

SELECTION = re.compile(r"selection:([0-9]{1,18})")


def may_follow(actor: Actor, topic: str) -> bool:
    """Whether a topic concerns a selection in which the actor holds a duty."""
    found = SELECTION.fullmatch(topic)
    return found is not None and int(found[1]) in actor.duties


@get("/live")
async def follow(request: Request[Any, Any, Any], asker: NamedDependency[Asker], topics: FromQuery[str]) -> Stream:
    """Server-sent events named by topic, for boards."""
    asker.signed_in  # noqa: B018 - a visitor is told to sign in
    wanted = frozenset(topics.split(","))

    def may(actor: Actor) -> bool:
        return all(may_follow(actor, topic) for topic in wanted)

    if not may(asker.actor):
        raise Denied
    return follow_topics(asker, request.app.state.sessions, wanted, may)


router = Router("/", route_handlers=[follow], opt={"zone": Zone.INNER})
