"""Shortlists and the people on them; posts allotted after the ranking."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from exam.tables import Candidacy, Post
from scoring.tables import Allotment, Shortlist, ShortlistName


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposed name on a shortlist."""

    candidacy_id: int
    person_id: int
    registration_id: int
    ticket_number: str
    rank: int
    composite: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShortlistView:
    """The newest shortlist of a post with its names in order of rank."""

    id: int
    post: Post
    tally_id: int
    version: int
    reason: str
    state: str
    proposed_by: int
    proposed_at: datetime
    confirmed_by: int
    confirmed_at: datetime | None
    names: tuple[Proposed, ...]


def shortlists(session: Session, selection_id: int) -> list[ShortlistView]:
    """The newest shortlist of every post, by post code."""
    rows = session.exec(
        select(Shortlist, Post)
        .join(Post, col(Post.id) == col(Shortlist.post_id))
        .where(Shortlist.selection_id == selection_id)
        .order_by(col(Post.code), col(Shortlist.version))
    ).all()
    newest = {post.id or 0: (shortlist, post) for shortlist, post in rows}
    names: dict[int, list[Proposed]] = {}
    for name, candidacy in session.exec(
        select(ShortlistName, Candidacy)
        .join(Candidacy, col(Candidacy.id) == col(ShortlistName.candidacy_id))
        .join(Shortlist, col(Shortlist.id) == col(ShortlistName.shortlist_id))
        .where(Shortlist.selection_id == selection_id)
        .order_by(col(ShortlistName.rank), col(Candidacy.ticket_number))
    ):
        names.setdefault(name.shortlist_id, []).append(
            Proposed(
                candidacy.id or 0,
                candidacy.person_id,
                candidacy.registration_id,
                candidacy.ticket_number,
                name.rank,
                name.composite,
                name.reason,
            )
        )
    return [
        ShortlistView(
            shortlist.id or 0,
            post,
            shortlist.tally_id,
            shortlist.version,
            shortlist.reason,
            shortlist.state,
            shortlist.proposed_by,
            shortlist.proposed_at,
            shortlist.confirmed_by,
            shortlist.confirmed_at,
            tuple(names.get(shortlist.id or 0, ())),
        )
        for shortlist, post in newest.values()
    ]


def allotments(session: Session, selection_id: int) -> list[Allotment]:
    """Every decision on who gets which post of a closed group, the newest first."""
    query = select(Allotment).where(Allotment.selection_id == selection_id)
    return list(session.exec(query.order_by(col(Allotment.version).desc())))
