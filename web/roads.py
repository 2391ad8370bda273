"""The road of one selection as pages draw it: its stages in order, the days known of each, and where it stands."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.days import local_date
from core.words import N_, Sentence
from exam.plan import PublicationKind
from exam.queries import stage_now
from exam.stages import STAGE_WORDS, Stage, has_reached
from exam.tables import Paper, Publication, Selection
from web.pages import Road, Stage as Milestone

MONTH_WORDS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip

SHOWN = tuple(stage for stage in Stage if stage not in {Stage.DRAFT, Stage.RESERVE})
"""The stages on the rail: what is before the announcement or after the result is not part of the public road."""

PUBLISHED_AT: Mapping[Stage, PublicationKind] = {
    Stage.ANNOUNCED: PublicationKind.ANNOUNCEMENT,
    Stage.VETTING: PublicationKind.VETTING_LIST,
    Stage.WRITTEN_RESULTS: PublicationKind.WRITTEN_RESULTS,
    Stage.INTERVIEW_ENTRY: PublicationKind.INTERVIEW_ENTRY,
    Stage.COMPOSITE: PublicationKind.COMPOSITE,
    Stage.PROPOSED_NAMES: PublicationKind.PROPOSED_NAMES,
}
"""The kind of publication that dates a stage."""


def short_day(day: date) -> Sentence:
    """A day without its year, as it stands under a stage."""
    return Sentence(N_("{day} {month}"), {"day": day.day, "month": Sentence(MONTH_WORDS[day.month - 1])})


def short_days(first: date, last: date) -> Sentence:
    """A span of days without their year."""
    if first == last:
        return short_day(first)
    if (first.year, first.month) == (last.year, last.month):
        month = Sentence(MONTH_WORDS[first.month - 1])
        return Sentence(N_("{first} to {last} {month}"), {"first": first.day, "last": last.day, "month": month})
    return Sentence(N_("{first} to {last}"), {"first": short_day(first), "last": short_day(last)})


def road_of(
    selection: Selection,
    publications: Iterable[Publication],
    now: datetime,
    zone: ZoneInfo,
    *,
    papers: Iterable[Paper] = (),
    english: bool = False,
) -> Road:
    """The rail of a selection: every stage with the day planned for it, or on which it was published."""
    stands = stage_now(selection, now)
    days = _days(selection, publications, zone, papers)
    marks = tuple(
        Milestone(Sentence(STAGE_WORDS[stage]), days.get(stage, ""), _state(stage, stands)) for stage in SHOWN
    )
    return Road(selection.title_en if english and selection.title_en else selection.title, marks)


def _state(stage: Stage, stands: Stage) -> str:
    if stage is stands or (stands is Stage.RESERVE and stage is Stage.PUBLISHED):
        return "here"
    return "past" if has_reached(stands, stage) else "ahead"


def _days(
    selection: Selection, publications: Iterable[Publication], zone: ZoneInfo, papers: Iterable[Paper]
) -> dict[Stage, Sentence]:
    """What is planned, overwritten by what was published (the first version dates a stage)."""
    opens, closes = (local_date(day, zone) for day in (selection.registration_opens, selection.registration_closes))
    days = {Stage.REGISTRATION: short_days(opens, closes)}
    if sittings := [local_date(paper.starts_at, zone) for paper in papers]:
        days[Stage.WRITTEN_EXAM] = short_days(min(sittings), max(sittings))
    if selection.interview_on:
        days[Stage.INTERVIEW] = short_day(selection.interview_on)
    first = {one.kind: one for one in publications if one.version == 1}
    for stage, kind in PUBLISHED_AT.items():
        if kind in first:
            days[stage] = short_day(local_date(first[kind].published_at, zone))
    return days
