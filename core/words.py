"""Sentences that people read, kept as English sources with facts until a page translates them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 - the usual name of the gettext marker
    """Mark a literal for the translation catalogue; the page translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English source sentence with {named} facts; a fact may itself be a Sentence."""

    source: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.source.format_map(self.facts)


@dataclass(frozen=True, slots=True)
class Name:
    """What an author called something, in both languages; the page picks one. English may be left empty."""

    chinese: str
    english: str = ""

    def __str__(self) -> str:
        return self.chinese
