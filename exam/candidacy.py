"""What may befall a candidate with a ticket, and who of them may still take part."""

from collections.abc import Collection
from enum import StrEnum

from core.errors import Problem
from core.words import N_


class CandidacyEventKind(StrEnum):
    """Something that changes what a candidate may take part in."""

    ABSENT = "absent"  # 缺考
    WITHDREW = "withdrew"  # 放弃
    DISQUALIFIED = "disqualified"  # 取消资格


EVENT_WORDS = {
    CandidacyEventKind.ABSENT: N_("did not appear"),
    CandidacyEventKind.WITHDREW: N_("withdrew"),
    CandidacyEventKind.DISQUALIFIED: N_("disqualified"),
}

ENDING = frozenset({CandidacyEventKind.WITHDREW, CandidacyEventKind.DISQUALIFIED})
"""After one of these a candidate takes no further part. What absence leads to is the scheme's to say."""


def still_in(events: Collection[CandidacyEventKind]) -> bool:
    """Whether a candidate with these events has neither withdrawn nor been disqualified."""
    return not ENDING & set(events)


def check_event(kind: CandidacyEventKind, before: Collection[CandidacyEventKind], reason: str) -> list[Problem]:
    """Why an event cannot be noted: it has ended already, or an act against a person gives no reason.

    Misconduct is noted after a withdrawal too: who withdraws does not escape its effect.
    """
    problems = []
    if (kind in before and kind in ENDING) or (not still_in(before) and kind is not CandidacyEventKind.DISQUALIFIED):
        problems.append(Problem("This candidate takes no further part; nothing more can be noted.", {}, "kind"))
    if kind is CandidacyEventKind.DISQUALIFIED and not reason.strip():
        problems.append(Problem("Say why the candidate is disqualified.", {}, "reason"))
    return problems
