"""Written marks: two independent hands, a third for their differences, and nothing stored half."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.files import Saved
from core.people import PROOF_LIFE, Actor, Proof
from core.tables import StoredFile
from exam import actions, queries
from exam.marking import Difference, MarkEntry, MarkState, Settlement
from exam.queries import OpenDifference
from tests.exam.road import (
    CHECKER,
    CLERK,
    MARKED,
    OFFICER,
    OTHER_CLERK,
    PAPERS,
    PLANNED,
    SAT,
    Road,
    lines_for,
    open_system,
    refusal_of,
)

HANDS = {1: CLERK, 2: OTHER_CLERK}


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(3)
    return road


@pytest.fixture
def tickets(road: Road) -> list[str]:
    return road.ticketed(3)


def load(
    road: Road, hand: int, tickets: Sequence[str], marks: Mapping[tuple[str, str], str] | None = None, **given: Any
) -> int:
    actor = given.pop("actor", None) or road.staff(HANDS[hand])
    lines = given.pop("lines", None) or lines_for(tickets, marks)
    now = given.pop("now", MARKED)
    return road.run(actions.load_entry, actor, road.selection_id, hand, lines, PAPERS, now=now, **given)


def settle(road: Road, settlement: Settlement, actor: Actor | None = None) -> None:
    actor = actor or road.staff(CHECKER, proven=MARKED)
    road.run(actions.settle_difference, actor, road.selection_id, settlement, PAPERS, now=MARKED)


def confirm(road: Road, actor: Actor | None = None) -> int:
    actor = actor or road.staff(CHECKER, proven=MARKED)
    return road.run(actions.confirm_marks, actor, road.selection_id, PAPERS, now=MARKED)


def standing(road: Road) -> dict[tuple[str, str], tuple[str, Decimal | None, str]]:
    with road.database.reading() as session:
        numbers = {key: number for number, key in queries.ticket_ids(session, road.selection_id).items()}
        return {
            (numbers[mark.candidacy_id], mark.paper_key): (mark.state, mark.mark, mark.source)
            for mark in queries.written_marks(session, road.selection_id)
        }


def test_what_both_hands_say_alike_stands_once_confirmed(road: Road, tickets: list[str]) -> None:
    marks = {(tickets[0], "common"): "82.5", (tickets[1], "common"): "absent", (tickets[1], "professional"): "void"}
    load(road, 1, tickets, marks)
    load(road, 2, tickets, {**marks, (tickets[0], "common"): "82.50"})
    assert standing(road) == {}
    assert confirm(road) == 6
    found = standing(road)
    assert found[tickets[0], "common"] == ("present", Decimal("82.5"), "both_hands")
    assert found[tickets[1], "common"] == ("absent", None, "both_hands")
    assert found[tickets[1], "professional"] == ("void", None, "both_hands")
    assert found[tickets[2], "common"] == ("present", Decimal(80), "both_hands")
    (line,) = road.journal("marks.confirmed")
    assert '"count":6' in line.body
    assert "82.5" not in "".join(entry.body for entry in road.journal())


def test_a_wrong_list_is_refused_whole_with_every_row(road: Road, tickets: list[str]) -> None:
    lines = lines_for(tickets[:2], {(tickets[0], "common"): "100.5", (tickets[1], "professional"): "79.55"})
    lines += lines_for(["20269999"])[:1]
    refusal = refusal_of(lambda: load(road, 1, tickets, lines=lines))
    assert [(problem.row, problem.sentence) for problem in refusal.problems] == [
        (2, "{mark} is above the full mark of {maximum}."),
        (3, "{mark} has too many decimals; this paper allows {decimals}."),
        (2, "Nobody has the ticket number {ticket}."),
        (0, "The ticket number {ticket} is not in the list. Who did not come is listed as absent."),
        (0, "The ticket number {ticket} is not in the list. Who did not come is listed as absent."),
    ]
    with road.database.reading() as session:
        assert queries.mark_entries(session, road.selection_id) == []


def test_an_entry_from_a_file_keeps_the_file_and_its_digest(road: Road, tickets: list[str]) -> None:
    saved = Saved("c" * 64, 5000, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    load(road, 1, tickets, saved=saved, source_name="笔试成绩.xlsx")
    load(road, 2, tickets)
    with road.database.reading() as session:
        entries = queries.standing_entries(session, road.selection_id)
        assert session.get(StoredFile, "c" * 64) is not None
    assert (entries[1].source, entries[1].source_name, entries[1].source_sha256) == ("xlsx", "笔试成绩.xlsx", "c" * 64)
    assert (entries[2].source, len(entries[2].source_sha256)) == ("typed", 64)
    assert "笔试成绩" not in "".join(line.body for line in road.journal("marks.entered"))


def test_the_two_hands_are_two_people_on_two_devices(road: Road, tickets: list[str]) -> None:
    load(road, 1, tickets)
    with pytest.raises(Refusal, match="another person"):
        load(road, 2, tickets, actor=road.staff(CLERK, device="elsewhere"))
    with pytest.raises(Refusal, match="another device"):
        load(road, 2, tickets, actor=road.staff(OTHER_CLERK, device=f"d{CLERK}"))
    load(road, 2, tickets)


def test_a_hand_may_load_again_and_the_earlier_entry_keeps_its_rows(road: Road, tickets: list[str]) -> None:
    first = load(road, 1, tickets, {(tickets[0], "common"): "70"})
    load(road, 2, tickets)
    again = load(road, 1, tickets)
    with road.database.reading() as session:
        kept = queries.mark_entries(session, road.selection_id)
        assert [(entry.id, entry.replaced_at) for entry in kept if entry.hand == 1] == [(first, MARKED), (again, None)]
        assert queries.entry_lines(session, [first])[first][0].mark == Decimal(70)
        assert queries.mark_differences(session, road.selection_id) == []


def test_marks_are_entered_after_the_papers_were_sat_and_not_before(road: Road, tickets: list[str]) -> None:
    refusal = refusal_of(lambda: load(road, 1, tickets, now=SAT))
    assert [(problem.sentence, problem.field) for problem in refusal.problems] == [
        ("The paper {paper} has not been sat yet.", "professional")
    ]
    load(road, 1, tickets, now=SAT + timedelta(hours=4))


def test_marks_need_tickets_first(road: Road) -> None:
    road.plan()
    road.announce()
    with pytest.raises(Refusal, match="cannot be done while the selection stands"):
        load(road, 1, [])


def test_the_papers_of_the_rules_are_those_of_the_plan(road: Road, tickets: list[str]) -> None:
    with pytest.raises(Refusal, match="not those that were planned"):
        road.run(
            actions.load_entry, road.staff(CLERK), road.selection_id, 1, lines_for(tickets), PAPERS[:1], now=MARKED
        )


def test_entering_settling_and_confirming_need_their_duties_here(road: Road, tickets: list[str]) -> None:
    settlement = Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(70))
    for actor in (
        road.staff(OFFICER, proven=MARKED),
        road.staff(CLERK, scope=99, proven=MARKED),
        road.staff(CHECKER, scope=99, proven=MARKED),
    ):
        with pytest.raises(Denied):
            load(road, 1, tickets, actor=actor)
        with pytest.raises(Denied):
            settle(road, settlement, actor)
        with pytest.raises(Denied):
            confirm(road, actor)
    with pytest.raises(Denied):
        load(road, 1, tickets, actor=road.staff(CHECKER))
    load(road, 1, tickets, {(tickets[0], "common"): "70"})
    load(road, 2, tickets)
    for act in (lambda: settle(road, settlement, road.staff(CLERK)), lambda: confirm(road, road.staff(CLERK))):
        with pytest.raises(Denied):
            act()


# ── differences ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def differing(road: Road, tickets: list[str]) -> Road:
    """Both hands have entered; the first candidate's common paper and the second's professional one differ."""
    load(road, 1, tickets, {(tickets[0], "common"): "70", (tickets[1], "professional"): "absent"})
    load(road, 2, tickets, {(tickets[0], "common"): "76"})
    return road


def test_differences_are_shown_with_what_each_hand_said(differing: Road, tickets: list[str]) -> None:
    with differing.database.reading() as session:
        found = queries.mark_differences(session, differing.selection_id)
    assert found == [
        OpenDifference(
            Difference(
                tickets[0],
                "common",
                MarkEntry(tickets[0], "common", MarkState.PRESENT, Decimal(70)),
                MarkEntry(tickets[0], "common", MarkState.PRESENT, Decimal(76)),
            ),
            None,
        ),
        OpenDifference(
            Difference(
                tickets[1],
                "professional",
                MarkEntry(tickets[1], "professional", MarkState.ABSENT, None),
                MarkEntry(tickets[1], "professional", MarkState.PRESENT, Decimal(80)),
            ),
            None,
        ),
    ]


def test_there_is_nothing_to_compare_until_both_have_entered(road: Road, tickets: list[str]) -> None:
    load(road, 1, tickets)
    with road.database.reading() as session:
        assert queries.mark_differences(session, road.selection_id) is None
    for act in (
        lambda: confirm(road),
        lambda: settle(road, Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(80))),
    ):
        with pytest.raises(Refusal, match="Both hands must have entered"):
            act()


def test_marks_are_confirmed_only_when_every_difference_is_settled(differing: Road, tickets: list[str]) -> None:
    refusal = refusal_of(lambda: confirm(differing))
    assert [problem.facts["ticket"] for problem in refusal.problems] == [tickets[0], tickets[1]]
    settle(differing, Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(76)))
    settle(differing, Settlement(tickets[1], "professional", MarkState.VOID, None, "雷同卷，按规定成绩无效"))
    assert confirm(differing) == 6
    found = standing(differing)
    assert found[tickets[0], "common"] == ("present", Decimal(76), "settled")
    assert found[tickets[1], "professional"] == ("void", None, "settled")
    with differing.database.reading() as session:
        reasons = {mark.reason for mark in queries.written_marks(session, differing.selection_id)}
    assert reasons == {"", "雷同卷，按规定成绩无效"}


def test_a_value_neither_hand_entered_needs_a_reason(differing: Road, tickets: list[str]) -> None:
    third = Settlement(tickets[0], "common", MarkState.PRESENT, Decimal("70.5"))
    with pytest.raises(Refusal, match="Neither hand entered this value"):
        settle(differing, third)
    settle(differing, Settlement(*(third.ticket, third.paper, third.state, third.mark), reason="原卷为70.5"))


def test_a_settlement_is_changed_with_a_reason_only_and_both_rows_stay(differing: Road, tickets: list[str]) -> None:
    settle(differing, Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(76)))
    again = Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(70))
    with pytest.raises(Refusal, match="settling it again needs a reason"):
        settle(differing, again)
    settle(differing, Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(70), "看错行"))
    with differing.database.reading() as session:
        found = queries.mark_differences(session, differing.selection_id)
    assert found is not None
    assert found[0].settlement is not None
    assert found[0].settlement.mark == Decimal(70)
    assert len(differing.journal("marks.settled")) == 2


@pytest.mark.parametrize(
    ("settlement", "sentence"),
    [
        (("20260003", "common", MarkState.PRESENT, Decimal(80)), "nothing to settle"),
        (("20269999", "common", MarkState.PRESENT, Decimal(80)), "nothing to settle"),
        (("20260001", "essay", MarkState.PRESENT, Decimal(80)), "nothing to settle"),
        (("20260001", "common", MarkState.PRESENT, Decimal(101), "原卷如此"), "above the full mark"),
        (("20260001", "common", MarkState.ABSENT, Decimal(70), "原卷如此"), "without a valid mark"),
        (("20260001", "common", MarkState.PRESENT, Decimal(70), "字" * 1001), "at most 1000"),
    ],
)
def test_only_a_real_difference_is_settled_with_a_mark_that_can_stand(
    differing: Road, settlement: tuple[Any, ...], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        settle(differing, Settlement(*settlement))
    assert differing.journal("marks.settled") == []


def test_the_third_hand_is_a_third_person_proven_afresh_on_a_third_device(differing: Road, tickets: list[str]) -> None:
    settlement = Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(76))
    duties = differing.staff(CHECKER).duties
    one, other = (
        Actor(f"account:{who}", who, who, device="x", duties=duties, proof=Proof(MARKED, "x"))
        for who in (CLERK, OTHER_CLERK)
    )
    for actor, sentence in (
        (one, "another person"),
        (other, "another person"),
        (differing.staff(CHECKER), "Prove who you are again"),
        (differing.staff(CHECKER, proven=MARKED - PROOF_LIFE - timedelta(seconds=1)), "Prove who you are again"),
        (differing.staff(CHECKER, proven=MARKED, device=f"d{OTHER_CLERK}"), "another device"),
    ):
        with pytest.raises(Refusal, match=sentence):
            settle(differing, settlement, actor)
        with pytest.raises(Refusal, match=sentence):
            confirm(differing, actor)


def test_what_was_settled_lapses_with_the_entry_it_compared(differing: Road, tickets: list[str]) -> None:
    settle(differing, Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(76)))
    load(differing, 1, tickets, {(tickets[0], "common"): "67"})
    with differing.database.reading() as session:
        found = queries.mark_differences(session, differing.selection_id)
    assert found is not None
    assert [(one.difference.ticket, one.settlement) for one in found] == [(tickets[0], None)]


def test_confirmed_marks_are_shut(road: Road, tickets: list[str]) -> None:
    load(road, 1, tickets)
    load(road, 2, tickets)
    confirm(road)
    for act in (
        lambda: load(road, 1, tickets),
        lambda: settle(road, Settlement(tickets[0], "common", MarkState.PRESENT, Decimal(80))),
        lambda: confirm(road),
    ):
        with pytest.raises(Refusal, match="are confirmed"):
            act()
    assert len(standing(road)) == 6
