"""A check of a scheme finds each risk it is there for, at its path, with its figures; a sound scheme has none."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from core.words import Sentence
from exam.counts import ConditionCount, PostCount
from scoring.linter import Severity, findings, risks, to_be_answered
from scoring.scheme import Scheme
from tests.scoring.building import EVERYTHING, TWO_PARTS, open_selection, scheme_from
from tests.scoring.schemes import SCHEME

SOUND = (
    SCHEME.replace("seats = 4", "seats = 7")
    .replace('ties = ["part:interview", "part:written"]', 'ties = ["part:interview", "committee"]')
    .replace('by = "written"\nper_place = 4', 'by = "written"\nper_place = 4\nties = ["part:common", "committee"]')
    .replace("[rooms.interview]", "[rooms.interview]\ncap = 100")
    + """
[[floors]]
part = "interview"
present_at_most_per_place = 1
floor = ["fixed"]
mark = 70
[opening]
per_place = 3
"""
)
"""Nothing is to be said of it but of its roundings."""


def changed(*pairs: tuple[str, str]) -> Scheme:
    text = SOUND
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after, 1)
    return scheme_from(text)


def keys(scheme: Scheme, **given: object) -> list[str]:
    return [one.key for one in risks(scheme, **given)]  # type: ignore[arg-type] # as risks takes them


def test_a_sound_scheme_has_nothing_to_be_said_of():
    assert keys(scheme_from(SOUND)) == []


ANSWER, LOOK = Severity.ANSWER, Severity.LOOK
CASES = [
    ("no_written_minimum", ANSWER, "parts.common.pass_mark", [("pass_mark = 60", "")]),
    ("no_interview_minimum", LOOK, "parts.interview.pass_mark",
     [("weight = 0.6\ndecimals = 2\npass_mark = 60", "weight = 0.6\ndecimals = 2")]),
    ("weights_not_one", ANSWER, "parts.total.maximum",
     [('key = "total"', 'key = "total"\nmaximum = 90'), ("weight = 0.6\ndecimals", "weight = 0.5\ndecimals")]),
    ("weight_is_not_share", ANSWER, "parts.common.weight",
     [("weight = 0.6\nmaximum = 100", "weight = 0.6\nmaximum = 150")]),
    ("elements_not_hundred", LOOK, "panel.interview.elements", [("maximum = 60 }]", "maximum = 50 }]")]),
    ("state_is_zero", LOOK, "parts.common.absent", [('absent = "out"', 'absent = "zero"')]),
    ("state_is_zero", ANSWER, "parts.common.missing", [('absent = "out"', 'missing = "zero"')]),
    ("open_decimals", LOOK, "parts.common.input_decimals", [("maximum = 100\ninput_decimals = 2", "maximum = 100")]),
    ("open_decimals", LOOK, "panel.interview.step", [("step = 0.5\n", "")]),
    ("trim_seats_unknown", LOOK, "panel.interview.groups.expert", [("seats = 7", "seats = 0")]),
    ("trim_never", ANSWER, "panel.interview.groups.expert",
     [("seats = 7", "seats = 2"), ("drop_low = 1", 'drop_low = 1\nfew_marks = "keep_all"')]),
    ("trim_leaves_few", LOOK, "panel.interview.groups.expert", [("seats = 7", "seats = 4")]),
    ("trim_needs_all", LOOK, "panel.interview.groups.expert",
     [("drop_low = 1", "drop_low = 1\ndrop_least_marks = 7")]),
    ("few_judges", LOOK, "panel.interview.least_marks", [("drop_high = 1\ndrop_low = 1\n", "")]),
    ("no_cap", LOOK, "rooms.interview.cap", [("cap = 100", "")]),
    ("no_surplus", ANSWER, "cuts.proposed", [("per_place = 2", "per_place = 1")]),
    ("no_surplus", ANSWER, "cuts.proposed", [("per_place = 2", "take = 3")]),
    ("small_surplus", LOOK, "cuts.proposed", [("per_place = 2", "per_place = 1.5")]),
    ("few_heard", LOOK, "cuts.interview", [("per_place = 4", "per_place = 2.5")]),
    ("cut_without_effect", ANSWER, "cuts.proposed", [("per_place = 2", "per_place = 4")]),
    ("tie_never_ends", ANSWER, "cuts.proposed.ties",
     [("per_place = 2", 'per_place = 2\nequal = "wait"\nties = ["part:written"]')]),
    ("tie_stays_open", LOOK, "cuts.proposed.ties", [("per_place = 2", 'per_place = 2\nties = ["part:written"]')]),
    ("ties_all_out", LOOK, "cuts.proposed.equal", [("per_place = 2", 'per_place = 2\nequal = "out"')]),
    ("tie_key_dead", LOOK, "cuts.interview.ties", [('ties = ["part:common"', 'ties = ["part:written"')]),
    ("tie_key_dead", LOOK, "order.ties",
     [('ties = ["part:interview"', 'ties = ["exact"'), ('key = "total"\ndecimals = 2', 'key = "total"')]),
    ("floor_without_effect", LOOK, "floors[1].mark", [("mark = 70", "mark = 60")]),
    ("no_opening_ratio", LOOK, "opening.per_place", [("[opening]\nper_place = 3", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("key", "severity", "path", "pairs"), CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES])
def test_each_risk_is_found_at_its_path(key: str, severity: Severity, path: str, pairs: list[tuple[str, str]]):
    found = [(one.key, one.severity, one.path) for one in risks(changed(*pairs))]
    assert (key, severity, path) in found


def test_no_floor_at_all_is_pointed_out():
    assert keys(scheme_from(SOUND.partition("[[floors]]")[0] + "[opening]\nper_place = 3\n")) == ["no_floor"]


def test_the_figures_of_a_risk_are_computed():
    def only(key: str, scheme: Scheme) -> str:
        (found,) = (one for one in risks(scheme) if one.key == key and "common" not in one.path.partition("weight")[2])
        return " ".join([str(found.sentence), *map(str, found.example)])

    assert "still 60 of 100" in only("no_written_minimum", changed(("pass_mark = 60", "")))
    raised = only("no_cap", changed(("cap = 100", "")))
    assert raised.endswith("Rooms with the means 72.25 and 79.45: 97 × 1.0498 = 101.83.")
    assert "3 for 3 places" in only("no_surplus", changed(("per_place = 2", "take = 3")))
    shares = [
        str(one.sentence)
        for one in risks(changed(("weight = 0.6\nmaximum = 100", "weight = 0.6\nmaximum = 150")))
        if one.key == "weight_is_not_share"
    ]
    assert "60%, but out of 150 it makes 69.2%" in shares[0]
    assert "40%, but out of 100 it makes 30.8%" in shares[1]


def test_the_planned_posts_decide_which_ratios_are_looked_at():
    scheme = changed(("per_place = 2", "take = 3"))
    assert "no_surplus" in keys(scheme)
    assert "no_surplus" not in keys(scheme, places=[1, 2])
    assert "no_surplus" in keys(scheme, places=[1, 3])


def counted(met: int, registered: int = 20, each: tuple[int, ...] = (20, 4)) -> PostCount:
    conditions = tuple(ConditionCount(str(n), Sentence(f"condition {n}"), one) for n, one in enumerate(each, 1))
    return PostCount("01", 2, registered, met, conditions)


@pytest.mark.parametrize(
    ("post", "found"),
    [
        (counted(4), []),
        (counted(2), ["narrow_conditions"]),
        (counted(0, 3), ["narrow_conditions"]),
        (counted(0, 0), []),
        (counted(2, 2), []),
        (counted(3, each=(20, 1)), ["rare_condition"]),
        (counted(3, each=(20, 2)), []),
    ],
)
def test_a_circle_drawn_too_narrow_must_be_answered(post: PostCount, found: list[str]):
    assert keys(scheme_from(SOUND), posts=[post]) == found


def test_how_many_meet_each_condition_stands_beside_a_narrow_circle():
    (found,) = risks(scheme_from(SOUND), posts=[counted(1)])
    assert found.severity is Severity.ANSWER
    assert [str(one) for one in found.example] == [
        "“condition 1”: met by 20 of 20.",
        "“condition 2”: met by 4 of 20.",
    ]


def test_what_must_be_answered_stands_first():
    found = findings(scheme_from(EVERYTHING))
    severities = [one.severity for one in found]
    assert severities == sorted(severities, key=lambda one: one is not Severity.ANSWER)
    assert to_be_answered(found) == found[: severities.count(Severity.ANSWER)]


@pytest.mark.parametrize("scheme", [open_selection, lambda: scheme_from(SCHEME)])
def test_ready_schemes_can_be_frozen_without_a_word(scheme: Callable[[], Scheme]):
    assert to_be_answered(findings(scheme())) == ()


def test_the_least_a_total_can_reach_leaves_deductions_and_folding_right():
    folded = scheme_from(
        TWO_PARTS.replace(
            'of = "total"\nweight = 0.5\nmaximum = 100', 'of = "total"\npoints = 30\nmaximum = 150', 1
        ).replace("weight = 0.5", "points = 70")
    )
    (found,) = (one for one in risks(folded) if one.key == "no_written_minimum")
    assert found.example == ()  # everything is given: with 0 in all of it nothing is left
    assert folded.root.scale == Fraction(100)
