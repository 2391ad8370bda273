"""What every page of a walk is held against: WCAG 2.2 AA, its language, nothing refused by the browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page

AXE = Path(__file__).parents[2] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  rules: {"target-size": {enabled: true}},
  resultTypes: ["violations"],
}).then(found => found.violations.map(one => one.id + ": " + one.help + "\\n" + one.nodes.map(
  node => "    " + node.target.join(" ") + "  " + node.failureSummary.split("\\n").slice(1).join(" ").trim()
).join("\\n")))"""
ENGLISH_TEXT = """() => {
  const texts = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walk.currentNode; node; node = walk.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!element.closest("[lang]").lang.startsWith("en") || element.closest("script, style")) continue;
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    else for (const name of ["alt", "title", "aria-label", "placeholder", "content"])
      if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
  }
  return texts;
}"""
CHINESE = re.compile("[\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Chinese characters and their punctuation; the wide space that separates short facts in every language is none."""
REFUSED_PAGE = re.compile(r"Failed to load resource: the server responded with a status of (422|404|403)")
"""What Chromium writes when a page itself was answered so: a refusal that the walk asks for."""


@dataclass(slots=True)
class Inspector:
    """Looks at each page once per language and state, and notes every fault.

    `data` are texts that people have typed in Chinese only: these may stand on English pages.
    """

    data: frozenset[str] = frozenset()
    faults: list[str] = field(default_factory=list)
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def watch(self, page: Page) -> None:
        """Note what the browser complains of: a policy broken, a script failed, a file missing."""

        def heard(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not REFUSED_PAGE.match(message.text):
                self.faults.append(f"{message.location['url']}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))

    def look(self, page: Page, status: int, *, scripts: bool = True) -> None:
        """Look at a page, unless one of its kind and state was looked at before; axe needs scripts."""
        language = page.locator("html").get_attribute("lang") or "none"
        heading = page.locator("h1").first
        kind = (_kind_of(page.url), str(status), language, _without_figures(heading.inner_text()))
        if kind in self.seen:
            return
        self.seen.add(kind)
        place = f"{page.url} ({language})"
        if page.locator("h1").count() != 1:
            self.faults.append(f"{place}: {page.locator('h1').count()} headings of the first rank")
        if page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
            self.faults.append(f"{place}: wider than its window")
        if scripts:
            page.evaluate(AXE.read_text("utf-8"))
            self.faults += [f"{place}: {one}" for one in page.evaluate(RULES)]
        if language == "en":
            self.faults += [f"{place}: Chinese in “{text}”" for text in self._chinese_texts(page)]

    def check(self) -> None:
        """Fail with everything that was found, if anything was."""
        found = "\n".join(self.faults)
        self.faults.clear()
        assert not found, f"the pages seen are not as they must be:\n{found}"

    def _chinese_texts(self, page: Page) -> Iterator[str]:
        for text in page.evaluate(ENGLISH_TEXT):
            rest = text
            for known in self.data:
                rest = rest.replace(known, "")
            if CHINESE.search(rest):
                yield text.strip()


def _kind_of(address: str) -> str:
    """An address without what differs from one selection, person or file to the next."""
    parts = urlsplit(address)
    names = [re.sub(r"^(\d+|[0-9A-Z]{10}|[0-9a-f]{16})$", "#", part) for part in parts.path.split("/")]
    return "/".join(names)


def _without_figures(text: str) -> str:
    return re.sub(r"[0-9A-Z]{6,}|\d+", "#", text)
