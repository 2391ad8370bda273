"""Graded ballots by class of voters (民主测评): the `[ballots.<part>]` of a scheme and their mark (rules.md §1.11).

    class mean = sum over grades of (votes × points) / valid ballots        mark = sum of class means × class weights

A ballot is valid when it names one of the grades; ballots counted under `invalid` (blank, spoilt, abstaining) are
in no denominator. A class without a valid ballot is never a silent zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.errors import Problem, Refusal, refuse_any
from core.words import Name
from scoring.document import Table, unique_keys
from scoring.grades import Grade, grade_of, highest, read_grades
from scoring.marks import Exact, Precision, as_written, exactly, settle, total
from scoring.steps import Step, StepKind, Term

EVERYBODY = "voters"  # the one class where the scheme names none


class NoBallot(StrEnum):
    """What a class of voters does that has fewer valid ballots than it needs."""

    REFUSE = "refuse"
    LEAVE_OUT = "leave_out"  # its weight goes to the other classes in proportion


@dataclass(frozen=True, slots=True)
class VoterClass:
    """A class of voters (A票, B票) and its weight."""

    key: str
    name: Name
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class BallotRule:
    """How one part's ballots become its mark; a class counts with at least `least` valid ballots."""

    part: str
    grades: tuple[Grade, ...]
    classes: tuple[VoterClass, ...]
    invalid: tuple[tuple[str, Name], ...] = ()
    least: int = 1
    no_ballot: NoBallot = NoBallot.REFUSE
    class_precision: Precision | None = None

    @property
    def maximum(self) -> Fraction:
        """The highest mark there can be."""
        return highest(self.grades)


@dataclass(frozen=True, slots=True)
class BallotCount:
    """What one class of voters said of one candidate: how many ballots by grade or invalid kind."""

    voters: str
    votes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BallotMark:
    """The mark of the ballots, exact, each class's mean, and how it came about."""

    exact: Fraction
    means: Mapping[str, Exact]
    steps: tuple[Step, ...]


def ballot_mark(rule: BallotRule, counts: Iterable[BallotCount]) -> BallotMark:
    """Combine one candidate's ballots. Raises Refusal with every problem of the counts at once."""
    counts = list(counts)
    refuse_any(ballot_problems(rule, counts))
    by_class = {count.voters: count for count in counts}
    means: dict[str, Exact] = {}
    steps: list[Step] = []
    for voters in rule.classes:
        count = by_class.get(voters.key, BallotCount(voters.key))
        if valid_ballots(rule, count) >= rule.least:
            means[voters.key], step = _class_mean(rule, count)
            steps.append(step)
    if not means:
        raise Refusal("No class of voters has enough valid ballots.")
    exact = _weighed(rule, means, steps)
    return BallotMark(exact, means, tuple(steps))


def valid_ballots(rule: BallotRule, count: BallotCount) -> int:
    """How many of the ballots name a grade."""
    return sum(count.votes.get(grade.key, 0) for grade in rule.grades)


def _class_mean(rule: BallotRule, count: BallotCount) -> tuple[Exact, Step]:
    votes = [(grade, count.votes.get(grade.key, 0)) for grade in rule.grades]
    terms = [Term(grade.key, grade.points, Decimal(number), count=number) for grade, number in votes]
    terms += [
        Term(key, dropped="not_counted", count=number) for key, _ in rule.invalid if (number := count.votes.get(key, 0))
    ]
    summed, valid = total(grade.points * number for grade, number in votes), valid_ballots(rule, count)
    exact = summed / valid
    value = settle(as_written(exact, ()), rule.class_precision)
    facts = {"sum": as_written(summed, (grade.points for grade in rule.grades)), "count": valid}
    at = count.voters if len(rule.classes) > 1 else ""
    step = Step(StepKind.BALLOTS, rule.part, tuple(terms), exact, value, rule.class_precision, at=at, facts=facts)
    return value, step


def _weighed(rule: BallotRule, means: Mapping[str, Exact], steps: list[Step]) -> Fraction:
    """The class means times their weights; a class left out has its weight spread over the rest."""
    if len(rule.classes) == 1:
        return exactly(means[rule.classes[0].key])
    terms = tuple(Term(one.key, means[one.key], one.weight) for one in rule.classes if one.key in means)
    exact = total(term.counted for term in terms)
    steps.append(Step(StepKind.WEIGHTED_SUM, rule.part, terms, exact, as_written(exact, ())))
    left = [one for one in rule.classes if one.key not in means]
    if left:
        full = total(one.weight for one in rule.classes)
        kept = full - total(one.weight for one in left)
        before = Term(rule.part, steps[-1].value, full / kept)
        out = tuple(Term(one.key, dropped="not_counted") for one in left)
        exact = exact * full / kept
        facts = {"full": full, "kept": kept}
        steps.append(Step(StepKind.LEFT_OUT, rule.part, (before, *out), exact, as_written(exact, ()), facts=facts))
    return exact


def ballot_problems(rule: BallotRule, counts: Sequence[BallotCount]) -> list[Problem]:
    """Everything that keeps these ballots of one candidate from being combined; `field` names class and grade."""
    problems: list[Problem] = []
    classes = {one.key: one for one in rule.classes}
    kinds = {grade.key for grade in rule.grades} | {key for key, _ in rule.invalid}
    seen: set[str] = set()
    for count in counts:
        if count.voters not in classes:
            problems.append(Problem("The scheme has no class of voters {key}.", {"key": count.voters}, count.voters))
        if count.voters in seen:
            problems.append(Problem("The ballots of this class stand twice.", {}, count.voters))
        seen.add(count.voters)
        for key, number in sorted(count.votes.items()):
            where = f"{count.voters}/{key}"
            if key not in kinds:
                problems.append(Problem("The ballot has no grade {key}.", {"key": key}, where))
            if number < 0:
                problems.append(Problem("The number of ballots must not be negative.", {}, where))
    if rule.no_ballot is NoBallot.REFUSE:
        valid = {count.voters: valid_ballots(rule, count) for count in counts}
        problems += [
            Problem(
                "Valid ballots of “{group}”: {count}; at least {least} are needed.",
                {"group": one.name, "count": valid.get(one.key, 0), "least": rule.least},
                one.key,
            )
            for one in rule.classes
            if valid.get(one.key, 0) < rule.least
        ]
    return problems


def read_ballots(table: Table, part: str) -> BallotRule:
    """Read `[ballots.<part>]`."""
    grades = read_grades(table, "grades")
    if len(grades) < 2:
        table.note("grades", Problem("A ballot has at least two grades."))
    elif highest(grades) == 0:
        table.note("grades", Problem("At least one grade is worth more than 0."))
    invalid = [(inner.key("key"), inner) for inner in table.tables("invalid")]
    unique_keys(invalid)
    kinds = tuple((key, inner.name()) for key, inner in invalid)
    for key, inner in invalid:
        if grade_of(grades, key) is not None:
            inner.note("key", Problem("A ballot of this kind is a grade, so it is valid."))
        inner.done()
    rule = BallotRule(
        part=part,
        grades=grades,
        classes=_classes(table),
        invalid=kinds,
        least=table.whole("least_ballots", 1, least=1) or 1,
        no_ballot=table.choice("no_ballot", NoBallot, NoBallot.REFUSE),
        class_precision=table.precision("class_decimals", "class_rounding"),
    )
    table.done()
    return rule


def _classes(table: Table) -> tuple[VoterClass, ...]:
    found: list[VoterClass] = []
    tables = [(inner.key("key"), inner) for inner in table.tables("classes")]
    unique_keys(tables)
    for key, inner in tables:
        weight = inner.ratio("weight")
        if weight is None and len(tables) > 1:
            inner.note("weight", Problem("The weight of this class of voters must be written."))
        found.append(VoterClass(key, inner.name(), weight or Fraction(1)))
        inner.done()
    if found and sum(one.weight for one in found) != 1:
        table.note("classes", Problem("The weights of the classes must add up to 1."))
    return tuple(found) or (VoterClass(EVERYBODY, Name("全体", "All voters")),)
