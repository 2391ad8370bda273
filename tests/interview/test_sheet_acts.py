"""A judge's sheet arrives exactly once, is never refused for being late, and is kept by prepared driver SQL."""

import asyncio
import json

import pytest
from sqlmodel import col, select

from core.acts import Acts
from core.db import Database, sql_table
from core.errors import Denied, Refusal, Stale
from core.people import NOBODY
from interview import actions, queries, sheet_sql
from interview.blind import Receipt
from interview.hearing import EventKind
from interview.scoresheet import Marks
from interview.tables import ScoreSheet, SheetDraft, SubmissionKey
from tests.interview.day import Day, key, ready_day, sheet, tablet


@pytest.fixture
def day(database: Database, acts: Acts) -> Day:
    return ready_day(database, acts)


def sheets(day: Day) -> list[ScoreSheet]:
    return day.read(lambda session: list(session.exec(select(ScoreSheet).order_by(col(ScoreSheet.id)))))


def test_a_sheet_is_kept_exactly_with_its_receipt_and_its_line(day: Day) -> None:
    hearing_id = day.hear()
    receipt = day.submit(day.seats["1"][0], hearing_id, sheet("35", "50.5"))
    assert receipt == Receipt(number=1, short_code="4F1A-77C0", received_at=day.at, late=False)
    (kept,) = sheets(day)
    assert json.loads(kept.marks) == {"speech": 350000, "analysis": 505000}
    assert (kept.total, kept.version, kept.received_at, kept.late) == (855000, 1, day.at, False)
    line = day.journal()[-1]
    assert (line.act, line.scope_id, line.actor) == ("sheet.submitted", day.selection_id, f"seat:{kept.seat_id}")


def test_the_journal_does_not_say_the_marks_nor_a_code_they_could_be_guessed_from(day: Day) -> None:
    day.submit(day.seats["1"][0], day.hear(), sheet("35", "50.5"))
    facts = json.loads(day.journal()[-1].body)[-1]
    assert set(facts) == {"hearing", "seat", "version", "digest", "late"}
    assert "4F1A" not in day.journal()[-1].body


def test_the_same_key_again_is_the_same_receipt_and_nothing_new(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][0]
    first = day.submit(seat_id, hearing_id)
    assert day.submit(seat_id, hearing_id) == first
    assert len(sheets(day)) == 1


def test_the_same_marks_under_another_key_are_the_same_sheet(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][0]
    first = day.submit(seat_id, hearing_id, sheet(), "first")
    assert day.submit(seat_id, hearing_id, sheet(), "after a reload") == first
    assert day.submit(seat_id, hearing_id, sheet(), "after a reload") == first
    assert len(sheets(day)) == 1


def test_other_marks_for_the_same_hearing_are_stale_with_the_receipt_that_stands(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][0]
    first = day.submit(seat_id, hearing_id, sheet("35"), "first")
    for name in ("first", "second"):
        with pytest.raises(Stale) as refused:
            day.submit(seat_id, hearing_id, sheet("36"), name)
        assert refused.value.current == first
        assert refused.value.status == 409
    assert [json.loads(one.marks)["speech"] for one in sheets(day)] == [350000]


def test_a_key_belongs_to_one_sheet_only(day: Day) -> None:
    hearing_id = day.hear()
    day.submit(day.seats["1"][0], hearing_id, sheet(), "same")
    with pytest.raises(Refusal, match="already used"):
        day.submit(day.seats["1"][1], hearing_id, sheet(), "same")
    assert len(sheets(day)) == 1


@pytest.mark.parametrize("bad", ["", "short", "x" * 65])
def test_a_key_that_could_be_guessed_or_does_not_fit_is_refused(day: Day, bad: str) -> None:
    hearing_id = day.hear()
    with pytest.raises(Refusal, match="no usable key"):
        day.run(actions.submit_sheet, tablet(day.seats["1"][0]), hearing_id, sheet(), bad, "4F1A-77C0")


def test_nobody_but_a_seat_of_the_room_hands_in_a_sheet(day: Day) -> None:
    hearing_id = day.hear()
    day.open_room("2")
    for actor in (NOBODY, day.officer, day.supervisor, tablet(9999)):
        with pytest.raises(Denied):
            day.run(actions.submit_sheet, actor, hearing_id, sheet(), key(), "4F1A-77C0")
    with pytest.raises(Denied):
        day.submit(day.seats["1"][0], 9999)
    assert sheets(day) == []


def test_a_seat_of_another_room_hands_in_nothing(database: Database, acts: Acts) -> None:
    from tests.interview.day import make_day

    day = make_day(database, acts, sizes=(4,))
    day.admit()
    for code in ("1", "2"):
        day.open_room(code)
        day.seat_panel(code)
    day.draw(rooms=("1", "2"))
    hearing_id = day.hear(1, "1")
    with pytest.raises(Denied):
        day.submit(day.seats["2"][0], hearing_id)
    assert day.submit(day.seats["1"][0], hearing_id).number == 1


@pytest.mark.parametrize("kinds", [(), (EventKind.CALL,), (EventKind.CALL, EventKind.SPEECH)])
def test_before_the_questions_no_sheet_is_taken(day: Day, kinds: tuple[EventKind, ...]) -> None:
    for kind in kinds:
        day.note(kind)
    with pytest.raises(Refusal) as refused:
        day.submit(day.seats["1"][0], day.hearing().hearing_id)
    assert refused.value.status == 409
    assert sheets(day) == []


def test_an_adjourned_hearing_takes_sheets_again_once_it_is_resumed(day: Day) -> None:
    hearing_id = day.hear()
    day.note(EventKind.ADJOURN, reason="停电")
    with pytest.raises(Refusal, match="cannot be handed in now"):
        day.submit(day.seats["1"][0], hearing_id)
    day.note(EventKind.RESUME)
    assert not day.submit(day.seats["1"][0], hearing_id).late


def test_a_sheet_after_the_withdrawal_of_the_seat_is_kept_as_late(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][2]
    day.run(actions.withdraw_seat, day.composer, seat_id, "突发疾病")
    assert day.submit(seat_id, hearing_id).late
    assert [one.late for one in sheets(day)] == [True]
    assert day.hearing().sheets == 0
    assert day.hearing().late == 1


def test_a_sheet_after_the_seal_is_kept_as_late_and_changes_nothing_sealed(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][2]
    for other in day.seats["1"][:2]:
        day.submit(other, hearing_id)
    day.run(actions.withdraw_seat, day.composer, seat_id, "突发疾病")
    digest = day.seal(hearing_id)
    assert day.submit(seat_id, hearing_id).late
    (sealed,) = day.read(queries.sealed_sheets, day.selection_id)
    assert sealed.digest == digest
    assert [(one.seat, one.marks is None) for one in sealed.sheets] == [(1, False), (2, False), (3, True)]


def test_sheets_that_arrive_together_are_each_kept_once(day: Day) -> None:
    hearing_id = day.hear()

    async def double_taps() -> list[object]:
        calls = [
            day.acts.run(actions.submit_sheet, tablet(seat), hearing_id, sheet(str(30 + place)), key(seat), "4F1A-77C0")
            for place, seat in enumerate(day.seats["1"])
            for _ in range(5)
        ]
        return await asyncio.gather(*calls)

    receipts = asyncio.run(double_taps())
    assert len(set(receipts)) == len(day.seats["1"])
    assert [json.loads(one.marks)["speech"] for one in sheets(day)] == [300000, 310000, 320000]
    day.journal()


def test_of_two_different_sheets_that_arrive_together_one_stands_and_the_other_is_told(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][0]

    async def race() -> list[object]:
        calls = [
            day.acts.run(actions.submit_sheet, tablet(seat_id), hearing_id, sheet(speech), key(speech), "4F1A-77C0")
            for speech in ("31", "32")
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second = asyncio.run(race())
    assert isinstance(first, Receipt)
    assert isinstance(second, Stale)
    assert second.current == first
    assert [json.loads(one.marks)["speech"] for one in sheets(day)] == [310000]


def test_marks_finer_than_the_store_are_a_programming_error(day: Day) -> None:
    from decimal import Decimal

    with pytest.raises(ValueError, match="more than 4 decimals"):
        day.submit(day.seats["1"][0], day.hear(), Marks({"speech": Decimal("1.00001"), "analysis": Decimal(1)}))
    assert sheets(day) == []


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def drafts(day: Day) -> list[tuple[int, object]]:
    return day.read(lambda session: [(one.sequence, one.body) for one in session.exec(select(SheetDraft))])


def keep(day: Day, seat_id: int, hearing_id: int, sequence: int, **marks: str) -> None:
    day.acts.keep_sync(actions.keep_draft, seat_id, hearing_id, sequence, marks, now=day.at)


def test_the_newest_draft_of_a_tablet_stands_whatever_arrives_last(day: Day) -> None:
    day.note(EventKind.CALL)
    hearing_id, seat_id = day.hearing().hearing_id, day.seats["1"][0]
    keep(day, seat_id, hearing_id, 1, speech="3")
    keep(day, seat_id, hearing_id, 3, speech="35.5")
    keep(day, seat_id, hearing_id, 2, speech="35")
    assert drafts(day) == [(3, {"speech": "35.5"})]


def test_drafts_leave_no_line_in_the_journal(day: Day) -> None:
    hearing_id = day.hear()
    before = len(day.journal())
    keep(day, day.seats["1"][0], hearing_id, 1, speech="3")
    assert len(day.journal()) == before


def test_drafts_are_kept_for_the_own_seat_and_an_open_hearing_only(day: Day) -> None:
    waiting = day.hearing().hearing_id
    with pytest.raises(Refusal, match="from the call"):
        keep(day, day.seats["1"][0], waiting, 1, speech="3")
    hearing_id = day.hear()
    for seat_id in (0, 9999):
        with pytest.raises(Denied):
            keep(day, seat_id, hearing_id, 1, speech="3")
    day.submit(day.seats["1"][0], hearing_id)
    with pytest.raises(Refusal, match="until the sheet is handed in"):
        keep(day, day.seats["1"][0], hearing_id, 1, speech="3")
    day.run(actions.withdraw_seat, day.composer, day.seats["1"][1], "突发疾病")
    with pytest.raises(Denied):
        keep(day, day.seats["1"][1], hearing_id, 1, speech="3")
    assert drafts(day) == []


def test_a_draft_larger_than_any_sheet_is_not_kept(day: Day) -> None:
    hearing_id = day.hear()
    with pytest.raises(Refusal, match="larger than any sheet"):
        keep(day, day.seats["1"][0], hearing_id, 1, speech="9" * 8000)
    assert drafts(day) == []


# ── the driver SQL against the tables ────────────────────────────────────────────────────────────────────────────────


def test_the_driver_sql_names_every_column_of_its_tables() -> None:
    generated = {"id"}
    for table, columns in (
        (ScoreSheet, sheet_sql.NewSheet._fields),
        (SubmissionKey, sheet_sql.KEY_COLUMNS),
        (SheetDraft, sheet_sql.DRAFT_COLUMNS),
    ):
        assert set(columns) == {column.name for column in sql_table(table).columns} - generated


def test_what_the_driver_wrote_reads_back_through_the_tables_exactly(day: Day) -> None:
    hearing_id, seat_id = day.hear(), day.seats["1"][0]
    keep(day, seat_id, hearing_id, 7, speech="３5")
    with_draft = day.read(lambda session: session.exec(select(SheetDraft)).one())
    assert (with_draft.hearing_id, with_draft.seat_id, with_draft.sequence) == (hearing_id, seat_id, 7)
    assert (with_draft.body, with_draft.saved_at) == ({"speech": "３5"}, day.at)
    day.submit(seat_id, hearing_id, name="k")
    stored_key = day.read(lambda session: session.exec(select(SubmissionKey)).one())
    assert (stored_key.key, stored_key.sheet_id) == (key("k"), sheets(day)[0].id)
