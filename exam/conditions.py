"""The conditions of a post (任职资格) as data: what can be asked, in words, and the `[eligibility]` section.

以上 and 以下 include the figure itself (Civil Code art. 1259), as do "at least" and "at most" here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar

from core.errors import Problem, refuse_any
from core.words import N_
from exam.applicant import AppraisalGrade, Degree, EducationLevel, PoliticalStatus
from exam.careers import PostLevel
from exam.section import SectionReader

_OLDEST = 120
_LONGEST = 60
_FEWEST_PARTS, _MOST_PARTS = 2, 10
_DEEPEST = 2


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
    PRESENT_LEVEL = "present_level"
    CERTIFICATE = "certificate"
    AREA = "area"
    JUDGED = "judged"
    EITHER = "either"
    ALL = "all"


CONDITION_WORDS = {
    ConditionKind.AGE: N_("Age"),
    ConditionKind.EDUCATION: N_("Education"),
    ConditionKind.DEGREE: N_("Degree"),
    ConditionKind.SERVICE: N_("Years of work"),
    ConditionKind.LEVEL: N_("Years at a level"),
    ConditionKind.POLITICAL: N_("Political status"),
    ConditionKind.APPRAISAL: N_("Annual appraisals"),
    ConditionKind.FIELD_OF_STUDY: N_("Field of study"),
    ConditionKind.PRESENT_LEVEL: N_("Level of the present post"),
    ConditionKind.CERTIFICATE: N_("Certificates"),
    ConditionKind.AREA: N_("Area"),
    ConditionKind.JUDGED: N_("Judged by a person"),
    ConditionKind.EITHER: N_("One of several"),
    ConditionKind.ALL: N_("Several together"),
}

SINGLE: Mapping[ConditionKind, str] = {
    kind: words for kind, words in CONDITION_WORDS.items() if kind not in {ConditionKind.EITHER, ConditionKind.ALL}
}
"""The kinds that are written down one by one; groups come about by joining them."""

GROUPS = frozenset({ConditionKind.EITHER, ConditionKind.ALL})
"""Kinds that hold other conditions as their parts; parts have no number of their own."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every condition has: its number in the announcement, and whether no exception (破格) can be asked for."""

    number: str
    strict: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class AgeCondition(_Asked):
    """Full years of age (周岁) on a day, both ends included; `on` replaces the scheme's reference date."""

    minimum: int | None = None
    maximum: int | None = None
    on: date | None = None
    kind: ClassVar[ConditionKind] = ConditionKind.AGE


@dataclass(frozen=True, slots=True)
class EducationCondition(_Asked):
    """Education (学历) at least at a level, finished by the reference date; `full_time` asks for 全日制."""

    level: EducationLevel
    full_time: bool = False
    kind: ClassVar[ConditionKind] = ConditionKind.EDUCATION


@dataclass(frozen=True, slots=True)
class DegreeCondition(_Asked):
    """At least this degree (学位), awarded by the reference date."""

    degree: Degree
    kind: ClassVar[ConditionKind] = ConditionKind.DEGREE


@dataclass(frozen=True, slots=True)
class ServiceCondition(_Asked):
    """At least so many full years of work (工龄), counted over the posts held without their gaps."""

    years: int
    kind: ClassVar[ConditionKind] = ConditionKind.SERVICE


@dataclass(frozen=True, slots=True)
class LevelCondition(_Asked):
    """At least so many full years in posts of this level or above (任同职级时间)."""

    level: PostLevel
    years: int
    kind: ClassVar[ConditionKind] = ConditionKind.LEVEL


@dataclass(frozen=True, slots=True)
class PoliticalCondition(_Asked):
    """Political status (政治面貌) is one of those named."""

    statuses: tuple[PoliticalStatus, ...]
    kind: ClassVar[ConditionKind] = ConditionKind.POLITICAL


@dataclass(frozen=True, slots=True)
class AppraisalCondition(_Asked):
    """Annual appraisals (年度考核) of the last full years before the reference date are all at least this grade."""

    years: int
    grade: AppraisalGrade
    kind: ClassVar[ConditionKind] = ConditionKind.APPRAISAL


@dataclass(frozen=True, slots=True)
class FieldCondition(_Asked):
    """Field of study (专业) is in the list; a name that is not in it goes to a person, for names differ by year."""

    fields: tuple[str, ...]
    kind: ClassVar[ConditionKind] = ConditionKind.FIELD_OF_STUDY


@dataclass(frozen=True, slots=True)
class JudgedCondition(_Asked):
    """A condition in the organiser's own words that only a person can judge."""

    text: str
    kind: ClassVar[ConditionKind] = ConditionKind.JUDGED


@dataclass(frozen=True, slots=True)
class PresentLevelCondition(_Asked):
    """The post held on the reference date is of this level or above (现任职务)."""

    level: PostLevel
    kind: ClassVar[ConditionKind] = ConditionKind.PRESENT_LEVEL


@dataclass(frozen=True, slots=True)
class CertificateCondition(_Asked):
    """One of these certificates is held (资格证书); a name that is not in the list goes to a person."""

    names: tuple[str, ...]
    kind: ClassVar[ConditionKind] = ConditionKind.CERTIFICATE


@dataclass(frozen=True, slots=True)
class AreaCondition(_Asked):
    """Works or is registered in one of these areas (地域范围); another name goes to a person."""

    areas: tuple[str, ...]
    kind: ClassVar[ConditionKind] = ConditionKind.AREA


@dataclass(frozen=True, slots=True)
class EitherCondition(_Asked):
    """At least one of the parts is met (符合下列条件之一)."""

    parts: "tuple[Condition, ...]"
    kind: ClassVar[ConditionKind] = ConditionKind.EITHER


@dataclass(frozen=True, slots=True)
class AllCondition(_Asked):
    """Every part is met (同时符合): of use as a part of an EitherCondition."""

    parts: "tuple[Condition, ...]"
    kind: ClassVar[ConditionKind] = ConditionKind.ALL


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
    | PresentLevelCondition
    | CertificateCondition
    | AreaCondition
    | EitherCondition
    | AllCondition
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


def leaves(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The single conditions, those inside groups included."""
    for condition in conditions:
        if isinstance(condition, EitherCondition | AllCondition):
            yield from leaves(condition.parts)
        else:
            yield condition


def joined(condition: Condition, other: Condition, kind: ConditionKind) -> Condition:
    """Two conditions as one group under the first one's number; a group of that kind takes the other in."""
    group = EitherCondition if kind is ConditionKind.EITHER else AllCondition
    parts = condition.parts if isinstance(condition, group) else (replace(condition, strict=False),)
    new = replace(other, number=condition.number, strict=False)
    return group(condition.number, (*parts, new), strict=condition.strict)


def condition_to_plain(condition: Condition) -> dict[str, object]:
    """The condition as plain data: `kind`, `number` and its parameters; parameters not used are left out."""
    plain: dict[str, object] = {"number": condition.number, "kind": condition.kind.value}
    for parameter in fields(condition):
        value = getattr(condition, parameter.name)
        if parameter.name == "number" or value is None or value is False:
            continue
        if parameter.name == "parts":
            value = [{key: one for key, one in condition_to_plain(part).items() if key != "number"} for part in value]
        elif isinstance(value, date):
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
    return _read(reader, reader.text("number", most=20), _DEEPEST)


def _read(reader: SectionReader, number: str, depth: int) -> Condition:
    before = len(reader.problems)
    kind = reader.choice("kind", ConditionKind)
    if len(reader.problems) > before:  # without its kind, nothing more can be said of it
        return JudgedCondition(number, "")
    condition = _read_group(reader, number, kind, depth) if kind in GROUPS else _read_kind(reader, number, kind)
    condition = replace(condition, strict=reader.flag("strict"))
    reader.finish()
    return condition


def _read_group(reader: SectionReader, number: str, kind: ConditionKind, depth: int) -> Condition:
    if depth == 0 and reader.has("parts"):
        reader.report("parts", N_("Groups of conditions stand in one another at most {most} deep."), most=_DEEPEST)
        return JudgedCondition(number, "")
    parts = tuple(_read(one, number, depth - 1) for one in reader.tables("parts"))
    if not _FEWEST_PARTS <= len(parts) <= _MOST_PARTS:
        reader.report("parts", N_("A group has {least} to {most} parts."), least=_FEWEST_PARTS, most=_MOST_PARTS)
    return EitherCondition(number, parts) if kind is ConditionKind.EITHER else AllCondition(number, parts)


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
        case ConditionKind.PRESENT_LEVEL:
            return PresentLevelCondition(number, reader.choice("level", PostLevel))
        case ConditionKind.CERTIFICATE:
            return CertificateCondition(number, reader.texts("names", most=200))
        case ConditionKind.AREA:
            return AreaCondition(number, reader.texts("areas", most=200))
        case _:
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
