"""The worker checks recordings durably: good and spoiled files, a killed process, a process told to stop."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core import files, jobs
from core.kinds import VIDEOS, MediaKind
from core.settings import read_settings
from core.slots import SLOT_LOCKS
from recording.actions import receive_recording
from recording.clips import make_clip
from recording.ffmpeg import find_ffmpeg
from recording.tables import Recording
from tests import s3
from tests.interview.day import Day, ready_day
from tests.line import Line
from tests.postgres import Server
from web.house import House, open_house
from web.worker import Worker

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 100


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of somebody speaking."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    make_clip(path, 5, "第1考场 1号")
    return path


@pytest.fixture(scope="module")
def slow_clip(clip: Path) -> Path:
    """A video that no browser plays, so that making its review copy takes some seconds."""
    path = clip.with_name("slow.mkv")
    command = [find_ffmpeg(), "-nostdin", "-v", "error", "-stream_loop", "6", "-i", str(clip)]
    subprocess.run([*command, "-c:v", "mpeg4", "-q:v", "5", str(path)], check=True)
    return path


@pytest.fixture
def day(house: House) -> Day:
    """A day with one sealed hearing in room 1."""
    made = ready_day(house.database, house.acts)
    made.hear_and_seal(1)
    return made


def hand_in(house: House, day: Day, content: bytes, name: str) -> int:
    """A file as the room hands it in; its recording's id."""
    kinds = VIDEOS | {MediaKind.UNKNOWN}
    saved = house.files.receive(io.BytesIO(content), cap=10**9, kinds=kinds)
    recording_id: int = day.run(receive_recording, day.officer, day.hearing(1).hearing_id, saved, name)
    return recording_id


def recording(day: Day, recording_id: int) -> Recording:
    found: Recording = day.read(lambda session: session.get_one(Recording, recording_id))
    return found


def wait_until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def start_worker(data: Path) -> "subprocess.Popen[bytes]":
    """A worker process of its own on the same data."""
    command = [sys.executable, "-m", "web", "worker", "--data", str(data)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def noted_by_jobs(data: Path, what: str, table: str) -> dict[str, Any]:
    """Two columns of what the job engine has written down."""
    path = data / "jobs.sqlite"
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return dict(connection.execute(f"SELECT {what} FROM {table}").fetchall())
    except sqlite3.OperationalError:  # its tables are being made
        return {}


def finished_steps(data: Path) -> dict[str, int]:
    """The steps that are done, each with the millisecond at which it was."""
    return noted_by_jobs(data, "function_name, completed_at_epoch_ms", "operation_outputs")


def workflow_state(data: Path, recording_id: int) -> str | None:
    """How the check of a recording stands."""
    return noted_by_jobs(data, "workflow_uuid, status", "workflow_status").get(f"recording-{recording_id}")


def test_a_good_file_is_verified_and_spoiled_ones_fail_with_words(house: House, day: Day, clip: Path) -> None:
    """The worker is woken by the act, goes through the files in turn, and a poisoned one stops only itself."""
    worker = Worker(house)
    worker.start()
    try:
        text = hand_in(house, day, b"This is no video at all.\n" * 40, "room1.mp4")
        cut = hand_in(house, day, clip.read_bytes()[:40_000], "broken-off.mp4")
        good = hand_in(house, day, clip.read_bytes(), "room1-again.mp4")
        ids = (text, cut, good)
        wait_until(lambda: all(recording(day, one).state != "received" for one in ids), "all three are checked")
    finally:
        worker.stop()
    assert [recording(day, one).state for one in ids] == ["failed", "failed", "verified"]
    assert recording(day, text).problem["sentence"] == "This is a text, not a video, whatever its name says."
    assert "breaks off" in recording(day, cut).problem["sentence"]
    found = recording(day, good)
    assert found.milliseconds == 5000
    assert found.findings == []
    assert found.probe["streams"][0]["codec"] == "h264"
    assert house.files.read(found.review_sha256 or "")[4:8] == b"ftyp"
    assert house.files.read(found.poster_sha256 or "").startswith(b"\xff\xd8\xff")
    assert list((house.settings.data / "incoming").iterdir()) == []
    noted = [line.act for line in day.journal() if line.act.startswith("recording.")]
    assert noted == ["recording.received"] * 3 + ["recording.failed"] * 2 + ["recording.verified"]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_ended_goes_on_where_it_was(house: House, day: Day, slow_clip: Path, end: signal.Signals) -> None:
    """What was done before is not done again, and the recording is verified in the end."""
    data = house.settings.data
    one = hand_in(house, day, slow_clip.read_bytes(), "slow.mkv")
    child = start_worker(data)
    wait_until(lambda: finished_steps(data), "the first step is done")
    child.send_signal(end)
    child.wait(PATIENCE_SECONDS)
    before = finished_steps(data)
    assert list(before) == ["_look_into_file"]
    assert recording(day, one).state == "received"

    child = start_worker(data)
    try:
        wait_until(lambda: recording(day, one).state != "received", "the recording is checked")
    finally:
        child.terminate()
        assert child.wait(PATIENCE_SECONDS) == 0
    assert recording(day, one).state == "verified"
    assert recording(day, one).problem is None
    assert finished_steps(data)["_look_into_file"] == before["_look_into_file"]
    assert list((data / "incoming").iterdir()) == []


def test_what_a_killed_worker_left_is_finished_by_one_that_lives(
    house: House, day: Day, slow_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes on one house; the second has nothing to do while the first lives."""
    monkeypatch.setattr(jobs, "VACANT", timedelta(0))
    data = house.settings.data
    one = hand_in(house, day, slow_clip.read_bytes(), "slow.mkv")
    child = start_worker(data)
    wait_until(lambda: finished_steps(data), "the first step is done")
    before = finished_steps(data)
    worker = Worker(house)
    worker.start()
    try:
        child.kill()
        child.wait(PATIENCE_SECONDS)
        wait_until(lambda: recording(day, one).state != "received", "the recording is checked")
    finally:
        worker.stop()
    assert recording(day, one).state == "verified"
    assert finished_steps(data)["_look_into_file"] == before["_look_into_file"]
    assert list((data / "incoming").iterdir()) == []


def test_a_worker_whose_slot_another_one_has_taken_goes_on_under_the_next(
    postgres_url: str, tmp_path: Path, postgres_server: Server
) -> None:
    """Its connection breaks, and whoever waited for the lock gets it at once."""
    house = open_house(read_settings({}, data=tmp_path, database_url=postgres_url))
    made = ready_day(house.database, house.acts)
    made.hear_and_seal(1)
    worker = Worker(house)
    worker.start()
    held = f"FROM pg_locks JOIN pg_database AS d ON d.oid = database WHERE classid = {SLOT_LOCKS} AND granted"
    held += f" AND datname = '{postgres_url.rpartition('/')[2]}'"
    try:
        wait_until(lambda: postgres_server.command(f"SELECT pid {held}"), "the worker has a slot")
        with psycopg.connect(house.settings.driver_url, autocommit=True) as other:
            waiting = threading.Thread(target=other.execute, args=(f"SELECT pg_advisory_lock({SLOT_LOCKS}, 0)",))
            waiting.start()
            wait_until(
                lambda: postgres_server.command("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"),
                "somebody waits for it",
            )
            postgres_server.command(f"SELECT pg_terminate_backend(pid) {held} AND objid = 0")
            waiting.join()
            one = hand_in(house, made, b"This is no video at all.\n" * 40, "room1.mp4")
            wait_until(lambda: postgres_server.command(f"SELECT pid {held} AND objid = 1"), "it has the next slot")
            wait_until(lambda: recording(made, one).state == "failed", "it works on")
    finally:
        worker.stop()
        house.close()


def test_recordings_in_an_s3_store_wait_while_it_is_away_and_are_checked_when_it_is_back(
    sqlite_url: str, s3_server: s3.Server, s3_url: str, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That our store gives no answer says nothing of the video."""
    monkeypatch.setattr(files, "PATIENCE", {"max_retries": 1})
    monkeypatch.setattr(jobs, "REST_SECONDS", 0)
    with Line(s3_server.port) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{line.port}")
        house = open_house(read_settings({}, data=tmp_path, database_url=sqlite_url, storage_url=s3_url))
        made = ready_day(house.database, house.acts)
        made.hear_and_seal(1)
        one = hand_in(house, made, clip.read_bytes(), "room1.mp4")
        line.cut_after(0)
        worker = Worker(house)
        worker.start()
        try:
            wait_until(lambda: workflow_state(tmp_path, one) == "ERROR", "the check has broken off")
            assert recording(made, one).state == "received"
            line.mend()
            wait_until(lambda: recording(made, one).state != "received", "the recording is checked")
        finally:
            worker.stop()
            house.close()
        found = recording(made, one)
        assert (found.state, found.problem) == ("verified", None)
        assert house.files.read(found.review_sha256 or "")[4:8] == b"ftyp"
        assert list((tmp_path / "incoming").iterdir()) == []
