"""A real S3 server that refuses us, is not there, or goes away in the middle: nothing is half kept, nobody misled."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import files as store
from core.errors import Refusal, Unavailable
from core.files import PIECE, Files, digest_of
from core.kinds import PICTURES
from tests import s3
from tests.line import Line
from web.__main__ import main

JPEG = b"\xff\xd8\xff\xe0 a picture"
LARGE = JPEG + b"".join(number.to_bytes(4) for number in range(6 * PIECE))
DIGEST = hashlib.sha256(LARGE).hexdigest()


@pytest.fixture
def line(s3_server: s3.Server, s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The server is reached over this line alone; who finds it dead does not try for long."""
    monkeypatch.setattr(store, "PATIENCE", {"max_retries": 2})
    with Line(s3_server.port) as opened:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{opened.port}")
        yield opened


@pytest.fixture
def files(line: Line, s3_url: str, tmp_path: Path) -> Files:
    return Files(s3_url, tmp_path / "incoming")


def receive(files: Files) -> str:
    return files.receive(io.BytesIO(LARGE), cap=len(LARGE), kinds=PICTURES).sha256


def incoming(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "incoming").iterdir())


def test_an_upload_broken_off_leaves_nothing_and_may_be_sent_again(files: Files, line: Line, tmp_path: Path) -> None:
    line.cut_after(len(LARGE) // 2)
    with pytest.raises(Unavailable, match="The store of files gives no answer"):
        receive(files)
    assert line.dead
    assert incoming(tmp_path) == []
    line.mend()
    assert not files.has(DIGEST)
    assert receive(files) == DIGEST
    assert files.read(DIGEST) == LARGE


def test_a_download_broken_off_leaves_no_half_file(files: Files, line: Line, tmp_path: Path) -> None:
    receive(files)
    line.cut_after(len(LARGE) // 2)
    with pytest.raises(Unavailable):
        files.fetch(DIGEST)
    assert line.dead
    assert incoming(tmp_path) == []
    line.mend()
    assert digest_of(files.fetch(DIGEST)) == (DIGEST, len(LARGE))


def test_a_store_that_is_away_is_never_taken_for_a_file_that_is_not_there(files: Files, line: Line) -> None:
    receive(files)
    line.cut_after(0)
    for read in (files.has, files.read, files.fetch, lambda one: files.read_range(one, 0, 1)):
        with pytest.raises(Unavailable):
            read(DIGEST)
    with pytest.raises(Refusal, match="cannot be used"):
        files.refuse_unusable()
    line.mend()
    files.refuse_unusable()
    assert files.has(DIGEST)


@pytest.mark.parametrize(
    ("changes", "url", "reason"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another"}, "s3://house/pictures", "403 Forbidden"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "s3://house/pictures", "403 Forbidden"),
        ({}, "s3://nowhere/pictures", "404 Not Found"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "s3://house/pictures", "error sending request"),
        ({"AWS_ALLOW_HTTP": "false"}, "s3://house/pictures", "builder error"),
    ],
    ids=["wrong secret", "unknown key", "no bucket", "nobody there", "http not allowed"],
)
def test_a_store_that_cannot_be_used_is_told_at_the_start(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], url: str, reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    Files(s3_url, tmp_path / "incoming").receive(io.BytesIO(JPEG), cap=PIECE, kinds=PICTURES)
    monkeypatch.setattr(store, "PATIENCE", {"max_retries": 1})
    for name, value in {**changes, "STORAGE_URL": url}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Refusal, match="cannot be used") as caught:
        Files(url, tmp_path / "incoming").refuse_unusable()
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert main(["keys", "apply", "--data", str(tmp_path / "house")]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("secret", ["another", "known to the tests alone"])
def test_only_who_knows_the_secret_reads_and_writes(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    known = Files(s3_url, tmp_path / "incoming")
    digest = known.receive(io.BytesIO(JPEG), cap=PIECE, kinds=PICTURES).sha256
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    files = Files(s3_url, tmp_path / "incoming")
    if secret == s3.SECRET:
        assert files.read(digest) == JPEG
        return
    with pytest.raises(Unavailable):
        files.read(digest)
    with pytest.raises(Unavailable):
        files.receive(io.BytesIO(JPEG + b"2"), cap=PIECE, kinds=PICTURES)
    assert incoming(tmp_path) == []
