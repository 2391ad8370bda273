from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from exam.applicant import (
    AppraisalGrade,
    CandidateFacts,
    Degree,
    Education,
    EducationLevel,
    PoliticalStatus,
    facts_from_plain,
    facts_to_plain,
)
from exam.careers import Month, PostHeld, PostLevel
from exam.conditions import (
    AgeCondition,
    AllCondition,
    AppraisalCondition,
    AreaCondition,
    CertificateCondition,
    DegreeCondition,
    EducationCondition,
    EitherCondition,
    EligibilityRules,
    FieldCondition,
    JudgedCondition,
    LevelCondition,
    PoliticalCondition,
    PresentLevelCondition,
    ServiceCondition,
)
from exam.eligibility import Outcome, age_on, judge, judge_post, overall

DAY = date(2026, 9, 30)

BACHELOR = Education(
    EducationLevel.BACHELOR, Degree.BACHELOR, "示例大学", "水文与水资源工程", Month(2009, 7), full_time=True
)
CHEN = CandidateFacts(
    birth_date=date(1986, 5, 20),
    education=(BACHELOR,),
    posts=(
        PostHeld(Month(2009, 7), Month(2015, 3), "示例县水务局", "科员", PostLevel.CLERK),
        PostHeld(Month(2015, 9), Month(2024, 9), "示例县水务局", "副科长", PostLevel.DEPUTY_SECTION),
        PostHeld(Month(2024, 9), None, "市水务局", "科长", PostLevel.SECTION),
    ),
    political_status=PoliticalStatus.PARTY_MEMBER,
    appraisals={
        2023: AppraisalGrade.COMPETENT,
        2024: AppraisalGrade.EXCELLENT,
        2025: AppraisalGrade.COMPETENT,
    },
    statements={"9": "主持过两项水库除险加固工程"},
)


def outcome(condition, facts=CHEN) -> Outcome:
    return judge(condition, facts, DAY).outcome


def datum(condition, facts=CHEN) -> str:
    return str(judge(condition, facts, DAY).datum)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(1981, 9, 30), 45),  # birthday on the reference date
        (date(1981, 10, 1), 44),
        (date(1980, 9, 30), 46),
        (date(1980, 10, 1), 45),
    ],
)
def test_age_is_counted_in_full_years_on_the_day(born, age):
    assert age_on(born, DAY) == age


def test_a_birthday_on_29_february_is_completed_on_1_march():
    assert age_on(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert age_on(date(2000, 2, 29), date(2026, 3, 1)) == 26


def test_both_ends_of_an_age_are_included():
    condition = AgeCondition("1", 18, 45)
    born = {18: date(2008, 9, 30), 17: date(2008, 10, 1), 45: date(1980, 10, 1), 46: date(1980, 9, 30)}
    found = {age: outcome(condition, replace(CHEN, birth_date=day)) for age, day in born.items()}
    assert found == {17: Outcome.NOT_MET, 18: Outcome.MET, 45: Outcome.MET, 46: Outcome.NOT_MET}


def test_a_condition_may_count_age_to_its_own_day():
    facts = replace(CHEN, birth_date=date(1981, 5, 1))
    assert outcome(AgeCondition("1", maximum=44), facts) is Outcome.NOT_MET
    assert outcome(AgeCondition("1", maximum=44, on=date(2026, 4, 30)), facts) is Outcome.MET


def test_the_datum_of_an_age_names_birth_age_and_day():
    assert datum(AgeCondition("1", maximum=45)) == "Born on 1986-05-20; 40 full years of age on 2026-09-30."


def test_education_counts_what_is_finished():
    master = Education(EducationLevel.MASTER, Degree.MASTER, "示例大学", "水利工程", None, full_time=True)
    studying = replace(CHEN, education=(BACHELOR, master))
    late = replace(CHEN, education=(BACHELOR, replace(master, graduated=Month(2026, 10))))
    done = replace(CHEN, education=(BACHELOR, replace(master, graduated=Month(2026, 9))))
    condition = EducationCondition("2", EducationLevel.MASTER)
    assert [outcome(condition, one) for one in (studying, late, done)] == [
        Outcome.NOT_MET,
        Outcome.NOT_MET,
        Outcome.MET,
    ]


def test_full_time_education_is_asked_for_only_where_the_condition_says_so():
    part_time = replace(CHEN, education=(replace(BACHELOR, full_time=False),))
    assert outcome(EducationCondition("2", EducationLevel.BACHELOR), part_time) is Outcome.MET
    full_time = EducationCondition("2", EducationLevel.BACHELOR, full_time=True)
    assert outcome(full_time, part_time) is Outcome.NOT_MET
    assert outcome(full_time) is Outcome.MET


def test_a_degree_is_judged_apart_from_education():
    no_degree = replace(CHEN, education=(replace(BACHELOR, degree=Degree.NONE),))
    assert outcome(EducationCondition("2", EducationLevel.BACHELOR), no_degree) is Outcome.MET
    assert outcome(DegreeCondition("3", Degree.BACHELOR), no_degree) is Outcome.NOT_MET
    assert outcome(DegreeCondition("3", Degree.BACHELOR)) is Outcome.MET


def test_years_of_work_leave_out_the_gap():
    # 2009-07 to 2015-03 and 2015-09 to 2026-09: 68 + 132 months
    assert outcome(ServiceCondition("4", 16)) is Outcome.MET
    assert outcome(ServiceCondition("4", 17)) is Outcome.NOT_MET
    assert datum(ServiceCondition("4", 16)) == (
        "The posts entered cover 16 y 8 mo up to 2026-09-30; 6 mo without a post are left out."
    )


def test_years_at_a_level_count_higher_levels_too():
    assert outcome(LevelCondition("5", PostLevel.SECTION, 2)) is Outcome.MET
    assert outcome(LevelCondition("5", PostLevel.SECTION, 3)) is Outcome.NOT_MET
    assert outcome(LevelCondition("5", PostLevel.DEPUTY_SECTION, 11)) is Outcome.MET


def test_a_post_without_its_level_needs_papers_if_it_could_decide():
    unknown = PostHeld(Month(2021, 3), None, "示例公司", "负责人")
    facts = replace(CHEN, posts=(*CHEN.posts[:2], unknown))
    assert outcome(LevelCondition("5", PostLevel.SECTION, 2), facts) is Outcome.NEEDS_PAPERS
    assert "负责人, from 3/2021: the level" in datum(LevelCondition("5", PostLevel.SECTION, 2), facts)
    assert outcome(LevelCondition("5", PostLevel.SECTION, 6), facts) is Outcome.NOT_MET
    just_enough = replace(facts, posts=(replace(unknown, since=Month(2024, 9)),))
    assert outcome(LevelCondition("5", PostLevel.SECTION, 2), just_enough) is Outcome.NEEDS_PAPERS
    one_month_short = replace(facts, posts=(replace(unknown, since=Month(2024, 10)),))
    assert outcome(LevelCondition("5", PostLevel.SECTION, 2), one_month_short) is Outcome.NOT_MET


def test_political_status_is_one_of_those_named():
    assert outcome(PoliticalCondition("6", (PoliticalStatus.PARTY_MEMBER,))) is Outcome.MET
    assert outcome(PoliticalCondition("6", (PoliticalStatus.MASSES,))) is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Outcome.MET),
        ({2024: AppraisalGrade.BASIC}, Outcome.NOT_MET),
        ({2024: None}, Outcome.NEEDS_PAPERS),
        ({2024: AppraisalGrade.UNGRADED}, Outcome.NEEDS_PERSON),
        ({2023: None, 2024: AppraisalGrade.INCOMPETENT}, Outcome.NOT_MET),
        ({2022: AppraisalGrade.INCOMPETENT, 2026: AppraisalGrade.INCOMPETENT}, Outcome.MET),
    ],
)
def test_appraisals_of_the_last_full_years(changes, expected):
    grades = {year: grade for year, grade in {**CHEN.appraisals, **changes}.items() if grade}
    facts = replace(CHEN, appraisals=grades)
    assert outcome(AppraisalCondition("7", 3, AppraisalGrade.COMPETENT), facts) is expected


def test_the_datum_of_appraisals_names_every_year():
    facts = replace(CHEN, appraisals={2023: AppraisalGrade.COMPETENT, 2025: AppraisalGrade.EXCELLENT})
    condition = AppraisalCondition("7", 3, AppraisalGrade.COMPETENT)
    found = judge(condition, facts, DAY).datum
    assert found.source == "Appraisals: {years}."
    assert [str(year) for year in found.facts["years"]] == ["2023 competent", "2024 not entered", "2025 excellent"]


def test_a_field_of_study_in_the_list_is_met_and_another_goes_to_a_person():
    assert outcome(FieldCondition("8", ("水利工程", "水文与水资源 工程"))) is Outcome.MET
    assert outcome(FieldCondition("8", ("水利工程",))) is Outcome.NEEDS_PERSON


def test_a_free_condition_always_goes_to_a_person_with_what_was_stated():
    assert outcome(JudgedCondition("9", "有水利工程管理经验")) is Outcome.NEEDS_PERSON
    assert datum(JudgedCondition("9", "有水利工程管理经验")) == "Stated: 主持过两项水库除险加固工程"


@pytest.mark.parametrize(
    "condition",
    [
        AgeCondition("1", maximum=45),
        EducationCondition("2", EducationLevel.BACHELOR),
        DegreeCondition("3", Degree.BACHELOR),
        ServiceCondition("4", 5),
        LevelCondition("5", PostLevel.SECTION, 2),
        PoliticalCondition("6", (PoliticalStatus.PARTY_MEMBER,)),
        AppraisalCondition("7", 3, AppraisalGrade.COMPETENT),
        FieldCondition("8", ("水利工程",)),
    ],
    ids=lambda one: one.kind.value,
)
def test_what_is_not_filled_in_yet_is_never_called_unmet(condition):
    assert outcome(condition, CandidateFacts()) is Outcome.NEEDS_PAPERS


def test_all_conditions_of_a_post_are_judged_in_order_and_summed_up():
    rules = EligibilityRules(
        DAY,
        (AgeCondition("1", maximum=45),),
        {"01": (LevelCondition("2", PostLevel.SECTION, 3),), "02": (JudgedCondition("2", "熟悉业务"),)},
    )
    first, second, third = (judge_post(rules, code, CHEN) for code in ("01", "02", "03"))
    assert [verdict.number for verdict in first] == ["1", "2"]
    assert (overall(first), overall(second), overall(third)) == (
        Outcome.NOT_MET,
        Outcome.NEEDS_PERSON,
        Outcome.MET,
    )


def test_facts_survive_being_stored():
    assert facts_from_plain(facts_to_plain(CHEN)) == CHEN
    assert facts_from_plain(facts_to_plain(CandidateFacts())) == CandidateFacts()


def test_stored_facts_that_are_wrong_list_every_problem():
    raw = facts_to_plain(CHEN)
    raw["birth_date"] = "1986-13-01"
    raw["posts"][0]["since"] = "July 09"  # type: ignore[index]
    raw["appraisals"] = {"2023": "fine", "last": "competent"}
    raw["height"] = 180
    with pytest.raises(Refusal) as refused:
        facts_from_plain(raw)
    assert sorted(problem.field for problem in refused.value.problems) == [
        "appraisals.2023",
        "appraisals.last",
        "birth_date",
        "height",
        "posts[1].since",
    ]


@given(
    born=st.dates(date(1950, 1, 1), date(2010, 1, 1)),
    lowest=st.integers(0, 60),
    width=st.integers(0, 30),
)
def test_an_age_range_is_met_exactly_from_one_birth_date_to_another(born, lowest, width):
    condition = AgeCondition("1", lowest, lowest + width)
    newest, oldest = date(DAY.year - lowest, 9, 30), date(DAY.year - lowest - width - 1, 9, 30)
    met = outcome(condition, replace(CHEN, birth_date=born)) is Outcome.MET
    assert met == (oldest < born <= newest)


def test_the_present_post_is_the_one_held_on_the_day():
    section, division = PresentLevelCondition("1", PostLevel.SECTION), PresentLevelCondition("1", PostLevel.DIVISION)
    assert outcome(section) is Outcome.MET
    assert datum(section) == "科长, 市水务局: section head level."
    assert outcome(division) is Outcome.NOT_MET
    left = replace(CHEN, posts=(replace(CHEN.posts[-1], until=Month(2026, 8)),))
    assert (outcome(section, left), datum(section, left)) == (Outcome.NOT_MET, "No post held on 2026-09-30 is entered.")
    unknown = replace(CHEN, posts=(replace(CHEN.posts[-1], level=None),))
    assert outcome(section, unknown) is Outcome.NEEDS_PAPERS
    second = replace(CHEN, posts=(*unknown.posts, PostHeld(Month(2025, 1), None, "x", "y", PostLevel.DIVISION)))
    assert outcome(division, second) is Outcome.MET


def test_a_certificate_or_area_by_another_name_goes_to_a_person():
    condition = CertificateCondition("1", ("注册会计师", "律师"))
    assert outcome(condition) is Outcome.NEEDS_PAPERS
    assert outcome(condition, replace(CHEN, certificates=("英语六级", "律师"))) is Outcome.MET
    assert outcome(condition, replace(CHEN, certificates=("CPA",))) is Outcome.NEEDS_PERSON
    area = AreaCondition("2", ("澜川市",))
    assert [outcome(area, replace(CHEN, area=name)) for name in ("澜川市", " 澜川", " ")] == [
        Outcome.MET,
        Outcome.NEEDS_PERSON,
        Outcome.NEEDS_PAPERS,
    ]


OLD, YOUNG = AgeCondition("1", maximum=30), AgeCondition("1", maximum=45)
OPEN_ONE = JudgedCondition("1", "x")


def test_one_part_is_enough_where_one_is_asked_for():
    assert outcome(EitherCondition("1", (OLD, YOUNG))) is Outcome.MET
    assert outcome(EitherCondition("1", (OLD, OPEN_ONE))) is Outcome.NEEDS_PERSON
    assert outcome(EitherCondition("1", (OLD, OLD))) is Outcome.NOT_MET
    assert datum(EitherCondition("1", (OLD, YOUNG))) == datum(YOUNG)
    assert datum(EitherCondition("1", (OLD, OLD))) == f"{datum(OLD)} Or: {datum(OLD)}"


def test_every_part_counts_where_all_are_asked_for():
    assert outcome(AllCondition("1", (YOUNG, YOUNG))) is Outcome.MET
    assert outcome(AllCondition("1", (YOUNG, OPEN_ONE))) is Outcome.NEEDS_PERSON
    assert outcome(AllCondition("1", (YOUNG, OPEN_ONE, OLD))) is Outcome.NOT_MET
    assert datum(AllCondition("1", (YOUNG, OLD))) == datum(OLD)
    assert outcome(EitherCondition("1", (AllCondition("1", (YOUNG, OLD)), YOUNG))) is Outcome.MET


PARTS = st.sampled_from([OLD, YOUNG, OPEN_ONE, CertificateCondition("1", ("x",))])


@given(st.lists(PARTS, min_size=2, max_size=5))
def test_a_group_is_as_good_as_its_best_or_as_bad_as_its_worst_part(parts):
    either, every = EitherCondition("1", tuple(parts)), AllCondition("1", tuple(parts))
    single = {outcome(part) for part in parts}
    assert (outcome(either) is Outcome.MET) == (Outcome.MET in single)
    assert (outcome(either) is Outcome.NOT_MET) == (single == {Outcome.NOT_MET})
    assert (outcome(every) is Outcome.MET) == (single == {Outcome.MET})
    assert (outcome(every) is Outcome.NOT_MET) == (Outcome.NOT_MET in single)
