"""One stage of a tally: evaluate everybody in play, even out rooms, rank inside each unit, draw the cuts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from core.errors import Problem, Refusal, refuse_any
from scoring.cuts import Break, Cut, CutRule, cut
from scoring.floors import Floor, FloorRule, floors_for, reaches
from scoring.formula import Given, PartResult, evaluate, missing, open_part
from scoring.inputs import IN_ROOM_MEANS, Candidate, Inputs
from scoring.marks import Exact, MarkState, exact_text, exactly, settle, total
from scoring.panel_mark import PanelMark, panel_mark
from scoring.parts import Part
from scoring.ranking import Entry, Ranking, Split, TieBy, TieKey, at_cut, everywhere, nowhere, rank
from scoring.rooms import (
    Coefficients,
    RoomMarks,
    RoomRule,
    RoomSum,
    Split as RoomSplit,
    StatedMean,
    StatedRooms,
    coefficients,
    corrected,
)
from scoring.scheme import RankWithin, Scheme


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One post (or closed group) at one stage: ranking, cuts by key, floors where there was no competition.

    `present` counts the candidates with a valid value; `floors` are by cut and code.
    """

    unit: str
    places: int
    present: int
    ranking: Ranking
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    floors: Mapping[str, Mapping[str, tuple[Floor, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the part it ranks by, the cuts drawn on it in their order, and each unit's outcome.

    `rooms` holds the room coefficients by post ("" where rooms of all posts are compared) and part; a post in
    one room has none.
    """

    by: str
    cuts: tuple[str, ...]
    units: Mapping[str, UnitResult]
    rooms: Mapping[str, Mapping[str, Coefficients]] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """What a tally knows so far: panel marks and part results by candidate, and the problems met."""

    scheme: Scheme
    inputs: Inputs
    panels: dict[str, dict[str, PanelMark]] = field(default_factory=dict)
    results: dict[str, dict[str, PartResult]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember each post's closed group."""
        self.groups.update((post.code, post.group) for post in self.inputs.posts)

    def unit(self, candidate: Candidate) -> str:
        """The post or closed group within which a candidate is ranked."""
        return candidate.post if self.scheme.within is RankWithin.POST else self.groups[candidate.post]

    def places(self) -> dict[str, int]:
        """Places by unit, in the order of the posts."""
        found: dict[str, int] = {}
        for post in self.inputs.posts:
            key = post.code if self.scheme.within is RankWithin.POST else post.group
            found[key] = found.get(key, 0) + post.places
        return found

    def value(self, code: str, part: str) -> Exact | None:
        """A candidate's value of a part, None if there is none or it is not evaluated yet."""
        result = self.results.get(code, {}).get(part)
        return None if result is None else result.value


def run_stage(running: Running, by: str, rules: Sequence[CutRule], in_play: Sequence[Candidate]) -> Stage | None:
    """Evaluate, rank and cut. None where something must be refused; the problems are in `running`."""
    part = running.scheme.all_parts()[by]
    givens = _givens(running, part, in_play)
    if running.problems:
        return None
    try:
        evened = _even_rooms(running, part, givens, in_play)
        for candidate in in_play:
            result = evaluate(part, givens[candidate.code], evened.ready.get(candidate.code))
            running.results.setdefault(candidate.code, {}).update({r.key: r for r in result.all_parts()})
    except Refusal as refusal:
        running.problems += refusal.problems
        return None
    return Stage(by, tuple(rule.key for rule in rules), _units(running, part, rules, in_play), evened.found)


def first_wants(scheme: Scheme, inputs: Inputs, by: str) -> list[Problem]:
    """What is wanting or wrong in the sheets of the first stage, for inputs that are refused anyway."""
    running = Running(scheme, inputs)
    _givens(running, scheme.all_parts()[by], in_play_at_first(inputs))
    return running.problems


def _givens(running: Running, part: Part, in_play: Sequence[Candidate]) -> dict[str, Given]:
    """What each one brings to this part, with panel marks; notes bad sheets and what is wanting."""
    panels = [inner.key for inner in part.walk() if inner.key in running.scheme.panels]
    givens: dict[str, Given] = {}
    for candidate in in_play:
        known = running.panels.setdefault(candidate.code, {})
        for key in panels:
            sheets = candidate.sheets.get(key, ())
            if sheets and key not in known:
                _combine(running, candidate, key)
        givens[candidate.code] = given = Given(candidate.marks, known, candidate.bonus)
        if candidate.standing is MarkState.PRESENT:
            running.problems += [
                Problem("The mark is missing.", {}, f"{candidate.code}.{key}")
                for key in missing(part, given)
                if not candidate.sheets.get(key)
            ]
    return givens


def _combine(running: Running, candidate: Candidate, key: str) -> None:
    try:
        running.panels[candidate.code][key] = panel_mark(running.scheme.panels[key], candidate.sheets[key])
    except Refusal as refusal:
        running.problems += [
            Problem(p.sentence, p.facts, f"{candidate.code}.{key}" + (f".{p.field}" if p.field else ""))
            for p in refusal.problems
        ]


@dataclass(slots=True)
class _Evened:
    """Parts with their coefficient applied, by candidate; the coefficients, by post and part."""

    ready: dict[str, dict[str, PartResult]] = field(default_factory=dict)
    found: dict[str, dict[str, Coefficients]] = field(default_factory=dict)


def _even_rooms(running: Running, part: Part, givens: Mapping[str, Given], in_play: Sequence[Candidate]) -> _Evened:
    evened = _Evened()
    for inner in part.walk():
        rule = running.scheme.rooms.get(inner.key)
        if rule is None:
            continue
        opened = {c.code: open_part(inner, givens[c.code], evened.ready.get(c.code)) for c in in_play}
        stated = {unit: parts[rule.part] for unit, parts in running.inputs.rooms.items() if rule.part in parts}
        for unit, members in (dict.fromkeys(stated, ()) | _room_units(rule, in_play)).items():
            found = _coefficients(rule, members, opened, stated.get(unit))
            if found is not None:
                evened.found.setdefault(unit, {})[inner.key] = found
            for candidate in members:
                result = opened[candidate.code]
                if found is not None and result.value is not None:
                    result = _corrected(rule, found, candidate.rooms[inner.key], result)
                evened.ready.setdefault(candidate.code, {})[inner.key] = result
    return evened


def _room_units(rule: RoomRule, in_play: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    """Candidates whose rooms are compared with each other: by post, or everybody."""
    units: dict[str, list[Candidate]] = {}
    for candidate in in_play:
        units.setdefault(candidate.post if rule.within is RoomSplit.POST else "", []).append(candidate)
    return units


def _coefficients(
    rule: RoomRule, members: Sequence[Candidate], opened: Mapping[str, PartResult], stated: StatedRooms | None
) -> Coefficients | None:
    """The coefficients of one unit; None where it sat in one room only."""
    marks: dict[str, list[Exact]] = {}
    rooms = {room.room: room for room in stated.rooms} if stated else {}
    problems: list[Problem] = []
    for candidate in members:
        value, room = opened[candidate.code].value, candidate.rooms.get(rule.part, "")
        if value is not None:
            marks.setdefault(room, []).append(value)
            if stated and room not in rooms:
                where = f"{candidate.code}.{rule.part}"
                problems.append(Problem("The table of rooms does not name room {room}.", {"room": room}, where))
    if stated is not None:
        refuse_any([*problems, *_stated_problems(rule, rooms, marks)])
        return coefficients(rule, stated.rooms, stated.reference)
    if len(marks) < 2:
        return None
    return coefficients(rule, [RoomMarks(room, values) for room, values in marks.items()])


def _stated_problems(
    rule: RoomRule, rooms: Mapping[str, RoomSum | StatedMean], marks: Mapping[str, Sequence[Exact]]
) -> Iterator[Problem]:
    """Where the sums of rooms do not go with the marks that are there."""
    for name, values in marks.items():
        room, where = rooms.get(name), f"{rule.part}.{name}"
        if isinstance(room, RoomSum) and len(values) > room.count:
            facts = {"room": name, "count": room.count, "found": len(values)}
            yield Problem("Room {room} is said to have {count} marks, but {found} are given.", facts, where)
        elif isinstance(room, RoomSum) and len(values) == room.count and total(values) != room.sum:
            facts = {"room": name, "sum": room.sum, "found": exact_text(total(values))}
            yield Problem("The marks of room {room} add up to {found}, not to {sum}.", facts, where)


def _corrected(rule: RoomRule, found: Coefficients, room: str, result: PartResult) -> PartResult:
    coefficient = found.rooms[room].coefficient
    after = corrected(rule, result.value or Fraction(0), coefficient)
    before_bonus = after.value
    if result.before_bonus is not None and result.before_bonus != result.value:
        before_bonus = settle(exactly(result.before_bonus) * exactly(coefficient), rule.precision)
    steps = (*result.steps, *found.steps(rule, room), *after.steps)
    return replace(result, value=after.value, exact=after.exact, before_bonus=before_bonus, steps=steps)


def _units(
    running: Running, part: Part, rules: Sequence[CutRule], in_play: Sequence[Candidate]
) -> dict[str, UnitResult]:
    """Every unit's ranking and cuts; units without competition last, because others may set their floor."""
    ranked: dict[str, list[Candidate]] = {unit: [] for unit in running.places()}
    for candidate in in_play:
        if candidate.standing is MarkState.PRESENT and running.value(candidate.code, part.key) is not None:
            ranked[running.unit(candidate)].append(candidate)
    makers = {
        unit: _Unit(running, part, rules, unit, places, ranked[unit], in_play)
        for unit, places in running.places().items()
    }
    done: dict[str, UnitResult] = {}
    for unit in sorted(makers, key=lambda unit: bool(makers[unit].lonely())):
        done[unit] = makers[unit].result(done.values())
    return {unit: done[unit] for unit in makers}


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit being ranked: its ranked candidates, and everybody in play for the means of their rooms."""

    running: Running
    part: Part
    rules: Sequence[CutRule]
    unit: str
    places: int
    ranked: Sequence[Candidate]
    in_play: Sequence[Candidate]

    def lonely(self) -> list[FloorRule]:
        """The floor rules that apply because there is no competition here."""
        cuts = {rule.key for rule in self.rules}
        return [
            rule
            for rule in self.running.scheme.floors
            if rule.cut in cuts and rule.applies(self.places, len(self._marks(rule.part, self.ranked)))
        ]

    def result(self, others: Iterable[UnitResult]) -> UnitResult:
        """Rank and cut, with the floors that others with competition set."""
        lonely = self.lonely()
        others = list(others) if lonely else []
        floors = {rule.cut: self._floors(rule, others) for rule in lonely}
        passed = [c.code for c in self.ranked if not self.running.results[c.code][self.part.key].failed()]
        qualified = {rule.key: self._reaching(rule.key, passed, floors) for rule in self.rules}
        splits = [_split(rule, self.places, qualified[rule.key]) for rule in self.rules] or [self._plain_split()]
        keys = self.rules[0].ties if self.rules else self.running.scheme.ties
        entries = [self._entry(candidate, keys) for candidate in self.ranked]
        ranking = rank(entries, keys, lambda before, equal: any(split(before, equal) for split in splits))
        cuts: dict[str, Cut] = {}
        for rule in self.rules:
            allowed = qualified[rule.key].intersection(*(earlier.entered for earlier in cuts.values()))
            cuts[rule.key] = cut(rule, self.places, ranking, allowed)
        return UnitResult(self.unit, self.places, len(self.ranked), ranking, cuts, floors)

    def _plain_split(self) -> Split:
        return everywhere if self.running.scheme.breaking is Break.EVERYWHERE else nowhere

    def _marks(self, part: str, candidates: Iterable[Candidate]) -> list[Exact]:
        values = (self.running.value(candidate.code, part) for candidate in candidates)
        return [value for value in values if value is not None]

    def _floors(self, rule: FloorRule, others: Sequence[UnitResult]) -> dict[str, tuple[Floor, ...]]:
        """The floors of each ranked candidate."""
        elsewhere = [
            value
            for other in others
            if rule.cut not in other.floors
            for code in other.cuts[rule.cut].entered
            if (value := self.running.value(code, rule.part)) is not None
        ]
        found: dict[str, tuple[Floor, ...]] = {}
        for candidate in self.ranked:
            room = candidate.rooms.get(rule.part)
            heard = [c for c in self.in_play if c.rooms.get(rule.part) == room]
            found[candidate.code] = floors_for(rule, self._marks(rule.part, heard), elsewhere)
        return found

    def _reaching(
        self, key: str, passed: Sequence[str], floors: Mapping[str, Mapping[str, tuple[Floor, ...]]]
    ) -> frozenset[str]:
        """Those of the passed who also reach the floors of one cut."""
        kept = set(passed)
        for rule in self.lonely():
            if rule.cut == key:
                kept = {
                    code
                    for code in kept
                    if (mark := self.running.value(code, rule.part)) is not None
                    and reaches(rule, mark, floors[key][code])
                }
        return frozenset(kept)

    def _entry(self, candidate: Candidate, keys: Sequence[TieKey]) -> Entry:
        value = self.running.value(candidate.code, self.part.key)
        if value is None:
            raise ValueError("only candidates with a value are ranked")
        return Entry(candidate.code, value, {key: self._compared(candidate, key) for key in keys})

    def _compared(self, candidate: Candidate, key: TieKey) -> Exact | None:
        """What a tie key compares for a candidate."""
        if key.by is TieBy.PART:
            return self.running.value(candidate.code, key.of)
        if key.by is TieBy.EXACT:
            result = self.running.results[candidate.code].get(key.of or self.part.key)
            return None if result is None else result.exact
        if key.by is TieBy.UNDROPPED_SUM:
            panel = self.running.panels[candidate.code].get(key.of)
            return None if panel is None else panel.undropped_sum
        return candidate.recorded(key)


def _split(rule: CutRule, places: int, qualified: frozenset[str]) -> Split:
    return everywhere if rule.breaking is Break.EVERYWHERE else at_cut(rule.wanted(places), qualified)


def in_play_at_first(inputs: Inputs) -> list[Candidate]:
    """Everybody whose marks may count somewhere: who withdrew stays in the means of rooms."""
    return [candidate for candidate in inputs.candidates if candidate.standing in IN_ROOM_MEANS]
