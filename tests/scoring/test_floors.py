"""Floors where there is no competition (rules.md §5), through the whole tally."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.errors import Refusal
from scoring.marks import MarkState
from scoring.rooms import KnownRoom
from scoring.tally import Because, tally
from tests.scoring.building import TWO_PARTS, candidate, inputs, scheme_from

CUT = """
[[cuts]]
key = "proposed"
by = "total"
per_place = 1
"""


def scheme(floor: str):
    return scheme_from(f'{TWO_PARTS}{CUT}\n[[floors]]\npart = "interview"\n{floor}')


def entered(made, *codes: str) -> list[bool | None]:
    return [made.result(code).entered for code in codes]


AT_MOST = "present_at_most_per_place = 1\n"


@pytest.mark.parametrize(("interview", "enters"), [("70", True), ("69.99", False)])
def test_a_lone_candidate_must_reach_the_fixed_floor(interview, enters):
    made = tally(
        scheme(AT_MOST + 'floor = ["fixed"]\nmark = 70'), inputs(candidate("a", written="90", interview=interview))
    )
    assert made.result("a").entered is enters
    assert made.result("a").rank == 1
    if not enters:
        (reason,) = made.result("a").reasons
        assert (reason.because, dict(reason.facts)) == (
            Because.BELOW_FLOOR,
            {"cut": "proposed", "places": 1, "present": 1},
        )


def test_with_competition_the_floor_is_not_looked_at():
    made = tally(
        scheme(AT_MOST + 'floor = ["fixed"]\nmark = 70'),
        inputs(candidate("a", written="90", interview="60"), candidate("b", written="80", interview="60")),
    )
    assert entered(made, "a", "b") == [True, False]


def test_competition_is_counted_on_those_present_on_the_day():
    made = tally(
        scheme(AT_MOST + 'floor = ["fixed"]\nmark = 70'),
        inputs(
            candidate("a", written="90", interview="60"),
            candidate("b", written="80", interview=MarkState.ABSENT),
        ),
    )
    assert entered(made, "a", "b") == [False, False]


def test_fewer_than_two_for_a_place_may_be_the_line():
    rule = scheme('present_fewer_than_per_place = 2\nfloor = ["fixed"]\nmark = 60')
    three_for_two = inputs(
        candidate("a", written="90", interview="59"),
        candidate("b", written="80", interview="60"),
        candidate("c", written="70", interview="90"),
        places=2,
    )
    assert entered(tally(rule, three_for_two), "a", "b", "c") == [False, True, True]


def test_two_for_a_place_are_not_fewer_than_two():
    rule = scheme('present_fewer_than_per_place = 2\nfloor = ["fixed"]\nmark = 60')
    two = inputs(candidate("a", written="90", interview="59"), candidate("b", written="70", interview="50"))
    assert entered(tally(rule, two), "a", "b") == [True, False]


def test_the_floor_may_be_the_lowest_mark_that_entered_with_competition():
    rule = scheme(AT_MOST + 'floor = ["lowest_successful"]')
    field = [
        candidate("w", "02", written="60", interview="75"),
        candidate("x", "02", written="60", interview="70"),
        candidate("y", "03", written="99", interview="72"),
        candidate("z", "03", written="60", interview="60"),
    ]
    below = tally(rule, inputs(candidate("a", written="90", interview="71.99"), *field))
    assert entered(below, "a", "w", "x", "y") == [False, True, False, True]
    reached = tally(rule, inputs(candidate("a", written="90", interview="72"), *field))
    assert reached.result("a").entered is True


@pytest.mark.parametrize("satisfy", ["any", "all"])
def test_a_floor_that_nobody_sets_is_not_reached(satisfy):
    rule = scheme(AT_MOST + f'floor = ["lowest_successful"]\nsatisfy = "{satisfy}"')
    made = tally(rule, inputs(candidate("a", written="90", interview="99")))
    assert made.result("a").entered is False


def test_who_entered_without_competition_sets_no_floor_for_others():
    rule = scheme(AT_MOST + 'floor = ["room_mean", "lowest_successful"]')
    in_room = {"a": "1", "b": "2", "w": "3", "x": "3", "y": "2"}
    field = [
        candidate("a", "01", written="90", interview="45"),  # enters: the mean of its own room
        candidate("b", "02", written="90", interview="50"),
        candidate("w", "03", written="60", interview="72"),
        candidate("x", "03", written="60", interview="60"),
        candidate("y", "03", written="60", interview="58"),
    ]
    made = tally(rule, inputs(*(replace(one, rooms={"interview": in_room[one.code]}) for one in field)))
    assert entered(made, "a", "b", "w") == [True, False, True]


@pytest.mark.parametrize(
    ("satisfy", "interview", "enters"),
    [("any", "78", True), ("any", "69", False), ("all", "78", False), ("all", "80", True)],
)
def test_the_mean_of_the_same_panel_and_a_fixed_mark_may_be_joined(satisfy, interview, enters):
    rule = scheme(AT_MOST + f'floor = ["fixed", "room_mean"]\nmark = 70\nsatisfy = "{satisfy}"')
    heard = [
        candidate("a", written="90", interview=interview),
        candidate("b", "02", written="80", interview="80"),
        candidate("c", "02", written="80", interview="82" if interview != "80" else "80"),
    ]
    same_room = [replace(one, rooms={"interview": "1"}) for one in heard]
    elsewhere = replace(candidate("d", "02", written="80", interview="20"), rooms={"interview": "2"})
    made = tally(rule, inputs(*same_room, elsewhere))
    assert made.result("a").entered is enters


@pytest.mark.parametrize(
    ("floor", "problems"),
    [
        ('floor = ["fixed"]', {"floors[1].mark", "floors[1].present_at_most_per_place"}),
        (AT_MOST + 'floor = ["highest"]', {"floors[1].floor"}),
        (AT_MOST + 'floor = ["room_mean"]\nmark = 70', {"floors[1].mark"}),
        (AT_MOST, {"floors[1].floor"}),
        (AT_MOST + 'floor = ["room_mean"]\ncut = "nowhere"', {"floors[1].cut"}),
    ],
)
def test_a_floor_that_means_nothing_is_refused(floor, problems):
    with pytest.raises(Refusal) as refused:
        scheme(floor)
    assert {problem.field for problem in refused.value.problems} == problems


def test_who_was_heard_and_left_later_was_present_on_the_day():
    rule = scheme(AT_MOST + 'floor = ["fixed"]\nmark = 70')
    left = replace(candidate("b", written="80", interview="90"), standing=MarkState.WITHDRAWN)
    made = tally(rule, inputs(candidate("a", written="90", interview="60"), left))
    assert made.result("a").entered is True
    assert made.last.units["01"].present == 1


TWO_FLOORS = scheme_from(f"""{TWO_PARTS}{CUT}
[[floors]]
part = "interview"
present_at_most_per_place = 1
floor = ["fixed"]
mark = 70
[[floors]]
part = "written"
present_fewer_than_per_place = 3
floor = ["fixed"]
mark = 60
""")


@pytest.mark.parametrize(
    ("written", "interview", "enters"), [("60", "70", True), ("65", "69", False), ("59", "75", False)]
)
def test_two_floors_of_one_cut_are_each_asked_for_their_own_mark(written, interview, enters):
    made = tally(TWO_FLOORS, inputs(candidate("a", written=written, interview=interview)))
    assert made.result("a").entered is enters
    floors = made.last.units["01"].floors["proposed"]["a"]
    assert [floor.mark for floor in floors] == [70, 60]


def test_below_a_pass_mark_is_not_called_below_a_floor():
    toml = TWO_PARTS.replace('key = "written"', 'key = "written"\npass_mark = 60')
    rule = scheme_from(f'{toml}{CUT}[[floors]]\npart = "interview"\n{AT_MOST}floor = ["fixed"]\nmark = 70')
    made = tally(rule, inputs(candidate("a", written="59", interview="75")))
    assert [reason.because for reason in made.result("a").reasons] == [Because.BELOW_PASS_MARK]


def test_with_more_present_only_the_wider_floor_is_asked():
    field = [candidate("a", written="60", interview="50"), candidate("b", written="59", interview="95")]
    made = tally(TWO_FLOORS, inputs(*field))
    assert entered(made, "a", "b") == [True, False]
    assert made.last.units["01"].heard == {"proposed": 2}


@pytest.mark.parametrize(("interview", "enters"), [("78", True), ("77.9", False)])
def test_the_mean_of_a_panel_may_be_known_by_sum_and_number(interview, enters):
    rule = scheme(AT_MOST + 'floor = ["room_mean"]')
    one = replace(candidate("a", written="90", interview=interview), rooms={"interview": "3"})
    heard = KnownRoom.summed("interview", "3", Decimal(936), 12)
    made = tally(rule, inputs(one, rooms=(heard,)))
    assert made.refusals == ()
    assert made.result("a").entered is enters
