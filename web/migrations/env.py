"""How Alembic runs here: on the connection it is given, within that connection's transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import AutoString

from core.db import Document, ExactDecimal, ExactRatio, Instant
from web.schema import metadata


def render(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types as themselves, so that a migration reads like the tables."""
    if kind != "type":
        return False
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if isinstance(item, ExactDecimal | ExactRatio | Instant | Document):
        autogenerate.imports.add("import core.db")
        places = f"places={item.places}" if isinstance(item, ExactDecimal) else ""
        return f"core.db.{type(item).__name__}({places})"
    return False


def run(connection: Connection) -> None:
    """Run the asked-for migrations; whoever opened the connection begins and commits."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=context.config.attributes.get("batch", True),
        render_item=render,
        transactional_ddl=True,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
