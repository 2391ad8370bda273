"""Records (认定记录) in two hands: one enters a whole table, another checks it on the signed paper and confirms."""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.canonical import fingerprint
from core.errors import Problem, Refusal, Stale, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.queries import selection_row
from exam.stages import Deed
from scoring.actions.gate import refuse_hindered
from scoring.queries import record_version, record_versions, scheme_in_force
from scoring.recorded import Entry, topic_named
from scoring.snapshot import inputs_document
from scoring.tables import RecordTable

LONGEST_REASON = 1000


def enter_record(
    session: Session, actor: Actor, selection_id: int, topic: str, entry: Entry, reason: str = "", *, now: datetime
) -> int:
    """Enter the whole table of one topic: the first hand. Returns its version.

    `entry` was read by the scheme that it names; a scheme changed since refuses it. What was not decided gives way.
    What was confirmed counts until the new version is confirmed, and is entered again only with a reason.
    """
    actor.require(Power.SCORING_RECORD_ENTER, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.ENTER_RECORDS, now)
    scheme = scheme_in_force(session, selection_id)
    if topic_named(scheme, topic) is None:
        raise Refusal("The scheme asks for no such records.", status=404)
    if scheme.fingerprint != entry.scheme:
        raise Stale("The rules have changed since this was read; enter it again.", current=scheme.fingerprint)
    earlier = record_versions(session, selection_id).get(topic, [])
    document = inputs_document(entry.recorded.facts)
    digest = fingerprint({"columns": entry.recorded.columns, "rows": entry.recorded.rows, "facts": document})
    refuse_any(_entry_problems(earlier, digest, reason))
    for one in earlier:
        if one.state == "proposed":
            one.state = "replaced"
            session.add(one)
    row = RecordTable(
        selection_id=selection_id, topic=topic, version=len(earlier) + 1, columns=list(entry.recorded.columns),
        rows=[list(cells) for cells in entry.recorded.rows], facts=document, sha256=digest, source=entry.source,
        source_name=entry.name[:200], source_sha256=entry.sha256 or digest, reason=reason.strip(),
        proposed_by=actor.person_id, proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "records.entered", now, scope=selection_id, record=row.id, topic=topic, version=row.version,
        rows=len(entry.recorded.rows), sha256=digest, source=row.source_sha256,
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.version


def _entry_problems(earlier: list[RecordTable], digest: str, reason: str) -> list[Problem]:
    problems = []
    newest = next((one for one in earlier if one.state in {"proposed", "confirmed"}), None)
    if newest is not None and newest.sha256 == digest:
        problems.append(Problem("This says the same as version {version}.", {"version": newest.version}))
    if any(one.state == "confirmed" for one in earlier) and not reason.strip():
        problems.append(
            Problem("These records are confirmed already; entering them again needs a reason.", {}, "reason")
        )
    if len(reason) > LONGEST_REASON:
        problems.append(
            Problem("This must be a text of at most {most} characters.", {"most": LONGEST_REASON}, "reason")
        )
    return problems


def decide_record(
    session: Session, actor: Actor, selection_id: int, topic: str, version: int, sha256: str, answer: str = "", *,
    agree: bool, now: datetime,
) -> None:  # fmt: skip
    """Confirm a table as it stands on the signed paper, or send it back with a reason: the second hand.

    `sha256` is the digest of what was shown. The version confirmed before is replaced and stays readable.
    """
    actor.require(Power.SCORING_RECORD_CONFIRM, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.ENTER_RECORDS, now)
    row = record_version(session, selection_id, topic, version)
    if row is None or row.state != "proposed":
        raise Refusal("These records do not wait to be confirmed.", status=409)
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if row.sha256 != sha256:
        raise Refusal("These are not the records you were shown.", status=409)
    if not agree and not answer.strip():
        raise Refusal("Write the reason.", field="answer")
    for one in record_versions(session, selection_id)[topic]:
        if agree and one.state == "confirmed":
            one.state = "replaced"
            session.add(one)
    row.state = "confirmed" if agree else "declined"
    row.answer, row.decided_by, row.decided_at = answer.strip()[:LONGEST_REASON], actor.person_id, now
    session.add(row)
    act = "records.confirmed" if agree else "records.declined"
    audit.record(
        session, actor, act, now, scope=selection_id, record=row.id, topic=topic, version=version, sha256=sha256
    )
    touch(session, f"selection:{selection_id}")
