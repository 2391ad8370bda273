"""Data for measuring: a finished selection of 60 candidates, and rooms full of judges with sheets to hand in.

The finished selection goes through the acts, except that its recordings are entered as verified without any video. The
rooms are multiplied by plain inserts, since only the sheets' way in is measured.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, select

from core.actions import keep_session
from core.db import sql_table
from core.files import Saved
from core.kinds import PICTURES
from core.settings import read_settings
from core.tables import Person
from exam.plan import PostPlan
from exam.tables import Candidacy, Post, Registration, Selection
from interview.tables import Hearing, Judge, Room, Seat
from recording.tables import Recording
from scoring.queries import COMPOSITE
from web.__main__ import open_ready
from web.demo import day, front
from web.demo.front import Pictures, Sample
from web.demo.pictures import draw_papers
from web.demo.stage import Stage
from web.house import House
from web.security import hashed

CANDIDATES = 60
DEVICE = "d" * 43
JUDGES = 200
PER_ROOM = 8
HEARINGS = 25


SEAT, PERSON, HEARD = 1000, 100_000, 10_000  # first ids of what is inserted
ROOMS = JUDGES // PER_ROOM
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """What the inserted rows belong to."""

    selection_id: int
    post_id: int

    @property
    def both(self) -> Row:
        return {"selection_id": self.selection_id, "post_id": self.post_id}


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the runs need: the ranking's address, the seats' session tokens, the numbers open in every room."""

    ranking: str
    tokens: tuple[str, ...]
    numbers: tuple[int, ...]


def settings(data: Path, database_url: str = "") -> Any:
    """The settings of a measured house."""
    return read_settings({"DATABASE_URL": database_url} if database_url else {}, data=str(data))


def seed(data: Path, database_url: str = "") -> Seeded:
    """Fill an empty database and close it again."""
    house = open_ready(settings(data, database_url))
    try:
        code = _finished_selection(house)
        tokens = _rooms(house)
    finally:
        house.close()
    return Seeded(f"/s/{code}/p/4", tokens, tuple(range(1, HEARINGS + 1)))


def _finished_selection(house: House) -> str:
    """One post with 60 candidates heard by 9 judges, composite published."""
    stage = Stage(house, lambda _: None)
    today = datetime.now(UTC).replace(hour=0, minute=30, second=0, microsecond=0)
    stage.employ(today - timedelta(days=200))
    post = PostPlan("01", "市水务局科员", "澜川市水务局", CANDIDATES // 5, "Officer", "Water Bureau")
    sample = Sample("BENCH-1", "测量用选拔", "For measuring", post, CANDIDATES * 2, today - timedelta(days=40))
    pictures = _pictures(house)
    selection_id = front.announce(stage, sample)
    registrations = front.register(stage, sample, selection_id, pictures)
    front.vet(stage, sample, registrations)
    front.sit(stage, sample, selection_id, registrations)
    day.enter(stage, sample, selection_id)
    heard = day.hear(stage, sample, day.seat_panel(stage, sample, selection_id, "1", ("第1考场", "Room 1")))
    _insert(house, Recording, [_verified(selection_id, one, pictures.certificate) for one in heard])
    day.tally(stage, selection_id, COMPOSITE, sample.at(2))
    return sample.code


def _verified(selection_id: int, hearing_id: int, saved: Saved) -> dict[str, Any]:
    return {
        "selection_id": selection_id, "hearing_id": hearing_id, "state": "verified", "name": "none",
        "sha256": saved.sha256, "uploaded_by": 1, "uploaded_at": datetime.now(UTC), "milliseconds": 0,
    }  # fmt: skip


def _pictures(house: House) -> Pictures:
    portraits, certificate = draw_papers(1)
    saved = [house.files.receive(io.BytesIO(one), cap=10**7, kinds=PICTURES) for one in [*portraits, certificate]]
    return Pictures((saved[0],), saved[1])


def _rooms(house: House) -> tuple[str, ...]:
    """200 judges in 25 rooms, each room with 25 hearings open for marks, every judge with a session."""
    with house.database.reading() as session:
        base = _base(session)
    _insert(house, Room, [_room(base, n) for n in range(ROOMS)])
    _insert(house, Person, [_person(n) for n in range(JUDGES + ROOMS * HEARINGS)])
    _insert(house, Judge, [_judge(n) for n in range(JUDGES)])
    _insert(house, Seat, [_seat(base, n) for n in range(JUDGES)])
    _insert(house, Registration, [_registration(base, n) for n in range(ROOMS * HEARINGS)])
    _insert(house, Candidacy, [_candidacy(base, n) for n in range(ROOMS * HEARINGS)])
    _insert(house, Hearing, [_hearing(base, n) for n in range(ROOMS * HEARINGS)])
    tokens = tuple(f"bench-token-{n:05d}" for n in range(JUDGES))
    for n, token in enumerate(tokens):
        row = {"token_hash": hashed(token), "account_id": None, "seat_id": SEAT + n, "device": hashed(DEVICE)}
        house.acts.keep_sync(keep_session, row)
    return tokens


def _room(base: Base, n: int) -> Row:
    return {"id": SEAT + n, **base.both, "code": f"B{n}", "name": "测", "name_en": ""}


def _person(n: int) -> Row:
    plain = dict.fromkeys(("identity_cipher", "identity_hash", "contact_cipher", "contact_hash", "unit"), "")
    return {"id": PERSON + n, "name": "测", "created_at": base_time(), **plain}


def _judge(n: int) -> Row:
    return {"id": SEAT + n, "person_id": PERSON + n, "kind": "expert", "unit": "测", "registered_at": base_time()}


def _seat(base: Base, n: int) -> Row:
    place = {"room_id": SEAT + n // PER_ROOM, "number": n % PER_ROOM + 1, "judge_id": SEAT + n}
    rest = {"group_key": "expert", "chief": False, "pin_hash": "", "withdrawn_reason": ""}
    return {"id": SEAT + n, "selection_id": base.selection_id, **place, **rest}


def _registration(base: Base, n: int) -> Row:
    rest = {"state": "passed", "version": 1, "started_at": base_time(), "unit": "", "doubts": 0}
    return {"id": HEARD + n, **base.both, "person_id": PERSON + JUDGES + n, "reference": f"B{n:09d}", **rest}


def _candidacy(base: Base, n: int) -> Row:
    rest = {"exam_room": "", "exam_seat": 0, "issued_at": base_time()}
    who = {"registration_id": HEARD + n, "person_id": PERSON + JUDGES + n, "ticket_number": f"B{n:08d}"}
    return {"id": HEARD + n, **base.both, **who, **rest}


def _hearing(base: Base, n: int) -> Row:
    place = {"room_id": SEAT + n // HEARINGS, "candidacy_id": HEARD + n, "sealed_number": n % HEARINGS + 1}
    rest = {"state": "marking", "version": 5, "sheets_digest": ""}
    return {"id": HEARD + n, "selection_id": base.selection_id, **place, **rest}


def base_time() -> datetime:
    """The moment of everything inserted."""
    return datetime.now(UTC)


def _base(session: Session) -> Base:
    """The finished selection and its post, to which the rooms belong."""
    return Base(session.exec(select(Selection)).one().id, session.exec(select(Post)).one().id or 0)


def _insert(house: House, table: Any, rows: list[dict[str, Any]]) -> None:
    with house.database.writer() as connection, connection.begin():
        connection.execute(insert(sql_table(table)), rows)
