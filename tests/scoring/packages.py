"""Result packages for tests: made as the pages make them, and taken apart again."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.canonical import canonical
from scoring.package import JOURNAL, MANIFEST, README, write_package
from scoring.queries import COMPOSITE, journal_lines, packed, tally_version
from scoring.verifying import Check, verify_package
from tests.scoring.course import Course

Files = dict[str, bytes]


def package_of(course: Course, kind: str = COMPOSITE, version: int = 1) -> bytes:
    """The package of one stored tally."""

    def write(session: Any) -> bytes:
        row = tally_version(session, course.id, kind, version)
        assert row is not None
        found, target = packed(session, row), io.BytesIO()
        lines = journal_lines(session, course.id, found.last_line)
        write_package(target, found.facts, {**found.files, README: b"read me\n"}, lines)
        return target.getvalue()

    made: bytes = course.read(write)
    return made


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def stated_anew(files: Files) -> Files:
    """The files with a manifest that states them: what somebody would do who knows about the manifest."""
    manifest = json.loads(files[MANIFEST])
    rest = {name: content for name, content in files.items() if name != MANIFEST}
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} for name, content in rest.items()
    }
    return {**rest, MANIFEST: canonical(manifest)}


def changed(files: Files, name: str, change: Callable[[Any], None]) -> Files:
    """The files with one document changed in place."""
    document = json.loads(files[name])
    change(document)
    return {**files, name: canonical(document)}


def journal_with(files: Files, change: Callable[[list[dict[str, Any]]], None]) -> Files:
    lines = [json.loads(line) for line in files[JOURNAL].splitlines()]
    change(lines)
    return {**files, JOURNAL: b"".join(canonical(line) + b"\n" for line in lines)}


def checks(path: Path, content: bytes, anchors: Any = ()) -> list[Check]:
    path.write_bytes(content)
    return list(verify_package(path, anchors))
