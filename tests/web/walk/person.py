"""A person at a browser of their own, who reads and presses what the page says in their language."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect, sync_playwright

from tests.web.walk.inspecting import Inspector
from tests.web.walk.server import Server
from web.i18n import Language, Translator

PASSWORD = "长河落日圆-2026"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SECONDS = 60
"""The longest wait for anything a page does, on a machine that has much else to do."""


@contextmanager
def browser_engine() -> Iterator[Browser]:
    """Debian's Chromium, for as long as it is needed."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@dataclass(slots=True)
class House:
    """The office a walk goes through: its server, a browser engine, and who looks over every page."""

    server: Server
    engine: Browser
    inspector: Inspector

    def close(self) -> None:
        """End the server and close every browser."""
        self.server.stop()
        for context in self.engine.contexts:
            context.close()

    def newest_code(self, contact: str) -> str:
        """The newest one-time code that was sent to a contact."""
        sent = sorted((self.server.data / "outbox").glob(f"*-{contact}.txt"))
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", sent[-1].read_text("utf-8").partition("\n")[2])
        assert found is not None
        return found[1]


@dataclass(slots=True)
class Person:
    """Somebody with a name, a contact and a browser. Sentences are the English sources of what the pages say."""

    house: House
    name: str
    contact: str
    language: Language = Language.CHINESE
    settings: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    _context: BrowserContext | None = None
    _page: Page | None = None

    # ── the browser ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def context(self) -> BrowserContext:
        """Their browser with its cookies."""
        if self._context is None:
            tag = "zh-CN" if self.language is Language.CHINESE else "en-GB"
            size = {"width": 1280, "height": 900}
            options = {"viewport": size, "locale": tag, "reduced_motion": "reduce", **self.settings}
            self._context = self.house.engine.new_context(base_url=self.house.server.address, **options)
            self._context.set_default_timeout(SECONDS * 1000)
        return self._context

    @property
    def page(self) -> Page:
        """Their open page."""
        if self._page is None:
            self._page = self.context.new_page()
            self.house.inspector.watch(self._page)
        return self._page

    def leave(self) -> None:
        """Close the page; the browser stays signed in."""
        if self._page is not None:
            self._page.close()
            self._page = None

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def say(self, sentence: str, **facts: object) -> str:
        """A sentence as this person's pages have it; a missing translation is a fault of the catalogue's tests."""
        return str(Translator(self.language)(sentence, **facts))

    def go(self, path: str, status: int = 200) -> None:
        """Open an address."""
        self.page.goto(path)
        self._arrive(status)

    def sees(self, sentence: str, **facts: object) -> None:
        """The page says this, to be seen."""
        self.reads(self.say(sentence, **facts))

    def reads(self, text: str) -> None:
        """This text stands on the page, to be seen."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=SECONDS * 1000)

    def heading(self, sentence: str, **facts: object) -> None:
        """This is the page's heading."""
        expect(self.page.locator("h1")).to_have_text(self.say(sentence, **facts), timeout=SECONDS * 1000)

    def problems(self) -> list[str]:
        """What the error summary lists."""
        return self.page.locator(".error-summary li").all_inner_texts()

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────

    def follow(self, sentence: str, **facts: object) -> None:
        """Follow the link with these words."""
        self.press_it(self.page.get_by_role("link", name=self.say(sentence, **facts), exact=True).first)

    def press(self, sentence: str, status: int = 200, **facts: object) -> None:
        """Press the button with these words and see what comes."""
        self.press_it(self.button(sentence, **facts), status)

    def button(self, sentence: str, **facts: object) -> Locator:
        """The button with these words."""
        return self.page.get_by_role("button", name=self.say(sentence, **facts), exact=True).first

    def press_it(self, what: Locator, status: int = 200) -> None:
        """Press something that leads to a page."""
        with self.page.expect_navigation(timeout=SECONDS * 1000):
            what.click()
        self._arrive(status)

    def brought_to(self, path: str) -> None:
        """The page goes to an address by itself."""
        self.page.wait_for_url(f"**{path}", timeout=SECONDS * 1000)
        self._look(200)

    def fill(self, **fields: object) -> None:
        """Fill in fields by name; a double underscore stands for a point, as in `papers__photo`."""
        for name, value in fields.items():
            self.put(name.replace("__", "."), value)

    def put(self, name: str, value: object) -> None:
        """Fill in one field, of whatever kind it is."""
        found = self.page.locator(f'[name="{name}"]:not([type="hidden"])')
        kind = found.first.evaluate("one => one.type || one.tagName.toLowerCase()")
        if kind in {"radio", "checkbox"}:
            for one in value if isinstance(value, list) else [value]:
                found.and_(self.page.locator(f'[value="{one}"]')).check()
        elif kind == "select-one":
            found.first.select_option(str(value))
        elif kind == "file":
            found.first.set_input_files(value)  # type: ignore[arg-type] # a path or a payload
        else:
            found.first.fill(str(value))

    def option(self, name: str, text: str) -> str:
        """The value of the option of a list that begins with a text."""
        options = self.page.locator(f'[name="{name}"] option')
        found = options.evaluate_all("all => all.map(one => [one.label.split('　')[0].trim(), one.value])")
        values = [value for label, value in found if label == text]
        assert len(values) == 1, (text, found)
        return str(values[0])

    def _arrive(self, status: int) -> None:
        found = self.page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        said = self.problems() or self.page.inner_text("main")
        assert found == status, (self.name, self.page.url, found, said)
        self._look(found)

    def _look(self, status: int) -> None:
        self.house.inspector.look(self.page, status, scripts=self.settings.get("java_script_enabled", True))

    # ── who they are ─────────────────────────────────────────────────────────────────────────────────────────────

    def sign_in(self, name: str) -> None:
        """Sign in by the page."""
        self.go("/sign-in")
        self.fill(name=name, password=PASSWORD)
        self.press("Sign in")

    def come_in(self, name: str) -> None:
        """Sign in by the page's form alone, as everybody after the first few does."""
        self.send("/sign-in", name=name, password=PASSWORD, next="")
        self.token = ""

    def prove(self) -> None:
        """Prove who they are inside the form of an act: a code sent to their contact, and their password."""
        self.button("Send me a code").click()
        self.sees("The code was sent to your contact.")
        self.fill(password=PASSWORD, code=self.house.newest_code(self.contact))

    def sign(self, code: str) -> None:
        """Type password and code again, where the page has not kept them."""
        self.fill(password=PASSWORD, code=code)

    # ── without a page ───────────────────────────────────────────────────────────────────────────────────────────

    def send(self, path: str, status: int = 303, **fields: str | FilePayload) -> str:
        """Send a form of the site as a browser without a window would; answers with where it leads."""
        if not self.token:
            shown = self.context.request.get("/")
            found = re.search(r'name="csrf-token" content="([^"]+)"', shown.text())
            assert found is not None
            self.token = found[1]
        filled: dict[str, Any] = {"_csrf": self.token, **fields}
        whole = any(isinstance(one, dict) for one in fields.values())
        sent = {"multipart": filled} if whole else {"form": filled}
        answer = self.context.request.post(path, max_redirects=0, timeout=SECONDS * 1000, **sent)
        assert answer.status == status, (path, answer.status, answer.text())
        return str(answer.headers.get("location", ""))


def payload(name: str, content: bytes, media_type: str) -> FilePayload:
    """A file to be chosen in a form, by name, content and kind."""
    return {"name": name, "mimeType": media_type, "buffer": content}
