"""Graded ballots by class of voters (rules.md §1.11): which ballots count, classes without any, the steps."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from scoring.ballots import BallotCount, ballot_mark
from scoring.explain import Names, step_sentence
from scoring.inputs import Candidate
from scoring.marks import Mark, MarkState
from scoring.tally import tally
from tests.scoring.building import inputs, scheme_from
from web.i18n import Language, Translator

CHINESE, ENGLISH = Translator(Language.CHINESE), Translator(Language.ENGLISH)
SCHEME = """
[[parts]]
key = "assessment"
name = "民主测评"
decimals = 2
[ballots.assessment]
grades = [
  { key = "excellent", name = "优秀", points = 100 },
  { key = "competent", name = "称职", points = 80 },
  { key = "basic", name = "基本称职", points = 60 },
  { key = "incompetent", name = "不称职", points = 0 },
]
invalid = [{ key = "abstain", name = "弃权", name_en = "abstaining" }]
"""
CLASSES = """
classes = [
  { key = "a", name = "A票", weight = 0.4 },
  { key = "b", name = "B票", weight = 0.3 },
  { key = "c", name = "C票", weight = 0.3 },
]
"""
LAST = "民主测评：66.4651162… × 1.4285714… = 94.9501661…，四舍五入取2位小数，得94.95；C票不计，其权重按比例分给其余各项"
GRADES = ("excellent", "competent", "basic", "incompetent", "abstain")
POINTS = dict(zip(GRADES, (100, 80, 60, 0), strict=False))


def ballots(voters: str, *votes: int) -> BallotCount:
    return BallotCount(voters, dict(zip(GRADES, votes, strict=False)))


def rule(more: str = CLASSES):
    return scheme_from(SCHEME + more).ballots["assessment"]


def assessed(scheme, *counts: BallotCount, **more):
    return tally(scheme, inputs(Candidate("x", "01", ballots={"assessment": counts}, **more)))


def told(rule, *counts: BallotCount) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        ballot_mark(rule, counts)
    return {problem.field: str(problem).removeprefix(f"{problem.field}: ") for problem in refusal.value.problems}


def test_votes_times_points_over_the_valid_ballots():
    made = assessed(scheme_from(SCHEME), ballots("voters", 30, 10, 2, 1, 3))
    # (30 × 100 + 10 × 80 + 2 × 60 + 1 × 0) / 43 = 3920 / 43; the three who abstained are in no denominator
    assert made.result("x").exact == Fraction(3920, 43)
    assert made.result("x").total == Decimal("91.16")


def test_an_abstention_weighs_where_it_is_a_grade_of_no_points():
    scheme = scheme_from(SCHEME.replace('invalid = [{ key = "abstain"', 'invalid = [{ key = "spoilt"').replace(
        '{ key = "incompetent", name = "不称职", points = 0 },',
        '{ key = "incompetent", name = "不称职", points = 0 }, { key = "abstain", name = "弃权", points = 0 },',
    ))  # fmt: skip
    assert assessed(scheme, ballots("voters", 30, 10, 2, 1, 3)).result("x").exact == Fraction(3920, 46)


def test_classes_are_counted_alone_and_weighed():
    made = assessed(
        scheme_from(SCHEME + CLASSES), ballots("c", 20, 20), ballots("a", 5, 0, 0, 0), ballots("b", 0, 10, 10)
    )
    # 100 × 0.4 + 70 × 0.3 + 90 × 0.3
    assert made.result("x").total == Decimal("88.00")


def test_the_mean_of_a_class_may_be_rounded():
    counts = (ballots("a", 2, 1), ballots("b", 2, 1), ballots("c", 2, 1))
    assert ballot_mark(rule(), counts).exact == Fraction(280, 3)
    assert ballot_mark(rule(CLASSES + "class_decimals = 1"), counts).exact == Decimal("93.3")


def test_a_class_without_a_valid_ballot_is_refused_and_never_a_zero():
    found = told(rule(), ballots("a", 5), ballots("b", 0, 0, 0, 0, 7))
    assert found == {
        "b": "Valid ballots of “B票”: 0; at least 1 are needed.",
        "c": "Valid ballots of “C票”: 0; at least 1 are needed.",
    }


def test_or_it_is_left_out_and_its_weight_goes_to_the_others():
    lenient = rule(CLASSES + 'no_ballot = "leave_out"\nleast_ballots = 3')
    found = ballot_mark(lenient, [ballots("a", 5), ballots("b", 1, 1), ballots("c", 0, 4)])
    assert found.exact == (Fraction(40) + 24) / Fraction(7, 10)
    assert set(found.means) == {"a", "c"}
    assert told(lenient, ballots("a", 1)) == {"": "No class of voters has enough valid ballots."}


def test_what_no_ballot_can_say_is_listed_at_once():
    counts = (BallotCount("a", {"good": 3}), ballots("b", -1), ballots("b", 2), ballots("d", 2), ballots("c", 2))
    assert told(rule(CLASSES), *counts) == {
        "a": "Valid ballots of “A票”: 0; at least 1 are needed.",
        "a/good": "The ballot has no grade good.",
        "b": "The ballots of this class stand twice.",
        "b/excellent": "The number of ballots must not be negative.",
        "d": "The scheme has no class of voters d.",
    }


def test_the_steps_can_be_checked_by_hand():
    scheme = scheme_from(SCHEME + CLASSES + 'no_ballot = "leave_out"')
    made = assessed(scheme, ballots("a", 30, 10, 2, 1, 3), ballots("b", 4))
    names = Names.of(scheme)
    steps = [step.document() for step in made.result("x").parts["assessment"].steps]
    assert [CHINESE(step_sentence(step, names)) for step in steps] == [
        "民主测评，A票：(100 × 30 + 80 × 10 + 60 × 2 + 0 × 1) ÷ 43 = 3920 ÷ 43 = 91.1627906…；不计入的：弃权3张",
        "民主测评，B票：(100 × 4 + 80 × 0 + 60 × 0 + 0 × 0) ÷ 4 = 400 ÷ 4 = 100",
        "民主测评：91.1627906… × 0.4 + 100 × 0.3 = 36.4651162… + 30.0 = 66.4651162…",
        LAST,
    ]
    assert "abstaining 3" in ENGLISH(step_sentence(steps[0], names))
    assert made.result("x").total == Decimal("94.95")


def test_an_assessment_that_is_wanting_is_refused_and_one_that_is_exempt_follows_its_policy():
    scheme = scheme_from(SCHEME)
    wanting = tally(scheme, inputs(Candidate("x", "01")))
    assert [str(problem) for problem in wanting.refusals] == ["x.assessment: The mark is missing."]
    absent = tally(scheme, inputs(Candidate("x", "01", {"assessment": Mark(state=MarkState.ABSENT)})))
    assert absent.result("x").rank is None


def test_ballots_where_they_do_not_belong_are_told():
    scheme = scheme_from(SCHEME)
    given_mark = tally(scheme, inputs(Candidate("x", "01", {"assessment": Mark.of(90)})))
    both = assessed(scheme, ballots("voters", 3), marks={"assessment": Mark(state=MarkState.ABSENT)})
    assert [str(problem) for made in (given_mark, both) for problem in made.refusals] == [
        "x.assessment: This part is marked by ballots; it takes their numbers, not one mark.",
        "x.assessment: There are ballots for a candidate who is recorded as absent.",
    ]
    other = tally(scheme, inputs(Candidate("x", "01", ballots={"speech": (ballots("voters", 3),)})))
    assert "x.speech: No ballots mark speech." in [str(problem) for problem in other.refusals]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("weight = 0.4", "weight = 0.5"), "ballots.assessment.classes"),
        (('name = "C票", weight = 0.3', 'name = "C票"'), "ballots.assessment.classes.c.weight"),
        (("points = 80", "colour = 3"), "ballots.assessment.grades.competent.points"),
        (('key = "abstain"', 'key = "basic"'), "ballots.assessment.invalid.basic.key"),
        (('key = "excellent"', 'key = "absent"'), "ballots.assessment.grades.absent.key"),
        (("[ballots.assessment]", "[ballots.speech]"), "ballots.speech"),
    ],
)
def test_a_rule_for_ballots_that_means_nothing_is_refused(change, field):
    with pytest.raises(Refusal) as refusal:
        scheme_from((SCHEME + CLASSES).replace(*change))
    assert field in {problem.field for problem in refusal.value.problems}


counts = st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(lambda votes: sum(votes[:4]) > 0)


@given(counts)
def test_the_mark_lies_between_the_lowest_and_the_highest_grade_given(votes):
    (mean,) = ballot_mark(rule(""), [ballots("voters", *votes)]).means.values()
    given_points = [points for points, number in zip(POINTS.values(), votes, strict=False) if number]
    assert min(given_points) <= mean <= max(given_points)


@given(counts, st.integers(1, 9))
def test_as_many_ballots_again_in_every_grade_change_nothing(votes, times):
    once, more = (
        ballot_mark(rule(""), [ballots("voters", *own)]).exact for own in (votes, [vote * times for vote in votes])
    )
    assert once == more
