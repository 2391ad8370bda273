"""Which sentences the pages can show, where each stands, and how the catalogue differs from them."""

import ast
import string
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

from web.i18n import LOCALE, Language, read_catalogue

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "exam", "interview", "recording", "scoring", "web")
CALLS = frozenset({"N_", "Sentence", "Problem", "Refusal", "Denied", "Stale", "Unavailable"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source stands: a path below the root and a 1-based line."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Found:
    """Every source with its places, and the calls whose sentence cannot be known before they run."""

    sources: Mapping[str, tuple[Place, ...]]
    unknowable: tuple[Place, ...]


def find_sources(root: Path = ROOT) -> Found:
    """Read all Python files of the packages and all templates below `root`."""
    sources: dict[str, list[Place]] = {}
    unknowable: list[Place] = []
    for path in _files(root, "*.py"):
        for line, text in python_sources(path.read_text(encoding="utf-8")):
            _note(sources, unknowable, text, Place(str(path.relative_to(root)), line))
    for path in _files(root, "*.html"):
        for line, text in template_sources(path.read_text(encoding="utf-8")):
            _note(sources, unknowable, text, Place(str(path.relative_to(root)), line))
    return Found({source: tuple(places) for source, places in sources.items()}, tuple(unknowable))


def _files(root: Path, pattern: str) -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((root / package).rglob(pattern))


def _note(sources: dict[str, list[Place]], unknowable: list[Place], text: str | None, place: Place) -> None:
    if text is None:
        unknowable.append(place)
    elif text:
        sources.setdefault(text, []).append(place)


def python_sources(code: str) -> Iterator[tuple[int, str | None]]:
    """Line and literal of each marked sentence; None where it is put together from parts (an f-string).

    Also the default of a parameter named `sentence`: what a refusal says when nothing else is given.
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and node.args and _called(node.func) in CALLS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.lineno, first.value
            elif isinstance(first, ast.JoinedStr | ast.BinOp):
                yield first.lineno, None
        elif isinstance(node, ast.FunctionDef):
            yield from _defaults(node.args)


def _called(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _defaults(arguments: ast.arguments) -> Iterator[tuple[int, str]]:
    positional = arguments.posonlyargs + arguments.args
    for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if parameter.arg == "sentence" and isinstance(default, ast.Constant) and isinstance(default.value, str):
            yield default.lineno, default.value


def template_sources(text: str) -> Iterator[tuple[int, str | None]]:
    """Line and literal of each `_("…")` of a template; None where the literal is put together from parts."""
    tree = Environment(autoescape=True).parse(text)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const) and isinstance(first.value, str):
                yield call.lineno, first.value
            elif isinstance(first, nodes.Concat | nodes.Add | nodes.Mod):
                yield call.lineno, None


def placeholders(text: str) -> frozenset[str]:
    """The {names} of a sentence. Raises ValueError where a brace is left open."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def catalogue_faults(
    sources: Collection[str], files: Mapping[str, Mapping[str, str]], repeated: Iterable[str] = ()
) -> list[str]:
    """Everything in which the translated files (name → source → translation) differ from the sources."""
    wanted = set(sources)
    homes: dict[str, list[str]] = {}
    faults = [f"written twice in one file: {entry}" for entry in repeated]
    for name, entries in files.items():
        for source, translation in entries.items():
            homes.setdefault(source, []).append(name)
            faults += _entry_faults(name, source, translation, wanted)
    faults += [f"missing: {source!r}" for source in sources if source not in homes]
    faults += [f"in {' and '.join(names)}: {source!r}" for source, names in homes.items() if len(names) > 1]
    return faults


def _entry_faults(name: str, source: str, translation: str, wanted: set[str]) -> Iterator[str]:
    if source not in wanted:
        yield f"stale in {name}: {source!r}"
    elif not translation.strip():
        yield f"untranslated in {name}: {source!r}"
    elif placeholders(source) != placeholders(translation):
        yield f"other placeholders in {name}: {source!r}"


def read_files(folder: Path = LOCALE / Language.CHINESE.value) -> dict[str, dict[str, str]]:
    """Name → source → translation of every .po file of a folder."""
    return {path.name: read_catalogue(path) for path in sorted(folder.glob("*.po"))}


def repeated_entries(folder: Path = LOCALE / Language.CHINESE.value) -> list[str]:
    """Sources that stand twice in one file; the reader itself silently keeps only the last."""
    repeated: list[str] = []
    for path in sorted(folder.glob("*.po")):
        seen: set[str] = set()
        for source in _written_ids(path.read_text(encoding="utf-8")):
            if source in seen:
                repeated.append(f"{path.name}: {source!r}")
            seen.add(source)
    return repeated


def _written_ids(text: str) -> Iterator[str]:
    """Each msgid of a .po text as written, its continued lines joined."""
    parts: list[str] | None = None
    for line in [*text.splitlines(), "msgstr"]:
        if line.startswith("msgid "):
            parts = [line.removeprefix("msgid ")]
        elif line.startswith('"') and parts is not None:
            parts.append(line)
        elif parts is not None:
            yield "".join(ast.literal_eval(part) for part in parts)
            parts = None


def main(arguments: list[str]) -> int:
    """`extract` prints every source with its places; `sync` what is missing, stale or wrong (status 1)."""
    found = find_sources()
    if arguments == ["extract"]:
        lines = [f"{source!r}\n    {' '.join(map(str, at))}" for source, at in found.sources.items()]
    elif arguments == ["sync"]:
        lines = catalogue_faults(found.sources, read_files(), repeated_entries())
        lines += [f"not a literal: {place}" for place in found.unknowable]
    else:
        sys.stdout.write("usage: python -m web.i18n extract|sync\n")
        return 2
    sys.stdout.writelines(line + "\n" for line in lines)
    return 1 if arguments == ["sync"] and lines else 0
