"""What the pages of written marks share: the papers of the frozen scheme, marks as typed, whose hand is whose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session

from core.words import N_, Name, Sentence
from exam.identity import fold_text
from exam.marking import STATE_WORDS, MarkEntry, MarkState, Paper
from exam.queries import written_papers
from exam.tables import MarkEntry as EntryRow
from exam.workbook import STATE_CELLS
from scoring.queries import not_sitting, scheme_in_force

_PLAIN = re.compile(r"\d{1,6}(\.\d{1,4})?", re.ASCII)
USUAL_DECIMALS = 2
"""Decimals of a mark where the scheme does not say how many."""


@dataclass(frozen=True, slots=True)
class Written:
    """The written papers of a selection in the order they are sat, with their names in both languages."""

    papers: tuple[Paper, ...]
    names: Mapping[str, Name]

    def name(self, key: str) -> Name:
        """A paper's name."""
        return self.names[key]


def written(session: Session, selection_id: int) -> Written:
    """The papers of the frozen scheme that were planned. Raises Refusal while nothing is frozen."""
    scheme = scheme_in_force(session, selection_id)
    parts = {key: part for own in reversed(scheme.everywhere()) for key, part in own.all_parts().items()}
    found = [parts[planned.key] for planned in written_papers(session, selection_id)]
    excused = not_sitting(session, selection_id, scheme, [part.key for part in found])
    papers = tuple(
        Paper(
            part.key,
            part.name.chinese,
            Decimal(part.maximum.numerator) / Decimal(part.maximum.denominator),
            USUAL_DECIMALS if part.input_decimals is None else part.input_decimals,
            excused[part.key],
        )
        for part in found
    )
    return Written(papers, {part.key: part.name for part in found})


def typed_mark(text: str) -> tuple[MarkState, Decimal | None] | None:
    """A mark as typed (81.5), or a state in words (缺考, absent, 成绩无效 …); None if it is neither."""
    plain = text.strip()
    if _PLAIN.fullmatch(plain):
        return MarkState.PRESENT, Decimal(plain)
    said = fold_text(plain)
    for state, words in STATE_CELLS.items():
        if state is not MarkState.PRESENT and said in map(fold_text, words):
            return state, None
    return None


def mark_words(entry: MarkEntry | None) -> object:
    """What one hand says at a place, for a page."""
    if entry is None:
        return Sentence(N_("nothing"))
    return entry.mark if entry.mark is not None else Sentence(STATE_WORDS[entry.state])


def my_hand(standing: Mapping[int, EntryRow], person_id: int) -> int:
    """Which of the two entries is this person's: their own, else the first that nobody has made; 0 if there is none."""
    own = next((hand for hand, entry in standing.items() if entry.person_id == person_id), 0)
    return own or next((hand for hand in (1, 2) if hand not in standing), 0)
