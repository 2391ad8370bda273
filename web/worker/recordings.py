"""Recordings: from the file received to the verified record, as a durable workflow of steps that may be repeated.

Steps hand each other JSON values only. What is wrong with a file ends in words on its recording and stops nothing
else; what goes wrong on our side (no disk, no store) breaks the workflow, and the sweep begins it anew after a rest.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from core.errors import Problem, Refusal, Unavailable
from core.files import Saved
from core.jobs import MOST_STARTS, Jobs, StoppedWork
from core.kinds import VIDEOS, MediaKind
from core.people import Actor
from core.words import N_, Name, Sentence
from exam import children
from recording import ffmpeg
from recording.actions import CHECKER, fail_check, finish_check
from recording.frames import Thresholds, check_pictures
from recording.queries import waiting_recordings
from recording.tables import Recording
from recording.video import Probe, poster, probe, review_copy
from web.house import House
from web.worker.house import here

log = logging.getLogger("gongxuan.worker")

JOB = Actor(label=CHECKER)
UNREADABLE = N_("The program that reads videos gave this file up: it broke down, or ran out of time or memory.")
WORN_OUT = N_("The check of this file was broken off {count} times and is not tried any more.")
Plain = dict[str, Any]
_CHECKED_ALREADY = 409
_ending = threading.Event()


def sweep(house: House, jobs: Jobs) -> None:
    """Queue every recording that waits to be checked; our own rows are the list."""
    workflow = check_workflow()
    with house.database.reading() as session:
        waiting = waiting_recordings(session)
    for recording_id in waiting:
        if not jobs.enqueue(workflow, f"recording-{recording_id}", recording_id, now=datetime.now(UTC)):
            _fail(recording_id, Problem(WORN_OUT, {"count": MOST_STARTS}))


def end_children() -> None:
    """End running ffmpeg and analysis children; their steps are left unfinished, for the next start."""
    _ending.set()
    ffmpeg.end_ffmpeg()
    children.end_children()


def get_ready() -> None:
    """Make the workflow known to the job engine, which must be before the engine is launched."""
    _ending.clear()
    check_workflow()


@cache
def check_workflow() -> Callable[[int], None]:
    """The workflow as the job engine knows it; the engine is slow to import, so it is made where jobs run."""
    from dbos import DBOS

    step = DBOS.step(retries_allowed=True, max_attempts=3, interval_seconds=2.0)
    look_into_file, make_copy, take_still, look_at_pictures, finish = map(
        step, (_look_into_file, _make_copy, _take_still, _look_at_pictures, _finish)
    )

    @DBOS.workflow(name="check_recording", max_recovery_attempts=MOST_STARTS)
    def check_recording(recording_id: int) -> None:
        """From the received file to a verified or a failed recording."""
        found: Plain = {}
        for name, work in (
            ("probe", look_into_file),
            ("review", make_copy),
            ("poster", take_still),
            ("findings", look_at_pictures),
        ):
            found[name] = work(recording_id, found)
            if "problem" in found[name]:
                finish(recording_id, found[name])
                return
        finish(recording_id, found)

    return check_recording


# ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _look_into_file(recording_id: int, _: Plain) -> Plain:
    return _judged(recording_id, lambda file: msgspec.to_builtins(probe(file)))


def _make_copy(recording_id: int, found: Plain) -> Plain:
    return _judged(recording_id, lambda file: _copy(recording_id, file, msgspec.convert(found["probe"], Probe)))


def _take_still(recording_id: int, _: Plain) -> Plain:
    return _judged(recording_id, lambda file: _still(recording_id, file))


def _look_at_pictures(recording_id: int, found: Plain) -> Plain:
    length = found["probe"]["duration_ms"]
    return _judged(
        recording_id, lambda file: {"found": msgspec.to_builtins(check_pictures(file, length, Thresholds()))}
    )


def _finish(recording_id: int, found: Plain) -> None:
    """Write down what was found. An act done before the crash says so, and that is well."""
    try:
        if "problem" in found:
            here().acts.run_sync(fail_check, JOB, recording_id, found["problem"])
            return
        here().acts.run_sync(
            finish_check,
            JOB,
            recording_id,
            probe=found["probe"],
            review=Saved(**found["review"]),
            poster=Saved(**found["poster"]),
            findings=found["findings"]["found"],
            milliseconds=found["probe"]["duration_ms"],
        )
    except Refusal as refusal:
        if refusal.status != _CHECKED_ALREADY:
            raise
        log.info("recording %d had been written down before", recording_id)


def _judged(recording_id: int, work: Callable[[Path], Plain]) -> Plain:
    """The work on a recording's file, or the problem that the file has; raises StoppedWork when the process ends."""
    try:
        with _file_of(recording_id) as file:
            return work(file)
    except Unavailable:
        raise
    except (ffmpeg.FfmpegStoppedError, children.ChildFailedError) as stopped:
        if _ending.is_set():
            raise StoppedWork from None
        if isinstance(stopped, ffmpeg.FfmpegStoppedError):
            raise
        log.warning("recording %d: %s", recording_id, stopped)
        return {"problem": _kept(Problem(UNREADABLE))}
    except Refusal as refusal:
        if _ending.is_set():
            raise StoppedWork from None
        return {"problem": _kept(refusal.problems[0])}


def _copy(recording_id: int, file: Path, found: Probe) -> Plain:
    """Make the review copy and put it into the store."""
    with _workplace(recording_id, "review") as target:
        review_copy(file, target, found)
        return msgspec.to_builtins(here().files.adopt(target, kinds=VIDEOS))  # type: ignore[no-any-return] # a struct


def _still(recording_id: int, file: Path) -> Plain:
    """Take the still picture and put it into the store."""
    with _workplace(recording_id, "poster") as target:
        poster(file, target)
        saved = here().files.adopt(target, kinds=frozenset({MediaKind.JPEG}))
        return msgspec.to_builtins(saved)  # type: ignore[no-any-return] # a struct


@contextmanager
def _file_of(recording_id: int) -> Iterator[Path]:
    """The captured file as a local path; a copy from a remote store is gone afterwards."""
    house = here()
    with house.database.reading() as session:
        sha256 = session.get_one(Recording, recording_id).sha256
    path = house.files.fetch(sha256)
    try:
        yield path
    finally:
        if house.files.remote:
            path.unlink(missing_ok=True)


@contextmanager
def _workplace(recording_id: int, what: str) -> Iterator[Path]:
    """A path to make something at; the same at every attempt, so that a killed one leaves nothing for good."""
    path = here().files.new_part().with_name(f"recording-{recording_id}-{what}")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _fail(recording_id: int, problem: Problem) -> None:
    _finish(recording_id, {"problem": _kept(problem)})


def _kept(problem: Problem) -> Plain:
    """A problem as the recording keeps it: its sentence and plain facts, put into words by the page."""
    return {"sentence": problem.sentence, "facts": {name: _plain(fact) for name, fact in problem.facts.items()}}


def _plain(fact: object) -> object:
    return str(fact) if isinstance(fact, Sentence | Name) or not isinstance(fact, str | int) else fact
