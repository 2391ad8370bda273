"""A candidate's own acts, to the instant at which registration opens and closes."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from core.acts import Acts
from core.canonical import fingerprint
from core.db import Database
from core.errors import Denied, Refusal, Stale
from core.files import Saved
from core.people import Actor, Duty
from core.tables import StoredFile
from exam import actions, queries
from exam.actions.registering import REFERENCE_LETTERS
from exam.eligibility import Outcome
from exam.registration import PaperKind
from exam.tables import Registration, RegistrationDraft, RegistrationPaper, RegistrationVersion
from tests.exam.road import (
    CLOSED,
    CLOSES,
    EDITOR,
    FIRST_CANDIDATE,
    FORM,
    INSTANT,
    OPEN,
    OPENS,
    PLAN,
    PLANNED,
    VETTER,
    Road,
    fields_of,
    open_system,
    picture,
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


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("now", [OPENS, CLOSES - INSTANT])
def test_registration_is_open_from_its_first_instant_to_just_before_its_last(road: Road, now: Any) -> None:
    row = road.row(road.register(0, now=now))
    assert (row.state, row.version, row.started_at) == ("draft", 0, now)


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (OPENS - INSTANT, "This opens on {opens}."),
        (CLOSES, "This closed on {closes}."),
        (CLOSED, "This closed on {closes}."),
    ],
)
def test_nobody_registers_outside_the_window(road: Road, now: Any, sentence: str) -> None:
    assert refusal_of(lambda: road.register(0, now=now)).sentence == sentence
    with road.database.reading() as session:
        assert session.exec(select(Registration)).all() == []
    assert road.journal("registration.started") == []


def test_a_reference_is_ten_signs_that_are_not_mistaken_for_one_another(road: Road) -> None:
    references = {road.row(road.register(number)).reference for number in range(3)}
    assert len(references) == 3
    assert all(len(one) == 10 and set(one) <= set(REFERENCE_LETTERS) for one in references)
    assert not set("01ILOU") & set(REFERENCE_LETTERS)


def test_one_person_registers_for_one_post(road: Road) -> None:
    registration_id = road.register(0)
    refusal = refusal_of(lambda: road.register(0, post=1))
    assert refusal.status == 409
    assert refusal.facts["reference"] == road.row(registration_id).reference


def test_a_plan_that_is_not_announced_is_as_good_as_unknown(road: Road) -> None:
    hidden = Road(road.acts, road.database)
    hidden.plan(replace(PLAN, code="LC-2027"))
    unannounced = refusal_of(lambda: hidden.register(0))
    unknown = refusal_of(lambda: road.run(actions.start_registration, road.candidate(0), 9999, road.posts[0], now=OPEN))
    assert (unannounced.sentence, unannounced.status) == (unknown.sentence, unknown.status)


def test_a_post_of_another_selection_cannot_be_chosen(road: Road) -> None:
    with pytest.raises(Refusal, match="no such post"):
        road.run(actions.start_registration, road.candidate(0), road.selection_id, 9999, now=OPEN)


def test_who_holds_a_duty_in_the_selection_is_no_candidate_in_it(road: Road) -> None:
    with pytest.raises(Refusal, match="You hold a duty"):
        road.run(actions.start_registration, road.staff(VETTER), road.selection_id, road.posts[0], now=OPEN)
    elsewhere = Actor("account:1001", 1001, 1001, duties={99: frozenset({Duty.VETTER})})
    road.run(actions.start_registration, elsewhere, road.selection_id, road.posts[0], now=OPEN)


def test_a_visitor_cannot_register(road: Road) -> None:
    with pytest.raises(Denied):
        road.run(actions.start_registration, Actor("visitor"), road.selection_id, road.posts[0], now=OPEN)


def test_two_people_who_claim_one_identity_both_register_and_learn_nothing_of_each_other(
    acts: Acts, database: Database
) -> None:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(2, identity_hash="hmac.same")
    road.plan()
    road.announce()
    assert {road.row(road.submit(number)).state for number in range(2)} == {"submitted"}


def test_no_exception_is_asked_from_a_strict_condition(acts: Acts, database: Database) -> None:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(1)
    road.plan()
    strict = {"kind": "age", "maximum": 30, "strict": True}
    road.run(actions.add_condition, road.staff(EDITOR), road.selection_id, strict, None, now=PLANNED)
    road.announce()
    refusal = refusal_of(lambda: road.submit(0, exceptions={"4": "请求破格"}))
    assert fields_of(refusal) == {"exceptions.4"}
    assert "no exception can be granted" in refusal.sentence


# ── filling in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def kept(road: Road, registration_id: int) -> dict[str, Any]:
    with road.database.reading() as session:
        body: dict[str, Any] = session.get_one(RegistrationDraft, registration_id).body
        return body


def keep(road: Road, registration_id: int, body: dict[str, Any], *, person: int = 0, now: Any = OPEN) -> None:
    road.acts.keep_sync(actions.keep_draft, registration_id, FIRST_CANDIDATE + person, body, now=now)


def test_a_draft_keeps_what_was_typed_field_by_field_without_a_journal_line(road: Road) -> None:
    registration_id = road.register(0)
    before = len(road.journal())
    keep(road, registration_id, {"unit": "甲单位", "position": "科长"})
    keep(road, registration_id, {"position": "副科长"})
    assert kept(road, registration_id) == {"unit": "甲单位", "position": "副科长"}
    assert len(road.journal()) == before


def test_a_draft_of_somebody_else_is_out_of_reach(road: Road) -> None:
    registration_id = road.register(0)
    with pytest.raises(Denied):
        keep(road, registration_id, {"unit": "甲单位"}, person=1)
    with pytest.raises(Denied):
        keep(road, 9999, {"unit": "甲单位"}, person=1)


def test_a_draft_is_refused_after_closing_unknown_fields_and_too_much_text(road: Road) -> None:
    registration_id = road.register(0)
    keep(road, registration_id, {"unit": "甲单位"}, now=CLOSES - INSTANT)
    with pytest.raises(Refusal, match="closed on"):
        keep(road, registration_id, {"unit": "乙单位"}, now=CLOSES)
    assert fields_of(refusal_of(lambda: keep(road, registration_id, {"rank": 1, "score": 2}))) == {"rank", "score"}
    assert refusal_of(lambda: keep(road, registration_id, {"awards": "字" * 200_001})).status == 413
    assert kept(road, registration_id) == {"unit": "甲单位"}


def test_a_new_photo_takes_the_place_of_the_old_whose_row_stays(road: Road) -> None:
    registration_id = road.register(0)
    old = road.attach(0, registration_id, PaperKind.PHOTO, "old")
    new = road.attach(0, registration_id, PaperKind.PHOTO, "new")
    with road.database.reading() as session:
        assert [paper.id for paper in queries.standing_papers(session, registration_id)] == [new]
        assert session.get_one(RegistrationPaper, old).removed_at == OPEN
        assert session.get_one(StoredFile, picture("new").sha256).media_type == "image/jpeg"
    assert len(road.journal("paper.attached")) == 2


def test_papers_are_pictures_or_pdf_at_most_ten_of_a_kind_and_none_twice(road: Road) -> None:
    registration_id = road.register(0)
    candidate = road.candidate(0)

    def attach(kind: PaperKind, saved: Saved) -> int:
        return road.run(actions.attach_paper, candidate, registration_id, kind, saved, "件", now=OPEN)

    pdf = Saved("a" * 64, 10, "application/pdf")
    attach(PaperKind.OTHER, pdf)
    for kind, saved in ((PaperKind.PHOTO, pdf), (PaperKind.OTHER, Saved("b" * 64, 10, "video/mp4"))):
        with pytest.raises(Refusal, match="A photo is a picture"):
            attach(kind, saved)
    with pytest.raises(Refusal, match="already attached"):
        attach(PaperKind.OTHER, pdf)
    for number in range(9):
        attach(PaperKind.OTHER, picture(f"other {number}"))
    with pytest.raises(Refusal, match="already 10 files"):
        attach(PaperKind.OTHER, picture("one too many"))
    attach(PaperKind.EDUCATION, pdf)


def test_a_paper_is_removed_by_its_owner_once(road: Road) -> None:
    registration_id = road.register(0)
    paper_id = road.attach(0, registration_id, PaperKind.EDUCATION)
    other_id = road.register(1)
    with pytest.raises(Denied):
        road.run(actions.remove_paper, road.candidate(1), registration_id, paper_id, now=OPEN)
    with pytest.raises(Refusal, match="not attached any more"):
        road.run(actions.remove_paper, road.candidate(1), other_id, paper_id, now=OPEN)
    with pytest.raises(Refusal, match="closed on"):
        road.run(actions.remove_paper, road.candidate(0), registration_id, paper_id, now=CLOSES)
    road.run(actions.remove_paper, road.candidate(0), registration_id, paper_id, now=OPEN)
    with pytest.raises(Refusal, match="not attached any more"):
        road.run(actions.remove_paper, road.candidate(0), registration_id, paper_id, now=OPEN)


# ── submitting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_submitted_is_kept_with_its_verdicts_and_its_digest_can_be_taken_again(road: Road) -> None:
    registration_id = road.submit(0)
    with road.database.reading() as session:
        (version,) = queries.versions_of(session, registration_id)
        page = queries.registration_page(session, registration_id)
    assert version.body["form"] == FORM
    assert [paper["kind"] for paper in version.body["papers"]] == ["photo", "education"]
    assert fingerprint(version.body) == version.sha256
    assert version.verdicts == [{"number": number, "outcome": "met"} for number in ("1", "2", "3")]
    assert page is not None
    assert [verdict.outcome for verdict in page.verdicts] == [Outcome.MET] * 3
    row = road.row(registration_id)
    assert (row.state, row.version, row.submitted_at, row.unit, row.doubts) == (
        "submitted",
        1,
        OPEN,
        "示例区水利局",
        0,
    )
    (line,) = road.journal("registration.submitted")
    assert version.sha256 in line.body
    assert "示例" not in line.body


def test_an_empty_form_is_refused_with_everything_that_is_missing(road: Road) -> None:
    registration_id = road.register(0)
    refusal = refusal_of(lambda: submit(road, 0, registration_id))
    assert fields_of(refusal) == {
        "sex", "ethnicity", "unit", "position", "birth_date", "education", "posts", "political_status", "pledge",
        "papers.photo", "papers.education",
    }  # fmt: skip
    assert road.row(registration_id).state == "draft"
    with road.database.reading() as session:
        assert queries.versions_of(session, registration_id) == []
        assert queries.look_through(session, registration_id, OPEN).problems == refusal.problems


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"sex": "x", "work_began": "2009"}, {"sex", "work_began"}),
        ({"unit": "字" * 201, "awards": 5}, {"unit", "awards"}),
        ({"pledge": "yes"}, {"pledge"}),
        ({"birth_date": "1986-02-30", "political_status": "none"}, {"birth_date", "political_status"}),
        ({"education": [{"level": "bachelor"}]}, {"education[1].degree", "education[1].school"}),
        (
            {"posts": [{"since": "2027-01", "until": "2026-01", "unit": "甲", "title": "乙"}]},
            {"posts[1].since", "posts[1].until"},
        ),
        ({"exceptions": "请批准"}, {"exceptions"}),
    ],
)
def test_wrong_entries_are_named_by_field_and_row(road: Road, changes: dict[str, Any], fields: set[str]) -> None:
    registration_id = road.register(0)
    road.fill(0, registration_id, **changes)
    for kind in (PaperKind.PHOTO, PaperKind.EDUCATION):
        road.attach(0, registration_id, kind)
    found = fields_of(refusal_of(lambda: submit(road, 0, registration_id)))
    assert fields <= found
    assert {field for field in found if not field.startswith("exceptions")} <= fields | {"education", "posts"}


def test_a_condition_not_met_stops_nobody_who_says_why_an_exception_is_asked_for(road: Road) -> None:
    registration_id = road.register(0)
    road.fill(0, registration_id, birth_date="1970-01-01")
    for kind in (PaperKind.PHOTO, PaperKind.EDUCATION):
        road.attach(0, registration_id, kind)
    refusal = refusal_of(lambda: submit(road, 0, registration_id))
    assert fields_of(refusal) == {"exceptions.1"}
    keep(road, registration_id, {"exceptions": {"1": "经市委批准，年龄放宽至57周岁"}})
    version = submit(road, 0, registration_id)
    assert version.verdicts[0] == {"number": "1", "outcome": "not_met"}
    assert version.body["form"]["exceptions"] == {"1": "经市委批准，年龄放宽至57周岁"}
    assert road.row(registration_id).doubts == 1


def test_a_condition_of_the_other_post_is_not_asked_for(road: Road) -> None:
    registration_id = road.submit(0, post=1, posts=[{**FORM["posts"][0], "since": "2024-01"}])
    with road.database.reading() as session:
        assert [one["number"] for one in queries.versions_of(session, registration_id)[0].verdicts] == ["1", "2"]


def test_the_last_instant_counts_and_the_next_does_not(road: Road) -> None:
    late, in_time = (road.register(number) for number in (0, 1))
    for number, registration_id in ((0, late), (1, in_time)):
        road.fill(number, registration_id)
        for kind in (PaperKind.PHOTO, PaperKind.EDUCATION):
            road.attach(number, registration_id, kind)
    submit(road, 1, in_time, now=CLOSES - INSTANT)
    with pytest.raises(Refusal, match="closed on"):
        submit(road, 0, late, now=CLOSES)
    assert (road.row(late).state, road.row(in_time).state) == ("draft", "submitted")


def test_a_form_sent_twice_counts_once_and_is_shut_afterwards(road: Road) -> None:
    registration_id = road.submit(0)
    with pytest.raises(Stale) as stale:
        submit(road, 0, registration_id)
    assert stale.value.current == 1
    for late in (
        lambda: submit(road, 0, registration_id, version=1),
        lambda: keep(road, registration_id, {"unit": "乙单位"}),
        lambda: road.attach(0, registration_id, PaperKind.OTHER),
    ):
        with pytest.raises(Refusal, match="has been submitted"):
            late()
    assert len(road.journal("registration.submitted")) == 1


def test_nobody_submits_for_somebody_else(road: Road) -> None:
    registration_id = road.register(0)
    foreign = refusal_of(lambda: submit(road, 1, registration_id))
    unknown = refusal_of(lambda: submit(road, 1, 9999))
    assert (
        (foreign.sentence, foreign.status)
        == (unknown.sentence, unknown.status)
        == (
            "There is no such registration of yours.",
            403,
        )
    )


# ── withdrawing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def withdraw(road: Road, number: int, registration_id: int, now: Any = OPEN) -> None:
    road.run(actions.withdraw_registration, road.candidate(number), registration_id, now=now)


def test_a_candidate_withdraws_until_closing_and_what_was_submitted_stays(road: Road) -> None:
    registration_id, other = road.submit(0), road.submit(1)
    with pytest.raises(Denied):
        withdraw(road, 1, registration_id)
    withdraw(road, 0, registration_id, now=CLOSES - INSTANT)
    assert road.row(registration_id).state == "withdrawn"
    with road.database.reading() as session:
        assert len(queries.versions_of(session, registration_id)) == 1
    with pytest.raises(Refusal, match="already ended"):
        withdraw(road, 0, registration_id)
    with pytest.raises(Refusal, match="closed on"):
        withdraw(road, 1, other, now=CLOSES)
    assert len(road.journal("registration.withdrawn")) == 1


def test_who_has_withdrawn_may_begin_again_for_another_post(road: Road) -> None:
    registration_id = road.submit(0)
    withdraw(road, 0, registration_id)
    assert road.register(0, post=1) == registration_id
    row = road.row(registration_id)
    assert (row.state, row.post_id, row.version) == ("draft", road.posts[1], 1)
    assert submit(road, 0, registration_id, version=1).body["post"] == road.posts[1]
