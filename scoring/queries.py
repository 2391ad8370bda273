"""Reads of what a tally is computed from, and of tallies, shortlists and the reserve pool."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from core.errors import Refusal
from exam.candidacy import CandidacyEventKind
from exam.queries import in_force
from exam.tables import Candidacy, CandidacyEvent, Post, Publication, WrittenMark
from interview.hearing import State
from interview.queries import SealedHearing, sealed_sheets
from interview.tables import Admission, Hearing
from scoring.inputs import Candidate, Inputs, Post as PostPlaces
from scoring.marks import Exact, Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.ranking import Placing, Ranking
from scoring.scheme import Scheme, parse_scheme
from scoring.tables import PoolEntry, Shortlist, ShortlistName, TallyRow

ENTRY, COMPOSITE = "entry", "composite"
"""The two tallies of the road: who goes to the interview, and the composite ranking."""

HEARING_ENDS: Mapping[State, MarkState] = {
    State.ABSENT: MarkState.ABSENT,
    State.WITHDREW: MarkState.WITHDRAWN,
    State.VOID: MarkState.VOID,
}
STANDINGS: Mapping[CandidacyEventKind, MarkState] = {
    CandidacyEventKind.WITHDREW: MarkState.WITHDRAWN,
    CandidacyEventKind.DISQUALIFIED: MarkState.DISQUALIFIED,
}


def scheme_in_force(session: Session, selection_id: int) -> Scheme:
    """The frozen scheme in force. Raises Refusal if nothing is frozen yet."""
    rule_set = in_force(session, selection_id)
    if rule_set is None:
        raise Refusal("The rules of this selection are not frozen yet.", status=409)
    return scheme_of(rule_set.canonical)


@lru_cache(maxsize=64)
def scheme_of(canonical_text: str) -> Scheme:
    """The scheme of a frozen canonical text; it never changes, so it is read once."""
    return parse_scheme(json.loads(canonical_text, parse_float=Decimal))


# ── inputs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def tally_inputs(session: Session, selection_id: int, kind: str) -> Inputs:
    """The inputs of a tally as they stand now."""
    if kind == ENTRY:
        return written_inputs(session, selection_id)
    return composite_inputs(session, selection_id, scheme_in_force(session, selection_id))


def written_inputs(session: Session, selection_id: int) -> Inputs:
    """Posts, candidates and confirmed written marks: what the entry to the interview is computed from."""
    return Inputs(posts_with_places(session, selection_id), tuple(_candidates(session, selection_id).values()))


def composite_inputs(session: Session, selection_id: int, scheme: Scheme) -> Inputs:
    """Everything the composite is computed from: written marks, sealed sheets, and who was admitted."""
    candidates = _candidates(session, selection_id)
    codes = {row.id or 0: row.ticket_number for row in _candidacies(session, selection_id)}
    part = interview_part(scheme)
    ended = session.exec(select(Hearing).where(Hearing.selection_id == selection_id)).all()
    for hearing in ended:
        if (end := HEARING_ENDS.get(State(hearing.state))) is not None:
            one = candidates[hearing.candidacy_id]
            candidates[hearing.candidacy_id] = replace(one, marks={**one.marks, part: Mark(state=end)})
    for sealed in sealed_sheets(session, selection_id):
        one = candidates[sealed.candidacy_id]
        candidates[sealed.candidacy_id] = replace(
            one, sheets={part: _judge_sheets(sealed)}, rooms={part: sealed.room_code}
        )
    admitted = session.exec(select(Admission.candidacy_id).where(Admission.selection_id == selection_id)).all()
    cut = entry_cut(scheme)
    return Inputs(
        posts_with_places(session, selection_id),
        tuple(candidates.values()),
        {cut: frozenset(codes[candidacy_id] for candidacy_id in admitted)} if cut else {},
    )


def interview_part(scheme: Scheme) -> str:
    """The part of the scheme that the interview panel marks."""
    return next(iter(scheme.panels), "interview")


def entry_cut(scheme: Scheme) -> str:
    """The cut that leads to the interview, "" if the scheme has none."""
    part = interview_part(scheme)
    return next((cut.key for cut in scheme.cuts if part in cut.opens), "")


def final_cut(scheme: Scheme) -> str:
    """The cut that proposes names: the last one of the scheme."""
    return scheme.cuts[-1].key if scheme.cuts else ""


def posts_with_places(session: Session, selection_id: int) -> tuple[PostPlaces, ...]:
    """The posts with their places, by code."""
    rows = session.exec(select(Post).where(Post.selection_id == selection_id).order_by(col(Post.code)))
    return tuple(PostPlaces(row.code, row.headcount) for row in rows)


def _candidacies(session: Session, selection_id: int) -> list[Candidacy]:
    query = select(Candidacy).where(Candidacy.selection_id == selection_id).order_by(col(Candidacy.ticket_number))
    return list(session.exec(query))


def _candidates(session: Session, selection_id: int) -> dict[int, Candidate]:
    """Every candidacy with its newest confirmed written marks and its standing, by candidacy id."""
    posts = {row.id or 0: row.code for row in session.exec(select(Post).where(Post.selection_id == selection_id))}
    marks: dict[int, dict[str, Mark]] = {}
    newest = select(WrittenMark).where(WrittenMark.selection_id == selection_id).order_by(col(WrittenMark.version))
    for row in session.exec(newest):
        marks.setdefault(row.candidacy_id, {})[row.paper_key] = Mark(row.mark, MarkState(row.state))
    standings = _standings(session, selection_id)
    return {
        row.id or 0: Candidate(
            code=row.ticket_number,
            post=posts[row.post_id],
            marks=marks.get(row.id or 0, {}),
            standing=standings.get(row.id or 0, MarkState.PRESENT),
        )
        for row in _candidacies(session, selection_id)
    }


def _standings(session: Session, selection_id: int) -> dict[int, MarkState]:
    events = session.exec(
        select(CandidacyEvent)
        .join(Candidacy, col(Candidacy.id) == col(CandidacyEvent.candidacy_id))
        .where(Candidacy.selection_id == selection_id)
        .order_by(col(CandidacyEvent.id))
    )
    found: dict[int, MarkState] = {}
    for event in events:
        if (standing := STANDINGS.get(CandidacyEventKind(event.kind))) is not None:
            found[event.candidacy_id] = standing
    return found


def _judge_sheets(sealed: SealedHearing) -> tuple[JudgeSheet, ...]:
    return tuple(
        JudgeSheet(str(sheet.seat), sheet.group, dict(sheet.marks))
        if sheet.marks is not None
        else JudgeSheet(str(sheet.seat), sheet.group, {}, MarkState.ABSENT)
        for sheet in sealed.sheets
    )


def barred_candidates(session: Session, selection_id: int) -> frozenset[str]:
    """Ticket numbers of those who have withdrawn or were disqualified, as of now."""
    standings = _standings(session, selection_id)
    return frozenset(row.ticket_number for row in _candidacies(session, selection_id) if (row.id or 0) in standings)


# ── tallies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def newest_tally(session: Session, selection_id: int, kind: str) -> TallyRow | None:
    """The newest tally of a kind, published or not."""
    return session.exec(
        select(TallyRow)
        .where(TallyRow.selection_id == selection_id, TallyRow.kind == kind)
        .order_by(col(TallyRow.version).desc())
    ).first()


def published_tally(session: Session, selection_id: int, kind: str) -> TallyRow | None:
    """The newest published tally of a kind."""
    return session.exec(
        select(TallyRow)
        .where(TallyRow.selection_id == selection_id, TallyRow.kind == kind)
        .where(col(TallyRow.publication_id).is_not(None))
        .order_by(col(TallyRow.version).desc())
    ).first()


def tally_of_publication(session: Session, publication_id: int) -> TallyRow | None:
    """The tally that a publication shows, if it shows one."""
    return session.exec(select(TallyRow).where(TallyRow.publication_id == publication_id)).first()


def result_of(tally: TallyRow, ticket_number: str) -> Mapping[str, Any] | None:
    """One candidate's stored result with its steps."""
    results: list[Mapping[str, Any]] = tally.outcome["results"]
    return next((one for one in results if one["candidate"] == ticket_number), None)


def stored_rankings(tally: TallyRow) -> list[Ranking]:
    """The final ranking of every post or closed group as the tally stored it, those qualified at its last cut alone.

    Who is ranked but below a pass mark or a floor is left out: the cut does not count them either.
    """
    stage = tally.outcome["stages"][-1]
    exact = {one["candidate"]: one["exact"] for one in tally.outcome["results"]}
    return [
        Ranking(
            tuple(
                Placing(
                    one["candidate"], _stored_value(one["value"], exact[one["candidate"]]), one["rank"], one["tied"]
                )
                for one in unit["order"]
                if all(one["candidate"] in unit["cuts"][key]["standing"] for key in stage["cuts"])
            )
        )
        for unit in stage["units"].values()
    ]


def _stored_value(text: str, exact: str) -> Exact:
    """A stored total: the figure as it is shown, or the exact one where its decimals never end."""
    return Fraction(exact) if text.endswith("…") else Decimal(text)


# ── shortlists and pool ──────────────────────────────────────────────────────────────────────────────────────────────


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
    state: str
    proposed_by: int
    confirmed_by: int
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
            shortlist.state,
            shortlist.proposed_by,
            shortlist.confirmed_by,
            tuple(names.get(shortlist.id or 0, ())),
        )
        for shortlist, post in newest.values()
    ]


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One entry of the reserve pool with where it comes from."""

    entry: PoolEntry
    ticket_number: str
    person_id: int
    post: Post
    valid: bool


def pool(session: Session, selection_ids: tuple[int, ...], today: date) -> list[PoolLine]:
    """The reserve pool of some selections in merit order by post; an entry past its day is no longer valid."""
    rows = session.exec(
        select(PoolEntry, Candidacy, Post)
        .join(Candidacy, col(Candidacy.id) == col(PoolEntry.candidacy_id))
        .join(Post, col(Post.id) == col(PoolEntry.post_id))
        .where(col(PoolEntry.selection_id).in_(selection_ids))
        .order_by(col(PoolEntry.selection_id), col(Post.code), col(PoolEntry.rank), col(Candidacy.ticket_number))
    )
    return [
        PoolLine(
            entry,
            candidacy.ticket_number,
            candidacy.person_id,
            post,
            entry.state == "valid" and today <= entry.valid_until,
        )
        for entry, candidacy, post in rows
    ]


def publications(session: Session, selection_id: int, kind: str) -> list[Publication]:
    """All publications of a kind, newest first."""
    query = select(Publication).where(Publication.selection_id == selection_id, Publication.kind == kind)
    return list(session.exec(query.order_by(col(Publication.version).desc())))
