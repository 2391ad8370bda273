"""Rows of posts (职位表), and what is known of posts that no table names: places, closed group, applicants."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.errors import Problem
from scoring.cells import whole_in
from scoring.columns import Column
from scoring.cuts import open_places, waived_parts
from scoring.grid import Located, Place, Row
from scoring.mark_rows import Person
from scoring.scheme import Scheme

ONLY_POST = "1"  # the post of everybody where no table names one


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post as it was given: its places and how many stay open where `registered` people applied (开考比例).

    `waived` are the parts that nobody sits, because too few have applied.
    """

    code: str
    places: int
    open: int
    group: str = ""
    registered: int | None = None
    waived: tuple[str, ...] = ()


@dataclass(slots=True)
class PostRow:
    """A post as gathered so far."""

    place: Place
    places: int | None = None
    group: str = ""
    registered: int | None = None


@dataclass(slots=True)
class Posts:
    """Every post met so far, by code."""

    scheme: Scheme
    problems: list[Located]
    rows: dict[str, PostRow] = field(default_factory=dict)

    def row(self, row: Row) -> None:
        """One row of a table of posts."""
        code = row[Column.POST]
        if not code:
            self.problems.append(row.problem(Problem("The post is missing."), Column.POST))
        elif code in self.rows:
            self.problems.append(row.problem(Problem("The post {code} stands twice.", {"code": code}), Column.POST))
        else:
            places = whole_in(row, Column.PLACES, self.problems, least=0)
            registered = whole_in(row, Column.REGISTERED, self.problems, least=0)
            self.rows[code] = PostRow(row.place, places, row[Column.GROUP], registered)

    def settle(self, people: Iterable[Person], listed: bool) -> None:
        """Give everybody a post, where no table of posts was `listed` those that people name."""
        people = list(people)
        if not listed:
            self.rows |= {person.post: PostRow(person.place) for person in reversed(people) if person.post}
            self.rows = {code: self.rows[code] for code in dict.fromkeys(one.post for one in people if one.post)}
        only = next(iter(self.rows)) if len(self.rows) == 1 else ONLY_POST if not self.rows else ""
        for person in people:
            if not person.post and only:
                person.post = only
                self.rows.setdefault(only, PostRow(person.place))
            elif not person.post:
                facts = {"code": person.code}
                self._at(person.place, Problem("The post of the candidate {code} is missing.", facts, "post"))

    def only(self, place: Place, named: str) -> str:
        """The post that a row is about: the one it names, or the only one there is; empty where it cannot be told."""
        if not self.rows:
            self.rows[named or ONLY_POST] = PostRow(place)
        return named or (next(iter(self.rows)) if len(self.rows) == 1 else "")

    def check_places(self) -> None:
        """A post whose places nobody has told, where they have an effect."""
        for code, row in self.rows.items():
            if row.places is None and needs_places(self.scheme):
                sentence = Problem(
                    "The number of places of post {post} is needed. Give a table with the columns post and places.",
                    {"post": code},
                    Column.PLACES.value,
                )
                self._at(row.place, sentence)

    def lines(self) -> tuple[PostLine, ...]:
        """Every post as it was given."""
        return tuple(self._line(code, row) for code, row in self.rows.items())

    def _line(self, code: str, row: PostRow) -> PostLine:
        places, rule = 1 if row.places is None else row.places, self.scheme.opening
        if rule is None or row.registered is None:
            return PostLine(code, places, places, row.group, row.registered)
        opened, waived = open_places(rule, places, row.registered, code), waived_parts(rule, places, row.registered)
        return PostLine(code, places, opened, row.group, row.registered, waived)

    def _at(self, place: Place, problem: Problem) -> None:
        self.problems.append(Located(Problem(problem.sentence, problem.facts, problem.field, place.row), place.file))


def needs_places(scheme: Scheme) -> bool:
    """Whether the number of places has an effect on anything."""
    return any(own.floors or any(rule.take is None or rule.table for rule in own.cuts) for own in scheme.everywhere())
