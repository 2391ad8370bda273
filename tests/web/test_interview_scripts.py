"""The interview day in a real browser: what the scripts of board, room desk and player do."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlmodel import select

from core.kinds import VIDEOS, MediaKind
from core.people import Actor
from interview.actions import issue_seat_card
from interview.hearing import EventKind
from recording.actions import CHECKER, finish_check, receive_recording
from recording.clips import make_clip
from recording.tables import Recording
from tests.web.desk import PASSWORD
from tests.web.interview_day import CARD_HASH, CODE, PIN, DayInHouse, ready
from tests.web.test_recording_pages import BLACK, POSTER, PROBE
from web.app import make_app
from web.house import House

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
PATH = f"/staff/{CODE}"


@dataclass
class Site:
    """The served house, and a page per person in one Chromium."""

    day: DayInHouse
    address: str
    browser: Browser
    stop: Callable[[], None]
    faults: list[str] = field(default_factory=list)

    def page(self, name: str, width: int = 1280, height: int = 820) -> Page:
        """Somebody's page, signed in, in Chinese."""
        page = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(f"{self.address}/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main button.button")
        page.wait_for_url("**/staff")
        return page

    def tablet(self, card: str) -> Page:
        """A judge's tablet, opened with a card."""
        page = self.browser.new_context(viewport={"width": 1180, "height": 820}, locale="zh-CN").new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(f"{self.address}/judge/open")
        page.fill("[name=card]", card)
        page.fill("[name=pin]", PIN)
        page.click("main button.button")
        page.wait_for_url(re.compile(r"/judge(/[0-9]+)?$"))
        return page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty seconds of somebody speaking."""
    path = tmp_path_factory.mktemp("clips") / "第1考场-01.mp4"
    make_clip(path, 30, "第1考场 1号")
    return path


@pytest.fixture
def site(house: House, chromium: Browser) -> Iterator[Site]:
    """A day with room 1 ready, served on a free port."""
    made = ready(house)
    config = uvicorn.Config(
        make_app(house), host="127.0.0.1", port=0, log_level="error", access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    started = threading.Event()
    while not server.started:
        started.wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]

    def stop() -> None:
        house.live.close()
        server.should_exit = True
        thread.join(20)

    served = Site(made, f"http://127.0.0.1:{port}", chromium, stop)
    yield served
    for context in chromium.contexts:
        context.close()
    stop()
    assert served.faults == []


def test_the_board_follows_by_itself_and_says_when_it_does_not(site: Site) -> None:
    board = site.page("officer", 1920, 1080)
    board.goto(f"{site.address}{PATH}/interview/board")
    site.day.day.note(EventKind.CALL)
    expect(board.locator("#board")).to_contain_text("第1号叫号")
    assert board.evaluate("document.documentElement.scrollHeight") <= 1080
    assert board.evaluate("document.documentElement.scrollWidth") <= 1920
    expect(board.locator("[data-not-live]")).to_be_hidden()
    site.stop()
    expect(board.locator("[data-not-live]")).to_be_visible()


def test_what_an_officer_types_outlives_a_sheet_and_a_video(site: Site, clip: Path, tmp_path: Path) -> None:
    hearing_id = site.day.day.hear(1)
    desk = site.page("room", 1180)
    desk.goto(f"{site.address}{PATH}/rooms/1")
    desk.click("summary:has-text('中止本场')")
    desk.fill("#reason-adjourn", "停电")
    site.day.day.submit(site.day.day.seats["1"][0], hearing_id)
    expect(desk.locator(".room-count b")).to_have_text("1/3")
    site.day.day.submit(site.day.day.seats["1"][1], hearing_id)
    site.day.day.submit(site.day.day.seats["1"][2], hearing_id)
    expect(desk.locator(".room-count b")).to_have_text("3/3")
    site.day.day.seal(hearing_id)
    expect(desk.locator("#desk")).to_contain_text("叫第2号")  # the forms are renewed, as the hearing has moved on
    assert desk.locator("#reason-adjourn").count() == 0

    desk.click("summary:has-text('登记缺考')")
    desk.fill("#reason-absence", "未到")
    text = tmp_path / "no-video.mp4"
    text.write_bytes(b"this is a text\n" * 1000)
    choose(desk, text)
    desk.get_by_role("button", name="提交", exact=True).click()
    expect(desk.locator("[data-slot=why]")).to_contain_text("文件类型不对")
    choose(desk, clip)
    assert desk.locator("[data-began]").input_value().count(":") == 2
    desk.get_by_role("button", name="提交", exact=True).click()
    expect(desk.locator("[data-done]")).to_be_visible()
    expect(desk.locator("#progress")).to_contain_text("核验中")
    assert desk.input_value("#reason-absence") == "未到"
    row = site.day.day.read(lambda session: session.exec(select(Recording)).one())
    assert (row.name, row.state) == (clip.name, "received")
    assert site.day.house.files.read(row.sha256) == clip.read_bytes()
    assert row.starts_at is not None


def choose(desk: Page, file: Path) -> None:
    """Choose the video of hearing 1."""
    with desk.expect_file_chooser() as chooser:
        desk.locator("[data-film][data-number='1']").click()
    chooser.value.set_files(file)
    expect(desk.locator("[data-slot=file]")).to_have_text(file.name)


def test_a_refused_call_says_why_in_place(site: Site) -> None:
    desk = site.page("room", 1180)
    desk.goto(f"{site.address}{PATH}/rooms/1")
    desk.get_by_role("button", name="叫第1号").click()
    expect(desk.locator("#desk .error-summary")).to_contain_text("监督员不在场，不得开始面试。")
    desk.check("#supervisor")
    desk.get_by_role("button", name="叫第1号").click()
    expect(desk.locator("#desk")).to_contain_text("已叫号")
    expect(desk.locator(".error-summary")).to_have_count(0)


def test_chapters_findings_and_keys_move_the_player(site: Site, clip: Path) -> None:
    made = site.day
    hearing_id = made.day.hear_and_seal(1)
    saved = made.house.files.receive(io.BytesIO(clip.read_bytes()), cap=10**8, kinds=VIDEOS)
    still = made.house.files.receive(io.BytesIO(POSTER), cap=10**6, kinds=frozenset({MediaKind.JPEG}))
    recording_id = made.day.run(receive_recording, made.day.officer, hearing_id, saved, clip.name)
    made.day.run(
        finish_check, Actor(label=CHECKER), recording_id, probe=PROBE, review=saved, poster=still, findings=[BLACK],
        milliseconds=30_000,
    )  # fmt: skip
    page = site.page("recording", 1440, 900)
    page.goto(f"{site.address}{PATH}/recordings/{recording_id}")
    current = page.locator(".chapters [aria-current]")
    expect(current).to_contain_text("叫号")
    page.click("a[data-seek='10.000'] >> nth=0")
    expect(current).to_contain_text("竞职演讲")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(10)
    page.keyboard.press("]")
    expect(current).to_contain_text("第1题")
    page.keyboard.press("j")
    expect(current).to_contain_text("竞职演讲")
    page.click("table a[data-seek='21.000']")
    expect(page.locator(".player-bar")).to_contain_text("从开头起0:21")
    moved = page.locator("[data-needle]").get_attribute("transform") or ""
    assert re.fullmatch(r"translate\(5(87|88|89)\.?\d* 0\)", moved), "840 × 21 / 30"


def test_the_next_sheet_opens_by_itself_on_the_receipt(site: Site) -> None:
    made = site.day
    hearing_id = made.day.hear(1)
    seat_id = made.day.seats["1"][0]
    made.day.run(issue_seat_card, made.day.composer, seat_id, "OPEN", CARD_HASH)
    for one in made.day.seats["1"]:
        made.day.submit(one, hearing_id)
    tablet = site.tablet("OPENCARD")
    tablet.goto(f"{site.address}/judge/1")
    expect(tablet.locator("#next")).to_contain_text("请等下一位考生入场")
    made.day.seal(hearing_id)
    made.day.note(EventKind.CALL, 2)
    expect(tablet.locator("#next")).to_contain_text("第2号考生")
    made.day.note(EventKind.QUESTION, 2)
    tablet.wait_for_url("**/judge/2")
    expect(tablet.locator(".element")).to_have_count(2)
