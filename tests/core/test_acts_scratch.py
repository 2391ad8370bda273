"""`keep` writes without a journal line, and therefore only the few tables named here."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlmodel import Session

import web.schema
from core.acts import Acts
from core.db import Database, scratch_tables, sql_table
from core.tables import OneTimeCode, Scope
from tests.core.writing import CLERK, LATER, at_once, journal, keep_code, kinds, open_scope

SCRATCH = ["notice", "one_time_code", "registration_draft", "sheet_draft", "web_session"]


def test_these_tables_and_no_others_are_scratch() -> None:
    assert web.schema.MODULES
    assert scratch_tables() == SCRATCH


def test_a_scratch_write_is_durable_and_leaves_no_line(acts: Acts, database: Database) -> None:
    acts.keep_sync(keep_code, "somebody")
    with database.reading() as session:
        assert session.get_one(OneTimeCode, 1).subject == "somebody"
    assert journal(database) == []


def by_row(session: Session, *, now: datetime) -> None:
    keep_code(session, "beside", now=now)
    session.add(Scope(kind="smuggled", opened_at=now))


def by_insert(session: Session, *, now: datetime) -> None:
    session.execute(insert(sql_table(Scope)), [{"kind": "smuggled", "opened_at": now}])


def by_update(session: Session, *, now: datetime) -> None:
    session.execute(update(sql_table(Scope)).values(kind="smuggled"))


def by_delete(session: Session, *, now: datetime) -> None:
    session.execute(delete(sql_table(Scope)))


def by_changed_row(session: Session, *, now: datetime) -> None:
    session.get_one(Scope, 1).kind = "smuggled"


@pytest.mark.parametrize("smuggle", [by_row, by_insert, by_update, by_delete, by_changed_row])
def test_a_scratch_write_to_a_journalled_table_is_a_crash(acts: Acts, database: Database, smuggle: Any) -> None:
    acts.run_sync(open_scope, CLERK, "first")
    _, refused, _ = at_once(acts, (None, keep_code, "before"), (None, smuggle), (None, keep_code, "after"))
    assert isinstance(refused, RuntimeError)
    assert "scope is not a scratch table" in str(refused)
    assert kinds(database) == ["first"]
    assert _codes(database) == ["before", "after"]


def test_the_gate_is_shut_for_scratch_writes_only(acts: Acts, database: Database) -> None:
    results = at_once(acts, (None, by_row), (open_scope, CLERK, "an act"), (None, by_row), (None, keep_code, "x"))
    assert [type(result) for result in results] == [RuntimeError, int, RuntimeError, type(None)]
    assert kinds(database) == ["an act"]


def test_an_act_may_write_scratch_tables_too(acts: Acts, database: Database) -> None:
    def both(session: Session, actor: Any, *, now: datetime) -> None:
        open_scope(session, actor, "both", now=now)
        keep_code(session, "both", now=LATER)

    acts.run_sync(both, CLERK)
    assert (kinds(database), _codes(database)) == (["both"], ["both"])


def _codes(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.subject for row in session.execute(sql_table(OneTimeCode).select().order_by("id"))]
