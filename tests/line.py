"""A line between a client and a server that can be cut in the middle of a transfer, and mended."""

import contextlib
import socket
import threading
from typing import Self


class Line:
    """Forwards 127.0.0.1:`port` to the server until so many bytes have passed; then nobody gets through."""

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._left: int | None = None
        self._lock = threading.Lock()
        self._entrance = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._entrance.getsockname()[1]
        self._closing = False
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._doorman = threading.Thread(target=self._let_in)

    def __enter__(self) -> Self:
        self._doorman.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._doorman.join()
        self._entrance.close()
        self._hang_up()
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()

    def cut_after(self, count: int) -> None:
        """Let so many more bytes through, in either direction."""
        with self._lock:
            self._left = count
        if self.dead:
            self._hang_up()

    def mend(self) -> None:
        """Let everything through again."""
        with self._lock:
            self._left = None

    @property
    def dead(self) -> bool:
        """Whether it has been cut."""
        return self._left == 0

    def _let_in(self) -> None:
        while True:
            client, _ = self._entrance.accept()
            if self._closing or self.dead:
                client.close()
                if self._closing:
                    return
                continue
            server = socket.create_connection(self._server)
            self._ends += [client, server]
            for source, target in ((client, server), (server, client)):
                self._threads.append(threading.Thread(target=self._forward, args=(source, target)))
                self._threads[-1].start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (data := source.recv(65536)) and self._may_pass(len(data)):
                target.sendall(data)
        self._hang_up(source, target)
        if self.dead:
            self._hang_up()

    def _hang_up(self, *ends: socket.socket) -> None:
        """End these connections, or all."""
        for end in ends or tuple(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _may_pass(self, count: int) -> bool:
        with self._lock:
            if self._left is not None:
                self._left = max(0, self._left - count)
            return self._left != 0
