"""Placement: the first place that leaves a complete assignment possible, checked against trying everything."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from core.errors import Refusal
from core.placement import Complete, Place, Skip, SkipReason, Terms, place_all, possible

IDS = "abcdef"


def terms_of(*places: Place, complete: Complete = Complete.SEATS, **rest) -> Terms:
    return Terms(places, complete, **rest)


def keeps_terms(terms: Terms, seats: dict[str, str]) -> bool:
    """The definition in the plainest way: whether an assignment (id → place or "") is allowed and complete."""
    places = {place.key: place for place in terms.places}
    taken = Counter(key for key in seats.values() if key)
    units = Counter((terms.apart[one], places[key].room) for one, key in seats.items() if key and terms.apart.get(one))
    whole = (
        all(taken[place.key] == place.seats for place in terms.places)
        if terms.complete is Complete.SEATS
        else all(seats.values())
    )
    return (
        whole
        and all(taken[place.key] <= place.seats for place in terms.places)
        and all(count <= 1 for count in units.values())
        and all(
            places[key].kind in ("", terms.kinds.get(one, ""))
            and one not in terms.barred.get(key, frozenset()) | terms.barred.get(places[key].room, frozenset())
            for one, key in seats.items()
            if key
        )
    )


def solutions(terms: Terms, ids: str) -> list[dict[str, str]]:
    choices = ["", *(place.key for place in terms.places)]
    every = (dict(zip(ids, chosen, strict=True)) for chosen in product(choices, repeat=len(ids)))
    return [seats for seats in every if keeps_terms(terms, seats)]


@st.composite
def any_pool(draw) -> tuple[Terms, str]:
    """Terms over a pool of two to six ids, with units and exclusions common enough to collide."""
    ids = IDS[: draw(st.integers(2, len(IDS)))]
    rooms = [
        Place(f"{room}-{kind or 'any'}", draw(st.integers(1, 2)), room, kind)
        for room, kind in draw(
            st.lists(st.sampled_from([("1", "x"), ("1", "y"), ("2", "x"), ("2", "")]), min_size=1, unique=True)
        )
    ]
    some = st.sets(st.sampled_from(ids), max_size=2).map(frozenset)
    terms = Terms(
        tuple(rooms),
        draw(st.sampled_from(Complete)),
        kinds={one: draw(st.sampled_from("xxy")) for one in ids},
        apart={one: draw(st.sampled_from(["", "U", "V"])) for one in ids},
        barred=draw(st.dictionaries(st.sampled_from([*{p.room for p in rooms}, rooms[0].key]), some, max_size=1)),
    )
    return terms, ids


@settings(max_examples=300, deadline=None)
@given(any_pool(), st.randoms(use_true_random=False))
def test_the_walk_takes_the_first_place_that_some_complete_assignment_agrees_with(pool, chance):
    terms, ids = pool
    order = chance.sample(ids, len(ids))
    left = solutions(terms, ids)
    assert possible(terms, order) == bool(left)
    if not left:
        with pytest.raises(Refusal, match="No complete placement"):
            place_all(terms, order)
        return
    for one in place_all(terms, order):
        open_places = [place.key for place in terms.places if any(seats[one.id] == place.key for seats in left)]
        assert one.place == (open_places[0] if open_places else "")
        left = [seats for seats in left if seats[one.id] == one.place]
    assert len(left) == 1


@given(any_pool())
def test_terms_are_read_back_from_their_canonical_text(pool):
    terms, _ = pool
    assert Terms.parse(terms.canonical()).canonical() == terms.canonical()


def test_reserves_come_after_the_seats_and_every_skip_has_its_reason():
    terms = terms_of(
        Place("1-expert", 1, "1", "expert"),
        Place("1-representative", 1, "1", "representative"),
        Place("2-expert", 1, "2", "expert"),
        kinds={"a": "expert", "b": "expert", "c": "representative", "d": "expert", "e": "representative"},
        apart={"a": "bureau", "c": "bureau"},
        barred={"1": frozenset("d")},
    )
    placed = {one.id: one for one in place_all(terms, "bacde")}
    assert {one: placed[one].place for one in placed} == {
        "b": "1-expert",
        "a": "2-expert",
        "c": "1-representative",
        "d": "",
        "e": "",
    }
    assert placed["a"].skips == (
        Skip("1-expert", SkipReason.FULL),
        Skip("1-representative", SkipReason.KIND),
    )
    assert placed["d"].skips == (
        Skip("1-expert", SkipReason.BARRED),
        Skip("1-representative", SkipReason.KIND),
        Skip("2-expert", SkipReason.FULL),
    )


def test_a_person_who_could_sit_anywhere_yields_the_seat_only_one_other_can_not_do_without():
    terms = terms_of(Place("1", 1, "1"), Place("2", 1, "2"), barred={"2": frozenset("b")})
    first, second = place_all(terms, "ab")
    assert (first.place, first.skips) == ("2", (Skip("1", SkipReason.INCOMPLETE),))
    assert second.place == "1"


def test_two_of_one_unit_never_share_a_room_though_their_kinds_differ():
    terms = terms_of(
        Place("1-x", 1, "1", "x"),
        Place("1-y", 1, "1", "y"),
        kinds={"a": "x", "b": "y", "c": "y"},
        apart={"a": "bureau", "b": "bureau"},
    )
    placed = {one.id: one for one in place_all(terms, "bac")}
    assert placed["b"].place == ""
    assert placed["b"].skips[-1] == Skip("1-y", SkipReason.INCOMPLETE)
    with pytest.raises(Refusal):
        place_all(terms_of(*terms.places, kinds={"a": "x", "b": "y"}, apart=terms.apart), "ab")


def test_one_unit_cannot_fill_two_kinds_of_seats_in_a_room():
    terms = terms_of(
        Place("1-x", 1, "1", "x"), Place("1-any", 1, "1"), kinds={"a": "x", "b": "x"}, apart=dict.fromkeys("ab", "U")
    )
    assert not possible(terms, "ab")
    assert possible(terms, "abc")


def test_everybody_is_placed_where_the_rooms_have_more_seats_than_people():
    terms = terms_of(Place("1", 2), Place("2", 9), complete=Complete.IDS)
    assert [one.place for one in place_all(terms, "abcd")] == ["1", "1", "2", "2"]


def test_a_day_of_six_rooms_with_nine_judges_is_placed():
    kinds = {f"J{n:02}": "expert" if n % 9 < 7 else "representative" for n in range(66)}
    terms = terms_of(
        *(
            Place(f"{room}-{kind}", seats, str(room), kind)
            for room in range(6)
            for kind, seats in (("expert", 7), ("representative", 2))
        ),
        kinds=kinds,
        apart={one: f"unit {number % 25}" for number, one in enumerate(kinds)},
    )
    placed = place_all(terms, sorted(kinds))
    assert Counter(one.place for one in placed if one.place) == {place.key: place.seats for place in terms.places}
    met = Counter((one.place.split("-")[0], terms.apart[one.id]) for one in placed if one.place)
    assert set(met.values()) == {1}


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (terms_of(), "A placement needs at least one place."),
        (terms_of(Place("1", 1), Place("1", 1)), "A place is listed twice."),
        (terms_of(Place("1", 0)), "The place {place} has no seat."),
        (terms_of(Place("1", 1), kinds={"z": "x"}), "The constraints name {id}, who is not in the pool."),
        (
            terms_of(Place("1", 1), barred={"9": frozenset("a")}),
            "The constraints name {place}, which is not a room or place here.",
        ),
    ],
)
def test_meaningless_terms_are_refused(terms, sentence):
    with pytest.raises(Refusal) as refusal:
        place_all(terms, "ab")
    assert refusal.value.sentence == sentence


@pytest.mark.parametrize("text", ["", "[]", '{"places":[]}', '{"places":1}'])
def test_text_that_is_no_placement_is_refused(text):
    with pytest.raises(Refusal, match="not a placement"):
        Terms.parse(text)


def test_terms_in_another_writing_are_refused():
    text = terms_of(Place("1", 1)).canonical()
    with pytest.raises(Refusal, match="canonical"):
        Terms.parse(text.replace(",", ", "))
