"""Recovery at the desk: the code that two members of staff give out there, and by what it is found again."""

import secrets

from exam.identity import fold_number
from web.asking import subject_of
from web.house import House

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none is taken for another
LENGTH = 10


def new_code() -> str:
    """A code to be read out or written down, ten letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def recovery_subject(house: House, name: str) -> str:
    """What the code is about: a staff sign-in name or an identity number, as typed."""
    return subject_of(house, f"desk:{fold_number(name)}")
