"""Strict headers, addresses that lead nowhere else, and what is answered when nothing fits."""

import asyncio
import logging
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given, strategies as st
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import Session

from core import audit
from core.people import SYSTEM_SCOPE, Actor
from core.settings import read_settings
from tests.web.entrance import OPERATOR, Entrance, said
from web.app import make_app
from web.house import House, open_house
from web.migrate import migrate
from web.routes.signing import local_path
from web.security import CONTENT_POLICY, SESSION, Sessions, new_token

PLANTED = new_token()

# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/sign-in", 200),
        ("GET", "/no/such/page", 404),
        ("GET", "/s/no-such-selection", 403),
        ("GET", "/admin", 303),
        ("GET", "/live?topics=selection:1", 303),
        ("GET", "/live", 400),
        ("GET", "/static/site.css", 200),
        ("GET", "/static/no-such-file.css", 404),
        ("GET", "/static/..%2f..%2fapp.py", 404),
        ("POST", "/no/such/page", 404),
        ("POST", "/sign-in", 403),
        ("PUT", "/sign-in", 405),
        ("OPTIONS", "/sign-in", 204),
    ],
)
def test_every_answer_has_strict_headers(entrance: Entrance, method: str, path: str, status: int) -> None:
    answer = entrance.browser().client.request(method, path, follow_redirects=False)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in answer.headers
    cached = "public, max-age=31536000, immutable" if path == "/static/site.css" else "no-store"
    assert answer.headers["cache-control"] == cached


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_run_inline() -> None:
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_POLICY.split(";"))
    assert "unsafe" not in CONTENT_POLICY
    assert "http" not in CONTENT_POLICY
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.text(alphabet=st.sampled_from("/\\.:@?#&%\t\r\n\x00 ehvil中\u2044\u200b\ud800"), max_size=12) | st.text())
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("https://evil.example")
@example("javascript:alert(1)")
@example("/..//evil.example")
@example("/./\\evil.example")
def test_a_target_given_from_outside_never_leads_elsewhere(target: str) -> None:
    found = local_path(target)
    if found:
        as_browsers_read = re.sub(r"[\t\r\n]", "", found).replace("\\", "/")
        resolved = urlsplit(urljoin("https://here.example/sign-in", as_browsers_read))
        assert (resolved.scheme, resolved.netloc) == ("https", "here.example")


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/staff/LC-2026?page=2", "/staff/LC-2026?page=2"),
        ("/my/登记", "/my/%E7%99%BB%E8%AE%B0"),
        ("//evil.example", "/staff"),
        ("/\\evil.example", "/staff"),
        ("https://evil.example", "/staff"),
        ("/a\r\nSet-Cookie: x=y", "/staff"),
        ("javascript:alert(1)", "/staff"),
        ("", "/staff"),
    ],
)
def test_signing_in_goes_back_only_within_the_site(entrance: Entrance, target: str, location: str) -> None:
    here = entrance.browser()
    assert here.sign_in("system", next=target).headers["location"] == location


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "\x00", ""])
def test_asking_for_a_code_goes_back_only_within_the_site(entrance: Entrance, target: str) -> None:
    here = entrance.signed_in("system")
    assert here.post("/code", back=target).headers["location"] == "/?code=sent#proof"


def test_the_way_back_after_signing_in_is_kept_whatever_stands_in_it(entrance: Entrance) -> None:
    here = entrance.browser()
    for path, next_path in [
        ("/admin", "%2Fadmin"),
        ("/staff/%E4%B8%AD?a=1&b=2#c", "%2Fstaff%2F%E4%B8%AD%3Fa%3D1%26b%3D2"),
        ("/staff/a%0d%0aSet-Cookie:%20x=y", "%2Fstaff%2Fa%0D%0ASet-Cookie%3A+x%3Dy"),
    ]:
        answer = here.client.get(path, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in?next={next_path}"
        assert "x" not in answer.cookies


@pytest.mark.parametrize(
    "path",
    [
        "/s/%00",
        "/?q=%00",
        "/staff/LC/vetting?page=%00",
        f"/admin/duties/{2**63}",
        f"/admin/recoveries/{10**40}",
        f"/judge/{'9' * 5000}",
    ],
)
def test_what_no_database_can_look_for_is_not_there(entrance: Entrance, path: str) -> None:
    assert entrance.signed_in("system").client.get(path).status_code == 404


# ── when nothing fits ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_there_is_said_in_the_reader_s_language(entrance: Entrance) -> None:
    chinese, english = entrance.browser("zh-CN"), entrance.browser("en")
    assert "没有这个页面" in chinese.get("/no/such/page", 404)
    assert "There is no such page." in english.get("/no/such/page", 404)
    answer = english.client.put("/sign-in")
    assert (answer.status_code, said(answer.text)[0]) == (405, "This page cannot be sent to.")
    assert "这个页面不接受提交。" in chinese.client.put("/sign-in").text


def test_too_large_a_body_is_refused_with_a_page_whether_or_not_it_says_how_large_it_is(entrance: Entrance) -> None:
    here = entrance.browser("zh-CN")
    here.get("/sign-in")
    form = {"content-type": "application/x-www-form-urlencoded"}

    def pieces():
        for _ in range(30):
            yield b"a" * 100_000

    for content in (b"a" * 3_000_000, pieces()):
        answer = here.client.post("/sign-in", content=content, headers=form)
        assert answer.status_code == 413
        assert "提交的内容太大。" in answer.text


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe=1&&&=", "application/x-www-form-urlencoded"),
        (b"%zz=%ED%A0%80", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(40_000)), "application/x-www-form-urlencoded"),
        (b"no parts at all", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b'{"_csrf": [', "application/json"),
        (b"\x00", "text/plain"),
        (b"", "nonsense"),
    ],
)
def test_a_body_that_is_no_form_is_refused_calmly(entrance: Entrance, content: bytes, kind: str) -> None:
    answer = entrance.browser().client.post("/sign-in", content=content, headers={"content-type": kind})
    assert answer.status_code in {400, 403}
    assert "<h1>" in answer.text


@pytest.fixture
def broken(entrance: Entrance) -> Entrance:
    """A house whose database has lost a table."""

    def lose(session: Session, actor: Actor, *, now: datetime) -> None:
        session.connection().execute(text("ALTER TABLE selection RENAME TO lost"))
        audit.record(session, actor, "table.lost", now, scope=SYSTEM_SCOPE)

    entrance.run(lose, OPERATOR)
    return entrance


def test_a_mistake_of_the_program_is_shown_without_its_cause_and_logged_with_it(
    broken: Entrance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "gongxuan.web")
    answer = broken.browser("zh-CN").client.get("/")
    assert answer.status_code == 500
    assert "系统出了差错，已经记录。" in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert not re.search(r"Traceback|selection|sqlite|OperationalError", re.sub(r"<[^>]+>", "", answer.text))
    assert "no such table" in caplog.text


def test_an_error_of_the_database_names_nobody_in_the_log(broken: Entrance, caplog: pytest.LogCaptureFixture) -> None:
    broken.browser().client.get("/s/CODE-OF-SOMEBODY")
    assert "no such table" in caplog.text
    assert "SQL parameters hidden" in caplog.text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/no/such/page", 404, "There is no such page."),
        ("/", 500, "Something went wrong on our side. It was noted; nothing you had saved is lost."),
        ("/s/x?page=x", 500, "Something went wrong on our side. It was noted; nothing you had saved is lost."),
    ],
)
def test_programs_are_answered_in_json(broken: Entrance, path: str, status: int, words: str) -> None:
    answer = broken.browser().client.get(path, headers={"accept": "application/json"})
    assert answer.status_code == status
    assert answer.json() == {"problems": [{"text": words, "field": ""}]}


def test_a_program_that_is_not_signed_in_is_told_so(entrance: Entrance) -> None:
    answer = entrance.browser().client.get("/admin", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"problems": []})


def test_a_part_of_a_page_sends_the_whole_browser_to_sign_in(entrance: Entrance) -> None:
    answer = entrance.browser().client.get("/admin", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/sign-in?next=%2Fadmin")


def test_a_house_without_a_usable_database_still_answers_with_a_page(tmp_path: Path) -> None:
    settings = read_settings({}, data=tmp_path / "data")
    migrate(settings.database_url)
    house: House = open_house(settings)
    try:
        (settings.data / "gongxuan.sqlite").write_bytes(b"no database" * 1000)
        client = TestClient(make_app(house), raise_server_exceptions=False)
        client.cookies.set(SESSION, PLANTED)
        answer = client.get("/sign-in")
        assert answer.status_code == 500
        assert "系统出了差错，已经记录。" in answer.text
        assert answer.headers["content-security-policy"] == CONTENT_POLICY
    finally:
        house.close()


def test_sessions_in_memory_stay_few_however_many_cookies_are_tried(entrance: Entrance) -> None:
    sessions = Sessions(entrance.house)
    sessions._kept = {str(n): (float("inf"), None, OPERATOR) for n in range(20_001)}

    async def one_more() -> None:
        await sessions.find(PLANTED, "device")

    asyncio.run(one_more())
    assert len(sessions._kept) == 1
