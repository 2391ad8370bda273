"""The journal's chain: nothing in it can be changed, taken out or cut off unseen."""

import itertools
import random
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlmodel import Session

from core import audit
from core.acts import Acts
from core.audit import GENESIS, Chain, Fault, Head
from core.db import Database
from core.people import Actor
from core.tables import Scope
from tests.core.writing import CLERK, journal, open_scope

START = datetime(2026, 9, 1, tzinfo=UTC)


def chain_of(*lines: tuple[str, int, str, datetime | None, dict[str, Any]]) -> list[Any]:
    """Journal rows of (act, scope, actor, time, facts), as they would be stored."""
    chain = Chain(head=Head(0, GENESIS))
    for act, scope, actor, at, facts in lines:
        chain.add(None, act, scope, actor, at, audit.canonical_facts(facts))  # type: ignore[arg-type]
    return [SimpleNamespace(**line._asdict()) for line in chain.lines]


def head_of(rows: Sequence[Any]) -> Head:
    return Head(rows[-1].seq, bytes.fromhex(rows[-1].link)) if rows else Head(0, GENESIS)


TEN = chain_of(*(("scope.opened", n % 3, f"account:{n}", START + timedelta(minutes=n), {"n": n}) for n in range(10)))

facts = st.dictionaries(
    st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8), st.booleans(), st.none()), max_size=4
)
moments = st.none() | st.datetimes(min_value=datetime(1980, 1, 1), timezones=st.just(UTC))
entries = st.tuples(st.text(max_size=9), st.integers(1, 3), st.text(max_size=9), moments, facts)
chains = st.lists(entries, min_size=1, max_size=6).map(lambda lines: chain_of(*lines))


# ── the chain ────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(chains)
def test_every_chain_as_written_verifies_up_to_its_head(rows: list[Any]) -> None:
    verdict = audit.verify(rows, anchors=[head_of(rows)])
    assert verdict.fault is None
    assert (verdict.lines, verdict.head) == (len(rows), head_of(rows))


@given(chains, st.data())
def test_whatever_is_changed_in_a_line_that_line_is_named(rows: list[Any], data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from(["act", "actor", "body", "nonce", "digest", "link"]))
    old = getattr(row, column)
    place = data.draw(st.integers(0, len(old)))
    changed = old[:place] + data.draw(st.characters()) + old[place + data.draw(st.integers(0, 1)) :]
    if changed != old:
        setattr(row, column, changed)
        fault = audit.verify(rows).fault
        setattr(row, column, old)
        assert fault is not None
        assert fault.seq == row.seq


@given(chains, st.data())
def test_another_time_or_scope_is_found_too(rows: list[Any], data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(rows))
    changed = SimpleNamespace(**vars(row))
    if data.draw(st.booleans()):
        changed.scope_id += 1
    else:
        changed.at = START if row.at is None else row.at + timedelta(microseconds=1)
    fault = audit.verify([changed if other is row else other for other in rows]).fault
    assert fault == Fault(row.seq, "the line's columns differ from its body")


@given(st.permutations(TEN[:4]))
def test_any_other_order_is_a_fault(rows: list[Any]) -> None:
    in_order = [row.seq for row in rows] == [1, 2, 3, 4]
    assert (audit.verify(rows).fault is None) == in_order


def test_a_line_taken_out_is_named() -> None:
    assert audit.verify(TEN[:4] + TEN[5:]).fault == Fault(5, "line 5 is missing")


def test_a_rewritten_chain_is_found_by_an_anchor_in_other_hands() -> None:
    anchor = head_of(TEN[:6])
    rewritten = chain_of(*((row.act, row.scope_id, row.actor, row.at, {"n": 99}) for row in TEN))
    assert audit.verify(rewritten).fault is None
    assert audit.verify(rewritten, [anchor]).fault == Fault(6, "the link differs from the anchor")


def test_a_tail_cut_off_is_found_by_an_anchor_and_only_by_one() -> None:
    assert audit.verify(TEN[:7]).fault is None
    assert audit.verify(TEN[:7], [head_of(TEN[:5]), head_of(TEN)]).fault == Fault(
        8, "the journal ends before the anchor at line 10"
    )


def test_an_empty_journal_stands_at_its_beginning() -> None:
    assert audit.verify([]) == audit.Verdict(0, Head(0, GENESIS), None)


def test_two_lines_with_the_same_content_have_nothing_in_common() -> None:
    twins = [chain_of(("a", 1, "b", START, {}))[0] for _ in range(2)]
    assert twins[0].body == twins[1].body
    assert twins[0].digest != twins[1].digest


def test_anchors_are_read_from_lines_of_number_and_link() -> None:
    anchors = [head_of(TEN[:3]), head_of(TEN)]
    text = "# printed on 1 September\n\n" + "".join(f"{a.seq} {a.link.hex()} {a.short_code}\n" for a in anchors)
    assert audit.read_anchors(text) == anchors


def test_a_short_code_is_the_first_32_bits_as_people_write_them() -> None:
    assert Head(1, bytes.fromhex("7f3a91c2") + bytes(28)).short_code == "7F3A-91C2"


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "facts",
    [{"mark": 88.5}, {"marks": [1, [2.0]]}, {"marks": {"a": (1, 0.5)}}, {"marks": {0.5: 1}}, {"mark": float("nan")}],
)
def test_a_float_is_never_a_fact(facts: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="never a float"):
        audit.canonical_facts(facts)


def test_facts_are_written_in_one_way_only() -> None:
    one = audit.canonical_facts({"b": Decimal("80.10"), "a": Fraction(1, 3), "at": START, "名": [True, None]})
    other = audit.canonical_facts({"名": [True, None], "at": START, "a": Fraction(1, 3), "b": Decimal("80.10")})
    assert one == other == '{"a":"1/3","at":"2026-09-01T00:00:00+00:00","b":"80.10","名":[true,null]}'


def test_a_fact_of_an_unknown_kind_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="set has no plain form"):
        audit.canonical_facts({"x": {1}})


# ── extracts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def extract_of(scope: int) -> list[dict[str, Any]]:
    return list(audit.extract(TEN, scope))


def test_an_extract_shows_its_own_scope_and_nothing_of_the_others() -> None:
    lines = extract_of(1)
    assert [line["seq"] for line in lines] == list(range(1, 11))
    assert ["body" in line for line in lines] == [row.scope_id == 1 for row in TEN]
    assert ["nonce" in line for line in lines] == [row.scope_id == 1 for row in TEN]


@pytest.mark.parametrize("scope", [0, 1, 2, 3])
def test_an_extract_verifies_up_to_the_head(scope: int) -> None:
    assert audit.verify_extract(extract_of(scope), head_of(TEN)) is None


def test_a_changed_body_in_an_extract_is_named() -> None:
    lines = extract_of(1)
    shown = next(line for line in lines if "body" in line)
    shown["body"] = shown["body"].replace("account:1", "account:2")
    assert audit.verify_extract(lines, head_of(TEN)) == Fault(2, "the body does not match its digest")


@pytest.mark.parametrize("seq", range(1, 11))
def test_a_changed_digest_anywhere_in_an_extract_is_found(seq: int) -> None:
    lines = extract_of(1)
    digest = bytearray.fromhex(lines[seq - 1]["digest"])
    digest[0] ^= 1
    lines[seq - 1]["digest"] = digest.hex()
    assert audit.verify_extract(lines, head_of(TEN)) is not None


def test_a_line_left_out_of_an_extract_is_named() -> None:
    lines = extract_of(1)
    assert audit.verify_extract(lines[:3] + lines[4:], head_of(TEN)) == Fault(4, "missing")


def test_an_extract_that_stops_early_does_not_reach_the_head() -> None:
    assert audit.verify_extract(extract_of(1)[:9], head_of(TEN)) == Fault(
        9, "the extract does not end at the given head"
    )


def test_an_extract_that_is_no_hexadecimal_is_named() -> None:
    lines = extract_of(1)
    lines[4]["digest"] = "?"
    assert audit.verify_extract(lines, head_of(TEN)) == Fault(5, "the line cannot be read")


# ── in the database ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_is_written_in_the_transaction_of_its_effect(acts: Acts, database: Database) -> None:
    scope = acts.run_sync(open_scope, CLERK, "first", now=START)
    (line,) = journal(database)
    assert line.body == f'[1,"2026-09-01T00:00:00.000000+00:00","scope.opened",{scope},"account:7",{{"kind":"first"}}]'


def test_an_unattributed_line_has_neither_actor_nor_time(acts: Acts, database: Database) -> None:
    def vote(session: Session, actor: Actor, *, now: datetime) -> None:
        session.add(Scope(kind="ballot", opened_at=now))
        audit.record_unattributed(session, "ballot.cast", scope=1)

    acts.run_sync(vote, CLERK)
    (line,) = journal(database)
    assert (line.at, line.actor) == (None, "")
    assert line.body == '[1,"","ballot.cast",1,"",{}]'


@pytest.fixture(scope="module")
def written(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with 30 journal lines, closed."""
    path = tmp_path_factory.mktemp("journal") / "gongxuan.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    acts = Acts(database)
    for number in range(30):
        acts.run_sync(open_scope, replace(CLERK, label=f"account:{number}"), f"kind {number}", now=START)
    acts.close()
    database.close()
    return path


def verdict_of(path: Path) -> audit.Verdict:
    database = Database(f"sqlite:///{path}")
    try:
        with database.reading() as session:
            return audit.verify(audit.all_entries(session))
    finally:
        database.close()


@pytest.mark.parametrize("column", ["at", "act", "scope_id", "actor", "body", "nonce", "digest", "link"])
@pytest.mark.parametrize("value", ["x'ff'", "CAST(x'ff' AS TEXT)", "'z'", "0"])
def test_any_column_overwritten_by_hand_is_found_and_its_line_named(
    written: Path, tmp_path: Path, column: str, value: str
) -> None:
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(written.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute(f'UPDATE journal_entry SET "{column}" = {value} WHERE seq = 17')
    connection.close()
    fault = verdict_of(copy).fault
    assert fault is not None
    assert fault.seq == 17


def test_one_byte_altered_in_the_file_is_found_and_its_line_named(written: Path, tmp_path: Path) -> None:
    """A sample of the bytes of line 17 as they lie in the file, each with its lowest or its highest bit turned."""
    content = written.read_bytes()
    row = read_row(written, 17)
    copy = tmp_path / "copy.sqlite"
    places = [
        content.index(value.encode()) + offset
        for value in (row.body, row.nonce, row.digest)
        for offset in random.Random(17).sample(range(len(value)), 12)
    ]
    for place, bit in itertools.product(places, (0x01, 0x80)):
        altered = bytearray(content)
        altered[place] ^= bit
        copy.write_bytes(altered)
        fault = verdict_of(copy).fault
        assert fault is not None
        assert fault.seq == 17


def read_row(path: Path, seq: int) -> Any:
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        row = session.get_one(audit.JournalEntry, seq)
    database.close()
    return row
