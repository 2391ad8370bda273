"""Exchanged marks: the formula is that of the table with two marks really exchanged; a planted exchange is found."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from hypothesis import given, strategies as st

from scoring.statistics.agreement import mean_squares
from scoring.statistics.exchanges import FEWEST_ROWS, exchanges

COLUMNS = ["1", "2", "3"]
rows = st.lists(
    st.lists(st.integers(0, 200).map(lambda n: Decimal(n) / 2), min_size=3, max_size=3),
    min_size=FEWEST_ROWS,
    max_size=8,
)


def unexplained(table: list[list[Decimal]]) -> Fraction:
    ms = mean_squares(table)
    return ms.error * (ms.targets - 1) * (ms.judges - 1)


@given(rows)
def test_before_and_after_are_those_of_the_two_tables(table: list[list[Decimal]]):
    named = {str(place): row for place, row in enumerate(table)}
    for one in exchanges(named, COLUMNS, combinations(named, 2)):
        column = COLUMNS.index(one.column)
        changed = {code: list(row) for code, row in named.items()}
        changed[one.first][column], changed[one.second][column] = one.second_mark, one.first_mark
        assert (named[one.first][column], named[one.second][column]) == (one.first_mark, one.second_mark)
        assert one.before == unexplained(table)
        assert one.after == unexplained(list(changed.values()))
        assert one.after <= one.before * Fraction(2, 3)


LEVELS = (88, 70, 81, 76, 84, 73, 79, 86)
NOISE = ((1, 0, -1), (0, 1, 0), (-1, 0, 1), (0, -1, 0), (1, 1, -1), (0, 0, 1), (-1, 1, 0), (1, -1, 0))


def table(*swapped: tuple[str, str, int]) -> dict[str, list[Decimal]]:
    found = {
        str(place): [Decimal(level + off) for off in offs]
        for place, (level, offs) in enumerate(zip(LEVELS, NOISE, strict=True))
    }
    for first, second, column in swapped:
        found[first][column], found[second][column] = found[second][column], found[first][column]
    return found


def test_a_planted_exchange_is_the_one_that_is_named():
    (found,) = exchanges(table(("0", "1", 1)), COLUMNS, combinations(table(), 2))
    assert (found.column, {found.first, found.second}) == ("2", {"0", "1"})
    assert found.left < Fraction(1, 4)


def test_marks_that_fit_are_left_in_peace():
    assert exchanges(table(), COLUMNS, combinations(table(), 2)) == ()


def test_whoever_is_named_once_is_not_named_again():
    found = exchanges(table(("0", "1", 1), ("4", "5", 2)), COLUMNS, combinations(table(), 2))
    named = [code for one in found for code in (one.first, one.second)]
    assert len(named) == len(set(named))


def test_too_small_a_table_says_nothing():
    few = dict(list(table(("0", "1", 1)).items())[: FEWEST_ROWS - 1])
    assert exchanges(few, COLUMNS, combinations(few, 2)) == ()
    one_column = {code: row[:1] for code, row in table().items()}
    assert exchanges(one_column, ["1"], combinations(one_column, 2)) == ()


def test_one_mark_far_out_is_no_exchange():
    found = table()
    found["3"][0] += 25
    assert exchanges(found, COLUMNS, combinations(found, 2)) == ()
