"""Which characters the printed forms' fonts have; what is missing goes to a staff queue and never becomes a box."""

import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import Refusal

_BLANKS = frozenset(" \n\u3000\u00a0")
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Coverage:
    """The characters of one font, as ranges of code points in order."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def __contains__(self, sign: str) -> bool:
        place = bisect_right(self.firsts, ord(sign)) - 1
        return place >= 0 and ord(sign) <= self.lasts[place]


def missing_characters(text: str, fonts: Iterable[Coverage] | None = None) -> tuple[str, ...]:
    """The characters of a text that a font of the forms lacks, each once, in order of appearance."""
    coverages = tuple(fonts) if fonts is not None else form_fonts()
    return tuple(
        sign
        for sign in dict.fromkeys(text)
        if sign not in _BLANKS and not all(sign in coverage for coverage in coverages)
    )


def refuse_missing(texts: Iterable[str]) -> None:
    """Refuse, with their names, characters that could only be printed as boxes."""
    missing = missing_characters("".join(texts))
    if missing:
        raise Refusal(
            "The font of the printed forms lacks these characters: {characters}. Nothing was printed; they need a "
            "supplementary font or another spelling.",
            characters=" ".join(f"{sign} (U+{ord(sign):04X})" for sign in missing[:_SHOWN]),
        )


@cache
def form_fonts() -> tuple[Coverage, ...]:
    """The fonts that the forms are set in."""
    from pylopdf_fonts_zh_cn import sans_path, serif_path

    return coverage_of(sans_path()), coverage_of(serif_path())


def coverage_of(path: Path) -> Coverage:
    """Read the character map of an OpenType font: `cmap` subtable format 12 (OpenType specification, cmap)."""
    with path.open("rb") as font:
        (tables,) = struct.unpack(">4xH", font.read(6))
        font.seek(12)
        entries = (struct.unpack(">4s4xII", font.read(16)) for _ in range(tables))
        start, length = next((at, size) for tag, at, size in entries if tag == b"cmap")
        font.seek(start)
        cmap = font.read(length)
    (subtables,) = struct.unpack_from(">2xH", cmap)
    for number in range(subtables):
        (at,) = struct.unpack_from(">4xI", cmap, 4 + 8 * number)
        if struct.unpack_from(">H", cmap, at) == (12,):
            (groups,) = struct.unpack_from(">12xI", cmap, at)
            found = [struct.unpack_from(">II", cmap, at + 16 + 12 * group) for group in range(groups)]
            return Coverage(tuple(first for first, _ in found), tuple(last for _, last in found))
    raise ValueError(f"{path.name} has no character map of format 12")
