"""What the demonstration plays on: the house, its staff, and the moment it pretends it is."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from core.actions import confirm_duty, create_first_administrator, create_staff_account, propose_duty
from core.people import SYSTEM_SCOPE, Actor, Duty, Proof
from core.queries import duties_of
from core.tables import Account
from web.house import House
from web.passwords import PASSWORDS

T = TypeVar("T")
PASSWORD = "gongxuan-2026"  # noqa: S105 - printed for everybody who tries the demonstration
PIN = "246810"
NO_PASSWORD = "!"  # noqa: S105 - no hash at all: nobody signs in with it

STAFF: tuple[tuple[str, str, Duty], ...] = (
    ("editor", "林知行", Duty.SELECTION_EDITOR),
    ("approver", "顾长宁", Duty.SELECTION_APPROVER),
    ("vetter", "宋婉", Duty.VETTER),
    ("vetter2", "许怀远", Duty.SECOND_VETTER),
    ("exam", "唐礼", Duty.EXAM_OFFICER),
    ("entry1", "邵敏", Duty.ENTRY_CLERK),
    ("entry2", "孟凡", Duty.ENTRY_CLERK),
    ("entrycheck", "黎正", Duty.ENTRY_CHECKER),
    ("waiting", "白露", Duty.WAITING_ROOM_OFFICER),
    ("room", "丁一鸣", Duty.ROOM_OFFICER),
    ("supervisor", "石坚", Duty.SUPERVISOR),
    ("recording", "蓝天", Duty.RECORDING_OFFICER),
    ("tally", "贺清", Duty.TALLY_CLERK),
    ("tallycheck", "陆谨", Duty.TALLY_CHECKER),
    ("secretary", "温如玉", Duty.COMMITTEE_SECRETARY),
    ("committee", "江澄", Duty.COMMITTEE_MEMBER),
    ("archive", "纪存", Duty.ARCHIVIST),
)
ADMINISTRATORS: tuple[tuple[str, str, Duty], ...] = (
    ("system", "安行", Duty.SYSTEM_ADMIN),
    ("security", "卫严", Duty.SECURITY_ADMIN),
    ("audit", "明察", Duty.AUDIT_ADMIN),
)


@dataclass(slots=True)
class Stage:
    """The house with its staff; every write goes through the acts, at the moment given."""

    house: House
    say: Callable[[str], None]
    chance: random.Random = field(default_factory=lambda: random.Random(20260914))  # noqa: S311 - a sample, no secret
    accounts: dict[str, tuple[int, int]] = field(default_factory=dict)
    shown_candidate: str = ""
    shown_cards: dict[str, str] = field(default_factory=dict)

    def act(self, act: Callable[..., T], by: Actor, *args: Any, now: datetime, **named: Any) -> T:
        """Run one act as somebody at a moment."""
        return self.house.acts.run_sync(act, by, *args, now=now, **named)

    def by(self, sign_in: str, now: datetime) -> Actor:
        """A member of staff with their duties, proven afresh, on their own device."""
        account_id, person_id = self.accounts[sign_in]
        with self.house.database.reading() as session:
            duties = duties_of(session, account_id)
        device = f"demo-{sign_in}"
        return Actor(
            label=f"account:{account_id}",
            account_id=account_id,
            person_id=person_id,
            device=device,
            duties=duties,
            proof=Proof(now, device),
        )

    def sealed(self, text: str) -> tuple[str, str]:
        """A text encrypted, and its keyed hash."""
        return self.house.vault.seal(text), self.house.vault.fingerprint(text)

    def employ(self, now: datetime) -> None:
        """Create the three administrators and the staff, with the duties they hold in the system itself."""
        for sign_in, name, duty in ADMINISTRATORS:
            account = self.act(
                create_first_administrator, Actor(label="operator"), duty, name=name, sign_in=sign_in,
                contact=self.sealed(f"{sign_in}@lanchuan.example"), password_hash=PASSWORDS.hash(PASSWORD), now=now,
            )  # fmt: skip
            self.remember(sign_in, account)
        for sign_in, name, _ in STAFF:
            account = self.act(
                create_staff_account, self.by("system", now), name=name, sign_in=sign_in, unit="澜川市委组织部",
                contact=self.sealed(f"{sign_in}@lanchuan.example"),
                password_hash=PASSWORDS.hash(PASSWORD), now=now,
            )  # fmt: skip
            self.remember(sign_in, account)
        self.grant("editor", SYSTEM_SCOPE, Duty.SELECTION_EDITOR, now)

    def appoint(self, selection_id: int, now: datetime) -> None:
        """Give every member of staff their duty in a selection, proposed by one administrator, confirmed by another."""
        for sign_in, _, duty in STAFF:
            self.grant(sign_in, selection_id, duty, now)

    def grant(self, sign_in: str, scope_id: int, duty: Duty, now: datetime) -> None:
        """One duty by two administrators."""
        grant = self.act(propose_duty, self.by("system", now), self.accounts[sign_in][0], scope_id, duty, now=now)
        self.act(confirm_duty, self.by("security", now), grant, now=now)

    def remember(self, sign_in: str, account_id: int) -> int:
        """Note an account under a name, and answer with its person."""
        with self.house.database.reading() as session:
            person_id = session.get_one(Account, account_id).person_id
        self.accounts[sign_in] = (account_id, person_id)
        return person_id
