"""Tables of candidates, marks, posts and rooms in the long form, read into the inputs of a tally.

The rows are text that has been taken out of files elsewhere; every problem is noted with its file, row and column, and
none is raised. What the tables may hold is told in docs/scoring-command.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Problem
from scoring.cells import number_from, whole_from
from scoring.columns import Column, fold, plain
from scoring.cuts import open_places
from scoring.grid import Grid, Located, Place, Row, Table, TableKind, understand
from scoring.inputs import Inputs, Post, input_problems
from scoring.mark_rows import People
from scoring.marks import Exact, exactly
from scoring.rooms import RoomSum, Split, StatedMean, StatedRooms
from scoring.scheme import Scheme
from scoring.tally import Tally, tally

ONLY_POST = "1"  # the post of everybody where no table names one


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post as it was given: its places and how many stay open where `registered` people applied (开考比例)."""

    code: str
    places: int
    open: int
    group: str = ""
    registered: int | None = None


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

    def counted(self) -> tuple[Tally | None, tuple[Located, ...]]:
        """The tally of what was read, or everything that keeps it from being made, in the order of files and rows.

        What could not be read is not called missing as well.
        """
        made = tally(self.scheme, self.inputs)
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
    """Read all tables together; candidates first, then their marks, then posts and rooms."""
    problems: list[Located] = []
    tables = [table for grid in grids if (table := understand(grid, problems)) is not None]
    reading = _Reading(scheme, problems, People(scheme, problems))
    if len(tables) == len(grids):
        reading.read(tables)
    return reading.made()


@dataclass(slots=True)
class _PostRow:
    place: Place
    places: int | None = None
    group: str = ""
    registered: int | None = None


@dataclass(slots=True)
class _Reading:
    """The tables being read."""

    scheme: Scheme
    problems: list[Located]
    people: People
    posts: dict[str, _PostRow] = field(default_factory=dict)
    rooms: dict[str, dict[str, dict[str, RoomSum | StatedMean]]] = field(default_factory=dict)
    references: dict[tuple[str, str], Exact] = field(default_factory=dict)

    def read(self, tables: Sequence[Table]) -> None:
        self.people.listed = any(table.kind is TableKind.CANDIDATES for table in tables)
        for row in self._rows(tables, TableKind.CANDIDATES):
            self.people.list_row(row)
        for row in self._rows(tables, TableKind.MARKS):
            self.people.mark_row(row)
        for row in self._rows(tables, TableKind.POSTS):
            self._post_row(row)
        self._settle_posts(any(table.kind is TableKind.POSTS for table in tables))
        for row in self._rows(tables, TableKind.ROOMS):
            self._room_row(row)
        self._check_places()
        self._check_codes()
        applied = self.scheme.opening is not None and any(post.registered is not None for post in self.posts.values())
        if not self.people.people and not self.rooms and not applied and not self.problems:
            self.problems.append(Located(Problem("There is no candidate in these tables.")))

    def made(self) -> Read:
        """Everything that was read."""
        posts = tuple(self._post_line(code, row) for code, row in self.posts.items())
        places = dict(self.people.places)
        for code, row in self.posts.items():
            places.setdefault(code, row.place)
        stated = {
            unit: {
                part: StatedRooms(tuple(own.values()), self.references.get((unit, part))) for part, own in of.items()
            }
            for unit, of in self.rooms.items()
        }
        inputs = Inputs(
            tuple(Post(post.code, post.open, post.group) for post in posts),
            tuple(person.candidate() for person in self.people.people.values()),
            {key: frozenset(codes) for key, codes in self.people.admitted.items()},
            stated,
        )
        unread = frozenset(self.people.unread)
        return Read(self.scheme, inputs, posts, tuple(self.problems), places, unread, self.people.lost)

    def _rows(self, tables: Sequence[Table], kind: TableKind) -> Iterator[Row]:
        for table in tables:
            if table.kind is kind:
                yield from table.rows(self.problems)

    # ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _post_row(self, row: Row) -> None:
        code = row[Column.POST]
        if not code:
            self._wrong(row, Problem("The post is missing."), Column.POST)
        elif code in self.posts:
            self._wrong(row, Problem("The post {code} stands twice.", {"code": code}), Column.POST)
        else:
            places, registered = self._whole(row, Column.PLACES, 0), self._whole(row, Column.REGISTERED, 0)
            self.posts[code] = _PostRow(row.place, places, row[Column.GROUP], registered)

    def _settle_posts(self, listed: bool) -> None:
        """Give everybody a post, and every post its places."""
        named = {person.post: person.place for person in self.people.people.values() if person.post}
        if not listed:
            self.posts |= {code: _PostRow(place) for code, place in named.items()}
        only = next(iter(self.posts)) if len(self.posts) == 1 else ONLY_POST if not self.posts else ""
        for person in self.people.people.values():
            if not person.post and only:
                person.post = only
                self.posts.setdefault(only, _PostRow(person.place))
            elif not person.post:
                facts = {"code": person.code}
                self._at(person.place, Problem("The post of the candidate {code} is missing.", facts, "post"))

    def _check_places(self) -> None:
        """A post whose places nobody has told, where they have an effect."""
        for code, row in self.posts.items():
            if row.places is None and needs_places(self.scheme):
                sentence = Problem(
                    "The number of places of post {post} is needed. Give a table with the columns post and places.",
                    {"post": code},
                    Column.PLACES.value,
                )
                self._at(row.place, sentence)

    def _post_line(self, code: str, row: _PostRow) -> PostLine:
        places = 1 if row.places is None else row.places
        opened = places
        if self.scheme.opening is not None and row.registered is not None:
            opened = open_places(self.scheme.opening, places, row.registered)
        return PostLine(code, places, opened, row.group, row.registered)

    # ── rooms ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _room_row(self, row: Row) -> None:
        """A room's sum and count, or its mean; a row without a room states the mean of all."""
        problems = len(self.problems)
        part = self._room_part(row)
        unit = self._room_unit(part, row)
        mean, added = self._number(row, Column.MEAN), self._number(row, Column.SUM)
        count = self._whole(row, Column.COUNT, 1)
        if row.unread or len(self.problems) > problems:
            return
        room = row[Column.ROOM]
        own = self.rooms.setdefault(unit, {}).setdefault(part, {})
        if room in own or (not room and (unit, part) in self.references):
            self._wrong(row, Problem("This room stands twice."), Column.ROOM)
        elif mean is not None and added is not None:
            self._wrong(row, Problem("A room has the sum of its marks or their mean, not both."), Column.MEAN)
        elif mean is None and (added is None or count is None):
            self._wrong(row, Problem("A room needs the sum and the count of its marks, or their mean."), Column.SUM)
        elif not room:
            self.references[unit, part] = mean if mean is not None else exactly(added or 0) / (count or 1)
        else:
            self.people.places.setdefault(f"{part}.{room}", row.place)
            own[room] = _room(room, mean, added, count)

    def _room_part(self, row: Row) -> str:
        """The part the row is about; the only one with a room coefficient where none is named."""
        word = row[Column.PART]
        part = self.people.parts.get(fold(word), "")
        if not word and len(self.scheme.rooms) == 1:
            part = next(iter(self.scheme.rooms))
        if part not in self.scheme.rooms:
            self._wrong(row, Problem("The scheme has no room coefficient for this part."), Column.PART)
        return part

    def _room_unit(self, part: str, row: Row) -> str:
        """The post whose rooms these are; empty where rooms of all posts are compared."""
        rule, post = self.scheme.rooms.get(part), row[Column.POST]
        if rule is not None and rule.within is Split.SELECTION:
            if post:
                self._wrong(row, Problem("The rooms of all posts are compared here; leave the post out."), Column.POST)
            return ""
        if not self.posts:
            self.posts[post or ONLY_POST] = _PostRow(row.place)
        post = post or (next(iter(self.posts)) if len(self.posts) == 1 else "")
        if not post:
            self._wrong(row, Problem("The post is missing."), Column.POST)
        elif post not in self.posts:
            self._wrong(row, Problem("There is no post {post}.", {"post": post}), Column.POST)
        return post

    # ── cells and problems ───────────────────────────────────────────────────────────────────────────────────────────

    def _check_codes(self) -> None:
        """Codes that a reader would take for the same person's are not two people."""
        seen: dict[str, str] = {}
        for code, person in self.people.people.items():
            other = seen.setdefault(plain(code), code)
            if other != code:
                facts = {"code": code, "other": other}
                wrong = Problem("{code} and {other} differ only in spaces or full-width signs.", facts)
                self._at(person.place, Problem(wrong.sentence, facts, Column.CANDIDATE.value))

    def _number(self, row: Row, column: Column) -> Decimal | None:
        if not row[column]:
            return None
        number = number_from(row[column])
        if isinstance(number, Problem):
            self._wrong(row, number, column)
            return None
        if number < 0:
            self._wrong(row, Problem("This must not be less than {bound}.", {"bound": 0}), column)
        return number

    def _whole(self, row: Row, column: Column, least: int) -> int | None:
        if not row[column]:
            return None
        number = whole_from(row[column], least=least)
        if isinstance(number, Problem):
            self._wrong(row, number, column)
            return None
        return number

    def _wrong(self, row: Row, problem: Problem, column: Column) -> None:
        self.problems.append(row.problem(problem, column))

    def _at(self, place: Place, problem: Problem) -> None:
        self.problems.append(Located(Problem(problem.sentence, problem.facts, problem.field, place.row), place.file))


def _room(room: str, mean: Decimal | None, added: Decimal | None, count: int | None) -> RoomSum | StatedMean:
    """A room by its sum, or by its mean; a mean with a count makes a sum."""
    if mean is None:
        return RoomSum(room, added or Decimal(0), count or 0)
    return StatedMean(room, mean) if count is None else RoomSum(room, exactly(mean) * count, count)


def needs_places(scheme: Scheme) -> bool:
    """Whether the number of places has an effect on anything."""
    return bool(scheme.floors) or any(rule.take is None or rule.table for rule in scheme.cuts)
