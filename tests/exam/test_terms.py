"""The terms of a selection, the nomination, and the relations that people recuse themselves by."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from core.acts import Acts
from core.db import Database
from core.errors import Denied, Refusal
from core.people import Actor
from exam import actions, queries
from exam.nomination import Nomination, asks_nomination, check_nomination, read_nomination
from exam.plan import SelectionKind
from exam.relations import MOST_RELATIONS, Relation, check_relations, read_relations, related
from exam.terms import (
    TEMPLATES,
    Channel,
    CountsShown,
    Terms,
    terms_from_plain,
    terms_to_plain,
    terms_words,
)
from exam.vetting import Decision, VettingVerdict
from tests.exam.road import (
    CLOSES,
    EDITOR,
    INSTANT,
    OPEN,
    OPENS,
    PLANNED,
    SECOND,
    VETTER,
    Road,
    fields_of,
    open_system,
    refusal_of,
)

SELF = {"channel": "self"}


@pytest.fixture
def road(acts: Acts, database: Database) -> Road:
    acts.run_sync(open_system, Actor(label="job:test"), now=PLANNED)
    road = Road(acts, database)
    road.people(3)
    road.plan()
    return road


def announced(road: Road, terms: Terms) -> Road:
    road.run(actions.set_terms, road.staff(EDITOR), road.selection_id, terms, now=PLANNED)
    road.announce()
    return road


# ── terms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", SelectionKind)
def test_every_kind_has_a_template_that_can_be_kept(kind: SelectionKind) -> None:
    template = TEMPLATES[kind]
    assert terms_from_plain(terms_to_plain(template.terms)) == template.terms
    assert template.scope
    assert template.procedure


TERMS = st.builds(
    Terms,
    scope=st.sampled_from(["", "面向全市"]),
    channels=st.lists(st.sampled_from(Channel), min_size=1, max_size=6, unique=True).map(tuple),
    counts=st.sampled_from(CountsShown),
    withdraw_until=st.none() | st.datetimes(timezones=st.just(UTC)),
    recommendation=st.booleans(),
    blind=st.booleans(),
    objection_days=st.integers(1, 30),
)


@given(TERMS)
def test_terms_survive_being_stored(terms: Terms) -> None:
    assert terms_from_plain(terms_to_plain(terms)) == terms


def test_every_wrong_term_is_named_at_once() -> None:
    raw = {
        "channels": [],
        "counts": "all",
        "withdraw_until": "2026-09-30T17:30",
        "objection_days": 0,
        "blind": "yes",
        "colour": 1,
    }
    assert fields_of(refusal_of(lambda: terms_from_plain(raw))) == set(raw)


def test_the_words_name_what_is_asked_for() -> None:
    terms = Terms(channels=(Channel.SELF, Channel.LEADER), pledge=True, appeal_days=4)
    said = {str(heading): " ".join(map(str, sentences)) for heading, sentences in terms_words(terms)}
    assert "signed promise" in said["Papers of everybody"]
    assert "within 4 working days" in said["Windows"]
    assert "Papers of everybody" not in {str(heading) for heading, _ in terms_words(Terms())}


def test_terms_are_set_by_the_editor_while_the_plan_is_open(road: Road) -> None:
    terms = Terms(scope="面向全市", relations=True)
    with pytest.raises(Denied):
        road.run(actions.set_terms, road.staff(VETTER), road.selection_id, terms, now=PLANNED)
    early = replace(terms, withdraw_until=OPENS)
    refusal = refusal_of(lambda: announced(road, early))
    assert fields_of(refusal) == {"withdraw_until"}
    announced(road, terms)
    with road.database.reading() as session:
        assert queries.terms_of(session, road.selection_id) == terms
        content: Any = queries.announcement_content(session, road.selection_id)
    assert content["terms"]["scope"] == "面向全市"
    with pytest.raises(Refusal, match="frozen"):
        road.run(actions.set_terms, road.staff(EDITOR), road.selection_id, Terms(), now=OPEN)
    (line,) = road.journal("terms.set")
    assert "面向全市" not in line.body


# ── what the terms ask of a candidate ────────────────────────────────────────────────────────────────────────────────


def test_forms_with_seal_and_signature_are_asked_for(road: Road) -> None:
    announced(road, Terms(recommendation=True, pledge=True, identity=True))
    refusal = refusal_of(lambda: road.submit(0))
    assert fields_of(refusal) == {"papers.recommendation", "papers.pledge", "papers.identity"}


def test_one_withdraws_until_the_stated_time_and_not_longer(road: Road) -> None:
    until = CLOSES + timedelta(days=3)
    announced(road, Terms(withdraw_until=until))
    first, second = road.submit(0), road.submit(1)
    road.run(actions.withdraw_registration, road.candidate(0), first, now=until - INSTANT)
    assert road.row(first).state == "withdrawn"
    refusal = refusal_of(lambda: road.run(actions.withdraw_registration, road.candidate(1), second, now=until))
    assert (refusal.sentence, refusal.facts["closes"]) == ("This closed on {closes}.", until)


def test_a_nomination_by_a_leader_needs_name_reasons_consent_and_the_signed_paper(road: Road) -> None:
    announced(road, Terms(channels=(Channel.SELF, Channel.LEADER)))
    assert fields_of(refusal_of(lambda: road.submit(0))) == {"nomination.channel"}
    bare = {"channel": "leader"}
    refusal = refusal_of(lambda: road.submit(1, nomination=bare))
    assert fields_of(refusal) == {
        "nomination.by", "nomination.reasons", "nomination.consent", "papers.nomination",
    }  # fmt: skip
    assert road.row(road.submit(2, nomination=SELF)).state == "submitted"


@pytest.mark.parametrize("raw", ["leader", {"channel": "friend"}, {"channel": "self", "money": 5}, {"by": 3}])
def test_a_nomination_that_cannot_be_read_is_refused(road: Road, raw: object) -> None:
    announced(road, Terms(channels=(Channel.ORGANISATION,)))
    assert refusal_of(lambda: road.submit(0, nomination=raw)).problems


def test_rules_of_nomination() -> None:
    terms = Terms(channels=(Channel.MASS, Channel.SELF))
    assert not asks_nomination(Terms())
    assert asks_nomination(terms)
    assert check_nomination(Nomination(Channel.MASS, by="工会", consent=True), terms) == []
    (problem,) = check_nomination(Nomination(Channel.LEADER, "张三", "理由", consent=True), terms)
    assert problem.field == "nomination.channel"
    assert read_nomination({"channel": "mass", "by": "", "reasons": "", "consent": False}) == Nomination(Channel.MASS)


# ── relations ────────────────────────────────────────────────────────────────────────────────────────────────────────


def one(name: str, unit: str = "") -> dict[str, object]:
    return {"title": "父亲", "name": name, "unit": unit, "post": ""}


def test_relations_are_asked_for_where_the_terms_say_so(road: Road) -> None:
    announced(road, Terms(relations=True))
    assert fields_of(refusal_of(lambda: road.submit(0))) == {"relations"}
    assert road.row(road.submit(1, relations=[one("张三")])).state == "submitted"


def test_nobody_vets_somebody_who_named_them(road: Road) -> None:
    announced(road, Terms(relations=True))
    named = road.submit(0, relations=[one(f"职员{VETTER}")])
    free = road.submit(1, relations=[one(f"职员{SECOND}", "别的单位")])
    with pytest.raises(Refusal, match="named you as related"):
        road.decide(named, Decision(VettingVerdict.PASS))
    with road.database.reading() as session:
        assert queries.next_in_queue(session, road.selection_id, VETTER, hand=1) == free
    road.confirm(road.decide(free, Decision(VettingVerdict.PASS)))
    assert road.row(free).state == "passed"


@pytest.mark.parametrize(
    ("name", "units", "declared", "found"),
    [
        ("张三", ["市水务局"], Relation("父", "张三", "市水务局"), True),
        ("张三", ["市水务局"], Relation("父", "张三"), True),
        ("张三", [], Relation("父", "张 三", "市水务局"), True),
        ("张三", ["市水务局"], Relation("父", "张三", "市教育局"), False),
        ("张三", ["市水务局"], Relation("父", "张四", "市水务局"), False),
        ("阿依古丽·买买提", ["x"], Relation("妻", "阿依古丽•买买提", ""), True),
    ],
)
def test_who_may_be_the_person_named(name: str, units: list[str], declared: Relation, found: bool) -> None:
    assert (related(name, units, [declared]) is declared) is found


@pytest.mark.parametrize(
    "raw",
    [
        "张三",
        [{"name": "张三"}],
        [one("x" * 101)],
        [one("张三") | {"age": 5}],
        [one("张三")] * (MOST_RELATIONS + 1),
        ["x"],
    ],
)
def test_relations_that_cannot_be_read_are_named(raw: object) -> None:
    assert check_relations(raw)


def test_relations_are_read() -> None:
    assert read_relations([one("张三", "市水务局")]) == (Relation("父亲", "张三", "市水务局"),)
