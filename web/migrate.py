"""Bringing a database to the tables of this version, and finding out where the two differ."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Constraint, Index, text

from core.db import Database
from web.schema import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x67786D31


def migrate(database_url: str) -> None:
    """Run every migration that this database has not seen, all in one transaction."""
    database = Database(database_url)
    try:
        with database.writer() as connection:
            if database.sqlite:  # a rebuilt table may not drag others along; they are checked before the commit
                _driver_sql(connection, "PRAGMA foreign_keys=OFF")
            with connection.begin():
                _upgrade(connection, sqlite=database.sqlite)
    finally:
        database.close()


def _upgrade(connection: Connection, *, sqlite: bool) -> None:
    if not sqlite:  # two processes that start at once take turns
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    command.upgrade(configuration(connection), "head")
    if sqlite and (orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"the migration would leave rows that refer to nothing: {orphans[:5]}")


def _driver_sql(connection: Connection, statement: str) -> None:
    """Run a statement outside any transaction."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(statement).close()


def configuration(connection: Connection) -> Config:
    """Alembic's settings for one open connection; there is no alembic.ini."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def drift(database_url: str) -> list[str]:
    """Every way in which the database differs from the tables of this version; empty when none."""
    database = Database(database_url)
    try:
        with database.reading() as session:
            context = MigrationContext.configure(
                session.connection(), opts={"compare_type": True, "compare_server_default": True}
            )
            return [line for difference in compare_metadata(context, metadata) for line in _lines(difference)]
    finally:
        database.close()


def _lines(difference: Any) -> list[str]:
    """A difference in words (`add_column exam marks`); changes of one column come together in a list."""
    if isinstance(difference, list):
        return [line for part in difference for line in _lines(part)]
    words = [_name(part) for part in difference if part is not None and not isinstance(part, dict)]
    return [" ".join(words)]


def _name(part: Any) -> str:
    """The name of a table, column, index or constraint; the last two say their table too."""
    return f"{part.table} {part.name}" if isinstance(part, Constraint | Index) else str(getattr(part, "name", part))


def main() -> int:
    """Migrate an empty database and tell where it differs from the tables (status 1)."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.sqlite"
        migrate(url)
        differences = drift(url)
    sys.stdout.writelines(f"{difference}\n" for difference in differences)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
