"""Every route × every duty (and none, a duty elsewhere, a judge's seat): allowed or refused as one table says."""

import asyncio
import re

import pytest
from litestar import Litestar

from core.people import ADMINISTRATORS, SYSTEM_SCOPE, Duty
from tests.web.duties_table import TABLE, Who
from tests.web.town import SAMPLES, Somebody, Town

BUSINESS = frozenset(Duty) - ADMINISTRATORS
NO_DUTY = "You have no duty here that allows this."
NOT_THERE = "This does not exist, or it is not yours to see."

# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────


def routes(app: Litestar) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in app.routes
        for method in getattr(route, "route_handler_map", {})
        if method != "OPTIONS"
    }


def test_the_table_has_a_line_for_every_route_and_for_nothing_else(town: Town) -> None:
    assert routes(town.app) - set(TABLE) == set()
    assert set(TABLE) - routes(town.app) == set()


def expected(who: Who, one: Somebody, here: int) -> set[str]:
    """What may be answered to somebody. What is missing behind a door was still looked for by somebody let in."""
    if (who.seat and not one.seat_id) or (who.account and not one.account_id):
        return {"sign in"}
    held = one.duties.get({"selection": here, "system": SYSTEM_SCOPE}.get(who.scope, 0), frozenset())
    if not who.scope or who.duties & held:
        return {"allowed", "not there"}
    hides = who.hidden or (who.scope == "selection" and not one.duties.get(here))
    return {"refused", "not there"} if hides else {"refused"}


def found(status: int, text: str) -> str:
    """What an answer says."""
    if status == 401:
        return "sign in"
    if status == 403 and NO_DUTY in text:
        return "refused"
    if status == 403 and NOT_THERE in text:
        return "not there"
    return f"{status} {text[:200]}" if status == 403 or status >= 500 else "allowed"


@pytest.mark.parametrize("line", TABLE)
def test_a_route_is_open_to_whom_the_table_names_and_shut_to_everybody_else(town: Town, line: str) -> None:
    method, _, template = line.partition(" ")
    path = re.sub(r"\{(\w+):\w+\}", lambda name: SAMPLES.get(name[1], "1"), template)
    path += f"?topics=selection:{town.selection_id}" if path == "/live" else ""
    wrong = {}
    for one in town.everybody:
        answer = found(*asyncio.run(town.ask(one, method, path)))
        if answer not in expected(TABLE[line], one, town.selection_id):
            wrong[one.name] = answer
    if path == "/sign-out":
        town.renew()
    assert wrong == {}
