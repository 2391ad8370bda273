"""The tally (计分): one scheme, all inputs in; every candidate's parts, total, rank, entry and reasons out.

Cuts are taken in the scheme's order. Candidates who do not enter a cut take no part in what follows; the last
stage ranks by the scheme's total. Nothing is computed where anything must be refused: all problems are listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from core.errors import Problem
from scoring.alike import Alike
from scoring.checked import in_play_at_first, problems_of
from scoring.cuts import CutRule
from scoring.inputs import Inputs
from scoring.outcome import Because, CandidateResult, Making, Reason, Results
from scoring.running import Running
from scoring.scheme import Scheme
from scoring.stage import run_stage
from scoring.unit import Stage
from scoring.wanting import first_wants

__all__ = ["Because", "CandidateResult", "Reason", "Tally", "interview_entry", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """A whole tally. With `refusals` nothing has been computed. `part` is what the last stage ranks by."""

    scheme: str
    part: str
    results: Sequence[CandidateResult] = ()
    stages: tuple[Stage, ...] = ()
    refusals: tuple[Problem, ...] = ()

    @property
    def last(self) -> Stage:
        """The stage that made ranks and totals. Raises IndexError of a refused tally."""
        return self.stages[-1]

    def result(self, code: str) -> CandidateResult:
        """One candidate's result. Raises KeyError for an unknown one."""
        if isinstance(self.results, Results):
            return self.results.of(code)
        raise KeyError(code)

    def entered(self) -> dict[str, tuple[str, ...]]:
        """By post or group: the codes of those who enter at the last cut, in order of rank."""
        if not self.last.cuts:
            return {}
        return {unit: outcome.cuts[self.last.cuts[-1]].entered for unit, outcome in self.last.units.items()}


def tally(scheme: Scheme, inputs: Inputs, upto: str = "") -> Tally:
    """Compute everything, or the stages up to the cut `upto`. The order of inputs has no effect on any figure."""
    rounds = _rounds(scheme, upto)
    problems = problems_of(scheme, inputs)
    if problems:
        told = {problem.field for problem in problems}
        problems += [one for one in first_wants(scheme, inputs, rounds[0][0]) if one.field not in told]  # all at once
        return Tally(scheme.fingerprint, rounds[-1][0], refusals=tuple(problems))
    running = Running(scheme, inputs)
    in_play = in_play_at_first(scheme, inputs)
    turned_away: dict[str, str] = {}
    stages: list[Stage] = []
    for place, (by, rules) in enumerate(rounds):
        stage = run_stage(running, by, rules, in_play)
        if stage is None:
            return Tally(scheme.fingerprint, rounds[-1][0], refusals=tuple(running.problems))
        stages.append(stage)
        if place < len(rounds) - 1:
            in_play = _going_on(running, stage, in_play, turned_away)
    results = Results(Making(running, stages[-1], turned_away))
    return Tally(scheme.fingerprint, rounds[-1][0], results, tuple(stages))


def interview_entry(scheme: Scheme, inputs: Inputs, cut: str = "interview") -> Tally:
    """The first cut alone (进入面试人选): totals, ranks and entry are by the part that cut looks at."""
    return tally(scheme, inputs, upto=cut)


def _rounds(scheme: Scheme, upto: str) -> list[tuple[str, list[CutRule]]]:
    """The stages in order: a part to rank by and the cuts drawn on it."""
    rules = list(scheme.cuts)
    if upto:
        rules = rules[: rules.index(scheme.cut(upto)) + 1]
    rounds = [(by, list(cuts)) for by, cuts in groupby(rules, key=lambda rule: rule.by)]
    if not upto and (not rounds or rounds[-1][0] != scheme.total):
        rounds.append((scheme.total, []))
    return rounds


def _going_on(running: Running, stage: Stage, in_play: Sequence[Alike], turned_away: dict[str, str]) -> list[Alike]:
    """Those who go on to the next stage; who is turned away is noted with the cut."""
    going = list(in_play)
    for key in stage.cuts:
        recorded = running.inputs.admitted.get(key)
        entered = {code for unit in stage.units.values() for code in unit.cuts[key].entered}
        # who withdrew after being heard was admitted: the cut draws its line without them
        entered |= {code for group in going if not running.ranked(group.one(0)) for code in group.codes}
        allowed = entered if recorded is None else recorded
        turned_away.update({code: key for group in going for code in group.codes if code not in allowed})
        kept = [(group, [n for n, code in enumerate(group.codes) if code in allowed]) for group in going]
        going = [group.only(places) for group, places in kept if places]
    return going
