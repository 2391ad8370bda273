"""What the tables may call the things of a scheme: its parts, cuts, judges' groups, elements, grades and ballots."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Problem
from scoring.ballots import BallotRule
from scoring.cells import Said, lookup
from scoring.columns import Column, fold
from scoring.grid import Row
from scoring.panel_rule import PanelRule
from scoring.parts import PartKind
from scoring.ranking import TieKey
from scoring.scheme import Scheme

Words = Mapping[str, str]
"""Keys by what a table may call them."""


@dataclass(frozen=True, slots=True)
class Called:
    """The words of a scheme and its variants; where both have something, as the scheme itself has it.

    `groups` and `elements` are by part: the judges' groups and elements of a panel, the classes of voters and the
    grades of ballots. `entered` are the parts that are marked, `asked` what tie chains ask for.
    """

    parts: Words
    cuts: Words
    entered: tuple[str, ...]
    asked: Mapping[TieKey, str]
    panels: Mapping[str, PanelRule]
    ballots: Mapping[str, BallotRule]
    groups: Mapping[str, Words]
    elements: Mapping[str, Words]
    grades: Mapping[str, Words]

    @classmethod
    def by(cls, scheme: Scheme) -> "Called":
        """Gather the words."""
        rules = scheme.everywhere()[::-1]
        parts = {key: part for own in rules for key, part in own.all_parts().items()}
        panels = {key: panel for own in rules for key, panel in own.panels.items()}
        ballots = {key: rule for own in rules for key, rule in own.ballots.items()}
        ties = [key for own in rules for ties in (own.ties, *(cut.ties for cut in own.cuts)) for key in ties]
        groups = {key: [(one.key, one.name) for one in panel.groups] for key, panel in panels.items()}
        classes = {key: [(one.key, one.name) for one in rule.classes] for key, rule in ballots.items()}
        elements = {key: [(one.key, one.name) for one in panel.elements] for key, panel in panels.items()}
        kinds = {key: [*((one.key, one.name) for one in rule.grades), *rule.invalid] for key, rule in ballots.items()}
        return cls(
            lookup((key, part.name) for key, part in parts.items()),
            lookup((cut.key, cut.name) for cut in scheme.cuts),
            tuple(key for key, part in parts.items() if part.kind is not PartKind.COMPOSITE),
            {key: fold(key.of) for key in ties},
            panels,
            ballots,
            {key: lookup(named) for key, named in (groups | classes).items()},
            {key: lookup(named) for key, named in (elements | kinds).items()},
            {key: lookup((one.key, one.name) for one in part.grades) for key, part in parts.items()},
        )

    def group(self, part: str, row: Row) -> str | Problem:
        """The group of the row's judge."""
        word, rule = row[Column.GROUP], self.panels[part]
        if word:
            return self.groups[part].get(fold(word), word)
        if len(rule.groups) == 1:
            return rule.groups[0].key
        choices = tuple(group.key for group in rule.groups)
        return Problem("The judge's group must be named, one of: {choices}.", {"choices": choices})

    def element(self, part: str, row: Row, found: Said) -> str | Problem:
        """The element of the row; empty for a row about the whole sheet."""
        word, rule = row[Column.ELEMENT], self.panels[part]
        if word:
            return self.elements[part].get(fold(word), word)
        if len(rule.elements) == 1:
            return rule.elements[0].key
        if found.value is None:
            return ""
        choices = tuple(one.key for one in rule.elements)
        return Problem("The element must be named, one of: {choices}.", {"choices": choices})

    def voters(self, part: str, row: Row) -> str | Problem:
        """The class of voters of the row."""
        word, rule = row[Column.GROUP], self.ballots[part]
        if word:
            return self.groups[part].get(fold(word), word)
        if len(rule.classes) == 1:
            return rule.classes[0].key
        choices = tuple(one.key for one in rule.classes)
        return Problem("The class of voters must be named, one of: {choices}.", {"choices": choices})

    def grade(self, part: str, row: Row) -> str | Problem:
        """The grade, or kind of invalid ballot, of the row."""
        word, rule = row[Column.ELEMENT], self.ballots[part]
        if word:
            return self.elements[part].get(fold(word), word)
        choices = (*(one.key for one in rule.grades), *(key for key, _ in rule.invalid))
        return Problem("The grade must be named, one of: {choices}.", {"choices": choices})
