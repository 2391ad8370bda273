"""How people come to hold duties: three administrators by the command, everybody else by two of them in the browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.people import Duty
from tests.web.walk.person import PASSWORD, House, Person
from web.words import DUTIES

SYSTEM = "System"
UNIT = "澜川市委组织部"
STAFF: Mapping[str, tuple[str, Duty]] = {
    "editor": ("林知行", Duty.SELECTION_EDITOR),
    "approver": ("顾长宁", Duty.SELECTION_APPROVER),
    "vetter": ("宋婉", Duty.VETTER),
    "second": ("许怀远", Duty.SECOND_VETTER),
    "officer": ("唐礼", Duty.EXAM_OFFICER),
    "clerk": ("邵敏", Duty.ENTRY_CLERK),
    "clerk2": ("孟凡", Duty.ENTRY_CLERK),
    "checker": ("黎正", Duty.ENTRY_CHECKER),
    "waiting": ("白露", Duty.WAITING_ROOM_OFFICER),
    "room": ("丁一鸣", Duty.ROOM_OFFICER),
    "supervisor": ("石坚", Duty.SUPERVISOR),
    "recording": ("蓝天", Duty.RECORDING_OFFICER),
    "tally": ("贺清", Duty.TALLY_CLERK),
    "tallycheck": ("陆谨", Duty.TALLY_CHECKER),
    "secretary": ("温如玉", Duty.COMMITTEE_SECRETARY),
    "committee": ("江澄", Duty.COMMITTEE_MEMBER),
}
"""Everybody who holds a duty in the selection, by sign-in name."""


def found_administrators(house: House, folder: Path) -> dict[str, Person]:
    """The three administrators, each made by `gongxuan admin create`."""
    secret = folder / "password.txt"
    secret.write_text(PASSWORD, "utf-8")
    found = {}
    for kind, name in (("system", "安行"), ("security", "卫严"), ("audit", "明察")):
        contact = f"{kind}@lanchuan.example"
        done = house.server.command(
            "admin", "create", "--kind", kind, "--name", name, "--sign-in", kind, "--contact", contact,
            "--password-file", str(secret),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found[kind] = Person(house, name, contact)
    secret.unlink()
    return found


@dataclass(slots=True)
class Office:
    """The administrators at work, and the staff they have employed."""

    house: House
    administrators: Mapping[str, Person]

    def open(self) -> None:
        """All three sign in, each at their own browser."""
        for kind, person in self.administrators.items():
            person.come_in(kind)

    def employ(self, sign_in: str) -> Person:
        """The system administrator opens an account for a member of staff."""
        name, _ = STAFF[sign_in]
        system, contact = self.administrators["system"], f"{sign_in}@lanchuan.example"
        system.go("/admin")
        system.fill(name=name, sign_in=sign_in, unit=UNIT, contact=contact, password=PASSWORD)
        system.press("Create the account")
        return Person(self.house, name, contact)

    def appoint(self, sign_in: str, scope: str) -> None:
        """One administrator proposes a duty in a selection (by title; "System": everywhere), another confirms it."""
        _, duty = STAFF[sign_in]
        system, security = self.administrators["system"], self.administrators["security"]
        system.go("/admin")
        place = system.option("scope", system.say(SYSTEM) if scope == SYSTEM else scope)
        system.fill(account=system.option("account", sign_in), scope=place, duty=duty.value)
        system.press("Propose")
        security.go("/admin")
        who = security.page.get_by_role("rowheader", name=sign_in, exact=True)
        line = security.page.get_by_role("row").filter(has=who)
        security.press_it(line.get_by_role("link").last)
        security.heading(DUTIES[duty])
        security.prove()
        security.press("Confirm the duty")

    def staff_up(self, title: str) -> dict[str, Person]:
        """Everybody else, by the same forms without a window: this many pages would show nothing new."""
        system, security = self.administrators["system"], self.administrators["security"]
        found = {}
        for sign_in, (name, _) in STAFF.items():
            if sign_in != "editor":
                contact = f"{sign_in}@lanchuan.example"
                about = {"name": name, "sign_in": sign_in, "unit": UNIT, "contact": contact, "password": PASSWORD}
                system.send("/admin/accounts", **about)
                found[sign_in] = Person(self.house, name, contact)
        system.go("/admin")
        scope = system.option("scope", title)
        for sign_in, (_, duty) in STAFF.items():
            system.send("/admin/duties", account=system.option("account", sign_in), scope=scope, duty=duty.value)
        security.go("/admin")
        waiting = security.page.locator("a[href^='/admin/duties/']:has(+ .state)")
        for page in waiting.evaluate_all("all => all.map(one => one.pathname)"):
            security.send("/code", back=page)
            security.send(page, do="confirm", password=PASSWORD, code=self.house.newest_code(security.contact))
        security.go("/admin")
        assert waiting.count() == 0
        return found

    def close(self) -> None:
        """The administrators go home."""
        for person in self.administrators.values():
            person.leave()
