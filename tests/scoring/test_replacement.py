"""Who steps in (递补; rules.md §9): deadlines, rounds, source list and floor, out of a whole tally."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from scoring.replacement import Event, Milestone, Next, ReplacementRule, proposed
from scoring.scheme import Scheme
from scoring.succession import Vacancy, next_in_order, proposal_sentences
from scoring.tally import Tally, tally
from tests.scoring.building import TWO_PARTS, candidate, inputs, scheme_from
from web.i18n import Language, Translator

CHINESE = Translator(Language.CHINESE)
CUTS = """
[[cuts]]
key = "interview"
name = "进入面试人选"
by = "written"
take = 3
[[cuts]]
key = "proposed"
name = "考察人选"
per_place = 1
"""
RULES = """
[replacement.waived_before_review]
source = "interview"
until = "interview"
days_before = 3
[replacement.failed_physical]
rounds = 2
floor = 60
floor_part = "interview"
[replacement.failed_investigation]
until = "written_exam"
months_after = 12
[replacement.absent]
allowed = false
"""
SCHEME = TWO_PARTS + CUTS.replace('by = "written"', 'by = "total"') + RULES
TODAY = date(2026, 6, 1)
DAYS = {Milestone.INTERVIEW: date(2026, 6, 4), Milestone.WRITTEN_EXAM: date(2025, 6, 1)}


def field(**marks: str) -> Tally:
    return tally(scheme_from(SCHEME), inputs(*(candidate(code, written=m, interview=m) for code, m in marks.items())))


MADE = field(a="90", b="85", c="80", d="75", e="75", f="50")


def after(event: Event, *gone: str, out_of: Tally = MADE, scheme: Scheme | None = None, **more):
    vacancy = Vacancy(event, "01", more.pop("today", TODAY), gone, days=more.pop("days", DAYS), **more)
    return next_in_order(scheme or scheme_from(SCHEME), out_of, vacancy)


def names(proposal) -> list[str]:
    return [one.code for one in proposal.names]


def test_the_next_in_the_order_of_the_last_cut_steps_in():
    found = after(Event.FAILED_PHYSICAL, "a")
    assert [(one.code, one.rank, one.value) for one in found.names] == [("b", 2, Decimal("85.00"))]
    assert names(after(Event.FAILED_PHYSICAL, "a", "b")) == ["c"]


def test_the_source_may_be_the_list_of_an_earlier_cut():
    found = after(Event.WAIVED_BEFORE_REVIEW, "a")
    assert (names(found), [one.code for one in found.open]) == ([], ["d", "e"])


def test_equal_ones_step_in_together_where_there_is_room_for_both():
    assert names(after(Event.WAIVED_BEFORE_REVIEW, "a", "b", places=2)) == ["d", "e"]
    three = after(Event.WAIVED_BEFORE_REVIEW, "a", places=3)
    assert (names(three), three.open) == (["d", "e", "f"], ())


def test_the_floor_is_asked_of_the_part_the_scheme_names():
    made = field(a="90", b="85", c="50")
    assert str(after(Event.FAILED_PHYSICAL, "a", "b", out_of=made).hindrance) == "Nobody left reaches 60."
    assert names(after(Event.FAILED_INVESTIGATION, "a", "b", out_of=made)) == ["c"]
    assert str(after(Event.FAILED_INVESTIGATION, *"abc", out_of=made).hindrance) == "Nobody is left to step in."


def test_who_did_not_enter_an_earlier_cut_does_not_step_in_at_a_later_one():
    assert names(after(Event.FAILED_PHYSICAL, "a", places=5)) == ["b", "c"]


def test_who_was_below_a_pass_mark_does_not_step_in():
    scheme = scheme_from(SCHEME.replace('key = "interview"\nof', 'key = "interview"\npass_mark = 82\nof', 1))
    made = tally(scheme, inputs(*(candidate(c, written=m, interview=m) for c, m in (("a", "90"), ("b", "81")))))
    assert (
        str(after(Event.FAILED_INVESTIGATION, "a", out_of=made, scheme=scheme).hindrance)
        == "Nobody is left to step in."
    )


@pytest.mark.parametrize(
    ("event", "more", "why"),
    [
        (Event.ABSENT, {}, "After this event nobody steps in."),
        (Event.OBJECTION_UPHELD, {}, "After this event nobody steps in."),
        (Event.FAILED_PHYSICAL, {"made": 2}, "Replacements for this place: 2; the scheme allows 2."),
        (Event.WAIVED_BEFORE_REVIEW, {"today": date(2026, 6, 2)}, "Somebody could step in until 2026-06-01."),
        (Event.FAILED_INVESTIGATION, {"today": date(2026, 6, 2)}, "Somebody could step in until 2026-06-01."),
        (
            Event.WAIVED_BEFORE_REVIEW,
            {"days": {}},
            "The day from which the deadline is counted is not recorded: the interview.",
        ),
    ],
)
def test_why_nobody_steps_in_is_said(event, more, why):
    assert str(after(event, "a", **more).hindrance) == why


@pytest.mark.parametrize("event", [Event.WAIVED_BEFORE_REVIEW, Event.FAILED_INVESTIGATION])
def test_the_last_day_is_still_in_time(event):
    assert after(event, "a").hindrance is None


def test_without_a_section_nobody_ever_steps_in():
    scheme = scheme_from(SCHEME.replace(RULES, ""))
    assert {str(after(event, "a", scheme=scheme).hindrance) for event in Event} == {"After this event nobody steps in."}


def test_the_proposal_reads_as_a_sentence():
    scheme = scheme_from(SCHEME)

    def said(event: Event, *gone: str, made: int = 0) -> list[str]:
        vacancy = Vacancy(event, "01", TODAY, gone, made, days=DAYS)
        return [CHINESE(one) for one in proposal_sentences(next_in_order(scheme, MADE, vacancy), scheme, vacancy)]

    assert said(Event.FAILED_PHYSICAL, "a") == ["体检不合格，按“考察人选”的名次由b递补（第2名，85.00分）。"]
    assert said(Event.WAIVED_BEFORE_REVIEW, "a") == ["下列人选并列，须集体研究确定并记录：d、e。"]
    assert said(Event.ABSENT, "a") == ["当日缺考：出现这种情形不递补。"]
    assert said(Event.FAILED_PHYSICAL, "a", made=2) == ["体检不合格：这个名额已递补2次，规则只允许2次。"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ("[replacement.bored]", "replacement.bored"),
        ('[replacement.absent]\nsource = "speech"', "replacement.absent.source"),
        ("[replacement.absent]\nallowed = false\nrounds = 1", "replacement.absent.allowed"),
        ("[replacement.absent]\ndays_before = 3", "replacement.absent.until"),
        ('[replacement.absent]\nfloor_part = "interview"', "replacement.absent.floor"),
        ('[replacement.absent]\nfloor = 1\nfloor_part = "speech"', "replacement.absent.floor_part"),
        ('[replacement.absent]\nuntil = "dinner"', "replacement.absent.until"),
    ],
)
def test_a_replacement_that_means_nothing_is_refused(more, field):
    with pytest.raises(Refusal) as refusal:
        scheme_from(f"{TWO_PARTS}{CUTS}{more}")
    assert field in {problem.field for problem in refusal.value.problems}


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8).map(sorted), st.integers(1, 6))
def test_nobody_is_passed_over_and_no_place_is_given_twice(ranks, places):
    waiting = [Next(str(place), rank, Decimal(100 - rank)) for place, rank in enumerate(ranks)]
    found = proposed(ReplacementRule(Event.ABSENT), waiting, places)
    assert len(found.names) <= places
    assert list(found.names) == waiting[: len(found.names)]
    if found.open:
        assert len(found.names) + len(found.open) > places
        assert {one.rank for one in found.open}.isdisjoint({one.rank for one in found.names})
    else:
        assert len(found.names) == min(places, len(waiting))
