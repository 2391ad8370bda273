"""`gongxuan score`: anyone's scheme and marks in files, without a database, to ranks that can be explained."""

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Problem, Refusal
from scoring.files import MOST_BYTES, decoded, grids
from scoring.grid import Grid, Located
from scoring.reading import Read, read_inputs
from scoring.scheme import Scheme, document_from_json, document_from_toml, parse_scheme
from scoring.snapshot import inputs_fingerprint, problem_document, tally_document
from scoring.tally import Tally
from web.i18n import Language, Translator
from web.scoring_text import explanation, refusals_text, results_text

REFUSED = 2
PURPOSE = "compute the marks in files by a scheme, without a database"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command says: to its output, to its error output, and its exit status."""

    out: str = ""
    errors: str = ""
    status: int = 0


def main(arguments: Sequence[str]) -> int:
    """The command alone: 0 when computed, 2 when refused."""
    command = argparse.ArgumentParser(prog="gongxuan score", description=PURPOSE)
    add_options(command)
    return run(command.parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    """Score and say it."""
    answer = score(options, os.environ)
    for stream, text in ((sys.stdout, answer.out), (sys.stderr, answer.errors)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show Chinese still gets the figures
        stream.write(text)
    return answer.status


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("scheme", metavar="SCHEME", help="the scheme, .toml or .json (docs/scheme.md)")
    command.add_argument("files", metavar="MARKS", nargs="+", help="tables as .csv, .json or .xlsx; they are joined")
    command.add_argument("--json", metavar="OUT", default="", help="write everything as JSON; - for the output")
    command.add_argument("--explain", metavar="CODE", default="", help="print one candidate's calculation step by step")
    command.add_argument("--upto", metavar="CUT", default="", help="end with this cut; what follows is not computed")
    command.add_argument("--steps", action="store_true", help="put every step of everybody into the JSON")
    command.add_argument("--lang", choices=["zh", "en"], default="", help="language of the text (usual: from LANG)")


def score(options: argparse.Namespace, environ: Mapping[str, str]) -> Answer:
    """Compute and show, or refuse with every problem at once."""
    say = Translator(language_of(options.lang, environ))
    refusals: list[Located] = []
    scheme = _read_scheme(options.scheme, refusals)
    if scheme is not None and options.upto and options.upto not in {cut.key for cut in scheme.cuts}:
        refusals.append(Located(Problem("There is no cut {key}.", {"key": options.upto}, "--upto")))
    tables = [grid for path in options.files for grid in _read_tables(path, refusals)]
    read: Read | None = None
    made: Tally | None = None
    if scheme is not None and not refusals:
        read = read_inputs(scheme, tables)
        made, found = read.counted(options.upto)
        refusals += found
        if made is not None and options.explain and options.explain not in {one.candidate for one in made.results}:
            refusals.append(Located(Problem("There is no candidate {code}.", {"code": options.explain}, "--explain")))
            made = None
    refusals += _out_problems(options)
    answer = _answer(say, options, read, made, refusals)
    if options.json and not any(one.problem.field == "--json" for one in refusals):
        text = (
            json.dumps(document(scheme, read, made, refusals, steps=options.steps), ensure_ascii=False, indent=1) + "\n"
        )
        if options.json == "-":
            return Answer(text, answer.errors, answer.status)
        Path(options.json).write_text(text, "utf-8")
    return answer


def _answer(
    say: Translator, options: argparse.Namespace, read: Read | None, made: Tally | None, refusals: list[Located]
) -> Answer:
    if refusals or read is None or made is None:
        return Answer("", refusals_text(say, refusals), REFUSED)
    if options.explain:
        return Answer(explanation(say, read, made, options.explain))
    return Answer("" if options.json else results_text(say, read, made))


def language_of(choice: str, environ: Mapping[str, str]) -> Language:
    """The language asked for, else that of the locale: Chinese for zh…, English for every other."""
    if choice:
        return Language.CHINESE if choice == "zh" else Language.ENGLISH
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return Language.CHINESE if locale.lower().startswith("zh") else Language.ENGLISH


def document(
    scheme: Scheme | None, read: Read | None, made: Tally | None, refusals: list[Located], *, steps: bool
) -> dict[str, Any]:
    """Everything as one document; figures are text. With refusals there are no results."""
    found: dict[str, Any] = {"results": [], "stages": []}
    if made is not None and not refusals:
        found = tally_document(made, steps=steps)
    posts = [] if read is None or refusals else read.posts
    return {
        "scheme": None if scheme is None else scheme.fingerprint,
        "inputs": None if read is None or refusals else inputs_fingerprint(read.inputs),
        "part": None if scheme is None else found.get("part", scheme.total),
        "posts": [
            {"post": one.code, "places": one.places, "open": one.open, "group": one.group, "registered": one.registered}
            | ({"waived": list(one.waived)} if scheme and scheme.opening and scheme.opening.waivers else {})
            for one in posts
        ],
        "results": found["results"],
        "stages": found["stages"],
        "refusals": [_refusal(one) for one in refusals],
    }


def _refusal(one: Located) -> dict[str, Any]:
    told = problem_document(one.problem)
    return {
        "zh": Translator(Language.CHINESE)(one.problem),
        "en": Translator(Language.ENGLISH)(one.problem),
        "facts": told["facts"],
        "field": one.problem.field,
        "row": one.problem.row,
        "file": one.file,
    }


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_scheme(path: str, refusals: list[Located]) -> Scheme | None:
    try:
        text = decoded(_content(path))
        read = document_from_json if text.lstrip().startswith("{") else document_from_toml
        return parse_scheme(read(text))
    except Refusal as refusal:
        refusals += [Located(problem, path) for problem in refusal.problems]
        return None


def _read_tables(path: str, refusals: list[Located]) -> list[Grid]:
    try:
        return grids(path, _content(path))
    except Refusal as refusal:
        refusals += [Located(problem, path) for problem in refusal.problems]
        return []


def _content(path: str) -> bytes:
    """The bytes of a file of bounded size."""
    file = Path(path)
    if file.is_dir():
        raise Refusal("This is a folder, not a file.")
    if not file.is_file():
        raise Refusal("There is no such file.")
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refusal("The file is larger than {most} MB.", most=MOST_BYTES // 1024**2)
        return file.read_bytes()
    except OSError as error:
        raise Refusal("This file cannot be read.") from error


def _out_problems(options: argparse.Namespace) -> list[Located]:
    """Why the JSON could not be written."""
    if options.json in {"", "-"}:
        return []
    out = Path(options.json)
    if any(Path(path).exists() and out.exists() and out.samefile(path) for path in (options.scheme, *options.files)):
        return [Located(Problem("The result would overwrite {file}.", {"file": options.json}, "--json"))]
    if out.is_dir() or not out.parent.is_dir():
        return [Located(Problem("This file cannot be written: {file}.", {"file": options.json}, "--json"))]
    return []
