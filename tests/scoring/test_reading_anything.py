"""Whatever stands in a file, the answer is a tally or refusals, never an error of the program."""

import contextlib

from hypothesis import given, settings, strategies as st

from core.errors import Refusal
from scoring.columns import HEADINGS
from scoring.files import grids
from scoring.grid import Grid, Odd, OddKind
from scoring.reading import read_inputs
from scoring.scheme import Scheme
from tests.scoring.building import EVERYTHING, FURTHER, scheme_from

SCHEMES = [scheme_from(EVERYTHING), scheme_from(FURTHER)]
WORDS = [
    *(
        "A",
        "B",
        "01",
        "02",
        "1",
        "2",
        "3",
        "甲组",
        "expert",
        "public",
        "a",
        "b",
        "aptitude",
        "essay",
        "written",
        "interview",
    ),
    *("late", "total", "bonus:written", "bonus:late", "bonus:", "qualification:学历", "lot", "committee", "extra_test"),
    *(
        "standing",
        "admitted:interview",
        "admitted:x",
        "absent",
        "缺考",
        "免试",
        "取消资格",
        "present",
        "missing",
        "nobody",
        "veto",
        "marked",
        "good",
        "blank",
        "ballots",
        "80/92",
        "1/0",
        "A票",
    ),
    *(
        "0",
        "1.5",
        "50",
        "60.5",
        "100",
        "149.999",
        "1000",
        "-1",
        "八十",
        "８０",
        "1,000",
        "",
        "",
        "",
        "",
        " ",
        "x" * 300,
        "\u202e",
    ),
]
cells = st.one_of(st.sampled_from(WORDS), st.sampled_from([Odd(kind) for kind in OddKind]))
HEADS = [
    ["candidate", "post", "room", "part", "judge", "group", "element", "mark", "state"],
    ["candidate", "post", "state"],
    ["post", "places", "group", "registered"],
    ["post", "group", "part", "room", "count", "sum", "mean"],
    ["candidate", "kind", "part", "article", "authority"],
    ["part", "post", "mark"],
]
headings = st.one_of(
    st.sampled_from(HEADS), st.lists(st.sampled_from([*(column.value for column in HEADINGS), "x", ""]), max_size=9)
)


@st.composite
def tables(draw: st.DrawFn) -> Grid:
    heading = draw(headings)
    row = st.lists(cells, min_size=len(heading), max_size=len(heading) + (draw(st.integers(0, 20)) == 0))
    rows = draw(st.lists(row, max_size=12))
    return Grid("f", heading, 1, list(enumerate(rows, start=2)))


@settings(max_examples=300)
@given(st.sampled_from(SCHEMES), st.lists(tables(), max_size=4))
def test_any_tables_are_counted_or_refused(scheme: Scheme, found: list[Grid]) -> None:
    made, refusals = read_inputs(scheme, found).counted()
    assert (made is None) == bool(refusals)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_tables_or_refused(content: bytes) -> None:
    with contextlib.suppress(Refusal):
        assert all(grid.rows for grid in grids("f", content))
