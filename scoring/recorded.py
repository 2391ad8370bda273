"""Records (认定记录): what a tally needs beside written papers and the interview.

Ballots, appraisal years, grades, findings, recorded pass marks, rooms and subjects, bonus points, records for ties:
each topic is one table in the long form of `gongxuan score`, and what it says is a piece of the inputs of a tally.
One hand enters it, another confirms it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.errors import Problem
from core.words import N_, Name, Sentence
from scoring.columns import COLUMN_OF, Column, Record, fold
from scoring.explain import Names
from scoring.grid import Grid, Located, Odd, understand
from scoring.inputs import NO_ROOM, Candidate, Inputs, Post, input_problems
from scoring.marks import MarkState
from scoring.parts import Part, PartKind
from scoring.ranking import TieBy
from scoring.reading import Read, read_inputs
from scoring.scheme import Scheme


class Of(StrEnum):
    """What one table of records is about."""

    PART = "part"  # marks, states, shares, grades, ballots or judges' sheets of one part
    ROOM = "room"  # the room, or subject, of each candidate
    BONUS = "bonus"
    QUALIFICATION = "qualification"
    PASS_MARK = "pass_mark"  # noqa: S105 - a line, not a password
    EXTRA_TEST = "extra_test"
    LOT = "lot"
    COMMITTEE = "committee"
    ROOM_SUMS = "room_sums"
    FINDINGS = "findings"


OF_WORDS: Mapping[Of, str] = {
    Of.PART: N_("Marks: {part}"),
    Of.ROOM: N_("Rooms or subjects: {part}"),
    Of.BONUS: N_("Bonus points: {part}"),
    Of.QUALIFICATION: N_("Figures for ties: {name}"),
    Of.PASS_MARK: N_("Pass mark: {part}"),
    Of.EXTRA_TEST: N_("Extra test"),
    Of.LOT: N_("Lots between equal ones"),
    Of.COMMITTEE: N_("Order decided by the committee"),
    Of.ROOM_SUMS: N_("Sums of rooms"),
    Of.FINDINGS: N_("Findings"),
}
ONLY_IF_NEEDED = frozenset({Of.EXTRA_TEST, Of.LOT, Of.COMMITTEE, Of.ROOM_SUMS, Of.FINDINGS})
"""Topics that are recorded when something happens; without them a tally is not incomplete."""

MAY_BE_EMPTY = frozenset({Of.BONUS, Of.QUALIFICATION, Of.FINDINGS, Of.ROOM_SUMS})
"""Topics of which a table without a row says something: that nobody has any."""

WORDS: Mapping[Of, str] = {
    Of.BONUS: f"{Record.BONUS.value}:{{key}}",
    Of.QUALIFICATION: f"{Record.QUALIFICATION.value}:{{key}}",
    Of.EXTRA_TEST: Record.EXTRA_TEST.value,
    Of.LOT: Record.LOT.value,
    Of.COMMITTEE: Record.COMMITTEE.value,
}
"""How a row of a topic says in its column `part` what it is about, where that is not the part itself."""

TIES: Mapping[TieBy, Of] = {TieBy.EXTRA_TEST: Of.EXTRA_TEST, TieBy.LOT: Of.LOT, TieBy.COMMITTEE: Of.COMMITTEE}


@dataclass(frozen=True, slots=True, order=True)
class Topic:
    """One topic of records: what, and of which part or figure."""

    of: Of
    key: str = ""

    def __str__(self) -> str:
        """As it stands in an address and a row: part:resume, findings."""
        return f"{self.of.value}:{self.key}" if self.key else self.of.value

    def words(self, names: Names) -> Sentence:
        """The topic for a reader."""
        return Sentence(OF_WORDS[self.of], {"part": names.part(self.key), "name": Name(self.key, "")})


def by_record(part: Part) -> bool:
    """Whether a part gets its marks from records: no written paper, not the interview's panel."""
    return part.kind in {PartKind.SHARE, PartKind.BALLOTS} or bool(part.grades) or part.recorded


def topics(scheme: Scheme) -> tuple[Topic, ...]:
    """Everything that the scheme and its variants may need to have recorded, each once."""
    return tuple(dict.fromkeys(topic for own in scheme.everywhere() for topic in _topics(own)))


def _topics(scheme: Scheme) -> Iterator[Topic]:
    for key, part in scheme.all_parts().items():
        if by_record(part):
            yield Topic(Of.PART, key)
        elif key in scheme.rooms and key not in scheme.panels:
            yield Topic(Of.ROOM, key)
        if part.bonus is not None:
            yield Topic(Of.BONUS, key)
        if part.pass_mark is not None and part.pass_mark.mark is None:
            yield Topic(Of.PASS_MARK, key)
    for ties in (scheme.ties, *(cut.ties for cut in scheme.cuts)):
        for tie in ties:
            if tie.by is TieBy.QUALIFICATION:
                yield Topic(Of.QUALIFICATION, tie.of)
            elif tie.by in TIES:
                yield Topic(TIES[tie.by])
    if scheme.rooms:
        yield Topic(Of.ROOM_SUMS)
    if scheme.findings:
        yield Topic(Of.FINDINGS)


def wanted(scheme: Scheme, upto: str = "") -> tuple[Topic, ...]:
    """The topics without which a tally as far as the cut `upto` (or a whole one) would lack something."""
    return tuple(dict.fromkeys(topic for own in scheme.everywhere() for topic in _wanted(own, upto)))


def _wanted(scheme: Scheme, upto: str) -> Iterator[Topic]:
    reached = {cut.by: cut for cut in scheme.cuts[: scheme.cuts.index(scheme.cut(upto)) + 1]} if upto else {}
    trees = [scheme.all_parts()[by] for by in reached] if upto else list(scheme.trees.values())
    parts = {part.key for tree in trees for part in tree.walk()}
    asked = {key.of for cut in (reached.values() if upto else scheme.cuts) for key in cut.ties} | (
        set() if upto else {key.of for key in scheme.ties}
    )
    for topic in _topics(scheme):
        of_part = topic.of in {Of.PART, Of.ROOM, Of.BONUS, Of.PASS_MARK} and topic.key in parts
        if of_part or (topic.of is Of.QUALIFICATION and topic.key in asked):
            yield topic


def topic_named(scheme: Scheme, text: str) -> Topic | None:
    """The topic of an address, None where the scheme has none of that name."""
    return next((topic for topic in topics(scheme) if str(topic) == text), None)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one table says: its rows as they came, and the piece of the inputs they make."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: Inputs


@dataclass(frozen=True, slots=True)
class Entry:
    """A table ready to be entered: read by which scheme, from a file (its name and SHA-256) or typed."""

    recorded: Recorded
    scheme: str
    source: str = "typed"
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """Whom records may be about: the posts of the selection, and its candidates with their posts."""

    posts: tuple[Post, ...]
    candidates: tuple[tuple[str, str], ...]


def read_record(scheme: Scheme, topic: Topic, field: Field, grids: Sequence[Grid]) -> tuple[Recorded, list[Problem]]:
    """Read the tables of one topic. With any problem nothing of it may be kept; all are told, with row and column."""
    own = [_about(topic, grid) for grid in grids]
    read = read_inputs(scheme, [*_known(field), *own])
    found = [*read.problems, *_checked(read, topic), *map(read.located, _foreign(read.inputs, topic))]
    problems = {str(one.problem): one.problem for one in sorted(found, key=lambda one: one.problem.row)}
    columns, rows = _shown(own)
    if not rows and topic.of not in MAY_BE_EMPTY:
        problems[""] = Problem("The table has no rows.")
    return Recorded(columns, rows, _piece(read.inputs)), list(problems.values())


def _known(field: Field) -> Iterator[Grid]:
    """The posts and candidates of the selection as tables, so that nobody else can be named."""
    posts = [(0, [one.code, str(one.places), one.group]) for one in field.posts]
    yield Grid("", [Column.POST.value, Column.PLACES.value, Column.GROUP.value], 0, posts)
    people = [(0, [code, post]) for code, post in field.candidates]
    yield Grid("", [Column.CANDIDATE.value, Column.POST.value], 0, people)


def _about(topic: Topic, grid: Grid) -> Grid:
    """The table with the column that says what it is about, where its rows leave that out."""
    has = {COLUMN_OF.get(fold(cell)) for cell in grid.heading if isinstance(cell, str)}
    if topic.of in {Of.FINDINGS, Of.ROOM_SUMS} or Column.PART in has:
        return grid
    word, wide = WORDS.get(topic.of, "{key}").format(key=topic.key), len(grid.heading)
    rows = [
        (number, [*cells[:wide], *[""] * (wide - len(cells)), word, *cells[wide:]])
        for number, cells in grid.rows
        if any(isinstance(cell, Odd) or cell.strip() for cell in cells)
    ]
    return Grid(grid.file, [*grid.heading, Column.PART.value], grid.heading_row, rows)


def _checked(read: Read, topic: Topic) -> Iterator[Located]:
    """What no mark may be; rooms that belong to another topic are not missed here."""
    for problem in input_problems(read.scheme, read.inputs):
        if problem.sentence != NO_ROOM or (topic.of is Of.PART and problem.field.endswith(f".{topic.key}")):
            yield read.located(problem)


def _foreign(inputs: Inputs, topic: Topic) -> Iterator[Problem]:
    """Facts that belong to no table of this topic."""
    allowed = {topic, Topic(Of.ROOM, topic.key)} if topic.of is Of.PART else {topic}
    for found, where in _facts(inputs):
        if found not in allowed:
            yield Problem("This does not belong to these records.", {}, where)


def _facts(inputs: Inputs) -> Iterator[tuple[Topic | None, str]]:
    """The topic of every fact, None for one that no record holds, and the field by which it is known."""
    for one in inputs.candidates:
        marked = [*one.marks, *one.sheets, *one.ballots]
        yield from ((Topic(Of.PART, key), f"{one.code}.{key}") for key in marked)
        yield from ((Topic(Of.ROOM, key), f"{one.code}.{key}") for key in one.rooms)
        yield from ((Topic(Of.BONUS, bonus.part), f"{one.code}.bonus:{bonus.part}") for bonus in one.bonus)
        yield from ((Topic(Of.QUALIFICATION, key), f"{one.code}.{key}") for key in one.qualifications)
        yield from ((Topic(Of.FINDINGS), f"{one.code}.{finding.kind}") for finding in one.findings)
        ties = {Of.EXTRA_TEST: one.extra_test, Of.LOT: one.lot, Of.COMMITTEE: one.committee_order}
        yield from ((Topic(of), f"{one.code}.{of.value}") for of, value in ties.items() if value is not None)
        if one.standing is not MarkState.PRESENT:
            yield None, f"{one.code}.standing"
    yield from ((None, key) for key in inputs.admitted)
    yield from ((Topic(Of.ROOM_SUMS), f"{room.part}.{room.room}") for room in inputs.rooms)
    yield from ((Topic(Of.PASS_MARK, line.part), line.part) for line in inputs.lines)


def _shown(grids: Iterable[Grid]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns and rows of the tables, joined, as they came: what both hands look at."""
    rows = [row.cells for grid in grids if (table := understand(grid, [])) for row in table.rows([])]
    columns = [column for column in Column if any(column in cells for cells in rows)]
    return tuple(column.value for column in columns), tuple(
        tuple(cells.get(column, "") for column in columns) for cells in rows
    )


def _piece(inputs: Inputs) -> Inputs:
    """What was recorded alone: nobody who has no record, and nothing that the selection itself knows."""
    empty = {code: Candidate(code, post) for code, post in ((one.code, one.post) for one in inputs.candidates)}
    people = tuple(one for one in inputs.candidates if one != empty[one.code])
    return Inputs((), people, {}, inputs.rooms, inputs.lines)


# ── joining ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def joined(inputs: Inputs, pieces: Iterable[Inputs]) -> Inputs:
    """The inputs of a selection with everything recorded; records about somebody who is not there are left out."""
    people = {one.code: one for one in inputs.candidates}
    rooms, lines = list(inputs.rooms), list(inputs.lines)
    for piece in pieces:
        rooms += piece.rooms
        lines += piece.lines
        people |= {one.code: _both(people[one.code], one) for one in piece.candidates if one.code in people}
    return replace(inputs, candidates=tuple(people.values()), rooms=tuple(rooms), lines=tuple(lines))


def _both(one: Candidate, other: Candidate) -> Candidate:
    """What is known of one candidate from two sides; they never speak of the same thing."""
    return replace(
        one,
        marks={**one.marks, **other.marks},
        sheets={**one.sheets, **other.sheets},
        rooms={**one.rooms, **other.rooms},
        bonus=(*one.bonus, *other.bonus),
        qualifications={**one.qualifications, **other.qualifications},
        extra_test=one.extra_test if other.extra_test is None else other.extra_test,
        lot=one.lot if other.lot is None else other.lot,
        committee_order=one.committee_order if other.committee_order is None else other.committee_order,
        ballots={**one.ballots, **other.ballots},
        findings=(*one.findings, *other.findings),
    )
