"""Stored tallies, and the figures in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from exam.tables import Publication
from scoring.ranking import Placing, Ranking
from scoring.stored import value_of
from scoring.tables import TallyRow


def newest_tally(session: Session, selection_id: int, kind: str) -> TallyRow | None:
    """The newest tally of a kind, published or not."""
    return session.exec(
        select(TallyRow)
        .where(TallyRow.selection_id == selection_id, TallyRow.kind == kind)
        .order_by(col(TallyRow.version).desc())
    ).first()


def published_tally(session: Session, selection_id: int, kind: str) -> TallyRow | None:
    """The newest published tally of a kind."""
    return session.exec(
        select(TallyRow)
        .where(TallyRow.selection_id == selection_id, TallyRow.kind == kind)
        .where(col(TallyRow.publication_id).is_not(None))
        .order_by(col(TallyRow.version).desc())
    ).first()


def tally_version(session: Session, selection_id: int, kind: str, version: int) -> TallyRow | None:
    """One version of a tally."""
    query = select(TallyRow).where(TallyRow.selection_id == selection_id, TallyRow.kind == kind)
    return session.exec(query.where(TallyRow.version == version)).first()


@dataclass(frozen=True, slots=True)
class TallyLine:
    """A stored tally without its documents; `publication` is the number it was published under, 0 if it was not."""

    kind: str
    version: int
    computed_by: int
    computed_at: datetime
    publication: int
    published_at: datetime | None


def tally_lines(session: Session, selection_id: int) -> list[TallyLine]:
    """All tallies of a selection, the newest of a kind first."""
    rows = session.execute(
        select(  # type: ignore[call-overload] # more columns than the overloads know
            TallyRow.kind, TallyRow.version, TallyRow.computed_by, TallyRow.computed_at, Publication.number,
            Publication.published_at,
        )
        .outerjoin(Publication, col(Publication.id) == col(TallyRow.publication_id))
        .where(TallyRow.selection_id == selection_id)
        .order_by(col(TallyRow.kind), col(TallyRow.version).desc())
    )  # fmt: skip
    return [
        TallyLine(kind, version, by, at, number or 0, published) for kind, version, by, at, number, published in rows
    ]


def digests(row: TallyRow) -> dict[str, str]:
    """What names a tally: the SHA-256 of its rules, of its inputs and of its whole outcome."""
    return {"scheme": row.scheme_sha256, "inputs": row.input_sha256, "outcome": row.outcome_sha256}


def tally_of_publication(session: Session, publication_id: int) -> TallyRow | None:
    """The tally that a publication shows, if it shows one."""
    return session.exec(select(TallyRow).where(TallyRow.publication_id == publication_id)).first()


def result_of(tally: TallyRow, ticket_number: str) -> Mapping[str, Any] | None:
    """One candidate's stored result with its steps."""
    results: list[Mapping[str, Any]] = tally.outcome["results"]
    return next((one for one in results if one["candidate"] == ticket_number), None)


def stored_rankings(tally: TallyRow) -> list[Ranking]:
    """The final ranking of every post or closed group as the tally stored it, those qualified at its last cut alone.

    Who is ranked but below a pass mark or a floor is left out: the cut does not count them either.
    """
    stage = tally.outcome["stages"][-1]
    exact = {one["candidate"]: one["exact"] for one in tally.outcome["results"]}
    return [
        Ranking(
            tuple(
                Placing(one["candidate"], value_of(one["value"], exact[one["candidate"]]), one["rank"], one["tied"])
                for one in unit["order"]
                if all(one["candidate"] in unit["cuts"][key]["standing"] for key in stage["cuts"])
            )
        )
        for unit in stage["units"].values()
    ]
