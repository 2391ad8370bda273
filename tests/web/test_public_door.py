"""Public pages are drawn once for everybody who is not signed in, and never a moment too long."""

import re
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from tests.web.desk import Desk
from web.app import make_app
from web.public_door import PublicDoor
from web.serving import entrance

ENGLISH = {"accept-language": "en"}


class Counted:
    """The application behind the door, counting what reaches it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.paths = app, list[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.paths.append(scope["path"])
        await self.app(scope, receive, send)


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk.create()
    desk.plan()
    return desk


@pytest.fixture
def behind(planned: Desk) -> Counted:
    return Counted(make_app(planned.house))


@pytest.fixture
def announced(planned: Desk) -> Desk:
    planned.announce()
    return planned


@pytest.fixture
def door(desk: Desk, behind: Counted, monkeypatch: pytest.MonkeyPatch) -> Iterator[PublicDoor]:
    """A door that keeps pages for as long as the test takes."""
    monkeypatch.setattr("web.public_door.KEPT_SECONDS", 600)
    return PublicDoor(behind, desk.house)


def token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found.group(1)


def browser(door: PublicDoor, **headers: str) -> TestClient[PublicDoor]:
    client = TestClient(door)
    client.headers.update(ENGLISH | headers)
    return client


@pytest.mark.usefixtures("announced")
def test_a_page_is_drawn_once_and_everybody_gets_their_own_token(door, behind):
    first, second = browser(door), browser(door)
    drawn = first.get("/s/LC-2026")
    kept, again = second.get("/s/LC-2026"), second.get("/s/LC-2026")
    assert behind.paths == ["/s/LC-2026"]
    assert token(first.get("/s/LC-2026").text) == token(drawn.text)
    assert second.cookies["gx_device"] != first.cookies["gx_device"]
    assert token(kept.text) == token(again.text) != token(drawn.text)
    assert kept.text.replace(token(kept.text), "") == drawn.text.replace(token(drawn.text), "")
    assert {**kept.headers, "set-cookie": ""} == {**drawn.headers, "set-cookie": ""}


@pytest.mark.usefixtures("announced")
def test_the_token_of_a_kept_page_is_taken_by_the_application(door):
    first, second = browser(door), browser(door)
    first.get("/")
    first.get("/")
    page = second.get("/").text
    sent = second.post("/sign-in", data={"_csrf": token(page), "contact": "nobody", "password": "x"})
    assert sent.status_code == 422
    forged = second.post("/sign-in", data={"_csrf": token(first.get("/").text), "contact": "nobody", "password": "x"})
    assert forged.status_code == 403


def test_an_act_is_seen_at_once(planned, door, behind):
    visitor = browser(door)
    for _ in range(3):
        assert "LC-2026" not in visitor.get("/").text
    asked = len(behind.paths)
    planned.announce()
    assert "LC-2026" in visitor.get("/").text
    assert len(behind.paths) == asked + 1


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?q=LC", {}),
        ("/s/LC-2026?lang=zh", {}),
        ("/s/LC-2026", {"hx-request": "true"}),
        ("/s/LC-2026", {"accept": "application/json"}),
        ("/s/LC-2026", {"cookie": "gx_session=anything"}),
        ("/s/LC-2026", {"range": "bytes=0-10"}),
        ("/s/LC-9999", {}),
        ("/sign-in", {}),
    ],
)
@pytest.mark.usefixtures("announced")
def test_what_is_not_the_plain_page_of_everybody_is_always_asked_for(door, behind, path, headers):
    visitor = browser(door)
    visitor.get("/s/LC-2026")
    visitor.get("/s/LC-2026")
    device = f"gx_device={visitor.cookies['gx_device']}"
    asked = len(behind.paths)
    for _ in range(3):
        extra = dict(headers)
        extra["cookie"] = "; ".join(filter(None, (device, headers.get("cookie"))))
        browser(door, **extra).get(path, follow_redirects=False)
    assert len(behind.paths) == asked + 3


def test_each_language_has_its_own_page(door):
    english, chinese = browser(door), browser(door, **{"accept-language": "zh-CN"})
    for _ in range(2):
        assert '<html lang="en">' in english.get("/").text
        assert '<html lang="zh-Hans">' in chinese.get("/").text


def test_two_wishes_for_a_language_put_no_page_in_anothers_place(door):
    async def asked_twice(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kept = [header for header in scope["headers"] if header[0] != b"accept-language"]
            scope["headers"] = [*kept, (b"accept-language", b"zh-CN"), (b"accept-language", b"en")]
        await door(scope, receive, send)

    TestClient(asked_twice).get("/")
    assert '<html lang="zh-Hans">' in browser(door, **{"accept-language": "zh-CN"}).get("/").text
    assert '<html lang="en">' in browser(door).get("/").text


def test_a_page_is_kept_for_a_moment_only(desk, behind, monkeypatch):
    monkeypatch.setattr("web.public_door.KEPT_SECONDS", 0)
    visitor = browser(PublicDoor(behind, desk.house))
    for _ in range(4):
        visitor.get("/")
    assert len(behind.paths) == 4


@pytest.mark.usefixtures("announced")
def test_what_is_kept_is_bounded(door, behind, monkeypatch):
    visitor = browser(door)
    visitor.get("/")
    size = len(visitor.get("/").content)
    monkeypatch.setattr("web.public_door.MOST_BYTES", size + 10)
    visitor.get("/s/LC-2026")  # takes the place of the other
    asked = len(behind.paths)
    visitor.get("/")
    assert len(behind.paths) == asked + 1


def test_the_served_entrance_has_the_doors_of_its_zone(desk):
    made = entrance(desk.house, make_app(desk.house))
    assert isinstance(made, PublicDoor)
    assert TestClient(made).get("/").status_code == 200
