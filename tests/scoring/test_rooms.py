"""Room coefficients: every variant of rules.md §4, with the published figures."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from scoring.marks import Precision
from scoring.rooms import (
    KnownRoom,
    Pool,
    Reference,
    RoomMarks,
    RoomRule,
    coefficients,
    corrected,
    needs_marks,
)
from tests.scoring.building import case

HUBIN = RoomRule(
    "interview",
    Reference.MEAN_OF_ROOM_MEANS,
    mean_precision=Precision(4),
    coefficient_precision=Precision(4),
    precision=Precision(2),
)
POOLED = RoomRule("interview", Reference.POOLED_MEAN)


def figures(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def rooms(**marks: list[Decimal]) -> list[RoomMarks]:
    return [RoomMarks(room, values) for room, values in marks.items()]


def summed(room: str, added: Decimal | str, count: int) -> KnownRoom:
    return KnownRoom.summed("interview", room, Decimal(added), count)


def shares(rule: RoomRule, given_rooms) -> dict[str, object]:
    return {room: found.coefficient for room, found in coefficients(rule, given_rooms).rooms.items()}


def refused(rule: RoomRule, given_rooms) -> str:
    with pytest.raises(Refusal) as refusal:
        coefficients(rule, given_rooms)
    return str(refusal.value)


def test_mean_of_room_means_reproduces_the_worked_figures():
    found = coefficients(HUBIN, rooms(a=figures("83.68"), b=figures("83.6138"), c=figures("83.6424")))
    assert found.reference == Decimal("83.6454")
    assert [str(room.coefficient) for room in found.rooms.values()] == ["0.9996", "1.0004", "1.0000"]


@pytest.mark.parametrize("name", ["xuancheng-2024-three-rooms", "henan-tegang-two-rooms"])
def test_published_examples_from_sums_and_counts(name):
    published = case(name)
    rule = replace(
        POOLED,
        mean_precision=Precision(published["rule"]["mean_decimals"]),
        coefficient_precision=Precision(published["rule"]["coefficient_decimals"]),
        precision=Precision(published["rule"]["score_decimals"]),
    )
    found = coefficients(rule, [summed(row["room"], row["sum"], row["n"]) for row in published["rows"]])
    assert found.reference == Decimal(published["expected"]["published_grand_mean"])
    for row in published["rows"]:
        assert found.rooms[row["room"]].mean == Decimal(row["published_mean"])
        assert found.rooms[row["room"]].coefficient == Decimal(row["published_coefficient"])


def test_the_decimals_of_the_coefficient_move_a_mark_by_a_quarter_point():
    rule = replace(POOLED, precision=Precision(2))
    assert corrected(rule, Decimal(80), Decimal("1.04")).value == Decimal("83.20")
    assert corrected(rule, Decimal(80), Decimal("1.0431")).value == Decimal("83.45")


def test_the_pool_is_not_the_mean_of_the_means():
    uneven = rooms(a=figures("80", "80", "80"), b=figures("90"))
    assert coefficients(POOLED, uneven).exact_reference == Fraction(330, 4)
    assert coefficients(HUBIN, uneven).exact_reference == 85


def test_rooms_and_pool_may_each_lose_their_own_extremes():
    gaoan = replace(POOLED, room_high=1, room_low=1, pool_high=2, pool_low=2)
    found = coefficients(gaoan, rooms(a=figures("60", "80", "82", "99"), b=figures("70", "84", "86", "90")))
    assert [room.exact_mean for room in found.rooms.values()] == [81, 85]
    # pool without 60 70 and 90 99
    assert found.exact_reference == Fraction(80 + 82 + 84 + 86, 4)
    assert [(room.present, room.count) for room in found.rooms.values()] == [(4, 2), (4, 2)]


def test_the_pool_may_be_what_the_rooms_kept():
    zibo = replace(POOLED, room_high=1, room_low=1, pool=Pool.KEPT)
    found = coefficients(zibo, rooms(a=figures("60", "80", "82", "99"), b=figures("70", "84", "90")))
    assert found.exact_reference == Fraction(80 + 82 + 84, 3)


def test_abnormal_marks_stay_out_of_the_means_but_a_mark_on_the_bound_counts():
    xingguo = replace(POOLED, leave_out_above=Decimal(90), leave_out_below=Decimal(60))
    found = coefficients(xingguo, rooms(a=figures("90", "60", "90.01", "59.99"), b=figures("80")))
    assert found.rooms["a"].exact_mean == 75
    assert found.exact_reference == Fraction(230, 3)


def test_between_written_subjects_marks_far_below_the_mean_are_left_out():
    subjects = replace(POOLED, leave_out_share_below_mean=Fraction(60, 100))
    # mean of 80 80 20 is 60; 60 % below is 24, so 20 is left out
    found = coefficients(subjects, rooms(law=figures("80", "80", "20"), water=figures("70", "70")))
    assert found.rooms["law"].exact_mean == 80
    assert found.exact_reference == 75
    assert found.rooms["water"].exact_coefficient == Fraction(75, 70)
    # mean of 80 80 30 is 63.33; 60 % below is 25.33, so 30 counts
    mild = coefficients(subjects, rooms(law=figures("80", "80", "30"), water=figures("100", "100", "25")))
    assert mild.rooms["law"].count == 3
    # mean 60, and 24 is exactly 60 % below: not more, so it counts
    edge = coefficients(subjects, rooms(law=figures("72", "72", "72", "24"), water=figures("60")))
    assert edge.rooms["law"].count == 4


def test_a_cap_holds_a_corrected_mark_down_only_where_the_scheme_has_one():
    rule = replace(HUBIN, precision=Precision(2))
    assert corrected(rule, Decimal(97), Decimal("1.04")).value == Decimal("100.88")
    capped = corrected(replace(rule, cap=Decimal(100)), Decimal(97), Decimal("1.04"))
    assert (capped.value, capped.steps[-1].kind.value) == (Decimal(100), "cap")


def test_the_steps_show_the_means_the_division_and_the_product():
    found = coefficients(HUBIN, rooms(one=figures("83.2760"), two=figures("82.0240")))
    means, share = found.steps(HUBIN, "one")
    assert means.document()["value"] == "82.6500"
    assert (share.document()["exact"], share.document()["value"]) == ("0.9924828…", "0.9925")
    product = corrected(HUBIN, Decimal("83.14"), Decimal("0.9925")).steps[0].document()
    assert (product["exact"], product["value"]) == ("82.516450", "82.52")


def test_a_room_without_a_usable_mean_is_refused():
    trimmed = replace(HUBIN, room_high=1, room_low=1)
    assert refused(trimmed, rooms(a=figures("80", "81"), b=figures("80", "81", "82"))) == (
        "interview.a: Room a has too few marks for its mean."
    )
    assert refused(HUBIN, rooms(a=figures("0"), b=figures("80"))) == (
        "interview.a: The mean of room a is not above 0: no coefficient can be made."
    )
    with pytest.raises(ValueError, match="at least one mark"):
        summed("a", "0", 0)
    pool = replace(POOLED, pool_high=1, pool_low=1)
    assert (
        refused(pool, rooms(a=figures("80"), b=figures("81"))) == "There are too few marks for the mean of all rooms."
    )


def test_sums_are_not_enough_for_a_rule_that_looks_at_single_marks():
    rule = replace(POOLED, room_high=1)
    assert needs_marks(rule)
    assert refused(rule, [summed("a", "800", 10), summed("b", "810", 10)]) == (
        "interview.a: The rule needs every single mark of room a, not their sum."
    )


def test_a_room_may_be_known_by_its_mean_alone_and_the_mean_of_all_may_be_stated():
    means = [KnownRoom("interview", "a", Decimal(80)), KnownRoom("interview", "b", Decimal(90))]
    assert coefficients(HUBIN, means).reference == 85
    assert refused(POOLED, means) == (
        "The mean of all marks needs the number of marks of every room, or must be stated itself."
    )
    found = coefficients(POOLED, means, Decimal("86.4"))
    assert (found.reference, found.rooms["a"].coefficient) == (Decimal("86.4"), Fraction(864, 800))
    assert found.steps(POOLED, "a")[0].facts["reference"] == "stated"
    trimmed = coefficients(replace(POOLED, room_high=1), means, Decimal(85))
    assert trimmed.rooms["b"].coefficient == Fraction(85, 90)


marks = st.lists(st.integers(6000, 9900).map(lambda n: Decimal(n).scaleb(-2)), min_size=1, max_size=8)


@given(marks, marks, marks)
def test_both_references_agree_with_plain_fractions(a, b, c):
    means = [sum(map(Fraction, room)) / len(room) for room in (a, b, c)]
    unrounded = replace(HUBIN, mean_precision=None, coefficient_precision=None)
    assert list(shares(unrounded, rooms(a=a, b=b, c=c)).values()) == [sum(means) / 3 / mean for mean in means]
    pooled = sum(map(Fraction, a + b + c)) / len(a + b + c)
    assert list(shares(POOLED, rooms(a=a, b=b, c=c)).values()) == [pooled / mean for mean in means]


@given(marks, marks)
def test_sums_and_counts_give_what_the_marks_give(a, b):
    listed = coefficients(POOLED, rooms(a=a, b=b))
    known = coefficients(POOLED, [summed("a", sum(a), len(a)), summed("b", sum(b), len(b))])
    assert (listed.exact_reference, shares(POOLED, rooms(a=a, b=b))) == (
        known.exact_reference,
        {room: found.coefficient for room, found in known.rooms.items()},
    )
