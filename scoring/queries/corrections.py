"""Corrections of marks: those that stand, those that wait for the second hand."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from exam.tables import Candidacy
from scoring.corrections import Corrected, Place, mark_at
from scoring.stored import inputs_of
from scoring.tables import MarkCorrection, TallyRow


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction with the ticket number it is about."""

    row: MarkCorrection
    ticket_number: str

    @property
    def place(self) -> Place:
        """Where the mark stands."""
        row = self.row
        return Place(self.ticket_number, row.part, row.group_key, row.seat, row.element)

    @property
    def corrected(self) -> Corrected:
        """What the inputs take over."""
        return Corrected(self.place, self.row.before, self.row.after)


def corrections(session: Session, selection_id: int, state: str = "") -> list[CorrectionLine]:
    """Every correction of a selection in its order; of one state if named."""
    query = (
        select(MarkCorrection, Candidacy.ticket_number)
        .join(Candidacy, col(Candidacy.id) == col(MarkCorrection.candidacy_id))
        .where(MarkCorrection.selection_id == selection_id)
        .order_by(col(MarkCorrection.number))
    )
    if state:
        query = query.where(MarkCorrection.state == state)
    return [CorrectionLine(row, ticket) for row, ticket in session.exec(query)]


def confirmed_corrections(session: Session, selection_id: int) -> list[Corrected]:
    """The corrections that stand, in the order in which they were confirmed."""
    lines = corrections(session, selection_id, "confirmed")
    return [line.corrected for line in sorted(lines, key=lambda line: (line.row.decided_at, line.row.number))]


def corrections_in(session: Session, tally: TallyRow, ticket_number: str) -> list[CorrectionLine]:
    """The corrections of one candidate that a tally was computed with."""
    made = [
        line for line in corrections(session, tally.selection_id, "confirmed") if line.ticket_number == ticket_number
    ]
    inputs = inputs_of(tally.inputs) if made else None
    return [
        line
        for line in made
        if line.row.decided_at and line.row.decided_at <= tally.computed_at and inputs and mark_at(inputs, line.place)
    ]


def correction(session: Session, selection_id: int, number: int) -> CorrectionLine | None:
    """One correction by its number in the selection."""
    return next((line for line in corrections(session, selection_id) if line.row.number == number), None)
