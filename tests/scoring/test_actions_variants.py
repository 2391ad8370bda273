"""One selection with other rules for some posts: who sits what, and by which rules each is computed and shown."""

from decimal import Decimal

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.db import Database
from exam.marking import MarkEntry, MarkState, Paper, check_entries
from exam.queries import posts_of
from exam.tables import Post, WrittenMark
from scoring.queries import COMPOSITE, ENTRY, not_sitting, scheme_in_force
from scoring.scheme import Scheme
from tests.interview.day import in_rows
from tests.scoring.course import Course, make_course
from tests.scoring.schemes import SCHEME
from web.results import rankings, unit_schemes
from web.why import why

VARIED = (
    SCHEME
    + """
[[variants]]
key = "plain"
name = "只考公共科目"
posts = ["02"]
without = ["professional"]
parts = [{ key = "common", weight = 1 }]
cuts = [{ key = "interview", per_place = 2 }]
"""
)


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Two posts; nobody of the second sits the professional paper."""
    made = make_course(database, acts, sizes=(5, 4), places=(1, 1), scheme=VARIED)
    in_rows(database, lambda session: _unmark(session, made))
    return made


def _unmark(session: Session, course: Course) -> None:
    gone = [course.day.candidacies[ticket] for ticket in course.day.tickets[1]]
    for mark in session.exec(select(WrittenMark).where(WrittenMark.paper_key == "professional")).all():
        if mark.candidacy_id in gone:
            session.delete(mark)


def test_who_does_not_sit_a_paper_is_not_missed_and_has_no_mark_in_it(course: Course) -> None:
    excused = course.read(
        lambda session: not_sitting(session, course.id, scheme_in_force(session, course.id), ["common", "professional"])
    )
    assert excused == {"common": frozenset(), "professional": frozenset(course.day.tickets[1])}
    papers = [Paper(key, key, Decimal(100), 2, excused[key]) for key in excused]
    entries = [
        MarkEntry(ticket, paper.key, MarkState.PRESENT, Decimal(80))
        for paper in papers
        for ticket in course.tickets
        if ticket not in paper.excused
    ]
    assert check_entries(entries, papers, course.tickets) == []
    foreign = MarkEntry(course.day.tickets[1][0], "professional", MarkState.PRESENT, Decimal(80), 3)
    (found,) = check_entries([*entries, foreign], papers, course.tickets)
    assert (found.sentence, found.row) == ("{ticket} does not sit this paper.", 3)


def test_each_post_is_computed_by_its_own_rules(course: Course) -> None:
    course.enter()
    found = {one["candidate"]: one for one in course.tally(ENTRY).outcome["results"]}
    first, second = (found[own[0]] for own in course.day.tickets.values())
    assert (first["total"], second["total"]) == ("87.50", "86.50")
    assert "professional" not in second["parts"]
    entered = [len([ticket for ticket in own if found[ticket]["entered"]]) for own in course.day.tickets.values()]
    assert entered == [4, 2]
    course.seat().hear().film()
    course.accept(COMPOSITE)
    course.publish(COMPOSITE)
    assert course.selection().stage == "composite"


def test_the_pages_show_each_post_with_its_own_parts(course: Course) -> None:
    course.enter()
    outcome = course.tally(ENTRY).outcome
    with course.day.database.reading() as session:
        scheme, posts = scheme_in_force(session, course.id), posts_of(session, course.id)
    shown = {one.code: [column.chinese for column in one.columns] for one in rankings(outcome, scheme, posts)}
    assert shown == {"01": ["common", "professional", "written"], "02": ["common", "written"]}
    one = why(outcome, course.day.tickets[1][0], post_scheme_of(scheme, posts, "02"))
    assert one is not None
    assert one.total == "86.50"


def post_scheme_of(scheme: Scheme, posts: list[Post], code: str) -> Scheme:
    return unit_schemes(scheme, posts)[code]
