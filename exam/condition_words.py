"""The conditions of a post in words, for the announcement, the form and beside each verdict."""

from datetime import date

from core.words import N_, Sentence
from exam.applicant import APPRAISAL_WORDS, DEGREE_WORDS, EDUCATION_WORDS, POLITICAL_WORDS
from exam.careers import LEVEL_WORDS
from exam.conditions import (
    AgeCondition,
    AllCondition,
    AppraisalCondition,
    AreaCondition,
    CertificateCondition,
    Condition,
    DegreeCondition,
    EducationCondition,
    EitherCondition,
    FieldCondition,
    JudgedCondition,
    LevelCondition,
    PoliticalCondition,
    PresentLevelCondition,
    ServiceCondition,
)


def condition_words(condition: Condition, reference_date: date) -> Sentence:
    """The condition as a sentence; one from which no exception can be granted says so."""
    words = _words(condition, reference_date)
    return Sentence(N_("{words} No exception can be asked for."), {"words": words}) if condition.strict else words


def chained(source: str, sentences: tuple[Sentence, ...]) -> Sentence:
    """Several sentences as one, joined two by two by a source with {one} and {other}."""
    whole = sentences[0]
    for sentence in sentences[1:]:
        whole = Sentence(source, {"one": whole, "other": sentence})
    return whole


EITHER = N_("{one} Or: {other}")
ALL = N_("{one} And: {other}")


def _part(condition: Condition, day: date) -> Sentence:
    words = _words(condition, day)
    if isinstance(condition, EitherCondition | AllCondition):
        return Sentence(N_("({words})"), {"words": words})
    return words


def _words(condition: Condition, reference_date: date) -> Sentence:
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
        case PresentLevelCondition(level=level):
            return Sentence(
                N_("Now in a post of {level} or above, on {day}."),
                {"level": Sentence(LEVEL_WORDS[level]), "day": reference_date},
            )
        case CertificateCondition(names=names):
            return Sentence(N_("Holds one of these certificates: {names}."), {"names": names})
        case AreaCondition(areas=areas):
            return Sentence(N_("Works or is registered in: {areas}."), {"areas": areas})
        case EitherCondition(parts=parts):
            return chained(EITHER, tuple(_part(one, reference_date) for one in parts))
        case AllCondition(parts=parts):
            return chained(ALL, tuple(_part(one, reference_date) for one in parts))
        case JudgedCondition(text=text):
            return Sentence(N_("{text}"), {"text": text})


def _age_words(condition: AgeCondition, day: date) -> Sentence:
    facts = {"minimum": condition.minimum, "maximum": condition.maximum, "day": day}
    if condition.minimum is None:
        return Sentence(N_("Age {maximum} or under, counted to {day}."), facts)
    if condition.maximum is None:
        return Sentence(N_("Age {minimum} or over, counted to {day}."), facts)
    return Sentence(N_("Age {minimum} to {maximum}, counted to {day}."), facts)
