"""The conditions of a post (任职资格) as data: what can be asked, in words, and the `[eligibility]` section.

以上 and 以下 include the figure itself (Civil Code art. 1259), as do "at least" and "at most" here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import ClassVar

from core.errors import Problem, refuse_any
from core.words import N_, Sentence
from exam.applicant import (
    APPRAISAL_WORDS,
    DEGREE_WORDS,
    EDUCATION_WORDS,
    POLITICAL_WORDS,
    AppraisalGrade,
    Degree,
    EducationLevel,
    PoliticalStatus,
)
from exam.careers import LEVEL_WORDS, PostLevel
from exam.section import SectionReader

_OLDEST = 120
_LONGEST = 60


class ConditionKind(StrEnum):
    """What a condition asks about."""

    AGE = "age"
    EDUCATION = "education"
    DEGREE = "degree"
    SERVICE = "service"
    LEVEL = "level"
    POLITICAL = "political"
    APPRAISAL = "appraisal"
    FIELD_OF_STUDY = "field_of_study"
    JUDGED = "judged"


CONDITION_WORDS = {
    ConditionKind.AGE: N_("Age"),
    ConditionKind.EDUCATION: N_("Education"),
    ConditionKind.DEGREE: N_("Degree"),
    ConditionKind.SERVICE: N_("Years of work"),
    ConditionKind.LEVEL: N_("Years at a level"),
    ConditionKind.POLITICAL: N_("Political status"),
    ConditionKind.APPRAISAL: N_("Annual appraisals"),
    ConditionKind.FIELD_OF_STUDY: N_("Field of study"),
    ConditionKind.JUDGED: N_("Judged by a person"),
}


@dataclass(frozen=True, slots=True)
class AgeCondition:
    """Full years of age (周岁) on a day, both ends included; `on` replaces the scheme's reference date."""

    number: str
    minimum: int | None = None
    maximum: int | None = None
    on: date | None = None
    kind: ClassVar[ConditionKind] = ConditionKind.AGE


@dataclass(frozen=True, slots=True)
class EducationCondition:
    """Education (学历) at least at a level, finished by the reference date; `full_time` asks for 全日制."""

    number: str
    level: EducationLevel
    full_time: bool = False
    kind: ClassVar[ConditionKind] = ConditionKind.EDUCATION


@dataclass(frozen=True, slots=True)
class DegreeCondition:
    """At least this degree (学位), awarded by the reference date."""

    number: str
    degree: Degree
    kind: ClassVar[ConditionKind] = ConditionKind.DEGREE


@dataclass(frozen=True, slots=True)
class ServiceCondition:
    """At least so many full years of work (工龄), counted over the posts held without their gaps."""

    number: str
    years: int
    kind: ClassVar[ConditionKind] = ConditionKind.SERVICE


@dataclass(frozen=True, slots=True)
class LevelCondition:
    """At least so many full years in posts of this level or above (任同职级时间)."""

    number: str
    level: PostLevel
    years: int
    kind: ClassVar[ConditionKind] = ConditionKind.LEVEL


@dataclass(frozen=True, slots=True)
class PoliticalCondition:
    """Political status (政治面貌) is one of those named."""

    number: str
    statuses: tuple[PoliticalStatus, ...]
    kind: ClassVar[ConditionKind] = ConditionKind.POLITICAL


@dataclass(frozen=True, slots=True)
class AppraisalCondition:
    """Annual appraisals (年度考核) of the last full years before the reference date are all at least this grade."""

    number: str
    years: int
    grade: AppraisalGrade
    kind: ClassVar[ConditionKind] = ConditionKind.APPRAISAL


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """Field of study (专业) is in the list; a name that is not in it goes to a person, for names differ by year."""

    number: str
    fields: tuple[str, ...]
    kind: ClassVar[ConditionKind] = ConditionKind.FIELD_OF_STUDY


@dataclass(frozen=True, slots=True)
class JudgedCondition:
    """A condition in the organiser's own words that only a person can judge."""

    number: str
    text: str
    kind: ClassVar[ConditionKind] = ConditionKind.JUDGED


Condition = (
    AgeCondition
    | EducationCondition
    | DegreeCondition
    | ServiceCondition
    | LevelCondition
    | PoliticalCondition
    | AppraisalCondition
    | FieldCondition
    | JudgedCondition
)


@dataclass(frozen=True, slots=True)
class EligibilityRules:
    """The `[eligibility]` section: the day ages and years are counted to, common conditions, those of each post."""

    reference_date: date
    common: tuple[Condition, ...]
    posts: Mapping[str, tuple[Condition, ...]]

    def for_post(self, code: str) -> tuple[Condition, ...]:
        """All conditions of a post: the common ones, then its own."""
        return self.common + self.posts.get(code, ())


def condition_words(condition: Condition, reference_date: date) -> Sentence:
    """The condition as a sentence, for the announcement and beside each verdict."""
    match condition:
        case AgeCondition():
            return _age_words(condition, condition.on or reference_date)
        case EducationCondition(level=level, full_time=full_time):
            source = N_("Full-time education: {level} or above.") if full_time else N_("Education: {level} or above.")
            return Sentence(source, {"level": Sentence(EDUCATION_WORDS[level])})
        case DegreeCondition(degree=degree):
            return Sentence(N_("Degree: {degree} or above."), {"degree": Sentence(DEGREE_WORDS[degree])})
        case ServiceCondition(years=years):
            return Sentence(N_("Years of work: at least {years}."), {"years": years})
        case LevelCondition(level=level, years=years):
            return Sentence(
                N_("Years in posts of {level} or above: at least {years}."),
                {"level": Sentence(LEVEL_WORDS[level]), "years": years},
            )
        case PoliticalCondition(statuses=statuses):
            named = tuple(Sentence(POLITICAL_WORDS[status]) for status in statuses)
            return Sentence(N_("Political status: {statuses}."), {"statuses": named})
        case AppraisalCondition(years=years, grade=grade):
            return Sentence(
                N_("Annual appraisals of the last full years ({years}): each {grade} or better."),
                {"years": years, "grade": Sentence(APPRAISAL_WORDS[grade])},
            )
        case FieldCondition(fields=named_fields):
            return Sentence(N_("Field of study: {fields}."), {"fields": named_fields})
        case JudgedCondition(text=text):
            return Sentence(N_("{text}"), {"text": text})


def _age_words(condition: AgeCondition, day: date) -> Sentence:
    facts = {"minimum": condition.minimum, "maximum": condition.maximum, "day": day}
    if condition.minimum is None:
        return Sentence(N_("Age {maximum} or under, counted to {day}."), facts)
    if condition.maximum is None:
        return Sentence(N_("Age {minimum} or over, counted to {day}."), facts)
    return Sentence(N_("Age {minimum} to {maximum}, counted to {day}."), facts)


def condition_to_plain(condition: Condition) -> dict[str, object]:
    """The condition as plain data: `kind`, `number` and its parameters; parameters not used are left out."""
    plain: dict[str, object] = {"number": condition.number, "kind": condition.kind.value}
    for parameter in fields(condition):
        value = getattr(condition, parameter.name)
        if parameter.name == "number" or value is None or value is False:
            continue
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = [str(one) for one in value]
        elif isinstance(value, StrEnum):
            value = value.value
        plain[parameter.name] = value
    return plain


def condition_from_plain(raw: Mapping[str, object]) -> Condition:
    """One condition from plain data; raises one Refusal that lists every problem."""
    reader = SectionReader(raw)
    condition = read_condition(reader)
    refuse_any(reader.problems)
    return condition


def read_condition(reader: SectionReader) -> Condition:
    """One condition from a reader; what is wrong is written down there."""
    number = reader.text("number", most=20)
    before = len(reader.problems)
    kind = reader.choice("kind", ConditionKind)
    if len(reader.problems) > before:  # without its kind, nothing more can be said of it
        return JudgedCondition(number, "")
    condition = _read_kind(reader, number, kind)
    reader.finish()
    return condition


def _read_kind(reader: SectionReader, number: str, kind: ConditionKind) -> Condition:
    match kind:
        case ConditionKind.AGE:
            return _read_age(reader, number)
        case ConditionKind.EDUCATION:
            level = reader.choice("level", EducationLevel)
            return EducationCondition(number, level, reader.flag("full_time"))
        case ConditionKind.DEGREE:
            return DegreeCondition(number, reader.choice("degree", Degree))
        case ConditionKind.SERVICE:
            return ServiceCondition(number, reader.whole("years", least=1, most=_LONGEST))
        case ConditionKind.LEVEL:
            held = reader.choice("level", PostLevel)
            return LevelCondition(number, held, reader.whole("years", least=1, most=_LONGEST))
        case ConditionKind.POLITICAL:
            return PoliticalCondition(number, reader.choices("statuses", PoliticalStatus))
        case ConditionKind.APPRAISAL:
            grade = reader.choice("grade", AppraisalGrade)
            if grade is AppraisalGrade.UNGRADED and "grade" in reader.raw:
                reader.report("grade", N_("A year without a grade cannot be asked for."))
            return AppraisalCondition(number, reader.whole("years", least=1, most=10), grade)
        case ConditionKind.FIELD_OF_STUDY:
            return FieldCondition(number, reader.texts("fields", most=200))
        case ConditionKind.JUDGED:
            return JudgedCondition(number, reader.text("text"))


def _read_age(reader: SectionReader, number: str) -> AgeCondition:
    minimum = reader.whole("minimum", least=0, most=_OLDEST) if reader.has("minimum") else None
    maximum = reader.whole("maximum", least=0, most=_OLDEST) if reader.has("maximum") else None
    if not reader.has("minimum") and not reader.has("maximum"):
        reader.report("maximum", N_("Give a lowest age, a highest age, or both."))
    if minimum is not None and maximum is not None and minimum > maximum:
        reader.report("maximum", N_("The highest age is below the lowest."))
    return AgeCondition(number, minimum, maximum, reader.day("on") if reader.has("on") else None)


def parse_eligibility(section: Mapping[str, object], post_codes: Collection[str] | None = None) -> EligibilityRules:
    """Read the scheme's `[eligibility]` section; raises one Refusal with every problem and its path.

    `reference_date`, `conditions` (a list of tables, common to all posts) and `posts.<code>.conditions`.
    With `post_codes` given, a section for a post that does not exist is a problem.
    """
    reader = SectionReader(section)
    reference_date = reader.day("reference_date")
    common = tuple(read_condition(one) for one in reader.tables("conditions"))
    reader.problems.extend(_numbered_twice("conditions", common, ()))
    posts = reader.table("posts")
    by_post: dict[str, tuple[Condition, ...]] = {}
    for code in posts.raw:
        post = posts.table(code)
        own = tuple(read_condition(one) for one in post.tables("conditions"))
        reader.problems.extend(_numbered_twice(post.at("conditions"), own, common))
        if post_codes is not None and code not in post_codes:
            posts.report(code, N_("There is no post with the code {code}."), code=code)
        post.finish()
        by_post[code] = own
    reader.finish()
    refuse_any(reader.problems)
    return EligibilityRules(reference_date, common, by_post)


def _numbered_twice(path: str, conditions: Sequence[Condition], before: Iterable[Condition]) -> Iterable[Problem]:
    seen = {condition.number for condition in before}
    for place, condition in enumerate(conditions, start=1):
        if condition.number and condition.number in seen:
            yield Problem(
                "Condition number {number} is used twice; a refusal names its condition by the number.",
                {"number": condition.number},
                f"{path}[{place}].number",
            )
        seen.add(condition.number)
