"""Draws: the published vectors, what a party can and cannot do, and records that anyone can redo."""

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.draws import Draw, commitment, draw, drawn_order, open_draw, pool_digest, redo, seed
from core.errors import Refusal
from core.placement import Complete, Place, Terms

VECTORS = json.loads((Path(__file__).parents[1] / "cases/draws/gongxuan-draw-v1.json").read_text(encoding="utf-8"))
OFFICE, DISCIPLINE = bytes(range(32)), bytes(range(32, 64))
ROOMS = Terms((Place("room-1", 2), Place("room-2", 2)), Complete.SEATS)


def finished(ids=("a", "b", "c", "d", "e"), terms=None, **reveals) -> Draw:
    reveals = reveals or {"office": OFFICE, "discipline": DISCIPLINE}
    notice = open_draw("d-1", ids, terms)
    commitments = {party: commitment("d-1", notice.pool, party, secret) for party, secret in reveals.items()}
    return draw(notice, commitments, reveals)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["draw_id"])
def test_every_step_of_the_published_vectors(vector):
    reveals = {party: bytes.fromhex(secret) for party, secret in vector["reveals"].items()}
    pool = pool_digest(vector["draw_id"], vector["ids"], vector["constraints"])
    assert pool.hex() == vector["pool_digest"]
    for party, secret in reveals.items():
        assert commitment(vector["draw_id"], pool, party, secret).hex() == vector["commitments"][party]
    draw_seed = seed(vector["draw_id"], pool, reveals, vector["beacon"])
    assert draw_seed.hex() == vector["seed"]
    assert list(drawn_order(draw_seed, vector["ids"])) == vector["order"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["draw_id"])
def test_a_record_in_json_is_redone_to_the_same_order(vector):
    record = {
        "protocol": "gongxuan-draw-v1",
        "draw_id": vector["draw_id"],
        "ids": sorted(vector["ids"], key=str.encode),
        "constraints": vector["constraints"],
        "beacon": vector["beacon"],
        "pool": vector["pool_digest"],
        "parties": [
            {"party": party, "commitment": vector["commitments"][party], "secret": vector["reveals"][party]}
            for party in sorted(vector["reveals"], key=str.encode)
        ],
        "seed": vector["seed"],
        "order": vector["order"],
        "placements": [],
    }
    assert list(redo(json.loads(json.dumps(record))).order) == vector["order"]


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=12), st.data())
def test_a_withdrawal_leaves_the_relative_order_of_all_others(ids, data):
    gone = data.draw(st.sampled_from(sorted(ids)))
    assert drawn_order(OFFICE, ids - {gone}) == tuple(one for one in drawn_order(OFFICE, ids) if one != gone)


def test_ids_are_sorted_by_their_bytes_whatever_order_they_are_given_in():
    assert pool_digest("d", ["丁", "b", "甲"]) == pool_digest("d", ["甲", "丁", "b"])
    assert finished(("c", "a", "b")).record() == finished(("a", "b", "c")).record()


def test_parts_cannot_be_shifted_into_each_other():
    assert pool_digest("d", ["ab", "c"]) != pool_digest("d", ["a", "bc"])
    assert pool_digest("da", ["b"]) != pool_digest("d", ["ab"])


def test_another_secret_than_the_committed_one_is_refused_and_names_the_party():
    notice = open_draw("d-1", ["a", "b"])
    commitments = {
        "office": commitment("d-1", notice.pool, "office", OFFICE),
        "discipline": commitment("d-1", notice.pool, "discipline", DISCIPLINE),
    }
    with pytest.raises(Refusal) as refusal:
        draw(notice, commitments, {"office": OFFICE, "discipline": OFFICE})
    assert refusal.value.sentence == "The secret of {party} is not the one it committed to."
    assert refusal.value.facts == {"party": "discipline"}


def test_all_faults_of_the_parties_are_told_at_once():
    notice = open_draw("d-1", ["a", "b"])
    with pytest.raises(Refusal) as refusal:
        draw(notice, {"office": b"", "observer": b""}, {"observer": b"short", "late": OFFICE})
    assert {(p.facts["party"], p.sentence) for p in refusal.value.problems} == {
        ("late", "{party} revealed a secret without having committed to it."),
        ("observer", "The secret of {party} is not 32 bytes long."),
        ("office", "{party} has not revealed its secret."),
    }


def test_a_commitment_for_another_pool_does_not_fit():
    other = open_draw("d-1", ["a", "b", "c"])
    notice = open_draw("d-1", ["a", "b"])
    with pytest.raises(Refusal, match="not the one it committed to"):
        draw(notice, {"office": commitment("d-1", other.pool, "office", OFFICE)}, {"office": OFFICE})


@pytest.mark.parametrize(
    ("draw_id", "ids", "sentence"),
    [
        ("", ["a"], "A draw needs a number of its own."),
        ("d", [], "There is nobody to draw from."),
        ("d", ["a", ""], "A lot in the pool has no id."),
        ("d", ["a", "b", "a"], "{id} stands in the pool more than once."),
    ],
)
def test_what_is_no_pool_is_refused(draw_id, ids, sentence):
    with pytest.raises(Refusal) as refusal:
        open_draw(draw_id, ids)
    assert refusal.value.sentence == sentence


def test_a_placement_that_cannot_be_completed_is_refused_before_anybody_commits():
    with pytest.raises(Refusal, match="No complete placement"):
        open_draw("d", ["a", "b", "c"], ROOMS)


def test_a_draw_with_places_records_them_and_is_redone_from_its_json():
    drawn = finished(terms=ROOMS)
    assert [one.id for one in drawn.placements] == list(drawn.order)
    assert [one.place for one in drawn.placements] == ["room-1", "room-1", "room-2", "room-2", ""]
    assert redo(json.loads(json.dumps(drawn.record()))) == drawn


@pytest.mark.parametrize("line", ["pool", "seed", "order", "placements", "ids"])
def test_an_altered_line_is_named(line):
    record = finished(terms=ROOMS).record()
    record[line] = list(reversed(record[line])) if isinstance(record[line], list) else "00" * 32
    with pytest.raises(Refusal) as refusal:
        redo(record)
    assert [problem.facts["line"] for problem in refusal.value.problems] == [line]


def test_a_changed_skip_is_found():
    record = json.loads(json.dumps(finished(terms=ROOMS).record()))
    record["placements"][-1]["skips"][0]["reason"] = "barred"
    with pytest.raises(Refusal) as refusal:
        redo(record)
    assert refusal.value.facts == {"line": "placements"}


def test_an_added_candidate_breaks_every_commitment():
    record = finished().record()
    record["ids"] = [*record["ids"], "f"]
    with pytest.raises(Refusal) as refusal:
        redo(record)
    assert {problem.facts["party"] for problem in refusal.value.problems} == {"office", "discipline"}


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": "another"},
        {"ids": "abc"},
        {"ids": [1, 2]},
        {"ids": ["\ud800"]},
        {"parties": [{"party": "office", "commitment": "xyz", "secret": "00"}]},
        {"beacon": None},
    ],
)
def test_a_record_that_cannot_be_read_is_refused(change):
    with pytest.raises(Refusal):
        redo(finished().record() | change)


def test_a_party_listed_twice_does_not_pass():
    record = finished().record()
    record["parties"] = [*record["parties"], record["parties"][0]]
    with pytest.raises(Refusal) as refusal:
        redo(record)
    assert refusal.value.facts == {"line": "parties"}
