"""Tables in the long form become the inputs of a tally, or problems with their file, row and column."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from scoring.cells import number_from
from scoring.columns import HEADINGS, RECORDS, STATES, fold
from scoring.formula import BonusPoints
from scoring.grid import Grid
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.reading import Read, read_inputs
from scoring.rooms import KnownRoom
from scoring.snapshot import inputs_fingerprint
from scoring.tally import tally
from tests.scoring.building import TWO_PARTS, scheme_from

PLAIN = scheme_from(TWO_PARTS)
PANEL = scheme_from("""
[[parts]]
key = "total"
[[parts]]
key = "written"
name = "笔试成绩"
of = "total"
weight = 0.5
maximum = 100
bonus = { cap = 5 }
[[parts]]
key = "interview"
name = "面试成绩"
of = "total"
weight = 0.5
[panel.interview]
elements = [{ key = "a", name = "甲项", maximum = 60 }, { key = "b", name = "乙项", maximum = 40 }]
[[panel.interview.groups]]
key = "expert"
name = "专家"
weight = 0.8
[[panel.interview.groups]]
key = "public"
name = "群众"
weight = 0.2
[order]
ties = ["qualification:学历", "extra_test", "lot", "committee"]
[[cuts]]
key = "interview"
name = "进入面试"
by = "written"
per_place = 3
[[cuts]]
key = "proposed"
per_place = 1
""")
ROOMS = scheme_from("""
[[parts]]
key = "interview"
maximum = 100
[rooms.interview]
reference = "pooled_mean"
mean_decimals = 2
coefficient_decimals = 2
decimals = 2
""")

RECORD_FORMS = ("bonus:…", "qualification:…", "admitted:…", "extra_test", "lot", "committee", "standing")


def table(text: str, file: str = "m.csv") -> Grid:
    rows = list(csv.reader(io.StringIO(text.strip())))
    return Grid(file, rows[0], 1, list(enumerate(rows[1:], start=2)))


def read(scheme, *texts: str) -> Read:
    return read_inputs(scheme, [table(text, f"{place}.csv") for place, text in enumerate(texts, start=1)])


def told(scheme, *texts: str) -> list[str]:
    made, refusals = read(scheme, *texts).counted()
    assert (made is None) == bool(refusals)
    return [f"{one.file} {one.problem}" for one in refusals]


def test_everything_a_candidate_may_bring_is_read():
    found = read(
        PANEL,
        """
考生,职位,科目,考场,组别,考官,要素,成绩,状态,备注
A,01,笔试成绩,,,,,80.5,,x
A,,interview,3,专家,1,a,50,,
A,,interview,3,expert,1,乙项,30,,
A,,面试成绩,3,群众,1,,,缺席,
A,,interview,3,public,2,,,,
A,,加分：written,,,,退役,3,,
A,,qualification:学历,,,,,2,,
A,,extra_test,,,,,77,,
A,,lot,,,,,2,,
A,,committee,,,,,1,,
A,,入围:进入面试,,,,,,,
B,01,written,,,,,免考,,
B,,standing,,,,,,放弃,
B,,admitted:interview,,,,,0,,
""",
        "post,places,group\n01,2,甲组\n02,1,",
    )
    assert found.problems == ()
    first = Candidate(
        "A",
        "01",
        {"written": Mark.of("80.5")},
        {
            "interview": (
                JudgeSheet("1", "expert", {"a": Decimal(50), "b": Decimal(30)}),
                JudgeSheet("1", "public", {}, MarkState.ABSENT),
                JudgeSheet("2", "public", {}, MarkState.MISSING),
            )
        },
        {"interview": "3"},
        (BonusPoints("written", "退役", Decimal(3)),),
        {"学历": Decimal(2)},
        Decimal(77),
        2,
        1,
    )
    second = Candidate("B", "01", {"written": Mark(state=MarkState.EXEMPT)}, standing=MarkState.WITHDRAWN)
    assert found.inputs == Inputs(
        (Post("01", 2, "甲组"), Post("02", 1)), (first, second), {"interview": frozenset({"A"})}
    )


def test_rows_tables_and_spellings_in_another_order_are_the_same_inputs():
    one = read(PLAIN, "candidate,part,mark\nA,written,80.50\nA,interview,70\nB,written,60\nB,interview,61")
    other = read(
        PLAIN, "成绩,科目,考生\n61.0,interview,B\n60,WRITTEN,B", "考生,科目,成绩\nA,interview,70\nA,written,80.5"
    )
    assert inputs_fingerprint(one.inputs) == inputs_fingerprint(other.inputs)


def test_every_word_of_the_tables_means_one_thing():
    for words in (HEADINGS, STATES, RECORDS):
        folded = [fold(word) for own in words.values() for word in own]
        assert len(folded) == len(set(folded))
    assert set(STATES) == set(MarkState)


marks = st.decimals(min_value=0, max_value=100, places=2)


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.tuples(marks, marks), min_size=1))
def test_what_is_written_is_what_is_computed(people):
    rows = "".join(f"{code},written,{one}\n{code},interview,{other}\n" for code, (one, other) in people.items())
    made, refusals = read(PLAIN, "candidate,part,mark\n" + rows).counted()
    direct = tally(
        PLAIN,
        Inputs(
            (Post("1", 1),),
            tuple(Candidate(c, "1", {"written": Mark(w), "interview": Mark(i)}) for c, (w, i) in people.items()),
        ),
    )
    assert refusals == ()
    assert made == direct


@pytest.mark.parametrize("text", ["80", "80.5", "0", "-0.5", "007", "999999999999.999999999999"])
def test_plain_figures_are_a_number(text):
    assert number_from(text) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1,234.5", "holds a comma"),
        ("80,5", "holds a comma"),
        ("８０．５", "full-width"),
        *(
            (text, "not a number")
            for text in ["NaN", "Infinity", "1e2", ".5", "80.", "+80", "80分", "85%", "٨٠", "8 0"]
        ),
        ("1" * 13, "not a number"),
    ],
)
def test_anything_else_is_told_and_not_guessed(text, part):
    assert part in str(number_from(text))


def test_every_bad_row_is_told_at_once_with_file_row_and_column():
    marks = """
candidate,post,part,room,group,judge,element,mark,state
A,01,written,,,,,101,
A,01,written,,,,,80,
A,02,interview,1,expert,1,a,50,
A,01,interview,2,expert,1,b,41,
A,01,interview,1,,2,a,50,
A,01,interview,1,expert,2,,50,
A,01,interview,1,expert,,a,50,
A,01,interview,1,expert,2,a,80,absent
A,01,interview,1,jury,2,a,50,
B,01,writen,,,,,80,
B,01,,,,,,80,
B,01,written,,,,,八十,
B,01,interview,,expert,1,a,5,
B,01,written,,,,,,病假
C,01,written,,,1,,80,
C,01,lot,,,,,1.5,
C,01,bonus:interview,,,,x,3,
C,01,bonus,,,,x,3,
C,01,qualification:党龄,,,,,3,
C,01,standing,,,,,,
C,01,admitted:proposed,,,,,2,
C,01,extra_test,,,1,,70,
,01,written,,,,,70,
"""
    assert told(PANEL, marks, "post,places\n01,x\n01,2\n") == [
        "1.csv row 2 A.written: 101 is not between 0 and 100.",
        "1.csv row 3 part: This stands twice; the first time in row 2 of 1.csv.",
        "1.csv row 4 post: The candidate A already has the post 01.",
        "1.csv row 5 room: The candidate A is already in room 1.",
        "1.csv row 6 judge: The judge's group must be named, one of: ('expert', 'public').",
        "1.csv row 7 judge: The element must be named, one of: ('a', 'b').",
        "1.csv row 8 judge: The judge must be named.",
        "1.csv row 9 mark: There is a mark, 80, beside the state “absent”.",
        "1.csv row 11 part: There is no part writen.",
        "1.csv row 12 part: The part must be named.",
        "1.csv row 13 mark: “八十” is not a number in plain figures, such as 80 or 80.5.",
        f"1.csv row 15 state: “病假” is no state. Write one of: {tuple(one.value for one in MarkState)}.",
        "1.csv row 16 judge: No panel marks written.",
        "1.csv row 17 mark: This must be a whole number from 1 on.",
        "1.csv row 18 C.bonus:interview: The scheme gives no bonus points on interview.",
        f"1.csv row 19 part: Write it as one of: {RECORD_FORMS}.",
        "1.csv row 20 part: No tie chain of the scheme asks for this.",
        "1.csv row 21 state: The state is missing.",
        "1.csv row 22 mark: This must be 1 for admitted or 0.",
        "1.csv row 23 judge: This column has no meaning in this row.",
        "1.csv row 24 candidate: The candidate is missing.",
        "2.csv row 2 places: “x” is not a number in plain figures, such as 80 or 80.5.",
        "2.csv row 2 places: The number of places of post 01 is needed. Give a table with the columns post and places.",
        "2.csv row 3 post: The post 01 stands twice.",
    ]


def test_what_is_missing_is_told_with_what_is_wrong_but_not_what_cannot_be_read():
    rows = "candidate,part,mark\nA,written,101\nB,written,x\nB,interview,70\nC,written,70\nC,interview,"
    assert told(PLAIN, rows) == [
        "1.csv row 2 A.written: 101 is not between 0 and 100.",
        "1.csv row 2 A.interview: The mark is missing.",
        "1.csv row 3 mark: “x” is not a number in plain figures, such as 80 or 80.5.",
        "1.csv row 6 C.interview: The mark is missing.",
    ]


def test_a_judges_problem_is_told_at_the_judges_row():
    rows = """
candidate,part,group,judge,element,mark
A,written,,,,80
A,interview,expert,1,a,50
A,interview,expert,1,b,41
A,interview,expert,2,a,50
A,interview,jury,1,a,5
A,interview,jury,1,b,5
"""
    assert told(PANEL, rows, "post,places\n1,1") == [
        "1.csv row 3 A.interview.public: Judges of this group who have marked: 0; at least 1 are needed.",
        "1.csv row 4 A.interview.expert/1/b: 41 is not between 0 and 40.",
        "1.csv row 5 A.interview.expert/2/b: The mark for 乙项 is missing.",
        "1.csv row 6 A.interview.jury/1: The scheme has no group of judges jury.",
    ]


def test_a_list_of_candidates_finds_strangers_and_those_who_are_wanting():
    listed = "candidate,post,state\nA,1,\nB,1,\nC,1,取消资格\nC,1,"
    assert told(PLAIN, "candidate,part,mark\nA,written,80\nA,interview,80\nD,written,80", listed) == [
        "1.csv row 4 candidate: The list of candidates does not name D.",
        "2.csv row 3 B.written: The mark is missing.",
        "2.csv row 3 B.interview: The mark is missing.",
        "2.csv row 5 candidate: This stands twice; the first time in row 4 of 2.csv.",
    ]


def test_codes_that_look_alike_are_not_two_people():
    both = "A1,written,80\nA1,interview,80\nＡ1,written,80\nＡ1,interview,80\na1,written,80\na1,interview,80"
    assert told(PLAIN, f"candidate,part,mark\n{both}") == [
        "1.csv row 4 candidate: Ａ1 and A1 differ only in spaces or full-width signs."
    ]


@pytest.mark.parametrize(
    ("heading", "problem"),
    [
        ("a,b", ["row 1 a: This column is not known.", "row 1 b: This column is not known."]),
        ("candidate,mark,成绩", ["row 1 成绩: This column stands twice."]),
        ("candidate,part", ["row 1 mark: This column is missing in the first row."]),
        ("mark,state", ["row 1: The first row makes no table that is known"]),
        ("candidate,mark,places", ["row 1 places: This column does not belong to a table of this kind (marks)."]),
        ("room,part", ["row 1 count: This column is missing", "row 1 sum: This column is missing"]),
    ],
)
def test_a_wrong_heading_is_told_and_no_row_is_read(heading, problem):
    found = told(PLAIN, f"{heading}\nx,y", "candidate,part,mark\nA,written,101")
    assert len(found) == len(problem)
    assert all(one.startswith(f"1.csv {start}") for one, start in zip(found, problem, strict=True))


def test_cells_that_nobody_can_read_are_told():
    rows = f"candidate,part,mark\nA,written,80,81\nA\u200b,written,80\n{'x' * 201},written,80"
    assert told(PLAIN, rows) == [
        "1.csv row 2: This row has more cells than the heading has columns.",
        "1.csv row 3 candidate: This cell holds a character that nobody can see.",
        "1.csv row 4 candidate: This cell is longer than 200 characters.",
    ]


def test_posts_are_found_out_where_they_can_be():
    assert read(PLAIN, "candidate,part,mark\nA,written,80").inputs.posts == (Post("1", 1),)
    assert read(PLAIN, "candidate,part,mark\nA,written,80", "post,group\n07,").inputs.candidates[0].post == "07"
    several = told(PLAIN, "candidate,post,part,mark\nA,1,written,80\nB,2,written,80\nC,,written,80")
    assert "1.csv row 4 post: The post of the candidate C is missing." in several
    unknown = told(PLAIN, "candidate,post,part,mark\nA,9,written,80\nA,9,interview,80", "post,places\n1,1")
    assert unknown == ["1.csv row 2 A: There is no post 9."]


def test_nobody_is_refused_unless_something_else_is_asked():
    assert told(PLAIN, "post,places\n1,1") == [" There is no candidate in these tables."]
    opening = scheme_from(TWO_PARTS + "[opening]\nper_place = 3")
    made, _ = read(opening, "post,places,registered\n1,2,5\n2,2,").counted()
    assert made.results == ()
    assert [(post.places, post.open) for post in read(opening, "post,places,registered\n1,2,5\n2,2,").posts] == [
        (2, 1),
        (2, 2),
    ]


def test_one_candidate_and_all_equal_are_no_special_case():
    rows = "candidate,part,mark\n" + "".join(f"{c},written,70\n{c},interview,70\n" for c in "ABC")
    made, _ = read(PLAIN, rows).counted()
    assert [(one.rank, one.tied) for one in made.results] == [(1, True)] * 3
    alone, _ = read(PLAIN, "candidate,part,mark\nA,written,70\nA,interview,70").counted()
    assert [(one.rank, one.tied) for one in alone.results] == [(1, False)]


# ── rooms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rooms_are_given_by_sum_by_mean_or_with_the_mean_of_all():
    sums = read(ROOMS, "考场,人数,总分\n1,2,160\n2,3,270").inputs
    assert sums.rooms == (
        KnownRoom.summed("interview", "1", Decimal(160), 2, "1"),
        KnownRoom.summed("interview", "2", Decimal(270), 3, "1"),
    )
    means = read(ROOMS, "room,mean,count\n1,80,\n2,90,3\n,86,").inputs
    assert means.rooms == (
        KnownRoom("interview", "1", Decimal(80), unit="1"),
        KnownRoom("interview", "2", Decimal(90), 3, "1"),
        KnownRoom("interview", "", Decimal(86), unit="1"),
    )


def test_a_room_known_by_its_sum_corrects_the_marks_that_are_there():
    made, _ = read(ROOMS, "candidate,room,mark\nA,1,80", "room,count,sum\n1,2,160\n2,3,270").counted()
    assert made.result("A").total == Decimal("86.40")  # 430 ÷ 5 = 86; 86 ÷ 80 = 1.075 → 1.08


@pytest.mark.parametrize(
    ("marks", "rooms", "problem"),
    [
        ("A,3,80", "1,2,160\n2,3,270", "1.csv row 2 A.interview: The table of rooms does not name room 3."),
        (
            "A,1,80\nB,1,81",
            "1,1,100\n2,3,270",
            "2.csv row 2 interview.1: Room 1 is said to have 1 marks, but 2 are given.",
        ),
        ("A,1,80", "1,1,81\n2,3,270", "2.csv row 2 interview.1: The marks of room 1 add up to 80, not to 81."),
        ("A,1,80", "1,2,160\n1,3,270", "2.csv row 3 room: This room stands twice."),
        ("A,1,80", "1,2,\n2,3,270", "2.csv row 2 sum: A room needs the sum and the count of its marks, or their mean."),
        (
            "A,,80",
            "1,2,160\n2,3,270",
            "1.csv row 2 A.interview: The room must be known for a part with a room coefficient.",
        ),
        ("A,1,80", "1,2.5,160\n2,3,270", "2.csv row 2 count: This must be a whole number from 1 to 1000000."),
    ],
)
def test_rooms_that_do_not_go_with_the_marks_are_refused(marks, rooms, problem):
    found = told(ROOMS, f"candidate,room,mark\n{marks}", f"room,count,sum\n{rooms}")
    assert problem in found


def test_a_pooled_mean_needs_every_count_or_the_mean_itself():
    assert "must be stated itself" in told(ROOMS, "room,mean\n1,80\n2,90")[0]
