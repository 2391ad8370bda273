"""Ballots, shares, subjects, findings, numbers taken and rules of single posts against plain fractions."""

from fractions import Fraction
from math import ceil, floor

from hypothesis import given, settings, strategies as st

from scoring.ballots import BallotCount
from scoring.findings import Finding
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark
from scoring.tally import tally
from tests.scoring.building import scheme_from

POINTS = {"good": 100, "fair": 60, "poor": 0}
TAKEN = {"up": ceil, "down": floor, "half_up": lambda people: floor(people + Fraction(1, 2))}


def q(value: Fraction, decimals: int) -> Fraction:
    return Fraction(floor(value * 10**decimals + Fraction(1, 2)), 10**decimals)


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


@st.composite
def rules(draw):
    return {
        "a": draw(st.sampled_from(["0.4", "0.7", "1/3"])),
        "least": draw(st.integers(1, 4)),
        "class_decimals": draw(st.integers(0, 3)),
        "decimals": draw(st.integers(0, 3)),
        "reference": draw(st.sampled_from(["mean_of_room_means", "pooled_mean"])),
        "below": draw(st.sampled_from(["0.3", "0.6"])),
        "mixed": draw(st.booleans()),
        "cap": draw(st.sampled_from([80, 100])),
        "take": draw(st.sampled_from(["1", "1.2", "1.5", "3"])),
        "plus": draw(st.integers(0, 1)),
        "fraction": draw(st.sampled_from(sorted(TAKEN))),
        "other": draw(st.sampled_from([10, 30, 60])),
    }


@st.composite
def fields(draw):
    votes = st.integers(0, 9)
    return [
        {
            "post": draw(st.sampled_from(["01", "02", "03"])),
            "subject": draw(st.sampled_from(["law", "trade"])),
            "written": draw(st.integers(10, 100)),
            "own": draw(st.integers(0, 92)),
            "ballots": {
                "a": {"good": draw(st.integers(4, 9)), "fair": draw(votes), "poor": draw(votes), "blank": draw(votes)},
                "b": {key: draw(votes) for key in (*POINTS, "blank")},
            },
            "zero": draw(st.sampled_from([False, False, True])),
        }
        for _ in range(draw(st.integers(1, 6)))
    ]


def scheme_toml(rule) -> str:
    return f"""
[[parts]]
key = "total"
decimals = {rule["decimals"]}
cap = {rule["cap"]}
[[parts]]
key = "written"
of = "total"
points = 50
maximum = 100
[[parts]]
key = "appraisal"
of = "total"
kind = "share"
maximum = 20
[[parts]]
key = "assessment"
of = "total"
points = 30
[ballots.assessment]
grades = [{", ".join(f'{{ key = "{key}", points = {points} }}' for key, points in POINTS.items())}]
invalid = [{{ key = "blank" }}]
classes = [{{ key = "a", weight = "{rule["a"]}" }}, {{ key = "b", weight = "{1 - Fraction(rule["a"])}" }}]
least_ballots = {rule["least"]}
no_ballot = "leave_out"
class_decimals = {rule["class_decimals"]}
[rooms.written]
compares = "subjects"
only_mixed = {str(rule["mixed"]).lower()}
within = "selection"
reference = "{rule["reference"]}"
leave_out_share_below_mean = {rule["below"]}
coefficient_decimals = 4
decimals = 2
[[cuts]]
key = "proposed"
per_place = {rule["take"]}
plus = {rule["plus"]}
fraction = "{rule["fraction"]}"
[[findings]]
key = "named"
effect = "zero"
parts = ["written"]
[[variants]]
key = "other"
posts = ["02"]
parts = [{{ key = "assessment", points = {rule["other"]} }}]
"""


def plain_assessment(rule, ballots) -> Fraction:
    weights = {"a": Fraction(rule["a"]), "b": 1 - Fraction(rule["a"])}
    means = {}
    for voters, votes in ballots.items():
        valid = sum(votes[key] for key in POINTS)
        if valid >= rule["least"]:
            means[voters] = q(Fraction(sum(votes[key] * POINTS[key] for key in POINTS), valid), rule["class_decimals"])
    return sum(weights[key] * means[key] for key in means) / sum(weights[key] for key in means)


def plain_written(rule, people) -> list[Fraction]:
    """The written marks of the posts that have one set of rules."""
    sat = {
        subject: [Fraction(one["written"]) for one in people if one["subject"] == subject and not one["zero"]]
        for subject in ("law", "trade")
    }
    sat = {subject: marks for subject, marks in sat.items() if marks}
    if len(sat) < 2:
        return [Fraction(0 if one["zero"] else one["written"]) for one in people]
    usual = {
        subject: [mark for mark in marks if mark >= mean(marks) * (1 - Fraction(rule["below"]))]
        for subject, marks in sat.items()
    }
    means = {subject: mean(marks) for subject, marks in usual.items()}
    pooled = mean([mark for marks in usual.values() for mark in marks])
    reference = mean(list(means.values())) if rule["reference"] == "mean_of_room_means" else pooled
    shares = {subject: q(reference / own, 4) for subject, own in means.items()}

    def evened(one) -> Fraction:
        beside = {other["subject"] for other in people if other["post"] == one["post"]}
        if one["zero"]:
            return Fraction(0)
        if rule["mixed"] and len(beside) < 2:
            return Fraction(one["written"])
        return q(one["written"] * shares[one["subject"]], 2)

    return [evened(one) for one in people]


def plain_totals(rule, people, points: int) -> list[Fraction]:
    found = []
    for one, written in zip(people, plain_written(rule, people), strict=True):
        whole = written / 2 + Fraction(one["own"] * 20, 92) + plain_assessment(rule, one["ballots"]) * points / 100
        found.append(min(q(whole, rule["decimals"]), Fraction(rule["cap"])))
    return found


def candidate(code: str, one) -> Candidate:
    return Candidate(
        code,
        one["post"],
        {"written": Mark.of(one["written"]), "appraisal": Mark.share(one["own"], 92)},
        rooms={"written": one["subject"]},
        ballots={"assessment": tuple(BallotCount(voters, votes) for voters, votes in one["ballots"].items())},
        findings=(Finding("named", "written"),) if one["zero"] else (),
    )


@settings(max_examples=200, deadline=None)
@given(rules(), fields())
def test_totals_ranks_and_numbers_taken_are_what_plain_fractions_give(rule, field):
    posts = (Post("01", 1), Post("02", 2), Post("03", 3))
    people = tuple(candidate(f"c{n}", one) for n, one in enumerate(field))
    made = tally(scheme_from(scheme_toml(rule)), Inputs(posts, people))
    assert made.refusals == ()
    for rivals, points in ((("01", "03"), 30), (("02",), rule["other"])):
        own = [n for n, one in enumerate(field) if one["post"] in rivals]
        expected = plain_totals(rule, [field[n] for n in own], points)
        found = [made.result(f"c{n}") for n in own]
        assert [Fraction(one.total) for one in found] == expected
        assert [one.rank for one in found] == [
            1 + sum(other > mark and one.post == beside.post for other, beside in zip(expected, found, strict=True))
            for mark, one in zip(expected, found, strict=True)
        ]
    for post in posts:
        people = post.places * Fraction(rule["take"]) + rule["plus"]
        assert made.last.units[post.code].cuts["proposed"].wanted == TAKEN[rule["fraction"]](people)


def test_the_same_by_hand():
    rule = {"a": "0.4", "least": 1, "class_decimals": 2}
    ballots = {
        "a": {"good": 3, "fair": 1, "poor": 0, "blank": 2},
        "b": {"good": 1, "fair": 1, "poor": 1, "blank": 0},
    }
    assert plain_assessment(rule, ballots) == Fraction("67.998")  # (360 / 4) × 0.4 + 53.33 × 0.6 = 36 + 31.998
