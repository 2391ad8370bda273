"""Seat cards (评委席位卡): a code and a PIN, printed once and handed to the judge.

The first half of the code finds the seat and is kept as it is. The second half and the PIN, forty random bits together,
are kept as one slow hash; no key of the house is in it, so a printed card outlives every renewal of keys.
"""

import secrets
from dataclasses import dataclass

from web.passwords import hash_password

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none is taken for another
LENGTH, MARK_LENGTH, PIN_LENGTH = 8, 4, 6


@dataclass(frozen=True, slots=True)
class SeatCard:
    """What is printed on a card, or typed from one."""

    code: str
    pin: str

    @property
    def mark(self) -> str:
        """What finds the seat."""
        return self.code[:MARK_LENGTH]

    @property
    def secret(self) -> str:
        """What the judge must know besides."""
        return f"{self.code[MARK_LENGTH:]} {self.pin}"

    def kept(self) -> tuple[str, str]:
        """What is kept of it: the mark, and the slow hash of the rest."""
        return self.mark, hash_password(self.secret)


def new_card() -> SeatCard:
    """A card that nobody can guess."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return SeatCard(code, f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}d}")


def typed_card(code: str, pin: str) -> SeatCard:
    """A card as somebody typed it, in small letters or with spaces."""
    return SeatCard("".join(code.split()).upper(), pin.strip())
