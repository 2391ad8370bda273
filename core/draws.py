"""Draws of lots (抽签) that anyone can redo: gongxuan-draw-v1.

`lp(x)` is the 4-byte big-endian length of x, then x, text as UTF-8; H(a, b, …) = SHA-256(lp(a) ‖ lp(b) ‖ …).
Pool and commitments are published before anybody reveals a secret, so nobody can choose the result while one
other party's secret is unknown. The steps are numbered as in the published description.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from core.errors import Problem, Refusal, refuse_any
from core.placement import Placement, Terms, place_all

PROTOCOL = "gongxuan-draw-v1"
SECRET_BYTES = 32


def lp(part: str | bytes) -> bytes:
    """A part with its length before it, so that no two lists of parts read alike."""
    data = part.encode() if isinstance(part, str) else part
    return len(data).to_bytes(4, "big") + data


def _hash(purpose: str, *parts: str | bytes) -> bytes:
    return hashlib.sha256(b"".join(map(lp, (f"{PROTOCOL}/{purpose}", *parts)))).digest()


def pool_digest(draw_id: str, ids: Iterable[str], constraints: str = "") -> bytes:
    """Step 1: what is drawn from, fixed before the draw. 32 bytes."""
    return _hash("pool", draw_id, constraints, *_sorted(ids))


def commitment(draw_id: str, pool: bytes, party: str, secret: bytes) -> bytes:
    """Step 2: what a party publishes before it reveals its secret. 32 bytes."""
    return _hash("commit", draw_id, pool, party, secret)


def seed(draw_id: str, pool: bytes, reveals: Mapping[str, bytes], beacon: str = "") -> bytes:
    """Step 4: the seed out of all parties' secrets. 32 bytes."""
    parts = [part for party in _sorted(reveals) for part in (party, reveals[party])]
    return _hash("seed", draw_id, pool, beacon, *parts)


def lot(draw_seed: bytes, one: str) -> bytes:
    """Step 5: the sort key of one id; it depends on nobody else in the pool. 32 bytes."""
    return hmac.digest(draw_seed, lp(f"{PROTOCOL}/lot") + lp(one), "sha256")


def drawn_order(draw_seed: bytes, ids: Iterable[str]) -> tuple[str, ...]:
    """Step 5: the ids in the order in which they are drawn."""
    return tuple(sorted(ids, key=lambda one: (lot(draw_seed, one), one.encode())))


def _sorted(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=str.encode)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is published before a draw; `constraints` is "" or the canonical text of placement terms."""

    draw_id: str
    ids: tuple[str, ...]
    constraints: str = ""
    beacon: str = ""

    @property
    def pool(self) -> bytes:
        """The digest that the parties commit to."""
        return pool_digest(self.draw_id, self.ids, self.constraints)

    @property
    def terms(self) -> Terms | None:
        """The placement that follows the order, if there is one."""
        return Terms.parse(self.constraints) if _has_places(self.constraints) else None


@dataclass(frozen=True, slots=True)
class Draw:
    """A finished draw (抽签记录); everything after `reveals` follows from what stands before it."""

    notice: Notice
    commitments: Mapping[str, bytes]
    reveals: Mapping[str, bytes]
    seed: bytes
    order: tuple[str, ...]
    placements: tuple[Placement, ...]

    def record(self) -> dict[str, object]:
        """The public record: plain JSON values, digests and secrets in hexadecimal."""
        return {
            "protocol": PROTOCOL,
            "draw_id": self.notice.draw_id,
            "ids": _sorted(self.notice.ids),
            "constraints": self.notice.constraints,
            "beacon": self.notice.beacon,
            "pool": self.notice.pool.hex(),
            "parties": [
                {"party": party, "commitment": self.commitments[party].hex(), "secret": self.reveals[party].hex()}
                for party in _sorted(self.reveals)
            ],
            "seed": self.seed.hex(),
            "order": list(self.order),
            "placements": [
                {
                    "id": one.id,
                    "place": one.place,
                    "skips": [{"place": skip.place, "reason": skip.reason.value} for skip in one.skips],
                }
                for one in self.placements
            ],
        }


def open_draw(draw_id: str, ids: Sequence[str], terms: Terms | None = None, beacon: str = "") -> Notice:
    """Steps 1 and 2: fix the pool. Raises Refusal if it is no pool or if no complete placement exists."""
    notice = Notice(draw_id, tuple(_sorted(ids)), terms.canonical() if terms else "", beacon)
    refuse_any(_pool_problems(notice))
    if terms:
        place_all(terms, notice.ids)
    return notice


def draw(notice: Notice, commitments: Mapping[str, bytes], reveals: Mapping[str, bytes]) -> Draw:
    """Steps 3 to 6. Raises Refusal naming every party whose secret is missing, or is not the one committed to."""
    refuse_any([*_pool_problems(notice), *_party_problems(notice, commitments, reveals)])
    draw_seed = seed(notice.draw_id, notice.pool, reveals, notice.beacon)
    order = drawn_order(draw_seed, notice.ids)
    terms = notice.terms
    return Draw(notice, commitments, reveals, draw_seed, order, place_all(terms, order) if terms else ())


def _has_places(constraints: str) -> bool:
    try:
        document = json.loads(constraints or "null")
    except ValueError:
        return False
    return isinstance(document, dict) and "places" in document


def _pool_problems(notice: Notice) -> list[Problem]:
    problems: list[Problem] = []
    if not notice.draw_id:
        problems.append(Problem("A draw needs a number of its own.", field="draw_id"))
    if not notice.ids:
        problems.append(Problem("There is nobody to draw from.", field="ids"))
    if "" in notice.ids:
        problems.append(Problem("A lot in the pool has no id.", field="ids"))
    problems += [
        Problem("{id} stands in the pool more than once.", {"id": one}, field="ids")
        for one in sorted({one for one in notice.ids if notice.ids.count(one) > 1})
    ]
    return problems


def _party_problems(notice: Notice, commitments: Mapping[str, bytes], reveals: Mapping[str, bytes]) -> list[Problem]:
    problems: list[Problem] = []
    if not commitments:
        problems.append(Problem("A draw needs at least one party that commits itself.", field="parties"))
    for party in _sorted({*commitments, *reveals}):
        facts = {"party": party}
        if party not in reveals:
            problems.append(Problem("{party} has not revealed its secret.", facts, field="parties"))
        elif party not in commitments:
            problems.append(Problem("{party} revealed a secret without having committed to it.", facts, "parties"))
        elif len(reveals[party]) != SECRET_BYTES:
            problems.append(Problem("The secret of {party} is not 32 bytes long.", facts, field="parties"))
        elif commitment(notice.draw_id, notice.pool, party, reveals[party]) != commitments[party]:
            problems.append(Problem("The secret of {party} is not the one it committed to.", facts, field="parties"))
    return problems


def redo(record: Mapping[str, object]) -> Draw:
    """Draw again from a public record alone and compare every line of it.

    Raises Refusal listing each line that does not follow; keys that the record adds are not looked at.
    """
    notice, commitments, reveals = _read(record)
    drawn = draw(notice, commitments, reveals)
    refuse_any(
        [
            Problem("The line {line} of the record does not follow from the draw.", {"line": line}, field=line)
            for line, value in drawn.record().items()
            if record.get(line) != value
        ]
    )
    return drawn


@dataclass(frozen=True, slots=True)
class _Party:
    party: str
    commitment: str
    secret: str


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The lines of a record that everything else follows from."""

    draw_id: str
    ids: tuple[str, ...]
    constraints: str
    beacon: str
    parties: tuple[_Party, ...]


def _read(record: Mapping[str, object]) -> tuple[Notice, dict[str, bytes], dict[str, bytes]]:
    if record.get("protocol") != PROTOCOL:
        raise Refusal("This record is not one of {protocol}.", field="protocol", protocol=PROTOCOL)
    try:
        json.dumps(record, ensure_ascii=False).encode()  # a lone surrogate has no bytes to hash
        inputs = msgspec.convert(record, _Inputs)
        commitments = {party.party: bytes.fromhex(party.commitment) for party in inputs.parties}
        reveals = {party.party: bytes.fromhex(party.secret) for party in inputs.parties}
    except (msgspec.ValidationError, ValueError) as error:
        raise Refusal("The record cannot be read: {reason}", reason=str(error)) from error
    return Notice(inputs.draw_id, inputs.ids, inputs.constraints, inputs.beacon), commitments, reveals
