"""Rows of judges, rooms, draws, hearings and score sheets."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from core.db import SEALED, Document, Instant, Table, hash_of, scratch


class Judge(Table, table=True):
    """A person who may give marks (评委、考官), in the register."""

    __tablename__ = "judge"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", unique=True)
    kind: str
    unit: str = Field(max_length=200)
    units_before: Any = Field(default=None, sa_type=Document, nullable=True)
    qualified_until: date | None = None
    registered_at: datetime = Field(sa_type=Instant)


class JudgeRelation(Table, table=True):
    """A judge's declared tie to another person, who is known by identity number alone: sealed, and its keyed hash."""

    __tablename__ = "judge_relation"

    id: int | None = Field(default=None, primary_key=True)
    judge_id: int = Field(foreign_key="judge.id", index=True)
    identity_cipher: str = Field(sa_column_kwargs=SEALED)
    identity_hash: str = Field(sa_column_kwargs=hash_of("identity_cipher"))
    tie: str
    source: str
    reference: str = Field(default="", max_length=100)


class Admission(Table, table=True):
    """A candidate admitted to the interview by a published entry list (入围面试)."""

    __tablename__ = "admission"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", unique=True)
    publication_id: int = Field(foreign_key="publication.id")
    admitted_at: datetime = Field(sa_type=Instant)


class Room(Table, table=True):
    """A room where a panel sits (面试考场); its candidates compete for one post."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("selection_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id")
    code: str = Field(max_length=16)
    name: str = Field(max_length=100)
    name_en: str = Field(default="", max_length=100)


class Seat(Table, table=True):
    """A judge's place on a panel.

    `card_mark` is the part of the seat card's code that finds the seat; the rest of it and the PIN are kept as one hash
    only. Both are empty where there is no card.
    """

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("room_id", "number"), UniqueConstraint("selection_id", "judge_id"))

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    number: int
    judge_id: int = Field(foreign_key="judge.id")
    group_key: str
    chief: bool = False
    card_mark: str = Field(default="", index=True)
    card_hash: str = ""
    card_issued_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_reason: str = Field(default="", max_length=400)


class Recusal(Table, table=True):
    """A judge kept from a room, with the rule and its source (回避)."""

    __tablename__ = "recusal"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    judge_id: int = Field(foreign_key="judge.id")
    candidacy_id: int | None = Field(default=None, foreign_key="candidacy.id")
    ground: str
    source: str
    noted_by: int
    noted_at: datetime = Field(sa_type=Instant)


class Draw(Table, table=True):
    """A recorded draw of lots (抽签): physical with a signed register, or redone by anyone from its record."""

    __tablename__ = "draw"
    __table_args__ = (UniqueConstraint("selection_id", "subject", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    subject: str
    number: int
    method: str
    record: Any = Field(sa_type=Document)
    drawn_by: int
    drawn_at: datetime = Field(sa_type=Instant)


class Hearing(Table, table=True):
    """One candidate before one panel, from call to seal; judges know only `sealed_number` (面试序号)."""

    __tablename__ = "hearing"
    __table_args__ = (UniqueConstraint("room_id", "sealed_number"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", unique=True)
    sealed_number: int
    state: str = "waiting"
    version: int = 1
    sealed_at: datetime | None = Field(default=None, sa_type=Instant)
    sheets_digest: str = ""


class HearingEvent(Table, table=True):
    """What happened in a hearing and when: called, speaking, questions, marking, sealed …; append-only."""

    __tablename__ = "hearing_event"

    id: int | None = Field(default=None, primary_key=True)
    hearing_id: int = Field(foreign_key="hearing.id", index=True)
    kind: str
    reason: str = ""
    actor: str
    at: datetime = Field(sa_type=Instant)


class ScoreSheet(Table, table=True):
    """One judge's marks for one hearing (评分表), as submitted; versioned, never overwritten.

    `marks` is JSON text of element key → scaled integer; `total` is scaled alike (interview.scoresheet.SCALE).
    """

    __tablename__ = "score_sheet"
    __table_args__ = (UniqueConstraint("hearing_id", "seat_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    hearing_id: int = Field(foreign_key="hearing.id", index=True)
    seat_id: int = Field(foreign_key="seat.id", index=True)
    version: int = 1
    marks: str
    total: int
    short_code: str
    received_at: datetime = Field(sa_type=Instant)
    late: bool = False


class SubmissionKey(Table, table=True):
    """The idempotency key of a submission and the sheet it made; append-only."""

    __tablename__ = "submission_key"

    key: str = Field(primary_key=True, max_length=64)
    sheet_id: int = Field(foreign_key="score_sheet.id")


@scratch
class SheetDraft(Table, table=True):
    """A judge's unfinished marks as the tablet last sent them; `sequence` counts the tablet's own savings."""

    __tablename__ = "sheet_draft"

    hearing_id: int = Field(primary_key=True, foreign_key="hearing.id", sa_column_kwargs={"autoincrement": False})
    seat_id: int = Field(primary_key=True, foreign_key="seat.id", sa_column_kwargs={"autoincrement": False})
    sequence: int
    body: Any = Field(sa_type=Document)
    saved_at: datetime = Field(sa_type=Instant)
