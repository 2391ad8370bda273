"""A worked example (算一遍给你看) made from the scheme itself: plausible marks, run through the real calculation."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.errors import Refusal
from scoring.ballots import BallotCount, BallotRule, ballot_mark
from scoring.formula import Given, PartResult, evaluate
from scoring.marks import Exact, Mark, Rounding, places_of, round_to
from scoring.panel_mark import JudgeSheet, panel_mark
from scoring.panel_rule import Element, PanelRule
from scoring.parts import Part, PartKind
from scoring.scheme import Scheme
from scoring.steps import Step

PAPERS = (Fraction(805, 1000), Fraction(79, 100), Fraction(835, 1000), Fraction(765, 1000))
JUDGES = tuple(Fraction(n, 1000) for n in (830, 810, 815, 835, 850, 810, 855, 840, 845))  # two lowest are equal
DEFAULT_SEATS = 5
SHARED = (46, 50)  # a figure and its whole
LINE = Fraction(3, 5)  # where an authority is taken to draw a pass mark


@dataclass(frozen=True, slots=True)
class Example:
    """The example's result and every step of its calculation."""

    result: PartResult
    steps: tuple[Step, ...]

    @property
    def total(self) -> Exact | None:
        """The example's total after its rounding."""
        return self.result.value


def worked_example(scheme: Scheme) -> Example | None:
    """One made-up candidate calculated by the scheme; None where its rules fit no ordinary panel."""
    parts = [part for part in scheme.root.walk() if part.kind is not PartKind.COMPOSITE]
    entered = [part for part in parts if part.kind in {PartKind.GIVEN, PartKind.SHARE}]
    marks = {part.key: _entered(part, PAPERS[place % len(PAPERS)]) for place, part in enumerate(entered)}
    ballots = {
        part.key: ballot_mark(scheme.ballots[part.key], example_ballots(scheme.ballots[part.key]))
        for part in parts
        if part.kind is PartKind.BALLOTS
    }
    lines = {part.key: round_to(part.scale * LINE, 0) for part in scheme.root.walk()}
    try:
        panels = {
            part.key: panel_mark(scheme.panels[part.key], example_sheets(scheme.panels[part.key]))
            for part in parts
            if part.kind is PartKind.PANEL
        }
    except Refusal:
        return None
    result = evaluate(scheme.root, Given(marks, panels, ballots=ballots, lines=lines))
    return Example(result, tuple(result.all_steps()))


def _entered(part: Part, share: Fraction) -> Mark:
    """A plausible entry: the best grade, so many of so many, or a figure."""
    if part.kind is PartKind.SHARE:
        return Mark.share(*SHARED)
    if part.grades:
        return Mark.graded(part.grades[0].key)
    return Mark(round_to(part.maximum * share, _paper_decimals(part)))


def example_ballots(rule: BallotRule) -> list[BallotCount]:
    """Ballots of every class, most of them for the first grades, and enough of them."""
    votes = {grade.key: max(1, 40 // 4**place) * rule.least for place, grade in enumerate(rule.grades)}
    return [BallotCount(voters.key, votes) for voters in rule.classes]


def _paper_decimals(part: Part) -> int:
    return 2 if part.input_decimals is None else min(2, part.input_decimals)


def example_sheets(rule: PanelRule) -> list[JudgeSheet]:
    """Sheets of a full panel whose totals lie around 83 in 100, in the scheme's own steps."""
    sheets: list[JudgeSheet] = []
    for group in rule.groups:
        seats = group.seats or max(DEFAULT_SEATS, group.trim.least, rule.trim.least, group.least)
        offset = 2 * len({sheet.group for sheet in sheets})
        for seat in range(seats):
            share = JUDGES[(seat + offset) % len(JUDGES)]
            sheets.append(JudgeSheet(str(seat + 1), group.key, _marks(rule.elements, share, rule.step)))
    return sheets


def _marks(elements: Sequence[Element], share: Fraction, step: Decimal | None) -> dict[str, Decimal]:
    """Each element at about `share` of its maximum, their sum at `share` of all, every mark on a step."""
    unit = Fraction(step or Decimal("0.5"))
    left = round(sum(Fraction(element.maximum) for element in elements) * share / unit)
    marks: dict[str, Decimal] = {}
    for place, element in enumerate(elements):
        rest = sum(Fraction(other.maximum) for other in elements[place:])
        units = round(left * Fraction(element.maximum) / rest)
        units = min(units, int(Fraction(element.maximum) / unit))
        marks[element.key] = round_to(units * unit, _decimals(unit), Rounding.HALF_EVEN)
        left -= units
    return marks


def _decimals(unit: Fraction) -> int:
    return places_of(unit) or 0
