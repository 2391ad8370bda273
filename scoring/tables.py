"""Rows of tallies, shortlists and the reserve pool."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from core.db import Document, Instant, Table


class TallyRow(Table, table=True):
    """A computed result: scheme hash, input hash and the whole outcome with its explanation; never changed."""

    __tablename__ = "tally"
    __table_args__ = (UniqueConstraint("selection_id", "kind", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    kind: str
    version: int
    scheme_sha256: str
    input_sha256: str
    inputs: Any = Field(sa_type=Document)
    outcome: Any = Field(sa_type=Document)
    computed_by: int
    computed_device: str
    computed_at: datetime = Field(sa_type=Instant)
    publication_id: int | None = Field(default=None, foreign_key="publication.id")


class Shortlist(Table, table=True):
    """The list of names proposed for investigation (考察人选建议名单) of one post; confirmed by a second hand."""

    __tablename__ = "shortlist"
    __table_args__ = (UniqueConstraint("selection_id", "post_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id")
    tally_id: int = Field(foreign_key="tally.id")
    version: int = 1
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    confirmed_by: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)


class ShortlistName(Table, table=True):
    """One proposed name with its rank; rank proposes, the committee determines."""

    __tablename__ = "shortlist_name"
    __table_args__ = (UniqueConstraint("shortlist_id", "candidacy_id"),)

    id: int | None = Field(default=None, primary_key=True)
    shortlist_id: int = Field(foreign_key="shortlist.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id")
    rank: int
    composite: str
    reason: str = ""


class PoolEntry(Table, table=True):
    """A good unsuccessful candidate kept for later use (一考多用人选库), tied to the original result."""

    __tablename__ = "pool_entry"
    __table_args__ = (UniqueConstraint("selection_id", "candidacy_id"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id")
    candidacy_id: int = Field(foreign_key="candidacy.id")
    tally_id: int = Field(foreign_key="tally.id")
    rank: int
    composite: str
    reason: Any = Field(sa_type=Document)
    entered_by: int
    entered_at: datetime = Field(sa_type=Instant)
    valid_until: date
    state: str = "valid"
