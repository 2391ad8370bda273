"""Several stages in a row: eliminations without carry-over, parts entered late, earlier marks (rules.md §1)."""

from decimal import Decimal

from scoring.inputs import Inputs, Post
from scoring.tally import Because, tally
from tests.scoring.building import candidate, inputs, scheme_from


def part(key: str, more: str = "", maximum: int = 100) -> str:
    return f'[[parts]]\nkey = "{key}"\nname = "{key}"\nmaximum = {maximum}\n{more}\n'


THREE_STAGES = f"""
{part("written", "pass_mark = 60")}{part("discussion")}{part("interview", "decimals = 1")}
[order]
by = "interview"
within = "group"
ties = ["exact", "part:written"]
break_ties = "everywhere"
[[cuts]]
key = "to_discussion"
by = "written"
per_place = 3
[[cuts]]
key = "to_interview"
by = "discussion"
per_place = 2
equal = "out"
[[cuts]]
key = "proposed"
per_place = 1
"""
POSTS = (Post("01", 1, "A"), Post("02", 1, "B"))


def staged(*people):
    return tally(scheme_from(THREE_STAGES), Inputs(POSTS, people))


def test_each_stage_eliminates_inside_its_closed_group_and_carries_nothing_on():
    made = staged(
        candidate("a", written="99", discussion="70", interview="80.04"),
        candidate("b", written="61", discussion="90", interview="80.01"),
        candidate("c", written="70", discussion="60"),
        candidate("d", written="60.5"),
        candidate("e", written="59"),
        candidate("z", "02", written="60", discussion="10", interview="30"),
    )
    assert made.refusals == ()
    assert [stage.by for stage in made.stages] == ["written", "discussion", "interview"]
    assert {one.candidate: (one.rank, one.total) for one in made.results} == {
        "a": (1, Decimal("80.0")),
        "b": (2, Decimal("80.0")),
        "c": (None, None),
        "d": (None, None),
        "e": (None, None),
        "z": (1, Decimal("30.0")),
    }
    assert made.entered() == {"A": ("a",), "B": ("z",)}


def test_the_earlier_marks_are_kept_and_do_not_count():
    made = staged(candidate("a", written="99", discussion="70", interview="60"))
    assert {key: one.value for key, one in made.result("a").parts.items()} == {
        "written": 99,
        "discussion": 70,
        "interview": 60,
    }
    assert made.result("a").total == 60


def test_who_falls_out_is_told_where():
    made = staged(
        candidate("a", written="99", discussion="70", interview="60"),
        candidate("b", written="98", discussion="60"),
        candidate("c", written="97", discussion="60"),
        candidate("d", written="96"),
        candidate("e", written="59"),
    )
    assert {code: dict(made.result(code).reasons[0].facts) for code in "bd"} == {
        "b": {"cut": "to_interview"},
        "d": {"cut": "to_discussion"},
    }
    assert [one.because for one in made.result("e").reasons] == [Because.NOT_ADMITTED, Because.BELOW_PASS_MARK]


def test_equal_ones_out_leave_nobody_in_between():
    made = staged(
        candidate("a", written="99", discussion="70"),
        candidate("b", written="98", discussion="70"),
        candidate("c", written="97", discussion="70"),
    )
    assert made.refusals == ()
    assert [one.rank for one in made.results] == [None, None, None]


JINGGU = f"""
[[parts]]
key = "total"
decimals = 2
{part("exam", 'of = "total"' + chr(10) + "weight = 0.4")}
[[parts]]
key = "investigation"
of = "total"
weight = 0.6
{part("virtue", 'of = "investigation"', 40)}{part("ability", 'of = "investigation"', 60)}
[[cuts]]
key = "investigated"
by = "exam"
per_place = 3
opens = ["virtue", "ability"]
[[cuts]]
key = "proposed"
per_place = 1
"""


def test_an_investigation_entered_after_the_cut_counts_sixty_per_cent():
    made = tally(
        scheme_from(JINGGU),
        inputs(
            candidate("a", exam="90", virtue="30", ability="50"),
            candidate("b", exam="80", virtue="38", ability="55"),
            candidate("c", exam="70", virtue="20", ability="20"),
            candidate("d", exam="69"),
        ),
    )
    assert {one.candidate: one.total for one in made.results} == {
        "a": Decimal("84.00"),
        "b": Decimal("87.80"),
        "c": Decimal("52.00"),
        "d": None,
    }
    assert made.entered() == {"01": ("b",)}


def test_until_the_investigation_is_entered_the_first_cut_alone_can_be_drawn():
    people = inputs(*(candidate(code, exam=mark) for code, mark in (("a", "90"), ("b", "80"))))
    assert tally(scheme_from(JINGGU), people, upto="investigated").entered() == {"01": ("a", "b")}
    assert {str(one) for one in tally(scheme_from(JINGGU), people).refusals} == {
        f"{code}.{key}: The mark is missing." for code in "ab" for key in ("virtue", "ability")
    }


TOP_TEN = f"""
[[parts]]
key = "total"
maximum = 105
{part("exam", 'of = "total"')}
[[parts]]
key = "resume"
of = "total"
cap = 5
{part("degree", 'of = "resume"', 1)}{part("seniority", 'of = "resume"', 2)}{part("appraisals", 'of = "resume"', 5)}
[[cuts]]
key = "first_ten"
by = "exam"
take = 10
opens = ["degree", "seniority", "appraisals"]
[[cuts]]
key = "proposed"
take = 3
"""


def test_resume_points_are_added_for_the_first_ten_only():
    points = {"degree": "1", "seniority": "2", "appraisals": "2.5"}
    field = [
        candidate(str(n), exam=str(90 - n), **(points if n == 9 else dict.fromkeys(points, "0"))) for n in range(10)
    ]
    made = tally(scheme_from(TOP_TEN), inputs(*field, candidate("last", exam="70")))
    assert made.refusals == ()
    assert made.result("9").total == 86
    assert [made.result(code).rank for code in ("4", "9", "5", "last")] == [5, 5, 7, None]


FIT = f"""
[[parts]]
key = "total"
[[parts]]
key = "entry"
of = "total"
maximum = 60
{part("fit", 'of = "entry"' + chr(10) + "points = 40")}{part("written", 'of = "entry"' + chr(10) + "points = 20")}
{part("interview", 'of = "total"' + chr(10) + "points = 40")}
[[cuts]]
key = "interview"
by = "entry"
per_place = 2
[[cuts]]
key = "proposed"
per_place = 1
"""


def test_entry_on_fit_and_written_four_to_two_and_the_total_four_two_four():
    made = tally(
        scheme_from(FIT),
        inputs(
            candidate("a", fit="90", written="60", interview="80"),
            candidate("b", fit="80", written="90", interview="90"),
            candidate("c", fit="70", written="90"),
        ),
    )
    assert [(one.candidate, one.parts["entry"].value, one.total) for one in made.results] == [
        ("b", 50, 86),
        ("a", 48, 80),
        ("c", 46, None),
    ]
