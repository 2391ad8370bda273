"""A tally and its inputs as documents: plain tables whose figures are text, for files, hashes and pages.

The canonical bytes of these documents (core.canonical) are what is stored, hashed and signed; the same inputs
in another order give the same bytes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.canonical import fingerprint
from core.errors import Problem
from core.words import Name, Sentence
from scoring.cuts import Cut
from scoring.formula import PartResult
from scoring.inputs import Candidate, Inputs
from scoring.marks import Exact, MarkState, exact_document
from scoring.panel_mark import JudgeSheet
from scoring.ranking import TieGroup, TieStep
from scoring.rooms import Coefficients, KnownRoom
from scoring.steps import value_text
from scoring.tally import CandidateResult, Reason, Tally
from scoring.unit import Stage, UnitResult

Document = dict[str, object]


def tally_document(tally: Tally, *, steps: bool = True) -> Document:
    """The whole tally; without `steps` only results and ranks."""
    return {
        "scheme": tally.scheme,
        "part": tally.part,
        "results": [result_document(result, steps=steps) for result in tally.results],
        "stages": [_stage(stage) for stage in tally.stages],
        "refusals": [problem_document(problem) for problem in tally.refusals],
    }


def result_document(result: CandidateResult, *, steps: bool = True) -> Document:
    """One candidate: parts, total, exact, rank, tied, entered, reasons; marks are text, null where there is none."""
    found: Document = {
        "candidate": result.candidate,
        "post": result.post,
        "unit": result.unit,
        "parts": {key: _part(part) for key, part in result.parts.items()},
        "total": None if result.total is None else value_text(result.total),
        "exact": None if result.exact is None else exact_document(result.exact),
        "rank": result.rank,
        "tied": result.tied,
        "entered": result.entered,
        "reasons": [_reason(reason) for reason in result.reasons],
    }
    if steps:
        found["steps"] = [step.document() for part in result.parts.values() for step in part.steps]
    return found


@dataclass(frozen=True, slots=True)
class Changed:
    """A candidate whom another version of a tally puts elsewhere; total and rank before and after, None for none."""

    candidate: str
    post: str
    total: tuple[str | None, str | None]
    rank: tuple[int | None, int | None]
    entered: tuple[bool | None, bool | None]


def changed_results(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """Whose total, rank or entry differs between two stored outcomes, in the order of the later one."""
    earlier = {one["candidate"]: one for one in before["results"]}
    changes = [
        Changed(
            one["candidate"],
            one["post"],
            (was.get("total"), one["total"]),
            (was.get("rank"), one["rank"]),
            (was.get("entered"), one["entered"]),
        )
        for one in after["results"]
        for was in [earlier.get(one["candidate"], {})]
    ]
    return [one for one in changes if any(was != now for was, now in (one.total, one.rank, one.entered))]


def problem_document(problem: Problem) -> Document:
    """A refusal as data: the English source sentence, its facts and where."""
    facts = {name: _fact(value) for name, value in problem.facts.items()}
    return {"sentence": problem.sentence, "facts": facts, "field": problem.field, "row": problem.row}


def inputs_document(inputs: Inputs) -> Document:
    """All inputs, candidates and posts by code, sheets by group and seat."""
    return {
        "posts": [
            {"code": post.code, "places": post.places, "group": post.group}
            for post in sorted(inputs.posts, key=lambda post: post.code)
        ],
        "candidates": [_candidate(one) for one in sorted(inputs.candidates, key=lambda one: one.code)],
        "admitted": {key: sorted(codes) for key, codes in inputs.admitted.items()},
        **_recorded(inputs),
    }


def _recorded(inputs: Inputs) -> Document:
    """Rooms known without their marks and recorded pass marks; what is not there is not written."""
    rooms = [
        {"part": one.part, "unit": one.unit, "room": one.room, **_known(one)}
        for one in sorted(inputs.rooms, key=lambda one: (one.part, one.unit, one.room))
    ]
    lines = [
        {"part": one.part, "post": one.post, "mark": exact_document(one.mark)}
        for one in sorted(inputs.lines, key=lambda one: (one.part, one.post))
    ]
    return ({"rooms": rooms} if rooms else {}) | ({"lines": lines} if lines else {})


def _known(room: KnownRoom) -> Document:
    """The sum and number of a room's marks, or their mean where the number is not known."""
    if room.count:
        return {"sum": exact_document(room.sum), "count": room.count}
    return {"mean": exact_document(room.mean)}


def inputs_fingerprint(inputs: Inputs) -> str:
    """The SHA-256 of the inputs; it does not depend on the order in which they were given."""
    return fingerprint(inputs_document(inputs))


def _candidate(one: Candidate) -> Document:
    found: Document = {
        "code": one.code,
        "post": one.post,
        "standing": one.standing.value,
        "marks": {key: mark.document() for key, mark in one.marks.items()},
        "sheets": {
            key: [_sheet(sheet) for sheet in sorted(sheets, key=lambda sheet: (sheet.group, sheet.seat))]
            for key, sheets in one.sheets.items()
        },
        "rooms": dict(one.rooms),
        "bonus": [
            {"part": bonus.part, "kind": bonus.kind, "points": exact_document(bonus.points)}
            for bonus in sorted(one.bonus, key=lambda bonus: (bonus.part, bonus.kind, bonus.points))
        ],
        "qualifications": {key: exact_document(value) for key, value in one.qualifications.items()},
    }
    records = {"extra_test": one.extra_test, "lot": one.lot, "committee_order": one.committee_order}
    found.update({key: exact_document(value) for key, value in records.items() if value is not None})
    if one.ballots:
        found["ballots"] = {
            key: {count.voters: dict(count.votes) for count in counts} for key, counts in one.ballots.items()
        }
    if one.findings:
        findings = sorted(one.findings, key=lambda finding: (finding.kind, finding.part))
        found["findings"] = [asdict(finding) for finding in findings]
    return found


def _sheet(sheet: JudgeSheet) -> Document:
    marks = {key: exact_document(mark) for key, mark in sheet.marks.items()}
    return {"group": sheet.group, "seat": sheet.seat, "state": sheet.state.value, "marks": marks}


def _part(part: PartResult) -> Document:
    found: Document = {"state": part.state.value}
    if part.value is not None:
        found["value"] = value_text(part.value)
    if part.exact is not None:
        found["exact"] = exact_document(part.exact)
    if part.passed is not None:
        found["passed"] = part.passed
    if part.blocked_by:
        found["blocked_by"] = part.blocked_by
    if not part.counts:
        found["counts"] = False
    return found


def _reason(reason: Reason) -> Document:
    return {"because": reason.because.value, **{name: _fact(value) for name, value in reason.facts.items()}}


def _stage(stage: Stage) -> Document:
    return {
        "by": stage.by,
        "cuts": list(stage.cuts),
        "units": {key: _unit(unit) for key, unit in stage.units.items()},
        "rooms": {
            post: {part: _coefficients(found) for part, found in parts.items()} for post, parts in stage.rooms.items()
        },
    }


def _unit(unit: UnitResult) -> Document:
    return {
        "places": unit.places,
        "present": unit.present,
        "order": [
            {"candidate": p.code, "value": value_text(p.value), "rank": p.rank, "tied": p.tied}
            for p in unit.ranking.placings
        ],
        "ties": [_tie(tie) for tie in unit.ranking.ties],
        "cuts": {key: _cut(cut) for key, cut in unit.cuts.items()},
        **({"heard": dict(unit.heard)} if unit.heard else {}),
        "floors": {
            key: {
                code: [{"by": floor.by.value, "mark": value_text(floor.mark)} for floor in floors]
                for code, floors in by_code.items()
            }
            for key, by_code in unit.floors.items()
        },
    }


def _tie(tie: TieGroup) -> Document:
    return {
        "value": value_text(tie.value),
        "candidates": list(tie.codes),
        "outcome": tie.outcome.value,
        "steps": [_tie_step(step) for step in tie.steps],
    }


def _tie_step(step: TieStep) -> Document:
    values = {code: None if value is None else value_text(value) for code, value in step.values.items()}
    return {"key": str(step.key), "values": values, "order": [list(codes) for codes in step.order]}


def _cut(cut: Cut) -> Document:
    return {
        "places": cut.places,
        "wanted": cut.wanted,
        "qualified": cut.qualified,
        "standing": {code: how.value for code, how in cut.standing.items()},
        "entered": list(cut.entered),
        "tied_at_cut": list(cut.tied_at_cut),
        "last_in": None if cut.last_in is None else value_text(cut.last_in),
        "first_out": None if cut.first_out is None else value_text(cut.first_out),
    }


def _coefficients(found: Coefficients) -> Document:
    return {
        "reference": value_text(found.reference),
        "rooms": [
            {
                "room": room.room,
                "present": room.present,
                "count": room.count,
                "mean": value_text(room.mean),
                "coefficient": value_text(room.coefficient),
            }
            for room in found.rooms.values()
        ],
    }


def _fact(value: object) -> object:
    if isinstance(value, MarkState):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Exact):
        return value_text(value)
    if isinstance(value, Name | Sentence):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _fact(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_fact(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} is no fact")
