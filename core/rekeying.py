"""Bringing every protected value under the newest keys: new values computed outside, written by short acts.

A sealed value is opened with the key it names and sealed with the newest one; a keyed hash is made again from the
sealed value beside it. Which columns hold them is said where the tables are (core.db: SEALED, hash_of).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, Table as SqlTable, select

from core.actions.rekeying import Rekeyed
from core.db import Database, Table
from core.vault import Vault

PORTION = 200


@dataclass(frozen=True, slots=True)
class Protected:
    """A table with protected values: its sealed columns, and its keyed hashes with what each is the hash of."""

    table: SqlTable
    sealed: tuple[str, ...]
    hashes: Mapping[str, str]


def protected_tables() -> list[Protected]:
    """All tables that hold protected values."""
    found = []
    for table in Table.metadata.sorted_tables:
        sealed = tuple(column.name for column in table.c if "sealed" in column.info)
        hashes = {column.name: column.info["hash_of"] for column in table.c if "hash_of" in column.info}
        if sealed:
            found.append(Protected(table, sealed, hashes))
    return found


def outdated(
    database: Database, vault: Vault, where: Protected, above: int, portion: int = PORTION
) -> tuple[list[Rekeyed], int]:
    """The next rows above an id whose values are to change, and the last id looked at (0: there are no more)."""
    columns = where.table.c
    query = select(columns.id, *(columns[name] for name in (*where.sealed, *where.hashes)))
    with database.reading() as session:
        rows = session.execute(query.where(columns.id > above).order_by(columns.id).limit(portion)).mappings().all()
    return _changes(vault, where, rows), rows[-1]["id"] if rows else 0


def hashed_by_older(database: Database, vault: Vault) -> bool:
    """Whether any keyed hash is not under the newest key: by it nobody would be found."""
    with database.reading() as session:
        for where in protected_tables():
            for name in where.hashes:
                column = where.table.c[name]
                older = column.is_not(None) & (column != "") & ~column.startswith(vault.hashed_start, autoescape=True)
                if session.execute(select(where.table.c.id).where(older).limit(1)).first():
                    return True
    return False


def _changes(vault: Vault, where: Protected, rows: Sequence[RowMapping]) -> list[Rekeyed]:
    found = []
    for row in rows:
        before: dict[str, str | None] = {name: row[name] for name in (*where.sealed, *where.hashes)}
        after: dict[str, str | None] = {name: _sealed(vault, row[name]) for name in where.sealed}
        after |= {name: _hashed(vault, row[name], row[of]) for name, of in where.hashes.items()}
        if before != after:
            found.append(Rekeyed(row["id"], before, after))
    return found


def _sealed(vault: Vault, value: str) -> str:
    return value if vault.sealed_by_newest(value) else vault.seal(vault.open(value))


def _hashed(vault: Vault, value: str | None, sealed: str) -> str | None:
    return vault.fingerprint(vault.open(sealed)) if value and not vault.hashed_by_newest(value) else value
