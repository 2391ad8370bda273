"""Changing what was announced: what may be changed, by whom, what follows for the registered, and how it is shown."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor
from exam import actions, queries
from exam.actions.amending import AMENDED, CANCELLED
from exam.amendments import (
    Amendment,
    Standing,
    amendment_from_plain,
    amendment_to_plain,
    check_amendment,
    differences,
)
from exam.tables import Notice, Post, Publication
from exam.vetting import Decision, VettingVerdict
from tests.exam.road import (
    APPROVER,
    CLOSED,
    CLOSES,
    EDITOR,
    OPEN,
    PLANNED,
    SAT,
    VETTER,
    Road,
    fields_of,
    open_system,
    refusal_of,
)

LATER = CLOSES + timedelta(days=2)
REASON = "因故调整"


def change(**parts: Any) -> Amendment:
    return Amendment(
        parts.get("fields", {}), parts.get("papers", {}), parts.get("headcounts", {}), parts.get("cancelled", ())
    )


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(3)
    road.plan()
    road.announce()
    return road


def propose(road: Road, amendment: Amendment, now: Any = OPEN, reason: str = REASON) -> int:
    return road.run(actions.propose_amendment, road.staff(EDITOR), road.selection_id, amendment, reason, now=now)


def publish(road: Road, amendment_id: int, now: Any = OPEN) -> Publication:
    return road.run(actions.publish_amendment, road.staff(APPROVER, proven=now), amendment_id, now=now)


def notices(road: Road) -> list[tuple[int, str]]:
    with road.database.reading() as session:
        return [(one.registration_id, one.sentence) for one in session.exec(select(Notice))]


# ── the rule ─────────────────────────────────────────────────────────────────────────────────────────────────────────

STANDING = Standing({"01": 1, "02": 3}, ("common",))


@pytest.mark.parametrize(
    ("amendment", "reason", "field"),
    [
        (change(), REASON, ""),
        (change(cancelled=("01",)), " ", "reason"),
        (change(cancelled=("01",)), "x" * 2001, "reason"),
        (change(cancelled=("09",)), REASON, "posts.09"),
        (change(headcounts={"02": 3}), REASON, "posts.02"),
        (change(headcounts={"02": 4}), REASON, "posts.02"),
        (change(headcounts={"02": 0}), REASON, "posts.02"),
        (change(headcounts={"02": 1}, cancelled=("02",)), REASON, "posts.02"),
        (change(papers={"essay": SAT}), REASON, "papers.essay"),
    ],
)
def test_what_cannot_be_amended_is_named(amendment: Amendment, reason: str, field: str) -> None:
    assert [one.field for one in check_amendment(amendment, reason, STANDING)] == [field]


def test_an_amendment_survives_its_row() -> None:
    fields = {"registration_closes": LATER, "interview_on": date(2026, 12, 1), "exam_site": "二中"}
    whole = change(fields=fields, papers={"common": SAT}, headcounts={"02": 1}, cancelled=("01",))
    assert amendment_from_plain(amendment_to_plain(whole)) == whole
    assert check_amendment(change(headcounts={"02": 2}), REASON, STANDING) == []


def test_a_version_is_shown_as_old_and_new(road: Road) -> None:
    with road.database.reading() as session:
        before: Any = queries.announcement_content(session, road.selection_id)
    assert differences(before, before) == []
    later = {"registration_closes": LATER, "exam_site": "二中"}
    publish(
        road,
        propose(
            road,
            change(fields=later, headcounts={"02": 1}, cancelled=("01",), papers={"common": SAT - timedelta(hours=1)}),
        ),
    )
    with road.database.reading() as session:
        after: Any = queries.announcement_content(session, road.selection_id)
    found = {str(one.what): (one.old, one.new) for one in differences(before, after)}
    assert list(found) == [
        "Exam site", "Registration closes", "Post 01", "Places of post 02", "Written paper common",
    ]  # fmt: skip
    assert found["Exam site"] == (None, "二中")
    assert found["Registration closes"] == (CLOSES, LATER)
    assert found["Places of post 02"] == (2, 1)
    assert str(found["Post 01"][1]) == "cancelled"
    assert found["Written paper common"] == (SAT, SAT - timedelta(hours=1))


def test_posts_and_conditions_that_come_and_go_are_shown(road: Road) -> None:
    with road.database.reading() as session:
        whole: Any = queries.announcement_content(session, road.selection_id)
    bare = {**whole, "posts": whole["posts"][:1], "eligibility": {**whole["eligibility"], "conditions": []}}
    found = {str(one.what): (one.old is None, one.new is None) for one in differences(bare, whole)}
    assert found == {"Post 02": (True, False), "Condition 1": (True, False), "Condition 2": (True, False)}
    assert {str(one.what) for one in differences(whole, bare) if one.new is None} == set(found)


# ── the acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_amendment_takes_two_hands_and_becomes_the_next_version(road: Road) -> None:
    registered = road.submit(0)
    amendment_id = propose(road, change(fields={"registration_closes": LATER}))
    with pytest.raises(Denied):
        road.run(actions.publish_amendment, road.staff(EDITOR, proven=OPEN), amendment_id, now=OPEN)
    with pytest.raises(Refusal, match="Prove who you are"):
        road.run(actions.publish_amendment, road.staff(APPROVER), amendment_id, now=OPEN)
    published = publish(road, amendment_id)
    assert (published.kind, published.version) == ("announcement", 2)
    assert published.content["amendment"] == {"reason": REASON}
    assert published.content["title"] == "公告"  # what the amendment does not touch is carried over
    with road.database.reading() as session:
        assert queries.selection_row(session, road.selection_id).registration_closes == LATER
    assert notices(road) == [(registered, AMENDED)]
    assert road.row(road.register(1, now=LATER - timedelta(seconds=1))).state == "draft"
    with pytest.raises(Refusal, match="no longer open"):
        publish(road, amendment_id)


def test_only_the_editor_proposes_and_only_what_can_be(road: Road) -> None:
    whole = change(cancelled=("01",))
    with pytest.raises(Denied):
        road.run(actions.propose_amendment, road.staff(VETTER), road.selection_id, whole, REASON, now=OPEN)
    past = change(fields={"registration_closes": PLANNED})
    assert fields_of(refusal_of(lambda: propose(road, past))) == {"registration_closes"}
    beyond = change(fields={"registration_closes": SAT})
    assert fields_of(refusal_of(lambda: propose(road, beyond))) == {"starts_at"}
    assert road.journal("amendment.proposed") == []


def test_a_later_proposal_takes_the_place_of_the_open_one_and_a_declined_one_changes_nothing(road: Road) -> None:
    first = propose(road, change(cancelled=("01",)))
    second = propose(road, change(cancelled=("02",)))
    with pytest.raises(Refusal, match="no longer open"):
        publish(road, first)
    road.run(actions.decline_amendment, road.staff(APPROVER), second, now=OPEN)
    with road.database.reading() as session:
        assert [one.state for one in queries.amendments_of(session, road.selection_id)] == ["declined", "replaced"]
        assert all(one.cancelled_at is None for one in queries.posts_of(session, road.selection_id))


def test_a_plan_is_edited_not_amended(acts: Acts, database: Database) -> None:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(0)
    road.plan()
    assert fields_of(refusal_of(lambda: propose(road, change(cancelled=("01",)), now=PLANNED))) == {"stage"}


def test_posts_stand_once_tickets_are_issued(acts: Acts, database: Database) -> None:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(2)
    road.ticketed(2)
    assert fields_of(refusal_of(lambda: propose(road, change(cancelled=("02",)), now=CLOSED))) == {"stage"}
    site = change(fields={"exam_site": "二中"})
    assert publish(road, propose(road, site, now=CLOSED), now=CLOSED).version == 2


# ── change of post ───────────────────────────────────────────────────────────────────────────────────────────────────


def cancelled(road: Road) -> tuple[int, Post]:
    """Somebody vetted for the second post, which is then cancelled; answers with the registration and the post."""
    registration_id = road.vetted(0, post=1)
    publish(road, propose(road, change(cancelled=("02",)), now=CLOSED), now=CLOSED)
    with road.database.reading() as session:
        return registration_id, session.get_one(Post, road.posts[1])


def test_who_loses_a_post_chooses_another_within_the_window(road: Road) -> None:
    registration_id, post = cancelled(road)
    assert post.change_until is not None
    assert [sentence for _, sentence in notices(road)][-1] == CANCELLED
    chosen = {"now": post.change_until}
    road.run(actions.change_post, road.candidate(0), registration_id, road.posts[0], **chosen)
    row = road.row(registration_id)
    assert (row.state, row.post_id, row.version) == ("returned", road.posts[0], 1)
    submit = actions.submit_registration
    road.run(submit, road.candidate(0), registration_id, version=1, now=post.change_until - timedelta(seconds=1))
    assert (road.row(registration_id).state, road.row(registration_id).version) == ("submitted", 2)
    with road.database.reading() as session:
        assert queries.versions_of(session, registration_id)[-1].body["post"] == road.posts[0]
    road.confirm(road.decide(registration_id, Decision(VettingVerdict.PASS), version=2, now=CLOSED), now=CLOSED)
    assert road.row(registration_id).state == "passed"


def test_nobody_changes_post_late_or_without_cause_or_to_a_cancelled_one(road: Road) -> None:
    other = road.submit(1)
    registration_id, post = cancelled(road)
    assert post.change_until is not None
    late = post.change_until + timedelta(seconds=1)

    def choose(number: int, key: int, place: int, now: Any = CLOSED) -> str:
        return refusal_of(
            lambda: road.run(actions.change_post, road.candidate(number), key, road.posts[place], now=now)
        ).sentence

    assert choose(0, registration_id, 0, late) == "This closed on {closes}."
    assert choose(0, registration_id, 1) == "Choose one of these."
    assert choose(1, other, 1) == "Another post can be chosen only when one's own is cancelled."
    with pytest.raises(Denied):
        road.run(actions.change_post, road.candidate(1), registration_id, road.posts[0], now=CLOSED)


def test_nobody_registers_or_submits_for_a_cancelled_post(road: Road) -> None:
    begun = road.register(0, post=1)
    road.fill(0, begun)
    publish(road, propose(road, change(cancelled=("02",))))
    with pytest.raises(Refusal, match="This post was cancelled"):
        road.register(1, post=1)
    with pytest.raises(Refusal, match="This post was cancelled"):
        road.run(actions.submit_registration, road.candidate(0), begun, version=0, now=OPEN)
