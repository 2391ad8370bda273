"""Recovery by message and at the desk: the same answer to everybody, and no code that can be guessed."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from tests.web.entrance import (
    CONTACT,
    IDENTITY,
    NEW,
    OTHER_IDENTITY,
    PASSWORD,
    SIGN_UP,
    Entrance,
    plain,
    said,
)

# ── recovery by message ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "contact"), [(IDENTITY, CONTACT), ("system", "system@x.cn")])
def test_a_forgotten_password_is_set_anew_and_every_session_ends(entrance: Entrance, name: str, contact: str) -> None:
    entrance.candidate()
    elsewhere = entrance.browser()
    elsewhere.sign_in(name)
    here = entrance.browser()
    here.get("/recover")
    here.post("/recover", 200, name=name, contact=contact)
    answer = here.post("/recover/code", 200, contact=contact, code=entrance.code(contact), password=NEW)
    assert "The new password is set. Every other session has ended." in answer.text
    assert not elsewhere.is_signed_in()
    here.sign_in(name, PASSWORD, 422)
    here.sign_in(name, NEW)


def test_a_recovered_password_costs_as_much_to_try_as_any_other(entrance: Entrance, hashings: list[int]) -> None:
    entrance.candidate(contact="13900139000")
    entrance.candidate()
    here = entrance.browser()
    here.get("/recover")
    here.post("/recover", 200, name=IDENTITY, contact=CONTACT)
    here.post("/recover/code", 200, contact=CONTACT, code=entrance.code(CONTACT), password=NEW)
    hashings.clear()
    here.sign_in(IDENTITY, NEW)
    assert len(hashings) == 1


def test_recovery_answers_the_same_whether_or_not_name_and_contact_belong_together(entrance: Entrance) -> None:
    entrance.candidate()
    answers = []
    for name, contact in (
        (IDENTITY, CONTACT),
        (IDENTITY, "13900139000"),
        (OTHER_IDENTITY, "13700137000"),
        ("nobody", "n@z.cn"),
    ):
        here = entrance.browser()
        here.get("/recover")
        first = here.post("/recover", 200, name=name, contact=contact)
        second = here.post("/recover/code", 422, contact=contact, code="abc", password=NEW)
        answers.append((plain(first, name, contact), plain(second, name, contact)))
    for answer in answers:
        assert answer == answers[0]
    assert len(entrance.messages()) == 1


def statements(entrance: Entrance, do: Callable[[], object]) -> list[str]:
    """The kinds of SQL statements that reading brings about, in order."""
    with entrance.house.database.reading() as session:
        engine = session.get_bind()
    assert isinstance(engine, Engine)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    do()
    event.remove(engine, "before_cursor_execute", note)
    return seen


def test_recovery_and_signing_in_ask_the_database_the_same_questions_for_known_and_unknown(entrance: Entrance) -> None:
    entrance.candidate()
    here = entrance.browser()
    here.get("/recover")
    asked = [
        [
            statements(entrance, lambda who=who: here.post("/recover", 200, name=who, contact=CONTACT)),
            statements(entrance, lambda who=who: here.post("/sign-in", 422, name=who, password="wrong")),
        ]
        for who in (IDENTITY, OTHER_IDENTITY)
    ]
    assert asked[0] == asked[1]


def test_a_password_too_weak_uses_no_code_up(entrance: Entrance) -> None:
    entrance.candidate()
    here = entrance.browser()
    here.get("/recover")
    here.post("/recover", 200, name=IDENTITY, contact=CONTACT)
    code = entrance.code(CONTACT)
    for _ in range(7):
        here.post("/recover/code", 422, contact=CONTACT, code=code, password="short")
    here.post("/recover/code", 200, contact=CONTACT, code=code, password=NEW)


@pytest.mark.parametrize("path", ["/sign-up", "/recover"])
def test_five_codes_in_a_quarter_of_an_hour_are_all_one_contact_gets(entrance: Entrance, path: str) -> None:
    entrance.candidate()
    fields = SIGN_UP if path == "/sign-up" else {"name": IDENTITY, "contact": CONTACT}
    for _ in range(5):
        here = entrance.browser()
        here.get(path)
        here.post(path, 200, **fields)
    here = entrance.browser()
    here.get(path)
    answer = here.post(path, 429, **fields)
    assert said(answer.text) == ["Too many tries. Wait a quarter of an hour, or come to the desk."]
    assert f'value="{CONTACT}"' in answer.text
    assert len(entrance.messages(CONTACT)) == 5
    here.post(path, 200, **{**fields, "contact": "13900139000"})


# ── the code from the desk ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_from_the_desk_is_answered_the_same_whoever_it_is_for(entrance: Entrance) -> None:
    entrance.candidate()
    here = entrance.browser()
    here.get("/recover/desk")
    answers = [
        plain(here.post("/recover/desk", 422, name=name, code="ABCDEFGHJK", password=NEW), name)
        for name in (IDENTITY, OTHER_IDENTITY, "system", "nobody")
    ]
    assert all(answer == answers[0] for answer in answers)


def test_the_codes_of_the_desk_cannot_be_guessed_at_length(entrance: Entrance) -> None:
    here = entrance.browser()
    here.get("/recover/desk")
    for place in range(10):
        here.post("/recover/desk", 422, name=f"name{place}", code="ABCDEFGHJK", password=NEW)
    here.post("/recover/desk", 429, name="another", code="ABCDEFGHJK", password=NEW)
