"""Vetting of a submitted registration (资格审查) in two hands: what a decision needs, and what becomes of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from core.errors import Problem
from core.words import N_
from exam.identity import fold_text
from exam.registration import check_fields

_REASON_CAP = 1000


class RegistrationState(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # 待一审
    DECIDED = "decided"  # 待二审
    REFERRED = "referred"  # the second hand disagreed: back to the first (退回重审)
    DISPUTED = "disputed"  # two hands differ, each without seeing the other: to a third (待三审)
    RETURNED = "returned"  # 退回补正
    PASSED = "passed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_WORDS = {
    RegistrationState.DRAFT: N_("Not submitted"),
    RegistrationState.SUBMITTED: N_("Waiting for vetting"),
    RegistrationState.DECIDED: N_("Waiting for the second hand"),
    RegistrationState.REFERRED: N_("Referred back by the second hand"),
    RegistrationState.DISPUTED: N_("Waiting for a third person"),
    RegistrationState.RETURNED: N_("Returned for correction"),
    RegistrationState.PASSED: N_("Passed"),
    RegistrationState.REFUSED: N_("Not passed"),
    RegistrationState.WITHDRAWN: N_("Withdrawn"),
}

FOR_FIRST_HAND = frozenset({RegistrationState.SUBMITTED, RegistrationState.REFERRED})
"""States in which the first hand has to decide."""

WAITING_FOR = {
    1: FOR_FIRST_HAND,
    2: frozenset({RegistrationState.DECIDED}),
    3: frozenset({RegistrationState.DISPUTED}),
}
"""States in which each hand has to decide; the third is whoever settles what two hands differ on."""

UNDECIDED = FOR_FIRST_HAND | {RegistrationState.DECIDED, RegistrationState.DISPUTED}
"""States in which the office still owes the candidate a decision."""


class VettingVerdict(StrEnum):
    """What the first hand decides."""

    PASS = "pass"  # noqa: S105 - not a password
    REFUSE = "refuse"
    RETURN = "return"


VERDICT_WORDS = {
    VettingVerdict.PASS: N_("Pass"),
    VettingVerdict.REFUSE: N_("Do not pass"),
    VettingVerdict.RETURN: N_("Return for correction"),
}


class Answer(StrEnum):
    """What the second hand says to it."""

    AGREE = "agree"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Decision:
    """The first hand's decision: to refuse names a condition and a reason; to return names fields and a deadline."""

    verdict: VettingVerdict
    condition_number: int = 0
    reason: str = ""
    remarks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    correct_until: datetime | None = None


def check_decision(decision: Decision, condition_numbers: Collection[int], now: datetime) -> list[Problem]:
    """Every problem of a decision; `condition_numbers` are those of the post."""
    match decision.verdict:
        case VettingVerdict.PASS:
            return []
        case VettingVerdict.REFUSE:
            problems = []
            if decision.condition_number not in condition_numbers:
                problems.append(
                    Problem("Name the number of the condition that is not met.", {}, "condition_number"),
                )
            return problems + check_reason(decision.reason)
        case VettingVerdict.RETURN:
            problems = check_fields(decision.remarks)
            if decision.correct_until is None or decision.correct_until <= now:
                problems.append(
                    Problem("The correction needs a deadline that is still to come.", {}, "correct_until"),
                )
            return problems


def check_reason(reason: str) -> list[Problem]:
    """Problems of a reason that stands in the record."""
    if reason.strip() and len(reason) <= _REASON_CAP:
        return []
    return [Problem("State the reason in 1 to {most} characters.", {"most": _REASON_CAP}, "reason")]


def agreement(first: Decision, second: Decision) -> Answer:
    """Whether two decisions made apart say the same: the same verdict and, to refuse, the same condition."""
    same = first.verdict is second.verdict
    if same and first.verdict is VettingVerdict.REFUSE:
        same = first.condition_number == second.condition_number
    return Answer.AGREE if same else Answer.DISAGREE


def state_after(verdict: VettingVerdict, answer: Answer) -> RegistrationState:
    """What becomes of a registration once the second hand has answered."""
    if answer is Answer.DISAGREE:
        return RegistrationState.REFERRED
    return {
        VettingVerdict.PASS: RegistrationState.PASSED,
        VettingVerdict.REFUSE: RegistrationState.REFUSED,
        VettingVerdict.RETURN: RegistrationState.RETURNED,
    }[verdict]


def same_unit(units: Collection[str], others: Collection[str]) -> bool:
    """Whether any unit of one person is a unit of the other, however it was typed."""
    return bool({fold_text(unit) for unit in units if unit.strip()} & {fold_text(u) for u in others if u.strip()})
