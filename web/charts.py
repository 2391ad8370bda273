"""Drawings of marks, judges and rooms: where each bar and dot stands, with the table of the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.words import N_, Name, Sentence
from scoring.marks import Exact, exactly, mean
from scoring.statistics import RoomLine
from scoring.statistics.judges import Bench, Judged, SeatLine
from scoring.statistics.spread import Spread
from web.drawing import Scale, Tick, figure, percent, scale_around_nothing, scale_over, signed, step_of

PLOT = (96, 560)
"""Where the values of a drawing begin and end, left to right; labels stand to the left, figures to the right."""
LINE = 34
BARS = (40, 600)
GROUND, TOP = 190, 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One class of marks: its bar, its label and its line of the table."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    low: str
    high: str
    count: int
    share: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """The marks of one part: bars, grid, the line of the mean, and the figures."""

    name: Name
    bars: tuple[Bar, ...]
    grid: tuple[Tick, ...]
    mean_x: str
    figures: tuple[tuple[Sentence, str], ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One line of a dot drawing: a value with the stretch around it, and its line of the table."""

    label: Sentence
    y: int
    x: str
    left: str
    right: str
    value: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dots:
    """A dot drawing: its lines, grid, height, and where its axis stands."""

    title: Sentence
    lines: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    height: int
    axis: str


def distribution_drawn(name: Name, spread: Spread) -> Distribution:
    """The marks of one part as bars."""
    across = Scale(spread.classes[0].low, spread.classes[-1].high, *BARS)
    most = max(one.count for one in spread.classes)
    step = max(Fraction(1), step_of(Fraction(most)))
    up = Scale(Fraction(0), -(-most // step) * step, GROUND, TOP)
    places = 0 if all(one.low.denominator == 1 for one in spread.classes) else 1
    bars = tuple(
        Bar(
            x=across.at(one.low + (one.high - one.low) / 50),
            y=up.at(Fraction(one.count)),
            width=across.between(one.low, one.high - (one.high - one.low) / 25),
            height=up.between(Fraction(0), Fraction(one.count)),
            middle=across.at((one.low + one.high) / 2),
            low=figure(one.low, places),
            high=figure(one.high, places),
            count=one.count,
            share=percent(Fraction(one.count, spread.count)),
        )
        for one in spread.classes
    )
    figures = (
        (Sentence(N_("Marks counted")), str(spread.count)),
        (Sentence(N_("Mean")), figure(spread.mean)),
        (Sentence(N_("Median")), figure(spread.median)),
        (Sentence(N_("Lowest and highest")), f"{figure(spread.lowest)}, {figure(spread.highest)}"),
        (Sentence(N_("Standard deviation")), figure(spread.deviation)),
    )
    return Distribution(name, bars, up.ticks(whole=True), across.at(spread.mean), figures)


def severity_scale(judged: Judged) -> Scale:
    """One scale for all benches of a panel, so that their drawings can be compared."""
    seats = [seat for bench in judged.benches for seat in bench.seats]
    return scale_around_nothing([end for seat in seats for end in (seat.strictest, seat.mildest)], *PLOT)


def bench_drawn(bench: Bench, label: Sentence, scale: Scale) -> Dots:
    """How far each judge of a bench is from its mean: on the average, at the strictest, at the mildest."""
    lines = tuple(_seat_line(seat, place, scale) for place, seat in enumerate(bench.seats))
    return Dots(label, lines, scale.ticks(signs=True), LINE * len(lines) + 20, scale.at(Fraction(0)))


def _seat_line(seat: SeatLine, place: int, scale: Scale) -> Dot:
    cells = (
        str(seat.hearings), figure(seat.mean), signed(seat.difference), signed(seat.strictest), signed(seat.mildest),
        figure(seat.deviation),
    )  # fmt: skip
    return Dot(
        Sentence(N_("Seat {seat}"), {"seat": seat.seat}),
        LINE * place + 30,
        scale.at(seat.difference),
        scale.at(seat.strictest),
        scale.at(seat.mildest),
        signed(seat.difference),
        cells,
    )


def rooms_drawn(rooms: Sequence[RoomLine], name: Name) -> Dots:
    """Room means with their intervals on one scale; the axis is the mean of all who were heard."""
    ends: list[Exact] = []
    for room in rooms:
        half = exactly(room.half_width or 0)
        ends += [room.mean - half, room.mean + half]
    scale = scale_over(ends, *PLOT)
    everybody = mean([room.mean for room in rooms for _ in range(room.count)])
    lines = tuple(_room_line(room, place, scale) for place, room in enumerate(rooms))
    title = Sentence(N_("{part}: means of the rooms"), {"part": name})
    return Dots(title, lines, scale.ticks(), LINE * len(lines) + 20, scale.at(everybody))


def _room_line(room: RoomLine, place: int, scale: Scale) -> Dot:
    half = exactly(room.half_width or 0)
    low, high = room.mean - half, room.mean + half
    interval = "–" if room.half_width is None else f"{figure(low)} – {figure(high)}"
    return Dot(
        Sentence(N_("Room {room}"), {"room": room.room or "–"}),
        LINE * place + 30,
        scale.at(room.mean),
        scale.at(low),
        scale.at(high),
        figure(room.mean),
        (str(room.count), figure(room.mean), interval),
    )
