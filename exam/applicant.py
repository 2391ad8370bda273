"""What a candidate declares about themselves, as far as conditions are judged on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from core.errors import Refusal, refuse_any
from core.words import N_
from exam.careers import Month, PostHeld, PostLevel
from exam.section import SectionReader

Ranked = TypeVar("Ranked", bound=StrEnum)


class EducationLevel(StrEnum):
    """Level of education (学历), lowest first."""

    MIDDLE_SCHOOL = "middle_school"  # 初中
    SECONDARY = "secondary"  # 高中、中专
    COLLEGE = "college"  # 大学专科
    BACHELOR = "bachelor"  # 大学本科
    MASTER = "master"  # 硕士研究生
    DOCTOR = "doctor"  # 博士研究生


class Degree(StrEnum):
    """Academic degree (学位), lowest first."""

    NONE = "none"
    BACHELOR = "bachelor"  # 学士
    MASTER = "master"  # 硕士
    DOCTOR = "doctor"  # 博士


class PoliticalStatus(StrEnum):
    """Political status (政治面貌)."""

    PARTY_MEMBER = "party_member"  # 中共党员
    PROBATIONARY = "probationary"  # 中共预备党员
    LEAGUE_MEMBER = "league_member"  # 共青团员
    DEMOCRATIC_PARTY = "democratic_party"  # 民主党派
    INDEPENDENT = "independent"  # 无党派人士
    MASSES = "masses"  # 群众


class AppraisalGrade(StrEnum):
    """Result of an annual appraisal (年度考核等次), lowest first; `ungraded` (不定等次) stands outside the order."""

    UNGRADED = "ungraded"
    INCOMPETENT = "incompetent"  # 不称职(不合格)
    BASIC = "basic"  # 基本称职(基本合格)
    COMPETENT = "competent"  # 称职(合格)
    EXCELLENT = "excellent"  # 优秀


EDUCATION_WORDS = {
    EducationLevel.MIDDLE_SCHOOL: N_("junior secondary school"),
    EducationLevel.SECONDARY: N_("senior or vocational secondary school"),
    EducationLevel.COLLEGE: N_("junior college"),
    EducationLevel.BACHELOR: N_("undergraduate"),
    EducationLevel.MASTER: N_("postgraduate (master)"),
    EducationLevel.DOCTOR: N_("postgraduate (doctor)"),
}
DEGREE_WORDS = {
    Degree.NONE: N_("no degree"),
    Degree.BACHELOR: N_("bachelor's degree"),
    Degree.MASTER: N_("master's degree"),
    Degree.DOCTOR: N_("doctor's degree"),
}
POLITICAL_WORDS = {
    PoliticalStatus.PARTY_MEMBER: N_("member of the Communist Party of China"),
    PoliticalStatus.PROBATIONARY: N_("probationary member of the Communist Party of China"),
    PoliticalStatus.LEAGUE_MEMBER: N_("member of the Communist Youth League"),
    PoliticalStatus.DEMOCRATIC_PARTY: N_("member of a democratic party"),
    PoliticalStatus.INDEPENDENT: N_("independent personage"),
    PoliticalStatus.MASSES: N_("no party membership"),
}
APPRAISAL_WORDS = {
    AppraisalGrade.UNGRADED: N_("no grade given"),
    AppraisalGrade.INCOMPETENT: N_("incompetent"),
    AppraisalGrade.BASIC: N_("basically competent"),
    AppraisalGrade.COMPETENT: N_("competent"),
    AppraisalGrade.EXCELLENT: N_("excellent"),
}


@dataclass(frozen=True, slots=True)
class Education:
    """One course of study; `graduated` is None while it goes on."""

    level: EducationLevel
    degree: Degree
    school: str
    field_of_study: str
    graduated: Month | None
    full_time: bool


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """What the conditions are judged on; None and empty mean "not filled in yet".

    `appraisals` goes by year; `statements` are the candidate's own words on a free condition, by its number;
    `area` is where they work or are registered.
    """

    birth_date: date | None = None
    education: tuple[Education, ...] = ()
    posts: tuple[PostHeld, ...] = ()
    political_status: PoliticalStatus | None = None
    appraisals: Mapping[int, AppraisalGrade] = field(default_factory=lambda: MappingProxyType({}))
    statements: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    certificates: tuple[str, ...] = ()
    area: str = ""


def reaches(value: Ranked, floor: Ranked) -> bool:
    """Whether a value of an ordered enumeration is at least the floor (以上 includes the floor itself)."""
    order = list(type(value))
    return order.index(value) >= order.index(floor)


def facts_to_plain(facts: CandidateFacts) -> dict[str, object]:
    """The facts as plain data for a stored row: text, lists, tables."""
    return {
        "birth_date": facts.birth_date.isoformat() if facts.birth_date else None,
        "education": [
            {
                "level": one.level.value,
                "degree": one.degree.value,
                "school": one.school,
                "field_of_study": one.field_of_study,
                "graduated": str(one.graduated) if one.graduated else None,
                "full_time": one.full_time,
            }
            for one in facts.education
        ],
        "posts": [
            {
                "since": str(one.since),
                "until": str(one.until) if one.until else None,
                "unit": one.unit,
                "title": one.title,
                "level": one.level.value if one.level else None,
            }
            for one in facts.posts
        ],
        "political_status": facts.political_status.value if facts.political_status else None,
        "appraisals": {str(year): grade.value for year, grade in sorted(facts.appraisals.items())},
        "statements": dict(facts.statements),
        "certificates": list(facts.certificates) or None,
        "area": facts.area or None,
    }


def facts_from_plain(raw: Mapping[str, object]) -> CandidateFacts:
    """The facts from plain data; raises one Refusal that lists every problem with its path."""
    reader = SectionReader(raw)
    appraisals = reader.table("appraisals")
    statements = reader.table("statements")
    facts = CandidateFacts(
        birth_date=reader.day("birth_date") if reader.has("birth_date") else None,
        education=tuple(_education(one) for one in reader.tables("education")),
        posts=tuple(_post(one) for one in reader.tables("posts")),
        political_status=(
            reader.choice("political_status", PoliticalStatus) if reader.has("political_status") else None
        ),
        appraisals={int(year): appraisals.choice(year, AppraisalGrade) for year in appraisals.raw if year.isdecimal()},
        statements={number: statements.text(number) for number in statements.raw},
        certificates=reader.texts("certificates", most=200) if reader.has("certificates") else (),
        area=reader.text("area", most=200) if reader.has("area") else "",
    )
    appraisals.finish()
    reader.finish()
    refuse_any(reader.problems)
    return facts


def _education(reader: SectionReader) -> Education:
    course = Education(
        level=reader.choice("level", EducationLevel),
        degree=reader.choice("degree", Degree),
        school=reader.text("school", most=200),
        field_of_study=reader.text("field_of_study", most=200) if reader.has("field_of_study") else "",
        graduated=_month(reader, "graduated") if reader.has("graduated") else None,
        full_time=reader.flag("full_time"),
    )
    reader.finish()
    return course


def _post(reader: SectionReader) -> PostHeld:
    post = PostHeld(
        since=_month(reader, "since"),
        until=_month(reader, "until") if reader.has("until") else None,
        unit=reader.text("unit", most=200),
        title=reader.text("title", most=200),
        level=reader.choice("level", PostLevel) if reader.has("level") else None,
    )
    reader.finish()
    return post


def _month(reader: SectionReader, key: str) -> Month:
    text = reader.text(key, most=7)
    if not text:
        return Month(1, 1)
    try:
        return Month.parse(text)
    except Refusal as refusal:
        reader.report(key, refusal.sentence)
        return Month(1, 1)
