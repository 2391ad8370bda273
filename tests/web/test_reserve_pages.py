"""The reserve pool at the desk and at one's own registration: what it says, who may do what, second hands."""

import re

import pytest

from core.people import Actor, Duty
from scoring.queries import extensions_of, pool
from tests.scoring.pooled import born, plan_post, target_of
from tests.web.desk import Desk, grant, problems
from tests.web.selected import CODE, Selected, marked_selection

PATH = f"/staff/{CODE}/reserve"
FIT = "编委〔2026〕3号"


@pytest.fixture
def pooled(desk: Desk) -> Selected:
    """The pool is filled: two in it, one of each post."""
    selected = marked_selection(desk).ranked().proposed().confirmed().finished()
    born(selected.course)
    return selected


def planned(selected: Selected) -> str:
    """The page of a post being planned elsewhere, where the secretary holds a duty too."""
    post = plan_post(selected.course)
    account = selected.desk.people["secretary"][0]
    scope = target_of(selected.course, post)
    selected.desk.run(grant, Actor(label="job:test"), scope, {account: Duty.SELECTION_EDITOR})
    return f"{PATH}/posts/{post}"


def tickets(selected: Selected) -> list[str]:
    today = selected.desk.now.date()
    return [line.ticket_number for line in selected.course.read(pool, (selected.course.id,), today)]


def states(page: str) -> dict[str, str]:
    """Where each entry of the table stands."""
    found: dict[str, str] = {}
    for ticket, row in re.findall(r'/reserve/(\d+)">\d+</a></td>(.*?)</tr>', page, re.DOTALL):
        found[ticket] = [re.sub(r"<[^>]+>", "", cell).strip() for cell in row.split('<td class="nowrap">')][-2]
    return found


def test_an_extension_goes_from_the_secretary_to_the_approver(pooled: Selected):
    secretary, approver = pooled.browser("secretary"), pooled.browser("approver")
    first, limit = pooled.course.read(pool, (pooled.course.id,), pooled.desk.now.date())[0].last_day, "2099-01-01"
    secretary.get(PATH)
    page = secretary.post(PATH, 422, do="extend", until=limit, reason="需要").text
    assert "at the latest" in problems(page)[0]
    until = first.replace(year=first.year + 1)
    secretary.post(PATH, do="extend", until=until.isoformat(), reason="近期将有空缺")
    assert "Waits for the second hand" in secretary.get(PATH)
    assert "Decide as the second hand" not in secretary.get(PATH)
    page = approver.get(PATH)
    [what] = re.findall(r'name="what" value="([^"]+)"', page)
    assert what.startswith("extension:")
    approver.post(PATH, 422, do="agree", what=what, password="wrong", code="000000")
    approver.prove(PATH, do="agree", what=what)
    [row] = pooled.course.read(extensions_of, pooled.course.id)
    assert (row.state, row.before, row.until) == ("confirmed", first, until)
    page = approver.get(PATH)
    assert page.count("近期将有空缺") == 1
    assert "Confirmed by two hands" in page


def test_somebody_is_matched_proposed_and_confirmed(pooled: Selected):
    address, one = planned(pooled), tickets(pooled)[0]
    secretary, approver = pooled.browser("secretary"), pooled.browser("approver")
    assert address in secretary.get(PATH)
    page = secretary.get(address)
    assert "Born on" in page
    assert "full years of age" in page
    assert "same level" in problems(secretary.post(address, 422, who=one).text)[0]
    secretary.post(address, who=one, fit=FIT)
    assert states(secretary.get(PATH))[one] == "Proposed for a post"
    assert "Proposals on the reserve pool wait for you: 1" in approver.get("/staff")
    page = approver.get(PATH)
    assert FIT in page
    [what] = re.findall(r'name="what" value="([^"]+)"', page)
    assert "Write the reason" in problems(approver.prove(PATH, 422, do="decline", what=what).text)[0]
    approver.prove(PATH, do="agree", what=what)
    page = secretary.get(PATH)
    assert states(page)[one] == "Used"
    assert "Publication No." in secretary.get(f"{PATH}/{one}")


def test_notes_and_withdrawals_stand_at_the_entry(pooled: Selected):
    secretary, one = pooled.browser("secretary"), tickets(pooled)[0]
    secretary.get(f"{PATH}/{one}")
    secretary.post(f"{PATH}/{one}", do="note", text="年度考核<优秀>")
    page = secretary.get(f"{PATH}/{one}")
    assert "年度考核&lt;优秀&gt;" in page
    assert "职员secretary" in page
    assert secretary.post(f"{PATH}/{one}", 422, do="note", text="").text
    secretary.post(f"{PATH}/{one}", do="withdraw", reason="本人申请")
    page = secretary.get(f"{PATH}/{one}")
    assert "本人申请" in page
    assert "Note that they leave" not in page
    assert states(secretary.get(PATH))[one] == "Left the pool"


def test_who_only_reads_sees_no_form_and_the_archivist_no_name_or_note(pooled: Selected):
    one = tickets(pooled)[0]
    pooled.browser("secretary").get(f"{PATH}/{one}")
    pooled.browser("secretary").post(f"{PATH}/{one}", do="note", text="只给委员会看")
    name = pooled.names()[one]
    for who, sees in (("member", True), ("archivist", False)):
        for path in (PATH, f"{PATH}/{one}", f"{PATH}/register"):
            page = pooled.browser(who).get(path)
            assert "<textarea" not in page
            assert (name in page) is sees
        assert ("只给委员会看" in pooled.browser(who).get(f"{PATH}/{one}")) is sees
    for who in ("tally", "supervisor", "editor", "stranger"):
        pooled.browser(who).get(PATH, 403)


def test_a_post_of_a_selection_one_has_no_duty_in_is_not_there(pooled: Selected):
    address = planned(pooled)
    pooled.browser("approver").get(address, 403)
    pooled.browser("member").get(address, 403)


def test_the_register_is_a_page_for_paper(pooled: Selected):
    page = pooled.browser("archivist").get(f"{PATH}/register")
    assert "Register of the reserve pool" in page
    assert all(ticket in page for ticket in tickets(pooled))
    assert "signature" in page


def test_the_committees_page_leads_to_the_pool(pooled: Selected):
    assert f'href="{PATH}/{tickets(pooled)[0]}"' in pooled.browser("member").get(f"/committee/{CODE}")


# ── one's own ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_see_their_own_entry_and_may_leave(pooled: Selected):
    one, other = tickets(pooled)
    who, own = pooled.own(one)
    assert "Show my entry" in who.get(own)
    assert "Valid" in who.get(f"{own}/reserve")
    who.post(f"{own}/reserve", 422)
    who.post(f"{own}/reserve", sure="1")
    page = who.get(f"{own}/reserve")
    assert "Left the pool" in page
    assert '<form method="post" novalidate>' not in page
    stranger, _ = pooled.own(other)
    stranger.get(f"{own}/reserve", 403)
    assert states(pooled.browser("secretary").get(PATH)) == {one: "Left the pool", other: "Valid"}
    assert "By their own act" in pooled.browser("secretary").get(f"{PATH}/{one}")


def test_who_is_not_in_a_pool_has_no_such_page(pooled: Selected):
    who, own = pooled.own("20260001")
    assert "Show my entry" not in who.get(own)
    who.get(f"{own}/reserve", 403)
