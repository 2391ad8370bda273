"""What a judge's device reads holds the judge's own marks and the sealed number, and nothing else."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, col, select

from core.acts import Acts
from core.db import Database
from core.tables import Person
from exam.tables import Candidacy, Post
from interview import actions, blind
from interview.blind import HearingView, OwnDraft, OwnSheet, Receipt, SeatView
from interview.hearing import EventKind, State
from interview.scoresheet import Marks
from interview.tables import Hearing, Judge, Room, ScoreSheet
from tests.interview.day import Day, in_rows, key, make_day, ready_day, sheet


@pytest.fixture
def day(database: Database, acts: Acts) -> Day:
    return ready_day(database, acts)


def everything(day: Day, seat_id: int) -> dict[str, Any]:
    """All that the blind reads can say to one tablet."""

    def look(session: Session) -> dict[str, Any]:
        ids = session.exec(select(Hearing.id).order_by(col(Hearing.id))).all()
        return {
            "seat": blind.seat(session, seat_id),
            "form": blind.form(session, seat_id),
            "in room": blind.in_room(session, seat_id),
            "hearings": [blind.hearing(session, seat_id, one) for one in ids],
            "drafts": [blind.own_draft(session, seat_id, one) for one in ids],
            "sheets": [blind.own_sheet(session, seat_id, one) for one in ids],
            "own": blind.own_sheets(session, seat_id),
            "receipts": [blind.receipt(session, seat_id, key((seat_id, one))) for one in ids],
        }

    return day.read(look)


def test_a_tablet_sees_its_seat_the_number_in_the_room_and_its_own_sheets(day: Day) -> None:
    seat_id = day.seats["1"][0]
    hearing_id = day.hear()
    day.acts.keep_sync(actions.keep_draft, seat_id, hearing_id, 4, {"speech": "35"}, now=day.at)
    seen = everything(day, seat_id)
    assert seen["seat"] == SeatView(seat_id, day.rooms["1"], "1", 1, "expert", chief=True)
    assert [element.key for element in seen["form"].elements] == ["speech", "analysis"]
    assert seen["in room"] == HearingView(hearing_id, 1, State.MARKING)
    assert seen["in room"].open_for_marks
    assert seen["drafts"][0] == OwnDraft(hearing_id, 1, 4, {"speech": "35"})
    day.submit(seat_id, hearing_id, sheet("35", "50.5"))
    seen = everything(day, seat_id)
    marks = {"speech": Decimal(35), "analysis": Decimal("50.5")}
    own = OwnSheet(hearing_id, 1, marks, Decimal("85.5"), "4F1A-77C0", day.at, late=False)
    assert seen["sheets"][0] == own
    assert seen["own"] == (own,)
    assert seen["receipts"][0] == own.receipt == Receipt(1, "4F1A-77C0", day.at, late=False)


def test_own_earlier_sheets_are_looked_back_at_by_number(day: Day) -> None:
    for number in (1, 2):
        day.hear_and_seal(number)
    own = day.read(blind.own_sheets, day.seats["1"][1])
    assert [(one.number, str(one.total)) for one in own] == [(1, "81"), (2, "81")]


def change(day: Day, table: Any, **values: Any) -> None:
    """Change every row but the judge's own sheets."""
    own = day.seats["1"][0]

    def write(session: Session) -> None:
        rows = [row for row in session.exec(select(table)) if getattr(row, "seat_id", None) != own]
        assert rows
        for row in rows:
            for name, value in values.items():
                setattr(row, name, value)

    in_rows(day.database, write)


def retell_tickets(day: Day) -> None:
    def write(session: Session) -> None:
        for row in session.exec(select(Candidacy)):
            row.ticket_number = f"9{row.ticket_number[1:]}"

    in_rows(day.database, write)


def resubmit(day: Day, hearing_id: int) -> None:
    with pytest.raises(Exception, match="already here"):
        day.submit(day.seats["1"][1], hearing_id, sheet("1", "1"), "second")


HIDDEN: dict[str, Callable[[Day, int], None]] = {
    "another judge's marks": lambda day, _: change(day, ScoreSheet, marks='{"speech":10000}', total=10000),
    "another judge's code": lambda day, _: change(day, ScoreSheet, short_code="0000-0000"),
    "another judge's lateness": lambda day, _: change(day, ScoreSheet, late=True),
    "the candidate's name": lambda day, _: change(day, Person, name="换了姓名", unit="换了单位"),
    "the candidate's ticket": lambda day, _: retell_tickets(day),
    "the judges' units": lambda day, _: change(day, Judge, unit="换了单位"),
    "the post": lambda day, _: change(day, Post, name="换了职位", unit="换了单位"),
    "the room's name": lambda day, _: change(day, Room, name="换了名称"),
    "another submission": lambda day, hearing_id: day.submit(day.seats["1"][2], hearing_id),
    "a refused second submission": resubmit,
    "another judge's draft": lambda day, hearing_id: day.acts.keep_sync(
        actions.keep_draft, day.seats["1"][2], hearing_id, 1, {"speech": "9"}, now=day.at
    ),
    "another judge's withdrawal": lambda day, _: day.run(
        actions.withdraw_seat, day.composer, day.seats["1"][2], "突发疾病"
    ),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_whatever_else_changes_a_tablet_sees_no_difference(day: Day, what: str) -> None:
    own, other = day.seats["1"][:2]
    hearing_id = day.hear()
    day.submit(own, hearing_id)
    day.submit(other, hearing_id, sheet("1", "2"))
    before = everything(day, own)
    HIDDEN[what](day, hearing_id)
    assert everything(day, own) == before


def test_no_value_carries_a_name_a_unit_a_ticket_or_an_id_that_counts_sheets(day: Day) -> None:
    own = day.seats["1"][0]
    for number in (1, 2):
        day.hear_and_seal(number)
    names = {"考生", "评委", "单位", "职位", "2026100"}
    said = repr({part: value for part, value in everything(day, own).items() if part != "form"})
    assert not [name for name in names if name in said]
    assert {field.name for field in dataclasses.fields(Receipt)} == {"number", "short_code", "received_at", "late"}
    assert {name for name, _ in ids_of(everything(day, own))} == {"seat_id", "room_id", "hearing_id"}


def ids_of(value: Any) -> Iterator[tuple[str, int]]:
    """Every field that is an id, however deep."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from ids_of(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from ids_of(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            if field.name.endswith("id"):
                yield field.name, inner
            yield from ids_of(inner)


def test_the_values_are_of_plain_kinds_and_cannot_be_changed(day: Day) -> None:
    day.submit(day.seats["1"][0], day.hear())
    for view in (SeatView, HearingView, OwnDraft, OwnSheet, Receipt):
        assert view.__dataclass_params__.frozen  # type: ignore[attr-defined]
        allowed = {int, str, bool, datetime, Decimal, State, Mapping[str, str], Mapping[str, Decimal]}
        assert {field.type for field in dataclasses.fields(view)} <= allowed


def test_a_seat_reads_no_hearing_and_no_sheet_of_another_room_or_seat(database: Database, acts: Acts) -> None:
    day = make_day(database, acts, sizes=(4,))
    day.admit()
    for code in ("1", "2"):
        day.open_room(code)
        day.seat_panel(code)
    day.draw(rooms=("1", "2"))
    hearing_id = day.hear(1, "1")
    own, stranger = day.seats["1"][0], day.seats["2"][0]
    day.submit(own, hearing_id)
    day.acts.keep_sync(actions.keep_draft, day.seats["1"][1], hearing_id, 1, {"speech": "9"}, now=day.at)
    assert day.read(blind.hearing, stranger, hearing_id) is None
    assert day.read(blind.in_room, stranger) is None
    for other in (stranger, day.seats["1"][1]):
        assert day.read(blind.own_sheet, other, hearing_id) is None
        assert day.read(blind.own_sheets, other) == ()
        assert day.read(blind.receipt, other, key((own, hearing_id))) is None
    assert day.read(blind.own_draft, own, hearing_id) is None


def test_a_withdrawn_seat_and_one_that_never_was_stand_nowhere(day: Day) -> None:
    day.run(actions.withdraw_seat, day.composer, day.seats["1"][0], "突发疾病")
    assert day.read(blind.seat, day.seats["1"][0]) is None
    assert day.read(blind.seat, 9999) is None


def test_before_the_call_and_after_the_seal_nobody_is_in_the_room(day: Day) -> None:
    seat_id = day.seats["1"][0]
    assert day.read(blind.in_room, seat_id) is None
    day.note(EventKind.CALL)
    present = day.read(blind.in_room, seat_id)
    assert (present.number, present.open_for_marks) == (1, False)
    day.note(EventKind.UNCALL, reason="叫错")
    day.hear_and_seal()
    assert day.read(blind.in_room, seat_id) is None


def test_submissions_touch_no_topic_that_a_tablet_may_follow(database: Database) -> None:
    told: list[str] = []
    runner = Acts(database, listener=told.extend)
    try:
        day = ready_day(database, runner)
        hearing_id = day.hear()
        assert f"room:{day.rooms['1']}" in told
        told.clear()
        day.submit_all(hearing_id)
        assert told == [f"selection:{day.selection_id}"] * 3
        told.clear()
        day.seal(hearing_id)
        assert f"room:{day.rooms['1']}" in told
    finally:
        runner.close()


def test_the_check_code_is_of_the_content_and_of_this_seat_and_number(day: Day) -> None:
    seat_id = day.seats["1"][0]
    place, form = day.read(blind.seat, seat_id), day.read(blind.form, seat_id)
    heard = HearingView(1, 1, State.MARKING)
    code = blind.sheet_code(place, heard, form, sheet())
    assert code == blind.sheet_code(place, dataclasses.replace(heard, hearing_id=2), form, sheet())
    others = {
        blind.sheet_code(place, dataclasses.replace(heard, number=2), form, sheet()),
        blind.sheet_code(dataclasses.replace(place, number=2), heard, form, sheet()),
        blind.sheet_code(place, heard, form, Marks({"speech": Decimal(36), "analysis": Decimal("50.5")})),
    }
    assert code not in others
    assert len(others) == 3
