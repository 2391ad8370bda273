"""The posts of a selection as a tally takes them: places that were opened, closed groups, parts that nobody sits."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from core.errors import Problem
from exam.tables import Post
from scoring.inputs import Post as PostPlaces
from scoring.scheme import Scheme
from scoring.tables import OpeningDecision


def posts_with_places(session: Session, selection_id: int) -> tuple[PostPlaces, ...]:
    """The posts with their closed groups and the places that stay open, by code."""
    rows = session.exec(select(Post).where(Post.selection_id == selection_id).order_by(col(Post.code)))
    opened = {one["post"]: one["open"] for one in opened_posts(session, selection_id)}
    return tuple(PostPlaces(row.code, opened.get(row.code, row.headcount), row.closed_group) for row in rows)


def openings(session: Session, selection_id: int) -> list[OpeningDecision]:
    """Every decision on the opening ratio, the newest first."""
    query = select(OpeningDecision).where(OpeningDecision.selection_id == selection_id)
    return list(session.exec(query.order_by(col(OpeningDecision.version).desc())))


def opened_posts(session: Session, selection_id: int) -> list[dict[str, Any]]:
    """The lines of the approved decision on the opening ratio; none where nothing was decided."""
    query = select(OpeningDecision).where(OpeningDecision.selection_id == selection_id)
    approved = query.where(OpeningDecision.state == "confirmed").order_by(col(OpeningDecision.version).desc())
    row = session.exec(approved).first()
    return list(row.posts) if row else []


def opening_wanting(session: Session, selection_id: int, scheme: Scheme) -> Iterator[Problem]:
    """Why places are not known yet: the scheme has an opening ratio, and what it leaves open is not approved."""
    if scheme.opening is None:
        return
    states = {one.state for one in openings(session, selection_id)}
    if "proposed" in states:
        yield Problem("The decision on the opening ratio waits to be approved.")
    elif "confirmed" not in states:
        yield Problem("The opening ratio is not decided yet.")
