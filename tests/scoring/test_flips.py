"""A rounding said to turn an order round really does: the worked example is computed again by other means."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from scoring.linter.flips import Flip, find_flip, flip_findings, mark_sets
from scoring.marks import exactly
from scoring.roundings import rounding_places, without_rounding
from scoring.scheme import Scheme
from scoring.tally import tally
from tests.scoring.building import EVERYTHING, candidate, inputs, open_selection, scheme_from
from tests.scoring.schemes import SCHEME

STAGED = """
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
weight = 0.5
decimals = {decimals}
[[parts]]
key = "a"
of = "written"
weight = 0.6
maximum = 100
input_decimals = 2
[[parts]]
key = "b"
of = "written"
weight = 0.4
maximum = 100
input_decimals = 2
[[parts]]
key = "interview"
of = "total"
weight = 0.5
maximum = 100
input_decimals = 2
[order]
ties = [{ties}]
"""


def staged(decimals: int = 1, ties: str = "") -> Scheme:
    return scheme_from(STAGED.format(decimals=decimals, ties=ties))


def flip_of(scheme: Scheme, path: str) -> Flip | None:
    (place,) = (one for one in rounding_places(scheme) if one.path == path)
    return find_flip(scheme, place, mark_sets(scheme))


def figures(flip: Flip) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """The marks of both by part, out of the example's own sentences."""
    better, worse = (
        {str(one.facts["part"]): Decimal(str(one.facts["mark"])) for one in made.marks}
        for made in (flip.better, flip.worse)
    )
    return better, worse


def test_a_reversal_is_one_when_it_is_computed_by_hand():
    found = flip_of(staged(), "parts.written.decimals")
    assert found is not None
    assert found.reversed

    def total(marks: dict[str, Decimal], *, rounds: bool) -> Decimal:
        written = (marks["a"] * 6 + marks["b"] * 4) / 10
        if rounds:
            written = written.quantize(Decimal("0.1"), "ROUND_HALF_UP")
        return ((written + marks["interview"]) / 2).quantize(Decimal("0.01"), "ROUND_HALF_UP")

    better, worse = figures(found)
    assert total(better, rounds=False) > total(worse, rounds=False)
    assert total(better, rounds=True) < total(worse, rounds=True)


def test_the_pair_of_an_example_changes_places_in_a_real_tally():
    scheme = staged()
    found = flip_of(scheme, "parts.written.decimals")
    assert found is not None
    people = [
        candidate(code, **{part: str(mark) for part, mark in marks.items()})
        for code, marks in zip("12", figures(found), strict=True)
    ]
    ranks = [
        {one.candidate: one.rank for one in tally(rules, inputs(*people)).results}
        for rules in (without_rounding(scheme, "parts.written.decimals"), scheme)
    ]
    assert ranks == [{"1": 1, "2": 2}, {"1": 2, "2": 1}]


def test_a_rounding_that_rounds_nothing_away_is_not_mentioned():
    assert flip_of(staged(3), "parts.written.decimals") is None


def test_the_last_rounding_makes_equal_and_the_value_before_it_keeps_apart():
    found = flip_of(staged(3), "parts.total.decimals")
    assert found is not None
    assert not found.reversed
    assert found.better.value == found.worse.value
    assert found.better.without > found.worse.without
    assert [one.path for one in flip_findings(staged(3))] == ["parts.total.decimals"]
    assert list(flip_findings(staged(3, '"exact"'))) == []


def test_the_decimals_of_a_coefficient_turn_an_order_round():
    found = flip_of(scheme_from(SCHEME), "rooms.interview.coefficient_decimals")
    assert found is not None
    assert found.reversed


@pytest.mark.parametrize("scheme", [open_selection(), scheme_from(SCHEME), scheme_from(EVERYTHING), staged()])
def test_every_example_holds(scheme: Scheme):
    for place in rounding_places(scheme):
        found = find_flip(scheme, place, mark_sets(scheme))
        if found is not None:
            assert found.better.without > found.worse.without
            assert found.better.value <= found.worse.value


@pytest.mark.parametrize("scheme", [open_selection(), scheme_from(EVERYTHING)])
def test_every_place_of_a_rounding_can_be_taken_away_alone(scheme: Scheme):
    places = rounding_places(scheme)
    assert len({one.path for one in places}) == len(places)
    for place in places:
        rest = [one.path for one in rounding_places(without_rounding(scheme, place.path))]
        assert rest == [one.path for one in places if one.path != place.path]


def test_all_places_of_the_scheme_with_everything_are_known():
    assert {one.path for one in rounding_places(scheme_from(EVERYTHING))} == {
        "parts.written.weighted_decimals", "parts.written.sum_decimals", "parts.written.decimals",
        "parts.total.decimals", "panel.interview.judge_decimals", "panel.interview.element_decimals",
        "panel.interview.factor_decimals", "panel.interview.group_decimals", "rooms.interview.mean_decimals",
        "rooms.interview.reference_decimals", "rooms.interview.coefficient_decimals", "rooms.interview.decimals",
    }  # fmt: skip


cents = st.integers(0, 10000).map(lambda n: str(Decimal(n) / 100))


@settings(max_examples=60)
@given(cents, cents, cents)
def test_without_any_rounding_the_value_is_the_exact_sum(a: str, b: str, heard: str):
    scheme = staged()
    for place in rounding_places(scheme):
        scheme = without_rounding(scheme, place.path)
    (found,) = tally(scheme, inputs(candidate("1", a=a, b=b, interview=heard))).results
    assert found.total is not None
    expected = Fraction(a) * Fraction(3, 10) + Fraction(b) * Fraction(1, 5) + Fraction(heard) / 2
    assert exactly(found.total) == expected
