"""Everything that stands in a registration, topic by topic, as the candidate looks it through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.words import N_, Sentence
from exam.applicant import (
    APPRAISAL_WORDS,
    POLITICAL_WORDS,
    AppraisalGrade,
    CandidateFacts,
    PoliticalStatus,
)
from exam.careers import Month
from exam.identity import SEX_WORDS, Sex
from exam.registration import PAPER_WORDS, PaperKind
from web.declared import course_words, nomination_lines, post_words, relation_lines
from web.routes.candidate.own import Own
from web.routes.candidate.topics import FIELDS, TOPIC_WORDS, Topic, field_words, shown_topics

Row = tuple[object, object]


@dataclass(frozen=True, slots=True)
class Section:
    """One topic as it was filled in; `anchor` is where the error summary leads, `href` the page to change it."""

    anchor: str
    title: str
    rows: tuple[Row, ...]
    href: str


def sections(own: Own) -> list[Section]:
    """Every topic of a registration with what stands in it."""
    found = [
        Section(topic.value, TOPIC_WORDS[topic], tuple(_rows(own, topic)), _href(own, topic))
        for topic in (*shown_topics(own.conditions, own.terms), Topic.PAPERS)
    ]
    if own.form.get("exceptions") or any(problem.field.startswith("exceptions") for problem in own.checked.problems):
        rows = tuple(
            (field_words(f"exceptions.{number}"), text) for number, text in own.form.get("exceptions", {}).items()
        )
        found.append(
            Section(Topic.CONDITIONS.value, field_words("exceptions").source, rows, _href(own, Topic.CONDITIONS))
        )
    return found


def _href(own: Own, topic: Topic) -> str:
    return f"{own.path}/{topic}" if any(own.may_change(field) for field in FIELDS[topic]) else ""


def _rows(own: Own, topic: Topic) -> list[Row]:
    form, facts = own.form, own.checked.facts
    match topic:
        case Topic.PERSON:
            return _person(form)
        case Topic.EDUCATION:
            return [(_entry(row), course_words(course)) for row, course in enumerate(facts.education, start=1)]
        case Topic.POSTS:
            return [(_entry(row), post_words(post)) for row, post in enumerate(facts.posts, start=1)]
        case Topic.APPRAISALS:
            certificates: list[Row] = [(field_words("certificates"), one) for one in facts.certificates]
            return [*_appraisals(facts), *certificates, *_texts(form, "awards")]
        case Topic.NOMINATION:
            return [(field_words("nomination"), line) for line in nomination_lines(form.get("nomination") or {})]
        case Topic.RELATIONS:
            return [(_entry(row), one) for row, one in enumerate(relation_lines(form.get("relations") or ()), start=1)]
        case Topic.STATEMENTS:
            return [(field_words(f"statements.{key}"), text) for key, text in facts.statements.items()]
        case Topic.ACCOMMODATION:
            return _texts(form, "accommodation")
        case _:
            return [(Sentence(PAPER_WORDS[PaperKind(paper.kind)]), paper.name) for paper in own.papers]


def _person(form: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    if form.get("sex"):
        rows.append((field_words("sex"), Sentence(SEX_WORDS[Sex(form["sex"])])))
    if form.get("birth_date"):
        rows.append((field_words("birth_date"), date.fromisoformat(form["birth_date"])))
    rows += _texts(form, "ethnicity")
    if form.get("political_status"):
        status = PoliticalStatus(form["political_status"])
        rows.append((field_words("political_status"), Sentence(POLITICAL_WORDS[status])))
    rows += _texts(form, "unit", "position")
    if form.get("work_began"):
        rows.append((field_words("work_began"), Month.parse(form["work_began"]).words()))
    return rows + _texts(form, "area")


def _texts(form: Mapping[str, Any], *names: str) -> list[Row]:
    return [(field_words(name), form[name]) for name in names if form.get(name)]


def _entry(row: int) -> Sentence:
    return Sentence(N_("Entry {row}"), {"row": row})


def _appraisals(facts: CandidateFacts) -> list[Row]:
    return [
        (Sentence(N_("Annual appraisal {year}"), {"year": str(year)}), Sentence(APPRAISAL_WORDS[AppraisalGrade(grade)]))
        for year, grade in sorted(facts.appraisals.items(), reverse=True)
    ]
