"""A whole tally: stages, ranks, entry, reasons; bad inputs listed at once; order of inputs without effect."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from scoring.formula import BonusPoints
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.ranking import TieOutcome
from scoring.snapshot import inputs_fingerprint, tally_document
from scoring.tally import Because, Tally, interview_entry, tally
from tests.scoring.building import TWO_PARTS, candidate, inputs, marks, open_selection, scheme_from

OPEN = open_selection()
PLAIN = scheme_from(TWO_PARTS)
SHARES = {"analysis": 20, "organising": 20, "response": 15, "expertise": 20, "expression": 15, "bearing": 10}
EXPERTS = ["83.0", "81.0", "81.5", "83.5", "85.0", "81.0", "85.5"]
DELEGATES = ["84.0", "85.0"]


def sheet(group: str, seat: int, total: str) -> JudgeSheet:
    """A full sheet whose six elements add up to a total, in half points."""
    left = int(Decimal(total) * 2)
    found: dict[str, Decimal] = {}
    for key, maximum in SHARES.items():
        units = min(2 * maximum, left)
        found[key], left = Decimal(units) / 2, left - units
    assert left == 0
    return JudgeSheet(str(seat), group, found)


def heard(code: str, written: str, experts=EXPERTS, delegates=DELEGATES, post: str = "01", room: str = "1", **more):
    """A candidate with two equal papers and a full panel of seven experts and two delegates."""
    sheets = tuple(sheet("expert", seat, total) for seat, total in enumerate(experts, 1))
    sheets += tuple(sheet("representative", seat, total) for seat, total in enumerate(delegates, 1))
    papers = marks(common=written, professional=written)
    return Candidate(code, post, papers, {"interview": sheets}, {"interview": room}, **more)


def papers(code: str, common: str | MarkState, professional: str | MarkState | None = None, post: str = "01"):
    return candidate(code, post, common=common, professional=professional or common)


def ranks(made: Tally) -> dict[str, int | None]:
    return {result.candidate: result.rank for result in made.results}


def because(made: Tally, code: str) -> list[Because]:
    return [reason.because for reason in made.result(code).reasons]


def told(made: Tally) -> list[str]:
    assert made.results == ()
    return sorted(str(problem) for problem in made.refusals)


def test_one_candidate_from_papers_and_sheets_to_the_total():
    made = tally(OPEN, inputs(heard("a", "80.00")))
    (result,) = made.results
    values = {key: str(part.value) for key, part in result.parts.items()}
    assert values == {
        "common": "80.00",
        "professional": "80.00",
        "written": "80.00",
        "interview": "83.14",
        "total": "81.57",
    }
    assert (result.total, result.exact, result.rank, result.entered) == (Decimal("81.57"), Decimal("81.57"), 1, True)
    assert because(made, "a") == [Because.WITHIN]


def test_the_first_cut_looks_at_the_written_part_only():
    field = [papers(f"c{n}", str(90 - n)) for n in range(5)] + [papers("c5", "86"), papers("low", "59.99")]
    made = interview_entry(OPEN, inputs(*field))
    assert made.part == "written"
    assert made.entered() == {"01": ("c0", "c1", "c2", "c3", "c4", "c5")}
    assert because(made, "c4") == because(made, "c5") == [Because.TIED_IN]
    assert because(made, "low") == [Because.BELOW_PASS_MARK]
    assert (made.result("low").rank, made.result("low").entered) == (7, False)


def test_absent_from_one_paper_is_not_ranked_and_not_a_zero():
    made = interview_entry(OPEN, inputs(papers("a", "70"), papers("b", "90", MarkState.ABSENT)))
    result = made.result("b")
    assert (result.total, result.rank, result.entered) == (None, None, False)
    assert [dict(reason.facts) for reason in result.reasons] == [{"part": "professional", "state": "absent"}]
    assert made.last.units["01"].present == 1


def test_who_did_not_enter_the_interview_needs_no_interview_mark():
    made = tally(OPEN, inputs(heard("a", "80"), papers("low", "50")))
    assert because(made, "low") == [Because.NOT_ADMITTED, Because.BELOW_PASS_MARK]
    assert made.result("low").parts["written"].value == 50


def test_a_recorded_admission_replaces_the_computed_cut():
    field = [heard(f"c{n}", str(90 - n)) for n in range(6)]
    computed = tally(OPEN, inputs(*field))
    assert computed.result("c5").total is None
    instead = tally(OPEN, inputs(*field, admitted={"interview": frozenset({"c0", "c2", "c3", "c4", "c5"})}))
    assert because(instead, "c1") == [Because.NOT_ADMITTED]
    assert instead.result("c5").rank == 5


def test_whoever_is_admitted_without_a_mark_holds_everything_up():
    assert told(tally(OPEN, inputs(heard("a", "80"), papers("b", "70")))) == ["b.interview: The mark is missing."]


def test_absent_from_the_interview_gives_up():
    absent = replace(papers("b", "70"), marks=marks(common="70", professional="70", interview=MarkState.ABSENT))
    made = tally(OPEN, inputs(heard("a", "80"), absent))
    assert (made.result("b").total, made.result("b").entered) == (None, False)
    assert [dict(reason.facts) for reason in made.result("b").reasons] == [{"part": "interview", "state": "absent"}]


def test_rooms_are_evened_out_only_for_a_post_that_is_split():
    split = [heard("a", "80"), heard("b", "80", experts=["80.0"] * 7, delegates=["80.0"] * 2, room="2")]
    alone = heard("x", "80", post="02", room="2")
    made = tally(OPEN, inputs(*split, alone))
    # (83.14 + 80.00) / 2 = 81.57; 81.57 / 83.14 = 0.9811; 83.14 × 0.9811 = 81.568654
    assert made.result("a").parts["interview"].value == Decimal("81.57")
    assert made.result("a").parts["interview"].exact == Decimal("81.568654")
    assert made.last.rooms["01"]["interview"].rooms["1"].coefficient == Decimal("0.9811")
    assert made.result("x").parts["interview"].value == Decimal("83.14")
    assert made.last.rooms.keys() == {"01"}


def test_who_withdrew_after_being_heard_stays_in_the_means_and_who_was_disqualified_does_not():
    one, two = heard("a", "80"), heard("b", "80", experts=["80.0"] * 7, delegates=["80.0"] * 2, room="2")
    three = heard("c", "80", experts=["70.0"] * 7, delegates=["70.0"] * 2, room="2")
    plain = tally(OPEN, inputs(one, two, three))
    withdrew = tally(OPEN, inputs(one, two, replace(three, standing=MarkState.WITHDRAWN)))
    assert withdrew.result("a").parts["interview"] == plain.result("a").parts["interview"]
    assert (withdrew.result("c").rank, because(withdrew, "c")) == (None, [Because.STANDING])
    out = tally(OPEN, inputs(one, two, replace(three, standing=MarkState.DISQUALIFIED)))
    assert out.last.rooms["01"]["interview"].rooms["2"].count == 1


def test_a_tie_across_the_cut_is_broken_and_one_elsewhere_is_not():
    field = [heard(code, "80.00") for code in "ab"] + [
        heard("c", "81.57", experts=["81.5"] * 7, delegates=["81.5", "82.0"]),
        heard("d", "70.00"),
    ]
    made = tally(OPEN, inputs(*field))
    assert [str(made.result(code).total) for code in "abc"] == ["81.57", "81.57", "81.56"]
    assert ranks(made) == {"a": 1, "b": 1, "c": 3, "d": 4}
    (tie,) = made.last.units["01"].ranking.ties
    assert tie.outcome is TieOutcome.NOT_NEEDED


def test_at_the_cut_the_keys_of_the_scheme_decide_and_then_all_enter():
    clone = [heard(code, "80.00") for code in "abcd"]
    made = tally(OPEN, inputs(*clone))
    assert made.entered() == {"01": ("a", "b", "c", "d")}
    (tie,) = made.last.units["01"].ranking.ties
    assert [str(step.key) for step in tie.steps] == [
        "part:interview",
        "part:written",
        "undropped_sum:interview",
        "committee",
    ]
    assert tie.outcome is TieOutcome.WAITING
    higher = heard("b", "80.00", experts=["83.0", "80.0", "81.5", "83.5", "85.0", "81.0", "85.5"])
    decided = tally(OPEN, inputs(clone[0], higher, *clone[2:]))
    # the dropped lowest differs, so only the undropped sum tells them apart
    assert ranks(decided) == {"a": 1, "c": 1, "d": 1, "b": 4}
    assert decided.result("b").entered is False
    ordered = tally(OPEN, inputs(*(replace(one, committee_order=n) for n, one in enumerate(clone, 1))))
    assert ranks(ordered) == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_equal_totals_may_be_told_apart_by_further_decimals():
    scheme = scheme_from(TWO_PARTS + '[order]\nties = ["exact"]\nbreak_ties = "everywhere"')
    made = tally(
        scheme, inputs(candidate("a", written="80.01", interview="80"), candidate("b", written="80", interview="80.02"))
    )
    assert [str(result.total) for result in made.results] == ["80.01", "80.01"]
    assert ranks(made) == {"b": 1, "a": 2}


def test_ranks_are_inside_each_post():
    made = tally(
        PLAIN, inputs(candidate("a", written="50", interview="50"), candidate("b", "02", written="40", interview="40"))
    )
    assert ranks(made) == {"a": 1, "b": 1}


def test_or_inside_a_closed_group_of_posts():
    scheme = scheme_from(TWO_PARTS + '[order]\nwithin = "group"\n[[cuts]]\nkey = "proposed"\nper_place = 1')
    posts = (Post("01", 1, "A"), Post("02", 1, "A"), Post("03", 1, "B"))
    field = tuple(
        candidate(code, post, written=value, interview=value)
        for code, post, value in (("a", "01", "90"), ("b", "01", "80"), ("c", "02", "70"), ("d", "03", "10"))
    )
    made = tally(scheme, Inputs(posts, field))
    assert ranks(made) == {"a": 1, "b": 2, "c": 3, "d": 1}
    assert made.entered() == {"A": ("a", "b"), "B": ("d",)}


def test_staged_elimination_ranks_by_the_last_stage_alone():
    scheme = scheme_from("""
    [[parts]]
    key = "interview"
    maximum = 100
    [[parts]]
    key = "written"
    maximum = 100
    [order]
    by = "interview"
    [[cuts]]
    key = "interview"
    by = "written"
    per_place = 2
    equal = "in"
    [[cuts]]
    key = "chosen"
    per_place = 1
    """)
    made = tally(
        scheme,
        inputs(
            candidate("a", written="99", interview="60"),
            candidate("b", written="70", interview="61"),
            candidate("c", written="69"),
        ),
    )
    assert ranks(made) == {"a": 2, "b": 1, "c": None}
    assert made.entered() == {"01": ("b",)}


def test_a_later_cut_takes_only_those_who_entered_the_earlier_one():
    scheme = scheme_from(
        TWO_PARTS + '[[cuts]]\nkey = "first"\ntake = 1\nequal = "out"\n[[cuts]]\nkey = "second"\ntake = 1\n'
    )
    made = tally(
        scheme, inputs(candidate("a", written="80", interview="80"), candidate("b", written="80", interview="80"))
    )
    assert (made.last.cuts, made.entered()) == (("first", "second"), {"01": ()})


def test_a_pass_mark_before_bonus_looks_at_the_mark_after_the_room_coefficient():
    scheme = scheme_from("""
    [[parts]]
    key = "interview"
    maximum = 100
    pass_mark = 60
    pass_mark_on = "before_bonus"
    bonus = { stage = "before_rescale" }
    [rooms.interview]
    reference = "pooled_mean"
    """)
    field = [candidate("a", interview="62"), candidate("b", interview="40")]
    field = [replace(one, rooms={"interview": room}) for one, room in zip(field, "12", strict=True)]
    field[0] = replace(field[0], bonus=(BonusPoints("interview", "veteran", Decimal(5)),))
    made = tally(scheme, inputs(*field))
    # coefficient 53.5 / 67: with bonus 53.5, without 62 × 53.5 / 67 = 49.5…
    assert made.result("a").parts["interview"].before_bonus == 62 * Fraction(107, 2) / 67
    assert because(made, "a") == [Because.BELOW_PASS_MARK]


def test_one_candidate_and_none():
    assert tally(OPEN, inputs(heard("a", "80"))).result("a").rank == 1
    nobody = tally(OPEN, inputs(places={"01": 1}))
    assert (nobody.results, nobody.refusals, nobody.entered()) == ((), (), {"01": ()})


def test_all_equal_marks_are_all_first():
    made = tally(PLAIN, inputs(*(candidate(code, written="80", interview="80") for code in "abc")))
    assert ranks(made) == {"a": 1, "b": 1, "c": 1}
    assert all(result.tied for result in made.results)


def test_a_total_below_its_pass_mark_is_ranked_but_does_not_enter():
    toml = TWO_PARTS.replace('key = "interview"', 'key = "interview"\npass_mark = 60')
    scheme = scheme_from(toml + '[[cuts]]\nkey = "proposed"\nper_place = 1')
    made = tally(
        scheme, inputs(candidate("a", written="99", interview="59"), candidate("b", written="60", interview="60"))
    )
    assert ranks(made) == {"a": 1, "b": 2}
    assert made.entered() == {"01": ("b",)}
    assert because(made, "a") == [Because.BELOW_PASS_MARK]


def test_everything_wrong_with_the_inputs_is_listed_at_once():
    bad = inputs(
        Candidate("a", "01", {**marks(common="101", professional="60.005", written="60"), "essay": Mark.of(1)}),
        Candidate("a", "09", marks(common="-1", professional="60")),
        replace(heard("b", "60"), marks=marks(common="60", professional="60", interview=MarkState.ABSENT), rooms={}),
        Candidate("c", "01", marks(common="60", professional="60", interview="80"), {"written": ()}),
        replace(papers("d", "60"), bonus=(BonusPoints("common", "veteran", Decimal(3)),)),
        places={"01": -1},
        admitted={"interview": frozenset({"z"}), "final": frozenset()},
    )
    assert told(tally(OPEN, bad)) == sorted(
        [
            "01: The number of places must not be negative.",
            "a: The candidate a stands twice.",
            "a: There is no post 09.",
            "a.common: 101 is not between 0 and 100.",
            "a.common: -1 is not between 0 and 100.",
            "a.professional: 60.005 has more than 2 decimals.",
            "a.written: This part is computed from others; it takes no mark.",
            "a.essay: There is no part essay.",
            "b.interview: There are judges' sheets for a candidate who is recorded as absent.",
            "b.interview: The room must be known for a part with a room coefficient.",
            "c.interview: This part is marked by a panel; it takes judges' sheets, not one mark.",
            "c.written: No panel marks written.",
            "d.bonus:common: The scheme gives no bonus points on common.",
            "interview: The candidate z is not known.",
            "final: There is no cut final.",
        ]
    )


def test_missing_sheets_and_marks_of_all_candidates_are_listed_together():
    six = heard("a", "80", experts=EXPERTS[:6])
    torn = heard("b", "80")
    first = torn.sheets["interview"][0]
    short = replace(first, marks={key: mark for key, mark in first.marks.items() if key != "bearing"})
    torn = replace(torn, sheets={"interview": (short, *torn.sheets["interview"][1:])})
    assert told(tally(OPEN, inputs(six, torn, heard("c", "70")))) == [
        "a.interview.expert: Judges' sheets missing in this group: 1 of 7.",
        "b.interview.expert/1/bearing: The mark for 举止仪表 is missing.",
    ]


def test_a_room_without_a_mean_is_a_refusal_of_the_tally():
    nothing = heard("b", "80", experts=["0"] * 7, delegates=["0"] * 2, room="2")
    assert told(tally(OPEN, inputs(heard("a", "80"), nothing))) == [
        "interview.2: The mean of room 2 is not above 0: no coefficient can be made."
    ]


FIELD = [heard(code, mark) for code, mark in zip("abcdef", ("80", "80", "75", "90", "60", "61"), strict=True)]
FIELD_TALLIED = tally_document(tally(OPEN, inputs(*FIELD)))


@settings(max_examples=25, deadline=None)
@given(st.permutations(FIELD))
def test_the_order_of_the_candidates_has_no_effect(field):
    assert tally_document(tally(OPEN, inputs(*field))) == FIELD_TALLIED
    assert inputs_fingerprint(inputs(*field)) == inputs_fingerprint(inputs(*FIELD))


def test_the_order_of_the_judges_has_no_effect():
    one = heard("a", "80")
    turned = replace(one, sheets={"interview": tuple(reversed(one.sheets["interview"]))})
    assert tally_document(tally(OPEN, inputs(turned))) == tally_document(tally(OPEN, inputs(one)))
    assert inputs_fingerprint(inputs(turned)) == inputs_fingerprint(inputs(one))


def test_a_different_mark_is_a_different_input():
    assert inputs_fingerprint(inputs(papers("a", "80"))) != inputs_fingerprint(inputs(papers("a", "80.01")))


written_marks = st.lists(st.integers(0, 40).map(lambda n: Decimal(n) / 4 + 60), min_size=2, max_size=9)


@given(written_marks, st.data())
def test_one_more_point_never_lowers_a_rank(values, data):
    place = data.draw(st.integers(0, len(values) - 1))
    raised = [value + (n == place) for n, value in enumerate(values)]
    before, after = (
        ranks(interview_entry(OPEN, inputs(*(papers(f"c{n}", str(value)) for n, value in enumerate(some)))))
        for some in (values, raised)
    )
    assert after[f"c{place}"] <= before[f"c{place}"]


@pytest.mark.parametrize("state", [MarkState.WITHDRAWN, MarkState.DISQUALIFIED, MarkState.VOID])
def test_whoever_has_left_is_not_ranked_and_takes_nobodys_place(state):
    gone = replace(candidate("a", written="99", interview="99"), standing=state)
    scheme = scheme_from(TWO_PARTS + '[[cuts]]\nkey = "proposed"\nper_place = 1')
    made = tally(scheme, inputs(gone, candidate("b", written="60", interview="60")))
    assert ranks(made) == {"a": None, "b": 1}
    assert made.entered() == {"01": ("b",)}
