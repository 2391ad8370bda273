"""How close a result was: the margin of every cut, and who would stand elsewhere without one of the roundings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring.inputs import Inputs
from scoring.marks import exactly
from scoring.roundings import RoundingPlace, rounding_places, without_rounding
from scoring.scheme import Scheme
from scoring.snapshot import Changed, changed_results, tally_document
from scoring.stored import value_of
from scoring.tally import tally

MOST_PEOPLE = 2000
"""More candidates than this are not computed once more for every rounding."""


@dataclass(frozen=True, slots=True)
class Margin:
    """One cut of one post: the values on both sides of its line; None where nobody is on a side."""

    unit: str
    cut: str
    by: str
    wanted: int
    entered: int
    last_in: str
    first_out: str
    margin: Fraction | None


@dataclass(frozen=True, slots=True)
class RoundingEffect:
    """What one rounding decides: whose rank or entry is another one without it."""

    place: RoundingPlace
    changes: tuple[Changed, ...]


def margins(outcome: Mapping[str, Any]) -> tuple[Margin, ...]:
    """The cuts of the last stage, post by post."""
    stage = outcome["stages"][-1]
    return tuple(
        _margin(outcome, stage["by"], unit, key, cut)
        for unit, found in stage["units"].items()
        for key, cut in found["cuts"].items()
    )


def _margin(outcome: Mapping[str, Any], by: str, unit: str, key: str, cut: Mapping[str, Any]) -> Margin:
    exact = {one["candidate"]: one["exact"] for one in outcome["results"]}
    values = {
        placing["candidate"]: exactly(value_of(placing["value"], exact[placing["candidate"]]))
        for placing in outcome["stages"][-1]["units"][unit]["order"]
    }
    inside = [values[code] for code in cut["entered"]]
    outside = [values[code] for code in cut["standing"] if code not in cut["entered"]]
    apart = min(inside) - max(outside) if inside and outside else None
    return Margin(
        unit, key, by, cut["wanted"], len(inside), cut["last_in"] or "", cut["first_out"] or "", apart
    )  # fmt: skip


def rounding_effects(
    scheme: Scheme, inputs: Inputs, outcome: Mapping[str, Any], upto: str = ""
) -> tuple[RoundingEffect, ...] | None:
    """The whole tally computed once more without each of its roundings; None for too many candidates.

    `upto` is the cut at which the stored tally ended, "" where it went to the end.
    """
    if len(inputs.candidates) > MOST_PEOPLE:
        return None
    used = _used(scheme, outcome)
    return tuple(
        RoundingEffect(place, _changes(scheme, inputs, outcome, place, upto))
        for place in rounding_places(scheme)
        if place.path.split(".")[1] in used
    )


def _used(scheme: Scheme, outcome: Mapping[str, Any]) -> set[str]:
    """The parts that the stages of an outcome have evaluated."""
    parts = scheme.all_parts()
    return {inner.key for stage in outcome["stages"] for inner in parts[stage["by"]].walk()}


def _changes(
    scheme: Scheme, inputs: Inputs, outcome: Mapping[str, Any], place: RoundingPlace, upto: str
) -> tuple[Changed, ...]:
    found = tally(without_rounding(scheme, place.path), inputs, upto)
    if found.refusals:
        return ()
    changed: Sequence[Changed] = changed_results(outcome, tally_document(found, steps=False))
    return tuple(one for one in changed if one.rank[0] != one.rank[1] or one.entered[0] != one.entered[1])
