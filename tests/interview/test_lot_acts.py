"""The published list admits, the lots give numbers, and the number table is looked at in the journal's sight."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import col, select

from core.acts import Acts
from core.db import Database
from core.draws import commitment, draw, open_draw, redo
from core.errors import Denied, Refusal
from core.files import Saved
from core.placement import Complete, Place, Terms
from core.tables import StoredFile
from exam.candidacy import CandidacyEventKind
from exam.tables import CandidacyEvent, Selection
from interview import actions, queries
from interview.actions.lots import draw_id
from interview.hearing import State
from interview.lots import Lot, Register
from interview.tables import Admission, Draw, Hearing
from tests.interview.day import NOW, Day, in_rows, make_day, staff


@pytest.fixture
def day(database: Database, acts: Acts) -> Day:
    """Everybody admitted, a room for the first post."""
    opened = make_day(database, acts, sizes=(3, 2))
    opened.admit()
    opened.open_room("1")
    return opened


def numbers(day: Day, code: str = "1") -> dict[int, str]:
    return {line.number: line.ticket_number for line in day.read(queries.number_table, day.rooms[code])}


def record(day: Day, lots: Sequence[tuple[str, str, int]], **named: Any) -> int:
    register = Register("登记表1", ("监督员",), tuple(Lot(*lot) for lot in lots))
    return day.run(actions.record_draw, day.waiting, day.posts[0], register, **named)


WHOLE = (("20261001", "1", 3), ("20261002", "1", 1), ("20261003", "1", 2))


# ── admission ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_admits_each_candidate_once_to_their_own_post(day: Day) -> None:
    day.admit()
    rows = day.read(lambda session: list(session.exec(select(Admission).order_by(col(Admission.candidacy_id)))))
    assert [row.candidacy_id for row in rows] == sorted(day.candidacies.values())
    assert [row.post_id for row in rows] == [day.posts[0]] * 3 + [day.posts[1]] * 2
    counts = [json.loads(line.body)[-1]["count"] for line in day.journal() if line.act == "interview.admitted"]
    assert counts == [5, 0]


def test_a_candidate_of_another_selection_is_not_admitted(day: Day, database: Database, acts: Acts) -> None:
    other = make_day(database, acts, sizes=(1,))
    with pytest.raises(Refusal, match="1 candidates on the list"):
        day.run(actions.admit, day.approver, day.publication_id, list(other.candidacies.values()))


# ── lots ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_physical_lots_give_numbers_and_keep_the_signed_register(day: Day) -> None:
    scan = Saved("ab" * 32, 10, "application/pdf")
    draw_row = record(day, WHOLE, scan=scan)
    assert numbers(day) == {1: "20261002", 2: "20261003", 3: "20261001"}
    kept = day.read(lambda session: session.get(Draw, draw_row))
    assert (kept.subject, kept.number, kept.method, kept.drawn_by) == ("order:01", 1, "physical", 903)
    assert kept.record["witnesses"] == ["监督员"]
    assert kept.record["lots"][0] == {"ticket": "20261002", "room": "1", "number": 1}
    assert kept.record["scan"] == scan.sha256
    assert day.read(lambda session: session.get(StoredFile, scan.sha256)).size == 10


def test_the_first_draw_brings_the_selection_to_the_interview(day: Day) -> None:
    record(day, WHOLE)
    assert day.read(lambda session: session.get(Selection, day.selection_id)).stage == "interview"
    day.open_room("2", post=1)
    day.draw(post=1, rooms=("2",))
    assert day.read(lambda session: session.get(Selection, day.selection_id)).stage == "interview"


def test_row_ids_follow_the_numbers_so_that_they_tell_nothing_more(day: Day) -> None:
    record(day, WHOLE)
    rows = day.read(lambda session: session.exec(select(Hearing).order_by(col(Hearing.id))).all())
    assert [row.sealed_number for row in rows] == [1, 2, 3]
    assert {row.state for row in rows} == {State.WAITING}


def test_the_journal_tells_the_draw_by_its_digest_not_who_drew_what(day: Day) -> None:
    record(day, WHOLE)
    line = next(line for line in day.journal() if line.act == "order.drawn")
    assert set(json.loads(line.body)[-1]) == {"draw", "post", "method", "count", "record_sha256"}


@pytest.mark.parametrize(
    ("lots", "problems"),
    [
        (WHOLE[:2], ["ticket: 20261003 has no lot.", "number: The numbers of room 1 must run from 1 to 2, each once."]),
        ((*WHOLE, ("20262001", "1", 4)), ["row 4 ticket: 20262001 is not to be heard for this post."]),
        (
            (*WHOLE, WHOLE[0]),
            [
                "row 1 ticket: 20261001 has more than one lot.",
                "row 4 ticket: 20261001 has more than one lot.",
                "number: The numbers of room 1 must run from 1 to 4, each once.",
            ],
        ),
        (
            ((*WHOLE[0][:2], 1), *WHOLE[1:]),
            ["number: The numbers of room 1 must run from 1 to 3, each once."],
        ),
        (
            (("20261001", "7", 1), ("20261002", "1", 1), ("20261003", "1", 2)),
            ["row 1 room: Room 7 does not hear this post."],
        ),
    ],
)
def test_a_register_that_is_not_whole_is_refused_line_by_line(
    day: Day, lots: Sequence[tuple[str, str, int]], problems: list[str]
) -> None:
    with pytest.raises(Refusal) as refused:
        record(day, lots)
    assert [str(problem) for problem in refused.value.problems] == problems
    assert day.read(lambda session: list(session.exec(select(Hearing)))) == []


def test_a_register_needs_its_number_and_a_witness(day: Day) -> None:
    empty = Register(" ", ("",), tuple(Lot(*lot) for lot in WHOLE))
    with pytest.raises(Refusal) as refused:
        day.run(actions.record_draw, day.waiting, day.posts[0], empty)
    assert [problem.field for problem in refused.value.problems] == ["reference", "witnesses"]


def test_the_order_is_drawn_once(day: Day) -> None:
    record(day, WHOLE)
    with pytest.raises(Refusal, match="already been drawn"):
        record(day, WHOLE)


def test_lots_need_a_room_and_somebody_admitted(day: Day) -> None:
    with pytest.raises(Refusal, match="Open a room"):
        day.draw(post=1, rooms=("2",))


def test_who_has_withdrawn_draws_no_lot(day: Day) -> None:
    gone = CandidacyEvent(candidacy_id=day.candidacies["20261003"], kind=CandidacyEventKind.WITHDREW, noted_at=NOW)
    in_rows(day.database, lambda session: session.add(gone))
    with pytest.raises(Refusal, match="20261003 is not to be heard"):
        record(day, WHOLE)
    record(day, (("20261001", "1", 2), ("20261002", "1", 1)))
    assert numbers(day) == {1: "20261002", 2: "20261001"}


def test_only_the_waiting_room_officer_records_lots(day: Day) -> None:
    register = Register("登记表1", ("监督员",), tuple(Lot(*lot) for lot in WHOLE))
    for actor in (day.composer, day.officer, day.supervisor, staff(9, day.selection_id)):
        with pytest.raises(Denied):
            day.run(actions.record_draw, actor, day.posts[0], register)


def computed(name: str, tickets: Sequence[str], terms: Terms | None = None) -> Any:
    notice = open_draw(name, tickets, terms)
    secrets = {"选拔办": b"\x01" * 32, "纪检": b"\x02" * 32}
    commitments = {party: commitment(name, notice.pool, party, secret) for party, secret in secrets.items()}
    return draw(notice, commitments, secrets)


def test_a_computed_draw_gives_its_order_and_can_be_redone_from_the_record(day: Day) -> None:
    name = day.read(draw_id, day.posts[0])
    drawn = computed(name, day.tickets[0])
    row = day.run(actions.record_draw, day.waiting, day.posts[0], drawn)
    assert list(numbers(day).values()) == list(drawn.order)
    kept = day.read(lambda session: session.get(Draw, row))
    assert kept.method == "computed"
    assert redo(kept.record).order == drawn.order


def test_a_computed_draw_into_two_rooms_numbers_each_room_by_itself(day: Day) -> None:
    day.open_room("2")
    terms = Terms((Place("1", 2), Place("2", 2)), Complete.IDS)
    drawn = computed(day.read(draw_id, day.posts[0]), day.tickets[0], terms)
    day.run(actions.record_draw, day.waiting, day.posts[0], drawn)
    one, two = numbers(day, "1"), numbers(day, "2")
    assert [*one, *two] == [*range(1, len(one) + 1), *range(1, len(two) + 1)]
    assert sorted([*one.values(), *two.values()]) == day.tickets[0]


def test_a_computed_draw_of_another_number_or_without_its_rooms_is_refused(day: Day) -> None:
    name, tickets = day.read(draw_id, day.posts[0]), day.tickets[0]
    with pytest.raises(Refusal, match="This is the draw another"):
        day.run(actions.record_draw, day.waiting, day.posts[0], computed("another", tickets))
    day.open_room("2")
    with pytest.raises(Refusal, match="must name the rooms"):
        day.run(actions.record_draw, day.waiting, day.posts[0], computed(name, tickets))
    elsewhere = computed(name, tickets, Terms((Place("1", 3), Place("3", 3)), Complete.IDS))
    with pytest.raises(Refusal, match="one of the rooms of this post"):
        day.run(actions.record_draw, day.waiting, day.posts[0], elsewhere)


# ── whose number it is ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_look_at_the_number_table_is_in_the_journal(day: Day) -> None:
    record(day, WHOLE)
    day.run(actions.note_number_view, day.waiting, day.rooms["1"])
    line = day.journal()[-1]
    assert (line.act, line.scope_id, json.loads(line.body)[-1]) == (
        "numbers.viewed", day.selection_id, {"room": day.rooms["1"]},
    )  # fmt: skip
    lines = day.read(queries.number_table, day.rooms["1"])
    assert [(one.number, one.name) for one in lines] == [(1, "考生20261002"), (2, "考生20261003"), (3, "考生20261001")]


def test_nobody_else_may_look_at_it(day: Day) -> None:
    for actor in (day.officer, day.supervisor, day.composer, day.approver):
        with pytest.raises(Denied):
            day.run(actions.note_number_view, actor, day.rooms["1"])
