"""The opening ratio (开考比例) carried out: places kept, reduced or cancelled by two hands, and published."""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.acts import touch
from core.errors import Refusal
from core.people import Actor, FirstHand, Power, require_second_hand
from exam.actions import publish
from exam.plan import PublicationKind
from exam.queries import funnel, posts_of, selection_row, stage_now
from exam.stages import Deed, hindrance
from exam.tables import Publication, Selection
from exam.vetting import UNDECIDED, RegistrationState
from scoring.cuts import open_places, waived_parts
from scoring.queries import openings, scheme_in_force
from scoring.tables import OpeningDecision


def propose_opening(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> int:
    """Propose what the scheme's ratio makes of the places, by the registrations that passed: the first hand.

    Returns the version. Decided anew until written results are published; the newest approved version counts.
    """
    actor.require(Power.SCORING_SCHEME_FREEZE, selection_id)
    selection = selection_row(session, selection_id)
    _refuse_hindered(selection, now)
    rule = scheme_in_force(session, selection_id).opening
    if rule is None:
        raise Refusal("The scheme of this selection has no opening ratio.")
    counted = funnel(session, selection_id)
    if undecided := sum(number for own in counted.values() for state, number in own.items() if state in UNDECIDED):
        raise Refusal("{count} registrations are not decided yet.", count=undecided)
    lines = []
    for post in posts_of(session, selection_id):
        registered = counted.get(post.id or 0, {}).get(RegistrationState.PASSED, 0)
        lines.append(
            {
                "post": post.code,
                "places": post.headcount,
                "registered": registered,
                "open": open_places(rule, post.headcount, registered, post.code),
                "waived": list(waived_parts(rule, post.headcount, registered)),
            }
        )
    earlier = openings(session, selection_id)
    if earlier and earlier[0].state in {"proposed", "confirmed"} and earlier[0].posts == lines:
        raise Refusal("This says the same as version {version}.", version=earlier[0].version, status=409)
    for one in earlier:
        if one.state == "proposed":
            one.state = "replaced"
            session.add(one)
    row = OpeningDecision(
        selection_id=selection_id, version=len(earlier) + 1, posts=lines, proposed_by=actor.person_id,
        proposed_device=actor.device, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "opening.proposed", now, scope=selection_id, opening=row.id, version=row.version, posts=lines
    )
    touch(session, f"selection:{selection_id}")
    return row.version


def decide_opening(
    session: Session, actor: Actor, selection_id: int, version: int, answer: str = "", *, agree: bool, now: datetime
) -> Publication | None:
    """Approve the places as proposed and publish them, or decline with a reason: the second hand."""
    actor.require(Power.SCORING_SCHEME_CONFIRM, selection_id)
    _refuse_hindered(selection_row(session, selection_id), now)
    row = next((one for one in openings(session, selection_id) if one.version == version), None)
    if row is None or row.state != "proposed":
        raise Refusal("This decision on the opening ratio does not wait to be approved.", status=409)
    require_second_hand(actor, FirstHand(row.proposed_by, row.proposed_device), now)
    if not agree and not answer.strip():
        raise Refusal("Write the reason.", field="answer")
    row.state, row.answer = "confirmed" if agree else "declined", answer.strip()[:1000]
    row.decided_by, row.decided_at = actor.person_id, now
    session.add(row)
    act = "opening.approved" if agree else "opening.declined"
    audit.record(session, actor, act, now, scope=selection_id, opening=row.id, version=version)
    touch(session, f"selection:{selection_id}")
    if not agree:
        return None
    content = {"version": version, "posts": row.posts}
    return publish(session, actor, selection_id, PublicationKind.OPENING, content, now=now)


def _refuse_hindered(selection: Selection, now: datetime) -> None:
    """The stage as shown is asked: time alone ends registration."""
    problem = hindrance(Deed.DECIDE_OPENING, stage_now(selection, now), now)
    if problem is not None:
        raise Refusal.of([problem])
