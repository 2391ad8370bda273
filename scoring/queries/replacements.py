"""Who may step in for whom: those who entered at a cut, the next in order, the days deadlines are counted from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from core.days import local_date
from core.errors import Problem, Refusal
from exam.plan import PublicationKind
from exam.queries import publications, selection_row, written_papers
from exam.tables import Candidacy, Post
from interview.hearing import State
from interview.tables import Hearing
from scoring.queries.inputs import barred_candidates, scheme_in_force
from scoring.queries.tallies import published_tally, result_of
from scoring.replacement import Event, Milestone, Proposal
from scoring.replay import COMPOSITE, ENTRY, entry_cut
from scoring.scheme import Scheme
from scoring.succession import Vacancy, next_stored
from scoring.tables import ReplacementRow, TallyRow

LEFT_FIRST = frozenset(
    {Event.WAIVED_BEFORE_REVIEW, Event.FAILED_REVIEW, Event.WAIVED_AFTER_NOTICE, Event.WAIVED_AFTER_DECISION}
)
"""Events that are noted at the candidate first: a withdrawal or a disqualification."""


@dataclass(frozen=True, slots=True)
class Succession:
    """One place that fell free: whose it was, from which tally and cut the next is taken, and who that is."""

    scheme: Scheme
    source: str
    tally: TallyRow
    gone: Candidacy
    vacancy: Vacancy
    proposal: Proposal


def replacements(session: Session, selection_id: int) -> list[ReplacementRow]:
    """Every replacement proposed, the newest first."""
    query = select(ReplacementRow).where(ReplacementRow.selection_id == selection_id)
    return list(session.exec(query.order_by(col(ReplacementRow.number).desc())))


def succession(
    session: Session, selection_id: int, ticket: str, event: Event, days: Mapping[Milestone, date], now: datetime,
    *, besides: int = 0,
) -> Succession:  # fmt: skip
    """The next in order after an event. Raises Refusal where the person's place is none, or is not free.

    The replacement `besides` is looked at as if it had not been proposed.
    """
    scheme = scheme_in_force(session, selection_id)
    rule = scheme.replacement.get(event)
    if rule is None or not rule.allowed:
        raise Refusal("After this event nobody steps in.")
    source = rule.source
    tally = published_tally(session, selection_id, ENTRY if source == entry_cut(scheme) else COMPOSITE)
    gone = session.exec(
        select(Candidacy).where(Candidacy.selection_id == selection_id, Candidacy.ticket_number == ticket)
    ).first()
    found = result_of(tally, ticket) if tally else None
    if tally is None or gone is None or found is None:
        raise Refusal("Nobody of this ticket number stands in a published result.", field="ticket")
    rows = [
        one
        for one in replacements(session, selection_id)
        if one.state in {"proposed", "confirmed"} and one.number != besides
    ]
    stepped = next((one for one in rows if one.candidacy_id == gone.id and one.state == "confirmed"), None)
    barred = barred_candidates(session, selection_id)
    problems = _not_free(session, gone, event, rows, entered=bool(found["entered"]) or stepped is not None)
    if problems:
        raise Refusal.of(problems)
    tickets = _tickets(session, {one.candidacy_id for one in rows} | {one.gone_id for one in rows})
    vacancy = Vacancy(
        event, found["unit"], local_date(now), {ticket, *barred, *tickets}, stepped.round if stepped else 0,
        days={**known_days(session, selection_id), **days},
    )  # fmt: skip
    return Succession(scheme, source, tally, gone, vacancy, next_stored(scheme, tally.outcome, vacancy))


def known_days(session: Session, selection_id: int) -> dict[Milestone, date]:
    """The days that the selection itself knows."""
    selection = selection_row(session, selection_id)
    sat = [local_date(paper.starts_at) for paper in written_papers(session, selection_id)]
    found = {Milestone.WRITTEN_EXAM: max(sat)} if sat else {}
    if selection.interview_on:
        found[Milestone.INTERVIEW] = selection.interview_on
    kinds = {
        Milestone.INTERVIEW_NOTICE: PublicationKind.INTERVIEW_ENTRY,
        Milestone.PUBLIC_NOTICE: PublicationKind.PROPOSED_NAMES,
    }
    for milestone, kind in kinds.items():
        if published := publications(session, selection_id, kind):
            found[milestone] = local_date(published[-1].published_at)
    return found


def lots_drawn(session: Session, post_id: int) -> bool:
    """Whether the candidates of a post have their order for the interview, so that nobody can be added."""
    query = select(Hearing.id).join(Candidacy, col(Candidacy.id) == col(Hearing.candidacy_id))
    return session.exec(query.where(Candidacy.post_id == post_id)).first() is not None


def post_of(session: Session, candidacy_id: int) -> Post:
    """The post of a candidacy."""
    return session.get_one(Post, session.get_one(Candidacy, candidacy_id).post_id)


def _not_free(
    session: Session, gone: Candidacy, event: Event, rows: list[ReplacementRow], *, entered: bool
) -> list[Problem]:
    """Why the place of this person is not free."""
    if not entered:
        return [Problem("This candidate had not entered, so there is no place to fill.", {}, "ticket")]
    if any(one.gone_id == gone.id for one in rows):
        return [Problem("Somebody is proposed already, or has stepped in, for this candidate.", {}, "ticket")]
    left = gone.ticket_number in barred_candidates(session, gone.selection_id)
    if event in LEFT_FIRST and not left:
        return [Problem("Note first that this candidate withdrew or was disqualified.", {}, "ticket")]
    if event is Event.ABSENT and not _absent(session, gone):
        return [Problem("This candidate is not recorded as absent from the interview.", {}, "ticket")]
    return []


def _absent(session: Session, gone: Candidacy) -> bool:
    query = select(Hearing.id).where(Hearing.candidacy_id == gone.id, Hearing.state == State.ABSENT)
    return session.exec(query).first() is not None


def _tickets(session: Session, ids: set[int]) -> set[str]:
    return set(session.exec(select(Candidacy.ticket_number).where(col(Candidacy.id).in_(ids))))
