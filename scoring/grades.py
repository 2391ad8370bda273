"""Grades (等次) and the points each is worth: of an appraisal, an investigation, a ballot (rules.md §1.7, 1.11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.errors import Problem
from core.words import Name
from scoring.document import Table, unique_keys
from scoring.marks import MarkState


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade and its points."""

    key: str
    name: Name
    points: Decimal


def read_grades(table: Table, key: str) -> tuple[Grade, ...]:
    """Read a list of grades; a grade is not called like a state, because both are entered in one place."""
    found: list[Grade] = []
    tables = [(inner.key("key"), inner) for inner in table.tables(key)]
    unique_keys(tables)
    for own, inner in tables:
        points = inner.number("points", least=0)
        if points is None:
            inner.note("points", Problem("The points of this grade must be written."))
        if own in set(MarkState):
            inner.note("key", Problem("A grade cannot be called {key}: that is a state.", {"key": own}))
        found.append(Grade(own, inner.name(), points or Decimal(0)))
        inner.done()
    return tuple(found)


def highest(grades: Sequence[Grade]) -> Fraction:
    """The points of the best grade, 0 without any."""
    return max((Fraction(grade.points) for grade in grades), default=Fraction(0))


def grade_of(grades: Sequence[Grade], key: str) -> Grade | None:
    """The grade of a key, None for an unknown one."""
    return next((grade for grade in grades if grade.key == key), None)
