"""One form of bytes for a document, so that its SHA-256 names its content and not its spelling.

Canonical JSON: UTF-8, keys sorted by code point, no spaces; a Decimal is a string in plain notation without
trailing zeros, so 0.40 and 0.4 are the same; whole numbers, booleans and null are as in JSON; days and times
are ISO 8601 strings. Text is kept as it was typed, without Unicode normalisation.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


class Sealed(dict[str, Any]):
    """A document with its canonical text and SHA-256, taken once; whoever keeps it need not go through it again.

    What it holds is never changed: a changed copy (`{**sealed, …}`) is a plain document again.
    """

    __slots__ = ("sha256", "text")

    def __init__(self, document: Mapping[str, Any], text: str) -> None:
        super().__init__(document)
        self.text = text
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Sealed":
        """A document sealed as it stands."""
        return cls(document, canonical(document).decode())

    @classmethod
    def read(cls, text: bytes) -> "Sealed":
        """A document from its canonical bytes, as `canonical` wrote them."""
        return cls(json.loads(text, parse_float=Decimal), text.decode())


def canonical(document: object) -> bytes:
    """The canonical bytes of a document of tables, lists, text, whole numbers, Decimals, days and null.

    Raises TypeError for a float or any other kind of value, ValueError for a Decimal that is not a number.
    """
    if isinstance(document, Sealed):
        return document.text.encode()
    return _ENCODER.encode(_plain(document)).encode()


def fingerprint(document: object) -> str:
    """The SHA-256 of the canonical bytes, in lower-case hexadecimal."""
    return document.sha256 if isinstance(document, Sealed) else hashlib.sha256(canonical(document)).hexdigest()


def plain_decimal(value: Decimal) -> str:
    """A Decimal in plain notation without trailing zeros: 0.40 → "0.4", 1E+2 → "100", -0.0 → "0"."""
    if not value.is_finite():
        raise ValueError(f"not a number: {value}")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _plain(value: object) -> object:
    if type(value) in _AS_THEY_ARE or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_key(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _key(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a key is text, not {type(name).__name__}")
    return name
