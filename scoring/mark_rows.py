"""Rows of candidates and marks in the long form, one fact a row, gathered into candidates (考生成绩).

Nothing is guessed: a cell that cannot be read, a fact that stands twice or that nothing in the scheme asks for is
a problem with its file, row and column.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Problem
from scoring.ballots import BallotCount
from scoring.called import Called
from scoring.cells import Said, said
from scoring.columns import NAMED, RECORD_OF, Column, Record, fold, plain
from scoring.findings import Finding
from scoring.formula import BonusPoints
from scoring.grid import SHOWN, Located, Place, Row
from scoring.inputs import Candidate
from scoring.marks import Mark, MarkState
from scoring.panel_mark import JudgeSheet
from scoring.ranking import TieBy
from scoring.scheme import Scheme

TIE_OF = {Record.EXTRA_TEST: TieBy.EXTRA_TEST, Record.LOT: TieBy.LOT, Record.COMMITTEE: TieBy.COMMITTEE}
OF_A_SHEET = (Column.JUDGE, Column.GROUP, Column.ELEMENT)


@dataclass(slots=True)
class _Sheet:
    marks: dict[str, Decimal] = field(default_factory=dict)
    state: MarkState | None = None

    def made(self, seat: str, group: str) -> JudgeSheet:
        usual = MarkState.PRESENT if self.marks else MarkState.MISSING
        return JudgeSheet(seat, group, self.marks, self.state or usual)


@dataclass(slots=True)
class Person:
    """One candidate as gathered so far."""

    code: str
    place: Place
    post: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    sheets: dict[str, dict[tuple[str, str], _Sheet]] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    bonus: list[BonusPoints] = field(default_factory=list)
    qualifications: dict[str, Decimal] = field(default_factory=dict)
    records: dict[Record, Decimal] = field(default_factory=dict)
    standing: MarkState = MarkState.PRESENT
    ballots: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def candidate(self) -> Candidate:
        """The candidate as the tally takes it."""
        sheets = {
            part: tuple(sheet.made(seat, group) for (group, seat), sheet in own.items())
            for part, own in self.sheets.items()
        }
        ballots = {
            part: tuple(BallotCount(voters, votes) for voters, votes in own.items())
            for part, own in self.ballots.items()
        }
        lot, order = self.records.get(Record.LOT), self.records.get(Record.COMMITTEE)
        return Candidate(
            self.code,
            self.post,
            self.marks,
            sheets,
            self.rooms,
            tuple(self.bonus),
            self.qualifications,
            self.records.get(Record.EXTRA_TEST),
            None if lot is None else int(lot),
            None if order is None else int(order),
            self.standing,
            ballots,
            tuple(self.findings),
        )


@dataclass(frozen=True, slots=True)
class _Target:
    """What a row is about: a part of the scheme, or a record and what it is of."""

    key: str
    record: Record | None = None


@dataclass(slots=True)
class People:
    """Everybody met so far.

    `places` says where each fact stands, by candidate.part and so on, as problems name it; `unread` where something
    could not be read, so that it is not called missing as well; `lost` is true if a row is nobody's.
    """

    scheme: Scheme
    problems: list[Located]
    listed: bool = False
    people: dict[str, Person] = field(default_factory=dict)
    admitted: dict[str, set[str]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    lost: bool = False
    called: Called = field(init=False)
    _first: dict[tuple[str, ...], Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Gather what the scheme calls things."""
        self.called = Called.by(self.scheme)

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def list_row(self, row: Row) -> None:
        """One row of a list of candidates: the candidate, the post, perhaps the person's own state."""
        code = self._code(row)
        if not code:
            return
        self.listed = True
        person = self.people.setdefault(code, Person(code, row.place))
        self.places.setdefault(code, row.place)
        self._once(row, ("list", code), Column.CANDIDATE)
        self._post(person, row)
        found = self._said(row)
        if found is not None and found.state is not None:
            person.standing = found.state

    def mark_row(self, row: Row) -> None:
        """One row of marks, about one candidate."""
        code = self._code(row)
        if not code:
            return
        person = self.people.get(code)
        if person is None:
            if self.listed:
                self._wrong(row, Problem("The list of candidates does not name {code}.", {"code": code[:SHOWN]}))
                return
            person = self.people[code] = Person(code, row.place)
        self.places.setdefault(code, row.place)
        self._post(person, row)
        target = self._target(row)
        if isinstance(target, Problem):
            self._wrong(row, target, Column.PART, code)
        elif target is not None:
            self.places.setdefault(f"{code}.{target.key}", row.place)
            self._fact(person, target, row)

    def _code(self, row: Row) -> str:
        if not row[Column.CANDIDATE]:
            self.lost = True
            if Column.CANDIDATE not in row.unread:
                self._wrong(row, Problem("The candidate is missing."), Column.CANDIDATE)
        return row[Column.CANDIDATE]

    def _post(self, person: Person, row: Row) -> None:
        post = row[Column.POST]
        if post and person.post and post != person.post:
            facts = {"code": person.code, "post": person.post}
            self._wrong(row, Problem("The candidate {code} already has the post {post}.", facts), Column.POST)
        person.post = person.post or post

    def _target(self, row: Row) -> _Target | Problem | None:
        """What the column `part` names; None for a row that only says who the candidate is."""
        word = row[Column.PART]
        if Column.PART in row.unread:
            self.unread.add(row[Column.CANDIDATE])
            return None
        if not word:
            if not row.cells.keys() - {Column.CANDIDATE, Column.POST} and not row.unread:
                return None
            if len(self.called.entered) == 1:
                return _Target(self.called.entered[0])
            return Problem("The part must be named.")
        if fold(word) in self.called.parts:
            return _Target(self.called.parts[fold(word)])
        head, _, tail = unicodedata.normalize("NFKC", word).partition(":")
        record = RECORD_OF.get(fold(head))
        if record is None:
            return Problem("There is no part {key}.", {"key": word[:SHOWN]})
        if (record in NAMED) != bool(tail.strip()):
            return Problem("Write it as one of: {choices}.", {"choices": _record_forms()})
        return self._recorded(record, tail.strip())

    def _recorded(self, record: Record, tail: str) -> _Target | Problem:
        """A record, if the scheme asks for it."""
        if record is Record.BONUS and fold(tail) in self.called.parts:
            return _Target(f"bonus:{self.called.parts[fold(tail)]}", record)
        if record is Record.ADMITTED and fold(tail) in self.called.cuts:
            return _Target(self.called.cuts[fold(tail)], record)
        if record is Record.QUALIFICATION:
            for key, of in self.called.asked.items():
                if key.by is TieBy.QUALIFICATION and of == fold(tail):
                    return _Target(key.of, record)
        if record is Record.STANDING or TIE_OF.get(record) in {key.by for key in self.called.asked}:
            return _Target(record.value, record)
        if record is Record.BONUS:
            return Problem("There is no part {key}.", {"key": tail[:SHOWN]})
        if record is Record.ADMITTED:
            return Problem("There is no cut {key}.", {"key": tail[:SHOWN]})
        return Problem("No tie chain of the scheme asks for this.")

    def _fact(self, person: Person, target: _Target, row: Row) -> None:
        found = self._said(row, {} if target.record else self.called.grades[target.key])
        if found is None or row.unread & {*OF_A_SHEET, Column.ROOM}:
            self.unread.add(f"{person.code}.{target.key}")
            return
        if target.record is not None:
            self._record(person, target, row, found)
            return
        if row[Column.ROOM]:
            self._room(person, target.key, row)
        if not any(row[column] for column in OF_A_SHEET):
            if found.mark is not None:
                self._mark(person, target.key, row, found.mark)
        elif found.whole is not None or found.grade:
            self._wrong(row, Problem("This must be a number."), Column.MARK, f"{person.code}.{target.key}")
        elif target.key in self.called.ballots:
            self._ballot(person, target.key, row, found)
        else:
            self._sheet(person, target.key, row, found)

    def _said(self, row: Row, grades: Mapping[str, str] | None = None) -> Said | None:
        """The row's mark and state; None with the problem noted where they cannot be read."""
        if row.unread & {Column.MARK, Column.STATE}:
            return None
        found = said(row, grades)
        if isinstance(found, Said):
            return found
        self._wrong(row, *found)
        return None

    # ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _mark(self, person: Person, part: str, row: Row, mark: Mark) -> None:
        if self._once(row, ("mark", person.code, part), Column.PART):
            person.marks[part] = mark
            self.places[f"{person.code}.{part}"] = row.place

    def _room(self, person: Person, part: str, row: Row) -> None:
        room = person.rooms.setdefault(part, row[Column.ROOM])
        if room != row[Column.ROOM]:
            facts = {"code": person.code, "room": room}
            self._wrong(row, Problem("The candidate {code} is already in room {room}.", facts), Column.ROOM)

    def _sheet(self, person: Person, part: str, row: Row, found: Said) -> None:
        """One mark of a judge's sheet, or the state of the sheet."""
        if part not in self.called.panels:
            self._wrong(row, Problem("No panel marks {key}.", {"key": part}), Column.JUDGE, f"{person.code}.{part}")
            return
        seat = row[Column.JUDGE]
        group, element = self.called.group(part, row), self.called.element(part, row, found)
        wrong = [one for one in (group, element) if isinstance(one, Problem)]
        if not seat:
            wrong.append(Problem("The judge must be named."))
        for one in wrong:
            self._wrong(row, one, Column.JUDGE, f"{person.code}.{part}")
        if wrong or isinstance(group, Problem) or isinstance(element, Problem):
            return
        where = f"{person.code}.{part}.{group}"
        if self._twice(row, self.places.setdefault(f"{where}/{seat}/{element}", row.place), Column.JUDGE):
            return
        sheets = person.sheets.setdefault(part, {})
        sheet = sheets.get((group, seat))
        if sheet is None:
            sheet = sheets[group, seat] = _Sheet()
            for place in (where, f"{where}/{seat}"):
                self.places.setdefault(place, row.place)
        if found.value is not None:
            sheet.marks[element] = found.value
        elif found.state is not None and sheet.state not in {None, found.state}:
            self._wrong(row, Problem("This judge's sheet already has another state."), Column.STATE)
        elif found.state is not None:
            sheet.state = found.state

    def _ballot(self, person: Person, part: str, row: Row, found: Said) -> None:
        """How many ballots of one class of voters name one grade, or are invalid in one way."""
        voters, grade = self.called.voters(part, row), self.called.grade(part, row)
        wrong: list[tuple[Problem, Column]] = []
        if row[Column.JUDGE]:
            wrong.append((Problem("This column has no meaning in this row."), Column.JUDGE))
        if isinstance(voters, Problem):
            wrong.append((voters, Column.GROUP))
        if isinstance(grade, Problem):
            wrong.append((grade, Column.ELEMENT))
        if found.value is None or found.value != int(found.value) or found.value < 0:
            wrong.append((Problem("This must be a whole number of ballots."), Column.MARK))
        for problem, column in wrong:
            self._wrong(row, problem, column, f"{person.code}.{part}")
        if isinstance(voters, Problem) or isinstance(grade, Problem) or found.value is None or wrong:
            return
        where = f"{person.code}.{part}.{voters}"
        for place in (where, f"{where}/{grade}"):
            self.places.setdefault(place, row.place)
        if self._once(row, ("ballots", person.code, part, voters, grade), Column.ELEMENT):
            person.ballots.setdefault(part, {}).setdefault(voters, {})[grade] = int(found.value)

    def _record(self, person: Person, target: _Target, row: Row, found: Said) -> None:
        """One record of a candidate that is no mark of a part."""
        record = target.record
        strange = [c for c in (*OF_A_SHEET, Column.ROOM) if row[c]]
        if record is Record.BONUS and Column.ELEMENT in strange:
            strange.remove(Column.ELEMENT)
        wrong = _record_problem(target, found)
        if strange:
            self._wrong(row, Problem("This column has no meaning in this row."), strange[0], person.code)
        elif wrong is not None:
            self._wrong(row, wrong, Column.STATE if record is Record.STANDING else Column.MARK, person.code)
        elif self._once(row, ("record", person.code, target.key, str(record), row[Column.ELEMENT]), Column.PART):
            self._keep(person, target, row, found)

    def _keep(self, person: Person, target: _Target, row: Row, found: Said) -> None:
        value = found.value
        if target.record is Record.STANDING and found.state is not None:
            person.standing = found.state
        elif target.record is Record.ADMITTED:
            admitted = self.admitted.setdefault(target.key, set())
            admitted.update({person.code} if value != 0 else ())
        elif target.record is Record.BONUS and value is not None:
            part = target.key.partition(":")[2]
            person.bonus.append(BonusPoints(part, row[Column.ELEMENT] or Record.BONUS.value, value))
        elif target.record is Record.QUALIFICATION and value is not None:
            person.qualifications[target.key] = value
        elif target.record is not None and value is not None:
            person.records[target.record] = value

    # ── problems ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def check_codes(self) -> None:
        """Codes that a reader would take for the same person's are not two people."""
        seen: dict[str, str] = {}
        for code, person in self.people.items():
            other = seen.setdefault(plain(code), code)
            if other != code:
                facts = {"code": code, "other": other}
                wrong = Problem("{code} and {other} differ only in spaces or full-width signs.", facts)
                where, row = Column.CANDIDATE.value, person.place.row
                self.problems.append(Located(Problem(wrong.sentence, facts, where, row), person.place.file))

    def _once(self, row: Row, fact: tuple[str, ...], column: Column) -> bool:
        """Whether this is said for the first time; else the second time is noted."""
        return not self._twice(row, self._first.setdefault(fact, row.place), column)

    def _twice(self, row: Row, first: Place, column: Column) -> bool:
        """Whether something was said before, in another row; that is noted."""
        if first is row.place:
            return False
        facts = {"row": first.row, "file": first.file}
        self._wrong(row, Problem("This stands twice; the first time in row {row} of {file}.", facts), column)
        return True

    def _wrong(self, row: Row, problem: Problem, column: Column = Column.CANDIDATE, unread: str = "") -> None:
        self.problems.append(row.problem(problem, column))
        if unread:
            self.unread.add(unread)


def _record_forms() -> tuple[str, ...]:
    return tuple(f"{record.value}:…" if record in NAMED else record.value for record in Record)


def _record_problem(target: _Target, found: Said) -> Problem | None:
    """What keeps a record from being taken."""
    value, state = found.value, found.state
    if found.whole is not None:
        return Problem("This must be a number.")
    if target.record is Record.STANDING:
        fits = value is None and state not in {None, MarkState.MISSING, MarkState.EXEMPT}
        return None if fits else Problem("The state is missing.")
    if state not in {None, MarkState.PRESENT}:
        return Problem("This must be a number.")
    if target.record is Record.ADMITTED:
        return None if value in {None, Decimal(0), Decimal(1)} else Problem("This must be 1 for admitted or 0.")
    if value is None:
        return Problem("This must be a number.")
    if target.record in {Record.LOT, Record.COMMITTEE} and (value != int(value) or value < 1):
        return Problem("This must be a whole number from 1 on.")
    return None
