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
from exam.actions import publish
from exam.plan import PublicationKind
from exam.queries import marks_confirmed, publications, selection_row, ticket_ids
from exam.stages import Deed, Stage, has_reached
from exam.tables import Publication, Selection
from interview.actions import admit
from recording.actions import note_event
from recording.retention import RetentionEvent
from scoring.actions.gate import reach, refuse_hindered
from scoring.queries import (
    COMPOSITE,
    ENTRY,
    default_last_day,
    digests,
    gaps,
    newest_tally,
    published_tally,
    tally_inputs,
    tally_scheme,
    written_behind,
)
from scoring.snapshot import inputs_fingerprint
from scoring.tables import TallyRow
from scoring.tally import Because

DEEDS = {ENTRY: Deed.ENTER_INTERVIEW, COMPOSITE: Deed.COMPUTE_COMPOSITE}
KINDS = {ENTRY: PublicationKind.INTERVIEW_ENTRY, COMPOSITE: PublicationKind.COMPOSITE}
STAGES = {ENTRY: Stage.INTERVIEW_ENTRY, COMPOSITE: Stage.COMPOSITE}


def publish_written_results(
    session: Session, actor: Actor, selection_id: int, *, objections_until: date | None = None, now: datetime
) -> Publication:
    """Publish the confirmed written marks by ticket number (笔试成绩公告), or publish them again corrected.

    Without a day the scheme's own window for recounts says until when objections are taken; never a shorter one.
    """
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    earlier = _earlier(session, selection_id, PublicationKind.WRITTEN_RESULTS)
    refuse_hindered(selection_row(session, selection_id), Deed.PUBLISH_MARKS, now, again=earlier is not None)
    until, problems = _last_day(session, selection_id, objections_until, now)
    if not marks_confirmed(session, selection_id):
        problems.append(Problem("The written marks are not confirmed yet."))
    if earlier is not None and not written_behind(session, selection_id):
        problems.append(Problem("Nothing has been corrected since No. {number}.", {"number": earlier.number}))
    refuse_any(problems)
    rows = [
        {
            "ticket": one.code,
            "post": one.post,
            "marks": {key: {"state": mark.state, "mark": _text(mark.value)} for key, mark in one.marks.items()},
        }
        for one in sorted(tally_inputs(session, selection_id, ENTRY).candidates, key=lambda one: one.code)
    ]
    publication = publish(
        session, actor, selection_id, PublicationKind.WRITTEN_RESULTS, {"rows": rows, **_corrects(earlier)}, now=now,
        objections_until=until,
    )  # fmt: skip
    reach(session, actor, selection_id, Stage.WRITTEN_RESULTS, now=now)
    return publication


def _earlier(session: Session, selection_id: int, kind: PublicationKind) -> Publication | None:
    """What was published of this kind before."""
    return next(iter(publications(session, selection_id, kind)), None)


def _corrects(earlier: Publication | None) -> dict[str, object]:
    """What a corrected publication says of the one it replaces."""
    return {"corrects": {"number": earlier.number, "version": earlier.version}} if earlier else {}


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
    composite ends the interview: periods of retention that wait for its end begin. After a publication only
    corrections make another version, whatever the stage.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    again = published_tally(session, selection_id, kind) is not None
    refuse_hindered(selection_row(session, selection_id), DEEDS[kind], now, again=again)
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


def refuse_incomplete(session: Session, selection_id: int, kind: str) -> None:
    """The gate before a computation: whatever must be whole by then is named at once (scoring.queries.gaps)."""
    refuse_any(gaps(session, selection_id, kind, computing=True))


def _refuse_changed(session: Session, selection_id: int, kind: str, scheme_sha256: str, input_sha256: str) -> None:
    """Refuse a tally whose rules are no longer in force or whose inputs are no longer those that stand."""
    current = inputs_fingerprint(tally_inputs(session, selection_id, kind))
    if tally_scheme(session, selection_id, kind).fingerprint != scheme_sha256 or current != input_sha256:
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

    What is published is what stands: a tally is refused once its rules, marks or people have changed, and while
    anything is missing (scoring.queries.gaps). A later version is published as the correction of the one before.
    """
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    selection = selection_row(session, selection_id)
    row = newest_tally(session, selection_id, kind)
    if row is None or row.version != version or row.publication_id is not None:
        raise Refusal("There is no such result waiting to be published.", status=404)
    earlier = _earlier(session, selection_id, KINDS[kind])
    refuse_hindered(selection, DEEDS[kind], now, again=earlier is not None)
    require_second_hand(actor, FirstHand(row.computed_by, row.computed_device), now)
    until, problems = _last_day(session, selection_id, objections_until, now)
    problems += [*_undecided(row.outcome["results"]), *gaps(session, selection_id, kind, computing=False)]
    refuse_any(problems)
    _refuse_changed(session, selection_id, kind, row.scheme_sha256, row.input_sha256)
    if kind == ENTRY:
        _refuse_late_entry(session, selection, row)
    content = {
        "tally": {"id": row.id, "version": row.version, **digests(row)},
        "outcome": _without_steps(row.outcome),
        **_corrects(earlier),
    }
    publication = publish(session, actor, selection_id, KINDS[kind], content, now=now, objections_until=until)
    row.publication_id = publication.id
    session.add(row)
    audit.record(
        session, actor, "tally.published", now, scope=selection_id, tally=row.id, kind=kind, version=row.version,
        publication=publication.id,
    )  # fmt: skip
    if kind == ENTRY:
        _admit_entered(session, actor, row, publication, now)
    reach(session, actor, selection_id, STAGES[kind], now=now)
    return publication


def _refuse_late_entry(session: Session, selection: Selection, row: TallyRow) -> None:
    """Once the interviews have begun, a corrected entry list admits nobody whom nobody could hear any more.

    Who was admitted by an earlier list stays admitted; the mistake was the office's.
    """
    before = published_tally(session, selection.id, ENTRY)
    if before is None or not has_reached(Stage(selection.stage), Stage.INTERVIEW):
        return
    entered = {one["candidate"] for one in before.outcome["results"] if one["entered"]}
    late = [one["candidate"] for one in row.outcome["results"] if one["entered"] and one["candidate"] not in entered]
    if late:
        raise Refusal(
            "The interviews have begun, and by the corrected list these enter as well: {numbers}. The committee "
            "decides how they are heard before it is published.",
            status=409,
            numbers=late,
        )


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


def _last_day(
    session: Session, selection_id: int, wanted: date | None, now: datetime
) -> tuple[date | None, list[Problem]]:
    """The last day for objections and recounts: the one wanted, else the scheme's; never one before the scheme's."""
    least = default_last_day(session, selection_id, now)
    if wanted is not None and wanted < local_date(now):
        return wanted, [Problem("The last day for objections has passed already.", {}, "objections_until")]
    if wanted is not None and least is not None and wanted < least:
        facts = {"day": least}
        return wanted, [Problem("The rules give until {day} at least to ask for a recount.", facts, "objections_until")]
    return wanted or least, []


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain_decimal(value)
