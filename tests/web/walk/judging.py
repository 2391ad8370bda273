"""Judges: at a real tablet with the keys of the sheet, or by the forms of the same pages."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from playwright.sync_api import expect

from tests.web.walk.interviewing import Card
from tests.web.walk.person import SECONDS, House, Person
from web.i18n import Language

Sheet = Mapping[str, Decimal]
"""A mark for each element."""

PLAIN: Sheet = {
    "analysis": Decimal("16.5"),
    "organising": Decimal(17),
    "response": Decimal("11.5"),
    "expertise": Decimal(16),
    "expression": Decimal("12.5"),
    "bearing": Decimal(8),
}
"""A sheet like many."""

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}


@dataclass(slots=True)
class Seat:
    """A judge on their seat; `screens` is what their tablet has shown of a hearing, `given` the totals they gave."""

    card: Card
    person: Person
    screens: list[str] = field(default_factory=list)
    given: list[Decimal] = field(default_factory=list)

    def open(self) -> None:
        """Open the tablet by the seat card; a wrong PIN is refused, the card's code stays."""
        me = self.person
        me.go("/judge/open")
        me.fill(card=self.card.code, pin="000000" if self.card.pin != "000000" else "111111")
        me.press("Open", status=422)
        assert me.page.input_value("#card") == self.card.code
        me.fill(pin=self.card.pin)
        me.press("Open")
        me.heading("Nobody is in the room")

    def mark(self, number: int, sheet: Sheet) -> None:
        """The sheet opens by itself, is filled in by its own keys, survives a reload, is looked through, handed in."""
        me = self.person
        me.brought_to(f"/judge/{number}")
        for place, mark in enumerate(sheet.values()):
            self._type(mark)
            if place == 0:
                self._reload(mark)
        self._see()
        check = me.page.locator("[data-check] .button.push")
        expect(check).to_be_enabled()
        me.press_it(check)
        self._see()
        self.given.append(sum(sheet.values(), Decimal(0)))
        me.press("Submit, total {total}", total=self.given[-1])
        me.heading("The sheet of candidate {number} is submitted", number=number)
        self._see()

    def _type(self, mark: Decimal) -> None:
        me, text = self.person, f"{mark:f}"
        whole, _, half = text.partition(".")
        for digit in whole:
            me.page.locator(f".keys [data-digit='{digit}']").click()
        if half and int(half):
            me.page.locator(".keys [data-digit^='.']").click()
        if me.page.locator(".keys [data-next]").is_enabled():
            me.page.locator(".keys [data-next]").click()

    def _reload(self, mark: Decimal) -> None:
        """Reload the tablet; what was typed is there again, from the server or from the tablet."""
        me = self.person
        expect(me.page.locator("#kept [data-state='received']")).to_be_visible(timeout=SECONDS * 1000)
        me.go(me.page.url)
        shown = me.page.locator("[data-slot='mark']").first
        expect(shown).to_have_text(re.compile(rf"^{re.escape(f'{mark:f}')}(\.0)?$"), timeout=SECONDS * 1000)
        me.page.locator(".element").nth(1).click()

    def rest(self) -> None:
        """Back to what goes on in the room."""
        self.person.go("/judge")
        self._see()

    def _see(self) -> None:
        self.screens.append(self.person.page.inner_text("body"))

    # ── by the forms alone ───────────────────────────────────────────────────────────────────────────────────────

    def open_by_form(self) -> None:
        """Open the seat without a window."""
        self.person.send("/judge/open", card=self.card.code, pin=self.card.pin)
        self.person.token = ""

    def mark_by_form(self, number: int, sheet: Sheet) -> None:
        """Hand the sheet in by the form of its page."""
        marks = {f"mark-{key}": f"{mark:f}" for key, mark in sheet.items()}
        self.person.send(f"/judge/{number}/submit", version="1", key=secrets.token_urlsafe(18), **marks)


def take_seat(house: House, card: Card, language: Language = Language.CHINESE) -> Seat:
    """A judge with a card in hand, at a tablet."""
    return Seat(card, Person(house, f"评委{card.seat}", "", language, TABLET))


def assert_unseen(seats: Sequence[Seat], totals: Mapping[int, Decimal]) -> None:
    """No tablet has shown another seat's total of this hearing, unless it is one that this judge gave as well."""
    for seat in seats:
        shown = "\n".join(seat.screens)
        assert _stands(totals[seat.card.seat], shown)
        assert not [one for one in totals.values() if one not in seat.given and _stands(one, shown)]
        seat.screens.clear()


def _stands(total: Decimal, shown: str) -> bool:
    return re.search(rf"(?<![\d.]){total:.1f}(?!\d)", shown) is not None
