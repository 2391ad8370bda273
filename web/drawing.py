"""Where the lines of a drawing stand: marks on a scale of pixels, ticks on round figures, figures for print."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.marks import Exact, exactly, round_to

STEPS = tuple(
    Fraction(n) for n in ("1/10", "1/5", "1/2", 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000, 100000)
)
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid: where it stands and what it says."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` laid on pixels from `left` to `right`."""

    low: Fraction
    high: Fraction
    left: int
    right: int

    def at(self, value: Exact) -> str:
        """Where a value stands, to a tenth of a pixel."""
        share = (exactly(value) - self.low) / (self.high - self.low)
        return str(round_to(self.left + share * (self.right - self.left), 1))

    def between(self, first: Exact, last: Exact) -> str:
        """How many pixels lie between two values."""
        share = abs(exactly(last) - exactly(first)) / (self.high - self.low)
        return str(round_to(share * abs(self.right - self.left), 1))

    def ticks(self, *, signs: bool = False, whole: bool = False) -> tuple[Tick, ...]:
        """Round figures over the whole scale, `whole` ones where parts make no sense."""
        step = step_of(self.high - self.low)
        step = max(step, Fraction(1)) if whole else step
        first = -(-self.low // step)
        values = [n * step for n in range(first, int(self.high // step) + 1)]
        places = 0 if step.denominator == 1 else 1
        return tuple(Tick(self.at(one), signed(one, places) if signs else figure(one, places)) for one in values)


def step_of(width: Fraction) -> Fraction:
    """A round step that lays at most MOST_TICKS ticks over a width."""
    return next((step for step in STEPS if width / step < MOST_TICKS), STEPS[-1])


def scale_over(values: Sequence[Exact], left: int, right: int) -> Scale:
    """A scale from the round figure below the lowest value to the one above the highest."""
    lowest, highest = exactly(min(values)), exactly(max(values))
    step = step_of(highest - lowest)
    low, high = (lowest // step) * step, -(-highest // step) * step
    return Scale(low, high if high > low else low + step, left, right)


def scale_around_nothing(values: Sequence[Exact], left: int, right: int) -> Scale:
    """A scale with 0 in its middle."""
    widest = max((abs(exactly(value)) for value in values), default=Fraction(1)) or Fraction(1)
    step = step_of(2 * widest)
    end = -(-widest // step) * step
    return Scale(-end, end, left, right)


def figure(value: Exact | None, places: int = 2) -> str:
    """A figure rounded for the page, – where there is none."""
    return "–" if value is None else str(round_to(value, places)).replace("-", "−")


def signed(value: Exact, places: int = 2) -> str:
    """A difference with its sign: +0.67, −1.93, 0.00."""
    found = round_to(value, places)
    text = str(abs(found))
    return text if found == 0 else f"+{text}" if found > 0 else f"−{text}"


def percent(share: Exact) -> str:
    """A share in hundredths, to one decimal."""
    return f"{round_to(exactly(share) * 100, 1)}%"
