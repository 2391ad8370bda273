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
from scoring.inputs import Candidate, Inputs
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.parts import PartKind
from scoring.queries.corrections import confirmed_corrections
from scoring.queries.places import posts_with_places, waived_keys
from scoring.queries.records import recorded_facts
from scoring.queries.tallies import published_tally
from scoring.recorded import joined
from scoring.replay import ENTRY, entry_cut, interview_part
from scoring.scheme import Scheme, parse_scheme
from scoring.stored import inputs_of
from scoring.tables import ReplacementRow

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
    else:
        scheme = scheme_in_force(session, selection_id)
        entry = kind == ENTRY
        bare = written_inputs(session, selection_id) if entry else composite_inputs(session, selection_id, scheme)
        found = _excused(session, selection_id, scheme, joined(bare, recorded_facts(session, selection_id, scheme)))
    return with_corrections(found, confirmed_corrections(session, selection_id))


def _excused(session: Session, selection_id: int, scheme: Scheme, inputs: Inputs) -> Inputs:
    """The inputs with waived parts exempt: nobody of that post sits them, so their weight goes to the others."""
    waived = {post.code: waived_keys(session, selection_id, scheme, post) for post in inputs.posts}
    if not any(waived.values()):
        return inputs
    exempt = Mark(state=MarkState.EXEMPT)
    leaves = {key for key, part in scheme.all_parts().items() if part.kind is not PartKind.COMPOSITE}
    return replace(
        inputs,
        candidates=tuple(
            replace(one, marks={**one.marks, **dict.fromkeys(waived[one.post] & leaves, exempt)})
            for one in inputs.candidates
        ),
    )


def written_inputs(session: Session, selection_id: int) -> Inputs:
    """Posts, candidates and confirmed written marks, without records."""
    return Inputs(posts_with_places(session, selection_id), tuple(_candidates(session, selection_id).values()))


def composite_inputs(session: Session, selection_id: int, scheme: Scheme) -> Inputs:
    """What the composite is computed from but for records: written marks, sealed sheets, and who was admitted."""
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
    """Ticket numbers of those who have withdrawn or were disqualified, or in whose place somebody stepped in."""
    replaced = select(ReplacementRow.gone_id).where(
        ReplacementRow.selection_id == selection_id, ReplacementRow.state == "confirmed"
    )
    gone = {*_standings(session, selection_id), *session.exec(replaced)}
    return frozenset(row.ticket_number for row in _candidacies(session, selection_id) if (row.id or 0) in gone)
