"""Three small selections at different stages, made through the acts as the demonstration makes its large ones."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.settings import read_settings
from tests.web.walk.interviewing import Card
from tests.web.walk.server import COMMAND, END_SECONDS, Server, environment
from web.__main__ import open_ready
from web.demo import _pictures, _to_entry, day, front, samples
from web.demo.front import Sample
from web.demo.stage import PIN, Stage

FEW = 3


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the walks need to know: the selections, and the card of a judge who has a sheet to mark."""

    ended: Sample
    heard: Sample
    open: Sample
    card: Card


def prepare(server: Server) -> Prepared:
    """Fill a server's folder: one selection at its end, one in the middle of a hearing, one open for registration."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    made = samples(now.replace(hour=0, minute=30), now - timedelta(hours=1))
    ended, heard, open_now = (replace(sample, registered=FEW) for sample in made)
    house = open_ready(read_settings({}, data=server.data))
    try:
        stage = Stage(house, lambda _: None)
        stage.employ(now - timedelta(days=110))
        pictures = _pictures(house)
        front.register(stage, open_now, front.announce(stage, open_now), pictures)
        first, second = (_to_entry(stage, sample, pictures) for sample in (ended, heard))
        hearings = day.hear(stage, ended, day.seat_panel(stage, ended, first, "1", ("第1考场", "Room 1")))
        day.begin(stage, heard, day.seat_panel(stage, heard, second, "2", ("第2考场", "Room 2")), place=0)
        with working(server):
            day.film(stage, ended, hearings)
            day.wait_for_videos(stage, first)
        day.finish(stage, ended, first)
        return Prepared(ended, heard, open_now, Card(2, stage.shown_cards["2"], PIN))
    finally:
        house.close()


@contextmanager
def working(server: Server) -> Iterator[None]:
    """A worker beside, as long as there is work."""
    with subprocess.Popen([COMMAND, "worker", "--data", str(server.data)], env=environment()) as process:
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(END_SECONDS) == 0
