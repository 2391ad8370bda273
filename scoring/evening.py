"""Evening out rooms and subjects (修正系数) inside one stage: whose marks make which mean, and to whom it is applied.

The arithmetic of one coefficient is in rooms.py (rules.md §4).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from core.errors import Problem, Refusal, refuse_any
from scoring.formula import PartResult
from scoring.inputs import NO_ROOM
from scoring.marks import exact_text, exactly, settle
from scoring.parts import Part
from scoring.rooms import (
    Coefficients,
    KnownRoom,
    RoomMarks,
    RoomRule,
    Split,
    coefficients,
    corrected,
    corrected_vector,
)
from scoring.scheme import Scheme
from scoring.together import Computed, Together
from scoring.vectors import Vector, chosen, product


@dataclass(frozen=True, slots=True)
class Field:
    """The posts of one scheme: closed group and ranking unit of each, and the rooms known without their marks."""

    groups: Mapping[str, str]
    units: Mapping[str, str]
    known: Sequence[KnownRoom] = ()
    everybody: str = ""

    def compared(self, rule: RoomRule) -> dict[str, str]:
        """By post, within what its rooms are compared: the post, its group, or "" for everybody."""
        return {
            post: {Split.POST: post, Split.GROUP: group}.get(rule.within, "") for post, group in self.groups.items()
        }


@dataclass(frozen=True, slots=True)
class Evened:
    """One part evened out: each post's unit of comparison, the coefficients by unit, to which ranks it is applied.

    `mixed` holds the unit of comparison with the ranking units in which the coefficient is applied.
    """

    rule: RoomRule
    posts: Field
    unit_of: Mapping[str, str]
    found: Mapping[str, Coefficients]
    mixed: frozenset[tuple[str, str]]

    def coefficients_of(self, post: str) -> Coefficients | None:
        """The coefficients that are applied to the candidates of a post, None for none."""
        unit = self.unit_of[post]
        return self.found.get(unit) if (unit, self.posts.units[post]) in self.mixed else None

    def applied(self, post: str, room: str, result: PartResult) -> PartResult:
        """One candidate's part with the coefficient of the room, and the steps that show it."""
        found = self.coefficients_of(post)
        return result if found is None or result.value is None else _corrected(self.rule, found, room, result)


def even_rooms(scheme: Scheme, part: Part, everybody: Sequence[Together], posts: Field) -> dict[str, Evened]:
    """Apply the coefficients of a part and of every part below it. Raises Refusal where one cannot be made."""
    evened: dict[str, Evened] = {}
    for inner in part.walk():
        rule = scheme.rooms.get(inner.key)
        if rule is not None:
            opened = [one.opened(inner) for one in everybody]
            evened[inner.key] = own = _Evening(rule, posts, everybody, opened).evened()
            for one, computed in zip(everybody, opened, strict=True):
                one.ready[inner.key] = _applied(own, one, computed)
    return evened


@dataclass(slots=True)
class _Evening:
    """One part being evened out among everybody under one scheme."""

    rule: RoomRule
    posts: Field
    everybody: Sequence[Together]
    opened: Sequence[Computed]
    unit_of: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Who is compared with whom."""
        self.unit_of = self.posts.compared(self.rule)

    def evened(self) -> Evened:
        scale = lcm(*(one.value.scale for one in self.opened if one.value is not None))
        marks = self._marks(scale)
        known: dict[str, list[KnownRoom]] = {unit: [] for unit in dict.fromkeys(self.unit_of.values())}
        for one in self.posts.known:
            if one.part == self.rule.part and one.unit in known:
                known[one.unit].append(one)
        found: dict[str, Coefficients] = {}
        for unit, rooms in known.items():
            own = self._coefficients({room: Vector(n, scale) for room, n in marks.get(unit, {}).items()}, rooms)
            if own is not None:
                found[unit] = own
        return Evened(self.rule, self.posts, self.unit_of, found, self._mixed())

    def _marks(self, scale: int) -> dict[str, dict[str, list[int]]]:
        """The marks that make the means, by unit and room."""
        found: dict[str, dict[str, list[int]]] = {}
        of_post = {post: found.setdefault(unit, defaultdict(list)) for post, unit in self.unit_of.items()}
        for one, computed in zip(self.everybody, self.opened, strict=True):
            if computed.value is not None and self.rule.part not in one.effects:
                rooms = one.group.rooms(self.rule.part)
                for post, room, n in zip(one.posts, rooms, computed.value.over(scale), strict=True):
                    of_post[post][room].append(n)
        return found

    def _coefficients(self, marks: Mapping[str, Vector], known: Sequence[KnownRoom]) -> Coefficients | None:
        """The coefficients of one unit; None where it sat in one room only and the mean of all is not stated."""
        rooms = {one.room: one for one in known if one.room}
        stated = next((one.mean for one in known if not one.room), None)
        if len(marks.keys() | rooms.keys()) < (2 if stated is None else 1):
            return None
        if "" in marks:
            raise self._without_room()
        nobody = Vector(())
        refuse_any(
            [problem for room, one in rooms.items() for problem in _contradictions(one, marks.get(room, nobody))]
        )
        listed = [RoomMarks(room, values) for room, values in marks.items() if room not in rooms]
        return coefficients(self.rule, [*listed, *rooms.values()], stated)

    def _without_room(self) -> Refusal:
        return Refusal.of(
            [
                Problem(NO_ROOM, {}, f"{code}.{self.rule.part}")
                for one, computed in zip(self.everybody, self.opened, strict=True)
                for code, room in zip(one.group.codes, one.group.rooms(self.rule.part), strict=True)
                if computed.value is not None and not room
            ]
        )

    def _mixed(self) -> frozenset[tuple[str, str]]:
        """Where the coefficient is applied: in all ranking units, or in those with several rooms or subjects."""
        sat: dict[tuple[str, str], set[str]] = {}
        for one, computed in zip(self.everybody, self.opened, strict=True):
            ranks = {post: (self.unit_of[post], self.posts.units[post]) for post in set(one.posts)}
            for unit in ranks.values():
                sat.setdefault(unit, set())
            if self.rule.only_mixed and computed.value is not None:
                for post, room in zip(one.posts, one.group.rooms(self.rule.part), strict=True):
                    sat[ranks[post]].add(room)
        return frozenset(unit for unit, rooms in sat.items() if not self.rule.only_mixed or len(rooms) > 1)


def _contradictions(room: KnownRoom, marks: Vector) -> Iterator[Problem]:
    """Where the sum and number of a room do not go with the marks that are there."""
    if not room.count:
        return
    where, found = f"{room.part}.{room.room}", marks.sum
    facts: dict[str, object] = {"room": room.room, "sum": exact_text(room.sum), "found": exact_text(found)}
    if len(marks) > room.count:
        facts = {"room": room.room, "count": room.count, "found": len(marks)}
        yield Problem("Room {room} is said to have {count} marks, but {found} are given.", facts, where)
    elif len(marks) == room.count and found != room.sum:
        yield Problem("The marks of room {room} add up to {found}, not to {sum}.", facts, where)
    elif found > room.sum:
        yield Problem("The marks of room {room} add up to {found}, more than {sum}.", facts, where)


def _applied(evened: Evened, one: Together, opened: Computed) -> Computed:
    """The part of candidates who are alike, each with the coefficient of the own room where there is one."""
    raw, reached, exact = opened.value, opened.reached, opened.exact
    if raw is None or reached is None or exact is None or opened.key in one.effects:
        return opened
    shares, scale = _shares(evened, set(one.posts))
    rooms = one.group.rooms(opened.key)
    units = [shares[post].get(room) for post, room in zip(one.posts, rooms, strict=True)]
    where = [n is not None for n in units]
    if not any(where):
        return opened
    share = Vector([scale if n is None else n for n in units], scale)
    after, value = corrected_vector(evened.rule, raw, share)
    before = value
    if reached is not raw:
        changed = reached.differing(raw)
        before = chosen(changed, product(reached, share).settled(evened.rule.precision), value)
    precision = evened.rule.precision
    least = 0 if precision is None else precision.decimals
    return replace(
        opened,
        value=chosen(where, value, raw),
        exact=chosen(where, after, exact),
        reached=chosen(where, before, reached),
        least=least if evened.rule.cap is None and (all(where) or opened.least == least) else None,
    )


def _shares(evened: Evened, posts: set[str]) -> tuple[dict[str, dict[str, int]], int]:
    """The coefficients of the rooms of each post, over one scale."""
    found = {post: evened.coefficients_of(post) for post in posts}
    exact = {
        post: {} if own is None else {room: one.coefficient for room, one in own.rooms.items()}
        for post, own in found.items()
    }
    scale = lcm(*(share.as_integer_ratio()[1] for own in exact.values() for share in own.values()))
    return {post: {room: int(share * scale) for room, share in own.items()} for post, own in exact.items()}, scale


def _corrected(rule: RoomRule, found: Coefficients, room: str, result: PartResult) -> PartResult:
    coefficient = found.rooms[room].coefficient
    after = corrected(rule, result.value or Fraction(0), coefficient)
    before_bonus = after.value
    if result.before_bonus is not None and result.before_bonus != result.value:
        before_bonus = settle(exactly(result.before_bonus) * exactly(coefficient), rule.precision)
    steps = (*result.steps, *found.steps(rule, room), *after.steps)
    return replace(result, value=after.value, exact=after.exact, before_bonus=before_bonus, steps=steps)
