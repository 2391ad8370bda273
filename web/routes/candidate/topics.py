"""The topics of a registration, one page each: which fields they hold, and how far each has come."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Problem
from core.words import N_, Sentence
from exam.conditions import Condition, JudgedCondition, leaves
from exam.eligibility import Outcome, Verdict
from exam.nomination import asks_nomination
from exam.registration import FIELD_WORDS, PAPER_WORDS, Checked, PaperKind
from exam.terms import Terms


class Topic(StrEnum):
    """A page of the registration; the value is its address."""

    CONDITIONS = "conditions"
    NOMINATION = "nomination"
    PERSON = "person"
    EDUCATION = "education"
    POSTS = "posts"
    APPRAISALS = "appraisals"
    RELATIONS = "relations"
    STATEMENTS = "statements"
    ACCOMMODATION = "accommodation"
    PAPERS = "papers"
    CHECK = "check"


TOPIC_WORDS = {
    Topic.CONDITIONS: N_("Whether you meet the conditions"),
    Topic.PERSON: N_("Person and work unit"),
    Topic.EDUCATION: FIELD_WORDS["education"],
    Topic.POSTS: FIELD_WORDS["posts"],
    Topic.APPRAISALS: N_("Appraisals, awards and penalties"),
    Topic.NOMINATION: FIELD_WORDS["nomination"],
    Topic.RELATIONS: FIELD_WORDS["relations"],
    Topic.STATEMENTS: FIELD_WORDS["statements"],
    Topic.ACCOMMODATION: FIELD_WORDS["accommodation"],
    Topic.PAPERS: N_("Photo and papers"),
    Topic.CHECK: N_("Check everything and submit"),
}

FIELDS: Mapping[Topic, tuple[str, ...]] = {
    Topic.CONDITIONS: ("exceptions",),
    Topic.PERSON: ("sex", "birth_date", "ethnicity", "political_status", "unit", "position", "work_began", "area"),
    Topic.NOMINATION: ("nomination",),
    Topic.RELATIONS: ("relations",),
    Topic.EDUCATION: ("education",),
    Topic.POSTS: ("posts",),
    Topic.APPRAISALS: ("appraisals", "certificates", "awards"),
    Topic.STATEMENTS: ("statements",),
    Topic.ACCOMMODATION: ("accommodation",),
    Topic.PAPERS: tuple(f"papers.{kind}" for kind in PaperKind),
    Topic.CHECK: ("pledge",),
}
"""The fields of the form (exam.registration) that each page holds."""

TYPED = (
    Topic.NOMINATION, Topic.PERSON, Topic.EDUCATION, Topic.POSTS, Topic.APPRAISALS, Topic.RELATIONS, Topic.STATEMENTS,
    Topic.ACCOMMODATION,
)  # fmt: skip
"""The pages that are filled in, in the order of the list."""

_ROW = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list: the topic, its state in words and by shape, and whether it stops the submission."""

    topic: Topic
    word: Sentence
    kind: str
    stops: bool = False


def topic_of(field: str) -> Topic:
    """The page on which a field, as problems and remarks name it, is filled in."""
    if field.startswith("papers"):
        return Topic.PAPERS
    name = re.split(r"[.\[]", field, maxsplit=1)[0]
    return next((topic for topic, fields in FIELDS.items() if name in fields), Topic.CHECK)


def field_words(field: str) -> Sentence:
    """A field's name as people read it; an entry of a list with its number."""
    if field.startswith("papers."):
        return Sentence(PAPER_WORDS[PaperKind(field.removeprefix("papers."))])
    name, _, rest = field.partition("[") if "[" in field else field.partition(".")
    words = Sentence(FIELD_WORDS[name]) if name in FIELD_WORDS else Sentence(N_("Registration"))
    row = _ROW.search(field)
    if row:
        return Sentence(N_("{name}, entry {row}"), {"name": words, "row": row[1]})
    return Sentence(N_("{name}, condition {number}"), {"name": words, "number": rest}) if rest else words


def shown_topics(conditions: Iterable[Condition], terms: Terms) -> tuple[Topic, ...]:
    """The pages to be filled in for a post; some only where a condition or the terms of the selection ask for them."""
    asked = {
        Topic.STATEMENTS: any(isinstance(condition, JudgedCondition) for condition in leaves(conditions)),
        Topic.NOMINATION: asks_nomination(terms),
        Topic.RELATIONS: terms.relations,
    }
    return tuple(topic for topic in TYPED if asked.get(topic, True))


def placed(problems: Iterable[Problem]) -> list[Problem]:
    """The problems of a whole form as its summary shows them: each names its field and links to its topic."""
    return [
        Problem(
            "{name}: {problem}",
            {"name": field_words(problem.field), "problem": Sentence(problem.sentence, problem.facts)},
            topic_of(problem.field).value,
        )
        for problem in problems
    ]


def tasks(
    form: Mapping[str, object], checked: Checked, conditions: Collection[Condition], terms: Terms
) -> tuple[Task, ...]:
    """Every page with its state, the last one being the submission."""
    wrong: dict[Topic, list[Problem]] = {topic: [] for topic in Topic}
    for problem in checked.problems:
        wrong[topic_of(problem.field)].append(problem)
    pages = [_conditions_task(checked.verdicts, wrong[Topic.CONDITIONS])]
    pages += [_typed_task(topic, form, wrong[topic]) for topic in shown_topics(conditions, terms)]
    pages.append(_papers_task(wrong[Topic.PAPERS]))
    ready = not any(wrong[topic] for topic in Topic if topic is not Topic.CHECK)
    word = Sentence(N_("Can be submitted")) if ready else Sentence(N_("Not yet possible"))
    return (*pages, Task(Topic.CHECK, word, "attention" if ready else "none"))


def done(found: Sequence[Task]) -> int:
    """How many tasks do not stop the submission any more; the submission itself is not counted."""
    return sum(not task.stops for task in found if task.topic is not Topic.CHECK)


def _conditions_task(verdicts: Sequence[Verdict], wrong: Sequence[Problem]) -> Task:
    count = {outcome: sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome}
    if wrong:
        return Task(Topic.CONDITIONS, Sentence(N_("Not met: {count}"), {"count": len(wrong)}), "problem", stops=True)
    if count[Outcome.NOT_MET]:
        return Task(
            Topic.CONDITIONS, Sentence(N_("Exception asked for: {count}"), {"count": count[Outcome.NOT_MET]}),
            "attention",
        )  # fmt: skip
    if count[Outcome.NEEDS_PAPERS]:
        open_ones = Sentence(N_("Still open: {count}"), {"count": count[Outcome.NEEDS_PAPERS]})
        return Task(Topic.CONDITIONS, open_ones, "attention")
    return Task(Topic.CONDITIONS, Sentence(N_("Nothing against it")), "done")


def _typed_task(topic: Topic, form: Mapping[str, object], wrong: Sequence[Problem]) -> Task:
    missing = sum(not form.get(problem.field) for problem in wrong if problem.field in FIELDS[topic])
    if len(wrong) > missing:
        to_correct = Sentence(N_("To correct here: {count}"), {"count": len(wrong) - missing})
        return Task(topic, to_correct, "problem", stops=True)
    begun = any(field in form for field in FIELDS[topic])
    if missing and begun:
        return Task(topic, Sentence(N_("Still missing: {count}"), {"count": missing}), "running", stops=True)
    if missing:
        return Task(topic, Sentence(N_("Not begun")), "none", stops=True)
    if not begun:
        return Task(topic, Sentence(N_("May stay empty")), "none")
    return Task(topic, Sentence(N_("Done")), "done")


def _papers_task(wrong: Sequence[Problem]) -> Task:
    if wrong:
        return Task(Topic.PAPERS, Sentence(N_("Still missing: {count}"), {"count": len(wrong)}), "running", stops=True)
    return Task(Topic.PAPERS, Sentence(N_("Done")), "done")
