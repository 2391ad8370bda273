"""Records as they stand: who entered which table, which version counts, what a tally still lacks."""

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlmodel import Session, col, select

from core.errors import Problem
from exam.tables import Candidacy, Post
from scoring.explain import Names
from scoring.inputs import Inputs
from scoring.queries.places import posts_with_places
from scoring.recorded import Field, topics, wanted
from scoring.scheme import Scheme
from scoring.stored import inputs_of
from scoring.tables import RecordTable

LARGE = [
    defer(cast("InstrumentedAttribute[Any]", column)) for column in (RecordTable.rows, RecordTable.facts)
]  # read when asked for


def record_versions(session: Session, selection_id: int) -> dict[str, list[RecordTable]]:
    """Every version of every topic, the newest first; rows and facts are read when asked for."""
    query = select(RecordTable).where(RecordTable.selection_id == selection_id).options(*LARGE)
    found: dict[str, list[RecordTable]] = {}
    for row in session.exec(query.order_by(col(RecordTable.version).desc())):
        found.setdefault(row.topic, []).append(row)
    return found


def record_version(session: Session, selection_id: int, topic: str, version: int) -> RecordTable | None:
    """One version of one topic."""
    query = select(RecordTable).where(RecordTable.selection_id == selection_id, RecordTable.topic == topic)
    return session.exec(query.where(RecordTable.version == version)).first()


def standing_record(session: Session, selection_id: int, topic: str) -> RecordTable | None:
    """The version of a topic that counts: the newest confirmed one."""
    query = select(RecordTable).where(RecordTable.selection_id == selection_id, RecordTable.topic == topic)
    return session.exec(query.where(RecordTable.state == "confirmed").order_by(col(RecordTable.version).desc())).first()


def recorded_facts(session: Session, selection_id: int, scheme: Scheme) -> list[Inputs]:
    """What the confirmed records of every topic of the scheme say, in the order of its topics."""
    query = select(RecordTable).where(RecordTable.selection_id == selection_id, RecordTable.state == "confirmed")
    newest = {row.topic: row for row in session.exec(query.order_by(col(RecordTable.version)))}
    return [inputs_of(newest[str(topic)].facts) for topic in topics(scheme) if str(topic) in newest]


def record_field(session: Session, selection_id: int) -> Field:
    """Whom records may be about."""
    posts = posts_with_places(session, selection_id)
    query = select(Candidacy.ticket_number, Post.code).join(Post, col(Post.id) == col(Candidacy.post_id))
    rows = session.exec(query.where(Candidacy.selection_id == selection_id).order_by(col(Candidacy.ticket_number)))
    return Field(posts, tuple(rows.all()))


def records_wanting(session: Session, selection_id: int, scheme: Scheme, upto: str = "") -> Iterator[Problem]:
    """Why a tally as far as the cut `upto` would lack records: not entered, or waiting for the second hand."""
    names, versions = Names.of(scheme), record_versions(session, selection_id)
    needed = set(wanted(scheme, upto))
    for topic in topics(scheme):
        states = {row.state for row in versions.get(str(topic), ())}
        facts = {"records": topic.words(names)}
        if "proposed" in states:
            yield Problem("Records that wait to be confirmed: {records}.", facts)
        elif topic in needed and "confirmed" not in states:
            yield Problem("Records that are not entered yet: {records}.", facts)
