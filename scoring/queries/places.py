"""The posts of a selection as a tally takes them: places that were opened, closed groups, parts that nobody sits."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session, col, select

from core.errors import Problem
from exam.tables import Candidacy, Post
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


def not_sitting(
    session: Session, selection_id: int, scheme: Scheme, papers: Iterable[str]
) -> dict[str, frozenset[str]]:
    """By paper: the ticket numbers of those who do not sit it, because their post has other rules or it is waived."""
    sat = {
        post.code: sat_parts(session, selection_id, scheme, post) for post in posts_with_places(session, selection_id)
    }
    query = select(Candidacy.ticket_number, Post.code).join(Post, col(Post.id) == col(Candidacy.post_id))
    people = session.exec(query.where(Candidacy.selection_id == selection_id)).all()
    return {key: frozenset(ticket for ticket, post in people if key not in sat[post]) for key in papers}


def sat_parts(session: Session, selection_id: int, scheme: Scheme, post: PostPlaces) -> frozenset[str]:
    """The parts of a post's own rules but for those that are waived."""
    return frozenset(scheme.at(post).all_parts()) - waived_keys(session, selection_id, scheme, post)


def waived_keys(session: Session, selection_id: int, scheme: Scheme, post: PostPlaces) -> frozenset[str]:
    """The parts, with everything inside them, that nobody sits for a post to which too few have applied."""
    parts = scheme.at(post).all_parts()
    waived = [key for one in opened_posts(session, selection_id) if one["post"] == post.code for key in one["waived"]]
    return frozenset(part.key for key in waived if key in parts for part in parts[key].walk())


def opening_wanting(session: Session, selection_id: int, scheme: Scheme) -> Iterator[Problem]:
    """Why places are not known yet: the scheme has an opening ratio, and what it leaves open is not approved."""
    if scheme.opening is None:
        return
    states = {one.state for one in openings(session, selection_id)}
    if "proposed" in states:
        yield Problem("The decision on the opening ratio waits to be approved.")
    elif "confirmed" not in states:
        yield Problem("The opening ratio is not decided yet.")
