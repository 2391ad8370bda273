"""Junk in every field of every form, and in every address: a calm answer, never a crash."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.web.duties_table import TABLE
from tests.web.test_duties import expected
from tests.web.town import SAMPLES, Somebody, Town

ROUTES = Path(__file__).parents[2] / "web" / "routes"
READ = re.compile(r'form\.(?:raw|text|contact|sign_in|whole|decimal|day|moment|choice|ticked)\(\s*f?"([\w-]+)"')
FIELDS = sorted({name for path in ROUTES.rglob("*.py") for name in READ.findall(path.read_text("utf-8"))})
JUNK = [
    "\x00\ud800\u202e",
    "长" * 8000,
    "-1",
    "0",
    "9" * 40,
    "1",
    "2026-02-30",
    "9999-12-31T23:59",
    "<script>",
    "{x} %s",
]
QUERY = [
    "page",
    "status",
    "q",
    "post",
    "doubt",
    "order",
    "down",
    "hand",
    "who",
    "only",
    "paper",
    "name",
    "began",
    "made",
    "seen",
    "key",
]


def let_in(town: Town, line: str) -> Somebody:
    """Somebody the table lets in, with a business duty of this selection rather than without."""
    allowed = [one for one in town.everybody if "allowed" in expected(TABLE[line], one, town.selection_id)]
    return max(allowed, key=lambda one: len(one.duties))


def path_of(line: str, number: str = "1") -> str:
    return re.sub(r"\{(\w+):(\w+)\}", lambda part: SAMPLES.get(part[1], number), line.partition(" ")[2])


def test_the_fields_of_the_forms_are_found() -> None:
    assert {"password", "code", "identity", "contact", "reason", "do"} <= set(FIELDS)


@pytest.mark.parametrize("line", [line for line in TABLE if line.startswith(("POST", "PUT"))])
def test_no_form_crashes_over_what_is_typed_into_it(town: Town, line: str) -> None:
    one = let_in(town, line)
    crashed = {}
    for junk in JUNK:
        status, text = asyncio.run(town.ask(one, line.partition(" ")[0], path_of(line), dict.fromkeys(FIELDS, junk)))
        if status >= 500:
            crashed[junk[:20]] = text[:200]
    if line == "POST /sign-out":
        town.renew()
    assert crashed == {}


@pytest.mark.parametrize("line", [line for line in TABLE if line.startswith("GET")])
def test_no_address_crashes_over_what_stands_in_it(town: Town, line: str) -> None:
    one = let_in(town, line)
    crashed = {}
    for junk in ("", "-1", "0", "9" * 18, "9" * 30, "%00", "%ED%A0%80", "%E2%80%AE", "x", "a&b=c", "%27%3B--"):
        query = "&".join(f"{name}={junk}" for name in QUERY)
        status, text = asyncio.run(town.ask(one, "GET", f"{path_of(line)}?{query}"))
        if status >= 500:
            crashed[junk] = text[:200]
    assert crashed == {}
