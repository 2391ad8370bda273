"""Proposed people side by side, for the committee: the same facts in the same order, differences marked."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from core.words import N_, Name, Sentence
from exam.applicant import (
    APPRAISAL_WORDS,
    DEGREE_WORDS,
    EDUCATION_WORDS,
    POLITICAL_WORDS,
    AppraisalGrade,
    CandidateFacts,
    Education,
    EducationLevel,
)
from exam.careers import Month
from exam.eligibility import OUTCOME_WORDS, Outcome, Verdict, age_on
from recording.timeline import ChapterKind
from scoring.marks import MarkState, exact_text, places_of, state_words
from scoring.parts import Part
from scoring.queries import Heard, Proposed, ProposedPerson, result_of
from scoring.scheme import Scheme
from scoring.tables import TallyRow
from scoring.words import scheme_in_words
from web.results import Document, padded

Words = str | Name | Sentence
NOTHING = "–"
_LINKED = frozenset({ChapterKind.SPEECH, ChapterKind.QUESTION})


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact of one person: lines of words, what stands small below them, a state's shape, links.

    `differs` where the others agree with each other and this one does not.
    """

    lines: tuple[Words, ...] = ()
    notes: tuple[Words, ...] = ()
    kind: str = ""
    links: tuple[tuple[str, Words], ...] = ()
    strong: bool = False
    differs: bool = False

    @property
    def said(self) -> str:
        """What two cells are compared by."""
        return repr((self.lines, self.notes, self.kind))


@dataclass(frozen=True, slots=True)
class Row:
    """One fact about everybody; `alike` if it is the same for all."""

    heading: Words
    cells: tuple[Cell, ...]
    note: Words = ""

    @property
    def alike(self) -> bool:
        """Whether everybody's cell says the same."""
        return len({cell.said for cell in self.cells}) == 1 and not any(cell.links for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Block:
    """Facts of one kind."""

    heading: Sentence
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a comparison is drawn from: the people in their order, their published results, the rules."""

    names: tuple[Proposed, ...]
    people: Mapping[int, ProposedPerson]
    tally: TallyRow
    scheme: Scheme
    base: str

    def results(self) -> list[Document]:
        """Each one's published result."""
        return [result_of(self.tally, name.ticket_number) or {} for name in self.names]

    def heard(self) -> list[Heard | None]:
        """Each one's hearing."""
        return [person.hearing if (person := self.people.get(name.candidacy_id)) else None for name in self.names]


def compare(shown: Shown, *, differences: bool = False) -> list[Block]:
    """The comparison; with `differences` only rows in which people differ."""
    blocks = [
        Block(Sentence(N_("Marks")), tuple(_marks(shown))),
        Block(Sentence(N_("Qualification")), tuple(marked(row) for row in _qualification(shown))),
        Block(Sentence(N_("Recordings")), (_videos(shown),)),
    ]
    if not differences:
        return blocks
    left = [replace(block, rows=tuple(row for row in block.rows if not row.alike)) for block in blocks]
    return [block for block in left if block.rows]


def marked(row: Row) -> Row:
    """The row with those cells marked that say other than the rest, where the rest agree with each other."""
    said = Counter(cell.said for cell in row.cells)
    (usual, count), *others = said.most_common(2)
    if count < 2 or not others or others[0][1] == count:
        return row
    return replace(row, cells=tuple(replace(cell, differs=cell.said != usual) for cell in row.cells))


# ── marks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _marks(shown: Shown) -> Iterator[Row]:
    results, heard = shown.results(), shown.heard()
    root = shown.scheme.root
    yield Row(root.name, tuple(_figure(root, result, strong=True) for result in results))
    units = shown.tally.outcome["stages"][-1]["units"]
    present = {units[result["unit"]]["present"] for result in results if result}
    yield Row(
        Sentence(N_("Rank among {count}"), {"count": present.pop()}) if len(present) == 1 else Sentence(N_("Rank")),
        tuple(_rank(name, result, shown.base) for name, result in zip(shown.names, results, strict=True)),
    )
    for part in root.parts:
        cells = [_figure(part, result) for result in results]
        if part.key in shown.scheme.panels:
            cells = [replace(cell, notes=_room(one)) for cell, one in zip(cells, heard, strict=True)]
        yield Row(part.name, tuple(cells), note=_weight(shown.scheme, part))
    for key in shown.scheme.panels:
        yield from _groups(shown, key, results)


def _figure(part: Part, result: Document, *, strong: bool = False) -> Cell:
    """A part's published value with all its decimals, or the state it is in instead of one."""
    found = result.get("parts", {}).get(part.key)
    if found is None:
        return Cell((NOTHING,))
    if "value" not in found:
        return Cell((state_words(MarkState(found["state"])),))
    decimals = part.precision.decimals if part.precision else part.input_decimals or 0
    return Cell((padded(found["value"], decimals),), strong=strong)


def _rank(name: Proposed, result: Document, base: str) -> Cell:
    rank = ("=" if result.get("tied") else "") + str(name.rank)
    return Cell((rank,), links=((f"{base}/why/{name.ticket_number}", Sentence(N_("why"))),), strong=True)


def _room(heard: Heard | None) -> tuple[Words, ...]:
    if heard is None:
        return ()
    return (Sentence(N_("Room {room}, number {number}"), {"room": heard.room_code, "number": heard.number}),)


def _weight(scheme: Scheme, part: Part) -> str:
    """A part's weight in the whole, as the announcement says it."""
    formula = next((one.formula for one in scheme_in_words(scheme).parts if one.key == scheme.total), None)
    return next((term.weight for term in formula.terms if term.key == part.key), "") if formula else ""


def _groups(shown: Shown, key: str, results: Sequence[Document]) -> Iterator[Row]:
    """The mean of each group of judges, with the lowest and the highest total of its sheets."""
    rule = shown.scheme.panels[key]
    inputs = {one["code"]: one["sheets"].get(key, ()) for one in shown.tally.inputs["candidates"]}
    for group in rule.groups:
        cells = []
        for name, result in zip(shown.names, results, strict=True):
            own = [sheet for sheet in inputs.get(name.ticket_number, ()) if sheet["group"] == group.key]
            scope = "" if rule.pooled else group.key
            cells.append(_spread(own, _mean(result.get("steps", ()), key, scope), places_of(rule.step or 1) or 0))
        yield Row(group.name, tuple(cells), note=Sentence(N_("mean, lowest to highest")))


def _mean(steps: Sequence[Document], part: str, group: str) -> str:
    """What the steps give as a group's mean; for a panel that is one whole there is no group's own."""
    found = [step["value"] for step in steps if step["part"] == part and step.get("at") == group and "value" in step]
    return str(found[-1]) if group and found else ""


def _spread(sheets: Sequence[Document], mean: str, decimals: int) -> Cell:
    """A group's mean with the lowest and the highest total, as its judges wrote them."""
    totals = [sum(map(Decimal, sheet["marks"].values()), Decimal(0)) for sheet in sheets if sheet["marks"]]
    if not totals:
        return Cell((NOTHING,))
    span = "—".join(exact_text(total, decimals) for total in (min(totals), max(totals)))
    return Cell((mean,), (span,)) if mean else Cell((span,))


# ── qualification ────────────────────────────────────────────────────────────────────────────────────────────────────


def _qualification(shown: Shown) -> Iterator[Row]:
    people = [shown.people.get(name.candidacy_id) for name in shown.names]
    for words, fact in _FACTS:
        yield Row(Sentence(words), tuple(fact(person) if person else Cell((NOTHING,)) for person in people))


def _post(person: ProposedPerson) -> Cell:
    lines = tuple(str(person.form[key]) for key in ("unit", "position") if person.form.get(key))
    held = [post for post in person.facts.posts if post.until is None]
    since = max((post.since for post in held), key=lambda month: (month.year, month.month), default=None)
    notes = (Sentence(N_("since {month}"), {"month": since.words()}),) if since else ()
    return Cell(lines or (NOTHING,), notes)


def _born(person: ProposedPerson) -> Cell:
    born = person.facts.birth_date
    if born is None:
        return Cell((NOTHING,))
    age = Sentence(N_("aged {age}"), {"age": age_on(born, person.reference_date)})
    return Cell((Month.of(born).words(),), (age,))


def _education(person: ProposedPerson) -> Cell:
    course = _highest(person.facts)
    if course is None:
        return Cell((NOTHING,))
    facts = {"level": Sentence(EDUCATION_WORDS[course.level]), "degree": Sentence(DEGREE_WORDS[course.degree])}
    school = f"{course.school} {course.field_of_study}".strip()
    return Cell((Sentence(N_("{level}, {degree}"), facts),), (school,) if school else ())


def _highest(facts: CandidateFacts) -> Education | None:
    levels = list(EducationLevel)
    return max(facts.education, key=lambda course: levels.index(course.level), default=None)


def _political(person: ProposedPerson) -> Cell:
    status = person.facts.political_status
    return Cell((Sentence(POLITICAL_WORDS[status]) if status else NOTHING,))


def _appraisals(person: ProposedPerson) -> Cell:
    graded = sorted(person.facts.appraisals.items(), reverse=True)
    lines = tuple(
        Sentence(N_("{year}: {grade}"), {"year": str(year), "grade": Sentence(APPRAISAL_WORDS[AppraisalGrade(grade)])})
        for year, grade in graded
    )
    return Cell(lines or (NOTHING,))


def _conditions(person: ProposedPerson) -> Cell:
    """Whether all conditions are met by what was declared, else which are not, and by what datum."""
    unmet = [one for one in person.verdicts if one.outcome is not Outcome.MET]
    if not unmet:
        return Cell((Sentence(N_("All {count} conditions met"), {"count": len(person.verdicts)}),), kind="done")
    facts = {"met": len(person.verdicts) - len(unmet), "count": len(person.verdicts)}
    return Cell((Sentence(N_("{met} of {count} conditions met"), facts),), tuple(map(_unmet, unmet)), "attention")


def _unmet(verdict: Verdict) -> Sentence:
    facts = {"number": verdict.number, "outcome": Sentence(OUTCOME_WORDS[verdict.outcome]), "datum": verdict.datum}
    return Sentence(N_("Condition {number}: {outcome}. {datum}"), facts)


_FACTS: tuple[tuple[str, Callable[[ProposedPerson], Cell]], ...] = (
    (N_("Work unit and post"), _post),
    (N_("Born"), _born),
    (N_("Education"), _education),
    (N_("Political status"), _political),
    (N_("Annual appraisals"), _appraisals),
    (N_("Conditions"), _conditions),
)
"""What is compared of everybody, in this order."""

# ── video ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _videos(shown: Shown) -> Row:
    return Row(Sentence(N_("Interview")), tuple(_video(one, shown.base) for one in shown.heard()))


def _video(heard: Heard | None, base: str) -> Cell:
    """The whole video and its chapters, for a hearing whose recording the committee may see."""
    if heard is None or not heard.recording_id:
        return Cell((Sentence(N_("no recording")),))
    address = f"{base}/recordings/{heard.recording_id}"
    length = timedelta(milliseconds=heard.milliseconds)
    links: list[tuple[str, Words]] = [(address, Sentence(N_("Watch, {length}"), {"length": length}))]
    links += [(f"{address}?at={one.start_ms}", one.title()) for one in heard.chapters if one.kind in _LINKED]
    return Cell(links=tuple(links))
