"""Other rules for some posts inside one scheme (rules.md §1.5): joined by key, one tally, one fingerprint."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from core.canonical import canonical, fingerprint
from core.errors import Refusal
from scoring.explain import Names
from scoring.inputs import Candidate, Inputs, Post
from scoring.scheme import document_from_toml, parse_scheme
from scoring.snapshot import tally_document
from scoring.tally import Because, tally
from scoring.variants import merged
from tests.scoring.building import FURTHER, candidate, inputs, scheme_from

HAINAN = """
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
points = 30
maximum = 100
[[parts]]
key = "field_study"
of = "total"
points = 30
maximum = 100
[[parts]]
key = "discussion"
of = "total"
points = 30
maximum = 100
[[parts]]
key = "resume"
of = "total"
points = 10
maximum = 100
[[cuts]]
key = "proposed"
per_place = 3
"""
UNASSIGNED = """
[[variants]]
key = "unassigned"
name = "不指定职位"
posts = ["11", "12"]
without = ["resume"]
parts = [{ key = "written", points = 40 }]
"""
SCHEME = HAINAN + UNASSIGNED


def told(toml: str) -> set[str]:
    with pytest.raises(Refusal) as refusal:
        scheme_from(toml)
    return {problem.field for problem in refusal.value.problems}


def people(post: str, **more: str) -> list[Candidate]:
    plain = {"written": "80", "field_study": "70", "discussion": "90"} | more
    return [candidate(f"{post}a", post, **plain), candidate(f"{post}b", post, **plain | {"written": "60"})]


POSTS = {"01": 1, "11": 1, "12": 1}
FIELD = [*people("01", resume="50"), *people("11"), *people("12")]


def test_each_post_is_counted_by_its_own_rules_in_one_tally():
    made = tally(scheme_from(SCHEME), inputs(*FIELD, places=POSTS))
    assert made.refusals == ()
    assert {one.candidate: (str(one.total), one.rank) for one in made.results} == {
        "01a": ("77.00", 1),  # 24 + 21 + 27 + 5
        "01b": ("71.00", 2),
        "11a": ("80.00", 1),  # 32 + 21 + 27
        "11b": ("72.00", 2),
        "12a": ("80.00", 1),
        "12b": ("72.00", 2),
    }
    assert list(made.last.units) == ["01", "11", "12"]
    assert "resume" not in made.result("11a").parts


def test_a_variant_gives_what_a_scheme_of_its_own_gives():
    alone = scheme_from(
        HAINAN.replace(
            'key = "written"\nof = "total"\npoints = 30', 'key = "written"\nof = "total"\npoints = 40'
        ).replace('[[parts]]\nkey = "resume"\nof = "total"\npoints = 10\nmaximum = 100\n', "")
    )
    together = tally(scheme_from(SCHEME), inputs(*FIELD, places=POSTS))
    apart = tally(alone, inputs(*people("11"), places={"11": 1}))
    assert apart.results == tuple(one for one in together.results if one.post == "11")


def test_a_mark_that_the_variant_does_not_have_is_told():
    made = tally(scheme_from(SCHEME), inputs(*people("11", resume="50"), places=POSTS))
    assert {str(problem) for problem in made.refusals} == {
        "11a.resume: There is no part resume.",
        "11b.resume: There is no part resume.",
    }


def test_a_post_that_does_not_exist_is_told_because_its_rules_would_hold_for_nobody():
    made = tally(scheme_from(SCHEME), inputs(*people("01", resume="50"), places={"01": 1, "12": 1}))
    assert [str(problem) for problem in made.refusals] == ["variants.unassigned.posts: There is no post 11."]


def test_numbers_pass_marks_ties_and_floors_may_differ_too():
    more = """
    cuts = [{ key = "proposed", per_place = 1 }]
    order = { ties = ["part:discussion"] }
    floors = [{ part = "discussion", present_at_most_per_place = 2, floor = ["fixed"], mark = 95 }]
    """
    made = tally(scheme_from(SCHEME + more), inputs(*FIELD, places=POSTS))
    assert (made.last.units["01"].cuts["proposed"].wanted, made.last.units["11"].cuts["proposed"].wanted) == (3, 1)
    assert [reason.because for reason in made.result("11a").reasons] == [Because.BELOW_FLOOR]
    assert made.result("01a").entered


def test_what_belongs_to_a_part_that_falls_away_falls_away_with_it():
    more = """
    [rooms.resume]
    decimals = 2
    [[floors]]
    part = "resume"
    present_at_most_per_place = 1
    floor = ["fixed"]
    mark = 60
    """
    toml = HAINAN.replace("per_place = 3", 'per_place = 3\nopens = ["resume", "discussion"]') + more + UNASSIGNED
    (variant,) = scheme_from(toml).variants
    assert (variant.scheme.rooms, variant.scheme.floors) == ({}, ())
    assert variant.scheme.cuts[0].opens == ("discussion",)


def test_a_variant_may_hold_for_a_closed_group():
    toml = SCHEME.replace('posts = ["11", "12"]', 'groups = ["B"]') + '[order]\nwithin = "group"\n'
    posts = (Post("01", 1, "A"), Post("11", 1, "B"), Post("12", 1, "B"))
    made = tally(scheme_from(toml), Inputs(posts, tuple(FIELD)))
    assert made.refusals == ()
    assert {one.candidate: one.rank for one in made.results if one.unit == "B"} == {
        "11a": 1,
        "12a": 1,
        "11b": 3,
        "12b": 3,
    }
    lost = tally(scheme_from(toml), Inputs((posts[0],), tuple(people("01", resume="50"))))
    assert [str(one) for one in lost.refusals] == ["variants.unassigned.groups: No post belongs to the group B."]


def test_posts_of_one_group_are_ranked_by_the_same_rules():
    toml = SCHEME.replace('"11", "12"', '"11"') + '[order]\nwithin = "group"\n'
    posts = (Post("11", 1, "B"), Post("12", 1, "B"))
    made = tally(scheme_from(toml), Inputs(posts, ()))
    assert [str(one) for one in made.refusals] == ["12: Posts of one group must be ranked by the same rules."]


def test_rooms_are_compared_inside_each_variant():
    toml = SCHEME + '[rooms.written]\nwithin = "selection"\n'
    field = [replace(one, rooms={"written": one.code[-1]}) for one in FIELD]
    made = tally(scheme_from(toml), inputs(*field, places=POSTS))
    assert set(made.last.rooms) == {"", "unassigned"}
    assert made.result("11a").parts["written"].value == 70
    assert tally_document(made)["stages"][0]["rooms"].keys() == {"", "unassigned"}


def test_one_fingerprint_and_all_names():
    scheme = scheme_from(SCHEME.replace('parts = [{ key = "written", points = 40 }]', """
parts = [{ key = "written", points = 30 }, { key = "speech", name = "演讲", of = "total", points = 10, maximum = 100 }]
"""))  # fmt: skip
    (variant,) = scheme.variants
    assert variant.scheme.fingerprint == scheme.fingerprint
    assert scheme.fingerprint != scheme_from(HAINAN).fingerprint
    assert Names.of(scheme).part("speech").chinese == "演讲"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('posts = ["11", "12"]\n', ""), "variants.unassigned.posts"),
        (('without = ["resume"]', 'without = ["essay"]'), "variants.unassigned.without"),
        (("points = 40", "points = 40, colour = 1"), "variants.unassigned.parts.written.colour"),
        (("points = 40", "weight = 0.4"), "variants.unassigned.parts.written.weight"),
        (("parts = [{", 'cuts = [{ key = "second", take = 1 }]\nparts = [{'), "variants.unassigned.cuts"),
        (("parts = [{", 'order = { within = "group" }\nparts = [{'), "variants.unassigned.order"),
        (("parts = [{", "reserve = {}\nparts = [{"), "variants.unassigned.reserve"),
        (('key = "unassigned"', 'key = "Bad Key"'), "variants.Bad Key.key"),
    ],
)
def test_a_variant_that_means_nothing_is_refused(change, field):
    assert field in told(HAINAN + UNASSIGNED.replace(*change))


def test_a_post_has_one_variant():
    assert told(SCHEME + UNASSIGNED.replace('key = "unassigned"', 'key = "other"')) == {"variants.other.posts"}


def test_problems_of_the_scheme_itself_are_told_once():
    assert told(SCHEME.replace("per_place = 3", "per_place = 0.3")) == {"cuts.proposed.per_place"}


def test_tables_are_joined_by_their_key_and_other_values_replaced():
    base = {"a": [{"key": "x", "n": 1}, {"key": "y", "n": 2}], "b": [1, 2], "c": {"d": 1, "e": 2}}
    change = {"a": [{"key": "y", "m": 3}, {"key": "z", "n": 4}], "b": [3], "c": {"e": 5}}
    assert merged(base, change) == {
        "a": [{"key": "x", "n": 1}, {"key": "y", "n": 2, "m": 3}, {"key": "z", "n": 4}],
        "b": [3],
        "c": {"d": 1, "e": 5},
    }
    assert merged(base, {}) == base


def test_the_frozen_bytes_of_further_rules_read_back_as_the_same_scheme():
    document = document_from_toml(FURTHER)
    frozen = json.loads(canonical(document), parse_float=Decimal)
    assert parse_scheme(frozen) == parse_scheme(document)
    assert fingerprint(frozen) == parse_scheme(document).fingerprint
