"""Data for measuring: a finished selection of 60 candidates, and rooms full of judges with sheets to hand in.

The finished selection goes through the acts, except that its recordings are entered as verified without any video. The
rooms are multiplied by plain inserts, since only the sheets' way in is measured.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from core.actions import keep_session
from core.db import sql_table
from core.files import Saved
from core.settings import read_settings
from core.tables import Person
from exam.plan import PostPlan
from exam.tables import Candidacy, Post, Registration, Selection
from interview.tables import Hearing, Judge, Room, Seat
from recording.tables import Recording
from scoring.actions.results import COMPOSITE
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
HEARINGS = 20


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
    import io

    from core.kinds import PICTURES

    portraits, certificate = draw_papers(1)
    saved = [house.files.receive(io.BytesIO(one), cap=10**7, kinds=PICTURES) for one in [*portraits, certificate]]
    return Pictures((saved[0],), saved[1])


def _rooms(house: House) -> tuple[str, ...]:
    """200 judges in 25 rooms, each room with 20 hearings open for marks, every judge with a session."""
    with house.database.reading() as session:
        base = _base(session)
    now = datetime.now(UTC)
    rooms = JUDGES // PER_ROOM
    _insert(
        house,
        Room,
        [
            {
                "id": 1000 + room,
                "selection_id": base[0],
                "post_id": base[1],
                "code": f"B{room}",
                "name": "测",
                "name_en": "",
            }
            for room in range(rooms)
        ],
    )
    _insert(
        house,
        Person,
        [
            {
                "id": 100_000 + n,
                "name": "测",
                "created_at": now,
                "identity_cipher": "",
                "identity_hash": "",
                "contact_cipher": "",
                "contact_hash": "",
                "unit": "",
            }
            for n in range(JUDGES + rooms * HEARINGS)
        ],
    )
    _insert(
        house,
        Judge,
        [
            {"id": 1000 + n, "person_id": 100_000 + n, "kind": "expert", "unit": "测", "registered_at": now}
            for n in range(JUDGES)
        ],
    )
    _insert(
        house,
        Seat,
        [
            {
                "id": 1000 + n,
                "selection_id": base[0],
                "room_id": 1000 + n // PER_ROOM,
                "number": n % PER_ROOM + 1,
                "judge_id": 1000 + n,
                "group_key": "expert",
                "chief": False,
                "pin_hash": "",
                "withdrawn_reason": "",
            }
            for n in range(JUDGES)
        ],
    )
    _candidates(house, base, rooms * HEARINGS, now)
    _insert(
        house,
        Hearing,
        [
            {
                "id": 10_000 + n,
                "selection_id": base[0],
                "room_id": 1000 + n // HEARINGS,
                "candidacy_id": 10_000 + n,
                "sealed_number": n % HEARINGS + 1,
                "state": "marking",
                "version": 5,
                "sheets_digest": "",
            }
            for n in range(rooms * HEARINGS)
        ],
    )
    tokens = tuple(f"bench-token-{n:05d}" for n in range(JUDGES))
    for n, token in enumerate(tokens):
        row = {"token_hash": hashed(token), "account_id": None, "seat_id": 1000 + n, "device": hashed(DEVICE)}
        house.acts.keep_sync(keep_session, row)
    return tokens


def _candidates(house: House, base: tuple[int, int], count: int, now: datetime) -> None:
    _insert(
        house,
        Registration,
        [
            {
                "id": 10_000 + n,
                "selection_id": base[0],
                "post_id": base[1],
                "person_id": 100_000 + JUDGES + n,
                "reference": f"B{n:09d}",
                "state": "passed",
                "version": 1,
                "started_at": now,
                "unit": "",
                "doubts": 0,
            }
            for n in range(count)
        ],
    )
    _insert(
        house,
        Candidacy,
        [
            {
                "id": 10_000 + n,
                "selection_id": base[0],
                "post_id": base[1],
                "registration_id": 10_000 + n,
                "person_id": 100_000 + JUDGES + n,
                "ticket_number": f"B{n:08d}",
                "exam_room": "",
                "exam_seat": 0,
                "issued_at": now,
            }
            for n in range(count)
        ],
    )


def _base(session: Session) -> tuple[int, int]:
    from sqlmodel import select

    selection, post = session.exec(select(Selection)).one(), session.exec(select(Post)).one()
    return selection.id, post.id or 0


def _insert(house: House, table: Any, rows: list[dict[str, Any]]) -> None:
    with house.database.writer() as connection, connection.begin():
        connection.execute(insert(sql_table(table)), rows)
