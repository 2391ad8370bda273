"""Runs one function of ours in a child process with limits of memory and time.

What reads files of strangers (workbooks, pictures) or imports heavy parts (OpenCV, typst) runs here: a crash, a bomb
or a leak ends the child and never the server. Values cross as JSON and raw bytes, never as pickles.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from core.errors import Problem, Refusal

Facts = Mapping[str, object]
Answer = tuple[Facts, Sequence[bytes]]
Task = Callable[[Facts, Sequence[bytes]], Answer]

_LENGTH = struct.Struct(">Q")
_TAIL = 2000
_live: set[subprocess.Popen[bytes]] = set()
_live_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: address space in MiB, seconds on the clock and of the processor."""

    memory: int
    seconds: int


class ChildFailedError(RuntimeError):
    """The child ended without an answer: killed by a limit, crashed, or a fault in its code."""


def run_child(task: str, facts: Facts, blobs: Sequence[bytes], limits: Limits) -> Answer:
    """Run `package.module:function` in a child process and hand back its answer.

    A Refusal raised there is raised here; anything else that goes wrong is a ChildFailedError, with the end of the
    child's error output.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "exam.children", task, str(limits.memory), str(limits.seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        process_group=0,
    )
    with _live_lock:
        _live.add(process)
    try:
        output, errors = process.communicate(_frame(facts, blobs), timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        process.communicate()
        raise ChildFailedError(f"{task} took more than {limits.seconds} s") from None
    finally:
        _kill(process)
        with _live_lock:
            _live.discard(process)
    if process.returncode != 0:
        tail = errors.decode(errors="replace")[-_TAIL:]
        raise ChildFailedError(f"{task} ended with {process.returncode}: {tail}")
    answer, answered_blobs = _unframe(output)
    _raise_refusal(answer)
    return answer, answered_blobs


def end_children() -> None:
    """End every child still running, when the server begins to stop."""
    with _live_lock:
        running = list(_live)
    for process in running:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """Only what a child needs: no secrets, one thread (threads of numeric libraries eat address space)."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "TZ") if name in os.environ}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}


def _frame(facts: Facts, blobs: Sequence[bytes]) -> bytes:
    header = json.dumps({"facts": facts, "lengths": [len(blob) for blob in blobs]}, default=str).encode()
    return b"".join((_LENGTH.pack(len(header)), header, *blobs))


def _unframe(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    try:
        (size,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + size
        header = json.loads(data[_LENGTH.size : at])
    except (struct.error, ValueError) as error:
        raise ChildFailedError("the child's answer cannot be read") from error
    blobs = []
    for length in header["lengths"]:
        blobs.append(data[at : at + length])
        at += length
    return header["facts"], blobs


def _raise_refusal(answer: Mapping[str, object]) -> None:
    problems = answer.get("refused")
    if isinstance(problems, list):
        raise Refusal.of(Problem(one["sentence"], one["facts"], one["field"], one["row"]) for one in problems)


def _refused(refusal: Refusal) -> Facts:
    return {
        "refused": [
            {"sentence": one.sentence, "facts": dict(one.facts), "field": one.field, "row": one.row}
            for one in refusal.problems
        ]
    }


def _limit(memory: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory * 1024 * 1024),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses a limit on address space
            resource.setrlimit(what, (most, most))


def _serve(task: str, source: BinaryIO, target: BinaryIO) -> None:
    module, _, name = task.partition(":")
    function: Task = getattr(importlib.import_module(module), name)
    facts, blobs = _unframe(source.read())
    try:
        answer, answered_blobs = function(facts, blobs)
    except Refusal as refusal:
        answer, answered_blobs = _refused(refusal), []
    target.write(_frame(answer, answered_blobs))
    target.flush()


if __name__ == "__main__":
    _limit(int(sys.argv[2]), int(sys.argv[3]))
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints must not get between the bytes of the answer
        _serve(sys.argv[1], sys.stdin.buffer, answers)
