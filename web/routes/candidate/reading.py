"""What a candidate types, read into the fields of the registration form; every problem named, nothing typed lost."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.errors import Refusal
from core.words import N_
from exam.applicant import AppraisalGrade, Degree, EducationLevel, PoliticalStatus
from exam.careers import Month, PostLevel
from exam.conditions import AppraisalCondition, Condition, JudgedCondition, leaves
from exam.identity import Sex
from exam.terms import Channel
from web.forms import Form
from web.routes.candidate.topics import FIELDS, Topic

Fields = dict[str, Any]

LONG_TEXT = 4000
STATEMENT = 1000
YEARS_ASKED = 3
"""Appraisals of the last full years are asked for even where no condition counts them."""

_LOOSE_MONTH = re.compile(r"([12]\d{3})\D{0,2}?(\d{1,2})\D?", re.ASCII)


def read_person(form: Form, _: Iterable[Condition], __: int) -> Fields:
    """Person and work unit; what is not filled in yet stays empty."""
    born = form.day("birth_date", required=False)
    return {
        "sex": form.choice("sex", list(Sex), required=False),
        "birth_date": born.isoformat() if born else "",
        "ethnicity": form.text("ethnicity", required=False, longest=40),
        "political_status": form.choice("political_status", list(PoliticalStatus), required=False),
        "unit": form.text("unit", required=False),
        "position": form.text("position", required=False),
        "work_began": read_month(form, "work_began", required=False),
        "area": form.text("area", required=False),
    }


def read_appraisals(form: Form, conditions: Iterable[Condition], year: int) -> Fields:
    """The grade of each year asked for, and awards and penalties."""
    grades = {
        str(asked): form.choice(f"appraisals.{asked}", list(AppraisalGrade), required=False)
        for asked in years_asked(conditions, year)
    }
    return {
        "appraisals": {asked: grade for asked, grade in grades.items() if grade},
        "certificates": read_lines(form, "certificates", most=20),
        "awards": form.text("awards", required=False, longest=LONG_TEXT),
    }


def read_nomination(form: Form, _: Iterable[Condition], __: int) -> Fields:
    """By which road, who nominates and why, and the candidate's consent."""
    return {
        "nomination": {
            "channel": form.choice("nomination.channel", list(Channel)),
            "by": form.text("nomination.by", required=False),
            "reasons": form.text("nomination.reasons", required=False, longest=LONG_TEXT),
            "consent": form.ticked("nomination.consent"),
        }
    }


def read_statements(form: Form, conditions: Iterable[Condition], _: int) -> Fields:
    """The candidate's own words on each condition that only a person can judge."""
    return {"statements": read_numbered(form, "statements", statement_conditions(conditions))}


def read_accommodation(form: Form, _: Iterable[Condition], __: int) -> Fields:
    """What help is needed in the exam (合理便利)."""
    return {"accommodation": form.text("accommodation", required=False, longest=LONG_TEXT)}


READERS: Mapping[Topic, Callable[[Form, Iterable[Condition], int], Fields]] = {
    Topic.NOMINATION: read_nomination,
    Topic.PERSON: read_person,
    Topic.APPRAISALS: read_appraisals,
    Topic.STATEMENTS: read_statements,
    Topic.ACCOMMODATION: read_accommodation,
}


def read_course(form: Form) -> Fields:
    """One course of study; the month is left empty while it goes on."""
    return {
        "level": form.choice("level", list(EducationLevel)),
        "degree": form.choice("degree", list(Degree)),
        "school": form.text("school"),
        "field_of_study": form.text("field_of_study", required=False),
        "graduated": read_month(form, "graduated", required=False) or None,
        "full_time": form.choice("full_time", ["1", "0"]) == "1",
    }


def read_post(form: Form) -> Fields:
    """One post held; the last month is left empty while it is held."""
    return {
        "since": read_month(form, "since"),
        "until": read_month(form, "until", required=False) or None,
        "unit": form.text("unit"),
        "title": form.text("title"),
        "level": form.choice("level", list(PostLevel), required=False) or None,
    }


def read_relation(form: Form) -> Fields:
    """One person of the family, or otherwise related."""
    return {
        "title": form.text("title", longest=40),
        "name": form.text("name", longest=100),
        "unit": form.text("unit", required=False),
        "post": form.text("post", required=False),
    }


def read_numbered(form: Form, name: str, conditions: Iterable[Condition]) -> dict[str, str]:
    """A text for each condition, by its number; empty ones are left out."""
    texts = {one.number: form.text(f"{name}.{one.number}", required=False, longest=STATEMENT) for one in conditions}
    return {number: text for number, text in texts.items() if text}


def read_lines(form: Form, name: str, *, most: int) -> list[str]:
    """A list typed one entry per line; empty lines are left out."""
    typed = form.text(name, required=False, longest=LONG_TEXT).splitlines()
    lines = [line.strip() for line in typed if line.strip()]
    if len(lines) > most or any(len(line) > 200 for line in lines):
        form.wrong(name, N_("At most {most} lines of 200 characters fit."), most=most)
    return lines


def read_month(form: Form, name: str, *, required: bool = True) -> str:
    """A month as people write it (2021-03, 2021.3, 2021年3月), kept as 2021-03."""
    text = form.text(name, required=required)
    if not text:
        return ""
    loose = _LOOSE_MONTH.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    try:
        return str(Month.parse(f"{loose[1]}-{int(loose[2]):02}" if loose else text))
    except Refusal:
        form.wrong(name, N_("Write the month as year and month, for example 2021-03."))
        return ""


def years_asked(conditions: Iterable[Condition], year: int) -> tuple[int, ...]:
    """The years whose appraisals are asked for, the last one first; `year` is that of the reference date."""
    counted = [one.years for one in leaves(conditions) if isinstance(one, AppraisalCondition)]
    return tuple(range(year - 1, year - 1 - max([YEARS_ASKED, *counted]), -1))


def statement_conditions(conditions: Iterable[Condition]) -> list[JudgedCondition]:
    """The conditions on which the candidate writes in their own words."""
    return [one for one in leaves(conditions) if isinstance(one, JudgedCondition)]


def filled(topic: Topic, form: Mapping[str, Any]) -> dict[str, object]:
    """The stored fields of a topic as its inputs show them; tables become one value per input."""
    values: dict[str, object] = {}
    for name in FIELDS[topic]:
        kept = form.get(name)
        if isinstance(kept, Mapping):
            values.update({f"{name}.{key}": value for key, value in kept.items()})
        elif isinstance(kept, list):
            values[name] = "\n".join(kept)
        elif kept is not None:
            values[name] = kept
    return values


def entry_values(entry: Mapping[str, Any]) -> dict[str, object]:
    """A stored course or post as its inputs show it."""
    return {name: ("1" if value else "0") if isinstance(value, bool) else value or "" for name, value in entry.items()}
