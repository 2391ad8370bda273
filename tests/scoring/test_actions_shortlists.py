"""From the published ranking to proposed names by two hands, their publication, and the reserve pool."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from core.people import Actor, Duty, Proof
from exam.candidacy import CandidacyEventKind
from exam.plan import PublicationKind
from exam.queries import publications
from recording.queries import granted_hearings, retention_events
from scoring import actions
from scoring.queries import COMPOSITE, ShortlistView, pool, shortlists
from scoring.tables import ShortlistName
from tests.scoring.course import APPROVER, CLERK, SECRETARY, Course, make_course, usual_totals
from tests.scoring.schemes import SCHEME

LATER = date(2026, 11, 1)
DISQUALIFIED = CandidacyEventKind.DISQUALIFIED


@pytest.fixture
def ranked(database: Database, acts: Acts) -> Course:
    """The composite of four people for one place is published; two of them are to be proposed."""
    return make_course(database, acts).rank()


@pytest.fixture
def proposed(ranked: Course) -> Course:
    ranked.run(actions.propose_shortlists, CLERK)
    return ranked


@pytest.fixture
def confirmed(proposed: Course) -> Course:
    proposed.run(actions.confirm_shortlists, SECRETARY)
    return proposed


@pytest.fixture
def published(confirmed: Course) -> Course:
    confirmed.run(actions.publish_shortlists, APPROVER)
    return confirmed


def lists(course: Course) -> list[ShortlistView]:
    return course.read(shortlists, course.id)


def numbers(course: Course) -> list[list[str]]:
    """The ticket numbers on the lists, post by post."""
    return [[name.ticket_number for name in view.names] for view in lists(course)]


def only(course: Course, duties: set[Duty], act: Callable[..., object]) -> None:
    """Only these duties may do the act."""
    course.denied_but_for(duties, lambda who: course.day.run(act, who, course.id))


# ── proposing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ranking_proposes_names_post_by_post_at_the_schemes_ratio(database: Database, acts: Acts) -> None:
    course = make_course(database, acts, sizes=(6, 9), places=(1, 2)).rank()
    assert course.run(actions.propose_shortlists, CLERK) == 6
    assert numbers(course) == [["20261001", "20261002"], ["20262001", "20262002", "20262003", "20262004"]]
    view = lists(course)[0]
    outcome = course.tally(COMPOSITE).outcome["results"]
    totals = {one["candidate"]: (one["rank"], one["total"]) for one in outcome}
    assert [(name.rank, name.composite) for name in view.names] == [totals["20261001"], totals["20261002"]]
    assert (view.state, view.version, view.tally_id) == ("proposed", 1, course.tally(COMPOSITE).id)
    assert course.selection().stage == "composite"
    line = course.facts_of("shortlists.proposed")[-1]
    assert line == {"tally": course.tally(COMPOSITE).id, "names": 6, "left_out": 0}


def test_names_are_proposed_from_a_published_ranking_only(database: Database, acts: Acts) -> None:
    course = make_course(database, acts).enter().seat().hear().film()
    course.accept(COMPOSITE)
    with pytest.raises(Refusal, match="stands at “Interview”"):
        course.run(actions.propose_shortlists, CLERK)
    assert lists(course) == []


def test_only_the_tally_clerk_proposes(ranked: Course) -> None:
    only(ranked, {Duty.TALLY_CLERK}, actions.propose_shortlists)
    assert lists(ranked) == []


def test_who_left_since_is_left_out_and_nobody_moves_up(ranked: Course) -> None:
    ranked.leave("20261001", DISQUALIFIED)
    assert ranked.run(actions.propose_shortlists, CLERK) == 1
    assert numbers(ranked) == [["20261002"]]
    assert ranked.facts_of("shortlists.proposed")[-1]["left_out"] == 1


def test_the_same_names_are_proposed_once_and_others_are_the_next_version(proposed: Course) -> None:
    with pytest.raises(Refusal, match="proposed already"):
        proposed.run(actions.propose_shortlists, CLERK)
    proposed.leave("20261002")
    proposed.run(actions.propose_shortlists, CLERK)
    assert (numbers(proposed), lists(proposed)[0].version) == ([["20261001"]], 2)
    names = proposed.read(lambda session: session.exec(select(ShortlistName)).all())
    assert len(names) == 3


# ── confirming ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_hand_confirms_and_opens_the_recordings_of_these_hearings_alone(proposed: Course) -> None:
    assert proposed.read(granted_hearings, proposed.id) == frozenset()
    proposed.run(actions.confirm_shortlists, SECRETARY)
    (view,) = lists(proposed)
    assert (view.state, view.confirmed_by) == ("confirmed", 900 + SECRETARY)
    hearings = {proposed.day.hearing(number).hearing_id for number in (1, 2)}
    assert proposed.read(granted_hearings, proposed.id) == hearings
    assert proposed.selection().stage == "proposed_names"
    acts = [line.act for line in proposed.day.journal()][-4:]
    assert acts == ["recording.viewing_granted"] * 2 + ["shortlists.confirmed", "selection.advanced"]
    assert proposed.facts_of("shortlists.confirmed")[-1] == {"shortlists": [view.id], "names": 2}


def test_the_confirming_hand_is_another_proven_person_on_another_device(proposed: Course) -> None:
    def confirm(actor: Actor) -> None:
        proposed.day.run(actions.confirm_shortlists, actor, proposed.id)

    secretary = proposed.by(SECRETARY)
    with pytest.raises(Refusal, match="another person"):
        confirm(replace(secretary, person_id=900 + CLERK))
    with pytest.raises(Refusal, match="Prove who you are again"):
        confirm(replace(secretary, proof=None))
    with pytest.raises(Refusal, match="Prove who you are again"):
        confirm(replace(secretary, proof=Proof(proposed.day.at - timedelta(minutes=11), secretary.device)))
    with pytest.raises(Refusal, match="another device"):
        confirm(proposed.by(SECRETARY, device=f"device-{CLERK}"))
    assert lists(proposed)[0].state == "proposed"
    assert proposed.read(granted_hearings, proposed.id) == frozenset()


def test_only_the_committees_secretary_confirms(proposed: Course) -> None:
    proposed.denied_but_for(
        {Duty.COMMITTEE_SECRETARY}, lambda who: proposed.day.run(actions.confirm_shortlists, who, proposed.id)
    )


def test_nothing_is_confirmed_that_was_not_proposed(ranked: Course) -> None:
    with pytest.raises(Refusal, match="No names wait"):
        ranked.run(actions.confirm_shortlists, SECRETARY)


def test_a_list_with_somebody_who_left_is_proposed_again_before_it_is_confirmed(proposed: Course) -> None:
    proposed.leave("20261002")
    with pytest.raises(Refusal, match=r"withdrawn or were disqualified since: .*20261002"):
        proposed.run(actions.confirm_shortlists, SECRETARY)
    proposed.run(actions.propose_shortlists, CLERK)
    proposed.run(actions.confirm_shortlists, SECRETARY)
    assert numbers(proposed) == [["20261001"]]
    assert proposed.read(granted_hearings, proposed.id) == {proposed.day.hearing(1).hearing_id}


# ── publishing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_names_are_published_by_ticket_number_and_the_result_with_them(confirmed: Course) -> None:
    publication = confirmed.run(actions.publish_shortlists, APPROVER)
    assert publication.kind == PublicationKind.PROPOSED_NAMES
    (post,) = publication.content["posts"]
    assert (post["post"], post["places"], post["tally"]) == ("01", 1, confirmed.tally(COMPOSITE).id)
    assert post["names"] == [
        {"ticket": name.ticket_number, "rank": name.rank, "total": name.composite} for name in lists(confirmed)[0].names
    ]
    assert "考生" not in json.dumps(publication.content, ensure_ascii=False)
    assert confirmed.selection().stage == "published"
    events = [event.event for event in confirmed.read(retention_events, confirmed.id)]
    assert events == ["interview_ended", "result_published"]
    with pytest.raises(Refusal, match="stands at “Result published”"):
        confirmed.run(actions.publish_shortlists, APPROVER)


def test_names_are_published_once_two_hands_have_confirmed_them(proposed: Course) -> None:
    with pytest.raises(Refusal, match="stands at “Composite score”"):
        proposed.run(actions.publish_shortlists, APPROVER)
    kinds = {one.kind for one in proposed.read(publications, proposed.id)}
    assert PublicationKind.PROPOSED_NAMES not in kinds


def test_only_who_publishes_results_publishes_names(confirmed: Course) -> None:
    confirmed.denied_but_for(
        {Duty.SELECTION_APPROVER, Duty.TALLY_CHECKER},
        lambda who: confirmed.day.run(actions.publish_shortlists, who, confirmed.id),
    )


def test_who_was_disqualified_after_the_confirmation_is_not_published(confirmed: Course) -> None:
    confirmed.leave("20261001", DISQUALIFIED)
    publication = confirmed.run(actions.publish_shortlists, APPROVER)
    assert [name["ticket"] for name in publication.content["posts"][0]["names"]] == ["20261002"]


# ── the reserve pool ─────────────────────────────────────────────────────────────────────────────────────────────────


def entries(course: Course, today: date = LATER) -> list[tuple[str, int, int, bool]]:
    """The pool: ticket number, order of merit, rank, whether it is valid on a day."""
    return [
        (line.ticket_number, line.entry.reason["order"], line.entry.rank, line.valid)
        for line in course.read(pool, (course.id,), today)
    ]


def test_the_best_who_were_not_proposed_enter_with_their_rank_and_their_last_day(published: Course) -> None:
    assert published.run(actions.fill_reserve, SECRETARY) == 2
    assert entries(published) == [("20261003", 1, 3, True), ("20261004", 2, 4, True)]
    line = published.read(pool, (published.id,), LATER)[0]
    outcome = {one["candidate"]: one for one in published.tally(COMPOSITE).outcome["results"]}
    assert line.entry.composite == outcome["20261003"]["total"]
    assert line.entry.valid_until == date(2027, 10, 18)
    assert line.entry.tally_id == published.tally(COMPOSITE).id
    assert published.selection().stage == "reserve"
    assert published.facts_of("pool.filled")[-1] == {"tally": published.tally(COMPOSITE).id, "entries": 2}


def test_an_entry_is_valid_on_its_last_day_and_no_longer(published: Course) -> None:
    published.run(actions.fill_reserve, SECRETARY)
    last = date(2027, 10, 18)
    assert {valid for *_, valid in entries(published, last)} == {True}
    assert {valid for *_, valid in entries(published, last + timedelta(days=1))} == {False}


def test_the_pool_is_filled_once(published: Course) -> None:
    published.run(actions.fill_reserve, SECRETARY)
    with pytest.raises(Refusal, match="filled already"):
        published.run(actions.fill_reserve, SECRETARY)
    assert len(entries(published)) == 2


def test_the_pool_is_filled_after_the_result_is_published(confirmed: Course) -> None:
    with pytest.raises(Refusal, match="stands at “Proposed names”"):
        confirmed.run(actions.fill_reserve, SECRETARY)


def test_only_the_committees_secretary_fills_the_pool(published: Course) -> None:
    published.denied_but_for(
        {Duty.COMMITTEE_SECRETARY}, lambda who: published.day.run(actions.fill_reserve, who, published.id)
    )


def test_who_has_left_does_not_enter_the_pool_and_the_next_one_does(database: Database, acts: Acts) -> None:
    course = make_course(database, acts, scheme=SCHEME.replace("per_place = 4", "per_place = 5")).rank()
    course.run(actions.propose_shortlists, CLERK)
    course.run(actions.confirm_shortlists, SECRETARY)
    course.run(actions.publish_shortlists, APPROVER)
    course.leave("20261003", DISQUALIFIED)
    course.leave("20261002")
    course.run(actions.fill_reserve, SECRETARY)
    assert [(ticket, order) for ticket, order, *_ in entries(course)] == [("20261004", 1), ("20261005", 2)]


def test_who_is_below_a_pass_mark_does_not_enter_the_pool(database: Database, acts: Acts) -> None:
    def totals(place: int, seat: int) -> str:
        return "59.5" if place == 3 else usual_totals(place, seat)

    course = make_course(database, acts).rank(totals)
    results = {one["candidate"]: one for one in course.tally(COMPOSITE).outcome["results"]}
    assert (results["20261003"]["rank"], results["20261003"]["entered"]) == (4, False)
    for act, number in (
        (actions.propose_shortlists, CLERK),
        (actions.confirm_shortlists, SECRETARY),
        (actions.publish_shortlists, APPROVER),
        (actions.fill_reserve, SECRETARY),
    ):
        course.run(act, number)
    assert [ticket for ticket, *_ in entries(course)] == ["20261004"]


def test_a_total_whose_decimals_never_end_enters_the_pool_exactly(database: Database, acts: Acts) -> None:
    scheme = SCHEME.replace('key = "total"\ndecimals = 2', 'key = "total"').replace(
        "weight = 0.4\ndecimals = 2\npass", 'weight = "1/3"\ndecimals = 2\npass'
    )
    scheme = scheme.replace("weight = 0.6\ndecimals = 2\npass", 'weight = "2/3"\ndecimals = 2\npass')
    scheme = scheme.replace('rule = "top_not_chosen"\ntop = 2', 'rule = "over_mark"\nmark = 85')
    course = make_course(database, acts, scheme=scheme).rank()
    course.run(actions.propose_shortlists, CLERK)
    course.run(actions.confirm_shortlists, SECRETARY)
    course.run(actions.publish_shortlists, APPROVER)
    course.run(actions.fill_reserve, SECRETARY)
    totals = {one["candidate"]: one["total"] for one in course.tally(COMPOSITE).outcome["results"]}
    assert totals["20261003"].endswith("…")
    assert [(line.ticket_number, line.entry.composite) for line in course.read(pool, (course.id,), LATER)] == [
        ("20261003", totals["20261003"])
    ]


def test_a_scheme_without_a_pool_keeps_none(database: Database, acts: Acts) -> None:
    scheme = SCHEME[: SCHEME.index("[reserve]")]
    course = make_course(database, acts, scheme=scheme).rank()
    course.run(actions.propose_shortlists, CLERK)
    course.run(actions.confirm_shortlists, SECRETARY)
    course.run(actions.publish_shortlists, APPROVER)
    with pytest.raises(Refusal, match="keeps no reserve pool"):
        course.run(actions.fill_reserve, SECRETARY)


def test_the_lists_of_one_selection_are_not_those_of_another(database: Database, acts: Acts, proposed: Course) -> None:
    other = make_course(database, acts)
    assert lists(other) == []
    assert other.read(pool, (other.id,), LATER) == []
    assert len(lists(proposed)) == 1
