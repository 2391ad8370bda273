"""Publishing the result of vetting (资格审查结果公示): per post, who goes on, by reference, and how many do not."""

from datetime import datetime

from sqlmodel import Session

from core.days import add_working_days, local_date
from core.errors import Problem, refuse_any
from core.people import Actor, Power
from exam.actions.gate import refuse_hindered
from exam.actions.publishing import publish
from exam.plan import PublicationKind
from exam.queries import funnel, open_appeals, passed_references, posts_of, selection_row, terms_of
from exam.stages import Deed
from exam.tables import Publication
from exam.vetting import UNDECIDED, RegistrationState

OWED = UNDECIDED | {RegistrationState.RETURNED}
"""States in which it is not yet known who goes on."""


def publish_vetting_list(session: Session, actor: Actor, selection_id: int, *, now: datetime) -> Publication:
    """Publish who passed vetting, with the objection window of the terms in working days.

    References are random and known to their owners alone, so the list tells nobody who has applied.
    """
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    refuse_hindered(selection_row(session, selection_id), Deed.PUBLISH_VETTING, now)
    counts = funnel(session, selection_id)
    owed = sum(states.get(state, 0) for states in counts.values() for state in OWED)
    problems = [Problem("Registrations not decided yet: {count}.", {"count": owed})] if owed else []
    if waiting := len(open_appeals(session, selection_id)):
        problems.append(Problem("Appeals not answered yet: {count}.", {"count": waiting}))
    refuse_any(problems)
    passed = passed_references(session, selection_id)
    content = {
        "posts": [
            {
                "post": post.code,
                "passed": passed.get(post.id or 0, []),
                "refused": counts.get(post.id or 0, {}).get(RegistrationState.REFUSED, 0),
            }
            for post in posts_of(session, selection_id)
        ]
    }
    until = add_working_days(local_date(now), terms_of(session, selection_id).objection_days)
    kind = PublicationKind.VETTING_LIST
    return publish(session, actor, selection_id, kind, content, now=now, objections_until=until)
