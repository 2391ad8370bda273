"""Live updates: topics to those who may follow them, for as long as they may, through lost databases and shutdowns."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlmodel import col, select

from core.actions import PEOPLE, end_duty, keep_session_end
from core.people import SYSTEM_SCOPE, Duty
from core.tables import DutyGrant, WebSession
from tests.web.entrance import PASSWORD, Entrance
from web import live as live_module
from web.live import Live
from web.security import DEVICE, SESSION

# ── inside one process ───────────────────────────────────────────────────────────────────────────────────────────────


async def heard(live: Live, wanted: set[str], told: Callable[[], None], count: int) -> list[str]:
    """The first topics that a follower hears after something was told."""
    stream = live.stream(frozenset(wanted))
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    told()
    return [await first] + [await anext(stream) for _ in range(count - 1)]


def test_a_follower_hears_its_own_topics_alone() -> None:
    live = Live()
    told = [["room:2"], ["room:1", "room:3"], [PEOPLE], ["room:1"]]
    topics = asyncio.run(heard(live, {"room:1"}, lambda: [live.tell(one) for one in told] and None, 2))
    assert topics == ["room:1", "room:1"]


def test_watchers_hear_everything_at_once() -> None:
    live, seen = Live(), list[Sequence[str]]()
    live.watch(seen.append)
    live.tell(["a", "b"])
    live.warn([PEOPLE])
    assert seen == [["a", "b"], [PEOPLE]]


def test_what_is_told_before_anything_changes_is_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "BEAT_SECONDS", 0.01)
    live = Live()
    assert asyncio.run(heard(live, {"room:1"}, lambda: None, 3)) == ["", "", ""]


def test_a_follower_that_never_reads_keeps_nobody_waiting_and_still_ends() -> None:
    live = Live()

    async def follow() -> list[str]:
        stream = live.stream(frozenset({"room:1"}))
        topics = [await asyncio.gather(anext(stream), asyncio.to_thread(live.tell, ["room:1"]))]
        for _ in range(1000):
            live.tell(["room:1"])
        await asyncio.sleep(0)
        live.close()
        return [topics[0][0], *[topic async for topic in stream]]

    topics = asyncio.run(follow())
    assert 1 <= len(topics) <= 257
    assert set(topics) == {"room:1"}


def test_the_followers_of_a_loop_that_has_ended_stop_nobody() -> None:
    live, seen = Live(), list[Sequence[str]]()
    loop = asyncio.new_event_loop()
    loop.close()
    live._followers.add(live_module._Follower(loop, frozenset({"room:1"})))
    live.watch(seen.append)
    live.tell(["room:1"])
    live.close()
    assert seen == [["room:1"]]


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def event_stream(entrance: Entrance, name: str, topics: str) -> AsyncIterator["asyncio.Queue[str | None]"]:
    """What an open event stream of somebody signed in receives; None once it has ended."""
    here = await asyncio.to_thread(entrance.signed_in, name)
    cookies = f"{SESSION}={here.session}; {DEVICE}={here.client.cookies[DEVICE]}"
    scope: Any = {
        "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "root_path": "",
        "query_string": f"topics={topics}".encode(), "headers": [(b"cookie", cookies.encode())], "scheme": "http",
        "http_version": "1.1", "client": ("10.0.0.1", 1), "server": ("testserver.local", 80),
    }  # fmt: skip
    received: asyncio.Queue[str | None] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            await received.put(str(message["status"]))
        else:
            await received.put(message["body"].decode() if message.get("more_body") else None)

    task = asyncio.create_task(entrance.app(scope, receive, send))
    yield received
    gone.set()
    await task


async def told(entrance: Entrance, topics: list[str], received: "asyncio.Queue[str | None]") -> str | None:
    """What is received next while topics are told again and again: the stream may not yet follow at the first time."""
    while received.empty():
        entrance.house.live.tell(topics)
        await asyncio.sleep(0.01)
    return await received.get()


def test_a_change_reaches_whoever_holds_a_duty_in_the_selection(entrance: Entrance) -> None:
    entrance.employ("officer")
    scope = entrance.selection("officer", Duty.EXAM_OFFICER)

    async def follow() -> list[str | None]:
        async with event_stream(entrance, "officer", f"selection:{scope}") as received:
            begun = [await received.get(), await received.get()]
            return [*begun, await told(entrance, [f"selection:{scope + 1}", f"selection:{scope}"], received)]

    status, start, change = asyncio.run(follow())
    assert (status, (start or "")[:13]) == ("200", "retry: 2000\n\n")
    assert change == f"event: changed\ndata: selection:{scope}\n\n"


@pytest.mark.parametrize("how", ["the duty ends", "the session ends"])
def test_a_stream_ends_as_soon_as_its_reader_may_no_longer_follow(entrance: Entrance, how: str) -> None:
    entrance.employ("officer")
    scope = entrance.selection("officer", Duty.EXAM_OFFICER)
    with entrance.house.database.reading() as session:
        grant = session.exec(select(DutyGrant.id).where(col(DutyGrant.scope_id) == scope)).one()

    def end() -> None:
        if how == "the duty ends":
            entrance.run(end_duty, entrance.by("system"), grant)
        else:
            with entrance.house.database.reading() as session:
                token = session.exec(select(WebSession.token_hash)).one()
            entrance.house.acts.keep_sync(keep_session_end, token)

    async def follow() -> str | None:
        async with event_stream(entrance, "officer", f"selection:{scope}") as received:
            assert await received.get() == "200"
            assert await received.get()
            await asyncio.to_thread(end)
            return await told(entrance, [f"selection:{scope}"], received)

    assert asyncio.run(follow()) is None


def test_a_reader_who_goes_away_is_forgotten(entrance: Entrance) -> None:
    entrance.employ("officer")
    scope = entrance.selection("officer", Duty.EXAM_OFFICER)

    async def follow() -> tuple[int, int]:
        async with event_stream(entrance, "officer", f"selection:{scope}") as received:
            await received.get()
            await received.get()
            await told(entrance, [f"selection:{scope}"], received)
            during = len(entrance.house.live._followers)
        return during, len(entrance.house.live._followers)

    assert asyncio.run(follow()) == (1, 0)


@pytest.mark.parametrize(
    "topics",
    [
        "selection:{other}",
        "selection:{own},selection:{other}",
        "selection:1",
        "selection:",
        "selection:-1",
        "selection:１",
        "selection:{own} ",
        "people",
        "room:1",
        "",
        "selection:" + "9" * 5000,
    ],
)
def test_topics_of_others_are_denied(entrance: Entrance, topics: str) -> None:
    entrance.employ("officer")
    entrance.employ("other")
    own = entrance.selection("officer", Duty.EXAM_OFFICER)
    other = entrance.selection("other", Duty.EXAM_OFFICER)
    asked = topics.format(own=own, other=other)
    assert entrance.signed_in("officer").client.get("/live", params={"topics": asked}).status_code == 403
    visitor = entrance.browser().client.get("/live", params={"topics": f"selection:{own}"}, follow_redirects=False)
    assert visitor.headers["location"].startswith("/sign-in")


# ── a process that ends ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def served(entrance: Entrance, tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A server process on the house's data, and its address."""
    from tests.machine import free_ports

    (port,) = free_ports(1)
    entrance.employ("officer")
    entrance.selection("officer", Duty.EXAM_OFFICER)
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", "--data", str(tmp_path), "--port", str(port), "--no-worker"],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"]},
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            break
    yield address, process
    process.kill()
    process.wait()


def test_open_streams_end_whole_when_the_server_is_told_to_stop(
    served: tuple[str, "subprocess.Popen[bytes]"],
) -> None:
    address, process = served
    with httpx.Client(base_url=address, timeout=60) as client:
        page = client.get("/sign-in").text
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        client.post("/sign-in", data={"_csrf": token, "name": "officer", "password": PASSWORD})
        with client.stream("GET", f"/live?topics=selection:{SYSTEM_SCOPE + 1}") as stream:
            pieces = stream.iter_text()
            assert next(pieces).startswith("retry: 2000\n\n")
            process.send_signal(signal.SIGTERM)
            assert list(pieces) == []  # ended by the server, not cut off: that would raise
    assert process.wait(60) == 0


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.postgres
def test_a_listener_whose_connection_is_lost_listens_again_and_tells_everybody_to_look(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "RETRY_SECONDS", 0.1)
    live, told, news = Live(), list[str](), threading.Condition()

    def note(topics: Sequence[str]) -> None:
        with news:
            told.extend(topics)
            news.notify_all()

    def wait_for(topic: str, *, asking: Callable[[], None]) -> None:
        for _ in range(600):
            asking()
            with news:
                if news.wait_for(lambda: topic in told, 0.1):
                    return
        raise AssertionError(f"{topic} was never heard; only {told}")

    live.watch(note)
    live.follow(postgres_url)
    try:
        with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as database:

            def notify(topic: str) -> None:
                database.execute("SELECT pg_notify('gongxuan', %s)", [topic])

            wait_for("before", asking=lambda: notify("before"))
            ended = database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
            assert ended == [(True,)]
            assert PEOPLE not in told
            wait_for("after", asking=lambda: notify("after"))
            assert PEOPLE in told
    finally:
        live.close()
    assert live._listener is not None
    assert not live._listener.is_alive()


@pytest.mark.postgres
def test_a_watcher_that_fails_does_not_end_the_listening(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "RETRY_SECONDS", 0.1)
    live, failed, heard_it = Live(), threading.Event(), threading.Event()

    def fail_once(topics: Sequence[str]) -> None:
        if "topic" in topics and not failed.is_set():
            failed.set()
            raise RuntimeError("a mistake of the program")
        if "topic" in topics:
            heard_it.set()

    live.watch(fail_once)
    live.follow(postgres_url)
    try:
        with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as database:
            for _ in range(600):
                database.execute("SELECT pg_notify('gongxuan', 'topic')")
                if heard_it.wait(0.1):
                    break
    finally:
        live.close()
    assert heard_it.is_set()
