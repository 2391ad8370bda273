"""Findings with the effect the scheme gave them beforehand: vetoes, void papers, marks of 0 (rules.md §5, 10)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.errors import Refusal
from scoring.explain import Names, reason_sentence, step_sentence
from scoring.findings import Finding
from scoring.formula import BonusPoints
from scoring.inputs import Candidate
from scoring.marks import MarkState
from scoring.snapshot import result_document
from scoring.tally import Because, tally
from tests.scoring.building import TWO_PARTS, candidate, inputs, marks, scheme_from
from web.i18n import Language, Translator

CHINESE, ENGLISH = Translator(Language.CHINESE), Translator(Language.ENGLISH)
RULES = """
[[findings]]
key = "integrity"
name = "廉洁自律一票否决"
name_en = "Integrity veto"
authority = "纪检监察机关"
article = "第三条"
[[findings]]
key = "marked"
name = "试卷作标记"
effect = "void"
parts = ["written"]
[[findings]]
key = "named"
name = "面试中透露姓名"
effect = "zero"
parts = ["interview"]
"""
CUT = '[[cuts]]\nkey = "proposed"\nper_place = 1\n'
SCHEME = TWO_PARTS + CUT + RULES
NAMES = Names.of(scheme_from(SCHEME))


def found(one: Candidate, *findings: Finding) -> Candidate:
    return replace(one, findings=findings)


def said(result, translate=CHINESE) -> list[str]:
    document = result_document(result)
    return [translate(reason_sentence(reason, NAMES)) for reason in document["reasons"]]


def told(toml: str, *people: Candidate) -> list[str]:
    return [str(problem) for problem in tally(scheme_from(toml), inputs(*people)).refusals]


BEST, NEXT = candidate("a", written="90", interview="90"), candidate("b", written="80", interview="80")


def test_a_veto_takes_the_rank_and_the_place_goes_to_the_next():
    made = tally(scheme_from(SCHEME), inputs(found(BEST, Finding("integrity")), NEXT))
    vetoed = made.result("a")
    assert (vetoed.rank, vetoed.total, vetoed.entered, made.result("b").rank) == (None, None, False, 1)
    assert made.entered() == {"01": ("b",)}
    assert said(vetoed) == ["不参加排名：廉洁自律一票否决（纪检监察机关、第三条）。"]
    assert said(vetoed, ENGLISH)[0].startswith("Not ranked: Integrity veto (")


def test_the_record_may_name_its_own_authority_and_article():
    own = Finding("integrity", article="第五条", authority="审计机关")
    made = tally(scheme_from(SCHEME), inputs(found(BEST, own)))
    assert said(made.result("a")) == ["不参加排名：廉洁自律一票否决（审计机关、第五条）。"]


def test_who_was_vetoed_needs_no_marks():
    made = tally(scheme_from(SCHEME), inputs(found(candidate("a"), Finding("integrity")), NEXT))
    assert made.refusals == ()


def test_a_veto_after_the_interview_leaves_everybody_elses_coefficient_as_it_was():
    toml = SCHEME + "[rooms.interview]\ncoefficient_decimals = 4\ndecimals = 2\n"
    field = [
        Candidate(code, "01", marks(written="80", interview=mark), rooms={"interview": room})
        for code, mark, room in (("a", "95", "1"), ("b", "80", "1"), ("c", "70", "2"))
    ]
    before = tally(scheme_from(toml), inputs(*field))
    after = tally(scheme_from(toml), inputs(found(field[0], Finding("integrity")), *field[1:]))
    assert [after.result(code).total for code in "bc"] == [before.result(code).total for code in "bc"]
    voided = inputs(replace(field[0], marks=marks(written="80", interview=MarkState.VOID)), *field[1:])
    assert tally(scheme_from(toml), voided).result("b").total != before.result("b").total


def test_who_was_heard_before_a_veto_stays_in_the_means_of_the_later_stage():
    toml = f"""
    [[parts]]
    key = "written"
    maximum = 100
    [[parts]]
    key = "interview"
    maximum = 100
    [order]
    by = "interview"
    [[cuts]]
    key = "interview"
    by = "written"
    per_place = 2
    [rooms.interview]
    coefficient_decimals = 4
    {RULES}
    """
    field = [
        Candidate(code, "01", marks(written=written, interview=mark), rooms={"interview": room})
        for code, written, mark, room in (("a", "90", "95", "1"), ("b", "80", "80", "1"), ("c", "70", "70", "2"))
    ]
    made = tally(scheme_from(toml), inputs(found(field[0], Finding("integrity")), *field[1:]))
    assert made.refusals == ()
    rooms = made.last.rooms["01"]["interview"].rooms
    assert {room: one.count for room, one in rooms.items()} == {"1": 2, "2": 1}
    assert [made.result(code).rank for code in "abc"] == [None, 2, 1]


def test_a_void_paper_is_a_void_mark_with_what_the_part_does_then():
    made = tally(scheme_from(SCHEME), inputs(found(BEST, Finding("marked", "written")), NEXT))
    assert (made.result("a").rank, made.result("b").rank) == (None, 1)
    assert said(made.result("a")) == ["written：试卷作标记。", "written：成绩无效。"]
    lenient = SCHEME.replace("maximum = 100\n", 'maximum = 100\nvoid = "zero"\n', 1)
    other = tally(scheme_from(lenient), inputs(found(BEST, Finding("marked", "written")), NEXT))
    assert other.result("a").total == Decimal("45.00")


def test_a_zero_counts_as_nought_and_earns_no_bonus():
    toml = SCHEME.replace('key = "interview"\n', 'key = "interview"\nbonus = {}\npass_mark = 1\n', 1)
    rewarded = replace(BEST, bonus=(BonusPoints("interview", "veteran", Decimal(5)),))
    made = tally(scheme_from(toml), inputs(found(rewarded, Finding("named", "interview")), NEXT))
    nought = made.result("a")
    assert (nought.total, nought.rank, nought.entered) == (Decimal("45.00"), 2, False)
    assert [reason.because for reason in nought.reasons] == [Because.FOUND, Because.BELOW_PASS_MARK]
    step = nought.parts["interview"].steps[0].document()
    assert CHINESE(step_sentence(step, NAMES)) == "interview：因认定的情形计0分"


def test_a_zero_does_not_pull_the_mean_of_its_room_down():
    toml = SCHEME + "[rooms.interview]\ncoefficient_decimals = 4\ndecimals = 2\n"
    field = [
        Candidate(code, "01", marks(written="80", interview=mark), rooms={"interview": room})
        for code, mark, room in (("a", "90", "1"), ("b", "80", "1"), ("c", "80", "2"))
    ]
    made = tally(scheme_from(toml), inputs(found(field[0], Finding("named", "interview")), *field[1:]))
    assert made.last.rooms["01"]["interview"].rooms["1"].count == 1
    assert [made.result(code).parts["interview"].value for code in "abc"] == [0, Decimal("80.00"), Decimal("80.00")]


def test_a_void_part_stays_void_whatever_else_is_found():
    toml = SCHEME.replace('effect = "zero"\nparts = ["interview"]', 'effect = "zero"\nparts = ["written"]')
    for findings in ([Finding("marked", "written"), Finding("named", "written")],) * 2:
        made = tally(scheme_from(toml), inputs(found(BEST, *findings)))
        assert made.result("a").parts["written"].state is MarkState.VOID
        findings.reverse()


def test_findings_that_the_scheme_does_not_know_are_told():
    wrong = (
        Finding("rumour"),
        Finding("marked"),
        Finding("marked", "interview"),
        Finding("integrity"),
        Finding("integrity"),
    )
    assert told(SCHEME, found(BEST, *wrong)) == [
        "a.rumour: The scheme knows no finding rumour.",
        "a.marked: The part that this finding concerns must be named.",
        "a.marked: This finding cannot concern interview.",
        "a.integrity: This finding stands twice.",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('parts = ["written"]', 'parts = ["essay"]'), "findings.marked.parts"),
        (('parts = ["written"]', ""), "findings.marked.parts"),
        (('effect = "void"', 'effect = "forgiven"'), "findings.marked.effect"),
        (('key = "marked"', 'key = "named"'), "findings.named.key"),
    ],
)
def test_a_finding_that_means_nothing_is_refused(change, field):
    with pytest.raises(Refusal) as refusal:
        scheme_from(SCHEME.replace(*change))
    assert field in {problem.field for problem in refusal.value.problems}
