"""The command `gongxuan verify`: replay a result package, without a database, an account or a server."""

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.audit import Head, read_anchors
from core.errors import Refusal
from core.words import N_
from scoring.verifying import Check, Verdict, verify_package
from web.i18n import Language, Translator
from web.scoring_command import language_of

PURPOSE = "replay a result package: is it whole, and does the engine give the same figures?"
DIFFERS, UNREADABLE = 1, 2
VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.HOLDS: N_("ok"), Verdict.FAILS: N_("FAILED"), Verdict.SKIPPED: N_("not checked"),
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """The command alone: 0 verified, 1 something differs, 2 no package that can be read."""
    command = argparse.ArgumentParser(prog="gongxuan verify", description=PURPOSE)
    add_options(command)
    return run(command.parse_args(arguments))


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("package", metavar="PACKAGE.zip", help="a result package (docs/results.md)")
    command.add_argument("--anchors", metavar="FILE", default="", help="lines `seq link` of the journal noted earlier")
    command.add_argument("--lang", choices=["zh", "en"], default="", help="language of the text (usual: from LANG)")


def run(options: argparse.Namespace) -> int:
    """Verify and say it, one line for each check as it ends."""
    say = Translator(language_of(options.lang, os.environ))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show Chinese still gets the figures
    verdicts: list[Verdict] = []
    try:
        for check in verify_package(Path(options.package), _anchors(options.anchors)):
            verdicts.append(check.verdict)
            sys.stdout.write("\n".join(_lines(say, check)) + "\n")
    except Refusal as refusal:
        for problem in refusal.problems:
            sys.stderr.write(f"{problem.field or options.package}: {say(problem)}\n")
        return UNREADABLE
    sys.stdout.write(_conclusion(say, verdicts) + "\n")
    return DIFFERS if _differs(verdicts) else 0


def _lines(say: Translator, check: Check) -> list[str]:
    mark = say(VERDICT_WORDS[check.verdict])
    return [_joined(say, mark, say(check.about)), *(f"    {say(one)}" for one in check.found)]


def _joined(say: Translator, mark: str, about: str) -> str:
    return f"[{mark}]{about}" if say.language is Language.CHINESE else f"[{mark}] {about}"


def _conclusion(say: Translator, verdicts: Sequence[Verdict]) -> str:
    if _differs(verdicts):
        return say(N_("This package does not hold."))
    return say(N_("Verified: the package is whole, and its result was computed again from the rules and the marks."))


def _differs(verdicts: Sequence[Verdict]) -> bool:
    return Verdict.FAILS in verdicts


def _anchors(path: str) -> list[Head]:
    if not path:
        return []
    try:
        return read_anchors(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Refusal("This file cannot be read.", field=path) from None
    except ValueError:
        raise Refusal("An anchor is a line's number and its link of 64 hexadecimal digits.", field=path) from None
