"""What reaches a judge's tablet on the wire: the number, the own sheets, and nothing of anybody else."""

import re
from collections.abc import Iterator

import pytest
from httpx import Response
from sqlmodel import Session, select

from core.tables import Person
from exam.tables import Candidacy, Post
from interview.actions import submit_sheet, withdraw_seat
from interview.blind import Receipt
from interview.hearing import EventKind
from interview.scoresheet import Marks
from interview.tables import Judge, ScoreSheet, SubmissionKey
from interview.topics import room_topic
from tests.interview.day import in_rows, key, sheet, tablet
from tests.web.interview_day import Browser, DayInHouse, ready
from web.house import House

OTHERS = sheet("37.5", "46")  # 83.5 in all: figures that stand nowhere else on a page
OTHERS_CODE = "0DD5-EA75"
FRAGMENT = {"hx-request": "true"}


@pytest.fixture
def day(house: House) -> DayInHouse:
    return ready(house)


@pytest.fixture
def judge(day: DayInHouse) -> Browser:
    """The tablet at seat 2 of room 1."""
    return day.tablet(2)


def others_hand_in(made: DayInHouse, hearing_id: int, marks: Marks = OTHERS) -> None:
    """The judges of seats 1 and 3 hand in."""
    for seat_id in (made.day.seats["1"][0], made.day.seats["1"][2]):
        made.day.run(submit_sheet, tablet(seat_id), hearing_id, marks, key((seat_id, hearing_id)), OTHERS_CODE)


def fill(judge: Browser, number: int, speech: str = "20.5", analysis: str = "30.5", status: int = 303) -> Response:
    """Hand in the tablet's own sheet."""
    marks = {"mark-speech": speech, "mark-analysis": analysis}
    return judge.post(f"/judge/{number}/submit", status, version=1, key=key(("own", number)), **marks)


def draft(judge: Browser, number: int, sequence: int = 1) -> Response:
    body = {"version": 1, "sequence": sequence, "marks": {"speech": "20.5"}}
    return judge.client.put(f"/judge/{number}/draft", json=body, headers={"x-csrf-token": judge.token})


def secrets_of(made: DayInHouse) -> set[str]:
    """Everything that a tablet may not learn: people, units, tickets, identities, others' marks and codes."""

    def look(session: Session) -> Iterator[str]:
        for person in session.exec(select(Person)):
            yield from (person.name, person.identity_hash, person.contact_hash)
        for judge in session.exec(select(Judge)):
            yield judge.unit
        for candidacy in session.exec(select(Candidacy)):
            yield candidacy.ticket_number
            yield f"单位{candidacy.ticket_number}"
        for post in session.exec(select(Post)):
            yield from (post.unit, post.name)
        for other in session.exec(select(ScoreSheet).where(ScoreSheet.seat_id != made.day.seats["1"][1])):
            yield from (other.marks, other.short_code, str(other.total))

    found = set(made.day.read(lambda session: list(look(session)))) - {""}
    assert {"20261001", "单位20261001", OTHERS_CODE} <= found, "there must be something that could leak"
    return found | {"37.5", "83.5"}


def test_a_whole_session_tells_a_judge_nothing_of_others(day: DayInHouse, judge: Browser) -> None:
    answers = [judge.get("/judge")]
    day.day.note(EventKind.CALL)
    answers.append(judge.get("/judge"))
    day.day.note(EventKind.SPEECH)
    day.day.note(EventKind.QUESTION)
    hearing_id = day.day.hearing(1).hearing_id
    others_hand_in(day, hearing_id)
    answers += [judge.get("/judge"), judge.get("/judge", **FRAGMENT), judge.get("/judge/1"), draft(judge, 1)]
    day.day.note(EventKind.END)
    answers.append(judge.post("/judge/1/check", 422, version=1, key=key("own"), **{"mark-speech": "41"}))
    whole = {"mark-speech": "20.5", "mark-analysis": "30.5"}
    answers.append(judge.post("/judge/1/check", 200, version=1, key=key("own"), **whole))
    answers += [fill(judge, 1), fill(judge, 1), fill(judge, 1, speech="21")]
    answers += [judge.get("/judge/1"), judge.get("/judge"), judge.get("/judge/next?seen=1", **FRAGMENT)]
    day.day.seal(hearing_id)
    answers += [judge.get("/judge/1"), judge.get("/judge"), judge.get("/judge/2", 409), judge.get("/judge/99", 403)]
    second = day.day.hear(2)
    others_hand_in(day, second)
    answers.append(fill(judge, 2))
    day.day.seal(second)
    answers += [judge.get("/judge"), judge.get("/judge/2"), judge.get("/judge/next?seen=2", **FRAGMENT)]
    leaked = [
        (secret, str(answer.request.url), answer.status_code)
        for secret in secrets_of(day)
        for answer in answers
        if secret in f"{answer.text}\n{answer.headers}"
    ]
    assert leaked == []


def test_a_change_of_hidden_marks_leaves_every_answer_as_it_was(day: DayInHouse, judge: Browser) -> None:
    """Others' marks, totals, codes, how many have handed in, a judge who left: no byte follows from them."""
    hearing_id = day.day.hear_and_seal(1)
    second = day.day.hear(2)
    others_hand_in(day, second)
    fill(judge, 2)
    before = pages(judge)
    own = day.day.seats["1"][1]

    def change(session: Session) -> None:
        rows = session.exec(select(ScoreSheet).where(ScoreSheet.seat_id != own)).all()
        assert {row.hearing_id for row in rows} == {hearing_id, second}
        for row in rows:
            row.marks, row.total, row.short_code = '{"speech":10000,"analysis":10000}', 20000, "FFFF-0000"
            row.late = not row.late
            session.add(row)
        for used in session.exec(select(SubmissionKey).where(SubmissionKey.sheet_id == rows[-1].id)):
            session.delete(used)
        session.flush()
        session.delete(rows[-1])

    in_rows(day.day.database, change)
    day.day.run(withdraw_seat, day.day.composer, day.day.seats["1"][2], "身体不适")
    assert pages(judge) == before


def pages(judge: Browser) -> list[tuple[str, str]]:
    """Every page and fragment a tablet can ask for, without the time of day."""
    paths = ["/judge", "/judge/1", "/judge/2"]
    asked = [(path, {}) for path in paths] + [(path, FRAGMENT) for path in [*paths, "/judge/next?seen=2"]]
    return [_without_time(judge.client.get(path, headers=headers)) for path, headers in asked]


def _without_time(answer: Response) -> tuple[str, str]:
    text = re.sub(r'data-clock="[^"]*"|<(tspan|span) data-slot="time"[^<]*<', "", answer.text)
    return f"{answer.status_code} {sorted(answer.headers.items())}", re.sub(r"content-length.*", "", text)


def test_only_what_everybody_in_the_room_sees_wakes_a_tablet(day: DayInHouse) -> None:
    told: list[str] = []
    day.house.live.watch(told.extend)
    hearing_id = day.day.hear(1)
    room = room_topic(day.day.rooms["1"])
    assert room in told
    told.clear()
    day.day.submit_all(hearing_id)
    assert told
    assert room not in told
    day.day.seal(hearing_id)
    assert room in told


# ── letting in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_is_sent_to_the_card(day: DayInHouse) -> None:
    visitor = day.browser("room")
    answer = visitor.client.get("/judge", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/judge/open")


def test_a_wrong_pin_and_an_unknown_card_get_the_same_answer(day: DayInHouse) -> None:
    card = day.card(day.day.seats["1"][0])
    visitor = day.browser("room")
    visitor.get("/judge/open")
    wrong_pin = visitor.post("/judge/open", 422, card=card, pin="000000").text
    unknown = visitor.post("/judge/open", 422, card="NOBODYS1", pin="000000").text
    assert "Seat card or PIN is not right" in wrong_pin
    assert wrong_pin.replace(card, "NOBODYS1") == unknown


def test_a_withdrawn_seat_and_a_replaced_card_end_the_tablet(day: DayInHouse, judge: Browser) -> None:
    judge.get("/judge")
    day.day.run(withdraw_seat, day.day.composer, day.day.seats["1"][1], "身体不适")
    answer = judge.client.get("/judge", follow_redirects=False)
    assert answer.headers["location"] == "/judge/open"
    judge.get("/judge/open")
    judge.post("/judge/open", 422, card=day.cards[day.day.seats["1"][1]], pin="135790")


# ── the sheet ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sheet_opens_by_itself_when_there_is_something_to_mark(day: DayInHouse, judge: Browser) -> None:
    assert "Nobody is in the room" in judge.get("/judge").text
    day.day.note(EventKind.CALL)
    waiting = judge.get("/judge", **FRAGMENT)
    assert "Candidate 1 is in the room" in waiting.text
    assert "hx-redirect" not in waiting.headers
    day.day.note(EventKind.QUESTION)
    assert judge.get("/judge", **FRAGMENT).headers["hx-redirect"] == "/judge/1"
    assert str(judge.get("/judge").url).endswith("/judge/1")


def test_the_receipt_goes_on_to_the_next_sheet_unless_the_judge_looks_back(day: DayInHouse, judge: Browser) -> None:
    for number in (1, 2):
        hearing_id = day.day.hear(number)
        others_hand_in(day, hearing_id)
        fill(judge, number)
        day.day.seal(hearing_id)
    day.day.note(EventKind.CALL, 3)
    assert "Candidate 3 is in the room" in judge.get("/judge/next?seen=2", **FRAGMENT).text
    day.day.note(EventKind.QUESTION, 3)
    assert judge.get("/judge/next?seen=2", **FRAGMENT).headers["hx-redirect"] == "/judge/3"
    back = judge.get("/judge/next?seen=1", **FRAGMENT)
    assert "hx-redirect" not in back.headers
    assert 'href="/judge/3"' in back.text


def test_a_sheet_is_drafted_checked_and_handed_in_once(day: DayInHouse, judge: Browser) -> None:
    hearing_id = day.day.hear(1)
    assert 'data-mark=""' in judge.get("/judge/1").text
    assert draft(judge, 1).status_code == 204
    assert 'data-mark="20.5"' in judge.get("/judge/1").text
    refused = judge.post("/judge/1/check", 422, version=1, key=key(1), **{"mark-speech": "20.7"}).text
    assert 'href="#element-speech"' in refused
    assert 'href="#element-analysis"' in refused
    checked = judge.post("/judge/1/check", 200, version=1, key=key(1), **{"mark-speech": "20.5", "mark-analysis": "30"})
    assert "Submit, total 50.5" in checked.text
    assert fill(judge, 1, analysis="30").headers["location"] == "/judge/1"
    receipt = judge.get("/judge/1").text
    assert "The sheet of candidate 1 is submitted" in receipt
    assert fill(judge, 1, analysis="30").status_code == 303
    assert fill(judge, 1, analysis="60").status_code == 303
    kept = day.day.read(lambda session: session.exec(select(ScoreSheet)).all())
    assert [(one.hearing_id, one.total) for one in kept] == [(hearing_id, 505000)]
    assert judge.get("/judge/1").text == receipt or kept[0].short_code in receipt


def test_a_draft_that_cannot_be_read_or_comes_too_late_is_refused(day: DayInHouse, judge: Browser) -> None:
    day.day.hear(1)
    headers = {"x-csrf-token": judge.token, "accept": "application/json"}
    assert judge.client.put("/judge/1/draft", content=b"{", headers=headers).status_code == 400
    assert judge.client.put("/judge/1/draft", json={}, headers={"accept": "application/json"}).status_code == 403
    fill(judge, 1)
    assert draft(judge, 1, 2).status_code == 409


def test_a_sheet_after_the_seat_was_withdrawn_or_the_seal_counts_as_late(day: DayInHouse, judge: Browser) -> None:
    hearing_id = day.day.hear(1)
    others_hand_in(day, hearing_id)
    judge.get("/judge/1")
    seat_id = day.day.seats["1"][1]
    late: Receipt = day.day.run(withdraw_seat, day.day.composer, seat_id, "误点")
    assert late is None
    receipt = day.day.submit(seat_id, hearing_id)
    assert receipt.late
