"""Judging a candidate's declared facts against the conditions of a post, with the datum each verdict rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.words import N_, Sentence
from exam.applicant import (
    APPRAISAL_WORDS,
    DEGREE_WORDS,
    EDUCATION_WORDS,
    POLITICAL_WORDS,
    AppraisalGrade,
    CandidateFacts,
    Degree,
    Education,
    EducationLevel,
    reaches,
)
from exam.careers import LEVEL_WORDS, Month, PostHeld, PostLevel, duration, gaps, months_held
from exam.condition_words import ALL, EITHER, chained, condition_words
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
    EligibilityRules,
    FieldCondition,
    JudgedCondition,
    LevelCondition,
    PoliticalCondition,
    PresentLevelCondition,
    ServiceCondition,
)
from exam.identity import fold_text

_PER_YEAR = 12


class Outcome(StrEnum):
    """What the entered data say about one condition; only vetting by people is final."""

    MET = "met"
    NOT_MET = "not_met"
    NEEDS_PAPERS = "needs_papers"
    NEEDS_PERSON = "needs_person"


OUTCOME_WORDS = {
    Outcome.MET: N_("Met"),
    Outcome.NOT_MET: N_("Not met"),
    Outcome.NEEDS_PAPERS: N_("Needs papers"),
    Outcome.NEEDS_PERSON: N_("Needs a person's judgement"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition judged: its number, its words, the outcome, and the datum it was decided on.

    `strict` is that of the condition: no exception can be asked for.
    """

    number: str
    words: Sentence
    outcome: Outcome
    datum: Sentence
    strict: bool = False


Found = tuple[Outcome, Sentence]


def judge(condition: Condition, facts: CandidateFacts, reference_date: date) -> Verdict:
    """Judge one condition on what the candidate has entered, counted to the reference date."""
    outcome, datum = _found(condition, facts, reference_date)
    return Verdict(condition.number, condition_words(condition, reference_date), outcome, datum, condition.strict)


def judge_post(rules: EligibilityRules, code: str, facts: CandidateFacts) -> tuple[Verdict, ...]:
    """Every condition of a post judged, in the order of the announcement."""
    return tuple(judge(condition, facts, rules.reference_date) for condition in rules.for_post(code))


def overall(verdicts: Iterable[Verdict]) -> Outcome:
    """One word for all: not met, else needs papers, else needs a person, else met."""
    return _worst({verdict.outcome for verdict in verdicts})


def _worst(outcomes: set[Outcome]) -> Outcome:
    for outcome in (Outcome.NOT_MET, Outcome.NEEDS_PAPERS, Outcome.NEEDS_PERSON):
        if outcome in outcomes:
            return outcome
    return Outcome.MET


def age_on(born: date, day: date) -> int:
    """Full years of age on a day, completed on the birthday; who is born on 29 February completes on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _found(condition: Condition, facts: CandidateFacts, day: date) -> Found:
    match condition:
        case AgeCondition():
            return _age(condition, facts, condition.on or day)
        case EducationCondition():
            return _education(condition, facts, day)
        case DegreeCondition():
            return _degree(condition, facts, day)
        case ServiceCondition():
            return _service(condition, facts, day)
        case LevelCondition():
            return _level(condition, facts, day)
        case PoliticalCondition():
            return _political(condition, facts)
        case AppraisalCondition():
            return _appraisals(condition, facts, day)
        case FieldCondition():
            return _field(condition, facts)
        case PresentLevelCondition():
            return _present_level(condition, facts, day)
        case CertificateCondition(names=names):
            return _named(names, facts.certificates)
        case AreaCondition(areas=areas):
            return _named(areas, (facts.area,) if facts.area.strip() else ())
        case EitherCondition():
            return _either(condition, facts, day)
        case AllCondition():
            return _all(condition, facts, day)
        case JudgedCondition():
            return _judged(condition, facts)


def _met(is_met: bool) -> Outcome:
    return Outcome.MET if is_met else Outcome.NOT_MET


def _nothing() -> Found:
    return Outcome.NEEDS_PAPERS, Sentence(N_("Not filled in yet."))


def _age(condition: AgeCondition, facts: CandidateFacts, day: date) -> Found:
    if facts.birth_date is None:
        return _nothing()
    age = age_on(facts.birth_date, day)
    old_enough = condition.minimum is None or age >= condition.minimum
    young_enough = condition.maximum is None or age <= condition.maximum
    datum = Sentence(
        N_("Born on {born}; {age} full years of age on {day}."),
        {"born": facts.birth_date, "age": age, "day": day},
    )
    return _met(old_enough and young_enough), datum


def _finished(facts: CandidateFacts, day: date) -> tuple[Education, ...]:
    return tuple(one for one in facts.education if one.graduated and one.graduated <= Month.of(day))


def _education(condition: EducationCondition, facts: CandidateFacts, day: date) -> Found:
    if not facts.education:
        return _nothing()
    counted = [one for one in _finished(facts, day) if one.full_time or not condition.full_time]
    if not counted:
        source = (
            N_("No full-time education finished by {day} is entered.")
            if condition.full_time
            else N_("No education finished by {day} is entered.")
        )
        return Outcome.NOT_MET, Sentence(source, {"day": day})
    best = max(counted, key=lambda one: list(EducationLevel).index(one.level))
    datum = Sentence(
        N_("{level}, {school}, finished {month}."),
        {"level": Sentence(EDUCATION_WORDS[best.level]), "school": best.school, "month": _month(best)},
    )
    return _met(reaches(best.level, condition.level)), datum


def _degree(condition: DegreeCondition, facts: CandidateFacts, day: date) -> Found:
    if not facts.education:
        return _nothing()
    finished = _finished(facts, day)
    if not finished:
        return Outcome.NOT_MET, Sentence(N_("No education finished by {day} is entered."), {"day": day})
    best = max(finished, key=lambda one: list(Degree).index(one.degree))
    datum = Sentence(
        N_("{degree}, {school}, {month}."),
        {"degree": Sentence(DEGREE_WORDS[best.degree]), "school": best.school, "month": _month(best)},
    )
    return _met(reaches(best.degree, condition.degree)), datum


def _month(course: Education) -> Sentence:
    return course.graduated.words() if course.graduated else Sentence("")


def _service(condition: ServiceCondition, facts: CandidateFacts, day: date) -> Found:
    if not facts.posts:
        return _nothing()
    through = Month.of(day)
    held = months_held(facts.posts, through)
    idle = sum(gap.months for gap in gaps(facts.posts, through))
    source = (
        N_("The posts entered cover {held} up to {day}; {idle} without a post are left out.")
        if idle
        else N_("The posts entered cover {held} up to {day}.")
    )
    datum = Sentence(source, {"held": duration(held), "idle": duration(idle), "day": day})
    return _met(held >= condition.years * _PER_YEAR), datum


def _level(condition: LevelCondition, facts: CandidateFacts, day: date) -> Found:
    if not facts.posts:
        return _nothing()
    through = Month.of(day)
    needed = condition.years * _PER_YEAR
    known = [post for post in facts.posts if _at(post, condition.level)]
    unknown = [post for post in facts.posts if post.level is None]
    held = months_held(known, through)
    if held < needed <= months_held(known + unknown, through):
        post = unknown[-1]
        datum = Sentence(
            N_("{title}, from {month}: the level of this post is not given."),
            {"title": post.title, "month": post.since.words()},
        )
        return Outcome.NEEDS_PAPERS, datum
    datum = Sentence(
        N_("The posts entered of this level or above cover {held} up to {day}."),
        {"held": duration(held), "day": day},
    )
    return _met(held >= needed), datum


def _at(post: PostHeld, level: PostLevel) -> bool:
    return post.level is not None and reaches(post.level, level)


def _political(condition: PoliticalCondition, facts: CandidateFacts) -> Found:
    if facts.political_status is None:
        return _nothing()
    datum = Sentence(N_("Entered: {status}."), {"status": Sentence(POLITICAL_WORDS[facts.political_status])})
    return _met(facts.political_status in condition.statuses), datum


def _appraisals(condition: AppraisalCondition, facts: CandidateFacts, day: date) -> Found:
    years = range(day.year - condition.years, day.year)
    datum = Sentence(N_("Appraisals: {years}."), {"years": tuple(_appraised(facts, year) for year in years)})
    grades = [facts.appraisals.get(year) for year in years]
    graded = [grade for grade in grades if grade not in (None, AppraisalGrade.UNGRADED)]
    if not all(grade and reaches(grade, condition.grade) for grade in graded):
        return Outcome.NOT_MET, datum
    if None in grades:
        return Outcome.NEEDS_PAPERS, datum
    return (Outcome.MET if len(graded) == len(grades) else Outcome.NEEDS_PERSON), datum


def _appraised(facts: CandidateFacts, year: int) -> Sentence:
    grade = facts.appraisals.get(year)
    if grade is None:
        return Sentence(N_("{year} not entered"), {"year": str(year)})
    return Sentence(N_("{year} {grade}"), {"year": str(year), "grade": Sentence(APPRAISAL_WORDS[grade])})


def _field(condition: FieldCondition, facts: CandidateFacts) -> Found:
    studied = [one.field_of_study for one in facts.education if one.field_of_study.strip()]
    if not studied:
        return _nothing()
    wanted = {fold_text(name) for name in condition.fields}
    for name in studied:
        if fold_text(name) in wanted:
            return Outcome.MET, Sentence(N_("Field of study entered: {fields}."), {"fields": name})
    datum = Sentence(
        N_("Field of study entered: {fields}; not in the list by this name, so a person compares them."),
        {"fields": tuple(studied)},
    )
    return Outcome.NEEDS_PERSON, datum


def _present_level(condition: PresentLevelCondition, facts: CandidateFacts, day: date) -> Found:
    if not facts.posts:
        return _nothing()
    through = Month.of(day)
    held = [post for post in facts.posts if post.since <= through and (post.until is None or post.until >= through)]
    if not held:
        return Outcome.NOT_MET, Sentence(N_("No post held on {day} is entered."), {"day": day})
    post = next((one for one in held if _at(one, condition.level)), held[-1])
    if post.level is None:
        facts_of = {"title": post.title, "month": post.since.words()}
        return Outcome.NEEDS_PAPERS, Sentence(
            N_("{title}, from {month}: the level of this post is not given."), facts_of
        )
    datum = Sentence(
        N_("{title}, {unit}: {level}."),
        {"title": post.title, "unit": post.unit, "level": Sentence(LEVEL_WORDS[post.level])},
    )
    return _met(_at(post, condition.level)), datum


def _named(wanted: tuple[str, ...], entered: tuple[str, ...]) -> Found:
    """Whether one of the names entered is in the list; another name is for a person to compare."""
    if not entered:
        return _nothing()
    listed = {fold_text(name) for name in wanted}
    for name in entered:
        if fold_text(name) in listed:
            return Outcome.MET, Sentence(N_("Entered: {name}."), {"name": name})
    datum = Sentence(N_("Entered: {name}; not in the list by this name, so a person compares them."), {"name": entered})
    return Outcome.NEEDS_PERSON, datum


_HOPE = (Outcome.MET, Outcome.NEEDS_PERSON, Outcome.NEEDS_PAPERS, Outcome.NOT_MET)
"""What counts most where one part is enough."""


def _either(condition: EitherCondition, facts: CandidateFacts, day: date) -> Found:
    found = [_found(part, facts, day) for part in condition.parts]
    best = min((outcome for outcome, _ in found), key=_HOPE.index)
    return best, chained(EITHER, tuple(datum for outcome, datum in found if outcome is best))


def _all(condition: AllCondition, facts: CandidateFacts, day: date) -> Found:
    found = [_found(part, facts, day) for part in condition.parts]
    worst = _worst({outcome for outcome, _ in found})
    return worst, chained(ALL, tuple(datum for outcome, datum in found if outcome is worst))


def _judged(condition: JudgedCondition, facts: CandidateFacts) -> Found:
    statement = facts.statements.get(condition.number, "").strip()
    if not statement:
        return Outcome.NEEDS_PERSON, Sentence(N_("Nothing is stated yet; a vetter judges by the papers."))
    return Outcome.NEEDS_PERSON, Sentence(N_("Stated: {statement}"), {"statement": statement})
