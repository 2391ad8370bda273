"""What tests of pages may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import low_level
from playwright.sync_api import expect

from core.settings import read_settings
from tests.web.desk import Desk
from tests.web.entrance import CHEAP, Entrance
from tests.web.interview_day import ready
from tests.web.town import Town, everybody
from web import passwords
from web.app import make_app
from web.house import House, open_house

expect.set_options(timeout=20_000)  # a busy machine is no fault of the page


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A house on a fresh SQLite database with its staff; the selection is made step by step."""
    house = open_house(read_settings({}, data=tmp_path, database_url=sqlite_url))
    opened = Desk(house)
    opened.open()
    yield opened
    house.close()


@pytest.fixture
def entrance(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Entrance]:
    """A house on a fresh SQLite database with its three administrators, and nobody else; passwords cost little."""
    monkeypatch.setattr(passwords, "PASSWORDS", CHEAP)
    monkeypatch.setattr(passwords, "NO_ONE", CHEAP.hash("nobody's password"))
    house = open_house(read_settings({}, data=tmp_path, database_url=sqlite_url))
    yield Entrance.of(house)
    house.close()


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the costly computations, which still run."""
    made: list[int] = []

    def counted(*args: object, **named: object) -> bytes:
        made.append(1)
        return low_level.hash_secret(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords, "hash_secret", counted)
    return made


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """A house on a fresh SQLite database, with nobody in it."""
    opened = open_house(read_settings({}, data=tmp_path, database_url=sqlite_url))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all lines of the table: nothing that is refused changes it."""
    folder = tmp_path_factory.mktemp("town")
    (folder / "gongxuan.sqlite").write_bytes(sqlite_template.read_bytes())
    house = open_house(read_settings({}, data=folder))
    made = ready(house)
    yield Town(house, make_app(house), made.day.selection_id, everybody(house, made))
    house.close()
