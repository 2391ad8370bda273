from datetime import UTC, datetime, timedelta

import pytest

from exam.stages import (
    STAGE_WORDS,
    Deed,
    Stage,
    Window,
    current_stage,
    following,
    has_reached,
    hindrance,
    move,
    stages_of,
)

OPENS = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
CLOSES = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)
WINDOW = Window(OPENS, CLOSES)
TICK = timedelta(microseconds=1)


def test_the_stages_follow_each_other_to_the_reserve():
    road = [Stage.DRAFT]
    while next_one := following(road[-1]):
        road.append(next_one)
    assert road == list(Stage)
    assert road[-1] is Stage.RESERVE


def test_a_selection_moves_one_stage_at_a_time_and_never_back():
    allowed = {(one, to) for one in Stage for to in Stage if move(one, to) is None}
    assert allowed == {(one, following(one)) for one in Stage if following(one)}


def test_a_milestone_is_reached_from_its_own_stage_on():
    reached = [stage for stage in Stage if has_reached(stage, Stage.WRITTEN_RESULTS)]
    assert reached[0] is Stage.WRITTEN_RESULTS
    assert reached[-1] is Stage.RESERVE
    assert len(reached) == 7


@pytest.mark.parametrize(
    ("now", "is_open"),
    [(OPENS - TICK, False), (OPENS, True), (CLOSES - TICK, True), (CLOSES, False), (CLOSES + TICK, False)],
)
def test_a_window_holds_its_first_instant_and_not_its_last(now, is_open):
    assert WINDOW.is_open(now) is is_open
    assert (hindrance(Deed.REGISTER, Stage.REGISTRATION, now, WINDOW) is None) is is_open


@pytest.mark.parametrize(
    ("now", "stage"),
    [
        (OPENS - TICK, Stage.ANNOUNCED),
        (OPENS, Stage.REGISTRATION),
        (CLOSES - TICK, Stage.REGISTRATION),
        (CLOSES, Stage.VETTING),
    ],
)
def test_time_alone_moves_an_announced_selection_through_registration(now, stage):
    assert current_stage(Stage.ANNOUNCED, now, WINDOW) is stage


@pytest.mark.parametrize("stage", [one for one in Stage if one not in (Stage.ANNOUNCED, Stage.REGISTRATION)])
def test_time_moves_no_other_stage(stage):
    assert {current_stage(stage, now, WINDOW) for now in (OPENS - TICK, OPENS, CLOSES)} == {stage}


def test_before_and_after_the_window_the_sentence_names_the_instant():
    early = hindrance(Deed.REGISTER, Stage.ANNOUNCED, OPENS - TICK, WINDOW)
    late = hindrance(Deed.REGISTER, Stage.ANNOUNCED, CLOSES, WINDOW)
    assert early is not None
    assert late is not None
    assert early.facts == {"opens": OPENS}
    assert late.facts == {"closes": CLOSES}


@pytest.mark.parametrize("deed", Deed)
def test_each_deed_is_done_in_its_stages_and_in_no_other(deed):
    allowed = [stage for stage in Stage if hindrance(deed, stage, OPENS) is None]
    assert tuple(allowed) == stages_of(deed)


def test_a_wrong_stage_is_told_with_where_it_stands_and_where_it_belongs():
    problem = hindrance(Deed.ENTER_MARKS, Stage.VETTING, OPENS)
    assert problem is not None
    assert str(problem.facts["stage"]) == "Vetting"
    assert [str(one) for one in problem.facts["stages"]] == ["Written exam"]


def test_every_stage_has_its_own_word():
    assert set(STAGE_WORDS) == set(Stage)
    assert len(set(STAGE_WORDS.values())) == len(Stage)
