"""Corrections as a rule: the new mark in its place, everything else untouched; two versions compared."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from scoring.corrections import (
    Corrected,
    InputChange,
    Place,
    changed_inputs,
    correction_problems,
    mark_at,
    places_of,
    with_corrections,
)
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.snapshot import inputs_document
from tests.scoring.building import scheme_from
from tests.scoring.schemes import SCHEME

ANNA, BEN = "20260001", "20260002"
SPEECH = Place(ANNA, "interview", "expert", "2", "speech")


def made() -> Inputs:
    sheets = tuple(
        JudgeSheet(
            str(seat), "expert" if seat < 5 else "representative", {"speech": Decimal(30), "analysis": Decimal(50)}
        )
        for seat in range(1, 7)
    )
    marks = {"common": Mark.of("80.5"), "professional": Mark.of(79)}
    absent = {"common": Mark(state=MarkState.ABSENT), "professional": Mark.of(70)}
    return Inputs(
        (Post("01", 1),),
        (Candidate(ANNA, "01", marks, sheets={"interview": sheets}), Candidate(BEN, "01", absent)),
    )


def test_every_mark_of_a_candidate_is_a_place_and_states_are_marks():
    found = places_of(made().candidates[0])
    assert len(found) == 2 + 6 * 2
    assert (found[Place(ANNA, "common")], found[SPEECH]) == ("80.5", "30")
    assert mark_at(made(), Place(BEN, "common")) == "absent"
    assert mark_at(made(), Place("20269999", "common")) is None


def test_a_correction_changes_one_place_and_nothing_else():
    before = made()
    after = with_corrections(before, [Corrected(SPEECH, "30", "35.5")])
    assert mark_at(after, SPEECH) == "35.5"
    assert mark_at(before, SPEECH) == "30"
    assert changed_inputs(inputs_document(before), inputs_document(after)) == [InputChange(SPEECH, "30", "35.5")]


def test_a_later_correction_of_the_same_place_counts_and_one_may_undo_an_absence():
    place = Place(BEN, "common")
    after = with_corrections(made(), [Corrected(place, "absent", "60"), Corrected(place, "60", "61.25")])
    assert mark_at(after, place) == "61.25"


def test_corrections_of_places_that_these_inputs_lack_change_nothing():
    before = made()
    assert with_corrections(before, [Corrected(Place(BEN, "interview", "expert", "1", "speech"), "1", "2")]) == before


MARKS = st.decimals(0, 100, places=2)


@given(st.lists(st.tuples(st.sampled_from([Place(ANNA, "common"), Place(ANNA, "professional"), SPEECH]), MARKS)))
def test_corrected_inputs_corrected_again_stay_the_same(listed):
    """The published inputs already hold their corrections; all of them are put in once more."""
    corrections = [Corrected(place, "", str(mark)) for place, mark in listed]
    once = with_corrections(made(), corrections)
    assert inputs_document(with_corrections(once, corrections)) == inputs_document(once)


@pytest.mark.parametrize(
    ("place", "after", "sentence"),
    [
        (Place(ANNA, "interview"), "80", "There is no such mark to correct."),
        (Place(ANNA, "common"), "eighty", "“{value}” is not a mark."),
        (Place(ANNA, "common"), "withdrawn", "“{value}” is not a mark."),
        (SPEECH, "absent", "“{value}” is not a mark."),
        (Place(ANNA, "common"), "80.50", "This is the mark that stands already."),
    ],
)
def test_what_no_correction_can_be(place, after, sentence):
    (problem,) = correction_problems(scheme_from(SCHEME), made(), place, after)
    assert problem.sentence == sentence


@pytest.mark.parametrize(
    ("place", "after"),
    [(Place(ANNA, "common"), "100.5"), (Place(ANNA, "common"), "80.125"), (SPEECH, "41"), (SPEECH, "30.25")],
)
def test_the_rules_of_marks_hold_for_a_new_mark_too(place, after):
    problems = correction_problems(scheme_from(SCHEME), made(), place, after)
    assert [problem.field for problem in problems] == ["after"]


@pytest.mark.parametrize(("place", "after"), [(Place(ANNA, "common"), "void"), (SPEECH, "40"), (SPEECH, "29.5")])
def test_what_may_stand_is_no_problem(place, after):
    assert correction_problems(scheme_from(SCHEME), made(), place, after) == []


def test_a_person_who_has_left_is_a_change_of_its_own():
    before = made()
    left = Inputs(
        before.posts,
        (before.candidates[0], Candidate(BEN, "01", before.candidates[1].marks, standing=MarkState.WITHDRAWN)),
    )
    (change,) = changed_inputs(inputs_document(before), inputs_document(left))
    assert (change.is_standing, change.place.candidate, change.before, change.after) == (
        True, BEN, "present", "withdrawn",
    )  # fmt: skip
