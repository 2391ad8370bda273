"""Rows of records, tallies, openings, shortlists, replacements, allotments and the reserve pool."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from core.db import Document, Instant, Table


class RecordTable(Table, table=True):
    """One table of records (认定记录) of one topic, as entered by one hand and decided by another; never changed.

    `rows` are the cells as they came, `facts` the piece of the inputs they make, `sha256` the digest of both. The
    newest confirmed version counts; a version that was never decided is replaced by the next.
    """

    __tablename__ = "record_table"
    __table_args__ = (UniqueConstraint("selection_id", "topic", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    topic: str
    version: int
    columns: Any = Field(sa_type=Document)
    rows: Any = Field(sa_type=Document)
    facts: Any = Field(sa_type=Document)
    sha256: str
    source: str
    source_name: str = Field(default="", max_length=200)
    source_sha256: str
    reason: str = Field(default="", max_length=1000)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class OpeningDecision(Table, table=True):
    """Which places of each post are opened for so many applicants (开考比例): one hand proposes, another approves.

    `posts` are lines of post, places, registered, open and waived parts.
    """

    __tablename__ = "opening_decision"
    __table_args__ = (UniqueConstraint("selection_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    version: int
    posts: Any = Field(sa_type=Document)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class ReplacementRow(Table, table=True):
    """Somebody stepping in for one who left (递补): one hand proposes the next in order, another decides.

    `source` is the cut in whose order the next was found, `round` how often the place is refilled with this one;
    `days` are those from which deadlines were counted, `publication_id` tells the public.
    """

    __tablename__ = "replacement"
    __table_args__ = (UniqueConstraint("selection_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    number: int
    post_id: int = Field(foreign_key="post.id")
    event: str
    source: str
    round: int
    tally_id: int = Field(foreign_key="tally.id")
    gone_id: int = Field(foreign_key="candidacy.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", index=True)
    rank: int
    value: str
    days: Any = Field(sa_type=Document)
    reason: str = Field(max_length=1000)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    publication_id: int | None = Field(default=None, foreign_key="publication.id")


class Allotment(Table, table=True):
    """Who of a closed group gets which post (适岗不定岗), decided after the ranking by two hands.

    `lines` are the ticket number, candidacy, post, rank and reason of each.
    """

    __tablename__ = "allotment"
    __table_args__ = (UniqueConstraint("selection_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    version: int
    tally_id: int = Field(foreign_key="tally.id")
    lines: Any = Field(sa_type=Document)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


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
    """The list of names proposed for investigation (考察人选建议名单) of one post; confirmed by a second hand.

    `reason` is why fewer names stand on it than the scheme's gate asks for.
    """

    __tablename__ = "shortlist"
    __table_args__ = (UniqueConstraint("selection_id", "post_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id")
    tally_id: int = Field(foreign_key="tally.id")
    version: int = 1
    reason: str = Field(default="", max_length=1000)
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


class ScoreReview(Table, table=True):
    """A candidate's request for a recount (成绩复核申请) of one published figure; one request for each figure."""

    __tablename__ = "score_review"
    __table_args__ = (UniqueConstraint("candidacy_id", "part", "figure"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", index=True)
    publication_id: int = Field(foreign_key="publication.id")
    part: str
    figure: str
    reason: str = Field(max_length=1000)
    state: str = "open"
    asked_by: int
    asked_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class ScoreRecount(Table, table=True):
    """What one hand found on counting again, with the written reply; another hand agrees or sends it back.

    `scope` are the words of scoring.review.Cause that were looked at; `changed` says whether a mark was corrected.
    """

    __tablename__ = "score_recount"
    __table_args__ = (UniqueConstraint("review_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="score_review.id", index=True)
    version: int
    scope: Any = Field(sa_type=Document)
    record: str = Field(max_length=2000)
    reply: str = Field(max_length=2000)
    changed: bool
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class MarkCorrection(Table, table=True):
    """A mark corrected by two hands; settled marks and sealed sheets stay as they are, the inputs take `after`.

    `before` and `after` are words of a file (scoring.marks.Mark.document); `seat`, `group_key` and `element` are empty
    for a written mark.
    """

    __tablename__ = "mark_correction"
    __table_args__ = (UniqueConstraint("selection_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    number: int
    candidacy_id: int = Field(foreign_key="candidacy.id", index=True)
    part: str
    group_key: str = ""
    seat: str = ""
    element: str = ""
    before: str
    after: str
    cause: str
    reason: str = Field(max_length=1000)
    review_id: int | None = Field(default=None, foreign_key="score_review.id", index=True)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=1000)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
