"""What is wanting or wrong before a stage can be computed: missing marks, bad sheets and ballots, pass marks not drawn.

Of candidates who are alike one look at the first and at the bounds of each column is enough. Only where that finds
something is every candidate looked at, so that each problem is told of the candidate and mark it is about.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.errors import Problem, Refusal
from scoring.alike import Alike
from scoring.ballots import ballot_problems
from scoring.explained import given_of
from scoring.formula import missing
from scoring.inputs import IN_ROOM_MEANS, Candidate, Inputs
from scoring.panel_rule import PanelRule
from scoring.parts import Part
from scoring.running import Running
from scoring.scheme import Scheme


def wanting(running: Running, by: str, in_play: Sequence[Alike]) -> list[Problem]:
    """Everything that keeps this stage from being computed."""
    if all(_sound(running, by, group) for group in in_play):
        return []
    return told(running, by, in_play)


def told(running: Running, by: str, in_play: Sequence[Alike]) -> list[Problem]:
    """The problems of everybody in play, in the order of the inputs."""
    codes = {code for group in in_play for code in group.codes}
    return _told(running, by, [one for one in running.inputs.candidates if one.code in codes])


def first_wants(scheme: Scheme, inputs: Inputs, by: str) -> list[Problem]:
    """What is wanting or wrong in the sheets and ballots of the first stage, for inputs that are refused anyway."""
    running = Running(scheme, inputs)
    known = [one for one in inputs.candidates if one.standing in IN_ROOM_MEANS and one.post in running.posts]
    return _told(
        running,
        by,
        [replace(one, findings=tuple(f for f in one.findings if f.kind in scheme.findings)) for one in known],
    )


def _told(running: Running, by: str, people: Sequence[Candidate]) -> list[Problem]:
    problems: list[Problem] = []
    for scheme in running.schemes().values():
        own = [one for one in people if running.rules(one) is scheme]
        part = scheme.all_parts()[by]
        for one in own:
            problems += _of_candidate(running, scheme, part, one)
        problems += _undrawn(running, part, dict.fromkeys(one.post for one in own))
    return problems


def _of_candidate(running: Running, scheme: Scheme, part: Part, one: Candidate) -> Iterator[Problem]:
    """Bad sheets and ballots of one candidate, then the marks that are wanting."""
    left: set[str] = set()
    for inner in part.walk():
        try:
            given_of(scheme, replace(inner, parts=()), one, {})
        except Refusal as refusal:
            left.add(inner.key)
            for problem in refusal.problems:
                where = f"{one.code}.{inner.key}" + (f".{problem.field}" if problem.field else "")
                yield Problem(problem.sentence, problem.facts, where)
    if not running.ranked(one):
        return
    kept = {key: sheets for key, sheets in one.sheets.items() if key not in left}
    polled = {key: counts for key, counts in one.ballots.items() if key not in left}
    given = given_of(scheme, part, replace(one, sheets=kept, ballots=polled), running.lines[one.post])
    for key in missing(part, given):
        if not one.sheets.get(key) and not one.ballots.get(key):
            yield Problem("The mark is missing.", {}, f"{one.code}.{key}")


def _undrawn(running: Running, part: Part, posts: Sequence[str] | dict[str, None]) -> Iterator[Problem]:
    for post in posts:
        for inner in part.walk():
            if inner.pass_mark and inner.pass_mark.mark is None and inner.key not in running.lines[post]:
                yield Problem("The pass mark of this part is not recorded yet.", {}, f"{post}.{inner.key}")


# ── one look at all who are alike ────────────────────────────────────────────────────────────────────────────────────


def _sound(running: Running, by: str, group: Alike) -> bool:
    """Whether nothing is wanting or wrong for any of them."""
    first = group.one(0)
    scheme = running.rules(first)
    part = scheme.all_parts()[by]
    if any(_of_candidate(running, scheme, part, first)) or any(_undrawn(running, part, dict.fromkeys(group.posts))):
        return False
    for inner in part.walk():
        panel = scheme.panels.get(inner.key) if first.sheets.get(inner.key) else None
        if panel is not None and not _within(panel, group, inner.key):
            return False
        if inner.key in scheme.ballots and first.ballots.get(inner.key):
            rule = scheme.ballots[inner.key]
            everybody = range(len(group.codes))
            if any(ballot_problems(rule, list(group.one(n).ballots[inner.key])) for n in everybody):
                return False
    return True


def _within(rule: PanelRule, group: Alike, part: str) -> bool:
    """Whether every judge's mark is one that the sheet allows."""
    most = {element.key: element.maximum for element in rule.elements}
    return all(column.within(0, most[key], rule.step) for _, own in group.sheets(part) for key, column in own.items())
