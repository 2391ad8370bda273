"""Where rounding turns an order round: found by computing made-up marks on their own grid, with and without it.

Two candidates are looked for of whom the one is better before a rounding and worse, or merely equal, after it
(rules.md §2). The marks are steps of the scheme's own grid; the engine that computes them is the real one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from math import prod

from core.errors import Refusal
from core.words import N_, Name, Sentence
from scoring.example import PAPERS, example_sheets
from scoring.figures import precision_words
from scoring.formula import Given, PartResult, evaluate
from scoring.linter.finding import Finding, Severity
from scoring.linter.panels import made_up_rooms
from scoring.marks import Exact, Mark, exact_text, exactly, is_multiple, round_to
from scoring.panel_mark import JudgeSheet, panel_mark
from scoring.panel_rule import PanelRule
from scoring.parts import Part, PartKind
from scoring.ranking import TieBy
from scoring.rooms import RoomRule, corrected
from scoring.roundings import RoundingPlace, rounding_places, without_rounding
from scoring.scheme import Scheme

STEPS = 12  # neighbouring marks of one part that are tried
MOST = 900  # sets of marks that are computed for one rounding
STRICT = (720, 707, 733, 751)  # thousandths of the highest mark: means of a strict room; the mild one has a tenth more


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up candidate: the marks in words, the value without the rounding looked at, and with it."""

    marks: tuple[Sentence, ...]
    without: Exact
    value: Exact


@dataclass(frozen=True, slots=True)
class Flip:
    """A pair whose order a rounding changes: `better` is ahead without it, with it `worse` is ahead or equal."""

    better: Made
    worse: Made

    @property
    def reversed(self) -> bool:
        """Whether the order is turned round, not only lost."""
        return self.better.value < self.worse.value


def flip_findings(scheme: Scheme) -> Iterator[Finding]:
    """One finding for every rounding of the ranked part that can turn an order round or make it vanish."""
    sets = mark_sets(scheme)
    for place in rounding_places(scheme):
        found = find_flip(scheme, place, sets)
        if found is None or (not found.reversed and _kept_apart(scheme, place)):
            continue
        facts = {"what": place.words, "precision": precision_words(place.precision)}
        words = (
            N_("{what} keeps {precision}: this rounding alone can put the worse of two candidates ahead.")
            if found.reversed
            else N_("{what} keeps {precision}: this rounding alone can make two candidates equal who are not.")
        )
        section, key, _ = place.path.split(".")
        part = scheme.all_parts()[key] if section == "rooms" else scheme.root
        example = tuple(_made(part.name, made) for made in (found.better, found.worse))
        yield Finding("rounding_flips", Severity.LOOK, Sentence(words, facts), place.path, example)


def _made(part: Name, made: Made) -> Sentence:
    facts = {"marks": made.marks, "part": part, "without": exact_text(made.without), "value": exact_text(made.value)}
    return Sentence(N_("{marks}: {part} {without} without this rounding, {value} with it."), facts)


def _kept_apart(scheme: Scheme, place: RoundingPlace) -> bool:
    """Whether a tie made by the last rounding of the ranked part is broken by the value before it."""
    last = place.path == f"parts.{scheme.total}.decimals"
    return last and any(key.by is TieBy.EXACT and key.of in {"", scheme.total} for key in scheme.ties)


def find_flip(scheme: Scheme, place: RoundingPlace, sets: "Sequence[MarkSet]") -> Flip | None:
    """The widest order that one rounding turns round among made-up marks, else one it makes equal, else None.

    `sets` are the scheme's own (`mark_sets`).
    """
    bare = without_rounding(scheme, place.path)
    section, key, _ = place.path.split(".")
    if section == "rooms":
        part = scheme.all_parts()[key]
        rooms = (_in_rooms(part, scheme.rooms[key], bare.rooms[key], strict) for strict in STRICT)
        return _first_reversed(map(_widest, rooms))
    pairs = (
        (one.words, other.result.value, one.result.value) for one, other in zip(sets, mark_sets(bare), strict=True)
    )
    return _widest([Made(words, w, v) for words, w, v in pairs if w is not None and v is not None])


def _first_reversed(flips: Iterable[Flip | None]) -> Flip | None:
    found: Flip | None = None
    for flip in flips:
        if flip is not None and flip.reversed:
            return flip
        found = found or flip
    return found


def _widest(made: Sequence[Made]) -> Flip | None:
    """The pair with the widest reversal; where nothing is reversed, two that lie apart and come out equal."""
    ahead: Made | None = None
    found: Flip | None = None
    widest = Fraction(0)
    equal: dict[Fraction, Made] = {}
    tied: Flip | None = None
    for one in sorted(made, key=lambda made: exactly(made.without)):
        if ahead is not None and ahead.without < one.without and exactly(ahead.value) - exactly(one.value) > widest:
            widest = exactly(ahead.value) - exactly(one.value)
            found = Flip(one, ahead)
        if ahead is None or one.value > ahead.value:
            ahead = one
        first = equal.setdefault(exactly(one.value), one)
        if first.without < one.without:
            tied = tied or Flip(one, first)
    return found or tied


# ── made-up marks ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MarkSet:
    """Marks of one part and everything inside it in words, and the part's result."""

    words: tuple[Sentence, ...]
    result: PartResult


def mark_sets(scheme: Scheme) -> list[MarkSet]:
    """Made-up candidates of a scheme; a scheme that differs in roundings alone has the same in the same order."""
    return _sets(scheme, scheme.root)


def _sets(scheme: Scheme, part: Part) -> list[MarkSet]:
    """Neighbouring marks of a part, inside a composite each with each."""
    if part.kind is not PartKind.COMPOSITE:
        return list(_leaf(scheme, part))
    inner = [_sets(scheme, child) for child in part.parts]
    found = []
    for chosen in islice(product(*_fewer(inner)), MOST):
        words = tuple(said for one in chosen for said in one.words)
        found.append(MarkSet(words, evaluate(part, Given(), {one.result.key: one.result for one in chosen})))
    return found


def _fewer(inner: list[list[MarkSet]]) -> list[list[MarkSet]]:
    """As many sets of each part as all together allow, taken evenly; the longest list gives way first."""
    while prod(len(one) for one in inner) > MOST:
        longest = max(inner, key=len)
        inner[inner.index(longest)] = longest[::2]
    return inner


def _leaf(scheme: Scheme, part: Part) -> Iterator[MarkSet]:
    """Marks of one part, step by step upwards from a usual one."""
    if part.key in scheme.panels:
        rule = scheme.panels[part.key]
        for sheets in _sheets(rule):
            totals = tuple(sum(sheet.marks.values()) for sheet in sheets)
            words = Sentence(N_("{part}: judges' totals {marks}"), {"part": part.name, "marks": totals})
            try:
                given = Given(panels={part.key: panel_mark(rule, sheets)})
            except Refusal:
                return
            yield MarkSet((words,), evaluate(part, given))
        return
    decimals = 2 if part.input_decimals is None else part.input_decimals
    first = round_to(part.maximum * PAPERS[len(part.key) % len(PAPERS)], decimals)
    for step in range(STEPS):
        mark = first + round_to(Fraction(step, 10**decimals), decimals)
        words = Sentence(N_("{part} {mark}"), {"part": part.name, "mark": mark})
        yield MarkSet((words,), evaluate(part, Given({part.key: Mark(mark)})))


def _sheets(rule: PanelRule) -> Iterator[tuple[JudgeSheet, ...]]:
    """Sheets of a full panel, more and more of them one step higher in one element."""
    base = example_sheets(rule)
    for raised in range(len(base) + 1):
        yield tuple(_raised(rule, sheet) if place < raised else sheet for place, sheet in enumerate(base))


def _raised(rule: PanelRule, sheet: JudgeSheet) -> JudgeSheet:
    """The sheet with one step more in the first element that has room for it."""
    step = round_to(Fraction(1, 2), 1) if rule.step is None else rule.step
    for element in rule.elements:
        more = sheet.marks[element.key] + step
        if more <= element.maximum and (rule.step is None or is_multiple(more, rule.step)):
            return replace(sheet, marks={**sheet.marks, element.key: more})
    return sheet


def _in_rooms(part: Part, rule: RoomRule, bare: RoomRule, strict: int) -> list[Made]:
    """Marks in a strict and in a mild room, corrected by the rule and by the same without the rounding."""
    found, other = made_up_rooms(rule, part.scale, strict), made_up_rooms(bare, part.scale, strict)
    if found is None or other is None:
        return []
    decimals = 2 if part.precision is None else part.precision.decimals
    made = []
    for room, share in (("1", Fraction(4, 5)), ("2", Fraction(4, 5) * Fraction(11, 10))):
        first = round_to(part.scale * share, decimals)
        for step in range(-30, 30):
            raw = first + round_to(Fraction(step, 10**decimals), decimals)
            facts = {"room": room, "mean": exact_text(found.rooms[room].mean), "mark": raw}
            words = Sentence(N_("room {room} with the mean {mean}, mark {mark}"), facts)
            value = corrected(rule, raw, found.rooms[room].coefficient).value
            without = corrected(bare, raw, other.rooms[room].coefficient).value
            made.append(Made((words,), without, value))
    return made
