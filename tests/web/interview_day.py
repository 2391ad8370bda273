"""An interview day with browsers: staff signed in by password, judges' tablets opened by card and PIN."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import Response
from litestar.testing import TestClient
from sqlmodel import Session

from core.people import Duty
from core.tables import Account, DutyGrant, Person
from exam.tables import Selection
from interview.actions import issue_seat_card
from tests.interview.day import Day, in_rows, make_day
from tests.web.desk import PASSWORD, PASSWORD_HASH, problems
from web.app import make_app
from web.house import House
from web.seat_cards import SeatCard
from web.sheet_door import SheetDoor

PIN = "135790"
CARD_HASH = SeatCard("____CARD", PIN).kept()[1]  # all cards of the tests differ in their marks alone
CODE = "LC2026"
STAFF: Mapping[str, Duty] = {
    "officer": Duty.EXAM_OFFICER,
    "waiting": Duty.WAITING_ROOM_OFFICER,
    "room": Duty.ROOM_OFFICER,
    "supervisor": Duty.SUPERVISOR,
    "recording": Duty.RECORDING_OFFICER,
    "vetter": Duty.VETTER,
}


@dataclass(slots=True)
class Browser:
    """One browser; forms are sent with the token of the page last seen."""

    client: TestClient[Any]
    house: House
    contact: str = ""
    token: str = ""

    def get(self, path: str, status: int = 200, **headers: str) -> Response:
        """A page; redirects are followed."""
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == status, (path, answer.status_code, problems(answer.text))
        return self._seen(answer)

    def post(self, path: str, status: int = 303, files: Any = None, **fields: object) -> Response:
        """Send a form; the answer is not followed."""
        answer = self.client.post(path, data={"_csrf": self.token, **fields}, files=files, follow_redirects=False)
        assert answer.status_code == status, (path, answer.status_code, problems(answer.text))
        return self._seen(answer)

    def prove(self, path: str, status: int = 303, **fields: object) -> Response:
        """Send a form with password and a fresh one-time code."""
        self.post("/code", back=path)
        sent = max((self.house.settings.data / "outbox").glob(f"*-{self.contact}.txt"))
        found = re.search(r"\b(\d{6})\b", sent.read_text("utf-8").split("\n", 1)[1])
        assert found is not None
        return self.post(path, status, **{"password": PASSWORD, "code": found[1], **fields})

    def _seen(self, answer: Response) -> Response:
        if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
            self.token = found[1]
        return answer


@dataclass
class DayInHouse:
    """A day's acts in a house, and the browsers of those who take part; `at` runs close to the real clock."""

    house: House
    day: Day
    browsers: dict[str, Browser] = field(default_factory=dict)
    cards: dict[int, str] = field(default_factory=dict)

    def browser(self, name: str) -> Browser:
        """The browser of a member of staff, signed in, in English."""
        if name not in self.browsers:
            here = self._new(f"{name}@x.cn")
            here.get("/sign-in")
            here.post("/sign-in", name=name, password=PASSWORD, next="")
            self.browsers[name] = here
        return self.browsers[name]

    def tablet(self, number: int, room: str = "1") -> Browser:
        """The tablet at a judge's seat, opened with card and PIN."""
        key = f"seat {room}/{number}"
        if key not in self.browsers:
            here = self._new(tablet=True)
            here.get("/judge/open")
            here.post("/judge/open", card=self.card(self.day.seats[room][number - 1]), pin=PIN)
            here.get("/judge")
            self.browsers[key] = here
        return self.browsers[key]

    def card(self, seat_id: int) -> str:
        """The code of a seat's card, issued now if there is none."""
        if seat_id not in self.cards:
            self.cards[seat_id] = f"{seat_id:04}CARD"
            self.day.run(issue_seat_card, self.day.composer, seat_id, f"{seat_id:04}", CARD_HASH)
        return self.cards[seat_id]

    def _new(self, contact: str = "", *, tablet: bool = False) -> Browser:
        app = make_app(self.house)
        door = SheetDoor(app, app.state.sessions, app.state.tablets) if tablet else app
        client = TestClient(door)
        client.headers["accept-language"] = "en"
        return Browser(client, self.house, contact)


def open_day(house: House, *, candidates: int = 3) -> DayInHouse:
    """A selection at interview entry with its staff; nobody is admitted yet."""
    day = make_day(house.database, house.acts, sizes=(candidates,))
    day.at = datetime.now(UTC) - timedelta(hours=1)
    in_rows(house.database, lambda session: _employ(session, house, day))
    return DayInHouse(house, day)


def ready(house: House, *, candidates: int = 3) -> DayInHouse:
    """A day with room 1: its panel seated, the lots drawn."""
    made = open_day(house, candidates=candidates)
    made.day.admit()
    made.day.open_room()
    made.day.seat_panel()
    made.day.draw()
    return made


def _employ(session: Session, house: House, day: Day) -> None:
    selection = session.get_one(Selection, day.selection_id)
    selection.code, selection.title, selection.title_en = (
        CODE,
        "澜川市公开选拔市直部门副局长",
        "Open selection, Lanchuan",
    )
    session.add(selection)
    for name, duty in STAFF.items():
        contact = f"{name}@x.cn"
        person = Person(
            name=f"职员{name}", contact_cipher=house.vault.seal(contact), contact_hash=house.vault.fingerprint(contact),
            created_at=day.at,
        )  # fmt: skip
        session.add(person)
        session.flush()
        account = Account(person_id=person.id or 0, name=name, password_hash=PASSWORD_HASH, created_at=day.at)
        session.add(account)
        session.flush()
        session.add(
            DutyGrant(
                account_id=account.id or 0, scope_id=day.selection_id, duty=duty, state="held", proposed_at=day.at,
                confirmed_at=day.at,
            )
        )  # fmt: skip
