"""Accounts opened by candidates, opened again by message, and opened again at the desk by two hands."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.actions import (
    RECOVERY,
    confirm_recovery,
    keep_code,
    keep_code_try,
    keep_session,
    keep_session_end,
    open_candidate_account,
    open_recovery,
    set_password,
    withdraw_recovery,
)
from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import PROOF_LIFE
from core.queries import accounts_by_identity, claims, recoveries, recovery
from core.tables import Account, OneTimeCode, Person, Recovery, WebSession
from tests.core.test_people_acts import NOW, OPERATOR, Office

LIFE = timedelta(minutes=10)


@pytest.fixture
def office(database: Database, acts: Acts) -> Office:
    return Office(database, acts)


def candidate(office: Office, *, identity: str = "i", contact: str = "c", password: str = "p") -> int:
    return office.run(
        open_candidate_account, OPERATOR, name="张三", identity=(f"sealed {identity}", identity),
        contact=(f"sealed {contact}", contact), password_hash=password,
    )  # fmt: skip


def session_of(office: Office, account: int, token: str = "t") -> str:
    office.keep(keep_session, {"token_hash": token, "account_id": account, "seat_id": None, "device": "d"})
    return token


# ── claims ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_several_people_may_claim_one_identity_number(office: Office) -> None:
    first, second = candidate(office, contact="a"), candidate(office, contact="b")
    assert first != second
    with office.database.reading() as session:
        assert [account.id for account, _ in accounts_by_identity(session, "i")] == [first, second]
        assert accounts_by_identity(session, "other") == []


def test_who_claims_a_number_again_with_the_same_contact_has_one_account_and_the_new_password(office: Office) -> None:
    first = candidate(office)
    token = session_of(office, first)
    assert candidate(office, password="new") == first
    assert office.row(Account, first).password_hash == "new"
    assert office.row(WebSession, token).ended_at == NOW
    assert len(office.journal("account.opened")) == 1


def test_staff_are_never_found_by_an_empty_identity_number(office: Office) -> None:
    office.employ("clerk")
    with office.database.reading() as session:
        assert accounts_by_identity(session, "") == []


# ── sessions and codes ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_that_replaces_another_ends_it_however_often_it_is_written(office: Office) -> None:
    account = candidate(office)
    old = session_of(office, account, "old")
    row = {"token_hash": "new", "account_id": account, "seat_id": None, "device": "d"}
    office.keep(keep_session, row, replaces=old)
    assert office.row(WebSession, old).ended_at == NOW
    assert row == {"token_hash": "new", "account_id": account, "seat_id": None, "device": "d"}
    office.keep(keep_session_end, "new")
    assert office.row(WebSession, "new").ended_at == NOW


def code(office: Office, subject: str = "s", code_hash: str = "right") -> None:
    office.keep(keep_code, "sign-up", subject, code_hash, {"name": "张三"}, life=LIFE)


def test_a_code_counts_once_and_what_was_kept_with_it_is_erased(office: Office) -> None:
    code(office)
    assert office.keep(keep_code_try, "sign-up", "s", "right") == (True, {"name": "张三"})
    assert office.keep(keep_code_try, "sign-up", "s", "right") == (False, None)
    with office.database.reading() as session:
        assert session.exec(select(OneTimeCode)).one().body is None


def test_the_fifth_wrong_try_ends_a_code(office: Office) -> None:
    code(office)
    for _ in range(4):
        assert office.keep(keep_code_try, "sign-up", "s", "wrong") == (False, None)
    assert office.keep(keep_code_try, "sign-up", "s", "right")[0]
    code(office)
    for _ in range(5):
        office.keep(keep_code_try, "sign-up", "s", "wrong")
    assert not office.keep(keep_code_try, "sign-up", "s", "right")[0]


def test_a_code_ends_after_its_life(office: Office) -> None:
    code(office)
    assert not office.keep(keep_code_try, "sign-up", "s", "right", now=NOW + LIFE + timedelta(microseconds=1))[0]
    assert office.keep(keep_code_try, "sign-up", "s", "right", now=NOW + LIFE)[0]


def test_a_code_counts_for_its_purpose_and_subject_alone(office: Office) -> None:
    code(office)
    assert not office.keep(keep_code_try, "recover", "s", "right")[0]
    assert not office.keep(keep_code_try, "sign-up", "other", "right")[0]
    assert office.keep(keep_code_try, "sign-up", "s", "right")[0]


def test_a_new_code_ends_the_one_before(office: Office) -> None:
    code(office, code_hash="first")
    code(office, code_hash="second")
    assert not office.keep(keep_code_try, "sign-up", "s", "first")[0]
    assert office.keep(keep_code_try, "sign-up", "s", "second")[0]


def test_codes_nobody_used_are_erased_with_what_was_typed(office: Office) -> None:
    code(office)
    office.keep(keep_code, "sign-up", "later", "x", {}, life=LIFE, now=NOW + timedelta(hours=1))
    with office.database.reading() as session:
        assert [row.subject for row in session.exec(select(OneTimeCode))] == ["later"]


def test_a_new_password_ends_every_session_of_the_account_and_of_no_other(office: Office) -> None:
    mine, other = candidate(office), candidate(office, identity="j")
    tokens = [session_of(office, mine, "a"), session_of(office, mine, "b")]
    session_of(office, other, "c")
    office.run(set_password, OPERATOR, mine, "new")
    assert office.row(Account, mine).password_hash == "new"
    assert [office.row(WebSession, token).ended_at for token in tokens] == [NOW, NOW]
    assert office.row(WebSession, "c").ended_at is None
    with pytest.raises(Denied):
        office.run(set_password, OPERATOR, 10**6, "new")


# ── at the desk ──────────────────────────────────────────────────────────────────────────────────────────────────────


def opened(office: Office, account: int, contact: tuple[str, str] = ("", "")) -> int:
    return office.run(open_recovery, office.by("system"), account, reason="手机遗失", contact=contact)


def confirm(office: Office, number: int, **second: object) -> None:
    now = second.pop("now", NOW)
    actor = office.by("security", **{"proven": now, **second})
    office.run(confirm_recovery, actor, number, subject="s", code_hash="right", now=now)


def test_two_hands_end_the_old_password_and_sessions_and_leave_one_code(office: Office) -> None:
    account = candidate(office)
    token = session_of(office, account)
    number = opened(office, account)
    assert office.row(Account, account).password_hash == "p"
    assert office.row(WebSession, token).ended_at is None
    confirm(office, number)
    assert office.row(Account, account).password_hash == ""
    assert office.row(WebSession, token).ended_at == NOW
    day_later = NOW + timedelta(days=1)
    assert office.keep(keep_code_try, RECOVERY, "s", "right", now=day_later) == (True, {"account": account})
    assert [line["recovery"] for line in office.journal("recovery.confirmed")] == [number]


def test_the_code_of_the_desk_lives_a_day(office: Office) -> None:
    confirm(office, opened(office, candidate(office)))
    late = NOW + timedelta(days=1, microseconds=1)
    assert not office.keep(keep_code_try, RECOVERY, "s", "right", now=late)[0]


def test_a_new_contact_takes_the_place_of_the_old_one_only_when_it_is_confirmed(office: Office) -> None:
    account = candidate(office)
    person = office.row(Account, account).person_id
    number = opened(office, account, ("sealed new", "new"))
    assert office.row(Person, person).contact_hash == "c"
    confirm(office, number)
    assert (office.row(Person, person).contact_cipher, office.row(Person, person).contact_hash) == ("sealed new", "new")


def test_without_a_new_contact_the_old_one_stays(office: Office) -> None:
    account = candidate(office)
    confirm(office, opened(office, account))
    assert office.row(Person, office.row(Account, account).person_id).contact_hash == "c"


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ({"proven": None}, "Prove who you are again"),
        ({"proven": NOW - PROOF_LIFE - timedelta(seconds=1)}, "Prove who you are again"),
        ({"device": "device of system"}, "another device"),
        ({"now": NOW + timedelta(days=1, seconds=1)}, "opened too long ago"),
    ],
    ids=["no proof", "stale proof", "same device", "too late"],
)
def test_who_cannot_be_the_second_hand_recovers_nothing(
    office: Office, second: dict[str, object], sentence: str
) -> None:
    account = candidate(office)
    number = opened(office, account)
    with pytest.raises(Refusal, match=sentence):
        confirm(office, number, **second)
    assert office.row(Account, account).password_hash == "p"


def test_only_a_system_administrator_opens_and_only_a_security_administrator_confirms(office: Office) -> None:
    account = candidate(office)
    for name in ("security", "audit"):
        with pytest.raises(Denied):
            office.run(open_recovery, office.by(name), account, reason="r", contact=("", ""))
    number = opened(office, account)
    for name in ("system", "audit"):
        with pytest.raises(Denied):
            office.run(confirm_recovery, office.by(name), number, subject="s", code_hash="h")
    with pytest.raises(Denied):
        office.run(withdraw_recovery, office.by("audit"), number)


def test_nobody_recovers_their_own_account(office: Office) -> None:
    with pytest.raises(Refusal, match="their own account"):
        opened(office, office.accounts["system"])
    number = opened(office, office.accounts["security"])
    with pytest.raises(Refusal, match="their own account"):
        confirm(office, number)


@pytest.mark.parametrize("name", ["system", "security"])
def test_either_hand_withdraws_and_what_has_ended_stays_so(office: Office, name: str) -> None:
    account = candidate(office)
    number = opened(office, account)
    office.run(withdraw_recovery, office.by(name), number)
    assert office.row(Recovery, number).state == "withdrawn"
    for act in (lambda: confirm(office, number), lambda: office.run(withdraw_recovery, office.by(name), number)):
        with pytest.raises(Refusal, match="no longer open"):
            act()
    assert office.row(Account, account).password_hash == "p"


def test_an_account_that_does_not_exist_is_not_recovered(office: Office) -> None:
    with pytest.raises(Refusal, match="does not exist"):
        opened(office, 10**6)


def test_the_desk_sees_what_waits_and_which_accounts_claim_a_number(office: Office) -> None:
    account = candidate(office)
    number = opened(office, account, ("sealed new", "new"))
    with office.database.reading() as session:
        line = recovery(session, number)
        assert line is not None
        assert recoveries(session) == [line]
        assert (line.name, line.sign_in, line.reason, line.opened_by) == ("张三", "", "手机遗失", "system")
        assert (line.contact_cipher, line.new_contact_cipher) == ("sealed c", "sealed new")
        assert [claim.account_id for claim in claims(session, "i", "i")] == [account]
        assert [claim.account_id for claim in claims(session, "audit", "")] == [office.accounts["audit"]]
        assert recovery(session, number + 1) is None
    confirm(office, number)
    with office.database.reading() as session:
        assert recoveries(session) == []
        assert recovery(session, number) is not None


def test_the_journal_of_people_holds_no_name_reason_or_contact(office: Office) -> None:
    account = candidate(office, identity="身份", contact="联系")
    confirm(office, opened(office, account, ("sealed 新联系", "新联系")))
    from core.audit import JournalEntry

    with office.database.reading() as session:
        bodies = " ".join(session.exec(select(col(JournalEntry.body))).all())
    assert not any(word in bodies for word in ("张三", "身份", "联系", "手机", "right"))
