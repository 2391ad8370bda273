"""Freezing the scheme in two hands, publishing numbered snapshots, moving a selection along its road.

Acts of scoring call these as plain functions in their own transaction; each checks the duty again for itself.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.acts import touch
from core.canonical import canonical
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.queries import (
    eligibility_section,
    in_force,
    post_pages,
    publications,
    selection_row,
    stage_now,
    written_papers,
)
from exam.stages import Stage, move
from exam.tables import Publication, RuleSet, Selection

_REASON_CAP = 2000


def add_rule_set(
    session: Session, actor: Actor, selection_id: int, canonical_text: str, sha256: str, reason: str, *, now: datetime
) -> RuleSet:
    """Propose a scheme to be frozen: the first hand. A later version needs a reason (product.md rule 1)."""
    actor.require(Power.SCORING_SCHEME_FREEZE, selection_id)
    refuse_any(_plan_problems(session, selection_row(session, selection_id), now))
    if hashlib.sha256(canonical_text.encode()).hexdigest() != sha256:
        raise ValueError("the digest is not that of the canonical text")
    standing = in_force(session, selection_id)
    if standing is not None and standing.sha256 == sha256:
        raise Refusal("These rules are already in force as version {version}.", version=standing.version, status=409)
    if standing is not None and not reason.strip():
        raise Refusal("A new version of the rules needs a reason.", field="reason")
    if len(reason) > _REASON_CAP:
        raise Refusal("This must be a text of at most {most} characters.", field="reason", most=_REASON_CAP)
    newest = session.exec(select(func.max(RuleSet.version)).where(RuleSet.selection_id == selection_id)).one() or 0
    _replace_open_proposals(session, selection_id)
    rule_set = RuleSet(
        selection_id=selection_id,
        version=newest + 1,
        canonical=canonical_text,
        sha256=sha256,
        reason=reason,
        proposed_by=actor.person_id,
        proposed_device=actor.device,
        proposed_at=now,
    )
    session.add(rule_set)
    session.flush()
    audit.record(session, actor, "rule_set.proposed", now, scope=selection_id, version=rule_set.version, sha256=sha256)
    return rule_set


def freeze_rule_set(
    session: Session,
    actor: Actor,
    selection_id: int,
    version: int,
    sha256: str,
    *,
    risks: Sequence[str] = (),
    answer: str = "",
    now: datetime,
) -> RuleSet:
    """Freeze the proposed scheme: the second hand, who has seen exactly this digest. It is in force from now on.

    `risks` are the kinds of risk that a check of the scheme found, `answer` is what this hand says of them.
    """
    actor.require(Power.SCORING_SCHEME_CONFIRM, selection_id)
    rule_set = session.exec(
        select(RuleSet).where(RuleSet.selection_id == selection_id, RuleSet.version == version)
    ).first()
    if rule_set is None:
        raise Refusal("There is no version {version} of the rules.", version=version, status=404)
    if rule_set.state != "proposed":
        raise Refusal("Version {version} of the rules is no longer open to be frozen.", version=version, status=409)
    if rule_set.sha256 != sha256:
        raise Refusal("These are not the rules you were shown; look at them again.", field="sha256", status=409)
    require_second_hand(actor, FirstHand(rule_set.proposed_by, rule_set.proposed_device), now)
    _refuse_other_conditions(session, rule_set)
    if len(answer) > _REASON_CAP:
        raise Refusal("This must be a text of at most {most} characters.", field="answer", most=_REASON_CAP)
    rule_set.state, rule_set.frozen_by, rule_set.frozen_at = "frozen", actor.person_id, now
    rule_set.answer = answer
    session.add(rule_set)
    session.flush()
    facts = {"risks": list(risks), "answer": hashlib.sha256(answer.encode()).hexdigest() if answer else ""}
    audit.record(session, actor, "rule_set.frozen", now, scope=selection_id, version=version, sha256=sha256, **facts)
    touch(session, f"selection:{selection_id}")
    return rule_set


def publish(
    session: Session,
    actor: Actor,
    selection_id: int,
    kind: str,
    content: Mapping[str, object],
    *,
    now: datetime,
    objections_until: date | None = None,
) -> Publication:
    """Publish a snapshot (公告、公示): numbered, never changed; a later one of the same kind is its next version.

    What is kept is the canonical form, so that its SHA-256 can be taken again from the row; figures that must show
    all their decimals go in as text.
    """
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    selection_row(session, selection_id)
    form = canonical(content)
    digest = hashlib.sha256(form).digest()
    earlier = publications(session, selection_id)
    newest = next((one for one in earlier if one.kind == kind), None)
    if newest is not None and newest.sha256 == digest.hex():
        raise Refusal("This is already published, as number {number}.", number=newest.number, status=409)
    publication = Publication(
        selection_id=selection_id,
        number=len(earlier) + 1,
        kind=kind,
        version=newest.version + 1 if newest else 1,
        content=json.loads(form),
        sha256=digest.hex(),
        short_code=audit.short_code(digest),
        published_by=actor.person_id,
        published_at=now,
        objections_until=objections_until,
    )
    session.add(publication)
    session.flush()
    facts = {"number": publication.number, "kind": kind, "version": publication.version, "sha256": publication.sha256}
    audit.record(session, actor, "publication.published", now, scope=selection_id, publication=publication.id, **facts)
    touch(session, f"selection:{selection_id}", "publications")
    return publication


def advance(session: Session, actor: Actor, selection_id: int, stage: Stage, *, now: datetime) -> None:
    """Move a selection to the next stage; part of the act that brings it there and has checked its own duty.

    Opening and closing of registration need no act: time moves an announced selection to vetting.
    """
    actor.require(Power.EXAM_SELECTION_READ, selection_id)
    selection = selection_row(session, selection_id)
    problem = move(stage_now(selection, now), stage)
    refuse_any([problem] if problem else [])
    before, selection.stage = selection.stage, stage
    session.add(selection)
    session.flush()
    audit.record(session, actor, "selection.advanced", now, scope=selection_id, before=before, stage=stage)
    touch(session, f"selection:{selection_id}")


def _plan_problems(session: Session, selection: Selection, now: datetime) -> list[Problem]:
    """What a plan lacks before its rules can be frozen and announced; nothing once it has been announced."""
    if selection.stage != Stage.DRAFT:
        return []
    problems = []
    posts = post_pages(session, selection.id)
    if not posts:
        problems.append(Problem("No post has been planned.", {}, "posts"))
    problems += [
        Problem("The post {code} has no condition that a registration could be vetted by.", {"code": page.post.code})
        for page in posts
        if not page.conditions
    ]
    if not written_papers(session, selection.id):
        problems.append(Problem("No written paper has been planned.", {}, "papers"))
    if selection.registration_closes <= now:
        problems.append(Problem("Registration would close before it is announced.", {}, "registration_closes"))
    return problems


def _replace_open_proposals(session: Session, selection_id: int) -> None:
    """A proposal that nobody froze gives way to the next; its row stays."""
    still_open = select(RuleSet).where(RuleSet.selection_id == selection_id, col(RuleSet.state) == "proposed")
    for proposal in session.exec(still_open).all():
        proposal.state = "replaced"
        session.add(proposal)


def _refuse_other_conditions(session: Session, rule_set: RuleSet) -> None:
    """The conditions frozen in the scheme are those the registrations will be judged on."""
    frozen = json.loads(rule_set.canonical).get("eligibility")
    if frozen is not None and canonical(frozen) != canonical(eligibility_section(session, rule_set.selection_id)):
        raise Refusal("The conditions were changed after these rules were proposed; propose them again.", status=409)
