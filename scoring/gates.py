"""Gates of surplus (差额): so many candidates for each place a cut must leave, or what follows with fewer."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil

from core.errors import Problem
from core.words import N_, Name, Sentence
from scoring.document import Table


class Fewer(StrEnum):
    """What happens where fewer are left than the gate asks for."""

    REASON = "reason"  # it goes on with a recorded reason
    REFUSE = "refuse"  # it does not go on


@dataclass(frozen=True, slots=True)
class Gate:
    """At least places × ratio + a surplus must be left."""

    per_place: Fraction = Fraction(1)
    plus: int = 0
    fewer: Fewer = Fewer.REASON

    def least(self, places: int) -> int:
        """How many must be left for so many places; none where there is no place."""
        return ceil(places * self.per_place) + self.plus if places > 0 else 0


def read_gate(table: Table) -> Gate | None:
    """Read the keys of a cut that make its gate; None where it has none."""
    ratio, plus = table.ratio("least_per_place"), table.whole("least_plus", 0) or 0
    fewer = table.choice("fewer", Fewer, Fewer.REASON)
    if ratio is None and not plus:
        if table.has("fewer"):
            table.note("fewer", Problem("Say how many must be left at least."))
        return None
    if ratio is not None and ratio < 1:
        table.note("least_per_place", Problem("A cut must not take fewer people than there are places."))
    return Gate(ratio or Fraction(1), plus, fewer)


def gate_words(gate: Gate | None, cut: Name) -> Iterator[Sentence]:
    """What a gate asks, for a notice."""
    if gate is None:
        return
    ratio = str(gate.per_place)
    facts = {"cut": cut, "ratio": ratio, "plus": gate.plus}
    if gate.fewer is Fewer.REFUSE:
        yield Sentence(N_("“{cut}”: with fewer than {ratio} for each place and {plus} more it does not go on."), facts)
    else:
        text = N_("“{cut}”: with fewer than {ratio} for each place and {plus} more it goes on only with a reason.")
        yield Sentence(text, facts)
