"""The table that `make bench` prints: one figure a row, beside its baseline."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its baseline."""

    what: str
    ours: str
    baseline: str
    ratio: str
    target: str


def show(rows: Sequence[Row]) -> None:
    """A plain table."""
    titles = ("what", "ours", "baseline", "ratio", "target")
    lines = [titles] + [(row.what, row.ours, row.baseline, row.ratio, row.target) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
