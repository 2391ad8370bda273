"""Signing up, in and out, and recovery: nobody learns who is known, and nobody guesses their way in."""

import re
from datetime import UTC, datetime

import pytest
from argon2 import extract_parameters, low_level
from litestar.testing import TestClient
from sqlmodel import select

from core.actions import create_staff_account, set_password
from core.settings import Zone, read_settings
from core.tables import Account, OneTimeCode, Person, WebSession
from tests.web.entrance import (
    CONTACT,
    IDENTITY,
    NEW,
    OPERATOR,
    OTHER_IDENTITY,
    PASSWORD,
    PASSWORD_HASH,
    SIGN_UP,
    Browser,
    Entrance,
    plain,
    said,
)
from web import passwords
from web.app import make_app
from web.house import open_house
from web.passwords import NO_ONE, password_matches, which_matches


def sign_up(entrance: Entrance, **fields: str) -> Browser:
    """A browser that has asked for the code of a new account."""
    here = entrance.browser()
    here.get("/sign-up")
    here.post("/sign-up", 200, **{**SIGN_UP, **fields})
    return here


def open_account(entrance: Entrance, **fields: str) -> Browser:
    """A browser in which somebody has just opened an account."""
    here = sign_up(entrance, **fields)
    contact = fields.get("contact", CONTACT)
    here.post("/sign-up/code", contact=contact, code=entrance.code(contact))
    return here


# ── signing up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_opened_once_the_contact_is_proven_and_its_owner_is_signed_in(entrance: Entrance) -> None:
    here = sign_up(entrance)
    with entrance.house.database.reading() as session:
        assert not session.exec(select(Account).where(Account.name.is_(None))).all()  # type: ignore[union-attr]
    answer = here.post("/sign-up/code", contact=CONTACT, code=entrance.code(CONTACT))
    assert answer.headers["location"] == "/my"
    assert here.is_signed_in()
    here.post("/sign-out")
    assert here.sign_in(IDENTITY).headers["location"] == "/my"


def test_nothing_typed_is_kept_readable(entrance: Entrance) -> None:
    sign_up(entrance)
    open_account(entrance, identity=OTHER_IDENTITY, contact="a@b.cn")
    secrets = [IDENTITY, OTHER_IDENTITY, CONTACT, "a@b.cn", PASSWORD, entrance.code(CONTACT)]
    with entrance.house.database.reading() as session:
        rows = [row for table in (Account, OneTimeCode, Person, WebSession) for row in session.exec(select(table))]
    kept = " ".join(str(row.model_dump()) for row in rows)
    assert not [secret for secret in secrets if secret in kept]


def test_signing_up_answers_the_same_whether_or_not_the_number_is_known(entrance: Entrance) -> None:
    entrance.candidate(IDENTITY, "13900139000")
    answers = []
    for identity in (IDENTITY, OTHER_IDENTITY):
        here = entrance.browser()
        here.get("/sign-up")
        first = here.post("/sign-up", 200, **{**SIGN_UP, "identity": identity})
        second = here.post("/sign-up/code", contact=CONTACT, code=entrance.code(CONTACT))
        second.headers["set-cookie"] = re.sub(r"gx_session=[\w-]+", "gx_session=*", second.headers["set-cookie"])
        answers.append((plain(first, identity), plain(second, identity)))
    assert answers[0] == answers[1]


def test_who_signs_up_again_with_the_same_number_and_contact_has_one_account(entrance: Entrance) -> None:
    open_account(entrance)
    open_account(entrance, password=NEW)
    with entrance.house.database.reading() as session:
        claimed = session.exec(select(Person).where(Person.identity_hash != "")).all()
    assert len(claimed) == 1
    here = entrance.browser()
    here.sign_in(IDENTITY, PASSWORD, 422)
    here.sign_in(IDENTITY, NEW)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Fill this in."),
        ("name", "\u202e张三", "This holds a character that cannot be stored."),
        ("name", "😀", "The name holds a picture sign. Enter it as on the identity card."),
        ("identity", "110101199003078031", "The last character does not fit the 17 digits before it."),
        ("contact", "nobody", "Give a mobile number or an e-mail address."),
        ("contact", "a@b.cn, c@d.cn", "Give a mobile number or an e-mail address."),
        ("contact", "a@b.cn\nBcc: c@d.cn", "Give a mobile number or an e-mail address."),
        ("password", "short", "A password has at least 10 characters."),
        ("password", "aaaaaaaaaaaa", "This password is too easy to guess."),
        ("notice", "", "Read the privacy notice and tick the box."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    entrance: Entrance, field: str, value: str, sentence: str
) -> None:
    here = entrance.browser()
    here.get("/sign-up")
    answer = here.post("/sign-up", 422, **{**SIGN_UP, field: value})
    assert said(answer.text)[0].startswith(sentence)
    assert entrance.messages() == []
    assert PASSWORD not in answer.text
    for name in {"name", "identity", "contact"} - {field}:
        assert f'value="{SIGN_UP[name]}"' in answer.text


@pytest.mark.parametrize("typed", ["138 0013 8000", "+86 138-0013-8000", "００８６１３８００１３８０００"])
def test_a_contact_is_the_same_however_it_is_typed(entrance: Entrance, typed: str) -> None:
    here = sign_up(entrance, contact=typed)
    here.post("/sign-up/code", contact=CONTACT, code=entrance.code(CONTACT))
    assert here.is_signed_in()


@pytest.mark.parametrize("typed", [" 110101 19900307 803x ", "１１０１０１１９９００３０７８０３Ｘ"])
def test_an_identity_number_is_the_same_however_it_is_typed(entrance: Entrance, typed: str) -> None:
    entrance.candidate()
    assert entrance.browser().sign_in(typed).status_code == 303


# ── codes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_typed_in_full_width_figures_counts(entrance: Entrance) -> None:
    here = sign_up(entrance)
    code = "".join(chr(ord(figure) + 0xFEE0) for figure in entrance.code(CONTACT))
    here.post("/sign-up/code", contact=CONTACT, code=f" {code} ")


def test_a_code_counts_once(entrance: Entrance) -> None:
    here = open_account(entrance)
    here.get("/sign-up")
    answer = here.post("/sign-up/code", 422, contact=CONTACT, code=entrance.code(CONTACT))
    assert said(answer.text) == ["This code is not right or too old."]


def test_five_wrong_tries_end_a_code(entrance: Entrance) -> None:
    here = sign_up(entrance)
    right = entrance.code(CONTACT)
    for wrong in range(5):
        here.post("/sign-up/code", 422, contact=CONTACT, code=f"{(int(right) + wrong + 1) % 10**6:06}")
    here.post("/sign-up/code", 422, contact=CONTACT, code=right)


def test_a_code_ends_after_ten_minutes(entrance: Entrance) -> None:
    here = sign_up(entrance)
    entrance.age_codes()
    here.post("/sign-up/code", 422, contact=CONTACT, code=entrance.code(CONTACT))


def test_a_code_counts_in_the_browser_that_asked_for_it_alone(entrance: Entrance) -> None:
    sign_up(entrance)
    thief = entrance.browser()
    thief.get("/sign-up")
    thief.post("/sign-up/code", 422, contact=CONTACT, code=entrance.code(CONTACT))
    assert not thief.is_signed_in()


def test_a_code_counts_for_what_it_was_asked_for_alone(entrance: Entrance) -> None:
    entrance.candidate()
    here = sign_up(entrance)
    here.post("/recover/code", 422, contact=CONTACT, code=entrance.code(CONTACT), password=NEW)
    here.post("/sign-up/code", 422, contact="13900139000", code=entrance.code(CONTACT))
    here.post("/sign-up/code", contact=CONTACT, code=entrance.code(CONTACT))


def test_the_page_for_the_code_holds_nothing_but_what_was_typed(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/sign-up")
    text = here.post("/sign-up", 200, **SIGN_UP).text
    assert set(re.findall(r'type="hidden" name="(\w+)"', text)) == {"_csrf", "contact"}


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [IDENTITY, "system"])
def test_signing_in_answers_the_same_whether_or_not_somebody_is_known(entrance: Entrance, name: str) -> None:
    entrance.candidate()
    unknown = {IDENTITY: OTHER_IDENTITY, "system": "sesame"}[name]
    here = entrance.browser()
    here.get("/sign-in")
    answers = [plain(here.post("/sign-in", 422, name=who, password="wrong"), who) for who in (name, unknown)]
    assert answers[0] == answers[1]
    assert said(answers[0][2]) == ["Name or password is not right."]


@pytest.mark.parametrize("claims", [0, 1, 2, 7])
def test_signing_in_costs_the_same_however_many_people_claim_the_number(
    entrance: Entrance, hashings: list[int], claims: int
) -> None:
    for place in range(claims):
        entrance.candidate(contact=f"1390013900{place}", password=f"long-password-{place}")
    here = entrance.browser()
    here.sign_in(IDENTITY, "wrong", 422)
    assert len(hashings) == 1
    for place in range(claims):
        hashings.clear()
        here.sign_in(IDENTITY, f"long-password-{place}")
        assert len(hashings) == 1


def test_nobody_is_locked_out_by_others_who_claim_their_number(entrance: Entrance) -> None:
    for place in range(9):
        entrance.candidate(contact=f"1390013900{place}", password=f"long-password-{place}")
    open_account(entrance, password=NEW)
    here = entrance.browser()
    here.sign_in(IDENTITY, NEW)
    assert here.is_signed_in()


def test_an_account_without_a_password_opens_to_none(entrance: Entrance, hashings: list[int]) -> None:
    account = entrance.employ("clerk")
    for kept in ("", "!"):
        entrance.run(set_password, OPERATOR, account, kept)
        hashings.clear()
        entrance.browser().sign_in("clerk", kept or "x", 422)
        assert len(hashings) <= 1


def test_a_kept_password_costs_whoever_steals_it_dear() -> None:
    costs = extract_parameters(passwords.hash_password(PASSWORD))
    assert (costs.type, costs.time_cost >= 3, costs.memory_cost >= 64 * 1024) == (low_level.Type.ID, True, True)
    assert extract_parameters(NO_ONE) == costs


def test_a_password_fits_its_own_hash_alone() -> None:
    assert which_matches([PASSWORD_HASH, NO_ONE], PASSWORD) == 0
    assert which_matches([NO_ONE, PASSWORD_HASH], PASSWORD) == 1
    assert which_matches([NO_ONE, PASSWORD_HASH], "other") is None
    assert which_matches([], PASSWORD) is None
    assert password_matches(PASSWORD_HASH, PASSWORD)
    assert not password_matches("", "")


def test_ten_failures_close_an_account_to_that_address_and_to_no_other(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/sign-in")
    for _ in range(10):
        here.post("/sign-in", 422, name="system", password="wrong")
    answer = here.post("/sign-in", 429, name="system", password=PASSWORD)
    assert said(answer.text) == ["Too many tries. Wait a quarter of an hour, or come to the desk."]
    here.post("/sign-in", name="audit", password=PASSWORD)
    elsewhere = entrance.browser(address="10.0.0.9")
    elsewhere.sign_in("system")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.9", "10.0.0.10", False),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.9", "::ffff:10.0.0.10", False),
    ],
)
def test_a_customer_s_whole_ipv6_network_is_one_address(entrance: Entrance, one: str, other: str, same: bool) -> None:
    here, there = entrance.browser(address=one), entrance.browser(address=other)
    here.get("/sign-in")
    for _ in range(10):
        here.post("/sign-in", 422, name="system", password="wrong")
    there.sign_in("system", PASSWORD, 429 if same else 303)


def test_a_name_that_is_no_text_is_refused_calmly(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/sign-in")
    for name in ("\x00", "a\x00b", "\ufffd", "x" * 150_000, "'; DROP TABLE account; --", "%", "𪚥" * 100):
        here.post("/sign-in", 422, name=name, password="\x00")


def test_staff_are_not_known_in_the_internet_zone(entrance: Entrance) -> None:
    entrance.candidate()
    settings = read_settings(
        {}, data=entrance.house.settings.data, database_url=entrance.house.settings.database_url, zone=Zone.PUBLIC
    )
    house = open_house(settings)
    try:
        here = Browser(TestClient(make_app(house)))
        here.sign_in("system", PASSWORD, 422)
        here.get("/recover")
        here.post("/recover", 200, name="system", contact="system@x.cn")
        assert entrance.messages("system@x.cn") == []
        here.sign_in(IDENTITY)
    finally:
        house.close()


def test_a_new_member_of_staff_signs_in(entrance: Entrance) -> None:
    entrance.run(
        create_staff_account, entrance.by("system"), name="职员", sign_in="书记员.1", unit="", contact=("", ""),
        password_hash=PASSWORD_HASH, now=datetime.now(UTC),
    )  # fmt: skip
    assert entrance.browser().sign_in("书记员.1").headers["location"] == "/staff"
