"""A hearing on the day, from the call to the supervisor's seal, after which nothing changes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from core import audit
from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal, Stale
from core.people import PROOF_LIFE, Duty
from exam.tables import CandidacyEvent
from interview import actions, queries
from interview.actions.hearings import NOTED_AS
from interview.hearing import EventKind, Signer, State
from interview.panel import RecusalRule, Source
from interview.tables import Hearing, HearingEvent, ScoreSheet
from tests.interview.day import Day, in_rows, make_day, ready_day, sheet, staff

PROCEED = (EventKind.CALL, EventKind.SPEECH, EventKind.QUESTION, EventKind.QUESTION, EventKind.END)


@pytest.fixture
def day(database: Database, acts: Acts) -> Day:
    return ready_day(database, acts)


def events(day: Day, hearing_id: int) -> list[HearingEvent]:
    wanted = select(HearingEvent).where(HearingEvent.hearing_id == hearing_id).order_by(col(HearingEvent.id))
    return day.read(lambda session: list(session.exec(wanted)))


def test_the_officer_takes_a_hearing_from_the_call_to_marking(day: Day) -> None:
    states = []
    for kind in PROCEED:
        version = day.note(kind)
        assert day.hearing().version == version
        states.append(day.hearing().state)
    assert states == [State.CALLED, State.SPEAKING, State.QUESTIONS, State.QUESTIONS, State.MARKING]
    noted = events(day, day.hearing().hearing_id)
    assert [event.kind for event in noted] == [kind.value for kind in PROCEED]
    assert {event.actor for event in noted} == {"account:4"}
    assert noted[-1].at == day.at
    assert [line.act for line in day.journal()[-len(PROCEED) :]] == [NOTED_AS[kind] for kind in PROCEED]


def test_whoever_looks_at_an_older_state_is_told_the_newer_one(day: Day) -> None:
    seen = day.hearing()
    day.note(EventKind.CALL)
    with pytest.raises(Stale) as refused:
        day.run(actions.note_hearing, day.officer, seen.hearing_id, seen.version, EventKind.ABSENCE, reason="未到")
    assert refused.value.current == day.hearing()
    assert day.hearing().state is State.CALLED


def test_without_the_supervisor_nobody_is_called(day: Day) -> None:
    with pytest.raises(Refusal, match="Without the supervisor"):
        day.note(EventKind.CALL, supervisor_present=False)
    assert day.hearing().state is State.WAITING


def test_nobody_is_called_before_their_turn_or_beside_another(day: Day) -> None:
    with pytest.raises(Refusal, match="Number 1 is to be called next"):
        day.note(EventKind.CALL, 2)
    day.note(EventKind.CALL, 1)
    with pytest.raises(Refusal, match="Number 1 is still in the room"):
        day.note(EventKind.CALL, 2)


def test_after_an_absence_the_next_is_called_and_who_comes_late_after_all_is_next(day: Day) -> None:
    day.note(EventKind.ABSENCE, 1, reason="三次呼号未到")
    day.note(EventKind.REINSTATE, 1, reason="交通管制，经监督同意")
    with pytest.raises(Refusal, match="Number 1 is to be called next"):
        day.note(EventKind.CALL, 2)
    day.note(EventKind.CALL, 1)


def test_an_adjourned_hearing_does_not_come_back_while_another_is_in_the_room(day: Day) -> None:
    day.hear(1)
    day.note(EventKind.ADJOURN, 1, reason="停电")
    day.note(EventKind.CALL, 2)
    with pytest.raises(Refusal, match="Number 2 is still in the room"):
        day.note(EventKind.RESUME, 1)
    day.note(EventKind.UNCALL, 2, reason="叫错")
    day.note(EventKind.RESUME, 1)
    assert day.hearing(1).state is State.MARKING


@pytest.mark.parametrize("kind", [EventKind.ABSENCE, EventKind.WITHDRAW])
def test_what_goes_against_a_candidate_needs_a_reason(day: Day, kind: EventKind) -> None:
    with pytest.raises(Refusal, match="write down the reason"):
        day.note(kind)
    with pytest.raises(Refusal, match="at most 400 characters"):
        day.note(kind, reason="x" * 401)


def test_a_withdrawal_is_told_to_the_exam_and_an_absence_is_not(day: Day) -> None:
    day.note(EventKind.ABSENCE, 1, reason="未到")
    day.note(EventKind.WITHDRAW, 2, reason="本人声明放弃")
    (told,) = day.read(lambda session: list(session.exec(select(CandidacyEvent))))
    first, second = day.candidacies["20261003"], day.candidacies["20261002"]
    assert (told.candidacy_id, told.kind) == (second, "withdrew")
    states = {one.candidacy_id: one.state for one in day.read(queries.unheard, day.selection_id)}
    assert states == {first: State.ABSENT, second: State.WITHDREW}


def test_the_first_call_needs_the_whole_panel(database: Database, acts: Acts) -> None:
    day = make_day(database, acts)
    day.admit()
    day.open_room()
    day.draw()
    with pytest.raises(Refusal) as refused:
        day.note(EventKind.CALL)
    assert {problem.field for problem in refused.value.problems} == {"panel", "chief"}
    day.seat_panel()
    day.run(actions.withdraw_seat, day.composer, day.seats["1"][1], "生病")
    with pytest.raises(Refusal, match="The panel has 1 expert judges; the scheme asks for 2"):
        day.note(EventKind.CALL)


def test_once_begun_a_room_goes_on_with_fewer_judges(day: Day) -> None:
    day.hear(1)
    day.run(actions.withdraw_seat, day.composer, day.seats["1"][1], "生病")
    for place in (0, 2):
        day.submit(day.seats["1"][place], day.hearing().hearing_id)
    day.seal(day.hearing().hearing_id)
    day.note(EventKind.CALL, 2)
    assert day.hearing(2).state is State.CALLED


@pytest.mark.parametrize("kind", [EventKind.SUBMIT, EventKind.REOPEN, EventKind.LEAVE, EventKind.SEAL, EventKind.VOID])
def test_what_is_not_the_officers_to_note_is_denied(day: Day, kind: EventKind) -> None:
    day.hear()
    with pytest.raises(Denied):
        day.note(kind, reason="x")


def test_only_who_runs_hearings_here_notes_them(day: Day) -> None:
    seen = day.hearing()
    for actor in (day.composer, day.waiting, day.supervisor, staff(9, day.selection_id + 1, Duty.ROOM_OFFICER)):
        with pytest.raises(Denied):
            day.run(actions.note_hearing, actor, seen.hearing_id, seen.version, EventKind.CALL, supervisor_present=True)
    assert day.hearing() == seen


# ── the seal ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_seal_needs_every_judges_sheet(day: Day) -> None:
    hearing_id = day.hear()
    for seat_id in day.seats["1"][:2]:
        day.submit(seat_id, hearing_id)
    assert day.read(queries.sealing, hearing_id).missing == (3,)
    with pytest.raises(Refusal, match="These sheets are not here yet: 3"):
        day.seal(hearing_id)
    day.submit(day.seats["1"][2], hearing_id)
    assert day.seal(hearing_id) == day.read(lambda session: session.get(Hearing, hearing_id)).sheets_digest


def test_a_seal_keeps_the_digest_the_moment_and_its_line(day: Day) -> None:
    hearing_id = day.hear()
    day.submit_all(hearing_id)
    digest = day.seal(hearing_id)
    row = day.read(lambda session: session.get(Hearing, hearing_id))
    assert (row.state, row.sheets_digest, row.sealed_at) == (State.SEALED, digest, day.at)
    line = day.journal()[-1]
    assert line.act == "hearing.sealed"
    assert digest in line.body


@pytest.mark.parametrize(
    ("signers", "missing"),
    [
        (frozenset(), ["chief judge", "supervisor"]),
        (frozenset({Signer.SUPERVISOR}), ["chief judge"]),
        (frozenset({Signer.CHIEF}), ["supervisor"]),
    ],
)
def test_a_seal_needs_both_signatures(day: Day, signers: frozenset[Signer], missing: list[str]) -> None:
    hearing_id = day.hear()
    day.submit_all(hearing_id)
    with pytest.raises(Refusal) as refused:
        day.seal(hearing_id, signers=signers)
    assert [str(problem.facts["signer"]) for problem in refused.value.problems] == missing


@pytest.mark.parametrize("age", [None, PROOF_LIFE + timedelta(seconds=1), -timedelta(seconds=1)])
def test_a_seal_needs_a_fresh_proof_of_the_supervisor(day: Day, age: timedelta | None) -> None:
    hearing_id = day.hear()
    day.submit_all(hearing_id)
    facts = day.read(queries.sealing, hearing_id)
    proof = None if age is None else day.at + timedelta(seconds=10) - age
    actor = staff(5, day.selection_id, Duty.SUPERVISOR, proof=proof)
    with pytest.raises(Refusal, match="Prove who you are again"):
        day.run(actions.seal_hearing, actor, hearing_id, facts.version, facts.digest, signers=frozenset(Signer))
    assert day.hearing().state is State.MARKING


def test_nobody_but_the_supervisor_seals(day: Day) -> None:
    hearing_id = day.hear()
    day.submit_all(hearing_id)
    facts = day.read(queries.sealing, hearing_id)
    for number, duty in enumerate((Duty.ROOM_OFFICER, Duty.EXAM_OFFICER, Duty.TALLY_CLERK), start=20):
        actor = staff(number, day.selection_id, duty, proof=day.at)
        with pytest.raises(Denied):
            day.run(actions.seal_hearing, actor, hearing_id, facts.version, facts.digest, signers=frozenset(Signer))


def test_what_is_sealed_is_what_the_supervisor_saw(day: Day) -> None:
    hearing_id = day.hear()
    day.submit_all(hearing_id)
    facts = day.read(queries.sealing, hearing_id)
    in_rows(day.database, lambda session: change_a_mark(session, hearing_id))
    with pytest.raises(Stale) as refused:
        day.run(
            actions.seal_hearing, day.supervisor, hearing_id, facts.version, facts.digest, signers=frozenset(Signer)
        )
    assert refused.value.current == day.read(queries.sealing, hearing_id).digest != facts.digest


def change_a_mark(session: Any, hearing_id: int) -> None:
    row = session.exec(select(ScoreSheet).where(ScoreSheet.hearing_id == hearing_id)).first()
    row.marks = row.marks.replace("300000", "305000")


def test_the_facts_of_a_seal_hold_no_mark_and_no_code_of_a_sheet(day: Day) -> None:
    hearing_id = day.hear()
    day.submit_all(hearing_id)
    facts = day.read(queries.sealing, hearing_id)
    assert (facts.received, facts.missing, facts.state) == ((1, 2, 3), (), State.MARKING)
    assert "4F1A" not in repr(facts)
    assert len(facts.digest) == 64


def test_after_the_seal_nothing_changes(day: Day) -> None:
    hearing_id = day.hear_and_seal()
    sealed, rows = day.hearing(), events(day, hearing_id)
    for kind in NOTED_AS:
        with pytest.raises(Refusal, match="cannot be done while the hearing is in this state"):
            day.note(kind, reason="x")
    with pytest.raises(Refusal, match="cannot be done while the hearing is in this state"):
        day.seal(hearing_id)
    assert day.hearing() == sealed
    assert events(day, hearing_id) == rows
    assert audit.verify(day.journal()).fault is None


# ── the tally's gate and input ───────────────────────────────────────────────────────────────────────────────────────


def test_the_tally_gets_every_seats_marks_exactly(day: Day) -> None:
    day.hear_and_seal(1)
    (sealed,) = day.read(queries.sealed_sheets, day.selection_id)
    assert (sealed.number, sealed.room_code, sealed.post_id) == (1, "1", day.posts[0])
    assert sealed.candidacy_id == day.candidacies["20261003"]
    assert [(one.seat, one.group, str(one.marks["speech"])) for one in sealed.sheets] == [
        (1, "expert", "30"), (2, "expert", "31"), (3, "representative", "32"),
    ]  # fmt: skip


def test_unsealed_marks_do_not_reach_the_tally(day: Day) -> None:
    day.submit_all(day.hear(1))
    assert day.read(queries.sealed_sheets, day.selection_id) == ()


def test_a_mark_changed_behind_a_seal_stops_the_tally(day: Day) -> None:
    hearing_id = day.hear_and_seal()
    in_rows(day.database, lambda session: change_a_mark(session, hearing_id))
    with pytest.raises(Refusal, match="sheets of number 1 in room 1 are not those that were sealed"):
        day.read(queries.sealed_sheets, day.selection_id)


def test_what_is_neither_sealed_nor_ended_keeps_the_tally_waiting(day: Day) -> None:
    day.hear_and_seal(1)
    day.note(EventKind.ABSENCE, 2, reason="未到")
    assert [(one.number, one.state) for one in day.read(queries.unfinished, day.selection_id)] == [(3, State.WAITING)]
    day.note(EventKind.WITHDRAW, 3, reason="放弃")
    assert day.read(queries.unfinished, day.selection_id) == ()


def test_marks_keep_their_half_points_from_the_tablet_to_the_tally(day: Day) -> None:
    hearing_id = day.hear()
    for seat_id in day.seats["1"]:
        day.submit(seat_id, hearing_id, sheet("0.5", "60"))
    day.seal(hearing_id)
    (sealed,) = day.read(queries.sealed_sheets, day.selection_id)
    assert {(str(one.marks["speech"]), str(one.marks["analysis"])) for one in sealed.sheets} == {("0.5", "60")}


# ── completeness and the board ───────────────────────────────────────────────────────────────────────────────────────


def test_completeness_says_whose_marks_are_here(day: Day) -> None:
    hearing_id = day.hear()
    day.submit(day.seats["1"][1], hearing_id)
    matrix = day.read(queries.hearing_completeness, hearing_id)
    assert (matrix.seats, matrix.elements) == (("1", "2", "3"), ("speech", "analysis"))
    assert {seat for seat, _ in matrix.missing} == {"1", "3"}
    day.run(actions.note_recusal, day.composer, day.rooms["1"], judge_of(day, 3), RecusalRule.INTEREST, Source.JUDGE)
    assert day.read(queries.hearing_completeness, hearing_id).seats == ("1", "2")


def judge_of(day: Day, number: int) -> int:
    return next(one.judge_id for one in day.read(queries.panel, day.rooms["1"]) if one.number == number)


def test_the_board_shows_rooms_states_and_counts_but_nobodys_marks(day: Day) -> None:
    hearing_id = day.hear()
    day.submit(day.seats["1"][0], hearing_id)
    (room,) = day.read(queries.room_board, day.selection_id)
    assert (room.code, room.seats, [one.number for one in room.hearings]) == ("1", 3, [1, 2, 3])
    assert (room.present.number, room.present.sheets, room.following.number) == (1, 1, 2)
    assert room.present.since == events(day, hearing_id)[-1].at
    assert "35" not in repr(room.present)
