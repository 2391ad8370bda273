"""What goes into a result package: the stored documents of one tally, and the journal up to the acts about it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select as sql_select
from sqlmodel import Session, col, select

from core.audit import ALGORITHM, GENESIS, PORTION, JournalEntry
from core.canonical import canonical
from core.db import sql_table
from core.errors import Refusal
from exam.queries import rule_sets
from exam.tables import Publication, Selection
from scoring.package import INPUTS, OUTCOME, PROVING, PUBLICATION, SCHEME
from scoring.queries.tallies import digests
from scoring.tables import TallyRow

ABOUT = ("tally.accepted", "tally.published")


@dataclass(frozen=True, slots=True)
class Packed:
    """What a package is written from: facts for its manifest, files by name; the journal is read on its own."""

    facts: dict[str, object]
    files: dict[str, bytes]
    last_line: int


def packed(session: Session, row: TallyRow) -> Packed:
    """The documents of a tally. Raises Refusal where the rules it was computed by are not there any more."""
    rules = next((one for one in rule_sets(session, row.selection_id) if one.sha256 == row.scheme_sha256), None)
    if rules is None:
        raise Refusal("The rules of this result are not there any more.")
    publication = session.get(Publication, row.publication_id) if row.publication_id else None
    outcome = canonical(row.outcome)
    files = {INPUTS: canonical(row.inputs), OUTCOME: outcome, SCHEME: rules.canonical.encode()}
    selection = session.get_one(Selection, row.selection_id)
    head = _last_line(session, row)
    facts: dict[str, object] = {
        "selection": {"code": selection.code, "title": selection.title, "title_en": selection.title_en},
        "result": {"tally": row.id, "kind": row.kind, "version": row.version},
        "digests": digests(row),
        "journal": {"algorithm": ALGORITHM, "scope": row.selection_id, "lines": head[0], "head": head[1]},
    }
    if publication is not None:
        files[PUBLICATION] = canonical(publication.content)
        facts["publication"] = {"number": publication.number, "sha256": publication.sha256}
    return Packed(facts, files, head[0])


def _last_line(session: Session, row: TallyRow) -> tuple[int, str]:
    """Number and link of the last line about this tally, so that its package is always the same."""
    entries = session.exec(
        select(JournalEntry)
        .where(JournalEntry.scope_id == row.selection_id, col(JournalEntry.act).in_(ABOUT))
        .order_by(col(JournalEntry.seq).desc())
    )
    for entry in entries:
        if json.loads(entry.body)[5]["tally"] == row.id:
            return entry.seq, entry.link
    return 0, GENESIS.hex()


def journal_lines(session: Session, scope_id: int, last_line: int) -> Iterator[bytes]:
    """The journal's lines up to one: digests of all, bodies of those acts of the selection that prove a result."""
    table = sql_table(JournalEntry)
    shown = (table.c.scope_id == scope_id) & table.c.act.in_(PROVING)
    columns = (table.c.seq, table.c.digest, case((shown, table.c.body)), case((shown, table.c.nonce)))
    reached = 0
    while reached < last_line:
        query = sql_select(*columns).where(table.c.seq > reached, table.c.seq <= last_line).order_by(table.c.seq)
        portion = session.connection().execute(query.limit(PORTION)).all()
        if not portion:
            return
        for seq, digest, body, nonce in portion:
            line: dict[str, Any] = {"seq": seq, "digest": digest}
            yield canonical(line if body is None else line | {"body": body, "nonce": nonce}) + b"\n"
            reached = seq
