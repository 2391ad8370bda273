"""The whole road in a real browser, against the program as an office runs it: SQLite, its worker, real files.

Registration must be open while people register, and over before tickets are issued; the papers must lie behind before
marks are entered. The server has no clock to be turned forward, and waiting for a minute to pass would only make the
walk long. So, once everybody has registered, the server is stopped, the planned moments of the selection are brought
five days nearer in its database (Server.let_days_pass; nothing else is touched), and it is started again. That also
shows that people stay signed in and nothing is lost over a restart.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from recording.clips import make_clip
from tests.web.walk import administration, interviewing, judging, planning, publishing, reckoning, sitting, vetting
from tests.web.walk.administration import SYSTEM, Office
from tests.web.walk.inspecting import Inspector
from tests.web.walk.interviewing import Judge
from tests.web.walk.journal import alter_one_byte
from tests.web.walk.judging import Seat, Sheet
from tests.web.walk.person import House, Person, browser_engine
from tests.web.walk.planning import Plan
from tests.web.walk.registering import Candidate, Registration, candidate
from tests.web.walk.server import Server

pytestmark = pytest.mark.browser

PLAN = Plan("LC2026-7", "澜川市公开选拔市水务局副局长", "Lanchuan: Deputy Director, Water Bureau")
CONDITIONS = (
    ("age", {"maximum": "45"}),
    ("education", {"level": "bachelor"}),
    ("level", {"level": "section", "years": "3"}),
    ("appraisal", {"years": "3", "grade": "competent"}),
)
FIRST, RETURNED, EQUAL, LAST, ABSENT, REFUSED = (
    Candidate("陈江", 11, "澜川市水利规划院"),
    Candidate("李溪", 12, "青石县水利局"),
    Candidate("王沛", 13, "临湖区农业农村局"),
    Candidate("吴澄", 16, "云岭县水利局"),
    Candidate("赵泓", 14, "澜川市城市排水中心"),
    Candidate("孙沐", 15, "白河县水利局", level_since="2025-06"),
)
WRITTEN = {
    FIRST: (Decimal("81.25"), Decimal("77.77")),
    RETURNED: (Decimal("75.5"), Decimal(88)),
    EQUAL: (Decimal("75.5"), Decimal(88)),
    LAST: (Decimal("64.37"), Decimal("71.2")),
    ABSENT: (Decimal("66.5"), "缺考"),
}
"""What stands on the signed papers. The first's composite is 79.995 before it is rounded; two come out equal."""

MISREAD = (Decimal(75), Decimal(88))
LOTS = {FIRST: 2, RETURNED: 1, EQUAL: 3, LAST: 4}
RECUSED = Judge("周予", FIRST.unit)
JUDGES = (
    Judge("高远", "江淮大学公共管理学院"),
    Judge("何静", "省委党校"),
    Judge("罗诚", "省水利科学研究院"),
    Judge("梁知", "澜川市人民医院"),
    Judge("宁昭", "澜川市审计局"),
    Judge("秦方", "东海大学法学院"),
    Judge("任谦", "澜川市生态环境局"),
    Judge("邵平", "澜川市人大代表工作室", "representative"),
    Judge("唐雨", "澜川市政协委员联络站", "representative"),
)
BASE = {
    "analysis": Decimal(14),
    "organising": Decimal(16),
    "response": Decimal(12),
    "expertise": Decimal("15.5"),
    "expression": Decimal("12.5"),
    "bearing": Decimal(8),
}
OF_SEAT = tuple(map(Decimal, ("0", "1.5", "-2", "3", "-1", "2", "-3.5", "1", "-0.5")))
"""What each judge adds to or takes from the base, in the first element."""

WITH_TABLET = 2
CLIP_SECONDS = 3
Names = Mapping[Candidate, str]


def sheet(who: Candidate, seat: int) -> Sheet:
    """What a judge gives a candidate."""
    better = {FIRST: Decimal(2), LAST: Decimal(-3)}.get(who, Decimal(0))
    own = {"analysis": BASE["analysis"] + OF_SEAT[seat - 1], "organising": BASE["organising"] + better}
    return {**BASE, **own}


def total(who: Candidate, seat: int) -> Decimal:
    """The total of a sheet."""
    return sum(sheet(who, seat).values(), Decimal(0))


RECKONED = {
    who: reckoning.reckon(WRITTEN[who], [total(who, seat) for seat in range(1, len(JUDGES) + 1)]) for who in LOTS
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with browser_engine() as engine:
        opened = House(Server(tmp_path / "data"), engine, Inspector())
        yield opened
        opened.close()


@pytest.fixture
def clips(tmp_path: Path) -> Iterator[dict[int, Future[Path]]]:
    """A clip for every hearing by its number, being made while the walk begins."""

    def made(number: int) -> Path:
        path = tmp_path / f"第1考场-{number}号.mp4"
        make_clip(path, CLIP_SECONDS, path.stem)
        return path

    with ThreadPoolExecutor(1) as making:
        yield {number: making.submit(made, number) for number in LOTS.values()}


def test_the_whole_road_in_chinese(house: House, clips: dict[int, Future[Path]], tmp_path: Path) -> None:
    staff = announced(house, tmp_path)
    everybody = {who: candidate(house, who) for who in (*WRITTEN, REFUSED)}
    register(everybody)
    vet(staff, everybody)
    house.server.stop()
    house.server.let_days_pass(5)
    house.server.start()
    tickets = sit(staff, everybody)
    seats = prepare_interview(house, staff, tickets)
    hold_interview(house, staff, seats, clips)
    publish_composite(staff, everybody, tickets)
    name_and_fill_pool(staff, tickets)
    assert house.server.stop() == 0
    assert house.server.complaints() == []
    prove_journal(house.server, tmp_path / "altered")
    house.inspector.check()


def announced(house: House, folder: Path) -> dict[str, Person]:
    """From nothing to an announced selection; answers with its staff."""
    office = Office(house, administration.found_administrators(house, folder))
    house.server.start()
    office.open()
    editor = office.employ("editor")
    office.appoint("editor", SYSTEM)
    editor.sign_in("editor")
    planning.create(editor, PLAN)
    staff = {"editor": editor, **office.staff_up(PLAN.title)}
    office.close()
    planning.fill_in(editor, PLAN, CONDITIONS)
    planning.propose_scheme(editor, PLAN)
    staff["approver"].come_in("approver")
    planning.freeze(staff["approver"], PLAN)
    editor.leave()
    staff["approver"].leave()
    return staff


def register(everybody: Mapping[Candidate, Registration]) -> None:
    """Two people register page by page on a telephone, the others by the forms alone."""
    by_page = [everybody[who] for who in (FIRST, REFUSED)]
    for one in by_page:
        one.sign_up()
        one.start(PLAN.code)
        one.fill_in()
        one.upload()
    met, not_met = (by_page[0].person.say(word) for word in ("Met", "Not met"))
    assert by_page[0].conditions() == [met] * 4
    assert by_page[1].conditions() == [met, met, not_met, met]
    by_page[1].ask_exception(3, "主持工作满两年，任职文件下达较晚。")
    for one in by_page:
        one.submit()
        one.person.leave()
    for who in (RETURNED, EQUAL, LAST, ABSENT):
        everybody[who].register_by_forms(PLAN.code)


def vet(staff: Mapping[str, Person], everybody: Mapping[Candidate, Registration]) -> None:
    """One is returned and corrected, one is refused by the rule's number, the others pass."""
    vetter, second = staff["vetter"], staff["second"]
    vetter.come_in("vetter")
    second.come_in("second")
    back, out = everybody[RETURNED], everybody[REFUSED]
    passing = [everybody[who].reference for who in (FIRST, EQUAL, LAST, ABSENT)]
    remarks = {"position": "请写全称，注明级别。", "papers.education": "请补传学位证书。"}
    decisions = dict.fromkeys(passing, vetting.passes)
    decisions |= {back.reference: vetting.returns(remarks), out.reference: vetting.refuses}
    vetting.first_hand(vetter, decisions)
    verdicts = dict.fromkeys(passing, "Pass")
    verdicts |= {back.reference: "Return for correction", out.reference: "Do not pass"}
    vetting.second_hand(second, verdicts)
    back.correct("水利科科长（正科级）")
    vetting.first_hand(vetter, {back.reference: vetting.passes})
    vetting.second_hand(second, {back.reference: "Pass"})
    out.person.go(out.path)
    out.person.sees("Did not pass vetting")
    out.person.reads(vetting.REASON)
    for person in (vetter, second, back.person, out.person):
        person.leave()


def sit(staff: Mapping[str, Person], everybody: Mapping[Candidate, Registration]) -> dict[Candidate, str]:
    """Tickets, marks by two hands, a difference settled, published; who goes to the interview."""
    for name in ("officer", "clerk", "clerk2", "checker", "tally", "tallycheck"):
        staff[name].come_in(name)
    by_name = sitting.issue_tickets(staff["officer"], len(WRITTEN))
    tickets = {who: by_name[who.name] for who in WRITTEN}
    sitting.fetch_ticket(everybody[FIRST], PLAN, tickets[FIRST])
    read = {tickets[who]: marks for who, marks in sorted(WRITTEN.items(), key=lambda pair: tickets[pair[0]])}
    sitting.load_workbook(staff["clerk"], read)
    sitting.type_marks(staff["clerk2"], PLAN, {**read, tickets[RETURNED]: MISREAD})
    sitting.settle(staff["checker"], tickets[RETURNED], "common")
    sitting.confirm(staff["checker"], PLAN, 2 * len(WRITTEN))
    sitting.publish(staff["approver"], len(WRITTEN))
    publishing.compute_and_publish(staff["tally"], staff["tallycheck"], PLAN, "entry")
    shown = publishing.public_ranking(everybody[FIRST].person, PLAN, 3)
    written = {tickets[who]: RECKONED[who].written for who in LOTS}
    ranks = reckoning.ranks(written)
    assert shown == {ticket: (ranks[ticket], reckoning.text(mark)) for ticket, mark in written.items()}
    for name in ("clerk", "clerk2", "checker", "tally", "tallycheck", "approver"):
        staff[name].leave()
    return tickets


def prepare_interview(house: House, staff: Mapping[str, Person], tickets: Names) -> list[Seat]:
    """Room, panel with a recusal, cards, lots; every judge opens their tablet."""
    officer, waiting = staff["officer"], staff["waiting"]
    interviewing.open_room(officer, PLAN)
    interviewing.register_judges(officer, PLAN, [*JUDGES, RECUSED])
    interviewing.compose_panel(officer, PLAN, JUDGES, RECUSED)
    cards = interviewing.issue_cards(officer, PLAN, len(JUDGES))
    waiting.come_in("waiting")
    interviewing.record_lots(waiting, PLAN, {tickets[who]: number for who, number in LOTS.items()})
    officer.leave()
    waiting.leave()
    seats = [judging.take_seat(house, card) for card in cards]
    for seat in seats[:WITH_TABLET]:
        seat.open()
    for seat in seats[WITH_TABLET:]:
        seat.open_by_form()
    return seats


def hold_interview(
    house: House, staff: Mapping[str, Person], seats: list[Seat], clips: Mapping[int, Future[Path]]
) -> None:
    """Every hearing heard, marked, sealed; its video handed in, checked by the worker, played."""
    room, supervisor, reviewer = staff["room"], staff["supervisor"], staff["recording"]
    for name in ("room", "supervisor", "recording"):
        staff[name].come_in(name)
    interviewing.open_desk(room, PLAN)
    for who, number in sorted(LOTS.items(), key=lambda pair: pair[1]):
        interviewing.hear(room, number)
        for seat in seats[WITH_TABLET:]:
            seat.mark_by_form(number, sheet(who, seat.card.seat))
        for seat in seats[:WITH_TABLET]:
            seat.mark(number, sheet(who, seat.card.seat))
            seat.rest()
        interviewing.all_in(room, len(seats))
        judging.assert_unseen(seats[:WITH_TABLET], {seat.card.seat: total(who, seat.card.seat) for seat in seats})
        interviewing.seal(supervisor, PLAN, number)
        interviewing.hand_in_video(room, number, clips[number].result())
    interviewing.wait_for_check(room, len(LOTS))
    interviewing.watch(reviewer, PLAN, clips[1].result())
    for one in (room, supervisor, reviewer, *(seat.person for seat in seats)):
        one.leave()


def publish_composite(staff: Mapping[str, Person], everybody: Mapping[Candidate, Registration], tickets: Names) -> None:
    """The composite published; each figure and rank is the one reckoned here in fractions, and is explained."""
    publishing.compute_and_publish(staff["tally"], staff["tallycheck"], PLAN, "composite")
    anyone = everybody[EQUAL].person
    shown = publishing.public_ranking(anyone, PLAN, 4)
    composites = {tickets[who]: found.total for who, found in RECKONED.items()}
    ranks = reckoning.ranks(composites)
    assert [ranks[tickets[who]] for who in (FIRST, RETURNED, EQUAL, LAST)] == ["1", "=2", "=2", "4"]
    assert shown == {ticket: (ranks[ticket], reckoning.text(mark)) for ticket, mark in composites.items()}
    for who, reckoned in RECKONED.items():
        publishing.explained(anyone, tickets[who], reckoned, ranks[tickets[who]])
    anyone.leave()


def name_and_fill_pool(staff: Mapping[str, Person], tickets: Names) -> None:
    """Three names for one place proposed by two hands, compared by the committee, published; the fourth in the pool."""
    secretary, member, proposed = staff["secretary"], staff["committee"], (FIRST, RETURNED, EQUAL)
    secretary.come_in("secretary")
    member.come_in("committee")
    publishing.propose_names(staff["tally"], secretary, PLAN, len(proposed))
    publishing.compare(member, PLAN, {who.name: RECKONED[who] for who in proposed})
    publishing.publish_names(staff["approver"], PLAN)
    assert publishing.fill_pool(secretary, PLAN) == [tickets[LAST]]
    for one in (secretary, member, staff["tally"], staff["tallycheck"], staff["approver"]):
        one.leave()


def prove_journal(server: Server, copy: Path) -> None:
    """The journal of all this holds; with one byte altered in a copy, the line it stands in is named."""
    holds = server.command("audit", "verify")
    assert holds.returncode == 0, holds.stdout + holds.stderr
    server.copy(copy)
    line = alter_one_byte(copy / "gongxuan.sqlite", "marks.settled")
    broken = server.command("audit", "verify", data=copy)
    assert broken.returncode == 1
    assert f"line {line}:" in broken.stdout
