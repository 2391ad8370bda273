"""Inputs written out as tables and read back are the same inputs."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from scoring.ballots import BallotCount
from scoring.findings import Finding
from scoring.formula import BonusPoints
from scoring.grid import Grid
from scoring.inputs import Candidate, Inputs, PassLine, Post
from scoring.long_form import long_form
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.reading import Read, read_inputs
from scoring.rooms import KnownRoom
from scoring.scheme import Scheme
from scoring.snapshot import inputs_document, tally_document
from scoring.tally import tally
from tests.scoring import test_independent as first, test_independent_rules as second
from tests.scoring.building import EVERYTHING, FURTHER, scheme_from


def read_back(scheme: Scheme, inputs: Inputs) -> Read:
    grids = [
        Grid(name, heading, 1, list(enumerate(rows, 2))) for name, (heading, *rows) in long_form(scheme, inputs).items()
    ]
    return read_inputs(scheme, grids)


def same(scheme: Scheme, inputs: Inputs) -> None:
    found = read_back(scheme, inputs)
    assert found.problems == ()
    assert inputs_document(found.inputs) == inputs_document(inputs)


@settings(max_examples=60)
@given(first.rules(), first.fields())
def test_panels_and_rooms_come_back_with_the_same_result(rule, field):
    scheme = scheme_from(first.scheme_toml(rule))
    people = tuple(
        Candidate(
            f"K{number}", "01", {"written": Mark(one["written"])}, {"interview": first.sheets(one)},
            {"interview": one["room"]},
        )
        for number, one in enumerate(field)
    )  # fmt: skip
    given_inputs = Inputs((Post("01", 1),), people)
    same(scheme, given_inputs)
    made, refusals = read_back(scheme, given_inputs).counted()
    again = tally(scheme, given_inputs)
    assert bool(refusals) == bool(again.refusals)
    assert made is None or tally_document(made) == tally_document(again)


@settings(max_examples=60)
@given(second.rules(), second.fields())
def test_ballots_shares_and_grades_come_back(rule, field):
    people = tuple(second.candidate(f"K{number}", one) for number, one in enumerate(field))
    posts = tuple(Post(code, 1) for code in ("01", "02", "03"))
    same(scheme_from(second.scheme_toml(rule)), Inputs(posts, people))


STATES = st.sampled_from([state for state in MarkState if state not in {MarkState.PRESENT, MarkState.MISSING}])


def everything() -> Inputs:
    """Every kind of fact that the first of the large schemes asks for."""
    sheets = (
        JudgeSheet("1", "expert", {"a": Decimal("80.5"), "b": Decimal(40)}),
        JudgeSheet("2", "expert", {}, MarkState.ABSENT),
        JudgeSheet("2", "public", {"a": Decimal(70), "b": Decimal("0.5")}),
    )
    one = Candidate(
        "26010001", "01", {"aptitude": Mark.of("120.5"), "essay": Mark(state=MarkState.EXEMPT), "late": Mark.of(0)},
        {"interview": sheets}, {"interview": "3"},
        (BonusPoints("written", "老兵", Decimal("2.5")), BonusPoints("interview", "bonus", Decimal(1))),
        {"学历": Decimal(3)}, Decimal("61.25"), 2, None, MarkState.WITHDRAWN,
    )  # fmt: skip
    empty = Candidate("26010002", "02")
    posts = (Post("01", 2, "甲"), Post("02", 0, "甲"))
    rooms = (KnownRoom.summed("interview", "3", Decimal("300.5"), 4), KnownRoom("interview", "4", Decimal("78.25")))
    return Inputs(posts, (one, empty), {"interview": frozenset({"26010001"}), "proposed": frozenset()}, rooms)


def further() -> Inputs:
    """Every kind of fact that the second asks for."""
    one = Candidate(
        "007", "11", {"written": Mark.of(80), "appraisal": Mark.graded("excellent")},
        rooms={"written": "法律"}, qualifications={"优待": Decimal(1)},
        ballots={"assessment": (BallotCount("a", {"good": 5, "blank": 1}), BallotCount("b", {"fair": 2}))},
        findings=(Finding("integrity", "", "第九条", "监委"), Finding("marked", "written")),
    )  # fmt: skip
    two = Candidate("008", "05", {"written": Mark(state=MarkState.ABSENT), "appraisal": Mark.share("87.5", 92)})
    posts = (Post("05", 1), Post("11", 3), Post("12", 1))
    lines = (PassLine("written", Decimal(60)), PassLine("written", Decimal("55.5"), "11"))
    return Inputs(posts, (one, two), {}, (KnownRoom("written", "法律", Decimal(70)),), lines)


@pytest.mark.parametrize(("text", "make"), [(EVERYTHING, everything), (FURTHER, further)])
def test_every_kind_of_fact_comes_back(text: str, make: Callable[[], Inputs]) -> None:
    same(scheme_from(text), make())


@given(STATES, STATES.filter(lambda state: state is not MarkState.EXEMPT))
def test_states_come_back(state: MarkState, standing: MarkState) -> None:
    inputs = everything()
    one = replace(inputs.candidates[1], marks={"aptitude": Mark(state=state)}, standing=standing)
    same(scheme_from(EVERYTHING), replace(inputs, candidates=(inputs.candidates[0], one)))
