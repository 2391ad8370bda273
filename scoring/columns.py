"""What the columns and cells of a table of marks may say, in English and Chinese."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from scoring.marks import MarkState


class Column(StrEnum):
    """A column, by the English word that heads it."""

    CANDIDATE = "candidate"
    POST = "post"
    ROOM = "room"  # or the subject, where subjects are evened out
    PART = "part"
    JUDGE = "judge"
    GROUP = "group"  # of judges, the class of voters; in a table of posts or rooms the closed group of posts
    ELEMENT = "element"  # of a sheet, the grade of ballots
    MARK = "mark"
    STATE = "state"
    PLACES = "places"
    REGISTERED = "registered"
    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    KIND = "kind"  # of a finding
    ARTICLE = "article"
    AUTHORITY = "authority"
    NAME = "name"  # for readers alone
    NOTE = "note"  # for readers alone


HEADINGS: Mapping[Column, tuple[str, ...]] = {
    Column.CANDIDATE: ("candidate", "考生", "考生编号", "考生号", "考号", "准考证号", "抽签号", "面试序号"),
    Column.POST: ("post", "职位", "岗位", "职位代码", "岗位代码", "报考职位", "报考岗位"),
    Column.ROOM: ("room", "考场", "考场号", "面试室", "面试考场", "subject", "专业科目"),
    Column.PART: ("part", "科目", "项目", "成绩项目"),
    Column.JUDGE: ("judge", "考官", "评委", "考官席位", "评委席位"),
    Column.GROUP: ("group", "组别", "考官组", "评委组", "职位组", "票类"),
    Column.ELEMENT: ("element", "要素", "测评要素", "评分要素", "等次"),
    Column.MARK: ("mark", "成绩", "分数", "得分", "票数"),
    Column.STATE: ("state", "状态"),
    Column.PLACES: ("places", "职数", "名额", "招录人数", "招聘人数", "计划数", "招录计划", "招聘计划"),
    Column.REGISTERED: ("registered", "报名人数", "缴费人数"),
    Column.COUNT: ("count", "人数", "考生人数"),
    Column.SUM: ("sum", "总分", "合计", "分数合计"),
    Column.MEAN: ("mean", "平均分", "平均成绩"),
    Column.KIND: ("kind", "认定情形", "情形"),
    Column.ARTICLE: ("article", "条款"),
    Column.AUTHORITY: ("authority", "认定机关"),
    Column.NAME: ("name", "姓名"),
    Column.NOTE: ("note", "备注", "说明"),
}

STATES: Mapping[MarkState, tuple[str, ...]] = {
    MarkState.PRESENT: ("present", "正常", "到考", "有效"),
    MarkState.MISSING: ("missing", "未录入", "待录入", "待定"),
    MarkState.ABSENT: ("absent", "缺考", "缺席", "未到"),
    MarkState.EXEMPT: ("exempt", "免试", "免考"),
    MarkState.WITHDRAWN: ("withdrawn", "放弃", "弃权", "弃考", "自愿放弃"),
    MarkState.VOID: ("void", "无效", "成绩无效", "作废"),
    MarkState.DISQUALIFIED: ("disqualified", "取消资格"),
}


class Record(StrEnum):
    """What a row may record in the column `part` besides a part of the scheme; NAMED ones as `word:name`."""

    BONUS = "bonus"  # bonus:<part>; the kind stands in the column `element`
    QUALIFICATION = "qualification"  # qualification:<name>
    ADMITTED = "admitted"  # admitted:<cut>; mark 1 or empty: admitted, 0: not
    EXTRA_TEST = "extra_test"
    LOT = "lot"
    COMMITTEE = "committee"
    STANDING = "standing"  # the person's own state, in the column `state`


RECORDS: Mapping[Record, tuple[str, ...]] = {
    Record.BONUS: ("bonus", "加分"),
    Record.QUALIFICATION: ("qualification", "条件"),
    Record.ADMITTED: ("admitted", "入围"),
    Record.EXTRA_TEST: ("extra_test", "加试"),
    Record.LOT: ("lot", "抽签"),
    Record.COMMITTEE: ("committee", "集体研究"),
    Record.STANDING: ("standing", "考生状态"),
}
NAMED = frozenset({Record.BONUS, Record.QUALIFICATION, Record.ADMITTED})


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """A word as it is compared: plain, in lower case."""
    return plain(text).casefold()


def plain(text: str) -> str:
    """A text with its full-width signs made plain (NFKC) and without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


COLUMN_OF: Mapping[str, Column] = {fold(word): column for column, words in HEADINGS.items() for word in words}
STATE_OF: Mapping[str, MarkState] = {fold(word): state for state, words in STATES.items() for word in words}
RECORD_OF: Mapping[str, Record] = {fold(word): record for record, words in RECORDS.items() for word in words}
