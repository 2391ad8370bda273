"""Stored inputs of a tally read back: what scoring.snapshot wrote, without loss."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.formula import BonusPoints
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Exact, Mark, MarkState
from scoring.panel_mark import JudgeSheet

STATES = frozenset(MarkState)


def inputs_of(document: Mapping[str, Any]) -> Inputs:
    """The inputs of a document of `snapshot.inputs_document`."""
    return Inputs(
        tuple(Post(one["code"], one["places"], one["group"]) for one in document["posts"]),
        tuple(_candidate(one) for one in document["candidates"]),
        {key: frozenset(codes) for key, codes in document["admitted"].items()},
    )


def _candidate(one: Mapping[str, Any]) -> Candidate:
    return Candidate(
        code=one["code"],
        post=one["post"],
        marks={key: _mark(text) for key, text in one["marks"].items()},
        sheets={key: tuple(_sheet(sheet) for sheet in sheets) for key, sheets in one["sheets"].items()},
        rooms=one["rooms"],
        bonus=tuple(BonusPoints(bonus["part"], bonus["kind"], Decimal(bonus["points"])) for bonus in one["bonus"]),
        qualifications={key: Decimal(text) for key, text in one["qualifications"].items()},
        extra_test=None if "extra_test" not in one else Decimal(one["extra_test"]),
        lot=None if "lot" not in one else int(one["lot"]),
        committee_order=None if "committee_order" not in one else int(one["committee_order"]),
        standing=MarkState(one["standing"]),
    )


def _mark(text: str) -> Mark:
    return Mark(state=MarkState(text)) if text in STATES else Mark.of(text)


def _sheet(sheet: Mapping[str, Any]) -> JudgeSheet:
    marks = {key: Decimal(text) for key, text in sheet["marks"].items()}
    return JudgeSheet(sheet["seat"], sheet["group"], marks, MarkState(sheet["state"]))


def value_of(text: str, exact: str) -> Exact:
    """A stored value: the figure as it is shown, or the exact one where its decimals never end."""
    return Fraction(exact) if text.endswith("…") else Decimal(text)
