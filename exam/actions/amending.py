"""Amending an announcement in two hands: proposed with a reason, published by another as its next version."""

from datetime import datetime, time

from sqlmodel import Session, select

from core import audit
from core.days import add_working_days, local_date
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from core.settings import BEIJING
from core.words import N_, Sentence
from exam.actions.publishing import publish
from exam.actions.telling import tell_registered
from exam.amendments import Amendment, Standing, amendment_from_plain, amendment_to_plain, check_amendment
from exam.plan import PublicationKind, check_paper, overlapping
from exam.queries import (
    announcement_content,
    posts_of,
    publications,
    selection_row,
    stage_now,
    terms_of,
    written_papers,
)
from exam.stages import Stage, has_reached
from exam.tables import AmendmentRow, Paper, Post, Publication, Selection

AMENDED = N_("The announcement was changed (version {version}). Read what changed: {reason}")
CANCELLED = N_("Post {code} was cancelled: {reason} You may choose another post until {until}.")


def propose_amendment(
    session: Session, actor: Actor, selection_id: int, amendment: Amendment, reason: str, *, now: datetime
) -> int:
    """Propose a change of what was announced: the first hand. An open proposal gives way to the next."""
    actor.require(Power.EXAM_SELECTION_EDIT, selection_id)
    selection = selection_row(session, selection_id)
    refuse_any(_problems(session, selection, amendment, reason, now))
    for open_one in session.exec(
        select(AmendmentRow).where(AmendmentRow.selection_id == selection_id, AmendmentRow.state == "proposed")
    ):
        open_one.state = "replaced"
        session.add(open_one)
    row = AmendmentRow(
        selection_id=selection_id,
        body=amendment_to_plain(amendment),
        reason=reason,
        proposed_by=actor.person_id,
        proposed_device=actor.device,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    facts = {
        "amendment": row.id,
        "fields": sorted(amendment.fields),
        "papers": sorted(amendment.papers),
        "posts": dict(amendment.headcounts),
        "cancelled": list(amendment.cancelled),
    }
    audit.record(session, actor, "amendment.proposed", now, scope=selection_id, **facts)
    return row.id or 0


def publish_amendment(session: Session, actor: Actor, amendment_id: int, *, now: datetime) -> Publication:
    """Carry an amendment out and publish the announcement's next version: the second hand. The registered are told."""
    row = _open(session, actor, amendment_id)
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    selection = selection_row(session, row.selection_id)
    amendment = amendment_from_plain(row.body)
    refuse_any(_problems(session, selection, amendment, row.reason, now))
    until = _end_of_change(session, selection.id, now)
    _carry_out(session, selection, amendment, until, now)
    before = publications(session, selection.id, PublicationKind.ANNOUNCEMENT)[0].content
    content = before | announcement_content(session, selection.id) | {"amendment": {"reason": row.reason}}
    publication = publish(session, actor, selection.id, PublicationKind.ANNOUNCEMENT, content, now=now)
    row.state, row.decided_by, row.decided_at, row.publication_id = "published", actor.person_id, now, publication.id
    session.add(row)
    audit.record(
        session, actor, "amendment.published", now, scope=selection.id, amendment=row.id, publication=publication.id
    )
    facts = {"version": publication.version, "reason": row.reason}
    tell_registered(session, selection.id, Sentence(AMENDED, facts), now=now)
    for post in posts_of(session, selection.id):
        if post.code in amendment.cancelled:
            words = Sentence(CANCELLED, {"code": post.code, "reason": row.reason, "until": until})
            tell_registered(session, selection.id, words, post_ids=[post.id or 0], now=now)
    return publication


def decline_amendment(session: Session, actor: Actor, amendment_id: int, *, now: datetime) -> None:
    """Decline a proposed amendment: nothing changes."""
    row = _open(session, actor, amendment_id)
    row.state, row.decided_by, row.decided_at = "declined", actor.person_id, now
    session.add(row)
    audit.record(session, actor, "amendment.declined", now, scope=row.selection_id, amendment=row.id)


def _open(session: Session, actor: Actor, amendment_id: int) -> AmendmentRow:
    row = session.get(AmendmentRow, amendment_id)
    if row is None:
        raise Refusal("There is no such amendment.", status=404)
    actor.require(Power.SCORING_SCHEME_CONFIRM, row.selection_id)
    if row.state != "proposed":
        raise Refusal("This amendment is no longer open to be published.", status=409)
    return row


def _end_of_change(session: Session, selection_id: int, now: datetime) -> datetime:
    """The end of the last working day on which another post may be chosen."""
    last = add_working_days(local_date(now), terms_of(session, selection_id).change_days)
    return datetime.combine(last, time(23, 59, 59), BEIJING)


def _carry_out(session: Session, selection: Selection, amendment: Amendment, until: datetime, now: datetime) -> None:
    for name, value in amendment.fields.items():
        setattr(selection, name, value)
    session.add(selection)
    for paper in written_papers(session, selection.id):
        paper.starts_at = amendment.papers.get(paper.key, paper.starts_at)
        session.add(paper)
    for post in posts_of(session, selection.id):
        post.headcount = amendment.headcounts.get(post.code, post.headcount)
        if post.code in amendment.cancelled:
            post.cancelled_at, post.change_until = now, until
        session.add(post)
    session.flush()


def _problems(
    session: Session, selection: Selection, amendment: Amendment, reason: str, now: datetime
) -> list[Problem]:
    stage = stage_now(selection, now)
    if stage is Stage.DRAFT or has_reached(stage, Stage.INTERVIEW):
        return [Problem("What was announced is changed from the announcement until the interview begins.", {}, "stage")]
    posts, papers = posts_of(session, selection.id), written_papers(session, selection.id)
    problems = check_amendment(amendment, reason, _standing(posts, papers))
    closes = amendment.fields.get("registration_closes", selection.registration_closes)
    if not isinstance(closes, datetime):
        raise TypeError("registration closes at a moment")
    if "registration_closes" in amendment.fields and (closes <= now or has_reached(stage, Stage.WRITTEN_EXAM)):
        problems.append(Problem("The new close of registration must still be to come.", {}, "registration_closes"))
    if (amendment.papers or amendment.headcounts or amendment.cancelled) and has_reached(stage, Stage.WRITTEN_EXAM):
        problems.append(Problem("Posts and papers stand once tickets are issued.", {}, "stage"))
    moved = [(one.key, amendment.papers.get(one.key, one.starts_at), one.minutes) for one in papers]
    for key, starts_at, minutes in moved:
        problems += check_paper(key, starts_at, minutes, closes)
    return problems + overlapping(moved)


def _standing(posts: list[Post], papers: list[Paper]) -> Standing:
    headcounts = {post.code: post.headcount for post in posts if post.cancelled_at is None}
    return Standing(headcounts, tuple(paper.key for paper in papers))
