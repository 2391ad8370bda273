"""Sessions that cannot be planted, taken over or outlive a duty, and requests that cannot be forged."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, event
from sqlmodel import col, select

from core.actions import end_duty
from core.people import Duty
from core.settings import read_settings
from core.tables import DutyGrant, WebSession
from tests.web.entrance import PASSWORD, Browser, Entrance, said
from web.app import make_app
from web.house import open_house
from web.security import DEVICE, LANGUAGE, SESSION, hashed, new_token

PLANTED = new_token()

# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_planted_session_cookie_is_never_adopted(entrance: Entrance) -> None:
    here = entrance.browser()
    here.client.cookies.set(SESSION, PLANTED, domain="testserver.local")
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
    times = [row.seen_at for row in (before, unchanged, noted) if row]
    assert times[0] == times[1] < times[2]


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
    sent = []

    async def nothing() -> Any:
        raise AssertionError("the body was asked for")

    async def note(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"testserver.local"), (b"content-type", b"multipart/form-data; boundary=x")]
    scope: Any = {
        "type": "http", "method": "PUT", "path": "/staff/LC/rooms/1/hearings/1/video", "raw_path": b"", "root_path": "",
        "query_string": b"", "headers": headers, "scheme": "http", "http_version": "1.1", "client": ("10.0.0.1", 1),
        "server": ("testserver.local", 80),
    }  # fmt: skip
    asyncio.run(entrance.app(scope, nothing, note))
    assert sent[0]["status"] == 403


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
