"""Tallies of made-up candidates by the ready scheme, for tests of what pages show of them."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.canonical import canonical
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.scheme import Scheme, document_from_toml, parse_scheme
from scoring.schemes import scheme_text
from scoring.snapshot import tally_document
from scoring.tally import interview_entry, tally

SEATS = (*(("expert", seat) for seat in range(1, 8)), ("representative", 8), ("representative", 9))
Marks = Mapping[str, Decimal]
Seating = Callable[[Sequence[Marks]], Sequence[Marks]]


def as_given(marks: Sequence[Marks]) -> Sequence[Marks]:
    return marks


def ready_scheme(text: str = "") -> Scheme:
    return parse_scheme(document_from_toml(text or scheme_text()))


def judged(scheme: Scheme, level: int, seating: Seating = as_given) -> tuple[JudgeSheet, ...]:
    """Nine sheets around a level, no two totals of the experts alike; `seating` deals a group's marks to its seats."""
    elements = scheme.panels["interview"].elements
    sheets: list[JudgeSheet] = []
    for group in ("expert", "representative"):
        seats = [seat for of, seat in SEATS if of == group]
        marks = [
            {one.key: one.maximum - Decimal(level + seat % 7 + place) / 2 for place, one in enumerate(elements)}
            for seat in seats
        ]
        sheets += [JudgeSheet(str(seat), group, dealt) for seat, dealt in zip(seats, seating(marks), strict=True)]
    return tuple(sheets)


def candidate(number: int, written: str, **given: Any) -> Candidate:
    marks = {"common": Mark.of(written), "professional": Mark.of(written)}
    return Candidate(f"2026{number:04}", "01", {**marks, **given.pop("marks", {})}, **given)


def absent(number: int, part: str) -> Candidate:
    return candidate(number, "70", marks={part: Mark(state=MarkState.ABSENT)})


def document(found: Any) -> dict[str, Any]:
    """The stored form of a tally, as it is read back."""
    assert not found.refusals
    stored: dict[str, Any] = json.loads(canonical(tally_document(found)))
    return stored


def entry(scheme: Scheme, candidates: Sequence[Candidate], places: int = 1) -> dict[str, Any]:
    return document(interview_entry(scheme, Inputs((Post("01", places),), tuple(candidates))))


def composite(scheme: Scheme, candidates: Sequence[Candidate], places: int = 1) -> dict[str, Any]:
    heard = frozenset(one.code for one in candidates if one.sheets or "interview" in one.marks)
    return document(tally(scheme, Inputs((Post("01", places),), tuple(candidates), {"interview": heard})))
