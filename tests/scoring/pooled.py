"""A selection whose reserve pool is filled, and a post being planned elsewhere."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from core.acts import Acts
from core.db import Database
from core.people import Actor, Duty
from core.tables import Scope
from exam.conditions import AgeCondition, condition_to_plain
from exam.tables import Candidacy, Condition, Post, RegistrationVersion, Selection
from scoring import actions
from tests.interview.day import in_rows
from tests.scoring.course import APPROVER, CLERK, SECRETARY, Course, make_course
from tests.scoring.schemes import SCHEME

RESERVE = SCHEME.replace(
    "top = 2\nmonths = 12", 'top = 4\nmonths = 12\nextend_to = 24\nscope = "same_level"\ntold = true'
)
FREE = RESERVE + 'order = "free_with_reason"\nuses = 2\n'
FIT = "编委〔2026〕3号"


def filled(database: Database, acts: Acts, scheme: str = RESERVE) -> Course:
    """Six people for one place, two proposed, the other four in the pool."""
    scheme = scheme.replace("per_place = 4", "per_place = 6")
    course = make_course(database, acts, scheme=scheme).rank()
    for act, number in (
        (actions.propose_shortlists, CLERK),
        (actions.confirm_shortlists, SECRETARY),
        (actions.publish_shortlists, APPROVER),
        (actions.fill_reserve, SECRETARY),
    ):
        course.run(act, number)
    return course


def plan_post(course: Course, *, stage: str = "draft", oldest: int = 45) -> int:
    """A post of another selection, whose reference date is in 2027, for people up to an age."""

    def write(session: Session) -> int:
        old = session.get_one(Selection, course.id)
        scope = Scope(id=max(session.exec(select(Scope.id))) + 1, kind="selection", opened_at=old.created_at)
        session.add(scope)
        session.flush()
        session.add(
            Selection(
                id=scope.id, code=f"N{scope.id}", title="公开选拔", authority="领导小组",
                reference_date=date(2027, 9, 1), registration_opens=old.registration_opens,
                registration_closes=old.registration_closes, stage=stage, created_by=1, created_at=old.created_at,
            )
        )  # fmt: skip
        session.flush()
        post = Post(selection_id=scope.id, code="01", name="副局长", unit="市应急局", headcount=1)
        session.add(post)
        body = condition_to_plain(AgeCondition("1", maximum=oldest))
        session.add(Condition(selection_id=scope.id, number=1, body=body))
        session.flush()
        return post.id or 0

    return int(in_rows(course.day.database, write))


def born(course: Course, **days: str) -> None:
    """What people declared; who is not named was born in 1990."""

    def write(session: Session) -> None:
        for candidacy in session.exec(select(Candidacy).where(Candidacy.selection_id == course.id)):
            row = session.exec(
                select(RegistrationVersion).where(RegistrationVersion.registration_id == candidacy.registration_id)
            ).one()
            day = days.get(f"t{candidacy.ticket_number}", "1990-05-01")
            row.body = {"form": {"birth_date": day}}
            session.add(row)

    in_rows(course.day.database, write)


def target_of(course: Course, post_id: int) -> int:
    return int(course.read(lambda session: session.get_one(Post, post_id).selection_id))


def keeper(course: Course, post_id: int) -> Actor:
    """The secretary, who also plans the new selection."""
    one = course.by(SECRETARY)
    duties = {**one.duties, target_of(course, post_id): frozenset({Duty.SELECTION_EDITOR})}
    return Actor(label=one.label, person_id=one.person_id, device=one.device, duties=duties, proof=one.proof)


def propose(course: Course, post_id: int, ticket: str, **named: Any) -> int:
    named = {"fit": FIT, **named}
    return course.day.run(actions.propose_use, keeper(course, post_id), course.id, ticket, post_id, **named)
