"""Corrections of marks after a recount: the old mark stays where it was written, the inputs take the new one.

A correction never overwrites: old mark, new mark, cause, reason, two names (rules.md §12).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.errors import Problem
from scoring.document import decimal_from
from scoring.inputs import Candidate, Inputs, input_problems
from scoring.marks import Mark, MarkState, exact_document
from scoring.panel_mark import JudgeSheet, panel_problems
from scoring.scheme import Scheme

Document = Mapping[str, Any]
CORRECTED_STATES = frozenset({MarkState.PRESENT, MarkState.ABSENT, MarkState.VOID})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where one mark stands: a part of a candidate, or one element on the sheet of one seat of a panel."""

    candidate: str
    part: str
    group: str = ""
    seat: str = ""
    element: str = ""

    @property
    def on_sheet(self) -> bool:
        """Whether a judge wrote it."""
        return bool(self.seat)

    def seatless(self) -> "Place":
        """The place for readers who are not to know who sat where."""
        return Place(self.candidate, self.part, element=self.element)


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction: the mark as it stood and as it stands from now on, as words of a file (Mark.document)."""

    place: Place
    before: str
    after: str


def places_of(candidate: Candidate) -> dict[Place, str]:
    """Every mark of a candidate that could be corrected, as it stands."""
    found = {
        Place(candidate.code, part): mark.document()
        for part, mark in candidate.marks.items()
        if mark.state in CORRECTED_STATES
    }
    for part, sheets in candidate.sheets.items():
        for sheet in sheets:
            for element, mark in sheet.marks.items():
                found[Place(candidate.code, part, sheet.group, sheet.seat, element)] = exact_document(mark)
    return found


def mark_at(inputs: Inputs, place: Place) -> str | None:
    """The mark that stands at a place, None if there is none to correct."""
    found = next((one for one in inputs.candidates if one.code == place.candidate), None)
    return places_of(found).get(place) if found else None


def with_corrections(inputs: Inputs, corrections: Iterable[Corrected]) -> Inputs:
    """The inputs with the new marks in their places, in the order in which they were corrected.

    A place that these inputs do not have is passed over: the entry to the interview knows no judges' marks.
    """
    by_code: dict[str, list[Corrected]] = {}
    for one in corrections:
        by_code.setdefault(one.place.candidate, []).append(one)
    if not by_code:
        return inputs
    return replace(inputs, candidates=tuple(_corrected(one, by_code.get(one.code, ())) for one in inputs.candidates))


def _corrected(candidate: Candidate, corrections: Iterable[Corrected]) -> Candidate:
    for one in corrections:
        place = one.place
        if place not in places_of(candidate):
            continue
        if not place.on_sheet:
            candidate = replace(candidate, marks={**candidate.marks, place.part: Mark.read(one.after)})
            continue
        sheets = tuple(_on_sheet(sheet, one) for sheet in candidate.sheets[place.part])
        candidate = replace(candidate, sheets={**candidate.sheets, place.part: sheets})
    return candidate


def _on_sheet(sheet: JudgeSheet, one: Corrected) -> JudgeSheet:
    if (sheet.group, sheet.seat) != (one.place.group, one.place.seat):
        return sheet
    return replace(sheet, marks={**sheet.marks, one.place.element: Decimal(one.after)})


def correction_problems(scheme: Scheme, inputs: Inputs, place: Place, after: str) -> list[Problem]:
    """Why a mark cannot become this one; empty if it can. The inputs' own rules judge the new mark."""
    before = mark_at(inputs, place)
    if before is None:
        return [Problem("There is no such mark to correct.", {}, "place")]
    if not _readable(place, after):
        return [Problem("“{value}” is not a mark.", {"value": after[:40]}, "after")]
    if _same(place, before, after):
        return [Problem("This is the mark that stands already.", {}, "after")]
    known = {str(problem) for problem in _problems(scheme, inputs, place)}
    changed = with_corrections(inputs, [Corrected(place, before, after)])
    found = [problem for problem in _problems(scheme, changed, place) if str(problem) not in known]
    return [Problem(problem.sentence, problem.facts, "after") for problem in found]


def _problems(scheme: Scheme, inputs: Inputs, place: Place) -> list[Problem]:
    """What the rules of marks and sheets have against these inputs, as far as the place is concerned."""
    if not place.on_sheet:
        return input_problems(scheme, inputs)
    candidate = next(one for one in inputs.candidates if one.code == place.candidate)
    post = next(one for one in inputs.posts if one.code == candidate.post)
    return panel_problems(scheme.at(post).panels[place.part], candidate.sheets[place.part])


def _readable(place: Place, text: str) -> bool:
    if place.on_sheet:
        return decimal_from(text) is not None
    try:
        mark = Mark.read(text)
    except ValueError:
        return False
    return not mark.grade and mark.state in CORRECTED_STATES


def _same(place: Place, before: str, after: str) -> bool:
    return Decimal(before) == Decimal(after) if place.on_sheet else Mark.read(before) == Mark.read(after)


# ── two versions compared ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class InputChange:
    """A mark, or a person's own state, that another version of a tally was computed from; "" where there was none."""

    place: Place
    before: str
    after: str

    @property
    def is_standing(self) -> bool:
        """Whether it is the person's own state: withdrawn, disqualified."""
        return not self.place.part


def changed_inputs(before: Document, after: Document) -> list[InputChange]:
    """Marks and states that differ between the stored inputs of two versions, by candidate and place."""
    old, new = dict(_facts(before)), dict(_facts(after))
    return [
        InputChange(place, old.get(place, ""), new.get(place, ""))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    ]


def _facts(inputs: Document) -> Iterator[tuple[Place, str]]:
    """Every mark and state of an inputs document (scoring.snapshot) by its place."""
    for one in inputs["candidates"]:
        code = one["code"]
        yield Place(code, ""), one["standing"]
        for part, mark in one["marks"].items():
            yield Place(code, part), mark
        for part, sheets in one["sheets"].items():
            for sheet in sheets:
                yield Place(code, part, sheet["group"], sheet["seat"]), sheet["state"]
                for element, mark in sheet["marks"].items():
                    yield Place(code, part, sheet["group"], sheet["seat"], element), mark
