"""Live updates by server-sent events: topics only (ids), a page then asks for its block again.

On SQLite the act runner tells this object after each commit; on PostgreSQL every process listens to NOTIFY, sent in the
transaction itself, and a lost connection is opened again.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import psycopg

log = logging.getLogger("gongxuan.live")

BEAT_SECONDS = 15
RETRY_SECONDS = 2


@dataclass(eq=False, slots=True)
class _Follower:
    loop: asyncio.AbstractEventLoop
    wanted: frozenset[str]
    queue: "asyncio.Queue[str | None]" = field(default_factory=lambda: asyncio.Queue(256))


class Live:
    """Hands topics from commits to open event streams and to watchers inside the process."""

    def __init__(self) -> None:
        self._followers: set[_Follower] = set()
        self._watchers: list[Callable[[Sequence[str]], None]] = []
        self._closed = threading.Event()
        self._listener: threading.Thread | None = None

    def watch(self, watcher: Callable[[Sequence[str]], None]) -> None:
        """Call `watcher` with the topics of every commit, in the telling thread."""
        self._watchers.append(watcher)

    def tell(self, topics: Sequence[str]) -> None:
        """Tell everybody who follows one of the topics."""
        for watcher in self._watchers:
            watcher(topics)
        for follower in list(self._followers):
            for topic in topics:
                if topic in follower.wanted:
                    follower.loop.call_soon_threadsafe(_offer, follower, topic)

    async def stream(self, wanted: frozenset[str]) -> AsyncIterator[str]:
        """Topics as they change, and "" as a heartbeat; ends when the process shuts down."""
        follower = _Follower(asyncio.get_running_loop(), wanted)
        self._followers.add(follower)
        try:
            while not self._closed.is_set():
                try:
                    topic = await asyncio.wait_for(follower.queue.get(), BEAT_SECONDS)
                except TimeoutError:
                    yield ""
                    continue
                if topic is None:
                    return
                yield topic
        finally:
            self._followers.discard(follower)

    def close(self) -> None:
        """End all streams and stop listening."""
        self._closed.set()
        for follower in list(self._followers):
            if not follower.loop.is_closed():
                follower.loop.call_soon_threadsafe(_offer, follower, None)
        if self._listener:
            self._listener.join(timeout=RETRY_SECONDS + 1)

    def follow(self, database_url: str) -> None:
        """Listen to PostgreSQL's notifications in a thread of their own, reconnecting for ever."""
        url = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._listener = threading.Thread(target=self._listen, args=(url,), name="live-listener", daemon=True)
        self._listener.start()

    def _listen(self, url: str) -> None:
        while not self._closed.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("LISTEN gongxuan")
                    while not self._closed.is_set():
                        for note in connection.notifies(timeout=1):
                            self.tell([note.payload])
            except psycopg.Error as cause:
                log.warning("live updates lost the database (%s); trying again", type(cause).__name__)
                time.sleep(RETRY_SECONDS)


def _offer(follower: _Follower, topic: str | None) -> None:
    """Queue a topic unless it is waiting already or the reader is too slow; a page asks for the whole block anyway."""
    if not follower.queue.full():
        follower.queue.put_nowait(topic)
