"""A registration returned for correction: only what was returned may change, within its own deadline."""

from datetime import timedelta
from typing import Any

import pytest

from core.acts import Acts
from core.db import Database
from core.errors import Refusal
from core.people import Actor
from exam import actions, queries
from exam.registration import PaperKind
from exam.tables import RegistrationDraft, RegistrationVersion
from exam.vetting import Decision, VettingVerdict
from tests.exam.road import (
    CLOSED,
    CLOSES,
    FIRST_CANDIDATE,
    FORM,
    INSTANT,
    OPEN,
    PLANNED,
    Road,
    fields_of,
    open_system,
    refusal_of,
)


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(3)
    road.plan()
    road.announce()
    return road


def submit(road: Road, number: int, registration_id: int, version: int = 0, now: Any = OPEN) -> RegistrationVersion:
    candidate = road.candidate(number)
    return road.run(actions.submit_registration, candidate, registration_id, version=version, now=now)


def keep(road: Road, registration_id: int, body: dict[str, Any], *, person: int = 0, now: Any = OPEN) -> None:
    road.acts.keep_sync(actions.keep_draft, registration_id, FIRST_CANDIDATE + person, body, now=now)


def returned(road: Road, remarks: dict[str, str], until: Any = CLOSED) -> int:
    """A registration of candidate 0, returned for correction."""
    registration_id = road.submit(0)
    decision = Decision(VettingVerdict.RETURN, remarks=remarks, correct_until=until)
    road.confirm(road.decide(registration_id, decision))
    return registration_id


def test_only_the_fields_returned_may_be_corrected_and_that_is_a_new_version(road: Road) -> None:
    registration_id = returned(road, {"position": "写明级别"})
    refusal = refusal_of(lambda: keep(road, registration_id, {"unit": "乙单位", "position": "科长（正科级）"}))
    assert fields_of(refusal) == {"unit"}
    keep(road, registration_id, {"unit": FORM["unit"], "position": "科长（正科级）"})
    submit(road, 0, registration_id, version=1)
    with road.database.reading() as session:
        first, second = queries.versions_of(session, registration_id)
    assert first.body["form"] == FORM
    assert second.body["form"] == {**FORM, "position": "科长（正科级）"}
    row = road.row(registration_id)
    assert (row.state, row.version, row.open_fields) == ("submitted", 2, None)


def test_a_stale_draft_does_not_slip_closed_fields_into_a_correction(road: Road) -> None:
    registration_id = road.register(0)
    road.fill(0, registration_id)
    for kind in (PaperKind.PHOTO, PaperKind.EDUCATION):
        road.attach(0, registration_id, kind)
    submit(road, 0, registration_id)
    road.acts.keep_sync(overwrite_draft, registration_id, {**FORM, "unit": "偷改的单位", "position": "改过"}, now=OPEN)
    decision = Decision(VettingVerdict.RETURN, remarks={"position": "写明级别"}, correct_until=CLOSED)
    road.confirm(road.decide(registration_id, decision))
    submit(road, 0, registration_id, version=1)
    with road.database.reading() as session:
        assert queries.versions_of(session, registration_id)[1].body["form"] == {**FORM, "position": "改过"}


def overwrite_draft(session: Any, registration_id: int, body: dict[str, Any], *, now: Any) -> None:
    """Write a draft past every check, as a fault elsewhere might."""
    row = session.get_one(RegistrationDraft, registration_id)
    row.body, row.saved_at = body, now
    session.add(row)


def test_only_the_papers_returned_may_be_changed(road: Road) -> None:
    registration_id = returned(road, {"papers.photo": "看不清，请重拍"})
    road.attach(0, registration_id, PaperKind.PHOTO, "clearer")
    with pytest.raises(Refusal, match="was not returned"):
        road.attach(0, registration_id, PaperKind.EDUCATION, "another")
    with road.database.reading() as session:
        education = next(p for p in queries.standing_papers(session, registration_id) if p.kind == "education")
    with pytest.raises(Refusal, match="was not returned"):
        road.run(actions.remove_paper, road.candidate(0), registration_id, education.id, now=OPEN)
    submit(road, 0, registration_id, version=1)


def test_a_correction_that_leaves_a_condition_unmet_may_ask_for_an_exception(road: Road) -> None:
    registration_id = returned(road, {"birth_date": "与身份证不符"})
    keep(road, registration_id, {"birth_date": "1975-05-01"})
    assert fields_of(refusal_of(lambda: submit(road, 0, registration_id, version=1))) == {"exceptions.1"}
    keep(road, registration_id, {"exceptions": {"1": "申请放宽"}})
    submit(road, 0, registration_id, version=1)


def test_a_correction_has_its_own_deadline_beyond_the_closing_of_registration(road: Road) -> None:
    until = CLOSES + timedelta(days=2)
    registration_id = returned(road, {"position": "写明级别"}, until)
    keep(road, registration_id, {"position": "科长（正科级）"}, now=until - INSTANT)
    with pytest.raises(Refusal, match="closed on"):
        submit(road, 0, registration_id, version=1, now=until)
    submit(road, 0, registration_id, version=1, now=until - INSTANT)
