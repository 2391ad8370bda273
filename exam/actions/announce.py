"""Preparing a selection before it is announced: the selection, its posts, conditions, papers and scheme text."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.days import local_date
from core.errors import Refusal, refuse_any
from core.people import SYSTEM_SCOPE, Actor, Power
from core.tables import Scope
from exam.conditions import ConditionKind, condition_from_plain, condition_to_plain, joined
from exam.plan import PostPlan, SelectionPlan, check_paper, check_post, check_selection, overlapping
from exam.queries import in_force, selection_row
from exam.stages import Stage
from exam.tables import Condition, Paper, Post, SchemeDraft, Selection, SelectionTerms
from exam.terms import Terms, terms_from_plain, terms_to_plain

SCHEME_CAP = 100_000


def create_selection(session: Session, actor: Actor, plan: SelectionPlan, *, now: datetime) -> int:
    """Begin a selection and the scope its duties are held in; who creates it holds no duty there by that."""
    actor.require(Power.EXAM_SELECTION_CREATE, SYSTEM_SCOPE)
    refuse_any(check_selection(plan, local_date(plan.registration_closes)))
    _refuse_taken_code(session, plan.code, besides=0)
    # counted here, not by a sequence: scope 1 was opened under its own number, which a sequence does not know of
    selection_id = (session.exec(select(func.max(Scope.id))).one() or SYSTEM_SCOPE) + 1
    session.add(Scope(id=selection_id, kind="selection", opened_at=now))
    session.flush()
    session.add(Selection(id=selection_id, created_by=actor.person_id, created_at=now, **asdict(plan)))
    session.flush()
    audit.record(session, actor, "selection.created", now, scope=selection_id, kind=plan.kind)
    return selection_id


def edit_selection(session: Session, actor: Actor, selection_id: int, plan: SelectionPlan, *, now: datetime) -> None:
    """Change what is planned, while nothing is frozen or announced."""
    selection = _in_draft(session, actor, selection_id)
    problems = check_selection(plan, local_date(plan.registration_closes))
    for paper in _papers(session, selection_id):
        problems += check_paper(paper.key, paper.starts_at, paper.minutes, plan.registration_closes)
    refuse_any(problems)
    _refuse_taken_code(session, plan.code, besides=selection_id)
    planned = asdict(plan)
    changed = [name for name, value in planned.items() if getattr(selection, name) != value]
    for name in changed:
        setattr(selection, name, planned[name])
    audit.record(session, actor, "selection.edited", now, scope=selection_id, changed=changed)


def set_terms(session: Session, actor: Actor, selection_id: int, terms: Terms, *, now: datetime) -> None:
    """Set the terms of a selection (办法), while nothing is frozen or announced."""
    selection = _in_draft(session, actor, selection_id)
    plain = terms_to_plain(terms)
    terms_from_plain(plain)  # every bound is asked there
    if terms.withdraw_until and terms.withdraw_until <= selection.registration_opens:
        raise Refusal("Withdrawal would end before registration opens.", field="withdraw_until")
    row = session.get(SelectionTerms, selection_id) or SelectionTerms(selection_id=selection_id, body=plain)
    changed = sorted(name for name in plain if row.body.get(name) != plain[name])
    row.body = plain
    session.add(row)
    audit.record(session, actor, "terms.set", now, scope=selection_id, changed=changed)


def add_post(session: Session, actor: Actor, selection_id: int, plan: PostPlan, *, now: datetime) -> int:
    """Add a post (职位) with its headcount."""
    _in_draft(session, actor, selection_id)
    refuse_any(check_post(plan))
    _refuse_taken_post(session, selection_id, plan.code, besides=0)
    post = Post(selection_id=selection_id, **asdict(plan))
    session.add(post)
    session.flush()
    audit.record(session, actor, "post.added", now, scope=selection_id, post=post.id, headcount=plan.headcount)
    return post.id or 0


def edit_post(
    session: Session, actor: Actor, selection_id: int, post_id: int, plan: PostPlan, *, now: datetime
) -> None:
    """Change a post."""
    _in_draft(session, actor, selection_id)
    post = _post(session, selection_id, post_id)
    refuse_any(check_post(plan))
    _refuse_taken_post(session, selection_id, plan.code, besides=post_id)
    planned = asdict(plan)
    changed = [name for name, value in planned.items() if getattr(post, name) != value]
    for name in changed:
        setattr(post, name, planned[name])
    audit.record(
        session, actor, "post.edited", now, scope=selection_id, post=post_id, changed=changed, headcount=plan.headcount
    )


def remove_post(session: Session, actor: Actor, selection_id: int, post_id: int, *, now: datetime) -> None:
    """Take a post out, with the conditions that are its own."""
    _in_draft(session, actor, selection_id)
    post = _post(session, selection_id, post_id)
    for condition in session.exec(select(Condition).where(Condition.post_id == post_id)).all():
        session.delete(condition)
    session.flush()
    session.delete(post)
    _renumber(session, selection_id)
    audit.record(session, actor, "post.removed", now, scope=selection_id, post=post_id)


def add_condition(
    session: Session, actor: Actor, selection_id: int, body: Mapping[str, object], post_id: int | None, *, now: datetime
) -> int:
    """Add a condition (任职资格) of one post, or of all where `post_id` is None; returns its number.

    `body` is the rule's plain form (exam.conditions) without its number: the next one is given to it.
    """
    _in_draft(session, actor, selection_id)
    if post_id is not None:
        _post(session, selection_id, post_id)
    number = len(_conditions(session, selection_id)) + 1
    condition = condition_from_plain({**body, "number": str(number)})
    row = Condition(
        selection_id=selection_id, post_id=post_id, number=number, body=condition_to_plain(condition)
    )  # the plain form is written anew, so that nothing unknown is kept
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "condition.added",
        now,
        scope=selection_id,
        condition=row.id,
        number=number,
        kind=condition.kind,
        post=post_id,
    )
    return number


def join_condition(
    session: Session,
    actor: Actor,
    selection_id: int,
    number: int,
    how: ConditionKind,
    body: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    """Join another condition to one that stands: as its alternative (EITHER) or as asked with it (ALL).

    The group keeps the number, the post and the strictness of the one that stood.
    """
    _in_draft(session, actor, selection_id)
    row = _condition(session, selection_id, number)
    joint = condition_to_plain(
        joined(condition_from_plain(row.body), condition_from_plain({**body, "number": str(number)}), how)
    )
    condition_from_plain(joint)  # as deep and as many as may be
    row.body = joint
    session.add(row)
    audit.record(session, actor, "condition.joined", now, scope=selection_id, condition=row.id, number=number, how=how)


def remove_condition(session: Session, actor: Actor, selection_id: int, number: int, *, now: datetime) -> None:
    """Take a condition out; those after it move up by one."""
    _in_draft(session, actor, selection_id)
    row = _condition(session, selection_id, number)
    session.delete(row)
    session.flush()
    _renumber(session, selection_id)
    audit.record(session, actor, "condition.removed", now, scope=selection_id, condition=row.id, number=number)


def set_paper(
    session: Session, actor: Actor, selection_id: int, key: str, starts_at: datetime, minutes: int, *, now: datetime
) -> None:
    """Say when a written paper (科目) is sat and for how many minutes; `key` is its part in the scheme."""
    selection = _in_draft(session, actor, selection_id)
    papers = {paper.key: paper for paper in _papers(session, selection_id)}
    problems = check_paper(key, starts_at, minutes, selection.registration_closes)
    others = [(paper.key, paper.starts_at, paper.minutes) for paper in papers.values() if paper.key != key]
    refuse_any(problems + overlapping([*others, (key, starts_at, minutes)]))
    paper = papers.get(key) or Paper(selection_id=selection_id, key=key, starts_at=starts_at, minutes=minutes)
    paper.starts_at, paper.minutes = starts_at, minutes
    session.add(paper)
    audit.record(session, actor, "paper.set", now, scope=selection_id, paper=key, starts_at=starts_at, minutes=minutes)


def drop_paper(session: Session, actor: Actor, selection_id: int, key: str, *, now: datetime) -> None:
    """Take a written paper out of the plan."""
    _in_draft(session, actor, selection_id)
    paper = next((one for one in _papers(session, selection_id) if one.key == key), None)
    if paper is None:
        raise Refusal("There is no paper {paper}.", paper=key, status=404)
    session.delete(paper)
    audit.record(session, actor, "paper.dropped", now, scope=selection_id, paper=key)


def save_scheme_draft(session: Session, actor: Actor, selection_id: int, text: str, *, now: datetime) -> None:
    """Keep the scheme as it is being written, TOML text that need not be right yet."""
    actor.require(Power.EXAM_SELECTION_EDIT, selection_id)
    if len(text) > SCHEME_CAP:
        raise Refusal("The scheme is longer than {most} characters.", field="text", most=SCHEME_CAP)
    draft = session.get(SchemeDraft, selection_id)
    if draft is None:
        draft = SchemeDraft(selection_id=selection_id, text=text, saved_by=actor.person_id, saved_at=now)
    draft.text, draft.saved_by, draft.saved_at = text, actor.person_id, now
    session.add(draft)
    audit.record(session, actor, "scheme.saved", now, scope=selection_id, characters=len(text))


def _in_draft(session: Session, actor: Actor, selection_id: int) -> Selection:
    """The selection, to be edited by somebody who may, while it is a draft and its rules are not frozen."""
    actor.require(Power.EXAM_SELECTION_EDIT, selection_id)
    selection = selection_row(session, selection_id)
    if selection.stage != Stage.DRAFT or in_force(session, selection_id) is not None:
        raise Refusal("The rules of this selection are frozen; it can no longer be edited.", status=409)
    return selection


def _post(session: Session, selection_id: int, post_id: int) -> Post:
    post = session.get(Post, post_id)
    if post is None or post.selection_id != selection_id:
        raise Refusal("There is no such post in this selection.", field="post", status=404)
    return post


def _papers(session: Session, selection_id: int) -> list[Paper]:
    return list(session.exec(select(Paper).where(Paper.selection_id == selection_id)))


def _conditions(session: Session, selection_id: int) -> list[Condition]:
    return list(
        session.exec(select(Condition).where(Condition.selection_id == selection_id).order_by(col(Condition.number)))
    )


def _condition(session: Session, selection_id: int, number: int) -> Condition:
    row = next((one for one in _conditions(session, selection_id) if one.number == number), None)
    if row is None:
        raise Refusal("There is no condition {number}.", number=number, status=404)
    return row


def _renumber(session: Session, selection_id: int) -> None:
    """Close gaps in the numbers, one row after the other because each number is unique at every moment."""
    for number, row in enumerate(_conditions(session, selection_id), start=1):
        if row.number != number:
            row.number, row.body = number, {**row.body, "number": str(number)}
            session.flush()


def _refuse_taken_code(session: Session, code: str, *, besides: int) -> None:
    taken = select(Selection.id).where(Selection.code == code, Selection.id != besides)
    if session.exec(taken).first() is not None:
        raise Refusal("Another selection has the code {code}.", field="code", code=code)


def _refuse_taken_post(session: Session, selection_id: int, code: str, *, besides: int) -> None:
    taken = select(Post.id).where(Post.selection_id == selection_id, Post.code == code, Post.id != besides)
    if session.exec(taken).first() is not None:
        raise Refusal("Another post has the code {code}.", field="code", code=code)
