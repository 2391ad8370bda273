"""Rows of rooms, or subjects, of which not every mark is at hand: their sum and number, or their mean (考场汇总)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Problem
from scoring.cells import number_in, whole_in
from scoring.columns import Column, fold
from scoring.floors import FloorBy
from scoring.grid import Located, Row
from scoring.inputs import Post
from scoring.mark_rows import People, Person
from scoring.marks import MarkState
from scoring.post_rows import Posts
from scoring.rooms import KnownRoom, RoomRule, Split
from scoring.scheme import Scheme


@dataclass(slots=True)
class Rooms:
    """Every room met so far, by part, unit and label; without a label the mean of all."""

    scheme: Scheme
    people: People
    posts: Posts
    problems: list[Located]
    known: dict[tuple[str, str, str], KnownRoom] = field(default_factory=dict)

    def row(self, row: Row) -> None:
        """A room's sum and count, or its mean; a row without a room states the mean of all."""
        before = len(self.problems)
        part = self._part(row)
        unit = self._unit(part, row)
        mean, added = number_in(row, Column.MEAN, self.problems), number_in(row, Column.SUM, self.problems)
        count = whole_in(row, Column.COUNT, self.problems, least=1)
        if row.unread or len(self.problems) > before:
            return
        key = (part, unit, row[Column.ROOM])
        if key in self.known:
            self._wrong(row, Problem("This room stands twice."), Column.ROOM)
        elif mean is not None and added is not None:
            self._wrong(row, Problem("A room has the sum of its marks or their mean, not both."), Column.MEAN)
        elif mean is None and (added is None or count is None):
            self._wrong(row, Problem("A room needs the sum and the count of its marks, or their mean."), Column.SUM)
        else:
            self.people.places.setdefault(f"{part}.{key[2]}" if key[2] else part, row.place)
            self.known[key] = _known(key, mean, added, count)

    def unnamed(self) -> Iterator[Problem]:
        """Candidates with a mark whose room a table that names other rooms does not name."""
        tables = {(part, unit) for part, unit, room in self.known if room and self._rules(part)}
        for person in self.people.people.values():
            for part, room in person.rooms.items():
                mark = person.marks.get(part)
                unit = self._unit_of(part, person)
                counts = mark is None or mark.state is MarkState.PRESENT
                if counts and (part, unit) in tables and (part, unit, room) not in self.known:
                    where = f"{person.code}.{part}"
                    yield Problem("The table of rooms does not name room {room}.", {"room": room}, where)

    def _rules(self, part: str) -> list[RoomRule]:
        """The coefficients of a part, for most posts first."""
        return [own.rooms[part] for own in self.scheme.everywhere() if part in own.rooms]

    def _of_floors(self) -> set[str]:
        """The parts of which a floor asks for the mean of a room."""
        floors = (floor for own in self.scheme.everywhere() for floor in own.floors)
        return {floor.part for floor in floors if FloorBy.ROOM_MEAN in floor.floors}

    def _part(self, row: Row) -> str:
        """The part the row is about; the only one of which the mean of a room is asked where none is named."""
        asked = {part for own in self.scheme.everywhere() for part in own.rooms} or self._of_floors()
        word = row[Column.PART]
        part = self.people.called.parts.get(fold(word), "")
        if not word and len(asked) == 1:
            part = next(iter(asked))
        if part not in asked | self._of_floors():
            self._wrong(row, Problem("The scheme asks for the mean of no room for this part."), Column.PART)
        return part

    def _unit(self, part: str, row: Row) -> str:
        """The post or group whose rooms these are; empty where rooms of all posts are compared, or for a floor."""
        splits = {rule.within for rule in self._rules(part)}
        post, group = row[Column.POST], row[Column.GROUP]
        if not splits or splits == {Split.SELECTION}:
            if post or group:
                column = Column.POST if post else Column.GROUP
                self._wrong(row, Problem("The rooms of all posts are compared here; leave the post out."), column)
            return ""
        if splits == {Split.GROUP}:
            return self._group(row, group)
        if group:
            self._wrong(row, Problem("This column has no meaning in this row."), Column.GROUP)
        if not post and part in self._of_floors() and len(self.posts.rows) > 1:
            return ""
        post = self.posts.only(row.place, post)
        if not post:
            self._wrong(row, Problem("The post is missing."), Column.POST)
        elif post not in self.posts.rows:
            self._wrong(row, Problem("There is no post {post}.", {"post": post}), Column.POST)
        return post

    def _group(self, row: Row, named: str) -> str:
        """The group a row names, or that of the post it names, or the only one there is."""
        groups = dict.fromkeys(post.group for post in self.posts.rows.values() if post.group)
        post = self.posts.rows.get(row[Column.POST])
        group = named or (post.group if post is not None else next(iter(groups)) if len(groups) == 1 else "")
        if group not in groups:
            facts = {"group": group}
            self._wrong(row, Problem("No post belongs to the group {group}.", facts), Column.GROUP)
        return group

    def _unit_of(self, part: str, person: Person) -> str:
        """The post or group inside which a candidate's room is compared."""
        post = self.posts.rows.get(person.post)
        if post is None:
            return ""
        rule = self.scheme.at(Post(person.post, 0, post.group)).rooms.get(part)
        within = Split.SELECTION if rule is None else rule.within
        return {Split.POST: person.post, Split.GROUP: post.group}.get(within, "")

    def _wrong(self, row: Row, problem: Problem, column: Column) -> None:
        self.problems.append(row.problem(problem, column))


def _known(key: tuple[str, str, str], mean: Decimal | None, added: Decimal | None, count: int | None) -> KnownRoom:
    """A room by its mean, perhaps with the number of its marks, or by its sum."""
    part, unit, room = key
    if mean is not None:
        return KnownRoom(part, room, mean, count or 0, unit)
    return KnownRoom.summed(part, room, added or Decimal(0), count or 1, unit)
