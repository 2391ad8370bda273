"""The one revision builds exactly the tables that the code declares, on both kinds of database."""

from sqlalchemy import text

from core.db import Database
from web.migrate import drift, migrate


def test_a_migrated_database_has_the_tables_of_the_code(database_url: str) -> None:
    assert drift(database_url) == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    assert drift(database_url) == []


def test_a_planted_column_is_found(database_url: str) -> None:
    _write(database_url, "ALTER TABLE selection ADD COLUMN planted INTEGER")
    (difference,) = drift(database_url)
    assert "planted" in difference


def test_a_lost_index_is_found(database_url: str) -> None:
    _write(database_url, "DROP INDEX ix_selection_stage")
    (difference,) = drift(database_url)
    assert "ix_selection_stage" in difference


def test_a_column_of_another_type_is_found(postgres_url: str) -> None:
    _write(postgres_url, "ALTER TABLE written_mark ALTER COLUMN mark TYPE double precision")
    (difference,) = drift(postgres_url)
    assert "mark" in difference


def _write(url: str, statement: str) -> None:
    database = Database(url)
    with database.writer() as connection, connection.begin():
        connection.execute(text(statement))
    database.close()
