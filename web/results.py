"""Published results as pages show them: rankings with their cut line, and why a candidate stands where they stand.

Built from stored documents only (exam.tables.Publication, scoring.tables.TallyRow), so that a page shows what was
published and nothing else. Candidates and the public see a panel's marks in ascending order without seats.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from core.words import N_, Name, Sentence
from exam.plan import PUBLICATION_WORDS, PublicationKind
from exam.queries import posts_of, publications, rule_sets
from exam.tables import Post, Publication, Selection
from scoring.explain import Names, reason_sentence, tie_sentences
from scoring.inputs import Post as InPost
from scoring.marks import MarkState, state_words
from scoring.parts import Part, PartKind
from scoring.queries import result_of, scheme_of
from scoring.scheme import Scheme
from scoring.tables import TallyRow
from scoring.tally import Because

Document = Mapping[str, Any]
Result = tuple[Sentence, str]

WITHOUT_WORD = frozenset({Because.BEYOND, Because.NOT_ADMITTED})
"""Reasons that the table says by the cut line alone."""


@dataclass(frozen=True, slots=True)
class RankedRow:
    """One ranked candidate; `figures` stand under the ranking's columns, the last one ranks."""

    rank: int
    tied: bool
    number: str
    figures: tuple[str | Sentence, ...]
    result: Result
    below: bool
    href: str = ""


@dataclass(frozen=True, slots=True)
class Unranked:
    """A candidate without a rank, and every reason for it: missing is never zero."""

    number: str
    reasons: tuple[Sentence, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking of one post (or closed group) with its cut line."""

    code: str
    name: Name
    places: int
    cut_name: Name | None
    wanted: int
    entered: int
    columns: tuple[Name, ...]
    rows: tuple[RankedRow, ...]
    unranked: tuple[Unranked, ...]
    cut: Sentence | str
    ties: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True, slots=True)
class MarksRow:
    """The marks of one post's papers for one ticket number."""

    number: str
    figures: tuple[str | Sentence, ...]


@dataclass(frozen=True, slots=True)
class MarksTable:
    """Written marks of one post by ticket number."""

    code: str
    name: Name
    columns: tuple[Name, ...]
    rows: tuple[MarksRow, ...]


@dataclass(frozen=True, slots=True)
class NamesTable:
    """The names proposed for one post, by ticket number."""

    code: str
    name: Name
    places: int
    rows: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What one publication says of one ticket number; `sheet` is its number where it says how that was reached."""

    title: Sentence
    moment: datetime
    href: str
    figures: tuple[tuple[Name, str | Sentence], ...] = ()
    word: Sentence | str = ""
    kind: str = "none"
    sheet: int = 0


def post_name(post: Post) -> Name:
    """A post's name in both languages; the Chinese one stands in where there is no English."""
    return Name(post.name, post.name_en or post.name)


def selection_title(selection: Selection) -> Name:
    """A selection's title in both languages."""
    return Name(selection.title, selection.title_en or selection.title)


def scheme_of_digest(session: Session, selection_id: int, sha256: str) -> tuple[Scheme, int] | None:
    """The frozen scheme with this SHA-256 and its version, None if there is none."""
    found = next((one for one in rule_sets(session, selection_id) if one.sha256 == sha256), None)
    return (scheme_of(found.canonical), found.version) if found else None


# ── rankings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def rankings(outcome: Document, scheme: Scheme, posts: Iterable[Post], why: str = "") -> list[Ranking]:
    """The last stage of a tally, by post or closed group; `why` is the address to which a ticket number is added."""
    named = {post.code: post for post in posts}
    own = unit_schemes(scheme, named.values())
    stage = outcome["stages"][-1]
    return [_ranking(outcome, code, own.get(code, scheme), named.get(code), why) for code in stage["units"]]


def unit_schemes(scheme: Scheme, posts: Iterable[Post]) -> dict[str, Scheme]:
    """The rules by which each post, and each closed group, is ranked."""
    found: dict[str, Scheme] = {}
    for post in posts:
        own = scheme.at(InPost(post.code, post.headcount, post.closed_group))
        found |= {post.code: own} | ({post.closed_group: own} if post.closed_group else {})
    return found


def _ranking(outcome: Document, code: str, scheme: Scheme, post: Post | None, why: str) -> Ranking:
    stage = outcome["stages"][-1]
    unit = stage["units"][code]
    names = Names.of(scheme)
    results = {one["candidate"]: one for one in outcome["results"] if one["unit"] == code}
    columns = columns_of(scheme.all_parts()[stage["by"]])
    rows = [_row(place, results[place["candidate"]], columns, names, why) for place in unit["order"]]
    key = stage["cuts"][-1] if stage["cuts"] else ""
    cut = unit["cuts"].get(key)
    return Ranking(
        code=code,
        name=post_name(post) if post else Name(code, code),
        places=unit["places"],
        cut_name=names.cuts.get(key),
        wanted=cut["wanted"] if cut else 0,
        entered=len(cut["entered"]) if cut else 0,
        columns=tuple(part.name for part in columns),
        rows=tuple(rows),
        unranked=tuple(_unranked(results.values(), {row.number for row in rows}, names, why)),
        cut=_cut_sentence(cut, names.cuts[key]) if cut else "",
        ties=tuple(tie_sentences(tie, names) for tie in unit["ties"] if tie["outcome"] != "not_needed"),
    )


def columns_of(part: Part) -> list[Part]:
    """The parts whose values stand beside a ranking: those inside the ranked one, then itself."""
    return [*part.parts, part]


def _row(place: Document, result: Document, columns: Sequence[Part], names: Names, why: str) -> RankedRow:
    return RankedRow(
        rank=place["rank"],
        tied=place["tied"],
        number=place["candidate"],
        figures=tuple(_figure(part, result["parts"].get(part.key)) for part in columns),
        result=standing(result, names),
        below=not result["entered"],
        href=f"{why}{place['candidate']}" if why else "",
    )


def _figure(part: Part, found: Document | None) -> str | Sentence:
    """A part's value with all its decimals, or the state it is in instead of one."""
    if found is None:
        return "–"
    if "value" not in found:
        return state_words(MarkState(found["state"]))
    return padded(found["value"], part.precision.decimals if part.precision else part.input_decimals or 0)


def padded(figure: str, decimals: int) -> str:
    """A figure with zeros put on up to its decimals; nothing is ever rounded."""
    if "…" in figure or "/" in figure:
        return figure
    missing = decimals - len(figure.partition(".")[2])
    if missing <= 0:
        return figure
    return (figure if "." in figure else figure + ".") + "0" * missing


def standing(result: Document, names: Names) -> Result:
    """Whether a candidate enters, in a word and its shape; a reason that the cut line does not tell is said."""
    if result["entered"]:
        return Sentence(N_("Enters")), "done"
    for reason in result["reasons"]:
        if Because(reason["because"]) is Because.WAITING:
            return Sentence(N_("Still to be decided")), "attention"
        if Because(reason["because"]) not in WITHOUT_WORD:
            return reason_sentence(reason, names), ""
    return Sentence(N_("Does not enter")), ""


def _unranked(results: Iterable[Document], ranked: set[str], names: Names, why: str) -> Iterable[Unranked]:
    """Those of this stage without a rank: who did not get past an earlier cut is not listed again."""
    for result in results:
        first = result["reasons"][0]["because"] if result["reasons"] else ""
        if result["candidate"] not in ranked and first != Because.NOT_ADMITTED:
            reasons = tuple(reason_sentence(reason, names) for reason in result["reasons"])
            yield Unranked(result["candidate"], reasons, f"{why}{result['candidate']}" if why else "")


def _cut_sentence(cut: Document, name: Name) -> Sentence:
    facts = {
        "cut": name,
        "wanted": cut["wanted"],
        "entered": len(cut["entered"]),
        "last_in": cut["last_in"] or "–",
        "first_out": cut["first_out"] or "–",
    }
    if cut["last_in"] is None:
        return Sentence(N_("“{cut}”: {wanted} wanted, nobody enters."), facts)
    if cut["first_out"] is None:
        return Sentence(N_("“{cut}”: {wanted} wanted, all {entered} qualified enter; the last has {last_in}."), facts)
    return Sentence(
        N_("“{cut}”: {wanted} wanted, {entered} enter; the last has {last_in}, the next {first_out}."), facts
    )


# ── written marks and proposed names ─────────────────────────────────────────────────────────────────────────────────


def marks_tables(content: Document, scheme: Scheme, posts: Iterable[Post]) -> list[MarksTable]:
    """Published written marks, post by post, by ticket number."""
    listed = list(posts)
    own = unit_schemes(scheme, listed)
    return [_marks_table(content, own[post.code], post) for post in listed]


def _marks_table(content: Document, scheme: Scheme, post: Post) -> MarksTable:
    papers = [part for part in scheme.all_parts().values() if part.kind is PartKind.GIVEN]
    shown = [part for part in papers if any(part.key in row["marks"] for row in content["rows"])]
    return MarksTable(
        post.code,
        post_name(post),
        tuple(part.name for part in shown),
        tuple(
            MarksRow(row["ticket"], tuple(_mark(part, row["marks"].get(part.key)) for part in shown))
            for row in content["rows"]
            if row["post"] == post.code
        ),
    )


def _mark(part: Part, mark: Document | None) -> str | Sentence:
    if mark is None:
        return state_words(MarkState.MISSING)
    if mark["mark"] is None:
        return state_words(MarkState(mark["state"]))
    return padded(mark["mark"], part.input_decimals or 0)


def names_tables(content: Document, posts: Iterable[Post]) -> list[NamesTable]:
    """Proposed names, post by post, by rank: ticket numbers only."""
    named = {post.code: post for post in posts}
    return [
        NamesTable(one["post"], post_name(named[one["post"]]), one["places"], tuple(one["names"]))
        for one in content["posts"]
        if one["post"] in named
    ]


# ── what was published of one ticket number ──────────────────────────────────────────────────────────────────────────


def candidate_lines(session: Session, selection: Selection, number: str) -> list[Line]:
    """Everything published about one ticket number, newest first; of each kind the newest version."""
    newest: dict[str, Publication] = {}
    for one in publications(session, selection.id):
        newest.setdefault(one.kind, one)
    lines = [_line(session, selection, one, number) for one in newest.values()]
    return [line for line in lines if line is not None]


def _line(session: Session, selection: Selection, publication: Publication, number: str) -> Line | None:
    content, kind = publication.content, PublicationKind(publication.kind)
    href = f"/s/{selection.code}/p/{publication.number}"
    title = Sentence(PUBLICATION_WORDS[kind])
    if kind is PublicationKind.WRITTEN_RESULTS:
        row = next((one for one in content["rows"] if one["ticket"] == number), None)
        scheme = scheme_in_force_now(session, selection.id)
        if row is None or scheme is None:
            return None
        parts = post_scheme(session, selection.id, scheme, row["post"]).all_parts()
        figures = tuple((parts[key].name, _mark(parts[key], mark)) for key, mark in row["marks"].items())
        return Line(title, publication.published_at, href, figures)
    if kind is PublicationKind.PROPOSED_NAMES:
        listed = any(name["ticket"] == number for post in content["posts"] for name in post["names"])
        word = N_("On the list of proposed names") if listed else N_("Not on the list of proposed names")
        return Line(title, publication.published_at, href, (), Sentence(word), "done" if listed else "none")
    if "outcome" not in content:
        return None
    return _ranked_line(session, selection, publication, number, title)


def _ranked_line(
    session: Session, selection: Selection, publication: Publication, number: str, title: Sentence
) -> Line | None:
    outcome = publication.content["outcome"]
    result = next((one for one in outcome["results"] if one["candidate"] == number), None)
    found = scheme_of_digest(session, selection.id, publication.content["tally"]["scheme"])
    if result is None or found is None:
        return None
    names = Names.of(found[0])
    own = post_scheme(session, selection.id, found[0], result["post"])
    columns = columns_of(own.all_parts()[outcome["stages"][-1]["by"]])
    figures: list[tuple[Name, str | Sentence]] = [
        (part.name, _figure(part, result["parts"].get(part.key))) for part in columns
    ]
    if result["rank"]:
        figures.append((Name("名次", "Rank"), ("=" if result["tied"] else "") + str(result["rank"])))
    word, kind = standing(result, names)
    href = f"/s/{selection.code}/p/{publication.number}"
    return Line(title, publication.published_at, href, tuple(figures), word, kind or "none", publication.number)


def post_scheme(session: Session, selection_id: int, scheme: Scheme, post: str) -> Scheme:
    """The rules as they hold for one post of a selection."""
    return unit_schemes(scheme, posts_of(session, selection_id)).get(post, scheme)


def ticket_scheme(session: Session, tally: TallyRow, scheme: Scheme, ticket: str) -> Scheme:
    """The rules by which one ticket number was computed."""
    found = result_of(tally, ticket)
    return post_scheme(session, tally.selection_id, scheme, found["post"]) if found else scheme


def scheme_in_force_now(session: Session, selection_id: int) -> Scheme | None:
    """The frozen scheme, for the names of papers."""
    frozen = next((one for one in rule_sets(session, selection_id) if one.state == "frozen"), None)
    return scheme_of(frozen.canonical) if frozen else None


def ascending(terms: Sequence[Document]) -> list[Document]:
    """Marks from the lowest to the highest, so that their order tells no seat."""
    return sorted(terms, key=lambda term: Decimal(str(term["value"]).rstrip("…")))
