"""Two versions of a result beside each other: who moved, which marks changed and why, what was published before.

Built from stored tallies and confirmed corrections; a mark that changed without a correction is said to have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.queries import names_of
from core.words import N_, Name, Sentence
from exam.queries import publications
from exam.tables import Publication
from scoring.corrections import InputChange, Place, changed_inputs
from scoring.explain import Names
from scoring.marks import Mark, state_words
from scoring.queries import CorrectionLine, corrections
from scoring.review import CAUSE_NAMES, Cause
from scoring.snapshot import Changed, changed_results
from scoring.tables import MarkCorrection, TallyRow


@dataclass(frozen=True, slots=True)
class ChangedInput:
    """A mark that another version was computed from: where it stands, both figures or states, and why."""

    number: str
    where: Name | Sentence
    before: str | Sentence
    after: str | Sentence
    cause: Sentence
    correction: MarkCorrection | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version changed against an earlier one; `crossed` are those who enter now or no longer do."""

    moves: tuple[Changed, ...]
    inputs: tuple[ChangedInput, ...]
    same_rules: bool
    people: Mapping[int, str]

    @property
    def crossed(self) -> tuple[Changed, ...]:
        """Who crossed the cut."""
        return tuple(one for one in self.moves if bool(one.entered[0]) != bool(one.entered[1]))


def difference(session: Session, before: TallyRow, after: TallyRow, names: Names) -> Difference:
    """What the later of two tallies of one kind changed."""
    made = corrections(session, after.selection_id, "confirmed")
    hands = {hand for line in made for hand in (line.row.proposed_by, line.row.decided_by)}
    return Difference(
        tuple(changed_results(before.outcome, after.outcome)),
        tuple(_changed(one, made, names) for one in changed_inputs(before.inputs, after.inputs)),
        before.scheme_sha256 == after.scheme_sha256,
        names_of(session, hands),
    )


def _changed(one: InputChange, made: Sequence[CorrectionLine], names: Names) -> ChangedInput:
    found = next((line.row for line in reversed(made) if line.place == one.place), None)
    cause = Sentence(CAUSE_NAMES[Cause(found.cause)]) if found else Sentence(N_("not by a correction"))
    return ChangedInput(
        one.place.candidate,
        place_words(one.place, names),
        figure_words(one.before),
        figure_words(one.after),
        cause,
        found,
    )


def place_words(place: Place, names: Names) -> Name | Sentence:
    """Where a mark stands, in words."""
    if not place.part:
        return Sentence(N_("the candidate's own standing"))
    part = names.part(place.part)
    element = names.elements.get((place.part, place.element), Name(place.element, place.element))
    facts: dict[str, object] = {"part": part, "seat": place.seat, "element": element}
    if place.seat and place.element:
        return Sentence(N_("{part}, seat {seat}, {element}"), facts)
    if place.seat:
        return Sentence(N_("{part}, sheet of seat {seat}"), facts)
    return Sentence(N_("{part}, {element}, one judge's mark"), facts) if place.element else part


def figure_words(text: str) -> str | Sentence:
    """A mark of a file as a page shows it: the figure, or the state in words."""
    if not text:
        return "–"
    mark = Mark.read(text)
    return text if mark.value is not None or mark.grade else state_words(mark.state)


@dataclass(frozen=True, slots=True)
class Replaced:
    """The publication that a corrected one replaces, and whom the correction moved."""

    publication: Publication
    moves: tuple[Changed, ...]


def replaced(session: Session, shown: Publication) -> Replaced | None:
    """What a corrected publication replaces; None for one that corrects nothing."""
    corrects = shown.content.get("corrects")
    if not corrects:
        return None
    earlier = publications(session, shown.selection_id, shown.kind)
    old = next((one for one in earlier if one.number == corrects["number"]), None)
    if old is None:
        return None
    ranked = "outcome" in shown.content and "outcome" in old.content
    moves = changed_results(old.content["outcome"], shown.content["outcome"]) if ranked else []
    return Replaced(old, tuple(moves))
