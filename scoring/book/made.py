"""The whole result book, made from a tally and its inputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.words import Name
from scoring.book.calculation import Calculation
from scoring.book.judging import Judging
from scoring.book.ordering import Ordering
from scoring.book.rooming import Rooming
from scoring.book.sheets import Cell, Kind, Look, Sheet, figure, fill, formula, words
from scoring.inputs import Inputs
from scoring.marks import MarkState
from scoring.scheme import RankWithin, Scheme
from scoring.tally import CandidateResult, Tally

STATES: Mapping[MarkState, str] = {
    MarkState.MISSING: "无成绩 missing", MarkState.ABSENT: "缺考 absent", MarkState.EXEMPT: "免试 exempt",
    MarkState.WITHDRAWN: "放弃 withdrawn", MarkState.VOID: "无效 void", MarkState.DISQUALIFIED: "取消资格 disqualified",
}  # fmt: skip
TICKET, POST = Name("准考证号", "Ticket number"), Name("职位", "Post")


@dataclass(frozen=True, slots=True)
class Book:
    """Sheets in the order in which they are shown, and how many computed figures stand in them as figures."""

    sheets: tuple[Sheet, ...]
    fixed: int


def made_book(scheme: Scheme, inputs: Inputs, tally: Tally, facts: Mapping[str, str]) -> Book:
    """The book of a tally without refusals; `facts` are lines of the first sheet, such as digests, by their heading."""
    known = frozenset((one.part, one.room) for one in inputs.rooms)
    calculation = Calculation(
        Sheet("原始成绩", Name("原始成绩", "Marks as entered"), 2),
        Sheet("计算", Name("计算过程", "Calculation"), 2),
        Sheet("精确值", Name("修约前的精确值（分子、分母）", "Exact values: numerator and denominator"), 2, aside=True),
        Judging(Sheet("考官评分", Name("考官评分", "Judges' marks"), 4)),
        Rooming(Sheet("考场系数", Name("考场系数", "Room coefficients"), 2), known),
    )
    people = {one.code: one for one in inputs.candidates}
    posts = {one.code: one for one in inputs.posts}
    for result in tally.results:
        one = people[result.candidate]
        calculation.add(one, scheme.at(posts[one.post]), list(result.parts.values()))
    fixed = [ref for _, ref in calculation.fixed] + calculation.rooming.finish()
    names = {key: part.name for own in scheme.everywhere() for key, part in own.all_parts().items()}
    orders = [_order(calculation, scheme, inputs, tally, place, names) for place in range(len(tally.stages))]
    fixed += [ref for order in orders for _, ref in order.fixed]
    shown = [_summary(calculation, orders[-1], tally, names), *(order.sheet for order in orders[::-1])]
    rest = [
        calculation.steps,
        calculation.rooming.sheet,
        calculation.judging.sheet,
        calculation.marks,
        calculation.exact,
    ]
    about = _about(scheme, facts, fixed)
    return Book((about, *(one for one in (*shown, *rest) if one.rows)), len(fixed))


def _order(
    calculation: Calculation, scheme: Scheme, inputs: Inputs, tally: Tally, place: int, names: Mapping[str, Name]
) -> Ordering:
    """The ranks of one stage; the last one's sheet is called by that alone."""
    stage, last = tally.stages[place], place == len(tally.stages) - 1
    part = names[stage.by]
    title = Name(f"名次：{part.chinese}", f"Ranks by {part.english or part.chinese}")
    sheet = Sheet("名次" if last else f"名次{place + 1}", title, 2)
    columns = [("unit", POST, 8), ("candidate", TICKET, 14), ("rank", Name("名次", "Rank"), 7), ("value", part, 11)]
    fill(sheet, columns)
    order = Ordering(sheet, calculation, stage, names)
    schemes: dict[str, Scheme] = {}
    for post in inputs.posts:
        schemes[post.code if scheme.within is RankWithin.POST else post.group] = scheme.at(post)
    for unit in stage.units.values():
        order.unit(unit, schemes[unit.unit])
    return order


def _summary(calculation: Calculation, order: Ordering, tally: Tally, names: Mapping[str, Name]) -> Sheet:
    """Everybody by post and rank: each part's mark, the total, the entry; who has none says why."""
    sheet = Sheet("总表", Name("成绩总表", "Results"), 3)
    columns = [("post", POST, 8), ("rank", Name("名次", "Rank"), 7), ("candidate", TICKET, 14)]
    fill(sheet, columns)
    present = {key for result in tally.results for key in result.parts}
    parts = [key for key in names if key in present]
    for key in parts:
        sheet.column(("part", key), Name(names[key].chinese, names[key].english or key))
    enters = sheet.column("enters", Name("入围", "Enters"), 8)
    for result in tally.results:
        row = sheet.add_row()
        sheet.put(row, 0, words(result.post))
        sheet.put(row, 2, words(result.candidate))
        for column, cell in _cells(calculation, order, result, parts, sheet):
            sheet.put(row, column, cell)
        if result.candidate in order.entries and result.rank is not None:
            expected = {True: 1, False: 0, None: -1}[result.entered]
            sheet.put(row, enters, formula(order.entries[result.candidate], expected, 0, Look.YES))
    return sheet


def _cells(
    calculation: Calculation, order: Ordering, result: CandidateResult, parts: list[str], sheet: Sheet
) -> Iterator[tuple[int, Cell]]:
    own = calculation.rows[result.candidate]
    if result.rank is not None:
        yield 1, formula(order.ranks[result.candidate], result.rank, 0, Look.STRONG)
    for key in parts:
        found, shown = result.parts.get(key), own.parts.get(key)
        if found is None:
            continue
        column = sheet.columns["part", key]
        if found.value is not None and shown is not None:
            yield column, formula(shown.ref, found.value, shown.places)
        elif found.value is not None:
            yield column, figure(found.value, Kind.FIXED)
        elif not found.blocked_by:
            yield column, words(STATES[found.state])


def _about(scheme: Scheme, facts: Mapping[str, str], fixed: list[str]) -> Sheet:
    """What the book is, and which figures in it are none of a formula's."""
    sheet = Sheet("说明", Name(scheme.name.chinese or "结果簿", scheme.name.english or "Result book"))
    fill(sheet, [("what", Name("项目", "What"), 34), ("is", Name("内容", "Is"), 80)])
    lines = {
        **facts,
        "公式 Formulas": "所有计算出的格都是公式，由表格程序重新算出。Every computed cell is a formula.",
        "整数 Whole numbers": (
            "修约用整数进行：修约前的值写成分子、分母，见最后一张表。"
            "Rounding is done on whole numbers: exact values stand as numerator and denominator on the last sheet."
        ),
        "删除线 Struck out": "去掉的最高分、最低分。A highest or lowest mark that is dropped.",
        "职数、名额 Places": "入围人数由规则和职数得出，写为数字。How many enter follows from rules and places.",
        "灰底 Grey": (
            f"公式不能精确给出、写为数字的计算结果：{len(fixed)}。"
            f"Computed figures that no formula gives exactly, written as figures: {len(fixed)}. "
            + "、".join(fixed[:50])
        ),
    }
    for what, text in lines.items():
        row = sheet.add_row()
        sheet.put(row, 0, words(what))
        sheet.put(row, 1, words(text))
    return sheet
