"""Statistics of a stored tally: every planted oddity is found, in its place, and nothing is computed from elsewhere."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from core.canonical import canonical
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState, round_to
from scoring.panel_mark import JudgeSheet
from scoring.scheme import Scheme
from scoring.snapshot import inputs_document, tally_document
from scoring.statistics import Statistics, statistics_of
from scoring.statistics.close import MOST_PEOPLE, rounding_effects
from scoring.stored import inputs_of
from scoring.tally import interview_entry, tally
from tests.scoring.building import inputs, scheme_from

SCHEME = """
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
weight = 0.5
maximum = 100
input_decimals = 2
[[parts]]
key = "interview"
of = "total"
weight = 0.5
decimals = {decimals}
[panel.interview]
drop_high = 1
drop_low = 1
elements = [{{ key = "all", name = "总分", maximum = 100 }}]
[[cuts]]
key = "interview"
by = "written"
take = 50
[[cuts]]
key = "proposed"
take = 2
"""

Totals = Callable[[int, int], str]
LEVELS = (88, 71, 83, 76, 80, 73, 85, 78)


def usual(place: int, seat: int) -> str:
    """Five judges around a candidate's level, no two of them alike in what they see."""
    return str(LEVELS[place] + (place * 3 + seat * 2) % 3 - 1)


def candidates(totals: Totals = usual, written: Mapping[int, str] | None = None) -> list[Candidate]:
    """Eight candidates of one post, the first four heard in room 1."""
    found = []
    for place in range(len(LEVELS)):
        sheets = tuple(JudgeSheet(str(n), "panel", {"all": Decimal(totals(place, n))}) for n in range(1, 6))
        mark = Mark.of((written or {}).get(place, str(LEVELS[place])))
        rooms = {"interview": "1" if place < 4 else "2"}
        found.append(Candidate(f"{place + 1:02}", "01", {"written": mark}, {"interview": sheets}, rooms))
    return found


def scheme(decimals: int = 2) -> Scheme:
    return scheme_from(SCHEME.format(decimals=decimals))


def stored(found: Inputs) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(canonical(inputs_document(found)))
    return document


def of(people: list[Candidate], rules: Scheme | None = None) -> Statistics:
    rules = rules or scheme()
    given = inputs(*people, places=1)
    outcome = json.loads(canonical(tally_document(tally(rules, given))))
    return statistics_of(rules, stored(given), outcome)


def strict(place: int, seat: int) -> str:
    return str(Decimal(usual(place, seat)) - (6 if seat == 4 and place < 4 else 0))


def test_a_strict_seat_stands_below_its_bench():
    bench, other = of(candidates(strict)).panels["interview"].benches
    assert (bench.room, other.room) == ("1", "2")
    assert min(bench.seats, key=lambda one: one.difference).seat == "4"
    assert sum(one.difference for one in bench.seats) == 0
    four = bench.seats[3]
    assert four.difference == Fraction(sum(Fraction(strict(p, 4)) - mean(p) for p in range(4)), 4)
    assert four.strictest <= four.difference <= four.mildest


def mean(place: int) -> Fraction:
    return Fraction(sum(Fraction(strict(place, seat)) for seat in range(1, 6)), 5)


def test_agreement_is_that_of_the_bench_alone():
    people = candidates(lambda place, seat: usual(place, seat) if place < 4 else str(80 + (place * seat) % 7))
    first, second = (bench.agreement for bench in of(people).panels["interview"].benches)
    assert (first.hearings, first.judges) == (4, 5)
    assert first.average is not None
    assert second.average is not None
    assert first.average > Fraction(9, 10) > second.average


def test_a_hearing_that_a_judge_missed_is_left_out_of_the_complete_table_alone():
    people = candidates()
    sheets = people[0].sheets["interview"]
    absent = (*sheets[:4], JudgeSheet("5", "panel", {}, MarkState.ABSENT))
    people[0] = Candidate("01", "01", people[0].marks, {"interview": absent}, people[0].rooms)
    bench = of(people).panels["interview"].benches[0]
    assert bench.agreement.hearings == 3
    assert [one.hearings for one in bench.seats] == [4, 4, 4, 4, 3]


def test_a_mark_far_from_the_others_is_listed_and_told_to_be_dropped():
    people = candidates(lambda place, seat: "95" if (place, seat) == (5, 3) else usual(place, seat))
    judged = of(people).panels["interview"]
    (far,) = judged.far
    assert (far.candidate, far.room, far.seat, far.mark, far.dropped) == ("06", "2", "3", Decimal(95), True)
    assert far.difference > judged.bound >= 5
    assert of(candidates()).panels["interview"].far == ()


def test_two_sheets_of_one_judge_that_were_exchanged_are_named():
    swapped = {0: 1, 1: 0}
    people = candidates(lambda place, seat: usual(swapped.get(place, place) if seat == 2 else place, seat))
    bench, other = of(people).panels["interview"].benches
    (found,) = bench.exchanges
    assert (found.column, found.first, found.second) == ("2", "01", "02")
    assert other.exchanges == ()


def test_neighbours_whose_written_marks_were_exchanged_are_named():
    (found,) = of(candidates(written={0: "71", 1: "88"})).neighbours
    assert (found.post, found.exchange.column, found.exchange.first) == ("01", "written", "01")
    assert of(candidates()).neighbours == ()


def test_rooms_are_shown_by_raw_marks_with_their_interval():
    first, second = of(candidates()).rooms["interview"]
    assert (first.room, first.count, second.count) == ("1", 4, 4)
    assert first.half_width is not None
    assert abs(first.mean - Fraction(318, 4)) < 1


def test_the_margin_is_the_distance_across_the_line():
    (margin,) = of(candidates()).margins
    assert (margin.cut, margin.wanted, margin.entered) == ("proposed", 2, 2)
    assert margin.margin == Fraction(margin.last_in) - Fraction(margin.first_out) > 0


def close_race() -> list[Candidate]:
    """The third passes the second only because the interview keeps one decimal: 83.666 → 83.7, 83.333 → 83.3."""

    def totals(place: int, seat: int) -> str:
        kept = {2: ("84", "84", "83"), 6: ("83", "83", "84")}.get(place)
        return usual(place, seat) if kept is None else ("60", *kept, "100")[seat - 1]

    return candidates(totals, written={2: "84.00", 6: "84.35"})


def test_who_would_stand_elsewhere_without_a_rounding_is_named_for_that_rounding():
    exact, rounded = of(close_race(), scheme(3)), of(close_race(), scheme(0))
    assert exact.roundings is not None
    assert rounded.roundings is not None
    assert [one.place.path for one in exact.roundings] == ["parts.interview.decimals", "parts.total.decimals"]
    assert not any(one.changes for one in exact.roundings)
    effect = next(one for one in rounded.roundings if one.place.path == "parts.interview.decimals")
    assert {one.candidate: one.rank for one in effect.changes} == {"03": (2, 3), "07": (3, 2)}
    assert {one.candidate: one.entered for one in effect.changes} == {"03": (True, False), "07": (False, True)}


def test_too_many_candidates_are_not_computed_again_for_every_rounding():
    people = [Candidate(f"{n:05}", "01", {"written": Mark.of("80")}) for n in range(MOST_PEOPLE + 1)]
    given = inputs(*people)
    outcome = tally_document(interview_entry(scheme(), given), steps=False)
    assert rounding_effects(scheme(), given, outcome, "interview") is None


def test_an_entry_looks_at_what_it_was_drawn_by():
    people = [Candidate(f"{n:02}", "01", {"written": Mark.of(70 + n)}) for n in range(6)]
    given = inputs(*people)
    outcome = json.loads(canonical(tally_document(interview_entry(scheme(), given))))
    found = statistics_of(scheme(), stored(given), outcome, "interview")
    assert list(found.spreads) == ["written"]
    assert (found.panels, found.rooms, found.roundings) == ({}, {}, ())
    assert found.spreads["written"].mean == Fraction(145, 2)


def test_the_spread_of_every_part_is_that_of_the_stored_values():
    found = of(candidates())
    assert list(found.spreads) == ["total", "interview", "written"]
    assert {one.count for one in found.spreads.values()} == {8}
    assert round_to(found.spreads["written"].mean, 2) == Decimal("79.25")


# ── stored inputs ────────────────────────────────────────────────────────────────────────────────────────────────────

figures = st.integers(0, 10000).map(lambda n: Decimal(n) / 100)
sheets = st.builds(
    JudgeSheet,
    st.integers(1, 9).map(str),
    st.sampled_from(["expert", "public"]),
    st.dictionaries(st.just("all"), figures),
)
people = st.builds(
    Candidate,
    code=st.uuids().map(str),
    post=st.sampled_from(["01", "02"]),
    marks=st.dictionaries(
        st.sampled_from(["a", "b"]),
        figures.map(Mark)
        | st.sampled_from([s for s in MarkState if s is not MarkState.PRESENT]).map(lambda state: Mark(state=state)),
    ),
    sheets=st.dictionaries(st.just("interview"), st.lists(sheets, max_size=3).map(tuple)),
    rooms=st.dictionaries(st.just("interview"), st.just("1")),
    qualifications=st.dictionaries(st.just("degree"), figures),
    extra_test=st.none() | figures,
    lot=st.none() | st.integers(1, 99),
    standing=st.sampled_from(MarkState),
)


@settings(max_examples=50)
@given(st.lists(people, max_size=4, unique_by=lambda one: one.code))
def test_stored_inputs_are_read_back_without_loss(found: list[Candidate]):
    given = Inputs((Post("01", 1), Post("02", 2, "g")), tuple(found), {"cut": frozenset({"x"})})
    assert stored(inputs_of(stored(given))) == stored(given)


@pytest.mark.parametrize("places", [1, 2])
def test_a_tally_of_stored_inputs_is_the_stored_tally(places: int):
    given = inputs(*candidates(), places=places)
    assert tally_document(tally(scheme(), inputs_of(stored(given)))) == tally_document(tally(scheme(), given))
