"""Accounts, duties by two hands, recovery at the desk: who may, who may not, and what the journal says."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, TypeVar

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.actions import (
    confirm_duty,
    create_first_administrator,
    create_staff_account,
    end_duty,
    open_system,
    propose_duty,
)
from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import ADMINISTRATORS, PROOF_LIFE, SYSTEM_SCOPE, Actor, Duty, Proof
from core.queries import duties_of
from core.tables import Account, Scope

T = TypeVar("T")
NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
BUSINESS = sorted(set(Duty) - ADMINISTRATORS)
OPERATOR = Actor(label="operator")
KINDS = {"system": Duty.SYSTEM_ADMIN, "security": Duty.SECURITY_ADMIN, "audit": Duty.AUDIT_ADMIN}


def open_scope(session: Session, actor: Actor, *, now: datetime) -> int:
    newest = session.exec(select(func.max(col(Scope.id)))).one() or 0
    scope = Scope(id=newest + 1, kind="selection", opened_at=now)
    session.add(scope)
    session.flush()
    audit.record(session, actor, "scope.opened", now, scope=SYSTEM_SCOPE)
    return scope.id or 0


class Office:
    """A system with its three administrators; everybody acts on a device of their own, proven afresh."""

    def __init__(self, database: Database, acts: Acts) -> None:
        self.database, self.acts = database, acts
        self.accounts: dict[str, int] = {}
        self.run(open_system, OPERATOR)
        for name, duty in KINDS.items():
            self.accounts[name] = self.run(
                create_first_administrator, OPERATOR, duty, name=name, sign_in=name, contact=("c", "h"),
                password_hash="p",
            )  # fmt: skip

    def run(self, act: Callable[..., T], actor: Actor, *args: Any, now: datetime = NOW, **named: Any) -> T:
        return self.acts.run_sync(act, actor, *args, now=now, **named)

    def keep(self, write: Callable[..., T], *args: Any, now: datetime = NOW, **named: Any) -> T:
        return self.acts.keep_sync(write, *args, now=now, **named)

    def employ(self, name: str) -> int:
        self.accounts[name] = self.run(
            create_staff_account, self.by("system"), name=name, sign_in=name, unit="", contact=("c", f"h-{name}"),
            password_hash="p",
        )  # fmt: skip
        return self.accounts[name]

    def by(self, name: str, *, proven: datetime | None = NOW, device: str = "") -> Actor:
        account = self.accounts[name]
        with self.database.reading() as session:
            person, duties = session.get_one(Account, account).person_id, duties_of(session, account)
        device = device or f"device of {name}"
        proof = Proof(proven, device) if proven else None
        return Actor(f"account:{account}", account, person, 0, device, duties, proof)

    def grant(self, name: str, duty: Duty, scope: int = SYSTEM_SCOPE) -> int:
        proposed = self.run(propose_duty, self.by("system"), self.accounts[name], scope, duty)
        self.run(confirm_duty, self.by("security"), proposed)
        return proposed

    def held(self, name: str) -> dict[int, frozenset[Duty]]:
        with self.database.reading() as session:
            return duties_of(session, self.accounts[name])

    def row(self, table: type[T], key: object) -> T:
        with self.database.reading() as session:
            return session.get_one(table, key)

    def journal(self, act: str) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            lines = session.exec(select(audit.JournalEntry).where(col(audit.JournalEntry.act) == act)).all()
        return [json.loads(line.body)[-1] for line in lines]


@pytest.fixture
def office(database: Database, acts: Acts) -> Office:
    return Office(database, acts)


# ── the three administrators ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_system_is_opened_once(office: Office) -> None:
    with pytest.raises(Refusal, match="open already"):
        office.run(open_system, OPERATOR)


@pytest.mark.parametrize("duty", sorted(ADMINISTRATORS))
def test_the_command_line_makes_the_first_administrator_of_a_kind_and_no_second(office: Office, duty: Duty) -> None:
    again = {"name": "x", "sign_in": "x", "contact": ("", ""), "password_hash": "p"}
    with pytest.raises(Refusal, match="already an administrator of this kind"):
        office.run(create_first_administrator, OPERATOR, duty, **again)


@pytest.mark.parametrize("duty", sorted(set(Duty) - ADMINISTRATORS))
def test_the_command_line_makes_no_other_duty(office: Office, duty: Duty) -> None:
    with pytest.raises(Refusal, match="Only a system, security or audit administrator"):
        office.run(
            create_first_administrator, OPERATOR, duty, name="x", sign_in="x", contact=("", ""), password_hash="p"
        )


@pytest.mark.parametrize("name", ["security", "audit"])
def test_only_the_system_administrator_creates_accounts_and_proposes_duties(office: Office, name: str) -> None:
    account = office.employ("clerk")
    with pytest.raises(Denied):
        office.run(
            create_staff_account, office.by(name), name="x", sign_in="x", unit="", contact=("", ""), password_hash="p"
        )
    with pytest.raises(Denied):
        office.run(propose_duty, office.by(name), account, SYSTEM_SCOPE, Duty.SELECTION_EDITOR)


def test_a_sign_in_name_is_taken_once(office: Office) -> None:
    office.employ("clerk")
    with pytest.raises(Refusal, match="is taken") as caught:
        office.employ("clerk")
    assert caught.value.problems[0].field == "sign_in"


# ── duties by two hands ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_duty_counts_only_once_the_second_hand_has_confirmed_it(office: Office) -> None:
    account = office.employ("editor")
    proposed = office.run(propose_duty, office.by("system"), account, SYSTEM_SCOPE, Duty.SELECTION_EDITOR)
    assert office.held("editor") == {}
    office.run(confirm_duty, office.by("security"), proposed)
    assert office.held("editor") == {SYSTEM_SCOPE: {Duty.SELECTION_EDITOR}}
    assert [line["grant"] for line in office.journal("duty.confirmed")] == [proposed]


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ({"proven": None}, "Prove who you are again"),
        ({"proven": NOW - PROOF_LIFE - timedelta(seconds=1)}, "Prove who you are again"),
        ({"device": "device of system"}, "another device"),
    ],
    ids=["no proof", "stale proof", "same device"],
)
def test_who_cannot_be_the_second_hand_confirms_nothing(office: Office, second: dict[str, Any], sentence: str) -> None:
    account = office.employ("editor")
    proposed = office.run(propose_duty, office.by("system"), account, SYSTEM_SCOPE, Duty.SELECTION_EDITOR)
    with pytest.raises(Refusal, match=sentence):
        office.run(confirm_duty, office.by("security", **second), proposed)
    assert office.held("editor") == {}


def test_the_first_hand_is_not_the_second_even_where_one_person_holds_both_powers(office: Office) -> None:
    account = office.employ("editor")
    proposed = office.run(propose_duty, office.by("system"), account, SYSTEM_SCOPE, Duty.SELECTION_EDITOR)
    system = office.by("system", device="another device")
    both = Actor(
        system.label, system.account_id, system.person_id, 0, system.device,
        {SYSTEM_SCOPE: frozenset({Duty.SYSTEM_ADMIN, Duty.SECURITY_ADMIN})}, system.proof,
    )  # fmt: skip
    with pytest.raises(Refusal, match="another person"):
        office.run(confirm_duty, both, proposed)


def test_nobody_confirms_a_duty_for_themselves(office: Office) -> None:
    office.employ("guard")
    mine = office.run(propose_duty, office.by("system"), office.accounts["guard"], SYSTEM_SCOPE, Duty.SECURITY_ADMIN)
    guard = office.by("guard")
    powerful = Actor(
        guard.label, guard.account_id, guard.person_id, 0, guard.device,
        {SYSTEM_SCOPE: frozenset({Duty.SECURITY_ADMIN})}, guard.proof,
    )  # fmt: skip
    with pytest.raises(Refusal, match="for themselves"):
        office.run(confirm_duty, powerful, mine)


@pytest.mark.parametrize("name", ["system", "audit"])
def test_only_the_security_administrator_confirms(office: Office, name: str) -> None:
    proposed = office.run(
        propose_duty, office.by("system"), office.employ("editor"), SYSTEM_SCOPE, Duty.SELECTION_EDITOR
    )
    with pytest.raises(Denied):
        office.run(confirm_duty, office.by(name), proposed)


def test_a_proposal_is_confirmed_once(office: Office) -> None:
    office.employ("editor")
    grant = office.grant("editor", Duty.SELECTION_EDITOR)
    with pytest.raises(Refusal, match="no longer open"):
        office.run(confirm_duty, office.by("security"), grant)
    with pytest.raises(Refusal, match="no longer open"):
        office.run(confirm_duty, office.by("security"), grant + 100)


@pytest.mark.parametrize("name", ["system", "security"])
def test_one_hand_is_enough_to_take_a_duty_away_and_it_ends_once(office: Office, name: str) -> None:
    office.employ("editor")
    grant = office.grant("editor", Duty.SELECTION_EDITOR)
    office.run(end_duty, office.by(name, proven=None), grant)
    assert office.held("editor") == {}
    with pytest.raises(Refusal, match="already ended"):
        office.run(end_duty, office.by(name), grant)
    with pytest.raises(Denied):
        office.run(end_duty, office.by("audit"), grant)


def test_what_does_not_exist_is_refused(office: Office) -> None:
    for account, scope in ((10**6, SYSTEM_SCOPE), (office.accounts["audit"], 10**6)):
        with pytest.raises(Refusal, match="does not exist"):
            office.run(propose_duty, office.by("system"), account, scope, Duty.VETTER)


def test_an_administrator_s_duty_is_held_in_the_system_alone(office: Office) -> None:
    scope = office.run(open_scope, OPERATOR)
    with pytest.raises(Refusal, match="held in the system"):
        office.run(propose_duty, office.by("system"), office.employ("x"), scope, Duty.AUDIT_ADMIN)


# Who may not be what else in one selection: product.md rule 6 written out again, by whom each duty watches or checks.
WATCHED = "selection_editor selection_approver vetter second_vetter entry_clerk entry_checker room_officer"
WATCHED += " waiting_room_officer tally_clerk tally_checker recording_officer committee_member committee_secretary"
APART = {
    frozenset(pair.split(" "))
    for pair in (
        "selection_editor selection_approver",
        "vetter second_vetter",
        "entry_clerk entry_checker",
        "tally_clerk tally_checker",
        "vetter tally_clerk",
        "vetter tally_checker",
        "waiting_room_officer room_officer",
        "waiting_room_officer tally_clerk",
        *(f"supervisor {duty}" for duty in WATCHED.split(" ")),
    )
}


def try_all(session: Session, actor: Actor, accounts: dict[Duty, int], scope: int, *, now: datetime) -> set[str]:
    """Propose every business duty to each account that holds one; answers the pairs that were allowed."""
    allowed = set()
    for (held, account), new in product(accounts.items(), BUSINESS):
        with contextlib.suppress(Refusal):
            propose_duty(session, actor, account, scope, new, now=now)
            allowed.add(f"{held} {new}")
    return allowed


def test_every_pair_of_duties_is_allowed_or_refused_as_the_table_says(office: Office) -> None:
    scope = office.run(open_scope, OPERATOR)
    accounts = {}
    for held in BUSINESS:
        accounts[held] = office.employ(held)
        office.grant(held, held, scope)
    allowed = office.run(try_all, office.by("system"), accounts, scope)
    pairs = {f"{held} {new}" for held, new in product(BUSINESS, BUSINESS) if held != new}
    assert allowed == {pair for pair in pairs if frozenset(pair.split(" ")) not in APART}


@pytest.mark.parametrize("held", [Duty.SYSTEM_ADMIN, Duty.SECURITY_ADMIN, Duty.AUDIT_ADMIN, Duty.VETTER])
def test_an_administrator_holds_nothing_else_anywhere_and_nobody_else_becomes_one(office: Office, held: Duty) -> None:
    scope = office.run(open_scope, OPERATOR)
    office.employ("x")
    office.grant("x", held, SYSTEM_SCOPE if held in ADMINISTRATORS else scope)
    for new, where in product(sorted(Duty), (SYSTEM_SCOPE, scope)):
        if {new, held} & ADMINISTRATORS:
            with pytest.raises(Refusal, match=r"excludes this one|already holds|held in the system"):
                office.run(propose_duty, office.by("system"), office.accounts["x"], where, new)


def test_what_has_come_to_exclude_a_proposal_meanwhile_is_seen_when_it_is_confirmed(office: Office) -> None:
    scope = office.run(open_scope, OPERATOR)
    office.employ("x")
    waiting = office.run(propose_duty, office.by("system"), office.accounts["x"], scope, Duty.SECOND_VETTER)
    office.grant("x", Duty.VETTER, scope)
    with pytest.raises(Refusal, match="excludes this one") as caught:
        office.run(confirm_duty, office.by("security"), waiting)
    assert caught.value.facts["other"] is Duty.VETTER
    assert office.held("x") == {scope: {Duty.VETTER}}


def test_a_duty_that_ended_excludes_nothing(office: Office) -> None:
    scope = office.run(open_scope, OPERATOR)
    office.employ("x")
    office.run(end_duty, office.by("system"), office.grant("x", Duty.VETTER, scope))
    office.grant("x", Duty.SECOND_VETTER, scope)
    assert office.held("x") == {scope: {Duty.SECOND_VETTER}}
