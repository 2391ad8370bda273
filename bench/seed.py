"""Data for measuring: a finished selection of 60 candidates, and rooms full of judges with sheets to hand in.

The finished selection goes through the acts. The rooms are multiplied by plain inserts, since only the sheets' way in is
measured.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert

from core.actions import keep_session
from core.db import sql_table
from core.settings import read_settings
from exam.plan import PostPlan
from interview.tables import Hearing, Judge, Room, Seat
from core.tables import Person
from exam.tables import Candidacy, Post, Registration
from web.__main__ import open_ready
from web.demo import day, front
from web.demo.front import Pictures, Sample
from web.demo.pictures import draw_papers
from web.demo.stage import Stage
from web.house import House
from web.security import hashed

DEVICE = "d" * 43
JUDGES = 200
PER_ROOM = 8
HEARINGS = 12


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the runs need: the ranking's address, seat tokens, and the numbers open in every room."""

    ranking: str
    tokens: tuple[str, ...]
    numbers: tuple[int, ...]


def seed(data: Path, database_url: str = "") -> Seeded:
    """Fill an empty database and close it again."""
    environment = {"DATABASE_URL": database_url} if database_url else {}
    house = open_ready(read_settings(environment, data=str(data)))
    try:
        code = _finished_selection(house)
        tokens = _rooms(house)
    finally:
        house.close()
    return Seeded(f"/s/{code}/p/3", tokens, tuple(range(1, HEARINGS + 1)))
