"""Stored inputs of a tally read back: what scoring.snapshot wrote, without loss."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.ballots import BallotCount
from scoring.findings import Finding
from scoring.formula import BonusPoints
from scoring.inputs import Candidate, Inputs, PassLine, Post
from scoring.marks import Exact, Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.rooms import KnownRoom

FIGURE = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?(/[0-9]{1,40})?", re.ASCII)


def inputs_of(document: Mapping[str, Any]) -> Inputs:
    """The inputs of a document of `snapshot.inputs_document`.

    Raises an error of Python's own kinds (LookupError, TypeError, ValueError …) for any other document.
    """
    return Inputs(
        tuple(Post(one["code"], one["places"], one["group"]) for one in document["posts"]),
        tuple(_candidate(one) for one in document["candidates"]),
        {key: frozenset(codes) for key, codes in document["admitted"].items()},
        tuple(_room(one) for one in document.get("rooms", ())),
        tuple(PassLine(one["part"], _figure(one["mark"]), one["post"]) for one in document.get("lines", ())),
    )


def _room(one: Mapping[str, Any]) -> KnownRoom:
    if "count" in one:
        return KnownRoom.summed(one["part"], one["room"], _fraction(one["sum"]), one["count"], one["unit"])
    return KnownRoom(one["part"], one["room"], _fraction(one["mean"]), unit=one["unit"])


def _candidate(one: Mapping[str, Any]) -> Candidate:
    return Candidate(
        code=one["code"],
        post=one["post"],
        marks={key: Mark.read(text) for key, text in one["marks"].items()},
        sheets={key: tuple(_sheet(sheet) for sheet in sheets) for key, sheets in one["sheets"].items()},
        rooms=one["rooms"],
        bonus=tuple(BonusPoints(bonus["part"], bonus["kind"], _figure(bonus["points"])) for bonus in one["bonus"]),
        qualifications={key: _figure(text) for key, text in one["qualifications"].items()},
        extra_test=None if "extra_test" not in one else _figure(one["extra_test"]),
        lot=None if "lot" not in one else int(one["lot"]),
        committee_order=None if "committee_order" not in one else int(one["committee_order"]),
        standing=MarkState(one["standing"]),
        ballots={
            part: tuple(BallotCount(voters, votes) for voters, votes in counts.items())
            for part, counts in one.get("ballots", {}).items()
        },
        findings=tuple(Finding(**finding) for finding in one.get("findings", ())),
    )


def _sheet(sheet: Mapping[str, Any]) -> JudgeSheet:
    marks = {key: _figure(text) for key, text in sheet["marks"].items()}
    return JudgeSheet(sheet["seat"], sheet["group"], marks, MarkState(sheet["state"]))


def _figure(text: str) -> Decimal:
    """A figure in plain notation: an exponent in a stranger's file would take all memory there is."""
    if not FIGURE.fullmatch(text):
        raise ValueError(f"no figure: {text[:40]!r}")
    return Decimal(text)


def _fraction(text: str) -> Fraction:
    if not FIGURE.fullmatch(text):
        raise ValueError(f"no figure: {text[:40]!r}")
    return Fraction(text)


def value_of(text: str, exact: str) -> Exact:
    """A stored value: the figure as it is shown, or the exact one where its decimals never end."""
    return Fraction(exact) if text.endswith("…") else Decimal(text)
