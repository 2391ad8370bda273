"""The editor's and the approver's desk: plan, posts, conditions, papers, scheme, frozen and announced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.settings import BEIJING
from tests.web.walk.person import Person

LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is announced in these walks; days are counted from today."""

    code: str
    title: str
    title_en: str
    opens: int = -1
    closes: int = 2
    sat: int = 3
    interview: int = 4

    @property
    def path(self) -> str:
        """The selection's desk."""
        return f"/staff/{self.code}"

    def at(self, days: int, hour: int) -> str:
        """A moment of a day as a form takes it."""
        midnight = datetime.now(BEIJING).replace(hour=0, minute=0)
        return (midnight + timedelta(days=days, hours=hour)).strftime(LOCAL)

    def day(self, days: int) -> str:
        """A day as a form takes it."""
        return self.at(days, 12)[:10]


def create(editor: Person, plan: Plan) -> None:
    """A new selection, before anybody holds a duty in it. A code with a space is refused, with all else kept."""
    editor.go("/staff")
    editor.follow("New selection")
    editor.fill(
        code="LC 2026",
        kind="open_selection",
        title=plan.title,
        title_en=plan.title_en,
        authority="中共澜川市委组织部",
        authority_en="Organisation Department, Lanchuan Municipal Committee",
        ground="现有班子缺少熟悉水务工作的专门人才，本市范围内没有合适人选。",
        reference_date=plan.day(0),
        registration_opens=plan.at(plan.opens, 8),
        registration_closes=plan.at(plan.closes, 17),
        interview_on=plan.day(plan.interview),
        exam_site="澜川市第一中学",
        exam_site_en="Lanchuan No. 1 Middle School",
        telephone="000-0000 0000",
        supervision_telephone="000-0000 1238",
    )
    editor.press("Create the selection", status=422)
    assert len(editor.problems()) == 1
    assert editor.page.input_value("#title") == plan.title
    editor.fill(code=plan.code)
    editor.press("Create the selection")
    editor.sees("The selection {code} was created", code=plan.code)


def fill_in(editor: Person, plan: Plan, conditions: Sequence[tuple[str, dict[str, object]]]) -> None:
    """One post, its conditions in order, and both papers of the ready scheme."""
    editor.go(plan.path)
    editor.follow("Plan a post")
    editor.fill(
        code="01",
        unit="澜川市水务局",
        unit_en="Lanchuan Water Bureau",
        name="市水务局副局长",
        name_en="Deputy Director, Water Bureau",
        headcount="1",
    )
    editor.press("Save the post")
    for kind, fields in conditions:
        editor.go(f"{plan.path}/conditions/{kind}")
        editor.fill(**fields)
        editor.press("Show its words first")
        editor.sees("So it will be announced")
        editor.press("Add the condition")
    for key, hour in (("common", 9), ("professional", 14)):
        editor.go(plan.path)
        editor.follow("Add a paper")
        editor.fill(key=key, starts_at=plan.at(plan.sat, hour), minutes="150")
        editor.press("Save the paper")


def propose_scheme(editor: Person, plan: Plan) -> None:
    """The ready scheme: a weight too much is found when it is checked, then it is proposed."""
    editor.go(f"{plan.path}/scheme")
    text = editor.page.input_value("#text")
    editor.fill(text=text.replace("weight = 0.6", "weight = 0.7"))
    editor.press("Keep and check", status=422)
    assert editor.problems()
    editor.fill(text=text)
    editor.press("Keep and check")
    editor.sees("The text was kept and checked; nothing is wrong in it.")
    editor.press("Propose to the second hand")
    editor.heading("Scheme, version {version}", version=1)


def freeze(approver: Person, plan: Plan) -> None:
    """The second hand reads what will be announced, proves who they are, freezes and announces."""
    approver.go("/staff")
    approver.follow("Version {version} of the scheme waits for you to freeze and announce it", version=1)
    approver.press("Freeze version {version} and announce", version=1, status=422)
    approver.sees("Password or one-time code is not right. Ask for a new code and try again.")
    approver.prove()
    approver.press("Freeze version {version} and announce", version=1)
    approver.sees("Frozen and announced")
