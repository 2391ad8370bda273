"""Posts allotted after the ranking (适岗不定岗): who of a closed group gets which of its posts, by two hands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.eligibility import Outcome, judge, overall
from exam.queries import conditions_of, posts_of, selection_row, submitted_facts
from exam.stages import Deed
from exam.tables import Post, Selection
from scoring.actions.gate import refuse_hindered
from scoring.queries import Proposed, allotments, barred_candidates, scheme_in_force, shortlists
from scoring.scheme import RankWithin
from scoring.tables import Allotment

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Allotted:
    """One person of the ranking for one post of the group, and why."""

    ticket: str
    post: str
    reason: str


def propose_allotment(
    session: Session, actor: Actor, selection_id: int, chosen: tuple[Allotted, ...], *, now: datetime
) -> int:
    """Propose who gets which post: the first hand. Returns the version; all or nothing.

    Only confirmed names of the same closed group, each once, no post beyond its places, nobody who plainly misses a
    condition of the post; each with a reason. The newest confirmed version counts.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    selection = selection_row(session, selection_id)
    refuse_hindered(selection, Deed.ALLOT, now)
    if scheme_in_force(session, selection_id).within is not RankWithin.GROUP:
        raise Refusal("The scheme ranks inside each post, so there is nothing to allot.")
    views = [view for view in shortlists(session, selection_id) if view.state == "confirmed"]
    names = {name.ticket_number: (view.post, name) for view in views for name in view.names}
    posts = {post.code: post for post in posts_of(session, selection_id)}
    barred = barred_candidates(session, selection_id)
    refuse_any([*_line_problems(chosen, names, posts, barred), *_post_problems(chosen, posts)])
    refuse_any(list(_condition_problems(session, selection, chosen, names, posts)))
    earlier = allotments(session, selection_id)
    for one in earlier:
        if one.state == "proposed":
            one.state = "replaced"
            session.add(one)
    row = Allotment(
        selection_id=selection_id, version=len(earlier) + 1, tally_id=views[0].tally_id,
        lines=[_line(one, names[one.ticket][1]) for one in chosen], proposed_by=actor.person_id,
        proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "allotment.proposed", now, scope=selection_id, allotment=row.id, version=row.version,
        posts=[[line["candidacy"], line["post"]] for line in row.lines],
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.version


def decide_allotment(
    session: Session, actor: Actor, selection_id: int, version: int, answer: str = "", *, agree: bool, now: datetime
) -> None:
    """Confirm who gets which post, or decline with a reason: the second hand. An earlier decision stays readable."""
    actor.require(Power.SCORING_SHORTLIST_CONFIRM, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.ALLOT, now)
    rows = allotments(session, selection_id)
    row = next((one for one in rows if one.version == version), None)
    if row is None or row.state != "proposed":
        raise Refusal("This allotment does not wait to be confirmed.", status=409)
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if agree and (gone := sorted({line["ticket"] for line in row.lines} & barred_candidates(session, selection_id))):
        raise Refusal("These have left since: {numbers}. Have the posts allotted again.", status=409, numbers=gone)
    if not agree and not answer.strip():
        raise Refusal("Write the reason.", field="answer")
    for one in rows:
        if agree and one.state == "confirmed":
            one.state = "replaced"
            session.add(one)
    row.state, row.answer = "confirmed" if agree else "declined", answer.strip()[:LONGEST_REASON]
    row.decided_by, row.decided_at = actor.person_id, now
    session.add(row)
    act = "allotment.confirmed" if agree else "allotment.declined"
    audit.record(session, actor, act, now, scope=selection_id, allotment=row.id, version=version)
    touch(session, f"selection:{selection_id}")


def _line(one: Allotted, name: Proposed) -> dict[str, object]:
    return {
        "ticket": one.ticket,
        "candidacy": name.candidacy_id,
        "post": one.post,
        "rank": name.rank,
        "reason": one.reason.strip(),
    }


def _line_problems(
    chosen: tuple[Allotted, ...],
    names: Mapping[str, tuple[Post, Proposed]],
    posts: Mapping[str, Post],
    barred: frozenset[str],
) -> Iterator[Problem]:
    if not chosen:
        yield Problem("Choose a post for at least one person.", {}, "posts")
    for one in chosen:
        where, found = f"post.{one.ticket}", names.get(one.ticket)
        if found is None or one.ticket in barred:
            yield Problem("{ticket} is not among the confirmed names.", {"ticket": one.ticket}, where)
        elif one.post not in posts or posts[one.post].closed_group != found[0].closed_group:
            yield Problem("{ticket} was not ranked for this post's group.", {"ticket": one.ticket}, where)
        if sum(other.ticket == one.ticket for other in chosen) > 1:
            yield Problem("{ticket} stands twice.", {"ticket": one.ticket}, where)
        if not one.reason.strip():
            yield Problem("Write the reason.", {}, f"reason.{one.ticket}")
        elif len(one.reason) > LONGEST_REASON:
            facts = {"most": LONGEST_REASON}
            yield Problem("This must be a text of at most {most} characters.", facts, f"reason.{one.ticket}")


def _post_problems(chosen: tuple[Allotted, ...], posts: Mapping[str, Post]) -> Iterator[Problem]:
    for code, post in posts.items():
        count = sum(one.post == code for one in chosen)
        if count > post.headcount:
            facts = {"post": code, "places": post.headcount, "count": count}
            yield Problem("Post {post} has {places} places, {count} are allotted.", facts, "posts")


def _condition_problems(
    session: Session,
    selection: Selection,
    chosen: tuple[Allotted, ...],
    names: Mapping[str, tuple[Post, Proposed]],
    posts: Mapping[str, Post],
) -> Iterator[Problem]:
    """Who plainly misses a condition of the post, on what they submitted."""
    facts = submitted_facts(session, {names[one.ticket][1].registration_id for one in chosen})
    for one in chosen:
        rules = conditions_of(session, selection.id, posts[one.post].id or 0)
        own = facts[names[one.ticket][1].registration_id]
        if overall([judge(rule, own, selection.reference_date) for rule in rules]) is Outcome.NOT_MET:
            told = {"ticket": one.ticket, "post": one.post}
            yield Problem("{ticket} does not meet the conditions of post {post}.", told, f"post.{one.ticket}")
