"""Results are published: written marks, and tallies by a second hand, as long as nothing has changed since."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from core.acts import Acts
from core.canonical import fingerprint
from core.days import local_date
from core.db import Database
from core.errors import Refusal, Stale
from core.people import Actor, Duty
from exam.candidacy import CandidacyEventKind
from exam.plan import PublicationKind
from exam.queries import publications
from exam.tables import WrittenMark
from interview.tables import Admission
from scoring import actions
from scoring.queries import COMPOSITE, ENTRY, newest_tally
from tests.exam.road import refusal_of
from tests.interview.day import in_rows, staff
from tests.scoring.course import (
    APPROVER,
    CHECKER,
    CLERK,
    Course,
    make_course,
    usual_marks,
)
from tests.scoring.schemes import SCHEME


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Marks are confirmed."""
    return make_course(database, acts)


@pytest.fixture
def written(course: Course) -> Course:
    """The written results are published."""
    course.run(actions.publish_written_results, APPROVER)
    return course


@pytest.fixture
def heard(course: Course) -> Course:
    """All hearings are sealed and filmed."""
    return course.enter().seat().hear().film()


# ── written results ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_written_results_are_published_by_ticket_number_with_states_that_are_no_zeros(
    database: Database, acts: Acts
) -> None:
    course = make_course(database, acts, marks=lambda place: (None, "80.25") if place == 2 else usual_marks(place))
    day = course.day.at.date() + timedelta(days=3)
    publication = course.run(actions.publish_written_results, APPROVER, objections_until=day)
    assert (publication.kind, publication.number, publication.objections_until) == ("written_results", 1, day)
    assert publication.content["rows"][1] == {
        "ticket": "20261002",
        "post": "01",
        "marks": {
            "common": {"state": "absent", "mark": None},
            "professional": {"state": "present", "mark": "80.25"},
        },
    }
    assert [row["ticket"] for row in publication.content["rows"]] == course.tickets
    assert "考生" not in json.dumps(publication.content, ensure_ascii=False)
    assert course.selection().stage == "written_results"
    assert course.facts_of("selection.advanced") == [{"before": "written_exam", "stage": "written_results"}]


def test_marks_are_published_once_confirmed_and_once_only(course: Course) -> None:
    def unconfirm(session: Session) -> None:
        for mark in session.exec(select(WrittenMark)):
            session.delete(mark)

    course.run(actions.publish_written_results, APPROVER)
    with pytest.raises(Refusal, match=r"Nothing has been corrected since No\. 1"):
        course.run(actions.publish_written_results, APPROVER)
    other = make_course(course.day.database, course.day.acts)
    in_rows(course.day.database, unconfirm)
    with pytest.raises(Refusal, match="not confirmed yet"):
        other.run(actions.publish_written_results, APPROVER)


def test_only_who_publishes_results_publishes_marks(course: Course) -> None:
    publishers = {Duty.SELECTION_APPROVER, Duty.TALLY_CHECKER}
    course.denied_but_for(publishers, lambda who: course.day.run(actions.publish_written_results, who, course.id))
    assert course.read(publications, course.id) == []


def test_a_day_for_objections_that_has_passed_is_refused_with_the_rest(course: Course) -> None:
    gone = course.day.at.date() - timedelta(days=1)
    refusal = refusal_of(lambda: course.run(actions.publish_written_results, APPROVER, objections_until=gone))
    assert [one.field for one in refusal.problems] == ["objections_until"]


# ── publishing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_published_snapshot_is_the_outcome_without_steps_under_the_digest_of_the_whole(heard: Course) -> None:
    heard.accept(COMPOSITE)
    publication = heard.publish(COMPOSITE)
    row = heard.tally(COMPOSITE)
    assert publication.content["tally"] == {
        "id": row.id,
        "version": 1,
        "scheme": row.scheme_sha256,
        "inputs": row.input_sha256,
        "outcome": fingerprint(row.outcome),
    }
    assert all(one.get("steps") is not None for one in row.outcome["results"])
    assert '"steps": [{"at"' not in json.dumps(publication.content)
    shown = [{key: value for key, value in one.items() if key != "steps"} for one in row.outcome["results"]]
    assert publication.content["outcome"] == {**row.outcome, "results": shown}
    assert row.publication_id == publication.id
    assert publication.sha256 == fingerprint(publication.content)
    assert heard.selection().stage == "composite"
    assert heard.facts_of("tally.published")[-1] == {
        "tally": row.id,
        "kind": COMPOSITE,
        "version": 1,
        "publication": publication.id,
    }


def test_publishing_the_entry_list_admits_exactly_those_who_enter(database: Database, acts: Acts) -> None:
    def marks(place: int) -> tuple[str | None, str | None]:
        return {3: ("50", "50"), 5: usual_marks(4)}.get(place, usual_marks(place))

    course = make_course(database, acts, marks=marks)
    course.run(actions.publish_written_results, APPROVER)
    course.accept(ENTRY)
    publication = course.publish(ENTRY)
    names = {value: key for key, value in course.day.candidacies.items()}
    admitted = course.read(lambda session: session.exec(select(Admission)).all())
    # the third is below the pass mark, the fourth and fifth are equal: four places, and nobody else
    assert [names[one.candidacy_id] for one in admitted] == ["20261001", "20261002", "20261004", "20261005"]
    assert {one.publication_id for one in admitted} == {publication.id}
    assert (publication.kind, course.selection().stage) == (PublicationKind.INTERVIEW_ENTRY, "interview_entry")
    assert course.facts_of("interview.admitted") == [{"publication": publication.id, "count": 4}]


def test_equal_ones_at_the_line_are_all_admitted(database: Database, acts: Acts) -> None:
    course = make_course(database, acts, marks=lambda place: usual_marks(min(place, 4)))
    course.run(actions.publish_written_results, APPROVER)
    course.accept(ENTRY)
    course.publish(ENTRY)
    assert len(course.read(lambda session: session.exec(select(Admission)).all())) == 6


def test_the_second_hand_is_another_proven_person_on_another_device(written: Course) -> None:
    written.accept(ENTRY)
    checker = {written.id: frozenset({Duty.TALLY_CHECKER})}

    def publish(actor: Actor) -> None:
        written.day.run(actions.publish_tally, actor, written.id, ENTRY, 1)

    with pytest.raises(Refusal, match="another person"):
        publish(Actor("account:20", 20, 900 + CLERK, 0, "elsewhere", checker, written.by(CHECKER).proof))
    with pytest.raises(Refusal, match="Prove who you are again"):
        publish(staff(CHECKER, written.id, Duty.TALLY_CHECKER))
    with pytest.raises(Refusal, match="another device"):
        publish(written.by(CHECKER, device=f"device-{CLERK}"))
    assert written.selection().stage == "written_results"
    publish(written.by(CHECKER))


def test_only_who_publishes_results_publishes_a_tally(written: Course) -> None:
    written.accept(ENTRY)
    publishers = {Duty.SELECTION_APPROVER, Duty.TALLY_CHECKER}
    written.denied_but_for(publishers, lambda who: written.day.run(actions.publish_tally, who, written.id, ENTRY, 1))
    assert written.tally(ENTRY).publication_id is None


def test_only_the_newest_version_that_waits_is_published(written: Course) -> None:
    with pytest.raises(Refusal, match="no such result"):
        written.run(actions.publish_tally, CHECKER, ENTRY, 1)
    written.accept(ENTRY)
    written.leave("20261006")
    written.accept(ENTRY)
    with pytest.raises(Refusal, match="no such result"):
        written.run(actions.publish_tally, CHECKER, ENTRY, 1)
    written.run(actions.publish_tally, CHECKER, ENTRY, 2)
    with pytest.raises(Refusal, match="no such result"):
        written.run(actions.publish_tally, CHECKER, ENTRY, 2)


def test_nobody_who_left_after_the_tally_is_admitted_by_it(written: Course) -> None:
    written.accept(ENTRY)
    written.leave("20261001", CandidacyEventKind.DISQUALIFIED)
    with pytest.raises(Stale, match="compute it again"):
        written.publish(ENTRY)
    assert written.read(lambda session: session.exec(select(Admission)).all()) == []
    written.accept(ENTRY)
    written.publish(ENTRY)
    rows = written.read(lambda session: session.exec(select(Admission)).all())
    assert written.day.candidacies["20261001"] not in {row.candidacy_id for row in rows}


def test_a_tally_under_rules_that_were_replaced_is_not_published(written: Course) -> None:
    written.accept(ENTRY)
    written.freeze_anew("per_place = 4", "per_place = 3")
    with pytest.raises(Stale, match="compute it again"):
        written.publish(ENTRY)
    assert written.selection().stage == "written_results"


def test_nothing_is_published_while_a_place_waits_for_a_record(database: Database, acts: Acts) -> None:
    scheme = SCHEME.replace("per_place = 4", 'per_place = 4\nequal = "wait"\nties = ["lot"]')
    course = make_course(database, acts, scheme=scheme, marks=lambda place: usual_marks(4 if place > 3 else place))
    course.run(actions.publish_written_results, APPROVER)
    course.accept(ENTRY)
    refusal = refusal_of(lambda: course.publish(ENTRY))
    assert refusal.sentence.startswith("The rules do not yet say which of these equal candidates goes on")
    assert refusal.facts["numbers"] == ["20261004", "20261005", "20261006"]


def test_objections_are_taken_from_the_day_of_publication_on(heard: Course) -> None:
    heard.accept(COMPOSITE)
    today = local_date(heard.day.at)
    with pytest.raises(Refusal, match="has passed already"):
        heard.publish(COMPOSITE, objections_until=today - timedelta(days=1))
    assert heard.publish(COMPOSITE, objections_until=today).objections_until == today


def test_the_journal_of_a_whole_result_holds_no_name_and_no_mark(heard: Course) -> None:
    heard.accept(COMPOSITE)
    heard.publish(COMPOSITE)
    written = [line for line in heard.day.journal() if line.act.startswith(("tally.", "publication."))]
    assert len(written) == 7
    for line in written:
        assert "考生" not in line.body
        assert all(ticket not in line.body for ticket in heard.tickets)
        facts = json.loads(line.body)[-1]
        assert not [value for value in facts.values() if isinstance(value, (float, Decimal))]


def test_there_is_no_tally_of_a_kind_before_one_was_kept(course: Course) -> None:
    assert course.read(newest_tally, course.id, ENTRY) is None
