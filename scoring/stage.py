"""One stage of a tally: evaluate everybody in play, even out rooms, rank inside each unit, draw the cuts.

Candidates who are alike are computed together, in columns (scoring.together); one candidate's steps are made when
they are asked for (scoring.explained).
"""

from collections.abc import Mapping, Sequence
from math import lcm

from core.errors import Refusal
from scoring.alike import Alike
from scoring.cuts import CutRule
from scoring.evening import even_rooms
from scoring.explained import Evaluated
from scoring.marks import Exact
from scoring.rooms import Coefficients
from scoring.running import Running
from scoring.together import Together
from scoring.unit import Members, Stage, Unit, UnitResult, results_of
from scoring.wanting import told, wanting


def run_stage(running: Running, by: str, rules: Sequence[CutRule], in_play: Sequence[Alike]) -> Stage | None:
    """Evaluate, rank and cut. None where something must be refused; the problems are in `running`."""
    running.problems += wanting(running, by, in_play)
    if running.problems:
        return None
    try:
        coefficients = _evaluate(running, by, in_play)
    except Refusal as refusal:
        running.problems += told(running, by, in_play) or refusal.problems
        return None
    return Stage(by, tuple(rule.key for rule in rules), _ranked(running, by, rules), coefficients)


def _evaluate(running: Running, by: str, in_play: Sequence[Alike]) -> dict[str, dict[str, Coefficients]]:
    """Everybody's values into `running`; the room coefficients by unit and part."""
    coefficients: dict[str, dict[str, Coefficients]] = {}
    evaluated = Evaluated(by, [])
    for key, scheme in running.schemes().items():
        groups = [Together(scheme, one, running.lines) for one in in_play if running.rules(one.one(0)) is scheme]
        part = scheme.all_parts()[by]
        posts = running.evening(scheme, key)
        evened = even_rooms(scheme, part, groups, posts)
        for inner, own in evened.items():
            for unit, found in own.found.items():
                coefficients.setdefault(unit or posts.everybody, {})[inner] = found
        for together in groups:
            together.found = {one.key: one for one in together.evaluate(part).all_parts()}
            evaluated.groups.append((together, evened))
    running.evaluated.append(evaluated)
    return coefficients


def _ranked(running: Running, by: str, rules: Sequence[CutRule]) -> dict[str, UnitResult]:
    """Every unit's ranking and cuts."""
    units = running.units()
    members = _members(running, by)
    return results_of(
        [
            Unit(running, own, by, [own.cut(rule.key) for rule in rules], unit, running.places[unit], members[unit])
            for unit, own in units.items()
        ]
    )


def _members(running: Running, by: str) -> dict[str, Members]:
    """Who is in play in each unit, with the values that rank."""
    codes: dict[str, list[str]] = {unit: [] for unit in running.places}
    equal: dict[str, dict[int, dict[str, Exact]]] = {unit: {} for unit in running.places}
    failed: set[str] = set()
    unit_of = {code: running.unit_of(post) for code, post in running.posts.items()}
    groups = [together for together, _ in running.evaluated[-1].groups]
    scale = lcm(*(one.value.scale for group in groups if (one := group.found[by]).value is not None))
    for group in groups:
        units = [unit_of[post] for post in group.posts]
        for code, unit in zip(group.group.codes, units, strict=True):
            codes[unit].append(code)
        value = group.found[by].value
        if value is None or not running.ranked(group.group.one(0)):
            continue
        written = _written(running, group, by)
        for code, unit, n, own in zip(group.group.codes, units, value.over(scale), written, strict=True):
            classes = equal[unit]
            if n in classes:
                classes[n][code] = own
            else:
                classes[n] = {code: own}
        failed.update(_failed(group))
    return {unit: _in_order(codes[unit], equal[unit], failed) for unit in codes}


def _written(running: Running, group: Together, by: str) -> list[Exact]:
    """The values that rank, as they are written."""
    computed = group.found[by]
    codes = group.group.codes
    if computed.value is None:
        return []
    if computed.least is None:
        return [value for code in codes if (value := running.value(code, by)) is not None]
    made: dict[int, Exact] = {}
    for place, n in enumerate(computed.value.units):
        if n not in made:
            made[n] = computed.value.written(place, computed.least)
    return [made[n] for n in computed.value.units]


def _failed(group: Together) -> list[str]:
    """The codes of those below a pass mark."""
    judged = [one.passed for one in group.found.values() if one.passed is not None]
    return [code for code, *passed in zip(group.group.codes, *judged, strict=True) if not all(passed)] if judged else []


def _in_order(codes: Sequence[str], equal: Mapping[int, dict[str, Exact]], failed: set[str]) -> Members:
    classes = [equal[n] if len(equal[n]) == 1 else dict(sorted(equal[n].items())) for n in sorted(equal, reverse=True)]
    return Members(codes, classes, frozenset[str]().union(*classes) - failed)
