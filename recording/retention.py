"""How long material is kept (保存期限): an event plus a period, fixed when the material comes in.

The law asks that interview material is kept until the probation of those appointed ends (人社部发〔2015〕93号);
everything else is the operator's own table, so every class can be set in the scheme. Periods are counted as in
arts. 201-202 of the Civil Code (民法典): the day of the event does not count, and the last day is the corresponding
day of the last month, or that month's end.
"""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.errors import Problem, refuse_any


class RetentionEvent(StrEnum):
    """What starts a period."""

    INTERVIEW_ENDED = "interview_ended"
    RESULT_PUBLISHED = "result_published"
    NOTICE_CLOSED = "notice_closed"
    PROBATION_ENDED = "probation_ended"
    POOL_EXPIRED = "pool_expired"


class Material(StrEnum):
    """A class of material; the keys of the `[retention]` section."""

    RECORDING = "recording"
    SCORE_SHEET = "score_sheet"
    TALLY_SHEET = "tally_sheet"
    DRAW_REGISTER = "draw_register"
    NUMBER_TABLE = "number_table"
    ANSWER_SHEET = "answer_sheet"
    ROOM_LOG = "room_log"
    BOOKLET = "booklet"
    REGISTRATION = "registration"
    DECISION = "decision"


class Standing(StrEnum):
    """Where material stands on a day."""

    PERMANENT = "permanent"
    AWAITING_EVENT = "awaiting_event"
    KEPT = "kept"
    HELD = "held"
    DUE = "due"


PERMANENT = "permanent"
_EXPRESSION = re.compile(r"(?P<event>[a-z_]+)(?:\s*\+\s*(?P<number>[1-9][0-9]{0,2})\s+(?P<unit>day|month|year)s?)?")


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Kept for ever (`event` None), or until `months` and `days` after the event."""

    event: RetentionEvent | None
    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        if self.event is None:
            return PERMANENT
        if self.days:
            return f"{self.event} + {self.days} {'day' if self.days == 1 else 'days'}"
        number, unit = (self.months // 12, "year") if self.months % 12 == 0 else (self.months, "month")
        return f"{self.event} + {number} {unit}{'s' if number > 1 else ''}" if self.months else str(self.event)

    def kept_until(self, happened: date | None) -> date | None:
        """The last day on which it is kept, once the event has happened; None while it has not, or for ever."""
        if self.event is None or happened is None:
            return None
        return _add_months(happened, self.months) + timedelta(days=self.days)


DEFAULTS: Mapping[Material, RetentionRule] = {
    Material.RECORDING: RetentionRule(RetentionEvent.PROBATION_ENDED),
    Material.SCORE_SHEET: RetentionRule(RetentionEvent.PROBATION_ENDED),
    Material.TALLY_SHEET: RetentionRule(RetentionEvent.PROBATION_ENDED),
    Material.DRAW_REGISTER: RetentionRule(RetentionEvent.RESULT_PUBLISHED, months=360),
    Material.NUMBER_TABLE: RetentionRule(RetentionEvent.RESULT_PUBLISHED, months=360),
    Material.ANSWER_SHEET: RetentionRule(RetentionEvent.RESULT_PUBLISHED, months=12),
    Material.ROOM_LOG: RetentionRule(RetentionEvent.RESULT_PUBLISHED, months=12),
    Material.BOOKLET: RetentionRule(RetentionEvent.INTERVIEW_ENDED),
    Material.REGISTRATION: RetentionRule(RetentionEvent.POOL_EXPIRED, months=12),
    Material.DECISION: RetentionRule(None),
}
"""What holds where a scheme says nothing."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An order to keep material whatever its period says (保全), such as an open complaint."""

    reason: str
    since: date
    lifted: date | None = None

    def stands(self, day: date) -> bool:
        """Whether it binds on that day; the day it is lifted is free."""
        return self.since <= day and (self.lifted is None or day < self.lifted)


def parse_rule(text: object) -> RetentionRule | Problem:
    """`permanent`, `event`, or `event + 3 years` (months, days)."""
    if text == PERMANENT:
        return RetentionRule(None)
    match = _EXPRESSION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or match["event"] not in set(RetentionEvent):
        events = ", ".join(RetentionEvent)
        return Problem(
            "Write permanent, or an event and a period such as {example}; the events are {events}.",
            {"example": "probation_ended + 1 year", "events": events},
        )
    event, number = RetentionEvent(match["event"]), int(match["number"] or 0)
    if match["unit"] == "day":
        return RetentionRule(event, days=number)
    return RetentionRule(event, months=number * (12 if match["unit"] == "year" else 1))


def parse_retention(section: Mapping[str, object]) -> dict[Material, RetentionRule]:
    """Read the `[retention]` section; classes it leaves out follow DEFAULTS. Raises Refusal listing every problem."""
    problems: list[Problem] = []
    rules = dict(DEFAULTS)
    for key, text in section.items():
        if key not in set(Material):
            known = ", ".join(Material)
            problems.append(
                Problem("This is no class of material; the classes are {known}.", {"known": known}, f"retention.{key}")
            )
            continue
        rule = parse_rule(text)
        if isinstance(rule, Problem):
            problems.append(Problem(rule.sentence, rule.facts, f"retention.{key}"))
        else:
            rules[Material(key)] = rule
    refuse_any(problems)
    return rules


def standing(rule: RetentionRule, happened: date | None, holds: Iterable[Hold], today: date) -> Standing:
    """Where material stands; a hold goes before everything. DUE means that its disposal may be proposed."""
    if any(hold.stands(today) for hold in holds):
        return Standing.HELD
    if rule.event is None:
        return Standing.PERMANENT
    until = rule.kept_until(happened)
    if until is None:
        return Standing.AWAITING_EVENT
    return Standing.DUE if today > until else Standing.KEPT


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
