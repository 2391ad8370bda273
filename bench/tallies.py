"""Tallies of a hundred thousand and more: the engine beside numpy int64, which is told nothing but these very rules.

Processor time in one process, the two by turns; what numpy finds must be what the engine finds, to the last rank.
"""

import gc
import json
import random
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from scoring.alike import Roll, Tabled
from scoring.inputs import Inputs, Post
from scoring.panel_mark import JudgeSheet
from scoring.scheme import document_from_toml, parse_scheme
from scoring.tally import Tally, tally
from scoring.vectors import Vector

SCHEME = """
[scheme]
name = "测量"
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
weight = 0.4
maximum = 100
input_decimals = 2
[[parts]]
key = "interview"
of = "total"
weight = 0.6
[panel.interview]
drop_high = 1
drop_low = 1
step = 0.5
group_decimals = 2
elements = [
  { key = "e0", maximum = 20 }, { key = "e1", maximum = 20 }, { key = "e2", maximum = 20 },
  { key = "e3", maximum = 20 }, { key = "e4", maximum = 20 },
]
[rooms.interview]
mean_decimals = 2
coefficient_decimals = 4
decimals = 2
[order]
ties = ["part:interview", "undropped_sum:interview"]
[[cuts]]
key = "proposed"
per_place = 3
"""
JUDGES, ELEMENTS, ROOMS, PER_POST, PLACES, WANTED = 7, 5, 4, 200, 3, 9
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """The same marks for both: halves of a point by judge and element, hundredths of the paper, post and room."""

    halves: Any
    written: Any
    post: Any
    room: Any
    posts: int


def figures(count: int) -> Figures:
    """Random marks, always the same."""
    chance = np.random.default_rng(1)
    posts = max(1, count // PER_POST)
    halves = chance.integers(20, 41, size=(count, JUDGES, ELEMENTS), dtype=np.int64)
    written = chance.integers(4000, 9901, size=count, dtype=np.int64)
    return Figures(halves, written, np.arange(count) % posts, chance.integers(0, ROOMS, size=count), posts)


def inputs_of(own: Figures) -> Inputs:
    """The marks as the engine takes them from memory: in columns."""
    labels = [f"{number:05d}" for number in range(own.posts)]
    rooms = [str(number) for number in range(ROOMS)]
    keys = [f"e{number}" for number in range(ELEMENTS)]
    sheets = [
        (
            JudgeSheet(str(judge), "panel", dict.fromkeys(keys, Decimal(0))),
            {
                key: Vector(array("h", own.halves[:, judge, place].astype(np.int16).tobytes()), 2)
                for place, key in enumerate(keys)
            },
        )
        for judge in range(JUDGES)
    ]
    group = Tabled(
        [f"{number:07d}" for number in range(len(own.written))],
        [labels[post] for post in own.post],
        {"written": Vector(array("i", own.written.astype(np.int32).tobytes()), 100)},
        {"interview": sheets},
        {"interview": [rooms[room] for room in own.room]},
    )
    return Inputs(tuple(Post(code, PLACES) for code in labels), Roll((group,)))


def plain(own: Figures) -> tuple[Any, Any, Any]:
    """Hundredths of each total, each rank, and who enters, by numpy alone."""
    judges = own.halves.sum(axis=2)
    whole = judges.sum(axis=1)
    raw = ((whole - judges.max(axis=1) - judges.min(axis=1)) * 200 + 10) // 20
    key = own.post * ROOMS + own.room
    count = np.bincount(key, minlength=own.posts * ROOMS)
    added = np.bincount(key, weights=raw, minlength=own.posts * ROOMS).astype(np.int64)
    means = ((2 * added + count) // np.maximum(2 * count, 1)).reshape(own.posts, ROOMS)
    sat = (count > 0).reshape(own.posts, ROOMS)
    rooms = sat.sum(axis=1)
    reference = (2 * means.sum(axis=1) + rooms) // (2 * rooms)
    share = (2 * reference[:, None] * 10_000 + means) // np.maximum(2 * means, 1)
    evened = (2 * raw * share[own.post, own.room] + 10_000) // 20_000
    interview = np.where(rooms[own.post] > 1, evened, raw)
    total = (2 * (4 * own.written + 6 * interview) + 10) // 20
    return total, *_ranked(own, total, interview, whole)


def _ranked(own: Figures, total: Any, interview: Any, whole: Any) -> tuple[Any, Any]:
    """Ranks inside the post, ties broken where the cut goes through them, and who enters."""
    order = np.lexsort((-whole, -interview, -total, own.post))
    post, value, first_key, second_key = (column[order] for column in (own.post, total, interview, whole))
    places = np.arange(len(order))
    new = np.ones(len(order), bool)
    new[1:] = (post[1:] != post[:-1]) | (value[1:] != value[:-1])
    finer = new.copy()
    finer[1:] |= (first_key[1:] != first_key[:-1]) | (second_key[1:] != second_key[:-1])
    begins = np.searchsorted(post, np.arange(own.posts))[post]
    start = np.maximum.accumulate(np.where(new, places, 0))
    own_start = np.maximum.accumulate(np.where(finer, places, 0))
    ends = np.append(np.flatnonzero(new), len(order))[np.cumsum(new)]
    through = (start - begins < WANTED) & (ends - begins > WANTED)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.where(through, own_start, start) - begins + 1
    return rank, rank <= WANTED


def differences(made: Tally, own: Figures) -> int:
    """How many candidates the engine puts elsewhere than numpy."""
    total, rank, entered = plain(own)
    found = {
        placing.code: (int(placing.value.scaleb(2)), placing.rank)
        for unit in made.last.units.values()
        for placing in unit.ranking.placings
        if isinstance(placing.value, Decimal)
    }
    inside = {code for codes in made.entered().values() for code in codes}
    return sum(
        found.get(f"{n:07d}") != (int(total[n]), int(rank[n])) or (f"{n:07d}" in inside) != bool(entered[n])
        for n in range(len(total))
    )


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one run."""
    started = time.process_time()
    work()
    return time.process_time() - started


@dataclass(frozen=True, slots=True)
class Compared:
    """The least processor seconds of the engine and of numpy, and how many answers differ."""

    ours: float
    baseline: float
    wrong: int

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline


def compare(count: int) -> Compared:
    """Both by turns on the same marks."""
    own = figures(count)
    inputs, scheme = inputs_of(own), parse_scheme(document_from_toml(SCHEME))
    wrong = differences(tally(scheme, inputs), own)
    gc.disable()  # as in the child process that computes a large tally
    try:
        pairs = [(seconds(lambda: tally(scheme, inputs)), seconds(lambda: plain(own))) for _ in range(ROUNDS)]
    finally:
        gc.enable()
    return Compared(min(ours for ours, _ in pairs), min(base for _, base in pairs), wrong)


def in_a_child(count: int) -> dict[str, int]:
    """One tally in a process of its own: its greatest memory in MB, without and with numpy's own marks, and ranks."""
    command = [sys.executable, "-m", "bench.tallies", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """In the child: make the marks, let numpy's go, compute, tell the memory."""
    count = int(sys.argv[1])
    inputs = inputs_of(figures(count))
    made = tally(parse_scheme(document_from_toml(SCHEME)), inputs)
    ranked = sum(len(unit.ranking.placings) for unit in made.last.units.values())
    some = [made.results[n] for n in random.Random(1).sample(range(count), 100)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"megabytes": memory, "ranked": ranked, "explained": len([one for one in some if one.parts])}))


if __name__ == "__main__":
    main()
