"""Several rooms for one post: the correction coefficient (修正系数, 二次平均法; rules.md §4).

    coefficient = q(reference mean / room mean, k)        mark = q(raw mark × coefficient, d)

Every variant seen is a setting of one rule: mean of room means or pooled mean, trims of room and of pool,
bounds beyond which marks stay out of the means, and the decimals of each stage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.errors import Problem, Refusal
from scoring.document import Table
from scoring.marks import Exact, Precision, as_written, exactly, mean, settle, total
from scoring.steps import Step, StepKind, Term
from scoring.vectors import Vector, chosen, joined, product


class Reference(StrEnum):
    """What every room is brought to."""

    MEAN_OF_ROOM_MEANS = "mean_of_room_means"
    POOLED_MEAN = "pooled_mean"


class Pool(StrEnum):
    """Which marks make the pooled mean."""

    ALL = "all"  # every mark inside the bounds
    KEPT = "kept"  # only those that their own room's trim kept


class Split(StrEnum):
    """Within what the rooms are compared."""

    POST = "post"  # the rooms of one post
    GROUP = "group"  # the rooms of one closed group of posts
    SELECTION = "selection"  # everybody, such as written papers in different subjects (§4.7)


class Compared(StrEnum):
    """What has its own mean."""

    ROOMS = "rooms"
    SUBJECTS = "subjects"  # different papers of candidates who are ranked together (§4.7)


@dataclass(frozen=True, slots=True)
class RoomRule:
    """One part's coefficient. A None precision means: not rounded at that stage.

    With `only_mixed` it is applied only to those who are ranked beside somebody of another room or subject.
    """

    part: str
    reference: Reference = Reference.MEAN_OF_ROOM_MEANS
    pool: Pool = Pool.ALL
    room_high: int = 0
    room_low: int = 0
    pool_high: int = 0
    pool_low: int = 0
    leave_out_above: Decimal | None = None
    leave_out_below: Decimal | None = None
    leave_out_share_below_mean: Fraction | None = None
    mean_precision: Precision | None = None
    reference_precision: Precision | None = None
    coefficient_precision: Precision | None = None
    precision: Precision | None = None
    cap: Decimal | None = None
    within: Split = Split.POST
    compares: Compared = Compared.ROOMS
    only_mixed: bool = False


@dataclass(frozen=True, slots=True)
class RoomMarks:
    """The valid marks of one room; who was absent or void is not among them."""

    room: str
    marks: Sequence[Exact] | Vector

    @property
    def vector(self) -> Vector:
        """The marks over one denominator."""
        return self.marks if isinstance(self.marks, Vector) else Vector.of(self.marks)


@dataclass(frozen=True, slots=True)
class KnownRoom:
    """A room, or subject, known by the mean of its valid marks, and their number if it is known, not by every mark.

    Without `room` it is the mean of all rooms itself, which every room is brought to. `unit` is the post or group
    within which the rooms are compared; empty where everybody is, and for the mean of all whom one panel heard that
    a floor asks for (§5). `count` is 0 where the number is not known.
    """

    part: str
    room: str
    mean: Exact
    count: int = 0
    unit: str = ""

    @classmethod
    def summed(cls, part: str, room: str, added: Exact, count: int, unit: str = "") -> "KnownRoom":
        """A room by the sum of its marks. Raises ValueError where there are none."""
        if count < 1:
            raise ValueError("a sum is of at least one mark")
        return cls(part, room, exactly(added) / count, count, unit)

    @property
    def sum(self) -> Fraction:
        """The sum of the marks; 0 where their number is not known."""
        return exactly(self.mean) * self.count


@dataclass(frozen=True, slots=True)
class RoomMean:
    """A room's mean, exact and rounded, over `count` of its `present` marks (0 if unknown), and its coefficient."""

    room: str
    present: int
    count: int
    exact_mean: Fraction
    mean: Exact
    exact_coefficient: Fraction
    coefficient: Exact


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The reference mean and every room's coefficient, by room."""

    part: str
    exact_reference: Fraction
    reference: Exact
    rooms: Mapping[str, RoomMean]
    precision: Precision | None = None
    stated: bool = False

    def steps(self, rule: RoomRule, room: str) -> tuple[Step, ...]:
        """How the coefficient of one room came about."""
        own = self.rooms[room]
        terms = tuple(Term(each.room, each.mean, count=each.count or None) for each in self.rooms.values())
        subjects = {"compares": "subjects"} if rule.compares is Compared.SUBJECTS else {}
        facts = {"reference": "stated" if self.stated else rule.reference.value, **subjects}
        means = Step(
            StepKind.ROOM_MEANS, self.part, terms, self.exact_reference, self.reference, self.precision, facts=facts
        )
        ratio = (Term("reference", self.reference), Term(room, own.mean))
        share = Step(
            StepKind.COEFFICIENT,
            self.part,
            ratio,
            own.exact_coefficient,
            own.coefficient,
            rule.coefficient_precision,
            at=room,
            facts=subjects,
        )
        return means, share


def coefficients(rule: RoomRule, rooms: Sequence[RoomMarks | KnownRoom], stated: Exact | None = None) -> Coefficients:
    """Each room's coefficient, rooms in the order of their labels; `stated` is the mean of all where it is known.

    Raises Refusal if a room has no mark left for its mean or a mean of 0, or if the rule needs the single
    marks of a room of which only the sum is known.
    """
    tables = [_Room.of(rule, room) for room in sorted(rooms, key=lambda room: (len(room.room), room.room))]
    means = [settle(table.mean, rule.mean_precision) for table in tables]
    precision = rule.reference_precision or rule.mean_precision
    if stated is not None:
        exact = exactly(stated)
    elif rule.reference is Reference.MEAN_OF_ROOM_MEANS:
        exact = mean(means)
    else:
        exact = _pooled(rule, tables)
    reference = settle(exact, precision)
    found: dict[str, RoomMean] = {}
    for table, rounded in zip(tables, means, strict=True):
        if rounded <= 0:
            raise Refusal(
                "The mean of room {room} is not above 0: no coefficient can be made.",
                field=f"{rule.part}.{table.room}",
                room=table.room,
            )
        share = exactly(reference) / exactly(rounded)
        found[table.room] = RoomMean(
            table.room,
            table.present,
            table.count,
            table.mean,
            rounded,
            share,
            settle(share, rule.coefficient_precision),
        )
    return Coefficients(rule.part, exact, reference, found, precision, stated is not None)


@dataclass(frozen=True, slots=True)
class _Room:
    """One room's marks inside the bounds (`bounded`), those its trim kept, their sum and count.

    Of a room of which only the mean is known the count is 0 and the sum is the mean.
    """

    room: str
    present: int
    sum: Fraction
    count: int
    bounded: Vector
    kept: Vector
    listed: bool

    @property
    def mean(self) -> Fraction:
        return self.sum / (self.count or 1)

    @classmethod
    def of(cls, rule: RoomRule, room: RoomMarks | KnownRoom) -> "_Room":
        if isinstance(room, KnownRoom):
            return cls._known(rule, room)
        bounded = _inside_bounds(rule, room.vector)
        if len(bounded) <= rule.room_high + rule.room_low:
            raise Refusal(
                "Room {room} has too few marks for its mean.", field=f"{rule.part}.{room.room}", room=room.room
            )
        kept = bounded.trimmed(rule.room_high, rule.room_low)
        return cls(room.room, len(room.marks), kept.sum, len(kept), bounded, kept, listed=True)

    @classmethod
    def _known(cls, rule: RoomRule, room: KnownRoom) -> "_Room":
        if room.count and needs_marks(rule):
            raise Refusal(
                "The rule needs every single mark of room {room}, not their sum.",
                field=f"{rule.part}.{room.room}",
                room=room.room,
            )
        added = room.sum if room.count else exactly(room.mean)
        return cls(room.room, room.count, added, room.count, Vector(()), Vector(()), listed=False)


def needs_marks(rule: RoomRule) -> bool:
    """Whether sums and counts of rooms are not enough."""
    bounds = (rule.leave_out_above, rule.leave_out_below, rule.leave_out_share_below_mean)
    trims = (rule.room_high, rule.room_low, rule.pool_high, rule.pool_low)
    return any(bound is not None for bound in bounds) or any(trims)


def _inside_bounds(rule: RoomRule, marks: Vector) -> Vector:
    """The marks that enter the means: strictly abnormal ones (§4.6, 4.7) stay out, the bound itself stays in."""
    kept = marks.between(rule.leave_out_below, rule.leave_out_above)
    if rule.leave_out_share_below_mean is None or not len(kept):
        return kept
    return kept.between(kept.sum / len(kept) * (1 - rule.leave_out_share_below_mean), None)


def _pooled(rule: RoomRule, tables: Sequence[_Room]) -> Fraction:
    if not all(table.listed for table in tables):
        if not all(table.count for table in tables):
            raise Refusal("The mean of all marks needs the number of marks of every room, or must be stated itself.")
        return total(table.sum for table in tables) / sum(table.count for table in tables)
    pool = joined([table.kept if rule.pool is Pool.KEPT else table.bounded for table in tables])
    if len(pool) <= rule.pool_high + rule.pool_low:
        raise Refusal("There are too few marks for the mean of all rooms.")
    kept = pool.trimmed(rule.pool_high, rule.pool_low)
    return kept.sum / len(kept)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A mark after its coefficient: exact before the last rounding, rounded after it."""

    exact: Fraction
    value: Exact
    steps: tuple[Step, ...]


def corrected(rule: RoomRule, raw: Exact, coefficient: Exact) -> Corrected:
    """The raw mark × coefficient, rounded, and cut down to the cap where the scheme has one."""
    term = Term(rule.part, raw, coefficient)
    exact = exactly(raw) * exactly(coefficient)
    value = settle(as_written(exact, ()), rule.precision)
    steps = [Step(StepKind.CORRECTED, rule.part, (term,), exact, value, rule.precision)]
    if rule.cap is not None and value > rule.cap:
        steps.append(Step(StepKind.CAP, rule.part, (Term(rule.part, value),), exactly(rule.cap), rule.cap))
        exact, value = exactly(rule.cap), rule.cap
    return Corrected(exact, value, tuple(steps))


def corrected_vector(rule: RoomRule, raw: Vector, coefficients: Vector) -> tuple[Vector, Vector]:
    """Each raw mark × its coefficient as `corrected` defines it: exact before, and after, the last rounding."""
    exact = product(raw, coefficients)
    value = exact.settled(rule.precision)
    if rule.cap is None:
        return exact, value
    bound = Vector.same(rule.cap, len(value))
    over = value.atleast(bound, above=True)
    return chosen(over, bound, exact), chosen(over, bound, value)


def read_rooms(table: Table, part: str) -> RoomRule:
    """Read `[rooms.<part>]`."""
    rule = RoomRule(
        part=part,
        reference=table.choice("reference", Reference, Reference.MEAN_OF_ROOM_MEANS),
        pool=table.choice("pool", Pool, Pool.ALL),
        room_high=table.whole("room_drop_high", 0, most=100) or 0,
        room_low=table.whole("room_drop_low", 0, most=100) or 0,
        pool_high=table.whole("pool_drop_high", 0, most=100) or 0,
        pool_low=table.whole("pool_drop_low", 0, most=100) or 0,
        leave_out_above=table.number("leave_out_above"),
        leave_out_below=table.number("leave_out_below"),
        leave_out_share_below_mean=table.ratio("leave_out_share_below_mean"),
        mean_precision=table.precision("mean_decimals", "mean_rounding"),
        reference_precision=table.precision("reference_decimals", "reference_rounding"),
        coefficient_precision=table.precision("coefficient_decimals", "coefficient_rounding"),
        precision=table.precision(),
        cap=table.number("cap", above=0),
        within=table.choice("within", Split, Split.POST),
        compares=table.choice("compares", Compared, Compared.ROOMS),
        only_mixed=table.flag("only_mixed"),
    )
    if rule.reference is Reference.MEAN_OF_ROOM_MEANS and (rule.pool_high or rule.pool_low or rule.pool is Pool.KEPT):
        table.note("reference", Problem("A pool is trimmed only where the reference is the pooled mean."))
    above, below = rule.leave_out_above, rule.leave_out_below
    if above is not None and below is not None and above <= below:
        table.note("leave_out_above", Problem("The upper bound must be above the lower bound."))
    table.done()
    return rule
