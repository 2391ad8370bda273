"""Reads of selections as planned and announced: posts, conditions, papers, rules, publications."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlmodel import Session, col, select

from core.errors import Refusal
from exam.conditions import Condition as Rule, EligibilityRules, condition_from_plain, condition_to_plain
from exam.plan import PublicationKind
from exam.stages import Stage, Window, current_stage
from exam.tables import (
    AmendmentRow,
    Condition,
    Paper,
    Post,
    Publication,
    RuleSet,
    SchemeDraft,
    Selection,
    SelectionTerms,
)
from exam.terms import Terms, terms_from_plain, terms_to_plain


@dataclass(frozen=True, slots=True)
class SelectionLine:
    """An announced selection in a list; `stage` is the one shown at the moment asked for."""

    selection: Selection
    stage: Stage
    posts: int
    places: int
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class PostPage:
    """A post with the rules that apply to it, the common ones first."""

    post: Post
    conditions: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnnouncementPage:
    """What the public sees of an announced selection, as published; `publications` are all, newest first."""

    selection: Selection
    stage: Stage
    announcement: Publication
    posts: tuple[PostPage, ...]
    papers: tuple[Paper, ...]
    publications: tuple[Publication, ...]


def selection_row(session: Session, selection_id: int) -> Selection:
    """One selection; raises Refusal (404) if there is none."""
    selection = session.get(Selection, selection_id)
    if selection is None:
        raise Refusal("There is no such selection.", status=404)
    return selection


def selections(session: Session, ids: tuple[int, ...]) -> list[Selection]:
    """The selections of these scopes, newest first: for the staff page."""
    return list(session.exec(select(Selection).where(col(Selection.id).in_(ids)).order_by(col(Selection.id).desc())))


def registration_window(selection: Selection) -> Window:
    """When registration is open: from its first instant up to, not including, its last."""
    return Window(selection.registration_opens, selection.registration_closes)


def stage_now(selection: Selection, now: datetime) -> Stage:
    """The stage at a moment: time alone opens and closes registration."""
    return current_stage(Stage(selection.stage), now, registration_window(selection))


def public_selections(session: Session, now: datetime) -> list[SelectionLine]:
    """Every announced selection, the last announced first."""
    announced = session.exec(
        select(Selection, Publication.published_at)
        .join(Publication, col(Publication.selection_id) == col(Selection.id))
        .where(
            Publication.kind == PublicationKind.ANNOUNCEMENT, Publication.version == 1, Selection.stage != Stage.DRAFT
        )
        .order_by(col(Publication.published_at).desc(), col(Selection.id).desc())
    ).all()
    places: dict[int, list[int]] = {}
    for selection_id, headcount in session.exec(
        select(Post.selection_id, Post.headcount).where(col(Post.selection_id).in_([row.id for row, _ in announced]))
    ):
        places.setdefault(selection_id, []).append(headcount)
    return [
        SelectionLine(row, stage_now(row, now), len(places.get(row.id, ())), sum(places.get(row.id, ())), published_at)
        for row, published_at in announced
    ]


_CONTENT = cast("InstrumentedAttribute[Any]", Publication.content)


def announcement_page(session: Session, code: str, now: datetime) -> AnnouncementPage | None:
    """An announced selection by its code; None while there is nothing to show."""
    selection = session.exec(select(Selection).where(Selection.code == code)).first()
    if selection is None or selection.stage == Stage.DRAFT:
        return None
    published = publications(session, selection.id)
    announcement = next((one for one in published if one.kind == PublicationKind.ANNOUNCEMENT), None)
    if announcement is None:
        return None
    return AnnouncementPage(
        selection,
        stage_now(selection, now),
        announcement,
        tuple(post_pages(session, selection.id)),
        tuple(written_papers(session, selection.id)),
        tuple(published),
    )


def post_pages(session: Session, selection_id: int) -> list[PostPage]:
    """All posts by code with the rules that apply to each."""
    rules = _rules(session, selection_id)
    return [
        PostPage(post, tuple(rule for post_id, rule in rules if post_id in (None, post.id)))
        for post in posts_of(session, selection_id)
    ]


def posts_of(session: Session, selection_id: int) -> list[Post]:
    """All posts of a selection, by code."""
    return list(session.exec(select(Post).where(Post.selection_id == selection_id).order_by(col(Post.code))))


def written_papers(session: Session, selection_id: int) -> list[Paper]:
    """The written papers in the order they are sat."""
    return list(session.exec(select(Paper).where(Paper.selection_id == selection_id).order_by(col(Paper.starts_at))))


def condition_rows(session: Session, selection_id: int) -> list[Condition]:
    """All conditions by number, common ones and those of single posts."""
    return list(
        session.exec(select(Condition).where(Condition.selection_id == selection_id).order_by(col(Condition.number)))
    )


def conditions_of(session: Session, selection_id: int, post_id: int) -> list[Rule]:
    """The rules that apply to a post: the common ones, then its own."""
    return [
        rule
        for own in (None, post_id)
        for of_post, rule in _rules(session, selection_id)
        if of_post == own
    ]  # fmt: skip


def condition_numbers(session: Session, selection_id: int, post_id: int) -> set[int]:
    """The numbers of the conditions that apply to a post."""
    return {row.number for row in condition_rows(session, selection_id) if row.post_id in (None, post_id)}


def eligibility_rules(session: Session, selection: Selection) -> EligibilityRules:
    """All conditions of a selection as the rules of exam.eligibility."""
    rules = _rules(session, selection.id)
    codes = {post.id: post.code for post in posts_of(session, selection.id)}
    return EligibilityRules(
        selection.reference_date,
        tuple(rule for post_id, rule in rules if post_id is None),
        {code: tuple(rule for post_id, rule in rules if post_id == key) for key, code in codes.items()},
    )


def eligibility_section(session: Session, selection_id: int) -> dict[str, object]:
    """The scheme's `[eligibility]` section as the rows stand, in plain form (exam.conditions.parse_eligibility)."""
    rules = eligibility_rules(session, selection_row(session, selection_id))
    return {
        "reference_date": rules.reference_date.isoformat(),
        "conditions": [condition_to_plain(rule) for rule in rules.common],
        "posts": {
            code: {"conditions": [condition_to_plain(rule) for rule in own]} for code, own in rules.posts.items() if own
        },
    }


def terms_of(session: Session, selection_id: int) -> Terms:
    """The terms of a selection."""
    row = session.get(SelectionTerms, selection_id)
    return terms_from_plain(row.body) if row else Terms()


def announcement_content(session: Session, selection_id: int) -> dict[str, object]:
    """The plan as it goes into the announcement's snapshot; whoever publishes adds the scheme's own parts."""
    selection = selection_row(session, selection_id)
    return {
        "selection": {name: getattr(selection, name) for name in _ANNOUNCED},
        "registration": {
            "opens": selection.registration_opens.isoformat(),
            "closes": selection.registration_closes.isoformat(),
        },
        "terms": terms_to_plain(terms_of(session, selection_id)),
        "posts": [
            {name: getattr(post, name) for name in _ANNOUNCED_POST} | ({"cancelled": True} if post.cancelled_at else {})
            for post in posts_of(session, selection_id)
        ],
        "eligibility": eligibility_section(session, selection_id),
        "papers": [
            {"key": paper.key, "starts_at": paper.starts_at.isoformat(), "minutes": paper.minutes}
            for paper in written_papers(session, selection_id)
        ],
    }


_ANNOUNCED_POST = ("code", "name", "name_en", "unit", "unit_en", "headcount", "closed_group")
_ANNOUNCED = (
    "code", "kind", "title", "title_en", "authority", "authority_en", "ground", "reference_date", "exam_site",
    "exam_site_en", "interview_on", "telephone", "supervision_telephone",
)  # fmt: skip


def amendments_of(session: Session, selection_id: int) -> list[AmendmentRow]:
    """Every amendment of the announcement, newest first."""
    query = select(AmendmentRow).where(AmendmentRow.selection_id == selection_id)
    return list(session.exec(query.order_by(col(AmendmentRow.id).desc())))


def scheme_draft(session: Session, selection_id: int) -> SchemeDraft | None:
    """The scheme as it is being written."""
    return session.get(SchemeDraft, selection_id)


def in_force(session: Session, selection_id: int) -> RuleSet | None:
    """The rules in force: the newest frozen version."""
    frozen = select(RuleSet).where(RuleSet.selection_id == selection_id, RuleSet.state == "frozen")
    return session.exec(frozen.order_by(col(RuleSet.version).desc())).first()


def rule_sets(session: Session, selection_id: int) -> list[RuleSet]:
    """Every version of the rules, newest first."""
    return list(
        session.exec(select(RuleSet).where(RuleSet.selection_id == selection_id).order_by(col(RuleSet.version).desc()))
    )


def publications(session: Session, selection_id: int, kind: str = "") -> list[Publication]:
    """What was published, newest first; of one kind if named. Contents may be large and are read when asked for."""
    query = select(Publication).where(Publication.selection_id == selection_id).options(defer(_CONTENT))
    if kind:
        query = query.where(Publication.kind == kind)
    return list(session.exec(query.order_by(col(Publication.number).desc())))


def publication(session: Session, selection_id: int, number: int) -> Publication | None:
    """One publication by its number."""
    return session.exec(
        select(Publication).where(Publication.selection_id == selection_id, Publication.number == number)
    ).first()


def _rules(session: Session, selection_id: int) -> list[tuple[int | None, Rule]]:
    """The rules by number, each with the post it belongs to (None: all)."""
    return [(row.post_id, _rule(row.body)) for row in condition_rows(session, selection_id)]


def _rule(body: Mapping[str, Any]) -> Rule:
    return condition_from_plain(body)
