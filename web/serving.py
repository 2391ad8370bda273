"""One process that serves pages and, unless told otherwise, works on jobs."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable

import uvicorn
from litestar import Litestar
from litestar.types import ASGIApp

from core.settings import Zone
from web.app import make_app
from web.house import House
from web.public_door import PublicDoor
from web.sheet_door import SheetDoor
from web.worker import Worker

GRACE_SECONDS = 2


def serve(
    house: House, host: str, port: int, *, with_worker: bool = True, when_ready: Callable[[], None] | None = None
) -> None:
    """Serve until told to stop; then end HTTP, children, jobs and the act runner, in this order."""
    worker = Worker(house) if with_worker else None
    app = make_app(house)
    config = uvicorn.Config(
        entrance(house, app),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        proxy_headers=bool(house.settings.origins),
        forwarded_allow_ips="127.0.0.1",
    )

    def ready() -> None:
        if worker:
            worker.start()
        if when_ready:
            when_ready()

    try:
        with contextlib.suppress(KeyboardInterrupt):
            signal.signal(signal.SIGTERM, _interrupt)  # the server sends itself again the signal that ended it
            _Server(config, house, ready).run()
    finally:
        if worker:
            worker.stop()
        house.close()


def entrance(house: House, app: Litestar) -> ASGIApp:
    """The application behind its short ways in and out, as its zone has them."""
    door: ASGIApp = app
    if house.settings.zone is not Zone.PUBLIC:
        door = SheetDoor(door, app.state.sessions, app.state.tablets)
    if house.settings.zone is not Zone.INNER:
        door = PublicDoor(door, house)
    return door


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


class _Server(uvicorn.Server):
    """A server that says when it is ready, and ends open event streams before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, house: House, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._house, self._ready = house, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End live streams first."""
        await asyncio.to_thread(self._house.live.close)
        await super().shutdown(sockets)
