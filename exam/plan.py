"""What an editor writes down before anything is announced: the selection, its posts, its written papers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.errors import Problem
from core.words import N_

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TELEPHONE_CAP = 60
_NAME_CAP = 200
_GROUND_CAP = 2000
_GROUP_CAP = 40
_LONGEST_PAPER = 600
_MOST_PLACES = 999


class SelectionKind(StrEnum):
    """By which road the post is filled (glossary)."""

    OPEN_SELECTION = "open_selection"  # 公开选拔
    INTERNAL_COMPETITION = "internal_competition"  # 竞争上岗
    OPEN_TRANSFER_SELECTION = "open_transfer_selection"  # 公开遴选
    PUBLIC_NOMINATION_SELECTION = "public_nomination_selection"  # 公推公选
    DIFFERENTIAL_NOMINATION = "differential_nomination"  # 差推竞选
    TWO_NOMINATIONS_ONE_EXAM = "two_nominations_one_exam"  # 两推一考
    OPEN_CONTRACT_RECRUITMENT = "open_contract_recruitment"  # 公开选聘


KIND_WORDS = {
    SelectionKind.OPEN_SELECTION: N_("open selection"),
    SelectionKind.INTERNAL_COMPETITION: N_("competition within the organisation"),
    SelectionKind.OPEN_TRANSFER_SELECTION: N_("open selection by transfer"),
    SelectionKind.PUBLIC_NOMINATION_SELECTION: N_("selection by public nomination"),
    SelectionKind.DIFFERENTIAL_NOMINATION: N_("contested selection among more nominees than places"),
    SelectionKind.TWO_NOMINATIONS_ONE_EXAM: N_("selection by two nomination votes and one exam"),
    SelectionKind.OPEN_CONTRACT_RECRUITMENT: N_("open recruitment on contract"),
}


class PublicationKind(StrEnum):
    """What is published along the road, one snapshot each (product.md rule 9)."""

    ANNOUNCEMENT = "announcement"  # 公告
    VETTING_LIST = "vetting_list"  # 资格审查结果
    WRITTEN_RESULTS = "written_results"  # 笔试成绩
    INTERVIEW_ENTRY = "interview_entry"  # 面试人选
    COMPOSITE = "composite"  # 综合成绩
    PROPOSED_NAMES = "proposed_names"  # 考察人选
    OPENING = "opening"  # 开考、核减、取消
    REPLACEMENT = "replacement"  # 递补


PUBLICATION_WORDS = {
    PublicationKind.ANNOUNCEMENT: N_("Announcement of the selection"),
    PublicationKind.VETTING_LIST: N_("Result of vetting"),
    PublicationKind.WRITTEN_RESULTS: N_("Marks of the written exam"),
    PublicationKind.INTERVIEW_ENTRY: N_("Candidates for the interview"),
    PublicationKind.COMPOSITE: N_("Composite scores"),
    PublicationKind.PROPOSED_NAMES: N_("Names proposed for investigation"),
    PublicationKind.OPENING: N_("Posts opened, reduced and cancelled"),
    PublicationKind.REPLACEMENT: N_("Somebody steps in"),
}


@dataclass(frozen=True, slots=True)
class SelectionPlan:
    """One selection as its editor plans it; moments are aware, registration is open from one to before the other.

    `reference_date` is the day ages and years are counted to. English names may stay empty.
    """

    code: str
    kind: SelectionKind
    title: str
    authority: str
    reference_date: date
    registration_opens: datetime
    registration_closes: datetime
    title_en: str = ""
    authority_en: str = ""
    ground: str = ""
    exam_site: str = ""
    exam_site_en: str = ""
    interview_on: date | None = None
    telephone: str = ""
    supervision_telephone: str = ""


@dataclass(frozen=True, slots=True)
class PostPlan:
    """A post (职位) as planned; `headcount` (职数) is a hard limit.

    Posts of one `closed_group` may share a ranking or rules of their own, as the scheme says.
    """

    code: str
    name: str
    unit: str
    headcount: int
    name_en: str = ""
    unit_en: str = ""
    closed_group: str = ""


def check_selection(plan: SelectionPlan, closes_on: date) -> list[Problem]:
    """Every problem of a planned selection; `closes_on` is the local day on which registration closes."""
    problems = _code_problems(plan.code, 32)
    problems += _lengths({"title": plan.title, "authority": plan.authority}, least=1)
    problems += _lengths(
        {
            "title_en": plan.title_en,
            "authority_en": plan.authority_en,
            "exam_site": plan.exam_site,
            "exam_site_en": plan.exam_site_en,
        }
    )
    problems += _lengths({"ground": plan.ground}, most=_GROUND_CAP)
    problems += _lengths(
        {"telephone": plan.telephone, "supervision_telephone": plan.supervision_telephone}, most=_TELEPHONE_CAP
    )
    if plan.registration_closes <= plan.registration_opens:
        problems.append(Problem("Registration must close after it opens.", {}, "registration_closes"))
    if plan.interview_on is not None and plan.interview_on <= closes_on:
        problems.append(Problem("The interview must come after registration has closed.", {}, "interview_on"))
    return problems


def check_post(plan: PostPlan) -> list[Problem]:
    """Every problem of a planned post."""
    problems = _code_problems(plan.code, 16)
    problems += _lengths({"name": plan.name, "unit": plan.unit}, least=1)
    problems += _lengths({"name_en": plan.name_en, "unit_en": plan.unit_en})
    problems += _lengths({"closed_group": plan.closed_group}, most=_GROUP_CAP)
    if not 1 <= plan.headcount <= _MOST_PLACES:
        problems.append(
            Problem("A post has from 1 to {most} places.", {"most": _MOST_PLACES, "count": plan.headcount}, "headcount")
        )
    return problems


def check_paper(key: str, starts_at: datetime, minutes: int, registration_closes: datetime) -> list[Problem]:
    """Every problem of a written paper's key and time."""
    problems = []
    if not _KEY.fullmatch(key):
        problems.append(
            Problem("A key is a small letter followed by at most 39 small letters, digits or _.", {}, "key")
        )
    if starts_at <= registration_closes:
        problems.append(Problem("The paper must be sat after registration has closed.", {}, "starts_at"))
    if not 1 <= minutes <= _LONGEST_PAPER:
        problems.append(Problem("A paper lasts from 1 to {most} minutes.", {"most": _LONGEST_PAPER}, "minutes"))
    return problems


def overlapping(papers: Iterable[tuple[str, datetime, int]]) -> list[Problem]:
    """Papers (key, start, minutes) that would be sat at the same time."""
    problems = []
    before = ""
    free = None
    for key, starts_at, minutes in sorted(papers, key=lambda paper: paper[1]):
        if free is not None and starts_at < free:
            problems.append(
                Problem("The papers {one} and {other} overlap in time.", {"one": before, "other": key}, "starts_at")
            )
        before, free = key, starts_at + timedelta(minutes=minutes)
    return problems


def _code_problems(code: str, most: int) -> list[Problem]:
    if len(code) <= most and _CODE.fullmatch(code):
        return []
    return [Problem("A code has 1 to {most} letters, digits and hyphens between them.", {"most": most}, "code")]


def _lengths(texts: Mapping[str, str], *, least: int = 0, most: int = _NAME_CAP) -> list[Problem]:
    """Problems of texts by field; the least is 0 or 1."""
    problems = []
    for field, text in texts.items():
        if least and (not text.strip() or len(text) > most):
            problems.append(Problem("This must be a text of 1 to {most} characters.", {"most": most}, field))
        elif len(text) > most:
            problems.append(Problem("This must be a text of at most {most} characters.", {"most": most}, field))
    return problems
