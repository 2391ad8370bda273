"""A hearing (面试, one candidate before one panel) from waiting to seal, as a pure state machine.

A hearing is what its events made of it: `replay` gives the state, `step` adds one event or refuses it with a reason
in words. Two states are left only by people correcting each other: absence and a seal (which can only be voided).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from core.errors import Problem, Refusal, refuse_any
from core.words import N_, Sentence
from interview.panel import KIND_WORDS, JudgeKind


class State(StrEnum):
    """Where a hearing stands."""

    WAITING = "waiting"
    CALLED = "called"
    SPEAKING = "speaking"
    QUESTIONS = "questions"
    MARKING = "marking"
    SEALED = "sealed"
    ABSENT = "absent"
    WITHDREW = "withdrew"
    ADJOURNED = "adjourned"
    VOID = "void"


class EventKind(StrEnum):
    """What can happen to a hearing."""

    CALL = "call"
    UNCALL = "uncall"
    SPEECH = "speech"
    QUESTION = "question"
    END = "end"
    SUBMIT = "submit"
    REOPEN = "reopen"
    LEAVE = "leave"
    SEAL = "seal"
    ABSENCE = "absence"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    ADJOURN = "adjourn"
    RESUME = "resume"
    VOID = "void"


class Signature(StrEnum):
    """How the sheets of a hearing are signed."""

    INK = "ink"
    DEVICE = "device"


class Signer(StrEnum):
    """Who signs for the whole hearing (人社部发〔2015〕93号: unsigned by the supervisor, the marks are void)."""

    CHIEF = "chief"
    SUPERVISOR = "supervisor"


STATE_WORDS: Mapping[State, str] = {
    State.WAITING: N_("waiting"),
    State.CALLED: N_("called"),
    State.SPEAKING: N_("speaking"),
    State.QUESTIONS: N_("answering questions"),
    State.MARKING: N_("marking"),
    State.SEALED: N_("sealed"),
    State.ABSENT: N_("absent"),
    State.WITHDREW: N_("gave up"),
    State.ADJOURNED: N_("adjourned"),
    State.VOID: N_("declared void"),
}
SIGNER_WORDS: Mapping[Signer, str] = {Signer.CHIEF: N_("chief judge"), Signer.SUPERVISOR: N_("supervisor")}

IN_ROOM = frozenset({State.CALLED, State.SPEAKING, State.QUESTIONS, State.MARKING})
ENDED = frozenset({State.SEALED, State.ABSENT, State.WITHDREW, State.VOID})
UNHEARD = frozenset({State.ABSENT, State.WITHDREW, State.VOID})
"""Ended without a mark."""

ALLOWED: Mapping[EventKind, frozenset[State]] = {
    EventKind.CALL: frozenset({State.WAITING}),
    EventKind.UNCALL: frozenset({State.CALLED}),
    EventKind.SPEECH: frozenset({State.CALLED}),
    EventKind.QUESTION: frozenset({State.CALLED, State.SPEAKING, State.QUESTIONS}),
    EventKind.END: frozenset({State.SPEAKING, State.QUESTIONS}),
    EventKind.SUBMIT: frozenset({State.QUESTIONS, State.MARKING}),
    EventKind.REOPEN: frozenset({State.QUESTIONS, State.MARKING}),
    EventKind.LEAVE: IN_ROOM | {State.WAITING, State.ADJOURNED},
    EventKind.SEAL: frozenset({State.MARKING}),
    EventKind.ABSENCE: frozenset({State.WAITING, State.CALLED}),
    EventKind.REINSTATE: frozenset({State.ABSENT}),
    EventKind.WITHDRAW: frozenset({State.WAITING, State.CALLED, State.SPEAKING, State.QUESTIONS, State.ADJOURNED}),
    EventKind.ADJOURN: IN_ROOM,
    EventKind.RESUME: frozenset({State.ADJOURNED}),
    EventKind.VOID: IN_ROOM | {State.ADJOURNED, State.SEALED},
}
"""In which states each event may happen."""

LEADS_TO: Mapping[EventKind, State] = {
    EventKind.CALL: State.CALLED,
    EventKind.UNCALL: State.WAITING,
    EventKind.SPEECH: State.SPEAKING,
    EventKind.QUESTION: State.QUESTIONS,
    EventKind.END: State.MARKING,
    EventKind.SEAL: State.SEALED,
    EventKind.ABSENCE: State.ABSENT,
    EventKind.REINSTATE: State.WAITING,
    EventKind.WITHDRAW: State.WITHDREW,
    EventKind.ADJOURN: State.ADJOURNED,
    EventKind.VOID: State.VOID,
}
"""The state after an event; those not named keep the state, except RESUME, which goes back where it was."""

NEEDS_REASON = frozenset(
    {
        EventKind.UNCALL,
        EventKind.REOPEN,
        EventKind.LEAVE,
        EventKind.ABSENCE,
        EventKind.REINSTATE,
        EventKind.WITHDRAW,
        EventKind.ADJOURN,
        EventKind.VOID,
    }
)
NEEDS_SEAT = frozenset({EventKind.SUBMIT, EventKind.REOPEN, EventKind.LEAVE})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, with the moment the server heard of it.

    `seat` is the judge's seat for SUBMIT, REOPEN and LEAVE. `recused` on LEAVE leaves out a sheet that the judge
    has already handed in; a judge who falls ill keeps it. `signers` and `signature` stand on SEAL only.
    """

    kind: EventKind
    at: datetime
    reason: str = ""
    seat: str = ""
    recused: bool = False
    signers: frozenset[Signer] = frozenset()
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class HearingTerms:
    """What a hearing must keep to: who sits as what, the fewest judges per kind, and how it is signed."""

    seats: Mapping[str, JudgeKind]
    fewest: Mapping[JudgeKind, int] = field(default_factory=dict)
    signatures: frozenset[Signature] = frozenset({Signature.INK})
    supervisor_present: bool = True


@dataclass(frozen=True, slots=True)
class Hearing:
    """A hearing as its events left it; `question` is the number of the last question put, 0 before the first."""

    terms: HearingTerms
    state: State = State.WAITING
    question: int = 0
    received: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    adjourned_from: State | None = None

    @property
    def counted(self) -> frozenset[str]:
        """The seats whose sheets count: handed in, and not taken out by a recusal."""
        return self.received - self.recused

    @property
    def awaited(self) -> frozenset[str]:
        """The seats present whose sheet is not here yet."""
        return frozenset(self.terms.seats) - self.left - self.received

    def allowed(self) -> frozenset[EventKind]:
        """The kinds of event that the state admits; a seal may still lack a sheet or a signature."""
        return frozenset(kind for kind, states in ALLOWED.items() if self.state in states)


def step(hearing: Hearing, event: Event) -> Hearing:
    """The hearing after one more event. Raises Refusal with everything that forbids it."""
    if event.kind not in hearing.allowed():
        raise Refusal(
            "This cannot be done while the hearing is in this state: {state}.",
            status=409,
            state=Sentence(STATE_WORDS[hearing.state]),
        )
    refuse_any(_problems(hearing, event))
    return _after(hearing, event)


def replay(terms: HearingTerms, events: Iterable[Event]) -> Hearing:
    """The hearing after all its events."""
    hearing = Hearing(terms)
    for event in events:
        hearing = step(hearing, event)
    return hearing


def _problems(hearing: Hearing, event: Event) -> list[Problem]:
    problems: list[Problem] = []
    if event.kind in NEEDS_REASON and not event.reason.strip():
        problems.append(Problem("Please write down the reason.", field="reason"))
    if event.kind in NEEDS_SEAT:
        problems += _seat_problems(hearing, event)
    if event.kind is EventKind.CALL and not hearing.terms.supervisor_present:
        problems.append(Problem("Without the supervisor in the room no hearing may start.", field="supervisor"))
    if event.kind is EventKind.SEAL:
        problems += [*_unready(hearing), *_unsigned(hearing.terms, event)]
    return problems


def _seat_problems(hearing: Hearing, event: Event) -> list[Problem]:
    facts = {"seat": event.seat}
    if event.seat not in hearing.terms.seats:
        return [Problem("There is no seat {seat} in this panel.", facts, "seat")]
    found_out_later = event.recused and event.seat not in hearing.recused
    if event.seat in hearing.left and not found_out_later:
        return [Problem("The judge of seat {seat} has left this hearing.", facts, "seat")]
    if event.kind is EventKind.SUBMIT and event.seat in hearing.received:
        return [Problem("The sheet of seat {seat} is already here.", facts, "seat")]
    if event.kind is EventKind.REOPEN and event.seat not in hearing.received:
        return [Problem("The sheet of seat {seat} has not been handed in.", facts, "seat")]
    return []


def _unready(hearing: Hearing) -> list[Problem]:
    """What is missing before a seal: sheets of judges present, or judges at all."""
    problems: list[Problem] = []
    if hearing.awaited:
        seats = ", ".join(sorted(hearing.awaited))
        problems.append(Problem("These sheets are not here yet: {seats}.", {"seats": seats}, "sheets"))
    for kind, fewest in hearing.terms.fewest.items():
        found = sum(hearing.terms.seats[seat] is kind for seat in hearing.counted)
        if found < fewest:
            facts = {"found": found, "kind": Sentence(KIND_WORDS[kind]), "fewest": fewest}
            problems.append(
                Problem("Only {found} {kind} count; the scheme asks for {fewest} at least.", facts, "panel")
            )
    if not hearing.counted:
        problems.append(Problem("There is no sheet to seal.", field="sheets"))
    return problems


def _unsigned(terms: HearingTerms, event: Event) -> list[Problem]:
    problems = [
        Problem("The signature is missing: {signer}.", {"signer": Sentence(SIGNER_WORDS[signer])}, "signers")
        for signer in Signer
        if signer not in event.signers
    ]
    if event.signature not in terms.signatures:
        problems.append(Problem("The scheme does not admit this kind of signature.", field="signature"))
    return problems


def _after(hearing: Hearing, event: Event) -> Hearing:
    state = LEADS_TO.get(event.kind, hearing.state)
    match event.kind:
        case EventKind.QUESTION:
            return replace(hearing, state=state, question=hearing.question + 1)
        case EventKind.SUBMIT:
            return replace(hearing, received=hearing.received | {event.seat})
        case EventKind.REOPEN:
            return replace(hearing, received=hearing.received - {event.seat})
        case EventKind.LEAVE:
            recused = hearing.recused | ({event.seat} if event.recused else set())
            return replace(hearing, left=hearing.left | {event.seat}, recused=recused)
        case EventKind.ADJOURN:
            return replace(hearing, state=state, adjourned_from=hearing.state)
        case EventKind.RESUME:
            return replace(hearing, state=hearing.adjourned_from or State.WAITING, adjourned_from=None)
        case _:
            return replace(hearing, state=state, adjourned_from=None)


@dataclass(frozen=True, slots=True)
class Completeness:
    """The matrix judges × elements of one hearing: which marks are here, never which marks they are."""

    seats: tuple[str, ...]
    elements: tuple[str, ...]
    missing: frozenset[tuple[str, str]]

    @property
    def complete(self) -> bool:
        """Whether every judge's every element is here."""
        return not self.missing

    def found(self, seat: str) -> int:
        """How many elements of one seat are here."""
        return len(self.elements) - sum(one == seat for one, _ in self.missing)


def completeness(seats: Sequence[str], elements: Sequence[str], sheets: Mapping[str, Iterable[str]]) -> Completeness:
    """The matrix from the elements marked on each seat's sheet. ValueError for a sheet or mark of nobody."""
    marked = {(seat, element) for seat, found in sheets.items() for element in found}
    every = {(seat, element) for seat in seats for element in elements}
    if marked - every:
        raise ValueError(f"marks that belong to no seat or element: {sorted(marked - every)}")
    return Completeness(tuple(seats), tuple(elements), frozenset(every - marked))
