"""The road of a selection: where it stands at every moment, and the days that are known."""

from datetime import UTC, date, datetime, timedelta

import pytest

from exam.plan import PublicationKind
from exam.stages import Stage
from exam.tables import Paper, Publication, Selection
from web.i18n import BEIJING, Language, Translator
from web.roads import SHOWN, road_of, short_days

OPENS = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
CLOSES = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)


def selection(stage: Stage) -> Selection:
    return Selection(
        id=2, code="LC-1", title="公开选拔", title_en="Open selection", authority="组织部", stage=stage,
        reference_date=date(2026, 9, 30), registration_opens=OPENS, registration_closes=CLOSES,
        interview_on=date(2026, 11, 21), created_by=1, created_at=OPENS,
    )  # fmt: skip


def publication(kind: PublicationKind, version: int, at: datetime) -> Publication:
    return Publication(
        selection_id=2, number=1, kind=kind, version=version, content={}, sha256="", short_code="", published_by=1,
        published_at=at,
    )  # fmt: skip


def states(stage: Stage, now: datetime) -> dict[Stage, str]:
    road = road_of(selection(stage), [], now, BEIJING)
    return dict(zip(SHOWN, (one.state for one in road.stages), strict=True))


@pytest.mark.parametrize("stage", [stage for stage in SHOWN if stage not in {Stage.ANNOUNCED, Stage.REGISTRATION}])
def test_one_stage_is_here_and_all_before_it_are_past(stage):
    found = list(states(stage, CLOSES).values())
    place = SHOWN.index(stage)
    assert found == ["past"] * place + ["here"] + ["ahead"] * (len(SHOWN) - place - 1)


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        (OPENS - timedelta(microseconds=1), Stage.ANNOUNCED),
        (OPENS, Stage.REGISTRATION),
        (CLOSES - timedelta(microseconds=1), Stage.REGISTRATION),
        (CLOSES, Stage.VETTING),
    ],
)
def test_time_alone_opens_and_closes_registration(now, stands):
    assert states(Stage.ANNOUNCED, now)[stands] == "here"


def test_the_reserve_pool_is_not_on_the_public_road():
    assert states(Stage.RESERVE, CLOSES)[Stage.PUBLISHED] == "here"
    assert Stage.RESERVE not in SHOWN


def test_days_are_those_planned_and_those_on_which_a_first_version_was_published():
    papers = [Paper(selection_id=2, key=key, starts_at=CLOSES + timedelta(days=24 + n), minutes=90) for n, key in
              enumerate(("common", "professional"))]  # fmt: skip
    published = [
        publication(PublicationKind.WRITTEN_RESULTS, 2, CLOSES + timedelta(days=50)),
        publication(PublicationKind.WRITTEN_RESULTS, 1, CLOSES + timedelta(days=34)),
    ]
    road = road_of(selection(Stage.WRITTEN_RESULTS), published, CLOSES, BEIJING, papers=papers)
    say = Translator(Language.CHINESE)
    days = dict(zip(SHOWN, (say.fact(one.when) for one in road.stages), strict=True))
    assert days[Stage.REGISTRATION] == "9月21日至30日"
    assert days[Stage.WRITTEN_EXAM] == "10月24日至25日"
    assert days[Stage.WRITTEN_RESULTS] == "11月3日"
    assert days[Stage.INTERVIEW] == "11月21日"
    assert days[Stage.COMPOSITE] == ""


def test_the_road_is_named_in_the_language_asked_for():
    assert road_of(selection(Stage.VETTING), [], CLOSES, BEIJING).name == "公开选拔"
    assert road_of(selection(Stage.VETTING), [], CLOSES, BEIJING, english=True).name == "Open selection"


def test_a_span_over_two_months_names_both():
    assert Translator(Language.CHINESE).fact(short_days(date(2026, 9, 30), date(2026, 10, 2))) == "9月30日至10月2日"
    assert Translator(Language.ENGLISH).fact(short_days(date(2026, 9, 21), date(2026, 9, 30))) == "21 to 30 Sep"


def test_a_span_of_one_day_is_one_day():
    day = date(2026, 2, 28)
    assert Translator(Language.ENGLISH)(short_days(day, day)) == "28 Feb"
