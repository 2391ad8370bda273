"""How many of the registered meet the conditions of their posts, as the conditions stand."""

from sqlmodel import Session, col, select

from exam.counts import PostCount, count_post
from exam.queries.planning import eligibility_rules, posts_of, selection_row
from exam.registration import read_facts
from exam.tables import Registration, RegistrationVersion
from exam.vetting import RegistrationState


def post_counts(session: Session, selection_id: int) -> list[PostCount]:
    """Every post, by code, judged on the newest version that each registration has submitted."""
    rules = eligibility_rules(session, selection_row(session, selection_id))
    forms: dict[int, list[dict[str, object]]] = {}
    rows = session.execute(
        select(Registration.post_id, RegistrationVersion.body)
        .join(
            RegistrationVersion,
            (col(RegistrationVersion.registration_id) == col(Registration.id))
            & (col(RegistrationVersion.version) == col(Registration.version)),
        )
        .where(Registration.selection_id == selection_id, Registration.state != RegistrationState.WITHDRAWN)
    )
    for post_id, body in rows:
        forms.setdefault(post_id, []).append(body.get("form", {}))
    return [
        count_post(rules, post.code, post.headcount, (read_facts(form)[0] for form in forms.get(post.id or 0, [])))
        for post in posts_of(session, selection_id)
    ]
