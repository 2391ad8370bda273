"""Rows of recordings and what keeps or ends them."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from core.db import Document, Instant, Table


class Recording(Table, table=True):
    """The video of one hearing (录像): the file as captured, what was found in it, and its review copy."""

    __tablename__ = "recording"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    hearing_id: int = Field(foreign_key="hearing.id", index=True)
    state: str = Field(default="received", index=True)
    name: str = Field(max_length=200)
    sha256: str = Field(foreign_key="stored_file.sha256")
    review_sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")
    poster_sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")
    milliseconds: int = 0
    probe: Any = Field(default=None, sa_type=Document, nullable=True)
    findings: Any = Field(default=None, sa_type=Document, nullable=True)
    problem: Any = Field(default=None, sa_type=Document, nullable=True)
    starts_at: datetime | None = Field(default=None, sa_type=Instant)
    uploaded_by: int
    uploaded_at: datetime = Field(sa_type=Instant)
    verified_at: datetime | None = Field(default=None, sa_type=Instant)


class RetentionEvent(Table, table=True):
    """Something that starts a retention period of a selection's material."""

    __tablename__ = "retention_event"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    event: str
    at: datetime = Field(sa_type=Instant)


class ViewingGrant(Table, table=True):
    """A candidate's recording opened to the committee of the selection."""

    __tablename__ = "viewing_grant"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    hearing_id: int = Field(foreign_key="hearing.id", unique=True)
    granted_at: datetime = Field(sa_type=Instant)
