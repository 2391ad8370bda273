"""The pictures of the README, taken from a fresh demonstration in a real browser: `make screenshots`."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
COMMAND = ROOT / ".venv" / "bin" / "gongxuan"
CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PASSWORD = "gongxuan-2026"
PIN = "246810"


def main() -> int:
    """Fill a demonstration, serve it, take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([COMMAND, "demo", "--data", folder, "--no-serve"], check=True)
        found = json.loads((Path(folder) / "demo.json").read_text("utf-8"))
        port = _free_port()
        server = subprocess.Popen([COMMAND, "serve", "--data", folder, "--port", str(port), "--no-worker"])
        try:
            _wait(port)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
                _take_all(browser, f"http://127.0.0.1:{port}", found)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    return 0


def _take_all(browser: Browser, address: str, found: dict[str, str]) -> None:
    _take(browser, "public", (1280, 960), lambda page: page.goto(f"{address}/s/LC2026-1"))
    _take(browser, "candidate", (390, 780), lambda page: _candidate(page, address, found["candidate"]))
    _take(browser, "judge", (1180, 820), lambda page: _judge(page, address, found["card"]))
    _take(browser, "staff", (1440, 900), lambda page: _staff(page, address))
    _take(browser, "recording", (1440, 900), lambda page: _recording(page, address))
    _take(browser, "committee", (1440, 900), lambda page: _signed_in(page, address, "committee", "/committee/LC2026-1"))


def _take(browser: Browser, name: str, size: tuple[int, int], visit: Callable[[Page], object]) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page = context.new_page()
    visit(page)
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()
    print(f"{name}: {page.url}" if not page.is_closed() else name)


def _signed_in(page: Page, address: str, name: str, path: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.goto(address + path)


def _candidate(page: Page, address: str, identity: str) -> None:
    _signed_in(page, address, identity, "/my")
    page.locator("main a[href^='/my/']").first.click()


def _judge(page: Page, address: str, card: str) -> None:
    page.goto(f"{address}/judge/open")
    page.fill("#card", card)
    page.fill("#pin", PIN)
    page.click("main button")
    page.wait_for_url("**/judge/*")
    for keys in (("1", "7", ".5"), ("1", "6"), ("1", "2", ".5")):
        for key in keys:
            page.get_by_role("button", name=key, exact=True).click()
        page.locator("[data-next]").click()


def _staff(page: Page, address: str) -> None:
    _signed_in(page, address, "vetter", "/staff/LC2026-3/vetting")
    page.locator("main table tbody a").first.click()


def _recording(page: Page, address: str) -> None:
    _signed_in(page, address, "recording", "/staff/LC2026-1/recordings")
    page.locator("main table tbody a").first.click()
    page.wait_for_timeout(1500)  # the poster gives way to the first picture


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not answer")


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
