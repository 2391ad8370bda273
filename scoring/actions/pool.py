"""The reserve pool after it was filled (一考多用人选库): extended, noted in, left, and called up for another post."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.days import local_date
from core.errors import Denied, Problem, Refusal, refuse_any
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.eligibility import Outcome
from exam.queries import selection_row
from exam.stages import Stage
from exam.tables import Post, Registration, Selection
from scoring.queries import Match, PoolLine, extensions_of, matches, own_entry, pool, pool_last_day, pool_rule
from scoring.reserve import ReserveRule
from scoring.reuse import PostName, Standing, before, check_call, check_extension, check_scope, equals
from scoring.tables import PoolExtension, PoolNote, PoolUse, PoolWithdrawal, TallyRow

LONGEST_REASON = 1000
LONGEST_NOTE = 2000


# ── a later last day ─────────────────────────────────────────────────────────────────────────────────────────────────


def propose_extension(
    session: Session, actor: Actor, selection_id: int, until: date, reason: str, *, now: datetime
) -> int:
    """Ask for a later last day of a selection's pool, with a reason: the first hand. Returns the extension's id."""
    actor.require(Power.SCORING_POOL_KEEP, selection_id)
    rule, (last_day, limit) = _rule(session, selection_id), _last_day(session, selection_id)
    earlier = extensions_of(session, selection_id)
    if any(one.state == "proposed" for one in earlier):
        raise Refusal("An extension waits to be decided already.", status=409)
    problems = check_extension(rule, last_day, until, limit, local_date(now))
    refuse_any([*problems, *_unwritten(reason, "reason")])
    row = PoolExtension(
        selection_id=selection_id, version=len(earlier) + 1, before=last_day, until=until, reason=reason.strip(),
        proposed_by=actor.person_id, proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "pool.extension_proposed", now, scope=selection_id, extension=row.id,
        before=last_day.isoformat(), until=until.isoformat(),
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.id or 0


def decide_extension(
    session: Session, actor: Actor, selection_id: int, extension_id: int, answer: str = "", *, agree: bool,
    now: datetime,
) -> None:  # fmt: skip
    """Approve an extension or decline it with a reason: the second hand. Days asked for and left behind stay kept."""
    actor.require(Power.SCORING_POOL_CONFIRM, selection_id)
    row = session.get(PoolExtension, extension_id)
    if row is None or row.selection_id != selection_id or row.state != "proposed":
        raise Refusal("This extension does not wait to be decided.", status=409)
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if agree:
        last_day, limit = _last_day(session, selection_id)
        problems = check_extension(_rule(session, selection_id), last_day, row.until, limit, local_date(now))
    else:
        problems = _unwritten(answer, "answer")
    refuse_any(problems)
    _decide(row, actor, answer, agree=agree, now=now)
    session.add(row)
    act = "pool.extended" if agree else "pool.extension_declined"
    audit.record(session, actor, act, now, scope=selection_id, extension=row.id, until=row.until.isoformat())
    touch(session, f"selection:{selection_id}")


# ── one entry ────────────────────────────────────────────────────────────────────────────────────────────────────────


def note_in_pool(session: Session, actor: Actor, selection_id: int, ticket: str, text: str, *, now: datetime) -> int:
    """Write down what a later look at somebody in the pool found (跟踪考察); notes are added, never changed."""
    actor.require(Power.SCORING_POOL_KEEP, selection_id)
    line = _entry(session, selection_id, ticket, now)
    refuse_any(_unwritten(text, "text", LONGEST_NOTE))
    row = PoolNote(entry_id=line.entry.id or 0, text=text.strip(), written_by=actor.person_id, written_at=now)
    session.add(row)
    session.flush()
    audit.record(session, actor, "pool.noted", now, scope=selection_id, entry=line.entry.id, note=row.id)
    return row.id or 0


def withdraw_from_pool(
    session: Session, actor: Actor, selection_id: int, ticket: str, reason: str, *, now: datetime
) -> None:
    """Note at the desk that somebody leaves the pool, with the reason. A use that waits ends with it."""
    actor.require(Power.SCORING_POOL_KEEP, selection_id)
    line = _entry(session, selection_id, ticket, now)
    refuse_any(_unwritten(reason, "reason"))
    _leave(session, actor, line, reason, own=False, now=now)


def leave_pool(session: Session, actor: Actor, registration_id: int, *, now: datetime) -> None:
    """Leave the pool by oneself, where the scheme lets people see their own entry."""
    registration = session.get(Registration, registration_id)
    if registration is None or not actor.person_id or registration.person_id != actor.person_id:
        raise Denied("There is no such registration of yours.")
    line = own_entry(session, registration_id, local_date(now))
    if line is None:
        raise Denied("You have no entry in a reserve pool here.")
    _leave(session, actor, line, "", own=True, now=now)


def _leave(session: Session, actor: Actor, line: PoolLine, reason: str, *, own: bool, now: datetime) -> None:
    if line.standing not in {Standing.VALID, Standing.PROPOSED}:
        raise Refusal("This entry of the reserve pool has ended already.", status=409)
    session.add(
        PoolWithdrawal(
            entry_id=line.entry.id or 0, own=own, reason=reason.strip(), noted_by=actor.person_id, noted_at=now
        )
    )
    selection_id = line.entry.selection_id
    audit.record(session, actor, "pool.left" if own else "pool.withdrawn", now, scope=selection_id, entry=line.entry.id)
    touch(session, f"selection:{selection_id}")


# ── calling up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def propose_use(
    session: Session, actor: Actor, selection_id: int, ticket: str, post_id: int, *, reason: str = "", fit: str = "",
    now: datetime,
) -> int:  # fmt: skip
    """Propose somebody of this pool for a post that is being planned elsewhere: the first hand. Returns the use's id.

    Conditions are judged anew on the new selection's reference date; scope and order are the scheme's.
    """
    actor.require(Power.SCORING_POOL_KEEP, selection_id)
    target, post = _planned(session, actor, selection_id, post_id)
    found = matches(session, selection_id, target, post, local_date(now))
    chosen = next((one for one in found if one.line.ticket_number == ticket), None)
    if chosen is None:
        raise Refusal("There is no such entry in this reserve pool.", status=404)
    rule = _rule(session, selection_id)
    refuse_any([*_uncallable(chosen), *_call_problems(rule, chosen, found, post, reason, fit)])
    tally = session.get_one(TallyRow, chosen.line.entry.tally_id)
    row = PoolUse(
        entry_id=chosen.line.entry.id or 0, number=len(chosen.line.uses) + 1, selection_id=target.id, post_id=post_id,
        tally_id=tally.id or 0, publication_id=tally.publication_id,
        verdicts=[{"number": one.number, "outcome": one.outcome.value} for one in chosen.verdicts],
        passed_over=_not_called(chosen, found), reason=reason.strip(), fit=fit.strip(),
        proposed_by=actor.person_id, proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "pool.use_proposed", now, scope=selection_id, use=row.id, entry=row.entry_id, post=post_id,
        tally=tally.id, passed_over=len(row.passed_over),
    )  # fmt: skip
    touch(session, f"selection:{selection_id}")
    return row.id or 0


def decide_use(
    session: Session, actor: Actor, selection_id: int, use_id: int, answer: str = "", *, agree: bool, now: datetime
) -> None:
    """Confirm that somebody is called up, or decline with a reason: the second hand.

    Confirmed is only who still stands in the pool and still meets the post's conditions. Who is declined for a post,
    by their own wish too, no longer comes before others there.
    """
    actor.require(Power.SCORING_POOL_CONFIRM, selection_id)
    lines = pool(session, (selection_id,), local_date(now))
    found = next(((line, one) for line in lines for one in line.uses if one.use.id == use_id), None)
    if found is None or found[1].use.state != "proposed":
        raise Refusal("This use does not wait to be decided.", status=409)
    line, use = found[0], found[1]
    row = use.use
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if agree:
        refuse_any(_still_good(session, line, use.selection, use.post, now))
    else:
        refuse_any(_unwritten(answer, "answer"))
    _decide(row, actor, answer, agree=agree, now=now)
    session.add(row)
    act = "pool.used" if agree else "pool.use_declined"
    for scope in (selection_id, use.selection.id):
        audit.record(session, actor, act, now, scope=scope, use=row.id, entry=row.entry_id, post=row.post_id)
        touch(session, f"selection:{scope}")


def _decide(row: PoolExtension | PoolUse, actor: Actor, answer: str, *, agree: bool, now: datetime) -> None:
    row.state = "confirmed" if agree else "declined"
    row.answer, row.decided_by, row.decided_at = answer.strip(), actor.person_id, now


def _planned(session: Session, actor: Actor, selection_id: int, post_id: int) -> tuple[Selection, Post]:
    """The post to be filled, of another selection that the actor may read and that is still being planned."""
    post = session.get(Post, post_id)
    if post is None or not actor.may(Power.EXAM_SELECTION_READ, post.selection_id):
        raise Refusal("There is no such post in a selection of yours.", field="post", status=404)
    target = selection_row(session, post.selection_id)
    if target.id == selection_id or target.stage != Stage.DRAFT:
        raise Refusal("People are called up for posts of another selection that is still being planned.", field="post")
    return target, post


def _uncallable(chosen: Match) -> list[Problem]:
    if not chosen.line.valid:
        return [Problem("This entry of the reserve pool is not valid now.", {}, "who")]
    if chosen.refused is not None:
        return [Problem("For this post this person was declined already.", {}, "who")]
    if not chosen.callable:
        return [Problem("This person does not meet the conditions of the post.", {}, "who")]
    return []


def _call_problems(
    rule: ReserveRule, chosen: Match, found: Sequence[Match], post: Post, reason: str, fit: str
) -> list[Problem]:
    origin = chosen.line.post
    return [
        *check_scope(rule.scope, PostName(origin.unit, origin.name), PostName(post.unit, post.name), fit),
        *check_call(rule, chosen.line.standee, [one.line.standee for one in found if one.callable], reason),
        *_too_long(reason, "reason"),
        *_too_long(fit, "fit"),
    ]


def _not_called(chosen: Match, found: Sequence[Match]) -> list[str]:
    """Who comes before or is equal, and could have been called up."""
    others = [one.line.standee for one in found if one.callable]
    return [*before(chosen.line.standee, others), *equals(chosen.line.standee, others)]


def _still_good(session: Session, line: PoolLine, target: Selection, post: Post, now: datetime) -> list[Problem]:
    """What has changed since the first hand."""
    if line.standing is not Standing.PROPOSED:
        return [Problem("This entry of the reserve pool is not valid now.", {}, "answer")]
    if target.stage != Stage.DRAFT:
        return [Problem("The selection of this post has been announced since.", {}, "answer")]
    found = matches(session, line.entry.selection_id, target, post, local_date(now))
    outcome = next(one.outcome for one in found if one.line.entry.id == line.entry.id)
    if outcome is Outcome.NOT_MET:
        return [Problem("This person does not meet the conditions of the post.", {}, "answer")]
    return []


# ── what several acts ask ────────────────────────────────────────────────────────────────────────────────────────────


def _rule(session: Session, selection_id: int) -> ReserveRule:
    rule = pool_rule(session, selection_id)
    if rule is None:
        raise Refusal("The scheme of this selection keeps no reserve pool.")
    return rule


def _last_day(session: Session, selection_id: int) -> tuple[date, date | None]:
    found = pool_last_day(session, selection_id)
    if found is None:
        raise Refusal("Nobody is in the reserve pool of this selection.", status=409)
    return found


def _entry(session: Session, selection_id: int, ticket: str, now: datetime) -> PoolLine:
    lines = pool(session, (selection_id,), local_date(now))
    line = next((one for one in lines if one.ticket_number == ticket), None)
    if line is None:
        raise Refusal("There is no such entry in this reserve pool.", status=404)
    return line


def _unwritten(text: str, field: str, longest: int = LONGEST_REASON) -> list[Problem]:
    if not text.strip():
        return [Problem("Write the reason.", {}, field)] if field != "text" else [Problem("Write the note.", {}, field)]
    return _too_long(text, field, longest)


def _too_long(text: str, field: str, longest: int = LONGEST_REASON) -> list[Problem]:
    if len(text.strip()) <= longest:
        return []
    facts = {"length": len(text.strip()), "longest": longest}
    return [Problem("This is {length} characters long; at most {longest} fit.", facts, field)]
