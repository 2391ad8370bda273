"""Plain builders for the tests of scoring: schemes from TOML, marks, sheets, candidates."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.panel_rule import WHOLE
from scoring.scheme import Scheme, document_from_toml, parse_scheme
from scoring.schemes import scheme_text

CASES = Path(__file__).parent.parent / "cases" / "published"

TWO_PARTS = """
[[parts]]
key = "total"
decimals = 2

[[parts]]
key = "written"
of = "total"
weight = 0.5
maximum = 100

[[parts]]
key = "interview"
of = "total"
weight = 0.5
maximum = 100
"""

# every key of a scheme at once
EVERYTHING = """
[scheme]
name = "全部规则"
name_en = "Every rule"
[[parts]]
key = "total"
name = "综合成绩"
decimals = 3
rounding = "truncate"
[[parts]]
key = "written"
name = "笔试成绩"
of = "total"
weight = 0.4
weighted_decimals = 2
weighted_rounding = "half_even"
rescale_to = 100
sum_decimals = 1
decimals = 2
pass_mark = 60
pass_mark_on = "before_bonus"
bonus = { cap = 5, accumulate = true, stage = "before_rescale", needs_pass = true }
[[parts]]
key = "aptitude"
name = "职业能力"
of = "written"
maximum = 150
absent = "zero"
exempt = "out"
[[parts]]
key = "essay"
name = "申论"
of = "written"
maximum = 150
withdrawn = "leave_out"
[[parts]]
key = "interview"
name = "面试成绩"
of = "total"
weight = 0.6
bonus = {}
[[parts]]
key = "late"
name = "超时扣分"
of = "total"
deducted = true
maximum = 5
[panel.interview]
trim_per = "element"
trim_over = "panel"
drop_high = 1
drop_low = 1
drop_least_marks = 5
few_marks = "keep_all"
least_marks = 3
missing_judge = "leave_out"
step = 0.5
judge_decimals = 2
element_decimals = 2
factor_decimals = 2
group_decimals = 2
elements = [{ key = "a", name = "甲", maximum = 100, factor = 0.5 }, { key = "b", name = "乙", maximum = 50 }]
[[panel.interview.groups]]
key = "expert"
name = "专家评委"
seats = 7
weight = 0.8
least_marks = 3
[[panel.interview.groups]]
key = "public"
name = "群众评委"
weight = 0.2
[rooms.interview]
reference = "pooled_mean"
pool = "kept"
room_drop_high = 1
room_drop_low = 1
pool_drop_high = 2
pool_drop_low = 2
leave_out_above = 90
leave_out_below = 60
leave_out_share_below_mean = 0.6
mean_decimals = 2
reference_decimals = 4
coefficient_decimals = 3
decimals = 2
cap = 100
within = "selection"
[order]
within = "group"
break_ties = "everywhere"
ties = [
  "part:written", "exact", "exact:interview", "undropped_sum:interview",
  "qualification:学历", "extra_test", "lot", "all_in",
]
[[cuts]]
key = "interview"
name = "进入面试人选"
by = "written"
per_place = 1.5
table = [{ places = 4, take = 12 }]
ties = ["part:essay"]
equal = "out"
[[cuts]]
key = "proposed"
name = "考察人选"
take = 3
equal = "wait"
[[floors]]
part = "interview"
present_at_most_per_place = 1
floor = ["fixed", "room_mean", "lowest_successful"]
mark = 70
decimals = 2
[[floors]]
part = "interview"
present_fewer_than_per_place = 2
floor = ["fixed"]
mark = 60
satisfy = "all"
[opening]
per_place = 10
[reserve]
rule = "over_mark"
mark = 80
months = 12
extend_to = 24
order = "free_with_reason"
scope = "same_kind"
uses = 2
told = true
"""

# rules that stand beside those: entries of other kinds, findings, subjects, other posts
FURTHER = """
[scheme]
name = "其他规则"
[[parts]]
key = "total"
name = "综合成绩"
decimals = 2
cap = 100
bands = [90, 80, 60]
[[parts]]
key = "written"
name = "笔试成绩"
of = "total"
points = 50
maximum = 100
pass_mark = "recorded"
pass_mark_on = "before_bonus"
bonus = { cap = 4 }
[[parts]]
key = "appraisal"
name = "年度考核"
of = "total"
kind = "share"
points = 15
maximum = 100
grades = [{ key = "excellent", name = "优秀", points = 100 }, { key = "competent", name = "称职", points = 80 }]
[[parts]]
key = "assessment"
name = "民主测评"
of = "total"
points = 20
pass_mark = 0
pass_mark_above = true
[[parts]]
key = "resume"
name = "履历"
of = "total"
points = 15
maximum = 5
grades = [{ key = "senior", name = "十年以上", points = 5 }]
[ballots.assessment]
grades = [{ key = "good", name = "好", points = 100 }, { key = "fair", name = "一般", points = 60 }]
invalid = [{ key = "blank", name = "空白票" }]
classes = [{ key = "a", name = "A票", weight = 0.6 }, { key = "b", name = "B票", weight = 0.4 }]
least_ballots = 3
no_ballot = "leave_out"
class_decimals = 2
[rooms.written]
compares = "subjects"
within = "selection"
only_mixed = true
reference = "pooled_mean"
coefficient_decimals = 4
decimals = 2
[order]
ties = ["qualification:优待", "exact"]
[[cuts]]
key = "statement"
name = "进入陈述"
by = "written"
table = [{ places = 4, plus = 1 }, { places = 9, per_place = 1.5, plus = 1 }]
per_place = 1.2
fraction = "half_up"
[[cuts]]
key = "proposed"
name = "考察人选"
per_place = 1.5
fraction = "down"
[[findings]]
key = "integrity"
name = "廉洁自律一票否决"
authority = "纪检监察机关"
article = "第三条"
[[findings]]
key = "marked"
name = "试卷作标记"
effect = "void"
parts = ["written"]
[[findings]]
key = "named"
name = "透露姓名"
effect = "zero"
parts = ["assessment", "written"]
[opening]
per_place = 3
short = "cancel"
posts = [{ posts = ["05", "06"], per_place = 2 }]
waivers = [{ part = "written", fewer_than_per_place = 5 }]
[replacement.waived_before_review]
source = "statement"
until = "interview"
days_before = 3
[replacement.failed_physical]
rounds = 2
floor = 60
floor_part = "written"
until = "written_exam"
months_after = 12
[replacement.failed_investigation]
until = "approval"
[replacement.absent]
allowed = false
[[variants]]
key = "unassigned"
name = "不指定职位"
posts = ["11", "12"]
without = ["resume"]
parts = [{ key = "assessment", points = 35 }]
cuts = [{ key = "proposed", per_place = 2 }]
"""


def case(name: str) -> dict[str, Any]:
    """A published case by the name of its file."""
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def scheme_from(toml: str) -> Scheme:
    return parse_scheme(document_from_toml(toml))


def open_selection() -> Scheme:
    return scheme_from(scheme_text())


def marks(**values: str | MarkState | None) -> dict[str, Mark]:
    """Marks by part: figures as text, a state where there is none."""
    return {
        part: Mark(state=value) if isinstance(value, MarkState) else Mark.of(value)
        for part, value in values.items()
        if value is not None
    }


def candidate(code: str, post: str = "01", **values: str | MarkState | None) -> Candidate:
    return Candidate(code, post, marks(**values))


def inputs(*candidates: Candidate, places: int | Mapping[str, int] = 1, **more: Any) -> Inputs:
    """Inputs with the candidates' posts and `places` for each, or with the posts that `places` names."""
    if not isinstance(places, Mapping):
        places = dict.fromkeys(sorted({one.post for one in candidates}), places)
    posts = [Post(code, number) for code, number in places.items()]
    return Inputs(tuple(posts), candidates, **more)


def totals(group: str, values: Sequence[str | None], first_seat: int = 1) -> tuple[JudgeSheet, ...]:
    """One sheet per judge with a single mark; None is a judge who was absent."""
    return tuple(
        JudgeSheet(str(seat), group, {WHOLE: Decimal(value)})
        if value is not None
        else JudgeSheet(str(seat), group, state=MarkState.ABSENT)
        for seat, value in enumerate(values, start=first_seat)
    )


def by_element(group: str, columns: Mapping[str, Sequence[str | None]]) -> tuple[JudgeSheet, ...]:
    """One sheet per judge from the marks of each element; a judge with None anywhere was absent."""
    judges = list(zip(*columns.values(), strict=True))
    return tuple(
        JudgeSheet(str(seat), group, dict(zip(columns, map(Decimal, own), strict=True)))
        if None not in own
        else JudgeSheet(str(seat), group, state=MarkState.ABSENT)
        for seat, own in enumerate(judges, start=1)
    )
