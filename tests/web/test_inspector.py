"""What looks over the pages of the walks finds what it is there to find."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.web.walk.inspecting import Inspector
from tests.web.walk.person import browser_engine

pytestmark = pytest.mark.browser

GOOD = '<!DOCTYPE html><html lang="en"><head><title>Page</title></head><body><main><h1>Page</h1>{}</main></body></html>'


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_engine() as engine:
        opened = engine.new_page(viewport={"width": 360, "height": 640})
        yield opened
        opened.close()


def faults_of(page: Page, body: str, **known: frozenset[str]) -> list[str]:
    inspector = Inspector(**known)
    inspector.watch(page)
    page.set_content(GOOD.format(body))
    inspector.look(page, 200)
    return inspector.faults


def test_a_good_page_has_no_fault(page: Page):
    assert faults_of(page, '<p>Text, <a href="#">a link</a>, <span lang="zh-Hans">中文</span></p>') == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<img src="data:,">', "image-alt"),
        ('<input name="unnamed">', "label"),
        ('<p style="color: #bbb; background: #fff">pale</p>', "color-contrast"),
        ('<button style="width: 9px; height: 9px; padding: 0">x</button><button>y</button>', "target-size"),
        ("<h1>Another</h1>", "2 headings of the first rank"),
        ('<div style="width: 900px">wide</div>', "wider than its window"),
        ("<p>Registration 报名</p>", "Chinese in “Registration 报名”"),
        ('<a href="#" title="说明">a link</a>', "Chinese in “说明”"),
        ("<script>missing()</script>", "missing is not defined"),
        ("<script>console.error('a policy was broken')</script>", "a policy was broken"),
    ],
)
def test_a_planted_fault_is_found(page: Page, body: str, fault: str):
    assert fault in "\n".join(faults_of(page, body))


def test_texts_that_people_typed_in_chinese_may_stand_on_english_pages(page: Page):
    assert faults_of(page, "<p>Ground: 另有规定</p>", data=frozenset({"另有规定"})) == []
