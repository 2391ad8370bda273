"""Reads of candidates with tickets and of their written marks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from exam import marking
from exam.candidacy import CandidacyEventKind
from exam.marking import Difference, MarkState, Place, Settlement, differences
from exam.tables import Candidacy, CandidacyEvent, MarkEntry, MarkLine, MarkSettlement, Post, WrittenMark


@dataclass(frozen=True, slots=True)
class CandidacyLine:
    """A candidate with a ticket, with what has been noted of them, in order."""

    candidacy: Candidacy
    post: Post
    events: tuple[CandidacyEventKind, ...]


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A place where the two hands differ, with its settlement if there is one."""

    difference: Difference
    settlement: Settlement | None


def candidacies(session: Session, selection_id: int, post_id: int | None = None) -> list[CandidacyLine]:
    """All candidates with tickets, by ticket number; of one post if named."""
    query = (
        select(Candidacy, Post)
        .join(Post, col(Post.id) == col(Candidacy.post_id))
        .where(Candidacy.selection_id == selection_id)
        .order_by(col(Candidacy.ticket_number))
    )
    if post_id is not None:
        query = query.where(Candidacy.post_id == post_id)
    events = candidacy_events(session, selection_id)
    return [
        CandidacyLine(
            candidacy, post, tuple(CandidacyEventKind(event.kind) for event in events.get(candidacy.id or 0, ()))
        )
        for candidacy, post in session.exec(query)
    ]


def candidacy_events(session: Session, selection_id: int) -> dict[int, list[CandidacyEvent]]:
    """Everything noted of candidates, by candidacy, in order."""
    noted: dict[int, list[CandidacyEvent]] = {}
    for event in session.exec(
        select(CandidacyEvent)
        .join(Candidacy, col(Candidacy.id) == col(CandidacyEvent.candidacy_id))
        .where(Candidacy.selection_id == selection_id)
        .order_by(col(CandidacyEvent.id))
    ):
        noted.setdefault(event.candidacy_id, []).append(event)
    return noted


def candidacy_of(session: Session, registration_id: int) -> Candidacy | None:
    """The candidacy that a registration led to."""
    return session.exec(select(Candidacy).where(Candidacy.registration_id == registration_id)).first()


def ticket_ids(session: Session, selection_id: int) -> dict[str, int]:
    """Candidacy ids by ticket number."""
    rows = session.exec(select(Candidacy.ticket_number, Candidacy.id).where(Candidacy.selection_id == selection_id))
    return {number: key or 0 for number, key in rows}


def standing_entries(session: Session, selection_id: int) -> dict[int, MarkEntry]:
    """Each hand's entry that has not been replaced, by hand."""
    rows = session.exec(
        select(MarkEntry).where(MarkEntry.selection_id == selection_id, col(MarkEntry.replaced_at).is_(None))
    )
    return {entry.hand: entry for entry in rows}


def mark_entries(session: Session, selection_id: int) -> list[MarkEntry]:
    """Every entry, replaced ones too, in order."""
    return list(
        session.exec(select(MarkEntry).where(MarkEntry.selection_id == selection_id).order_by(col(MarkEntry.id)))
    )


def entry_lines(session: Session, entry_ids: Collection[int]) -> dict[int, list[marking.MarkEntry]]:
    """The lines of entries, by entry, in order of ticket number and paper."""
    lines: dict[int, list[marking.MarkEntry]] = {entry_id: [] for entry_id in entry_ids}
    for line, ticket_number in session.exec(
        select(MarkLine, Candidacy.ticket_number)
        .join(Candidacy, col(Candidacy.id) == col(MarkLine.candidacy_id))
        .where(col(MarkLine.entry_id).in_(entry_ids))
        .order_by(col(Candidacy.ticket_number), col(MarkLine.paper_key))
    ):
        lines[line.entry_id].append(marking.MarkEntry(ticket_number, line.paper_key, MarkState(line.state), line.mark))
    return lines


def settlements(session: Session, first_entry_id: int, second_entry_id: int) -> dict[Place, Settlement]:
    """What was settled between two entries, the newest for each place."""
    rows = session.exec(
        select(MarkSettlement, Candidacy.ticket_number)
        .join(Candidacy, col(Candidacy.id) == col(MarkSettlement.candidacy_id))
        .where(MarkSettlement.first_entry_id == first_entry_id, MarkSettlement.second_entry_id == second_entry_id)
        .order_by(col(MarkSettlement.id))
    )
    return {
        (number, row.paper_key): Settlement(number, row.paper_key, MarkState(row.state), row.mark, row.reason)
        for row, number in rows
    }


def mark_differences(session: Session, selection_id: int) -> Sequence[OpenDifference] | None:
    """Where the two hands differ, by ticket number; None until both have entered."""
    entries = standing_entries(session, selection_id)
    if set(entries) != {1, 2}:
        return None
    first, second = (entries[hand].id or 0 for hand in (1, 2))
    lines = entry_lines(session, [first, second])
    decided = settlements(session, first, second)
    return [
        OpenDifference(one, decided.get((one.ticket, one.paper))) for one in differences(lines[first], lines[second])
    ]


def marks_confirmed(session: Session, selection_id: int) -> bool:
    """Whether the written marks are confirmed."""
    return session.exec(select(WrittenMark.id).where(WrittenMark.selection_id == selection_id)).first() is not None


def written_marks(session: Session, selection_id: int) -> list[WrittenMark]:
    """The marks that stand: the newest version for each candidate and paper."""
    newest: dict[tuple[int, str], WrittenMark] = {}
    for mark in session.exec(
        select(WrittenMark).where(WrittenMark.selection_id == selection_id).order_by(col(WrittenMark.version))
    ):
        newest[mark.candidacy_id, mark.paper_key] = mark
    return [newest[place] for place in sorted(newest)]
