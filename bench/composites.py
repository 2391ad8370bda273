"""Random composites, computed by the engine and by the tests' own calculation in plain fractions: how many differ.

Every rounding mode at every stage, trims by judge and by element, two groups of judges, weights that never end, rooms.
"""

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark
from scoring.scheme import document_from_toml, parse_scheme
from scoring.tally import tally
from tests.scoring.test_independent import ELEMENTS, plain_totals, scheme_toml, sheets

AT_ONCE = 250
DECIMALS = (None, 0, 1, 2, 3)


def differing(count: int) -> int:
    """How many of so many random composites differ in their total or rank."""
    chance = random.Random(7)
    return sum(_wrong(_rule(chance), list(_field(chance))) for _ in range(count // AT_ONCE))


def _rule(chance: random.Random) -> dict[str, Any]:
    choose = chance.choice
    return {
        "per": choose(["judge_total", "element"]),
        "mode": choose(["half_up", "half_even", "truncate"]),
        "high": choose([0, 1]),
        "low": choose([0, 1, 2]),
        "written": choose(["0.5", "0.6", "0.35", "1/3"]),
        "expert": choose(["0.8", "0.5", "2/3"]),
        "element": choose(DECIMALS),
        "group": choose(DECIMALS),
        "interview": choose(DECIMALS),
        "total": choose([0, 1, 2, 3]),
        "reference": choose(["mean_of_room_means", "pooled_mean"]),
        "mean": choose(DECIMALS),
        "coefficient": choose([None, 2, 3, 4]),
    }


def _field(chance: random.Random) -> Iterator[dict[str, Any]]:
    def judge() -> dict[str, Decimal]:
        return {key: Decimal(chance.randint(2, 2 * maximum)) / 2 for key, maximum in ELEMENTS.items()}

    for _ in range(AT_ONCE):
        yield {
            "room": chance.choice("123"),
            "written": Decimal(chance.randint(0, 10_000)).scaleb(-2),
            "expert": [judge() for _ in range(chance.choice([4, 5]))],
            "public": [judge() for _ in range(chance.randint(1, 2))],
        }


def _wrong(rule: dict[str, Any], field: list[dict[str, Any]]) -> int:
    people = tuple(
        Candidate(
            f"c{n}", "01", {"written": Mark(one["written"])}, {"interview": sheets(one)}, {"interview": one["room"]}
        )
        for n, one in enumerate(field)
    )
    made = tally(parse_scheme(document_from_toml(scheme_toml(rule))), Inputs((Post("01", 1),), people))
    found = {one.code: (Fraction(one.value), one.rank) for one in made.last.units["01"].ranking.placings}
    expected = plain_totals(rule, field)
    ahead = {value: sum(other > value for other in expected) for value in set(expected)}
    return sum(found.get(f"c{n}") != (value, ahead[value] + 1) for n, value in enumerate(expected))
