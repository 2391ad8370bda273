"""A closed group ranked as one, its posts allotted afterwards by two hands; and the gate of surplus at the names."""

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from core.people import Duty
from exam.tables import Post
from scoring import actions
from scoring.actions import Allotted
from scoring.queries import COMPOSITE, allotments, shortlists
from tests.exam.road import refusal_of
from tests.interview.day import in_rows
from tests.scoring.course import CLERK, SECRETARY, Course, make_course
from tests.scoring.schemes import SCHEME

GROUPED = SCHEME.replace("[order]", '[order]\nwithin = "group"')
WHY = "经历与职位相适"


@pytest.fixture
def named(database: Database, acts: Acts) -> Course:
    """Two posts of one group; the four best of the group are confirmed."""
    course = make_course(database, acts, sizes=(3, 3), places=(1, 1), scheme=GROUPED)
    in_rows(database, lambda session: _join(session, course.id))
    course.rank()
    course.run(actions.propose_shortlists, CLERK)
    course.run(actions.confirm_shortlists, SECRETARY)
    return course


def _join(session: Session, selection_id: int) -> None:
    for post in session.exec(select(Post).where(Post.selection_id == selection_id)):
        post.closed_group = "副处级"
        session.add(post)


def propose(course: Course, *chosen: Allotted) -> int:
    found: int = course.run(actions.propose_allotment, CLERK, chosen)
    return found


def test_people_are_ranked_in_one_group_and_allotted_to_posts_by_two_hands(named: Course) -> None:
    units = named.tally(COMPOSITE).outcome["stages"][-1]["units"]
    assert list(units) == ["副处级"]
    assert len(units["副处级"]["order"]) == 6
    first, second = (own[0] for own in named.day.tickets.values())
    assert propose(named, Allotted(first, "02", WHY), Allotted(second, "01", WHY)) == 1
    named.run(actions.decide_allotment, SECRETARY, 1, agree=True)
    (row,) = named.read(allotments, named.id)
    assert (row.state, [(one["ticket"], one["post"]) for one in row.lines]) == (
        "confirmed",
        [(first, "02"), (second, "01")],
    )
    propose(named, Allotted(first, "01", WHY))
    named.run(actions.decide_allotment, SECRETARY, 2, agree=True)
    assert [one.state for one in named.read(allotments, named.id)] == ["confirmed", "replaced"]


def test_everything_wrong_with_an_allotment_is_said_at_once(named: Course) -> None:
    first, second = (own[0] for own in named.day.tickets.values())
    outside = "20269999"
    wrong = refusal_of(
        lambda: propose(
            named, Allotted(first, "01", ""), Allotted(second, "01", WHY), Allotted(outside, "02", WHY),
            Allotted(second, "09", WHY),
        )
    )  # fmt: skip
    assert {one.field for one in wrong.problems} == {
        "posts", f"reason.{first}", f"post.{second}", f"post.{outside}",
    }  # fmt: skip
    with pytest.raises(Refusal, match="at least one person"):
        propose(named)
    named.denied_but_for(
        {Duty.TALLY_CLERK},
        lambda who: named.day.run(actions.propose_allotment, who, named.id, (Allotted(first, "01", WHY),)),
    )


def test_a_scheme_that_ranks_inside_posts_allots_nothing(database: Database, acts: Acts) -> None:
    course = make_course(database, acts).rank()
    course.run(actions.propose_shortlists, CLERK)
    course.run(actions.confirm_shortlists, SECRETARY)
    with pytest.raises(Refusal, match="nothing to allot"):
        propose(course, Allotted(course.tickets[0], "01", WHY))


@pytest.mark.parametrize("fewer", ["reason", "refuse"])
def test_fewer_names_than_the_gate_asks_for_need_a_reason_or_do_not_go_on(
    database: Database, acts: Acts, fewer: str
) -> None:
    gate = f'per_place = 2\nleast_plus = 2\nfewer = "{fewer}"\n[reserve]'
    course = make_course(database, acts, scheme=SCHEME.replace("per_place = 2\n[reserve]", gate)).rank()
    refusal = refusal_of(lambda: course.run(actions.propose_shortlists, CLERK))
    assert (refusal.facts["count"], refusal.facts["least"]) == (2, 3)
    if fewer == "refuse":
        with pytest.raises(Refusal, match="asks for 3 at least"):
            course.run(actions.propose_shortlists, CLERK, "专业特殊")
        return
    course.run(actions.propose_shortlists, CLERK, "专业特殊，报经批准")
    (view,) = course.read(shortlists, course.id)
    assert view.reason == "专业特殊，报经批准"
    assert course.facts_of("shortlists.proposed")[0]["short"] == ["01"]
