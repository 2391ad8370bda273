"""Who enters the reserve pool (一考多用人选库) when a selection ends, in which order, until when (rules.md §16)."""

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.errors import Problem
from scoring.document import Table
from scoring.marks import Exact
from scoring.ranking import Placing, Ranking


class ReserveBy(StrEnum):
    """Which candidates who were not chosen enter."""

    TOP_NOT_CHOSEN = "top_not_chosen"  # the first k of those not chosen
    WITHIN_RANK = "within_rank"  # those ranked among the first k and not chosen
    OVER_MARK = "over_mark"  # all not chosen with at least a mark


class CallOrder(StrEnum):
    """How entries are called up."""

    MERIT = "merit"  # strictly by rank
    FREE = "free_with_reason"


class ReuseScope(StrEnum):
    """For which posts entries are called up."""

    SAME_POST = "same_post"  # the same unit and post, vacant again
    SAME_LEVEL = "same_level"  # a post of the same level (同职级)
    SAME_KIND = "same_kind"  # a post of the same kind of work (同类)
    ANY_POST = "any_post"


@dataclass(frozen=True, slots=True)
class ReserveRule:
    """The entry rule, the months an entry is valid, and how entries are called up.

    `extend_to` are the months with every extension, None: no extension. An entry may be called up `uses` times.
    `told`: whether people see their own entry.
    """

    by: ReserveBy
    months: int
    top: int | None = None
    mark: Decimal | None = None
    order: CallOrder = CallOrder.MERIT
    scope: ReuseScope = ReuseScope.SAME_POST
    extend_to: int | None = None
    uses: int = 1
    told: bool = False


@dataclass(frozen=True, slots=True)
class ReserveEntry:
    """One entry: the merit order inside the pool of its post (equal ones share it) and the last valid day."""

    code: str
    order: int
    rank: int
    value: Exact
    valid_until: date


def reserve_entries(
    rule: ReserveRule, ranking: Ranking, chosen: Collection[str], decided_on: date, barred: Collection[str] = ()
) -> tuple[ReserveEntry, ...]:
    """The entries of one post; equal ones at the end all enter. `barred` withdrew or were disqualified."""
    free = [p for p in ranking.placings if p.code not in chosen and p.code not in barred]
    until = add_months(decided_on, rule.months)
    entries: list[ReserveEntry] = []
    for placing in free:
        order = 1 + sum(other.rank < placing.rank for other in free)
        if _enters(rule, placing, order):
            entries.append(ReserveEntry(placing.code, order, placing.rank, placing.value, until))
    return tuple(entries)


def _enters(rule: ReserveRule, placing: Placing, order: int) -> bool:
    if rule.by is ReserveBy.OVER_MARK:
        return rule.mark is not None and placing.value >= rule.mark
    top = rule.top or 0
    return (order if rule.by is ReserveBy.TOP_NOT_CHOSEN else placing.rank) <= top


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def in_merit_order(entries: Sequence[ReserveEntry]) -> list[ReserveEntry]:
    """Entries as they are called up by merit; equal ones by code, and a reason is needed between them."""
    return sorted(entries, key=lambda entry: (entry.order, entry.code))


def read_reserve(table: Table) -> ReserveRule:
    """Read `[reserve]`."""
    by = table.choice("rule", ReserveBy, ReserveBy.TOP_NOT_CHOSEN)
    top, mark = table.whole("top", least=1, most=1000), table.number("mark", least=0)
    if by is ReserveBy.OVER_MARK and mark is None:
        table.note("mark", Problem("The mark from which people enter the reserve pool must be written."))
    if by is not ReserveBy.OVER_MARK and top is None:
        table.note("top", Problem("The number of people who enter the reserve pool must be written."))
    months = table.whole("months", least=1, most=120)
    if months is None:
        table.note("months", Problem("The months an entry of the reserve pool is valid must be written."))
    extend_to = table.whole("extend_to", least=1, most=240)
    if months and extend_to is not None and extend_to <= months:
        table.note("extend_to", Problem("With an extension the months must be more than {months}.", {"months": months}))
    rule = ReserveRule(
        by, months or 12, top, mark,
        order=table.choice("order", CallOrder, CallOrder.MERIT),
        scope=table.choice("scope", ReuseScope, ReuseScope.SAME_POST),
        extend_to=extend_to,
        uses=table.whole("uses", 1, least=1, most=20) or 1,
        told=table.flag("told"),
    )  # fmt: skip
    table.done()
    return rule
