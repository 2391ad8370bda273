"""Evening out rooms and subjects (修正系数) inside one stage: whose marks make which mean, and to whom it is applied.

The arithmetic of one coefficient is in rooms.py (rules.md §4).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from core.errors import Problem, Refusal, refuse_any
from scoring.formula import Given, PartResult, open_part
from scoring.inputs import NO_ROOM, Candidate
from scoring.marks import Exact, exact_text, exactly, settle, total
from scoring.parts import Part
from scoring.rooms import Coefficients, KnownRoom, RoomMarks, RoomRule, Split, coefficients, corrected
from scoring.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Field:
    """The posts of one scheme: closed group and ranking unit of each, and the rooms known without their marks."""

    groups: Mapping[str, str]
    units: Mapping[str, str]
    known: Sequence[KnownRoom] = ()
    everybody: str = ""


@dataclass(slots=True)
class Evened:
    """Parts with their coefficient applied, by candidate; the coefficients, by unit and part."""

    ready: dict[str, dict[str, PartResult]] = field(default_factory=dict)
    found: dict[str, dict[str, Coefficients]] = field(default_factory=dict)


def even_rooms(
    scheme: Scheme, part: Part, in_play: Sequence[Candidate], givens: Mapping[str, Given], posts: Field
) -> Evened:
    """Apply the coefficients of a part and of every part below it. Raises Refusal where one cannot be made."""
    evened = Evened()
    for inner in part.walk():
        rule = scheme.rooms.get(inner.key)
        if rule is None:
            continue
        opened = {c.code: open_part(inner, givens[c.code], evened.ready.get(c.code)) for c in in_play}
        for unit, members in _units(rule, in_play, posts).items():
            known = [one for one in posts.known if (one.part, one.unit) == (rule.part, unit)]
            found = _coefficients(rule, members, opened, givens, known)
            if found is not None:
                evened.found.setdefault(unit or posts.everybody, {})[inner.key] = found
            mixed = _mixed(rule, members, opened, posts)
            for candidate in members:
                result = opened[candidate.code]
                applied = (
                    found is not None and result.value is not None and inner.key not in givens[candidate.code].effects
                )
                if found is not None and applied and posts.units[candidate.post] in mixed:
                    result = _corrected(rule, found, candidate.rooms[inner.key], result)
                evened.ready.setdefault(candidate.code, {})[inner.key] = result
    return evened


def _units(rule: RoomRule, in_play: Sequence[Candidate], posts: Field) -> dict[str, list[Candidate]]:
    """Candidates whose rooms are compared with each other: by post, by group, or everybody.

    Nobody at all where rooms are known but none of their candidates.
    """
    unit_of = {post: {Split.POST: post, Split.GROUP: posts.groups[post]}.get(rule.within, "") for post in posts.groups}
    known = {one.unit for one in posts.known if one.part == rule.part}
    units: dict[str, list[Candidate]] = {unit: [] for unit in unit_of.values() if unit in known}
    for candidate in in_play:
        units.setdefault(unit_of[candidate.post], []).append(candidate)
    return units


def _coefficients(
    rule: RoomRule,
    members: Sequence[Candidate],
    opened: Mapping[str, PartResult],
    givens: Mapping[str, Given],
    known: Sequence[KnownRoom],
) -> Coefficients | None:
    """The coefficients of one unit; None where it sat in one room only and the mean of all is not stated."""
    marks: dict[str, list[Exact]] = {}
    for candidate in members:
        value = opened[candidate.code].value
        if value is not None and rule.part not in givens[candidate.code].effects:
            marks.setdefault(candidate.rooms.get(rule.part, ""), []).append(value)
    rooms = {one.room: one for one in known if one.room}
    stated = next((one.mean for one in known if not one.room), None)
    if len(marks.keys() | rooms.keys()) < (2 if stated is None else 1):
        return None
    if "" in marks:
        raise _without_room(rule, members, opened)
    refuse_any([problem for room, one in rooms.items() for problem in _contradictions(one, marks.get(room, []))])
    listed = [RoomMarks(room, values) for room, values in marks.items() if room not in rooms]
    return coefficients(rule, [*listed, *rooms.values()], stated)


def _without_room(rule: RoomRule, members: Sequence[Candidate], opened: Mapping[str, PartResult]) -> Refusal:
    return Refusal.of(
        [
            Problem(NO_ROOM, {}, f"{one.code}.{rule.part}")
            for one in members
            if opened[one.code].value is not None and not one.rooms.get(rule.part)
        ]
    )


def _contradictions(room: KnownRoom, marks: Sequence[Exact]) -> Iterator[Problem]:
    """Where the sum and number of a room do not go with the marks that are there."""
    if not room.count:
        return
    where, found = f"{room.part}.{room.room}", total(marks)
    facts: dict[str, object] = {"room": room.room, "sum": exact_text(room.sum), "found": exact_text(found)}
    if len(marks) > room.count:
        facts = {"room": room.room, "count": room.count, "found": len(marks)}
        yield Problem("Room {room} is said to have {count} marks, but {found} are given.", facts, where)
    elif len(marks) == room.count and found != room.sum:
        yield Problem("The marks of room {room} add up to {found}, not to {sum}.", facts, where)
    elif found > room.sum:
        yield Problem("The marks of room {room} add up to {found}, more than {sum}.", facts, where)


def _mixed(rule: RoomRule, members: Sequence[Candidate], opened: Mapping[str, PartResult], posts: Field) -> set[str]:
    """The ranking units in which the coefficient is applied: all, or those with several rooms or subjects."""
    rooms: dict[str, set[str]] = {}
    for one in members:
        own = rooms.setdefault(posts.units[one.post], set())
        if opened[one.code].value is not None:
            own.add(one.rooms.get(rule.part, ""))
    return {unit for unit, sat in rooms.items() if not rule.only_mixed or len(sat) > 1}


def _corrected(rule: RoomRule, found: Coefficients, room: str, result: PartResult) -> PartResult:
    coefficient = found.rooms[room].coefficient
    after = corrected(rule, result.value or Fraction(0), coefficient)
    before_bonus = after.value
    if result.before_bonus is not None and result.before_bonus != result.value:
        before_bonus = settle(exactly(result.before_bonus) * exactly(coefficient), rule.precision)
    steps = (*result.steps, *found.steps(rule, room), *after.steps)
    return replace(result, value=after.value, exact=after.exact, before_bonus=before_bonus, steps=steps)
