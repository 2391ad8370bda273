"""Calling people up from the reserve pool (一考多用): where an entry stands, how long, for what, in what order.

UK practice is strict merit, posts of the original advert, an extension by approval, a written reason between equal
marks; practice in China (Beijing 2011) leaves the order to a reason. Each is a parameter of the scheme (rules.md §16).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Problem
from core.words import N_
from scoring.reserve import CallOrder, ReserveRule, ReuseScope


class Standing(StrEnum):
    """Where an entry stands on a day; it follows from what was written down and the date, no job has to run."""

    VALID = "valid"
    PROPOSED = "proposed"  # for a post, and waits for the second hand
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


STANDING_WORDS = {
    Standing.VALID: N_("Valid"),
    Standing.PROPOSED: N_("Proposed for a post"),
    Standing.USED: N_("Used"),
    Standing.EXPIRED: N_("Expired"),
    Standing.WITHDRAWN: N_("Left the pool"),
    Standing.DISQUALIFIED: N_("Disqualified"),
}


@dataclass(frozen=True, slots=True)
class Standee:
    """What decides about one entry: its place in the merit order of its post, its last day, what befell it."""

    code: str
    post: str
    order: int
    last_day: date
    uses: int = 0
    proposed: bool = False
    withdrawn: bool = False
    disqualified: bool = False


@dataclass(frozen=True, slots=True)
class PostName:
    """What tells whether two posts are the same: the unit and the post's name."""

    unit: str
    name: str


def standing(one: Standee, rule: ReserveRule, today: date) -> Standing:
    """Where an entry stands today; its last day is still inside."""
    if one.disqualified:
        return Standing.DISQUALIFIED
    if one.withdrawn:
        return Standing.WITHDRAWN
    if one.uses >= rule.uses:
        return Standing.USED
    if today > one.last_day:
        return Standing.EXPIRED
    return Standing.PROPOSED if one.proposed else Standing.VALID


def check_extension(rule: ReserveRule, last_day: date, asked: date, limit: date | None, today: date) -> list[Problem]:
    """Why a pool's last day cannot be moved. `limit` is the scheme's latest day, None where it allows no extension."""
    if limit is None or rule.extend_to is None:
        return [Problem("The scheme does not let this reserve pool be extended.", {}, "until")]
    if today > last_day:
        return [Problem("The reserve pool has expired; what has expired is not brought back.", {}, "until")]
    if asked <= last_day:
        return [Problem("The new last day must come after {day}.", {"day": last_day}, "until")]
    if asked > limit:
        return [Problem("By the scheme the last day is {day} at the latest.", {"day": limit}, "until")]
    return []


def check_scope(scope: ReuseScope, origin: PostName, target: PostName, fit: str) -> list[Problem]:
    """Why somebody of one post's pool cannot be called up for another post.

    The level and the kind of a post are in documents that people read: `fit` names what shows that they agree.
    """
    if scope is ReuseScope.SAME_POST and origin != target:
        return [Problem("By the scheme people of this pool are called up for the same post only.", {}, "post")]
    if scope is ReuseScope.SAME_LEVEL and not fit.strip():
        return [Problem("Name the document which shows that the post is of the same level.", {}, "fit")]
    if scope is ReuseScope.SAME_KIND and not fit.strip():
        return [Problem("Say why the post is of the same kind.", {}, "fit")]
    return []


def before(chosen: Standee, others: Iterable[Standee]) -> list[str]:
    """Who of those that could be called up too comes before in the merit order of the same post."""
    return sorted(one.code for one in others if one.post == chosen.post and one.order < chosen.order)


def equals(chosen: Standee, others: Iterable[Standee]) -> list[str]:
    """Who of those that could be called up too has an equal mark in the same post."""
    return sorted(
        one.code for one in others if (one.post, one.order) == (chosen.post, chosen.order) and one.code != chosen.code
    )


def check_call(rule: ReserveRule, chosen: Standee, others: Iterable[Standee], reason: str) -> list[Problem]:
    """Why somebody cannot be called up now, given the others who could be and meet the post's conditions.

    By merit nobody is passed over; in free order, and between equal marks, the reason is written.
    """
    others = list(others)
    if ahead := before(chosen, others):
        if rule.order is CallOrder.MERIT:
            return [Problem("By the scheme these are called up first: {numbers}.", {"numbers": ahead}, "reason")]
        if not reason.strip():
            return [Problem("Say why somebody is called up before {numbers}.", {"numbers": ahead}, "reason")]
    if (same := equals(chosen, others)) and not reason.strip():
        return [Problem("Marks are equal with {numbers}: say why this order.", {"numbers": same}, "reason")]
    return []
