"""Written marks entered by two independent hands (一评录入、二评录入): checks, differences, the settled list.

Marks are exact decimals in points of their paper. The two hands type or load the same signed paper without seeing
each other's entries; where they differ, a third person settles from the paper.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.errors import Problem, refuse_any
from core.words import N_


class MarkState(StrEnum):
    """What became of one person in one paper (rules: absence, misconduct)."""

    PRESENT = "present"  # 正常
    ABSENT = "absent"  # 缺考
    VOID = "void"  # 成绩无效


STATE_WORDS = {
    MarkState.PRESENT: N_("present"),
    MarkState.ABSENT: N_("absent"),
    MarkState.VOID: N_("mark void"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the written exam (科目): its key in data, its name on pages, full marks, decimals allowed.

    `excused` are the ticket numbers of those whose post does not have this paper.
    """

    key: str
    name: str
    maximum: Decimal
    decimals: int = 1
    excused: frozenset[str] = frozenset()


TICKET_FIELD = "ticket"
"""The field named by a problem of the ticket number itself."""

Place = tuple[str, str]
"""Ticket number and paper key: where one mark stands."""


@dataclass(frozen=True, slots=True)
class MarkEntry:
    """One hand's entry for one ticket number and paper; `mark` is None unless the person was present.

    `row` is the row of the sheet it came from, 0 if none.
    """

    ticket: str
    paper: str
    state: MarkState
    mark: Decimal | None
    row: int = 0

    @property
    def place(self) -> Place:
        """Where the mark stands."""
        return self.ticket, self.paper


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the two hands do not say the same; None: this hand says nothing of it."""

    ticket: str
    paper: str
    first: MarkEntry | None
    second: MarkEntry | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the third person read from the signed paper for one difference, with a reason for the record."""

    ticket: str
    paper: str
    state: MarkState
    mark: Decimal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SettledMark:
    """A mark that stands: said by both hands, or settled from the paper (`settled`)."""

    ticket: str
    paper: str
    state: MarkState
    mark: Decimal | None
    settled: bool


def check_mark(state: MarkState, mark: Decimal | None, paper: Paper) -> tuple[str, dict[str, object]] | None:
    """Why this mark cannot stand in this paper, as sentence and facts; None if it can."""
    if state is not MarkState.PRESENT:
        return None if mark is None else (N_("A person without a valid mark cannot have {mark}."), {"mark": mark})
    if mark is None:
        return N_("The mark is missing. If the person did not sit the paper, say so."), {}
    if not mark.is_finite() or mark < 0:
        return N_("A mark cannot be {mark}."), {"mark": mark}
    if mark > paper.maximum:
        return N_("{mark} is above the full mark of {maximum}."), {"mark": mark, "maximum": paper.maximum}
    if mark != round(mark, paper.decimals):
        facts: dict[str, object] = {"mark": mark, "decimals": paper.decimals}
        return N_("{mark} has too many decimals; this paper allows {decimals}."), facts
    return None


def check_entries(entries: Sequence[MarkEntry], papers: Sequence[Paper], tickets: Collection[str]) -> list[Problem]:
    """Every problem of one hand's list: what is wrong in it, and who is left out.

    `tickets` are the numbers of all admitted to the exam; each must stand in the list once per paper.
    """
    return wrong_entries(entries, papers, tickets) + left_out(papers, tickets, [one.place for one in entries])


def wrong_entries(entries: Sequence[MarkEntry], papers: Sequence[Paper], tickets: Collection[str]) -> list[Problem]:
    """What is wrong in the list itself: marks that cannot stand, unknown papers, unknown or repeated people."""
    by_key = {paper.key: paper for paper in papers}
    known = frozenset(tickets)
    seen: dict[Place, int] = {}
    problems = []
    for entry in entries:
        paper = by_key.get(entry.paper)
        if paper is None:
            problems.append(Problem("There is no paper {paper}.", {"paper": entry.paper}, entry.paper, entry.row))
            continue
        if entry.ticket not in known:
            problems.append(
                Problem("Nobody has the ticket number {ticket}.", {"ticket": entry.ticket}, TICKET_FIELD, entry.row)
            )
        elif entry.ticket in paper.excused:
            facts = {"ticket": entry.ticket}
            problems.append(Problem("{ticket} does not sit this paper.", facts, paper.name, entry.row))
        elif entry.place in seen:
            problems.append(
                Problem(
                    "The ticket number {ticket} already stands in row {other}.",
                    {"ticket": entry.ticket, "other": seen[entry.place]},
                    TICKET_FIELD,
                    entry.row,
                )
            )
        seen.setdefault(entry.place, entry.row)
        wrong = check_mark(entry.state, entry.mark, paper)
        if wrong:
            problems.append(Problem(wrong[0], wrong[1], paper.name, entry.row))
    return _once(problems)


def left_out(papers: Sequence[Paper], tickets: Iterable[str], listed: Iterable[Place]) -> list[Problem]:
    """Who is admitted to the exam and does not stand in the list, paper by paper."""
    there = frozenset(listed)
    return [
        Problem(
            "The ticket number {ticket} is not in the list. Who did not come is listed as absent.",
            {"ticket": ticket},
            paper.name,
        )
        for paper in papers
        for ticket in sorted(tickets)
        if (ticket, paper.key) not in there and ticket not in paper.excused
    ]


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """A ticket number wrong in several papers of one row is one problem, not several."""
    kept: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        kept.setdefault((problem.row, problem.field, str(problem)), problem)
    return list(kept.values())


def differences(first: Iterable[MarkEntry], second: Iterable[MarkEntry]) -> tuple[Difference, ...]:
    """Every place where the two hands differ, in order of ticket number and paper.

    85 and 85.0 are the same mark. Both lists must have passed `check_entries`.
    """
    one = {entry.place: entry for entry in first}
    two = {entry.place: entry for entry in second}
    return tuple(
        Difference(*place, one.get(place), two.get(place))
        for place in sorted(one.keys() | two.keys())
        if _said(one.get(place)) != _said(two.get(place))
    )


def _said(entry: MarkEntry | None) -> tuple[MarkState, Decimal | None] | None:
    return (entry.state, entry.mark) if entry else None


def settle(
    first: Sequence[MarkEntry],
    second: Sequence[MarkEntry],
    settlements: Sequence[Settlement],
    papers: Sequence[Paper],
) -> tuple[SettledMark, ...]:
    """The list that stands: what both hands say, and the settled differences; raises one Refusal otherwise.

    Every difference needs exactly one settlement and nothing else may be settled: what both hands say alike is not
    the third person's to change. A value that neither hand entered is allowed and needs a reason.
    """
    open_places = {(one.ticket, one.paper): one for one in differences(first, second)}
    refuse_any(_settlement_problems(open_places, settlements, {paper.key: paper for paper in papers}))
    decided = {(one.ticket, one.paper): one for one in settlements}
    agreed = {entry.place: entry for entry in first if entry.place not in open_places}
    standing = [
        SettledMark(entry.ticket, entry.paper, entry.state, entry.mark, settled=False) for entry in agreed.values()
    ]
    standing += [SettledMark(one.ticket, one.paper, one.state, one.mark, settled=True) for one in decided.values()]
    return tuple(sorted(standing, key=lambda mark: (mark.ticket, mark.paper)))


def _settlement_problems(
    open_places: Mapping[Place, Difference], settlements: Sequence[Settlement], papers: Mapping[str, Paper]
) -> list[Problem]:
    counted = Counter((one.ticket, one.paper) for one in settlements)
    problems = [
        Problem("The difference at {ticket} is not settled yet.", {"ticket": place[0]}, _name(papers, place[1]))
        for place in open_places
        if place not in counted
    ]
    for place, times in counted.items():
        if place not in open_places:
            problems.append(
                Problem(
                    "Both hands say the same at {ticket}; there is nothing to settle.",
                    {"ticket": place[0]},
                    _name(papers, place[1]),
                )
            )
        elif times > 1:
            problems.append(
                Problem("The difference at {ticket} is settled twice.", {"ticket": place[0]}, _name(papers, place[1]))
            )
    for one in settlements:
        difference = open_places.get((one.ticket, one.paper))
        wrong = check_mark(one.state, one.mark, papers[one.paper]) if one.paper in papers else None
        if wrong:
            problems.append(Problem(wrong[0], wrong[1], _name(papers, one.paper)))
        elif difference and not one.reason.strip() and _neither(difference, one):
            problems.append(
                Problem(
                    "Neither hand entered this value at {ticket}: state the reason.",
                    {"ticket": one.ticket},
                    _name(papers, one.paper),
                )
            )
    return problems


def _neither(difference: Difference, settlement: Settlement) -> bool:
    return (settlement.state, settlement.mark) not in (_said(difference.first), _said(difference.second))


def _name(papers: Mapping[str, Paper], key: str) -> str:
    return papers[key].name if key in papers else key
