"""The scheme (计分规则): every scoring section of one document, read and checked, all problems at once.

Sections of other rooms, `[eligibility]`, `[sheet]` and `[retention]`, are read there; elements, groups and step
of `[sheet]` are looked up here for the panels.
"""

import json
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Protocol, TypeVar

from core.canonical import fingerprint
from core.errors import Problem, Refusal, refuse_any
from core.words import Name
from scoring.ballots import BallotRule, read_ballots
from scoring.cuts import Break, CutRule, OpeningRule, read_cut, read_opening
from scoring.document import Table, decimal_from, unique_keys, unreasonable_numbers
from scoring.findings import FindingRule, read_finding
from scoring.floors import FloorRule, read_floor
from scoring.panel_rule import PanelRule, read_panel
from scoring.parts import Part, read_parts
from scoring.ranking import TieBy, TieKey, read_tie_keys
from scoring.replacement import Event, ReplacementRule, read_replacement
from scoring.reserve import ReserveRule, read_reserve
from scoring.review import ReviewRule, read_review
from scoring.rooms import RoomRule, read_rooms
from scoring.variants import variant_document

ELSEWHERE = frozenset({"eligibility", "sheet", "retention"})
MOST_DOCUMENT = 500_000  # characters of a scheme file

Rule = TypeVar("Rule")


class RankWithin(StrEnum):
    """Among whom ranks are counted."""

    POST = "post"
    GROUP = "group"  # a closed group of posts


class InPost(Protocol):
    """A post as the scheme looks at it: its code and its closed group."""

    @property
    def code(self) -> str:
        """The code of the post."""

    @property
    def group(self) -> str:
        """Its closed group, empty where it has none."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Rules for some posts, or some groups of posts, as a whole scheme that draws the same cuts."""

    key: str
    name: Name
    posts: tuple[str, ...]
    groups: tuple[str, ...]
    scheme: "Scheme"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A checked scheme. `trees` are the parts that belong to no other, by key; `total` is the one that ranks.

    `variants` hold for some posts alone; everything else is what holds for all other posts.
    """

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
    ballots: Mapping[str, BallotRule] = field(default_factory=dict)
    findings: Mapping[str, FindingRule] = field(default_factory=dict)
    replacement: Mapping[Event, ReplacementRule] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    review: ReviewRule | None = None

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

    def at(self, post: InPost) -> "Scheme":
        """The scheme as it holds for one post."""
        for variant in self.variants:
            if post.code in variant.posts or (post.group and post.group in variant.groups):
                return variant.scheme
        return self

    def everywhere(self) -> "tuple[Scheme, ...]":
        """The scheme of most posts and those of every variant."""
        return (self, *(variant.scheme for variant in self.variants))


def document_from_toml(text: str) -> dict[str, object]:
    """A scheme file as a document with Decimals. Raises Refusal with the reader's own words on bad TOML."""
    if len(text) > MOST_DOCUMENT:
        raise Refusal("The scheme file is longer than {most} characters.", most=MOST_DOCUMENT)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refusal("This is not a valid TOML document: {detail}", detail=str(error)) from error


def document_from_json(text: str) -> dict[str, object]:
    """A scheme in its canonical form, as a result package has it. Raises Refusal of what is no JSON object."""
    if len(text) > MOST_DOCUMENT:
        raise Refusal("The scheme file is longer than {most} characters.", most=MOST_DOCUMENT)
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refusal("This is not a valid JSON document: {detail}", detail=str(error)) from error
    if not isinstance(found, dict):
        raise Refusal("This is not a valid JSON document: {detail}", detail=text[:20])
    return found


def parse_scheme(document: Mapping[str, object], elsewhere: Collection[str] = ELSEWHERE) -> Scheme:
    """Read and check the scoring sections of a document. Raises Refusal with every problem and its path.

    `elsewhere` are the sections that other packages read.
    """
    problems = list(unreasonable_numbers(document, ""))
    refuse_any(problems)
    top = Table(document, "", problems)
    top.read.update(elsewhere)
    variants = top.tables("variants")
    scheme = _read_scheme(top, document)
    top.done()
    refuse_any(problems)
    if scheme is None:
        raise ValueError("a scheme without problems has parts")
    found = tuple(_read_variant(inner, document, scheme, elsewhere) for inner in variants)
    problems += _shared_posts(found)
    refuse_any(problems)
    return replace(scheme, variants=found)


def _read_scheme(top: Table, document: Mapping[str, object]) -> Scheme | None:
    """Every section but the variants; None where there is any problem."""
    head = top.table("scheme")
    name = head.name()
    head.whole("format", 1, least=1, most=1)
    head.done()
    sheet = document.get("sheet")
    sheet = sheet if isinstance(sheet, Mapping) else {}
    part_tables = top.tables("parts")
    panels = _read_panels(top.table("panel"), part_tables, sheet)
    ballots = _read_each(top.table("ballots"), part_tables, read_ballots)
    marked = _Marked(panels, ballots, _read_each(top.table("rooms"), part_tables, read_rooms))
    trees = read_parts(
        part_tables,
        {key: panel.maximum for key, panel in panels.items()},
        top.problems,
        {key: rule.maximum for key, rule in ballots.items()},
    )
    return _read_rest(top, document, name, trees, marked)


@dataclass(frozen=True, slots=True)
class _Marked:
    """The sections that say how parts are marked and evened out, by part."""

    panels: Mapping[str, PanelRule]
    ballots: Mapping[str, BallotRule]
    rooms: Mapping[str, RoomRule]


def _read_variant(table: Table, document: Mapping[str, object], scheme: Scheme, elsewhere: Collection[str]) -> Variant:
    """One of `[[variants]]`; its problems stand at their path inside it."""
    key, name = table.key("key"), table.name()
    posts, groups = table.words("posts"), table.words("groups")
    if not posts and not groups:
        table.note("posts", Problem("The posts for which these rules hold must be named."))
    for lost in set(table.words("without")) - scheme.all_parts().keys():
        table.note("without", Problem("There is no part {key}.", {"key": lost}))
    own = variant_document(document, table)
    table.done()
    try:
        found = parse_scheme(own, elsewhere)
    except Refusal as refusal:
        for problem in refusal.problems:
            table.note(problem.field, problem)
        return Variant(key, name, posts, groups, scheme)
    if [(cut.key, cut.by) for cut in found.cuts] != [(cut.key, cut.by) for cut in scheme.cuts]:
        table.note("cuts", Problem("Every post goes through the same cuts; only their numbers may differ."))
    if (found.total, found.within) != (scheme.total, scheme.within):
        table.note("order", Problem("Every post is ranked by the part of the same key, inside the same unit."))
    return Variant(key, name, posts, groups, replace(found, fingerprint=scheme.fingerprint))


def _shared_posts(variants: tuple[Variant, ...]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for variant in variants:
        own = [("posts", post) for post in variant.posts] + [("groups", group) for group in variant.groups]
        for where, code in own:
            if (where, code) in seen:
                field_ = f"variants.{variant.key}.{where}"
                yield Problem("{code} stands in two variants.", {"code": code}, field_)
            seen.add((where, code))


def _read_panels(table: Table, parts: list[Table], sheet: Mapping[str, object]) -> dict[str, PanelRule]:
    maxima = {str(part.values.get("key")): decimal_from(part.values.get("maximum")) for part in parts}
    recorded = {str(part.values.get("key")) for part in parts if part.values.get("recorded") is True}
    own: Mapping[str, object] = {}  # sheets that come from records are not those of the interview
    return _read_each(
        table, parts, lambda inner, key: read_panel(inner, key, maxima.get(key), own if key in recorded else sheet)
    )


def _read_each(table: Table, parts: list[Table], read: Callable[[Table, str], Rule]) -> dict[str, Rule]:
    """The tables of a section by part, each of a part that there is."""
    known = {str(part.values.get("key")) for part in parts}
    found: dict[str, Rule] = {}
    for key in table.values:
        inner = table.table(key)
        if key not in known:
            inner.note("", Problem("There is no part {key}.", {"key": key}))
        found[key] = read(inner, key)
    return found


def _read_rest(
    top: Table, document: Mapping[str, object], name: Name, trees: Mapping[str, Part], marked: _Marked
) -> Scheme | None:
    order = top.table("order")
    total = order.text("by", "total" if "total" in trees else next(iter(trees), ""))
    ties = read_tie_keys(order, "ties")
    parts = [part.key for tree in trees.values() for part in tree.walk()]
    breaking = order.choice("break_ties", Break, Break.AT_CUT)
    cuts = _read_cuts(top, parts, total, ties, breaking)
    cut_keys = [cut.key for cut in cuts]
    floors = tuple(read_floor(table, parts, cut_keys) for table in top.tables("floors"))
    finding_tables = top.tables("findings")
    unique_keys([(table.text("key"), table) for table in finding_tables])
    findings = {rule.key: rule for rule in (read_finding(table, parts) for table in finding_tables)}
    if not trees:
        top.note("parts", Problem("The scheme has no parts."))
    elif total not in trees:
        order.note("by", Problem("There is no part {key} that ranks.", {"key": total}))
    within = order.choice("within", RankWithin, RankWithin.POST)
    order.done()
    opening = read_opening(top.table("opening"), parts)
    reserve = read_reserve(top.table("reserve")) if top.has("reserve") else None
    replacement = read_replacement(top.table("replacement"), cut_keys, parts)
    review = read_review(top.table("review")) if top.has("review") else None
    _check_keys(top, trees, total, marked.panels, cuts, ties)
    if not trees or top.problems:
        return None
    return Scheme(
        name,
        trees,
        total,
        marked.panels,
        marked.rooms,
        ties,
        breaking,
        within,
        cuts,
        floors,
        opening,
        reserve,
        fingerprint(document),
        marked.ballots,
        findings,
        replacement,
        review=review,
    )


def _read_cuts(
    top: Table, parts: list[str], total: str, ties: tuple[TieKey, ...], breaking: Break
) -> tuple[CutRule, ...]:
    tables = top.tables("cuts")
    unique_keys([(table.text("key"), table) for table in tables])
    return tuple(read_cut(table, parts, total, ties, breaking) for table in tables)


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
