"""Keys renewed: every value comes under the newest ones, nobody loses a confirmation, and nothing is done twice."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from core import audit
from core.actions import open_candidate_account, rekey
from core.actions.rekeying import Rekeyed
from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from core.people import SYSTEM_SCOPE, Actor
from core.queries import accounts_by_identity
from core.rekeying import hashed_by_older, outdated, protected_tables
from core.tables import Person
from core.vault import Vault, fresh_keys, open_vault, with_new_key
from tests.core.test_people_acts import open_scope
from web import schema

NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
OPERATOR = Actor(label="operator")
NUMBERS = ["11010119900307803X", "110101199003076659", "110101199003074274"]
FIRST = fresh_keys()


def vault(document: dict[str, Any]) -> Vault:
    return open_vault(Path("unused"), json.dumps(document))


OLD = vault(FIRST)
SEALING = vault(with_new_key(FIRST, "sealing"))
HASHING = vault(with_new_key(FIRST, "hashing"))
PEOPLE = next(one for one in protected_tables() if one.table.name == "person")
BOTH = vault(with_new_key(with_new_key(FIRST, "sealing"), "hashing"))


def confirm_identity(session: Session, actor: Actor, person_id: int, *, now: datetime) -> None:
    """As vetting does once it has seen the papers."""
    person = session.get_one(Person, person_id)
    person.confirmed_hash = person.identity_hash
    audit.record(session, actor, "identity.confirmed", now, scope=SYSTEM_SCOPE)


@pytest.fixture
def people(acts: Acts) -> list[int]:
    acts.run_sync(open_scope, OPERATOR, now=NOW)
    return [
        acts.run_sync(
            open_candidate_account, OPERATOR, name="张三", identity=(OLD.seal(number), OLD.fingerprint(number)),
            contact=(OLD.seal(f"1380013800{place}"), OLD.fingerprint(f"1380013800{place}")), password_hash="p", now=NOW,
        )
        for place, number in enumerate(NUMBERS)
    ]  # fmt: skip


def rows(database: Database) -> list[Person]:
    with database.reading() as session:
        return list(session.exec(select(Person).order_by(Person.id)))  # type: ignore[arg-type] # a column at run time


def apply(database: Database, acts: Acts, keys: Vault, portion: int = 2) -> int:
    """Go through everybody once, as the command does."""
    done = reached = 0
    while True:
        changes, reached = outdated(database, keys, PEOPLE, reached, portion)
        if changes:
            done += acts.run_sync(rekey, OPERATOR, "person", changes, now=NOW)
        if not reached:
            return done


@pytest.mark.parametrize("keys", [SEALING, HASHING, BOTH], ids=["sealing", "hashing", "both"])
def test_every_value_comes_under_the_newest_keys_and_says_the_same(
    database: Database, acts: Acts, people: list[int], keys: Vault
) -> None:
    assert apply(database, acts, keys) == len(people)
    for number, row in zip(NUMBERS, rows(database), strict=True):
        assert keys.open(row.identity_cipher) == number
        assert keys.sealed_by_newest(row.identity_cipher)
        assert keys.sealed_by_newest(row.contact_cipher)
        assert row.identity_hash == keys.fingerprint(number)
        assert row.contact_hash == keys.fingerprint(keys.open(row.contact_cipher))
    assert apply(database, acts, keys) == 0


def test_nobody_is_found_between_a_new_key_and_its_application_and_that_is_noticed(
    database: Database, acts: Acts, people: list[int]
) -> None:
    def found() -> list[bool]:
        with database.reading() as session:
            return [bool(accounts_by_identity(session, BOTH.fingerprint(number))) for number in NUMBERS]

    assert (found(), hashed_by_older(database, BOTH)) == ([False] * 3, True)
    changes, _ = outdated(database, BOTH, PEOPLE, 0, 2)
    acts.run_sync(rekey, OPERATOR, "person", changes, now=NOW)
    assert (found(), hashed_by_older(database, BOTH)) == ([True, True, False], True)
    apply(database, acts, BOTH)
    assert (found(), hashed_by_older(database, BOTH)) == ([True] * 3, False)


def test_a_confirmed_identity_stays_confirmed_and_nobody_else_becomes_so(
    database: Database, acts: Acts, people: list[int]
) -> None:
    acts.run_sync(confirm_identity, OPERATOR, 2, now=NOW)
    apply(database, acts, BOTH)
    confirmed = [row.confirmed_hash for row in rows(database)]
    assert confirmed == [None, BOTH.fingerprint(NUMBERS[1]), None]


def test_what_changed_meanwhile_is_left_for_the_next_round(database: Database, acts: Acts, people: list[int]) -> None:
    changes, _ = outdated(database, BOTH, PEOPLE, 0)
    acts.run_sync(confirm_identity, OPERATOR, 2, now=NOW)
    assert acts.run_sync(rekey, OPERATOR, "person", changes, now=NOW) == len(people) - 1
    assert rows(database)[1].confirmed_hash == OLD.fingerprint(NUMBERS[1])
    assert apply(database, acts, BOTH) == 1
    assert rows(database)[1].confirmed_hash == BOTH.fingerprint(NUMBERS[1])


def test_an_act_that_runs_twice_changes_nothing_the_second_time(
    database: Database, acts: Acts, people: list[int]
) -> None:
    changes, _ = outdated(database, BOTH, PEOPLE, 0)
    assert acts.run_sync(rekey, OPERATOR, "person", changes, now=NOW) == len(people)
    before = [row.model_dump() for row in rows(database)]
    assert acts.run_sync(rekey, OPERATOR, "person", changes, now=NOW) == 0
    assert [row.model_dump() for row in rows(database)] == before


def test_staff_without_an_identity_number_keep_none(database: Database, acts: Acts, people: list[int]) -> None:
    def employ(session: Session, actor: Actor, *, now: datetime) -> None:
        session.add(Person(name="职员", contact_cipher=OLD.seal("a@b.cn"), contact_hash="", created_at=now))
        audit.record(session, actor, "account.created", now, scope=SYSTEM_SCOPE)

    acts.run_sync(employ, OPERATOR, now=NOW)
    assert apply(database, acts, BOTH) == len(people) + 1
    clerk = rows(database)[-1]
    assert (clerk.identity_cipher, clerk.identity_hash, clerk.contact_hash) == ("", "", "")
    assert BOTH.open(clerk.contact_cipher) == "a@b.cn"


def test_a_missing_key_stops_the_work_before_anything_is_written(
    database: Database, acts: Acts, people: list[int]
) -> None:
    with pytest.raises(Refusal, match="is not at hand"):
        outdated(database, vault(fresh_keys()), PEOPLE, 0)


def test_the_journal_says_how_many_and_not_who(database: Database, acts: Acts, people: list[int]) -> None:
    apply(database, acts, BOTH, portion=2)
    with database.reading() as session:
        lines = session.exec(select(audit.JournalEntry).where(audit.JournalEntry.act == "values.rekeyed")).all()
    facts = [json.loads(line.body)[-1] for line in lines]
    assert facts == [{"count": n, "portion": n, "table": "person"} for n in (2, 1)]


def test_nothing_is_read_twice_in_one_round(database: Database, people: list[int]) -> None:
    seen: list[Rekeyed] = []
    reached = 0
    while True:
        changes, reached = outdated(database, BOTH, PEOPLE, reached, 2)
        seen += changes
        if not reached:
            break
    assert [one.row_id for one in seen] == [1, 2, 3]


def test_the_tables_say_themselves_what_is_protected(database: Database) -> None:
    """A sealed value whose column is not marked would stay under its old key for ever."""
    marked = {(one.table.name, name) for one in protected_tables() for name in (*one.sealed, *one.hashes)}
    named = {
        (table.name, column.name)
        for table in schema.metadata.tables.values()
        for column in table.c
        if column.name.endswith("_cipher") or column.name in {"identity_hash", "contact_hash", "confirmed_hash"}
    }
    assert marked == named
    assert {name for name, _ in marked} == {"judge_relation", "person", "recovery"}
