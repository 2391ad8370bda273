"""Rows of what authorities record: findings about candidates (认定), pass marks drawn after the exam (合格分数线)."""

from dataclasses import dataclass, field

from core.errors import Problem
from scoring.cells import lookup, number_in
from scoring.columns import Column, fold
from scoring.findings import Finding
from scoring.grid import SHOWN, Located, Row
from scoring.inputs import PassLine
from scoring.mark_rows import People
from scoring.post_rows import Posts
from scoring.scheme import Scheme


@dataclass(slots=True)
class Records:
    """Findings, gathered into the people they are about, and pass marks by part and post ("" for all)."""

    scheme: Scheme
    people: People
    posts: Posts
    problems: list[Located]
    lines: dict[tuple[str, str], PassLine] = field(default_factory=dict)

    def finding(self, row: Row) -> None:
        """One row of findings: who, which kind, perhaps the part it concerns, article and authority."""
        before = len(self.problems)
        code = row[Column.CANDIDATE]
        person = self.people.people.get(code)
        kind = self._kind(row)
        part = self._part(row)
        if not code:
            self._wrong(row, Problem("The candidate is missing."), Column.CANDIDATE)
        elif person is None:
            self._wrong(row, Problem("There is no candidate {code}.", {"code": code[:SHOWN]}), Column.CANDIDATE)
        if person is None or row.unread or len(self.problems) > before:
            return
        self.people.places.setdefault(f"{code}.{kind}", row.place)
        person.findings.append(Finding(kind, part, row[Column.ARTICLE], row[Column.AUTHORITY]))

    def line(self, row: Row) -> None:
        """One row of pass marks: the part, the mark, and the post where it is not for all."""
        before = len(self.problems)
        part, post = self._part(row) or self._only_recorded(row), row[Column.POST]
        mark = number_in(row, Column.MARK, self.problems)
        if mark is None and len(self.problems) == before and not row.unread:
            self._wrong(row, Problem("The mark is missing."), Column.MARK)
        if post and post not in self.posts.rows:
            self._wrong(row, Problem("There is no post {post}.", {"post": post}), Column.POST)
        if mark is None or row.unread or len(self.problems) > before:
            return
        if (part, post) in self.lines:
            self._wrong(row, Problem("The pass mark of {key} stands twice.", {"key": part}), Column.PART)
            return
        self.people.places.setdefault(f"{part}.{post}" if post else part, row.place)
        self.lines[part, post] = PassLine(part, mark, post)

    def _kind(self, row: Row) -> str:
        """The key of the row's kind of finding, by key or name."""
        names = lookup((key, rule.name) for key, rule in self.scheme.findings.items())
        word = row[Column.KIND]
        if not word and Column.KIND not in row.unread:
            self._wrong(row, Problem("The kind of finding must be named."), Column.KIND)
        elif word and fold(word) not in names:
            facts = {"key": word[:SHOWN]}
            self._wrong(row, Problem("The scheme knows no finding {key}.", facts), Column.KIND)
        return names.get(fold(word), "")

    def _part(self, row: Row) -> str:
        """The part a row names, empty for none."""
        word = row[Column.PART]
        part = self.people.called.parts.get(fold(word), "")
        if word and not part:
            self._wrong(row, Problem("There is no part {key}.", {"key": word[:SHOWN]}), Column.PART)
        return part

    def _only_recorded(self, row: Row) -> str:
        """The only part whose pass mark the scheme leaves to be recorded."""
        parts = {
            part.key
            for own in self.scheme.everywhere()
            for part in own.all_parts().values()
            if part.pass_mark is not None and part.pass_mark.mark is None
        }
        if len(parts) == 1:
            return next(iter(parts))
        if not row[Column.PART] and Column.PART not in row.unread:
            self._wrong(row, Problem("The part must be named."), Column.PART)
        return ""

    def _wrong(self, row: Row, problem: Problem, column: Column) -> None:
        self.problems.append(row.problem(problem, column))
