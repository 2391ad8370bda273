"""The stages of a selection in their order, and what may be done in which.

Acts move a selection from stage to stage; windows of time open and close inside a stage. A window is open from its
first instant up to, not including, its last: who arrives at the server at 17:30:00.000 is late for "until 17:30".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Problem
from core.words import N_, Sentence


class Stage(StrEnum):
    """Where a selection stands, in the order of the road; each member is named for what is being done."""

    DRAFT = "draft"  # 拟定方案
    ANNOUNCED = "announced"  # 发布公告
    REGISTRATION = "registration"  # 报名
    VETTING = "vetting"  # 资格审查
    WRITTEN_EXAM = "written_exam"  # 笔试
    WRITTEN_RESULTS = "written_results"  # 公布笔试成绩
    INTERVIEW_ENTRY = "interview_entry"  # 确定面试人选
    INTERVIEW = "interview"  # 面试
    COMPOSITE = "composite"  # 综合成绩
    PROPOSED_NAMES = "proposed_names"  # 考察人选建议名单
    PUBLISHED = "published"  # 公布结果
    RESERVE = "reserve"  # 人选库


STAGE_WORDS = {
    Stage.DRAFT: N_("Plan"),
    Stage.ANNOUNCED: N_("Announcement"),
    Stage.REGISTRATION: N_("Registration"),
    Stage.VETTING: N_("Vetting"),
    Stage.WRITTEN_EXAM: N_("Written exam"),
    Stage.WRITTEN_RESULTS: N_("Written results"),
    Stage.INTERVIEW_ENTRY: N_("Interview entry"),
    Stage.INTERVIEW: N_("Interview"),
    Stage.COMPOSITE: N_("Composite score"),
    Stage.PROPOSED_NAMES: N_("Proposed names"),
    Stage.PUBLISHED: N_("Result published"),
    Stage.RESERVE: N_("Reserve pool"),
}

_ORDER = tuple(Stage)


class Deed(StrEnum):
    """What people do in the course of a selection and the stage decides on."""

    EDIT_PLAN = "edit_plan"
    ANNOUNCE = "announce"
    REGISTER = "register"
    CORRECT = "correct"
    VET = "vet"
    PUBLISH_VETTING = "publish_vetting"
    ISSUE_TICKETS = "issue_tickets"
    DECIDE_OPENING = "decide_opening"
    ENTER_MARKS = "enter_marks"
    SETTLE_MARKS = "settle_marks"
    ENTER_RECORDS = "enter_records"
    PUBLISH_MARKS = "publish_marks"
    ENTER_INTERVIEW = "enter_interview"
    HOLD_INTERVIEW = "hold_interview"
    COMPUTE_COMPOSITE = "compute_composite"
    PROPOSE_NAMES = "propose_names"
    PUBLISH_RESULT = "publish_result"
    REPLACE = "replace"
    ALLOT = "allot"
    FILL_RESERVE = "fill_reserve"
    RECOUNT = "recount"
    CORRECT_RESULT = "correct_result"


_FROM_MARKS_ON = tuple(Stage)[tuple(Stage).index(Stage.WRITTEN_EXAM) :]
_STAGES_OF: Mapping[Deed, tuple[Stage, ...]] = {
    Deed.EDIT_PLAN: (Stage.DRAFT,),
    Deed.ANNOUNCE: (Stage.DRAFT,),
    Deed.REGISTER: (Stage.ANNOUNCED, Stage.REGISTRATION),
    Deed.CORRECT: (Stage.REGISTRATION, Stage.VETTING),
    Deed.VET: (Stage.REGISTRATION, Stage.VETTING),
    Deed.PUBLISH_VETTING: (Stage.VETTING,),
    Deed.ISSUE_TICKETS: (Stage.VETTING,),
    Deed.DECIDE_OPENING: (Stage.VETTING, Stage.WRITTEN_EXAM),
    Deed.ENTER_MARKS: (Stage.WRITTEN_EXAM,),
    Deed.SETTLE_MARKS: (Stage.WRITTEN_EXAM,),
    Deed.ENTER_RECORDS: (Stage.WRITTEN_EXAM, Stage.WRITTEN_RESULTS, Stage.INTERVIEW_ENTRY, Stage.INTERVIEW),
    Deed.PUBLISH_MARKS: (Stage.WRITTEN_EXAM,),
    Deed.ENTER_INTERVIEW: (Stage.WRITTEN_RESULTS,),
    Deed.HOLD_INTERVIEW: (Stage.INTERVIEW_ENTRY, Stage.INTERVIEW),
    Deed.COMPUTE_COMPOSITE: (Stage.INTERVIEW,),
    Deed.PROPOSE_NAMES: (Stage.COMPOSITE,),
    Deed.PUBLISH_RESULT: (Stage.PROPOSED_NAMES,),
    Deed.REPLACE: (Stage.INTERVIEW_ENTRY, Stage.INTERVIEW, Stage.PROPOSED_NAMES, Stage.PUBLISHED, Stage.RESERVE),
    Deed.ALLOT: (Stage.PROPOSED_NAMES, Stage.PUBLISHED),
    Deed.FILL_RESERVE: (Stage.PUBLISHED, Stage.RESERVE),
    Deed.RECOUNT: _FROM_MARKS_ON,
    Deed.CORRECT_RESULT: _FROM_MARKS_ON[1:],
}


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time by aware instants: `opens` is inside, `closes` is not."""

    opens: datetime
    closes: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether an instant lies inside."""
        return self.opens <= now < self.closes


def following(stage: Stage) -> Stage | None:
    """The stage after this one; None after the last."""
    place = _ORDER.index(stage) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def has_reached(stage: Stage, milestone: Stage) -> bool:
    """Whether a selection in this stage stands at the milestone or beyond it."""
    return _ORDER.index(stage) >= _ORDER.index(milestone)


def stages_of(deed: Deed) -> tuple[Stage, ...]:
    """The stages in which a deed may be done."""
    return _STAGES_OF[deed]


def move(stage: Stage, to: Stage) -> Problem | None:
    """Why a selection may not be moved from one stage to another; only the following one is allowed."""
    if following(stage) is to:
        return None
    return Problem(
        "The selection stands at “{stage}” and cannot go to “{to}”: stages follow each other one by one.",
        {"stage": _words(stage), "to": _words(to)},
        "stage",
    )


def hindrance(deed: Deed, stage: Stage, now: datetime, window: Window | None = None) -> Problem | None:
    """Why a deed may not be done in this stage at this instant; None if it may.

    `window` is the deed's own span of time where it has one: registration, a correction, a review.
    """
    if stage not in _STAGES_OF[deed]:
        return Problem(
            "This cannot be done while the selection stands at “{stage}”. It is done at: {stages}.",
            {"stage": _words(stage), "stages": tuple(_words(one) for one in _STAGES_OF[deed])},
            "stage",
        )
    if window is None or window.is_open(now):
        return None
    if now < window.opens:
        return Problem("This opens on {opens}.", {"opens": window.opens}, "stage")
    return Problem("This closed on {closes}.", {"closes": window.closes}, "stage")


def current_stage(stage: Stage, now: datetime, registration: Window) -> Stage:
    """What pages show: an announced selection is at registration from its opening and at vetting after its close.

    Time moves only these two steps; every later stage is reached by an act.
    """
    if stage not in (Stage.ANNOUNCED, Stage.REGISTRATION):
        return stage
    if now < registration.opens:
        return Stage.ANNOUNCED
    return Stage.REGISTRATION if now < registration.closes else Stage.VETTING


def _words(stage: Stage) -> Sentence:
    return Sentence(STAGE_WORDS[stage])
