"""The scheme (计分规则): every scoring section of one document, read and checked, all problems at once.

Sections of other rooms, `[eligibility]`, `[sheet]` and `[retention]`, are read there; elements, groups and step
of `[sheet]` are looked up here for the panels.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from core.canonical import fingerprint
from core.errors import Problem, Refusal, refuse_any
from core.words import Name
from scoring.cuts import Break, CutRule, OpeningRule, read_cut, read_opening
from scoring.document import Table, decimal_from, unique_keys, unreasonable_numbers
from scoring.floors import FloorRule, read_floor
from scoring.panel_rule import PanelRule, read_panel
from scoring.parts import Part, read_parts
from scoring.ranking import TieBy, TieKey, read_tie_keys
from scoring.reserve import ReserveRule, read_reserve
from scoring.rooms import RoomRule, read_rooms

ELSEWHERE = frozenset({"eligibility", "sheet", "retention"})
MOST_DOCUMENT = 500_000  # characters of a scheme file


class RankWithin(StrEnum):
    """Among whom ranks are counted."""

    POST = "post"
    GROUP = "group"  # a closed group of posts


@dataclass(frozen=True, slots=True)
class Scheme:
    """A checked scheme. `trees` are the parts that belong to no other, by key; `total` is the one that ranks."""

    name: Name
    trees: Mapping[str, Part]
    total: str
    panels: Mapping[str, PanelRule]
    rooms: Mapping[str, RoomRule]
    ties: tuple[TieKey, ...]
    breaking: Break
    within: RankWithin
    cuts: tuple[CutRule, ...]
    floors: tuple[FloorRule, ...]
    opening: OpeningRule | None
    reserve: ReserveRule | None
    fingerprint: str

    @property
    def root(self) -> Part:
        """The part whose value ranks."""
        return self.trees[self.total]

    def all_parts(self) -> dict[str, Part]:
        """Every part by key, inner ones first."""
        return {part.key: part for tree in self.trees.values() for part in tree.walk()}

    def cut(self, key: str) -> CutRule:
        """The cut of a key. Raises KeyError if the scheme has none."""
        for rule in self.cuts:
            if rule.key == key:
                return rule
        raise KeyError(key)


def document_from_toml(text: str) -> dict[str, object]:
    """A scheme file as a document with Decimals. Raises Refusal with the reader's own words on bad TOML."""
    if len(text) > MOST_DOCUMENT:
        raise Refusal("The scheme file is longer than {most} characters.", most=MOST_DOCUMENT)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refusal("This is not a valid TOML document: {detail}", detail=str(error)) from error


def parse_scheme(document: Mapping[str, object], elsewhere: Collection[str] = ELSEWHERE) -> Scheme:
    """Read and check the scoring sections of a document. Raises Refusal with every problem and its path.

    `elsewhere` are the sections that other packages read.
    """
    problems = list(unreasonable_numbers(document, ""))
    refuse_any(problems)
    top = Table(document, "", problems)
    top.read.update(elsewhere)
    head = top.table("scheme")
    name = head.name()
    head.whole("format", 1, least=1, most=1)
    head.done()
    sheet = document.get("sheet")
    sheet = sheet if isinstance(sheet, Mapping) else {}
    part_tables = top.tables("parts")
    panels = _read_panels(top.table("panel"), part_tables, sheet)
    trees = read_parts(part_tables, {key: panel.maximum for key, panel in panels.items()}, problems)
    scheme = _read_rest(top, document, name, trees, panels)
    top.done()
    refuse_any(problems)
    if scheme is None:
        raise ValueError("a scheme without problems has parts")
    return scheme


def _read_panels(table: Table, parts: list[Table], sheet: Mapping[str, object]) -> dict[str, PanelRule]:
    by_key = {str(part.values.get("key")): part for part in parts}
    panels: dict[str, PanelRule] = {}
    for key in table.values:
        inner = table.table(key)
        if key not in by_key:
            inner.note("", Problem("There is no part {key}.", {"key": key}))
        maximum = decimal_from(by_key[key].values.get("maximum")) if key in by_key else None
        panels[key] = read_panel(inner, key, maximum, sheet)
    return panels


def _read_rest(
    top: Table,
    document: Mapping[str, object],
    name: Name,
    trees: Mapping[str, Part],
    panels: Mapping[str, PanelRule],
) -> Scheme | None:
    order = top.table("order")
    total = order.text("by", "total" if "total" in trees else next(iter(trees), ""))
    ties = read_tie_keys(order, "ties")
    parts = {part.key: part for tree in trees.values() for part in tree.walk()}
    rooms = _read_room_rules(top.table("rooms"), parts)
    cut_tables = top.tables("cuts")
    unique_keys([(table.text("key"), table) for table in cut_tables])
    breaking = order.choice("break_ties", Break, Break.AT_CUT)
    cuts = tuple(read_cut(table, list(parts), total, ties, breaking) for table in cut_tables)
    cut_keys = [cut.key for cut in cuts]
    floors = tuple(read_floor(table, list(parts), cut_keys) for table in top.tables("floors"))
    if not trees:
        top.note("parts", Problem("The scheme has no parts."))
    elif total not in trees:
        order.note("by", Problem("There is no part {key} that ranks.", {"key": total}))
    within = order.choice("within", RankWithin, RankWithin.POST)
    order.done()
    opening = read_opening(top.table("opening"))
    reserve = read_reserve(top.table("reserve")) if top.has("reserve") else None
    _check_keys(top, trees, total, panels, cuts, ties)
    if not trees or top.problems:
        return None
    return Scheme(
        name, trees, total, panels, rooms, ties, breaking, within, cuts, floors, opening, reserve, fingerprint(document)
    )


def _read_room_rules(table: Table, parts: Mapping[str, Part]) -> dict[str, RoomRule]:
    rules: dict[str, RoomRule] = {}
    for key in table.values:
        inner = table.table(key)
        rules[key] = read_rooms(inner, key)
        if key not in parts:
            inner.note("", Problem("There is no part {key}.", {"key": key}))
    return rules


def _check_keys(
    top: Table,
    trees: Mapping[str, Part],
    total: str,
    panels: Mapping[str, PanelRule],
    cuts: tuple[CutRule, ...],
    ties: tuple[TieKey, ...],
) -> None:
    """Keys that point to nothing, and parts that lead nowhere."""
    parts = {part.key for tree in trees.values() for part in tree.walk()}
    chains = [("order.ties", ties), *((f"cuts.{cut.key}.ties", cut.ties) for cut in cuts if cut.ties is not ties)]
    for where, chain in chains:
        for key in chain:
            if key.by in {TieBy.PART, TieBy.EXACT} and key.of and key.of not in parts:
                top.problems.append(Problem("There is no part {key}.", {"key": key.of}, where))
            if key.by is TieBy.UNDROPPED_SUM and key.of not in panels:
                top.problems.append(Problem("No panel marks {key}.", {"key": key.of}, where))
    for before, after in pairwise(cuts):
        if before.by == after.by and before.ties != after.ties:
            top.problems.append(Problem("Cuts by the same part must break ties alike.", field=f"cuts.{after.key}.ties"))
    for lost in trees.keys() - {total} - {cut.by for cut in cuts}:
        top.problems.append(Problem("This part leads nowhere: no part, cut or order uses it.", field=f"parts.{lost}"))
