"""Tables of candidates, marks, posts, rooms and records in the long form, read into the inputs of a tally.

The rows are text that has been taken out of files elsewhere; every problem is noted with its file, row and column, and
none is raised. What the tables may hold is told in docs/scoring-command.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.errors import Problem
from scoring.grid import Grid, Located, Place, Row, Table, TableKind, understand
from scoring.inputs import Inputs, Post, input_problems
from scoring.mark_rows import People
from scoring.post_rows import PostLine, Posts
from scoring.record_rows import Records
from scoring.room_rows import Rooms
from scoring.scheme import Scheme
from scoring.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class Read:
    """What all tables say together. `places` says where a fact stands, by the field a problem names."""

    scheme: Scheme
    inputs: Inputs
    posts: tuple[PostLine, ...]
    problems: tuple[Located, ...]
    places: Mapping[str, Place]
    unread: frozenset[str]
    lost: bool

    def counted(self, upto: str = "") -> tuple[Tally | None, tuple[Located, ...]]:
        """The tally of what was read, or everything that keeps it from being made, in the order of files and rows.

        `upto` is the cut with which it ends, empty for all. What could not be read is not called missing as well.
        """
        made = tally(self.scheme, self.inputs, upto)
        if not self.problems and not made.refusals:
            return made, ()
        wrong = input_problems(self.scheme, self.inputs)
        wanting = [] if self.lost else [one for one in made.refusals[len(wrong) :] if not self._hidden(one)]
        found = [*self.problems, *(self.located(one) for one in (*wrong, *wanting))]
        return None, tuple(sorted(each_once(found), key=lambda one: (one.file, one.problem.row == 0, one.problem.row)))

    def located(self, problem: Problem) -> Located:
        """A problem of the tally with the file and row of what it is about."""
        for prefix in _prefixes(problem.field):
            if place := self.places.get(prefix):
                return Located(Problem(problem.sentence, problem.facts, problem.field, place.row), place.file)
        return Located(problem)

    def _hidden(self, problem: Problem) -> bool:
        """Whether it only says once more that something could not be read."""
        return any(prefix in self.unread for prefix in _prefixes(problem.field))


def each_once(found: Sequence[Located]) -> list[Located]:
    """Each different problem once."""
    return list({(one.file, str(one.problem)): one for one in found}.values())


def _prefixes(text: str) -> Iterator[str]:
    """The field and everything it lies in: A.interview.panel/1/a, A.interview.panel/1, A.interview.panel, …"""
    while text:
        yield text
        text = text[: max(text.rfind("."), text.rfind("/"), 0)]


def read_inputs(scheme: Scheme, grids: Sequence[Grid]) -> Read:
    """Read all tables together; candidates first, then their marks, then posts, rooms, findings and pass marks."""
    problems: list[Located] = []
    tables = [table for grid in grids if (table := understand(grid, problems)) is not None]
    reading = _Reading(scheme, problems)
    if len(tables) == len(grids):
        reading.read(tables)
    return reading.made()


@dataclass(slots=True)
class _Reading:
    """The tables being read."""

    scheme: Scheme
    problems: list[Located]
    people: People = field(init=False)
    posts: Posts = field(init=False)
    rooms: Rooms = field(init=False)
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        """Gather everything from the same rows."""
        self.people = People(self.scheme, self.problems)
        self.posts = Posts(self.scheme, self.problems)
        self.rooms = Rooms(self.scheme, self.people, self.posts, self.problems)
        self.records = Records(self.scheme, self.people, self.posts, self.problems)

    def read(self, tables: Sequence[Table]) -> None:
        self.people.listed = any(table.kind is TableKind.CANDIDATES for table in tables)
        self._rows(tables, TableKind.CANDIDATES, self.people.list_row)
        self._rows(tables, TableKind.MARKS, self.people.mark_row)
        self._rows(tables, TableKind.POSTS, self.posts.row)
        self.posts.settle(self.people.people.values(), any(table.kind is TableKind.POSTS for table in tables))
        self._rows(tables, TableKind.ROOMS, self.rooms.row)
        self._rows(tables, TableKind.FINDINGS, self.records.finding)
        self._rows(tables, TableKind.LINES, self.records.line)
        self.posts.check_places()
        self.people.check_codes()
        applied = self.scheme.opening is not None and any(
            row.registered is not None for row in self.posts.rows.values()
        )
        if not self.people.people and not self.rooms.known and not applied and not self.problems:
            self.problems.append(Located(Problem("There is no candidate in these tables.")))

    def made(self) -> Read:
        """Everything that was read."""
        posts = self.posts.lines()
        places = dict(self.people.places)
        for code, row in self.posts.rows.items():
            places.setdefault(code, row.place)
        inputs = Inputs(
            tuple(Post(post.code, post.open, post.group) for post in posts),
            tuple(person.candidate() for person in self.people.people.values()),
            {key: frozenset(codes) for key, codes in self.people.admitted.items()},
            tuple(self.rooms.known.values()),
            tuple(self.records.lines.values()),
        )
        unread = frozenset(self.people.unread)
        read = Read(self.scheme, inputs, posts, tuple(self.problems), places, unread, self.people.lost)
        return replace(read, problems=(*read.problems, *map(read.located, self.rooms.unnamed())))

    def _rows(self, tables: Sequence[Table], kind: TableKind, take: Callable[[Row], None]) -> None:
        for table in tables:
            if table.kind is kind:
                for row in table.rows(self.problems):
                    take(row)
