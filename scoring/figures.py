"""Figures of a scheme as a reader meets them: weights and roundings."""

from collections.abc import Mapping
from fractions import Fraction

from core.words import N_, Sentence
from scoring.marks import Precision, Rounding, exact_document, exact_text, places_of


def weight_text(weight: Fraction) -> str:
    """A weight for a reader: 0.4 is 40%, 1/3 stays 1/3."""
    return exact_document(weight) if places_of(weight) is None else f"{exact_text(weight * 100)}%"


PRECISIONS: Mapping[Rounding, str] = {
    Rounding.HALF_UP: N_("{decimals} decimals, rounded half up"),
    Rounding.HALF_EVEN: N_("{decimals} decimals, rounded half to even"),
    Rounding.TRUNCATE: N_("{decimals} decimals, the rest cut off"),
}


def precision_words(precision: Precision) -> Sentence:
    """How a figure is rounded."""
    return Sentence(PRECISIONS[precision.rounding], {"decimals": precision.decimals})
