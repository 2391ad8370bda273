"""Passwords and PINs: kept as Argon2id, and compared at the same cost whether or not somebody is known.

Several people may claim one identity number. Their hashes share a salt made from it by a secret key, so that one
computation tells which of them a password opens, and its length tells nobody how many there are. After a new key there
may be two salts to a number until everybody has signed in once; then each trial takes as many computations as keys.
"""

import base64
import secrets
import threading
from collections.abc import Sequence

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import hash_secret

from core.words import N_

PASSWORDS = PasswordHasher()
NO_ONE = PASSWORDS.hash(secrets.token_hex(16))
_AT_ONCE = threading.BoundedSemaphore(4)  # each computation takes 64 MB for a moment


def hash_password(password: str, salt: bytes | None = None) -> str:
    """What is kept of a password; the salt is random unless one is given (16 bytes)."""
    with _AT_ONCE:
        return PASSWORDS.hash(password, salt=salt)


def which_matches(kept: Sequence[str], given: str, *, at_least: int = 1) -> int | None:
    """The place of the kept hash that a password fits, or None.

    Costs one computation for all hashes of one salt, and as much where there is none or where one is no hash at all;
    `at_least` so many in any case.
    """
    hashes = [one if one.startswith("$argon2") else NO_ONE for one in kept] or [NO_ONE]
    salts = list({one.rpartition("$")[0]: one for one in hashes}.values())
    made = {_again(one, given) for one in salts}
    for _ in range(at_least - len(salts)):
        _again(NO_ONE, given)
    return next((place for place, one in enumerate(hashes) if one in made and one is not NO_ONE), None)


def has_salt(kept: str, salt: bytes) -> bool:
    """Whether a kept hash was made with this salt."""
    return kept.split("$")[-2:-1] == [base64.b64encode(salt).decode().rstrip("=")]


def password_matches(kept: str, given: str) -> bool:
    """Whether a password is right; takes as long when there is none to compare with."""
    return which_matches([kept], given) is not None


def password_problem(password: str) -> str:
    """What is wrong with a new password, or ""."""
    if len(password) < 10:
        return N_("A password has at least 10 characters.")
    if len(password) > 200 or len(set(password)) < 4:
        return N_("This password is too easy to guess.")
    return ""


def _again(encoded: str, given: str) -> str:
    """The encoded hash of a password with the salt and costs of another one."""
    salt = encoded.split("$")[-2]
    costs = extract_parameters(encoded)
    with _AT_ONCE:
        return hash_secret(
            given.encode(),
            base64.b64decode(salt + "=" * (-len(salt) % 4)),
            time_cost=costs.time_cost,
            memory_cost=costs.memory_cost,
            parallelism=costs.parallelism,
            hash_len=costs.hash_len,
            type=costs.type,
            version=costs.version,
        ).decode()
