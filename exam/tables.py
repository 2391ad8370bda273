"""Rows of announcements, registrations, vetting, tickets and written marks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from core.db import Document, ExactDecimal, Instant, Table, scratch


class Selection(Table, table=True):
    """One competitive selection (竞争性选拔); its id is its scope's id."""

    __tablename__ = "selection"

    id: int = Field(primary_key=True, foreign_key="scope.id", sa_column_kwargs={"autoincrement": False})
    code: str = Field(unique=True, max_length=32)
    kind: str = "open_selection"
    title: str = Field(max_length=200)
    title_en: str = Field(default="", max_length=200)
    authority: str = Field(max_length=200)
    authority_en: str = Field(default="", max_length=200)
    ground: str = ""
    reference_date: date
    registration_opens: datetime = Field(sa_type=Instant)
    registration_closes: datetime = Field(sa_type=Instant)
    exam_site: str = ""
    exam_site_en: str = ""
    interview_on: date | None = None
    telephone: str = ""
    supervision_telephone: str = ""
    stage: str = Field(default="draft", index=True)
    created_by: int
    created_at: datetime = Field(sa_type=Instant)


class Post(Table, table=True):
    """A vacancy competed for (职位); `headcount` is a hard limit; `closed_group` joins posts for the scheme.

    Once it is cancelled, those who had registered for it may choose another until `change_until` (改报).
    """

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("selection_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    code: str = Field(max_length=16)
    name: str = Field(max_length=200)
    name_en: str = Field(default="", max_length=200)
    unit: str = Field(max_length=200)
    unit_en: str = Field(default="", max_length=200)
    headcount: int
    closed_group: str = Field(default="", max_length=40)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    change_until: datetime | None = Field(default=None, sa_type=Instant)


class Condition(Table, table=True):
    """A checkable condition of one post, or of all posts; `body` is the rule's plain form (exam.eligibility)."""

    __tablename__ = "condition"
    __table_args__ = (UniqueConstraint("selection_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int | None = Field(default=None, foreign_key="post.id")
    number: int
    body: Any = Field(sa_type=Document)


class SelectionTerms(Table, table=True):
    """The terms of a selection in their plain form (exam.terms); none means those that ask for nothing more."""

    __tablename__ = "selection_terms"

    selection_id: int = Field(primary_key=True, foreign_key="selection.id", sa_column_kwargs={"autoincrement": False})
    body: Any = Field(sa_type=Document)


class Paper(Table, table=True):
    """A written paper and when it is sat; `key` is its part in the scheme."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("selection_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    key: str
    starts_at: datetime = Field(sa_type=Instant)
    minutes: int


class AmendmentRow(Table, table=True):
    """A change of what was announced (exam.amendments): proposed with a reason, published or declined by another."""

    __tablename__ = "amendment"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    body: Any = Field(sa_type=Document)
    reason: str = Field(max_length=2000)
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    decided_by: int = 0
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    publication_id: int | None = Field(default=None, foreign_key="publication.id")


@scratch
class Notice(Table, table=True):
    """A sentence told to somebody about a registration: shown on their page, sent to their contact by the worker."""

    __tablename__ = "notice"

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    sentence: str
    facts: Any = Field(sa_type=Document)
    told_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


class SchemeDraft(Table, table=True):
    """The scheme being written, as TOML text, until it is frozen."""

    __tablename__ = "scheme_draft"

    selection_id: int = Field(primary_key=True, foreign_key="selection.id", sa_column_kwargs={"autoincrement": False})
    text: str
    saved_by: int
    saved_at: datetime = Field(sa_type=Instant)


class RuleSet(Table, table=True):
    """The scheme (规则版本): canonical text and its SHA-256, proposed by one hand, frozen by another; never changed.

    `answer` is what the freezing hand wrote on the risks that a check of the scheme had found.
    """

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("selection_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    version: int
    canonical: str
    sha256: str
    reason: str = ""
    answer: str = ""
    state: str = "proposed"
    proposed_by: int
    proposed_device: str
    proposed_at: datetime = Field(sa_type=Instant)
    frozen_by: int = 0
    frozen_at: datetime | None = Field(default=None, sa_type=Instant)


class Publication(Table, table=True):
    """A numbered, immutable snapshot of what was published (公告、公示)."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("selection_id", "number"), UniqueConstraint("selection_id", "kind", "version"))

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    number: int
    kind: str
    version: int = 1
    content: Any = Field(sa_type=Document)
    sha256: str
    short_code: str
    published_by: int
    published_at: datetime = Field(sa_type=Instant)
    objections_until: date | None = None


class Registration(Table, table=True):
    """A candidate's application for one post (报名).

    `open_fields` says what may be corrected and until when; `unit` and `doubts` (conditions not plainly met) are
    those of the newest version, for the vetting queue.
    """

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("selection_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    reference: str = Field(unique=True, max_length=16)
    state: str = Field(default="draft", index=True)
    version: int = 0
    open_fields: Any = Field(default=None, sa_type=Document, nullable=True)
    unit: str = Field(default="", max_length=200)
    doubts: int = 0
    started_at: datetime = Field(sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)


@scratch
class RegistrationDraft(Table, table=True):
    """What the candidate has typed so far; becomes a version when submitted."""

    __tablename__ = "registration_draft"

    registration_id: int = Field(
        primary_key=True, foreign_key="registration.id", sa_column_kwargs={"autoincrement": False}
    )
    body: Any = Field(sa_type=Document)
    saved_at: datetime = Field(sa_type=Instant)


class RegistrationVersion(Table, table=True):
    """Exactly what was submitted, with the verdict on each condition; never changed."""

    __tablename__ = "registration_version"
    __table_args__ = (UniqueConstraint("registration_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    version: int
    body: Any = Field(sa_type=Document)
    verdicts: Any = Field(sa_type=Document)
    sha256: str
    submitted_at: datetime = Field(sa_type=Instant)


class RegistrationPaper(Table, table=True):
    """A photo or paper uploaded with a registration; removing one keeps the row."""

    __tablename__ = "registration_paper"

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    kind: str
    sha256: str = Field(foreign_key="stored_file.sha256")
    name: str = Field(max_length=200)
    added_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class VettingDecision(Table, table=True):
    """One hand's verdict on one submitted version (资格审查); a second hand that disagrees opens another round.

    `own_verdict` is what a second hand decided who did not see the first one's; then `verdict` says whether both agree.
    """

    __tablename__ = "vetting_decision"
    __table_args__ = (UniqueConstraint("registration_id", "version", "round", "hand"),)

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    version: int
    round: int = 1
    hand: int
    verdict: str
    own_verdict: str = ""
    condition_number: int = 0
    reason: str = Field(default="", max_length=1000)
    remarks: Any = Field(default=None, sa_type=Document, nullable=True)
    person_id: int
    device: str
    decided_at: datetime = Field(sa_type=Instant)


class Appeal(Table, table=True):
    """A candidate's appeal against not passing vetting (申诉), one for each version; answered by somebody else."""

    __tablename__ = "appeal"
    __table_args__ = (UniqueConstraint("registration_id", "version", "round"),)

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    version: int
    round: int
    text: str = Field(max_length=4000)
    filed_at: datetime = Field(sa_type=Instant)
    state: str = Field(default="open", index=True)
    answer: str = Field(default="", max_length=1000)
    answered_by: int = 0
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


class Candidacy(Table, table=True):
    """A vetted candidate in the exam, known by ticket number from here on."""

    __tablename__ = "candidacy"
    __table_args__ = (UniqueConstraint("selection_id", "ticket_number"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    registration_id: int = Field(foreign_key="registration.id", unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    ticket_number: str = Field(max_length=16)
    exam_room: str = ""
    exam_seat: int = 0
    issued_at: datetime = Field(sa_type=Instant)


class CandidacyEvent(Table, table=True):
    """Something that changes what a candidate may take part in: absence, withdrawal, misconduct; append-only."""

    __tablename__ = "candidacy_event"

    id: int | None = Field(default=None, primary_key=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", index=True)
    kind: str
    reason: str = ""
    noted_by: int = 0
    noted_at: datetime = Field(sa_type=Instant)


class MarkEntry(Table, table=True):
    """One hand's whole entry of written marks, from a file or typed from the signed paper; accepted as one."""

    __tablename__ = "mark_entry"

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    hand: int
    source: str
    source_name: str = Field(default="", max_length=200)
    source_sha256: str
    person_id: int
    device: str
    entered_at: datetime = Field(sa_type=Instant)
    replaced_at: datetime | None = Field(default=None, sa_type=Instant)


class MarkLine(Table, table=True):
    """One mark as one hand entered it; `state` says present, absent, void …, none of which is zero."""

    __tablename__ = "mark_line"
    __table_args__ = (UniqueConstraint("entry_id", "candidacy_id", "paper_key"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="mark_entry.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", index=True)
    paper_key: str
    mark: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    state: str


class MarkSettlement(Table, table=True):
    """What a third person read from the signed paper where the two hands differ; the newest for a place counts."""

    __tablename__ = "mark_settlement"

    id: int | None = Field(default=None, primary_key=True)
    first_entry_id: int = Field(foreign_key="mark_entry.id", index=True)
    second_entry_id: int = Field(foreign_key="mark_entry.id")
    candidacy_id: int = Field(foreign_key="candidacy.id")
    paper_key: str
    mark: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    state: str
    reason: str = Field(default="", max_length=1000)
    settled_by: int
    settled_at: datetime = Field(sa_type=Instant)


class WrittenMark(Table, table=True):
    """A settled written mark: both hands agree, or a difference was settled with a reason."""

    __tablename__ = "written_mark"
    __table_args__ = (UniqueConstraint("candidacy_id", "paper_key", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    selection_id: int = Field(foreign_key="selection.id", index=True)
    candidacy_id: int = Field(foreign_key="candidacy.id", index=True)
    paper_key: str
    version: int = 1
    mark: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    state: str
    source: str
    reason: str = ""
    settled_by: int
    settled_at: datetime = Field(sa_type=Instant)
