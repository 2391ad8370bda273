"""People: persons, accounts, scopes, duties and powers. Whatever is not allowed here is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Denied, Refusal

SYSTEM_SCOPE = 1
PROOF_LIFE = timedelta(minutes=10)


class Power(StrEnum):
    """Everything that may be done by duty, `package:thing:verb`, in order."""

    CORE_ACCOUNT_CREATE = "core:account:create"
    CORE_DUTY_CONFIRM = "core:duty:confirm"
    CORE_DUTY_PROPOSE = "core:duty:propose"
    CORE_JOURNAL_READ = "core:journal:read"
    CORE_RECOVERY_CONFIRM = "core:recovery:confirm"
    CORE_RECOVERY_OPEN = "core:recovery:open"
    EXAM_CANDIDACY_DISQUALIFY = "exam:candidacy:disqualify"
    EXAM_CANDIDACY_NOTE = "exam:candidacy:note"
    EXAM_MARKS_CONFIRM = "exam:marks:confirm"
    EXAM_MARKS_ENTER = "exam:marks:enter"
    EXAM_MARKS_SETTLE = "exam:marks:settle"
    EXAM_REGISTRATION_READ = "exam:registration:read"
    EXAM_REGISTRATION_RECHECK = "exam:registration:recheck"
    EXAM_REGISTRATION_VET = "exam:registration:vet"
    EXAM_SELECTION_CREATE = "exam:selection:create"
    EXAM_SELECTION_EDIT = "exam:selection:edit"
    EXAM_SELECTION_READ = "exam:selection:read"
    EXAM_TICKET_ISSUE = "exam:ticket:issue"
    INTERVIEW_DRAW_RECORD = "interview:draw:record"
    INTERVIEW_HEARING_RUN = "interview:hearing:run"
    INTERVIEW_HEARING_SEAL = "interview:hearing:seal"
    INTERVIEW_NUMBER_READ = "interview:number:read"
    INTERVIEW_PANEL_COMPOSE = "interview:panel:compose"
    INTERVIEW_PROGRESS_READ = "interview:progress:read"
    RECORDING_RETENTION_NOTE = "recording:retention:note"
    RECORDING_VIDEO_REVIEW = "recording:video:review"
    RECORDING_VIDEO_UPLOAD = "recording:video:upload"
    SCORING_POOL_CONFIRM = "scoring:pool:confirm"
    SCORING_POOL_KEEP = "scoring:pool:keep"
    SCORING_POOL_READ = "scoring:pool:read"
    SCORING_RECORD_CONFIRM = "scoring:record:confirm"
    SCORING_RECORD_ENTER = "scoring:record:enter"
    SCORING_RESULT_PUBLISH = "scoring:result:publish"
    SCORING_RESULT_READ = "scoring:result:read"
    SCORING_REVIEW_CONFIRM = "scoring:review:confirm"
    SCORING_REVIEW_READ = "scoring:review:read"
    SCORING_REVIEW_RECORD = "scoring:review:record"
    SCORING_SCHEME_CONFIRM = "scoring:scheme:confirm"
    SCORING_SCHEME_FREEZE = "scoring:scheme:freeze"
    SCORING_SHORTLIST_CONFIRM = "scoring:shortlist:confirm"
    SCORING_SHORTLIST_READ = "scoring:shortlist:read"
    SCORING_TALLY_RUN = "scoring:tally:run"


class Duty(StrEnum):
    """A role held in a scope (a selection, or the system itself)."""

    ARCHIVIST = "archivist"
    AUDIT_ADMIN = "audit_admin"
    COMMITTEE_MEMBER = "committee_member"
    COMMITTEE_SECRETARY = "committee_secretary"
    ENTRY_CHECKER = "entry_checker"
    ENTRY_CLERK = "entry_clerk"
    EXAM_OFFICER = "exam_officer"
    RECORDING_OFFICER = "recording_officer"
    ROOM_OFFICER = "room_officer"
    SECOND_VETTER = "second_vetter"
    SECURITY_ADMIN = "security_admin"
    SELECTION_APPROVER = "selection_approver"
    SELECTION_EDITOR = "selection_editor"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMIN = "system_admin"
    TALLY_CHECKER = "tally_checker"
    TALLY_CLERK = "tally_clerk"
    VETTER = "vetter"
    WAITING_ROOM_OFFICER = "waiting_room_officer"


ADMINISTRATORS = frozenset({Duty.SYSTEM_ADMIN, Duty.SECURITY_ADMIN, Duty.AUDIT_ADMIN})

_READ = {Power.EXAM_SELECTION_READ}

POWERS: Mapping[Duty, frozenset[Power]] = {
    duty: frozenset(powers)
    for duty, powers in {
        Duty.SYSTEM_ADMIN: {Power.CORE_ACCOUNT_CREATE, Power.CORE_DUTY_PROPOSE, Power.CORE_RECOVERY_OPEN},
        Duty.SECURITY_ADMIN: {Power.CORE_DUTY_CONFIRM, Power.CORE_RECOVERY_CONFIRM},
        Duty.AUDIT_ADMIN: {Power.CORE_JOURNAL_READ},
        Duty.SELECTION_EDITOR: _READ
        | {
            Power.EXAM_SELECTION_CREATE,
            Power.EXAM_SELECTION_EDIT,
            Power.SCORING_SCHEME_FREEZE,
            Power.SCORING_RESULT_READ,
        },
        Duty.SELECTION_APPROVER: _READ
        | {
            Power.SCORING_POOL_CONFIRM,
            Power.SCORING_POOL_READ,
            Power.SCORING_REVIEW_READ,
            Power.SCORING_SCHEME_CONFIRM,
            Power.SCORING_RESULT_PUBLISH,
            Power.SCORING_RESULT_READ,
        },
        Duty.VETTER: _READ | {Power.EXAM_REGISTRATION_READ, Power.EXAM_REGISTRATION_VET},
        Duty.SECOND_VETTER: _READ | {Power.EXAM_REGISTRATION_READ, Power.EXAM_REGISTRATION_RECHECK},
        Duty.EXAM_OFFICER: _READ
        | {
            Power.EXAM_CANDIDACY_DISQUALIFY,
            Power.EXAM_CANDIDACY_NOTE,
            Power.EXAM_REGISTRATION_READ,
            Power.EXAM_TICKET_ISSUE,
            Power.INTERVIEW_PANEL_COMPOSE,
        },
        Duty.ENTRY_CLERK: _READ | {Power.EXAM_MARKS_ENTER, Power.SCORING_RECORD_ENTER},
        Duty.ENTRY_CHECKER: _READ | {Power.EXAM_MARKS_CONFIRM, Power.EXAM_MARKS_SETTLE, Power.SCORING_RECORD_CONFIRM},
        Duty.WAITING_ROOM_OFFICER: _READ
        | {Power.EXAM_CANDIDACY_NOTE, Power.INTERVIEW_DRAW_RECORD, Power.INTERVIEW_NUMBER_READ},
        Duty.ROOM_OFFICER: _READ
        | {
            Power.EXAM_CANDIDACY_NOTE,
            Power.INTERVIEW_HEARING_RUN,
            Power.INTERVIEW_PROGRESS_READ,
            Power.RECORDING_VIDEO_UPLOAD,
        },
        Duty.SUPERVISOR: _READ
        | {
            Power.INTERVIEW_HEARING_SEAL,
            Power.INTERVIEW_PROGRESS_READ,
            Power.SCORING_RESULT_READ,
            Power.SCORING_REVIEW_READ,
            Power.CORE_JOURNAL_READ,
        },
        Duty.RECORDING_OFFICER: _READ | {Power.RECORDING_VIDEO_UPLOAD, Power.RECORDING_VIDEO_REVIEW},
        Duty.ARCHIVIST: _READ | {Power.RECORDING_RETENTION_NOTE, Power.RECORDING_VIDEO_REVIEW, Power.SCORING_POOL_READ},
        Duty.TALLY_CLERK: _READ
        | {
            Power.SCORING_TALLY_RUN,
            Power.SCORING_RESULT_READ,
            Power.SCORING_REVIEW_READ,
            Power.SCORING_REVIEW_RECORD,
            Power.INTERVIEW_PROGRESS_READ,
        },
        Duty.TALLY_CHECKER: _READ
        | {
            Power.SCORING_RESULT_PUBLISH,
            Power.SCORING_RESULT_READ,
            Power.SCORING_REVIEW_CONFIRM,
            Power.SCORING_REVIEW_READ,
        },
        Duty.COMMITTEE_SECRETARY: _READ
        | {
            Power.SCORING_SHORTLIST_READ,
            Power.SCORING_SHORTLIST_CONFIRM,
            Power.SCORING_RESULT_READ,
            Power.SCORING_POOL_KEEP,
            Power.SCORING_POOL_READ,
        },
        Duty.COMMITTEE_MEMBER: _READ
        | {Power.SCORING_SHORTLIST_READ, Power.SCORING_RESULT_READ, Power.SCORING_POOL_READ},
    }.items()
}

# Who may not also be what, in one selection (product.md rule 6). Administrators exclude every business duty anywhere.
EXCLUDED: tuple[frozenset[Duty], ...] = tuple(
    frozenset(pair)
    for pair in (
        (Duty.SELECTION_EDITOR, Duty.SELECTION_APPROVER),
        (Duty.VETTER, Duty.SECOND_VETTER),
        (Duty.ENTRY_CLERK, Duty.ENTRY_CHECKER),
        (Duty.TALLY_CLERK, Duty.TALLY_CHECKER),
        (Duty.VETTER, Duty.TALLY_CLERK),
        (Duty.VETTER, Duty.TALLY_CHECKER),
        (Duty.SUPERVISOR, Duty.SELECTION_EDITOR),
        (Duty.SUPERVISOR, Duty.SELECTION_APPROVER),
        (Duty.SUPERVISOR, Duty.VETTER),
        (Duty.SUPERVISOR, Duty.SECOND_VETTER),
        (Duty.SUPERVISOR, Duty.ENTRY_CLERK),
        (Duty.SUPERVISOR, Duty.ENTRY_CHECKER),
        (Duty.SUPERVISOR, Duty.ROOM_OFFICER),
        (Duty.SUPERVISOR, Duty.WAITING_ROOM_OFFICER),
        (Duty.SUPERVISOR, Duty.TALLY_CLERK),
        (Duty.SUPERVISOR, Duty.TALLY_CHECKER),
        (Duty.SUPERVISOR, Duty.RECORDING_OFFICER),
        (Duty.SUPERVISOR, Duty.COMMITTEE_MEMBER),
        (Duty.SUPERVISOR, Duty.COMMITTEE_SECRETARY),
        (Duty.WAITING_ROOM_OFFICER, Duty.ROOM_OFFICER),
        (Duty.WAITING_ROOM_OFFICER, Duty.TALLY_CLERK),
    )
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A renewed proof of person: password and one-time code, given at a moment on a device."""

    at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with its duties by scope, a judge's seat, or a named job of the system."""

    label: str
    account_id: int = 0
    person_id: int = 0
    seat_id: int = 0
    device: str = ""
    duties: Mapping[int, frozenset[Duty]] = field(default_factory=dict)
    proof: Proof | None = None

    def powers(self, scope_id: int) -> frozenset[Power]:
        """What the actor may do by duty in a scope."""
        return frozenset(power for duty in self.duties.get(scope_id, ()) for power in POWERS[duty])

    def may(self, power: Power, scope_id: int) -> bool:
        """Whether a duty held in this scope gives the power."""
        return power in self.powers(scope_id)

    def require(self, power: Power, scope_id: int) -> None:
        """Raise Denied unless a duty held in this scope gives the power."""
        if not self.may(power, scope_id):
            raise Denied

    def scopes_with(self, power: Power) -> tuple[int, ...]:
        """All scopes in which the actor holds the power, in order."""
        return tuple(sorted(scope for scope in self.duties if self.may(power, scope)))


def job(name: str) -> Actor:
    """The actor of a named background job."""
    return Actor(label=f"job:{name}")


NOBODY = Actor(label="visitor")


@dataclass(frozen=True, slots=True)
class FirstHand:
    """Who did the first half of a two-hand act, on which device."""

    person_id: int
    device: str


def require_second_hand(actor: Actor, first: FirstHand, now: datetime) -> None:
    """The second of two hands is another human, proven afresh, on another device (product.md rule 6)."""
    if actor.person_id == first.person_id:
        raise Refusal("The second hand must be another person than the first.")
    proof = actor.proof
    if proof is None or proof.device != actor.device or not (timedelta() <= now - proof.at <= PROOF_LIFE):
        raise Refusal("Prove who you are again with password and one-time code.", field="code")
    if actor.device == first.device:
        raise Refusal("The second hand must use another device or browser than the first.", field="device")


def conflict(held: Iterable[Duty], new: Duty, *, elsewhere: Iterable[Duty] = ()) -> Duty | None:
    """The duty already held that excludes the new one, or None.

    `held` are the person's duties in the same scope, `elsewhere` those in all other scopes.
    """
    held, elsewhere = list(held), list(elsewhere)
    for other in (*held, *elsewhere):
        if (other in ADMINISTRATORS) != (new in ADMINISTRATORS) or ({other, new} <= ADMINISTRATORS and other != new):
            return other
    return next((other for other in held if frozenset({other, new}) in EXCLUDED), None)
