"""Files are kept by what they hold: their type, their size and their name come from their bytes alone."""

import asyncio
import hashlib
import io
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.errors import Refusal
from core.files import PIECE, Files, digest_of
from core.kinds import PICTURES, VIDEOS, MediaKind

JPEG = b"\xff\xd8\xff\xe0 a picture"
PDF = b"%PDF-1.7 a document"
CAP = 3 * PIECE


@pytest.fixture(params=["folder", "S3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """A store in a folder, and one on a real S3 server."""
    url = f"file://{tmp_path}/files" if request.param == "folder" else request.getfixturevalue("s3_url")
    return Files(url, tmp_path / "incoming")


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def incoming(tmp_path: Path) -> list[str]:
    return [one.name for one in (tmp_path / "incoming").iterdir()]


def test_a_file_is_kept_under_its_digest_and_read_back_whole_and_in_part(files: Files, tmp_path: Path) -> None:
    content = JPEG + bytes(range(256)) * 8192
    saved = files.receive(io.BytesIO(content), cap=CAP, kinds=PICTURES)
    assert saved.sha256 == hashlib.sha256(content).hexdigest()
    assert (saved.size, saved.media_type) == (len(content), "image/jpeg")
    assert files.has(saved.sha256)
    assert files.read(saved.sha256) == content
    assert files.read_range(saved.sha256, 100, 50) == content[100:150]
    assert b"".join(files.pieces(saved.sha256, 3, len(content) - 3)) == content[3:]
    assert digest_of(files.fetch(saved.sha256)) == (saved.sha256, saved.size)


def test_the_same_bytes_are_kept_once(files: Files, tmp_path: Path) -> None:
    first = files.receive(io.BytesIO(JPEG), cap=CAP, kinds=PICTURES)
    second = asyncio.run(files.receive_stream(stream(JPEG[:4], JPEG[4:]), cap=CAP, kinds=PICTURES))
    assert first == second
    assert incoming(tmp_path) == []


def test_what_a_stream_brings_is_kept_as_what_a_form_brings(files: Files) -> None:
    content = JPEG + b"x" * (2 * PIECE)
    pieces = [content[at : at + 70_000] for at in range(0, len(content), 70_000)]
    saved = asyncio.run(files.receive_stream(stream(*pieces), cap=CAP, kinds=PICTURES))
    assert files.read(saved.sha256) == content


@pytest.mark.parametrize(
    "content", [PDF, b"GIF89a", b"<svg onload=alert(1)>", b"MZ\x90", b"\xff\xd8", b"PK\x03\x04 zip"]
)
def test_a_file_of_another_kind_is_refused_whatever_it_calls_itself(
    files: Files, tmp_path: Path, content: bytes
) -> None:
    for receive in (
        lambda: files.receive(io.BytesIO(content), cap=CAP, kinds=PICTURES),
        lambda: asyncio.run(files.receive_stream(stream(content), cap=CAP, kinds=PICTURES)),
    ):
        with pytest.raises(Refusal, match="not a file of the wanted kind") as caught:
            receive()
        assert caught.value.facts == {"wanted": "HEIC, JPEG, PNG"}
    assert incoming(tmp_path) == []
    assert not files.has(hashlib.sha256(content).hexdigest())


def test_an_empty_file_is_refused(files: Files, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="The file is empty"):
        files.receive(io.BytesIO(b""), cap=CAP, kinds=PICTURES)
    with pytest.raises(Refusal, match="The file is empty"):
        asyncio.run(files.receive_stream(stream(b"", b""), cap=CAP, kinds=PICTURES))
    assert incoming(tmp_path) == []


def test_a_file_may_be_as_large_as_the_cap_and_not_a_byte_more(files: Files, tmp_path: Path) -> None:
    whole = JPEG + b"x" * (CAP - len(JPEG))
    assert files.receive(io.BytesIO(whole), cap=CAP, kinds=PICTURES).size == CAP
    for receive in (
        lambda: files.receive(io.BytesIO(whole + b"x"), cap=CAP, kinds=PICTURES),
        lambda: asyncio.run(files.receive_stream(stream(whole, b"x"), cap=CAP, kinds=PICTURES)),
    ):
        with pytest.raises(Refusal, match="larger than") as caught:
            receive()
        assert caught.value.status == 413
    assert incoming(tmp_path) == []


def test_a_stream_that_goes_on_for_ever_is_ended_at_the_cap(files: Files, tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield JPEG
        while True:
            yield b"x" * PIECE

    with pytest.raises(Refusal, match="larger than"):
        asyncio.run(files.receive_stream(endless(), cap=CAP, kinds=PICTURES))
    assert incoming(tmp_path) == []


def test_a_stream_that_breaks_off_leaves_nothing(files: Files, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield JPEG + b"x" * PIECE
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(files.receive_stream(broken(), cap=CAP, kinds=PICTURES))
    assert incoming(tmp_path) == []


def test_what_is_not_kept_is_not_there(files: Files, tmp_path: Path) -> None:
    digest = "0" * 64
    assert not files.has(digest)
    for read in (files.read, lambda one: files.read_range(one, 0, 1), lambda one: files.fetch(one).open()):
        with pytest.raises(FileNotFoundError):
            read(digest)
    assert incoming(tmp_path) == []


def test_a_large_file_that_goes_in_parts_is_read_back_across_their_bounds(files: Files, tmp_path: Path) -> None:
    content = JPEG + b"".join(number.to_bytes(4) for number in range(5 * PIECE))
    saved = files.receive(io.BytesIO(content), cap=len(content), kinds=PICTURES)
    assert (saved.sha256, saved.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert digest_of(files.fetch(saved.sha256)) == (saved.sha256, saved.size)
    for bound in (5 * PIECE, 10 * PIECE, 15 * PIECE):
        assert files.read_range(saved.sha256, bound - 7, 15) == content[bound - 7 : bound + 8]
    start = 5 * PIECE - 1
    assert b"".join(files.pieces(saved.sha256, start, 2 * PIECE + 2)) == content[start : start + 2 * PIECE + 2]
    assert files.read_range(saved.sha256, saved.size - 3, 3) == content[-3:]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=400), start=st.sampled_from([b"", JPEG, PDF, b"\x00\x00\x00\x18ftypmp42", b"G" * 564])
)
def test_any_bytes_are_kept_or_refused(tmp_path: Path, content: bytes, start: bytes) -> None:
    files = Files(f"file://{tmp_path}/files", tmp_path / "incoming")
    kinds = PICTURES | VIDEOS | {MediaKind.PDF}
    try:
        saved = files.receive(io.BytesIO(start + content), cap=CAP, kinds=kinds)
    except Refusal:
        assert not files.has(hashlib.sha256(start + content).hexdigest())
    else:
        assert MediaKind(saved.media_type) in kinds
        assert files.read(saved.sha256) == start + content
    assert incoming(tmp_path) == []


def test_kept_files_cannot_be_written_to(tmp_path: Path) -> None:
    files = Files(f"file://{tmp_path}/files", tmp_path / "incoming")
    saved = files.receive(io.BytesIO(JPEG), cap=CAP, kinds=PICTURES)
    assert stat.S_IMODE(files.fetch(saved.sha256).stat().st_mode) == 0o440


@pytest.mark.parametrize("name", ["plain", "二〇二六", "with space", "a#b", "50%", "what?"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    files = Files(f"file://{tmp_path}/{name}", tmp_path / "incoming")
    saved = files.receive(io.BytesIO(JPEG), cap=CAP, kinds=PICTURES)
    assert files.read(saved.sha256) == JPEG
    assert (tmp_path / name / saved.sha256[:2]).is_dir()
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["incoming", name])


def test_a_store_on_another_disk_gets_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def another_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", another_disk)
    files = Files(f"file://{tmp_path}/files", tmp_path / "incoming")
    saved = files.receive(io.BytesIO(JPEG), cap=CAP, kinds=PICTURES)
    assert files.read(saved.sha256) == JPEG
    assert incoming(tmp_path) == []
