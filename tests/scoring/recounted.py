"""Recounts asked for, answered and corrected, as tests of their acts need them."""

from typing import Any

from sqlmodel import select

from core.people import Actor
from exam.plan import PublicationKind
from exam.tables import Candidacy
from scoring import actions
from scoring.corrections import Place
from scoring.queries import review_line
from scoring.review import Cause
from tests.scoring.course import CHECKER, CLERK, Course
from tests.scoring.schemes import SCHEME

REVIEWED = SCHEME + "[review]\ndays = 3\n"
FIRST, SECOND = "20261001", "20261002"
WRITTEN = PublicationKind.WRITTEN_RESULTS
LAST_DAY = "2026-10-21"  # three working days after Sunday 18 October


def candidacy(course: Course, ticket: str) -> Candidacy:
    return course.read(lambda session: session.exec(select(Candidacy).where(Candidacy.ticket_number == ticket)).one())


def ask(
    course: Course, ticket: str = FIRST, part: str = "common", kind: PublicationKind = WRITTEN, reason: str = "少一分"
) -> int:
    own = candidacy(course, ticket)
    person = Actor("account:900", 900, own.person_id, device="phone")
    return int(course.day.run(actions.request_review, person, own.registration_id, kind, part, reason))


def correct(course: Course, place: Place, after: str, **named: Any) -> int:
    number = course.run(actions.propose_correction, CLERK, place, after, Cause.ADDITION, "第三题漏加", **named)
    course.run(actions.decide_correction, CHECKER, number, agree=True)
    return int(number)


def recount(course: Course, review: int) -> None:
    course.run(
        actions.record_recount, CLERK, review, [Cause.ADDITION, Cause.ENTRY], "试卷与登分表一致", "经复核,成绩无误。"
    )


def answer(course: Course, review: int) -> None:
    recount(course, review)
    course.run(actions.decide_recount, CHECKER, review, agree=True)


def line(course: Course, review: int) -> Any:
    return course.read(review_line, course.id, review)
