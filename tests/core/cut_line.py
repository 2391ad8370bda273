"""A line between a client and PostgreSQL that can be cut at COMMIT: before it arrives, or before its answer does."""

import select
import socket
import threading
from enum import Enum


class Cut(Enum):
    QUESTION = "COMMIT never reaches the server"
    ANSWER = "the server commits, its answer is lost"


class CutLine:
    """Forwards 127.0.0.1:`port` to the server.

    `next_cut` happens once, at the next COMMIT of journal lines; where `stays_dead` is set, nobody gets through after
    it until the line is mended.
    """

    def __init__(self, server_port: int) -> None:
        self.next_cut: Cut | None = None
        self.stays_dead = False
        self.cuts: list[Cut] = []
        self._dead = self._closing = False
        self._server = ("127.0.0.1", server_port)
        self._entrance = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._entrance.getsockname()[1]
        self._lines: list[threading.Thread] = []
        self._doorman = threading.Thread(target=self._let_in)
        self._doorman.start()

    def mend(self) -> None:
        """Let callers through again."""
        self._dead = False

    def close(self) -> None:
        """Take no more callers; the callers of now have hung up before."""
        self._closing = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._doorman.join()
        for line in self._lines:
            line.join()
        self._entrance.close()

    def _let_in(self) -> None:
        while True:
            client, _ = self._entrance.accept()
            if self._closing or self._dead:
                client.close()
                if self._closing:
                    return
            else:
                self._lines.append(threading.Thread(target=self._forward, args=(client,)))
                self._lines[-1].start()

    def _forward(self, client: socket.socket) -> None:
        journalled = False
        with client, socket.create_connection(self._server) as server:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    if not (question := client.recv(65536)):
                        return
                    journalled |= b"INSERT INTO journal_entry" in question
                    if self.next_cut and journalled and b"COMMIT" in question:
                        self._cut(server, question)
                        return
                    server.sendall(question)
                if server in ready:
                    if not (answer := server.recv(65536)):
                        return
                    client.sendall(answer)

    def _cut(self, server: socket.socket, question: bytes) -> None:
        assert self.next_cut is not None
        if self.next_cut is Cut.ANSWER:
            server.sendall(question)
            assert b"COMMIT" in server.recv(65536)
        self.cuts.append(self.next_cut)
        self.next_cut, self._dead = None, self.stays_dead
