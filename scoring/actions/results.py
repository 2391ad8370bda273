"""Publishing written marks; tallies accepted from sealed inputs and published by a second hand."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.canonical import fingerprint, plain_decimal
from core.days import local_date
from core.errors import Problem, Refusal, Stale, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.actions import advance, publish
from exam.plan import PublicationKind
from exam.queries import marks_confirmed, selection_row, ticket_ids
from exam.stages import Deed, Stage
from exam.tables import Publication
from interview.actions import admit
from interview.queries import unfinished
from recording.actions import note_event
from recording.queries import hearings_without_video
from recording.retention import RetentionEvent
from scoring.actions.gate import refuse_hindered
from scoring.queries import COMPOSITE, ENTRY, newest_tally, scheme_in_force, tally_inputs, written_inputs
from scoring.snapshot import inputs_fingerprint
from scoring.tables import TallyRow
from scoring.tally import Because

DEEDS = {ENTRY: Deed.ENTER_INTERVIEW, COMPOSITE: Deed.COMPUTE_COMPOSITE}
KINDS = {ENTRY: PublicationKind.INTERVIEW_ENTRY, COMPOSITE: PublicationKind.COMPOSITE}
STAGES = {ENTRY: Stage.INTERVIEW_ENTRY, COMPOSITE: Stage.COMPOSITE}


def publish_written_results(
    session: Session, actor: Actor, selection_id: int, *, objections_until: date | None = None, now: datetime
) -> Publication:
    """Publish the confirmed written marks by ticket number (笔试成绩公告)."""
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.PUBLISH_MARKS, now)
    problems = _day_problems(objections_until, now)
    if not marks_confirmed(session, selection_id):
        problems.append(Problem("The written marks are not confirmed yet."))
    refuse_any(problems)
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
    seen: int = 0,
    now: datetime,
) -> int:
    """Accept a computed tally: the first hand. Refused if scheme or inputs changed while it was computed.

    `inputs` and `outcome` are the documents of scoring.snapshot. `seen` is the newest line of the selection's journal
    before the inputs were read: nothing is read again where none has followed. Returns the tally's version. The first
    composite ends the interview: periods of retention that wait for its end begin.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    refuse_hindered(selection_row(session, selection_id), DEEDS[kind], now)
    if fingerprint(inputs) != input_sha256 or outcome["scheme"] != scheme_sha256:
        raise ValueError("the documents of a tally are those its digests were taken of")
    if outcome["refusals"]:
        raise Refusal("A tally with open problems cannot be kept.")
    refuse_incomplete(session, selection_id, kind)
    if not (seen and audit.nothing_since(session, selection_id, seen)):
        _refuse_changed(session, selection_id, kind, scheme_sha256, input_sha256)
    newest = newest_tally(session, selection_id, kind)
    facts = {"scheme": scheme_sha256, "inputs": input_sha256, "outcome": fingerprint(outcome)}
    if newest is not None and facts == digests(newest):
        raise Refusal("This result is already there as version {version}.", version=newest.version, status=409)
    row = TallyRow(
        selection_id=selection_id,
        kind=kind,
        version=newest.version + 1 if newest else 1,
        scheme_sha256=scheme_sha256,
        input_sha256=input_sha256,
        inputs=inputs,
        outcome=outcome,
        outcome_sha256=facts["outcome"],
        computed_by=actor.person_id,
        computed_device=actor.device,
        computed_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "tally.accepted", now, scope=selection_id, tally=row.id, kind=kind, version=row.version, **facts
    )
    if kind == COMPOSITE and newest is None:
        note_event(session, actor, selection_id, RetentionEvent.INTERVIEW_ENDED, now=now)
    touch(session, f"selection:{selection_id}")
    return row.version


def digests(row: TallyRow) -> dict[str, str]:
    """What names a tally: the SHA-256 of its rules, of its inputs and of its whole outcome."""
    return {"scheme": row.scheme_sha256, "inputs": row.input_sha256, "outcome": row.outcome_sha256}


def refuse_incomplete(session: Session, selection_id: int, kind: str) -> None:
    """The gate before a composite: every hearing sealed or ended, every sealed one with its verified video."""
    if kind != COMPOSITE:
        return
    problems = []
    if open_ones := unfinished(session, selection_id):
        problems.append(Problem("Hearings not sealed yet: {count}.", {"count": len(open_ones)}))
    if missing := hearings_without_video(session, selection_id):
        problems.append(Problem("Hearings without a verified recording: {count}.", {"count": len(missing)}))
    refuse_any(problems)


def _refuse_changed(session: Session, selection_id: int, kind: str, scheme_sha256: str, input_sha256: str) -> None:
    """Refuse a tally whose rules are no longer in force or whose inputs are no longer those that stand."""
    current = inputs_fingerprint(tally_inputs(session, selection_id, kind))
    if scheme_in_force(session, selection_id).fingerprint != scheme_sha256 or current != input_sha256:
        raise Stale("Marks or rules have changed since this was computed; compute it again.", current=current)


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
    """Publish the newest tally: the second hand, who checked it. Publishing the entry list admits to the interview.

    What is published is what stands: a tally is refused once its rules, marks or people have changed.
    """
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    selection = selection_row(session, selection_id)
    row = newest_tally(session, selection_id, kind)
    if row is None or row.version != version or row.publication_id is not None:
        raise Refusal("There is no such result waiting to be published.", status=404)
    refuse_hindered(selection, DEEDS[kind], now)
    require_second_hand(actor, FirstHand(row.computed_by, row.computed_device), now)
    refuse_any([*_day_problems(objections_until, now), *_undecided(row.outcome["results"])])
    _refuse_changed(session, selection_id, kind, row.scheme_sha256, row.input_sha256)
    content = {
        "tally": {"id": row.id, "version": row.version, **digests(row)},
        "outcome": _without_steps(row.outcome),
    }
    publication = publish(
        session, actor, selection_id, KINDS[kind], content, now=now, objections_until=objections_until
    )
    row.publication_id = publication.id
    session.add(row)
    audit.record(
        session, actor, "tally.published", now, scope=selection_id, tally=row.id, kind=kind, version=row.version,
        publication=publication.id,
    )  # fmt: skip
    if kind == ENTRY:
        _admit_entered(session, actor, row, publication, now)
    advance(session, actor, selection_id, STAGES[kind], now=now)
    return publication


def _undecided(results: Iterable[dict[str, Any]]) -> list[Problem]:
    """Nothing is published while somebody's place waits for a record that the rules name."""
    waiting = [
        one["candidate"] for one in results if any(reason["because"] == Because.WAITING for reason in one["reasons"])
    ]
    if not waiting:
        return []
    return [
        Problem("The rules do not yet say which of these equal candidates goes on: {numbers}.", {"numbers": waiting})
    ]


def _admit_entered(session: Session, actor: Actor, row: TallyRow, publication: Publication, now: datetime) -> None:
    """Tell interview whom the published list admits."""
    ids = ticket_ids(session, row.selection_id)
    entered = [ids[one["candidate"]] for one in row.outcome["results"] if one["entered"]]
    admit(session, actor, publication.id or 0, entered, now=now)


def _without_steps(outcome: dict[str, Any]) -> dict[str, Any]:
    """The outcome as published: results and order; the steps stand with the tally, under the same digest."""
    results = [{key: value for key, value in one.items() if key != "steps"} for one in outcome["results"]]
    return {**outcome, "results": results}


def _day_problems(objections_until: date | None, now: datetime) -> list[Problem]:
    """A day until which objections are taken that has passed already."""
    if objections_until is None or objections_until >= local_date(now):
        return []
    return [Problem("The last day for objections has passed already.", {}, "objections_until")]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain_decimal(value)
