"""A tally computed in a child process, the documents it hands over, and what the accepting act looks at."""

from core.acts import Acts
from core.canonical import Sealed, canonical, fingerprint
from core.db import Database
from exam.queries import in_force
from scoring import actions, computing
from scoring.queries import COMPOSITE, ENTRY, tally_inputs
from scoring.snapshot import inputs_document
from tests.scoring.course import CLERK, Course, make_course


def entered(database: Database, acts: Acts) -> Course:
    return make_course(database, acts).enter().seat().hear().film()


def test_a_child_computes_what_is_computed_here(database: Database, acts: Acts) -> None:
    course = entered(database, acts)
    frozen = course.read(in_force, course.id)
    inputs = Sealed.of(inputs_document(course.read(tally_inputs, course.id, COMPOSITE)))
    there = computing._in_child(frozen.canonical, inputs, COMPOSITE)
    assert there is not None
    here = course.facts(COMPOSITE)["outcome"]
    assert (there, there.text, there.sha256) == (here, here.text, here.sha256)


def test_a_child_that_must_refuse_leaves_the_telling_to_us(database: Database, acts: Acts) -> None:
    course = entered(database, acts)
    frozen = course.read(in_force, course.id)
    inputs = inputs_document(course.read(tally_inputs, course.id, COMPOSITE))
    inputs["candidates"][0]["marks"]["common"] = "1000"
    assert computing._in_child(frozen.canonical, Sealed.of(inputs), COMPOSITE) is None


def test_the_act_takes_the_documents_as_they_were_sealed(database: Database, acts: Acts) -> None:
    course = entered(database, acts)
    facts = course.facts(COMPOSITE)
    course.run(actions.accept_tally, CLERK, COMPOSITE, **facts)
    row = course.tally(COMPOSITE)
    assert canonical(row.outcome) == canonical({**facts["outcome"]})
    assert row.outcome_sha256 == fingerprint(row.outcome) == facts["outcome"].sha256


def test_a_line_of_the_journal_after_the_reading_makes_the_act_look_again(database: Database, acts: Acts) -> None:
    """An act of the selection that changes no input is looked into and found harmless; one that does is not."""
    course = make_course(database, acts)
    course.run(actions.publish_written_results, 23)
    facts = course.facts(ENTRY)
    assert facts["seen"] > 0
    assert course.run(actions.accept_tally, CLERK, ENTRY, **facts | {"seen": facts["seen"] - 1}) == 1
    assert computing.still_stands(database, course.id, ENTRY, facts["scheme_sha256"], facts["input_sha256"])
    course.leave("20261003")
    assert not computing.still_stands(database, course.id, ENTRY, facts["scheme_sha256"], facts["input_sha256"])
