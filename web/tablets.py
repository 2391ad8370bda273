"""What every request of a judge's tablet asks for again and again, remembered: none of it changes on the day.

The seat's place, the form of the sheet, and which hearing has which number in the room. Whether a seat is withdrawn or
a hearing open is never remembered: the acts and the pages look each time.
"""

import asyncio
from dataclasses import dataclass, field

from sqlmodel import Session

from interview import blind
from interview.blind import HearingView, SeatView
from interview.scoresheet import SheetForm
from web.asking import need
from web.house import House

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Tablet:
    """One sealed number seen from one seat; `heard` as it stood when it was first asked for."""

    place: SeatView
    form: SheetForm
    heard: HearingView


@dataclass(slots=True)
class Tablets:
    """The tablets of one process."""

    house: House
    _kept: dict[tuple[int, int], Tablet] = field(default_factory=dict)

    async def sheet(self, seat_id: int, number: int) -> Tablet:
        """The unchanging facts of one sheet. Raises Denied for a number that is not this room's."""
        kept = self._kept.get((seat_id, number))
        if kept is None:
            kept = await asyncio.to_thread(self._load, seat_id, number)
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[seat_id, number] = kept
        return kept

    def _load(self, seat_id: int, number: int) -> Tablet:
        with self.house.database.reading() as session:
            return load(session, seat_id, number)


def load(session: Session, seat_id: int, number: int) -> Tablet:
    """The facts of one sheet from the database."""
    place = need(blind.seat(session, seat_id))
    heard = need(blind.hearing_by_number(session, seat_id, number))
    return Tablet(place, blind.form(session, seat_id), heard)
