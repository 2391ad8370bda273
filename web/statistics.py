"""The statistics of a stored tally as a page shows them: drawings, the table of the same figures behind each, notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.words import N_, Name, Sentence
from scoring.explain import Names
from scoring.figures import precision_words
from scoring.queries import ENTRY, Heard, entry_cut
from scoring.scheme import Scheme
from scoring.snapshot import Changed
from scoring.statistics import PostExchange, RoomLine, Statistics, statistics_of
from scoring.statistics.exchanges import Exchange
from scoring.statistics.judges import FEW_HEARINGS, Agreement, Bench, FarMark, Judged
from scoring.tables import TallyRow
from web.charts import Distribution, Dots, bench_drawn, distribution_drawn, rooms_drawn, severity_scale
from web.drawing import figure, percent, signed

READINGS = (
    (Fraction(9, 10), N_("Very high: with other judges the means would come out much the same.")),
    (Fraction(3, 4), N_("Good: other judges would have given similar means.")),
    (Fraction(1, 2), N_("Moderate: with other judges some people would change places.")),
)
"""How an ICC of means is read, from so much on (Koo & Li 2016)."""
LOW = N_("Low: the means depend much on who sat here.")
NOTHING = N_("Too few complete hearings, or no differences at all: nothing can be said.")
FEW = N_("Few hearings: read it with care.")


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How far one bench agrees, with what it means in words."""

    label: Sentence
    figures: tuple[str, ...]
    reading: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Far:
    """One mark far from the others, and the hearing it was given in."""

    number: str
    label: Sentence
    mark: str
    others: str
    difference: str
    dropped: bool
    heard: Heard | None


@dataclass(frozen=True, slots=True)
class PanelView:
    """One part that a panel marks: its benches drawn, their agreement, what stands out."""

    name: Name
    benches: tuple[Dots, ...]
    agreement: tuple[AgreementRow, ...]
    rooms: Dots | None
    far: tuple[Far, ...]
    bound: str
    usual: str
    exchanged: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class MarginRow:
    """How close one cut was."""

    unit: str
    cut: Name
    wanted: int
    entered: int
    last_in: str
    first_out: str
    margin: str


@dataclass(frozen=True, slots=True)
class RoundingRow:
    """One rounding, and who would stand elsewhere without it."""

    words: Sentence
    precision: Sentence
    changes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class StatisticsView:
    """Everything a page of statistics shows; `roundings` is None where they were not computed."""

    margins: tuple[MarginRow, ...]
    roundings: tuple[RoundingRow, ...] | None
    distributions: tuple[Distribution, ...]
    panels: tuple[PanelView, ...]
    neighbours: tuple[Sentence, ...]


class KeptStatistics:
    """Statistics by the digests of what they were computed from: a tally never changes, so each is computed once."""

    MOST = 32

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Statistics] = {}

    def __call__(self, tally: TallyRow, scheme: Scheme) -> Statistics:
        """The statistics of a stored tally under the scheme it was computed by."""
        key = (tally.kind, tally.scheme_sha256, tally.input_sha256)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= self.MOST:
                self._kept.clear()
            upto = entry_cut(scheme) if tally.kind == ENTRY else ""
            found = self._kept[key] = statistics_of(scheme, tally.inputs, tally.outcome, upto)
        return found


kept_statistics = KeptStatistics()


def statistics_view(
    found: Statistics, scheme: Scheme, heard: Mapping[str, Heard], only: frozenset[str] | None = None
) -> StatisticsView:
    """What a page shows; `heard` by ticket number. With `only`, single candidates are named from among these alone."""
    names = Names.of(scheme)
    shown = _Shown(scheme, names, heard, only)
    return StatisticsView(
        margins=tuple(
            MarginRow(
                one.unit, names.cuts[one.cut], one.wanted, one.entered, one.last_in or "–", one.first_out or "–",
                figure(one.margin, 2 if one.margin is None else shown.places(one.by)),
            )
            for one in found.margins
        ),
        roundings=None if found.roundings is None else tuple(
            RoundingRow(one.place.words, precision_words(one.place.precision), tuple(map(_moved, one.changes)))
            for one in found.roundings
        ),
        distributions=tuple(distribution_drawn(names.part(key), one) for key, one in found.spreads.items()),
        panels=tuple(shown.panel(key, one, found.rooms.get(key, ())) for key, one in found.panels.items()),
        neighbours=tuple(shown.neighbours(found.neighbours)),
    )  # fmt: skip


def _moved(one: Changed) -> Sentence:
    """Somebody whose rank or entry would be another one."""
    before, after = (str(rank) if rank else "–" for rank in one.rank)
    facts = {"number": one.candidate, "before": before, "after": after}
    was, would = one.entered
    if was and not would:
        return Sentence(N_("{number}: rank {before} would be {after}, and would not enter"), facts)
    if would and not was:
        return Sentence(N_("{number}: rank {before} would be {after}, and would enter"), facts)
    return Sentence(N_("{number}: rank {before} would be {after}"), facts)


# ── judges and rooms ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Shown:
    """What every part of the view needs: names, hearings, and whose numbers may stand there."""

    scheme: Scheme
    names: Names
    heard: Mapping[str, Heard]
    only: frozenset[str] | None

    def places(self, part: str) -> int:
        """The decimals of a part's value."""
        precision = self.scheme.all_parts()[part].precision
        return 4 if precision is None else precision.decimals

    def panel(self, key: str, judged: Judged, rooms: Sequence[RoomLine]) -> PanelView:
        """One panel part."""
        scale = severity_scale(judged)
        return PanelView(
            name=self.names.part(key),
            benches=tuple(bench_drawn(bench, self._label(key, bench), scale) for bench in judged.benches),
            agreement=tuple(_agreement(bench.agreement, self._label(key, bench)) for bench in judged.benches),
            rooms=rooms_drawn(rooms, self.names.part(key)) if len(rooms) > 1 else None,
            far=tuple(self._far(key, one) for one in judged.far if self._may(one.candidate)),
            bound=figure(judged.bound),
            usual=figure(judged.usual),
            exchanged=tuple(
                self._exchanged(self._label(key, bench), one)
                for bench in judged.benches
                for one in bench.exchanges
                if self._may(one.first, one.second)
            ),
        )

    def neighbours(self, found: Iterable[PostExchange]) -> Iterable[Sentence]:
        """Neighbouring numbers whose marks in one part look exchanged."""
        for one in found:
            if self._may(one.exchange.first, one.exchange.second):
                facts = {
                    "part": self.names.part(one.exchange.column),
                    "first": one.exchange.first,
                    "second": one.exchange.second,
                    "left": percent(one.exchange.left),
                }
                yield Sentence(
                    N_("{part}: {first} and {second}; exchanged, {left} of the disagreement is left."), facts
                )

    def _may(self, *numbers: str) -> bool:
        return self.only is None or self.only.issuperset(numbers)

    def _label(self, key: str, bench: Bench | FarMark) -> Sentence:
        """A bench in words: the room, and the group where there are several."""
        groups = {group.key: group.name for group in self.scheme.panels[key].groups}
        if len(groups) == 1 and bench.room:
            return Sentence(N_("Room {room}"), {"room": bench.room})
        facts = {"room": bench.room or "–", "group": groups[bench.group]}
        return Sentence(N_("Room {room}, {group}"), facts)

    def _far(self, key: str, one: FarMark) -> Far:
        facts = {"bench": self._label(key, one), "seat": one.seat}
        return Far(
            number=one.candidate,
            label=Sentence(N_("{bench}, seat {seat}"), facts),
            mark=figure(one.mark),
            others=figure(one.others),
            difference=signed(one.difference),
            dropped=one.dropped,
            heard=self.heard.get(one.candidate),
        )

    def _exchanged(self, label: Sentence, one: Exchange) -> Sentence:
        facts = {
            "bench": label,
            "seat": one.column,
            "first": one.first,
            "second": one.second,
            "one": figure(one.first_mark),
            "other": figure(one.second_mark),
            "left": percent(one.left),
        }
        words = N_(
            "{bench}, seat {seat}: {first} has {one}, {second} {other}; exchanged, {left} of the disagreement is left."
        )
        return Sentence(words, facts)


def _agreement(found: Agreement, label: Sentence) -> AgreementRow:
    figures = (
        str(found.judges),
        str(found.hearings),
        *(figure(one) for one in (found.average, found.single, found.concordance, found.alpha)),
    )
    return AgreementRow(label, figures, tuple(_reading(found)))


def _reading(found: Agreement) -> Iterable[Sentence]:
    if found.average is None:
        yield Sentence(NOTHING)
        return
    average = found.average
    yield Sentence(next((words for least, words in READINGS if average >= least), LOW))
    if found.hearings < FEW_HEARINGS:
        yield Sentence(FEW)
