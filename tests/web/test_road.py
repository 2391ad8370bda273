"""The whole road in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.web.walk import administration, planning, registering, vetting
from tests.web.walk.administration import SYSTEM, Office
from tests.web.walk.inspecting import Inspector
from tests.web.walk.person import House, Person
from tests.web.walk.planning import Plan
from tests.web.walk.registering import Candidate, Registration
from tests.web.walk.server import Server

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PLAN = Plan("LC2026-7", "澜川市公开选拔市水务局副局长", "Lanchuan: Deputy Director, Water Bureau")
CONDITIONS = (
    ("age", {"maximum": "45"}),
    ("education", {"level": "bachelor"}),
    ("level", {"level": "section", "years": "3"}),
    ("appraisal", {"years": "3", "grade": "competent"}),
)
CANDIDATES = (
    Candidate("陈江", 11, "澜川市水利规划院"),
    Candidate("李溪", 12, "青石县水利局"),
    Candidate("王沛", 13, "临湖区农业农村局"),
    Candidate("赵泓", 14, "澜川市城市排水中心"),
    Candidate("孙沐", 15, "白河县水利局", level_since="2025-06"),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def house(engine: Browser, tmp_path: Path) -> Iterator[House]:
    server = Server(tmp_path / "data")
    yield House(server, engine, Inspector())
    server.stop()


def test_the_whole_road_in_chinese(house: House, tmp_path: Path) -> None:
    office = Office(house, administration.found_administrators(house, tmp_path))
    house.server.start()
    office.open()
    staff = {"editor": office.employ("editor")}
    office.appoint("editor", SYSTEM)
    staff["editor"].sign_in("editor")
    planning.create(staff["editor"], PLAN)
    staff |= office.staff_up(PLAN.title)
    office.close()
    planning.fill_in(staff["editor"], PLAN, CONDITIONS)
    planning.propose_scheme(staff["editor"], PLAN)
    staff["approver"].sign_in("approver")
    planning.freeze(staff["approver"], PLAN)
    staff["editor"].leave()
    staff["approver"].leave()
    registrations = {who.name: registering.candidate(house, who) for who in CANDIDATES}
    register(list(registrations.values()))
    vet(staff, registrations)
    assert house.inspector.faults == []


def register(registrations: list[Registration]) -> None:
    """Three people register page by page on a telephone, two by the forms alone."""
    first, second, third, fourth, fifth = registrations
    for one in (first, second, fifth):
        one.sign_up()
        one.start(PLAN.code)
        one.fill_in()
        one.upload()
    met, not_met = (first.person.say(word) for word in ("Met", "Not met"))
    assert first.conditions() == [met] * 4
    assert fifth.conditions() == [met, met, not_met, met]
    fifth.ask_exception(3, "主持工作满两年，任职文件下达较晚。")
    for one in (first, second, fifth):
        one.submit()
        one.person.leave()
    for one in (third, fourth):
        one.register_by_forms(PLAN.code)


def vet(staff: dict[str, Person], registrations: dict[str, Registration]) -> None:
    """One is returned and corrected, one is refused by the rule's number, the others pass."""
    vetter, second = staff["vetter"], staff["second"]
    vetter.sign_in("vetter")
    second.sign_in("second")
    one, back, three, four, out = registrations.values()
    remarks = {"position": "请写全称，注明级别。", "papers.education": "请补传学位证书。"}
    decisions = dict.fromkeys([one.reference, three.reference, four.reference], vetting.passes)
    vetting.first_hand(
        vetter, PLAN, {**decisions, back.reference: vetting.returns(remarks), out.reference: vetting.refuses}
    )
    verdicts = dict.fromkeys(decisions, "Pass")
    vetting.second_hand(
        second, PLAN, {**verdicts, back.reference: "Return for correction", out.reference: "Do not pass"}
    )
    back.correct("水利科科长（正科级）")
    vetting.first_hand(vetter, PLAN, {back.reference: vetting.passes})
    vetting.second_hand(second, PLAN, {back.reference: "Pass"})
    out.person.go(out.path)
    out.person.sees("Did not pass vetting")
    out.person.reads(vetting.REASON)
    for person in (vetter, second, back.person, out.person):
        person.leave()
