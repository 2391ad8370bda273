"""From the published ranking to proposed names (考察人选建议名单) and the reserve pool (一考多用人选库)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, select

from core import audit
from core.acts import touch
from core.days import local_date
from core.db import sql_table
from core.errors import Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from core.words import N_
from exam.actions import publish
from exam.plan import PublicationKind
from exam.queries import posts_of, publications, selection_row, ticket_ids
from exam.stages import Deed, Stage
from exam.tables import Candidacy, Post, Publication
from recording.actions import grant_viewing, note_event
from recording.retention import RetentionEvent
from scoring.actions.gate import reach, refuse_hindered
from scoring.gates import Fewer
from scoring.queries import (
    COMPOSITE,
    NAMES,
    ShortlistView,
    barred_candidates,
    gaps,
    posts_with_places,
    published_tally,
    scheme_in_force,
    shortlists,
    stored_rankings,
)
from scoring.reserve import ReserveEntry, reserve_entries
from scoring.scheme import RankWithin
from scoring.steps import value_text
from scoring.tables import PoolEntry, Shortlist, ShortlistName, TallyRow


def propose_shortlists(session: Session, actor: Actor, selection_id: int, reason: str = "", *, now: datetime) -> int:
    """Propose, post by post, the names the published ranking gives at the scheme's ratio: the first hand.

    Rank proposes; the committee determines. Who has withdrawn or was disqualified since is left out and nobody moves
    up. A proposal that waits gives way to another one only if the names are no longer the same or the ranking was
    corrected since; after a correction names are proposed again at any later stage. Where fewer are left than the
    scheme's gate of surplus (差额) asks for, they are proposed with a `reason` or not at all. Returns their number.
    """
    actor.require(Power.SCORING_TALLY_RUN, selection_id)
    selection, row = selection_row(session, selection_id), published_tally(session, selection_id, COMPOSITE)
    views = shortlists(session, selection_id)
    overtaken = row is not None and any(view.tally_id != row.id for view in views)
    refuse_hindered(selection, Deed.PROPOSE_NAMES, now, again=overtaken)
    row = _published(session, selection_id)
    refuse_any(gaps(session, selection_id, NAMES, computing=True))
    barred = barred_candidates(session, selection_id)
    entered = [one for one in row.outcome["results"] if one["entered"]]
    proposed = [one for one in entered if one["candidate"] not in barred]
    earlier = {view.post.code: view for view in views}
    if earlier and not overtaken and _numbers(views) == {one["candidate"] for one in proposed}:
        raise Refusal("The names are proposed already and wait for the second hand.", status=409)
    short = _short_of_names(session, selection_id, row, proposed, reason)
    ids = ticket_ids(session, selection_id)
    for post in posts_of(session, selection_id):
        before = earlier.get(post.code)
        shortlist = _add_shortlist(session, actor, post, row, before.version + 1 if before else 1, now)
        shortlist.reason = reason.strip() if {post.code, post.closed_group} & short else ""
        session.add_all(
            ShortlistName(
                shortlist_id=shortlist.id or 0,
                candidacy_id=ids[one["candidate"]],
                rank=one["rank"],
                composite=one["total"],
            )
            for one in proposed
            if one["post"] == post.code
        )
    audit.record(
        session, actor, "shortlists.proposed", now, scope=selection_id, tally=row.id, names=len(proposed),
        left_out=len(entered) - len(proposed), **({"short": sorted(short)} if short else {}),
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return len(proposed)


def _short_of_names(
    session: Session, selection_id: int, row: TallyRow, proposed: Sequence[dict[str, Any]], reason: str
) -> set[str]:
    """The posts, or closed groups, with fewer names than the last cut's gate asks for; refused without a reason."""
    scheme = scheme_in_force(session, selection_id)
    gates = {}
    for post in posts_with_places(session, selection_id):
        unit = post.code if scheme.within is RankWithin.POST else post.group
        gates[unit] = scheme.at(post).cuts[-1].gate
    problems, short = [], set()
    for unit, gate in gates.items():
        places = row.outcome["stages"][-1]["units"].get(unit, {"places": 0})["places"]
        count = sum(one["unit"] == unit for one in proposed)
        if gate is None or count >= gate.least(places):
            continue
        short.add(unit)
        facts = {"unit": unit, "count": count, "least": gate.least(places)}
        if gate.fewer is Fewer.REFUSE:
            problems.append(Problem("{unit}: {count} names, the scheme asks for {least} at least.", facts))
        elif not reason.strip():
            sentence = N_("{unit}: {count} names, the scheme asks for {least}; write why it goes on with fewer.")
            problems.append(Problem(sentence, facts, "reason"))
    refuse_any(problems)
    return short


def _add_shortlist(session: Session, actor: Actor, post: Post, row: TallyRow, version: int, now: datetime) -> Shortlist:
    shortlist = Shortlist(
        selection_id=post.selection_id,
        post_id=post.id or 0,
        tally_id=row.id or 0,
        version=version,
        proposed_by=actor.person_id,
        proposed_device=actor.device,
        proposed_at=now,
    )
    session.add(shortlist)
    session.flush()
    return shortlist


def confirm_shortlists(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> None:
    """Confirm the proposed names: the second hand. The committee may from now on see these hearings' recordings."""
    actor.require(Power.SCORING_SHORTLIST_CONFIRM, selection_id)
    waiting = [view for view in shortlists(session, selection_id) if view.state == "proposed"]
    again = any(view.version > 1 for view in waiting)
    refuse_hindered(selection_row(session, selection_id), Deed.PROPOSE_NAMES, now, again=again)
    if not waiting:
        raise Refusal("No names wait to be confirmed.", status=404)
    if any(view.tally_id != _published(session, selection_id).id for view in waiting):
        raise Refusal("The ranking was corrected since. Have the names proposed again.", status=409)
    refuse_any(gaps(session, selection_id, NAMES, computing=True))
    if gone := sorted(_numbers(waiting) & barred_candidates(session, selection_id)):
        raise Refusal(
            "These have withdrawn or were disqualified since: {numbers}. Have the names proposed again.",
            status=409,
            numbers=gone,
        )
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
    reach(session, actor, selection_id, Stage.PROPOSED_NAMES, now=now)
    touch(session, f"selection:{selection_id}")


def publish_shortlists(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> Publication:
    """Publish the confirmed names by ticket number, without those who have left since.

    With it the result is published: periods of retention that wait for that begin. Nothing is published while a
    request for a recount is open or a correction waits (scoring.queries.gaps).
    """
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    earlier = next(iter(publications(session, selection_id, PublicationKind.PROPOSED_NAMES)), None)
    views = shortlists(session, selection_id)
    again = earlier is not None and {one["tally"] for one in earlier.content["posts"]} != {
        one.tally_id for one in views
    }
    refuse_hindered(selection_row(session, selection_id), Deed.PUBLISH_RESULT, now, again=again)
    refuse_any(gaps(session, selection_id, NAMES, computing=False))
    barred = barred_candidates(session, selection_id)
    content: dict[str, object] = {"posts": [_published_post(view, barred) for view in views]}
    if earlier is not None:
        content["corrects"] = {"number": earlier.number, "version": earlier.version}
    publication = publish(session, actor, selection_id, PublicationKind.PROPOSED_NAMES, content, now=now)
    if earlier is None:
        note_event(session, actor, selection_id, RetentionEvent.RESULT_PUBLISHED, now=now)
    reach(session, actor, selection_id, Stage.PUBLISHED, now=now)
    return publication


def fill_reserve(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> int:
    """Enter good candidates who were not proposed into the reserve pool, as the scheme's rule says.

    Each entry is tied to the original tally and has its last valid day. Who is below a pass mark, has withdrawn or
    was disqualified does not enter. Returns how many entered.
    """
    actor.require(Power.SCORING_POOL_KEEP, selection_id)
    selection = selection_row(session, selection_id)
    refuse_hindered(selection, Deed.FILL_RESERVE, now)
    scheme = scheme_in_force(session, selection_id)
    if scheme.reserve is None:
        raise Refusal("The scheme of this selection keeps no reserve pool.")
    if Stage(selection.stage) is Stage.RESERVE:
        raise Refusal("The reserve pool of this selection is filled already.", status=409)
    row = _published(session, selection_id)
    barred, chosen = barred_candidates(session, selection_id), _numbers(_confirmed(session, selection_id))
    found = [
        entry
        for ranking in stored_rankings(row)
        for entry in reserve_entries(scheme.reserve, ranking, chosen, local_date(now), barred)
    ]
    if found:
        rows = _pool_rows(session, actor, row, found, now)
        session.execute(insert(sql_table(PoolEntry)), rows)
    audit.record(session, actor, "pool.filled", now, scope=selection_id, tally=row.id, entries=len(found))
    reach(session, actor, selection_id, Stage.RESERVE, now=now)
    return len(found)


def _pool_rows(
    session: Session, actor: Actor, row: TallyRow, entries: Iterable[ReserveEntry], now: datetime
) -> list[dict[str, object]]:
    candidacies = {
        one.ticket_number: one
        for one in session.exec(select(Candidacy).where(Candidacy.selection_id == row.selection_id))
    }
    return [
        {
            "selection_id": row.selection_id,
            "post_id": candidacies[entry.code].post_id,
            "candidacy_id": candidacies[entry.code].id,
            "tally_id": row.id,
            "rank": entry.rank,
            "composite": value_text(entry.value),
            "reason": {"order": entry.order},
            "entered_by": actor.person_id,
            "entered_at": now,
            "valid_until": entry.valid_until,
        }
        for entry in entries
    ]


def _published(session: Session, selection_id: int) -> TallyRow:
    row = published_tally(session, selection_id, COMPOSITE)
    if row is None:
        raise Refusal("The composite ranking is not published yet.", status=409)
    return row


def _confirmed(session: Session, selection_id: int) -> list[ShortlistView]:
    return [view for view in shortlists(session, selection_id) if view.state == "confirmed"]


def _numbers(views: Iterable[ShortlistView]) -> set[str]:
    """The ticket numbers on these lists."""
    return {name.ticket_number for view in views for name in view.names}


def _published_post(view: ShortlistView, barred: frozenset[str]) -> dict[str, object]:
    names = [
        {"ticket": name.ticket_number, "rank": name.rank, "total": name.composite}
        for name in view.names
        if name.ticket_number not in barred
    ]
    return {"post": view.post.code, "places": view.post.headcount, "tally": view.tally_id, "names": names}
