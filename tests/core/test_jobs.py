"""Durable work: queued once under its key, begun anew where it broke, gone on with where its process ended."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from core import jobs
from core.jobs import REST_SECONDS, Jobs, StoppedWork
from core.settings import Settings, read_settings

PATIENCE_SECONDS = 60
TRIES: list[int] = []
STEPS: list[str] = []


@DBOS.workflow(name="test_breaks_at_first")
def breaks_at_first(row: int) -> None:
    TRIES.append(row)
    if len(TRIES) == 1:
        raise RuntimeError("the disk is full")


@DBOS.step(name="test_first_step")
def first_step() -> str:
    STEPS.append("first")
    return "kept"


@DBOS.step(name="test_second_step")
def second_step() -> str:
    STEPS.append("second")
    if STEPS.count("second") == 1:
        raise StoppedWork
    return "kept"


@DBOS.workflow(name="test_two_steps")
def two_steps(_row: int) -> None:
    first_step()
    second_step()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    TRIES.clear()
    STEPS.clear()
    return read_settings({}, data=tmp_path)


@pytest.fixture
def running(settings: Settings) -> Iterator[Jobs]:
    made = Jobs(settings)
    made.launch()
    yield made
    made.close()


def wait_until(true: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):
        if true():
            return
        pause.wait(0.05)
    pytest.fail("waited in vain")


def status(key: str) -> str:
    found = DBOS.get_workflow_status(key)
    return found.status if found else ""


def rested() -> datetime:
    """After the rest that follows a workflow's end."""
    return datetime.now(UTC) + timedelta(seconds=REST_SECONDS + 1)


def test_what_broke_begins_anew_after_a_rest_and_only_then(running: Jobs) -> None:
    assert running.enqueue(breaks_at_first, "row-1", 1, now=datetime.now(UTC))
    wait_until(lambda: status("row-1") == "ERROR")
    assert running.enqueue(breaks_at_first, "row-1", 1, now=datetime.now(UTC))
    assert status("row-1") == "ERROR"
    assert running.enqueue(breaks_at_first, "row-1", 1, now=rested())
    wait_until(lambda: status("row-1") == "SUCCESS")
    assert TRIES == [1, 1]


def test_what_is_done_is_done_again_only_if_its_row_still_waits_after_a_rest(running: Jobs) -> None:
    TRIES.append(0)
    running.enqueue(breaks_at_first, "row-2", 2, now=datetime.now(UTC))
    wait_until(lambda: status("row-2") == "SUCCESS")
    running.enqueue(breaks_at_first, "row-2", 2, now=datetime.now(UTC))
    assert TRIES == [0, 2]
    running.enqueue(breaks_at_first, "row-2", 2, now=rested())
    wait_until(lambda: TRIES == [0, 2, 2])


def test_a_stopped_step_is_taken_up_again_at_the_next_start_and_the_one_before_is_not(settings: Settings) -> None:
    first = Jobs(settings)
    first.launch()
    first.enqueue(two_steps, "row-3", 3, now=datetime.now(UTC))
    wait_until(lambda: STEPS == ["first", "second"])
    first.close()
    again = Jobs(settings)
    again.launch()
    try:
        wait_until(lambda: status("row-3") == "SUCCESS")
    finally:
        again.close()
    assert STEPS == ["first", "second", "second"]


def test_what_takes_its_process_down_each_time_is_given_up(running: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_GIVEN_UP", "SUCCESS")
    TRIES.append(0)
    running.enqueue(breaks_at_first, "row-4", 4, now=datetime.now(UTC))
    wait_until(lambda: status("row-4") == "SUCCESS")
    assert not running.enqueue(breaks_at_first, "row-4", 4, now=datetime.now(UTC))
    assert TRIES == [0, 4]
