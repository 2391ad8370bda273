"""The journal under attack: one byte of the database file, past the program."""

import sqlite3
from contextlib import closing
from pathlib import Path

NEWEST = "SELECT seq, act, body FROM journal_entry WHERE act = ? ORDER BY seq DESC"


def alter_one_byte(database: Path, act: str) -> int:
    """Change one letter of the newest line of an act, in the file itself; answers with the line's number.

    An act's name stands in the table and in its index; the places are tried until the line itself has changed.
    """
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        seq, _, body = opened.execute(NEWEST, (act,)).fetchone()
    whole = database.read_bytes()
    wanted = body.encode()
    at = whole.index(wanted) + len(wanted) // 2
    assert whole.count(wanted) == 1
    database.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    return int(seq)
