"""Computing a tally outside any transaction: inputs read, engine run, documents sealed for the accepting act.

A large tally runs in a child process, so that no request and no act waits for it.
"""

import gc
from collections.abc import Sequence
from typing import Any

from core import audit
from core.canonical import Sealed
from core.db import Database
from core.errors import refuse_any
from exam.children import Answer, Facts, Limits, run_child
from exam.queries import rule_sets
from scoring.actions.results import refuse_incomplete
from scoring.queries import scheme_of, tally_inputs, tally_scheme
from scoring.replay import replayed
from scoring.snapshot import inputs_document, inputs_fingerprint, tally_document
from scoring.stored import inputs_of
from scoring.tally import Tally

MOST_HERE = 200  # candidates up to which the tally takes less than starting a process
LIMITS = Limits(memory=8192, seconds=1800)


def computed(database: Database, selection_id: int, kind: str) -> dict[str, Any]:
    """The arguments of `accept_tally` for the state of the database now. Raises one Refusal with all problems."""
    with database.reading() as session:
        seen = audit.newest_line(session, selection_id)  # before the inputs: what comes between is seen as later
        refuse_incomplete(session, selection_id, kind)
        scheme = tally_scheme(session, selection_id, kind)
        frozen = next((one for one in rule_sets(session, selection_id) if one.sha256 == scheme.fingerprint), None)
        inputs = tally_inputs(session, selection_id, kind)
    given = Sealed.of(inputs_document(inputs))
    outcome = None
    if len(inputs.candidates) > MOST_HERE and frozen is not None:
        outcome = _in_child(frozen.canonical, given, kind)
    return {
        "scheme_sha256": scheme.fingerprint,
        "inputs": given,
        "input_sha256": given.sha256,
        "outcome": outcome or _sealed(replayed(kind, scheme, inputs)),
        "seen": seen,
    }


def still_stands(database: Database, selection_id: int, kind: str, scheme_sha256: str, input_sha256: str) -> bool:
    """Whether rules and inputs are those a tally was computed from. Raises Refusal where none could be computed now.

    The same rules and inputs give the same outcome, so a sealed tally is never computed again to show it.
    """
    with database.reading() as session:
        refuse_incomplete(session, selection_id, kind)
        inputs = tally_inputs(session, selection_id, kind)
        return (tally_scheme(session, selection_id, kind).fingerprint, inputs_fingerprint(inputs)) == (
            scheme_sha256,
            input_sha256,
        )


def _sealed(made: Tally) -> Sealed:
    """The outcome. Raises Refusal where nothing could be computed."""
    refuse_any(made.refusals)
    return Sealed.of(tally_document(made))


def _in_child(scheme: str, inputs: Sealed, kind: str) -> Sealed | None:
    """The outcome computed in a child; None where it refuses, to be told here in full."""
    facts, blobs = run_child(
        "scoring.computing:tally_task", {"kind": kind}, [scheme.encode(), inputs.text.encode()], LIMITS
    )
    return Sealed.read(blobs[0]) if facts["made"] else None


def tally_task(facts: Facts, blobs: Sequence[bytes]) -> Answer:
    """In the child: the outcome of sealed inputs under a frozen scheme, as canonical bytes."""
    gc.disable()  # nothing here is circular, and the process ends with its answer
    scheme, inputs = scheme_of(blobs[0].decode()), inputs_of(Sealed.read(blobs[1]))
    made = replayed(str(facts["kind"]), scheme, inputs)
    return {"made": not made.refusals}, [] if made.refusals else [_sealed(made).text.encode()]
