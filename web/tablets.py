"""What every request of a judge's tablet asks for again and again, remembered: none of it changes on the day.

The seat's place, the form of the sheet, and which hearing has which number in the room. Whether a seat is withdrawn or
a hearing open is never remembered: the acts and the pages look each time.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from core.db import Database
from core.words import Name
from interview import blind
from interview.blind import HearingView, SeatView
from interview.scoresheet import SheetForm
from web.asking import need
from web.i18n import Language

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Tablet:
    """One seat: its place, its form, and the hearings of its room by number, as they stood when first asked for."""

    place: SeatView
    form: SheetForm
    by_number: Mapping[int, HearingView]
    elements: Mapping[Language, Sequence[Mapping[str, Any]]]
    """The form's elements as judge/sheet.html names them."""
    drawn: str
    """What stands for the form: its elements are drawn once for each."""


@dataclass(slots=True)
class Tablets:
    """The tablets of one process."""

    database: Database
    _kept: dict[int, Tablet] = field(default_factory=dict)

    async def find(self, seat_id: int, number: int) -> tuple[Tablet, HearingView]:
        """A seat and the hearing of a number in its room. Raises Denied where there is none."""
        kept = self._kept.get(seat_id)
        if kept is None or number not in kept.by_number:
            kept = await asyncio.to_thread(self._read, seat_id)
        return kept, need(kept.by_number.get(number))

    def find_here(self, session: Session, seat_id: int, number: int) -> tuple[Tablet, HearingView]:
        """The same within an open reading session."""
        kept = self._kept.get(seat_id)
        if kept is None or number not in kept.by_number:
            kept = self._load(session, seat_id)
        return kept, need(kept.by_number.get(number))

    def _read(self, seat_id: int) -> Tablet:
        with self.database.reading() as session:
            return self._load(session, seat_id)

    def _load(self, session: Session, seat_id: int) -> Tablet:
        place, form = need(blind.seat(session, seat_id)), blind.form(session, seat_id)
        by_number = {one.number: one for one in blind.hearings(session, seat_id)}
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[seat_id] = found = Tablet(
            place,
            form,
            by_number,
            {language: _elements(form, language) for language in Language},
            hashlib.sha256(repr(form).encode()).hexdigest(),
        )
        return found


def _elements(form: SheetForm, language: Language) -> list[Mapping[str, Any]]:
    def said(name: Name) -> str:
        return name.chinese if language is Language.CHINESE or not name.english else name.english

    return [
        {
            "key": one.key,
            "name": said(one.name),
            "maximum": one.maximum,
            "step": form.step,
            "bands": [{"name": said(band.name), "low": band.low, "high": band.high} for band in one.bands],
        }
        for one in form.elements
    ]
