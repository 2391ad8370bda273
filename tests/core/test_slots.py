"""Slots: no two living processes have the same number, and what one left is taken over once it has ended."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from core.jobs import VACANT, Jobs
from core.settings import Settings, read_settings
from core.slots import SLOT_LOCKS, Slot
from tests.core.slow_work import steps
from tests.core.test_jobs import status, wait_until
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
LATER = NOW + VACANT
HOLDERS = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = {SLOT_LOCKS} AND objid = 0"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return read_settings({"DATABASE_URL": database_url}, data=tmp_path)


class Worker:
    """Another process that works on the same jobs."""

    def __init__(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.slow_work", settings.data],
            cwd=ROOT, env={**os.environ, "DATABASE_URL": settings.database_url},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.slot = int(self._answer())

    def keeps_slot(self, also: str = "") -> bool:
        """Make it look after its slot, as a worker does at each sweep."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{also}\n")
        self.process.stdin.flush()
        return self._answer() == "1\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@pytest.fixture
def first(settings: Settings) -> Iterator[Worker]:
    """A process that has begun the work and waits in its second step."""
    started = Worker(settings)
    assert started.keeps_slot("work")
    wait_until(lambda: len(steps(settings.data)) == 2)
    yield started
    started.kill()


@pytest.fixture
def here(settings: Settings, first: Worker) -> Iterator[Jobs]:
    """This process, begun as the second one."""
    jobs = Jobs(settings)
    jobs.launch()
    assert (first.slot, jobs.slot.number) == (0, 1)
    yield jobs
    jobs.close()


def holder() -> tuple[str, str | None]:
    """How the work stands, and under which slot it was begun."""
    found = DBOS.get_workflow_status("slow")
    return found.status, found.executor_id


def let_it_end(settings: Settings) -> None:
    (settings.data / "go").touch()
    wait_until(lambda: status("slow") == "SUCCESS")


def test_the_work_of_a_killed_process_is_finished_by_another_one(settings: Settings, first: Worker, here: Jobs) -> None:
    """What was done before is not done again."""
    first.kill()
    here.adopt(now=NOW)
    here.adopt(now=LATER)
    let_it_end(settings)
    process = os.getpid()
    killed = first.process.pid
    assert steps(settings.data) == [("begin", killed), ("wait", killed), ("wait", process), ("over", process)]


def test_the_work_of_a_living_process_is_never_taken(settings: Settings, first: Worker, here: Jobs) -> None:
    for sweep in range(4):
        here.adopt(now=NOW + sweep * VACANT)
    working = first.process.pid
    assert holder() == ("PENDING", "worker-0")
    let_it_end(settings)
    assert steps(settings.data) == [("begin", working), ("wait", working), ("over", working)]


def test_a_slot_has_to_stay_vacant_before_its_work_is_taken(settings: Settings, first: Worker, here: Jobs) -> None:
    first.kill()
    here.adopt(now=NOW)
    here.adopt(now=LATER - timedelta(seconds=1))
    assert holder() == ("PENDING", "worker-0")
    here.adopt(now=LATER)
    wait_until(lambda: holder() == ("PENDING", "worker-1"))
    let_it_end(settings)


def test_a_process_begun_again_goes_on_by_itself_under_its_old_number(settings: Settings, first: Worker) -> None:
    first.kill()
    again = Worker(settings)
    wait_until(lambda: len(steps(settings.data)) == 3)
    (settings.data / "go").touch()
    wait_until(lambda: steps(settings.data)[-1] == ("over", again.process.pid))
    again.kill()
    assert again.slot == 0


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_lost_connection_alone_costs_a_process_nothing(
    settings: Settings, first: Worker, here: Jobs, postgres_server: Server
) -> None:
    here.adopt(now=NOW)
    cut(postgres_server, settings)
    here.adopt(now=NOW)
    assert first.keeps_slot()
    here.adopt(now=LATER)
    here.adopt(now=LATER + VACANT)
    let_it_end(settings)
    assert steps(settings.data)[-1] == ("over", first.process.pid)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_process_wrongly_taken_for_dead_keeps_no_outcome(
    settings: Settings, first: Worker, here: Jobs, postgres_server: Server
) -> None:
    cut(postgres_server, settings)
    here.adopt(now=NOW)
    here.adopt(now=LATER)
    wait_until(lambda: steps(settings.data)[-1] == ("wait", os.getpid()))
    let_it_end(settings)
    assert [one for one in steps(settings.data) if one[0] == "over"] == [("over", os.getpid())]
    assert first.keeps_slot()


def test_each_takes_the_first_free_number_and_gives_it_back(settings: Settings) -> None:
    first, second = Slot(settings), Slot(settings)
    assert (first.number, second.number) == (0, 1)
    first.close()
    third = Slot(settings)
    assert third.number == 0
    for one in (second, third):
        one.close()


def test_a_number_is_free_only_when_its_process_has_ended(settings: Settings) -> None:
    first, second = Slot(settings), Slot(settings)
    with second.standing_in(first.number) as ended:
        assert not ended
    with second.standing_in(second.number) as ended:
        assert not ended
    first.close()
    with second.standing_in(0) as ended:
        assert ended
        other = Slot(settings)
        assert other.number == 2
        other.close()
    with second.standing_in(0) as ended:
        assert ended
    second.close()


def test_a_number_outlives_the_children_of_its_process_and_not_it(settings: Settings) -> None:
    """A child that lives on, as one of ffmpeg might, holds nothing of it."""
    held = Slot(settings)
    with subprocess.Popen(["sleep", "600"]) as child:
        held.close()
        again = Slot(settings)
        assert again.number == 0
        again.close()
        child.kill()


@pytest.fixture
def far(postgres_url: str, tmp_path: Path) -> Settings:
    return read_settings({"DATABASE_URL": postgres_url}, data=tmp_path)


def cut(server: Server, settings: Settings) -> None:
    """End the connection that holds number 0, as a server's restart does."""
    name = settings.database_url.rpartition("/")[2]
    within = f"database = (SELECT oid FROM pg_database WHERE datname = '{name}')"
    assert server.command(f"SELECT pg_terminate_backend(pid, 10000) FROM ({HOLDERS} AND {within}) AS held")


def test_a_number_lost_with_its_connection_is_taken_again(far: Settings, postgres_server: Server) -> None:
    slot = Slot(far)
    assert slot.keep()
    cut(postgres_server, far)
    assert slot.keep()
    other = Slot(far)
    assert (slot.number, other.number) == (0, 1)
    slot.close()
    other.close()


def test_a_number_that_somebody_else_has_taken_meanwhile_is_given_up(far: Settings, postgres_server: Server) -> None:
    slot = Slot(far)
    cut(postgres_server, far)
    other = Slot(far)
    assert other.number == 0
    assert not slot.keep()
    slot.close()
    with other.standing_in(0) as ended:
        assert not ended
    other.close()
