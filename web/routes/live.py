"""The one event stream of a browser: topics that changed, no content."""

from collections.abc import AsyncIterator

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Stream

from core.errors import Denied
from core.settings import Zone
from web.asking import Asker


def may_follow(asker: Asker, topic: str) -> bool:
    """Whether a topic concerns a selection in which the asker holds a duty."""
    kind, _, key = topic.partition(":")
    return kind == "selection" and key.isdecimal() and int(key) in asker.actor.duties


@get("/live")
async def follow(asker: NamedDependency[Asker], topics: FromQuery[str]) -> Stream:
    """Server-sent events named by topic, for boards."""
    wanted = frozenset(topics.split(","))
    if not wanted or not all(may_follow(asker, topic) for topic in wanted):
        raise Denied

    async def events() -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        async for topic in asker.house.live.stream(wanted):
            yield f"event: changed\ndata: {topic}\n\n" if topic else ": still here\n\n"

    return Stream(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


router = Router("/", route_handlers=[follow], opt={"zone": Zone.INNER})
