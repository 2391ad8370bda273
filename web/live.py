"""Live updates by server-sent events: topics only (ids), a page then asks for its block again.

On SQLite the act runner tells this object after each commit; on PostgreSQL every process listens to NOTIFY, sent in the
transaction itself, and a lost connection is opened again.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import make_conninfo

from core.actions import PEOPLE

log = logging.getLogger("gongxuan.live")

BEAT_SECONDS = 15
RETRY_SECONDS = 2
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


@dataclass(eq=False, slots=True)
class _Follower:
    loop: asyncio.AbstractEventLoop
    wanted: frozenset[str]
    queue: "asyncio.Queue[str | None]" = field(default_factory=lambda: asyncio.Queue(256))

    def offer(self, topic: str | None) -> None:
        """Queue a topic from any thread; what is left of a loop that has ended is passed over."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(_offer, self, topic)


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
        self.warn(topics)
        for follower in list(self._followers):
            for topic in follower.wanted.intersection(topics):
                follower.offer(topic)

    def warn(self, topics: Sequence[str]) -> None:
        """Tell the watchers inside this process alone."""
        for watcher in self._watchers:
            watcher(topics)

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
            follower.offer(None)
        if self._listener:
            self._listener.join(timeout=RETRY_SECONDS + 1)

    def follow(self, database_url: str) -> None:
        """Listen to PostgreSQL's notifications in a thread of their own, reconnecting for ever."""
        url = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._listener = threading.Thread(target=self._listen, args=(url,), name="live-listener", daemon=True)
        self._listener.start()

    def _listen(self, url: str) -> None:
        patient, missed = make_conninfo(url, **PATIENCE), False
        while not self._closed.is_set():
            try:
                with psycopg.connect(patient, autocommit=True) as connection:
                    connection.execute("LISTEN gongxuan")
                    if missed:
                        self._tell_all()
                    while not self._closed.is_set():
                        for note in connection.notifies(timeout=1):
                            self.tell([note.payload])
            except Exception as cause:  # noqa: BLE001 - whatever it was, this thread goes on
                log.warning("live updates lost the database (%s); trying again", type(cause).__name__)
                missed = not self._closed.wait(RETRY_SECONDS)

    def _tell_all(self) -> None:
        """After a gap nobody knows what changed: every page asks again, and nobody's duties are remembered."""
        self.tell([PEOPLE, *frozenset[str]().union(*(follower.wanted for follower in list(self._followers)))])


def _offer(follower: _Follower, topic: str | None) -> None:
    """Queue a topic unless it is waiting already or the reader is too slow; a page asks for the whole block anyway."""
    if not follower.queue.full():
        follower.queue.put_nowait(topic)
