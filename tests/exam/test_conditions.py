import string
import tomllib
from datetime import date
from decimal import Decimal

import pytest

from core.errors import Refusal
from exam.applicant import AppraisalGrade, Degree, EducationLevel, PoliticalStatus
from exam.careers import PostLevel
from exam.condition_words import condition_words
from exam.conditions import (
    AgeCondition,
    AllCondition,
    AppraisalCondition,
    AreaCondition,
    CertificateCondition,
    ConditionKind,
    DegreeCondition,
    EducationCondition,
    EitherCondition,
    FieldCondition,
    JudgedCondition,
    LevelCondition,
    PoliticalCondition,
    PresentLevelCondition,
    ServiceCondition,
    condition_from_plain,
    condition_to_plain,
    joined,
    leaves,
    parse_eligibility,
)

DAY = date(2026, 9, 30)

EVERY_KIND = [
    AgeCondition("1", maximum=45),
    AgeCondition("2", 18, 35, date(2026, 1, 1)),
    AgeCondition("3", minimum=0),
    EducationCondition("4", EducationLevel.BACHELOR),
    EducationCondition("5", EducationLevel.COLLEGE, full_time=True),
    DegreeCondition("6", Degree.MASTER),
    ServiceCondition("7", 5),
    LevelCondition("8", PostLevel.SECTION, 2),
    PoliticalCondition("9", (PoliticalStatus.PARTY_MEMBER, PoliticalStatus.PROBATIONARY)),
    AppraisalCondition("10", 3, AppraisalGrade.COMPETENT),
    FieldCondition("11", ("水利水电工程", "水文与水资源工程")),
    JudgedCondition("12", "有较强的组织协调能力"),
    PresentLevelCondition("13", PostLevel.SECTION, strict=True),
    CertificateCondition("14", ("注册会计师",)),
    AreaCondition("15", ("澜川市", "示例区")),
    EitherCondition("16", (DegreeCondition("16", Degree.MASTER), ServiceCondition("16", 8))),
    AllCondition(
        "17",
        (
            AgeCondition("17", maximum=45),
            EitherCondition("17", (DegreeCondition("17", Degree.MASTER), JudgedCondition("17", "有专长"))),
        ),
    ),
]

SECTION = """
[eligibility]
reference_date = 2026-09-30

[[eligibility.conditions]]
number = "1"
kind = "age"
maximum = 45

[[eligibility.posts.01.conditions]]
number = "2"
kind = "level"
level = "section"
years = 2
"""


def eligibility(text: str) -> dict:
    return tomllib.loads(text, parse_float=Decimal)["eligibility"]


def problems_of(section: dict, codes: set[str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        parse_eligibility(section, codes)
    return [(problem.field, str(problem).removeprefix(problem.field + ": ")) for problem in refused.value.problems]


@pytest.mark.parametrize("condition", EVERY_KIND, ids=lambda one: f"{one.kind}-{one.number}")
def test_a_condition_survives_being_stored(condition):
    assert condition_from_plain(condition_to_plain(condition)) == condition


@pytest.mark.parametrize("condition", EVERY_KIND, ids=lambda one: f"{one.kind}-{one.number}")
def test_every_condition_has_words_with_all_their_facts(condition):
    words = condition_words(condition, DAY)
    named = {name for _, name, _, _ in string.Formatter().parse(words.source) if name}
    assert named
    assert all(words.facts[name] is not None for name in named)


def test_words_name_the_figures_and_the_day():
    assert str(condition_words(EVERY_KIND[0], DAY)) == "Age 45 or under, counted to 2026-09-30."
    assert str(condition_words(EVERY_KIND[1], DAY)) == "Age 18 to 35, counted to 2026-01-01."
    assert str(condition_words(EVERY_KIND[7], DAY)) == "Years in posts of section head level or above: at least 2."


def test_alternatives_are_said_one_after_the_other():
    degree, years = DegreeCondition("1", Degree.MASTER), ServiceCondition("1", 8)
    either = EitherCondition("1", (degree, years))
    assert str(condition_words(either, DAY)) == "Degree: master's degree or above. Or: Years of work: at least 8."
    both = AllCondition("1", (either, AgeCondition("1", maximum=45)), strict=True)
    assert str(condition_words(both, DAY)) == (
        "(Degree: master's degree or above. Or: Years of work: at least 8.) And: "
        "Age 45 or under, counted to 2026-09-30. No exception can be asked for."
    )


def test_joining_takes_the_number_and_the_strictness_of_the_first():
    first, second = AgeCondition("3", maximum=45, strict=True), ServiceCondition("9", 8)
    group = joined(first, second, ConditionKind.EITHER)
    assert group == EitherCondition("3", (AgeCondition("3", maximum=45), ServiceCondition("3", 8)), strict=True)
    more = joined(group, DegreeCondition("7", Degree.MASTER), ConditionKind.EITHER)
    assert isinstance(more, EitherCondition)
    assert len(more.parts) == 3
    mixed = joined(more, JudgedCondition("7", "x"), ConditionKind.ALL)
    assert isinstance(mixed, AllCondition)
    assert [one.kind for one in leaves([mixed])] == ["age", "service", "degree", "judged"]


def test_the_section_of_the_scheme_is_read():
    rules = parse_eligibility(eligibility(SECTION), {"01", "02"})
    assert rules.reference_date == DAY
    assert rules.for_post("01") == (AgeCondition("1", maximum=45), LevelCondition("2", PostLevel.SECTION, 2))
    assert rules.for_post("02") == (AgeCondition("1", maximum=45),)


def test_a_reference_date_from_json_is_text():
    assert parse_eligibility({"reference_date": "2026-09-30"}).reference_date == DAY


def test_every_problem_of_the_section_is_listed_at_once():
    section = {
        "reference_date": "2026-02-30",
        "referrence": 1,
        "conditions": [
            {"number": "1", "kind": "age", "maximum": "45"},
            {"number": "1", "kind": "weight"},
            {"kind": "education", "level": "phd", "fulltime": True},
        ],
        "posts": {"01": {"conditions": [{"number": "2", "kind": "age", "minimum": 60, "maximum": 45}]}, "09": {}},
    }
    found = problems_of(section, {"01"})
    assert [path for path, _ in found] == [
        "reference_date",
        "conditions[1].maximum",
        "conditions[2].kind",
        "conditions[3].number",
        "conditions[3].level",
        "conditions[3].fulltime",
        "conditions[2].number",
        "posts.01.conditions[1].maximum",
        "posts.09",
        "referrence",
    ]


_AREAS: list[dict] = [{"kind": "area", "areas": ["x"]}, {"kind": "area", "areas": ["y"]}]
_NESTED = {"kind": "either", "parts": [{"kind": "all", "parts": _AREAS}, _AREAS[0]]}


@pytest.mark.parametrize(
    ("plain", "path", "part"),
    [
        ({"number": "1", "kind": "age"}, "maximum", "a lowest age, a highest age, or both"),
        ({"number": "1", "kind": "area", "areas": ["x"], "strict": "yes"}, "strict", "true or false"),
        ({"number": "1", "kind": "either", "parts": [{"kind": "service", "years": 2}]}, "parts", "2 to 10 parts"),
        (
            {
                "number": "1",
                "kind": "all",
                "parts": [{"kind": "service", "years": 0}, {"kind": "area", "areas": ["x"]}],
            },
            "parts[1].years",
            "whole number",
        ),
        (
            {"number": "1", "kind": "all", "parts": [_NESTED, {"kind": "area", "areas": ["x"]}]},
            "parts[1].parts[1].parts",
            "at most 2 deep",
        ),
        ({"number": "1", "kind": "age", "maximum": True}, "maximum", "whole number from 0 to 120"),
        ({"number": "1", "kind": "service", "years": 0}, "years", "whole number from 1 to 60"),
        ({"number": "1", "kind": "service", "years": Decimal("2.5")}, "years", "whole number"),
        ({"number": "1", "kind": "political", "statuses": []}, "statuses", "at least one"),
        ({"number": "1", "kind": "political", "statuses": ["king"]}, "statuses", "one of: party_member"),
        ({"number": "1", "kind": "appraisal", "years": 3, "grade": "ungraded"}, "grade", "without a grade"),
        ({"number": "1", "kind": "field_of_study", "fields": "水利"}, "fields", "at least one text"),
        ({"number": "1", "kind": "judged", "text": " "}, "text", "1 to 2000 characters"),
        ({"number": 1, "kind": "judged", "text": "x"}, "number", "1 to 20 characters"),
        ({"number": "1", "kind": "education", "level": "bachelor", "full_time": "yes"}, "full_time", "true or false"),
    ],
)
def test_a_wrong_parameter_is_named(plain, path, part):
    with pytest.raises(Refusal) as refused:
        condition_from_plain(plain)
    assert [problem.field for problem in refused.value.problems] == [path]
    assert part in str(refused.value)
