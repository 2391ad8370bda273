"""The scheme in force, and what a tally is computed from."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from sqlmodel import Session, col, select

from core.errors import Refusal
from exam.candidacy import CandidacyEventKind
from exam.queries import in_force, rule_sets
from exam.tables import Candidacy, CandidacyEvent, Post, WrittenMark
from interview.hearing import State
from interview.queries import SealedHearing, sealed_sheets
from interview.tables import Admission, Hearing
from scoring.corrections import with_corrections
from scoring.inputs import Candidate, Inputs, Post as PostPlaces
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.queries.corrections import confirmed_corrections
from scoring.queries.tallies import published_tally
from scoring.replay import ENTRY, entry_cut, interview_part
from scoring.scheme import Scheme, parse_scheme
from scoring.stored import inputs_of

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


def rules_of_digest(session: Session, selection_id: int, sha256: str) -> Scheme | None:
    """The frozen scheme with this SHA-256, None if there is none."""
    found = next((one for one in rule_sets(session, selection_id) if one.sha256 == sha256), None)
    return scheme_of(found.canonical) if found else None


def tally_scheme(session: Session, selection_id: int, kind: str) -> Scheme:
    """The rules of a tally: those in force, but once it is published those it was published under."""
    published = published_tally(session, selection_id, kind)
    found = rules_of_digest(session, selection_id, published.scheme_sha256) if published else None
    return found or scheme_in_force(session, selection_id)


def tally_inputs(session: Session, selection_id: int, kind: str) -> Inputs:
    """The inputs of a tally as they stand now, with every confirmed correction.

    Once a tally is published only corrections change it: what it was computed from is taken from there, so that
    nobody moves because somebody has withdrawn since.
    """
    published = published_tally(session, selection_id, kind)
    if published is not None:
        found = inputs_of(published.inputs)
    elif kind == ENTRY:
        found = written_inputs(session, selection_id)
    else:
        found = composite_inputs(session, selection_id, scheme_in_force(session, selection_id))
    return with_corrections(found, confirmed_corrections(session, selection_id))


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
