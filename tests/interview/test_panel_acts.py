"""Judges are registered, recused, seated by the scheme's rules, and let in by a card that can be taken back."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import SYSTEM_SCOPE, Actor, Duty
from core.tables import Account, DutyGrant, Person, WebSession
from interview import actions, queries
from interview.actions import NewRelation
from interview.hearing import EventKind
from interview.lots import Register
from interview.panel import JudgeKind, RecusalRule, Source, Tie
from interview.tables import Judge, Recusal, Room, Seat
from tests.interview.day import NOW, Day, in_rows, make_day, ready_day, staff


@pytest.fixture
def day(database: Database, acts: Acts) -> Day:
    """Everybody admitted, one room open, nobody seated."""
    opened = make_day(database, acts, sizes=(2, 1))
    opened.admit()
    opened.open_room("1")
    return opened


def seat(day: Day, judge_id: int, number: int = 1, code: str = "1", **named: Any) -> int:
    return day.run(actions.seat_judge, day.composer, day.rooms[code], judge_id, number, **named)


def refusals(day: Day, judge_id: int, number: int = 1, code: str = "1", **named: Any) -> list[str]:
    with pytest.raises(Refusal) as refused:
        seat(day, judge_id, number, code, **named)
    return [str(problem) for problem in refused.value.problems]


def rows(day: Day, table: Any) -> list[Any]:
    return day.read(lambda session: list(session.exec(select(table))))


def test_who_composes_no_panels_here_does_none_of_it(day: Day) -> None:
    judge_id = day.judge("甲")
    seat_id = seat(day, judge_id)
    new = actions.NewJudge("乙", ("sealed", "hash"), JudgeKind.EXPERT, "某单位")
    before = len(day.journal())
    for actor in (day.officer, day.supervisor, staff(9, day.selection_id + 1, Duty.EXAM_OFFICER)):
        for act, args in (
            (actions.register_judge, (day.selection_id, new)),
            (actions.open_room, (day.posts[0], "9", "第九考场")),
            (actions.note_recusal, (day.rooms["1"], judge_id, RecusalRule.INTEREST, Source.JUDGE)),
            (actions.seat_judge, (day.rooms["1"], judge_id, 2)),
            (actions.issue_seat_card, (seat_id, "mark", "hash")),
            (actions.withdraw_seat, (seat_id, "生病")),
            (actions.admit, (day.publication_id, [])),
        ):
            with pytest.raises(Denied):
                day.run(act, actor, *args)
    assert len(day.journal()) == before


def test_what_is_not_there_gets_the_same_answer_as_what_is_anothers(day: Day) -> None:
    for act, args in (
        (actions.open_room, (9999, "9", "第九考场")),
        (actions.note_recusal, (9999, 1, RecusalRule.INTEREST, Source.JUDGE)),
        (actions.seat_judge, (9999, 1, 2)),
        (actions.issue_seat_card, (9999, "mark", "hash")),
        (actions.withdraw_seat, (9999, "生病")),
        (actions.admit, (9999, [])),
        (actions.record_draw, (9999, Register("1", ("监督员",), ()))),
        (actions.note_number_view, (9999,)),
        (actions.note_hearing, (9999, 1, EventKind.CALL)),
    ):
        with pytest.raises(Denied):
            day.run(act, everybody(day), *args)
    with pytest.raises(Denied):
        day.run(actions.seal_hearing, everybody(day), 9999, 1, "", signers=frozenset())


def everybody(day: Day) -> Actor:
    """Somebody with every duty there is."""
    return staff(50, day.selection_id, *Duty)


# ── the register ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_registered_judge_is_found_by_name_unit_and_kind(day: Day) -> None:
    day.judge("王评委", unit="市委党校")
    day.judge("李代表", JudgeKind.REPRESENTATIVE, unit="市人大")
    (line,), count = day.read(queries.judge_register, search="党校")
    assert (line.name, line.unit, line.kind, count) == ("王评委", "市委党校", JudgeKind.EXPERT, 1)
    (line,), count = day.read(queries.judge_register, kind=JudgeKind.REPRESENTATIVE)
    assert (line.name, count) == ("李代表", 1)


def test_the_register_is_paged_by_fifty(day: Day) -> None:
    def many(session: Any) -> None:
        for number in range(51):
            person = Person(name=f"评委{number:03}", identity_hash=f"h{number}", created_at=NOW)
            session.add(person)
            session.flush()
            session.add(Judge(person_id=person.id, kind="expert", unit="单位", registered_at=NOW))

    in_rows(day.database, many)
    first, count = day.read(queries.judge_register)
    second, _ = day.read(queries.judge_register, page=2)
    assert (len(first), [line.name for line in second], count) == (50, ["评委050"], 51)


def test_the_same_person_is_not_registered_twice(day: Day) -> None:
    day.judge("甲", identity=("sealed", "same"))
    with pytest.raises(Refusal, match="already in the register"):
        day.judge("甲乙", identity=("sealed", "same"))
    assert len(rows(day, Judge)) == 1


def test_everything_missing_on_a_judge_is_said_at_once(day: Day) -> None:
    with pytest.raises(Refusal) as refused:
        day.judge(" ", unit="", identity=("", ""))
    assert [problem.field for problem in refused.value.problems] == ["name", "unit", "identity_number"]


def test_the_journal_names_judges_by_id_only(day: Day) -> None:
    day.judge("王某某", unit="市委党校")
    assert not any(word in line.body for line in day.journal() for word in ("王某某", "党校", "hash-of"))


# ── rooms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_has_a_code_of_its_own_in_its_selection(day: Day) -> None:
    with pytest.raises(Refusal, match="already a room 1"):
        day.open_room("1", post=1)
    for code in ("", "第一", "x" * 17):
        with pytest.raises(Refusal, match="16 figures and letters"):
            day.run(actions.open_room, day.composer, day.posts[0], code, "考场")
    assert [room.code for room in rows(day, Room)] == ["1"]


# ── seats ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_panel_sits_as_the_scheme_asks(day: Day) -> None:
    day.seat_panel()
    seats = day.read(queries.panel, day.rooms["1"])
    assert [(one.number, one.group, one.chief) for one in seats] == [
        (1, "expert", True), (2, "expert", False), (3, "representative", False),
    ]  # fmt: skip
    assert day.read(queries.check_room_panel, day.rooms["1"], NOW).passed


def test_a_panel_that_lacks_judges_or_a_chief_is_told_so_in_the_dry_run(day: Day) -> None:
    seat(day, day.judge("甲"))
    check = day.read(queries.check_room_panel, day.rooms["1"], NOW)
    assert [problem.field for problem in check.problems] == ["panel", "panel", "chief"]


def related(ticket: str, tie: Tie, source: Source, reference: str = "") -> NewRelation:
    """A tie to a candidate."""
    return NewRelation(("sealed", f"hash-of-{ticket}"), tie, source, reference)


def test_a_candidate_of_any_post_judges_nobody(day: Day) -> None:
    for post in (0, 1):
        ticket = day.tickets[post][0]
        judge_id = day.judge(f"应考评委{post}", identity=("sealed", f"hash-of-{ticket}"))
        assert refusals(day, judge_id) == [f"judge: Judge 应考评委{post} is candidate {ticket}."]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"unit": "单位20261002"}, "served in the same unit"),
        ({"units_before": ("单位20261002",)}, "served in the same unit"),
        (
            {"relations": (related("20261002", Tie.IN_LAW, Source.CANDIDATE, "表3"),)},
            "is related to candidate",
        ),
        ({"relations": (related("20261002", Tie.INTEREST, Source.JUDGE),)}, "has an interest in candidate"),
    ],
)
def test_a_conflict_with_a_candidate_of_the_room_is_refused_with_its_rule(
    day: Day, facts: dict[str, Any], sentence: str
) -> None:
    (problem,) = refusals(day, day.judge("甲", **facts))
    assert sentence in problem
    assert "20261002" in problem
    assert rows(day, Seat) == []


def test_a_tie_to_a_candidate_of_another_post_is_no_conflict_in_this_room(day: Day) -> None:
    ticket = day.tickets[1][0]
    seat(day, day.judge("甲", unit=f"单位{ticket}", relations=(related(ticket, Tie.SPOUSE, Source.JUDGE),)))


def test_a_representative_needs_a_qualification_valid_on_the_day(day: Day) -> None:
    lapsed = day.judge("甲", JudgeKind.REPRESENTATIVE, qualified_until=date(2026, 10, 17))
    assert refusals(day, lapsed) == ["judge: Judge 甲 holds no interview qualification valid on the day."]
    seat(day, day.judge("乙", JudgeKind.REPRESENTATIVE, qualified_until=date(2026, 10, 18)))


def test_two_judges_of_one_unit_do_not_sit_together(day: Day) -> None:
    seat(day, day.judge("甲", unit="市委党校"), 1)
    assert refusals(day, day.judge("乙", unit="市委党校"), 2) == [
        "unit: 2 judges of the panel come from 市委党校; one at most may."
    ]


def test_the_hiring_body_may_sit_but_not_in_the_chair(day: Day) -> None:
    judge_id = day.judge("甲", unit="招录单位01")
    assert refusals(day, judge_id, chief=True) == ["chief: The body that fills the post may not chair its panel."]
    seat(day, judge_id)


def test_a_panel_has_one_chief_and_no_more_judges_of_a_kind_than_the_scheme_has_seats(day: Day) -> None:
    seat(day, day.judge("甲"), 1, chief=True)
    assert refusals(day, day.judge("乙"), 2, chief=True) == ["chief: A panel has one chief judge; here are 2."]
    seat(day, day.judge("丙"), 2)
    (problem,) = refusals(day, day.judge("丁"), 3)
    assert problem == "judge: The scheme has 2 seats for expert judges on a panel; all are taken."
    (problem,) = refusals(day, day.judge("戊", JudgeKind.PUBLIC), 3)
    assert problem == "judge: The scheme has 0 seats for public judges on a panel; all are taken."


def test_a_judge_has_one_seat_in_a_selection_and_a_seat_one_judge(day: Day) -> None:
    day.open_room("2", post=1)
    judge_id = day.judge("甲")
    seat(day, judge_id, 1, "1")
    assert refusals(day, judge_id, 1, "2") == ["judge: This judge already has, or had, a seat in this selection."]
    assert refusals(day, day.judge("乙"), 1, "1") == ["number: Seat 1 of this room is or was taken."]
    assert refusals(day, day.judge("丙"), 100, "1") == ["number: Seats are numbered from 1 to 99."]


@pytest.mark.parametrize(
    ("duty", "here", "excluded"),
    [
        (Duty.TALLY_CLERK, True, True),
        (Duty.VETTER, True, True),
        (Duty.SUPERVISOR, True, True),
        (Duty.SYSTEM_ADMIN, False, True),
        (Duty.VETTER, False, False),
        (Duty.COMMITTEE_MEMBER, True, False),
    ],
)
def test_who_knows_names_or_handles_marks_here_does_not_judge_here(
    day: Day, duty: Duty, here: bool, excluded: bool
) -> None:
    judge_id = day.judge("甲")

    def grant(session: Any) -> None:
        account = Account(person_id=session.get(Judge, judge_id).person_id, password_hash="", created_at=NOW)
        session.add(account)
        session.flush()
        scope = day.selection_id if here else SYSTEM_SCOPE
        session.add(DutyGrant(account_id=account.id, scope_id=scope, duty=duty, state="held", proposed_at=NOW))

    in_rows(day.database, grant)
    if excluded:
        assert refusals(day, judge_id) == ["judge: This judge holds a duty that excludes judging in this selection."]
    else:
        seat(day, judge_id)


def test_a_noted_recusal_bars_the_seat_with_its_ground(day: Day) -> None:
    judge_id = day.judge("甲")
    day.run(actions.note_recusal, day.composer, day.rooms["1"], judge_id, RecusalRule.INTEREST, Source.INFORMER)
    assert refusals(day, judge_id) == ["judge: This judge has been recused from room 1: declared interest."]
    day.open_room("2", post=1)
    seat(day, judge_id, 1, "2")


def test_a_recusal_takes_the_seat_with_it(day: Day) -> None:
    judge_id = day.judge("甲")
    seat(day, judge_id)
    candidacy_id = day.candidacies["20261001"]
    day.run(
        actions.note_recusal, day.composer, day.rooms["1"], judge_id, RecusalRule.KINSHIP, Source.JUDGE,
        candidacy_id=candidacy_id,
    )  # fmt: skip
    (kept,) = rows(day, Seat)
    assert (kept.withdrawn_at, kept.withdrawn_reason) == (day.at, "recusal")
    (noted,) = rows(day, Recusal)
    assert (noted.ground, noted.source, noted.candidacy_id, noted.noted_by) == ("kinship", "judge", candidacy_id, 901)
    assert [line.act for line in day.journal()[-2:]] == ["judge.recused", "seat.withdrawn"]


def test_the_panel_is_closed_once_somebody_is_heard(database: Database, acts: Acts) -> None:
    day = ready_day(database, acts)
    day.note(EventKind.CALL)
    assert refusals(day, day.judge("甲"), 9) == ["The hearings of this room have begun; its panel is closed."]


def test_no_seat_is_given_before_the_entry_list_is_published(day: Day) -> None:
    from exam.tables import Selection

    def back(session: Any) -> None:
        session.get(Selection, day.selection_id).stage = "written_results"

    in_rows(day.database, back)
    (problem,) = refusals(day, day.judge("甲"))
    assert "cannot be done while the selection stands at" in problem


# ── cards ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_tablet(day: Day, seat_id: int, token: str) -> None:
    in_rows(
        day.database,
        lambda session: session.add(
            WebSession(token_hash=token, seat_id=seat_id, device="t", created_at=NOW, seen_at=NOW)
        ),
    )


def test_a_new_card_voids_the_old_one_and_signs_its_tablet_out(day: Day) -> None:
    seat_id = seat(day, day.judge("甲"))
    other = seat(day, day.judge("乙"), 2)
    day.run(actions.issue_seat_card, day.composer, seat_id, "mark one", "hash one")
    open_tablet(day, seat_id, "lost")
    open_tablet(day, other, "at work")
    day.run(actions.issue_seat_card, day.composer, seat_id, "mark two", "hash two")
    kept = day.read(lambda session: session.get(Seat, seat_id))
    assert (kept.card_mark, kept.card_hash, kept.card_issued_at) == ("mark two", "hash two", day.at)
    assert {one.token_hash: one.ended_at for one in rows(day, WebSession)} == {"lost": day.at, "at work": None}
    assert not any("mark two" in line.body or "hash two" in line.body for line in day.journal())


def test_a_withdrawn_seat_has_no_card_no_session_and_does_not_come_back(day: Day) -> None:
    seat_id = seat(day, day.judge("甲"))
    day.run(actions.issue_seat_card, day.composer, seat_id, "mark", "hash")
    open_tablet(day, seat_id, "open")
    with pytest.raises(Refusal, match="write down the reason"):
        day.run(actions.withdraw_seat, day.composer, seat_id, " ")
    day.run(actions.withdraw_seat, day.composer, seat_id, "突发疾病")
    kept = day.read(lambda session: session.get(Seat, seat_id))
    assert (kept.card_mark, kept.card_hash, kept.withdrawn_reason) == ("", "", "突发疾病")
    assert [one.ended_at for one in rows(day, WebSession)] == [day.at]
    assert not any("突发疾病" in line.body for line in day.journal())
    for act, args in ((actions.withdraw_seat, ("又",)), (actions.issue_seat_card, ("mark", "hash"))):
        with pytest.raises(Refusal, match="has been withdrawn"):
            day.run(act, day.composer, seat_id, *args)
