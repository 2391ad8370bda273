"""The manifest: the same facts give the same bytes, and files that differ from it are named."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from interview.hearing import Event, EventKind
from recording.manifest import (
    FileEntry,
    RecordingFacts,
    Role,
    compare_files,
    manifest,
    manifest_bytes,
    manifest_digest,
)
from recording.retention import RetentionEvent, RetentionRule
from recording.timeline import timeline

BEIJING = timezone(timedelta(hours=8))
START = datetime(2026, 11, 21, 9, 32, 10, 250_000, tzinfo=BEIJING)
RULE = RetentionRule(RetentionEvent.PROBATION_ENDED, months=12)
FACTS = RecordingFacts("r-1", "h-4", "1", START, 90_000, RULE)
CAPTURED = FileEntry("captured/room-1.mkv", Role.CAPTURED, 5000, "a" * 64, "video/x-matroska")
REVIEW = FileEntry("review.mp4", Role.REVIEW, 4000, "b" * 64, "video/mp4")
SHOWN = timeline([Event(EventKind.CALL, START), Event(EventKind.QUESTION, START + timedelta(seconds=5))], START, 90_000)


def test_the_manifest_in_full():
    assert json.loads(manifest_bytes(manifest(FACTS, [REVIEW, CAPTURED], SHOWN))) == {
        "manifest": "gongxuan-recording-v1",
        "recording": "r-1",
        "hearing": "h-4",
        "room": "1",
        "started": "2026-11-21T01:32:10.250+00:00",
        "duration_ms": 90_000,
        "retention": "probation_ended + 1 year",
        "files": [
            {
                "name": "captured/room-1.mkv",
                "role": "captured",
                "bytes": 5000,
                "sha256": "a" * 64,
                "media_type": "video/x-matroska",
            },
            {"name": "review.mp4", "role": "review", "bytes": 4000, "sha256": "b" * 64, "media_type": "video/mp4"},
        ],
        "chapters": [
            {"kind": "called", "number": 0, "start_ms": 0, "end_ms": 5000},
            {"kind": "question", "number": 1, "start_ms": 5000, "end_ms": 90_000},
        ],
        "marks": [],
    }


def test_the_order_of_files_and_the_zone_of_the_clock_do_not_change_the_bytes():
    elsewhere = replace(FACTS, started=START.astimezone(timezone(timedelta(hours=-5))))
    one, other = manifest(FACTS, [REVIEW, CAPTURED], SHOWN), manifest(elsewhere, [CAPTURED, REVIEW], SHOWN)
    assert manifest_bytes(one) == manifest_bytes(other)
    assert manifest_digest(one) == hashlib.sha256(manifest_bytes(other)).hexdigest()


def test_one_other_byte_of_a_file_is_another_manifest():
    changed = replace(CAPTURED, sha256="c" * 64)
    assert manifest_digest(manifest(FACTS, [CAPTURED], SHOWN)) != manifest_digest(manifest(FACTS, [changed], SHOWN))


def test_files_found_as_recorded_raise_no_problem():
    found = {CAPTURED.name: (5000, "a" * 64), REVIEW.name: (4000, "b" * 64)}
    assert compare_files([CAPTURED, REVIEW], found) == []


def test_missing_changed_and_added_files_are_named():
    poster = FileEntry("poster.jpg", Role.POSTER, 10, "d" * 64, "image/jpeg")
    found = {CAPTURED.name: (5000, "f" * 64), poster.name: (11, "d" * 64), "x.mp4": (1, "e" * 64)}
    assert [str(problem) for problem in compare_files([CAPTURED, REVIEW, poster], found)] == [
        "captured/room-1.mkv: The file captured/room-1.mkv is not the one that was recorded.",
        "review.mp4: The file review.mp4 is missing.",
        "poster.jpg: The file poster.jpg is not the one that was recorded.",
        "x.mp4: The file x.mp4 does not belong to this recording.",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../captured.mkv"},
        {"name": "/etc/passwd"},
        {"name": "a//b"},
        {"name": ".hidden"},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"bytes": 0},
    ],
)
def test_what_is_no_archived_file_cannot_be_listed(wrong):
    with pytest.raises(ValueError):
        replace(CAPTURED, **wrong)


@pytest.mark.parametrize("files", [[], [REVIEW], [CAPTURED, CAPTURED]])
def test_a_manifest_without_the_captured_file_or_with_a_name_twice_is_a_fault(files):
    with pytest.raises(ValueError):
        manifest(FACTS, files, SHOWN)
