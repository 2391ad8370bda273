"""From the published ranking to proposed names (考察人选建议名单) and the reserve pool (一考多用人选库)."""

from datetime import datetime

from recording.actions import grant_viewing
from sqlmodel import Session, col, select

from core import audit
from core.acts import touch
from core.days import local_date
from core.errors import Refusal
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.actions import advance, publish
from exam.plan import PublicationKind
from exam.queries import posts_of, selection_row
from exam.stages import Deed, Stage, hindrance
from exam.tables import Candidacy, Publication, Selection
from scoring.queries import (
    ShortlistView,
    barred_candidates,
    published_tally,
    scheme_in_force,
    shortlists,
    stored_ranking,
)
from scoring.reserve import ReserveEntry, reserve_entries
from scoring.steps import value_text
from scoring.tables import PoolEntry, Shortlist, ShortlistName, TallyRow

COMPOSITE = "composite"


def propose_shortlists(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> int:
    """Propose, post by post, the names the published ranking gives at the scheme's ratio: the first hand.

    Rank proposes; the committee determines. Returns the number of names.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    _refuse_hindered(selection_row(session, selection_id), Deed.PROPOSE_NAMES, now)
    row = _published(session, selection_id)
    ids = _candidacy_ids(session, selection_id)
    earlier = {view.post.code: view for view in shortlists(session, selection_id)}
    if any(view.state == "proposed" and view.tally_id == row.id for view in earlier.values()):
        raise Refusal("The names are proposed already and wait for the second hand.", status=409)
    count = 0
    for post in posts_of(session, selection_id):
        names = [one for one in row.outcome["results"] if one["post"] == post.code and one["entered"]]
        shortlist = Shortlist(
            selection_id=selection_id,
            post_id=post.id or 0,
            tally_id=row.id or 0,
            version=earlier[post.code].version + 1 if post.code in earlier else 1,
            proposed_by=actor.person_id,
            proposed_device=actor.device,
            proposed_at=now,
        )
        session.add(shortlist)
        session.flush()
        for one in names:
            session.add(
                ShortlistName(
                    shortlist_id=shortlist.id or 0,
                    candidacy_id=ids[one["candidate"]],
                    rank=one["rank"],
                    composite=one["total"],
                )
            )
        count += len(names)
    audit.record(session, actor, "shortlists.proposed", now, scope=selection_id, tally=row.id, names=count)
    touch(session, f"selection:{selection_id}")
    return count


def confirm_shortlists(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> None:
    """Confirm the proposed names: the second hand. The committee may from now on see these hearings' recordings."""
    actor.require(Power.SCORING_SHORTLIST_CONFIRM, selection_id)
    _refuse_hindered(selection_row(session, selection_id), Deed.PROPOSE_NAMES, now)
    waiting = [view for view in shortlists(session, selection_id) if view.state == "proposed"]
    if not waiting:
        raise Refusal("No names wait to be confirmed.", status=404)
    for view in waiting:
        row = session.get_one(Shortlist, view.id)
        require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
        row.state, row.confirmed_by, row.confirmed_at = "confirmed", actor.person_id, now
        session.add(row)
        for name in view.names:
            grant_viewing(session, actor, selection_id, name.candidacy_id, now=now)
    audit.record(
        session, actor, "shortlists.confirmed", now, scope=selection_id, shortlists=[view.id for view in waiting],
        names=sum(len(view.names) for view in waiting),
    )  # fmt: skip
    advance(session, actor, selection_id, Stage.PROPOSED_NAMES, now=now)
    touch(session, f"selection:{selection_id}")


def publish_shortlists(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> Publication:
    """Publish the confirmed names by ticket number."""
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    _refuse_hindered(selection_row(session, selection_id), Deed.PUBLISH_RESULT, now)
    content = {"posts": [_published_post(view) for view in _confirmed(session, selection_id)]}
    publication = publish(session, actor, selection_id, PublicationKind.PROPOSED_NAMES, content, now=now)
    advance(session, actor, selection_id, Stage.PUBLISHED, now=now)
    return publication


def fill_reserve(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> int:
    """Enter good candidates who were not proposed into the reserve pool, as the scheme's rule says.

    Each entry is tied to the original tally and has its last valid day. Returns how many entered.
    """
    actor.require(Power.SCORING_POOL_KEEP, selection_id)
    selection = selection_row(session, selection_id)
    _refuse_hindered(selection, Deed.FILL_RESERVE, now)
    scheme = scheme_in_force(session, selection_id)
    if scheme.reserve is None:
        raise Refusal("The scheme of this selection keeps no reserve pool.")
    if session.exec(select(PoolEntry.id).where(PoolEntry.selection_id == selection_id)).first() is not None:
        raise Refusal("The reserve pool of this selection is filled already.", status=409)
    row = _published(session, selection_id)
    barred = barred_candidates(session, selection_id)
    chosen = {view.post.code: {name.ticket_number for name in view.names} for view in _confirmed(session, selection_id)}
    ids = _candidacy_ids(session, selection_id)
    entered = 0
    for post in posts_of(session, selection_id):
        ranking = stored_ranking(row, post.code)
        entries = reserve_entries(scheme.reserve, ranking, chosen.get(post.code, set()), local_date(now), barred)
        session.add_all(
            _pool_row(entry, selection_id, post.id or 0, ids[entry.code], row.id or 0, actor, now) for entry in entries
        )
        entered += len(entries)
    audit.record(session, actor, "pool.filled", now, scope=selection_id, tally=row.id, entries=entered)
    if Stage(selection.stage) is Stage.PUBLISHED:
        advance(session, actor, selection_id, Stage.RESERVE, now=now)
    return entered


def _pool_row(
    entry: ReserveEntry, selection_id: int, post_id: int, candidacy_id: int, tally_id: int, actor: Actor, now: datetime
) -> PoolEntry:
    return PoolEntry(
        selection_id=selection_id,
        post_id=post_id,
        candidacy_id=candidacy_id,
        tally_id=tally_id,
        rank=entry.rank,
        composite=value_text(entry.value),
        reason={"order": entry.order},
        entered_by=actor.person_id,
        entered_at=now,
        valid_until=entry.valid_until,
    )


def _published(session: Session, selection_id: int) -> TallyRow:
    row = published_tally(session, selection_id, COMPOSITE)
    if row is None:
        raise Refusal("The composite ranking is not published yet.", status=409)
    return row


def _confirmed(session: Session, selection_id: int) -> list[ShortlistView]:
    return [view for view in shortlists(session, selection_id) if view.state == "confirmed"]


def _published_post(view: ShortlistView) -> dict[str, object]:
    names = [{"ticket": name.ticket_number, "rank": name.rank, "total": name.composite} for name in view.names]
    return {"post": view.post.code, "places": view.post.headcount, "tally": view.tally_id, "names": names}


def _candidacy_ids(session: Session, selection_id: int) -> dict[str, int]:
    rows = session.exec(
        select(Candidacy.ticket_number, Candidacy.id).where(col(Candidacy.selection_id) == selection_id)
    )
    return {ticket: candidacy_id or 0 for ticket, candidacy_id in rows}


def _refuse_hindered(selection: Selection, deed: Deed, now: datetime) -> None:
    if problem := hindrance(deed, Stage(selection.stage), now):
        raise Refusal.of([problem])
