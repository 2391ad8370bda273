"""One candidate's parts with every step, from the same rules and coefficients that gave everybody's values.

The steps are made when somebody asks for them; what they arrive at is compared with the value that ranked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.ballots import ballot_mark
from scoring.evening import Evened
from scoring.findings import effects
from scoring.formula import Given, PartResult, evaluate, open_part
from scoring.inputs import Candidate
from scoring.marks import Exact, exactly
from scoring.panel_mark import panel_mark
from scoring.panel_vector import undropped_sum
from scoring.parts import Part
from scoring.scheme import Scheme
from scoring.together import Computed, Together


def given_of(scheme: Scheme, part: Part, candidate: Candidate, lines: Mapping[str, Decimal]) -> Given:
    """What a candidate brings to a part. Raises Refusal with what is wrong with sheets or ballots."""
    keys = [inner.key for inner in part.walk()]
    sheets, ballots = candidate.sheets, candidate.ballots
    return Given(
        candidate.marks,
        {key: panel_mark(scheme.panels[key], sheets[key]) for key in keys if key in scheme.panels and sheets.get(key)},
        candidate.bonus,
        {
            key: ballot_mark(scheme.ballots[key], ballots[key])
            for key in keys
            if key in scheme.ballots and ballots.get(key)
        },
        effects(scheme.findings, candidate.findings),
        lines,
    )


@dataclass(slots=True, eq=False)
class Evaluated:
    """Everybody in play at one stage, with the values of the part it ranks by and of those inside."""

    by: str
    groups: list[tuple[Together, Mapping[str, Evened]]]
    heard: dict[str, dict[str, list[Exact]]] = field(default_factory=dict)
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def computed(self, code: str, part: str) -> tuple[Computed, int] | None:
        """A candidate's part, as the column and the place in it; None where it is not evaluated here."""
        at = self.place(code)
        if at is None:
            return None
        found = self.groups[at[0]][0].found.get(part)
        return None if found is None else (found, at[1])

    def place(self, code: str) -> tuple[int, int] | None:
        """The group and the place in it of a candidate who is in play."""
        if not self._places:
            for number, (group, _) in enumerate(self.groups):
                self._places.update({own: (number, place) for place, own in enumerate(group.group.codes)})
        return self._places.get(code)

    def undropped(self, code: str, part: str) -> Exact | None:
        """The sum of all judges' marks of a candidate, none dropped; None where no panel has marked the part."""
        at = self.place(code)
        if at is None:
            return None
        group, place = self.groups[at[0]][0], at[1]
        rule = group.scheme.panels.get(part)
        sheets = group.group.sheets(part) if rule is not None and group.group.one(0).sheets.get(part) else ()
        return undropped_sum(rule, sheets, place) if rule is not None and sheets else None

    def explained(self, code: str) -> dict[str, PartResult]:
        """A candidate's parts with their steps, by key; none where he is not in play."""
        at = self.place(code)
        if at is None:
            return {}
        (together, evened), place = self.groups[at[0]], at[1]
        part, one = together.scheme.all_parts()[self.by], together.group.one(place)
        given = given_of(together.scheme, part, one, together.lines[one.post])
        ready: dict[str, PartResult] = {}
        for inner in part.walk():
            if inner.key in evened:
                opened = open_part(inner, given, ready)
                if inner.key not in given.effects:
                    opened = evened[inner.key].applied(one.post, one.rooms.get(inner.key, ""), opened)
                ready[inner.key] = opened
        found = {result.key: result for result in evaluate(part, given, ready).all_parts()}
        for key, result in found.items():
            _agree(code, result, together.found[key], place)
        return found


def _agree(code: str, result: PartResult, computed: Computed, place: int) -> None:
    """Raises ValueError if the steps lead elsewhere than the columns: then neither may be shown."""
    for own, column in ((result.value, computed.value), (result.exact, computed.exact)):
        if (own is None) != (column is None) or (
            own is not None and column is not None and exactly(own) != column.at(place)
        ):
            raise ValueError(f"the steps of {code} lead to another {result.key} than the one that was ranked")
    if (result.passed, result.counts) != (
        None if computed.passed is None else computed.passed[place],
        computed.counts,
    ):
        raise ValueError(f"the steps of {code} judge {result.key} otherwise than the tally")
