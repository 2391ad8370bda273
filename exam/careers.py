"""Posts a person has held, month by month: exact lengths, gaps, overlaps.

Months follow personnel practice (简历 as 2012.08 to 2015.03): a post held from one month to another counts the
difference of the two, so a post that ends in the month the next begins leaves no gap and counts nothing twice.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from core.errors import Problem, Refusal
from core.words import N_, Sentence

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_PER_YEAR = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar, written 2026-09."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read 2026-09; raises Refusal for anything else."""
        found = _MONTH.fullmatch(text.strip())
        if not found or not 1 <= int(found[2]) <= _PER_YEAR or int(found[1]) < 1:
            raise Refusal("Write the month as year and month, for example 2021-03.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def index(self) -> int:
        """Months since year 0, for differences."""
        return self.year * _PER_YEAR + self.month - 1

    def words(self) -> Sentence:
        """The month for a page; figures as text, so that no one puts a thousands separator into a year."""
        return Sentence(N_("{month}/{year}"), {"month": str(self.month), "year": str(self.year)})


class PostLevel(StrEnum):
    """Level of a leading post (职务层次), lowest first."""

    CLERK = "clerk"  # 科员级
    DEPUTY_SECTION = "deputy_section"  # 乡科级副职
    SECTION = "section"  # 乡科级正职
    DEPUTY_DIVISION = "deputy_division"  # 县处级副职
    DIVISION = "division"  # 县处级正职
    DEPUTY_BUREAU = "deputy_bureau"  # 厅局级副职
    BUREAU = "bureau"  # 厅局级正职


LEVEL_WORDS = {
    PostLevel.CLERK: N_("staff member level"),
    PostLevel.DEPUTY_SECTION: N_("deputy section head level"),
    PostLevel.SECTION: N_("section head level"),
    PostLevel.DEPUTY_DIVISION: N_("deputy division head level"),
    PostLevel.DIVISION: N_("division head level"),
    PostLevel.DEPUTY_BUREAU: N_("deputy bureau head level"),
    PostLevel.BUREAU: N_("bureau head level"),
}


@dataclass(frozen=True, slots=True)
class PostHeld:
    """One line of the career (简历): where, as what, from which month to which (None: still held).

    `level` is None where the person could not tell it.
    """

    since: Month
    until: Month | None
    unit: str
    title: str
    level: PostLevel | None = None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Months from `since` up to, not including, `until`."""

    since: Month
    until: Month

    @property
    def months(self) -> int:
        """Length in whole months."""
        return self.until.index - self.since.index


def duration(months: int) -> Sentence:
    """A length of time in words: years and months."""
    years, rest = divmod(months, _PER_YEAR)
    if not rest:
        return Sentence(N_("{years} y"), {"years": years})
    if not years:
        return Sentence(N_("{months} mo"), {"months": rest})
    return Sentence(N_("{years} y {months} mo"), {"years": years, "months": rest})


def spans(posts: Iterable[PostHeld], through: Month) -> tuple[Span, ...]:
    """The months covered by any of the posts up to `through`, joined, in order."""
    joined: list[Span] = []
    for span in sorted(_cut(post, through) for post in posts):
        if not span.months:
            continue
        if joined and span.since <= joined[-1].until:
            joined[-1] = Span(joined[-1].since, max(joined[-1].until, span.until))
        else:
            joined.append(span)
    return tuple(joined)


def months_held(posts: Iterable[PostHeld], through: Month) -> int:
    """Whole months covered by the posts up to `through`; months of two posts at once count once."""
    return sum(span.months for span in spans(posts, through))


def gaps(posts: Iterable[PostHeld], through: Month) -> tuple[Span, ...]:
    """The months between the first post and `through` that no post covers."""
    covered = spans(posts, through)
    between = [Span(one.until, after.since) for one, after in pairwise(covered)]
    if covered and covered[-1].until < through:
        between.append(Span(covered[-1].until, through))
    return tuple(between)


def overlaps(posts: Sequence[PostHeld], through: Month) -> tuple[tuple[int, int, Span], ...]:
    """Pairs of posts (1-based rows) held at the same time, with the months they share.

    An overlap may be right (a post held beside another, 兼任), so it is pointed out and never refused.
    """
    found = []
    for row, one in enumerate(posts, start=1):
        for other_row, other in enumerate(posts[row:], start=row + 1):
            first, second = _cut(one, through), _cut(other, through)
            since, until = max(first.since, second.since), min(first.until, second.until)
            if since < until:
                found.append((row, other_row, Span(since, until)))
    return tuple(found)


def check_posts(posts: Sequence[PostHeld], today: date) -> list[Problem]:
    """What cannot be right in a list of posts: an end before its beginning, a month yet to come."""
    now = Month.of(today)
    problems = []
    for row, post in enumerate(posts, start=1):
        if post.until is not None and post.until < post.since:
            problems.append(Problem("This post ends before it begins.", {}, "until", row))
        if post.since > now:
            problems.append(Problem("This month has not come yet.", {}, "since", row))
        if post.until is not None and post.until > now:
            problems.append(
                Problem("This month has not come yet. Leave the end empty for a post still held.", {}, "until", row)
            )
    return problems


def _cut(post: PostHeld, through: Month) -> Span:
    since = min(post.since, through)
    until = through if post.until is None else min(post.until, through)
    return Span(since, max(since, until))
