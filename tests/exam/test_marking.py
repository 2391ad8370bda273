from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from exam.marking import (
    Difference,
    MarkEntry,
    MarkState,
    Paper,
    SettledMark,
    Settlement,
    check_entries,
    differences,
    settle,
)

PUBLIC = Paper("public", "公共科目", Decimal(100), 1)
SPECIAL = Paper("special", "专业科目", Decimal(150), 0)
TICKETS = ("26010001", "26010002", "26010003")


def entry(ticket: str, mark: str | None, paper: Paper = PUBLIC, row: int = 0, state=None) -> MarkEntry:
    state = state or (MarkState.ABSENT if mark is None else MarkState.PRESENT)
    return MarkEntry(ticket, paper.key, state, None if mark is None else Decimal(mark), row)


def problems(entries, papers=(PUBLIC,), tickets=TICKETS[:1]) -> list[tuple[int, str, str]]:
    return [(one.row, one.field, one.sentence.format(**one.facts)) for one in check_entries(entries, papers, tickets)]


@pytest.mark.parametrize("mark", ["0", "100", "100.0", "85.5", "85.50", "0.1"])
def test_marks_from_zero_to_the_full_mark_stand(mark):
    assert problems([entry("26010001", mark)]) == []


@pytest.mark.parametrize(
    ("mark", "part"),
    [
        ("-1", "cannot be -1"),
        ("-0.1", "cannot be -0.1"),
        ("100.1", "100.1 is above the full mark of 100"),
        ("85.55", "85.55 has too many decimals; this paper allows 1"),
        ("NaN", "cannot be NaN"),
        ("Infinity", "cannot be Infinity"),
    ],
)
def test_marks_that_cannot_stand_are_named(mark, part):
    ((row, field, sentence),) = problems([entry("26010001", mark, row=7)])
    assert (row, field) == (7, "公共科目")
    assert part in sentence


def test_every_problem_of_a_list_is_found_at_once():
    entries = [
        entry("26010001", "101", row=2),
        entry("26019999", "80", row=3),
        entry("26010002", "80", row=4),
        entry("26010002", "81", row=5),
        MarkEntry("26010003", "public", MarkState.ABSENT, Decimal(3), 6),
        MarkEntry("26010003", "history", MarkState.PRESENT, Decimal(3), 7),
    ]
    assert problems(entries, tickets=(*TICKETS, "26010004")) == [
        (2, "公共科目", "101 is above the full mark of 100."),
        (3, "ticket", "Nobody has the ticket number 26019999."),
        (5, "ticket", "The ticket number 26010002 already stands in row 4."),
        (6, "公共科目", "A person without a valid mark cannot have 3."),
        (7, "history", "There is no paper history."),
        (0, "公共科目", "The ticket number 26010004 is not in the list. Who did not come is listed as absent."),
    ]


def test_a_present_person_needs_a_mark_which_is_never_taken_as_zero():
    found = problems([MarkEntry("26010001", "public", MarkState.PRESENT, None, 2)])
    assert found == [(2, "公共科目", "The mark is missing. If the person did not sit the paper, say so.")]


def test_an_unknown_number_is_one_problem_however_many_papers_the_row_has():
    entries = [entry("26019999", "80", PUBLIC, 3), entry("26019999", "80", SPECIAL, 3)]
    found = problems(entries, (PUBLIC, SPECIAL), ())
    assert found == [(3, "ticket", "Nobody has the ticket number 26019999.")]


def test_decimals_are_those_of_each_paper():
    assert problems([entry("26010001", "85.5", SPECIAL)], (SPECIAL,))[0][2] == (
        "85.5 has too many decimals; this paper allows 0."
    )


def test_the_same_mark_written_differently_is_no_difference():
    assert differences([entry("1", "85")], [entry("1", "85.0")]) == ()


def test_differences_are_listed_by_ticket_number_and_paper():
    first = [entry("2", "70.6"), entry("1", None), entry("1", "90", SPECIAL), entry("3", "60")]
    second = [entry("1", "0"), entry("2", "76.6"), entry("1", "90", SPECIAL), entry("4", "60")]
    assert differences(first, second) == (
        Difference("1", "public", entry("1", None), entry("1", "0")),
        Difference("2", "public", entry("2", "70.6"), entry("2", "76.6")),
        Difference("3", "public", entry("3", "60"), None),
        Difference("4", "public", None, entry("4", "60")),
    )


def refusal(first, second, settlements) -> list[str]:
    with pytest.raises(Refusal) as refused:
        settle(first, second, settlements, [PUBLIC])
    return [one.sentence.format(**one.facts) for one in refused.value.problems]


FIRST = [entry("1", "70.6"), entry("2", "80")]
SECOND = [entry("1", "76.6"), entry("2", "80.0")]


def test_what_both_say_stands_and_differences_take_the_settled_value():
    settled = settle(FIRST, SECOND, [Settlement("1", "public", MarkState.PRESENT, Decimal("76.6"))], [PUBLIC])
    assert settled == (
        SettledMark("1", "public", MarkState.PRESENT, Decimal("76.6"), settled=True),
        SettledMark("2", "public", MarkState.PRESENT, Decimal(80), settled=False),
    )


def test_an_open_difference_blocks_the_list():
    assert refusal(FIRST, SECOND, []) == ["The difference at 1 is not settled yet."]


def test_a_third_value_needs_a_reason():
    third = Settlement("1", "public", MarkState.PRESENT, Decimal("76.0"))
    assert refusal(FIRST, SECOND, [third]) == ["Neither hand entered this value at 1: state the reason."]
    reasoned = Settlement("1", "public", MarkState.PRESENT, Decimal("76.0"), "纸质登分表为76.0")
    assert settle(FIRST, SECOND, [reasoned], [PUBLIC])[0].mark == Decimal("76.0")


def test_a_settlement_cannot_change_what_both_say_nor_go_above_the_full_mark():
    wrong = [
        Settlement("1", "public", MarkState.PRESENT, Decimal(170), "x"),
        Settlement("2", "public", MarkState.PRESENT, Decimal(99), "x"),
    ]
    assert refusal(FIRST, SECOND, wrong) == [
        "Both hands say the same at 2; there is nothing to settle.",
        "170 is above the full mark of 100.",
    ]


def test_a_difference_settled_twice_is_refused():
    once = Settlement("1", "public", MarkState.PRESENT, Decimal("76.6"))
    assert refusal(FIRST, SECOND, [once, once]) == ["The difference at 1 is settled twice."]


MARKS = st.dictionaries(
    st.sampled_from(["1", "2", "3", "4"]),
    st.none() | st.decimals(0, 100, places=1),
    min_size=1,
)


def entries_of(marks) -> list[MarkEntry]:
    return [
        MarkEntry(ticket, "public", MarkState.ABSENT if mark is None else MarkState.PRESENT, mark)
        for ticket, mark in marks.items()
    ]


@given(MARKS)
def test_a_list_never_differs_from_itself(marks):
    assert differences(entries_of(marks), entries_of(marks)) == ()


@given(MARKS, MARKS)
def test_settling_for_the_first_hand_gives_the_first_hands_marks(one, two):
    both = {ticket: one[ticket] for ticket in one}
    first, second = entries_of(both), entries_of({ticket: two.get(ticket, both[ticket]) for ticket in both})
    chosen = [
        Settlement(found.ticket, found.paper, found.first.state, found.first.mark)
        for found in differences(first, second)
    ]
    settled = settle(first, second, chosen, [PUBLIC])
    assert {mark.ticket: mark.mark for mark in settled} == both
