"""How a panel's marks are to be combined: the `[panel.<part>]` section of a scheme (rules.md §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.errors import Problem
from core.words import Name
from scoring.document import Table, unique_keys
from scoring.marks import Precision, total

WHOLE = "total"  # the one element of a panel whose judges give a single mark
EVERYBODY = "panel"  # the one group where the scheme names none


class TrimPer(StrEnum):
    """What is trimmed."""

    JUDGE_TOTAL = "judge_total"  # 体操打分法
    ELEMENT = "element"  # 小分平均法


class TrimOver(StrEnum):
    """Among whom the extremes are looked for."""

    GROUP = "group"
    PANEL = "panel"


class Few(StrEnum):
    """What happens with fewer marks present than a trim needs."""

    REFUSE = "refuse"
    KEEP_ALL = "keep_all"


class MissingJudge(StrEnum):
    """What a seat does about whose sheet nothing is known; one said to be absent or void is always left out."""

    REFUSE = "refuse"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Trim:
    """Drop the `high` highest and `low` lowest; with fewer than `least` marks present `few` says what then."""

    high: int = 0
    low: int = 0
    least: int = 1
    few: Few = Few.REFUSE

    @property
    def drops(self) -> bool:
        """Whether anything is dropped at all."""
        return self.high + self.low > 0


@dataclass(frozen=True, slots=True)
class Element:
    """A thing judged (测评要素), its maximum for one judge, and the factor its mean is multiplied by."""

    key: str
    name: Name
    maximum: Decimal
    factor: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of judges and its weight; `seats` is how many sit, 0 if not said; below `least` it is not valid."""

    key: str
    name: Name
    weight: Fraction | None = None
    seats: int = 0
    trim: Trim = Trim()
    least: int = 1


@dataclass(frozen=True, slots=True)
class PanelRule:
    """How one part's judge marks become its panel mark; without a precision a stage is not rounded.

    Where no group has a weight the whole panel is one group for trims and means (`pooled`).
    """

    part: str
    elements: tuple[Element, ...]
    groups: tuple[Group, ...]
    trim_per: TrimPer = TrimPer.JUDGE_TOTAL
    trim_over: TrimOver = TrimOver.GROUP
    trim: Trim = Trim()
    least: int = 1
    missing_judge: MissingJudge = MissingJudge.REFUSE
    step: Decimal | None = None
    judge_precision: Precision | None = None
    element_precision: Precision | None = None
    factor_precision: Precision | None = None
    group_precision: Precision | None = None

    @property
    def pooled(self) -> bool:
        """Whether all judges count as one group."""
        return all(group.weight is None for group in self.groups)

    @property
    def over_panel(self) -> bool:
        """Whether the extremes are looked for among all judges."""
        return self.pooled or self.trim_over is TrimOver.PANEL

    @property
    def maximum(self) -> Fraction:
        """The highest panel mark there can be."""
        return total(Fraction(element.maximum) * element.factor for element in self.elements)


def read_panel(table: Table, part: str, maximum: Decimal | None, sheet: Mapping[str, object]) -> PanelRule:
    """Read `[panel.<part>]`; elements, groups and step come from `[sheet]` where it has them.

    `maximum` is the part's own, for a panel whose judges give one mark without elements.
    """
    sheet_table = Table.of(sheet, "sheet", table.problems)
    elements = _elements(table, sheet_table.tables("elements"), maximum)
    groups = _groups(table, sheet_table.tables("groups"))
    rule = PanelRule(
        part=part,
        elements=elements,
        groups=groups,
        trim_per=table.choice("trim_per", TrimPer, TrimPer.JUDGE_TOTAL),
        trim_over=table.choice("trim_over", TrimOver, TrimOver.GROUP),
        trim=_trim(table),
        least=table.whole("least_marks", 1, least=1) or 1,
        missing_judge=table.choice("missing_judge", MissingJudge, MissingJudge.REFUSE),
        step=table.number("step", sheet_table.number("step", above=0), above=0),
        judge_precision=table.precision("judge_decimals", "judge_rounding"),
        element_precision=table.precision("element_decimals", "element_rounding"),
        factor_precision=table.precision("factor_decimals", "factor_rounding"),
        group_precision=table.precision("group_decimals", "group_rounding"),
    )
    _check(table, rule)
    table.done()
    return rule


def _elements(table: Table, sheet: Sequence[Table], maximum: Decimal | None) -> tuple[Element, ...]:
    """Elements of the sheet with the factors written here, or the elements written here alone."""
    own = table.tables("elements")
    found = {key: element for key, element in (_element(inner) for inner in sheet) if key}
    unique_keys([(inner.key("key"), inner) for inner in own])
    for inner in own:
        key = inner.text("key")
        if key in found:
            found[key] = replace(found[key], factor=inner.ratio("factor", Fraction(1)) or Fraction(1))
            inner.name()
        elif sheet:
            inner.note("key", Problem("The sheet has no element {key}.", {"key": key}))
        else:
            found[key] = _element(inner)[1]
        inner.done()
    if found:
        return tuple(found.values())
    if maximum is None:
        table.note("elements", Problem("The judges' elements or the part's maximum must be written."))
    return (Element(WHOLE, Name("总分", "Total"), maximum or Decimal(100)),)


def _element(table: Table) -> tuple[str, Element]:
    key = table.key("key")
    maximum = table.number("maximum", above=0)
    if maximum is None:
        table.note("maximum", Problem("The highest mark of this element must be written."))
    return key, Element(key, table.name(), maximum or Decimal(1), table.ratio("factor") or Fraction(1))


def _groups(table: Table, sheet: Sequence[Table]) -> tuple[Group, ...]:
    """Groups written here; name and seats come from the sheet's group of the same key."""
    own = table.tables("groups")
    seated = {inner.text("key"): (inner.name(), inner.whole("seats", 0) or 0) for inner in sheet}
    unique_keys([(inner.key("key"), inner) for inner in own])
    groups: list[Group] = []
    for inner in own:
        key = inner.text("key")
        name, seats = inner.name(), inner.whole("seats", 0) or 0
        if key in seated:
            name = name if inner.has("name") else seated[key][0]
            seats = seats or seated[key][1]
        elif seated:
            inner.note("key", Problem("The sheet has no group {key}.", {"key": key}))
        groups.append(
            Group(key, name, inner.ratio("weight"), seats, _trim(inner), inner.whole("least_marks", 1, least=1) or 1)
        )
        inner.done()
    if not groups:
        groups = [Group(key, name, None, seats) for key, (name, seats) in seated.items()]
    for key in seated.keys() - {group.key for group in groups}:
        table.note("groups", Problem("The sheet's group {key} has no rule here.", {"key": key}))
    return tuple(groups) or (Group(EVERYBODY, Name("评委", "Panel")),)


def _trim(table: Table) -> Trim:
    high = table.whole("drop_high", 0, most=100) or 0
    low = table.whole("drop_low", 0, most=100) or 0
    least = table.whole("drop_least_marks", high + low + 1, least=1) or 1
    if least <= high + low:
        table.note(
            "drop_least_marks",
            Problem("Dropping {drops} marks needs at least {least}.", {"drops": high + low, "least": high + low + 1}),
        )
    return Trim(high, low, least, table.choice("few_marks", Few, Few.REFUSE))


def _check(table: Table, rule: PanelRule) -> None:
    weights = [group.weight for group in rule.groups if group.weight is not None]
    if weights and len(weights) < len(rule.groups):
        table.note("groups", Problem("Either every group has a weight or none has."))
    elif weights and sum(weights) != 1:
        table.note("groups", Problem("The weights of the groups must add up to 1."))
    if rule.over_panel and any(group.trim.drops for group in rule.groups):
        table.note("groups", Problem("Extremes are dropped over the whole panel here, so a group cannot drop its own."))
    if not rule.over_panel and rule.trim.drops:
        table.note(
            "drop_high" if rule.trim.high else "drop_low",
            Problem("Extremes are dropped within each group here; write it in the groups."),
        )
    for group in rule.groups:
        scope_seats = sum(other.seats for other in rule.groups) if rule.over_panel else group.seats
        trim = rule.trim if rule.over_panel else group.trim
        if scope_seats and scope_seats < trim.least and trim.few is Few.REFUSE:
            table.note(
                f"groups.{group.key}",
                Problem(
                    "Seats: {seats}; too few to drop {drops} marks.",
                    {"seats": scope_seats, "drops": trim.high + trim.low},
                ),
            )
