"""Before and in the interview room: register of judges, panel, cards, lots, hearings, seals, videos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, expect
from stdnum.cn import ric

from tests.web.walk.person import SECONDS, Person
from tests.web.walk.planning import Plan

ROOM = "1"
SEEK = "(film, to) => new Promise(done => { film.onseeked = () => done(film.currentTime); film.currentTime = to; })"
PLAY = (
    "film => new Promise(done => { film.ontimeupdate = () => done(film.currentTime); film.muted = true; film.play(); })"
)
CHECKED_SECONDS = 120
"""The longest wait for the worker to have checked a short clip."""


@dataclass(frozen=True, slots=True)
class Judge:
    """An invented judge; representatives hold an interview qualification."""

    name: str
    unit: str
    kind: str = "expert"

    def fields(self, serial: int, plan: Plan) -> dict[str, str]:
        """The form of the register filled in."""
        stem = f"11010119700315{serial:03}"
        identity = stem + str(ric.calc_check_digit(stem + "0"))
        filled = {"name": self.name, "identity_number": identity, "kind": self.kind, "unit": self.unit}
        return filled | ({"qualified_until": plan.day(400)} if self.kind == "representative" else {})


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a seat card, shown once."""

    seat: int
    code: str
    pin: str


# ── before the day ───────────────────────────────────────────────────────────────────────────────────────────────────


def open_room(officer: Person, plan: Plan) -> None:
    """One room for the one post."""
    officer.go(f"{plan.path}/interview")
    officer.fill(post="01", code=ROOM, name="第1考场", name_en="Room 1")
    officer.press("Open the room")


def register_judges(officer: Person, plan: Plan, judges: Sequence[Judge]) -> None:
    """The register: one by the page, where a false identity number is refused; the rest by the form alone."""
    first, *others = judges
    officer.go(f"{plan.path}/interview/judges/add")
    officer.fill(**first.fields(101, plan) | {"identity_number": "110101197003151010"})
    officer.press("Add to the register", status=422)
    assert len(officer.problems()) == 1
    officer.fill(**first.fields(101, plan))
    officer.press("Add to the register")
    for serial, judge in enumerate(others, start=102):
        officer.send(f"{plan.path}/interview/judges/add", **judge.fields(serial, plan))


def compose_panel(officer: Person, plan: Plan, judges: Sequence[Judge], recused: Judge) -> None:
    """Everybody gets a seat in order, the first as chief judge; who serves with a candidate cannot be seated."""
    page = f"{plan.path}/interview/panels/{ROOM}"
    officer.go(page)
    offered = officer.page.locator("#offered ~ .table-scroll tbody tr, section:has(#offered) tbody tr")
    kept_out = offered.filter(has_text=recused.name)
    expect(kept_out.locator(".state-problem")).to_be_visible()
    expect(kept_out.get_by_role("button")).to_have_count(0)
    ids = _judge_ids(officer)
    first, *others = judges
    line = offered.filter(has_text=first.name)
    line.get_by_role("checkbox").check()
    officer.press_it(line.get_by_role("button"))
    for number, judge in enumerate(others, start=2):
        officer.send(f"{page}/seats", judge=ids[judge.name], number=str(number))
    officer.go(page)
    officer.sees("complete, nobody to be recused")


def _judge_ids(officer: Person) -> dict[str, str]:
    rows = officer.page.locator("tr:has([name='judge'])")
    found = rows.evaluate_all(
        "all => all.map(row => [row.querySelector('th').innerText, row.querySelector('[name=judge]').value])"
    )
    return dict(found)


def issue_cards(officer: Person, plan: Plan, count: int) -> list[Card]:
    """Cards for all seats, read as they are printed."""
    officer.go(f"{plan.path}/interview/panels/{ROOM}")
    officer.press("Issue cards for all {count} seats", count=count)
    secrets = officer.page.locator("li.card").evaluate_all(
        "all => all.map(card => [...card.querySelectorAll('.secret')].map(one => one.innerText))"
    )
    return [Card(seat, code, pin) for seat, (code, pin) in enumerate(secrets, start=1)]


def record_lots(waiting: Person, plan: Plan, numbers: Mapping[str, int]) -> None:
    """The signed register of physical lots: two equal numbers are refused, then it is recorded."""
    waiting.go(f"{plan.path}/interview")
    waiting.press_it(waiting.page.locator(f"a[href='{plan.path}/interview/lots/01']"))
    waiting.fill(reference="抽签登记表 1 号", witness_1="石坚（监督）", witness_2="考生代表")
    for ticket in numbers:
        waiting.put(f"number-{ticket}", 1)
    waiting.press("Record {count} lots", count=len(numbers), status=422)
    for ticket, number in numbers.items():
        waiting.put(f"number-{ticket}", number)
    waiting.press("Record {count} lots", count=len(numbers))
    waiting.sees("physical lots")
    waiting.go(f"{plan.path}/interview/numbers/{ROOM}")
    waiting.press("Show the table; this is noted in the journal")
    rows = waiting.page.locator("tbody tr").evaluate_all("all => all.map(row => row.cells[1].innerText)")
    assert rows == sorted(numbers, key=lambda ticket: numbers[ticket])


# ── the room ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_desk(room: Person, plan: Plan) -> None:
    """The room officer's desk, by the way of the interview's page."""
    room.go(f"{plan.path}/interview")
    room.follow("Room desk")


def hear(room: Person, number: int) -> None:
    """One hearing from the call to the end of the answers. Nobody is called without the supervisor in the room."""
    call = room.button("Call number {number}", number=number)
    speech, end = room.button("The speech begins"), room.button("Answers ended, candidate leaves")
    first, second = (room.button("Question {question} is put", question=place) for place in (1, 2))
    marking = room.page.get_by_text(room.say("Judges are marking. The count below grows by itself."))
    expect(call).to_be_visible(timeout=SECONDS * 1000)
    if number == 1:
        _take(call, room.page.locator("#desk .error-summary"))
    room.page.locator("#supervisor").check()
    for step, taken in ((call, speech), (speech, first), (first, second), (end, marking)):
        _take(step, taken)


def _take(step: Locator, taken: Locator) -> None:
    """Press a step once and see it taken."""
    step.click()
    expect(taken).to_be_visible(timeout=SECONDS * 1000)


def all_in(room: Person, seats: int) -> None:
    """The count of sheets has grown by itself until all are in."""
    expect(room.page.locator(".room-count b")).to_have_text(f"{seats}/{seats}", timeout=SECONDS * 1000)


def hand_in_video(room: Person, number: int, clip: Path) -> None:
    """The video of a hearing, handed in at the room's desk."""
    line = room.page.locator("#progress tbody tr").nth(number - 1)
    with room.page.expect_file_chooser() as chooser:
        line.locator("[data-film]").click()
    chooser.value.set_files(clip)
    room.button("Hand in").click()
    room.sees("The file is here and is being checked. You may close this page.")


def wait_for_check(room: Person, numbers: int) -> None:
    """Every recording has been checked by the worker; the desk shows it by itself."""
    for place in range(numbers):
        film = room.page.locator("#progress tbody tr").nth(place).locator("td").nth(1)
        expect(film.locator(".state-done")).to_be_visible(timeout=CHECKED_SECONDS * 1000)


def seal(supervisor: Person, plan: Plan, number: int) -> None:
    """The supervisor seals: without the own signature it is refused, and the code is not used up."""
    supervisor.go(f"/observer/{plan.code}")
    supervisor.follow("Sign and seal")
    supervisor.prove()
    code = supervisor.page.input_value("#code")
    supervisor.fill(chief="1")
    if number == 1:
        supervisor.press("Seal number {number}", number=number, status=422)
        assert len(supervisor.problems()) == 1
    supervisor.sign(code)
    supervisor.fill(supervisor="1")
    supervisor.press("Seal number {number}", number=number)
    supervisor.heading("Sealed: room {room}, number {number}", room=ROOM, number=number)


def watch(reviewer: Person, plan: Plan, clip: Path) -> None:
    """A recording is played and sought by its chapters; the bytes come in parts."""
    reviewer.go(f"{plan.path}/recordings")
    reviewer.press_it(reviewer.page.get_by_role("link", name=clip.name))
    player = reviewer.page.locator("video")
    expect(player).to_have_js_property("readyState", 4, timeout=SECONDS * 1000)
    video = player.get_attribute("src") or ""
    part = reviewer.context.request.get(video, headers={"Range": "bytes=1000-1999"})
    assert (part.status, len(part.body())) == (206, 1000)
    assert part.headers["content-range"].startswith("bytes 1000-1999/")
    beyond = reviewer.context.request.get(video, headers={"Range": "bytes=999999999-"})
    assert beyond.status == 416
    reviewer.page.locator("[data-seek]").last.click()
    assert player.evaluate(SEEK, 1.5) == 1.5
    assert player.evaluate(PLAY) > 1.5
