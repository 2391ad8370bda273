"""Keys renewed in the middle of a selection: nothing stays under an old one, and what hangs on them goes on."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from core import audit
from core.actions import keep_code, rekey
from core.queries import accounts_by_identity
from core.rekeying import outdated, protected_tables
from core.settings import read_settings
from core.tables import Person, Recovery
from core.vault import open_vault, with_new_key
from exam.tables import Candidacy
from interview.queries import panel
from interview.tables import Judge
from tests.interview.day import in_rows
from tests.web.desk import problems
from tests.web.entrance import IDENTITY, PASSWORD, Entrance
from tests.web.interview_day import CODE, DayInHouse, open_day
from tests.web.test_interview_pages import identity
from web.__main__ import OPERATOR, main
from web.app import make_app
from web.house import House, open_house
from web.passwords import has_salt
from web.schema import metadata

PANEL = f"/staff/{CODE}/interview/panels/1"
RELATIVE = identity("11010119860501123")
JUDGE = {
    "name": "江晚", "identity_number": identity("11010119700307873"), "kind": "expert", "unit": "省行政学院",
    "relation_1": RELATIVE, "tie_1": "in_law", "source_1": "judge", "reference_1": "回避表3",
}  # fmt: skip


def everything(house: House) -> str:
    """All that the database holds, as text."""
    with house.database.reading() as session:
        rows = [session.execute(select(table)).all() for table in metadata.sorted_tables]
    return repr(rows)


def give_identities(session: Session, house: House, relative: str) -> None:
    """Everybody gets an identity number as the pages keep it; a candidate is the judge's relative."""
    related = select(Candidacy.person_id).where(Candidacy.ticket_number == relative)
    relative_id = session.exec(related).one()
    for person in session.exec(select(Person).where(col(Person.identity_hash).startswith("hash-of-"))):
        number = RELATIVE if person.id == relative_id else f"number {person.id}"
        person.identity_cipher, person.identity_hash = house.vault.seal(number), house.vault.fingerprint(number)
        person.confirmed_hash = person.identity_hash


def leave_open(made: DayInHouse) -> None:
    """A recovery that waits for its second hand, one that is over, and somebody who waits for a code to sign up."""
    house = made.house
    sealed = {"contact_cipher": house.vault.seal("13800138000"), "contact_hash": house.vault.fingerprint("13800138000")}
    for state in ("open", "confirmed"):
        row = Recovery(
            account_id=1,
            reason="手机丢失",
            opened_by=1,
            opened_device="d",
            opened_at=made.day.at,
            state=state,
            **sealed,
        )
        in_rows(house.database, lambda session, row=row: session.add(row))
    body = {"identity": [house.vault.seal(RELATIVE), house.vault.fingerprint(RELATIVE)]}
    code_hash = house.vault.fingerprint("code:sign-up:somebody:123456")
    house.acts.keep_sync(keep_code, "sign-up", "somebody", code_hash, body, life=timedelta(minutes=10))


@pytest.fixture
def early(house: House) -> DayInHouse:
    made = open_day(house)
    made.day.admit()
    made.day.open_room()
    made.day.seat_panel()
    in_rows(house.database, lambda session: give_identities(session, house, "20261002"))
    leave_open(made)
    return made


def renewed(made: DayInHouse) -> DayInHouse:
    """The same day after everything was stopped, keys renewed and applied, and everything started again."""
    data = str(made.house.settings.data)
    made.house.close()
    for order in ("new-sealing", "new-hashing", "apply"):
        assert main(["keys", order, "--data", data]) == 0
    house = open_house(read_settings({}, data=data))
    made.day.database, made.day.acts = house.database, house.acts
    return DayInHouse(house, made.day)


def test_keys_are_renewed_in_the_middle_of_a_selection(early: DayInHouse, tmp_path: Path) -> None:
    officer = early.browser("officer")
    officer.get(f"/staff/{CODE}/interview/judges/add")
    officer.post(f"/staff/{CODE}/interview/judges/add", **JUDGE)
    officer.get(PANEL)
    printed = officer.post(f"{PANEL}/cards", 200, seat=early.day.seats["1"][1]).text
    code, pin = re.findall(r'class="secret">([^<]+)<', printed)
    old = [early.house.vault.sealing_id, early.house.vault.hashing_id]
    assert all(one in everything(early.house) for one in old)

    after = renewed(early)
    held = everything(after.house)
    assert not any(one in held for one in old)
    assert after.house.vault.sealing_id in held
    assert after.house.vault.hashing_id in held

    judge_id = after.day.read(lambda session: session.exec(select(Judge.id).order_by(col(Judge.id).desc())).first())
    officer = after.browser("officer")
    assert "Source: judge" in officer.get(PANEL).text
    refused = officer.post(f"{PANEL}/seats", 422, judge=judge_id, number=9).text
    assert any("江晚 is related to candidate 20261002" in one for one in problems(refused))
    assert len(after.day.read(panel, after.day.rooms["1"])) == 3
    tablet = after.browser("room")
    tablet.get("/judge/open")
    tablet.post("/judge/open", 422, card=code, pin="000000")
    tablet.post("/judge/open", card=code, pin=pin)
    assert "Room 1, judge&#39;s seat 2" in tablet.get("/judge").text
    after.house.close()


def under_new_key(entrance: Entrance) -> Entrance:
    """The same house under a new hashing key, applied."""
    document = with_new_key(json.loads(entrance.house.settings.key_file.read_text()), "hashing")
    house = replace(entrance.house, vault=open_vault(Path("unused"), json.dumps(document)))
    for where in protected_tables():
        changes, _ = outdated(house.database, house.vault, where, 0)
        if changes:
            house.acts.run_sync(rekey, OPERATOR, where.table.name, changes)
    return Entrance(house, make_app(house))


def test_no_trial_tells_by_its_length_who_was_known_before_a_new_key(entrance: Entrance, hashings: list[int]) -> None:
    """A number claimed before and after has two salts until the first has signed in again."""
    entrance.candidate()
    after = under_new_key(entrance)
    after.candidate(contact="13900139000", password="another-long-one")
    here = after.browser()
    for name in (IDENTITY, "110101199003076659", "system", "nobody"):
        hashings.clear()
        here.sign_in(name, "wrong", 422)
        assert len(hashings) == 2, name
    for password in (PASSWORD, "another-long-one", PASSWORD):
        hashings.clear()
        here.sign_in(IDENTITY, password)
        assert len(hashings) == 2
    salt = after.house.vault.salt(IDENTITY)
    assert salt != entrance.house.vault.salt(IDENTITY)
    with after.house.database.reading() as session:
        found = accounts_by_identity(session, after.house.vault.fingerprint(IDENTITY))
        noted = [one.act for one in audit.all_entries(session)]
    assert [has_salt(account.password_hash, salt) for account, _ in found] == [True, True]
    assert noted.count("account.password_rehashed") == 1
