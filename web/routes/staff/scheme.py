"""The scheme (规则): written as text, checked as a whole, proposed by one hand, frozen and announced by another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.canonical import canonical
from core.errors import Problem, Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Name, Sentence
from exam.actions import save_scheme_draft
from exam.plan import PublicationKind
from exam.queries import (
    condition_rows,
    eligibility_section,
    post_counts,
    posts_of,
    publications,
    rule_sets,
    scheme_draft,
    written_papers,
)
from exam.tables import Publication, RuleSet
from scoring.actions import freeze_and_announce, propose_scheme
from scoring.actions.scheme import check_scheme
from scoring.example import worked_example
from scoring.explain import Names, step_sentence
from scoring.linter import Finding, risks, to_be_answered
from scoring.linter.flips import flip_findings
from scoring.queries import scheme_of
from scoring.scheme import Scheme, document_from_toml
from scoring.schemes import scheme_text
from scoring.words import SchemeWords, scheme_in_words
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.staff.here import RULE_WORDS, Here, enter

TEXT_CAP = 100_000
READERS = (Power.EXAM_SELECTION_EDIT, Power.SCORING_SCHEME_FREEZE, Power.SCORING_SCHEME_CONFIRM)


@dataclass(frozen=True, slots=True)
class Shown:
    """A scheme in words with a worked example: every step as a sentence, and the example's total.

    `others` are the examples of the rules that hold for some posts alone.
    """

    words: SchemeWords
    steps: tuple[Sentence, ...]
    total: object
    others: tuple[tuple[Name, tuple[Sentence, ...], object], ...] = ()


def shown(scheme: Scheme) -> Shown:
    """What a reader sees of a scheme."""
    others = tuple((variant.name, *_calculated(variant.scheme)) for variant in scheme.variants)
    return Shown(scheme_in_words(scheme), *_calculated(scheme), others)


def _calculated(scheme: Scheme) -> tuple[tuple[Sentence, ...], object]:
    """The steps and the total of a worked example, nothing where there is none."""
    example = worked_example(scheme)
    if example is None:
        return (), None
    names = Names.of(scheme)
    return tuple(step_sentence(step.document(), names) for step in example.steps), example.total


# ── the text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/scheme", sync_to_thread=True)
def scheme_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The scheme as it is being written, with what it says in words and everything that is wrong in it."""
    here = enter(asker, code, *READERS)
    draft = asker.read(scheme_draft, here.id)
    text = draft.text if draft else scheme_text()
    data = _text_data(asker, here, text)
    return asker.page("staff/scheme.html", form=Filled({"text": text}), draft=draft, **data)


@post("/staff/{code:str}/scheme", sync_to_thread=True)
def save_scheme(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Keep the text and check it, or propose it to the second hand."""
    here = enter(asker, code, Power.EXAM_SELECTION_EDIT)
    text = form.raw("text").replace("\r\n", "\n")
    version = 0
    try:
        asker.act(save_scheme_draft, here.id, text)
        scheme = asker.read(_checked, here.id, text)
        if form.raw("do") == "propose":
            document = document_from_toml(text)
            version = asker.act(propose_scheme, here.id, document, form.text("reason", required=False, longest=2000))
    except Refusal as refusal:
        draft = asker.read(scheme_draft, here.id)
        data = _text_data(asker, here, text)
        return asker.refused("staff/scheme.html", form, with_paths(refusal), draft=draft, **data)
    if version:
        return Redirect(f"{here.path}/scheme/{version}", status_code=303)
    draft = asker.read(scheme_draft, here.id)
    data = {**_text_data(asker, here, text, count=True), "shown": shown(scheme), "checked": True}
    return asker.page("staff/scheme.html", form=Filled(form.values), draft=draft, **data)


def _checked(session: Session, selection_id: int, text: str) -> Scheme:
    """The scheme of a text, checked together with the conditions of the posts."""
    return check_scheme(session, selection_id, _whole(session, selection_id, text))


def _whole(session: Session, selection_id: int, text: str) -> dict[str, object]:
    """The document of a text with the conditions of the posts, as it would be proposed."""
    return {**document_from_toml(text), "eligibility": eligibility_section(session, selection_id)}


def _findings(session: Session, here: Here, canonical_text: str, *, count: bool) -> tuple[Finding, ...]:
    """What a check of a scheme says of it, in this selection with its posts; `count` looks at all who registered."""
    places = [post.headcount for post in posts_of(session, here.id)]
    found = risks(scheme_of(canonical_text), places, post_counts(session, here.id) if count else ())
    return (*found, *_roundings(canonical_text))


@lru_cache(maxsize=32)
def _roundings(canonical_text: str) -> tuple[Finding, ...]:
    """The roundings that can turn an order round, computed once for a text: some hundred made-up candidates each."""
    return tuple(flip_findings(scheme_of(canonical_text)))


def with_paths(refusal: Refusal) -> Refusal:
    """The same problems, each saying at which key of the text it lies; all of them belong to the one text field."""
    placed = Refusal.of([_placed(problem) for problem in refusal.problems])
    placed.status = refusal.status
    return placed


def _placed(problem: Problem) -> Problem:
    if problem.field in {"", "reason", "text"}:
        return problem
    facts = {"path": problem.field, "problem": Sentence(problem.sentence, problem.facts)}
    return Problem("At {path}: {problem}", facts, "text")


def _text_data(asker: Asker, here: Here, text: str, *, count: bool = False) -> dict[str, Any]:
    with asker.reading() as session:
        versions = rule_sets(session, here.id)
        try:
            whole = canonical(_whole(session, here.id, text)).decode()
            found: Shown | None = shown(_checked(session, here.id, text))
            risky, wrong = _findings(session, here, whole, count=count), 0
        except Refusal as refusal:
            found, risky, wrong = None, (), len(refusal.problems)
    return {
        "here": here,
        "road": here.road,
        "shown": found,
        "findings": risky,
        "wrong": wrong,
        "checked": False,
        "versions": versions,
        "again": any(one.state == "frozen" for one in versions),
        "rule_words": RULE_WORDS,
    }


# ── one version, and the second hand ─────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/scheme/{version:int}", sync_to_thread=True)
def version_page(asker: NamedDependency[Asker], code: FromPath[str], version: FromPath[int]) -> Response[str]:
    """One version of the scheme; what will be frozen and published, for the second hand."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/scheme_version.html", **_version_data(asker, here, version))


@post("/staff/{code:str}/scheme/{version:int}", sync_to_thread=True)
def freeze(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], version: FromPath[int]
) -> Response[str] | Redirect:
    """Freeze this version and publish the announcement: the second hand."""
    here = enter(asker, code, Power.SCORING_SCHEME_CONFIRM)
    try:
        asker.act(
            freeze_and_announce, here.id, version, form.raw("sha256"), actor=asker.proven(form),
            answer=form.raw("answer"), counts=asker.read(post_counts, here.id),
        )  # fmt: skip
    except Refusal as refusal:
        return asker.refused("staff/scheme_version.html", form, refusal, **_version_data(asker, here, version))
    return Redirect(f"{here.path}/scheme/{version}", status_code=303)


def _version_data(asker: Asker, here: Here, version: int) -> dict[str, Any]:
    with asker.reading() as session:
        rows = rule_sets(session, here.id)
        row = need(next((one for one in rows if one.version == version), None))
        people = names_of(session, {row.proposed_by, row.frozen_by})
        posts = posts_of(session, here.id)
        return {
            "here": here,
            "road": here.road,
            "row": row,
            "shown": shown(scheme_of(row.canonical)),
            "findings": (found := _findings(session, here, row.canonical, count=row.state == "proposed")),
            "unanswered": len(to_be_answered(found)),
            "figures": _figures(session, here, row, sum(post.headcount for post in posts), len(posts)),
            "proposed_by": people.get(row.proposed_by, ""),
            "frozen_by": people.get(row.frozen_by, ""),
            "announced": _announced(session, here, row),
            "rule_words": RULE_WORDS,
            "mine": row.proposed_by == asker.person_id,
            "may_freeze": here.may(Power.SCORING_SCHEME_CONFIRM) and row.state == "proposed",
        }


def _figures(session: Session, here: Here, row: RuleSet, places: int, posts: int) -> list[tuple[int, Sentence]]:
    """What freezing will do, in numbers."""
    document: Mapping[str, Any] = json.loads(row.canonical)
    return [
        (posts, Sentence(N_("posts with {places} places in all"), {"places": places})),
        (len(condition_rows(session, here.id)), Sentence(N_("conditions that registrations are judged on"))),
        (len(written_papers(session, here.id)), Sentence(N_("written papers with day and hour"))),
        (len(document.get("parts", ())), Sentence(N_("parts of the mark with their weights and roundings"))),
        (len(document.get("cuts", ())), Sentence(N_("cuts: who goes on"))),
    ]


def _announced(session: Session, here: Here, row: RuleSet) -> Publication | None:
    """The announcement that published this version."""
    return next(
        (
            one
            for one in publications(session, here.id, PublicationKind.ANNOUNCEMENT)
            if one.content.get("scheme", {}).get("sha256") == row.sha256
        ),
        None,
    )


router = Router("/", route_handlers=[scheme_page, save_scheme, version_page, freeze])
