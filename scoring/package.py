"""The result package (结果包): a zip with everything from which an outsider gets the same result without this house.

    inputs.json outcome.json publication.json scheme.json   the documents, in their canonical form
    journal.jsonl                                            the journal's chain, a line each
    manifest.json                                            which result this is, the SHA-256 and size of every file
    README.md                                                how to replay it

The same documents give the same bytes: names in order, one fixed time, no name of a machine. What comes back from
somewhere is a stranger's file: nothing of it is written anywhere, and nothing is read beyond the limits below.
"""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from core.canonical import canonical
from core.errors import Refusal

FORMAT = "gongxuan-result-package/1"
INPUTS, JOURNAL, MANIFEST, OUTCOME = "inputs.json", "journal.jsonl", "manifest.json", "outcome.json"
PUBLICATION, README, SCHEME = "publication.json", "README.md", "scheme.json"
ALWAYS = frozenset({INPUTS, JOURNAL, MANIFEST, OUTCOME, README, SCHEME})

PROVING = frozenset(
    {"rule_set.frozen", "marks.confirmed", "tally.accepted", "tally.published", "publication.published"}
)
"""The acts whose lines a package shows in full; of all others it has the digest alone."""

MIB = 1024 * 1024
MOST_FILE = 1024 * MIB
MOST_LINE = MIB
MOST_BYTES: Mapping[str, int] = {
    INPUTS: 64 * MIB, JOURNAL: 1024 * MIB, MANIFEST: MIB, OUTCOME: 256 * MIB, PUBLICATION: 64 * MIB, README: MIB,
    SCHEME: 4 * MIB,
}  # fmt: skip
MOST_RATIO = 300  # repeated keys pack well; a bomb packs a thousand to one
FREE = MIB  # what may be unpacked whatever its ratio
MOST_DIGITS = 18
PIECE = 64 * 1024
_TIME = (1980, 1, 1, 0, 0, 0)
_END = struct.Struct("<4sHHHHIIH")
_MOST_MEMBERS, _MOST_DIRECTORY = 50, 16 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, struct.error)

Document = dict[str, Any]


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Sum:
    """SHA-256 and size of what has gone by."""

    digest: Any
    size: int = 0

    def stated(self) -> Document:
        return {"sha256": self.digest.hexdigest(), "size": self.size}


def write_package(
    target: BinaryIO, facts: Mapping[str, object], files: Mapping[str, bytes], journal: Iterable[bytes]
) -> None:
    """Write a package: `facts` go into the manifest, `journal` yields whole lines, one at a time."""
    sums = {name: _Sum(hashlib.sha256(content), len(content)) for name, content in files.items()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted({*files, JOURNAL, MANIFEST}):
            with archive.open(_member(name), "w") as stream:
                if name == JOURNAL:
                    sums[name] = _written(stream, journal)
                elif name == MANIFEST:
                    stated = {one: found.stated() for one, found in sums.items()}
                    stream.write(canonical({"format": FORMAT, **facts, "files": stated}))
                else:
                    stream.write(files[name])


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o100644 << 16
    return member


def _written(stream: Any, lines: Iterable[bytes]) -> _Sum:
    found = _Sum(hashlib.sha256())
    for line in lines:
        stream.write(line)
        found.digest.update(line)
        found.size += len(line)
    return found


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Opened:
    """A package of somebody's, looked at from outside: every name known, every size inside its limit.

    Raises Refusal of anything that is no package; what stands in it is for others to judge.
    """

    def __init__(self, path: Path) -> None:
        _refuse_no_zip(path)
        try:
            self._archive = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise Refusal("This is not a zip file, or it is damaged.") from error
        try:
            self._members = {member.filename: member for member in _looked_at(self._archive)}
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._archive.close()

    @property
    def names(self) -> frozenset[str]:
        """The files that are there."""
        return frozenset(self._members)

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file's bytes, a piece at a time. Raises Refusal where it is damaged, KeyError where it is not there."""
        try:
            with self._archive.open(self._members[name]) as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except _BROKEN as error:
            raise Refusal("The file {name} in the package is damaged.", name=name) from error

    def lines(self, name: str) -> Iterator[bytes]:
        """A file's lines without their ends. Raises Refusal of an endless one."""
        rest = b""
        for piece in self.pieces(name):
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
            if len(rest) > MOST_LINE:
                raise Refusal("A line of {name} is longer than {most} bytes.", name=name, most=MOST_LINE)
        if rest:
            yield rest

    def stated(self, name: str) -> Document:
        """SHA-256 and size of a file as it is."""
        return _written(_Nowhere(), self.pieces(name)).stated()

    def document(self, name: str) -> Document:
        """A file as a document. Raises Refusal unless it is one in canonical form."""
        content = b"".join(self.pieces(name))
        try:
            found = parsed(content)
            if isinstance(found, dict) and canonical(found) == content:
                return found
        except (ValueError, TypeError, RecursionError) as error:
            raise Refusal("{name} cannot be read: it is no document of a package.", name=name) from error
        raise Refusal("{name} cannot be read: it is no document of a package.", name=name)


class _Nowhere:
    def write(self, content: bytes) -> int:
        return len(content)


def parsed(content: bytes) -> Any:
    """JSON without floats and without endless integers. Raises ValueError, or RecursionError of a bottomless one."""
    return json.loads(content.decode(), parse_int=_whole, parse_float=_no_float, parse_constant=_no_float)


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError("an integer is longer than any count")
    return int(text)


def _no_float(_text: str) -> float:
    raise ValueError("figures are text")


def _refuse_no_zip(path: Path) -> None:
    """Look at the end of the file before anything is made of it: how many members it says it has, and how large."""
    if not path.is_file():
        raise Refusal("There is no such file.")
    size = path.stat().st_size
    if size > MOST_FILE:
        raise Refusal("The file is larger than {most} MB.", most=MOST_FILE // MIB)
    with path.open("rb") as stream:
        stream.seek(max(0, size - _END.size))
        tail = stream.read()
    if len(tail) < _END.size or not tail.startswith(b"PK\x05\x06"):
        raise Refusal("This is not a zip file, or it is damaged.")
    _, _, _, _, count, length, _, _ = _END.unpack(tail)
    if count > _MOST_MEMBERS or length > _MOST_DIRECTORY:
        raise Refusal("The package holds files that no result package has.")


def _looked_at(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members, every one of them known, single, plain and inside its limits."""
    members = archive.infolist()
    names = [member.filename for member in members]
    for name in names:
        if name not in MOST_BYTES:
            raise Refusal("The package holds a file that no result package has: {name}", name=name[:80])
        if names.count(name) > 1:
            raise Refusal("The file {name} stands in the package twice.", name=name)
    for member in members:
        plain = member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} and not member.flag_bits & 1
        if not plain:
            raise Refusal("The file {name} in the package is damaged.", name=member.filename)
        bomb = member.file_size > max(FREE, member.compress_size * MOST_RATIO)
        if bomb or member.file_size > MOST_BYTES[member.filename]:
            raise Refusal("The file {name} in the package would unpack to {size} bytes, which is too much.",
                          name=member.filename, size=member.file_size)  # fmt: skip
    if MANIFEST not in names:
        raise Refusal("The package has no manifest.")
    return members
