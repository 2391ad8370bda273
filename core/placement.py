"""Constrained placement of drawn lots: rooms, quotas per kind, exclusions, at most one of a unit in a room.

Step 6 of gongxuan-draw-v1: walk the drawn order and give each id to the first place that leaves a complete
assignment possible, and write down every place skipped with its reason.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from core.errors import Problem, Refusal, refuse_any
from core.flow import Network, max_flow


class Complete(StrEnum):
    """When an assignment is complete: every seat is taken (the rest are reserves), or every id has a place."""

    SEATS = "seats"
    IDS = "ids"


class SkipReason(StrEnum):
    """Why an id was not given a place; the first that applies, in this order, is recorded."""

    KIND = "kind"
    BARRED = "barred"
    FULL = "full"
    APART = "apart"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Place:
    """Seats of one kind in one room; kind "" takes anybody."""

    key: str
    seats: int
    room: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """One place passed over."""

    place: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one id went; place "" is the reserve."""

    id: str
    place: str
    skips: tuple[Skip, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """The constraints of a placement, published before the draw.

    `kinds` gives an id's kind; `apart` its unit, of which a room takes at most one; `barred` the ids shut out
    of a room or a place. Places are filled in the order they stand.
    """

    places: tuple[Place, ...]
    complete: Complete
    kinds: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    barred: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def canonical(self) -> str:
        """The JSON text that enters the pool's digest."""
        document = {
            "places": [{"place": p.key, "seats": p.seats, "room": p.room, "kind": p.kind} for p in self.places],
            "complete": self.complete.value,
            "kinds": dict(self.kinds),
            "apart": dict(self.apart),
            "barred": {where: sorted(ids) for where, ids in self.barred.items() if ids},
        }
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "Terms":
        """Read canonical text back. Raises Refusal if it is not the canonical text of terms."""
        try:
            document = msgspec.json.decode(text, type=_Document)
        except msgspec.DecodeError as error:
            raise Refusal(
                "The constraints are not a placement: {reason}", field="constraints", reason=str(error)
            ) from error
        places = tuple(Place(p.place, p.seats, p.room, p.kind) for p in document.places)
        terms = cls(places, document.complete, document.kinds, document.apart, document.barred)
        if terms.canonical() != text:
            raise Refusal("The constraints are not written in their canonical form.", field="constraints")
        return terms


@dataclass(frozen=True, slots=True)
class _Seats:
    place: str
    seats: int
    room: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Document:
    """The shape of canonical terms."""

    places: tuple[_Seats, ...]
    complete: Complete
    kinds: dict[str, str]
    apart: dict[str, str]
    barred: dict[str, frozenset[str]]


def term_problems(terms: Terms, ids: Sequence[str]) -> list[Problem]:
    """What makes the terms meaningless for this pool: empty or repeated places, ids that are not in the pool."""
    problems: list[Problem] = []
    keys = [place.key for place in terms.places]
    if not keys:
        problems.append(Problem("A placement needs at least one place.", field="places"))
    if len(set(keys)) < len(keys):
        problems.append(Problem("A place is listed twice.", field="places"))
    problems += [
        Problem("The place {place} has no seat.", {"place": place.key}, field="places")
        for place in terms.places
        if place.seats < 1
    ]
    named = {*terms.kinds, *terms.apart, *(one for ids_ in terms.barred.values() for one in ids_)}
    problems += [
        Problem("The constraints name {id}, who is not in the pool.", {"id": stranger}, field="constraints")
        for stranger in sorted(named - set(ids))
    ]
    known = {*keys, *(place.room for place in terms.places)}
    problems += [
        Problem("The constraints name {place}, which is not a room or place here.", {"place": where}, field="barred")
        for where in sorted(set(terms.barred) - known)
    ]
    return problems


def place_all(terms: Terms, order: Sequence[str]) -> tuple[Placement, ...]:
    """Give every id of the drawn order its place or the reserve, with each skip and its reason.

    Raises Refusal if the terms are meaningless or no complete assignment exists.
    """
    refuse_any(term_problems(terms, order))
    if not possible(terms, order):
        raise Refusal("No complete placement is possible under these constraints.", field="constraints")
    standing: dict[str, Place] = {}
    placements: list[Placement] = []
    for number, one in enumerate(order):
        placements.append(_place_one(terms, standing, one, order[number + 1 :]))
    return tuple(placements)


def _place_one(terms: Terms, standing: dict[str, Place], one: str, rest: Sequence[str]) -> Placement:
    skips: list[Skip] = []
    for place in terms.places:
        reason = _shut(terms, standing, one, place)
        if reason is None:
            standing[one] = place
            if possible(terms, rest, standing):
                return Placement(one, place.key, tuple(skips))
            del standing[one]
            reason = SkipReason.INCOMPLETE
        skips.append(Skip(place.key, reason))
    return Placement(one, "", tuple(skips))


def _shut(terms: Terms, standing: Mapping[str, Place], one: str, place: Place) -> SkipReason | None:
    """Why the place is closed to the id as things stand, None if it is open."""
    if not _suits(terms, one, place):
        return SkipReason.KIND
    if _is_barred(terms, one, place):
        return SkipReason.BARRED
    if sum(taken.key == place.key for taken in standing.values()) >= place.seats:
        return SkipReason.FULL
    unit = terms.apart.get(one, "")
    if unit and any(terms.apart.get(other) == unit and p.room == place.room for other, p in standing.items()):
        return SkipReason.APART
    return None


def _suits(terms: Terms, one: str, place: Place) -> bool:
    return not place.kind or terms.kinds.get(one, "") == place.kind


def _is_barred(terms: Terms, one: str, place: Place) -> bool:
    return any(one in terms.barred.get(where, frozenset()) for where in (place.room, place.key))


Lane = tuple[str, str, tuple[str, ...]]
"""A unit's one way into a room: unit (or the id itself), room, and the places there open to it."""


def possible(terms: Terms, rest: Sequence[str], standing: Mapping[str, Place] | None = None) -> bool:
    """Whether the ids in `rest` can complete the assignment that stands. Exact.

    A flow: id → its unit's lane into a room (one person) → place (free seats). A unit whose members may take
    different places of a room has several lanes there; where a flow uses two of them, each is tried alone.
    """
    standing = standing or {}
    free = {p.key: p.seats - sum(t.key == p.key for t in standing.values()) for p in terms.places}
    wanted = sum(free.values()) if terms.complete is Complete.SEATS else len(rest)
    if wanted > len(rest) or wanted > sum(free.values()):
        return False
    lanes = {one: _lanes(terms, standing, one) for one in rest}
    return _completes(lanes, free, wanted, frozenset())


def _lanes(terms: Terms, standing: Mapping[str, Place], one: str) -> list[Lane]:
    open_places: dict[str, list[str]] = {}
    for place in terms.places:
        if _shut(terms, standing, one, place) is None:
            open_places.setdefault(place.room, []).append(place.key)
    unit = terms.apart.get(one, "")
    owner = f"unit {unit}" if unit else f"id {one}"
    return [(owner, room, tuple(keys)) for room, keys in open_places.items()]


def _completes(
    lanes: Mapping[str, Sequence[Lane]], free: Mapping[str, int], wanted: int, closed: frozenset[Lane]
) -> bool:
    network: Network = {}
    for one, ways in lanes.items():
        for lane in ways:
            if lane not in closed:
                network["source", ("id", one)] = 1
                network[("id", one), ("in", lane)] = 1
                network[("in", lane), lane] = 1
                network.update({(lane, ("place", key)): 1 for key in lane[2]})
    network.update({(("place", key), "sink"): seats for key, seats in free.items()})
    flow = max_flow(network, "source", "sink")
    if flow.value < wanted:
        return False
    doubled = _doubled({lane for ways in lanes.values() for lane in ways} & {end for _, end in flow.edges})
    return not doubled or any(_completes(lanes, free, wanted, closed | (doubled - {lane})) for lane in sorted(doubled))


def _doubled(used: Iterable[Lane]) -> frozenset[Lane]:
    """The lanes of the first unit that entered one room by several; empty if no unit did."""
    by_room: dict[tuple[str, str], set[Lane]] = {}
    for lane in sorted(used):
        by_room.setdefault(lane[:2], set()).add(lane)
    return next((frozenset(lanes) for lanes in by_room.values() if len(lanes) > 1), frozenset())
