"""Order and ties: competition ranks, the tie chain and its log (rules.md §8)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from core.errors import Problem
from scoring.document import Table
from scoring.ranking import (
    Entry,
    Ranking,
    TieBy,
    TieKey,
    TieOutcome,
    at_cut,
    everywhere,
    nowhere,
    rank,
    read_tie_keys,
)
from tests.scoring.building import case

WRITTEN = TieKey(TieBy.PART, "written")
ESSAY = TieKey(TieBy.PART, "essay")
LOT = TieKey(TieBy.LOT)
TEST = TieKey(TieBy.EXTRA_TEST)
COMMITTEE = TieKey(TieBy.COMMITTEE)
ALL_IN = TieKey(TieBy.ALL_IN)


def entry(code: str, value: str, keys: Mapping[TieKey, str | None] | None = None) -> Entry:
    compared = {key: None if figure is None else Decimal(figure) for key, figure in (keys or {}).items()}
    return Entry(code, Decimal(value), compared)


def ranks(ranking: Ranking) -> dict[str, int]:
    return {placing.code: placing.rank for placing in ranking.placings}


def test_the_official_example_of_suizhou_is_ranked_1_2_2_2_5():
    rows = case("suizhou-competition-ranking")["rows"]
    ranking = rank([entry(row["code"], row["score"]) for row in rows])
    assert ranks(ranking) == {row["code"]: row["published_rank"] for row in rows}
    assert [placing.tied for placing in ranking.placings] == [False, True, True, True, False]


def test_keys_are_taken_in_order_and_only_while_somebody_is_equal():
    entries = [
        entry("a", "80", {WRITTEN: "67.2", ESSAY: "50"}),
        entry("b", "80", {WRITTEN: "64.8", ESSAY: "70"}),
        entry("c", "80", {WRITTEN: "67.2", ESSAY: "60"}),
        entry("d", "81", {WRITTEN: "10", ESSAY: "10"}),
    ]
    ranking = rank(entries, [WRITTEN, ESSAY, LOT])
    assert ranks(ranking) == {"d": 1, "c": 2, "a": 3, "b": 4}
    (tie,) = ranking.ties
    assert [(str(step.key), step.order) for step in tie.steps] == [
        ("part:written", (("a", "c"), ("b",))),
        ("part:essay", (("c",), ("a",))),
    ]
    assert tie.steps[0].values == {"a": Decimal("67.2"), "b": Decimal("64.8"), "c": Decimal("67.2")}
    assert tie.outcome is TieOutcome.BROKEN


def test_a_real_tie_stays_visible_when_every_key_is_used_up():
    ranking = rank([entry("a", "80", {WRITTEN: "60"}), entry("b", "80", {WRITTEN: "60"})], [WRITTEN])
    assert ranks(ranking) == {"a": 1, "b": 1}
    assert all(placing.tied for placing in ranking.placings)
    assert ranking.ties[0].outcome is TieOutcome.EQUAL


def test_all_in_ends_the_comparison():
    entries = [entry("a", "80", {LOT: "1"}), entry("b", "80", {LOT: "2"})]
    ranking = rank(entries, [ALL_IN])
    assert (ranks(ranking), ranking.ties[0].steps) == ({"a": 1, "b": 1}, ())


@pytest.mark.parametrize("key", [LOT, TEST, COMMITTEE])
def test_what_must_be_recorded_is_waited_for_until_it_is_recorded_for_all(key):
    half = rank([entry("a", "80", {key: "1"}), entry("b", "80", {key: None})], [key, WRITTEN])
    assert ranks(half) == {"a": 1, "b": 1}
    assert half.ties[0].outcome is TieOutcome.WAITING
    whole = rank([entry("a", "80", {key: "1"}), entry("b", "80", {key: "2"})], [key])
    assert ranks(whole) == ({"b": 1, "a": 2} if key is TEST else {"a": 1, "b": 2})


def test_a_part_nobody_has_a_mark_for_puts_those_without_last():
    entries = [entry("a", "80", {WRITTEN: None}), entry("b", "80", {WRITTEN: "1"}), entry("c", "80", {WRITTEN: None})]
    assert ranks(rank(entries, [WRITTEN])) == {"b": 1, "a": 2, "c": 2}


def test_at_the_cut_only_the_tie_the_line_goes_through_is_broken():
    entries = [
        entry("a", "90", {WRITTEN: "1"}),
        entry("b", "90", {WRITTEN: "2"}),
        entry("c", "80", {WRITTEN: "1"}),
        entry("d", "80", {WRITTEN: "2"}),
    ]
    codes = frozenset("abcd")
    assert ranks(rank(entries, [WRITTEN], at_cut(3, codes))) == {"a": 1, "b": 1, "d": 3, "c": 4}
    assert ranks(rank(entries, [WRITTEN], at_cut(2, codes))) == {"a": 1, "b": 1, "c": 3, "d": 3}
    assert ranks(rank(entries, [WRITTEN], at_cut(1, codes))) == {"b": 1, "a": 2, "c": 3, "d": 3}
    assert [tie.outcome for tie in rank(entries, [WRITTEN], at_cut(2, codes)).ties] == [TieOutcome.NOT_NEEDED] * 2


def test_comparing_stops_as_soon_as_the_line_goes_through_nobody():
    entries = [
        entry(code, "80", {WRITTEN: first, ESSAY: second})
        for code, first, second in (("a", "2", "1"), ("b", "2", "2"), ("c", "1", "1"), ("d", "1", "2"))
    ]
    ranking = rank(entries, [WRITTEN, ESSAY], at_cut(2, frozenset("abcd")))
    assert ranks(ranking) == {"a": 1, "b": 1, "c": 3, "d": 3}
    assert [str(step.key) for step in ranking.ties[0].steps] == ["part:written"]


def test_nobody_and_one_candidate_have_their_own_answer():
    assert rank([]).placings == ()
    assert ranks(rank([entry("a", "0")])) == {"a": 1}


def test_equal_values_of_different_spelling_are_equal():
    ranking = rank([Entry("a", Decimal("80.0")), Entry("b", Fraction(80)), Entry("c", Decimal("80.00"))])
    assert set(ranks(ranking).values()) == {1}


entries = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 2)), max_size=12).map(
    lambda rows: [
        entry(f"c{place:02}", str(value), {WRITTEN: str(written), ESSAY: str(essay)})
        for place, (value, written, essay) in enumerate(rows)
    ]
)


@given(entries, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_has_no_effect(given_entries, random):
    made = rank(given_entries, [WRITTEN, ESSAY])
    random.shuffle(given_entries)
    assert rank(given_entries, [WRITTEN, ESSAY]) == made


@given(entries)
def test_ranks_agree_with_counting_those_who_are_better(given_entries):
    figures = {e.code: (e.value, e.keys[WRITTEN], e.keys[ESSAY]) for e in given_entries}
    made = ranks(rank(given_entries, [WRITTEN, ESSAY]))
    assert made == {code: 1 + sum(other > own for other in figures.values()) for code, own in figures.items()}
    plain = {code: 1 + sum(other[0] > own[0] for other in figures.values()) for code, own in figures.items()}
    assert ranks(rank(given_entries, [WRITTEN, ESSAY], nowhere)) == plain


@given(entries, st.data())
def test_one_more_point_never_lowers_a_rank(given_entries, data):
    if not given_entries:
        return
    place = data.draw(st.integers(0, len(given_entries) - 1))
    own = given_entries[place]
    raised = [*given_entries]
    raised[place] = Entry(own.code, own.value + 1, own.keys)
    before, after = (ranks(rank(some, [WRITTEN, ESSAY], everywhere))[own.code] for some in (given_entries, raised))
    assert after <= before


def test_a_tie_chain_is_a_list_of_words():
    problems: list[Problem] = []
    table = Table({"ties": ["part:written", "exact", "qualification:degree", "lot"]}, "order", problems)
    assert [str(key) for key in read_tie_keys(table, "ties")] == list(table.values["ties"])
    assert problems == []


@pytest.mark.parametrize(
    ("ties", "problem"),
    [
        (["written"], "order.ties: written is no way to break a tie."),
        (["part"], "order.ties: part is no way to break a tie."),
        (["lot:written"], "order.ties: lot:written is no way to break a tie."),
        (["lot", "lot"], "order.ties: A way to break ties stands twice."),
        (["all_in", "lot"], "order.ties: After all_in nothing more can be compared."),
        ([1], "order.ties: This must be a list of texts."),
    ],
)
def test_a_tie_chain_that_means_nothing_is_told(ties, problem):
    problems: list[Problem] = []
    read_tie_keys(Table({"ties": ties}, "order", problems), "ties")
    assert [str(each) for each in problems] == [problem]
