"""The reserve pool: entries with everything that decides where they stand, and who meets the conditions of a post."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from core.days import local_date
from exam.candidacy import CandidacyEventKind
from exam.eligibility import Outcome, Verdict, judge, overall
from exam.queries import conditions_of, submitted_facts
from exam.stages import Stage
from exam.tables import Candidacy, CandidacyEvent, Post, Publication, Selection
from scoring.queries.inputs import scheme_in_force
from scoring.reserve import ReserveRule, add_months
from scoring.reuse import Standee, Standing, standing
from scoring.tables import PoolEntry, PoolExtension, PoolNote, PoolUse, PoolWithdrawal, TallyRow


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use with the post and the selection it is for."""

    use: PoolUse
    selection: Selection
    post: Post


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One entry of the reserve pool: where it comes from, its last day with every extension, where it stands."""

    entry: PoolEntry
    ticket_number: str
    person_id: int
    registration_id: int
    post: Post
    standee: Standee
    standing: Standing
    uses: tuple[UseLine, ...]
    withdrawal: PoolWithdrawal | None

    @property
    def valid(self) -> bool:
        """Whether it can be called up now."""
        return self.standing is Standing.VALID

    @property
    def last_day(self) -> date:
        """The last day it is valid, extensions counted."""
        return self.standee.last_day


@dataclass(frozen=True, slots=True)
class PoolPage:
    """One entry with the result it rests on and its notes, the newest first."""

    line: PoolLine
    tally: TallyRow
    publication: Publication | None
    notes: tuple[PoolNote, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """One entry held against the conditions of a post, counted to that selection's own reference date.

    `refused` is the answer to an earlier proposal of the same person for the same post.
    """

    line: PoolLine
    verdicts: tuple[Verdict, ...]
    outcome: Outcome
    refused: str | None

    @property
    def callable(self) -> bool:
        """Whether the person could be called up for the post: valid, no condition plainly missed, not declined."""
        return self.line.valid and self.outcome is not Outcome.NOT_MET and self.refused is None


def pool_rule(session: Session, selection_id: int) -> ReserveRule | None:
    """The rule of the pool in the scheme in force, None where the scheme keeps none."""
    return scheme_in_force(session, selection_id).reserve


def pool(session: Session, selection_ids: tuple[int, ...], today: date) -> list[PoolLine]:
    """The reserve pool of some selections in merit order by post, each entry as it stands today."""
    rows = session.exec(
        select(PoolEntry, Candidacy, Post)
        .join(Candidacy, col(Candidacy.id) == col(PoolEntry.candidacy_id))
        .join(Post, col(Post.id) == col(PoolEntry.post_id))
        .where(col(PoolEntry.selection_id).in_(selection_ids))
        .order_by(col(PoolEntry.selection_id), col(Post.code), col(PoolEntry.rank), col(Candidacy.ticket_number))
    ).all()
    kept = {entry.id or 0 for entry, _, _ in rows}
    uses, left = _uses(session, kept), _withdrawals(session, kept)
    events = _events(session, {candidacy.id or 0 for _, candidacy, _ in rows})
    rules = {key: pool_rule(session, key) for key in {entry.selection_id for entry, _, _ in rows}}
    longer = {key: _extended_to(session, key) for key in rules}
    found = []
    for entry, candidacy, post in rows:
        own, withdrawal = tuple(uses.get(entry.id or 0, ())), left.get(entry.id or 0)
        standee = Standee(
            candidacy.ticket_number, post.code, entry.reason["order"],
            last_day=max(entry.valid_until, longer[entry.selection_id] or entry.valid_until),
            uses=sum(one.use.state == "confirmed" for one in own),
            proposed=any(one.use.state == "proposed" for one in own),
            withdrawn=withdrawal is not None or CandidacyEventKind.WITHDREW in events.get(candidacy.id or 0, ()),
            disqualified=CandidacyEventKind.DISQUALIFIED in events.get(candidacy.id or 0, ()),
        )  # fmt: skip
        rule = rules[entry.selection_id]
        stands = standing(standee, rule, today) if rule else Standing.EXPIRED
        ticket, person, registration = candidacy.ticket_number, candidacy.person_id, candidacy.registration_id
        found.append(PoolLine(entry, ticket, person, registration, post, standee, stands, own, withdrawal))
    return found


def pool_page(session: Session, selection_id: int, ticket: str, today: date) -> PoolPage | None:
    """One entry of a selection's pool by ticket number."""
    lines = pool(session, (selection_id,), today)
    line = next((one for one in lines if one.ticket_number == ticket), None)
    if line is None:
        return None
    tally = session.get_one(TallyRow, line.entry.tally_id)
    publication = session.get(Publication, tally.publication_id) if tally.publication_id else None
    notes = session.exec(select(PoolNote).where(PoolNote.entry_id == line.entry.id).order_by(col(PoolNote.id).desc()))
    return PoolPage(line, tally, publication, tuple(notes))


def own_entry(session: Session, registration_id: int, today: date) -> PoolLine | None:
    """The entry that a registration led to, if the scheme says that people are told."""
    entry = session.exec(
        select(PoolEntry)
        .join(Candidacy, col(Candidacy.id) == col(PoolEntry.candidacy_id))
        .where(Candidacy.registration_id == registration_id)
    ).first()
    rule = pool_rule(session, entry.selection_id) if entry else None
    if entry is None or rule is None or not rule.told:
        return None
    return next(one for one in pool(session, (entry.selection_id,), today) if one.entry.id == entry.id)


def extensions_of(session: Session, selection_id: int) -> list[PoolExtension]:
    """Every extension asked for, in order."""
    rows = select(PoolExtension).where(PoolExtension.selection_id == selection_id)
    return list(session.exec(rows.order_by(col(PoolExtension.version))))


def pool_last_day(session: Session, selection_id: int) -> tuple[date, date | None] | None:
    """The pool's last day as it stands and the latest that the scheme allows; None where nobody has entered."""
    entry = session.exec(select(PoolEntry).where(PoolEntry.selection_id == selection_id)).first()
    rule = pool_rule(session, selection_id)
    if entry is None or rule is None:
        return None
    limit = add_months(local_date(entry.entered_at), rule.extend_to) if rule.extend_to else None
    return _extended_to(session, selection_id) or entry.valid_until, limit


def pool_proposals(session: Session, selection_id: int) -> list[int]:
    """Who has proposed what waits for a second hand: extensions, then uses."""
    asked = [one.proposed_by for one in extensions_of(session, selection_id) if one.state == "proposed"]
    uses = (
        select(PoolUse.proposed_by)
        .join(PoolEntry, col(PoolEntry.id) == col(PoolUse.entry_id))
        .where(PoolEntry.selection_id == selection_id, PoolUse.state == "proposed")
    )
    return [*asked, *session.exec(uses)]


def planned_posts(session: Session, selection_ids: Collection[int]) -> list[tuple[Selection, Post]]:
    """The posts of those selections that are still being planned, for which somebody may be called up."""
    rows = session.exec(
        select(Selection, Post)
        .join(Post, col(Post.selection_id) == col(Selection.id))
        .where(col(Selection.id).in_(selection_ids), Selection.stage == Stage.DRAFT)
        .order_by(col(Selection.code), col(Post.code))
    )
    return list(rows)


def matches(session: Session, selection_id: int, target: Selection, post: Post, today: date) -> list[Match]:
    """The whole pool held against a post's conditions, on what people submitted, counted to the new reference date.

    What people wrote to a free condition of their own selection answers nothing here: a person judges it anew.
    """
    lines = pool(session, (selection_id,), today)
    rules = conditions_of(session, target.id, post.id or 0)
    facts = submitted_facts(session, {line.registration_id for line in lines})
    found = []
    for line in lines:
        declared = replace(facts[line.registration_id], statements={})
        verdicts = tuple(judge(rule, declared, target.reference_date) for rule in rules)
        refused = [one.use for one in line.uses if one.post.id == post.id and one.use.state == "declined"]
        found.append(Match(line, verdicts, overall(verdicts), refused[-1].answer if refused else None))
    return found


def _extended_to(session: Session, selection_id: int) -> date | None:
    confirmed = [one.until for one in extensions_of(session, selection_id) if one.state == "confirmed"]
    return max(confirmed, default=None)


def _uses(session: Session, entries: Collection[int]) -> Mapping[int, list[UseLine]]:
    found: dict[int, list[UseLine]] = {}
    for use, selection, post in session.exec(
        select(PoolUse, Selection, Post)
        .join(Selection, col(Selection.id) == col(PoolUse.selection_id))
        .join(Post, col(Post.id) == col(PoolUse.post_id))
        .where(col(PoolUse.entry_id).in_(entries))
        .order_by(col(PoolUse.entry_id), col(PoolUse.number))
    ):
        found.setdefault(use.entry_id, []).append(UseLine(use, selection, post))
    return found


def _withdrawals(session: Session, entries: Collection[int]) -> Mapping[int, PoolWithdrawal]:
    rows = session.exec(select(PoolWithdrawal).where(col(PoolWithdrawal.entry_id).in_(entries)))
    return {row.entry_id: row for row in rows}


def _events(session: Session, candidacies: Collection[int]) -> Mapping[int, set[CandidacyEventKind]]:
    """What ended a candidacy, also after somebody had entered the pool."""
    found: dict[int, set[CandidacyEventKind]] = {}
    for event in session.exec(select(CandidacyEvent).where(col(CandidacyEvent.candidacy_id).in_(candidacies))):
        found.setdefault(event.candidacy_id, set()).add(CandidacyEventKind(event.kind))
    return found
