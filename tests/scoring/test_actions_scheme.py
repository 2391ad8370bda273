"""The scheme is proposed by one hand and frozen and announced by another, all its sections checked at once."""

import hashlib
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from core.acts import Acts
from core.canonical import fingerprint
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor, Duty
from exam import actions as exam
from exam.counts import PostCount
from exam.plan import PublicationKind
from exam.queries import publications, rule_sets, selection_row
from exam.tables import RuleSet
from scoring.actions import freeze_and_announce, propose_scheme
from scoring.scheme import document_from_toml
from scoring.schemes import scheme_text
from tests.exam.road import APPROVER, CHECKER, EDITOR, OPEN, PLANNED, Road, fields_of, open_system, refusal_of
from tests.interview.day import staff
from tests.scoring.course import make_course
from tests.scoring.schemes import SCHEME

SOON = PLANNED + timedelta(hours=1)
RECORDED_SIDE = """[[parts]]
key = "side"
of = "total"
deducted = true
maximum = 300
[[parts]]
key = "years"
of = "side"
kind = "share"
maximum = 100
grades = [{ key = "good", name = "优秀", points = 90 }]
[[parts]]
key = "votes"
of = "side"
[ballots.votes]
grades = [{ key = "yes", name = "同意", points = 100 }, { key = "no", name = "不同意", points = 0 }]
[[parts]]
key = "study"
of = "side"
maximum = 100
recorded = true
[panel.study]
drop_high = 1
drop_low = 1
[order]"""
"""A part that appraisal years, ballots and another panel's sheets make, all of them recorded."""


@pytest.fixture
def road(database: Database, acts: Acts) -> Road:
    """A selection that is planned and not announced."""
    opened = Road(acts, database)
    opened.run(open_system, Actor(label="job:test"), now=PLANNED)
    opened.people()
    opened.plan()
    return opened


def document(text: str = "", **sections: Any) -> dict[str, Any]:
    return {**document_from_toml(text or scheme_text()), **sections}


def changed(before: str, after: str) -> dict[str, Any]:
    """The short scheme with one thing written otherwise."""
    assert before in SCHEME
    return document(SCHEME.replace(before, after))


def propose(road: Road, found: dict[str, Any] | None = None, reason: str = "", **named: Any) -> int:
    named = {"now": PLANNED} | named
    return road.run(propose_scheme, road.staff(EDITOR), road.selection_id, found or document(), reason, **named)


def proposed(road: Road, version: int) -> RuleSet:
    with road.database.reading() as session:
        return next(one for one in rule_sets(session, road.selection_id) if one.version == version)


def freeze(
    road: Road, version: int, *, sha256: str = "", actor: Actor | None = None, now: Any = SOON, **named: Any
) -> Any:
    actor = actor or road.staff(APPROVER, proven=now)
    digest = sha256 or proposed(road, version).sha256
    return road.run(freeze_and_announce, actor, road.selection_id, version, digest, now=now, **named)


def problems(road: Road, found: dict[str, Any]) -> tuple[Any, ...]:
    return refusal_of(lambda: propose(road, found)).problems


# ── proposing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_proposed_is_the_scheme_with_the_conditions_of_the_posts(road: Road) -> None:
    assert propose(road, document(eligibility={"conditions": ["of no effect"]})) == 1
    row = proposed(road, 1)
    kept = json.loads(row.canonical)
    assert kept["parts"][0]["key"] == "total"
    assert [one["kind"] for one in kept["eligibility"]["conditions"]] == ["age", "education"]
    assert row.sha256 == fingerprint(kept)
    assert (row.state, row.proposed_by) == ("proposed", EDITOR)
    (line,) = road.journal("rule_set.proposed")
    assert json.loads(line.body)[-1] == {"version": 1, "sha256": row.sha256}


@pytest.mark.parametrize("number", [APPROVER, CHECKER])
def test_only_who_writes_the_scheme_proposes_it(road: Road, number: int) -> None:
    with pytest.raises(Denied):
        road.run(propose_scheme, road.staff(number), road.selection_id, {"nonsense": 1}, now=PLANNED)
    elsewhere = road.staff(EDITOR, scope=road.selection_id + 1)
    with pytest.raises(Denied):
        road.run(propose_scheme, elsewhere, road.selection_id, document(), now=PLANNED)
    assert road.journal("rule_set.proposed") == []


def test_all_sections_tell_their_problems_at_once_and_nothing_is_kept(road: Road) -> None:
    broken = document(
        SCHEME.replace("weight = 0.4\ndecimals", "weight = 0.5\ndecimals").replace("maximum = 40", "maximum = 41"),
        retention={"posters": "forever"},
        bonus_points={},
    )
    refusal = refusal_of(lambda: propose(road, broken))
    found = fields_of(refusal)
    assert {"retention.posters", "sheet.elements", "bonus_points"} <= found
    assert any(field.startswith("parts") for field in found)
    with road.database.reading() as session:
        assert rule_sets(session, road.selection_id) == []


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"step": "0", "elements": [], "groups": []},
        {"step": "x", "elements": [{"key": "a", "name": "甲", "maximum": "many"}], "groups": [{"key": "expert"}]},
        {"elements": [{"name": "甲"}, {"key": "B!", "name": "乙", "maximum": -1}], "groups": 3},
        {"step": "0.5", "elements": {"key": "a"}, "groups": [{"key": "expert", "name": "专家", "seats": "four"}]},
    ],
)
def test_what_is_wrong_with_the_judges_sheet_is_said_once(road: Road, broken: dict[str, Any]) -> None:
    found = [one.field for one in problems(road, document(SCHEME, sheet=broken)) if one.field.startswith("sheet")]
    assert found
    assert [field for field, count in Counter(found).items() if count > 1] == []


def test_a_sheet_that_is_no_table_is_refused_like_any_other_fault(road: Road) -> None:
    assert "sheet" in {one.field for one in problems(road, document(SCHEME, sheet="blank"))}
    assert "retention" in {one.field for one in problems(road, document(SCHEME, retention=[1]))}


def test_what_the_panel_finds_in_a_sound_sheet_is_said(road: Road) -> None:
    found = problems(road, changed('key = "representative"\nweight = 0.2', 'key = "public"\nweight = 0.2'))
    assert {"The sheet has no group {key}.", "The sheet's group {key} has no rule here."} <= {
        one.sentence for one in found
    }


def test_papers_of_the_plan_and_parts_of_the_scheme_belong_together(road: Road) -> None:
    road.run(exam.drop_paper, road.staff(EDITOR), road.selection_id, "professional", now=PLANNED)
    road.run(exam.set_paper, road.staff(EDITOR), road.selection_id, "essay", OPEN + timedelta(days=40), 60, now=PLANNED)
    assert {(one.sentence, one.facts["paper"]) for one in problems(road, document())} == {
        ("The scheme has no part for the written paper {paper}.", "essay"),
        ("No date is planned for the written paper {paper}.", "professional"),
    }


@pytest.mark.parametrize(
    ("before", "after", "field", "sentence"),
    [
        ('key = "interview"\nby = "written"', 'key = "first"\nby = "written"', "cuts", "No cut leads"),
        ('[[cuts]]\nkey = "proposed"\nper_place = 2', "", "cuts", "The last cut proposes the names"),
        ("per_place = 2", 'per_place = 2\nequal = "wait"', "cuts.proposed.equal", "Equal ones would wait for ever"),
        (
            "[reserve]",
            '[opening]\nper_place = 3\nwaivers = [{ part = "written", fewer_than_per_place = 5 }]\n[reserve]',
            "opening",
            "cannot be waived",
        ),
        (
            'key = "professional"\n',
            'key = "professional"\nrecorded = true\n',
            "parts.professional",
            "come from records",
        ),
        (
            "[reserve]",
            '[[variants]]\nkey = "other"\nposts = ["09"]\ncuts = [{ key = "proposed", per_place = 3 }]\n[reserve]',
            "variants.other.posts",
            "There is no post",
        ),
        ("[order]", '[order]\nwithin = "group"', "01", "this post has none"),
    ],
)  # fmt: skip
def test_a_rule_that_the_road_cannot_keep_is_not_announced(
    road: Road, before: str, after: str, field: str, sentence: str
) -> None:
    assert any(one.field == field and sentence in one.sentence for one in problems(road, changed(before, after)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[reserve]", "[opening]\nper_place = 3\n[reserve]"),
        ("pass_mark = 60\n[sheet]", "pass_mark = 60\nbonus = { cap = 5 }\n[sheet]"),
        ('ties = ["part:interview", "part:written"]', 'ties = ["qualification:degree", "lot"]'),
        ("per_place = 2\n[reserve]", 'per_place = 2\nequal = "wait"\nties = ["lot"]\n[reserve]'),
        ("[reserve]", '[[findings]]\nkey = "veto"\n[reserve]'),
        ("[reserve]", "[replacement.absent]\n[reserve]"),
        ("[reserve]", "[rooms.common]\n[reserve]"),
        ("pass_mark = 60\n[sheet]", 'pass_mark = "recorded"\n[sheet]'),
        ("[order]", RECORDED_SIDE),
        (
            "[reserve]",
            '[[variants]]\nkey = "other"\nposts = ["01"]\ncuts = [{ key = "proposed", per_place = 3 }]\n[reserve]',
        ),
    ],
)
def test_what_records_and_acts_carry_out_is_announced(road: Road, before: str, after: str) -> None:
    assert propose(road, changed(before, after)) == 1


def test_one_panel_marks_one_part(road: Road) -> None:
    given = changed('of = "total"\nweight = 0.6', 'of = "total"\nweight = 0.6\nmaximum = 100')
    for key in ("panel", "rooms", "sheet"):
        del given[key]
    assert ("panel", 0) in {(one.field, one.facts.get("count")) for one in problems(road, given | {"sheet": {}})}


def test_both_ready_schemes_can_be_proposed(road: Road) -> None:
    assert propose(road, document()) == 1
    assert propose(road, document(SCHEME)) == 2
    assert proposed(road, 1).state == "replaced"


# ── freezing and announcing ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_hand_freezes_and_announces_in_one_act(road: Road) -> None:
    version = propose(road)
    publication = freeze(road, version)
    row = proposed(road, version)
    assert (row.state, row.frozen_by, row.frozen_at) == ("frozen", APPROVER, SOON)
    assert (publication.number, publication.kind) == (1, PublicationKind.ANNOUNCEMENT)
    assert publication.content["scheme"] == {"version": version, "sha256": row.sha256, "reason": ""}
    assert [post["code"] for post in publication.content["posts"]] == ["01", "02"]
    with road.database.reading() as session:
        assert selection_row(session, road.selection_id).stage == "announced"
    acts = [line.act for line in road.journal()][-3:]
    assert acts == ["rule_set.frozen", "publication.published", "selection.advanced"]


def test_the_second_hand_is_another_proven_person_on_another_device_who_saw_these_rules(road: Road) -> None:
    version = propose(road)
    same = Actor("account:101", 101, EDITOR, 0, "d9", {road.selection_id: frozenset({Duty.SELECTION_APPROVER})})
    with pytest.raises(Refusal, match="another person"):
        freeze(road, version, actor=same)
    with pytest.raises(Refusal, match="Prove who you are again"):
        freeze(road, version, actor=road.staff(APPROVER))
    with pytest.raises(Refusal, match="Prove who you are again"):
        freeze(road, version, actor=road.staff(APPROVER, proven=SOON - timedelta(minutes=11)))
    with pytest.raises(Refusal, match="another device"):
        freeze(road, version, actor=road.staff(APPROVER, proven=SOON, device=f"d{EDITOR}"))
    with pytest.raises(Refusal, match="not the rules you were shown"):
        freeze(road, version, sha256="0" * 64)
    with pytest.raises(Denied):
        freeze(road, version, actor=road.staff(EDITOR, proven=SOON))
    assert proposed(road, version).state == "proposed"
    with road.database.reading() as session:
        assert publications(session, road.selection_id) == []


def test_what_has_changed_in_the_plan_since_the_proposal_is_checked_again(road: Road) -> None:
    version = propose(road)
    road.run(exam.drop_paper, road.staff(EDITOR), road.selection_id, "professional", now=PLANNED)
    assert refusal_of(lambda: freeze(road, version)).sentence == "No date is planned for the written paper {paper}."
    assert proposed(road, version).state == "proposed"


def test_a_later_version_needs_a_reason_and_is_announced_with_it(road: Road) -> None:
    freeze(road, propose(road))
    with pytest.raises(Refusal, match="needs a reason"):
        propose(road, document(SCHEME), now=SOON)
    second = propose(road, document(SCHEME), "专业科目权重有误", now=SOON)
    later = SOON + timedelta(days=1)
    publication = freeze(road, second, now=later)
    assert (publication.kind, publication.version, publication.number) == (PublicationKind.ANNOUNCEMENT, 2, 2)
    assert publication.content["scheme"]["reason"] == "专业科目权重有误"
    assert [proposed(road, version).state for version in (1, 2)] == ["frozen", "frozen"]
    with road.database.reading() as session:
        assert selection_row(session, road.selection_id).stage == "announced"


def test_rules_are_not_changed_once_the_interview_has_begun(database: Database, acts: Acts) -> None:
    course = make_course(database, acts).enter()
    editor = staff(40, course.id, Duty.SELECTION_EDITOR)
    changes = document(SCHEME.replace("months = 12", "months = 6"))
    course.day.run(propose_scheme, editor, course.id, changes, "期限有误")
    course.seat()
    with pytest.raises(Refusal, match="interview has begun"):
        course.day.run(propose_scheme, editor, course.id, document(), "再改")
    digest = course.read(rule_sets, course.id)[0].sha256
    approver = staff(41, course.id, Duty.SELECTION_APPROVER, proof=course.day.at)
    with pytest.raises(Refusal, match="interview has begun"):
        course.day.run(freeze_and_announce, approver, course.id, 2, digest)


# ── risks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

RISKY = scheme_text().replace("pass_mark = 60", "")


def frozen_line(road: Road) -> dict[str, Any]:
    (line,) = road.journal("rule_set.frozen")
    found: dict[str, Any] = json.loads(line.body)[-1]
    return found


def test_a_risk_that_must_be_answered_keeps_the_scheme_from_being_frozen_without_a_word(road: Road) -> None:
    version = propose(road, document(RISKY))
    for answer in ("", "  \n"):
        refused = refusal_of(lambda answer=answer: freeze(road, version, answer=answer))
        assert refused.sentence == "Say why these rules are meant: {count} risks must be answered."
        assert (refused.problems[0].field, refused.facts["count"]) == ("answer", 1)
    assert proposed(road, version).state == "proposed"


def test_the_answer_is_kept_with_the_version_and_its_digest_in_the_journal(road: Road) -> None:
    version = propose(road, document(RISKY))
    freeze(road, version, answer=" 本次不设合格线，由面试把关。 ")
    row = proposed(road, version)
    assert (row.state, row.answer) == ("frozen", "本次不设合格线，由面试把关。")
    facts = frozen_line(road)
    assert facts["answer"] == hashlib.sha256(row.answer.encode()).hexdigest()
    assert facts["risks"][0] == "no_written_minimum"


def test_what_is_only_worth_a_look_asks_for_no_word_and_stands_in_the_journal(road: Road) -> None:
    freeze(road, propose(road))
    assert proposed(road, 1).answer == ""
    assert frozen_line(road)["answer"] == ""
    assert "no_floor" in frozen_line(road)["risks"]


def test_a_circle_drawn_too_narrow_must_be_answered_too(road: Road) -> None:
    version = propose(road)
    narrow = [PostCount("01", 1, 30, 1, ())]
    assert refusal_of(lambda: freeze(road, version, counts=narrow)).facts["count"] == 1
    freeze(road, version, counts=narrow, answer="急需该专业人才，报上级同意。")
    assert "narrow_conditions" in frozen_line(road)["risks"]


def test_an_answer_is_no_novel(road: Road) -> None:
    version = propose(road, document(RISKY))
    assert refusal_of(lambda: freeze(road, version, answer="长" * 2001)).problems[0].field == "answer"
