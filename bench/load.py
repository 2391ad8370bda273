"""A small HTTP/1.1 client for measuring: prepared requests, one after another, as little work as possible.

Connections are kept where the server keeps them; else a new one is opened, whose opening is not counted.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import uvloop


@dataclass(frozen=True, slots=True)
class Load:
    """What a run measured: requests done, seconds taken, each request's seconds, answers that were not wanted."""

    done: int
    seconds: float
    times: tuple[float, ...]
    wrong: int

    @property
    def per_second(self) -> float:
        return self.done / self.seconds

    def quantile(self, part: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def request(method: str, path: str, *, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """The bytes of one request to a server on 127.0.0.1."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers)]
    if body or method in {"POST", "PUT"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Client(asyncio.Protocol):
    """One client that sends its requests one after another, over as many connections as the server wants."""

    def __init__(
        self, port: int, requests: Sequence[bytes], wanted: frozenset[int], finished: Callable[[], None]
    ) -> None:
        self.port, self.requests, self.wanted, self.finished = port, requests, wanted, finished
        self.times: list[float] = []
        self.wrong = 0
        self.buffer = b""
        self.place = 0
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.send()

    def send(self) -> None:
        self.waiting = True
        self.started = time.perf_counter()
        self.transport.write(self.requests[self.place])

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return
        self.times.append(time.perf_counter() - self.started)
        self.wrong += int(head[9:12]) not in self.wanted
        self.buffer = b""
        self.waiting = False
        self.place += 1
        if self.place == len(self.requests):
            self.transport.close()
            self.finished()
        elif b"connection: close" not in head.lower():
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own signature
        if self.waiting:
            self.wrong += len(self.requests) - self.place
            self.finished()
        elif self.place < len(self.requests):
            self.opening = asyncio.ensure_future(self.open())

    async def open(self) -> None:
        """Open a connection; the first request goes with it."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.port)


def run(port: int, by_client: Sequence[Sequence[bytes]], *, wanted: frozenset[int] = frozenset({200})) -> Load:
    """Let every client send its requests, all clients at once."""

    async def go() -> Load:
        loop = asyncio.get_running_loop()
        left = len(by_client)
        ended = loop.create_future()

        def finished() -> None:
            nonlocal left
            left -= 1
            if left == 0 and not ended.done():
                ended.set_result(None)

        started = time.perf_counter()
        clients = []
        for requests in by_client:
            clients.append(_Client(port, requests, wanted, finished))
            await clients[-1].open()
        await asyncio.wait_for(ended, 300)
        seconds = time.perf_counter() - started
        times = tuple(t for client in clients for t in client.times)
        return Load(len(times), seconds, times, sum(client.wrong for client in clients))

    return uvloop.run(go())
