"""Event streams that last only as long as whoever follows may."""

from collections.abc import AsyncIterator, Callable

from litestar.response import Stream

from core.people import Actor
from web.asking import Asker
from web.security import Sessions


def follow_topics(
    asker: Asker, sessions: Sessions, topics: frozenset[str], may: Callable[[Actor], bool], said: str = ""
) -> Stream:
    """Server-sent events: which topic changed (or only `said`), and a heartbeat; the duties are looked at each time.

    The first event comes with the connection: what changed while the page was loading, or away, is fetched once.
    """

    async def events() -> AsyncIterator[str]:
        yield "retry: 2000\n\nevent: changed\ndata: connected\n\n"
        async for topic in asker.house.live.stream(topics):
            if not may(await sessions.actor_now(asker.known)):
                return
            yield f"event: changed\ndata: {said or topic}\n\n" if topic else ": still here\n\n"

    return Stream(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
