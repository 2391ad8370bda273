"""The judge's tablet in a real browser: own keys, exact totals, nothing lost without network, under a strict policy."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from web.pages import STATIC, Visit, render

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"
NOW = datetime(2026, 11, 21, 1, 52, tzinfo=UTC)
KEPT = "#kept [data-state]:not([hidden])"
PLACE = {"place": "第1考场　评委4席", "number": 4}


def element(key: str, name: str, maximum: str, step: str = "0.5", bands: tuple[tuple[str, str, str], ...] = ()) -> dict:
    return {
        "key": key,
        "name": name,
        "maximum": Decimal(maximum),
        "step": Decimal(step),
        "bands": [{"name": word, "low": Decimal(low), "high": Decimal(high)} for word, low, high in bands],
    }


SPEECH = element("speech", "语言表达", "15", bands=(("良", "11", "13"), ("差", "0", "10.5")))
ELEMENTS = [element(f"e{n}", f"要素{n}", "20", bands=(("优", "18", "20"), ("差", "0", "17.5"))) for n in range(1, 6)]
ELEMENTS.append(SPEECH)


@dataclass
class Desk:
    """The other side: which sheet is served, whether it answers, what it received."""

    address: str = ""
    status: int = 204
    sequence: int = 0
    marks: dict[str, Decimal] = field(default_factory=dict)
    elements: list[dict] = field(default_factory=lambda: [*ELEMENTS])
    drafts: list[dict] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    submitted: list[dict[str, list[str]]] = field(default_factory=list)

    def sheet(self) -> dict:
        return {
            "id": "seat-4-hearing-4",
            "version": 1,
            "sequence": self.sequence,
            "marks": self.marks,
            "elements": self.elements,
            "form": repr(self.elements),
            "draft_url": "/draft",
            "check_url": "/check",
            "links": [("/paper", "改用纸质")],
        }

    def page(self, form: dict[str, list[str]] | None) -> str:
        visit = Visit(csrf="token-1", now=NOW)
        if form is None:
            return render(visit, "judge/sheet.html", sheet=self.sheet(), **PLACE)
        marks = {item["key"]: Decimal(form[f"mark-{item['key']}"][0]) for item in self.elements}
        return render(
            visit,
            "judge/confirm.html",
            sheet=self.sheet() | {"marks": marks},
            total=sum(marks.values()),
            maximum=Decimal(115),
            key=form["key"][0],
            sheet_url="/",
            submit_url="/submit",
            earlier=[(1, Decimal("81.0"))],
            **PLACE,
        )

    def receipt(self) -> str:
        receipt = {
            "sheet_id": "seat-4-hearing-4",
            "version": 1,
            "received": NOW,
            "number": "1-4-04",
            "code": "4F1A-77C0",
            "marks": [("语言表达", Decimal("13.0"))],
            "total": Decimal("84.5"),
        }
        return render(
            Visit(now=NOW), "judge/receipt.html", receipt=receipt, late=False, seen=4, present=None, to_mark=False,
            sheets=[], **PLACE,
        )  # fmt: skip


class Answers(BaseHTTPRequestHandler):
    desk: Desk

    def answer(self, status: int, body: bytes = b"", kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Security-Policy": POLICY, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/judge/live":
            self.answer(204)
        elif path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
            self.answer(200, file.read_bytes(), kinds[file.suffix])
        else:
            page = self.desk.receipt() if path == "/receipt" else self.desk.page(None)
            self.answer(200, page.encode(), "text/html; charset=utf-8")

    def sent(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def do_PUT(self) -> None:
        body = json.loads(self.sent())
        if self.desk.status == 204:
            self.desk.drafts.append(body)
            self.desk.tokens.append(self.headers["X-CSRF-Token"])
        self.answer(self.desk.status)

    def do_POST(self) -> None:
        form = parse_qs(self.sent().decode(), keep_blank_values=True)
        if self.path == "/submit":
            self.desk.submitted.append(form)
            self.answer(303, Location="/receipt")
        else:
            self.answer(200, self.desk.page(form).encode(), "text/html; charset=utf-8")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("DeskAnswers", (Answers,), {"desk": made}))
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tablet(browser: Browser, desk: Desk) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1180, "height": 820}, locale="zh-CN")
    page = context.new_page()
    noise: list[str] = []
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("console", lambda line: noise.append(line.text) if "Content Security" in line.text else None)
    page.goto(desk.address)
    yield page
    context.close()
    assert noise == []


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.get_by_role("button", name=key, exact=True).click()


def mark_of(page: Page, name: str) -> str:
    return page.locator(f"#element-{name} [data-slot=mark]").inner_text()


def test_a_key_that_would_leave_the_range_is_dead(tablet: Page):
    tablet.locator("#element-speech").click()
    press(tablet, "1")
    enabled = [key for key in "0123456789" if tablet.get_by_role("button", name=key, exact=True).is_enabled()]
    assert enabled == list("012345")
    press(tablet, "5")
    expect(tablet.get_by_role("button", name=".5", exact=True)).to_be_disabled()
    assert mark_of(tablet, "speech") == "15"


def test_the_total_is_exact_and_the_band_follows_the_mark(tablet: Page, desk: Desk):
    press(tablet, "1 7 .5 下一项 0 .5 下一项")
    assert mark_of(tablet, "e1") == "17.5"
    assert tablet.locator("#element-e1 [data-slot=band]").inner_text() == "差"
    expect(tablet.locator("[data-slot=total]")).to_have_text("18.0")
    expect(tablet.get_by_role("button", name="核对（还差4项）")).to_be_disabled()


def test_hundredths_add_up_without_floating_point(tablet: Page, desk: Desk):
    desk.elements = [element(f"e{n}", f"要素{n}", "10", step="0.01") for n in range(1, 4)]
    tablet.reload()
    press(tablet, "0 . 1 下一项 0 . 2 下一项 0 . 0 7")
    expect(tablet.locator("[data-slot=total]")).to_have_text("0.37")


def test_a_mark_between_two_steps_cannot_be_left_standing(tablet: Page, desk: Desk):
    desk.elements = [element("e1", "要素1", "10", step="0.25")]
    tablet.reload()
    press(tablet, "7 . 2")
    expect(tablet.get_by_role("button", name="下一项")).to_be_disabled()
    expect(tablet.locator("[data-slot=total]")).to_have_text("0")
    press(tablet, "5")
    expect(tablet.locator("[data-slot=total]")).to_have_text("7.25")


def test_an_opened_mark_is_replaced_by_the_first_key_and_deleted_by_the_delete_key(tablet: Page):
    press(tablet, "1 7 下一项")
    tablet.locator("#element-e1").click()
    press(tablet, "9")
    assert mark_of(tablet, "e1") == "9"
    press(tablet, "删除")
    expect(tablet.locator("[data-slot=count]")).to_have_text("0")


def test_each_change_is_sent_and_said_to_be_received(tablet: Page, desk: Desk):
    press(tablet, "1 7 .5")
    expect(tablet.locator(KEPT)).to_contain_text("打的分都已上传")
    assert desk.drafts[-1]["marks"]["e1"] == "17.5"
    assert desk.drafts[-1]["sequence"] == 3
    assert set(desk.tokens) == {"token-1"}


def test_without_network_everything_is_kept_over_a_reload_and_sent_later(tablet: Page, desk: Desk):
    desk.status = 503
    press(tablet, "1 7 .5 下一项 1 6")
    expect(tablet.locator(KEPT)).to_contain_text("网络断开")
    tablet.reload()
    expect(tablet.locator("#element-e1 [data-slot=mark]")).to_have_text("17.5")
    expect(tablet.locator("[data-slot=total]")).to_have_text("33.5")
    assert desk.drafts == []
    desk.status = 204
    expect(tablet.locator(KEPT)).to_contain_text("打的分都已上传", timeout=15_000)
    assert desk.drafts[-1]["marks"]["e2"] == "16.0"


def test_a_lost_connection_is_survived_too(tablet: Page, desk: Desk):
    tablet.context.set_offline(True)
    press(tablet, "1 7")
    expect(tablet.locator(KEPT)).to_contain_text("打的分都存在本机")
    tablet.context.set_offline(False)
    expect(tablet.locator(KEPT)).to_contain_text("打的分都已上传", timeout=15_000)


def test_the_newer_of_the_tablets_and_the_servers_draft_is_shown(tablet: Page, desk: Desk):
    press(tablet, "1 7")
    expect(tablet.locator(KEPT)).to_contain_text("打的分都已上传")
    desk.sequence, desk.marks = 9, {"e1": Decimal("12.5")}
    tablet.reload()
    expect(tablet.locator("#element-e1 [data-slot=mark]")).to_have_text("12.5")


def test_a_refused_draft_is_kept_and_the_judge_is_told(tablet: Page, desk: Desk):
    desk.status = 401
    press(tablet, "1 7")
    expect(tablet.locator(KEPT)).to_contain_text("登录已失效")
    desk.status = 409
    press(tablet, ".5")
    expect(tablet.locator(KEPT)).to_contain_text("没有收下")
    tablet.reload()
    expect(tablet.locator("#element-e1 [data-slot=mark]")).to_have_text("17.5")


def test_a_full_sheet_is_checked_and_submitted_once_with_one_key(tablet: Page, desk: Desk):
    press(tablet, "1 7 .5 下一项 " * 5 + "1 3")
    tablet.get_by_role("button", name="核对", exact=True).click()
    expect(tablet.get_by_role("heading", level=1)).to_have_text("核对第4号考生的分")
    tablet.get_by_role("button", name="交表，合计100.5分").click()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text("第4号考生的评分表已交")
    (form,) = desk.submitted
    assert form["mark-speech"] == ["13.0"]
    assert form["_csrf"] == ["token-1"]
    assert len(form["key"][0]) == 32
    expect(tablet.get_by_text("13.0")).to_be_hidden()
    tablet.get_by_text("点这里看本表的分").click()
    expect(tablet.get_by_text("13.0")).to_be_visible()
    assert tablet.evaluate("Object.keys(localStorage).filter((name) => name.includes('sheet'))") == []


def test_the_check_page_is_not_opened_into_a_dead_network(tablet: Page, desk: Desk):
    press(tablet, "1 7 .5 下一项 " * 5 + "1 3")
    expect(tablet.locator(KEPT)).to_contain_text("打的分都已上传")
    tablet.context.set_offline(True)
    tablet.get_by_role("button", name="核对", exact=True).click()
    expect(tablet.locator(KEPT)).to_contain_text("打的分都存在本机")
    assert mark_of(tablet, "e1") == "17.5"


def test_a_submission_that_does_not_arrive_can_be_sent_again_with_the_same_key(tablet: Page, desk: Desk):
    press(tablet, "1 7 .5 下一项 " * 5 + "1 3")
    tablet.get_by_role("button", name="核对", exact=True).click()
    expect(tablet.get_by_role("button", name="字号：")).to_be_visible()
    key = tablet.locator("[data-submit] [name=key]").input_value()
    tablet.context.set_offline(True)
    tablet.get_by_role("button", name="交表").click()
    expect(tablet.locator(KEPT)).to_contain_text("还没有交上")
    tablet.context.set_offline(False)
    tablet.get_by_role("button", name="交表").click()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text("已交")
    assert [form["key"] for form in desk.submitted] == [[key]]


def test_change_leads_back_to_that_element(tablet: Page):
    press(tablet, "1 7 .5 下一项 " * 5 + "1 3")
    tablet.get_by_role("button", name="核对", exact=True).click()
    tablet.get_by_role("link", name="改 要素3").or_(tablet.get_by_role("link", name="改要素3")).click()
    expect(tablet.locator("#element-e3")).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(("width", "height"), [(1180, 820), (820, 1180)])
@pytest.mark.parametrize("count", [6, 8])
def test_the_sheet_fits_the_tablet_without_scrolling_in_every_letter_size(tablet, desk, width, height, count):
    desk.elements = [element(f"e{n}", f"要素{n}", "20", bands=(("优", "18", "20"),)) for n in range(count)]
    tablet.set_viewport_size({"width": width, "height": height})
    tablet.reload()
    switch = tablet.get_by_role("button", name="字号：")
    for _ in range(3):
        switch.click()
        inside = "[document.documentElement, document.querySelector('.elements')]"
        fits = f"{inside}.map((box) => box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth)"
        assert tablet.evaluate(fits) == [True, True], switch.inner_text()
        assert tablet.locator(".key").first.bounding_box()["height"] >= 56


def test_the_letter_size_is_remembered(tablet: Page):
    tablet.get_by_role("button", name="字号：大").click()
    tablet.reload()
    expect(tablet.get_by_role("button", name="字号：特大")).to_be_visible()


def test_the_scripts_hold_no_floating_point_arithmetic_on_marks():
    script = (STATIC / "judge.js").read_text(encoding="utf-8")
    assert "parseFloat" not in script
    assert "toFixed" not in script
