"""The written exam: seats drawn and tickets issued, marks entered by two hands, settled, confirmed, published."""

from collections.abc import Mapping, Sequence

from tests.web.walk import files
from tests.web.walk.person import Person, payload
from tests.web.walk.planning import Plan
from tests.web.walk.registering import Registration

HEADINGS = ("准考证号", "公共科目", "专业科目")
Marks = Mapping[str, tuple[object, object]]
"""What a hand reads from the signed paper: by ticket number, both papers; 缺考 for an absence."""


def issue_tickets(officer: Person, count: int) -> dict[str, str]:
    """Two parties draw, everybody who passed gets a ticket. Answers with the ticket numbers by name."""
    officer.go("/staff")
    officer.follow("Tickets to be drawn and issued: {count}", count=count)
    officer.fill(party_2="", party_1_secret="骰子 4 6 1")
    officer.press("Draw and issue {count} tickets", count=count, status=422)
    officer.fill(party_2="纪检监察组", party_1_secret="骰子 4 6 1", party_2_secret="骰子 2 2 5")
    officer.press("Draw and issue {count} tickets", count=count)
    rows = officer.page.locator("tbody tr").all()
    return {row.locator("td").first.inner_text(): row.locator("th").inner_text() for row in rows}


def fetch_ticket(one: Registration, plan: Plan, number: str) -> None:
    """The candidate opens the ticket and takes the PDF along: number and name on it, and a QR code of the number."""
    me = one.person
    me.go(one.path)
    me.sees("You can print your admission ticket.")
    me.press_it(me.page.locator(f"a[href='{one.path}/ticket']").first)
    assert me.page.locator("img.ticket-photo").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    answer = me.context.request.get(me.page.get_by_role("link", name=me.say("Ticket as PDF")).get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    text, code = files.read_ticket(answer.body())
    assert number in text
    assert me.name in text
    assert one.who.identity not in text
    assert code.split(" ")[:3] == ["GX", plan.code, number]


def load_workbook(clerk: Person, marks: Marks) -> None:
    """The first hand: a workbook with three mistakes is refused whole with each row named, then the right one."""
    clerk.go("/staff")
    clerk.follow("Written marks are to be entered")
    spoilt = [[ticket, *two] for ticket, two in marks.items()]
    spoilt[0][1], spoilt[1][2] = 101, None
    _send(clerk, [*spoilt, ["20260000", 60, 60]], status=422)
    assert len(clerk.problems()) == 3, clerk.problems()
    _send(clerk, [[ticket, *two] for ticket, two in marks.items()])
    clerk.sees("Entered")


def _send(clerk: Person, rows: Sequence[Sequence[object]], status: int = 200) -> None:
    book = files.workbook([HEADINGS, *rows])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    clerk.fill(workbook=payload("笔试成绩.xlsx", book, kind))
    clerk.press("Send the workbook", status)


def type_marks(clerk: Person, plan: Plan, marks: Marks) -> None:
    """The second hand types from the signed paper; something that is no mark stays in its field."""
    clerk.go(f"{plan.path}/marks/typed")
    names = [f"mark.{ticket}.{paper}" for ticket in marks for paper in ("common", "professional")]
    values = [str(mark) for two in marks.values() for mark in two]
    for name, value in zip(names, ["8O", *values[1:]], strict=True):
        clerk.put(name, value)
    clerk.press("Enter {count} marks", count=len(names), status=422)
    assert clerk.page.input_value(f'[name="{names[0]}"]') == "8O"
    clerk.put(names[0], values[0])
    clerk.press("Enter {count} marks", count=len(names))


def settle(checker: Person, ticket: str, paper: str) -> None:
    """A third person settles the one difference: the first hand read the paper right."""
    checker.go("/staff")
    checker.follow("Differences between the two entries to settle: {count}", count=1)
    if "/differences" not in checker.page.url:
        checker.follow("Look at the differences")
    checker.prove()
    checker.put(f"value.{ticket}.{paper}", "first")
    checker.press("Settle what is chosen")


def confirm(checker: Person, plan: Plan, count: int) -> None:
    """The third person confirms all marks."""
    checker.go(f"{plan.path}/marks/confirm")
    checker.prove()
    checker.press("Confirm {count} marks", count=count)
    checker.sees("Confirmed")


def publish(approver: Person, count: int) -> None:
    """The approver publishes the marks by ticket number."""
    approver.go("/staff")
    approver.follow("The written marks are confirmed and can be published")
    approver.press("Publish the marks of {count} candidates", count=count)
    approver.sees("Published")
