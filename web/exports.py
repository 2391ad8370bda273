"""A result as it is taken out of the house: result package, result book, tables of text (CSV).

Everybody in them stands under a ticket number and every judge under a seat; the same result gives the same bytes.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from sqlmodel import Session

from core.words import N_
from exam.tables import Selection
from scoring.explain import Names, reason_sentence
from scoring.long_form import long_form
from scoring.package import README, write_package
from scoring.queries import COMPOSITE, ENTRY, TallyLine, digests, journal_lines, packed
from scoring.scheme import Scheme
from scoring.stored import inputs_of
from scoring.tables import TallyRow
from web.i18n import Language, Translator

IN_MEMORY = 4 * 1024 * 1024
FIGURE = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)
ACTIVE = ("=", "+", "-", "@", "\t", "\r")
LANGUAGES = (Language.CHINESE, Language.ENGLISH)

KINDS = {ENTRY: N_("Candidates for the interview"), COMPOSITE: N_("Composite scores")}
"""What each of the two results is called."""
TABLE_WORDS = {
    "marks": N_("Marks"),
    "posts": N_("Posts"),
    "rooms": N_("Rooms"),
    "findings": N_("Findings"),
    "lines": N_("Pass marks drawn"),
}
ABOUT = (
    N_("Result package"),
    N_("This package holds one result of a competitive selection with everything it was computed from."),
    N_("Anybody can compute it again. Install Gongxuan (Apache-2.0) and run: gongxuan verify PACKAGE.zip"),
    N_("scheme.json: the rules as they were frozen. inputs.json: every mark. outcome.json: every figure step by step."),
    N_("publication.json: what was published. journal.jsonl: the journal. manifest.json: SHA-256 of each file."),
    N_("Compare the SHA-256 of the publication with the one in the notice: {sha256}"),
    N_("Candidates stand under their ticket numbers, judges under their seats."),
)  # fmt: skip


# ── result package ───────────────────────────────────────────────────────────────────────────────────────────────────


def result_package(session: Session, row: TallyRow) -> BinaryIO:
    """The package of a stored tally, at its beginning. Large ones lie on the disk."""
    found = packed(session, row)
    readme = "\n\n".join("\n\n".join(_about(Translator(one), found.facts)) for one in LANGUAGES) + "\n"
    target: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by who sends it
    lines = journal_lines(session, row.selection_id, found.last_line)
    write_package(target, found.facts, {**found.files, README: readme.encode()}, lines)
    target.seek(0)
    return target  # type: ignore[no-any-return] # a file in all but its type


def _about(say: Translator, facts: Mapping[str, object]) -> Iterator[str]:
    """What a reader of the package is told, in one language."""
    published: Any = facts.get("publication")
    yield f"# {say(ABOUT[0])}"
    for line in ABOUT[1:]:
        if "{sha256}" not in line:
            yield say(line)
        elif published:
            yield say(line, sha256=published["sha256"])


def pieces(source: BinaryIO, size: int = 256 * 1024) -> Iterator[bytes]:
    """A file in pieces; closed at its end."""
    with source:
        while piece := source.read(size):
            yield piece


# ── result book ──────────────────────────────────────────────────────────────────────────────────────────────────────


def book_lines(selection: Selection, row: TallyRow, line: TallyLine) -> dict[str, str]:
    """What the first sheet of a result book says of the result, in both languages."""
    facts = {
        N_("Selection"): f"{selection.title} {selection.title_en}".strip(),
        N_("Result"): f"{both(KINDS[row.kind])} {row.version}",
        N_("Publication number"): str(line.publication or "–"),
        N_("SHA-256 of the rules"): row.scheme_sha256,
        N_("SHA-256 of the marks"): row.input_sha256,
        N_("SHA-256 of the result"): digests(row)["outcome"],
    }
    return {both(words): text for words, text in facts.items()}


def both(words: str) -> str:
    """A heading in Chinese and English."""
    return " ".join(Translator(one)(words) for one in LANGUAGES)


# ── tables of text ───────────────────────────────────────────────────────────────────────────────────────────────────


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV in UTF-8 with a mark, as spreadsheet programs want it; no cell is ever taken for a formula."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([_inactive(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _inactive(cell: str) -> str:
    """A cell with an apostrophe before what a spreadsheet program would run; a plain negative figure is none."""
    return f"'{cell}" if cell.startswith(ACTIVE) and not FIGURE.fullmatch(cell) else cell


def tables_of(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which tables `input_tables` makes of stored inputs, with what they hold."""
    there = {
        "rooms": inputs.get("rooms"),
        "findings": any(one.get("findings") for one in inputs["candidates"]),
        "lines": inputs.get("lines"),
    }
    return [(name, words) for name, words in TABLE_WORDS.items() if there.get(name, True)]


def input_tables(row: TallyRow, scheme: Scheme) -> dict[str, bytes]:
    """The tables from which `gongxuan score` computes the same result, by the name of their file."""
    tables = long_form(scheme, inputs_of(row.inputs))
    return {f"{name}.csv": csv_bytes(rows) for name, rows in tables.items()}


def ranking_table(row: TallyRow, scheme: Scheme, say: Translator) -> bytes:
    """Everybody by post and rank: the figures of all parts, entry and reasons, in one language."""
    outcome, names = row.outcome, Names.of(scheme)
    present = {key for one in outcome["results"] for key in one["parts"]}
    keys = [key for own in scheme.everywhere() for key in own.all_parts() if key in present]
    keys = list(dict.fromkeys(keys))
    heading = [say(N_("Post")), say(N_("Rank")), say(N_("Ticket number"))]
    heading += [say.name(names.part(key)) for key in keys] + [say(N_("Entry")), say(N_("Why"))]
    rows = [[one["post"], str(one["rank"] or ""), one["candidate"]] for one in outcome["results"]]
    for cells, one in zip(rows, outcome["results"], strict=True):
        cells += [one["parts"].get(key, {}).get("value", "") for key in keys]
        entered = {True: N_("enters"), False: N_("does not enter"), None: N_("still open")}[one["entered"]]
        cells.append(say(entered) if outcome["stages"][-1]["cuts"] else "")
        cells.append(" ".join(say(reason_sentence(reason, names)) for reason in one["reasons"]))
    return csv_bytes([heading, *rows])
