"""Ticket numbers, rooms and seats of the written exam (准考证号、考场、座位), by an order drawn by lot."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.errors import Problem

MOST_SEATS = 500
_LEAST_FIGURES = 4
_LEAST_ROOM_FIGURES = 2


@dataclass(frozen=True, slots=True)
class Ticketed:
    """One registration with its ticket number, room and seat; seats count from 1."""

    registration_id: int
    ticket_number: str
    room: str
    seat: int


def check_order(order: Sequence[int], passed: Collection[int], room_size: int) -> list[Problem]:
    """What is wrong with a drawn order: it must name every registration that passed, each once, and no other."""
    problems = []
    named = set(order)
    if len(named) != len(order):
        problems.append(
            Problem("The drawn order names {count} registrations twice.", {"count": len(order) - len(named)}, "order")
        )
    if missing := set(passed) - named:
        problems.append(
            Problem("{count} registrations that passed are not in the drawn order.", {"count": len(missing)}, "order")
        )
    if foreign := named - set(passed):
        problems.append(
            Problem("The drawn order names {count} registrations that did not pass.", {"count": len(foreign)}, "order")
        )
    if not 1 <= room_size <= MOST_SEATS:
        problems.append(Problem("A room has from 1 to {most} seats.", {"most": MOST_SEATS}, "room_size"))
    return problems


def ticket(order: Sequence[int], year: int, room_size: int) -> tuple[Ticketed, ...]:
    """Number and seat everybody in the drawn order: 20260001 sits in room 01 on seat 1, and so on."""
    rooms = -(-len(order) // room_size)
    figures = max(_LEAST_FIGURES, len(str(len(order))))
    room_figures = max(_LEAST_ROOM_FIGURES, len(str(rooms)))
    return tuple(
        Ticketed(
            registration_id,
            f"{year}{place + 1:0{figures}}",
            f"{place // room_size + 1:0{room_figures}}",
            place % room_size + 1,
        )
        for place, registration_id in enumerate(order)
    )
