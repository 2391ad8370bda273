"""What stands in a submitted registration, as rows of a page, for whoever reads it and does not fill it in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.words import N_, Sentence
from exam.applicant import (
    APPRAISAL_WORDS,
    DEGREE_WORDS,
    EDUCATION_WORDS,
    POLITICAL_WORDS,
    AppraisalGrade,
    CandidateFacts,
    Education,
    PoliticalStatus,
)
from exam.careers import LEVEL_WORDS, Month, PostHeld
from exam.identity import SEX_WORDS, Sex
from exam.registration import FIELD_WORDS, read_facts
from exam.terms import CHANNEL_WORDS, Channel


@dataclass(frozen=True, slots=True)
class Declared:
    """One field with everything declared in it, line by line; `corrected` if the version before said otherwise."""

    field: str
    words: Sentence
    lines: tuple[object, ...]
    corrected: bool = False


_LINES = ("ethnicity", "unit", "position", "area", "awards", "accommodation")


def declared(form: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[Declared]:
    """Every filled field of a submitted form, in the order of the form; `before` is the version it corrects."""
    facts, _ = read_facts(form)
    return [
        Declared(name, Sentence(words), lines, before is not None and before.get(name) != form.get(name))
        for name, words in FIELD_WORDS.items()
        if (lines := tuple(_lines(name, form, facts)))
    ]


def _lines(name: str, form: Mapping[str, Any], facts: CandidateFacts) -> Iterator[object]:
    value = form.get(name)
    if not value:
        return
    match name:
        case "birth_date":
            yield date.fromisoformat(value)
        case "sex":
            yield Sentence(SEX_WORDS[Sex(value)])
        case "political_status":
            yield Sentence(POLITICAL_WORDS[PoliticalStatus(value)])
        case "work_began":
            yield Month.parse(value).words()
        case "education":
            yield from map(course_words, facts.education)
        case "posts":
            yield from map(post_words, facts.posts)
        case "appraisals":
            for year, grade in sorted(facts.appraisals.items(), reverse=True):
                yield _pair(str(year), Sentence(APPRAISAL_WORDS[AppraisalGrade(grade)]))
        case "nomination":
            yield from nomination_lines(value)
        case "relations":
            yield from relation_lines(value)
        case "statements" | "exceptions":
            for number, text in sorted(value.items()):
                yield _pair(Sentence(N_("Condition {number}"), {"number": number}), text)
        case "certificates":
            yield from value
        case _ if name in _LINES:
            yield value


def nomination_lines(raw: Mapping[str, Any]) -> Iterator[object]:
    """By which road, by whom and why somebody stands."""
    if raw.get("channel") in set(Channel):
        yield Sentence(CHANNEL_WORDS[Channel(raw["channel"])])
    yield from (raw[name] for name in ("by", "reasons") if raw.get(name))
    if raw.get("consent"):
        yield Sentence(N_("I consent to the nomination."))


def relation_lines(raw: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The people somebody is related to, one line each."""
    for one in raw:
        yield "　".join(one[name] for name in ("title", "name", "unit", "post") if one.get(name))


def _pair(name: object, value: object) -> Sentence:
    return Sentence(N_("{name}: {value}"), {"name": name, "value": value})


def course_words(course: Education) -> Sentence:
    """One course of study in a line."""
    facts = {
        "level": Sentence(EDUCATION_WORDS[course.level]),
        "degree": Sentence(DEGREE_WORDS[course.degree]),
        "kind": Sentence(N_("Full-time") if course.full_time else N_("In-service")),
        "school": course.school,
        "field": course.field_of_study,
        "month": course.graduated.words() if course.graduated else Sentence(N_("Not finished yet")),
    }
    return Sentence(N_("{level}, {degree}, {kind}: {school} {field}, {month}"), facts)


def post_words(held: PostHeld) -> Sentence:
    """One post held in a line."""
    facts = {
        "since": held.since.words(),
        "until": held.until.words() if held.until else Sentence(N_("now")),
        "unit": held.unit,
        "title": held.title,
        "level": Sentence(LEVEL_WORDS[held.level]) if held.level else Sentence(N_("Level not given")),
    }
    return Sentence(N_("{since} to {until}: {unit}, {title} ({level})"), facts)
