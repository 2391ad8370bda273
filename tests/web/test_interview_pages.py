"""The interview area in the browser: rooms, judges, panels, cards, lots, the board and the room officer's desk."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlmodel import select
from stdnum.cn import ric

from core.draws import redo
from core.tables import Person
from interview.actions import register_judge
from interview.actions.panels import NewJudge
from interview.panel import JudgeKind, Source
from interview.queries import panel
from interview.tables import Draw, Hearing, Judge, JudgeRelation, Recusal, Room, Seat
from tests.web.desk import problems
from tests.web.interview_day import CODE, Browser, DayInHouse, open_day, ready
from web.house import House

PATH = f"/staff/{CODE}"
FRAGMENT = {"hx-request": "true"}


def identity(stem: str) -> str:
    """A well-formed identity number of nobody."""
    return stem + str(ric.calc_check_digit(stem + "0"))


RELATIVE = identity("11010119860501123")
JUDGE = {
    "name": "江晚",
    "identity_number": identity("11010119700307873"),
    "kind": "expert",
    "unit": "省行政学院",
    "units_before": "市委党校\n\n 市发改委 ",
}
FORBIDDEN_TO: Mapping[str, tuple[str, ...]] = {
    "officer": ("/interview/lots/01", "/interview/numbers/1", "/rooms/1"),
    "waiting": ("/interview/judges", "/interview/panels/1", "/rooms/1"),
    "room": ("/interview/judges", "/interview/panels/1", "/interview/lots/01", "/interview/numbers/1"),
    "supervisor": ("/interview/judges", "/interview/panels/1", "/interview/numbers/1", "/rooms/1"),
    "vetter": ("/interview", "/interview/board", "/interview/panels/1", "/interview/numbers/1", "/rooms/1"),
}


@pytest.fixture
def day(house: House) -> DayInHouse:
    return ready(house)


@pytest.fixture
def early(house: House) -> DayInHouse:
    """A day before anything is prepared."""
    return open_day(house)


def rows(made: DayInHouse, table: Any) -> list[Any]:
    return list(made.day.read(lambda session: session.exec(select(table)).all()))


def acts_noted(made: DayInHouse, act: str) -> int:
    return sum(line.act == act for line in made.day.journal())


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(FORBIDDEN_TO))
def test_each_duty_opens_its_own_pages_only(day: DayInHouse, name: str) -> None:
    browser = day.browser(name)
    for path in FORBIDDEN_TO[name]:
        browser.get(PATH + path, 403)


def test_a_room_or_hearing_of_elsewhere_is_not_there(day: DayInHouse) -> None:
    day.browser("room").get(f"{PATH}/rooms/99", 403)
    day.browser("officer").get(f"{PATH}/interview/panels/9", 403)
    room = day.browser("room")
    room.get(f"{PATH}/rooms/1")
    room.post(f"{PATH}/rooms/1/hearings/99", 403, kind="call", version=1)


def test_the_start_page_names_what_each_duty_can_see_to(house: House) -> None:
    made = open_day(house)
    assert "Rooms for the interview are to be opened" in made.browser("officer").get("/staff").text
    made.day.admit()
    made.day.open_room()
    assert "Room 1　panel not complete" in made.browser("officer").get("/staff").text
    assert "Room 1　lots not drawn" in made.browser("waiting").get("/staff").text
    made.day.seat_panel()
    made.day.draw()
    hearing_id = made.day.hear(1)
    made.day.submit_all(hearing_id)
    link = f'href="/observer/{CODE}/hearings/{hearing_id}"'
    assert link in made.browser("supervisor").get("/staff").text
    assert link not in made.browser("room").get("/staff").text
    made.day.seal(hearing_id)
    assert "Room 1　recordings missing: 1" in made.browser("room").get("/staff").text
    assert "Nothing waits for you here now." in made.browser("supervisor").get("/staff").text


# ── rooms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_is_opened_and_a_second_of_its_code_is_refused(early: DayInHouse) -> None:
    officer = early.browser("officer")
    assert "No room has been opened" in officer.get(f"{PATH}/interview").text
    officer.post(f"{PATH}/interview/rooms", post="01", code="A1", name="第一考场", name_en="First room")
    assert "First room" in officer.get(f"{PATH}/interview").text
    refused = officer.post(f"{PATH}/interview/rooms", 422, post="01", code="A1", name="又一考场").text
    assert problems(refused) == ["There is already a room A1."]
    assert 'value="又一考场"' in refused
    assert len(rows(early, Room)) == 1


# ── judges ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_judge_is_registered_with_a_sealed_identity_number(early: DayInHouse) -> None:
    officer = early.browser("officer")
    officer.get(f"{PATH}/interview/judges/add")
    relation = {"relation_1": RELATIVE, "tie_1": "in_law", "source_1": "judge", "reference_1": "回避表3"}
    answer = officer.post(f"{PATH}/interview/judges/add", **JUDGE, **relation)
    listed = officer.get(answer.headers["location"]).text
    assert "江晚" in listed
    assert "省行政学院" in listed
    assert "19700307873" not in listed
    judge = rows(early, Judge)[0]
    person = early.day.read(lambda session: session.get_one(Person, judge.person_id))
    vault = early.house.vault
    assert vault.open(person.identity_cipher) == JUDGE["identity_number"]
    assert person.identity_hash == vault.fingerprint(JUDGE["identity_number"])
    assert judge.units_before == ["市委党校", "市发改委"]
    (kept,) = rows(early, JudgeRelation)
    assert (kept.judge_id, kept.tie, kept.source, kept.reference) == (judge.id, "in_law", "judge", "回避表3")
    assert vault.open(kept.identity_cipher) == RELATIVE
    assert kept.identity_hash == vault.fingerprint(RELATIVE)


def test_a_judges_form_names_every_problem_and_keeps_what_was_typed(early: DayInHouse) -> None:
    officer = early.browser("officer")
    officer.get(f"{PATH}/interview/judges/add")
    typed = {
        **JUDGE,
        "unit": "",
        "identity_number": "110101197003078730",
        "kind": "representative",
        "relation_2": "123",
    }
    refused = officer.post(f"{PATH}/interview/judges/add", 422, **typed).text
    for field in ("identity_number", "unit", "qualified_until", "relation_2"):
        assert f'href="#{field}"' in refused
    assert 'value="江晚"' in refused
    assert rows(early, Judge) == []


def test_the_register_is_searched(early: DayInHouse) -> None:
    early.day.judge("张三", unit="甲单位")
    early.day.judge("李四", JudgeKind.REPRESENTATIVE, unit="乙单位")
    officer = early.browser("officer")
    found = officer.get(f"{PATH}/interview/judges?q=甲").text
    assert "张三" in found
    assert "李四" not in found
    assert "李四" in officer.get(f"{PATH}/interview/judges?kind=representative").text
    assert "No judge fits" in officer.get(f"{PATH}/interview/judges?q=丙").text


def test_the_register_refuses_a_person_twice_whatever_the_page(early: DayInHouse) -> None:
    officer = early.browser("officer")
    officer.get(f"{PATH}/interview/judges/add")
    hashed = early.house.vault.fingerprint(JUDGE["identity_number"])
    judge = NewJudge("江晚", ("sealed", hashed), JudgeKind.EXPERT, "别的单位")
    early.day.run(register_judge, early.day.composer, early.day.selection_id, judge)
    refused = officer.post(f"{PATH}/interview/judges/add", 422, **JUDGE).text
    assert problems(refused) == ["This person is already in the register of judges."]


# ── panels ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dry_run_shows_each_exclusion_with_its_rule_and_source(early: DayInHouse) -> None:
    early.day.admit()
    early.day.open_room()
    early.day.judge("同单位者", unit="单位20261002")
    early.day.judge("过期代表", JudgeKind.REPRESENTATIVE, qualified_until=date(2026, 1, 1))
    free = early.day.judge("可以参加者")
    page = early.browser("officer").get(f"{PATH}/interview/panels/1").text
    line = {name: _row(page, name) for name in ("同单位者", "过期代表", "可以参加者")}
    assert "same unit as a candidate" in line["同单位者"]
    assert "candidate 20261002" in line["同单位者"]
    assert "Source: register" in line["同单位者"]
    assert "interview qualification" in line["过期代表"]
    assert "nothing known against it" in line["可以参加者"]
    assert [name for name, text in line.items() if f'name="judge" value="{free}"' in text] == ["可以参加者"]
    assert rows(early, Seat) == []
    assert rows(early, Recusal) == []


def _row(page: str, name: str) -> str:
    return next(found for found in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f">{name}<" in found)


def test_a_judge_is_seated_and_a_refused_one_is_named(early: DayInHouse) -> None:
    early.day.admit()
    room_id = early.day.open_room()
    first, related = early.day.judge("第一席"), early.day.judge("同单位者", unit="单位20261002")
    officer = early.browser("officer")
    path = f"{PATH}/interview/panels/1"
    officer.get(path)
    officer.post(f"{path}/seats", judge=first, number=1, chief="1")
    refused = officer.post(f"{path}/seats", 422, judge=related, number=2).text
    assert any("serve or served in the same unit" in one for one in problems(refused))
    assert [(one.number, one.chief) for one in early.day.read(panel, room_id)] == [(1, True)]
    shown = officer.get(path).text
    assert "The panel has 1 expert judges; the scheme asks for 2." in shown
    assert f'name="judge" value="{first}"' not in shown, "who is seated is not offered again"


def test_a_recusal_keeps_a_judge_out_and_withdraws_the_seat(day: DayInHouse) -> None:
    officer = day.browser("officer")
    path = f"{PATH}/interview/panels/1"
    officer.get(path)
    seat = day.day.read(panel, day.day.rooms["1"])[1]
    officer.post(f"{path}/recusals", recused=seat.judge_id, ground="interest", source="informer")
    assert [(one.judge_id, one.ground, one.source) for one in rows(day, Recusal)] == [
        (seat.judge_id, "interest", Source.INFORMER)
    ]
    assert rows(day, Seat)[1].withdrawn_at is not None


def test_cards_are_shown_once_and_only_their_hashes_are_kept(day: DayInHouse) -> None:
    officer = day.browser("officer")
    path = f"{PATH}/interview/panels/1"
    officer.get(path)
    shown = officer.post(f"{path}/cards", 200)
    assert shown.headers["cache-control"] == "no-store"
    secrets = re.findall(r'class="secret">([^<]+)<', shown.text)
    codes, pins = secrets[::2], secrets[1::2]
    assert len(set(codes)) == len(codes) == 3
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{8}", one) for one in codes)
    assert all(re.fullmatch(r"[0-9]{6}", one) for one in pins)
    kept = rows(day, Seat)
    assert [one.card_mark for one in kept] == [one[:4] for one in codes]
    assert all(one.card_hash.startswith("$argon2id$") for one in kept)
    assert not any(one in officer.get(path).text for one in secrets)
    tablet = day.browser("room")
    tablet.get("/judge/open")
    tablet.post("/judge/open", card=f" {codes[1].lower()} ", pin=pins[1])
    assert "Room 1, judge&#39;s seat 2" in tablet.get("/judge").text


def test_a_new_card_voids_the_one_before(day: DayInHouse) -> None:
    tablet = day.tablet(2)
    seat_id = day.day.seats["1"][1]
    officer = day.browser("officer")
    officer.get(f"{PATH}/interview/panels/1")
    officer.post(f"{PATH}/interview/panels/1/cards", 200, seat=seat_id)
    assert tablet.client.get("/judge", follow_redirects=False).headers["location"] == "/judge/open"
    tablet.get("/judge/open")
    tablet.post("/judge/open", 422, card=day.cards[seat_id], pin="135790")


def test_a_seat_is_withdrawn_with_a_reason_only(day: DayInHouse) -> None:
    officer = day.browser("officer")
    path = f"{PATH}/interview/panels/1"
    officer.get(path)
    seat_id = day.day.seats["1"][2]
    refused = officer.post(f"{path}/withdraw", 422, withdrawn=seat_id, reason=" ").text
    assert problems(refused) == ["Please write down the reason."]
    officer.post(f"{path}/withdraw", withdrawn=seat_id, reason="身体不适")
    assert rows(day, Seat)[2].withdrawn_reason == "身体不适"
    foreign = day.day.judge("别处", unit="别处")
    officer.post(f"{path}/withdraw", 403, withdrawn=foreign + 100, reason="x")


# ── lots ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def undrawn(early: DayInHouse) -> DayInHouse:
    """A day with a room whose lots are still to be drawn."""
    early.day.admit()
    early.day.open_room()
    return early


def test_a_signed_register_is_recorded(undrawn: DayInHouse) -> None:
    waiting = undrawn.browser("waiting")
    path = f"{PATH}/interview/lots/01"
    page = waiting.get(path).text
    assert "考生20261001" not in page
    numbers = {"number-20261001": 3, "number-20261002": 1, "number-20261003": 2}
    waiting.post(f"{path}/register", **numbers, reference="抽签-01", witness_1="石坚（监督）")
    drawn = rows(undrawn, Draw)[0]
    assert (drawn.method, drawn.record["reference"], drawn.record["witnesses"]) == (
        "physical",
        "抽签-01",
        ["石坚（监督）"],
    )
    candidacies = undrawn.day.candidacies
    by_number = {one.sealed_number: one.candidacy_id for one in rows(undrawn, Hearing)}
    assert by_number == {1: candidacies["20261002"], 2: candidacies["20261003"], 3: candidacies["20261001"]}
    done = waiting.get(path).text
    assert "抽签-01" in done
    assert "20261001" not in done, "the record on the page does not say whose number is whose"


def test_the_scan_of_the_register_is_kept_and_anything_else_refused(undrawn: DayInHouse) -> None:
    waiting = undrawn.browser("waiting")
    path = f"{PATH}/interview/lots/01"
    waiting.get(path)
    fields = {
        "number-20261001": 3,
        "number-20261002": 1,
        "number-20261003": 2,
        "reference": "抽签-01",
        "witness_1": "石坚",
    }
    movie = {"scan": ("scan.pdf", b"not a scan", "application/pdf")}
    refused = waiting.post(f"{path}/register", 422, files=movie, **fields).text
    assert "This is not a file of the wanted kind" in problems(refused)[0]
    assert rows(undrawn, Draw) == []
    scan = b"%PDF-1.7 the signed register"
    waiting.post(f"{path}/register", files={"scan": ("scan.pdf", scan, "application/pdf")}, **fields)
    assert undrawn.house.files.read(rows(undrawn, Draw)[0].record["scan"]) == scan


def test_a_wrong_register_names_every_line_and_keeps_what_was_typed(undrawn: DayInHouse) -> None:
    waiting = undrawn.browser("waiting")
    path = f"{PATH}/interview/lots/01"
    waiting.get(path)
    typed = {"number-20261001": "3", "number-20261002": "two", "reference": "抽签-01"}
    refused = waiting.post(f"{path}/register", 422, **typed).text
    assert 'href="#number-20261002"' in refused
    assert 'href="#number-20261003"' in refused
    assert 'value="two"' in refused
    assert 'value="抽签-01"' in refused
    twice = {"number-20261001": 1, "number-20261002": 1, "number-20261003": 2}
    refused = waiting.post(f"{path}/register", 422, **twice, reference="x", witness_1="y").text
    assert problems(refused) == ["The numbers of room 1 must run from 1 to 3, each once."]
    unsigned = {"number-20261001": 1, "number-20261002": 3, "number-20261003": 2}
    refused = waiting.post(f"{path}/register", 422, **unsigned).text
    assert 'href="#reference"' in refused
    assert 'href="#witness_1"' in refused
    assert rows(undrawn, Hearing) == []


def _draw(waiting: Browser, path: str, status: int = 303, **changes: str) -> Any:
    page = waiting.get(path).text
    fields = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]  # type: ignore[index] # it is on the page
        for name in ("kept", "promised")
    }
    fields |= {"party_1": "监督员", "phrase_1": "骰子 3 5 2 6 1 4", **changes}
    return waiting.post(f"{path}/computed", status, **fields)


def test_a_draw_by_computer_can_be_redone_by_anybody(undrawn: DayInHouse) -> None:
    undrawn.day.open_room("2")
    waiting = undrawn.browser("waiting")
    path = f"{PATH}/interview/lots/01"
    _draw(waiting, path)
    record = rows(undrawn, Draw)[0].record
    drawn = redo(record)
    assert [one["party"] for one in record["parties"]] == ["office", "监督员"]
    codes = {room.id: room.code for room in rows(undrawn, Room)}
    tickets = {row_id: ticket for ticket, row_id in undrawn.day.candidacies.items()}
    placed = {tickets[one.candidacy_id]: codes[one.room_id] for one in rows(undrawn, Hearing)}
    assert placed == {one.id: one.place for one in drawn.placements}
    assert sorted(placed.values()) in (["1", "1", "2"], ["1", "2", "2"])
    assert record["seed"] in waiting.get(path).text


def test_a_draw_by_computer_keeps_to_the_commitment_that_was_shown(undrawn: DayInHouse) -> None:
    waiting = undrawn.browser("waiting")
    path = f"{PATH}/interview/lots/01"
    refused = _draw(waiting, path, 409, promised="0" * 64).text
    assert problems(refused) == ["The list of candidates has changed since. Note the new commitment and draw again."]
    assert 'href="#phrase_1"' in _draw(waiting, path, 422, phrase_1="12345").text
    assert 'href="#party_1"' in _draw(waiting, path, 422, party_1="").text
    assert rows(undrawn, Draw) == []


def test_whose_number_is_whose_is_shown_by_a_journalled_act_only(day: DayInHouse) -> None:
    waiting = day.browser("waiting")
    path = f"{PATH}/interview/numbers/1"
    assert "考生2026" not in waiting.get(path).text
    assert acts_noted(day, "numbers.viewed") == 0
    shown = waiting.post(path, 200)
    assert "考生20261003" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert acts_noted(day, "numbers.viewed") == 1
