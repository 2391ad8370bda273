"""Stored inputs of a tally read back: what scoring.snapshot wrote, without loss."""

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


def inputs_of(document: Mapping[str, Any]) -> Inputs:
    """The inputs of a document of `snapshot.inputs_document`."""
    return Inputs(
        tuple(Post(one["code"], one["places"], one["group"]) for one in document["posts"]),
        tuple(_candidate(one) for one in document["candidates"]),
        {key: frozenset(codes) for key, codes in document["admitted"].items()},
        tuple(_room(one) for one in document.get("rooms", ())),
        tuple(PassLine(one["part"], Decimal(one["mark"]), one["post"]) for one in document.get("lines", ())),
    )


def _room(one: Mapping[str, Any]) -> KnownRoom:
    if "count" in one:
        return KnownRoom.summed(one["part"], one["room"], Fraction(one["sum"]), one["count"], one["unit"])
    return KnownRoom(one["part"], one["room"], Fraction(one["mean"]), unit=one["unit"])


def _candidate(one: Mapping[str, Any]) -> Candidate:
    return Candidate(
        code=one["code"],
        post=one["post"],
        marks={key: Mark.read(text) for key, text in one["marks"].items()},
        sheets={key: tuple(_sheet(sheet) for sheet in sheets) for key, sheets in one["sheets"].items()},
        rooms=one["rooms"],
        bonus=tuple(BonusPoints(bonus["part"], bonus["kind"], Decimal(bonus["points"])) for bonus in one["bonus"]),
        qualifications={key: Decimal(text) for key, text in one["qualifications"].items()},
        extra_test=None if "extra_test" not in one else Decimal(one["extra_test"]),
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
    marks = {key: Decimal(text) for key, text in sheet["marks"].items()}
    return JudgeSheet(sheet["seat"], sheet["group"], marks, MarkState(sheet["state"]))


def value_of(text: str, exact: str) -> Exact:
    """A stored value: the figure as it is shown, or the exact one where its decimals never end."""
    return Fraction(exact) if text.endswith("…") else Decimal(text)
