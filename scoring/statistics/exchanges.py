"""Marks of two candidates that look exchanged: a note for people, never a change.

Each mark is compared with what its row and its column make one expect (row mean + column mean − mean of all). Two marks
of one column are exchanged in thought; where that takes away much of all that is left unexplained, the pair is named.
A clerk who took one neighbour for the other has done just that (rules.md §20, Zhanjiang 2010).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.marks import Exact, exactly, mean
from scoring.statistics.agreement import mean_squares

KEPT = Fraction(2, 3)  # a pair is named where no more than this share of the disagreement would be left
FEWEST_ROWS = 4
MOST = 10


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two rows whose marks in one column look exchanged, and the sum of squares left before and after."""

    column: str
    first: str
    second: str
    first_mark: Exact
    second_mark: Exact
    before: Fraction
    after: Fraction

    @property
    def left(self) -> Fraction:
        """The share of the disagreement that would be left."""
        return self.after / self.before


def exchanges(
    rows: Mapping[str, Sequence[Exact]],
    columns: Sequence[str],
    pairs: Iterable[tuple[str, str]],
    kept: Fraction = KEPT,
) -> tuple[Exchange, ...]:
    """Pairs that look exchanged in one column, the clearest first, each row in one pair alone.

    Both marks must fit better afterwards. With the difference d of two marks of a column of k, exchanging them takes
    2·d·(difference of the row means + d/k) away from the sum of squares; nothing else of the table changes.
    """
    if len(rows) < FEWEST_ROWS or len(columns) < 2:
        return ()
    squares = mean_squares(list(rows.values()))
    before = squares.error * (squares.targets - 1) * (squares.judges - 1)
    if not before:
        return ()
    means = {code: mean(marks) for code, marks in rows.items()}
    strictness = [mean(column) - mean(list(means.values())) for column in zip(*rows.values(), strict=True)]
    found = []
    for first, second in pairs:
        for place, column in enumerate(columns):
            one, other = rows[first][place], rows[second][place]
            apart = exactly(other) - exactly(one)
            change = -2 * apart * (means[first] - means[second] + apart / len(columns))
            if before + change <= before * kept and all(
                _fits_better(mine, yours, means[code] + strictness[place], len(columns))
                for code, mine, yours in ((first, one, other), (second, other, one))
            ):
                found.append(Exchange(column, first, second, one, other, before, before + change))
    return _apart(sorted(found, key=lambda exchange: exchange.after))


def _fits_better(mine: Exact, yours: Exact, expected: Fraction, columns: int) -> bool:
    """Whether the other's mark lies nearer to what the row makes one expect; one mark far out is no exchange."""
    moved = (exactly(yours) - exactly(mine)) / columns
    return abs(exactly(yours) - expected - moved) < abs(exactly(mine) - expected)


def _apart(found: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """The clearest first; whoever stands in one pair is not named again with others."""
    named: set[str] = set()
    kept: list[Exchange] = []
    for one in found:
        if not named & {one.first, one.second} and len(kept) < MOST:
            kept.append(one)
            named |= {one.first, one.second}
    return tuple(kept)
