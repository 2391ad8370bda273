"""The whole engine against a second calculation written in plain fractions, without any of its code."""

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import given, settings, strategies as st

from scoring.inputs import Candidate
from scoring.marks import Mark
from scoring.panel_mark import JudgeSheet
from scoring.tally import tally
from tests.scoring.building import inputs, scheme_from

ELEMENTS = {"a": 40, "b": 60}
half_up = {"half_up": lambda scaled: floor(scaled + Fraction(1, 2)), "truncate": floor}
MODES = {**half_up, "half_even": round}


def q(value: Fraction, decimals: int | None, mode: str) -> Fraction:
    return value if decimals is None else Fraction(MODES[mode](value * 10**decimals), 10**decimals)


def trimmed(values: list[Fraction], high: int, low: int) -> list[Fraction]:
    return sorted(values)[low : len(values) - high]


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


@st.composite
def rules(draw):
    decimals = st.sampled_from([None, 0, 1, 2, 3])
    return {
        "per": draw(st.sampled_from(["judge_total", "element"])),
        "mode": draw(st.sampled_from(["half_up", "half_even", "truncate"])),
        "high": draw(st.integers(0, 1)),
        "low": draw(st.integers(0, 2)),
        "written": draw(st.sampled_from(["0.5", "0.6", "0.35", "1/3"])),
        "expert": draw(st.sampled_from(["0.8", "0.5", "2/3"])),
        "element": draw(decimals),
        "group": draw(decimals),
        "interview": draw(decimals),
        "total": draw(st.sampled_from([0, 1, 2, 3])),
        "reference": draw(st.sampled_from(["mean_of_room_means", "pooled_mean"])),
        "mean": draw(decimals),
        "coefficient": draw(st.sampled_from([None, 2, 3, 4])),
    }


@st.composite
def fields(draw):
    def judge():
        return {key: Decimal(draw(st.integers(2, 2 * maximum))) / 2 for key, maximum in ELEMENTS.items()}

    return [
        {
            "room": draw(st.sampled_from("12")),
            "written": Decimal(draw(st.integers(0, 10000))).scaleb(-2),
            "expert": [judge() for _ in range(draw(st.sampled_from([4, 5, 8])))],
            "public": [judge() for _ in range(draw(st.integers(1, 3)))],
        }
        for _ in range(draw(st.integers(1, 5)))
    ]


def line(key: str, decimals: int | None, mode: str) -> str:
    return "" if decimals is None else f'{key}_decimals = {decimals}\n{key}_rounding = "{mode}"\n'


def scheme_toml(rule) -> str:
    other = 1 - Fraction(rule["written"])
    public = 1 - Fraction(rule["expert"])
    own = "" if rule["interview"] is None else f'decimals = {rule["interview"]}\nrounding = "{rule["mode"]}"\n'
    return f"""
[[parts]]
key = "total"
decimals = {rule["total"]}
rounding = "{rule["mode"]}"
[[parts]]
key = "written"
of = "total"
weight = "{rule["written"]}"
maximum = 100
[[parts]]
key = "interview"
of = "total"
weight = "{other}"
{own}
[panel.interview]
trim_per = "{rule["per"]}"
elements = [{{ key = "a", maximum = 40 }}, {{ key = "b", maximum = 60 }}]
{line("element", rule["element"], rule["mode"])}{line("group", rule["group"], rule["mode"])}
[[panel.interview.groups]]
key = "expert"
weight = "{rule["expert"]}"
drop_high = {rule["high"]}
drop_low = {rule["low"]}
[[panel.interview.groups]]
key = "public"
weight = "{public}"
[rooms.interview]
reference = "{rule["reference"]}"
{line("mean", rule["mean"], rule["mode"])}{line("coefficient", rule["coefficient"], rule["mode"])}{own}
"""


def plain_group(rule, sheets, high: int, low: int) -> Fraction:
    if rule["per"] == "judge_total":
        totals = trimmed([sum(map(Fraction, sheet.values()), Fraction(0)) for sheet in sheets], high, low)
        return q(mean(totals), rule["group"], rule["mode"])
    elements = [
        q(mean(trimmed([Fraction(sheet[key]) for sheet in sheets], high, low)), rule["element"], rule["mode"])
        for key in ELEMENTS
    ]
    return q(sum(elements, Fraction(0)), rule["group"], rule["mode"])


def plain_interviews(rule, field) -> list[Fraction]:
    weight = Fraction(rule["expert"])
    raw = [
        q(
            weight * plain_group(rule, one["expert"], rule["high"], rule["low"])
            + (1 - weight) * plain_group(rule, one["public"], 0, 0),
            rule["interview"],
            rule["mode"],
        )
        for one in field
    ]
    rooms = {
        one["room"]: [mark for mark, other in zip(raw, field, strict=True) if other["room"] == one["room"]]
        for one in field
    }
    if len(rooms) == 1:
        return raw
    means = {room: q(mean(marks), rule["mean"], rule["mode"]) for room, marks in rooms.items()}
    whole = list(means.values()) if rule["reference"] == "mean_of_room_means" else raw
    reference = q(mean(whole), rule["mean"], rule["mode"])
    shares = {room: q(reference / own, rule["coefficient"], rule["mode"]) for room, own in means.items()}
    return [
        q(mark * shares[one["room"]], rule["interview"], rule["mode"]) for mark, one in zip(raw, field, strict=True)
    ]


def plain_totals(rule, field) -> list[Fraction]:
    weight = Fraction(rule["written"])
    return [
        q(weight * Fraction(one["written"]) + (1 - weight) * interview, rule["total"], rule["mode"])
        for one, interview in zip(field, plain_interviews(rule, field), strict=True)
    ]


def sheets(one) -> tuple[JudgeSheet, ...]:
    return tuple(
        JudgeSheet(str(seat), group, judge)
        for group in ("expert", "public")
        for seat, judge in enumerate(one[group], 1)
    )


@settings(max_examples=300, deadline=None)
@given(rules(), fields())
def test_every_total_and_rank_is_what_plain_fractions_give(rule, field):
    made = tally(
        scheme_from(scheme_toml(rule)),
        inputs(
            *(
                Candidate(
                    f"c{n}",
                    "01",
                    {"written": Mark(one["written"])},
                    {"interview": sheets(one)},
                    {"interview": one["room"]},
                )
                for n, one in enumerate(field)
            )
        ),
    )
    assert made.refusals == ()
    expected = plain_totals(rule, field)
    found = [made.result(f"c{n}") for n in range(len(field))]
    assert [Fraction(result.total) for result in found] == expected
    assert [result.rank for result in found] == [1 + sum(other > own for other in expected) for own in expected]
