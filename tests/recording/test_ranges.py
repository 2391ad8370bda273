"""Byte ranges of RFC 9110, section 14, as a player sends them."""

import pytest
from hypothesis import given, strategies as st

from recording.ranges import Slice, requested_slice

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-", 0, 999),
        ("bytes=0-0", 0, 0),
        ("bytes=500-999", 500, 999),
        ("bytes=500-5000", 500, 999),
        ("bytes=999-", 999, 999),
        ("bytes=-1", 999, 999),
        ("bytes=-400", 600, 999),
        ("bytes=-5000", 0, 999),
        ("Bytes= 10-19 ", 10, 19),
    ],
)
def test_one_range_is_answered_with_that_part(header, start, end):
    part = requested_slice(header, SIZE)
    assert part == Slice(206, start, end, SIZE)
    assert part.content_range == f"bytes {start}-{end}/1000"
    assert part.length == end - start + 1


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_met(header):
    part = requested_slice(header, SIZE)
    assert (part.status, part.length, part.content_range) == (416, 0, "bytes */1000")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=+5-9",
        "bytes=٣-٩",
        "bytes=1 -2",
        "lines=0-5",
        "bytes=0-1,5-6",
        "bytes=0-, -1",
        f"bytes={'9' * 19}-",
    ],
)
def test_what_is_malformed_or_names_several_ranges_gets_the_whole_file(header):
    part = requested_slice(header, SIZE)
    assert (part.status, part.start, part.end, part.content_range) == (200, 0, 999, "")


def test_if_range_holds_only_for_the_same_strong_tag():
    assert requested_slice("bytes=5-", SIZE, if_range='"abc"', etag='"abc"').status == 206
    assert requested_slice("bytes=5-", SIZE, if_range='"old"', etag='"abc"').status == 200
    assert requested_slice("bytes=5-", SIZE, if_range='W/"abc"', etag='W/"abc"').status == 200
    assert requested_slice("bytes=5-", SIZE, if_range="Sat, 21 Nov 2026 01:00:00 GMT", etag='"abc"').status == 200


def test_an_empty_file_has_no_part():
    assert requested_slice("", 0).length == 0
    assert requested_slice("bytes=0-", 0).status == 416


@given(st.text(max_size=20) | st.from_regex(r"bytes=[0-9]*-[0-9]*", fullmatch=True), st.integers(1, 10**12))
def test_whatever_is_asked_for_the_answer_lies_inside_the_file(header, size):
    part = requested_slice(header, size)
    if part.status == 416:
        assert part.length == 0
    else:
        assert 0 <= part.start <= part.end < size
        assert (part.status == 200) == (part.content_range == "")
