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
    outcome_sha256: str
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
    """A good unsuccessful candidate kept for later use (一考多用人选库), tied to the original result; never changed.

    Where it stands follows from the rows below, the candidacy's events and the date (scoring.reuse).
    """

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


class PoolExtension(Table, table=True):
    """A later last day for the reserve pool of a selection: asked by one hand, decided by another."""

    __tablename__ = "pool_extension"
    __table_args__ = (UniqueConstraint("selection_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    version: int
    before: date
    until: date
    reason: str = Field(max_length=1000)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class PoolUse(Table, table=True):
    """Somebody of the reserve pool proposed for another selection's post: one hand proposes, another decides.

    Tied to the result it rests on (`tally_id` and its publication) and to the post; `verdicts` are the conditions of
    that post by number with their outcome. `reason` is why this order, `fit` why the post is inside the scheme's scope.
    """

    __tablename__ = "pool_use"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="pool_entry.id", index=True)
    number: int
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    tally_id: int = Field(foreign_key="tally.id")
    publication_id: int | None = Field(default=None, foreign_key="publication.id")
    verdicts: Any = Field(sa_type=Document)
    passed_over: Any = Field(sa_type=Document)
    reason: str = Field(default="", max_length=1000)
    fit: str = Field(default="", max_length=1000)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class PoolNote(Table, table=True):
    """What a later look at somebody in the reserve pool found (跟踪考察); append-only."""

    __tablename__ = "pool_note"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="pool_entry.id", index=True)
    text: str = Field(max_length=2000)
    written_by: int
    written_at: datetime = Field(sa_type=Instant)


class PoolWithdrawal(Table, table=True):
    """Somebody has left the reserve pool: by themselves, or noted at the desk."""

    __tablename__ = "pool_withdrawal"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="pool_entry.id", unique=True)
    own: bool
    reason: str = Field(default="", max_length=1000)
    noted_by: int
    noted_at: datetime = Field(sa_type=Instant)
