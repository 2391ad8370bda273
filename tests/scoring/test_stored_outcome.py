"""The stored composite is computed a second time from the stored inputs, in plain fractions, without the engine."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from core.acts import Acts
from core.db import Database
from exam.queries import rule_sets
from scoring.queries import COMPOSITE
from scoring.tables import TallyRow
from tests.scoring.course import Course, make_course

Document = Mapping[str, Any]


def rounded(value: Fraction, decimals: int) -> Fraction:
    """Half up."""
    return Fraction(floor(value * 10**decimals + Fraction(1, 2)), 10**decimals)


def mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def panel(scheme: Document, sheets: Sequence[Document]) -> Fraction:
    """Each group's judges: totals, extremes dropped, mean rounded; the groups weighed and rounded."""
    whole = Fraction(0)
    for group in scheme["panel"]["interview"]["groups"]:
        totals = sorted(
            sum(map(Fraction, sheet["marks"].values()), Fraction(0))
            for sheet in sheets
            if sheet["group"] == group["key"] and sheet["state"] == "present"
        )
        left = totals[group.get("drop_low", 0) : len(totals) - group.get("drop_high", 0)]
        whole += Fraction(group["weight"]) * rounded(mean(left), scheme["panel"]["interview"]["group_decimals"])
    return rounded(whole, part(scheme, "interview")["decimals"])


def part(scheme: Document, key: str) -> Document:
    return next(one for one in scheme["parts"] if one["key"] == key)


def weight(scheme: Document, key: str) -> Fraction:
    return Fraction(part(scheme, key)["weight"])


def written(scheme: Document, candidate: Document) -> Fraction:
    marks = {key: Fraction(mark) for key, mark in candidate["marks"].items()}
    inner = weight(scheme, "common") * marks["common"] + weight(scheme, "professional") * marks["professional"]
    return rounded(inner, part(scheme, "written")["decimals"])


def interviews(scheme: Document, candidates: Sequence[Document]) -> dict[str, Fraction]:
    """Panel marks, evened out where one post was heard in several rooms."""
    raw = {one["code"]: panel(scheme, one["sheets"]["interview"]) for one in candidates}
    by_room: dict[str, list[Fraction]] = {}
    for one in candidates:
        by_room.setdefault(one["rooms"]["interview"], []).append(raw[one["code"]])
    if len(by_room) < 2:
        return raw
    rule = scheme["rooms"]["interview"]
    means = {room: rounded(mean(marks), rule["mean_decimals"]) for room, marks in by_room.items()}
    reference = rounded(mean(list(means.values())), rule["mean_decimals"])
    shares = {room: rounded(reference / own, rule["coefficient_decimals"]) for room, own in means.items()}
    return {
        one["code"]: rounded(raw[one["code"]] * shares[one["rooms"]["interview"]], rule["decimals"])
        for one in candidates
    }


def computed_anew(scheme: Document, inputs: Document) -> dict[str, tuple[Fraction, int]]:
    """Total and rank of everybody who was heard and has not left; ties at the line by interview, then papers."""
    found: dict[str, tuple[Fraction, int]] = {}
    per_place = scheme["cuts"][-1]["per_place"]
    for post in inputs["posts"]:
        here = [
            one
            for one in inputs["candidates"]
            if one["post"] == post["code"] and one["sheets"].get("interview") and one["standing"] != "disqualified"
        ]
        marks, papers = interviews(scheme, here), {one["code"]: written(scheme, one) for one in here}
        totals = {
            one["code"]: rounded(
                weight(scheme, "written") * papers[one["code"]] + weight(scheme, "interview") * marks[one["code"]],
                part(scheme, "total")["decimals"],
            )
            for one in here
            if one["standing"] == "present"
        }
        wanted = post["places"] * per_place
        for code, own in totals.items():
            ahead = sum(other > own for other in totals.values())
            equal = [one for one, other in totals.items() if other == own]
            if ahead < wanted < ahead + len(equal):
                keys = {one: (marks[one], papers[one]) for one in equal}
                ahead += sum(keys[one] > keys[code] for one in equal)
            found[code] = (own, ahead + 1)
    return found


def scheme_of(course: Course, row: TallyRow) -> Document:
    text = next(one.canonical for one in course.read(rule_sets, course.id) if one.sha256 == row.scheme_sha256)
    found: Document = json.loads(text)
    return found


def stored(row: TallyRow) -> dict[str, tuple[Fraction, int]]:
    return {
        one["candidate"]: (Fraction(one["total"]), one["rank"])
        for one in row.outcome["results"]
        if one["rank"] is not None
    }


def scattered(place: int, seat: int) -> str:
    """Marks without any order, so that rooms, trims and ranks all have something to do."""
    halves = 120 + (place * 37 + seat * 23 + place * seat * 11) % 61
    return f"{halves // 2}.{5 * (halves % 2)}"


def paired(place: int, _seat: int) -> str:
    """Two by two the interview makes up for the written marks of `paired_marks`, so that totals meet at the line."""
    return "82" if place % 2 else "80"


def paired_marks(place: int) -> tuple[str, str]:
    mark = str(90 - 6 * (place // 2) - 3 * (place % 2))
    return mark, mark


def stored_again(course: Course) -> TallyRow:
    """The composite of this course, published, after it was compared with the second computation."""
    course.film()
    course.leave("20261007")
    course.accept(COMPOSITE)
    course.publish(COMPOSITE)
    row = course.tally(COMPOSITE)
    expected = computed_anew(scheme_of(course, row), row.inputs)
    assert len(expected) == 11
    assert "20261007" not in expected
    assert stored(row) == expected
    return row


@pytest.mark.parametrize("rooms", [None, {0: ("1", "2"), 1: ("3",)}])
def test_every_stored_total_and_rank_is_what_plain_fractions_give(database: Database, acts: Acts, rooms: Any) -> None:
    course = make_course(database, acts, sizes=(10, 5), places=(2, 1)).enter().seat(rooms)
    row = stored_again(course.hear(scattered))
    assert [*row.outcome["stages"][-1]["rooms"]] == (["01"] if rooms else [])


def test_equal_totals_at_the_line_are_ordered_as_plain_fractions_order_them(database: Database, acts: Acts) -> None:
    course = make_course(database, acts, sizes=(10, 5), places=(2, 1), marks=paired_marks).enter().seat()
    row = stored_again(course.hear(paired))
    ties = [tie for unit in row.outcome["stages"][-1]["units"].values() for tie in unit["ties"]]
    assert [tie["candidates"] for tie in ties if tie["outcome"] == "broken"] == [
        ["20261004", "20261005"],
        ["20262002", "20262003"],
    ]
