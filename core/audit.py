"""The journal: every act leaves one line, chained by SHA-256 so that no line can be changed unseen.

link(n) = SHA-256(link(n-1) ‖ digest(n)), digest(n) = SHA-256(body(n) ‖ nonce(n)). The nonce makes a digest say nothing
about its body, so an extract for one selection gives bodies for that selection and digests for all the rest.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Index, func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Field, Session, col

from core.db import Instant, Table, Writes, driver_of, plain, sql_table
from core.people import Actor
from core.spelling import POSTGRES, SQLITE, Spelling, spelling_of

GENESIS = bytes(32)
PORTION = 2000
NONCES = 64
ALGORITHM = "gongxuan-journal-v1/sha256"
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)
_HARMLESS = frozenset({str, int, bool, type(None)})


class JournalEntry(Table, table=True):
    """One line of the journal (全程纪实). `body` is the canonical text that the digest covers."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_scope_seq", "scope_id", "seq"),)

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime | None = Field(default=None, sa_type=Instant)
    act: str = Field(index=True)
    scope_id: int
    actor: str
    body: str
    nonce: str
    digest: str
    link: str = Field(unique=True)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: its number and 32 bytes."""

    seq: int
    link: bytes

    @property
    def short_code(self) -> str:
        """Eight hexadecimal digits, as printed on signed sheets: `7F3A-91C2`."""
        return short_code(self.link)


def short_code(digest: bytes) -> str:
    """The first 32 bits of a digest as people write them down."""
    text = digest[:4].hex().upper()
    return f"{text[:4]}-{text[4:]}"


class Line(NamedTuple):
    """A line to be added: JournalEntry's columns."""

    seq: int
    at: datetime | None
    act: str
    scope_id: int
    actor: str
    body: str
    nonce: str
    digest: str
    link: str


_COLUMNS = ", ".join(Line._fields)
_TYPES = {"seq": "bigint", "at": "timestamptz", "scope_id": "bigint"}
_INSERT = {
    spelling: f"INSERT INTO journal_entry ({_COLUMNS}) SELECT {_COLUMNS} FROM {spelling.given(Line._fields, _TYPES)}"  # noqa: S608 - fixed names
    for spelling in (SQLITE, POSTGRES)
}


@dataclass(slots=True)
class Chain:
    """The journal's growing end inside one transaction: the head as read after BEGIN, and the lines to add."""

    head: Head | None = None
    lines: list[Line] = field(default_factory=list)
    random: bytes = field(default=b"", repr=False)

    def mark(self) -> tuple[Head | None, int]:
        """Where the chain stands, to come back to if the act is refused."""
        return self.head, len(self.lines)

    def back_to(self, mark: tuple[Head | None, int]) -> None:
        """Forget the lines of a refused act."""
        self.head = mark[0]
        del self.lines[mark[1] :]

    def add(self, connection: Connection, act: str, scope_id: int, actor: str, at: datetime | None, facts: str) -> None:
        """Append a line; `facts` is canonical JSON text."""
        if at is not None and at.tzinfo is None:
            raise ValueError("a moment needs its zone")
        if self.head is None:
            self.head = read_head(connection)
        seq = self.head.seq + 1
        body = canonical_body(seq, at, act, scope_id, actor, facts)
        nonce = self._nonce()
        digest = hashlib.sha256(body.encode() + nonce).digest()
        link = hashlib.sha256(self.head.link + digest).digest()
        self.lines.append(Line(seq, at, act, scope_id, actor, body, nonce.hex(), digest.hex(), link.hex()))
        self.head = Head(seq, link)

    def _nonce(self) -> bytes:
        """16 random bytes, drawn for many lines at once: each time the thread may lose its turn."""
        if not self.random:
            self.random = secrets.token_bytes(16 * NONCES)
        nonce, self.random = self.random[:16], self.random[16:]
        return nonce

    def write(self, connection: Connection) -> None:
        """Insert the gathered lines, once, before COMMIT."""
        if self.lines:
            spelling = spelling_of(connection)
            driver_of(connection).execute(
                _INSERT[spelling], spelling.pack([_stored(line, spelling) for line in self.lines])
            )


def read_head(connection: Connection) -> Head:
    """The newest link in the database, or the start of an empty journal."""
    row = driver_of(connection).execute("SELECT seq, link FROM journal_entry ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(row[0], bytes.fromhex(row[1])) if row else Head(0, GENESIS)


def _stored(line: Line, spelling: Spelling) -> Line:
    return line._replace(at=line.at and spelling.moment(line.at))


def canonical_body(seq: int, at: datetime | None, act: str, scope_id: int, actor: str, facts: str) -> str:
    """The text that a line's digest covers. An unattributed act has neither time nor actor."""
    moment = "" if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")
    start = _ENCODER.encode([seq, moment, act, scope_id, actor])
    return f"{start[:-1]},{facts}]"


def canonical_facts(facts: Mapping[str, object]) -> str:
    """Facts as canonical JSON: sorted keys, exact text for decimals, never a float."""
    _no_floats(facts)
    return _ENCODER.encode(facts)


def _no_floats(value: object) -> None:
    if type(value) in _HARMLESS:
        return
    if isinstance(value, float):
        raise TypeError("a journal fact is never a float")
    if isinstance(value, Mapping):
        for part in (*value.keys(), *value.values()):
            _no_floats(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _no_floats(part)


def record(session: Writes, actor: Actor, act: str, now: datetime, *, scope: int, **facts: object) -> None:
    """Write the act's line in the transaction of its effect.

    Facts hold ids, states, counts and digests; never names, identity numbers, contacts or marks' owners.
    """
    chain: Chain = session.info["chain"]
    chain.add(session.connection(), act, scope, actor.label, now, canonical_facts(facts))


def record_unattributed(session: Writes, act: str, *, scope: int, **facts: object) -> None:
    """Write a line without actor and time, for acts such as a ballot that must not be tied to a person."""
    chain: Chain = session.info["chain"]
    chain.add(session.connection(), act, scope, "", None, canonical_facts(facts))


def newest_line(session: Session, scope: int) -> int:
    """The number of the newest line of a scope, 0 where it has none."""
    found = select(func.max(col(JournalEntry.seq))).where(col(JournalEntry.scope_id) == scope)
    return session.connection().execute(found).scalar() or 0


def nothing_since(session: Session, scope: int, seq: int) -> bool:
    """Whether no act of a scope has been recorded after a line, in an act: those of this transaction count too."""
    chain: Chain = session.info["chain"]
    return newest_line(session, scope) <= seq and not any(line.scope_id == scope for line in chain.lines)


# ── reading and verifying ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the journal does not hold."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: lines read, the head reached, the first fault if any."""

    lines: int
    head: Head
    fault: Fault | None


def verify(rows: Iterable[Any], anchors: Sequence[Head] = ()) -> Verdict:
    """Recompute every digest and link in order; compare with anchors taken earlier.

    Names the first broken line; an anchor beyond the end shows a tail cut off. Rows have JournalEntry's columns.
    """
    expected = {anchor.seq: anchor.link for anchor in anchors}
    head = Head(0, GENESIS)
    try:
        for row in rows:
            if reason := _broken(row, head, expected):
                return Verdict(head.seq, head, Fault(head.seq + 1, reason))
            head = Head(row.seq, bytes.fromhex(row.link))
    except (TypeError, ValueError, DBAPIError):  # bytes that are no longer text, a moment that is none, a damaged page
        return Verdict(head.seq, head, Fault(head.seq + 1, "the line cannot be read"))
    beyond = [seq for seq in expected if seq > head.seq]
    if beyond:
        return Verdict(head.seq, head, Fault(head.seq + 1, f"the journal ends before the anchor at line {min(beyond)}"))
    return Verdict(head.seq, head, None)


def _broken(row: Any, head: Head, expected: Mapping[int, bytes]) -> str:
    if row.seq != head.seq + 1:
        return f"line {head.seq + 1} is missing"
    if not row.body.startswith(canonical_body(row.seq, row.at, row.act, row.scope_id, row.actor, "")[:-1]):
        return "the line's columns differ from its body"
    digest = hashlib.sha256(row.body.encode() + bytes.fromhex(row.nonce)).digest()
    if digest.hex() != row.digest:
        return "the body does not match its digest"
    link = hashlib.sha256(head.link + digest).digest()
    if link.hex() != row.link:
        return "the link does not follow from the line before"
    if expected.get(row.seq, link) != link:
        return "the link differs from the anchor"
    return ""


def all_entries(session: Session) -> Iterator[Any]:
    """Every journal line in order, read in portions; in SQLite one by one, so that an unreadable line is found."""
    connection = session.connection()
    query = select(sql_table(JournalEntry)).order_by(col(JournalEntry.seq))
    if connection.dialect.name == "sqlite":
        yield from connection.execute(query.execution_options(yield_per=1))
        return
    reached = None
    while portion := connection.execute(
        query.limit(PORTION) if reached is None else query.where(col(JournalEntry.seq) > reached).limit(PORTION)
    ).all():
        yield from portion
        reached = portion[-1].seq


def extract(rows: Iterable[Any], scope_id: int) -> Iterator[dict[str, object]]:
    """The whole chain with bodies for one scope and digests for the rest, for a package or an auditor."""
    for row in rows:
        line: dict[str, object] = {"seq": row.seq, "digest": row.digest}
        if row.scope_id == scope_id:
            line |= {"body": row.body, "nonce": row.nonce}
        yield line


def verify_extract(lines: Iterable[Mapping[str, Any]], head: Head) -> Fault | None:
    """Recompute an extract's chain up to the given head; returns the first fault or None."""
    reached = Head(0, GENESIS)
    for line in lines:
        seq = int(line["seq"])
        if seq != reached.seq + 1:
            return Fault(reached.seq + 1, "missing")
        try:
            digest = bytes.fromhex(str(line["digest"]))
            nonce = bytes.fromhex(str(line.get("nonce", "")))
        except ValueError:
            return Fault(seq, "the line cannot be read")
        if "body" in line and hashlib.sha256(str(line["body"]).encode() + nonce).digest() != digest:
            return Fault(seq, "the body does not match its digest")
        reached = Head(seq, hashlib.sha256(reached.link + digest).digest())
    return None if reached == head else Fault(reached.seq, "the extract does not end at the given head")


def read_anchors(text: str) -> list[Head]:
    """Anchors from a file of lines `seq link`; blank lines and lines starting with # are left out."""
    heads = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            seq, link = line.split()[:2]
            heads.append(Head(int(seq), bytes.fromhex(link)))
    return heads
