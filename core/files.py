"""Files by their SHA-256 in a folder or an S3 store; the database hears of a file only after its bytes are safe.

An S3 store takes its endpoint and credentials from the usual AWS_ variables of the environment.
"""

import asyncio
import hashlib
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store, from_url

from core.errors import Refusal, Unavailable
from core.kinds import HEAD_BYTES, MediaKind, kind_of
from core.words import N_

log = logging.getLogger("gongxuan.files")

PIECE = 1024 * 1024
LOCAL = "file://"
PATIENCE = {"max_retries": 6, "retry_timeout": timedelta(seconds=20)}
AWAY = N_("The store of files gives no answer just now. Nothing was lost; please send it again.")


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that is safe in the store: SHA-256 in hex, size in bytes, type decided by its content."""

    sha256: str
    size: int
    media_type: str


class Files:
    """The store of files, one object per content: `ab/cd/<sha256>`."""

    def __init__(self, storage_url: str, incoming: Path) -> None:
        self._incoming = incoming
        incoming.mkdir(parents=True, exist_ok=True)
        local = storage_url.startswith(LOCAL)
        self._folder = Path(storage_url.removeprefix(LOCAL)) if local else None
        self._store: Any
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(str(self._folder))
        else:
            try:
                self._store = from_url(storage_url, retry_config=PATIENCE)
            except BaseError as error:
                raise _unusable(error) from None

    def refuse_unusable(self) -> None:
        """Raise a Refusal that says why, if the store cannot be reached, does not know us, or has no such bucket."""
        try:
            next(iter(obstore.list(self._store, chunk_size=1)), None)
        except BaseError as error:
            raise _unusable(error) from None

    @property
    def remote(self) -> bool:
        """Whether the store is S3."""
        return isinstance(self._store, S3Store)

    def receive(self, source: BinaryIO, *, cap: int, kinds: frozenset[MediaKind]) -> Saved:
        """Take a file piece by piece, check size and type by content, make it durable. Raises Refusal."""
        part = self.new_part()
        try:
            with part.open("wb") as target:
                for piece in iter(lambda: source.read(PIECE), b""):
                    target.write(piece)
                    _refuse_size(target.tell(), cap)
                target.flush()
                os.fsync(target.fileno())
            return self.adopt(part, kinds=kinds)
        finally:
            part.unlink(missing_ok=True)

    async def receive_stream(self, source: AsyncIterator[bytes], *, cap: int, kinds: frozenset[MediaKind]) -> Saved:
        """Take a large file from a request's body without holding it in memory. Raises Refusal.

        The type is decided by the beginning, before the rest has come; the disk's work is done in threads.
        """
        part = self.new_part()
        try:
            with part.open("wb") as target:
                async for piece in _in_pieces(source):
                    if target.tell() == 0:
                        _refuse_kind(kind_of(piece[:HEAD_BYTES]), kinds)
                    _refuse_size(target.tell() + len(piece), cap)
                    await asyncio.to_thread(target.write, piece)
                target.flush()
                await asyncio.to_thread(os.fsync, target.fileno())
            return await asyncio.to_thread(self.adopt, part, kinds=kinds)
        finally:
            part.unlink(missing_ok=True)

    def new_part(self) -> Path:
        """A fresh path for a file that is being received or made."""
        return self._incoming / secrets.token_hex(16)

    def adopt(self, path: Path, *, kinds: frozenset[MediaKind]) -> Saved:
        """Put a finished local file into the store under its digest. Raises Refusal for an unwanted type."""
        digest, size = digest_of(path)
        with path.open("rb") as source:
            kind = kind_of(source.read(HEAD_BYTES))
        if size == 0:
            raise Refusal("The file is empty.")
        _refuse_kind(kind, kinds)
        key = _key(digest)
        if self._folder is not None:
            self._place(path, self._folder, key)
        elif not self.has(digest):
            self._put(path, key)
        return Saved(digest, size, kind.value)

    def _place(self, path: Path, store: Path, key: str) -> None:
        """Move within the disk, make read-only, and sync the folders so that the name survives a power cut."""
        target = store / key
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:
            self._put(path, key)
        target.chmod(0o440)
        for folder in (target.parent, target.parent.parent, store):
            _sync(folder)

    def _put(self, path: Path, key: str) -> None:
        """Copy into the store; a large file goes in parts and is there only when all have come."""
        with path.open("rb") as source, _asking():
            obstore.put(self._store, key, source)

    def has(self, sha256: str) -> bool:
        """Whether the content is in the store."""
        try:
            with _asking():
                obstore.head(self._store, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def read(self, sha256: str) -> bytes:
        """The whole content; for small files only. Raises FileNotFoundError, as everything that reads does."""
        with _asking():
            return bytes(obstore.get(self._store, _key(sha256)).bytes())

    def read_range(self, sha256: str, start: int, length: int) -> bytes:
        """A piece of the content."""
        with _asking():
            return bytes(obstore.get_range(self._store, _key(sha256), start=start, length=length))

    def pieces(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """A range of the content in pieces of a megabyte."""
        end = start + length
        while start < end:
            piece = self.read_range(sha256, start, min(PIECE, end - start))
            yield piece
            start += len(piece)

    def fetch(self, sha256: str) -> Path:
        """A local path with the content, for programs that need one; a fresh copy if the store is remote."""
        if self._folder is not None:
            return self._folder / _key(sha256)
        path = self.new_part()
        try:
            with path.open("wb") as target, _asking():
                for piece in obstore.get(self._store, _key(sha256)).stream(min_chunk_size=PIECE):
                    target.write(bytes(piece))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of a local file."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256")
        return digest.hexdigest(), source.tell()


@contextmanager
def _asking() -> Iterator[None]:
    """Ask the store: what it could not do is Unavailable, with the reason in the log; FileNotFoundError stays."""
    try:
        yield
    except BaseError as error:
        log.warning("the store of files: %s", _first_line(error))
        raise Unavailable(AWAY) from None


def _unusable(error: BaseError) -> Refusal:
    return Refusal("The store of files cannot be used: {reason}", reason=_first_line(error))


def _first_line(error: BaseError) -> str:
    """What went wrong, without the driver's own account of it."""
    return str(error).partition("\n")[0].strip()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def _in_pieces(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What comes in, gathered into pieces of about a megabyte."""
    gathered = bytearray()
    async for part in source:
        gathered += part
        if len(gathered) >= PIECE:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _refuse_kind(kind: MediaKind, kinds: frozenset[MediaKind]) -> None:
    if kind not in kinds:
        wanted = ", ".join(sorted(k.name for k in kinds))
        raise Refusal("This is not a file of the wanted kind ({wanted}).", wanted=wanted)


def _refuse_size(size: int, cap: int) -> None:
    if size > cap:
        raise Refusal("The file is larger than {cap} MB.", status=413, cap=cap // (1024 * 1024))


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
