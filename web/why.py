"""Why a candidate stands where they stand: inputs, rule, each rounding, dropped marks, ties.

The steps are those stored with the tally. Staff, observers and the committee see judges' seats (`seats=True`);
candidates and the public see a panel's marks in ascending order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.words import N_, Name, Sentence
from scoring.explain import (
    ROUNDING_NAMES,
    Names,
    reason_sentence,
    step_sentence,
    step_title,
    tie_key_sentence,
    tie_sentences,
)
from scoring.parts import Part, PartKind
from scoring.scheme import Scheme
from scoring.steps import StepKind
from web.results import Document, ascending, standing


@dataclass(frozen=True, slots=True)
class JudgeMark:
    """One mark of a panel; `dropped` is high, low or not; `seat` is empty where seats are not shown."""

    value: str
    dropped: str = ""
    seat: str = ""


@dataclass(frozen=True, slots=True)
class PanelRow:
    """The marks of one group of judges (for one element where the rule averages by element) and their mean."""

    label: Name | Sentence
    marks: tuple[JudgeMark, ...]
    mean: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One judge's sheet, by element, with its total; shown only with seats."""

    label: Name | Sentence
    marks: tuple[str, ...]
    total: str


@dataclass(frozen=True, slots=True)
class RoomRow:
    """One room of the post: how many counted, and its mean."""

    room: str
    count: int
    mean: str
    own: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the total with everything that led to its value."""

    title: Name
    rows: tuple[PanelRow, ...]
    elements: tuple[Name, ...]
    sheets: tuple[SheetRow, ...]
    rooms: tuple[RoomRow, ...]
    lines: tuple[Sentence, ...]

    @property
    def widest(self) -> int:
        """The most marks in one row, for the table's width."""
        return max((len(row.marks) for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class TieTable:
    """Candidates with equal values and what was compared; `rows` are (heading, value by candidate)."""

    numbers: tuple[str, ...]
    rows: tuple[tuple[Sentence | Name, tuple[str, ...]], ...]
    outcome: Sentence


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who stands next in the ranking, by number alone."""

    above: bool
    number: str
    rank: str
    total: str


@dataclass(frozen=True, slots=True)
class Rounding:
    """One rounding: of what, the figure before and after, how many decimals are kept and how."""

    title: Name | Sentence
    before: str
    decimals: int
    mode: Sentence
    after: str


@dataclass(frozen=True, slots=True)
class Why:
    """A candidate's whole result."""

    number: str
    part: Name
    total: str
    rank: str
    present: int
    word: Sentence
    kind: str
    reasons: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    ties: tuple[TieTable, ...]
    neighbours: tuple[Neighbour, ...] = ()
    roundings: tuple[Rounding, ...] = ()


def why(outcome: Document, number: str, scheme: Scheme, *, seats: bool = False) -> Why | None:
    """The explanation of one result; None if this tally has no such candidate."""
    result = next((one for one in outcome["results"] if one["candidate"] == number), None)
    if result is None:
        return None
    stage = outcome["stages"][-1]
    names = Names.of(scheme)
    part = scheme.all_parts()[stage["by"]]
    unit = stage["units"].get(result["unit"], {"ties": [], "present": 0, "order": []})
    word, kind = standing(result, names)
    return Why(
        number=number,
        part=part.name,
        total=result["total"] or "",
        rank=_rank(result),
        present=unit["present"],
        word=word,
        kind=kind or "none",
        reasons=tuple(reason_sentence(reason, names) for reason in result["reasons"]),
        sections=tuple(_sections(result["steps"], part, names, seats=seats)),
        ties=tuple(_tie_table(tie, part, names) for tie in unit["ties"] if number in tie["candidates"]),
        neighbours=tuple(_neighbours(unit["order"], number)),
        roundings=tuple(_roundings(result["steps"], names, seats=seats)),
    )


def _rank(one: Document) -> str:
    """A rank as it is written, "=" before one that is shared."""
    return ("=" if one["tied"] else "") + str(one["rank"] or "")


def _neighbours(order: Sequence[Document], number: str) -> Iterable[Neighbour]:
    """Who stands just above and just below in the ranking."""
    place = next((place for place, one in enumerate(order) if one["candidate"] == number), None)
    if place is None:
        return
    for above, other in ((True, place - 1), (False, place + 1)):
        if 0 <= other < len(order):
            one = order[other]
            yield Neighbour(above, one["candidate"], _rank(one), one["value"])


def _roundings(steps: Sequence[Document], names: Names, *, seats: bool) -> Iterable[Rounding]:
    """Every rounding in its order; those of single judges only where seats are shown."""
    for step in steps:
        if "rounding" not in step or "exact" not in step or (step["kind"] == StepKind.JUDGE_TOTALS and not seats):
            continue
        mode = Sentence(ROUNDING_NAMES[step["rounding"]])
        yield Rounding(step_title(step, names), step["exact"], step["decimals"], mode, step["value"])


def _sections(steps: Sequence[Document], part: Part, names: Names, *, seats: bool) -> Iterable[Section]:
    """One section for each computed part, inner ones first; the ranked part last, with the marks given to it."""
    own = [inner for inner in part.parts if inner.kind is not PartKind.GIVEN]
    taken: set[str] = set()
    for inner in own:
        keys = {one.key for one in inner.walk()}
        taken |= keys
        yield _section(inner, [step for step in steps if step["part"] in keys], names, seats=seats)
    wanted = {one.key for one in part.walk()} - taken
    yield _section(part, [step for step in steps if step["part"] in wanted], names, seats=seats)


def _section(part: Part, steps: Sequence[Document], names: Names, *, seats: bool) -> Section:
    means = [step for step in steps if step["kind"] == StepKind.MEAN]
    sheets = [step for step in steps if step["kind"] == StepKind.JUDGE_TOTALS] if seats else []
    return Section(
        title=part.name,
        rows=tuple(_panel_row(step, names, seats=seats) for step in means),
        elements=tuple(names.elements[part.key, term["key"]] for term in sheets[0]["terms"]) if sheets else (),
        sheets=tuple(_sheet_row(step, names) for step in sheets),
        rooms=tuple(_rooms(steps)),
        lines=tuple(
            step_sentence(step if seats else _without_seats(step), names)
            for step in steps
            if step["kind"] != StepKind.JUDGE_TOTALS
        ),
    )


def _without_seats(step: Document) -> Document:
    """A mean as everybody may read it: its marks in ascending order, the dropped ones only in the table."""
    if step["kind"] != StepKind.MEAN:
        return step
    return {**step, "terms": ascending([term for term in step["terms"] if not term.get("dropped")])}


def _panel_row(step: Document, names: Names, *, seats: bool) -> PanelRow:
    terms = step["terms"] if seats else ascending(step["terms"])
    marks = tuple(
        JudgeMark(term["value"], term.get("dropped", ""), term["key"].rpartition("/")[2] if seats else "")
        for term in terms
    )
    return PanelRow(names.inside(step["part"], step["at"]), marks, step["value"])


def _sheet_row(step: Document, names: Names) -> SheetRow:
    marks = tuple(str(term["value"]) for term in step["terms"])
    return SheetRow(names.inside(step["part"], step["at"]), marks, step["value"])


def _rooms(steps: Sequence[Document]) -> Iterable[RoomRow]:
    means = next((step for step in steps if step["kind"] == StepKind.ROOM_MEANS), None)
    own = next((step["at"] for step in steps if step["kind"] == StepKind.COEFFICIENT), "")
    for term in means["terms"] if means else ():
        yield RoomRow(term["key"], term["count"], term["value"], term["key"] == own)


def _tie_table(tie: Mapping[str, Any], part: Part, names: Names) -> TieTable:
    numbers = tuple(tie["candidates"])
    rows: list[tuple[Sentence | Name, tuple[str, ...]]] = [(part.name, (tie["value"],) * len(numbers))]
    rows += [
        (
            Sentence(N_("then {key}"), {"key": tie_key_sentence(step["key"], names)}),
            tuple(step["values"].get(number) or "–" for number in numbers),
        )
        for step in tie["steps"]
    ]
    return TieTable(numbers, tuple(rows), tie_sentences(tie, names)[-1])
