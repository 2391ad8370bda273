"""The candidates' lots (抽签): who is heard in which room under which number, and whether a register is whole.

Physical lots are drawn by hand and signed for; a computed order is that of gongxuan-draw-v1. Either way everybody
admitted to the post has one lot, and a room's numbers run from 1 without a gap (rules.md section 14).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.draws import Draw
from core.errors import Problem
from core.placement import Complete, Terms


@dataclass(frozen=True, slots=True)
class Lot:
    """One candidate's lot: ticket number, room's code, and the sealed number (面试序号) in that room."""

    ticket: str
    room: str
    number: int


@dataclass(frozen=True, slots=True)
class Register:
    """A signed register of physical lots (抽签登记表): its number on paper, who witnessed, and the lots."""

    reference: str
    witnesses: tuple[str, ...]
    lots: tuple[Lot, ...]


def check_register(register: Register) -> list[Problem]:
    """What is missing on the register itself."""
    problems = []
    if not register.reference.strip():
        problems.append(Problem("Give the number of the signed register.", field="reference"))
    if not any(name.strip() for name in register.witnesses):
        problems.append(Problem("Name at least one witness of the draw.", field="witnesses"))
    return problems


def check_lots(lots: Sequence[Lot], tickets: Collection[str], rooms: Collection[str]) -> list[Problem]:
    """Everything that keeps these lots from being the order of the candidates; `row` is the lot's 1-based line."""
    drawn = Counter(lot.ticket for lot in lots)
    problems = []
    for row, lot in enumerate(lots, start=1):
        facts: dict[str, object] = {"ticket": lot.ticket, "room": lot.room, "number": lot.number}
        if lot.ticket not in tickets:
            problems.append(Problem("{ticket} is not to be heard for this post.", facts, "ticket", row))
        elif drawn[lot.ticket] > 1:
            problems.append(Problem("{ticket} has more than one lot.", facts, "ticket", row))
        if lot.room not in rooms:
            problems.append(Problem("Room {room} does not hear this post.", facts, "room", row))
    problems += [
        Problem("{ticket} has no lot.", {"ticket": ticket}, "ticket")
        for ticket in sorted(ticket for ticket in tickets if ticket not in drawn)
    ]
    return problems + _number_problems(lots)


def _number_problems(lots: Sequence[Lot]) -> list[Problem]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for lot in lots:
        numbers[lot.room].append(lot.number)
    return [
        Problem(
            "The numbers of room {room} must run from 1 to {count}, each once.",
            {"room": room, "count": len(found)},
            "number",
        )
        for room, found in sorted(numbers.items())
        if sorted(found) != list(range(1, len(found) + 1))
    ]


def lots_of(draw: Draw, rooms: Sequence[str]) -> tuple[Lot, ...]:
    """The lots that follow from a computed draw of ticket numbers.

    One room takes the whole order; of several each takes those placed there, in the drawn order.
    """
    if not draw.placements:
        return tuple(Lot(ticket, rooms[0], number) for number, ticket in enumerate(draw.order, start=1))
    count: Counter[str] = Counter()
    found = []
    for placed in draw.placements:
        count[placed.place] += 1
        found.append(Lot(placed.id, placed.place, count[placed.place]))
    return tuple(found)


def check_draw(draw: Draw, draw_id: str, rooms: Collection[str]) -> list[Problem]:
    """Whether a computed draw is the one to be recorded: its own number, and places for every id in these rooms."""
    problems = []
    if draw.notice.draw_id != draw_id:
        facts = {"found": draw.notice.draw_id, "wanted": draw_id}
        problems.append(Problem("This is the draw {found}; the one to be recorded is {wanted}.", facts, "draw_id"))
    terms = draw.notice.terms
    if len(rooms) > 1 and terms is None:
        problems.append(Problem("A draw into several rooms must name the rooms.", field="constraints"))
    if terms is not None and (_places(terms) != set(rooms) or terms.complete is not Complete.IDS):
        problems.append(
            Problem("The draw must place every candidate in one of the rooms of this post.", field="constraints")
        )
    return problems


def _places(terms: Terms) -> set[str]:
    return {place.key for place in terms.places}
