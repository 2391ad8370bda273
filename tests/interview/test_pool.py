"""The day's pool of judges: every draw from it keeps quotas and recusals, and an impossible pool says why."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from core.draws import drawn_order
from core.errors import Refusal
from core.placement import place_all, possible
from interview.panel import (
    CandidateFacts,
    JudgeFacts,
    JudgeKind,
    PanelRule,
    RecusalRule,
    Relation,
    Seat,
    Source,
    Tie,
    check_panel,
)
from interview.pool import RoomNeeds, check_pool, draw_terms, room_exclusions

DAY = date(2026, 11, 21)
RULE = PanelRule(DAY, {JudgeKind.EXPERT: 2, JudgeKind.REPRESENTATIVE: 1}, hiring_unit="u0")


def judge(number: int, kind=JudgeKind.EXPERT, unit="", **facts) -> JudgeFacts:
    return JudgeFacts(f"J{number}", f"p{number}", kind, unit or f"own {number}", **{"certificate_until": DAY} | facts)


def representative(number: int, **facts) -> JudgeFacts:
    return judge(number, JudgeKind.REPRESENTATIVE, **facts)


def rooms(*keys: str, candidates=()) -> list[RoomNeeds]:
    return [RoomNeeds(key, tuple(candidates), RULE) for key in keys]


def refused(judges, needs) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        check_pool(judges, needs)
    return [str(problem) for problem in refusal.value.problems]


@st.composite
def pools(draw):
    units = st.sampled_from(["u0", "u1", "u2", "u3", "u4", "u5"])
    kinds = st.sampled_from([JudgeKind.EXPERT, JudgeKind.EXPERT, JudgeKind.REPRESENTATIVE])
    judges = [
        judge(number, draw(kinds), draw(units), certificate_until=draw(st.sampled_from([DAY, DAY, None])))
        for number in range(draw(st.integers(6, 12)))
    ]
    candidates = [
        CandidateFacts(
            f"T{number}",
            draw(st.sampled_from([f"t{number}", f"t{number}", "p0"])),
            (draw(st.sampled_from(["u0", "u9", "u9"])),),
            tuple(
                Relation(f"p{one}", draw(st.sampled_from(Tie)), Source.CANDIDATE)
                for one in draw(st.sets(st.integers(0, 11), max_size=2))
            ),
        )
        for number in range(2)
    ]
    return judges, [RoomNeeds("1", (candidates[0],), RULE), RoomNeeds("2", (candidates[1],), RULE)]


@settings(max_examples=200, deadline=None)
@given(pools(), st.binary(min_size=32, max_size=32))
def test_no_draw_ever_breaks_a_quota_or_a_recusal(pool, seed):
    judges, needs = pool
    try:
        terms = check_pool(judges, needs)
    except Refusal:
        assert not possible(draw_terms(judges, needs), [one.id for one in judges])
        return
    placed = place_all(terms, drawn_order(seed, [one.id for one in judges]))
    facts = {one.id: one for one in judges}
    for room in needs:
        seated = [facts[one.id] for one in placed if one.place.startswith(f"{room.key}/")]
        chief = next(one for one in seated if one.unit != "u0")
        check_panel([Seat(one, one is chief) for one in seated], room.candidates, room.rule).refuse()
    assert len(placed) == len(judges)


def test_judges_left_over_are_reserves_and_each_seat_goes_to_its_kind():
    judges = [judge(n) for n in range(5)] + [representative(n) for n in range(5, 8)]
    placed = place_all(check_pool(judges, rooms("1", "2")), [one.id for one in judges])
    assert Counter(one.place for one in placed) == {
        "1/expert": 2,
        "2/expert": 2,
        "1/representative": 1,
        "2/representative": 1,
        "": 2,
    }


def test_a_judge_in_conflict_with_one_room_may_still_be_drawn_for_the_other():
    candidate = CandidateFacts("T1", "t1", relations=(Relation("p0", Tie.COLLATERAL, Source.CANDIDATE),))
    needs = [RoomNeeds("1", (candidate,), RULE), RoomNeeds("2", (), RULE)]
    judges = [judge(n) for n in range(4)] + [representative(n) for n in range(4, 6)]
    placed = place_all(check_pool(judges, needs), [one.id for one in judges])
    assert placed[0].place == "2/expert"


def test_a_judge_who_is_a_candidate_anywhere_is_shut_out_of_every_room():
    needs = [RoomNeeds("1", (CandidateFacts("T1", "p0"),), RULE), RoomNeeds("2", (), RULE)]
    found = room_exclusions([judge(0), judge(1)], needs)
    assert [(one.room, one.exclusion.judge, one.exclusion.rule) for one in found] == [
        ("1", "J0", RecusalRule.IDENTITY),
        ("2", "J0", RecusalRule.IDENTITY),
    ]


def test_a_candidate_elsewhere_is_excluded_once_and_for_nothing_that_is_not_so():
    elsewhere = CandidateFacts("T1", "p0", ("u1",), (Relation("p1", Tie.SPOUSE, Source.CANDIDATE),))
    needs = [RoomNeeds("1", (elsewhere,), RULE), RoomNeeds("2", (), RULE)]
    judges = [
        representative(0, certificate_until=None),
        judge(1, relations=(Relation("p0", Tie.SPOUSE, Source.JUDGE),)),
    ]
    found = [(one.room, one.exclusion.judge, one.exclusion.rule) for one in room_exclusions(judges, needs)]
    assert [one for one in found if one[0] == "2"] == [
        ("2", "J0", RecusalRule.QUALIFICATION),
        ("2", "J0", RecusalRule.IDENTITY),
    ]


def test_where_units_may_repeat_the_hiring_body_still_may_not():
    needs = [replace(room, rule=replace(RULE, one_per_unit=False)) for room in rooms("1")]
    judges = [judge(0, unit="u0"), judge(1, unit="u0"), judge(2, unit="u1"), judge(3, unit="u1")]
    assert draw_terms(judges, needs).apart == {"J0": "u0", "J1": "u0"}
    assert draw_terms(judges, rooms("1")).apart == {one.id: one.unit for one in judges}


def test_the_published_terms_say_who_is_barred_where_but_not_why():
    candidate = CandidateFacts("T1", "t1", relations=(Relation("p0", Tie.SPOUSE, Source.INFORMER, "letter"),))
    text = draw_terms([judge(0), judge(1)], rooms("1", candidates=[candidate])).canonical()
    assert '"barred":{"1":["J0"]}' in text
    assert not any(word in text for word in ("spouse", "letter", "informer", "T1", "p0"))


def test_too_few_judges_of_a_kind():
    assert refused([judge(0), judge(1), judge(2), representative(3)], rooms("1", "2")) == [
        "pool: The panels need 4 expert judges; the pool has 3.",
        "pool: The panels need 2 representative judges; the pool has 1.",
    ]


def test_a_room_left_short_by_exclusions_names_the_rules_that_took_them():
    judges = [judge(0, unit="u1"), judge(1), judge(2), representative(3, certificate_until=None), representative(4)]
    candidate = CandidateFacts("T1", "t1", ("u1",), (Relation("p1", Tie.INTEREST, Source.AUTHORITY),))
    assert refused(judges, rooms("1", candidates=[candidate])) == [
        "pool: Room 1 needs 2 expert judges and 1 may sit; same unit as a candidate excludes 1.",
        "pool: Room 1 needs 2 expert judges and 1 may sit; declared interest excludes 1.",
    ]


def test_a_unit_with_too_many_judges_is_named_as_the_binding_rule():
    judges = [judge(n, unit="u1") for n in range(3)] + [representative(3), representative(4)]
    assert refused(judges, rooms("1")) == [
        "pool: The panels cannot be filled from this pool because of this rule: at most one judge of a unit."
    ]


def test_an_exclusion_that_binds_only_together_with_the_other_rooms_is_named():
    ties = tuple(Relation(f"p{n}", Tie.SPOUSE, Source.CANDIDATE) for n in (0, 1))
    candidates = (CandidateFacts("T1", "t1", (), ties),)
    needs = [RoomNeeds(key, candidates if key == "1" else (), RULE) for key in "12"]
    needs[1] = replace(needs[1], candidates=(CandidateFacts("T2", "t2", (), ties[:1]),))
    judges = [judge(n) for n in range(4)] + [representative(n) for n in range(4, 6)]
    assert refused(judges, needs) == ["pool: The panels cannot be filled from this pool because of this rule: kinship."]


def test_where_no_single_rule_is_to_blame_it_is_said():
    ties = (Relation("p0", Tie.SPOUSE, Source.CANDIDATE), Relation("p0", Tie.INTEREST, Source.JUDGE))
    needs = [RoomNeeds(key, (CandidateFacts(f"T{key}", f"t{key}", (), ties),), RULE) for key in "12"]
    judges = [judge(n) for n in range(4)] + [representative(n) for n in range(4, 6)]
    assert refused(judges, needs) == ["pool: Several rules together leave no way to fill the panels from this pool."]


def test_a_single_panel_is_drawn_from_a_surplus():
    judges = [judge(0), judge(1), representative(2)]
    assert refused(judges, rooms("1")) == [
        "pool: A single panel is drawn from more judges than it has seats: 3 seats, 3 judges may sit."
    ]
    assert check_pool([*judges, judge(3)], rooms("1")).places


def test_one_person_under_two_numbers_is_refused():
    twin = replace(judge(1), person="p0")
    assert refused([judge(0), twin, judge(2), representative(3)], rooms("1")) == [
        "pool: Judge J0 is in the pool under two numbers.",
        "pool: Judge J1 is in the pool under two numbers.",
    ]
