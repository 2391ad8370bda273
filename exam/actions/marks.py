"""Written marks in two hands and a third: two independent entries, their differences settled, then confirmed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from core import audit
from core.actions import note_file
from core.acts import touch
from core.canonical import fingerprint
from core.db import sql_table
from core.errors import Problem, Refusal, refuse_any
from core.files import Saved
from core.people import Actor, FirstHand, Power, require_second_hand
from exam import marking
from exam.actions.gate import refuse_hindered
from exam.marking import Paper, Settlement, check_entries, check_mark, differences, settle
from exam.queries import (
    entry_lines,
    marks_confirmed,
    selection_row,
    settlements,
    standing_entries,
    ticket_ids,
    written_papers,
)
from exam.stages import Deed
from exam.tables import MarkEntry, MarkLine, MarkSettlement, WrittenMark

HANDS = (1, 2)
_REASON_CAP = 1000
_PLACED = frozenset({"ticket", "mark", "reason"})
"""Fields of one settlement; every other problem is of all of them alike."""


def load_entry(
    session: Session,
    actor: Actor,
    selection_id: int,
    hand: int,
    lines: Sequence[marking.MarkEntry],
    papers: Sequence[Paper],
    *,
    saved: Saved | None = None,
    source_name: str = "",
    now: datetime,
) -> int:
    """Accept one hand's whole entry, from an .xlsx (`saved`) or typed from the signed paper; returns its id.

    All or nothing: every wrong row is named at once. A hand may load again until the marks are confirmed; the earlier
    entry keeps its rows. `papers` are those of the frozen scheme, with their full marks.
    """
    actor.require(Power.EXAM_MARKS_ENTER, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.ENTER_MARKS, now)
    if hand not in HANDS:
        raise ValueError("there are two hands")
    _refuse_confirmed(session, selection_id)
    standing = standing_entries(session, selection_id)
    _refuse_same_hand(actor, standing.get(3 - hand))
    candidacies = ticket_ids(session, selection_id)
    refuse_any(_paper_problems(session, selection_id, papers, now) + check_entries(lines, papers, candidacies.keys()))
    if saved is not None:
        note_file(session, saved, now)
    if (earlier := standing.get(hand)) is not None:
        earlier.replaced_at = now
        session.add(earlier)
    source = ("xlsx", saved.sha256) if saved else ("typed", _digest(lines))
    entry = MarkEntry(
        selection_id=selection_id,
        hand=hand,
        source=source[0],
        source_name=source_name[:200],
        source_sha256=source[1],
        person_id=actor.person_id,
        device=actor.device,
        entered_at=now,
    )
    session.add(entry)
    session.flush()
    _add_lines(session, entry, lines, candidacies)
    replaced = earlier.id if earlier else None
    facts = {"hand": hand, "lines": len(lines), "sha256": entry.source_sha256, "replaced": replaced}
    audit.record(session, actor, "marks.entered", now, scope=selection_id, entry=entry.id, **facts)
    touch(session, f"marks:{selection_id}")
    return entry.id or 0


def settle_difference(
    session: Session, actor: Actor, selection_id: int, settlement: Settlement, papers: Sequence[Paper], *, now: datetime
) -> None:
    """Settle one difference from the signed paper: a third person, proven afresh.

    The value is one of the two, or another one with a reason. Settled again before the marks are confirmed, the newest
    counts; that needs a reason.
    """
    actor.require(Power.EXAM_MARKS_SETTLE, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.SETTLE_MARKS, now)
    _refuse_confirmed(session, selection_id)
    first, second = _both_entries(session, selection_id)
    _require_third_hand(actor, (first, second), now)
    problems = _settlement_problems(session, (first, second), settlement, papers)
    refuse_any(problems)
    row = MarkSettlement(
        first_entry_id=first.id or 0,
        second_entry_id=second.id or 0,
        candidacy_id=ticket_ids(session, selection_id)[settlement.ticket],
        paper_key=settlement.paper,
        mark=settlement.mark,
        state=settlement.state,
        reason=settlement.reason,
        settled_by=actor.person_id,
        settled_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "marks.settled",
        now,
        scope=selection_id,
        settlement=row.id,
        candidacy=row.candidacy_id,
        paper=row.paper_key,
    )
    touch(session, f"marks:{selection_id}")


def settle_differences(
    session: Session,
    actor: Actor,
    selection_id: int,
    chosen: Sequence[Settlement],
    papers: Sequence[Paper],
    *,
    now: datetime,
) -> int:
    """Settle several differences by one proof, all or none; returns how many.

    The fields of the problems end in the place, as in "reason.20260001.common".
    """
    if not chosen:
        raise Refusal("Choose what counts for at least one difference.", field="differences")
    problems: list[Problem] = []
    for one in chosen:
        try:
            settle_difference(session, actor, selection_id, one, papers, now=now)
        except Refusal as refusal:
            if refusal.status != Refusal().status:  # no duty, wrong stage: the same for every difference
                raise
            problems += [
                Problem(found.sentence, found.facts, f"{found.field}.{one.ticket}.{one.paper}")
                if found.field in _PLACED
                else found
                for found in refusal.problems
            ]
    refuse_any(list({(str(one), one.field): one for one in problems}.values()))
    return len(chosen)


def confirm_marks(session: Session, actor: Actor, selection_id: int, papers: Sequence[Paper], *, now: datetime) -> int:
    """Confirm the marks both hands say alike together with the settled ones; returns how many stand.

    The confirming person did not enter any of them, and proves who they are afresh.
    """
    actor.require(Power.EXAM_MARKS_CONFIRM, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.SETTLE_MARKS, now)
    _refuse_confirmed(session, selection_id)
    first, second = _both_entries(session, selection_id)
    _require_third_hand(actor, (first, second), now)
    decided = settlements(session, first.id or 0, second.id or 0)
    lines = entry_lines(session, [first.id or 0, second.id or 0])
    standing = settle(lines[first.id or 0], lines[second.id or 0], list(decided.values()), papers)
    candidacies = ticket_ids(session, selection_id)
    session.execute(
        insert(sql_table(WrittenMark)),
        [
            {
                "selection_id": selection_id,
                "candidacy_id": candidacies[mark.ticket],
                "paper_key": mark.paper,
                "version": 1,
                "mark": mark.mark,
                "state": mark.state,
                "source": "settled" if mark.settled else "both_hands",
                "reason": decided[mark.ticket, mark.paper].reason if mark.settled else "",
                "settled_by": actor.person_id,
                "settled_at": now,
            }
            for mark in standing
        ],
    )
    facts = {"first": first.id, "second": second.id, "settled": len(decided), "sha256": _digest(standing)}
    audit.record(session, actor, "marks.confirmed", now, scope=selection_id, count=len(standing), **facts)
    touch(session, f"marks:{selection_id}")
    return len(standing)


def _add_lines(
    session: Session, entry: MarkEntry, lines: Iterable[marking.MarkEntry], candidacies: Mapping[str, int]
) -> None:
    rows = [
        {
            "entry_id": entry.id,
            "candidacy_id": candidacies[line.ticket],
            "paper_key": line.paper,
            "mark": line.mark,
            "state": line.state,
        }
        for line in lines
    ]
    if rows:
        session.execute(insert(sql_table(MarkLine)), rows)


def _digest(lines: Iterable[marking.MarkEntry | marking.SettledMark]) -> str:
    """SHA-256 of marks in order of ticket number and paper."""
    return fingerprint(sorted([line.ticket, line.paper, str(line.state), line.mark] for line in lines))


def _refuse_confirmed(session: Session, selection_id: int) -> None:
    if marks_confirmed(session, selection_id):
        raise Refusal("The written marks are confirmed; they can only be corrected now.", status=409)


def _refuse_same_hand(actor: Actor, other: MarkEntry | None) -> None:
    """The two entries are made by two people on two devices, neither of whom sees the other's."""
    if other is not None and other.person_id == actor.person_id:
        raise Refusal("The second hand must be another person than the first.")
    if other is not None and other.device == actor.device:
        raise Refusal("The second hand must use another device or browser than the first.", field="device")


def _both_entries(session: Session, selection_id: int) -> tuple[MarkEntry, MarkEntry]:
    standing = standing_entries(session, selection_id)
    if set(standing) != set(HANDS):
        raise Refusal("Both hands must have entered all marks first.", status=409)
    return standing[1], standing[2]


def _require_third_hand(actor: Actor, entries: Iterable[MarkEntry], now: datetime) -> None:
    for entry in entries:
        require_second_hand(actor, FirstHand(entry.person_id, entry.device), now)


def _paper_problems(session: Session, selection_id: int, papers: Sequence[Paper], now: datetime) -> list[Problem]:
    """The papers of the scheme must be those that were planned, and must have been sat."""
    planned = {paper.key: paper for paper in written_papers(session, selection_id)}
    if planned.keys() != {paper.key for paper in papers}:
        return [Problem("The written papers of the rules are not those that were planned.", {}, "papers")]
    return [
        Problem("The paper {paper} has not been sat yet.", {"paper": paper.name}, paper.key)
        for paper in papers
        if planned[paper.key].starts_at > now
    ]


def _settlement_problems(
    session: Session, entries: tuple[MarkEntry, MarkEntry], settlement: Settlement, papers: Sequence[Paper]
) -> list[Problem]:
    first, second = (entry.id or 0 for entry in entries)
    lines = entry_lines(session, [first, second])
    place = (settlement.ticket, settlement.paper)
    found = next((one for one in differences(lines[first], lines[second]) if (one.ticket, one.paper) == place), None)
    paper = next((one for one in papers if one.key == settlement.paper), None)
    if found is None or paper is None:
        facts = {"ticket": settlement.ticket}
        return [Problem("Both hands say the same at {ticket}; there is nothing to settle.", facts, "ticket")]
    problems = []
    if wrong := check_mark(settlement.state, settlement.mark, paper):
        problems.append(Problem(wrong[0], wrong[1], "mark"))
    said = [(hand.state, hand.mark) for hand in (found.first, found.second) if hand is not None]
    if not settlement.reason.strip():
        if (settlement.state, settlement.mark) not in said:
            sentence = Problem(
                "Neither hand entered this value at {ticket}: state the reason.",
                {"ticket": settlement.ticket},
                "reason",
            )
            problems.append(sentence)
        elif place in settlements(session, first, second):
            problems.append(
                Problem("This difference is settled already; settling it again needs a reason.", {}, "reason")
            )
    elif len(settlement.reason) > _REASON_CAP:
        problems.append(Problem("This must be a text of at most {most} characters.", {"most": _REASON_CAP}, "reason"))
    return problems
