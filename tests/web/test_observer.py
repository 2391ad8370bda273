"""The supervisor's pages: progress without marks and names, and the seal with signatures and a fresh proof."""

import re

import pytest
from sqlmodel import select

from core.audit import read_head, short_code
from interview.actions import submit_sheet
from interview.hearing import EventKind
from interview.tables import Hearing
from tests.interview.day import key, sheet, tablet
from tests.web.desk import problems
from tests.web.interview_day import CODE, DayInHouse, ready
from web.house import House

PATH = f"/observer/{CODE}"
SIGNED = {"chief": "1", "supervisor": "1"}


@pytest.fixture
def day(house: House) -> DayInHouse:
    return ready(house)


def hand_in(made: DayInHouse, hearing_id: int, *places: int) -> None:
    for place in places:
        seat_id = made.day.seats["1"][place]
        marks = sheet("37.5", "46")
        made.day.run(submit_sheet, tablet(seat_id), hearing_id, marks, key((seat_id, hearing_id)), "0DD5-EA75")


def complete(made: DayInHouse, number: int = 1) -> int:
    """A hearing whose sheets are all in; its id."""
    hearing_id = made.day.hear(number)
    hand_in(made, hearing_id, 0, 1, 2)
    return hearing_id


def facts(text: str) -> dict[str, str]:
    """What the page's form sends along."""
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', text) for name in ("version", "digest")}
    return {name: match[1] for name, match in found.items() if match}


def state(made: DayInHouse, hearing_id: int) -> str:
    found: str = made.day.read(
        lambda session: session.exec(select(Hearing.state).where(Hearing.id == hearing_id)).one()
    )
    return found


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["officer", "waiting", "room", "recording", "vetter"])
def test_only_the_supervisor_sees_these_pages(day: DayInHouse, name: str) -> None:
    hearing_id = complete(day)
    browser = day.browser(name)
    there, missing = browser.get(PATH, 403).text, browser.get("/observer/NONE", 403).text
    assert problems(there) == problems(missing)
    browser.get(f"{PATH}/hearings/{hearing_id}", 403)
    browser.get("/staff")
    browser.post(f"{PATH}/hearings/{hearing_id}", 403, **SIGNED)


def test_progress_is_read_by_number_without_marks_and_names(day: DayInHouse) -> None:
    sealed = day.day.hear_and_seal(1)
    waiting = day.day.hear(2)
    hand_in(day, waiting, 0, 1)
    supervisor = day.browser("supervisor")
    for path in (PATH, f"{PATH}/hearings/{waiting}", f"{PATH}/hearings/{sealed}"):
        text = supervisor.get(path).text
        assert not re.search(r"考生2026|20261|评委\d|37\.5|83\.5|>46<|0DD5-EA75|4F1A-77C0", text)
    text = supervisor.get(PATH).text
    assert "2/3" in text
    digest = day.day.read(lambda session: session.get_one(Hearing, sealed).sheets_digest)
    assert short_code(bytes.fromhex(digest)) in text
    head = day.day.read(lambda session: read_head(session.connection()))
    assert head.short_code in text


def test_progress_is_renewed_by_its_block_alone(day: DayInHouse) -> None:
    block = day.browser("supervisor").get(PATH, **{"hx-request": "true"}).text
    assert 'id="hearings"' in block
    assert "<html" not in block


# ── the seal ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_complete_hearing_is_sealed_with_both_signatures_and_a_fresh_proof(day: DayInHouse) -> None:
    hearing_id = complete(day)
    supervisor, path = day.browser("supervisor"), f"{PATH}/hearings/{hearing_id}"
    page = supervisor.get(path).text
    sent = facts(page)
    code = short_code(bytes.fromhex(sent["digest"]))
    assert f"the code on paper is {code}" in page
    supervisor.prove(path, **SIGNED, **sent)
    assert state(day, hearing_id) == "sealed"
    done = supervisor.get(path).text
    assert "Sealed: room 1, number 1" in done
    assert code in done
    assert 'name="digest"' not in done
    line = [one for one in day.day.journal() if one.act == "hearing.sealed"][-1]
    assert sent["digest"] in line.body


def test_a_missing_signature_is_named_before_the_code_is_used_up(day: DayInHouse) -> None:
    hearing_id = complete(day)
    supervisor, path = day.browser("supervisor"), f"{PATH}/hearings/{hearing_id}"
    sent = facts(supervisor.get(path).text)
    refused = supervisor.prove(path, 422, supervisor="1", **sent).text
    assert problems(refused) == ["The signature is missing: chief judge."]
    assert 'href="#chief"' in refused
    assert re.search(r'id="supervisor" name="supervisor" value="1" checked', refused)
    assert state(day, hearing_id) == "marking"


def test_without_a_fresh_proof_nothing_is_sealed(day: DayInHouse) -> None:
    hearing_id = complete(day)
    supervisor, path = day.browser("supervisor"), f"{PATH}/hearings/{hearing_id}"
    sent = facts(supervisor.get(path).text)
    for proof in ({}, {"password": "a-long-enough-password", "code": "000000"}):
        refused = supervisor.post(path, 422, **SIGNED, **sent, **proof).text
        assert problems(refused) == ["Password or one-time code is not right. Ask for a new code and try again."]
    supervisor.prove(path, 422, **SIGNED, **sent, password="wrong-password-1")
    assert state(day, hearing_id) == "marking"


def test_a_hearing_with_a_sheet_to_come_offers_no_seal(day: DayInHouse) -> None:
    hearing_id = day.day.hear(1)
    hand_in(day, hearing_id, 0, 2)
    supervisor, path = day.browser("supervisor"), f"{PATH}/hearings/{hearing_id}"
    page = supervisor.get(path).text
    assert "This hearing cannot be sealed yet" in page
    assert "Still to come: seats 2." in page
    assert 'name="digest"' not in page
    digest = "0" * 64
    refused = supervisor.prove(path, 422, **SIGNED, version=day.day.hearing(1).version, digest=digest).text
    assert "These sheets are not here yet: 2." in problems(refused)[0]


def test_a_seal_over_what_has_moved_on_is_refused_with_what_stands(day: DayInHouse) -> None:
    hearing_id = complete(day)
    supervisor, path = day.browser("supervisor"), f"{PATH}/hearings/{hearing_id}"
    sent = facts(supervisor.get(path).text)
    day.day.note(EventKind.ADJOURN, reason="核对")
    refused = supervisor.prove(path, 409, **SIGNED, **sent).text
    assert problems(refused) == ["Number 1 has moved on meanwhile and stands at: adjourned."]
    day.day.note(EventKind.RESUME)
    changed = {**facts(supervisor.get(path).text), "digest": "0" * 64}
    refused = supervisor.prove(path, 409, **SIGNED, **changed).text
    assert problems(refused) == ["The sheets have changed since you looked at them; look again."]
    assert state(day, hearing_id) == "marking"
