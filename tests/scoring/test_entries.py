"""Marks entered as shares and grades, caps, quality categories, recorded pass marks (rules.md §1.7, 1.10, 5, 11)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from scoring.explain import Names, step_sentence
from scoring.formula import BonusPoints
from scoring.inputs import Candidate, PassLine
from scoring.marks import Mark, MarkState
from scoring.tally import Because, tally
from tests.scoring.building import TWO_PARTS, candidate, inputs, marks, scheme_from
from web.i18n import Language, Translator

CHINESE = Translator(Language.CHINESE)
GRADES = '[{ key = "excellent", name = "优秀", points = 15 }, { key = "competent", name = "称职", points = 13 }]'


def year(number: int) -> str:
    return f'[[parts]]\nkey = "year{number}"\nof = "appraisal"\nkind = "share"\nmaximum = 15\ngrades = {GRADES}\n'


MINISTRY = f"""
[[parts]]
key = "total"
name = "总分"
decimals = 2
[[parts]]
key = "assembly"
of = "total"
name = "会议推荐"
kind = "share"
maximum = 45
[[parts]]
key = "unit"
of = "total"
kind = "share"
maximum = 10
[[parts]]
key = "appraisal"
of = "total"
name = "考核"
{year(1)}{year(2)}{year(3)}
"""
BEST = {"assembly": Mark.share(100, 100), "unit": Mark.share(20, 20)} | {
    f"year{n}": Mark.share("92.5", "92.5") for n in (1, 2, 3)
}
PLAIN = '[[parts]]\nkey = "written"\nname = "笔试"\nmaximum = 100\n'


def entered(toml: str, more: str = "", lines=(), bonus=(), **values):
    own = {key: value if isinstance(value, Mark) else Mark.of(value) for key, value in values.items()}
    made = tally(scheme_from(toml + more), inputs(Candidate("x", "01", own, bonus=tuple(bonus)), lines=tuple(lines)))
    assert made.refusals == ()
    return made.result("x")


def told(toml: str, *people: Candidate, **more) -> list[str]:
    return [str(problem) for problem in tally(scheme_from(toml), inputs(*people, **more)).refusals]


def test_the_best_of_a_level_nominated_by_all_has_every_point():
    assert entered(MINISTRY, **BEST).total == 100


def test_nomination_shares_and_appraisal_years_of_a_ministry():
    own = entered(
        MINISTRY,
        assembly=Mark.share(63, 90),
        unit=Mark.share(7, 12),
        year1=Mark.share("87.5", 92),
        year2=Mark.graded("excellent"),
        year3=Mark.graded("competent"),
    )
    appraisal = Fraction(175, 184) * 15 + 15 + 13
    assert own.parts["appraisal"].exact == appraisal
    assert own.exact == Fraction(63, 90) * 45 + Fraction(7, 12) * 10 + appraisal
    assert own.total == Decimal("79.60")
    names = Names.of(scheme_from(MINISTRY))
    said = [CHINESE(step_sentence(step.document(), names)) for part in own.parts.values() for step in part.steps]
    assert said[:4] == [
        "会议推荐：63 ÷ 90 × 45 = 31.5",
        "unit：7 ÷ 12 × 10 = 5.8333333…",
        "year1：87.5 ÷ 92 × 15 = 14.2663043…",
        "year2：优秀，计15分",
    ]


def test_a_share_rounded_to_its_own_decimals():
    assert entered(MINISTRY.replace("maximum = 10\n", "maximum = 10\ndecimals = 1\n"), **BEST | {
        "unit": Mark.share(7, 12)
    }).parts["unit"].value == Decimal("5.8")  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        (Mark.of(14), "This part takes a share: a figure and the whole it is compared with."),
        (Mark.share(93, 92), "93 is no share of 92."),
        (Mark.share(0, 0), "0 is no share of 0."),
        (Mark.share(-1, 92), "-1 is no share of 92."),
        (Mark.graded("splendid"), "splendid is no grade of this part."),
    ],
)
def test_what_is_no_share_is_told(mark, sentence):
    assert told(MINISTRY, Candidate("x", "01", BEST | {"year1": mark})) == [f"x.year1: {sentence}"]


def test_a_plain_part_takes_neither_share_nor_grade_and_a_graded_one_no_figure():
    graded = PLAIN + f"grades = {GRADES}"
    assert told(PLAIN, Candidate("x", "01", {"written": Mark.share(1, 2)})) == [
        "x.written: This part takes one figure, not a share of a whole."
    ]
    assert told(PLAIN, Candidate("x", "01", {"written": Mark.graded("excellent")})) == [
        "x.written: excellent is no grade of this part."
    ]
    assert told(graded, candidate("x", written="14")) == ["x.written: This part takes a grade, not a figure."]
    assert entered(graded, written=Mark.graded("competent")).total == 13


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ('grades = [{ key = "a", points = 101 }]', "parts.written.grades"),
        ('grades = [{ key = "void", points = 1 }]', "parts.written.grades.void.key"),
        ('grades = [{ key = "a", points = 1 }, { key = "a", points = 2 }]', "parts.written.grades.a.key"),
        ('grades = [{ key = "a" }]', "parts.written.grades.a.points"),
        ('kind = "ballots"', "parts.written.kind"),
        ("bands = [60, 80]", "parts.written.bands"),
        ("bands = [120, 80]", "parts.written.bands"),
        ('bands = ["good"]', "parts.written.bands"),
        ('pass_mark = "later"', "parts.written.pass_mark"),
        ("cap = 50\npass_mark = 60", "parts.written.pass_mark"),
    ],
)
def test_an_entry_that_means_nothing_is_refused(more, field):
    with pytest.raises(Refusal) as refusal:
        scheme_from(PLAIN + more)
    assert field in {problem.field for problem in refusal.value.problems}


def test_a_mark_is_a_figure_or_a_share_or_a_grade():
    for wrong in ({"grade": "a", "value": Decimal(1)}, {"whole": Decimal(1)}, {}, {"value": Decimal("NaN")}):
        with pytest.raises(ValueError, match=r"mark|share"):
            Mark(**wrong)
    assert [mark.document() for mark in (Mark.of("80.50"), Mark.share("87.5", 92), Mark.graded("good"))] == [
        "80.5",
        "87.5/92",
        "grade:good",
    ]


RESUME = """
[[parts]]
key = "resume"
name = "履历"
cap = 5
[[parts]]
key = "degree"
of = "resume"
maximum = 1
[[parts]]
key = "seniority"
of = "resume"
maximum = 2
[[parts]]
key = "appraisals"
of = "resume"
maximum = 6
"""


def test_points_of_several_kinds_stop_at_the_cap():
    assert scheme_from(RESUME).root.scale == 5
    assert entered(RESUME, degree="1", seniority="1", appraisals="2.5").total == Decimal("4.5")
    capped = entered(RESUME, degree="1", seniority="2", appraisals="4")
    assert (capped.total, CHINESE(step_sentence(capped.parts["resume"].steps[-1].document(), Names()))) == (
        5,
        "resume：5，为规则允许的最高分",
    )


def test_with_bonus_points_a_total_may_reach_104_and_no_more_than_its_cap():
    toml = TWO_PARTS.replace("decimals = 2", "decimals = 2\nbonus = { cap = 4 }")
    points = [BonusPoints("total", "veteran", Decimal(5)), BonusPoints("total", "volunteer", Decimal(3))]
    assert entered(toml, written="100", interview="100", bonus=points).total == 104
    capped = toml.replace("bonus =", "cap = 100\nbonus =")
    assert entered(capped, written="97", interview="98", bonus=points).total == 100


FOLDED = """
[[parts]]
key = "written"
rescale_to = 100
decimals = 2
pass_mark = 60
pass_mark_on = "before_bonus"
bonus = { stage = "before_rescale", needs_pass = true }
[[parts]]
key = "a"
of = "written"
maximum = 150
[[parts]]
key = "b"
of = "written"
maximum = 150
"""
FIVE = [BonusPoints("written", "veteran", Decimal(5))]


def test_bonus_before_the_division_is_for_those_who_pass_without_it():
    passing = entered(FOLDED, a="90", b="90", bonus=FIVE)
    failing = entered(FOLDED, a="90", b="89.9", bonus=FIVE)
    assert (passing.total, failing.total) == (Decimal("61.67"), Decimal("59.97"))
    assert because_of(failing) == [Because.BELOW_PASS_MARK]


def because_of(result) -> list[Because]:
    return [reason.because for reason in result.reasons]


CUT = '[[cuts]]\nkey = "interview"\nper_place = 3\n'


def test_a_mark_of_nought_ends_it_where_the_line_must_be_exceeded():
    toml = PLAIN + "pass_mark = 0\npass_mark_above = true\n" + CUT
    made = tally(scheme_from(toml), inputs(candidate("a", written="0"), candidate("b", written="0.5")))
    assert made.entered() == {"01": ("b",)}
    assert because_of(made.result("a")) == [Because.NOT_ABOVE]
    steps = [one.parts["written"].steps[-1].document() for one in (made.result("a"), made.result("b"))]
    assert [CHINESE(step_sentence(step, Names())) for step in steps] == [
        "written：0分，不高于合格线0分",
        "written：0.5分，高于合格线0分",
    ]


DRAWN = PLAIN + 'pass_mark = "recorded"\n' + CUT


def test_an_authority_draws_the_line_after_the_exam_for_all_or_for_a_post():
    field = [candidate(code, post, written=mark) for code, post, mark in (("a", "01", "58"), ("b", "02", "58"))]
    lines = (PassLine("written", Decimal(55)), PassLine("written", Decimal(60), "02"))
    made = tally(scheme_from(DRAWN), inputs(*field, lines=lines))
    assert [made.result(code).entered for code in "ab"] == [True, False]
    (reason,) = made.result("b").reasons
    assert dict(reason.facts) == {"part": "written", "mark": Decimal(58), "pass_mark": Decimal(60)}


def test_until_the_line_is_drawn_nothing_is_computed():
    field = (candidate("a", written="58"), candidate("b", written="70"), candidate("c", "02", written="50"))
    drawn_for_one = (PassLine("written", Decimal(55), "02"),)
    assert told(DRAWN, *field, lines=drawn_for_one) == ["01.written: The pass mark of this part is not recorded yet."]


def test_a_line_that_nobody_asked_for_is_told():
    field = candidate("a", written="58")
    line = PassLine("written", Decimal(55))
    assert told(PLAIN, field, lines=(line,)) == ["written: The scheme leaves no pass mark of written to be recorded."]
    assert told(DRAWN, field, lines=(line, line, replace(line, mark=Decimal(101), post="09"))) == [
        "written: The pass mark of written stands twice.",
        "written: The pass mark of written stands twice.",
        "written.09: 101 is not between 0 and 100.",
        "written.09: There is no post 09.",
    ]


def test_inside_a_quality_category_preference_goes_before_marks():
    toml = """
    [[parts]]
    key = "rating"
    name = "档次"
    decimals = 2
    bands = [90, 80, 70]
    bonus = { needs_pass = true }
    [[parts]]
    key = "exam"
    of = "rating"
    maximum = 100
    [order]
    break_ties = "everywhere"
    ties = ["qualification:veteran", "exact"]
    """
    one, nought = {"veteran": Decimal(1)}, {"veteran": Decimal(0)}
    people = (
        Candidate("top", "01", marks(exam="95"), qualifications=nought),
        Candidate("veteran", "01", marks(exam="82"), qualifications=one),
        Candidate("better", "01", marks(exam="89"), qualifications=nought),
        Candidate("good", "01", marks(exam="85"), qualifications=nought),
        Candidate(
            "lifted", "01", marks(exam="86"), qualifications=one, bonus=(BonusPoints("rating", "v", Decimal(5)),)
        ),
    )
    made = tally(scheme_from(toml), inputs(*people))
    assert [(one.candidate, one.total) for one in made.results] == [
        ("lifted", 90),
        ("top", 90),
        ("veteran", 80),
        ("better", 80),
        ("good", 80),
    ]
    step = made.result("good").parts["rating"].steps[-1].document()
    assert CHINESE(step_sentence(step, Names.of(scheme_from(toml)))) == "档次：85.00分，归入80分以上一档"


@given(st.integers(0, 500), st.integers(1, 500), st.sampled_from([10, 15, 45]))
def test_a_share_is_plain_division(own, whole, maximum):
    toml = f'[[parts]]\nkey = "share"\nkind = "share"\nmaximum = {maximum}\n'
    own = min(own, whole)
    assert entered(toml, share=Mark.share(own, whole)).exact == Fraction(own * maximum, whole)


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        ("80.50", Mark.of("80.5")),
        (" 87.5 / 92 ", Mark.share("87.5", 92)),
        ("excellent", Mark.graded("excellent")),
        ("absent", Mark(state=MarkState.ABSENT)),
    ],
)
def test_a_cell_of_a_table_is_a_mark(cell, mark):
    assert Mark.read(cell) == mark
    assert Mark.read(mark.document()) == mark


@pytest.mark.parametrize("cell", ["", "8,5", "1e3", "٨٠", "80/", "Excellent", "NaN", "present 80", "1/2/3"])
def test_any_other_cell_is_not(cell):
    with pytest.raises(ValueError, match="no mark"):
        Mark.read(cell)
