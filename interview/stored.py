"""A sheet's marks as the database keeps them, and the digest that a seal puts over all sheets of a hearing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.canonical import fingerprint
from interview.scoresheet import MARK_PLACES, Marks

_COMPACT = json.JSONEncoder(separators=(",", ":"))


def marks_text(marks: Marks) -> str:
    """Marks as JSON text, element key → integer of 1/10^MARK_PLACES, in the order of the form."""
    return _COMPACT.encode({key: scaled(mark) for key, mark in marks.by_element.items()})


def scaled(mark: Decimal) -> int:
    """A mark as an integer of 1/10^MARK_PLACES. ValueError if it has more decimals."""
    value = mark.scaleb(MARK_PLACES)
    if value != value.to_integral_value():
        raise ValueError(f"{mark} has more than {MARK_PLACES} decimals")
    return int(value)


def exact_marks(text: str) -> Mapping[str, Decimal]:
    """Marks back from their JSON text."""
    return {key: exact_mark(value) for key, value in json.loads(text).items()}


def exact_mark(value: int) -> Decimal:
    """A mark back from its integer, without trailing zeros: 175000 → 17.5, 900000 → 90."""
    mark = Decimal(value).scaleb(-MARK_PLACES)
    whole = mark.to_integral_value()
    return whole if mark == whole else mark.normalize()


def bound_digest(key: str, hearing_id: int, seat_id: int, version: int, marks: str, total: int) -> str:
    """What the journal says of a sheet before the seal: SHA-256 over its random key and its content, in hex.

    The key keeps the digest from being guessed back into marks while others may not know them.
    """
    text = "\n".join((key, str(hearing_id), str(seat_id), str(version), marks, str(total)))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """One seat's sheet as it stands in the database."""

    seat: int
    group: str
    version: int
    marks: str
    total: int
    short_code: str


def sheets_digest(hearing_id: int, sheets: Iterable[StoredSheet]) -> str:
    """The SHA-256 over all sheets of a hearing, by seat, in hex: what the supervisor seals."""
    lines = [
        {
            "seat": sheet.seat,
            "group": sheet.group,
            "version": sheet.version,
            "marks": json.loads(sheet.marks),
            "total": sheet.total,
            "code": sheet.short_code,
        }
        for sheet in sorted(sheets, key=lambda one: one.seat)
    ]
    return fingerprint({"sheets": "gongxuan-sheets-v1", "hearing": hearing_id, "lines": lines})
