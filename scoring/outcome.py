"""What becomes of each candidate: parts, total, rank, entry and the reasons, put together when it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import overload

from scoring.cuts import Entered
from scoring.findings import Finding, vetoes
from scoring.formula import PartResult
from scoring.inputs import Candidate
from scoring.marks import Exact, MarkState
from scoring.ranking import Placing
from scoring.running import Running, codes_and_posts
from scoring.unit import Stage, UnitResult

MOST_KEPT = 5000  # results kept once they are made; of a larger tally each is made again when asked for again


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


@dataclass(slots=True, eq=False)
class Making:
    """Everything a result is made of: what is known, the last stage, who was turned away at which cut."""

    running: Running
    stage: Stage
    turned_away: Mapping[str, str]
    _placings: dict[str, Placing] = field(default_factory=dict)
    _kept: dict[str, CandidateResult] = field(default_factory=dict)

    def order(self) -> list[str]:
        """Everybody's code: by post, then by rank, who has none last."""
        posts = {post.code: place for place, post in enumerate(self.running.inputs.posts)}
        none = len(self.placings) + 1
        ranks = {code: placing.rank for code, placing in self.placings.items()}
        keyed = [(posts[post], ranks.get(code, none), code) for code, post in codes_and_posts(self.running.inputs)]
        return [code for _, _, code in sorted(keyed)]

    @property
    def placings(self) -> Mapping[str, Placing]:
        """The placing of everybody who is ranked."""
        if not self._placings:
            self._placings.update({p.code: p for unit in self.stage.units.values() for p in unit.ranking.placings})
        return self._placings

    def result(self, code: str) -> CandidateResult:
        """One candidate's result. Raises KeyError for an unknown one."""
        found = self._kept.get(code)
        if found is None:
            candidate = self.running.candidate(code)
            found = _Result(self, self.placings.get(code), candidate, self.running.parts(code)).made()
            if len(self._kept) < MOST_KEPT:
                self._kept[code] = found
        return found


class Results(Sequence[CandidateResult]):
    """Everybody's results, by post and rank; each is made when it is asked for."""

    def __init__(self, making: Making) -> None:
        self.making = making
        self._codes: list[str] | None = None

    @property
    def codes(self) -> Sequence[str]:
        """Everybody's code in the order of the results."""
        if self._codes is None:
            self._codes = self.making.order()
        return self._codes

    def of(self, code: str) -> CandidateResult:
        """One candidate's result. Raises KeyError for an unknown one."""
        return self.making.result(code)

    def __len__(self) -> int:
        return len(self.making.running.inputs.candidates)

    @overload
    def __getitem__(self, place: int) -> CandidateResult: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[CandidateResult]: ...
    def __getitem__(self, place: int | slice) -> CandidateResult | Sequence[CandidateResult]:
        if isinstance(place, slice):
            return tuple(self.of(code) for code in self.codes[place])
        return self.of(self.codes[place])

    def __iter__(self) -> Iterator[CandidateResult]:
        return map(self.of, self.codes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(own == one for own, one in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self.codes))


@dataclass(frozen=True, slots=True)
class _Result:
    """One candidate's result being put together, with the parts and the placing, None for who is not ranked."""

    making: Making
    placing: Placing | None
    candidate: Candidate
    parts: Mapping[str, PartResult]

    @property
    def running(self) -> Running:
        return self.making.running

    @property
    def stage(self) -> Stage:
        return self.making.stage

    def made(self) -> CandidateResult:
        code, parts = self.candidate.code, self.parts
        unit = self.running.unit(self.candidate)
        outside = False if self.stage.cuts or code in self.making.turned_away else None
        out = CandidateResult(code, self.candidate.post, parts, entered=outside, unit=unit)
        if self.candidate.standing is not MarkState.PRESENT:
            return replace(out, reasons=(Reason(Because.STANDING, {"state": self.candidate.standing.value}),))
        findings = self.running.scheme.findings
        barred = vetoes(findings, self.candidate.findings)
        if barred:
            return replace(out, reasons=tuple(self._found(Because.VETO, one) for one in barred))
        if code in self.making.turned_away:
            turned = Reason(Because.NOT_ADMITTED, {"cut": self.making.turned_away[code]})
            return replace(out, reasons=(turned, *self._shortfalls()))
        root = parts[self.stage.by]
        if root.value is None:
            return replace(out, reasons=self._shortfalls())
        placing = self.placing
        if placing is None:
            raise ValueError("who has a value that ranks has a rank")
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
            entered = None if how is Entered.WAITING else how.inside
            reasons.append(Reason(Because(how.value), {"cut": key, "wanted": own.wanted}))
        return entered, tuple(reasons)

    def _shortfalls(self) -> tuple[Reason, ...]:
        """Findings, pass marks not reached and marks that are not there, in the order of the calculation."""
        barred = vetoes(self.running.scheme.findings, self.candidate.findings)
        found = [self._found(Because.FOUND, one) for one in self.candidate.findings if one not in barred]
        scheme = self.running.rules(self.candidate)
        rules, lines = scheme.all_parts(), self.running.inputs.pass_lines(self.candidate.post)
        for part in self.parts.values():
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
