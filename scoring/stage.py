"""One stage of a tally: evaluate everybody in play, even out rooms, rank inside each unit, draw the cuts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.errors import Problem, Refusal
from scoring.ballots import BallotMark, ballot_mark
from scoring.cuts import Break, Cut, CutRule, cut
from scoring.evening import Field, even_rooms
from scoring.findings import effects, vetoes
from scoring.floors import Floor, FloorRule, floors_for, reaches
from scoring.formula import Given, PartResult, evaluate, missing
from scoring.inputs import IN_ROOM_MEANS, Candidate, Inputs, Post
from scoring.marks import Exact, MarkState
from scoring.panel_mark import PanelMark, panel_mark
from scoring.ranking import Entry, Ranking, Split, TieBy, TieKey, at_cut, everywhere, nowhere, rank
from scoring.rooms import Coefficients
from scoring.scheme import RankWithin, Scheme

Floors = Mapping[str, tuple[Floor, ...]]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One post (or closed group) at one stage: ranking, cuts by key, floors where there was no competition.

    `present` counts the candidates with a valid value, `heard` by cut those whom a floor without competition
    counts; `floors` are by cut and code, `below` are those who reach the pass marks but not the floors of a cut.
    """

    unit: str
    places: int
    present: int
    ranking: Ranking
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    floors: Mapping[str, Mapping[str, tuple[Floor, ...]]] = field(default_factory=dict)
    heard: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the part it ranks by, the cuts drawn on it in their order, and each unit's outcome.

    `rooms` holds the room coefficients by post or group, or by variant where rooms of all its posts are compared
    ("" for the posts without a variant), and by part; a post in one room has none.
    """

    by: str
    cuts: tuple[str, ...]
    units: Mapping[str, UnitResult]
    rooms: Mapping[str, Mapping[str, Coefficients]] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """What a tally knows so far: marks of panels and ballots and part results by candidate, and the problems met."""

    scheme: Scheme
    inputs: Inputs
    panels: dict[str, dict[str, PanelMark]] = field(default_factory=dict)
    ballots: dict[str, dict[str, BallotMark]] = field(default_factory=dict)
    results: dict[str, dict[str, PartResult]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember each post, and the places of each unit in the order of the posts."""
        for post in self.inputs.posts:
            self.posts[post.code] = post
            unit = self.unit_of(post)
            self.places[unit] = self.places.get(unit, 0) + post.places

    def rules(self, candidate: Candidate) -> Scheme:
        """The scheme as it holds for a candidate's post."""
        return self.scheme.at(self.posts[candidate.post])

    def ranked(self, candidate: Candidate) -> bool:
        """Whether the candidate stands and no finding keeps him from being ranked."""
        return candidate.standing is MarkState.PRESENT and not vetoes(self.scheme.findings, candidate.findings)

    def unit(self, candidate: Candidate) -> str:
        """The post or closed group within which a candidate is ranked."""
        return self.unit_of(self.posts[candidate.post])

    def unit_of(self, post: Post) -> str:
        """The post's own code, or its closed group where ranks are counted in groups."""
        return post.code if self.scheme.within is RankWithin.POST else post.group

    def schemes(self) -> dict[str, Scheme]:
        """The scheme of each unit; all posts of a group have the same."""
        return {self.unit_of(post): self.scheme.at(post) for post in self.inputs.posts}

    def evening(self, scheme: Scheme, everybody: str) -> Field:
        """What evening out rooms asks about the posts of one scheme; `everybody` names the whole field."""
        posts = [post for post in self.inputs.posts if self.scheme.at(post) is scheme]
        return Field(
            groups={post.code: post.group for post in posts},
            units={post.code: self.unit_of(post) for post in posts},
            known=self.inputs.rooms,
            everybody=everybody,
        )

    def value(self, code: str, part: str) -> Exact | None:
        """A candidate's value of a part, None if there is none or it is not evaluated yet."""
        result = self.results.get(code, {}).get(part)
        return None if result is None else result.value


def run_stage(running: Running, by: str, rules: Sequence[CutRule], in_play: Sequence[Candidate]) -> Stage | None:
    """Evaluate, rank and cut. None where something must be refused; the problems are in `running`."""
    groups = _by_scheme(running, in_play)
    givens = {key: _givens(running, own, by, members) for key, own, members in groups}
    if running.problems:
        return None
    coefficients: dict[str, dict[str, Coefficients]] = {}
    try:
        for key, own, members in groups:
            part = own.all_parts()[by]
            evened = even_rooms(own, part, members, givens[key], running.evening(own, key))
            coefficients.update(evened.found)
            for candidate in members:
                result = evaluate(part, givens[key][candidate.code], evened.ready.get(candidate.code))
                running.results.setdefault(candidate.code, {}).update({r.key: r for r in result.all_parts()})
    except Refusal as refusal:
        running.problems += refusal.problems
        return None
    return Stage(by, tuple(rule.key for rule in rules), _units(running, by, rules, in_play), coefficients)


def first_wants(scheme: Scheme, inputs: Inputs, by: str) -> list[Problem]:
    """What is wanting or wrong in the sheets and ballots of the first stage, for inputs that are refused anyway."""
    running = Running(scheme, inputs)
    known = [one for one in in_play_at_first(inputs) if one.post in running.posts]
    in_play = [replace(one, findings=tuple(f for f in one.findings if f.kind in scheme.findings)) for one in known]
    for _, own, members in _by_scheme(running, in_play):
        _givens(running, own, by, members)
    return running.problems


def _by_scheme(running: Running, in_play: Sequence[Candidate]) -> list[tuple[str, Scheme, list[Candidate]]]:
    """The scheme and each of its variants by key, with those in play whose post it holds for."""
    schemes = {"": running.scheme} | {variant.key: variant.scheme for variant in running.scheme.variants}
    return [(key, own, [c for c in in_play if running.rules(c) is own]) for key, own in schemes.items()]


def _givens(running: Running, scheme: Scheme, by: str, in_play: Sequence[Candidate]) -> dict[str, Given]:
    """What each one brings to this part, with panel marks and ballots; notes bad sheets and what is wanting."""
    part = scheme.all_parts()[by]
    givens: dict[str, Given] = {}
    for candidate in in_play:
        for inner in part.walk():
            _combine(running, scheme, candidate, inner.key)
        givens[candidate.code] = given = Given(
            candidate.marks,
            running.panels.get(candidate.code, {}),
            candidate.bonus,
            running.ballots.get(candidate.code, {}),
            effects(scheme.findings, candidate.findings),
            running.inputs.pass_lines(candidate.post),
        )
        if running.ranked(candidate):
            running.problems += [
                Problem("The mark is missing.", {}, f"{candidate.code}.{key}")
                for key in missing(part, given)
                if not candidate.sheets.get(key) and not candidate.ballots.get(key)
            ]
    running.problems += [
        Problem("The pass mark of this part is not recorded yet.", {}, f"{post}.{inner.key}")
        for post in dict.fromkeys(candidate.post for candidate in in_play)
        for inner in part.walk()
        if inner.pass_mark and inner.pass_mark.mark is None and inner.key not in running.inputs.pass_lines(post)
    ]
    return givens


def _combine(running: Running, scheme: Scheme, candidate: Candidate, key: str) -> None:
    """The mark of a candidate's sheets or ballots for one part, once."""
    try:
        panels, ballots = running.panels.setdefault(candidate.code, {}), running.ballots.setdefault(candidate.code, {})
        if key in scheme.panels and candidate.sheets.get(key) and key not in panels:
            panels[key] = panel_mark(scheme.panels[key], candidate.sheets[key])
        if key in scheme.ballots and candidate.ballots.get(key) and key not in ballots:
            ballots[key] = ballot_mark(scheme.ballots[key], candidate.ballots[key])
    except Refusal as refusal:
        running.problems += [
            Problem(p.sentence, p.facts, f"{candidate.code}.{key}" + (f".{p.field}" if p.field else ""))
            for p in refusal.problems
        ]


def _units(running: Running, by: str, rules: Sequence[CutRule], in_play: Sequence[Candidate]) -> dict[str, UnitResult]:
    """Every unit's ranking and cuts; units without competition last, because others may set their floor."""
    schemes = running.schemes()
    members: dict[str, list[Candidate]] = {unit: [] for unit in schemes}
    for candidate in in_play:
        members[running.unit(candidate)].append(candidate)
    makers = {
        unit: _Unit(running, own, by, [own.cut(rule.key) for rule in rules], unit, members[unit], in_play)
        for unit, own in schemes.items()
    }
    done: dict[str, UnitResult] = {}
    for unit in sorted(makers, key=lambda unit: bool(makers[unit].lonely())):
        done[unit] = makers[unit].result(done.values())
    return {unit: done[unit] for unit in makers}


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit being ranked by its scheme, beside everybody in play for the means of their rooms."""

    running: Running
    scheme: Scheme
    by: str
    rules: Sequence[CutRule]
    unit: str
    members: Sequence[Candidate]
    in_play: Sequence[Candidate]

    @property
    def places(self) -> int:
        """The places of the unit."""
        return self.running.places[self.unit]

    def ranked(self) -> list[Candidate]:
        """Those who have a value and may be ranked."""
        return [
            one
            for one in self.members
            if self.running.ranked(one) and self.running.value(one.code, self.by) is not None
        ]

    def heard(self, part: str) -> int:
        """How many were present on the day: also those who have left since."""
        return len(self._marks(part, self.members))

    def lonely(self) -> list[FloorRule]:
        """The floor rules that apply because there is no competition here."""
        cuts = {rule.key for rule in self.rules}
        return [
            rule for rule in self.scheme.floors if rule.cut in cuts and rule.applies(self.places, self.heard(rule.part))
        ]

    def result(self, others: Iterable[UnitResult]) -> UnitResult:
        """Rank and cut, with the floors that others with competition set."""
        others, ranked = list(others), self.ranked()
        lonely = [(rule, self._floors(rule, others, ranked)) for rule in self.lonely()]
        passed = [c.code for c in ranked if not self.running.results[c.code][self.by].failed()]
        qualified = {rule.key: self._reaching(rule.key, passed, lonely) for rule in self.rules}
        splits = [_split(rule, self.places, qualified[rule.key]) for rule in self.rules] or [self._plain_split()]
        keys = self.rules[0].ties if self.rules else self.scheme.ties
        entries = [self._entry(candidate, keys) for candidate in ranked]
        ranking = rank(entries, keys, lambda before, equal: any(split(before, equal) for split in splits))
        cuts: dict[str, Cut] = {}
        for rule in self.rules:
            allowed = qualified[rule.key].intersection(*(earlier.entered for earlier in cuts.values()))
            cuts[rule.key] = cut(rule, self.places, ranking, allowed)
        heard = {rule.cut: self.heard(rule.part) for rule, _ in lonely}
        below = {key: frozenset(passed) - kept for key, kept in qualified.items()}
        return UnitResult(self.unit, self.places, len(ranked), ranking, cuts, _by_cut(lonely), heard, below)

    def _plain_split(self) -> Split:
        return everywhere if self.scheme.breaking is Break.EVERYWHERE else nowhere

    def _marks(self, part: str, candidates: Iterable[Candidate]) -> list[Exact]:
        values = (self.running.value(candidate.code, part) for candidate in candidates)
        return [value for value in values if value is not None]

    def _floors(self, rule: FloorRule, others: Sequence[UnitResult], ranked: Sequence[Candidate]) -> Floors:
        """The floors of each ranked candidate."""
        elsewhere = [
            value
            for other in others
            if rule.cut not in other.floors
            for code in other.cuts[rule.cut].entered
            if (value := self.running.value(code, rule.part)) is not None
        ]
        found: dict[str, tuple[Floor, ...]] = {}
        for candidate in ranked:
            marks = self._room_marks(rule.part, candidate.rooms.get(rule.part))
            found[candidate.code] = floors_for(rule, marks, elsewhere)
        return found

    def _room_marks(self, part: str, room: str | None) -> list[Exact]:
        """The marks of all whom one panel heard, or their mean alone where that is what is known."""
        for known in self.running.inputs.rooms:
            if (known.part, known.room, known.unit) == (part, room, ""):
                return [known.mean]
        return self._marks(part, [one for one in self.in_play if one.rooms.get(part) == room])

    def _reaching(self, key: str, passed: Sequence[str], lonely: Sequence[tuple[FloorRule, Floors]]) -> frozenset[str]:
        """Those of the passed who also reach the floors of one cut."""
        kept = set(passed)
        for rule, floors in lonely:
            if rule.cut == key:
                kept = {
                    code
                    for code in kept
                    if (mark := self.running.value(code, rule.part)) is not None and reaches(rule, mark, floors[code])
                }
        return frozenset(kept)

    def _entry(self, candidate: Candidate, keys: Sequence[TieKey]) -> Entry:
        value = self.running.value(candidate.code, self.by)
        if value is None:
            raise ValueError("only candidates with a value are ranked")
        return Entry(candidate.code, value, {key: self._compared(candidate, key) for key in keys})

    def _compared(self, candidate: Candidate, key: TieKey) -> Exact | None:
        """What a tie key compares for a candidate."""
        if key.by is TieBy.PART:
            return self.running.value(candidate.code, key.of)
        if key.by is TieBy.EXACT:
            result = self.running.results[candidate.code].get(key.of or self.by)
            return None if result is None else result.exact
        if key.by is TieBy.UNDROPPED_SUM:
            panel = self.running.panels.get(candidate.code, {}).get(key.of)
            return None if panel is None else panel.undropped_sum
        return candidate.recorded(key)


def _by_cut(lonely: Sequence[tuple[FloorRule, Floors]]) -> dict[str, dict[str, tuple[Floor, ...]]]:
    """All floors of each candidate by cut, where one cut has several rules."""
    found: dict[str, dict[str, tuple[Floor, ...]]] = {}
    for rule, floors in lonely:
        own = found.setdefault(rule.cut, {})
        own.update({code: own.get(code, ()) + more for code, more in floors.items()})
    return found


def _split(rule: CutRule, places: int, qualified: frozenset[str]) -> Split:
    return everywhere if rule.breaking is Break.EVERYWHERE else at_cut(rule.wanted(places), qualified)


def in_play_at_first(inputs: Inputs) -> list[Candidate]:
    """Everybody whose marks may count somewhere: who withdrew stays in the means of rooms."""
    return [candidate for candidate in inputs.candidates if candidate.standing in IN_ROOM_MEANS]
