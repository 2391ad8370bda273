"""A computed tally as text for a terminal: a table per post, room coefficients, and one candidate's calculation."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.words import N_, Sentence
from scoring.explain import Names, reason_sentence, step_sentence, tie_sentences
from scoring.grid import Located
from scoring.marks import state_words
from scoring.parts import Part
from scoring.post_rows import PostLine
from scoring.reading import Read
from scoring.snapshot import result_document, tally_document
from scoring.steps import value_text
from scoring.tally import CandidateResult, Tally
from web.i18n import Translator

MOST_SHOWN = 200  # refusals that a terminal shows; the JSON has them all
GAP = "  "


def results_text(say: Translator, read: Read, made: Tally) -> str:
    """Every post's or group's table, then the coefficients of rooms."""
    lines: list[str] = [*_posts(say, read.posts)]
    units: dict[str, list[CandidateResult]] = {}
    for result in made.results:
        units.setdefault(result.unit, []).append(result)
    for unit, results in units.items():
        if len(units) > 1:
            lines += [say(N_("Post or group {unit}"), unit=unit)]
        lines += [*_table(_rows(say, read, made, results)), ""]
    document = tally_document(made, steps=False)
    for stage in document["stages"]:  # type: ignore[attr-defined] # a list of tables
        lines += _rooms(say, Names.of(read.scheme), stage["rooms"])
    return "\n".join(lines).rstrip() + "\n"


def _posts(say: Translator, posts: Sequence[PostLine]) -> Iterator[str]:
    """What the opening ratio makes of each post."""
    for post in posts:
        if post.registered is not None:
            facts = {"post": post.code, "places": post.places, "registered": post.registered, "open": post.open}
            yield say(Sentence(N_("Post {post}: {places} places, {registered} applicants, {open} stay open."), facts))


def _rows(say: Translator, read: Read, made: Tally, results: Sequence[CandidateResult]) -> list[list[str]]:
    parts = [part for part in read.scheme.all_parts().values() if any(part.key in one.parts for one in results)]
    several = any(one.post != one.unit for one in results)
    heading = [say(N_("Rank")), say(N_("Candidate")), *([say(N_("Post"))] if several else [])]
    heading += [say.name(part.name) for part in parts]
    rows = [[*heading, say(N_("Entry")) if made.last.cuts else "", say(N_("Why"))]]
    names = Names.of(read.scheme)
    for result in results:
        row = [_rank(say, result), result.candidate, *([result.post] if several else [])]
        row += [_value(say, result, part) for part in parts]
        row.append(_entered(say, result) if made.last.cuts else "")
        reasons = result_document(result, steps=False)["reasons"]
        row.append(" ".join(say(reason_sentence(one, names)) for one in reasons))  # type: ignore[attr-defined] # a list
        rows.append(row)
    return rows


def _rank(say: Translator, result: CandidateResult) -> str:
    if result.rank is None:
        return "–"
    return say(N_("{rank} tied"), rank=result.rank) if result.tied else str(result.rank)


def _value(say: Translator, result: CandidateResult, part: Part) -> str:
    found = result.parts.get(part.key)
    if found is None:
        return "–"
    if found.value is not None:
        return value_text(found.value)
    return "–" if found.blocked_by else say(state_words(found.state))


def _entered(say: Translator, result: CandidateResult) -> str:
    if result.entered is None:
        return say(N_("still open"))
    return say(N_("enters")) if result.entered else say(N_("does not enter"))


def _rooms(say: Translator, names: Names, rooms: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The coefficients of one stage."""
    for post, parts in rooms.items():
        for part, found in parts.items():
            facts = {"part": names.part(part), "post": post or "–", "reference": found["reference"]}
            yield say(Sentence(N_("Room coefficients of {part} (post {post}); mean of all {reference}"), facts))
            heading = [say(N_("Room")), say(N_("Number of marks")), say(N_("Mean")), say(N_("Coefficient"))]
            keys = ("room", "count", "mean", "coefficient")
            yield from _table([heading, *([str(room[key] or "–") for key in keys] for room in found["rooms"])])
            yield ""


def explanation(say: Translator, read: Read, made: Tally, code: str) -> str:
    """One candidate's calculation, step by step, as a pocket calculator can follow it. Raises KeyError for nobody."""
    result, names = made.result(code), Names.of(read.scheme)
    document: dict[str, Any] = result_document(result)
    lines = [say(N_("Candidate {candidate}, post {post}"), candidate=code, post=result.post)]
    lines += [f"{number:>3}. {say(step_sentence(step, names))}" for number, step in enumerate(document["steps"], 1)]
    for stage in tally_document(made, steps=False)["stages"]:  # type: ignore[attr-defined] # a list of tables
        unit = stage["units"].get(result.unit, {"ties": []})
        for tie in unit["ties"]:
            if code in tie["candidates"]:
                lines += [f"   – {say(sentence)}" for sentence in tie_sentences(tie, names)]
    if result.rank is not None:
        facts = {"total": document["total"], "rank": _rank(say, result)}
        lines.append(say(Sentence(N_("Result {total}, rank {rank}."), facts)))
    lines += [say(reason_sentence(one, names)) for one in document["reasons"]]
    return "\n".join(lines) + "\n"


def refusals_text(say: Translator, refusals: Sequence[Located]) -> str:
    """Every refusal on a line of its own: file, row, column, sentence."""
    lines = [_refusal(say, one) for one in refusals[:MOST_SHOWN]]
    if len(refusals) > MOST_SHOWN:
        lines.append(say(N_("… and {count} more"), count=len(refusals) - MOST_SHOWN))
    return "\n".join(lines) + "\n"


def _refusal(say: Translator, one: Located) -> str:
    row = say(N_("row {row}"), row=one.problem.row) if one.problem.row else ""
    where = ", ".join(part for part in (one.file, row, one.problem.field) if part)
    return f"{where}: {say(one.problem)}" if where else say(one.problem)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns of equal width as a terminal shows them; columns that are empty throughout are left out."""
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    widths = [max(map(shown_width, column)) for column in columns]
    for row in zip(*columns, strict=True):
        cells = (cell + " " * (width - shown_width(cell)) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()


def shown_width(text: str) -> int:
    """How many places of a terminal a text takes: Chinese signs two, signs above others none (UAX #11)."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
