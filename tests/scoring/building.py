"""Plain builders for the tests of scoring: schemes from TOML, marks, sheets, candidates."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.panel_rule import WHOLE
from scoring.scheme import Scheme, document_from_toml, parse_scheme
from scoring.schemes import scheme_text

CASES = Path(__file__).parent.parent / "cases" / "published"

TWO_PARTS = """
[[parts]]
key = "total"
decimals = 2

[[parts]]
key = "written"
of = "total"
weight = 0.5
maximum = 100

[[parts]]
key = "interview"
of = "total"
weight = 0.5
maximum = 100
"""


def case(name: str) -> dict[str, Any]:
    """A published case by the name of its file."""
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def scheme_from(toml: str) -> Scheme:
    return parse_scheme(document_from_toml(toml))


def open_selection() -> Scheme:
    return scheme_from(scheme_text())


def marks(**values: str | MarkState | None) -> dict[str, Mark]:
    """Marks by part: figures as text, a state where there is none."""
    return {
        part: Mark(state=value) if isinstance(value, MarkState) else Mark.of(value)
        for part, value in values.items()
        if value is not None
    }


def candidate(code: str, post: str = "01", **values: str | MarkState | None) -> Candidate:
    return Candidate(code, post, marks(**values))


def inputs(*candidates: Candidate, places: int | Mapping[str, int] = 1, **more: Any) -> Inputs:
    """Inputs with the candidates' posts and `places` for each, or with the posts that `places` names."""
    if not isinstance(places, Mapping):
        places = dict.fromkeys(sorted({one.post for one in candidates}), places)
    posts = [Post(code, number) for code, number in places.items()]
    return Inputs(tuple(posts), candidates, **more)


def totals(group: str, values: Sequence[str | None], first_seat: int = 1) -> tuple[JudgeSheet, ...]:
    """One sheet per judge with a single mark; None is a judge who was absent."""
    return tuple(
        JudgeSheet(str(seat), group, {WHOLE: Decimal(value)})
        if value is not None
        else JudgeSheet(str(seat), group, state=MarkState.ABSENT)
        for seat, value in enumerate(values, start=first_seat)
    )


def by_element(group: str, columns: Mapping[str, Sequence[str | None]]) -> tuple[JudgeSheet, ...]:
    """One sheet per judge from the marks of each element; a judge with None anywhere was absent."""
    judges = list(zip(*columns.values(), strict=True))
    return tuple(
        JudgeSheet(str(seat), group, dict(zip(columns, map(Decimal, own), strict=True)))
        if None not in own
        else JudgeSheet(str(seat), group, state=MarkState.ABSENT)
        for seat, own in enumerate(judges, start=1)
    )
