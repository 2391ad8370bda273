"""The reserve pool after it was filled: extended, noted in, left, matched with a planned post, called up."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor, Duty, Proof
from exam.candidacy import CandidacyEventKind
from exam.eligibility import Outcome
from exam.queries import ticket_ids
from exam.tables import Candidacy, Post, Selection
from scoring import actions
from scoring.queries import (
    COMPOSITE,
    Match,
    PoolLine,
    extensions_of,
    matches,
    own_entry,
    pool,
    pool_last_day,
    pool_page,
)
from scoring.reuse import Standing
from tests.interview.day import in_rows, staff
from tests.scoring.course import APPROVER, SECRETARY, Course
from tests.scoring.pooled import FIT, FREE, RESERVE, born, filled, plan_post, propose, target_of

LATER = date(2026, 11, 1)
LAST = date(2027, 10, 18)
LONGER = date(2028, 10, 18)
A, B, C, D = "20261003", "20261004", "20261005", "20261006"


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    return filled(database, acts)


@pytest.fixture
def free(database: Database, acts: Acts) -> Course:
    return filled(database, acts, FREE)


def lines(course: Course, today: date = LATER) -> dict[str, PoolLine]:
    return {line.ticket_number: line for line in course.read(pool, (course.id,), today)}


def standings(course: Course, today: date = LATER) -> list[Standing]:
    return [line.standing for line in lines(course, today).values()]


def matched(course: Course, post_id: int) -> list[Match]:
    def read(session: Session) -> list[Match]:
        post = session.get_one(Post, post_id)
        return matches(session, course.id, session.get_one(Selection, post.selection_id), post, LATER)

    found: list[Match] = course.read(read)
    return found


def refused(words: str, run: Callable[[], object]) -> None:
    with pytest.raises(Refusal, match=words):
        run()


# ── a later last day ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_hands_move_the_last_day_and_both_days_stay_kept(course: Course):
    asked = course.run(actions.propose_extension, SECRETARY, LONGER, "市应急局近期将有空缺")
    assert course.read(pool_last_day, course.id) == (LAST, LONGER)
    course.run(actions.decide_extension, APPROVER, asked, agree=True)
    assert course.read(pool_last_day, course.id) == (LONGER, LONGER)
    assert {line.last_day for line in lines(course).values()} == {LONGER}
    assert {line.entry.valid_until for line in lines(course).values()} == {LAST}
    assert set(standings(course, LONGER)) == {Standing.VALID}
    assert set(standings(course, LONGER + timedelta(days=1))) == {Standing.EXPIRED}
    row = course.read(extensions_of, course.id)[0]
    assert (row.version, row.before, row.until, row.state) == (1, LAST, LONGER, "confirmed")
    assert (row.reason, row.proposed_by, row.decided_by) == (
        "市应急局近期将有空缺",
        course.by(SECRETARY).person_id,
        course.by(APPROVER).person_id,
    )
    assert course.facts_of("pool.extended") == [{"extension": row.id, "until": "2028-10-18"}]


def test_a_declined_extension_changes_no_day_and_keeps_its_reason(course: Course):
    asked = course.run(actions.propose_extension, SECRETARY, LONGER, "理由")
    refused("waits to be decided", lambda: course.run(actions.propose_extension, SECRETARY, LONGER, "理由"))
    refused("Write the reason", lambda: course.run(actions.decide_extension, APPROVER, asked, agree=False))
    course.run(actions.decide_extension, APPROVER, asked, "重新公开选拔", agree=False)
    assert course.read(pool_last_day, course.id)[0] == LAST
    assert course.read(extensions_of, course.id)[0].answer == "重新公开选拔"
    refused("does not wait", lambda: course.run(actions.decide_extension, APPROVER, asked, agree=True))
    assert course.run(actions.propose_extension, SECRETARY, LONGER, "又有空缺") > asked
    assert [one.version for one in course.read(extensions_of, course.id)] == [1, 2]


def test_the_second_hand_is_another_person_proven_afresh(course: Course):
    asked = course.run(actions.propose_extension, SECRETARY, LONGER, "理由")
    same = staff(SECRETARY, course.id, Duty.SELECTION_APPROVER, proof=course.day.at)
    refused("another person", lambda: course.day.run(actions.decide_extension, same, course.id, asked, agree=True))
    stale = Proof(course.day.at - timedelta(hours=1), course.by(APPROVER).device)
    unproven = Actor(
        "a",
        person_id=course.by(APPROVER).person_id,
        device=stale.device,
        duties=course.by(APPROVER).duties,
        proof=stale,
    )
    refused(
        "Prove who you are", lambda: course.day.run(actions.decide_extension, unproven, course.id, asked, agree=True)
    )


def test_days_beyond_the_scheme_and_extensions_without_a_reason_are_refused(course: Course):
    ask = actions.propose_extension
    refused("at the latest", lambda: course.run(ask, SECRETARY, LONGER + timedelta(days=1), "理由"))
    refused("Write the reason", lambda: course.run(ask, SECRETARY, LONGER, " "))
    assert course.read(extensions_of, course.id) == []


def test_what_has_expired_is_not_brought_back_not_even_by_the_second_hand(course: Course):
    asked = course.run(actions.propose_extension, SECRETARY, LONGER, "理由")
    course.day.at += timedelta(days=400)
    refused("has expired", lambda: course.run(actions.decide_extension, APPROVER, asked, agree=True))
    assert set(standings(course, LAST + timedelta(days=1))) == {Standing.EXPIRED}


# ── leaving, notes ───────────────────────────────────────────────────────────────────────────────────────────────────


def person(course: Course, ticket: str) -> tuple[Actor, int]:
    """The candidate of a ticket, and the registration."""
    key = course.read(ticket_ids, course.id)[ticket]
    row = course.read(lambda session: session.get_one(Candidacy, key))
    return Actor(label="account:9", account_id=9, person_id=row.person_id, device="own"), row.registration_id


def test_somebody_leaves_by_themselves_where_the_scheme_tells_them(course: Course):
    who, registration = person(course, A)
    assert course.read(own_entry, registration, LATER).standing is Standing.VALID
    course.day.run(actions.leave_pool, who, registration)
    assert course.read(own_entry, registration, LATER).standing is Standing.WITHDRAWN
    assert lines(course)[A].withdrawal.own
    refused("ended already", lambda: course.day.run(actions.leave_pool, who, registration))
    other, _ = person(course, B)
    with pytest.raises(Denied):
        course.day.run(actions.leave_pool, other, registration)


def test_where_the_scheme_does_not_tell_nobody_sees_or_leaves(database: Database, acts: Acts):
    course = filled(database, acts, RESERVE.replace("told = true", "told = false"))
    who, registration = person(course, A)
    assert course.read(own_entry, registration, LATER) is None
    with pytest.raises(Denied):
        course.day.run(actions.leave_pool, who, registration)


def test_the_desk_notes_a_withdrawal_with_its_reason(course: Course):
    refused("Write the reason", lambda: course.run(actions.withdraw_from_pool, SECRETARY, A, ""))
    course.run(actions.withdraw_from_pool, SECRETARY, A, "本人书面申请，已调省直单位")
    line = lines(course)[A]
    assert (line.standing, line.withdrawal.own, line.withdrawal.reason) == (
        Standing.WITHDRAWN,
        False,
        "本人书面申请，已调省直单位",
    )
    assert course.facts_of("pool.withdrawn") == [{"entry": line.entry.id}]
    refused("no such entry", lambda: course.run(actions.withdraw_from_pool, SECRETARY, "20261001", "理由"))


def test_a_disqualification_ends_the_entry(course: Course):
    course.leave(A, CandidacyEventKind.DISQUALIFIED)
    assert standings(course) == [Standing.DISQUALIFIED, *[Standing.VALID] * 3]


def test_notes_are_added_with_author_and_time(course: Course):
    course.run(actions.note_in_pool, SECRETARY, A, "2027年年度考核优秀")
    course.run(actions.note_in_pool, SECRETARY, A, "参加市委党校中青班")
    refused("Write the note", lambda: course.run(actions.note_in_pool, SECRETARY, A, " "))
    notes = course.read(pool_page, course.id, A, LATER).notes
    assert [(one.text, one.written_by) for one in notes] == [
        ("参加市委党校中青班", course.by(SECRETARY).person_id),
        ("2027年年度考核优秀", course.by(SECRETARY).person_id),
    ]
    assert all("text" not in facts for facts in course.facts_of("pool.noted"))


# ── calling up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_pool_is_held_against_a_post_on_its_own_reference_date(course: Course):
    post = plan_post(course)
    born(course, **{f"t{A}": "1981-09-01", f"t{B}": "1981-09-02"})
    found = {one.line.ticket_number: one for one in matched(course, post)}
    assert [one.outcome for one in found.values()] == [Outcome.NOT_MET, Outcome.MET, Outcome.MET, Outcome.MET]
    assert found[A].verdicts[0].datum.facts["age"] == 46
    assert [one.callable for one in found.values()] == [False, True, True, True]


def test_a_use_goes_through_two_hands_and_rests_on_the_result_it_came_from(course: Course):
    post = plan_post(course)
    born(course)
    use = propose(course, post, A)
    assert standings(course)[0] is Standing.PROPOSED
    course.run(actions.decide_use, APPROVER, use, agree=True)
    line = lines(course)[A]
    row = line.uses[0].use
    tally = course.tally(COMPOSITE)
    assert (line.standing, line.uses[0].post.id, line.uses[0].selection.id) == (
        Standing.USED,
        post,
        target_of(course, post),
    )
    assert (row.number, row.state, row.tally_id, row.publication_id) == (1, "confirmed", tally.id, tally.publication_id)
    assert row.publication_id is not None
    assert row.verdicts == [{"number": "1", "outcome": "met"}]
    facts = {"use": use, "entry": line.entry.id, "post": post}
    assert course.facts_of("pool.used") == [facts, facts]
    refused("does not wait", lambda: course.run(actions.decide_use, APPROVER, use, agree=True))
    refused("not valid now", lambda: propose(course, plan_post(course), A))


def test_by_merit_the_next_one_is_called_only_when_the_first_cannot_be(course: Course):
    post = plan_post(course)
    born(course)
    refused("called up first", lambda: propose(course, post, B, reason="更合适"))
    declined = propose(course, post, A)
    refused("Write the reason", lambda: course.run(actions.decide_use, APPROVER, declined, agree=False))
    course.run(actions.decide_use, APPROVER, declined, "本人书面表示不愿到该职位", agree=False)
    refused("declined already", lambda: propose(course, post, A))
    assert standings(course) == [Standing.VALID] * 4
    propose(course, post, B)
    other = plan_post(course)
    assert propose(course, other, A)


def test_who_misses_a_condition_is_neither_called_nor_waited_for(course: Course):
    post = plan_post(course, oldest=40)
    born(course, **{f"t{A}": "1980-01-01"})
    refused("does not meet the conditions", lambda: propose(course, post, A))
    assert propose(course, post, B)


def test_in_free_order_the_reason_and_those_passed_over_are_kept(free: Course):
    post = plan_post(free)
    born(free)
    refused("Say why somebody is called up before", lambda: propose(free, post, C))
    use = propose(free, post, C, reason="应急管理专业")
    row = lines(free)[C].uses[0].use
    assert (row.id, row.reason, row.passed_over) == (use, "应急管理专业", [A, B])
    assert free.facts_of("pool.use_proposed")[-1]["passed_over"] == 2


def test_an_entry_is_used_as_often_as_the_scheme_says(free: Course):
    born(free)
    for number in (1, 2):
        post = plan_post(free)
        free.run(actions.decide_use, APPROVER, propose(free, post, A), agree=True)
        assert len(lines(free)[A].uses) == number
    assert standings(free)[0] is Standing.USED


def test_a_post_of_the_same_level_is_shown_by_a_document(course: Course):
    post = plan_post(course)
    born(course)
    refused("of the same level", lambda: propose(course, post, A, fit=""))


def test_a_pool_for_the_same_post_serves_no_other(database: Database, acts: Acts):
    course = filled(database, acts, RESERVE.replace('scope = "same_level"', 'scope = "same_post"'))
    born(course)
    refused("same post only", lambda: propose(course, plan_post(course), A))


def test_a_use_is_for_a_planned_post_of_a_selection_one_may_read(course: Course):
    born(course)
    refused("still being planned", lambda: propose(course, plan_post(course, stage="announced"), A))
    post = plan_post(course)
    refused("no such post", lambda: course.run(actions.propose_use, SECRETARY, A, post, fit=FIT))
    refused("still being planned", lambda: course.run(actions.propose_use, SECRETARY, A, course.day.posts[0], fit=FIT))


@pytest.mark.parametrize("how", ["disqualified", "left", "announced", "older"])
def test_what_has_changed_since_the_first_hand_stops_the_second(course: Course, how: str):
    post = plan_post(course)
    born(course)
    use = propose(course, post, A)
    if how == "disqualified":
        course.leave(A, CandidacyEventKind.DISQUALIFIED)
    elif how == "left":
        course.run(actions.withdraw_from_pool, SECRETARY, A, "本人申请")
    elif how == "older":
        born(course, **{f"t{A}": "1970-01-01"})
    else:

        def announce(session: Session) -> None:
            session.get_one(Selection, target_of(course, post)).stage = "announced"

        in_rows(course.day.database, announce)
    with pytest.raises(Refusal):
        course.run(actions.decide_use, APPROVER, use, agree=True)
    assert lines(course)[A].uses[0].use.state == "proposed"
    course.run(actions.decide_use, APPROVER, use, "情况有变", agree=False)


def test_only_the_secretary_keeps_and_only_the_approver_decides(course: Course):
    post = plan_post(course)
    born(course)
    day, own = course.day, course.id
    keeps = {Duty.COMMITTEE_SECRETARY}
    course.denied_but_for(keeps, lambda who: day.run(actions.propose_extension, who, own, LONGER, "理由"))
    course.denied_but_for(keeps, lambda who: day.run(actions.note_in_pool, who, own, A, "文"))
    course.denied_but_for(keeps, lambda who: day.run(actions.withdraw_from_pool, who, own, A, "理由"))
    course.denied_but_for(keeps, lambda who: day.run(actions.propose_use, who, own, A, post, fit=FIT))
    asked, use = course.run(actions.propose_extension, SECRETARY, LONGER, "理由"), propose(course, post, A)
    decides = {Duty.SELECTION_APPROVER}
    course.denied_but_for(decides, lambda who: day.run(actions.decide_extension, who, own, asked, agree=True))
    course.denied_but_for(decides, lambda who: day.run(actions.decide_use, who, own, use, agree=True))
