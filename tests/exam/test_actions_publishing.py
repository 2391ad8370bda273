"""Rules frozen by two hands, publications that never change, stages one after the other."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from core import audit
from core.acts import Acts
from core.canonical import canonical, fingerprint
from core.db import Database
from core.errors import Denied, Refusal
from core.people import PROOF_LIFE, Actor, Duty, Proof
from exam import actions, queries
from exam.conditions import parse_eligibility
from exam.plan import PublicationKind
from exam.stages import Stage
from tests.exam.road import (
    APPROVER,
    CLOSES,
    EDITOR,
    INSTANT,
    OPENS,
    PLAN,
    PLANNED,
    VETTER,
    Road,
    open_system,
    refusal_of,
)

OTHER_RULES = '{"scheme":{"name":"改过的规则"}}'


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.plan()
    return road


def freeze(road: Road, version: int, digest: str, *, who: int = APPROVER, **given: Any) -> object:
    actor = road.staff(who, proven=given.pop("proven", PLANNED), **given)
    return road.run(actions.freeze_rule_set, actor, road.selection_id, version, digest, now=PLANNED)


def in_force(road: Road) -> tuple[int, str] | None:
    with road.database.reading() as session:
        rules = queries.in_force(session, road.selection_id)
        return (rules.version, rules.canonical) if rules else None


def publish(road: Road, content: dict[str, object], kind: str = "written_results", **named: Any) -> Any:
    approver = road.staff(APPROVER)
    return road.run(actions.publish, approver, road.selection_id, kind, content, now=PLANNED, **named)


def test_rules_are_in_force_once_a_second_hand_has_frozen_them(road: Road) -> None:
    version, digest = road.propose()
    assert in_force(road) is None
    freeze(road, version, digest)
    assert in_force(road) == (1, road.canonical)
    assert [line.act for line in road.journal() if line.act.startswith("rule_set")] == [
        "rule_set.proposed",
        "rule_set.frozen",
    ]


def test_a_newer_frozen_version_takes_the_place_of_the_older_which_stays_as_it_was(road: Road) -> None:
    freeze(road, *road.propose())
    with pytest.raises(Refusal, match="needs a reason"):
        road.propose(canonical=OTHER_RULES)
    freeze(road, *road.propose(canonical=OTHER_RULES, reason="笔误更正"))
    assert in_force(road) == (2, OTHER_RULES)
    with road.database.reading() as session:
        kept = queries.rule_sets(session, road.selection_id)
    assert [(row.version, row.state, row.canonical) for row in kept] == [
        (2, "frozen", OTHER_RULES),
        (1, "frozen", road.canonical),
    ]


def test_the_same_rules_are_not_frozen_twice(road: Road) -> None:
    freeze(road, *road.propose())
    with pytest.raises(Refusal, match="already in force as version 1"):
        road.propose(reason="再来一次")


def test_a_proposal_nobody_froze_gives_way_to_the_next(road: Road) -> None:
    first = road.propose()
    second = road.propose(canonical=OTHER_RULES)
    with pytest.raises(Refusal, match="Version 1 of the rules is no longer open"):
        freeze(road, *first)
    freeze(road, *second)
    assert in_force(road) == (2, OTHER_RULES)
    with pytest.raises(Refusal, match="Version 2 of the rules is no longer open"):
        freeze(road, *second)


def test_the_second_hand_freezes_only_what_it_was_shown(road: Road) -> None:
    version, _ = road.propose()
    with pytest.raises(Refusal, match="not the rules you were shown"):
        freeze(road, version, hashlib.sha256(b"other").hexdigest())
    with pytest.raises(Refusal, match="no version 7"):
        freeze(road, 7, "")
    assert in_force(road) is None


def test_the_second_hand_is_another_person_proven_afresh_on_another_device(road: Road) -> None:
    version, digest = road.propose()
    both = {road.selection_id: frozenset({Duty.SELECTION_EDITOR, Duty.SELECTION_APPROVER})}
    same = Actor("account:101", EDITOR, EDITOR, device="d9", duties=both, proof=Proof(PLANNED, "d9"))
    with pytest.raises(Refusal, match="another person"):
        road.run(actions.freeze_rule_set, same, road.selection_id, version, digest, now=PLANNED)
    with pytest.raises(Refusal, match="Prove who you are again"):
        freeze(road, version, digest, proven=None)
    with pytest.raises(Refusal, match="Prove who you are again"):
        freeze(road, version, digest, proven=PLANNED - PROOF_LIFE - timedelta(seconds=1))
    with pytest.raises(Refusal, match="another device"):
        freeze(road, version, digest, device=f"d{EDITOR}")
    assert in_force(road) is None


@pytest.mark.parametrize("who", [EDITOR, VETTER])
def test_freezing_and_publishing_need_the_approvers_duty(road: Road, who: int) -> None:
    version, digest = road.propose()
    with pytest.raises(Denied):
        freeze(road, version, digest, who=who)
    with pytest.raises(Denied):
        road.run(actions.publish, road.staff(who), road.selection_id, "announcement", {}, now=PLANNED)
    with pytest.raises(Denied):
        road.run(actions.publish, road.staff(APPROVER, scope=99), road.selection_id, "announcement", {}, now=PLANNED)
    with pytest.raises(Denied):
        road.run(actions.add_rule_set, road.staff(VETTER), road.selection_id, "{}", "", "", now=PLANNED)


def test_a_digest_that_is_not_that_of_the_text_is_a_fault_of_the_program(road: Road) -> None:
    with pytest.raises(ValueError, match="digest"):
        road.run(actions.add_rule_set, road.staff(EDITOR), road.selection_id, "{}", "00", "", now=PLANNED)


def test_conditions_frozen_in_the_rules_are_those_registrations_are_judged_on(road: Road) -> None:
    with road.database.reading() as session:
        section = queries.eligibility_section(session, road.selection_id)
        rules = queries.eligibility_rules(session, queries.selection_row(session, road.selection_id))
    assert parse_eligibility(section, post_codes=["01", "02"]).for_post("01") == rules.for_post("01")
    text = canonical({"eligibility": section}).decode()
    version, digest = road.propose(canonical=text)
    body = {"kind": "degree", "degree": "master"}
    road.run(actions.add_condition, road.staff(EDITOR), road.selection_id, body, None, now=PLANNED)
    with pytest.raises(Refusal, match="conditions were changed"):
        freeze(road, version, digest)
    with road.database.reading() as session:
        section = queries.eligibility_section(session, road.selection_id)
    freeze(road, *road.propose(canonical=canonical({"eligibility": section}).decode()))


def test_an_unfinished_plan_cannot_be_frozen(road: Road) -> None:
    editor = road.staff(EDITOR)
    for key in ("common", "professional"):
        road.run(actions.drop_paper, editor, road.selection_id, key, now=PLANNED)
    for number in (3, 2, 1):
        road.run(actions.remove_condition, editor, road.selection_id, number, now=PLANNED)
    refusal = refusal_of(lambda: road.propose(now=CLOSES))
    assert [problem.sentence for problem in refusal.problems] == [
        "The post {code} has no condition that a registration could be vetted by.",
        "The post {code} has no condition that a registration could be vetted by.",
        "No written paper has been planned.",
        "Registration would close before it is announced.",
    ]
    for post_id in road.posts:
        road.run(actions.remove_post, editor, road.selection_id, post_id, now=PLANNED)
    assert refusal_of(road.propose).sentence == "No post has been planned."


def test_publications_are_numbered_and_versioned_and_their_digest_can_be_taken_again(road: Road) -> None:
    first = publish(road, {"names": ["20260001"], "mark": Decimal("82.50")})
    second = publish(road, {"names": ["20260001", "20260002"]}, objections_until=date(2026, 11, 5))
    other = publish(road, {"names": []}, kind="interview_entry")
    assert [(one.number, one.kind, one.version) for one in (first, second, other)] == [
        (1, "written_results", 1),
        (2, "written_results", 2),
        (3, "interview_entry", 1),
    ]
    with road.database.reading() as session:
        kept = queries.publication(session, road.selection_id, 1)
        assert kept is not None
        assert kept.content == {"names": ["20260001"], "mark": "82.5"}
        assert fingerprint(kept.content) == kept.sha256
        assert kept.short_code == audit.short_code(bytes.fromhex(kept.sha256))
        assert [one.number for one in queries.publications(session, road.selection_id, "written_results")] == [2, 1]
    assert [line.body.count(first.sha256) for line in road.journal("publication.published")] == [1, 0, 0]


def test_the_same_content_is_not_published_twice_in_a_row(road: Road) -> None:
    publish(road, {"names": [1]})
    with pytest.raises(Refusal, match="already published, as number 1"):
        publish(road, {"names": [1]})
    publish(road, {"names": [2]})
    assert publish(road, {"names": [1]}).version == 3


def test_numbers_of_publications_are_those_of_one_selection(road: Road) -> None:
    publish(road, {"names": [1]})
    other = Road(road.acts, road.database)
    other.plan(replace(PLAN, code="LC-2027"))
    assert publish(other, {"names": [1]}).number == 1


def stage(road: Road) -> str:
    with road.database.reading() as session:
        return queries.selection_row(session, road.selection_id).stage


def move(session: Session, actor: Actor, selection_id: int, to: Stage, *, now: Any) -> None:
    actions.advance(session, actor, selection_id, to, now=now)


def test_a_selection_goes_from_stage_to_stage_only(road: Road) -> None:
    approver = road.staff(APPROVER)
    for wrong in (Stage.DRAFT, Stage.REGISTRATION, Stage.RESERVE):
        with pytest.raises(Refusal, match="stages follow each other"):
            road.run(move, approver, road.selection_id, wrong, now=PLANNED)
    road.run(move, approver, road.selection_id, Stage.ANNOUNCED, now=PLANNED)
    assert stage(road) == "announced"
    (line,) = road.journal("selection.advanced")
    assert '"before":"draft"' in line.body
    with pytest.raises(Denied):
        road.run(move, road.staff(APPROVER, scope=99), road.selection_id, Stage.REGISTRATION, now=PLANNED)


def test_time_alone_brings_an_announced_selection_to_vetting(road: Road) -> None:
    road.announce()
    with pytest.raises(Refusal):
        road.run(move, road.staff(APPROVER), road.selection_id, Stage.WRITTEN_EXAM, now=CLOSES - INSTANT)
    road.run(move, road.staff(APPROVER), road.selection_id, Stage.WRITTEN_EXAM, now=CLOSES)
    assert stage(road) == "written_exam"


def test_the_public_sees_a_selection_only_once_it_is_announced(road: Road) -> None:
    with road.database.reading() as session:
        assert queries.public_selections(session, OPENS) == []
        assert queries.announcement_page(session, PLAN.code, OPENS) is None
    road.announce()
    with road.database.reading() as session:
        (line,) = queries.public_selections(session, OPENS)
        assert (line.selection.id, line.stage, line.posts, line.places) == (road.selection_id, Stage.REGISTRATION, 2, 3)
        page = queries.announcement_page(session, PLAN.code, CLOSES)
        assert page is not None
        assert page.stage is Stage.VETTING
        assert page.announcement.kind == PublicationKind.ANNOUNCEMENT
        assert [(one.post.code, [rule.number for rule in one.conditions]) for one in page.posts] == [
            ("01", ["1", "2", "3"]),
            ("02", ["1", "2"]),
        ]
        assert [paper.key for paper in page.papers] == ["common", "professional"]
        assert queries.announcement_page(session, "unknown", CLOSES) is None


def test_the_announcements_content_is_the_plan_in_plain_form(road: Road) -> None:
    with road.database.reading() as session:
        content = queries.announcement_content(session, road.selection_id)
    assert canonical(content)
    assert content["registration"] == {"opens": "2026-09-21T01:00:00+00:00", "closes": "2026-09-30T09:30:00+00:00"}
    assert [post["headcount"] for post in content["posts"]] == [1, 2]  # type: ignore[attr-defined]
