"""Files that acts refer to."""

from datetime import datetime

from sqlmodel import Session

from core.files import Saved
from core.tables import StoredFile


def note_file(session: Session, saved: Saved, now: datetime) -> None:
    """Enter a file whose bytes are safe in the store; part of the act that uses it."""
    if session.get(StoredFile, saved.sha256) is None:
        session.add(StoredFile(sha256=saved.sha256, size=saved.size, media_type=saved.media_type, stored_at=now))
        session.flush()
