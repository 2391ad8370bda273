"""Who steps in for one who leaves (递补): the `[replacement]` of a scheme, and the next in order (rules.md §9).

Each event has its own rule; after an event that the scheme does not name nobody steps in. What comes out is a
proposal with its reasons: an act decides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.errors import Problem
from core.words import N_, Sentence
from scoring.cuts import Cut, Entered
from scoring.document import Table
from scoring.marks import Exact, exact_text
from scoring.ranking import Ranking
from scoring.reserve import add_months


class Event(StrEnum):
    """Why a place among those who entered falls free."""

    WAIVED_BEFORE_REVIEW = "waived_before_review"  # 资格复审前放弃
    FAILED_REVIEW = "failed_review"  # 资格复审不合格
    WAIVED_AFTER_NOTICE = "waived_after_notice"  # 面试通知后放弃
    ABSENT = "absent"  # 当日缺考
    FAILED_PHYSICAL = "failed_physical"  # 体检不合格
    FAILED_INVESTIGATION = "failed_investigation"  # 考察不合格
    OBJECTION_UPHELD = "objection_upheld"  # 公示异议成立
    WAIVED_AFTER_DECISION = "waived_after_decision"  # 决定后放弃


class Milestone(StrEnum):
    """A day from which a deadline is counted."""

    WRITTEN_EXAM = "written_exam"
    INTERVIEW_NOTICE = "interview_notice"
    INTERVIEW = "interview"
    PHYSICAL = "physical"
    INVESTIGATION = "investigation"
    PUBLIC_NOTICE = "public_notice"
    APPROVAL = "approval"


EVENTS: Mapping[Event, str] = {
    Event.WAIVED_BEFORE_REVIEW: N_("waived before the review of papers"),
    Event.FAILED_REVIEW: N_("did not pass the review of papers"),
    Event.WAIVED_AFTER_NOTICE: N_("waived after the interview notice"),
    Event.ABSENT: N_("absent on the day"),
    Event.FAILED_PHYSICAL: N_("did not pass the physical examination"),
    Event.FAILED_INVESTIGATION: N_("did not pass the investigation"),
    Event.OBJECTION_UPHELD: N_("an objection was upheld"),
    Event.WAIVED_AFTER_DECISION: N_("waived after the decision"),
}
MILESTONES: Mapping[Milestone, str] = {
    Milestone.WRITTEN_EXAM: N_("the written exam"),
    Milestone.INTERVIEW_NOTICE: N_("the interview notice"),
    Milestone.INTERVIEW: N_("the interview"),
    Milestone.PHYSICAL: N_("the physical examination"),
    Milestone.INVESTIGATION: N_("the investigation"),
    Milestone.PUBLIC_NOTICE: N_("the public notice"),
    Milestone.APPROVAL: N_("the approval"),
}


def event_words(event: Event) -> Sentence:
    """Why a place fell free, for a reader."""
    return Sentence(EVENTS[event])


def milestone_words(milestone: Milestone) -> Sentence:
    """A day of the selection, for a reader."""
    return Sentence(MILESTONES[milestone])


@dataclass(frozen=True, slots=True)
class ReplacementRule:
    """What may happen after one event: from which cut's order, how often for one place, until when, from which mark."""

    event: Event
    allowed: bool = True
    source: str = ""
    rounds: int | None = None
    until: Milestone | None = None
    days_before: int = 0
    months_after: int = 0
    floor: Decimal | None = None
    floor_part: str = ""

    def last_day(self, milestone: date) -> date:
        """The last day on which somebody may step in."""
        return add_months(milestone, self.months_after) - timedelta(days=self.days_before)


@dataclass(frozen=True, slots=True)
class Next:
    """One who may step in: rank and value in the order of the source, and the mark the floor looks at."""

    code: str
    rank: int
    value: Exact
    mark: Exact | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The next in order, or why there is none; between those in `open` a recorded decision is needed."""

    names: tuple[Next, ...] = ()
    open: tuple[Next, ...] = ()
    hindrance: Problem | None = None


def hindrance(rule: ReplacementRule | None, made: int, today: date, days: Mapping[Milestone, date]) -> Problem | None:
    """Why nobody may step in now, None where somebody may; `made` are the replacements made for this place before."""
    if rule is None or not rule.allowed:
        return Problem("After this event nobody steps in.")
    if rule.rounds is not None and made >= rule.rounds:
        facts = {"made": made, "rounds": rule.rounds}
        return Problem("Replacements for this place: {made}; the scheme allows {rounds}.", facts)
    if rule.until is None:
        return None
    if rule.until not in days:
        facts2 = {"milestone": milestone_words(rule.until)}
        return Problem("The day from which the deadline is counted is not recorded: {milestone}.", facts2)
    last = rule.last_day(days[rule.until])
    return None if today <= last else Problem("Somebody could step in until {day}.", {"day": last.isoformat()})


def waiting_list(ranking: Ranking, cut: Cut, gone: Collection[str], marks: Mapping[str, Exact]) -> tuple[Next, ...]:
    """Those who were qualified at the cut and did not enter, in order; `gone` have left or stepped in already."""
    inside = {Entered.WITHIN, Entered.TIED_IN}
    return tuple(
        Next(placing.code, placing.rank, placing.value, marks.get(placing.code))
        for placing in ranking.placings
        if cut.standing.get(placing.code, Entered.WITHIN) not in inside and placing.code not in gone
    )


def proposed(rule: ReplacementRule, waiting: Sequence[Next], places: int = 1) -> Proposal:
    """The next `places` in order who reach the floor; equal ones who do not all fit stay open."""
    able = [one for one in waiting if rule.floor is None or (one.mark is not None and one.mark >= rule.floor)]
    names: list[Next] = []
    while able and len(names) < places:
        equal = [one for one in able if one.rank == able[0].rank]
        able = able[len(equal) :]
        if len(names) + len(equal) > places:
            return Proposal(tuple(names), tuple(equal))
        names += equal
    if names:
        return Proposal(tuple(names))
    if rule.floor is not None and waiting:
        return Proposal(hindrance=Problem("Nobody left reaches {mark}.", {"mark": exact_text(rule.floor)}))
    return Proposal(hindrance=Problem("Nobody is left to step in."))


def read_replacement(table: Table, cuts: Sequence[str], parts: Sequence[str]) -> dict[Event, ReplacementRule]:
    """Read `[replacement]`, one table by event."""
    found: dict[Event, ReplacementRule] = {}
    for key in table.values:
        inner = table.table(key)
        if key not in set(Event):
            inner.note("", Problem("{word} is no event after which somebody may step in.", {"word": key}))
            continue
        found[Event(key)] = _read_event(inner, Event(key), cuts, parts)
    return found


def _read_event(table: Table, event: Event, cuts: Sequence[str], parts: Sequence[str]) -> ReplacementRule:
    until = table.choice("until", Milestone, Milestone.INTERVIEW) if table.has("until") else None
    rule = ReplacementRule(
        event=event,
        allowed=table.flag("allowed", default=True),
        source=table.text("source", cuts[-1] if cuts else ""),
        rounds=table.whole("rounds", least=1, most=1000),
        until=until,
        days_before=table.whole("days_before", 0, most=1000) or 0,
        months_after=table.whole("months_after", 0, most=120) or 0,
        floor=table.number("floor", least=0),
        floor_part=table.text("floor_part"),
    )
    if not rule.allowed and len(table.values) > 1:
        table.note("allowed", Problem("Where nobody steps in there is nothing more to write."))
    if rule.source not in cuts:
        table.note("source", Problem("There is no cut {key}.", {"key": rule.source}))
    if until is None and (rule.days_before or rule.months_after):
        table.note("until", Problem("The day from which the deadline is counted must be named."))
    if rule.floor_part and rule.floor_part not in parts:
        table.note("floor_part", Problem("There is no part {key}.", {"key": rule.floor_part}))
    if rule.floor_part and rule.floor is None:
        table.note("floor", Problem("The mark to be reached must be written."))
    table.done()
    return rule
