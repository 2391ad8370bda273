"""The administrators' pages: accounts, duties and recoveries by two hands, and the journal."""

import re

import pytest
from sqlmodel import col, select

from core.people import SYSTEM_SCOPE, Duty
from core.tables import Account, DutyGrant, OneTimeCode, Person, Recovery
from tests.web.entrance import CONTACT, IDENTITY, NEW, OTHER_IDENTITY, PASSWORD, Browser, Entrance, said

ACCOUNT = {"name": "李四", "sign_in": "li.si", "unit": "组织部", "contact": "li@x.cn", "password": PASSWORD}
RECOVERY = {"name": IDENTITY, "reason": "手机遗失", "contact": "", "seen": "1"}


def propose(here: Browser, entrance: Entrance, name: str, duty: Duty, scope: int = SYSTEM_SCOPE, status: int = 303):
    here.get("/admin")
    return here.post("/admin/duties", status, account=str(entrance.people[name][0]), scope=str(scope), duty=duty.value)


def newest_grant(entrance: Entrance) -> DutyGrant:
    with entrance.house.database.reading() as session:
        return session.exec(select(DutyGrant).order_by(col(DutyGrant.id).desc())).first() or DutyGrant()


def newest_recovery(entrance: Entrance) -> Recovery:
    with entrance.house.database.reading() as session:
        return session.exec(select(Recovery).order_by(col(Recovery.id).desc())).first() or Recovery()


# ── accounts and duties ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_created_and_gets_its_duty_from_two_administrators(entrance: Entrance) -> None:
    system, security = entrance.signed_in("system"), entrance.signed_in("security")
    system.get("/admin")
    system.post("/admin/accounts", **ACCOUNT)
    with entrance.house.database.reading() as session:
        account = session.exec(select(Account.id).where(col(Account.name) == "li.si")).one()
    entrance.remember("li.si", account or 0)
    propose(system, entrance, "li.si", Duty.SELECTION_EDITOR)
    grant = newest_grant(entrance)
    here = entrance.signed_in("li.si")
    here.get("/admin", 403)
    assert "Waits for the second hand" in security.get("/admin")
    entrance.prove(security, "security", f"/admin/duties/{grant.id}", do="confirm")
    assert newest_grant(entrance).state == "held"
    assert "Selection editor" in here.get("/sign-in")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Fill this in."),
        ("sign_in", "11010119900307803X", "A sign-in name begins with a letter;"),
        ("sign_in", "a b", "A sign-in name begins with a letter;"),
        ("sign_in", "system", "This sign-in name is taken."),
        ("contact", "nobody", "Give a mobile number or an e-mail address."),
        ("password", "short", "A password has at least 10 characters."),
        ("unit", "\u202e", "This holds a character that cannot be stored."),
    ],
)
def test_a_wrong_account_is_refused_and_what_was_typed_is_kept(
    entrance: Entrance, field: str, value: str, sentence: str
) -> None:
    here = entrance.signed_in("system")
    here.get("/admin")
    answer = here.post("/admin/accounts", 422, **{**ACCOUNT, field: value})
    assert said(answer.text)[0].startswith(sentence)
    assert PASSWORD not in answer.text
    assert all(f'value="{ACCOUNT[name]}"' in answer.text for name in {"name", "sign_in", "unit"} - {field})


@pytest.mark.parametrize("name", ["security", "audit"])
def test_other_administrators_neither_create_accounts_nor_propose_duties(entrance: Entrance, name: str) -> None:
    here = entrance.signed_in(name)
    page = here.get("/admin")
    assert "/admin/accounts" not in page
    assert "Propose a duty" not in page
    here.post("/admin/accounts", 403, **ACCOUNT)
    propose(here, entrance, "audit", Duty.VETTER, status=403)


def test_a_duty_is_not_confirmed_with_a_wrong_password_or_code_nor_without(entrance: Entrance) -> None:
    entrance.employ("x")
    propose(entrance.signed_in("system"), entrance, "x", Duty.VETTER)
    security, path = entrance.signed_in("security"), f"/admin/duties/{newest_grant(entrance).id}"
    security.get(path)
    for fields in ({}, {"password": PASSWORD, "code": ""}):
        assert said(security.post(path, 422, do="confirm", **fields).text)[0].startswith("Password or one-time code")
    security.post("/code", back=path)
    code = entrance.code("security@x.cn")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for fields in ({"password": "wrong", "code": code}, {"password": PASSWORD, "code": wrong}):
        assert said(security.post(path, 422, do="confirm", **fields).text)[0].startswith("Password or one-time code")
    assert newest_grant(entrance).state == "proposed"
    security.post(path, do="confirm", password=PASSWORD, code=code)
    assert newest_grant(entrance).state == "held"


def test_a_code_asked_for_in_another_browser_proves_nothing(entrance: Entrance) -> None:
    entrance.employ("x")
    propose(entrance.signed_in("system"), entrance, "x", Duty.VETTER)
    here, there = entrance.signed_in("security"), entrance.signed_in("security")
    path = f"/admin/duties/{newest_grant(entrance).id}"
    here.get(path)
    here.post("/code", back=path)
    there.get(path)
    there.post(path, 422, do="confirm", password=PASSWORD, code=entrance.code("security@x.cn"))


def test_the_proof_cannot_be_guessed(entrance: Entrance) -> None:
    entrance.employ("x")
    propose(entrance.signed_in("system"), entrance, "x", Duty.VETTER)
    security, path = entrance.signed_in("security"), f"/admin/duties/{newest_grant(entrance).id}"
    security.get(path)
    for _ in range(10):
        security.post(path, 422, do="confirm", password="wrong", code="000000")
    security.post("/code", back=path)
    answer = security.post(path, 429, do="confirm", password=PASSWORD, code=entrance.code("security@x.cn"))
    assert said(answer.text) == ["Too many tries. Wait a quarter of an hour, or come to the desk."]


def test_the_first_hand_s_browser_is_refused_to_the_second(entrance: Entrance) -> None:
    entrance.employ("x")
    shared = entrance.signed_in("system")
    propose(shared, entrance, "x", Duty.VETTER)
    shared.sign_in("security")
    path = f"/admin/duties/{newest_grant(entrance).id}"
    answer = entrance.prove(shared, "security", path, 422, do="confirm")
    assert said(answer.text) == ["The second hand must use another device or browser than the first."]


def test_a_refusal_names_the_duty_that_stands_in_the_way_in_words(entrance: Entrance) -> None:
    entrance.employ("x")
    entrance.people["x"] = entrance.people["x"]
    scope = entrance.selection("x", Duty.VETTER)
    here = entrance.signed_in("system")
    answer = propose(here, entrance, "x", Duty.SECOND_VETTER, scope, 422)
    assert said(answer.text) == ["This person holds a duty that excludes this one: Vetter."]
    here.client.headers["accept-language"] = "zh-CN"
    here.get("/admin?lang=zh_CN")
    assert said(propose(here, entrance, "x", Duty.SECOND_VETTER, scope, 422).text) == [
        "此人已有与之互斥的职责：初审员。"
    ]


def test_one_administrator_ends_a_duty_and_the_auditor_does_not(entrance: Entrance) -> None:
    entrance.employ("x")
    entrance.selection("x", Duty.VETTER)
    path = f"/admin/duties/{newest_grant(entrance).id}"
    auditor = entrance.signed_in("audit")
    auditor.get(path)
    auditor.post(path, 403, do="end")
    here = entrance.signed_in("system")
    here.get(path)
    here.post(path, do="end")
    assert newest_grant(entrance).state == "ended"
    here.get(path, 403)


@pytest.mark.parametrize(
    "fields", [{}, {"account": "x"}, {"account": "1", "scope": "99", "duty": "vetter"}, {"duty": "x"}]
)
def test_a_proposal_for_nothing_is_refused(entrance: Entrance, fields: dict[str, str]) -> None:
    here = entrance.signed_in("system")
    here.get("/admin")
    assert here.client.post("/admin/duties", data={"_csrf": here.token, **fields}).status_code in {404, 422}


# ── recovery at the desk ─────────────────────────────────────────────────────────────────────────────────────────────


def opened(entrance: Entrance, **fields: str) -> str:
    """The page of a recovery that the system administrator has opened."""
    here = entrance.signed_in("system")
    here.get("/admin/recoveries")
    return here.post("/admin/recoveries", **{**RECOVERY, **fields}).headers["location"]


def shown_code(text: str) -> str:
    found = re.search(r'<p class="formula">(\w+)</p>', text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("name", [IDENTITY, "clerk"])
def test_two_administrators_open_an_account_again_and_its_owner_sets_a_new_password(
    entrance: Entrance, name: str
) -> None:
    entrance.candidate()
    entrance.employ("clerk")
    owner = entrance.browser()
    owner.sign_in(name)
    path = opened(entrance, name=name)
    assert owner.is_signed_in()
    answer = entrance.prove(entrance.signed_in("security"), "security", path, 200, do="confirm")
    code = shown_code(answer.text)
    assert not owner.is_signed_in()
    owner.sign_in(name, PASSWORD, 422)
    owner.get("/recover/desk")
    owner.post("/recover/desk", 422, name=OTHER_IDENTITY, code=code, password=NEW)
    owner.post("/recover/desk", 422, name=name, code=code, password="short")
    owner.post("/recover/desk", 200, name=name, code=f" {code.lower()} ", password=NEW)
    owner.sign_in(name, NEW)
    owner.get("/recover/desk")
    owner.post("/recover/desk", 422, name=name, code=code, password=PASSWORD)
    assert len(entrance.journal("recovery.opened")) == len(entrance.journal("recovery.confirmed")) == 1


def test_the_code_is_shown_once_and_kept_as_a_hash(entrance: Entrance) -> None:
    entrance.candidate()
    path = opened(entrance)
    security = entrance.signed_in("security")
    code = shown_code(entrance.prove(security, "security", path, 200, do="confirm").text)
    assert code not in security.get(path)
    assert "This recovery is no longer open." in security.get(path)
    with entrance.house.database.reading() as session:
        kept = " ".join(str(row.model_dump()) for row in session.exec(select(OneTimeCode)))
    assert code not in kept
    assert code not in " ".join(entrance.messages())


def test_a_new_contact_gets_the_code_and_the_old_one_a_warning(entrance: Entrance) -> None:
    entrance.candidate()
    path = opened(entrance, contact="13900139000")
    security = entrance.signed_in("security")
    page = security.get(path)
    assert "1390***9000" in page
    assert CONTACT not in page
    assert IDENTITY not in page
    answer = entrance.prove(security, "security", path, 200, do="confirm")
    assert "formula" not in answer.text
    assert entrance.messages(CONTACT)[0].startswith("Your account was opened again at the desk.")
    code = re.findall(r"\b[2-9A-Z]{10}\b", entrance.messages("13900139000")[0])[0]
    owner = entrance.browser()
    owner.get("/recover/desk")
    owner.post("/recover/desk", 200, name=IDENTITY, code=code, password=NEW)
    with entrance.house.database.reading() as session:
        hashes = session.exec(select(Person.contact_hash).where(Person.identity_hash != "")).all()
    assert hashes == [entrance.house.vault.fingerprint("13900139000")]


def test_where_several_claim_one_number_the_desk_chooses(entrance: Entrance) -> None:
    first = entrance.candidate(contact="13900139000")
    second = entrance.candidate()
    stranger = entrance.candidate(OTHER_IDENTITY)
    here = entrance.signed_in("system")
    here.get("/admin/recoveries")
    answer = here.post("/admin/recoveries", 422, **RECOVERY)
    assert said(answer.text) == ["Several accounts claim this number. Choose the one of the person at the desk."]
    assert re.findall(r'type="radio" id="account[-\d]*" name="account" value="(\d+)"', answer.text) == [
        str(first), str(second),
    ]  # fmt: skip
    assert CONTACT not in answer.text
    here.post("/admin/recoveries", 422, **RECOVERY, account=str(stranger))
    here.post("/admin/recoveries", **RECOVERY, account=str(second))
    assert newest_recovery(entrance).account_id == second


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Fill this in."),
        ("name", OTHER_IDENTITY, "No account has this sign-in name or identity number."),
        ("reason", "", "Fill this in."),
        ("contact", "nobody", "Give a mobile number or an e-mail address."),
        ("seen", "", "Look at the identity card first."),
    ],
)
def test_a_recovery_needs_a_known_account_a_reason_and_a_look_at_the_card(
    entrance: Entrance, field: str, value: str, sentence: str
) -> None:
    entrance.candidate()
    here = entrance.signed_in("system")
    here.get("/admin/recoveries")
    assert said(here.post("/admin/recoveries", 422, **{**RECOVERY, field: value}).text) == [sentence]


def test_one_hand_recovers_nothing(entrance: Entrance) -> None:
    entrance.candidate()
    system = entrance.signed_in("system")
    system.get("/admin/recoveries")
    path = system.post("/admin/recoveries", **RECOVERY).headers["location"]
    entrance.prove(system, "system", path, 403, do="confirm")
    system.sign_in("security")
    answer = entrance.prove(system, "security", path, 422, do="confirm")
    assert said(answer.text) == ["The second hand must use another device or browser than the first."]
    here = entrance.signed_in("security")
    here.get(path)
    here.post(path, 422, do="confirm", password=PASSWORD, code="000000")
    here.get("/admin/recoveries")
    here.post("/admin/recoveries", 403, **RECOVERY)
    entrance.browser().sign_in(IDENTITY)


def test_either_hand_withdraws_a_recovery(entrance: Entrance) -> None:
    entrance.candidate()
    path = opened(entrance)
    here = entrance.signed_in("security")
    here.get(path)
    here.post(path, do="withdraw")
    assert newest_recovery(entrance).state == "withdrawn"
    assert "No recovery waits for the second hand." in here.get("/admin/recoveries")
    entrance.browser().sign_in(IDENTITY)


def test_the_auditor_has_nothing_to_do_with_recoveries(entrance: Entrance) -> None:
    entrance.candidate()
    path = opened(entrance)
    here = entrance.signed_in("audit")
    for one in ("/admin/recoveries", path, "/admin/recoveries/999"):
        here.get(one, 403)
    here.post(path, 403, do="withdraw")


# ── the journal ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_auditor_alone_reads_the_journal_and_takes_an_anchor(entrance: Entrance) -> None:
    page = entrance.signed_in("audit").get("/admin/journal")
    assert "duty.granted_first" in page
    assert re.search(r"\d+ [0-9a-f]{64}", page)
    for name in ("system", "security"):
        entrance.signed_in(name).get("/admin/journal", 403)
    entrance.browser().get("/admin/journal", 303)
