"""The command `gongxuan lint`: what could be regretted about a scheme, before anybody proposes it."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from core.errors import Refusal
from scoring.linter import SEVERITY_WORDS, findings
from scoring.scheme import Scheme, document_from_toml, parse_scheme
from web.i18n import Language, Translator


def add_lint(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("scheme", help="the scheme, a TOML file")
    command.add_argument("--places", type=int, action="append", default=[], help="places of a post, once for each post")
    command.add_argument("--language", choices=[one.value for one in Language], default=Language.ENGLISH.value)


def lint(options: argparse.Namespace) -> list[str]:
    """The lines to be printed, none where there is nothing to say. Raises Refusal of what is no scheme."""
    try:
        text = Path(options.scheme).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refusal("This file cannot be read.", field=options.scheme) from None
    scheme = parse_scheme(document_from_toml(text))
    return list(_lines(Translator(Language(options.language)), scheme, options.places))


def _lines(words: Translator, scheme: Scheme, places: list[int]) -> Iterator[str]:
    for one in findings(scheme, places):
        yield f"{words(SEVERITY_WORDS[one.severity])}: {one.path}: {words(one.sentence)}"
        for line in one.example:
            yield f"    {words(line)}"
