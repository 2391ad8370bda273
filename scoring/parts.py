"""The tree of parts (计分构成) that make a total: the `[[parts]]` of a scheme (rules.md §1, 2, 5, 11)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from core.errors import Problem
from core.words import Name
from scoring.document import Table, unique_keys
from scoring.grades import Grade, highest, read_grades
from scoring.marks import Exact, MarkState, Precision, exact_document, exact_text, total

RECORDED = "recorded"  # a pass mark that an authority draws later


class PartKind(StrEnum):
    """Where a part's value comes from."""

    GIVEN = "given"  # a mark entered for the candidate
    SHARE = "share"  # a figure out of a whole, folded to the maximum: votes of ballots, own score of the best
    BALLOTS = "ballots"  # graded ballots by class of voters, by [ballots.<part>]
    PANEL = "panel"  # judges' sheets, by [panel.<part>]
    COMPOSITE = "composite"  # the parts inside it


class Policy(StrEnum):
    """What a part without a mark does to the part it belongs to."""

    REFUSE = "refuse"  # nothing is computed until it is known
    OUT = "out"  # no value above it either: the candidate is not ranked
    ZERO = "zero"  # counts as 0, said in the notice
    LEAVE_OUT = "leave_out"  # its weight goes to the other parts in proportion


class Enters(StrEnum):
    """How a part's value goes into the part above."""

    WEIGHT = "weight"  # value × weight
    POINTS = "points"  # folded to so many points
    ADDED = "added"  # as it is
    DEDUCTED = "deducted"  # taken off (扣分)


class BonusStage(StrEnum):
    """When bonus points are added."""

    BEFORE_RESCALE = "before_rescale"  # (a + b + bonus) / 3
    AFTER = "after"


class PassMarkOn(StrEnum):
    """Which value a pass mark looks at."""

    BEFORE_BONUS = "before_bonus"
    AFTER_BONUS = "after_bonus"


@dataclass(frozen=True, slots=True)
class BonusRule:
    """Bonus points (加分): the highest only unless they accumulate, never more than `cap`."""

    cap: Decimal | None = None
    accumulate: bool = False
    stage: BonusStage = BonusStage.AFTER
    needs_pass: bool = False


@dataclass(frozen=True, slots=True)
class PassMark:
    """A pass mark (合格线) of one part: at least this value, or more than it (`above`).

    Without a `mark` an authority draws the line after the exam, and it is recorded with the inputs.
    """

    mark: Decimal | None
    on: PassMarkOn = PassMarkOn.AFTER_BONUS
    above: bool = False

    def reached(self, value: Exact, line: Exact) -> bool:
        """Whether a value is enough for the line as it stands."""
        return value > line if self.above else value >= line


DEFAULT_POLICIES: Mapping[MarkState, Policy] = {
    MarkState.MISSING: Policy.REFUSE,
    MarkState.ABSENT: Policy.OUT,
    MarkState.EXEMPT: Policy.LEAVE_OUT,
    MarkState.WITHDRAWN: Policy.OUT,
    MarkState.VOID: Policy.OUT,
    MarkState.DISQUALIFIED: Policy.OUT,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One node: what it is worth (`maximum`), how it enters the node above (`weight`), where it is rounded.

    Order of one value: parts × weights (each rounded to `weighted_precision`) → sum → bonus before rescale →
    `sum_precision` → rescale → `precision` → room coefficient → bonus after → `cap` → `bands` → pass mark.

    `bands` are the lowest values of quality categories, highest first: a value is brought down to its own.
    `recorded` marks are entered as records (scoring.recorded), not from a written paper or the interview.
    """

    key: str
    name: Name
    kind: PartKind
    maximum: Fraction
    weight: Fraction = Fraction(1)
    enters: Enters = Enters.ADDED
    weighted_precision: Precision | None = None
    rescale_to: Decimal | None = None
    sum_precision: Precision | None = None
    precision: Precision | None = None
    input_decimals: int | None = None
    pass_mark: PassMark | None = None
    bonus: BonusRule | None = None
    cap: Decimal | None = None
    bands: tuple[Decimal, ...] = ()
    grades: tuple[Grade, ...] = ()
    policies: Mapping[MarkState, Policy] = field(default_factory=lambda: DEFAULT_POLICIES)
    parts: tuple["Part", ...] = ()
    recorded: bool = False

    @property
    def share(self) -> Fraction:
        """What the part can add to the part above at most; a deduction adds nothing."""
        return Fraction(0) if self.enters is Enters.DEDUCTED else self.weight * self.scale

    @property
    def scale(self) -> Fraction:
        """The highest value the part can have without bonus points, after any rescale and cap."""
        return _scale(self.maximum, self.rescale_to, self.cap)

    def walk(self) -> Iterator["Part"]:
        """Every part below and this one, inner ones first."""
        for part in self.parts:
            yield from part.walk()
        yield self


def _scale(maximum: Fraction, rescale_to: Decimal | None, cap: Decimal | None) -> Fraction:
    folded = maximum if rescale_to is None else Fraction(rescale_to)
    return folded if cap is None else min(folded, Fraction(cap))


def read_parts(
    tables: Sequence[Table],
    panel_maxima: Mapping[str, Fraction],
    problems: list[Problem],
    ballot_maxima: Mapping[str, Fraction] | None = None,
) -> dict[str, Part]:
    """The parts that belong to no other part, by key, each with its whole tree.

    `panel_maxima` and `ballot_maxima` give the maximum of each part that a panel or ballots mark.
    """
    keyed = [(table.key("key"), table) for table in tables]
    unique_keys(keyed)
    known = dict(keyed)
    inside: dict[str, list[str]] = {key: [] for key in known}
    roots: list[str] = []
    for key, table in known.items():
        above = table.text("of")
        if not above:
            roots.append(key)
        elif above not in known:
            table.note("of", Problem("There is no part {key}.", {"key": above}))
        else:
            inside[above].append(key)
    reached: set[str] = set()
    reading = _Reading(known, inside, panel_maxima, ballot_maxima or {}, reached)
    found = {key: reading.part(key) for key in roots}
    problems.extend(
        Problem("This part belongs to itself in a circle.", field=table.at("of"))
        for key, table in known.items()
        if key not in reached and _in_circle(key, known)
    )
    return found


def _in_circle(key: str, known: Mapping[str, Table]) -> bool:
    """Whether going up from a part comes back to it."""
    above, steps = known[key].text("of"), 0
    while above in known and above != key and steps <= len(known):
        above, steps = known[above].text("of"), steps + 1
    return above == key


@dataclass(frozen=True, slots=True)
class _Reading:
    """Tables by key, keys inside each key, maxima of panels and ballots, and the keys that have been reached."""

    known: Mapping[str, Table]
    inside: Mapping[str, list[str]]
    panel_maxima: Mapping[str, Fraction]
    ballot_maxima: Mapping[str, Fraction]
    reached: set[str]

    def part(self, key: str) -> Part:
        """The part of a key with everything inside it."""
        self.reached.add(key)
        table = self.known[key]
        inner = tuple(self.part(child) for child in self.inside[key])
        kind = self._kind(table, key, composite=bool(inner))
        maximum = self._maximum(table, key, inner)
        part = _read_part(table, key, kind, maximum, inner)
        table.done()
        return part

    def _kind(self, table: Table, key: str, *, composite: bool) -> PartKind:
        """What the part is by what stands around it; only a share must say so itself."""
        usual = PartKind.GIVEN
        if composite:
            usual = PartKind.COMPOSITE
        elif key in self.ballot_maxima:
            usual = PartKind.BALLOTS
        elif key in self.panel_maxima:
            usual = PartKind.PANEL
        kind = table.choice("kind", PartKind, usual)
        if kind is usual or (kind, usual) == (PartKind.SHARE, PartKind.GIVEN):
            return kind
        if PartKind.COMPOSITE in {kind, usual}:
            table.note("kind", Problem("A part is composite exactly when other parts belong to it."))
        elif PartKind.BALLOTS in {kind, usual}:
            table.note("kind", Problem("A part is marked by ballots exactly when the scheme has ballots for it."))
        else:
            table.note("kind", Problem("A part is marked by a panel exactly when the scheme has a panel for it."))
        return usual

    def _maximum(self, table: Table, key: str, inner: tuple[Part, ...]) -> Fraction:
        written = table.number("maximum", above=0)
        made = {**self.panel_maxima, **self.ballot_maxima}.get(key)
        if inner:
            made = total(part.share for part in inner)
        if made is None and not table.has("maximum"):
            table.note("maximum", Problem("The highest mark of this part must be written."))
        elif written is not None and made is not None and written != made:
            facts = {"written": written, "made": exact_text(made)}
            table.note("maximum", Problem("The parts inside add up to {made}, not to {written}.", facts))
        weights = [part.weight for part in inner if part.enters is Enters.WEIGHT]
        if weights and sum(weights) != 1 and written is None:
            facts = {"sum": exact_document(total(weights)), "made": exact_text(made or 0)}
            sentence = Problem(
                "The weights inside add up to {sum}, not to 1; write the maximum {made} if it is meant.", facts
            )
            table.note("maximum", sentence)
        return made or (Fraction(100) if written is None else Fraction(written))


def _read_part(table: Table, key: str, kind: PartKind, maximum: Fraction, inner: tuple[Part, ...]) -> Part:
    rescale_to, cap = table.number("rescale_to", above=0), table.number("cap", above=0)
    scale = _scale(maximum, rescale_to, cap)
    weight, enters = _read_weight(table, scale)
    return Part(
        key=key,
        name=table.name(),
        kind=kind,
        maximum=maximum,
        weight=weight,
        enters=enters,
        weighted_precision=table.precision("weighted_decimals", "weighted_rounding"),
        rescale_to=rescale_to,
        sum_precision=table.precision("sum_decimals", "sum_rounding"),
        precision=table.precision(),
        input_decimals=table.whole("input_decimals", most=8),
        pass_mark=_read_pass_mark(table, scale),
        bonus=_read_bonus(table.table("bonus")) if table.has("bonus") else None,
        cap=cap,
        bands=_read_bands(table, scale),
        grades=_read_grades(table, kind, maximum),
        policies={state: table.choice(state.value, Policy, usual) for state, usual in DEFAULT_POLICIES.items()},
        parts=inner,
        recorded=_read_recorded(table, kind),
    )


def _read_recorded(table: Table, kind: PartKind) -> bool:
    """Whether the part's marks come from records instead of a written paper or the interview."""
    recorded = table.flag("recorded")
    if recorded and kind is PartKind.COMPOSITE:
        table.note("recorded", Problem("This part is computed from others; it takes no mark."))
    return recorded


def _read_weight(table: Table, scale: Fraction) -> tuple[Fraction, Enters]:
    """How the part enters the one above: by weight, by points, taken off, or as it is."""
    weight, points, deducted = table.ratio("weight"), table.ratio("points"), table.flag("deducted")
    if (weight is not None) + (points is not None) + deducted > 1:
        table.note("weight", Problem("A part has a weight or points or is deducted, one of these."))
    if deducted:
        return Fraction(-1), Enters.DEDUCTED
    if points is not None:
        return points / scale, Enters.POINTS
    return (Fraction(1), Enters.ADDED) if weight is None else (weight, Enters.WEIGHT)


def _read_grades(table: Table, kind: PartKind, maximum: Fraction) -> tuple[Grade, ...]:
    """The grades of a part that is entered; none is worth more than the part."""
    grades = read_grades(table, "grades")
    if grades and kind not in {PartKind.GIVEN, PartKind.SHARE}:
        table.note("grades", Problem("Only a part that is entered has grades."))
    elif grades and highest(grades) > maximum:
        facts = {"points": exact_text(highest(grades)), "maximum": exact_text(maximum)}
        table.note("grades", Problem("A grade is worth {points}, more than the highest mark {maximum}.", facts))
    return grades


def _read_bands(table: Table, scale: Fraction) -> tuple[Decimal, ...]:
    """The bounds of quality categories, each once and none above the highest mark."""
    found = table.numbers("bands")
    if any(after >= before for before, after in pairwise(found)):
        table.note("bands", Problem("The bounds must fall from the highest to the lowest."))
    if found and found[0] > scale:
        facts = {"mark": found[0], "maximum": exact_text(scale)}
        table.note("bands", Problem("{mark} is not between 0 and {maximum}.", facts))
    return found


def _read_pass_mark(table: Table, scale: Fraction) -> PassMark | None:
    recorded = table.values.get("pass_mark") == RECORDED
    mark = None if recorded else table.number("pass_mark", least=0)
    on = table.choice("pass_mark_on", PassMarkOn, PassMarkOn.AFTER_BONUS)
    above = table.flag("pass_mark_above")
    if recorded:
        table.text("pass_mark")
    elif mark is not None and mark > scale:
        facts = {"mark": mark, "maximum": exact_text(scale)}
        table.note("pass_mark", Problem("The pass mark {mark} is above the highest mark {maximum}.", facts))
    return PassMark(mark, on, above) if recorded or mark is not None else None


def _read_bonus(table: Table) -> BonusRule:
    rule = BonusRule(
        cap=table.number("cap", above=0),
        accumulate=table.flag("accumulate"),
        stage=table.choice("stage", BonusStage, BonusStage.AFTER),
        needs_pass=table.flag("needs_pass"),
    )
    table.done()
    return rule
