"""The registration form (报名登记表): its fields, what must be in it and with it, and what a correction may touch."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from core.errors import Problem, Refusal
from core.words import N_
from exam.applicant import CandidateFacts, facts_from_plain
from exam.careers import Month, check_posts
from exam.conditions import (
    AppraisalCondition,
    AreaCondition,
    CertificateCondition,
    Condition,
    LevelCondition,
    PresentLevelCondition,
    leaves,
)
from exam.eligibility import Outcome, Verdict, judge
from exam.identity import Sex
from exam.nomination import asks_nomination, check_nomination, read_nomination
from exam.relations import check_relations
from exam.terms import Channel, Terms

_PLAIN = Terms()
_EMPTY: Mapping[str, object] = MappingProxyType({})
_LINE_CAP = 200
_TEXT_CAP = 4000
_REASON_CAP = 1000
FILES_PER_KIND = 10

FACT_FIELDS = (
    "birth_date", "education", "posts", "political_status", "appraisals", "statements", "certificates", "area",
)  # fmt: skip
"""The part of the form that conditions are judged on (exam.applicant)."""

_REQUIRED_LINES = ("ethnicity", "unit", "position")
_TEXTS = ("awards", "accommodation")
_REQUIRED_FACTS = ("birth_date", "education", "posts", "political_status")

FORM_FIELDS = (
    "nomination", *FACT_FIELDS, "sex", *_REQUIRED_LINES, "work_began", "relations", *_TEXTS, "exceptions", "pledge",
)  # fmt: skip
"""Every field of the form; `exceptions` is a reason by condition number, `pledge` the promise of honesty (诚信承诺)."""

_ALWAYS_OPEN = ("exceptions",)
"""May be changed in every correction: what is corrected may leave a condition unmet that was met before."""

FIELD_WORDS = {
    "nomination": N_("How you come to stand"),
    "birth_date": N_("Date of birth"),
    "education": N_("Education and degrees"),
    "posts": N_("Posts held"),
    "political_status": N_("Political status"),
    "appraisals": N_("Annual appraisals"),
    "statements": N_("Statements on conditions"),
    "certificates": N_("Certificates"),
    "area": N_("Area of work or registration"),
    "sex": N_("Sex"),
    "ethnicity": N_("Ethnicity"),
    "unit": N_("Work unit"),
    "position": N_("Present post"),
    "work_began": N_("Began work in"),
    "awards": N_("Awards and penalties"),
    "relations": N_("Family and important relations"),
    "accommodation": N_("Help needed in the exam"),
    "exceptions": N_("Requests for an exception"),
    "pledge": N_("Promise of honesty"),
}


class PaperKind(StrEnum):
    """Kinds of files that go with a registration (报名材料)."""

    PHOTO = "photo"  # 照片
    IDENTITY = "identity"  # 身份证
    EDUCATION = "education"  # 学历学位证书
    APPOINTMENT = "appointment"  # 任职文件
    RECOMMENDATION = "recommendation"  # 报名推荐表
    PLEDGE = "pledge"  # 诚信承诺书
    NOMINATION = "nomination"  # 推荐材料
    OTHER = "other"


PAPER_WORDS = {
    PaperKind.PHOTO: N_("Photo"),
    PaperKind.IDENTITY: N_("Identity card"),
    PaperKind.EDUCATION: N_("Certificate of education or degree"),
    PaperKind.APPOINTMENT: N_("Document of appointment"),
    PaperKind.RECOMMENDATION: N_("Recommendation form with seal"),
    PaperKind.PLEDGE: N_("Signed promise of honesty"),
    PaperKind.NOMINATION: N_("Paper of the nomination"),
    PaperKind.OTHER: N_("Other paper"),
}

PAPER_FIELDS = tuple(f"papers.{kind}" for kind in PaperKind)
"""How a kind of paper is named where fields are named, for example in a return for correction."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A form looked through: the facts it declares, the verdict on each condition, everything that is wrong."""

    facts: CandidateFacts
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]


def required_papers(
    conditions: Iterable[Condition], terms: Terms = _PLAIN, form: Mapping[str, object] = _EMPTY
) -> tuple[PaperKind, ...]:
    """The kinds of which at least one file must be there: photo, education, appointments where posts count.

    The terms may ask for forms with seal or signature; who is nominated by others attaches the paper of it.
    """
    kinds = [PaperKind.PHOTO, PaperKind.EDUCATION]
    asked = tuple(leaves(conditions))
    if any(isinstance(condition, LevelCondition | PresentLevelCondition) for condition in asked):
        kinds.append(PaperKind.APPOINTMENT)
    asked_for = {
        PaperKind.IDENTITY: terms.identity,
        PaperKind.RECOMMENDATION: terms.recommendation,
        PaperKind.PLEDGE: terms.pledge,
        PaperKind.NOMINATION: asks_nomination(terms) and _nominated(form),
    }
    return (*kinds, *(kind for kind, needed in asked_for.items() if needed))


def _nominated(form: Mapping[str, object]) -> bool:
    raw = form.get("nomination")
    return isinstance(raw, Mapping) and raw.get("channel") not in (None, "", Channel.SELF)


def check_form(
    form: Mapping[str, object],
    papers: Collection[PaperKind],
    conditions: Collection[Condition],
    *,
    reference_date: date,
    today: date,
    terms: Terms = _PLAIN,
) -> Checked:
    """Look a whole form through before it is submitted, all problems at once.

    A condition that is not met does not stop the candidate who states why an exception is asked for (破格).
    """
    problems = [Problem("This field is not known.", {}, key) for key in form if key not in FORM_FIELDS]
    problems += _missing(form, conditions) + _lines(form) + _pledge(form) + _asked_by(terms, form)
    facts, unreadable = read_facts(form)
    problems += unreadable
    problems += [
        Problem(one.sentence, one.facts, f"posts[{one.row}].{one.field}") for one in check_posts(facts.posts, today)
    ]
    verdicts = tuple(judge(condition, facts, reference_date) for condition in conditions)
    problems += _exceptions(form, verdicts)
    problems += [
        Problem("This paper is missing.", {}, f"papers.{kind}")
        for kind in required_papers(conditions, terms, form)
        if kind not in papers
    ]
    return Checked(facts, verdicts, tuple(problems))


def read_facts(form: Mapping[str, object]) -> tuple[CandidateFacts, list[Problem]]:
    """The facts a form declares; what cannot be read yet stands in the problems, and the facts are then empty."""
    raw = {key: form[key] for key in FACT_FIELDS if form.get(key) not in (None, "", [])}
    try:
        return facts_from_plain(raw), []
    except Refusal as refusal:
        return CandidateFacts(), list(refusal.problems)


def merge_correction(
    submitted: Mapping[str, object], draft: Mapping[str, object], open_fields: Collection[str]
) -> dict[str, object]:
    """The submitted form with the fields that were opened for correction as the draft has them now."""
    changed = {key: draft[key] for key in (*open_fields, *_ALWAYS_OPEN) if key in draft}
    return {**submitted, **changed}


def closed_fields(
    submitted: Mapping[str, object], changes: Mapping[str, object], open_fields: Collection[str]
) -> list[Problem]:
    """Changes to fields that were not opened for correction."""
    return [
        Problem("This field was not returned for correction and cannot be changed.", {}, key)
        for key, value in changes.items()
        if key not in open_fields and key not in _ALWAYS_OPEN and value != submitted.get(key)
    ]


def check_fields(fields: Mapping[str, str], known_papers: Collection[str] = PAPER_FIELDS) -> list[Problem]:
    """Problems of a return for correction: remarks by field, at least one, each with a text."""
    if not fields:
        return [Problem("Name at least one field to be corrected, with a remark.", {}, "remarks")]
    problems = [
        Problem("There is no field {name}.", {"name": name}, f"remarks.{name}")
        for name in fields
        if name not in FORM_FIELDS and name not in known_papers
    ]
    problems += [
        Problem("Write what is to be corrected, in 1 to {most} characters.", {"most": _REASON_CAP}, f"remarks.{name}")
        for name, remark in fields.items()
        if not remark.strip() or len(remark) > _REASON_CAP
    ]
    return problems


_WANTED_BY = {"appraisals": AppraisalCondition, "certificates": CertificateCondition, "area": AreaCondition}
"""Fields that must be filled in only where a condition of its own, not one of several, asks for them."""


def _missing(form: Mapping[str, object], conditions: Iterable[Condition]) -> list[Problem]:
    wanted = ["sex", *_REQUIRED_LINES, *_REQUIRED_FACTS]
    for name, kind in _WANTED_BY.items():
        if any(isinstance(condition, kind) for condition in conditions):
            wanted.append(name)
    return [Problem("This is not filled in yet.", {}, key) for key in wanted if not _filled(form.get(key))]


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _lines(form: Mapping[str, object]) -> list[Problem]:
    problems = []
    for key, most in [*((key, _LINE_CAP) for key in _REQUIRED_LINES), *((key, _TEXT_CAP) for key in _TEXTS)]:
        value = form.get(key) or ""
        if not isinstance(value, str) or len(value) > most:
            problems.append(Problem("This must be a text of at most {most} characters.", {"most": most}, key))
    if _filled(form.get("sex")) and form["sex"] not in set(Sex):
        problems.append(Problem("This must be one of: {choices}.", {"choices": ", ".join(Sex)}, "sex"))
    if _filled(began := form.get("work_began")):
        try:
            Month.parse(str(began))
        except Refusal as refusal:
            problems.append(Problem(refusal.sentence, {}, "work_began"))
    return problems


def _asked_by(terms: Terms, form: Mapping[str, object]) -> list[Problem]:
    """What the terms ask for beside the conditions: the nomination, and the people one is related to."""
    problems: list[Problem] = []
    if asks_nomination(terms):
        raw = form.get("nomination")
        try:
            nomination = read_nomination(raw if isinstance(raw, Mapping) else {})
        except Refusal as refusal:
            problems += refusal.problems
        else:
            problems += check_nomination(nomination, terms)
    if form.get("relations"):
        problems += check_relations(form["relations"])
    elif terms.relations:
        problems.append(Problem("This is not filled in yet.", {}, "relations"))
    return problems


def _pledge(form: Mapping[str, object]) -> list[Problem]:
    if form.get("pledge") is True:
        return []
    return [Problem("Confirm that everything you entered is true.", {}, "pledge")]


def _exceptions(form: Mapping[str, object], verdicts: Iterable[Verdict]) -> list[Problem]:
    given = form.get("exceptions") or {}
    if not isinstance(given, Mapping):
        return [Problem("This must be a table.", {}, "exceptions")]
    problems = []
    for verdict in verdicts:
        reason = given.get(verdict.number)
        if reason is not None and (not isinstance(reason, str) or len(reason) > _REASON_CAP):
            problems.append(
                Problem(
                    "This must be a text of at most {most} characters.",
                    {"most": _REASON_CAP},
                    f"exceptions.{verdict.number}",
                )
            )
        elif verdict.outcome is Outcome.NOT_MET and verdict.strict:
            problems.append(
                Problem(
                    "Condition {number} is not met, and no exception can be granted from it. Choose another post.",
                    {"number": verdict.number},
                    f"exceptions.{verdict.number}",
                )
            )
        elif verdict.outcome is Outcome.NOT_MET and not _filled(reason):
            problems.append(
                Problem(
                    "Condition {number} is not met. State why you ask for an exception, or choose another post.",
                    {"number": verdict.number},
                    f"exceptions.{verdict.number}",
                )
            )
    return problems
