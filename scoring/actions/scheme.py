"""Freezing the scheme and announcing the selection: one act by two hands, all sections checked together."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from core.canonical import canonical, fingerprint
from core.errors import Problem, Refusal
from core.people import Actor
from exam.actions import add_rule_set, advance, freeze_rule_set, publish
from exam.conditions import parse_eligibility
from exam.plan import PublicationKind
from exam.queries import announcement_content, eligibility_section, selection_row, written_papers
from exam.stages import Stage
from exam.tables import Publication
from interview.scoresheet import parse_sheet
from recording.retention import parse_retention
from scoring.parts import PartKind
from scoring.scheme import Scheme, parse_scheme


def propose_scheme(
    session: Session, actor: Actor, selection_id: int, document: Mapping[str, Any], reason: str = "", *, now: datetime
) -> int:
    """Propose the scheme of a selection to be frozen: the first hand. Returns its version.

    The conditions of the posts are put in as they stand, so that what is frozen is the whole of the rules.
    """
    whole = {**document, "eligibility": eligibility_section(session, selection_id)}
    check_scheme(session, selection_id, whole)
    text = canonical(whole).decode()
    return add_rule_set(session, actor, selection_id, text, fingerprint(whole), reason, now=now).version


def check_scheme(session: Session, selection_id: int, document: Mapping[str, Any]) -> Scheme:
    """Validate every section of a scheme, each by its own package. Raises one Refusal with every problem found."""
    problems: list[Problem] = []
    scheme = None
    for section, parse in (
        ("eligibility", lambda: parse_eligibility(document.get("eligibility", {}))),
        ("sheet", lambda: parse_sheet(document.get("sheet", {}))),
        ("retention", lambda: parse_retention(document.get("retention", {}))),
    ):
        try:
            parse()
        except Refusal as refusal:
            problems += [
                Problem(p.sentence, p.facts, p.field if p.field.startswith(section) else f"{section}.{p.field}", p.row)
                for p in refusal.problems
            ]
    try:
        scheme = parse_scheme(document)
    except Refusal as refusal:
        problems += refusal.problems
    if scheme is not None:
        problems += _paper_problems(session, selection_id, scheme)
    if problems or scheme is None:
        raise Refusal.of(problems)
    return scheme


def _paper_problems(session: Session, selection_id: int, scheme: Scheme) -> list[Problem]:
    """Every written paper of the plan is a part of the scheme, and every part somebody sits is planned."""
    planned = {paper.key for paper in written_papers(session, selection_id)}
    sat = {key for key, part in scheme.all_parts().items() if part.kind is PartKind.GIVEN}
    return [
        Problem("The scheme has no part for the written paper {paper}.", {"paper": key}, "parts")
        for key in sorted(planned - sat)
    ] + [
        Problem("No date is planned for the written paper {paper}.", {"paper": key}, "parts")
        for key in sorted(sat - planned)
    ]


def freeze_and_announce(
    session: Session, actor: Actor, selection_id: int, version: int, sha256: str, *, now: datetime
) -> Publication:
    """Freeze the proposed scheme and publish the announcement (公告): the second hand, who saw exactly this digest."""
    rule_set = freeze_rule_set(session, actor, selection_id, version, sha256, now=now)
    document = json.loads(rule_set.canonical, parse_float=Decimal)
    check_scheme(session, selection_id, document)
    content = announcement_content(session, selection_id) | {
        "scheme": {"version": rule_set.version, "sha256": rule_set.sha256}
    }
    publication = publish(session, actor, selection_id, PublicationKind.ANNOUNCEMENT, content, now=now)
    if Stage(selection_row(session, selection_id).stage) is Stage.DRAFT:
        advance(session, actor, selection_id, Stage.ANNOUNCED, now=now)
    return publication
