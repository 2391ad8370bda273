"""Preparing a selection: who may, what is refused, and that nothing changes once the rules are frozen."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import SYSTEM_SCOPE, Actor, Duty
from core.tables import Scope
from exam import actions, queries
from exam.conditions import ConditionKind
from exam.plan import SelectionKind
from exam.tables import Condition, Post, Selection
from tests.exam.road import (
    CLOSES,
    EDITOR,
    OPENS,
    OTHER_POST,
    PLAN,
    PLANNED,
    POST,
    SAT,
    STRANGER,
    VETTER,
    Road,
    fields_of,
    open_system,
    refusal_of,
)


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    return Road(acts, database)


@pytest.fixture
def planned(road: Road) -> Road:
    road.plan()
    return road


def edit(road: Road, act: Any, *args: Any) -> Any:
    return road.run(act, road.staff(EDITOR), road.selection_id, *args, now=PLANNED)


def test_a_new_selection_shares_its_key_with_its_scope_and_gives_its_creator_no_duty(road: Road) -> None:
    creator = Actor("account:5", 5, 5, duties={SYSTEM_SCOPE: frozenset({Duty.SELECTION_EDITOR})})
    selection_id = road.run(actions.create_selection, creator, PLAN, now=PLANNED)
    with road.database.reading() as session:
        assert session.get_one(Scope, selection_id).kind == "selection"
        assert session.get_one(Selection, selection_id).stage == "draft"
    assert [line.scope_id for line in road.journal("selection.created")] == [selection_id]
    with pytest.raises(Denied):
        road.run(actions.add_post, creator, selection_id, POST, now=PLANNED)


@pytest.mark.parametrize(
    "duties",
    [{}, {SYSTEM_SCOPE: frozenset({Duty.SYSTEM_ADMIN})}, {2: frozenset({Duty.SELECTION_EDITOR})}],
    ids=["nobody", "an administrator", "an editor of another selection"],
)
def test_only_an_editor_of_the_system_creates_a_selection(road: Road, duties: Any) -> None:
    with pytest.raises(Denied):
        road.run(actions.create_selection, Actor("account:9", 9, 9, duties=duties), PLAN, now=PLANNED)
    assert road.journal("selection.created") == []


def test_a_bad_plan_is_refused_with_every_problem_at_once(road: Road) -> None:
    bad = replace(
        PLAN,
        code="澜川",
        title=" ",
        authority="",
        registration_closes=OPENS,
        interview_on=date(2026, 9, 1),
        ground="x" * 2001,
    )
    refusal = refusal_of(lambda: road.run(actions.create_selection, road.staff(EDITOR, scope=2), bad, now=PLANNED))
    assert fields_of(refusal) == {"code", "title", "authority", "registration_closes", "interview_on", "ground"}
    assert road.journal("selection.created") == []


def test_two_selections_cannot_have_one_code(planned: Road) -> None:
    with pytest.raises(Refusal, match="has the code LC-2026"):
        planned.run(actions.create_selection, planned.staff(EDITOR), PLAN, now=PLANNED)


def test_a_draft_may_be_edited_and_the_journal_names_the_fields_only(planned: Road) -> None:
    edit(planned, actions.edit_selection, replace(PLAN, title="改过的标题", kind=SelectionKind.INTERNAL_COMPETITION))
    with planned.database.reading() as session:
        row = queries.selection_row(session, planned.selection_id)
        assert (row.title, row.kind) == ("改过的标题", "internal_competition")
    (line,) = planned.journal("selection.edited")
    assert '"changed":["kind","title"]' in line.body
    assert "改过的标题" not in line.body


def test_registration_cannot_be_moved_beyond_a_paper(planned: Road) -> None:
    late = replace(PLAN, registration_closes=SAT, interview_on=None)
    assert fields_of(refusal_of(lambda: edit(planned, actions.edit_selection, late))) == {"starts_at"}


@pytest.mark.parametrize("headcount", [0, -1, 1000])
def test_a_post_has_at_least_one_place(planned: Road, headcount: int) -> None:
    bad = replace(OTHER_POST, code="03", headcount=headcount)
    assert fields_of(refusal_of(lambda: edit(planned, actions.add_post, bad))) == {"headcount"}


def test_posts_are_edited_and_removed_with_their_own_conditions(planned: Road) -> None:
    edit(planned, actions.edit_post, planned.posts[1], replace(OTHER_POST, headcount=3))
    edit(planned, actions.add_condition, {"kind": "degree", "degree": "bachelor"}, None)
    edit(planned, actions.remove_post, planned.posts[0])
    with planned.database.reading() as session:
        assert [post.headcount for post in queries.posts_of(session, planned.selection_id)] == [3]
        left = queries.condition_rows(session, planned.selection_id)
        assert [(row.number, row.body["kind"]) for row in left] == [(1, "age"), (2, "education"), (3, "degree")]
        assert left[2].body["number"] == "3"
    with pytest.raises(Refusal, match="no such post"):
        edit(planned, actions.edit_post, planned.posts[0], POST)


def test_two_posts_cannot_have_one_code(planned: Road) -> None:
    with pytest.raises(Refusal, match="Another post has the code 01"):
        edit(planned, actions.edit_post, planned.posts[1], replace(OTHER_POST, code="01"))
    with pytest.raises(Refusal, match="Another post has the code 02"):
        edit(planned, actions.add_post, OTHER_POST)


def test_conditions_are_numbered_in_order_and_close_up(planned: Road) -> None:
    assert edit(planned, actions.add_condition, {"kind": "degree", "degree": "master"}, planned.posts[1]) == 4
    edit(planned, actions.remove_condition, 1)
    with planned.database.reading() as session:
        rows = queries.condition_rows(session, planned.selection_id)
        assert [(row.number, row.body["number"], row.body["kind"]) for row in rows] == [
            (1, "1", "education"),
            (2, "2", "service"),
            (3, "3", "degree"),
        ]
        own = queries.conditions_of(session, planned.selection_id, planned.posts[1])
        assert [condition.number for condition in own] == ["1", "3"]
    with pytest.raises(Refusal, match="no condition 4"):
        edit(planned, actions.remove_condition, 4)


def test_a_condition_that_cannot_be_read_is_not_kept(planned: Road) -> None:
    refusal = refusal_of(lambda: edit(planned, actions.add_condition, {"kind": "age", "colour": "red"}, None))
    assert fields_of(refusal) == {"maximum", "colour"}
    with planned.database.reading() as session:
        assert len(queries.condition_rows(session, planned.selection_id)) == 3


def test_a_condition_is_joined_to_one_that_stands_and_keeps_its_number_and_post(planned: Road) -> None:
    edit(planned, actions.join_condition, 3, ConditionKind.EITHER, {"kind": "degree", "degree": "doctor"})
    with planned.database.reading() as session:
        row = queries.condition_rows(session, planned.selection_id)[2]
    assert (row.number, row.post_id) == (3, planned.posts[0])
    degree = {"kind": "degree", "degree": "doctor"}
    assert row.body == {"number": "3", "kind": "either", "parts": [{"kind": "service", "years": 5}, degree]}
    with pytest.raises(Refusal, match="no condition 9"):
        edit(planned, actions.join_condition, 9, ConditionKind.ALL, {"kind": "age", "maximum": 40})
    refusal = refusal_of(lambda: edit(planned, actions.join_condition, 3, ConditionKind.ALL, {"kind": "age"}))
    assert fields_of(refusal) == {"maximum"}
    area = {"kind": "area", "areas": ["x"]}
    edit(planned, actions.join_condition, 3, ConditionKind.ALL, area)
    refusal = refusal_of(lambda: edit(planned, actions.join_condition, 3, ConditionKind.EITHER, area))
    assert fields_of(refusal) == {"parts[1].parts[1].parts"}


def test_a_condition_of_a_post_elsewhere_is_refused(planned: Road) -> None:
    other = Road(planned.acts, planned.database)
    other.plan(replace(PLAN, code="LC-2027"))
    with pytest.raises(Refusal, match="no such post"):
        edit(planned, actions.add_condition, {"kind": "age", "maximum": 40}, other.posts[0])


def test_papers_are_sat_after_registration_and_not_at_the_same_time(planned: Road) -> None:
    edit(planned, actions.set_paper, "common", SAT - timedelta(minutes=30), 120)
    assert fields_of(refusal_of(lambda: edit(planned, actions.set_paper, "late", CLOSES, 60))) == {"starts_at"}
    assert fields_of(refusal_of(lambda: edit(planned, actions.set_paper, "Bad key", SAT, 0))) == {
        "key",
        "minutes",
        "starts_at",
    }
    with pytest.raises(Refusal, match="overlap"):
        edit(planned, actions.set_paper, "common", SAT + timedelta(hours=3), 61)
    edit(planned, actions.set_paper, "common", SAT + timedelta(hours=3), 60)
    edit(planned, actions.drop_paper, "professional")
    with planned.database.reading() as session:
        assert [paper.key for paper in queries.written_papers(session, planned.selection_id)] == ["common"]


def test_a_scheme_draft_is_kept_as_typed_and_its_text_is_not_in_the_journal(planned: Road) -> None:
    edit(planned, actions.save_scheme_draft, "[scheme\nname = ")
    edit(planned, actions.save_scheme_draft, "[scheme]\n")
    with planned.database.reading() as session:
        draft = queries.scheme_draft(session, planned.selection_id)
        assert draft is not None
        assert (draft.text, draft.saved_by) == ("[scheme]\n", EDITOR)
    assert all("[scheme" not in line.body for line in planned.journal("scheme.saved"))
    with pytest.raises(Refusal, match="longer than 100000"):
        edit(planned, actions.save_scheme_draft, "x" * 100_001)


CHANGES = [
    (actions.edit_selection, (PLAN,)),
    (actions.add_post, (replace(POST, code="09"),)),
    (actions.edit_post, (1, POST)),
    (actions.remove_post, (1,)),
    (actions.add_condition, ({"kind": "age", "maximum": 40}, None)),
    (actions.remove_condition, (1,)),
    (actions.join_condition, (1, ConditionKind.EITHER, {"kind": "age", "maximum": 40})),
    (actions.set_paper, ("common", SAT, 90)),
    (actions.drop_paper, ("common",)),
]


@pytest.mark.parametrize(("act", "args"), CHANGES, ids=[act.__name__ for act, _ in CHANGES])
def test_nothing_is_edited_after_freezing(planned: Road, act: Any, args: tuple[Any, ...]) -> None:
    planned.announce()
    refusal = refusal_of(lambda: edit(planned, act, *args))
    assert (refusal.status, refusal.sentence) == (
        409,
        "The rules of this selection are frozen; it can no longer be edited.",
    )


@pytest.mark.parametrize(("act", "args"), CHANGES, ids=[act.__name__ for act, _ in CHANGES])
@pytest.mark.parametrize("who", [VETTER, STRANGER], ids=["a vetter", "nobody"])
def test_editing_needs_the_editors_duty_here(planned: Road, act: Any, args: tuple[Any, ...], who: int) -> None:
    before = len(planned.journal())
    with pytest.raises(Denied):
        planned.run(act, planned.staff(who), planned.selection_id, *args, now=PLANNED)
    elsewhere = Actor("account:8", 8, 8, duties={planned.selection_id + 1: frozenset({Duty.SELECTION_EDITOR})})
    with pytest.raises(Denied):
        planned.run(act, elsewhere, planned.selection_id, *args, now=PLANNED)
    with planned.database.reading() as session:
        assert len(session.exec(select(Post)).all()) == 2
        assert len(session.exec(select(Condition)).all()) == 3
    assert len(planned.journal()) == before
