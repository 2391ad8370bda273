"""Score review (成绩复核): the window in which a recount may be asked for, and what a recount looks at (rules.md §12).

A recount counts again what was marked; nobody marks anew. The leniency of a mark is never looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.words import N_
from scoring.document import Table


class Cause(StrEnum):
    """What a recount looks at, and the only causes for which a mark is corrected."""

    IDENTITY = "identity"  # 信息: another person's paper, sheet or number
    UNMARKED = "unmarked"  # 漏评
    ADDITION = "addition"  # 合分
    ENTRY = "entry"  # 登分
    STATE = "state"  # 缺考、违纪


CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.IDENTITY: N_("identity: the right person's paper and number"),
    Cause.UNMARKED: N_("missed: everything that was answered has a mark"),
    Cause.ADDITION: N_("addition: the marks add up to the total"),
    Cause.ENTRY: N_("entry: the mark stands in the list as on the signed paper"),
    Cause.STATE: N_("state: absent, void or present as recorded on the day"),
}
CAUSE_NAMES: Mapping[Cause, str] = {
    Cause.IDENTITY: N_("mixed up with another person"),
    Cause.UNMARKED: N_("a mark was left out"),
    Cause.ADDITION: N_("wrongly added up"),
    Cause.ENTRY: N_("wrongly entered"),
    Cause.STATE: N_("absence or breach wrongly recorded"),
}


class ReviewState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    RECOUNTED = "recounted"  # the first hand has counted, the second has not agreed yet
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """How many days after a publication a recount may be asked for, the day of publication not counted."""

    days: int
    working: bool = True


def read_review(table: Table) -> ReviewRule:
    """Read `[review]`."""
    rule = ReviewRule(
        days=table.whole("days", 3, least=1, most=60) or 3, working=table.flag("working_days", default=True)
    )
    table.done()
    return rule
