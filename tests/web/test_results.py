"""What pages show of a tally: ranks, cut, reasons, and every step; no seat where seats are not to be seen."""

import json
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from exam.tables import Post
from scoring.schemes import scheme_text
from tests.web.tallies import Marks, absent, candidate, composite, entry, judged, ready_scheme
from web.i18n import Language, Translator
from web.results import padded, rankings
from web.why import Why, why

SCHEME = ready_scheme()
POST = Post(id=1, selection_id=2, code="01", name="副局长", name_en="Deputy director", unit="水务局", headcount=1)
ENGLISH = Translator(Language.ENGLISH)


def words(value: Any) -> str:
    return ENGLISH.fact(value)


def three_heard(seating=lambda marks: marks) -> dict[str, Any]:
    heard = [candidate(n, mark, sheets={"interview": judged(SCHEME, n, seating)}, rooms={"interview": "A"})
             for n, mark in ((1, "80"), (2, "81.5"), (3, "79"))]  # fmt: skip
    return composite(SCHEME, [*heard, absent(4, "interview"), candidate(5, "61")])


def found_of(outcome: dict[str, Any], number: str, **named: Any) -> Why:
    found = why(outcome, number, SCHEME, **named)
    assert found is not None
    return found


# ── rankings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ranks_stand_with_all_their_decimals_and_the_cut_is_drawn_after_the_last_who_enters():
    outcome = entry(SCHEME, [candidate(n, f"{90 - n}.5") for n in range(1, 8)])
    (ranking,) = rankings(outcome, SCHEME, [POST], "/why/")
    assert [(row.rank, row.number) for row in ranking.rows] == [(n, f"2026{n:04}") for n in range(1, 8)]
    assert ranking.rows[0].figures == ("89.50", "89.50", "89.50")
    assert [row.below for row in ranking.rows] == [False] * 5 + [True] * 2
    assert words(ranking.cut) == "“Admitted to the interview”: 5 wanted, 5 enter; the last has 85.50, the next 84.50."
    assert ranking.rows[0].href == "/why/20260001"


def test_equal_ones_at_the_cut_share_a_rank_and_enter_together():
    outcome = entry(SCHEME, [candidate(n, "90") for n in range(1, 5)] + [candidate(n, "80") for n in (5, 6)])
    (ranking,) = rankings(outcome, SCHEME, [POST])
    assert [(row.rank, row.tied) for row in ranking.rows[4:]] == [(5, True), (5, True)]
    assert all(not row.below for row in ranking.rows)
    assert ranking.ties


def test_who_has_no_rank_is_listed_with_the_reason_and_never_as_zero():
    outcome = entry(SCHEME, [candidate(1, "80"), absent(2, "common")])
    (ranking,) = rankings(outcome, SCHEME, [POST])
    assert [row.number for row in ranking.rows] == ["20260001"]
    (unranked,) = ranking.unranked
    assert (unranked.number, [words(reason) for reason in unranked.reasons]) == ("20260002", ["Common paper: absent."])


def test_who_did_not_get_past_an_earlier_cut_is_not_listed_again():
    (ranking,) = rankings(three_heard(), SCHEME, [POST])
    assert [row.number for row in ranking.unranked] == ["20260004"]


def test_below_the_pass_mark_is_said_in_the_row():
    outcome = entry(SCHEME, [candidate(1, "80"), candidate(2, "55")])
    (ranking,) = rankings(outcome, SCHEME, [POST])
    shown = {row.number: words(row.result[0]) for row in ranking.rows}
    assert shown["20260002"] == "Written mark 55.00 is below the pass mark 60."


@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(0, 6))
def test_padding_puts_on_zeros_and_changes_no_value(units, places, wanted):
    text = f"{units}" if not places else f"{units // 10**places}.{units % 10**places:0{places}}"
    shown = padded(text, wanted)
    assert shown.startswith(text)
    assert set(shown.removeprefix(text)) <= {"0", "."}
    assert len(shown.partition(".")[2]) == max(places, wanted)


@pytest.mark.parametrize("figure", ["82.6666666…", "247/3"])
def test_a_figure_that_never_ends_is_left_as_it_is(figure):
    assert padded(figure, 9) == figure


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_part_is_explained_down_to_the_total():
    found = found_of(three_heard(), "20260002")
    assert [words(section.title) for section in found.sections] == ["Written mark", "Interview mark", "Composite mark"]
    assert words(found.sections[0].lines[2]) == (
        "Written mark: 81.50 × 0.6 + 81.50 × 0.4 = 48.900 + 32.600 = 81.500, rounded half up to 2 decimals: 81.50"
    )
    assert found.total in words(found.sections[-1].lines[-1])


def test_struck_out_marks_are_marked_and_the_rest_make_the_mean():
    experts = found_of(three_heard(), "20260001").sections[1].rows[0]
    assert [mark.dropped for mark in experts.marks] == ["low", "", "", "", "", "", "high"]


def test_marks_stand_in_ascending_order_without_seats():
    experts = found_of(three_heard(), "20260001").sections[1].rows[0]
    values = [float(mark.value) for mark in experts.marks]  # order only; no mark is computed here
    assert values == sorted(values)
    assert {mark.seat for mark in experts.marks} == {""}
    assert found_of(three_heard(), "20260001").sections[1].sheets == ()


@given(st.randoms(use_true_random=False))
def test_what_the_public_sees_does_not_depend_on_who_sat_where(chance):
    def dealt(marks: list[Marks]) -> list[Marks]:
        shuffled = list(marks)
        chance.shuffle(shuffled)
        return shuffled

    assert found_of(three_heard(dealt), "20260001") == found_of(three_heard(), "20260001")


def test_with_seats_each_judge_is_shown_with_the_whole_sheet():
    found = found_of(three_heard(), "20260001", seats=True)
    interview = found.sections[1]
    assert [mark.seat for mark in interview.rows[0].marks] == list("1234567")
    assert len(interview.sheets) == 9
    assert len(interview.sheets[0].marks) == len(interview.elements) == 6


def test_the_public_explanation_names_no_seat():
    shown = json.dumps(asdict(found_of(three_heard(), "20260001")), default=str, ensure_ascii=False)
    assert "expert/" not in shown
    assert "seat" not in shown.replace('"seat": ""', "")


def test_rooms_are_shown_with_the_coefficient_that_was_applied():
    heard = [
        candidate(n, "80", sheets={"interview": judged(SCHEME, n % 4)}, rooms={"interview": "AB"[n % 2]})
        for n in range(1, 5)
    ]
    interview = found_of(composite(SCHEME, heard), "20260001").sections[1]
    assert [(room.room, room.count, room.own) for room in interview.rooms] == [("A", 2, False), ("B", 2, True)]


def test_a_tie_is_shown_with_what_was_compared():
    heard = [candidate(n, "80", sheets={"interview": judged(SCHEME, 2)}, rooms={"interview": "A"}) for n in range(1, 6)]
    (table,) = found_of(composite(SCHEME, heard), "20260001").ties
    assert table.numbers == tuple(f"2026{n:04}" for n in range(1, 6))
    assert [words(heading) for heading, _ in table.rows][:2] == ["Composite mark", "then Interview mark"]


def test_a_rule_that_trims_by_element_shows_a_row_for_each():
    scheme = ready_scheme(scheme_text().replace('trim_per = "judge_total"', 'trim_per = "element"'))
    heard = [candidate(1, "80", sheets={"interview": judged(scheme, 1)}, rooms={"interview": "A"})]
    found = why(composite(scheme, heard), "20260001", scheme)
    assert found is not None
    rows = found.sections[1].rows
    assert len(rows) == 12
    assert words(rows[0].label) == "Expert judges, Analysis"


def test_an_unknown_number_has_no_explanation():
    assert why(three_heard(), "20269999", SCHEME) is None


@pytest.mark.parametrize("seats", [False, True])
def test_every_rounding_and_who_stands_next_are_told(seats: bool):
    outcome = three_heard()
    order = outcome["stages"][-1]["units"]["01"]["order"]
    for place, one in enumerate(order):
        found = found_of(outcome, one["candidate"], seats=seats)
        beside = [order[at]["candidate"] for at in (place - 1, place + 1) if 0 <= at < len(order)]
        assert [other.number for other in found.neighbours] == beside
        assert [other.above for other in found.neighbours] == [place > 0] * (place > 0) + [False] * (place < 2)
        assert len(found.roundings) == 5
        for rounding in found.roundings:
            unit = Decimal(1).scaleb(-rounding.decimals)
            assert Decimal(rounding.after) == Decimal(rounding.before.rstrip("…")).quantize(unit, ROUND_HALF_UP)
            assert "seat" not in words(rounding.title)


def test_who_has_no_rank_has_nobody_beside():
    assert found_of(three_heard(), "20260004").neighbours == ()
