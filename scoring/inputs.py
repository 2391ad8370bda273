"""What a tally is computed from: posts, candidates, marks with their states, judges' sheets; checked as a whole."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Problem
from scoring.formula import BonusPoints
from scoring.marks import Mark, MarkState, exact_text, places_of, state_words
from scoring.panel_mark import JudgeSheet
from scoring.parts import Part, PartKind
from scoring.ranking import TieBy, TieKey
from scoring.rooms import StatedRooms
from scoring.scheme import RankWithin, Scheme

RANKED = frozenset({MarkState.PRESENT})
IN_ROOM_MEANS = frozenset({MarkState.PRESENT, MarkState.WITHDRAWN})  # who withdrew later was heard and counts


@dataclass(frozen=True, slots=True)
class Post:
    """A post (职位), its places, and the closed group it belongs to where ranks are counted in groups."""

    code: str
    places: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate of one post with everything the scheme may ask for.

    `marks` by part, with states; `sheets` by part that a panel marks; `rooms` by part. `qualifications` are
    figures for tie keys; `lot` and `committee_order` are recorded numbers, the lower first. `standing` is the
    person's own state: who withdrew or was disqualified is not ranked.
    """

    code: str
    post: str
    marks: Mapping[str, Mark] = field(default_factory=dict)
    sheets: Mapping[str, tuple[JudgeSheet, ...]] = field(default_factory=dict)
    rooms: Mapping[str, str] = field(default_factory=dict)
    bonus: tuple[BonusPoints, ...] = ()
    qualifications: Mapping[str, Decimal] = field(default_factory=dict)
    extra_test: Decimal | None = None
    lot: int | None = None
    committee_order: int | None = None
    standing: MarkState = MarkState.PRESENT

    def recorded(self, key: TieKey) -> Decimal | None:
        """What is recorded of the candidate for a tie key that no part or panel answers."""
        if key.by is TieBy.QUALIFICATION:
            return self.qualifications.get(key.of)
        if key.by is TieBy.EXTRA_TEST:
            return self.extra_test
        number = self.lot if key.by is TieBy.LOT else self.committee_order if key.by is TieBy.COMMITTEE else None
        return None if number is None else Decimal(number)


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs of a tally. `admitted`, by cut, replaces the cut the scheme would draw, as decided by acts.

    `rooms`, by post ("" where rooms of all posts are compared) and part, replaces the candidates' own marks in the
    means of rooms.
    """

    posts: tuple[Post, ...]
    candidates: tuple[Candidate, ...]
    admitted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rooms: Mapping[str, Mapping[str, StatedRooms]] = field(default_factory=dict)


def input_problems(scheme: Scheme, inputs: Inputs) -> list[Problem]:
    """Everything that no mark may be: unknown, twice, above the maximum, with too many decimals, misplaced.

    `field` is candidate.part (candidate.bonus:part for bonus points), or the post. What is wanting is found later,
    where it is needed.
    """
    problems = [*_post_problems(scheme, inputs)]
    posts = {post.code for post in inputs.posts}
    parts = scheme.all_parts()
    twice = Counter(candidate.code for candidate in inputs.candidates)
    problems += [
        Problem("The candidate {code} stands twice.", {"code": code}, code)
        for code, count in twice.items()
        if count > 1
    ]
    for candidate in inputs.candidates:
        if candidate.post not in posts:
            problems.append(Problem("There is no post {post}.", {"post": candidate.post}, candidate.code))
        problems += _mark_problems(candidate, parts)
        problems += _sheet_problems(candidate, scheme)
        problems += _room_problems(candidate, scheme, parts)
        problems += _bonus_problems(candidate, parts)
    known = twice.keys()
    cuts = {cut.key for cut in scheme.cuts}
    for key, codes in inputs.admitted.items():
        if key not in cuts:
            problems.append(Problem("There is no cut {key}.", {"key": key}, key))
        problems += [
            Problem("The candidate {code} is not known.", {"code": code}, key) for code in sorted(codes - known)
        ]
    return problems


def _post_problems(scheme: Scheme, inputs: Inputs) -> Iterator[Problem]:
    for code, count in Counter(post.code for post in inputs.posts).items():
        if count > 1:
            yield Problem("The post {code} stands twice.", {"code": code}, code)
    for post in inputs.posts:
        if post.places < 0:
            yield Problem("The number of places must not be negative.", {}, post.code)
        if scheme.within is RankWithin.GROUP and not post.group:
            yield Problem("The scheme ranks inside groups of posts, but this post has none.", {}, post.code)


def _mark_problems(candidate: Candidate, parts: Mapping[str, Part]) -> Iterator[Problem]:
    for key, mark in candidate.marks.items():
        where = f"{candidate.code}.{key}"
        part = parts.get(key)
        if part is None:
            yield Problem("There is no part {key}.", {"key": key}, where)
        elif part.kind is PartKind.COMPOSITE:
            yield Problem("This part is computed from others; it takes no mark.", {}, where)
        elif mark.value is not None:
            yield from _value_problems(part, mark.value, where)


def _value_problems(part: Part, value: Decimal, where: str) -> Iterator[Problem]:
    if part.kind is PartKind.PANEL:
        yield Problem("This part is marked by a panel; it takes judges' sheets, not one mark.", {}, where)
    if not 0 <= value <= part.maximum:
        facts = {"mark": value, "maximum": exact_text(part.maximum)}
        yield Problem("{mark} is not between 0 and {maximum}.", facts, where)
    if part.input_decimals is not None and (places_of(value) or 0) > part.input_decimals:
        facts = {"mark": value, "decimals": part.input_decimals}
        yield Problem("{mark} has more than {decimals} decimals.", facts, where)


def _sheet_problems(candidate: Candidate, scheme: Scheme) -> Iterator[Problem]:
    for key, sheets in candidate.sheets.items():
        where = f"{candidate.code}.{key}"
        if key not in scheme.panels:
            yield Problem("No panel marks {key}.", {"key": key}, where)
        elif sheets and key in candidate.marks:
            facts = {"state": state_words(candidate.marks[key].state)}
            yield Problem("There are judges' sheets for a candidate who is recorded as {state}.", facts, where)


def _room_problems(candidate: Candidate, scheme: Scheme, parts: Mapping[str, Part]) -> Iterator[Problem]:
    """A candidate whose marks a room coefficient evens out must have a room."""
    marked = {key for key, sheets in candidate.sheets.items() if sheets}
    marked |= {key for key, mark in candidate.marks.items() if mark.value is not None and key not in scheme.panels}
    for key in scheme.rooms:
        if marked & {part.key for part in parts[key].walk()} and not candidate.rooms.get(key):
            yield Problem("The room must be known for a part with a room coefficient.", {}, f"{candidate.code}.{key}")


def _bonus_problems(candidate: Candidate, parts: Mapping[str, Part]) -> Iterator[Problem]:
    for bonus in candidate.bonus:
        where = f"{candidate.code}.bonus:{bonus.part}"
        if bonus.part not in parts or parts[bonus.part].bonus is None:
            yield Problem("The scheme gives no bonus points on {key}.", {"key": bonus.part}, where)
        elif bonus.points <= 0:
            yield Problem("Bonus points must be more than 0.", {}, where)
