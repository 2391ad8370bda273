"""Freezing the scheme and announcing the selection: one act by two hands, all sections checked together."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from core.canonical import canonical, fingerprint
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, Power
from core.words import N_
from exam.actions import add_rule_set, advance, freeze_rule_set, publish
from exam.conditions import parse_eligibility
from exam.counts import PostCount
from exam.plan import PublicationKind
from exam.queries import (
    announcement_content,
    eligibility_section,
    rule_sets,
    selection_row,
    stage_now,
    written_papers,
)
from exam.stages import Stage, has_reached
from exam.tables import Publication
from interview.scoresheet import parse_sheet
from recording.retention import parse_retention
from scoring.cuts import Equal
from scoring.inputs import Inputs, input_problems
from scoring.linter import Finding, risks, to_be_answered
from scoring.parts import PartKind
from scoring.queries import entry_cut, interview_parts, posts_with_places, scheme_of
from scoring.recorded import TIES, by_record
from scoring.scheme import Scheme, parse_scheme


def propose_scheme(
    session: Session, actor: Actor, selection_id: int, document: Mapping[str, Any], reason: str = "", *, now: datetime
) -> int:
    """Propose the scheme of a selection to be frozen: the first hand. Returns its version.

    The conditions of the posts are put in as they stand, so that what is frozen is the whole of the rules.
    """
    actor.require(Power.SCORING_SCHEME_FREEZE, selection_id)
    _refuse_begun(session, selection_id, now)
    whole = {**document, "eligibility": eligibility_section(session, selection_id)}
    check_scheme(session, selection_id, whole)
    text = canonical(whole).decode()
    return add_rule_set(session, actor, selection_id, text, fingerprint(whole), reason, now=now).version


def freeze_and_announce(
    session: Session,
    actor: Actor,
    selection_id: int,
    version: int,
    sha256: str,
    *,
    answer: str = "",
    counts: Sequence[PostCount] = (),
    now: datetime,
) -> Publication:
    """Freeze the proposed scheme and publish the announcement (公告): the second hand, who saw exactly this digest.

    Risks that must be answered need `answer`, why they are meant. `counts` say how many of the registered meet the
    conditions; they are read before the act.
    """
    actor.require(Power.SCORING_SCHEME_CONFIRM, selection_id)
    _refuse_begun(session, selection_id, now)
    found = _risks(session, selection_id, version, counts)
    if (unanswered := to_be_answered(found)) and not answer.strip():
        raise Refusal(
            "Say why these rules are meant: {count} risks must be answered.", field="answer", count=len(unanswered)
        )
    rule_set = freeze_rule_set(
        session, actor, selection_id, version, sha256, risks=[one.key for one in found], answer=answer.strip(), now=now
    )
    document = json.loads(rule_set.canonical, parse_float=Decimal)
    check_scheme(session, selection_id, document)
    content = announcement_content(session, selection_id) | {
        "scheme": {"version": rule_set.version, "sha256": rule_set.sha256, "reason": rule_set.reason}
    }
    publication = publish(session, actor, selection_id, PublicationKind.ANNOUNCEMENT, content, now=now)
    if Stage(selection_row(session, selection_id).stage) is Stage.DRAFT:
        advance(session, actor, selection_id, Stage.ANNOUNCED, now=now)
    return publication


def _risks(session: Session, selection_id: int, version: int, counts: Sequence[PostCount]) -> tuple[Finding, ...]:
    """What a check of the proposed version finds; nothing where there is no such version to freeze."""
    row = next((one for one in rule_sets(session, selection_id) if one.version == version), None)
    if row is None or row.state != "proposed":
        return ()
    places = [post.places for post in posts_with_places(session, selection_id)]
    return risks(scheme_of(row.canonical), places, counts)


def _refuse_begun(session: Session, selection_id: int, now: datetime) -> None:
    """Rules are changed, with a reason, until the interview begins: marks given under rules keep them."""
    if has_reached(stage_now(selection_row(session, selection_id), now), Stage.INTERVIEW):
        raise Refusal("The interview has begun under the rules in force; they can no longer be changed.", status=409)


def check_scheme(session: Session, selection_id: int, document: Mapping[str, Any]) -> Scheme:
    """Validate every section of a scheme, each by its own package. Raises one Refusal with every problem found.

    The judges' sheet is read twice, by interview and for the panels: while its owner finds fault with it, what the
    other reader says of it would say the same again and is left out.
    """
    problems = [
        *_section_problems("eligibility", parse_eligibility, document),
        *(found := _section_problems("sheet", parse_sheet, document)),
        *_section_problems("retention", parse_retention, document),
    ]
    try:
        scheme = parse_scheme(document)
    except Refusal as refusal:
        raise Refusal.of(
            [*problems, *(one for one in refusal.problems if not (found and _inside("sheet", one.field)))]
        ) from refusal
    refuse_any(
        [*problems, *_paper_problems(session, selection_id, scheme), *_course_problems(session, selection_id, scheme)]
    )
    return scheme


def _section_problems(
    section: str, parse: Callable[[Mapping[str, object]], object], document: Mapping[str, Any]
) -> list[Problem]:
    """What is wrong in one section, each problem at its path in the whole document."""
    inner = document.get(section, {})
    if not isinstance(inner, Mapping):
        return [Problem("This must be a table.", {}, section)]
    try:
        parse(inner)
    except Refusal as refusal:
        return [
            Problem(
                one.sentence,
                one.facts,
                one.field if _inside(section, one.field) else f"{section}.{one.field}".rstrip("."),
                one.row,
            )
            for one in refusal.problems
        ]
    return []


def _inside(section: str, path: str) -> bool:
    return path == section or path.startswith((f"{section}.", f"{section}["))


def _paper_problems(session: Session, selection_id: int, scheme: Scheme) -> Iterator[Problem]:
    """Every written paper of the plan is a part of the scheme, and every part somebody sits is planned."""
    planned = {paper.key for paper in written_papers(session, selection_id)}
    parts = {key: part for own in reversed(scheme.everywhere()) for key, part in own.all_parts().items()}
    recorded = {key for key, part in parts.items() if by_record(part)}
    sat = {key for key, part in parts.items() if part.kind is PartKind.GIVEN} - recorded
    for key in sorted(planned - sat - recorded):
        yield Problem("The scheme has no part for the written paper {paper}.", {"paper": key}, "parts")
    for key in sorted(sat - planned):
        yield Problem("No date is planned for the written paper {paper}.", {"paper": key}, "parts")
    for key in sorted(planned & recorded):
        facts = {"part": parts[key].name}
        sentence = N_("The marks of {part} come from records, so it cannot be planned as a written paper.")
        yield Problem(sentence, facts, f"parts.{key}")


def _course_problems(session: Session, selection_id: int, scheme: Scheme) -> Iterator[Problem]:
    """What the road of a selection asks of its scheme, and of the rules of single posts in it."""
    for prefix, own in _each(scheme):
        panels = interview_parts(own)
        if len(panels) != 1 or panels != interview_parts(scheme):
            count = {"count": len(panels)}
            yield Problem("One part is marked by the interview panel, not {count}.", count, f"{prefix}panel")
        elif not entry_cut(own):
            yield Problem("No cut leads to the interview.", {}, f"{prefix}cuts")
    if not scheme.cuts or scheme.cuts[-1].by != scheme.total:
        yield Problem("The last cut proposes the names, so it is drawn by the part that ranks.", {}, "cuts")
    yield from input_problems(scheme, Inputs(posts_with_places(session, selection_id), ()))
    for prefix, own in _each(scheme):
        yield from _endless_waits(own, prefix)
    yield from _waiver_problems(scheme)


def _each(scheme: Scheme) -> Iterator[tuple[str, Scheme]]:
    """The scheme and every variant with the path before its problems."""
    yield "", scheme
    yield from ((f"variants.{variant.key}.", variant.scheme) for variant in scheme.variants)


def _endless_waits(scheme: Scheme, prefix: str) -> Iterator[Problem]:
    """Cuts at which equal ones wait for something that nothing in the chain lets anybody record."""
    for cut in scheme.cuts:
        if cut.equal is Equal.WAIT and not any(key.by in TIES for key in cut.ties):
            where = f"{prefix}cuts.{cut.key}.equal"
            yield Problem("Equal ones would wait for ever: the tie chain ends in nothing that is recorded.", {}, where)


def _waiver_problems(scheme: Scheme) -> Iterator[Problem]:
    """A part by which the entry to the interview is drawn cannot fall away: nobody could enter."""
    if scheme.opening is None or not (key := entry_cut(scheme)):
        return
    upto = scheme.cuts[: scheme.cuts.index(scheme.cut(key)) + 1]
    ranked = {cut.by for cut in upto}
    for waiver in scheme.opening.waivers:
        if waiver.part in ranked:
            yield Problem("The entry to the interview is drawn by this part, so it cannot be waived.", {}, "opening")
