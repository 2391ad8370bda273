"""Shorter walks over prepared selections: the public, candidate and judge pages in English, and without JavaScript."""

from collections.abc import Iterator

import pytest

from tests.web.walk import judging, prepared, publishing, registering
from tests.web.walk.inspecting import Inspector
from tests.web.walk.person import House, Person, browser_engine
from tests.web.walk.prepared import Prepared
from tests.web.walk.registering import Candidate
from tests.web.walk.server import Server
from web.i18n import Language

pytestmark = pytest.mark.browser

APPLICANT = Candidate(
    "Chen Jiang",
    21,
    "Baihe County Water Office",
    position="Head of section",
    school="Jianghuai University",
    field_of_study="Hydraulic engineering",
    ethnicity="Han",
    began_as="Clerk",
    awards="none",
    work_began="2008-07",
)
WITHOUT_SCRIPT = Candidate("郑渡", 22, "白河县水利局")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with browser_engine() as engine:
        opened = House(Server(tmp_path_factory.mktemp("office") / "data"), engine, Inspector())
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def made(house: House) -> Prepared:
    """The selections, and the server that shows them."""
    found = prepared.prepare(house.server)
    house.server.start()
    return found


@pytest.fixture(autouse=True)
def nothing_amiss(house: House) -> Iterator[None]:
    """Every page of every walk is without fault."""
    yield
    house.inspector.check()


def test_public_and_candidate_pages_in_english(house: House, made: Prepared) -> None:
    house.inspector.data = frozenset({GROUND})
    anyone = Person(house, "anybody", "", Language.ENGLISH)
    anyone.go("/")
    anyone.heading("Announcements")
    anyone.follow(made.open.title_en)
    anyone.heading(made.open.title_en)
    anyone.leave()
    applicant = registering.candidate(house, APPLICANT, Language.ENGLISH)
    applicant.sign_up()
    applicant.start(made.open.code)
    applicant.fill_in()
    applicant.upload()
    assert set(applicant.conditions()) == {"Met"}
    applicant.submit()
    applicant.person.go(applicant.path)
    applicant.person.sees("Being vetted")
    applicant.person.leave()


GROUND = "现有班子缺少熟悉业务的专门人才，本市范围内没有合适人选。"


def test_the_judges_sheet_in_english(house: House, made: Prepared) -> None:
    seat = judging.take_seat(house, made.card, Language.ENGLISH)
    seat.person.go("/judge/open")
    seat.person.fill(card=made.card.code, pin=made.card.pin)
    seat.person.press("Open")
    seat.mark(1, judging.PLAIN)
    seat.person.leave()


def test_results_and_their_reasons_in_english(house: House, made: Prepared) -> None:
    anyone = Person(house, "anybody", "", Language.ENGLISH)
    shown = publishing.public_ranking(anyone, made.ended, 4)
    assert shown
    for ticket, (rank, total) in shown.items():
        anyone.press_it(anyone.page.get_by_role("link", name=ticket, exact=True).first)
        anyone.heading("Why {number} has rank {rank}", number=ticket, rank=rank)
        anyone.reads(total)
        anyone.page.go_back()
    anyone.leave()


def test_registration_needs_no_javascript(house: House, made: Prepared) -> None:
    applicant = registering.candidate(house, WITHOUT_SCRIPT, java_script_enabled=False)
    applicant.sign_up()
    applicant.start(made.open.code)
    applicant.fill_in()
    applicant.upload()
    assert len(applicant.conditions()) == 4
    applicant.submit()
    applicant.person.go("/my")
    applicant.person.sees("Being vetted")
    applicant.person.leave()
