"""What a check of a scheme says: a risk in one sentence with its figures, where it lies, and how heavy it is."""

from dataclasses import dataclass
from enum import StrEnum

from core.words import N_, Sentence


class Severity(StrEnum):
    """Whether a scheme may be frozen with a risk without a word."""

    ANSWER = "answer"  # whoever freezes the scheme says in writing why it is meant
    LOOK = "look"  # worth a look; usual in places


SEVERITY_WORDS = {Severity.ANSWER: N_("Must be answered"), Severity.LOOK: N_("Worth a look")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One risk: `key` names its kind for the journal, `path` the key of the scheme, `example` works it out."""

    key: str
    severity: Severity
    sentence: Sentence
    path: str
    example: tuple[Sentence, ...] = ()
