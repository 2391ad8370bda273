"""Languages are chosen by the person, then by the browser; days, times and figures are written as in each."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from markupsafe import Markup

from core.errors import Problem
from core.words import Sentence
from web.i18n import Language, Translator, choose_language, translate

ZH = Translator(Language.CHINESE)
EN = Translator(Language.ENGLISH)
LATE = datetime(2026, 9, 14, 16, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("choices", "accept", "language"),
    [
        ((), "", Language.CHINESE),
        (("en",), "zh-CN", Language.ENGLISH),
        (("", "en"), "zh-CN", Language.ENGLISH),
        (("xx", "", "zh_CN"), "en", Language.CHINESE),
        ((), "en-GB,en;q=0.9", Language.ENGLISH),
        ((), "fr,en;q=0.5,zh;q=0.8", Language.CHINESE),
        ((), "zh;q=0.4, en;q=0.6", Language.ENGLISH),
        ((), "en;q=0, fr", Language.CHINESE),
        ((), "de", Language.CHINESE),
        ((), "en;q=nonsense", Language.CHINESE),
        ((), ",;q=,en;q=1.0.0", Language.CHINESE),
    ],
)
def test_the_first_usable_choice_wins_then_the_browser_then_chinese(choices, accept, language):
    assert choose_language(*choices, accept=accept) is language


@given(st.text())
def test_any_accept_language_header_gives_a_language(header):
    assert choose_language(accept=header) in set(Language)


def test_a_day_a_time_and_both():
    assert ZH.day(date(2026, 9, 14), weekday=True) == "2026年9月14日（周一）"
    assert EN.day(date(2026, 9, 14)) == "14 September 2026"
    assert EN.day(date(2026, 9, 14), weekday=True) == "Monday 14 September 2026"
    assert ZH.day(date(2026, 9, 14), year=False) == "9月14日"
    assert ZH.month(date(2021, 3, 1)) == "2021年3月"
    assert EN.month(date(2021, 3, 1)) == "March 2021"


def test_a_moment_is_shown_where_the_office_stands():
    assert ZH.moment(LATE) == "2026年9月15日0:05"
    assert EN.moment(LATE, seconds=True) == "15 September 2026, 0:05:09"
    assert ZH.day(LATE) == "2026年9月15日"
    assert ZH.moment(LATE, zone=True) == "2026年9月15日0:05（北京时间）"
    assert EN.moment(LATE, zone=True) == "15 September 2026, 0:05 (Beijing time)"
    assert Translator(Language.ENGLISH, ZoneInfo("UTC")).moment(LATE, zone=True).endswith("16:05 (UTC)")


def test_a_period_says_its_month_once():
    assert ZH.period(date(2026, 9, 21), date(2026, 9, 30)) == "9月21日至30日"
    assert ZH.period(date(2026, 9, 21), date(2026, 10, 3)) == "9月21日至10月3日"
    assert EN.period(date(2026, 9, 21), date(2026, 10, 3), year=True) == "21 September 2026 to 3 October 2026"
    assert ZH.period(date(2026, 9, 21), date(2026, 9, 21)) == "9月21日"


def test_what_is_left_is_told_in_its_largest_unit():
    assert ZH.left(LATE + timedelta(days=2, hours=3), LATE) == "还剩2天"
    assert ZH.left(LATE + timedelta(hours=3), LATE) == "还剩3小时"
    assert EN.left(LATE + timedelta(seconds=5), LATE) == "minutes left: 1"
    assert ZH.left(LATE, LATE) == "已截止"


def test_lengths_and_sizes():
    assert ZH.duration(timedelta(minutes=6, seconds=12)) == "6分12秒"
    assert EN.duration(timedelta(hours=1)) == "1 h"
    assert ZH.duration(timedelta(0)) == "0秒"
    assert [ZH.size(n) for n in (0, 999, 1_800_000, 420_000, 14_200_000, 780_000_000)] == [
        "0 B",
        "999 B",
        "1.8 MB",
        "420 kB",
        "14 MB",
        "780 MB",
    ]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_figure_keeps_every_decimal(mark):
    assert Decimal(ZH.exact(mark)) == mark
    assert "E" not in ZH.exact(mark)


def test_figures_keep_their_zeros_and_have_no_exponent():
    assert ZH.exact(Decimal("88.20")) == "88.20"
    assert ZH.exact(Decimal("1E+2")) == "100"


def test_a_sentence_takes_its_facts_and_translates_those_that_are_sentences():
    deadline = Sentence("days left: {days}", {"days": 2})
    assert translate(Language.CHINESE, "To correct: {count}", {"count": 3}) == "有3处要改"
    assert ZH("{first} to {last} of {total}", first=deadline, last=Decimal("1.50"), total=date(2026, 9, 1)) == (
        "第还剩2天至1.50条，共2026年9月1日条"
    )
    assert ZH("Row {row}", row=["01", "02"]) == "第01、02行"
    assert EN("Row {row}", row=["01", "02"]) == "Row 01, 02"


def test_an_unknown_sentence_is_shown_in_english_and_a_lacking_fact_is_a_mistake_of_the_page():
    assert ZH("Not in the catalogue {n}.", n=1) == "Not in the catalogue 1."
    with pytest.raises(KeyError):
        ZH("To correct: {count}")


def test_a_problem_is_shown_even_if_it_lacks_a_fact():
    assert ZH(Problem("Row {row}")) == "第{row}行"


def test_markup_in_a_fact_stays_and_everything_else_is_escaped():
    shown = EN("{name} & {link}", name="<b>", link=Markup("<a>x</a>"))
    assert isinstance(shown, Markup)
    assert shown == "&lt;b&gt; &amp; <a>x</a>"
    assert not isinstance(EN("{name}", name="<b>"), Markup)
