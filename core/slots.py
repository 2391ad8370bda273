"""Slots: each process that works on jobs has a number that no other living one has.

What a process begins is marked with its number. The lock of a number goes with its process, however that ends, so
whoever gets the lock of another number may take over what was begun under it.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from core.settings import Settings

MOST_SLOTS = 1000
SLOT_LOCKS = 0x67787331  # the first of the two numbers of an advisory lock; the second is the slot
_NOTICE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"  # the server's side


class Locks(Protocol):
    """Numbered locks held by this process."""

    def take(self, number: int) -> bool:
        """Take a lock that this process does not hold; False if somebody else holds it."""

    def give_back(self, number: int) -> None:
        """Free a lock."""

    def whole(self) -> bool:
        """Whether everything taken is still held."""

    def close(self) -> None:
        """Free all."""


class Slot:
    """The number of this process: the first one free at its start. Raises StopIteration if all are taken."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._locks = _open(settings)
        self.number = next(number for number in range(MOST_SLOTS) if self._locks.take(number))

    def keep(self) -> bool:
        """Whether the number is still this process's own: a lock lost with its connection is taken again, if it can.

        Raises the driver's error while the database is away.
        """
        if self._locks.whole():
            return True
        self._locks.close()
        self._locks = _open(self._settings)
        return self._locks.take(self.number)

    @contextlib.contextmanager
    def standing_in(self, number: int) -> Iterator[bool]:
        """Whether another number's process has ended; if so nobody begins under that number meanwhile."""
        ended = number != self.number and self._locks.take(number)
        try:
            yield ended
        finally:
            if ended:
                self._locks.give_back(number)

    def close(self) -> None:
        """Give the number up."""
        self._locks.close()


class FileLocks:
    """Locks of files in a folder, one file a number; the system frees them when the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[int, int] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, number: int) -> bool:
        handle = os.open(self._folder / str(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._held[number] = handle
        return True

    def give_back(self, number: int) -> None:
        os.close(self._held.pop(number))

    def whole(self) -> bool:
        return True

    def close(self) -> None:
        for number in tuple(self._held):
            self.give_back(number)


class SessionLocks:
    """Advisory locks of PostgreSQL on a connection of their own; the server frees them when the connection ends.

    Both sides look from time to time whether the other is there: a machine without power is noticed in a minute.
    """

    def __init__(self, address: str) -> None:
        import psycopg

        patient = psycopg.conninfo.make_conninfo(
            address, connect_timeout=10, keepalives_idle=30, keepalives_interval=10, tcp_user_timeout=10_000,
            options=_NOTICE,
        )  # fmt: skip
        self._error = psycopg.OperationalError
        self._connection: Any = psycopg.connect(patient, autocommit=True)

    def take(self, number: int) -> bool:
        return self._ask("SELECT pg_try_advisory_lock(%s, %s)", SLOT_LOCKS, number)

    def give_back(self, number: int) -> None:
        self._ask("SELECT pg_advisory_unlock(%s, %s)", SLOT_LOCKS, number)

    def whole(self) -> bool:
        try:
            return self._ask("SELECT true")
        except self._error:
            return False

    def close(self) -> None:
        with contextlib.suppress(self._error):
            self._ask("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def _ask(self, question: str, *facts: int) -> bool:
        return bool(self._connection.execute(question, facts).fetchone()[0])


def _open(settings: Settings) -> Locks:
    if settings.sqlite:
        return FileLocks(settings.data / "slots")
    return SessionLocks(settings.driver_url)
