"""Rooms and subjects evened out inside a whole tally: who is compared, to whom it is applied, rooms known by sums."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from scoring.explain import Names, step_sentence
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import MarkState
from scoring.rooms import KnownRoom
from scoring.tally import tally
from tests.scoring.building import candidate, case, inputs, marks, scheme_from
from web.i18n import Language, Translator

CHINESE = Translator(Language.CHINESE)
PART = '[[parts]]\nkey = "mark"\nname = "成绩"\nmaximum = 100\n'


def scheme(rule: str, more: str = ""):
    return scheme_from(f"{PART}[rooms.mark]\n{rule}\n{more}")


def sat(rooms: Mapping[str, Sequence[str]], post: str = "01") -> list[Candidate]:
    """One candidate per mark, named by room and place."""
    return [
        Candidate(f"{post}-{room}-{place}", post, marks(mark=mark), rooms={"mark": room})
        for room, own in rooms.items()
        for place, mark in enumerate(own, 1)
    ]


def values(made) -> dict[str, str]:
    assert made.refusals == ()
    return {result.candidate: str(result.parts["mark"].value) for result in made.results}


FIELD = {"1": ["95", "80", "75", "55"], "2": ["70", "66", "64", "60"]}


@pytest.mark.parametrize(
    ("rule", "reference", "means"),
    [
        ("", Fraction(28250, 400), {"1": Fraction(305, 4), "2": Fraction(65)}),  # 4.1
        ('reference = "pooled_mean"', Fraction(565, 8), {"1": Fraction(305, 4), "2": Fraction(65)}),  # 4.2, 4.3
        (
            'reference = "pooled_mean"\nroom_drop_high = 1\nroom_drop_low = 1\npool_drop_high = 2\npool_drop_low = 2',
            Fraction(75 + 70 + 66 + 64, 4),
            {"1": Fraction(155, 2), "2": Fraction(65)},
        ),  # 4.4 with one for two
        (
            'reference = "pooled_mean"\npool = "kept"\nroom_drop_high = 1\nroom_drop_low = 1',
            Fraction(80 + 75 + 66 + 64, 4),
            {"1": Fraction(155, 2), "2": Fraction(65)},
        ),  # 4.5
        (
            'reference = "pooled_mean"\nleave_out_above = 90\nleave_out_below = 60',
            Fraction(80 + 75 + 70 + 66 + 64 + 60, 6),
            {"1": Fraction(155, 2), "2": Fraction(65)},
        ),  # 4.6
        (
            'reference = "pooled_mean"\nleave_out_share_below_mean = 0.2',
            Fraction(95 + 80 + 75 + 260, 7),
            {"1": Fraction(250, 3), "2": Fraction(65)},
        ),  # 4.7
    ],
)
def test_every_variant_of_the_coefficient_through_a_tally(rule, reference, means):
    made = tally(scheme(rule), inputs(*sat(FIELD)))
    found = made.last.rooms["01"]["mark"]
    assert found.reference == reference
    assert {room: one.mean for room, one in found.rooms.items()} == means
    for result in made.results:
        room = result.candidate.split("-")[1]
        raw = Decimal(FIELD[room][int(result.candidate.split("-")[2]) - 1])
        assert result.parts["mark"].value == Fraction(raw) * reference / means[room]


def test_a_cap_is_only_where_the_scheme_has_one():
    rooms = {"1": ["97"], "2": ["99"]}
    free = tally(
        scheme("mean_decimals = 4\ncoefficient_decimals = 2\ndecimals = 2"), inputs(*sat({**rooms, "1": ["90"]}))
    )
    assert values(free)["01-1-1"] == "94.50"
    capped = tally(scheme("coefficient_decimals = 2\ndecimals = 2\ncap = 94"), inputs(*sat({**rooms, "1": ["90"]})))
    assert values(capped)["01-1-1"] == "94"


@pytest.mark.parametrize("name", ["xuancheng-2024-three-rooms", "henan-tegang-two-rooms"])
def test_published_rooms_known_by_sum_and_number_alone(name):
    published = case(name)
    rule = published["rule"]
    own = scheme(
        f'reference = "pooled_mean"\nmean_decimals = {rule["mean_decimals"]}\n'
        f"coefficient_decimals = {rule['coefficient_decimals']}\ndecimals = {rule['score_decimals']}"
    )
    rooms = tuple(
        KnownRoom.summed("mark", row["room"], Decimal(row["sum"]), row["n"], "01") for row in published["rows"]
    )
    one = Candidate("x", "01", marks(mark="80"), rooms={"mark": rooms[0].room})
    made = tally(own, inputs(one, rooms=rooms))
    assert made.refusals == ()
    found = made.last.rooms["01"]["mark"]
    assert found.reference == Decimal(published["expected"]["published_grand_mean"])
    assert [found.rooms[row["room"]].coefficient for row in published["rows"]] == [
        Decimal(row["published_coefficient"]) for row in published["rows"]
    ]
    assert made.result("x").total == round(
        Fraction(80) * Fraction(published["rows"][0]["published_coefficient"]), rule["score_decimals"]
    )


def known(*rooms: tuple[str, str, int], unit: str = "01") -> tuple[KnownRoom, ...]:
    return tuple(KnownRoom.summed("mark", room, Decimal(total), count, unit) for room, total, count in rooms)


def test_one_room_in_full_and_the_other_by_its_sum():
    whole = tally(scheme(""), inputs(*sat(FIELD)))
    part = tally(scheme(""), inputs(*sat({"1": FIELD["1"]}), rooms=known(("2", "260", 4))))
    assert {code: value for code, value in values(whole).items() if "-1-" in code} == values(part)


@pytest.mark.parametrize(
    ("rooms", "sentence"),
    [
        (known(("2", "261", 4)), "mark.2: The marks of room 2 add up to 260, not to 261."),
        (known(("2", "200", 3)), "mark.2: Room 2 is said to have 3 marks, but 4 are given."),
        (known(("2", "200", 5)), "mark.2: The marks of room 2 add up to 260, more than 200."),
        (known(("2", "260", 4), ("2", "260", 4)), "mark.2: The room 2 stands twice."),
        (known(("2", "401", 4)), "mark.2: 401 is no sum of 4 marks between 0 and 100."),
        ((KnownRoom("mark", "2", Decimal("100.5"), unit="01"),), "mark.2: 100.5 is not between 0 and 100."),
        ((KnownRoom("mark", "", Decimal(-1), unit="01"),), "mark: -1 is not between 0 and 100."),
        (known(("2", "260", 4), unit=""), "mark.2: The post is missing."),
        (known(("2", "260", 4), unit="09"), "mark.2: There is no post 09."),
        ((KnownRoom("speech", "2", Decimal(65), 4),), "speech.2: The scheme has no coefficient for speech."),
    ],
)
def test_a_sum_that_cannot_be_is_told(rooms, sentence):
    made = tally(scheme(""), inputs(*sat(FIELD), rooms=rooms))
    assert sentence in [str(problem) for problem in made.refusals]


def test_a_rule_that_looks_at_single_marks_refuses_sums():
    made = tally(scheme("leave_out_above = 90"), inputs(*sat({"1": ["80", "70"]}), rooms=known(("2", "260", 4))))
    assert [str(problem) for problem in made.refusals] == [
        "mark.2: The rule needs every single mark of room 2, not their sum."
    ]


def test_a_mark_without_a_room_beside_others_with_one_is_told_and_not_a_crash():
    field = [*sat(FIELD), candidate("x", mark="70"), candidate("y", mark=MarkState.ABSENT)]
    made = tally(scheme(""), inputs(*field))
    assert [str(problem) for problem in made.refusals] == [
        "x.mark: The room must be known for a part with a room coefficient."
    ]
    alone = tally(scheme(""), inputs(*sat({"1": ["70", "60"]})))
    assert values(alone) == {"01-1-1": "70", "01-1-2": "60"}


def test_a_stated_mean_of_all_is_taken_even_where_every_mark_is_at_hand():
    stated = (KnownRoom("mark", "", Decimal(61), unit="01"),)
    assert values(tally(scheme(""), inputs(*sat({"1": ["60"]}), rooms=stated))) == {"01-1-1": "61"}
    two = values(tally(scheme("decimals = 1"), inputs(*sat({"1": ["60"], "2": ["61"]}), rooms=stated)))
    assert set(two.values()) == {"61.0"}


def test_rooms_without_any_of_their_candidates_have_coefficients_too():
    made = tally(scheme(""), Inputs((Post("01", 1),), (), rooms=known(("1", "60", 1), ("2", "80", 1))))
    assert made.last.rooms["01"]["mark"].reference == 70


SUBJECTS = """
compares = "subjects"
within = "selection"
only_mixed = true
reference = "pooled_mean"
leave_out_share_below_mean = 0.6
coefficient_decimals = 4
decimals = 2
"""


def test_subjects_are_evened_out_over_everybody_and_applied_where_one_ranking_sat_several():
    law, trade = ["60", "80", "70", "20"], ["90", "90"]
    mixed = [
        *sat({"law": law[:2], "trade": trade[:1]}, "01"),
        *sat({"law": law[2:]}, "02"),
        *sat({"trade": trade[1:]}, "03"),
    ]
    made = tally(scheme(SUBJECTS), inputs(*mixed))
    # 20 is more than 60 % below the 57.5 of law: law 70, trade 90, all (210 + 180) / 5 = 78
    found = made.last.rooms[""]["mark"]
    assert (found.reference, found.rooms["law"].mean, found.rooms["trade"].mean) == (78, 70, 90)
    assert values(made) == {
        "01-law-2": "89.14",
        "01-trade-1": "78.00",
        "01-law-1": "66.86",
        "02-law-1": "70",
        "02-law-2": "20",
        "03-trade-1": "90",
    }
    names = Names.of(scheme(SUBJECTS))
    said = [CHINESE(step_sentence(one.document(), names)) for one in made.result("01-trade-1").parts["mark"].steps]
    assert said[1:3] == [
        "成绩，各科目共同的平均分：78",
        "成绩，科目trade的系数：78 ÷ 90 = 0.8666666…，四舍五入取4位小数，得0.8667",
    ]


def test_without_that_it_is_applied_to_all():
    field = [*sat({"law": ["60"]}, "01"), *sat({"trade": ["80"]}, "02")]
    made = tally(scheme(SUBJECTS.replace("only_mixed = true", "")), inputs(*field))
    assert set(values(made).values()) == {"70.00"}


def test_rooms_of_a_closed_group_are_compared_inside_it():
    rule = scheme('within = "group"', '[order]\nwithin = "group"')
    posts = (Post("01", 1, "A"), Post("02", 1, "A"), Post("03", 1, "B"))
    field = [*sat({"1": ["60"]}, "01"), *sat({"2": ["80"]}, "02"), *sat({"3": ["90"]}, "03")]
    made = tally(rule, Inputs(posts, tuple(field)))
    assert values(made) == {"01-1-1": "70", "02-2-1": "70", "03-3-1": "90"}


scores = st.lists(st.integers(1, 100).map(str), min_size=1, max_size=5)


@settings(deadline=None)
@given(scores, scores)
def test_sums_in_place_of_marks_give_the_same_coefficients(one, two):
    field = {"1": one, "2": two}
    whole = tally(scheme(""), inputs(*sat(field)))
    sums = known(*((room, str(sum(map(int, own))), len(own)) for room, own in field.items()))
    both = tally(scheme(""), inputs(*sat(field), rooms=sums))
    assert values(whole) == values(both)
