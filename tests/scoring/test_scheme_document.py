"""Reading a scheme: the ready one, its canonical form, and every problem of a bad one at once."""

import json
import tomllib
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from core.canonical import canonical, fingerprint
from core.errors import Refusal
from scoring.cuts import Break, Equal
from scoring.example import worked_example
from scoring.panel_rule import Trim, TrimPer
from scoring.parts import Policy
from scoring.reserve import ReserveBy
from scoring.scheme import Scheme, document_from_toml, parse_scheme
from scoring.schemes import scheme_text
from scoring.words import scheme_in_words
from tests.scoring.building import EVERYTHING, TWO_PARTS, open_selection, scheme_from

CUT = '[[cuts]]\nkey = "proposed"\nper_place = 3\n'


def problems(toml: str) -> dict[str, str]:
    """Field and sentence of every problem of a refused scheme."""
    with pytest.raises(Refusal) as refused:
        scheme_from(toml)
    return {problem.field: str(problem).removeprefix(f"{problem.field}: ") for problem in refused.value.problems}


def test_the_ready_scheme_says_what_an_open_selection_does():
    scheme = open_selection()
    written, interview = scheme.root.parts
    assert (written.weight, interview.weight, written.parts[0].weight) == (
        Fraction(1, 2),
        Fraction(1, 2),
        Fraction(3, 5),
    )
    assert written.pass_mark.mark == 60
    panel = scheme.panels["interview"]
    assert [(group.key, group.seats, group.weight) for group in panel.groups] == [
        ("expert", 7, Fraction(4, 5)),
        ("representative", 2, Fraction(1, 5)),
    ]
    assert (panel.groups[0].trim, panel.groups[1].trim) == (Trim(1, 1, 3), Trim())
    assert (panel.trim_per, panel.maximum, panel.step) == (TrimPer.JUDGE_TOTAL, 100, Decimal("0.5"))
    assert [(cut.key, cut.by, cut.wanted(2), cut.equal) for cut in scheme.cuts] == [
        ("interview", "written", 10, Equal.IN),
        ("proposed", "total", 6, Equal.IN),
    ]
    assert [str(key) for key in scheme.ties] == [
        "part:interview",
        "part:written",
        "undropped_sum:interview",
        "committee",
    ]
    assert scheme.breaking is Break.AT_CUT
    assert (scheme.reserve.by, scheme.reserve.top, scheme.reserve.months) == (ReserveBy.TOP_NOT_CHOSEN, 3, 24)


def test_every_name_of_the_ready_scheme_stands_in_both_languages():
    document = document_from_toml(scheme_text())
    named = [document["scheme"], *document["parts"], *document["cuts"], *document["sheet"]["groups"]]
    for element in document["sheet"]["elements"]:
        named += [element, *element["bands"]]
    assert all(table["name"] and table["name_en"] for table in named)


def test_the_bands_of_each_element_reach_from_zero_to_its_maximum():
    for element in document_from_toml(scheme_text())["sheet"]["elements"]:
        assert element["bands"][0]["high"] == element["maximum"]
        assert element["bands"][-1]["low"] == 0


def test_the_frozen_bytes_read_back_as_the_same_scheme():
    document = document_from_toml(scheme_text())
    frozen = json.loads(canonical(document), parse_float=Decimal)
    assert fingerprint(frozen) == fingerprint(document)
    assert parse_scheme(frozen) == parse_scheme(document)


def test_spelling_of_numbers_and_order_of_tables_do_not_change_the_fingerprint():
    other = scheme_text().replace("weight = 0.5", "weight = 0.50").replace("step = 0.5", "step = 0.500")
    assert other != scheme_text()
    assert scheme_from(other).fingerprint == open_selection().fingerprint
    assert (
        scheme_from(
            scheme_text().replace("weight = 0.8", "weight = 0.7").replace("weight = 0.2", "weight = 0.3")
        ).fingerprint
        != open_selection().fingerprint
    )


def test_a_document_from_toml_holds_no_float():
    def values(node):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from values(inner) if isinstance(inner, dict | list) else [inner]

    assert not [value for value in values(document_from_toml(scheme_text())) if isinstance(value, float)]


def test_a_float_from_a_careless_parser_is_an_error_of_the_program():
    with pytest.raises(TypeError, match="float"):
        parse_scheme(tomllib.loads(scheme_text()))


def test_what_is_not_written_has_its_usual_meaning():
    scheme = scheme_from(TWO_PARTS)
    assert scheme.root.key == "total"
    assert scheme.root.parts[0].precision is None
    assert scheme.root.parts[0].policies["missing"] is Policy.REFUSE
    assert (scheme.cuts, scheme.floors, scheme.reserve, scheme.opening) == ((), (), None, None)


def test_weights_may_be_fractions():
    toml = TWO_PARTS.replace("weight = 0.5", 'weight = "1/3"', 1).replace("weight = 0.5", 'weight = "2/3"', 1)
    assert [part.weight for part in scheme_from(toml).root.parts] == [Fraction(1, 3), Fraction(2, 3)]


def test_weights_that_do_not_add_up_are_refused_unless_the_maximum_is_written():
    toml = TWO_PARTS.replace("weight = 0.5", "weight = 0.54", 1)
    assert problems(toml) == {
        "parts.total.maximum": "The weights inside add up to 1.04, not to 1; write the maximum 104 if it is meant."
    }
    meant = toml.replace('key = "total"', 'key = "total"\nmaximum = 104')
    assert scheme_from(meant).root.maximum == 104
    assert problems(toml.replace('key = "total"', 'key = "total"\nmaximum = 103')) == {
        "parts.total.maximum": "The parts inside add up to 104, not to 103."
    }


def test_every_problem_is_listed_at_once_with_its_path():
    bad = """
    [scheme]
    format = 2
    colour = "red"
    [[parts]]
    key = "total"
    decimals = 9
    rounding = "up"
    [[parts]]
    key = "written"
    of = "totl"
    weight = 0.5
    [[parts]]
    key = "interview"
    of = "total"
    weight = "half"
    maximum = -1
    pass_mark = 60
    [[parts]]
    key = "interview"
    of = "total"
    maximum = 100
    [order]
    ties = ["part:essay", "undropped_sum:interview"]
    [[cuts]]
    key = "proposed"
    by = "essay"
    [rooms.essay]
    decimals = 2
    [reserve]
    rule = "top_not_chosen"
    [elephants]
    """
    assert problems(bad).keys() == {
        "scheme.format",
        "scheme.colour",
        "parts.total.decimals",
        "parts.total.rounding",
        "parts.written.of",
        "parts.interview.key",
        "order.ties",
        "cuts.proposed.by",
        "cuts.proposed.per_place",
        "rooms.essay",
        "reserve.top",
        "reserve.months",
        "elephants",
    }


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        (('of = "total"\nweight = 0.5', 'of = "written"\nweight = 0.5'), "parts.written.of", "circle"),
        (("maximum = 100", ""), "parts.written.maximum", "must be written"),
        (('key = "written"', 'key = "Written!"'), "parts.Written!.key", "small letter"),
        (("weight = 0.5", "weight = 0.5\npoints = 30"), "parts.written.weight", "one of these"),
        (("weight = 0.5", "weight = 0"), "parts.written.weight", "above 0"),
        (("maximum = 100", 'maximum = 100\nkind = "composite"'), "parts.written.kind", "composite exactly when"),
        (
            ("maximum = 100", 'maximum = 100\nkind = "panel"'),
            "parts.written.kind",
            "exactly when the scheme has a panel",
        ),
        (("maximum = 100", "maximum = 100\npass_mark = 101"), "parts.written.pass_mark", "above the highest mark 100"),
        (("maximum = 100", "maximum = 100\ndecimal = 2"), "parts.written.decimal", "not known here"),
        (("maximum = 100", "maximum = nan"), "parts[2].maximum", "decimal number"),
        (("maximum = 100", "maximum = 1e999999"), "parts[2].maximum", "decimal number"),
        (("maximum = 100", 'maximum = 100\nabsent = "forgive"'), "parts.written.absent", "one of"),
        (("maximum = 100", "maximum = 100\nbonus = 5"), "parts.written.bonus", "must be a table"),
    ],
)
def test_a_part_that_means_nothing_is_told(change, field, sentence):
    assert sentence in problems(TWO_PARTS.replace(*change, 1))[field]


PANEL = (
    TWO_PARTS.replace("maximum = 100", "", 2).replace('key = "written"', 'key = "written"\nmaximum = 100')
    + """
[sheet]
elements = [{ key = "a", name = "甲", maximum = 60 }, { key = "b", name = "乙", maximum = 40 }]
groups = [{ key = "expert", name = "专家", seats = 7 }, { key = "public", name = "群众", seats = 2 }]
[panel.interview]
"""
)
GROUPS = """
[[panel.interview.groups]]
key = "expert"
weight = 0.8
drop_high = 1
[[panel.interview.groups]]
key = "public"
weight = 0.2
"""


def test_a_panel_takes_its_elements_groups_and_seats_from_the_sheet():
    panel = scheme_from(PANEL + GROUPS).panels["interview"]
    assert [(element.key, element.maximum) for element in panel.elements] == [("a", 60), ("b", 40)]
    assert [(group.name.chinese, group.seats) for group in panel.groups] == [("专家", 7), ("群众", 2)]
    assert scheme_from(PANEL).panels["interview"].pooled


def test_an_element_may_be_given_a_factor_that_changes_what_the_panel_is_worth():
    panel = scheme_from(PANEL + '[[panel.interview.elements]]\nkey = "a"\nfactor = 0.5\n').panels["interview"]
    assert [element.factor for element in panel.elements] == [Fraction(1, 2), 1]
    assert panel.maximum == 70


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        (('key = "public"\nweight', 'key = "guests"\nweight'), "panel.interview.groups.guests.key", "no group guests"),
        (("weight = 0.2", "weight = 0.3"), "panel.interview.groups", "must add up to 1"),
        (("weight = 0.2", ""), "panel.interview.groups", "every group has a weight or none"),
        (("drop_high = 1", "drop_high = 7"), "panel.interview.groups.expert", "too few to drop 7"),
        (
            ("drop_high = 1", "drop_high = 1\ndrop_least_marks = 1"),
            "panel.interview.groups.expert.drop_least_marks",
            "at least 2",
        ),
        (("drop_high = 1", "few_marks = 1"), "panel.interview.groups.expert.few_marks", "one of"),
        (("[panel.interview]\n", "[panel.interview]\ndrop_low = 1\n"), "panel.interview.drop_low", "within each group"),
        (
            ("[panel.interview]\n", '[panel.interview]\ntrim_over = "panel"\n'),
            "panel.interview.groups",
            "a group cannot drop its own",
        ),
        (("[panel.interview]\n", "[panel.essay]\n[panel.interview]\n"), "panel.essay", "no part essay"),
    ],
)
def test_a_panel_that_means_nothing_is_told(change, field, sentence):
    assert sentence in problems((PANEL + GROUPS).replace(*change, 1))[field]


@pytest.mark.parametrize(
    ("cut", "field", "sentence"),
    [
        ("take = 3", "cuts.proposed.take", "not both"),
        ("per_place = 0.5", "cuts.proposed.per_place", "fewer people than there are places"),
        ('opens = ["essay"]', "cuts.proposed.opens", "no part essay"),
        ("table = [{ places = 4, take = 12 }, { places = 4, take = 13 }]", "cuts.proposed.table", "rise by places"),
        ("table = [{ places = 4 }]", "cuts.proposed.table[1].places", "needs places and take"),
        ('equal = "maybe"', "cuts.proposed.equal", "one of: in, out, wait"),
    ],
)
def test_a_cut_that_means_nothing_is_told(cut, field, sentence):
    base = CUT.replace("per_place = 3\n", "") if cut.startswith("per_place") else CUT
    assert sentence in problems(TWO_PARTS + base + cut)[field]


def test_two_cuts_on_one_ranking_cannot_break_its_ties_in_two_ways():
    second = '[[cuts]]\nkey = "second"\nper_place = 1\nties = ["lot"]\n'
    assert problems(TWO_PARTS + CUT + second) == {"cuts.second.ties": "Cuts by the same part must break ties alike."}


def test_a_part_that_nothing_uses_is_told():
    lost = TWO_PARTS + '[[parts]]\nkey = "essay"\nmaximum = 100\n'
    assert problems(lost) == {"parts.essay": "This part leads nowhere: no part, cut or order uses it."}
    assert scheme_from(lost + '[[cuts]]\nkey = "first"\nby = "essay"\nper_place = 3\n').trees.keys() == {
        "total",
        "essay",
    }


def test_sections_of_other_rooms_are_left_to_them():
    assert scheme_from(TWO_PARTS + "[eligibility]\nanything = 1\n[retention]\nmore = 2\n")
    assert problems(TWO_PARTS + "[wishes]\nanything = 1\n").keys() == {"wishes"}


def test_an_empty_document_and_bad_toml_are_refused():
    assert problems("") == {"parts": "The scheme has no parts."}
    with pytest.raises(Refusal, match="not a valid TOML document"):
        document_from_toml("[[parts")
    with pytest.raises(Refusal, match="longer than"):
        document_from_toml("#" * 600_000)


@pytest.mark.parametrize("node", [1, "x", [1], {"key": 1}, True])
@pytest.mark.parametrize(
    "section", ["scheme", "parts", "panel", "rooms", "order", "cuts", "floors", "opening", "reserve"]
)
def test_a_section_of_the_wrong_shape_is_a_refusal_never_a_crash(section, node):
    document = document_from_toml(scheme_text()) | {section: node}
    with pytest.raises(Refusal):
        parse_scheme(document)


def places_in(node, path=()):
    """The path of every value in a document."""
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places_in(inner, (*path, key))


PLACES = list(places_in(document_from_toml(EVERYTHING))) + list(places_in(document_from_toml(scheme_text())))
NUMBERS = [-1, 0, 3, 10**30, Decimal("0.5"), Decimal("-1E+40"), Decimal("NaN"), "1/3", "0/0"]
OTHERS = [None, True, "", "total", "written", [], {}, [1], ["part:total"], {"key": "written"}, [{"key": "total"}], [[]]]


def read(document) -> Scheme | Refusal:
    try:
        return parse_scheme(document)
    except Refusal as refusal:
        return refusal


def changed(document, path, value) -> None:
    """Put a value at a path, where earlier changes have left that path standing."""
    node = document
    try:
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = deepcopy(value)
    except (TypeError, KeyError, IndexError):
        return


@settings(max_examples=200)
@given(
    st.sampled_from([EVERYTHING, scheme_text()]),
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from([*NUMBERS, *OTHERS])), max_size=3),
)
def test_any_other_value_anywhere_is_read_or_refused_never_a_crash(toml, changes):
    document = document_from_toml(toml)
    for path, value in changes:
        changed(document, path, value)
    found = read(document)
    if isinstance(found, Refusal):
        assert found.problems
    else:
        assert scheme_in_words(found).parts
        worked_example(found)
