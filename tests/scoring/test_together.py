"""Columns of candidates who are alike give what one candidate's steps give, figure for figure, whatever the rules."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from scoring.alike import Roll, Tabled, alike
from scoring.findings import Finding
from scoring.formula import BonusPoints
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState, Precision, Rounding, round_to, rounded
from scoring.outcome import Results
from scoring.panel_mark import JudgeSheet
from scoring.snapshot import tally_document
from scoring.tally import Tally, tally
from scoring.vectors import Vector, added, at_most, chosen, kept_sums
from tests.scoring.building import scheme_from

ABSENT = Mark(state=MarkState.ABSENT)
MODES = ["half_up", "half_even", "truncate"]
ROOMS = [
    'reference = "mean_of_room_means"',
    'reference = "pooled_mean"',
    'reference = "pooled_mean"\npool = "kept"\nroom_drop_high = 1\nroom_drop_low = 1',
    'reference = "pooled_mean"\npool_drop_high = 1\npool_drop_low = 1',
    "room_drop_high = 1",
    "leave_out_above = 95\nleave_out_below = 20",
    'compares = "subjects"\nonly_mixed = true\nleave_out_share_below_mean = 0.6',
]
EDGES = [
    "",
    "cap = 60",
    "bands = [50, 40, 20]",
    'bonus = { cap = 4, accumulate = true, stage = "before_rescale", needs_pass = true }\npass_mark = 50',
    'bonus = { needs_pass = true }\npass_mark = 60\npass_mark_on = "before_bonus"\npass_mark_above = true\ncap = 90',
    "bonus = {}",
]


def line(draw, key: str) -> str:
    decimals = draw(st.sampled_from([None, 0, 1, 2]))
    prefix = f"{key}_" if key else ""
    return (
        ""
        if decimals is None
        else f'{prefix}decimals = {decimals}\n{prefix}rounding = "{draw(st.sampled_from(MODES))}"\n'
    )


@st.composite
def schemes(draw) -> str:
    pick = lambda *of: draw(st.sampled_from(of))  # noqa: E731
    own = line(draw, "")
    written, interview = pick(("0.4", "0.6"), ('"1/3"', '"2/3"'))
    over = pick("group", "panel")
    drops = 'drop_high = 1\ndrop_low = 1\ndrop_least_marks = 4\nfew_marks = "keep_all"'
    return f"""
[[parts]]
key = "total"
{line(draw, "")}{line(draw, "sum")}{draw(st.sampled_from(EDGES))}
[[parts]]
key = "written"
of = "total"
weight = {written}
rescale_to = 100
{line(draw, "weighted")}{own}{draw(st.sampled_from(EDGES))}
[[parts]]
key = "one"
of = "written"
maximum = 60
absent = "{pick("out", "zero", "leave_out")}"
[[parts]]
key = "two"
of = "written"
maximum = 40
absent = "{pick("out", "zero", "leave_out")}"
input_decimals = 2
[[parts]]
key = "interview"
of = "total"
weight = {interview}
absent = "{pick("out", "zero", "leave_out")}"
{line(draw, "")}
[[parts]]
key = "late"
of = "total"
deducted = true
maximum = 5
missing = "zero"
[panel.interview]
trim_per = "{pick("judge_total", "element")}"
trim_over = "{over}"
{drops if over == "panel" else ""}
elements = [{{ key = "a", maximum = 40, factor = {pick("1", "0.5", '"1/3"')} }}, {{ key = "b", maximum = 60 }}]
missing_judge = "leave_out"
{line(draw, "judge")}{line(draw, "element")}{line(draw, "factor")}{line(draw, "group")}
[[panel.interview.groups]]
key = "expert"
weight = 0.8
{drops if over == "group" else ""}
[[panel.interview.groups]]
key = "public"
weight = 0.2
[rooms.{pick("interview", "written", "one")}]
{draw(st.sampled_from(ROOMS))}
within = "{pick("post", "selection")}"
{line(draw, "mean")}{line(draw, "coefficient")}{line(draw, "")}
{order(pick)}"""


def order(pick) -> str:
    return f"""
[order]
ties = ["exact", "part:written", "undropped_sum:interview", "qualification:first", "lot"]
break_ties = "{pick("everywhere", "at_cut")}"
[[cuts]]
key = "proposed"
per_place = 1
equal = "{pick("in", "out", "wait")}"
[[findings]]
key = "named"
effect = "{pick("zero", "void")}"
parts = ["interview", "one"]
[[findings]]
key = "veto"
"""


@st.composite
def candidates(draw, code: str) -> Candidate:
    figure = st.integers(30, 120).map(lambda n: Decimal(n) / 2)
    marks = {
        "one": draw(st.one_of(figure.map(lambda own: Mark(min(own, Decimal(60)))), st.just(ABSENT))),
        "two": draw(st.one_of(figure.map(lambda own: Mark(min(own, Decimal(40)))), st.just(ABSENT))),
    }
    if draw(st.booleans()):
        marks["late"] = Mark(Decimal(draw(st.integers(0, 5))))
    sheets: tuple[JudgeSheet, ...] = ()
    if draw(st.sampled_from([True, True, True, False])):
        sheets = tuple(
            JudgeSheet(str(seat), group, {"a": draw(figure) / 3 // 1, "b": min(draw(figure), Decimal(60))})
            for group, seats in (("expert", draw(st.integers(1, 4))), ("public", 1))
            for seat in range(1, seats + 1)
        )
    else:
        marks["interview"] = ABSENT
    rooms = dict.fromkeys(("one", "written", "interview"), draw(st.sampled_from("123")))
    bonus = tuple(
        BonusPoints(part, kind, Decimal(draw(st.integers(1, 4))))
        for part, kind in draw(
            st.lists(st.sampled_from([("written", "x"), ("written", "y"), ("total", "x")]), unique=True)
        )
    )
    return Candidate(
        code, draw(st.sampled_from(["01", "02"])), marks, {"interview": sheets} if sheets else {}, rooms, bonus,
        {"first": Decimal(draw(st.integers(0, 2)))}, lot=draw(st.sampled_from([None, 1, 2])),
        standing=draw(st.sampled_from([MarkState.PRESENT] * 6 + [MarkState.WITHDRAWN, MarkState.DISQUALIFIED])),
        findings=draw(st.sampled_from([()] * 6 + [(Finding("named", "interview"),), (Finding("named", "one"),)])),
    )  # fmt: skip


def allowed(toml: str, one: Candidate) -> Candidate:
    """Without bonus points on parts that give none."""
    parts = scheme_from(toml).all_parts()
    return Candidate(
        one.code, one.post, one.marks, one.sheets, one.rooms, tuple(b for b in one.bonus if parts[b.part].bonus),
        one.qualifications, None, one.lot, None, one.standing, {}, one.findings,
    )  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(schemes(), st.data())
def test_what_ranks_is_what_the_steps_explain(toml: str, data: st.DataObject) -> None:
    """Making a result raises ValueError where its steps lead elsewhere; here it is also written alike."""
    people = [allowed(toml, data.draw(candidates(f"c{n}"))) for n in range(data.draw(st.integers(1, 9)))]
    made = tally(scheme_from(toml), Inputs((Post("01", 1), Post("02", 2)), tuple(people)))
    if made.refusals:
        return  # rooms with too few marks, or a mean of 0
    assert isinstance(made.results, Results)
    known = made.results.making.running
    for result in made.results:
        for key, part in result.parts.items():
            assert str(known.value(result.candidate, key)) == str(part.value)
            if part.exact is not None and (column := known.evaluated[-1].computed(result.candidate, key)) is not None:
                assert column[0].exact is not None
                assert column[0].exact.at(column[1]) == part.exact


def test_steps_that_lead_elsewhere_are_never_shown() -> None:
    made = tally(scheme_from(PLAIN), Inputs((Post("01", 1),), (heard("a", "80"), heard("b", "81"))))
    assert isinstance(made.results, Results)
    (together, _), *_ = made.results.making.running.evaluated[-1].groups
    column = together.found["mark"]
    assert column.value is not None
    column.value.units[0] += 1  # type: ignore[index] # a fault planted in the columns
    with pytest.raises(ValueError, match="the steps of a lead to another mark"):
        made.result("a")
    assert made.result("b").rank == 1


PLAIN = """
[[parts]]
key = "mark"
decimals = 2
[panel.mark]
drop_high = 1
drop_low = 1
step = 0.5
elements = [{ key = "a", maximum = 40 }, { key = "b", maximum = 60 }]
[rooms.mark]
coefficient_decimals = 4
decimals = 2
[order]
ties = ["undropped_sum:mark"]
[[cuts]]
key = "in"
per_place = 1
"""


def heard(code: str, first: str) -> Candidate:
    sheets = tuple(
        JudgeSheet(str(seat), "panel", {"a": Decimal(30) + seat, "b": Decimal(first) - 30 - seat // 2})
        for seat in range(4)
    )
    return Candidate(code, "01", sheets={"mark": sheets}, rooms={"mark": "1"})


def tabled(people: Sequence[Candidate]) -> Roll:
    """The same people in columns."""
    (group,) = alike(people)
    first = group.one(0)
    return Roll(
        (
            Tabled(
                group.codes,
                group.posts,
                {key: group.marks(key) for key in first.marks},
                {key: group.sheets(key) for key in first.sheets},
                {key: group.rooms(key) for key in first.rooms},
            ),
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(120, 160), st.sampled_from("12")), min_size=1, max_size=12))
def test_candidates_in_columns_are_those_candidates(drawn: list[tuple[int, str]]) -> None:
    people = tuple(
        Candidate(f"c{n}", "01", sheets=heard("", str(Decimal(halves) / 2)).sheets, rooms={"mark": room})
        for n, (halves, room) in enumerate(drawn)
    )
    roll, scheme = tabled(people), scheme_from(PLAIN)
    assert tuple(roll) == people
    assert (roll[-1], roll[:2]) == (people[-1], people[:2])

    def document(candidates: Sequence[Candidate]) -> object:
        made: Tally = tally(scheme, Inputs((Post("01", 1),), candidates))
        assert made.refusals == ()
        return tally_document(made)

    assert document(roll) == document(people)


def test_a_roll_refuses_what_its_people_are_refused_for() -> None:
    good, bad = heard("a", "80"), heard("b", "80.25")
    wrong = [tally(scheme_from(PLAIN), Inputs((Post("01", 1),), own)) for own in ((good, bad), tabled([good, bad]))]
    assert wrong[0].refusals == wrong[1].refusals
    assert [problem.field for problem in wrong[0].refusals][:1] == ["b.mark.panel/0/b"]


# ── vectors ──────────────────────────────────────────────────────────────────────────────────────────────────────────

fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=720)
columns = st.lists(fractions, min_size=1, max_size=6)


@given(columns, st.integers(0, 4), st.sampled_from(Rounding))
def test_a_vector_is_rounded_as_each_of_its_values(values, decimals, mode):
    settled = Vector.of(values).settled(Precision(decimals, mode))
    assert [settled.at(n) for n in range(len(values))] == [Fraction(round_to(one, decimals, mode)) for one in values]


@given(st.lists(st.integers(-(10**30), 10**30)), st.integers(1, 10**6))
def test_whole_numbers_of_any_length_are_rounded_alike(numerators, denominator):
    assert rounded(numerators, denominator, Rounding.HALF_EVEN) == [round(Fraction(n, denominator)) for n in numerators]


@given(st.lists(st.tuples(fractions, fractions), min_size=1, max_size=5), fractions, fractions)
def test_sums_choices_and_bounds_are_those_of_each_value(pairs, weight, bound):
    first, second = (Vector.of([pair[side] for pair in pairs]) for side in (0, 1))
    whole = added([(first, weight), (second, 1), (first, 1)])
    taken = chosen([one > other for one, other in pairs], first, second)
    for n, (one, other) in enumerate(pairs):
        assert whole.at(n) == one * weight + other + one
        assert taken.at(n) == max(one, other)
        assert at_most(first, bound).at(n) == min(one, bound)


@given(
    st.lists(st.lists(fractions, min_size=3, max_size=3), min_size=4, max_size=7), st.integers(0, 2), st.integers(0, 1)
)
def test_sums_without_extremes_are_those_of_sorted_values(judges, high, low):
    found = kept_sums([Vector.of(own) for own in judges], high, low)
    for n in range(3):
        assert found.at(n) == sum(sorted(own[n] for own in judges)[low : len(judges) - high])
