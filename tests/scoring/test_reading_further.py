"""Ballots, shares, grades, findings, recorded pass marks and subjects as tables say them, and what is refused."""

from decimal import Decimal

import pytest

from scoring.ballots import BallotCount
from scoring.findings import Finding
from scoring.inputs import PassLine
from scoring.marks import Mark
from scoring.rooms import KnownRoom
from tests.scoring.building import FURTHER, scheme_from
from tests.scoring.test_reading import read, told

SCHEME = scheme_from(FURTHER.partition("[[variants]]")[0])
AT_ONCE = scheme_from(FURTHER.partition("[[variants]]")[0].replace('by = "written"', ""))
POSTS = "post,places\n01,1\n02,1"
MARKS = """
考生,职位,科目,票类,等次,成绩,专业科目
A,01,written,,,80,law
A,01,appraisal,,,87.5/92,
A,01,resume,,,十年以上,
A,01,民主测评,A票,好,3,
A,01,民主测评,a,一般,1,
A,01,民主测评,b,blank,2,
B,02,written,,,70,trade
B,02,appraisal,,,grade:excellent,
B,02,resume,,,senior,
B,02,民主测评,a,fair,4,
"""
FINDINGS = "考生,认定情形,科目,条款,认定机关\nA,试卷作标记,written,第六条,\nB,integrity,,,监委"
LINES = "科目,岗位,成绩\nwritten,,60\nwritten,02,55.5"


def test_everything_the_further_rules_ask_for_is_read():
    found = read(SCHEME, MARKS, POSTS, FINDINGS, LINES)
    assert found.problems == ()
    first, second = found.inputs.candidates
    assert first.marks == {
        "written": Mark.of(80),
        "appraisal": Mark.share("87.5", 92),
        "resume": Mark.graded("senior"),
    }
    assert first.ballots == {
        "assessment": (BallotCount("a", {"good": 3, "fair": 1}), BallotCount("b", {"blank": 2})),
    }
    assert (first.rooms, second.rooms) == ({"written": "law"}, {"written": "trade"})
    assert first.findings == (Finding("marked", "written", "第六条"),)
    assert second.findings == (Finding("integrity", authority="监委"),)
    assert second.marks["appraisal"] == Mark.graded("excellent")
    assert found.inputs.lines == (PassLine("written", Decimal(60)), PassLine("written", Decimal("55.5"), "02"))
    made, refusals = found.counted()
    assert refusals == ()
    assert [one.because.value for one in made.result("B").reasons] == ["veto"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("assessment,,好,3", "group: The class of voters must be named, one of: ('a', 'b')."),
        ("assessment,a,,3", "element: The grade must be named, one of: ('good', 'fair', 'blank')."),
        ("assessment,a,好,1.5", "mark: This must be a whole number of ballots."),
        ("assessment,a,好,-1", "mark: This must be a whole number of ballots."),
        ("assessment,a,好,3/4", "mark: This must be a number."),
        ("assessment,a,甚好,3", "A.assessment.a/甚好: The ballot has no grade 甚好."),
        ("assessment,d,好,3", "A.assessment.d: The scheme has no class of voters d."),
        ("assessment,,,90", "A.assessment: This part is marked by ballots; it takes their numbers, not one mark."),
        ("resume,,,三年", "mark: “三年” is no grade. Write one of: ('senior',)."),
        ("resume,,,5", "A.resume: This part takes a grade, not a figure."),
        ("appraisal,,,90", "A.appraisal: This part takes a share: a figure and the whole it is compared with."),
        ("appraisal,,,93/92", "A.appraisal: 93 is no share of 92."),
        ("appraisal,,,87,5/92", "Row 2"),
        ("written,,,80/100", "A.written: This part takes one figure, not a share of a whole."),
    ],
)
def test_what_a_mark_cannot_be_is_told_by_row(row, problem):
    heading = "candidate,post,part,group,element,mark"
    found = told(AT_ONCE, f"{heading}\nA,01,{row}", POSTS, LINES)
    if problem == "Row 2":
        assert "1.csv row 2: This row has more cells than the heading has columns." in found
    else:
        assert f"1.csv row 2 {problem}" in found


def test_the_same_ballots_stand_once():
    found = told(SCHEME, MARKS + "A,01,民主测评,A票,good,4,", POSTS, LINES)
    assert found == ["1.csv row 12 element: This stands twice; the first time in row 5 of 1.csv."]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",integrity,", "candidate: The candidate is missing."),
        ("C,integrity,", "candidate: There is no candidate C."),
        ("A,,written", "kind: The kind of finding must be named."),
        ("A,late,", "kind: The scheme knows no finding late."),
        ("A,marked,writen", "part: There is no part writen."),
        ("A,marked,resume", "A.marked: This finding cannot concern resume."),
        ("A,marked,", "A.marked: The part that this finding concerns must be named."),
    ],
)
def test_a_finding_that_cannot_be_is_told_by_row(row, problem):
    assert told(SCHEME, MARKS, POSTS, LINES, f"candidate,kind,part\n{row}") == [f"4.csv row 2 {problem}"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("written,,", "mark: The mark is missing."),
        ("written,,x", "mark: “x” is not a number in plain figures, such as 80 or 80.5."),
        ("writen,,60", "part: There is no part writen."),
        ("written,09,60", "post: There is no post 09."),
        ("written,02,101", "written.02: 101 is not between 0 and 100."),
        ("resume,,60", "resume: The scheme leaves no pass mark of resume to be recorded."),
    ],
)
def test_a_pass_mark_that_cannot_be_is_told_by_row(row, problem):
    assert f"3.csv row 3 {problem}" in told(SCHEME, MARKS, POSTS, f"part,post,mark\nwritten,,60\n{row}")


def test_a_pass_mark_stands_once_and_is_wanted_until_it_is_given():
    twice = told(SCHEME, MARKS, POSTS, LINES + "\n,02,50")
    assert twice == ["3.csv row 4 part: The pass mark of written stands twice."]
    assert told(SCHEME, MARKS, POSTS) == [
        "2.csv row 2 01.written: The pass mark of this part is not recorded yet.",
        "2.csv row 3 02.written: The pass mark of this part is not recorded yet.",
    ]


GROUPED = """
[[parts]]
key = "mark"
maximum = 100
[rooms.mark]
within = "group"
[order]
within = "group"
"""


def test_rooms_compared_inside_groups_are_named_by_the_group_or_by_one_of_its_posts():
    scheme = scheme_from(GROUPED)
    posts = "post,group\n01,G\n02,G\n03,H"
    found = read(scheme, posts, "group,post,room,sum,count\nG,,1,160,2\n,02,2,90,1\nH,,1,80,1\n,03,,80,")
    assert [str(one.problem) for one in found.problems] == [
        "row 5 sum: A room needs the sum and the count of its marks, or their mean."
    ]
    assert found.inputs.rooms == (
        KnownRoom.summed("mark", "1", Decimal(160), 2, "G"),
        KnownRoom.summed("mark", "2", Decimal(90), 1, "G"),
        KnownRoom.summed("mark", "1", Decimal(80), 1, "H"),
    )
    lost = told(scheme, posts, "room,sum,count\n1,160,2")
    assert lost == ["2.csv row 2 group: No post belongs to the group ."]


FLOOR = """
[[parts]]
key = "interview"
maximum = 100
[[cuts]]
key = "proposed"
per_place = 1
[[floors]]
part = "interview"
floor = ["room_mean"]
present_at_most_per_place = 1
"""


def test_the_mean_of_all_whom_a_panel_heard_may_be_known_for_a_floor():
    scheme = scheme_from(FLOOR)
    made, refusals = read(scheme, "candidate,room,mark\nA,3,77", "room,mean\n3,78", "post,places\n01,1").counted()
    assert refusals == ()
    assert [one.because.value for one in made.result("A").reasons] == ["below_floor"]
    strange = told(scheme, "candidate,room,mark\nA,3,77", "post,room,mean\n01,3,78", "post,places\n01,1")
    assert strange == ["2.csv row 2 post: The rooms of all posts are compared here; leave the post out."]


def test_a_post_with_few_applicants_says_which_parts_nobody_sits_and_keeps_a_ratio_of_its_own():
    found = read(SCHEME, "post,places,registered\n01,2,9\n02,2,10\n05,2,4\n06,2,3", LINES).posts
    assert [(post.code, post.open, post.waived) for post in found] == [
        ("01", 2, ("written",)),
        ("02", 2, ()),
        ("05", 2, ("written",)),
        ("06", 0, ("written",)),
    ]
