"""What registrations share that separate people do not usually share: for people to judge, never a verdict.

The same identity number, photo or paper points to one person under two accounts or to borrowed papers; the same
contact to somebody who registers for others, so that a post seems contested (陪考).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.words import N_


class Shared(StrEnum):
    """What several registrations have in common, the gravest first."""

    IDENTITY = "identity"
    PHOTO = "photo"
    PAPER = "paper"
    CONTACT = "contact"


SHARED_WORDS = {
    Shared.IDENTITY: N_("the same identity number"),
    Shared.PHOTO: N_("the same photo"),
    Shared.PAPER: N_("the same paper"),
    Shared.CONTACT: N_("the same contact"),
}


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing a registration has, by a digest that says nothing itself."""

    registration_id: int
    person_id: int
    shared: Shared
    digest: str


@dataclass(frozen=True, slots=True)
class Double:
    """Registrations of different people that share something, in order."""

    shared: Shared
    registrations: tuple[int, ...]


def doubles(traits: Iterable[Trait]) -> list[Double]:
    """Everything shared by registrations of different people, the gravest first; empty digests are nothing."""
    holders: dict[tuple[Shared, str], dict[int, int]] = {}
    for one in traits:
        if one.digest:
            holders.setdefault((one.shared, one.digest), {})[one.registration_id] = one.person_id
    found = {
        Double(shared, tuple(sorted(held))) for (shared, _), held in holders.items() if len(set(held.values())) > 1
    }
    return sorted(found, key=lambda one: (list(Shared).index(one.shared), one.registrations))
