"""Recusal and the make-up of a panel: who is shut out, by which rule, known from where."""

from dataclasses import replace
from datetime import date

import pytest

from core.errors import Refusal
from interview.panel import (
    CandidateFacts,
    Exclusion,
    JudgeFacts,
    JudgeKind,
    PanelRule,
    RecusalRule,
    Relation,
    Seat,
    Source,
    Tie,
    check_panel,
    exclusions,
)

DAY = date(2026, 11, 21)
RULE = PanelRule(DAY, {JudgeKind.EXPERT: 2, JudgeKind.REPRESENTATIVE: 1}, hiring_unit="water bureau")
CANDIDATE = CandidateFacts("T01", "person-t", ("finance bureau", "old school"))


def expert(number=1, **facts) -> JudgeFacts:
    start = JudgeFacts(f"E{number}", f"person-e{number}", JudgeKind.EXPERT, f"institute {number}")
    return replace(start, **facts)


def representative(**facts) -> JudgeFacts:
    start = JudgeFacts("R1", "person-r1", JudgeKind.REPRESENTATIVE, "congress", certificate_until=DAY)
    return replace(start, **facts)


def panel(*judges: JudgeFacts, chief=0) -> list[Seat]:
    judges = judges or (expert(1), expert(2), representative())
    return [Seat(judge, chief=place == chief) for place, judge in enumerate(judges)]


def only(judge: JudgeFacts, candidate: CandidateFacts = CANDIDATE) -> list[Exclusion]:
    return list(exclusions([judge], [candidate], RULE))


def sentences(seats: list[Seat], rule: PanelRule = RULE) -> list[str]:
    return [problem.sentence for problem in check_panel(seats, [CANDIDATE], rule).problems]


def test_a_panel_without_conflicts_and_with_all_seats_filled_passes():
    check = check_panel(panel(), [CANDIDATE], RULE)
    assert (check.passed, check.exclusions, check.problems) == (True, (), ())
    check.refuse()


def test_a_judge_is_known_by_person_whatever_number_he_sits_under():
    assert only(expert(person="person-t")) == [
        Exclusion("E1", RecusalRule.IDENTITY, Source.REGISTER, "T01"),
    ]


@pytest.mark.parametrize("tie", [tie for tie in Tie if tie is not Tie.INTEREST])
def test_kin_named_in_the_candidates_form_are_shut_out(tie):
    candidate = replace(CANDIDATE, relations=(Relation("person-e1", tie, Source.CANDIDATE, "F1 row 3"),))
    assert only(expert(), candidate) == [
        Exclusion("E1", RecusalRule.KINSHIP, Source.CANDIDATE, "T01", tie, "F1 row 3"),
    ]
    assert only(expert(2), candidate) == []


def test_kin_and_interest_declared_by_the_judge_are_shut_out_each_with_its_source():
    judge = expert(
        relations=(
            Relation("person-t", Tie.IN_LAW, Source.JUDGE, "F9a 4"),
            Relation("person-t", Tie.INTEREST, Source.INFORMER, "letter 2"),
            Relation("person-other", Tie.SPOUSE, Source.JUDGE),
        )
    )
    assert only(judge) == [
        Exclusion("E1", RecusalRule.KINSHIP, Source.JUDGE, "T01", Tie.IN_LAW, "F9a 4"),
        Exclusion("E1", RecusalRule.INTEREST, Source.INFORMER, "T01", Tie.INTEREST, "letter 2"),
    ]


@pytest.mark.parametrize(("unit", "before"), [("finance bureau", ()), ("elsewhere", ("old school", "elsewhere"))])
def test_a_common_unit_now_or_before_is_enough(unit, before):
    shared = unit if unit == "finance bureau" else "old school"
    assert only(expert(unit=unit, units_before=before)) == [
        Exclusion("E1", RecusalRule.SAME_UNIT, Source.REGISTER, "T01", reference=shared),
    ]


def test_an_unknown_unit_is_no_common_unit():
    assert only(expert(unit=""), replace(CANDIDATE, units=("",))) == []


@pytest.mark.parametrize("until", [None, date(2026, 11, 20)])
def test_a_representative_needs_a_qualification_valid_on_the_day(until):
    assert only(representative(certificate_until=until)) == [
        Exclusion("R1", RecusalRule.QUALIFICATION, Source.REGISTER),
    ]
    assert only(representative(certificate_until=DAY)) == []
    assert only(expert(certificate_until=until)) == []


def test_a_rule_that_is_not_in_effect_shuts_nobody_out():
    lifted = replace(RULE, in_effect=frozenset({RecusalRule.KINSHIP}))
    assert exclusions([expert(person="person-t", unit="old school")], [CANDIDATE], lifted) == ()


def test_exclusions_say_in_words_who_why_and_from_where():
    candidate = replace(CANDIDATE, relations=(Relation("person-e1", Tie.SPOUSE, Source.CANDIDATE, "F1 row 3"),))
    assert [str(found.problem()) for found in only(expert(unit="old school"), candidate)] == [
        "judge: Judge E1 and candidate T01 serve or served in the same unit: old school.",
        "judge: Judge E1 is related to candidate T01: spouse (candidate's form F1 row 3).",
    ]
    assert str(only(expert(person="person-t"))[0].problem()) == "judge: Judge E1 is candidate T01."
    assert "no interview qualification" in str(only(representative(certificate_until=None))[0].problem())
    interested = expert(relations=(Relation("person-t", Tie.INTEREST, Source.INFORMER, "letter 2"),))
    assert "interest in candidate T01 (information from a third person letter 2)" in str(only(interested)[0].problem())


def test_missing_and_surplus_seats_of_a_kind_are_told_apart_from_each_other():
    check = check_panel(panel(expert(1), expert(2), expert(3)), [CANDIDATE], RULE)
    assert [(str(p.facts["kind"]), p.facts["found"], p.facts["needed"]) for p in check.problems] == [
        ("expert judges", 3, 2),
        ("representative judges", 0, 1),
    ]


def test_a_person_cannot_sit_twice_under_two_numbers():
    seats = panel(expert(1), expert(2, person="person-e1"), representative())
    assert sentences(seats) == ["Judge {judge} stands in the panel twice."] * 2


def test_two_judges_of_one_unit_are_refused_unless_the_scheme_admits_them():
    seats = panel(expert(1, unit="academy"), expert(2, unit="academy"), representative())
    assert sentences(seats) == ["{found} judges of the panel come from {unit}; one at most may."]
    assert sentences(seats, replace(RULE, one_per_unit=False)) == []


def test_the_hiring_body_has_one_judge_at_most_even_where_units_may_repeat():
    seats = panel(expert(1, unit="water bureau"), expert(2, unit="water bureau"), representative(), chief=2)
    assert len(sentences(seats, replace(RULE, one_per_unit=False))) == 1


def test_the_hiring_body_may_sit_but_not_chair():
    judges = (expert(1, unit="water bureau"), expert(2), representative())
    assert sentences(panel(*judges, chief=1)) == []
    assert sentences(panel(*judges, chief=0)) == ["The body that fills the post may not chair its panel."]
    assert sentences(panel(*judges, chief=0), replace(RULE, hiring_may_chair=True)) == []


def test_a_panel_has_exactly_one_chief():
    assert sentences(panel(chief=9)) == ["A panel has one chief judge; here are {found}."]


def test_everything_against_a_panel_is_told_at_once():
    seats = panel(expert(1, person="person-t"), expert(2), representative(certificate_until=None), chief=9)
    with pytest.raises(Refusal) as refusal:
        check_panel(seats, [CANDIDATE], RULE).refuse()
    assert [problem.sentence for problem in refusal.value.problems] == [
        "Judge {judge} is candidate {candidate}.",
        "Judge {judge} holds no interview qualification valid on the day.",
        "A panel has one chief judge; here are {found}.",
    ]
