"""The figures of the engine: tallies beside numpy, memory, composites beside plain fractions, tables read."""

from bench import composites, imports, tallies
from bench.table import Row

TALLY, MOST, COMPOSITES = 100_000, 1_000_000, 1_000_000


def measure() -> tuple[list[Row], int]:
    """All rows, and how many answers were wrong."""
    print("engine: computing …", flush=True)
    made = tallies.compare(TALLY)
    child = tallies.in_a_child(MOST)
    wrong = composites.differing(COMPOSITES)
    read = imports.compare()
    rows = [
        Row(
            f"tally of {TALLY:,}: 7 judges × 5 elements, trims, rooms, ties, cut, from columns in memory",
            f"{made.ours * 1000:.0f} ms",
            f"{made.baseline * 1000:.0f} ms numpy int64",
            f"{made.ratio:.1f}",
            "≤ 10",
        ),
        Row(f"tally of {MOST:,} in one process", f"{child['megabytes']} MB", "–", "–", "≤ 2048 MB"),
        Row(f"{COMPOSITES:,} random composites", f"{wrong} differ", "plain fractions", "–", "0"),
        Row(
            f"{imports.ROWS:,} mark rows (.xlsx) read and checked",
            f"{read.ours:.2f} s, {read.megabytes} MB",
            f"{read.baseline:.2f} s python-calamine",
            f"{read.ours / read.baseline:.1f}",
            "≤ 4, ≤ 300 MB",
        ),
    ]
    return rows, made.wrong + wrong + read.wrong + (child["ranked"] != MOST)
