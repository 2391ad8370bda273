"""Secrets at rest: identity numbers and contacts encrypted, and found again by a keyed hash.

Every value names its algorithm and key: `aesgcm1.<key id>.<nonce>.<ciphertext>` and `hmacsha256.<key id>.<hex>`.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Refusal

SEALED = "aesgcm1"
HASHED = "hmacsha256"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys in use. The newest sealing key seals, every known one opens; the newest hashing key alone hashes."""

    sealing: Mapping[str, bytes]
    hashing: Mapping[str, bytes]
    sealing_id: str
    hashing_id: str

    def seal(self, text: str) -> str:
        """Encrypt a text under the newest key; an empty text stays empty."""
        if not text:
            return ""
        nonce = secrets.token_bytes(12)
        cipher = AESGCM(self.sealing[self.sealing_id]).encrypt(nonce, text.encode(), self.sealing_id.encode())
        return ".".join((SEALED, self.sealing_id, _letters(nonce), _letters(cipher)))

    def open(self, sealed: str) -> str:
        """Decrypt a value sealed under any known key. Raises Refusal if the key is missing or the value was changed."""
        if not sealed:
            return ""
        try:
            key_id, nonce, cipher = sealed.removeprefix(f"{SEALED}.").split(".")
            if key_id not in self.sealing:
                raise Refusal("The key {key} that protects this value is not at hand.", key=key_id)
            return AESGCM(self.sealing[key_id]).decrypt(_bytes(nonce), _bytes(cipher), key_id.encode()).decode()
        except (InvalidTag, ValueError):
            raise Refusal("A protected value was changed from outside and cannot be read.") from None

    def fingerprint(self, text: str) -> str:
        """The keyed hash by which an equal text is found; of an empty text it is empty."""
        if not text:
            return ""
        return self.hashed_start + hmac.new(self.hashing[self.hashing_id], text.encode(), hashlib.sha256).hexdigest()

    def salt(self, text: str) -> bytes:
        """16 bytes made from a text by the secret key: always the same, and telling nothing about it."""
        return hmac.digest(self.hashing[self.hashing_id], f"salt:{text}".encode(), "sha256")[:16]

    @property
    def hashed_start(self) -> str:
        """How every keyed hash under the newest key begins."""
        return f"{HASHED}.{self.hashing_id}."

    def sealed_by_newest(self, sealed: str) -> bool:
        """Whether a value needs no new sealing."""
        return not sealed or sealed.startswith(f"{SEALED}.{self.sealing_id}.")

    def hashed_by_newest(self, hashed: str) -> bool:
        """Whether a keyed hash needs no new hashing."""
        return not hashed or hashed.startswith(self.hashed_start)


def open_vault(key_file: Path, keys: str = "") -> Vault:
    """The vault from the given JSON text or from a key file, made with fresh keys (mode 0600) if there is none.

    Raises Refusal if the keys cannot be read.
    """
    if not keys and not key_file.exists():
        write_keys(key_file, fresh_keys(), first=True)
    return _vault(keys or key_file.read_text("utf-8"))


def fresh_keys() -> dict[str, Any]:
    """A document with one new sealing key and one new hashing key."""
    return {"sealing": [_fresh_key("s")], "hashing": [_fresh_key("h")]}


def with_new_key(document: Mapping[str, Any], purpose: str) -> dict[str, Any]:
    """The key document with one more key; old keys stay so that old values can be read."""
    return {**document, purpose: [*document[purpose], _fresh_key(purpose[0])]}


def write_keys(key_file: Path, document: Mapping[str, Any], *, first: bool = False) -> None:
    """Write the key file readable by its owner only, whole or not at all, and so that it survives a power cut.

    With `first`, keys that another process has made meanwhile stay: what they seal must remain readable.
    """
    key_file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=key_file.parent, prefix=f"{key_file.name}.")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump(document, target, indent=1)
        target.flush()
        os.fsync(target.fileno())
    if first:
        with contextlib.suppress(FileExistsError):
            os.link(part, key_file)
        Path(part).unlink()
    else:
        Path(part).replace(key_file)
    folder = os.open(key_file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _vault(text: str) -> Vault:
    try:
        document = json.loads(text)
        sealing = {key["id"]: bytes.fromhex(key["key"]) for key in document["sealing"]}
        hashing = {key["id"]: bytes.fromhex(key["key"]) for key in document["hashing"]}
        newest = document["sealing"][-1]["id"], document["hashing"][-1]["id"]
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        sealing = hashing = {}
        newest = "", ""
    if not sealing or not hashing or any(len(key) != KEY_BYTES for key in (*sealing.values(), *hashing.values())):
        raise Refusal("The keys cannot be read: look at the key file, or at GONGXUAN_KEYS.")
    return Vault(sealing, hashing, *newest)


def _fresh_key(prefix: str) -> dict[str, str]:
    return {"id": prefix + secrets.token_hex(3), "key": secrets.token_hex(KEY_BYTES)}


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
