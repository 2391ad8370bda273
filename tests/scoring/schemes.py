"""A short scheme with everything that a selection needs from its papers to its pool."""

SCHEME = """
[scheme]
name = "规则"
[[parts]]
key = "total"
decimals = 2
[[parts]]
key = "written"
of = "total"
weight = 0.4
decimals = 2
pass_mark = 60
[[parts]]
key = "common"
of = "written"
weight = 0.6
maximum = 100
input_decimals = 2
absent = "out"
[[parts]]
key = "professional"
of = "written"
weight = 0.4
maximum = 100
input_decimals = 2
[[parts]]
key = "interview"
of = "total"
weight = 0.6
decimals = 2
pass_mark = 60
[sheet]
step = 0.5
elements = [{ key = "speech", name = "演讲", maximum = 40 }, { key = "analysis", name = "分析", maximum = 60 }]
groups = [{ key = "expert", name = "专家", seats = 4 }, { key = "representative", name = "代表", seats = 2 }]
[panel.interview]
group_decimals = 2
[[panel.interview.groups]]
key = "expert"
weight = 0.8
drop_high = 1
drop_low = 1
[[panel.interview.groups]]
key = "representative"
weight = 0.2
[rooms.interview]
mean_decimals = 4
coefficient_decimals = 4
decimals = 2
[order]
ties = ["part:interview", "part:written"]
[[cuts]]
key = "interview"
by = "written"
per_place = 4
[[cuts]]
key = "proposed"
per_place = 2
[reserve]
rule = "top_not_chosen"
top = 2
months = 12
"""
