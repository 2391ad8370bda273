"""Records: a table of one topic entered by one hand, confirmed by another, and what it does to a tally."""

from dataclasses import replace

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor, Duty, Proof
from scoring.actions import decide_record, enter_record, publish_written_results
from scoring.files import grids
from scoring.queries import (
    COMPOSITE,
    ENTRY,
    record_field,
    record_version,
    record_versions,
    scheme_in_force,
    tally_inputs,
)
from scoring.recorded import Entry, read_record, topic_named
from scoring.tables import RecordTable
from tests.exam.road import refusal_of
from tests.interview.day import staff
from tests.scoring.course import APPROVER, Course, make_course
from tests.scoring.schemes import SCHEME

CLERK, CHECKER = 60, 61
RECORDED = (
    SCHEME.replace('key = "written"\nof = "total"\nweight = 0.4', 'key = "written"\nof = "total"\nweight = 0.3')
    .replace("pass_mark = 60\n[[parts]]", 'pass_mark = "recorded"\n[[parts]]', 1)
    .replace(
        "[sheet]",
        """[[parts]]
key = "votes"
name = "民主测评"
of = "total"
weight = 0.1
[ballots.votes]
grades = [{ key = "good", name = "优秀", points = 100 }, { key = "poor", name = "差", points = 0 }]
[[findings]]
key = "veto"
name = "一票否决"
[sheet]""",
    )
)
VOTES = "candidate,element,mark\n" + "".join(f"20261{n:03},good,{20 - n}\n20261{n:03},poor,{n}\n" for n in range(1, 7))
LINE = "mark\n70\n"


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    """Marks are confirmed; the scheme asks for ballots, a pass mark and findings too."""
    return make_course(database, acts, scheme=RECORDED)


def clerk(course: Course) -> Actor:
    return staff(CLERK, course.id, Duty.ENTRY_CLERK)


def checker(course: Course) -> Actor:
    return staff(CHECKER, course.id, Duty.ENTRY_CHECKER, proof=course.day.at)


def read(course: Course, topic: str, text: str) -> Entry:
    """What a file says of a topic. Raises Refusal with every problem."""
    scheme = course.read(scheme_in_force, course.id)
    found = topic_named(scheme, topic)
    assert found is not None
    recorded, problems = read_record(scheme, found, course.read(record_field, course.id), grids("t.csv", text.encode()))
    assert problems == []
    return Entry(recorded, scheme.fingerprint, "file", "t.csv", "0" * 64)


def enter(course: Course, topic: str, text: str, reason: str = "") -> int:
    found: int = course.day.run(enter_record, clerk(course), course.id, topic, read(course, topic, text), reason)
    return found


def row_of(course: Course, topic: str, version: int) -> RecordTable:
    found: RecordTable = course.read(record_version, course.id, topic, version)
    return found


def decide(course: Course, topic: str, version: int, answer: str = "", *, agree: bool = True) -> None:
    digest = row_of(course, topic, version).sha256
    course.day.run(decide_record, checker(course), course.id, topic, version, digest, answer, agree=agree)


def record(course: Course, topic: str, text: str, reason: str = "") -> None:
    """Both hands."""
    decide(course, topic, enter(course, topic, text, reason))


def states(course: Course, topic: str) -> list[str]:
    return [one.state for one in course.read(record_versions, course.id)[topic]]


def test_a_table_is_entered_by_one_hand_and_confirmed_by_another(course: Course) -> None:
    assert enter(course, "part:votes", VOTES) == 1
    row = row_of(course, "part:votes", 1)
    assert (row.state, row.proposed_by) == ("proposed", clerk(course).person_id)
    assert row.columns == ["candidate", "part", "element", "mark"]
    assert row.rows[0] == ["20261001", "votes", "good", "19"]
    decide(course, "part:votes", 1)
    assert states(course, "part:votes") == ["confirmed"]
    (entered,), (confirmed,) = course.facts_of("records.entered"), course.facts_of("records.confirmed")
    assert (entered["topic"], entered["rows"], entered["sha256"]) == ("part:votes", 12, row.sha256)
    assert confirmed == {"record": row.id, "topic": "part:votes", "version": 1, "sha256": row.sha256}


def test_only_confirmed_records_reach_the_tally_and_open_ones_hold_it_up(course: Course) -> None:
    course.run(publish_written_results, APPROVER)
    assert "Records that are not entered yet" in str(refusal_of(lambda: course.facts(ENTRY)))
    enter(course, "pass_mark:written", LINE)
    assert "Records that wait to be confirmed" in str(refusal_of(lambda: course.facts(ENTRY)))
    decide(course, "pass_mark:written", 1)
    course.accept(ENTRY)
    first = course.tally(ENTRY).outcome["results"]
    assert [one["candidate"] for one in first if one["entered"]] == ["20261001", "20261002", "20261003", "20261004"]
    record(course, "pass_mark:written", "mark\n85\n", "分数线调整")
    course.accept(ENTRY)
    second = course.tally(ENTRY).outcome["results"]
    assert [one["candidate"] for one in second if one["entered"]] == ["20261001", "20261002"]
    enter(course, "findings", "candidate,kind\n20261001,veto\n")
    assert "Records that wait" in str(refusal_of(lambda: course.publish(ENTRY)))


def test_ballots_and_findings_are_computed_and_explained(course: Course) -> None:
    record(course, "pass_mark:written", LINE)
    record(course, "findings", "candidate,kind,authority\n20261002,veto,纪检监察机关\n")
    course.enter().seat().hear().film()
    assert "Records that are not entered yet" in str(refusal_of(lambda: course.facts(COMPOSITE)))
    record(course, "part:votes", VOTES)
    course.accept(COMPOSITE)
    outcome = course.tally(COMPOSITE).outcome
    first = next(one for one in outcome["results"] if one["candidate"] == "20261001")
    assert first["parts"]["votes"]["value"] == "95"
    assert any(step["kind"] == "ballots" for step in first["steps"])
    barred = next(one for one in outcome["results"] if one["candidate"] == "20261002")
    assert barred["reasons"][0]["because"] == "veto"
    assert barred["reasons"][0]["basis"] == ["纪检监察机关"]
    course.publish(COMPOSITE)


def test_nothing_confirmed_is_overwritten_and_a_new_version_needs_a_reason(course: Course) -> None:
    record(course, "part:votes", VOTES)
    changed = VOTES.replace("20261001,good,19", "20261001,good,18")
    with pytest.raises(Refusal, match="needs a reason"):
        enter(course, "part:votes", changed)
    with pytest.raises(Refusal, match="says the same as version 1"):
        enter(course, "part:votes", VOTES, "再录")
    assert enter(course, "part:votes", changed, "计票更正") == 2
    votes = next(
        one.ballots["votes"] for one in course.read(tally_inputs, course.id, COMPOSITE).candidates if one.ballots
    )
    assert votes[0].votes["good"] == 19
    decide(course, "part:votes", 2)
    assert states(course, "part:votes") == ["confirmed", "replaced"]
    assert row_of(course, "part:votes", 1).rows[0][-1] == "19"


def test_what_waits_gives_way_and_what_is_sent_back_has_a_reason(course: Course) -> None:
    enter(course, "part:votes", VOTES)
    enter(course, "part:votes", VOTES.replace("good,19", "good,18"))
    assert states(course, "part:votes") == ["proposed", "replaced"]
    with pytest.raises(Refusal, match="do not wait"):
        decide(course, "part:votes", 1)
    with pytest.raises(Refusal, match="Write the reason"):
        decide(course, "part:votes", 2, agree=False)
    decide(course, "part:votes", 2, "第一行与票单不符", agree=False)
    assert row_of(course, "part:votes", 2).answer == "第一行与票单不符"
    assert states(course, "part:votes") == ["declined", "replaced"]


def test_the_second_hand_is_another_proven_person_who_saw_this_table(course: Course) -> None:
    enter(course, "part:votes", VOTES)
    digest = row_of(course, "part:votes", 1).sha256

    def decided_by(who: Actor, sha256: str = digest) -> None:
        course.day.run(decide_record, who, course.id, "part:votes", 1, sha256, agree=True)

    same = staff(CLERK, course.id, Duty.ENTRY_CHECKER, proof=course.day.at)
    with pytest.raises(Refusal, match="another person"):
        decided_by(same)
    with pytest.raises(Refusal, match="Prove who you are again"):
        decided_by(replace(checker(course), proof=None))
    first = row_of(course, "part:votes", 1).proposed_device
    with pytest.raises(Refusal, match="another device"):
        decided_by(replace(checker(course), device=first, proof=Proof(course.day.at, first)))
    with pytest.raises(Refusal, match="not the records you were shown"):
        decided_by(checker(course), "0" * 64)
    with pytest.raises(Denied):
        decided_by(clerk(course))
    course.denied_but_for(
        {Duty.ENTRY_CLERK},
        lambda who: course.day.run(enter_record, who, course.id, "part:votes", read(course, "part:votes", VOTES)),
    )


def test_a_table_read_by_other_rules_or_of_no_topic_is_refused(course: Course) -> None:
    entry = read(course, "part:votes", VOTES)
    with pytest.raises(Refusal, match="rules have changed"):
        course.day.run(enter_record, clerk(course), course.id, "part:votes", replace(entry, scheme="0" * 64))
    with pytest.raises(Refusal, match="no such records"):
        course.day.run(enter_record, clerk(course), course.id, "part:common", entry)


def test_after_the_composite_nothing_is_recorded(course: Course) -> None:
    record(course, "pass_mark:written", LINE)
    record(course, "part:votes", VOTES)
    course.rank()
    with pytest.raises(Refusal, match="stands at “Composite score”"):
        enter(course, "findings", "candidate,kind\n20261001,veto\n")
