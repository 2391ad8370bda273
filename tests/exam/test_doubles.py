"""What registrations of different people share: found, graded, and never between a person and themselves."""

from hypothesis import given, strategies as st

from exam.doubles import Double, Shared, Trait, doubles


def test_the_same_photo_of_two_people_is_named_and_that_of_one_is_not() -> None:
    found = doubles([
        Trait(1, 10, Shared.PHOTO, "a"), Trait(2, 20, Shared.PHOTO, "a"),
        Trait(3, 30, Shared.PHOTO, "b"), Trait(4, 30, Shared.PHOTO, "b"),
        Trait(5, 50, Shared.CONTACT, ""), Trait(6, 60, Shared.CONTACT, ""),
        Trait(5, 50, Shared.PAPER, "a"),
    ])  # fmt: skip
    assert found == [Double(Shared.PHOTO, (1, 2))]


def test_the_gravest_stands_first_and_the_same_two_are_named_once_for_two_papers() -> None:
    found = doubles([
        Trait(1, 10, Shared.CONTACT, "c"), Trait(2, 20, Shared.CONTACT, "c"),
        Trait(1, 10, Shared.PAPER, "p"), Trait(2, 20, Shared.PAPER, "p"),
        Trait(1, 10, Shared.PAPER, "q"), Trait(2, 20, Shared.PAPER, "q"),
        Trait(1, 10, Shared.IDENTITY, "i"), Trait(2, 20, Shared.IDENTITY, "i"),
    ])  # fmt: skip
    assert [one.shared for one in found] == [Shared.IDENTITY, Shared.PAPER, Shared.CONTACT]


TRAITS = st.builds(
    Trait, st.integers(1, 6), st.integers(1, 3), st.sampled_from(Shared), st.sampled_from(["", "a", "b"])
)


@given(st.lists(TRAITS, max_size=20))
def test_whatever_is_named_is_shared_by_different_people(traits: list[Trait]) -> None:
    traits = [Trait(one.registration_id, one.registration_id % 3, one.shared, one.digest) for one in traits]
    for one in doubles(traits):
        assert len({key % 3 for key in one.registrations}) > 1
        assert all(
            any(t.registration_id == key and t.shared is one.shared for t in traits) for key in one.registrations
        )
    assert doubles(traits) == doubles(list(reversed(traits)))
