"""Publishing written marks; tallies accepted from sealed inputs and published by a second hand."""

from datetime import date, datetime
from typing import Any

from recording.queries import hearings_without_video
from sqlmodel import Session

from core import audit
from core.acts import touch
from core.canonical import fingerprint
from core.errors import Refusal, Stale
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.actions import advance, publish
from exam.plan import PublicationKind
from exam.queries import marks_confirmed, selection_row, ticket_ids
from exam.stages import Deed, Stage, hindrance
from exam.tables import Publication, Selection
from interview.actions import admit
from interview.queries import unfinished
from scoring.inputs import Inputs
from scoring.queries import composite_inputs, newest_tally, scheme_in_force, written_inputs
from scoring.snapshot import inputs_fingerprint
from scoring.tables import TallyRow

ENTRY, COMPOSITE = "entry", "composite"
DEEDS = {ENTRY: Deed.ENTER_INTERVIEW, COMPOSITE: Deed.COMPUTE_COMPOSITE}
KINDS = {ENTRY: PublicationKind.INTERVIEW_ENTRY, COMPOSITE: PublicationKind.COMPOSITE}
STAGES = {ENTRY: Stage.INTERVIEW_ENTRY, COMPOSITE: Stage.COMPOSITE}


def publish_written_results(
    session: Session, actor: Actor, selection_id: int, *, objections_until: date | None = None, now: datetime
) -> Publication:
    """Publish the confirmed written marks by ticket number (笔试成绩公告)."""
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    _refuse_hindered(selection_row(session, selection_id), Deed.PUBLISH_MARKS, now)
    if not marks_confirmed(session, selection_id):
        raise Refusal("The written marks are not confirmed yet.", status=409)
    rows = [
        {
            "ticket": one.code,
            "post": one.post,
            "marks": {key: {"state": mark.state, "mark": _text(mark.value)} for key, mark in one.marks.items()},
        }
        for one in sorted(written_inputs(session, selection_id).candidates, key=lambda one: one.code)
    ]
    publication = publish(
        session, actor, selection_id, PublicationKind.WRITTEN_RESULTS, {"rows": rows}, now=now,
        objections_until=objections_until,
    )  # fmt: skip
    advance(session, actor, selection_id, Stage.WRITTEN_RESULTS, now=now)
    return publication


def tally_inputs(session: Session, selection_id: int, kind: str) -> Inputs:
    """The inputs of a tally as they stand now."""
    if kind == ENTRY:
        return written_inputs(session, selection_id)
    return composite_inputs(session, selection_id, scheme_in_force(session, selection_id))


def accept_tally(
    session: Session,
    actor: Actor,
    selection_id: int,
    kind: str,
    *,
    scheme_sha256: str,
    inputs: dict[str, Any],
    input_sha256: str,
    outcome: dict[str, Any],
    now: datetime,
) -> int:
    """Accept a computed tally: the first hand. Refused if scheme or inputs changed while it was computed.

    `inputs` and `outcome` are the documents of scoring.snapshot. Returns the tally's version.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    _refuse_hindered(selection_row(session, selection_id), DEEDS[kind], now)
    if outcome["refusals"]:
        raise Refusal("A tally with open problems cannot be kept.")
    if kind == COMPOSITE:
        refuse_incomplete(session, selection_id)
    scheme = scheme_in_force(session, selection_id)
    current = inputs_fingerprint(tally_inputs(session, selection_id, kind))
    if scheme.fingerprint != scheme_sha256 or current != input_sha256:
        raise Stale("Marks or rules changed while this was computed; compute it again.", current=current)
    newest = newest_tally(session, selection_id, kind)
    if newest is not None and fingerprint(newest.outcome) == fingerprint(outcome):
        raise Refusal("This result is already there as version {version}.", version=newest.version, status=409)
    row = TallyRow(
        selection_id=selection_id,
        kind=kind,
        version=newest.version + 1 if newest else 1,
        scheme_sha256=scheme_sha256,
        input_sha256=input_sha256,
        inputs=inputs,
        outcome=outcome,
        computed_by=actor.person_id,
        computed_device=actor.device,
        computed_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "tally.accepted", now, scope=selection_id, tally=row.id, kind=kind, version=row.version,
        scheme=scheme_sha256, inputs=input_sha256, outcome=fingerprint(outcome),
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.version


def refuse_incomplete(session: Session, selection_id: int) -> None:
    """The gate before a composite: every hearing sealed or ended, every sealed one with its verified video."""
    if open_ones := unfinished(session, selection_id):
        raise Refusal("Hearings not sealed yet: {count}.", count=len(open_ones), status=409)
    if missing := hearings_without_video(session, selection_id):
        raise Refusal("Hearings without a verified recording: {count}.", count=len(missing), status=409)


def publish_tally(
    session: Session,
    actor: Actor,
    selection_id: int,
    kind: str,
    version: int,
    *,
    objections_until: date | None = None,
    now: datetime,
) -> Publication:
    """Publish the newest tally: the second hand, who checked it. Publishing the entry list admits to the interview."""
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    selection = selection_row(session, selection_id)
    row = newest_tally(session, selection_id, kind)
    if row is None or row.version != version or row.publication_id is not None:
        raise Refusal("There is no such result waiting to be published.", status=404)
    _refuse_hindered(selection, DEEDS[kind], now)
    require_second_hand(actor, FirstHand(row.computed_by, row.computed_device), now)
    content = {
        "tally": {
            "id": row.id, "version": row.version, "scheme": row.scheme_sha256, "inputs": row.input_sha256,
            "outcome": fingerprint(row.outcome),
        },
        "outcome": _without_steps(row.outcome),
    }  # fmt: skip
    publication = publish(
        session, actor, selection_id, KINDS[kind], content, now=now, objections_until=objections_until
    )
    row.publication_id = publication.id
    session.add(row)
    if kind == ENTRY:
        _admit_entered(session, actor, row, publication, now)
    advance(session, actor, selection_id, STAGES[kind], now=now)
    return publication


def _admit_entered(session: Session, actor: Actor, row: TallyRow, publication: Publication, now: datetime) -> None:
    """Tell interview whom the published list admits."""
    ids = ticket_ids(session, row.selection_id)
    entered = [ids[one["candidate"]] for one in row.outcome["results"] if one["entered"]]
    admit(session, actor, publication.id or 0, entered, now=now)


def _without_steps(outcome: dict[str, Any]) -> dict[str, Any]:
    """The outcome as published: results and order; the steps stand with the tally, under the same digest."""
    results = [{key: value for key, value in one.items() if key != "steps"} for one in outcome["results"]]
    return {**outcome, "results": results}


def _refuse_hindered(selection: Selection, deed: Deed, now: datetime) -> None:
    if problem := hindrance(deed, Stage(selection.stage), now):
        raise Refusal.of([problem])


def _text(value: object) -> str | None:
    return None if value is None else str(value)
