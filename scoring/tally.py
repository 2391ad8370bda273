"""The tally (计分): one scheme, all inputs in; every candidate's parts, total, rank, entry and reasons out.

Cuts are taken in the scheme's order. Candidates who do not enter a cut take no part in what follows; the last
stage ranks by the scheme's total. Nothing is computed where anything must be refused: all problems are listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from core.errors import Problem
from scoring.cuts import CutRule, Entered
from scoring.findings import Finding, vetoes
from scoring.formula import PartResult
from scoring.inputs import Candidate, Inputs, input_problems
from scoring.marks import Exact, MarkState
from scoring.ranking import Placing
from scoring.scheme import Scheme
from scoring.stage import Running, Stage, UnitResult, first_wants, in_play_at_first, run_stage


class Because(StrEnum):
    """Why a candidate stands where he stands; the facts of each are named beside it."""

    WITHIN = "within"  # cut, wanted
    TIED_IN = "tied_in"  # cut, wanted
    TIED_OUT = "tied_out"  # cut, wanted
    WAITING = "waiting"  # cut, wanted: equal at the line until something is recorded
    BEYOND = "beyond"  # cut, wanted
    NOT_ADMITTED = "not_admitted"  # cut: did not enter an earlier cut
    BELOW_PASS_MARK = "below_pass_mark"  # noqa: S105 - part, mark, pass_mark: a line, not a password
    NOT_ABOVE = "not_above"  # part, mark, pass_mark: the line must be exceeded
    BELOW_FLOOR = "below_floor"  # cut, places, present
    NO_MARK = "no_mark"  # part, state
    STANDING = "standing"  # state: the person's own
    VETO = "veto"  # finding, basis: a finding that keeps the candidate from being ranked
    FOUND = "found"  # part, finding, basis: a finding that changed the mark of a part


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as data; words.py has its sentence."""

    because: Because
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One candidate's result. `total` is the value of the ranked part, `exact` the value before its rounding.

    `entered` is about the last cut drawn: None where there is none, or where it waits for a record. `unit` is
    the post or closed group in which the candidate is ranked.
    """

    candidate: str
    post: str
    parts: Mapping[str, PartResult] = field(default_factory=dict)
    total: Exact | None = None
    exact: Fraction | None = None
    rank: int | None = None
    tied: bool = False
    entered: bool | None = None
    reasons: tuple[Reason, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """A whole tally. With `refusals` nothing has been computed. `part` is what the last stage ranks by."""

    scheme: str
    part: str
    results: tuple[CandidateResult, ...] = ()
    stages: tuple[Stage, ...] = ()
    refusals: tuple[Problem, ...] = ()

    @property
    def last(self) -> Stage:
        """The stage that made ranks and totals. Raises IndexError of a refused tally."""
        return self.stages[-1]

    def result(self, code: str) -> CandidateResult:
        """One candidate's result. Raises KeyError for an unknown one."""
        for result in self.results:
            if result.candidate == code:
                return result
        raise KeyError(code)

    def entered(self) -> dict[str, tuple[str, ...]]:
        """By post or group: the codes of those who enter at the last cut, in order of rank."""
        if not self.last.cuts:
            return {}
        return {unit: outcome.cuts[self.last.cuts[-1]].entered for unit, outcome in self.last.units.items()}


def tally(scheme: Scheme, inputs: Inputs, upto: str = "") -> Tally:
    """Compute everything, or the stages up to the cut `upto`. The order of inputs has no effect on any figure."""
    problems = input_problems(scheme, inputs)
    rounds = _rounds(scheme, upto)
    if problems:
        told = {problem.field for problem in problems}
        problems += [one for one in first_wants(scheme, inputs, rounds[0][0]) if one.field not in told]  # all at once
        return Tally(scheme.fingerprint, rounds[-1][0], refusals=tuple(problems))
    running = Running(scheme, inputs)
    in_play = in_play_at_first(inputs)
    turned_away: dict[str, str] = {}
    stages: list[Stage] = []
    for place, (by, rules) in enumerate(rounds):
        stage = run_stage(running, by, rules, in_play)
        if stage is None:
            return Tally(scheme.fingerprint, rounds[-1][0], refusals=tuple(running.problems))
        stages.append(stage)
        if place < len(rounds) - 1:
            in_play = _going_on(running, stage, in_play, turned_away)
    placings = {p.code: p for unit in stages[-1].units.values() for p in unit.ranking.placings}
    results = [_Result(running, stages[-1], turned_away, placings, c).made() for c in inputs.candidates]
    posts = {post.code: place for place, post in enumerate(inputs.posts)}
    ordered = sorted(results, key=lambda r: (posts[r.post], r.rank is None, r.rank or 0, r.candidate))
    return Tally(scheme.fingerprint, rounds[-1][0], tuple(ordered), tuple(stages))


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


def _going_on(
    running: Running, stage: Stage, in_play: Sequence[Candidate], turned_away: dict[str, str]
) -> list[Candidate]:
    """Those who go on to the next stage; who is turned away is noted with the cut."""
    going = list(in_play)
    for key in stage.cuts:
        recorded = running.inputs.admitted.get(key)
        entered = {code for unit in stage.units.values() for code in unit.cuts[key].entered}
        # who withdrew after being heard was admitted: the cut draws its line without them
        entered |= {c.code for c in going if not running.ranked(c)}
        allowed = entered if recorded is None else recorded
        turned_away.update({c.code: key for c in going if c.code not in allowed})
        going = [candidate for candidate in going if candidate.code in allowed]
    return going


@dataclass(frozen=True, slots=True)
class _Result:
    """One candidate's result being put together: what is known, the last stage, who was turned away at which cut."""

    running: Running
    stage: Stage
    turned_away: Mapping[str, str]
    placings: Mapping[str, Placing]
    candidate: Candidate

    def made(self) -> CandidateResult:
        code = self.candidate.code
        parts = self.running.results.get(code, {})
        unit = self.running.unit(self.candidate)
        outside = False if self.stage.cuts or code in self.turned_away else None
        out = CandidateResult(code, self.candidate.post, parts, entered=outside, unit=unit)
        if self.candidate.standing is not MarkState.PRESENT:
            return replace(out, reasons=(Reason(Because.STANDING, {"state": self.candidate.standing.value}),))
        findings = self.running.scheme.findings
        barred = vetoes(findings, self.candidate.findings)
        if barred:
            return replace(out, reasons=tuple(self._found(Because.VETO, one) for one in barred))
        if code in self.turned_away:
            turned = Reason(Because.NOT_ADMITTED, {"cut": self.turned_away[code]})
            return replace(out, reasons=(turned, *self._shortfalls()))
        root = parts[self.stage.by]
        if root.value is None:
            return replace(out, reasons=self._shortfalls())
        placing = self.placings[code]
        entered, reasons = self._entry(self.stage.units[unit])
        return replace(
            out,
            total=root.value,
            exact=root.exact,
            rank=placing.rank,
            tied=placing.tied,
            entered=entered,
            reasons=reasons,
        )

    def _entry(self, unit: UnitResult) -> tuple[bool | None, tuple[Reason, ...]]:
        """Whether the candidate enters at the last cut of the last stage, and why."""
        reasons = list(self._shortfalls())
        entered: bool | None = None
        for key in self.stage.cuts:
            own = unit.cuts[key]
            how = own.standing.get(self.candidate.code)
            if how is None:
                entered = False
                if self.candidate.code in unit.below[key]:
                    facts = {"cut": key, "places": unit.places, "present": unit.heard[key]}
                    reasons.append(Reason(Because.BELOW_FLOOR, facts))
                continue
            entered = None if how is Entered.WAITING else how in {Entered.WITHIN, Entered.TIED_IN}
            reasons.append(Reason(Because(how.value), {"cut": key, "wanted": own.wanted}))
        return entered, tuple(reasons)

    def _shortfalls(self) -> tuple[Reason, ...]:
        """Findings, pass marks not reached and marks that are not there, in the order of the calculation."""
        barred = vetoes(self.running.scheme.findings, self.candidate.findings)
        found = [self._found(Because.FOUND, one) for one in self.candidate.findings if one not in barred]
        scheme = self.running.rules(self.candidate)
        rules, lines = scheme.all_parts(), self.running.inputs.pass_lines(self.candidate.post)
        for part in self.running.results.get(self.candidate.code, {}).values():
            pass_mark = rules[part.key].pass_mark
            if part.passed is False and pass_mark is not None:
                line = lines.get(part.key) if pass_mark.mark is None else pass_mark.mark
                facts = {"part": part.key, "mark": part.value, "pass_mark": line}
                because = Because.NOT_ABOVE if pass_mark.above else Because.BELOW_PASS_MARK
                found.append(Reason(because, facts))
            elif part.value is None and not part.blocked_by and part.counts:
                found.append(Reason(Because.NO_MARK, {"part": part.key, "state": part.state.value}))
        return tuple(found)

    def _found(self, because: Because, finding: Finding) -> Reason:
        """A finding as a reason, with the authority and the article it rests on."""
        facts: dict[str, object] = (
            {"finding": finding.kind, "part": finding.part} if finding.part else {"finding": finding.kind}
        )
        basis = finding.basis(self.running.scheme.findings[finding.kind])
        return Reason(because, facts | ({"basis": basis} if basis else {}))
