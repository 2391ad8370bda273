"""A table of records as a form to be typed: which rows stand ready, which cells are filled in, and the way back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scoring.columns import Column
from scoring.grid import Grid
from scoring.inputs import Post
from scoring.parts import PartKind
from scoring.recorded import Field, Of, Topic, topics
from scoring.scheme import Scheme

MOST_ROWS = 1500
SPARE_ROWS = 8


@dataclass(frozen=True, slots=True)
class Blank:
    """A form of one topic: the columns that stand in each row already, those to be filled in, and the rows."""

    given: tuple[Column, ...]
    asked: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def grid(self, cell: Callable[[int, Column], str]) -> Grid:
        """The table that was typed, without rows in which nothing was filled in; `cell` has the texts by row from 1."""
        rows = []
        for number, given in enumerate(self.rows, start=1):
            typed = [cell(number, column).strip() for column in self.asked]
            if any(typed):
                rows.append((number, [*given, *typed]))
        return Grid("", [column.value for column in (*self.given, *self.asked)], 0, rows)

    def filled(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[tuple[int, Column], str]:
        """The cells of an earlier table in their places, as far as this form has a place for them."""
        kept = [dict(zip(columns, cells, strict=True)) for cells in rows]
        if not self.given:
            places: Mapping[tuple[str, ...], int] = {}
            numbered = list(enumerate(kept, start=1))[: len(self.rows)]
        else:
            places = {given: number for number, given in enumerate(self.rows, start=1)}
            keys = [tuple(one.get(column.value, "") for column in self.given) for one in kept]
            numbered = [(places[key], one) for key, one in zip(keys, kept, strict=True) if key in places]
        return {(number, column): one.get(column.value, "") for number, one in numbered for column in self.asked}


def blank(scheme: Scheme, topic: Topic, field: Field, spare: int = SPARE_ROWS) -> Blank | None:
    """The form of a topic; None where so many cells are better sent as a file."""
    people = tuple(_people(scheme, topic, field))
    given: tuple[Column, ...] = (Column.CANDIDATE,)
    asked: tuple[Column, ...] = (Column.MARK,)
    rows = people
    if topic.of is Of.PASS_MARK:
        given, rows = (Column.POST,), (("",), *((post.code,) for post in field.posts))
    elif topic.of is Of.FINDINGS:
        given, rows = (), ((),) * (spare + SPARE_ROWS)
        asked = (Column.CANDIDATE, Column.KIND, Column.PART, Column.ARTICLE, Column.AUTHORITY)
    elif topic.of is Of.ROOM_SUMS:
        given, rows = (), ((),) * (spare + SPARE_ROWS)
        asked = (Column.PART, Column.POST, Column.GROUP, Column.ROOM, Column.COUNT, Column.SUM, Column.MEAN)
    elif topic.of is Of.ROOM:
        asked = (Column.ROOM,)
    elif topic.of is Of.BONUS:
        asked = (Column.MARK, Column.ELEMENT)
    elif topic.of is Of.PART:
        found = _of_part(scheme, topic.key, people)
        if found is None:
            return None
        given, asked, rows = found
    return Blank(given, asked, rows) if len(rows) <= MOST_ROWS else None


Shape = tuple[tuple[Column, ...], tuple[Column, ...], tuple[tuple[str, ...], ...]]


def _of_part(scheme: Scheme, key: str, people: tuple[tuple[str, ...], ...]) -> Shape | None:
    """The form of a part: a line per person, or per person, class of voters and grade; none for judges' sheets."""
    own = next(own for own in scheme.everywhere() if key in own.all_parts())
    kind = own.all_parts()[key].kind
    if kind is PartKind.PANEL:
        return None
    room = (Column.ROOM,) if key in own.rooms else ()
    if kind is not PartKind.BALLOTS:
        return (Column.CANDIDATE,), (Column.MARK, *room), people
    rule = own.ballots[key]
    kinds = [*(grade.key for grade in rule.grades), *(name for name, _ in rule.invalid)]
    rows = tuple((*person, one.key, word) for person in people for one in rule.classes for word in kinds)
    return (Column.CANDIDATE, Column.GROUP, Column.ELEMENT), (Column.MARK, *room), rows


def _people(scheme: Scheme, topic: Topic, field: Field) -> Iterator[tuple[str, ...]]:
    """The candidates of the posts by whose rules there is such a topic."""
    posts: dict[str, Post] = {post.code: post for post in field.posts}
    asking = {code for code, post in posts.items() if topic in topics(_alone(scheme.at(post)))}
    for ticket, post in field.candidates:
        if post in asking:
            yield (ticket,)


def _alone(scheme: Scheme) -> Scheme:
    """The rules of one post without those of others."""
    return replace(scheme, variants=())
