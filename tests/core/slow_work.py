"""Work that waits in its second step; run as a program it works on jobs as a worker does, until it is killed.

In the data folder `done` has a line for each step begun, and the second step ends as soon as there is a file `go`.
Each line from its input makes it look after its slot, and the line "work" makes it begin the work.
"""

import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from dbos import DBOS

from core.jobs import Jobs
from core.settings import read_settings

PAUSE = threading.Event()


@DBOS.step(name="test_begin_slow_work")
def begin(folder: str) -> str:
    note(folder, "begin")
    return "kept"


@DBOS.step(name="test_wait_for_word")
def wait_for_word(folder: str) -> None:
    note(folder, "wait")
    while not (Path(folder) / "go").exists():
        PAUSE.wait(0.05)


@DBOS.workflow(name="test_slow_work")
def slow_work(folder: str) -> None:
    begin(folder)
    wait_for_word(folder)
    note(folder, "over")


def steps(folder: Path) -> list[tuple[str, int]]:
    """What was begun, each with its process."""
    path = folder / "done"
    lines = path.read_text().splitlines() if path.exists() else ()
    return [(what, int(process)) for what, process in map(str.split, lines)]


def note(folder: str, what: str) -> None:
    with (Path(folder) / "done").open("a") as file:
        file.write(f"{what} {os.getpid()}\n")


if __name__ == "__main__":
    jobs = Jobs(read_settings(os.environ, data=sys.argv[1]))
    jobs.launch()
    os.write(1, b"%d\n" % jobs.slot.number)
    for line in sys.stdin:
        if line == "work\n":
            jobs.enqueue(slow_work, "slow", sys.argv[1], now=datetime.now(UTC))
        os.write(1, b"%d\n" % jobs.keep_slot())
