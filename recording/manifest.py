"""The manifest of a recording: which files belong to it, with size and SHA-256, in canonical bytes.

Its own SHA-256 goes into the journal and onto the minutes, so that the video of a hearing can be named on paper.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from core.canonical import canonical
from core.errors import Problem
from recording.retention import RetentionRule
from recording.timeline import Timeline

FORMAT = "gongxuan-recording-v1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class Role(StrEnum):
    """What a file is to the recording; only `CAPTURED` is the record itself, all others can be made again."""

    CAPTURED = "captured"
    REVIEW = "review"
    POSTER = "poster"
    FINDINGS = "findings"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file by its name in the archive, its length in bytes and its SHA-256 in lower-case hexadecimal."""

    name: str
    role: Role
    bytes: int
    sha256: str
    media_type: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not _SHA256.fullmatch(self.sha256) or self.bytes <= 0:
            raise ValueError(f"not an archived file: {self!r}")


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What a manifest says about the recording itself; numbers and ids only, no names of persons."""

    recording: str
    hearing: str
    room: str
    started: datetime
    duration_ms: int
    retention: RetentionRule


def manifest(facts: RecordingFacts, files: Sequence[FileEntry], shown: Timeline) -> dict[str, object]:
    """The manifest as plain values. ValueError for a name that stands twice or where no file was captured."""
    names = [one.name for one in files]
    if len(set(names)) < len(names) or all(one.role is not Role.CAPTURED for one in files):
        raise ValueError("a manifest needs captured files, each name once")
    return {
        "manifest": FORMAT,
        "recording": facts.recording,
        "hearing": facts.hearing,
        "room": facts.room,
        "started": facts.started.astimezone(UTC).isoformat(timespec="milliseconds"),
        "duration_ms": facts.duration_ms,
        "retention": str(facts.retention),
        "files": [
            {
                "name": one.name,
                "role": one.role.value,
                "bytes": one.bytes,
                "sha256": one.sha256,
                "media_type": one.media_type,
            }
            for one in sorted(files, key=lambda one: one.name)
        ],
        "chapters": [
            {"kind": one.kind.value, "number": one.number, "start_ms": one.start_ms, "end_ms": one.end_ms}
            for one in shown.chapters
        ],
        "marks": [{"kind": one.kind.value, "seat": one.seat, "at_ms": one.at_ms} for one in shown.marks],
    }


def manifest_bytes(document: Mapping[str, object]) -> bytes:
    """The canonical bytes that are stored."""
    return canonical(document)


def manifest_digest(document: Mapping[str, object]) -> str:
    """The SHA-256 of the canonical bytes, in lower-case hexadecimal."""
    return hashlib.sha256(manifest_bytes(document)).hexdigest()


def compare_files(expected: Iterable[FileEntry], found: Mapping[str, tuple[int, str]]) -> list[Problem]:
    """What differs between a manifest's files and those found (name → bytes, SHA-256): missing, changed, added."""
    problems: list[Problem] = []
    known: set[str] = set()
    for one in expected:
        known.add(one.name)
        facts = {"name": one.name}
        if one.name not in found:
            problems.append(Problem("The file {name} is missing.", facts, one.name))
        elif found[one.name] != (one.bytes, one.sha256):
            problems.append(Problem("The file {name} is not the one that was recorded.", facts, one.name))
    problems += [
        Problem("The file {name} does not belong to this recording.", {"name": name}, name)
        for name in sorted(set(found) - known)
    ]
    return problems
