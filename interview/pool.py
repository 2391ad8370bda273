"""Whether a pool of judges can fill the day's panels, what is in the way if not, and the terms of their draw."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from core.errors import Problem, refuse_any
from core.placement import Complete, Place, Terms, possible
from core.words import N_, Sentence
from interview.panel import (
    KIND_WORDS,
    RULE_WORDS,
    CandidateFacts,
    Exclusion,
    JudgeFacts,
    JudgeKind,
    PanelRule,
    RecusalRule,
    exclusions,
)


@dataclass(frozen=True, slots=True)
class RoomNeeds:
    """A room (面试室) of the day: whom it hears, and the rule its panel follows."""

    key: str
    candidates: tuple[CandidateFacts, ...]
    rule: PanelRule


@dataclass(frozen=True, slots=True)
class RoomExclusion:
    """An exclusion and the room it shuts; a judge who is a candidate or unqualified is shut out of every room."""

    room: str
    exclusion: Exclusion


def room_exclusions(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds]) -> tuple[RoomExclusion, ...]:
    """Every exclusion of every room, as it is shown and kept before the draw."""
    everybody = {candidate.person for room in rooms for candidate in room.candidates}
    found: list[RoomExclusion] = []
    for room in rooms:
        elsewhere = [
            CandidateFacts(candidate.id, candidate.person)
            for other in rooms
            if other is not room
            for candidate in other.candidates
        ]
        competing = [judge for judge in judges if judge.person in everybody]
        own = exclusions(judges, room.candidates, room.rule)
        away = [one for one in exclusions(competing, elsewhere, room.rule) if one.rule is RecusalRule.IDENTITY]
        found += [RoomExclusion(room.key, one) for one in [*own, *away]]
    return tuple(found)


def place_key(room: str, kind: JudgeKind) -> str:
    """The name of a kind's seats in a room, as the draw's record shows it."""
    return f"{room}/{kind.value}"


def draw_terms(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds]) -> Terms:
    """The constraints of drawing these judges into the rooms; who is left over is a reserve.

    The terms are published: they hold ids and units' keys, and who is barred where, but not why.
    """
    hiring = {room.rule.hiring_unit for room in rooms}
    strict = any(room.rule.one_per_unit for room in rooms)
    barred: dict[str, set[str]] = {}
    for one in room_exclusions(judges, rooms):
        barred.setdefault(one.room, set()).add(one.exclusion.judge)
    return Terms(
        places=tuple(
            Place(place_key(room.key, kind), room.rule.quotas[kind], room.key, kind.value)
            for room in rooms
            for kind in JudgeKind
            if room.rule.quotas.get(kind, 0)
        ),
        complete=Complete.SEATS,
        kinds={judge.id: judge.kind.value for judge in judges},
        apart={judge.id: judge.unit for judge in judges if judge.unit and (strict or judge.unit in hiring)},
        barred={room: frozenset(ids) for room, ids in barred.items()},
    )


def check_pool(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds]) -> Terms:
    """The terms of the draw. Raises Refusal naming what binds if the pool cannot fill the panels.

    With one panel only, the judges are drawn from a surplus (人社部发〔2015〕93号).
    """
    refuse_any([*_twice(judges), *_too_few(judges, rooms)])
    terms = draw_terms(judges, rooms)
    ids = [judge.id for judge in judges]
    if not possible(terms, ids):
        refuse_any(_shortages(judges, rooms) or _binding(judges, rooms))
    refuse_any(_no_surplus(judges, rooms, terms))
    return terms


def _no_surplus(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds], terms: Terms) -> list[Problem]:
    seats = sum(place.seats for place in terms.places)
    found = sum(judge.id not in terms.barred.get(rooms[0].key, frozenset()) for judge in judges) if rooms else 0
    if len(rooms) != 1 or found > seats:
        return []
    return [
        Problem(
            "A single panel is drawn from more judges than it has seats: {needed} seats, {found} judges may sit.",
            {"needed": seats, "found": found},
            "pool",
        )
    ]


def _twice(judges: Sequence[JudgeFacts]) -> list[Problem]:
    times = Counter(judge.person for judge in judges)
    return [
        Problem("Judge {judge} is in the pool under two numbers.", {"judge": judge.id}, "pool")
        for judge in judges
        if times[judge.person] > 1
    ]


def _too_few(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds]) -> list[Problem]:
    """Kinds that are short before any rule is applied."""
    present = Counter(judge.kind for judge in judges)
    needed = {kind: sum(room.rule.quotas.get(kind, 0) for room in rooms) for kind in JudgeKind}
    return [
        Problem(
            "The panels need {needed} {kind}; the pool has {found}.",
            {"needed": needed[kind], "kind": Sentence(KIND_WORDS[kind]), "found": present[kind]},
            "pool",
        )
        for kind in JudgeKind
        if present[kind] < needed[kind]
    ]


def _shortages(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds]) -> list[Problem]:
    """Rooms for which too few judges of a kind are left, with the rules that took the others."""
    shut = room_exclusions(judges, rooms)
    problems: list[Problem] = []
    for room in rooms:
        for kind, needed in room.rule.quotas.items():
            ids = {judge.id for judge in judges if judge.kind is kind}
            out = [one.exclusion for one in shut if one.room == room.key and one.exclusion.judge in ids]
            free = len(ids - {one.judge for one in out})
            taking = {one.rule for one in out} if free < needed else set()
            for rule in filter(taking.__contains__, RecusalRule):
                facts = {
                    "room": room.key,
                    "needed": needed,
                    "kind": Sentence(KIND_WORDS[kind]),
                    "free": free,
                    "rule": Sentence(RULE_WORDS[rule]),
                    "out": len({one.judge for one in out if one.rule is rule}),
                }
                problems.append(
                    Problem(
                        "Room {room} needs {needed} {kind} and {free} may sit; {rule} excludes {out}.", facts, "pool"
                    )
                )
    return problems


def _binding(judges: Sequence[JudgeFacts], rooms: Sequence[RoomNeeds]) -> list[Problem]:
    """The rules each of which, lifted alone, would let the panels be filled; else that several bind together."""

    def fills(lift: Callable[[PanelRule], PanelRule]) -> bool:
        terms = draw_terms(judges, [replace(room, rule=lift(room.rule)) for room in rooms])
        return possible(terms, [judge.id for judge in judges])

    named = [RULE_WORDS[rule] for rule in RecusalRule if fills(partial(_without, lifted=rule))]
    if fills(lambda rule: replace(rule, one_per_unit=False, hiring_unit="")):
        named.append(N_("at most one judge of a unit"))
    if not named:
        return [Problem("Several rules together leave no way to fill the panels from this pool.", field="pool")]
    return [
        Problem(
            "The panels cannot be filled from this pool because of this rule: {rule}.", {"rule": Sentence(word)}, "pool"
        )
        for word in named
    ]


def _without(rule: PanelRule, lifted: RecusalRule) -> PanelRule:
    return replace(rule, in_effect=rule.in_effect - {lifted})
