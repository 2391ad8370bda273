"""Sessions, forged requests, strict headers, and what is answered when nothing fits."""

import logging
import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given, strategies as st
from litestar.testing import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from core.actions import end_duty
from core.people import SYSTEM_SCOPE, Actor, Duty
from core.settings import read_settings
from core.tables import DutyGrant, WebSession
from tests.web.entrance import OPERATOR, PASSWORD, Browser, Entrance, said
from web.app import make_app
from web.house import House, open_house
from web.migrate import migrate
from web.routes.signing import local_path
from web.security import CONTENT_POLICY, DEVICE, LANGUAGE, SESSION, Sessions, hashed, new_token

PLANTED = new_token()
BOUNDARY = "-----------------------------41184676334"

# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_planted_session_cookie_is_never_adopted(entrance: Entrance) -> None:
    here = entrance.browser()
    here.client.cookies.set(SESSION, PLANTED)
    here.sign_in("system")
    assert here.is_signed_in()
    assert PLANTED not in here.client.cookies.values()
    assert entrance.kept_session(PLANTED) is None


def test_a_token_is_new_at_every_sign_in_and_the_old_one_is_dead(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    first = here.session
    here.sign_in("audit")
    assert here.session != first
    here.client.cookies.set(SESSION, first, domain="testserver.local")
    assert not here.is_signed_in()


def test_only_hashes_of_tokens_are_kept(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    with entrance.house.database.reading() as session:
        row = session.exec(select(WebSession)).one()
    kept = {str(value) for value in row.model_dump().values()}
    assert hashed(here.session) in kept
    assert not kept & {here.session, here.client.cookies[DEVICE]}


def test_a_session_is_dead_in_another_browser(entrance: Entrance) -> None:
    token = entrance.signed_in("system").session
    thief = entrance.browser()
    thief.get("/sign-in")
    thief.client.cookies.set(SESSION, token)
    assert not thief.is_signed_in()
    thief.get("/admin", 303)


def test_an_unused_session_ends(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    idle = entrance.house.settings.session_idle
    entrance.age_sessions(seen=timedelta(seconds=idle - 30))
    assert here.is_signed_in()
    entrance.age_sessions(seen=timedelta(seconds=idle + 1))
    assert not here.is_signed_in()


def test_a_session_in_use_is_noted_at_most_once_a_minute(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    entrance.age_sessions(seen=timedelta(seconds=50))
    before = entrance.kept_session(here.session)
    here.get("/admin")
    unchanged = entrance.kept_session(here.session)
    entrance.age_sessions(seen=timedelta(seconds=70))
    here.get("/admin")
    noted = entrance.kept_session(here.session)
    assert before and unchanged and noted
    assert before.seen_at == unchanged.seen_at < noted.seen_at


def test_any_session_ends_after_its_life_however_much_it_is_used(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    entrance.age_sessions(made=timedelta(seconds=entrance.house.settings.session_life + 1))
    assert not here.is_signed_in()


def test_signing_out_ends_the_session_and_takes_the_cookie_away(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    token = here.session
    answer = here.post("/sign-out")
    assert f"{SESSION}=;" in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    here.client.cookies.set(SESSION, token, domain="testserver.local")
    assert not here.is_signed_in()


def test_a_duty_that_ends_is_refused_at_the_very_next_request(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    here.get("/admin")
    with entrance.house.database.reading() as session:
        held = session.exec(select(DutyGrant.id).where(col(DutyGrant.duty) == Duty.SYSTEM_ADMIN)).one()
    entrance.run(end_duty, entrance.by("security"), held)
    here.get("/admin", 403)


def test_a_duty_that_ends_while_it_is_being_looked_up_is_not_remembered(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    with entrance.house.database.reading() as session:
        held = session.exec(select(DutyGrant.id).where(col(DutyGrant.duty) == Duty.SYSTEM_ADMIN)).one()
        engine = session.get_bind()
    assert isinstance(engine, Engine)
    ended = []

    def end_meanwhile(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "duty_grant" in statement and not ended:
            ended.append(entrance.run(end_duty, entrance.by("security"), held))

    entrance.age_sessions()  # so that nothing is remembered
    event.listen(engine, "after_cursor_execute", end_meanwhile)
    here.get("/admin")
    assert ended
    here.get("/admin", 403)


def test_cookies_of_other_programs_on_this_host_do_no_harm(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    kept = f"{DEVICE}={here.client.cookies[DEVICE]}; {SESSION}={here.session}"
    here.client.cookies.clear()
    assert "whoami" in here.get("/admin", cookie=f'other={{"a": "b c"}}; {kept}; =; ;=x; "odd')


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_cannot_be_read_by_scripts_and_are_sent_by_https_alone_where_there_is_https(
    entrance: Entrance, secure: bool
) -> None:
    settings = read_settings(
        {"GONGXUAN_SECURE_COOKIES": "1" if secure else ""},
        data=entrance.house.settings.data,
        database_url=entrance.house.settings.database_url,
    )
    house = open_house(settings)
    try:
        client = TestClient(make_app(house), base_url="https://testserver.local")
        here = Browser(client)
        answers = [client.get("/sign-in?lang=en")]
        here.seen(answers[0])
        answers.append(here.post("/sign-in", name="system", password=PASSWORD))
    finally:
        house.close()
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {DEVICE, LANGUAGE, SESSION}
    for cookie in cookies:
        assert "; HttpOnly; SameSite=Lax" in cookie
        assert cookie.endswith("; Secure") == secure
    assert all(("strict-transport-security" in answer.headers) == secure for answer in answers)


# ── forged requests ──────────────────────────────────────────────────────────────────────────────────────────────────

OWN = "http://testserver.local"
HEADERS: list[tuple[dict[str, str], bool]] = [
    ({}, True),
    ({"origin": OWN}, True),
    ({"origin": OWN, "sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "none"}, True),
    ({"origin": "https://evil.example"}, False),
    ({"origin": "https://testserver.local.evil.example"}, False),
    ({"origin": "http://evil.example/testserver.local"}, False),
    ({"origin": "http://testserver.local:8080"}, False),
    ({"origin": "null"}, False),
    ({"origin": OWN, "sec-fetch-site": "cross-site"}, False),
    ({"origin": OWN, "sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "cross-site"}, False),
]


@pytest.mark.parametrize(("headers", "own"), HEADERS)
def test_a_write_comes_from_our_own_page(entrance: Entrance, headers: dict[str, str], own: bool) -> None:
    here = entrance.browser()
    here.get("/sign-in")
    answer = here.client.post("/sign-in", data={"_csrf": here.token, "name": "x", "password": "y"}, headers=headers)
    assert answer.status_code == (422 if own else 403)
    assert own or said(answer.text)[0] == "This request came from another site."


def test_behind_a_proxy_only_the_named_origins_count(entrance: Entrance) -> None:
    settings = read_settings(
        {"GONGXUAN_ORIGINS": "https://gx.example.cn, https://10.0.0.8"},
        data=entrance.house.settings.data,
        database_url=entrance.house.settings.database_url,
    )
    house = open_house(settings)
    try:
        here = Browser(TestClient(make_app(house)))
        here.get("/sign-in")
        fields = {"_csrf": here.token, "name": "x", "password": "y"}
        statuses = {
            origin: here.client.post("/sign-in", data=fields, headers={"origin": origin}).status_code
            for origin in ("https://gx.example.cn", "https://10.0.0.8", OWN)
        }
    finally:
        house.close()
    assert statuses == {"https://gx.example.cn": 422, "https://10.0.0.8": 422, OWN: 403}


def test_a_write_without_the_page_s_token_is_refused(entrance: Entrance) -> None:
    here, other = entrance.browser(), entrance.browser()
    here.get("/sign-in")
    other.get("/sign-in")
    for token in ("", "x", other.token, here.token[:-1], here.token + "é"):
        answer = here.client.post("/sign-in", data={"_csrf": token, "name": "x", "password": "y"})
        assert answer.status_code == 403, token
    assert here.client.post("/sign-in", data={"name": "x", "password": "y"}).status_code == 403
    assert here.client.post("/sign-in", json={"_csrf": here.token}).status_code == 403


def test_the_token_of_a_visitor_is_dead_once_they_have_signed_in(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/sign-in")
    before = here.token
    here.sign_in("system")
    assert here.client.post("/sign-out", data={"_csrf": before}).status_code == 403
    assert here.is_signed_in()


def test_scripts_send_the_token_in_a_header(entrance: Entrance) -> None:
    here = entrance.signed_in("system")
    right, wrong = {"x-csrf-token": here.token}, {"x-csrf-token": "x"}
    assert here.client.post("/admin/accounts", headers=wrong, follow_redirects=False).status_code == 403
    assert here.client.post("/admin/accounts", headers=right, follow_redirects=False).status_code == 422


def test_the_token_of_a_form_with_files_counts_as_any_other(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/sign-in")
    for token, status in ((here.token, 422), ("", 403)):
        files = {"photo": ("photo.jpg", b"\xff\xd8\xff" * 300_000, "image/jpeg")}
        answer = here.client.post("/sign-in", data={"_csrf": token, "name": "x", "password": "y"}, files=files)
        assert answer.status_code == status


def test_nothing_is_read_for_a_stranger_where_a_body_may_have_any_length(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/sign-in")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="video"; filename="v"\r\n\r\n'.encode()
    read = []

    def body():
        yield head
        for _ in range(50):
            read.append(1)
            yield b"x" * 1_000_000

    path = "/staff/LC/rooms/1/hearings/1/video"
    multipart = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert here.client.put(path, content=body(), headers=multipart).status_code == 403
    parts = list((entrance.house.settings.data / "incoming").iterdir())
    assert parts == []
    assert here.client.put(path, content=b"", headers={"x-csrf-token": here.token}).status_code in {303, 401}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_writing_route_is_without_the_guard(entrance: Entrance, method: str) -> None:
    here = entrance.signed_in("system")
    unguarded = []
    for route in entrance.app.routes:
        for handler in getattr(route, "route_handler_map", {}):
            if handler == method:
                path = re.sub(r"\{[^}]*:int\}", "1", route.path)
                answer = here.client.request(method, re.sub(r"\{[^}]*\}", "x", path))
                if answer.status_code != 403:
                    unguarded.append((method, route.path, answer.status_code))
    assert unguarded == []


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/sign-in", 200),
        ("GET", "/no/such/page", 404),
        ("GET", "/s/no-such-selection", 403),
        ("GET", "/admin", 303),
        ("GET", "/live?topics=selection:1", 403),
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
def broken(tmp_path: object, entrance: Entrance) -> Entrance:
    """A house whose database has lost a table."""

    def lose(session: Session, actor: Actor, *, now: object) -> None:  # noqa: ARG001
        from sqlalchemy import text

        session.connection().execute(text("ALTER TABLE selection RENAME TO lost"))
        from core import audit

        audit.record(session, actor, "table.lost", now, scope=SYSTEM_SCOPE)  # type: ignore[arg-type]

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
    ("path", "status", "text"),
    [
        ("/no/such/page", 404, "There is no such page."),
        ("/", 500, "Something went wrong on our side. It was noted; nothing you had saved is lost."),
        ("/s/x?page=x", 500, "Something went wrong on our side. It was noted; nothing you had saved is lost."),
        ("/live?topics=x", 403, "You have no duty here that allows this."),
    ],
)
def test_programs_are_answered_in_json(broken: Entrance, path: str, status: int, text: str) -> None:
    answer = broken.browser().client.get(path, headers={"accept": "application/json"})
    assert answer.status_code == status
    assert answer.json() == {"problems": [{"text": text, "field": ""}]}


def test_a_program_that_is_not_signed_in_is_told_so(entrance: Entrance) -> None:
    answer = entrance.browser().client.get("/admin", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"problems": []})


def test_a_part_of_a_page_sends_the_whole_browser_to_sign_in(entrance: Entrance) -> None:
    answer = entrance.browser().client.get("/admin", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/sign-in?next=%2Fadmin")


def test_a_house_without_a_usable_database_still_answers_with_a_page(tmp_path: object) -> None:
    from pathlib import Path

    settings = read_settings({}, data=Path(str(tmp_path)) / "data")
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
    import asyncio

    sessions = Sessions(entrance.house)
    sessions._kept = {str(n): (float("inf"), None, OPERATOR) for n in range(20_001)}

    async def one_more() -> None:
        await sessions.find(PLANTED, "device")

    asyncio.run(one_more())
    assert len(sessions._kept) == 1
