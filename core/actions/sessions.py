"""Scratch writes of sessions and one-time codes: durable, without a journal line."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from core.acts import touch
from core.db import sql_table
from core.tables import OneTimeCode, WebSession

CODE_TRIES = 5
PEOPLE = "people"  # the topic that makes every process forget who is signed in and what they may do


def end_sessions(session: Session, account_id: int, now: datetime) -> None:
    """End every session of an account; part of an act."""
    session.execute(
        update(sql_table(WebSession))
        .where(col(WebSession.account_id) == account_id, col(WebSession.ended_at).is_(None))
        .values(ended_at=now)
    )
    touch(session, PEOPLE)


def keep_session(session: Session, row: Mapping[str, Any], *, replaces: str = "", now: datetime) -> None:
    """Keep a new browser session; an older one of the same browser, if named by `replaces`, ends."""
    if replaces and (old := session.get(WebSession, replaces)) is not None:
        old.ended_at = now
        touch(session, PEOPLE)
    session.add(WebSession(**row, created_at=now, seen_at=now))


def keep_seen(session: Session, token_hashes: Sequence[str], *, now: datetime) -> None:
    """Note that sessions were used."""
    session.execute(
        update(sql_table(WebSession)).where(col(WebSession.token_hash).in_(token_hashes)).values(seen_at=now)
    )


def keep_session_end(session: Session, token_hash: str, *, now: datetime) -> None:
    """End one session."""
    if (row := session.get(WebSession, token_hash)) is not None:
        row.ended_at = now
        touch(session, PEOPLE)


def keep_language(session: Session, token_hash: str, language: str, *, now: datetime) -> None:  # noqa: ARG001
    """Keep the language chosen in a session."""
    if (row := session.get(WebSession, token_hash)) is not None:
        row.language = language


def keep_code(
    session: Session, purpose: str, subject: str, code_hash: str, body: Any, *, life: timedelta, now: datetime
) -> None:
    """Keep a one-time code; earlier ones for the same purpose and subject die, and all that are too old are erased."""
    session.execute(delete(sql_table(OneTimeCode)).where(col(OneTimeCode.expires_at) < now))
    session.execute(
        update(sql_table(OneTimeCode))
        .where(col(OneTimeCode.purpose) == purpose, col(OneTimeCode.subject) == subject)
        .where(col(OneTimeCode.used_at).is_(None))
        .values(used_at=now)
    )
    session.add(OneTimeCode(purpose=purpose, subject=subject, code_hash=code_hash, body=body, expires_at=now + life))


def keep_code_try(session: Session, purpose: str, subject: str, code_hash: str, *, now: datetime) -> tuple[bool, Any]:
    """Try a code: (True, what was kept with it) once, else (False, None); five wrong tries end it."""
    row = session.exec(
        select(OneTimeCode)
        .where(OneTimeCode.purpose == purpose, OneTimeCode.subject == subject, col(OneTimeCode.used_at).is_(None))
        .order_by(col(OneTimeCode.id).desc())
    ).first()
    if row is None or row.expires_at < now or row.tries >= CODE_TRIES:
        return False, None
    if row.code_hash != code_hash:
        row.tries += 1
        return False, None
    body, row.body, row.used_at = row.body, None, now
    return True, body
