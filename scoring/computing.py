"""Computing a tally outside any transaction: inputs read, engine run, documents made for the accepting act."""

from typing import Any

from core.db import Database
from core.errors import refuse_any
from scoring.actions.results import refuse_incomplete
from scoring.queries import tally_inputs, tally_scheme
from scoring.replay import replayed
from scoring.snapshot import inputs_document, inputs_fingerprint, tally_document


def computed(database: Database, selection_id: int, kind: str) -> dict[str, Any]:
    """The arguments of `accept_tally` for the state of the database now. Raises one Refusal with all problems."""
    with database.reading() as session:
        refuse_incomplete(session, selection_id, kind)
        scheme = tally_scheme(session, selection_id, kind)
        inputs = tally_inputs(session, selection_id, kind)
    found = replayed(kind, scheme, inputs)
    refuse_any(found.refusals)
    return {
        "scheme_sha256": scheme.fingerprint,
        "inputs": inputs_document(inputs),
        "input_sha256": inputs_fingerprint(inputs),
        "outcome": tally_document(found),
    }
