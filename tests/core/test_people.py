"""Who may do what: by duty in one scope and in no other; what excludes what; when a hand counts as the second."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from core.errors import Denied, Refusal
from core.people import (
    ADMINISTRATORS,
    EXCLUDED,
    NOBODY,
    POWERS,
    PROOF_LIFE,
    Actor,
    Duty,
    FirstHand,
    Power,
    Proof,
    conflict,
    job,
    require_second_hand,
)

NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
HERE, ELSEWHERE = 2, 3
FIRST = FirstHand(person_id=1, device="first device")
BUSINESS = sorted(set(Duty) - ADMINISTRATORS)

duties = st.sampled_from(sorted(Duty))


def holding(*held: Duty, scope: int = HERE) -> Actor:
    return Actor(label="account:7", account_id=7, person_id=7, duties={scope: frozenset(held)})


@pytest.mark.parametrize("power", Power)
def test_who_holds_no_duty_may_do_nothing(power: Power) -> None:
    for actor in (NOBODY, job("anything"), holding(), Actor(label="seat:3", seat_id=3)):
        with pytest.raises(Denied):
            actor.require(power, HERE)


@given(duties, st.sampled_from(sorted(Power)))
def test_a_duty_gives_its_powers_in_its_own_scope_and_nothing_else_anywhere(duty: Duty, power: Power) -> None:
    actor = holding(duty)
    assert actor.may(power, HERE) == (power in POWERS[duty])
    assert not actor.may(power, ELSEWHERE)
    assert actor.scopes_with(power) == ((HERE,) if power in POWERS[duty] else ())


def test_every_duty_says_what_it_may_do() -> None:
    assert set(POWERS) == set(Duty)
    assert all(POWERS.values())


def test_every_power_is_given_by_some_duty() -> None:
    assert frozenset[Power]().union(*POWERS.values()) == frozenset(Power)


@pytest.mark.parametrize("names", [Power, Duty])
def test_the_names_stand_in_order_so_that_none_is_written_twice(names: type[Power] | type[Duty]) -> None:
    values = [member.value for member in names]
    assert values == sorted(set(values))
    assert [member.name for member in names] == [value.replace(":", "_").upper() for value in values]


@pytest.mark.parametrize("power", Power)
def test_a_power_names_package_thing_and_verb(power: Power) -> None:
    package, thing, verb = power.value.split(":")
    assert package in {"core", "exam", "interview", "recording", "scoring"}
    assert thing
    assert verb


# ── duties that exclude each other ───────────────────────────────────────────────────────────────────────────────────


@given(duties, duties)
def test_exclusion_works_both_ways(one: Duty, other: Duty) -> None:
    assert (conflict([one], other) is None) == (conflict([other], one) is None)
    assert (conflict([], one, elsewhere=[other]) is None) == (conflict([], other, elsewhere=[one]) is None)


@pytest.mark.parametrize("pair", EXCLUDED)
def test_the_pairs_of_the_table_exclude_each_other_in_one_selection_only(pair: frozenset[Duty]) -> None:
    one, other = pair
    assert conflict([one], other) == one
    assert conflict([], other, elsewhere=[one]) is None


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("duty", BUSINESS)
def test_an_administrator_has_no_business_duty_anywhere(administrator: Duty, duty: Duty) -> None:
    assert conflict([administrator], duty) == administrator
    assert conflict([], duty, elsewhere=[administrator]) == administrator
    assert conflict([], administrator, elsewhere=[duty]) == duty


@pytest.mark.parametrize("pair", list(combinations(sorted(ADMINISTRATORS), 2)))
def test_the_three_administrators_are_three_persons(pair: tuple[Duty, Duty]) -> None:
    assert conflict([pair[0]], pair[1]) == pair[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Duty.SELECTION_EDITOR, Duty.SELECTION_APPROVER),
        (Duty.VETTER, Duty.SECOND_VETTER),
        (Duty.ENTRY_CLERK, Duty.ENTRY_CHECKER),
        (Duty.TALLY_CLERK, Duty.TALLY_CHECKER),
    ],
)
def test_the_two_hands_of_one_step_exclude_each_other(first: Duty, second: Duty) -> None:
    assert conflict([first], second) == first


@pytest.mark.parametrize("duty", sorted(set(BUSINESS) - {Duty.SUPERVISOR, Duty.ARCHIVIST, Duty.EXAM_OFFICER}))
def test_who_supervises_does_nothing_that_is_supervised(duty: Duty) -> None:
    assert conflict([Duty.SUPERVISOR], duty) == Duty.SUPERVISOR


@given(duties)
def test_a_duty_does_not_exclude_itself(duty: Duty) -> None:
    assert conflict([duty], duty) is None


# ── the second hand ──────────────────────────────────────────────────────────────────────────────────────────────────


def second(
    *, person: int = 2, device: str = "second device", proven: datetime | None = NOW - timedelta(minutes=1)
) -> Actor:
    proof = None if proven is None else Proof(proven, device)
    return Actor(label="account:2", person_id=person, device=device, proof=proof)


def test_another_person_freshly_proven_on_another_device_is_a_second_hand() -> None:
    require_second_hand(second(), FIRST, NOW)


@pytest.mark.parametrize("age", [timedelta(), PROOF_LIFE])
def test_a_proof_counts_from_its_moment_to_the_end_of_its_life(age: timedelta) -> None:
    require_second_hand(second(proven=NOW - age), FIRST, NOW)


@pytest.mark.parametrize(
    ("actor", "sentence"),
    [
        (second(person=1), "another person"),
        (second(proven=None), "Prove who you are"),
        (second(proven=NOW - PROOF_LIFE - timedelta(microseconds=1)), "Prove who you are"),
        (second(proven=NOW + timedelta(microseconds=1)), "Prove who you are"),
        (second(device="first device"), "another device"),
    ],
    ids=["same person", "no proof", "proof too old", "proof of the future", "same device"],
)
def test_anybody_else_is_not_a_second_hand(actor: Actor, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        require_second_hand(actor, FIRST, NOW)
