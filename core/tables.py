"""Rows of people, duties, sessions and files."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from core.db import SEALED, Document, Instant, Table, hash_of, scratch


class Scope(Table, table=True):
    """Where duties are held: scope 1 is the system itself, every other one a selection that shares its key."""

    __tablename__ = "scope"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    opened_at: datetime = Field(sa_type=Instant)


class Person(Table, table=True):
    """One human. The identity number is encrypted, and found by a keyed hash.

    Until papers prove it an identity number is only claimed, so several persons may claim one (and nobody learns from
    sign-up who is known); `confirmed_hash` is unique and set when vetting has seen the papers.
    """

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100)
    identity_cipher: str = Field(default="", sa_column_kwargs=SEALED)
    identity_hash: str = Field(default="", index=True, sa_column_kwargs=hash_of("identity_cipher"))
    confirmed_hash: str | None = Field(default=None, unique=True, sa_column_kwargs=hash_of("identity_cipher"))
    contact_cipher: str = Field(default="", sa_column_kwargs=SEALED)
    contact_hash: str = Field(default="", index=True, sa_column_kwargs=hash_of("contact_cipher"))
    unit: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=Instant)


class Account(Table, table=True):
    """A way to sign in. Staff sign in by `name`, candidates by identity number (then `name` is None)."""

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str | None = Field(default=None, unique=True, max_length=64)
    password_hash: str
    language: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class DutyGrant(Table, table=True):
    """A duty proposed by one administrator, confirmed by another, ended by a third act; never deleted."""

    __tablename__ = "duty_grant"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    scope_id: int = Field(foreign_key="scope.id", index=True)
    duty: str
    state: str = "proposed"
    proposed_by: int = Field(default=0)
    proposed_device: str = ""
    proposed_at: datetime = Field(sa_type=Instant)
    confirmed_by: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


@scratch
class WebSession(Table, table=True):
    """A signed-in browser or an opened seat: only the token's hash is kept."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    seat_id: int | None = Field(default=None, index=True)
    device: str
    language: str = ""
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


@scratch
class OneTimeCode(Table, table=True):
    """A six-digit code sent to a contact; only its hash is kept, it is used once and dies after five wrong tries."""

    __tablename__ = "one_time_code"

    id: int | None = Field(default=None, primary_key=True)
    purpose: str
    subject: str = Field(index=True)
    code_hash: str
    tries: int = 0
    body: Any = Field(default=None, sa_type=Document, nullable=True)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Recovery(Table, table=True):
    """An account opened again at the desk (现场找回): the first hand saw the identity card, the second confirms.

    `contact_cipher` and `contact_hash` are the new contact; empty if the old one stays. State: open, confirmed,
    withdrawn.
    """

    __tablename__ = "recovery"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    reason: str = Field(max_length=200)
    contact_cipher: str = Field(default="", sa_column_kwargs=SEALED)
    contact_hash: str = Field(default="", sa_column_kwargs=hash_of("contact_cipher"))
    state: str = Field(default="open", index=True)
    opened_by: int
    opened_device: str
    opened_at: datetime = Field(sa_type=Instant)
    ended_by: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class StoredFile(Table, table=True):
    """A file known by its SHA-256; the row is written only after the bytes are safe in the store."""

    __tablename__ = "stored_file"

    sha256: str = Field(primary_key=True)
    size: int
    media_type: str
    stored_at: datetime = Field(sa_type=Instant)
