"""Every place where a scheme rounds, by its path, and the same scheme without the rounding of one place.

What a rounding decides is seen by computing once more without it (rules.md §2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.words import N_, Sentence
from scoring.marks import Precision
from scoring.panel_rule import PanelRule
from scoring.parts import Part
from scoring.rooms import RoomRule
from scoring.scheme import Scheme

PARTS: Mapping[str, tuple[str, str]] = {
    "weighted_decimals": ("weighted_precision", N_("{part}, when it has been weighted")),
    "sum_decimals": ("sum_precision", N_("{part}, before it is folded")),
    "decimals": ("precision", N_("{part} itself")),
}
PANELS: Mapping[str, tuple[str, str]] = {
    "judge_decimals": ("judge_precision", N_("{part}: each judge's total")),
    "element_decimals": ("element_precision", N_("{part}: the mean of an element")),
    "factor_decimals": ("factor_precision", N_("{part}: the mean of an element × its factor")),
    "group_decimals": ("group_precision", N_("{part}: the mean of a group of judges")),
}
ROOMS: Mapping[str, tuple[str, str]] = {
    "mean_decimals": ("mean_precision", N_("{part}: the mean of a room")),
    "reference_decimals": ("reference_precision", N_("{part}: the mean that rooms are brought to")),
    "coefficient_decimals": ("coefficient_precision", N_("{part}: the coefficient of a room")),
    "decimals": ("precision", N_("{part}: the mark × its room's coefficient")),
}
"""By the key of the scheme: the field that holds the precision, and what is rounded there in words."""


@dataclass(frozen=True, slots=True)
class RoundingPlace:
    """One place where the scheme rounds: its path in the document, what is rounded, and how."""

    path: str
    words: Sentence
    precision: Precision


def rounding_places(scheme: Scheme) -> tuple[RoundingPlace, ...]:
    """All places in the order of the calculation: panels, rooms, then parts from within."""
    parts = scheme.all_parts()
    found: list[RoundingPlace] = []
    for key, part in parts.items():
        if key in scheme.panels:
            found += _places(f"panel.{key}", scheme.panels[key], PANELS, part)
        found += _places(f"parts.{key}", part, PARTS, part)
        if key in scheme.rooms:
            found += _places(f"rooms.{key}", scheme.rooms[key], ROOMS, part)
    return tuple(found)


def _places(
    path: str, rule: Part | PanelRule | RoomRule, fields: Mapping[str, tuple[str, str]], part: Part
) -> Iterator[RoundingPlace]:
    for key, (name, words) in fields.items():
        precision = getattr(rule, name)
        if precision is not None:
            yield RoundingPlace(f"{path}.{key}", Sentence(words, {"part": part.name}), precision)


def without_rounding(scheme: Scheme, path: str) -> Scheme:
    """The same scheme with nothing rounded at one place. Raises KeyError where the scheme has no such place."""
    section, key, name = path.split(".")
    if section == "parts":
        trees = {tree: _part_without(part, key, _nothing(PARTS, name)) for tree, part in scheme.trees.items()}
        return replace(scheme, trees=trees)
    if section == "panel":
        panel = replace(scheme.panels[key], **_nothing(PANELS, name))
        return replace(scheme, panels={**scheme.panels, key: panel})
    room = replace(scheme.rooms[key], **_nothing(ROOMS, name))
    return replace(scheme, rooms={**scheme.rooms, key: room})


def _nothing(fields: Mapping[str, tuple[str, str]], name: str) -> dict[str, Any]:
    """The change that takes a precision away."""
    return {fields[name][0]: None}


def _part_without(part: Part, key: str, nothing: dict[str, Any]) -> Part:
    inner = tuple(_part_without(child, key, nothing) for child in part.parts)
    part = replace(part, parts=inner)
    return replace(part, **nothing) if part.key == key else part
