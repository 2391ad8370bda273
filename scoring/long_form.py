"""Inputs of a tally written out as the tables that `gongxuan score` reads: the long form, one fact a row.

What `scoring.reading` makes of these tables is the same inputs again, with the same fingerprint.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from scoring.columns import Column, Record
from scoring.inputs import Candidate, Inputs
from scoring.marks import Exact, Mark, MarkState, exact_document
from scoring.panel_mark import JudgeSheet
from scoring.rooms import KnownRoom, Split
from scoring.scheme import Scheme

Cells = Mapping[Column, str]
Rows = list[list[str]]

MARKS = (
    Column.CANDIDATE, Column.POST, Column.PART, Column.ROOM, Column.JUDGE, Column.GROUP, Column.ELEMENT, Column.MARK,
    Column.STATE,
)  # fmt: skip
POSTS = (Column.POST, Column.PLACES, Column.GROUP)
ROOMS = (Column.PART, Column.POST, Column.GROUP, Column.ROOM, Column.COUNT, Column.SUM, Column.MEAN)
FINDINGS = (Column.CANDIDATE, Column.KIND, Column.PART, Column.ARTICLE, Column.AUTHORITY)
LINES = (Column.PART, Column.POST, Column.MARK)


def long_form(scheme: Scheme, inputs: Inputs) -> dict[str, Rows]:
    """The tables by name, each with its heading: marks and posts, and rooms, findings and lines where there are any."""
    findings = (
        {Column.CANDIDATE: one.code, **{Column(key): text for key, text in asdict(finding).items()}}
        for one in inputs.candidates
        for finding in one.findings
    )
    lines = ({Column.PART: one.part, Column.POST: one.post, Column.MARK: _figure(one.mark)} for one in inputs.lines)
    tables = {
        "marks": _table(MARKS, _marks(inputs)),
        "posts": _table(POSTS, _posts(inputs)),
        "rooms": _table(ROOMS, (_room(scheme, one) for one in inputs.rooms)),
        "findings": _table(FINDINGS, findings),
        "lines": _table(LINES, lines),
    }
    return {name: rows for name, rows in tables.items() if len(rows) > 1}


def _table(columns: Sequence[Column], rows: Iterator[Cells]) -> Rows:
    return [[column.value for column in columns], *([row.get(column, "") for column in columns] for row in rows)]


def _posts(inputs: Inputs) -> Iterator[Cells]:
    for post in inputs.posts:
        yield {Column.POST: post.code, Column.PLACES: str(post.places), Column.GROUP: post.group}


def _marks(inputs: Inputs) -> Iterator[Cells]:
    """Everybody's facts, then who was admitted where."""
    for one in inputs.candidates:
        who = {Column.CANDIDATE: one.code, Column.POST: one.post}
        yield from ({**who, **fact} for fact in (list(_facts(one)) or [{}]))
    for cut, codes in inputs.admitted.items():
        part = f"{Record.ADMITTED.value}:{cut}"
        yield from ({Column.CANDIDATE: code, Column.PART: part, Column.MARK: "1"} for code in sorted(codes))
        if not codes and inputs.candidates:  # nobody at all is said of somebody
            yield {Column.CANDIDATE: inputs.candidates[0].code, Column.PART: part, Column.MARK: "0"}


def _facts(one: Candidate) -> Iterator[Cells]:
    for part, room in one.rooms.items():
        yield {Column.PART: part, Column.ROOM: room}
    for part, mark in one.marks.items():
        if mark.state is not MarkState.MISSING:
            yield {Column.PART: part, **_mark(mark)}
    for part, sheets in one.sheets.items():
        for sheet in sheets:
            yield from ({Column.PART: part, **cells} for cells in _sheet(sheet))
    for part, counts in one.ballots.items():
        for count in counts:
            for grade, votes in count.votes.items():
                cells = {Column.GROUP: count.voters, Column.ELEMENT: grade, Column.MARK: str(votes)}
                yield {Column.PART: part, **cells}
    yield from _records(one)


def _records(one: Candidate) -> Iterator[Cells]:
    for bonus in one.bonus:
        part = f"{Record.BONUS.value}:{bonus.part}"
        yield {Column.PART: part, Column.ELEMENT: bonus.kind, Column.MARK: _figure(bonus.points)}
    for name, value in one.qualifications.items():
        yield {Column.PART: f"{Record.QUALIFICATION.value}:{name}", Column.MARK: _figure(value)}
    numbers = {Record.EXTRA_TEST: one.extra_test, Record.LOT: one.lot, Record.COMMITTEE: one.committee_order}
    for record, number in numbers.items():
        if number is not None:
            yield {Column.PART: record.value, Column.MARK: _figure(number)}
    if one.standing is not MarkState.PRESENT:
        yield {Column.PART: Record.STANDING.value, Column.STATE: one.standing.value}


def _mark(mark: Mark) -> Cells:
    if mark.state is not MarkState.PRESENT:
        return {Column.STATE: mark.state.value}
    return {Column.MARK: mark.document().removeprefix("grade:")}


def _sheet(sheet: JudgeSheet) -> Iterator[Cells]:
    who = {Column.JUDGE: sheet.seat, Column.GROUP: sheet.group}
    if sheet.state is not MarkState.PRESENT:
        yield {**who, Column.STATE: sheet.state.value}
    for element, mark in sheet.marks.items():
        yield {**who, Column.ELEMENT: element, Column.MARK: _figure(mark)}


def _room(scheme: Scheme, room: KnownRoom) -> Cells:
    """A room whose sum or mean alone is known; its unit is a post, or a closed group where groups are evened out."""
    splits = {own.rooms[room.part].within for own in scheme.everywhere() if room.part in own.rooms}
    unit = Column.GROUP if splits == {Split.GROUP} else Column.POST
    cells = {Column.PART: room.part, unit: room.unit, Column.ROOM: room.room}
    if room.count:
        return {**cells, Column.COUNT: str(room.count), Column.SUM: _figure(room.sum)}
    return {**cells, Column.MEAN: _figure(room.mean)}


def _figure(value: Exact | int) -> str:
    return exact_document(value)
