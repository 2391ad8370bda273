"""The writing connection of one act runner: opened when it is needed, given up when it is in doubt."""

import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from core import audit
from core.db import Database, WriteGate, driver_of, guard_scratch

log = logging.getLogger("gongxuan.acts")

JOURNAL_LOCK = 0x67786A31


class Writer:
    """One transaction at a time. Only the runner's thread comes here."""

    def __init__(self, database: Database, gate: WriteGate) -> None:
        self._database, self._gate = database, gate
        self._connection: Connection | None = None
        self._pipeline: Any = None

    def begin(self, chain: audit.Chain | None, *, pipelined: bool = False) -> Connection:
        """A new transaction; a fresh connection where the kept one has died.

        With a chain, the journal's lock is held and its head read. `pipelined`: statements go out without waiting for
        each answer (PostgreSQL).
        """
        if self._connection is not None:
            try:
                return self._begun(self._connection, chain, pipelined=pipelined)
            except Exception as cause:  # noqa: BLE001 - whatever it was, a fresh connection shows whether it lasts
                log.warning("the writer connects anew (%s)", reason(cause))
                self.drop()
        self._connection = self._database.writer()
        guard_scratch(self._connection, self._gate)
        return self._begun(self._connection, chain, pipelined=pipelined)

    def _begun(self, connection: Connection, chain: audit.Chain | None, *, pipelined: bool) -> Connection:
        connection.begin()
        driver = driver_of(connection)
        if pipelined:
            self._pipeline = driver.pipeline()
            self._pipeline.__enter__()
        if chain is not None:
            if not self._database.sqlite:
                driver.execute(f"SELECT pg_advisory_xact_lock({JOURNAL_LOCK})")
            chain.head = audit.read_head(connection)
        return connection

    def finish(self, connection: Connection, chain: audit.Chain, topics: Iterable[str]) -> None:
        """Write the gathered journal lines, tell the other processes at the moment of COMMIT, and commit."""
        chain.write(connection)
        if not self._database.sqlite:
            driver = driver_of(connection)
            for topic in topics:
                driver.execute("SELECT pg_notify('gongxuan', %s)", (topic,))
            if self._pipeline is not None:  # COMMIT goes along with what is on its way; leaving waits for all of it
                driver.execute("COMMIT")
                pipeline, self._pipeline = self._pipeline, None
                pipeline.__exit__(None, None, None)
        connection.commit()

    def stands(self, head: audit.Head) -> bool:
        """Whether a commit whose answer was lost has happened after all: its last journal line is there.

        Asked behind the journal's lock, so that a commit still under way at the server is over by then.
        """
        connection = self.begin(audit.Chain())
        found = connection.scalar(select(col(audit.JournalEntry.link)).where(col(audit.JournalEntry.seq) == head.seq))
        connection.rollback()
        return found == head.link.hex()

    def drop(self) -> None:
        """Give the connection up, with whatever was not committed on it."""
        self._pipeline = None
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
            finally:
                connection.close()


def reason(cause: Exception | None) -> str:
    """The first line of a failure, for the log."""
    return f"{type(cause).__name__}: {cause}".splitlines()[0] if cause else "the transaction was rolled back"
