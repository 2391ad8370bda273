"""REF: the plainest thing that could work, to measure against: WSGI over SQLite, no sign-in, no journal.

Its page reads the 60 × 7 × 4 marks, sums them and returns an HTML table; its POST writes four rows and commits
(WAL, FULL). Run under one gunicorn sync worker.
"""

import os
import random
import sqlite3
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

CANDIDATES, JUDGES, ELEMENTS = 60, 7, 4
PATH = os.environ.get("REFERENCE_DATABASE", "")


def prepare(path: str) -> None:
    """Make the reference database."""
    chance = random.Random(1)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE mark (candidate INTEGER, judge INTEGER, element INTEGER, mark TEXT)")
    rows = [
        (candidate, judge, element, str(Decimal(chance.randint(20, 40)) / 2))
        for candidate in range(CANDIDATES)
        for judge in range(JUDGES)
        for element in range(ELEMENTS)
    ]
    database.executemany("INSERT INTO mark VALUES (?, ?, ?, ?)", rows)
    database.execute("CREATE TABLE sheet (candidate INTEGER, judge INTEGER, element INTEGER, mark TEXT)")
    database.commit()
    database.close()


def _connect() -> sqlite3.Connection:
    database = sqlite3.connect(PATH)
    database.execute("PRAGMA synchronous=FULL")
    return database


_database = _connect() if PATH else None


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI function."""
    assert _database is not None
    if environ["REQUEST_METHOD"] == "POST":
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        _database.executemany("INSERT INTO sheet VALUES (1, 1, ?, '17.5')", [(element,) for element in range(ELEMENTS)])
        _database.commit()
        body = b"kept"
    else:
        totals: dict[int, Decimal] = {}
        for candidate, mark in _database.execute("SELECT candidate, mark FROM mark"):
            totals[candidate] = totals.get(candidate, Decimal(0)) + Decimal(mark)
        rows = sorted(totals.items(), key=lambda row: -row[1])
        cells = "".join(
            f"<tr><td>{rank}</td><td>{code}</td><td>{total}</td></tr>" for rank, (code, total) in enumerate(rows, 1)
        )
        body = f"<!DOCTYPE html><table>{cells}</table>".encode()
    start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]
