"""100,000 rows of marks in a workbook, read and checked as `gongxuan score` does, beside python-calamine alone.

Processor time with that of child processes, and the greatest memory of a process of its own.
"""

import io
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import python_calamine

from bench.tallies import ELEMENTS, JUDGES, SCHEME
from scoring.files import grids
from scoring.reading import read_inputs
from scoring.scheme import document_from_toml, parse_scheme

ROWS = 100_000
HEADING = ("candidate", "post", "room", "part", "judge", "element", "mark")


@dataclass(frozen=True, slots=True)
class Read:
    """Processor seconds of ours and of the baseline, our greatest memory in MB, and how many rows are lost or wrong."""

    ours: float
    baseline: float
    megabytes: int
    wrong: int


def compare() -> Read:
    """Both on one workbook, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "marks.xlsx"
        book.write_bytes(workbook())
        ours, baseline = (_child(name, book) for name in ("ours", "calamine"))
    return Read(ours["seconds"], baseline["seconds"], int(ours["megabytes"]), int(ours["wrong"]))


def workbook() -> bytes:
    """One mark a row; every candidate has a paper and a full panel."""
    chance = random.Random(1)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("marks")
    sheet.append(HEADING)
    each = 1 + JUDGES * ELEMENTS
    for number in range(ROWS // each):
        code, post = f"c{number:06d}", f"{number % 10:02d}"
        sheet.append([code, post, "", "written", "", "", f"{chance.randint(4000, 9900) / 100:.2f}"])
        for judge in range(JUDGES):
            for element in range(ELEMENTS):
                mark = chance.randint(20, 40) / 2
                sheet.append([code, post, str(number % 4), "interview", str(judge), f"e{element}", mark])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _child(name: str, book: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.imports", name, str(book)]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def _ours(content: bytes) -> int:
    read = read_inputs(parse_scheme(document_from_toml(SCHEME)), grids("marks.xlsx", content))
    sheets = sum(len(sheet.marks) for one in read.inputs.candidates for sheet in one.sheets["interview"])
    each = 1 + JUDGES * ELEMENTS
    # the posts' places are not in this file: one problem for each post
    return abs(sheets + len(read.inputs.candidates) - ROWS // each * each)


def _calamine(content: bytes) -> int:
    rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return 0 if len(rows) > 1 else 1


def main() -> None:
    """In the child: read, tell time and memory."""
    work: Callable[[bytes], int] = {"ours": _ours, "calamine": _calamine}[sys.argv[1]]
    content = Path(sys.argv[2]).read_bytes()
    before = _seconds()
    wrong = work(content)
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": _seconds() - before, "megabytes": most // 1024, "wrong": wrong}))


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
