"""Where a submitted registration stands: what can be done now, the ticket, what was published, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import Response

from core.words import N_, Sentence
from exam.candidacy import ENDING, EVENT_WORDS, CandidacyEventKind
from exam.condition_words import condition_words
from exam.queries import (
    appeal_window,
    appeals_of,
    candidacy_events,
    candidacy_of,
    in_effect,
    notices_of,
    registration_window,
    versions_of,
)
from exam.tables import Appeal, Candidacy, CandidacyEvent, VettingDecision
from exam.vetting import RegistrationState, VettingVerdict
from web.asking import Asker
from web.pages import Stage as Milestone
from web.results import Line, candidate_lines
from web.routes.candidate.own import Own
from web.routes.candidate.reserve import entry_of
from web.telling import facts_of

CANDIDATE_WORDS = {
    RegistrationState.DRAFT: (N_("Not submitted"), "running"),
    RegistrationState.RETURNED: (N_("Returned for correction"), "attention"),
    RegistrationState.PASSED: (N_("Passed vetting"), "done"),
    RegistrationState.REFUSED: (N_("Did not pass vetting"), "problem"),
    RegistrationState.WITHDRAWN: (N_("Given up"), "none"),
}
BEING_VETTED = (N_("Being vetted"), "running")
"""Between the two hands nothing is told to the candidate."""

WAIT = N_(
    "There is nothing for you to do now. If something must be corrected it stands here, and a message goes to your "
    "contact."
)

DECIDED_WORDS = {
    VettingVerdict.PASS: N_("Passed vetting"),
    VettingVerdict.REFUSE: N_("Did not pass vetting"),
    VettingVerdict.RETURN: N_("Returned for correction"),
}

GOES_ON = frozenset({"done", "attention"})
"""States of a published result with which a candidate is still in the selection."""

History = list[tuple[datetime, Sentence]]


@dataclass(frozen=True, slots=True)
class Now:
    """What stands on top of a registration's page: where it is, and what can be done."""

    kind: str
    title: Sentence
    sentences: tuple[Sentence, ...] = ()
    href: str = ""
    link: Sentence | str = ""


def status_page(asker: Asker, own: Own) -> Response[str]:
    """The page of a registration that is with the office, decided, or given up."""
    with asker.reading() as session:
        candidacy = candidacy_of(session, own.id)
        events = candidacy_events(session, own.selection.id).get(candidacy.id or 0, []) if candidacy else []
        lines = candidate_lines(session, own.selection, candidacy.ticket_number) if candidacy else []
        told = notices_of(session, own.id)
        appeals = appeals_of(session, own.id)
        window = appeal_window(session, own.registration)
    open_now = registration_window(own.selection).is_open(asker.visit.now)
    until = own.terms.withdraw_until or own.selection.registration_closes
    ended = own.state in (RegistrationState.WITHDRAWN, RegistrationState.REFUSED) or bool(_ended(events))
    out = bool(lines) and bool(lines[0].word) and lines[0].kind not in GOES_ON
    return asker.page(
        "candidate/status.html",
        own=own,
        road=own.road,
        now=_now(own, candidacy, events, lines),
        ticket=candidacy,
        results=lines,
        ahead=[] if ended or out else _ahead(own),
        entry=entry_of(asker, own) if candidacy else None,
        history=history(asker, own),
        notices=[(one.told_at, Sentence(one.sentence, facts_of(one.facts))) for one in told],
        may_withdraw=not ended and (asker.visit.now < until or candidacy is not None),
        appeals=appeals,
        may_appeal=window is not None and window.is_open(asker.visit.now) and not _appealed(own, appeals),
        may_change_post=not ended and changeable(own, asker.visit.now),
        may_restart=own.state is RegistrationState.WITHDRAWN and open_now,
    )


def changeable(own: Own, now: datetime) -> bool:
    """Whether another post may be chosen now: one's own was cancelled, and the window is open."""
    return own.post.change_until is not None and now <= own.post.change_until and own.registration.version > 0


def _appealed(own: Own, appeals: Sequence[Appeal]) -> bool:
    """Whether the newest decision has been appealed against already."""
    newest = own.decisions[-1]
    return any((one.version, one.round) == (newest.version, newest.round) for one in appeals)


def _ended(events: Sequence[CandidacyEvent]) -> CandidacyEvent | None:
    """The event after which the candidate takes no further part."""
    return next((event for event in events if CandidacyEventKind(event.kind) in ENDING), None)


def _now(own: Own, candidacy: Candidacy | None, events: Sequence[CandidacyEvent], lines: Sequence[Line]) -> Now:
    word, kind = CANDIDATE_WORDS.get(own.state, BEING_VETTED)
    if (event := _ended(events)) is not None:
        sentences = (Sentence(N_("Reason: {reason}"), {"reason": event.reason}),) if event.reason else ()
        return Now("", Sentence(EVENT_WORDS[CandidacyEventKind(event.kind)]), sentences)
    if lines:
        return _published(own, lines[0])
    match own.state:
        case RegistrationState.PASSED if candidacy:
            can = Sentence(N_("You can print your admission ticket."))
            link = Sentence(N_("Show and print the ticket"))
            return Now(kind, Sentence(word), (can,), f"{own.path}/ticket", link)
        case RegistrationState.PASSED:
            return Now(
                kind, Sentence(word), (Sentence(N_("Tickets are issued when everybody is vetted; look here again.")),)
            )
        case RegistrationState.REFUSED:
            return Now(kind, Sentence(word), refusal_words(own))
        case RegistrationState.WITHDRAWN:
            return Now("", Sentence(word), (Sentence(N_("What you submitted stays on record and is not vetted.")),))
        case _:
            return Now("", Sentence(word), (Sentence(WAIT),))


def _published(own: Own, line: Line) -> Now:
    """The newest thing published about the candidate's ticket number."""
    sentences = (line.word,) if isinstance(line.word, Sentence) else ()
    sheet = f"{own.path}/why/{line.sheet}"
    href, link = (sheet, N_("How this was reached")) if line.sheet else (line.href, N_("To the publication"))
    return Now("done" if line.kind == "done" else "", line.title, sentences, href, Sentence(link))


def refusal_words(own: Own) -> tuple[Sentence, ...]:
    """Which condition was not met, and why."""
    decision = next(
        (one for _, one in reversed(in_effect(own.decisions)) if one.verdict == VettingVerdict.REFUSE), None
    )
    if decision is None:
        return ()
    number = str(decision.condition_number)
    words = [condition_words(one, own.selection.reference_date) for one in own.conditions if one.number == number]
    facts = {"number": number, "words": words[0] if words else ""}
    return (
        Sentence(N_("Condition {number} is not met: {words}"), facts),
        Sentence(N_("Reason: {reason}"), {"reason": decision.reason}),
        Sentence(
            N_("If you think this is wrong, call the office at {telephone}."), {"telephone": own.selection.telephone}
        ),
    )


def _ahead(own: Own) -> list[Milestone]:
    """The stages still to come, and the one that is now."""
    return [stage for stage in own.road.stages if stage.state != "past"]


def history(asker: Asker, own: Own) -> History:
    """What was done with a registration, newest first; a decision counts from the second hand's yes."""
    with asker.reading() as session:
        versions = versions_of(session, own.id)
        candidacy = candidacy_of(session, own.id)
        events = candidacy_events(session, own.selection.id).get(candidacy.id or 0, []) if candidacy else []
    found: History = [(own.registration.started_at, Sentence(N_("Registration begun")))]
    found += [
        (version.submitted_at, Sentence(N_("Submitted, version {version}"), {"version": version.version}))
        for version in versions
    ]
    found += _decided(own.decisions)
    if candidacy:
        ticket = Sentence(N_("Admission ticket {number} issued"), {"number": candidacy.ticket_number})
        found.append((candidacy.issued_at, ticket))
    found += [(event.noted_at, Sentence(EVENT_WORDS[CandidacyEventKind(event.kind)])) for event in events]
    return sorted(found, key=lambda line: line[0], reverse=True)


def _decided(decisions: Sequence[VettingDecision]) -> History:
    return [(since, Sentence(DECIDED_WORDS[VettingVerdict(one.verdict)])) for since, one in in_effect(decisions)]
