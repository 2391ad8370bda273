"""What a tally is computed from: posts, candidates, marks with their states, judges' sheets; checked as a whole."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Problem
from core.words import N_
from scoring.ballots import BallotCount
from scoring.findings import Finding, finding_problems
from scoring.floors import FloorBy
from scoring.formula import BonusPoints
from scoring.grades import grade_of
from scoring.marks import Mark, MarkState, exact_text, places_of, state_words
from scoring.panel_mark import JudgeSheet
from scoring.parts import Part, PartKind
from scoring.ranking import TieBy, TieKey
from scoring.rooms import KnownRoom, Split
from scoring.scheme import RankWithin, Scheme

RANKED = frozenset({MarkState.PRESENT})
NO_ROOM = N_("The room must be known for a part with a room coefficient.")
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

    `marks` by part, with states; `sheets` by part that a panel marks; `ballots` by part that ballots mark; `rooms`,
    or subjects, by part. `qualifications` are figures for tie keys; `lot` and `committee_order` are recorded
    numbers, the lower first. `standing` is the person's own state: who withdrew or was disqualified is not ranked.
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
    ballots: Mapping[str, tuple[BallotCount, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def recorded(self, key: TieKey) -> Decimal | None:
        """What is recorded of the candidate for a tie key that no part or panel answers."""
        if key.by is TieBy.QUALIFICATION:
            return self.qualifications.get(key.of)
        if key.by is TieBy.EXTRA_TEST:
            return self.extra_test
        number = self.lot if key.by is TieBy.LOT else self.committee_order if key.by is TieBy.COMMITTEE else None
        return None if number is None else Decimal(number)


@dataclass(frozen=True, slots=True)
class PassLine:
    """A pass mark (合格分数线) that an authority has drawn: for one post, or for all without one of their own."""

    part: str
    mark: Decimal
    post: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs of a tally. `admitted`, by cut, replaces the cut the scheme would draw, as decided by acts.

    `rooms` replaces the candidates' own marks in the means of rooms; `lines` are pass marks drawn after the exam.
    """

    posts: tuple[Post, ...]
    candidates: Sequence[Candidate]
    admitted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rooms: tuple[KnownRoom, ...] = ()
    lines: tuple[PassLine, ...] = ()

    def pass_lines(self, post: str) -> dict[str, Decimal]:
        """The recorded pass marks by part as they hold for one post."""
        general = {line.part: line.mark for line in self.lines if not line.post}
        return general | {line.part: line.mark for line in self.lines if line.post == post}


def input_problems(scheme: Scheme, inputs: Inputs) -> list[Problem]:
    """Everything that no mark may be: unknown, twice, above the maximum, with too many decimals, misplaced.

    `field` is candidate.part (candidate.bonus:part for bonus points), or the post. What is wanting is found later,
    where it is needed.
    """
    problems = [*post_problems(scheme, inputs), *_everybody_problems(scheme, inputs)]
    return problems + beside_problems(scheme, inputs, {candidate.code for candidate in inputs.candidates})


def _everybody_problems(scheme: Scheme, inputs: Inputs) -> list[Problem]:
    posts = {post.code: post for post in inputs.posts}
    twice = Counter(candidate.code for candidate in inputs.candidates)
    problems = [
        Problem("The candidate {code} stands twice.", {"code": code}, code)
        for code, count in twice.items()
        if count > 1
    ]
    for candidate in inputs.candidates:
        if candidate.post not in posts:
            problems.append(Problem("There is no post {post}.", {"post": candidate.post}, candidate.code))
        own = scheme.at(posts.get(candidate.post, Post(candidate.post, 0)))
        problems += candidate_problems(candidate, own, own.all_parts())
    return problems


def beside_problems(scheme: Scheme, inputs: Inputs, known: Collection[str]) -> list[Problem]:
    """What is wrong beside the candidates' own marks; `known` are the codes of all candidates."""
    problems: list[Problem] = []
    cuts = {cut.key for cut in scheme.cuts}
    for key, codes in inputs.admitted.items():
        if key not in cuts:
            problems.append(Problem("There is no cut {key}.", {"key": key}, key))
        problems += [
            Problem("The candidate {code} is not known.", {"code": code}, key)
            for code in sorted(codes.difference(known))
        ]
    problems += _known_problems(scheme, inputs)
    problems += _line_problems(scheme, inputs)
    return problems


def post_problems(scheme: Scheme, inputs: Inputs) -> Iterator[Problem]:
    """What is wrong with the posts."""
    for code, count in Counter(post.code for post in inputs.posts).items():
        if count > 1:
            yield Problem("The post {code} stands twice.", {"code": code}, code)
    by_group: dict[str, Scheme] = {}
    for post in inputs.posts:
        if post.places < 0:
            yield Problem("The number of places must not be negative.", {}, post.code)
        if scheme.within is RankWithin.GROUP and not post.group:
            yield Problem("The scheme ranks inside groups of posts, but this post has none.", {}, post.code)
        if scheme.within is RankWithin.GROUP and by_group.setdefault(post.group, scheme.at(post)) != scheme.at(post):
            yield Problem("Posts of one group must be ranked by the same rules.", {}, post.code)
    codes, groups = {post.code for post in inputs.posts}, {post.group for post in inputs.posts}
    for variant in scheme.variants:
        for lost in [one for one in variant.posts if one not in codes]:
            yield Problem("There is no post {post}.", {"post": lost}, f"variants.{variant.key}.posts")
        for lost in [one for one in variant.groups if one not in groups]:
            yield Problem("No post belongs to the group {group}.", {"group": lost}, f"variants.{variant.key}.groups")


def candidate_problems(candidate: Candidate, scheme: Scheme, parts: Mapping[str, Part]) -> Iterator[Problem]:
    """What is wrong with one candidate's marks, sheets, rooms, bonus points and findings."""
    yield from _mark_problems(candidate, parts)
    yield from _sheet_problems(candidate, scheme)
    yield from _room_problems(candidate, scheme, parts)
    yield from _bonus_problems(candidate, parts)
    for key, counts in candidate.ballots.items():
        where = f"{candidate.code}.{key}"
        if key not in scheme.ballots:
            yield Problem("No ballots mark {key}.", {"key": key}, where)
        elif counts and key in candidate.marks:
            facts = {"state": state_words(candidate.marks[key].state)}
            yield Problem("There are ballots for a candidate who is recorded as {state}.", facts, where)
    for problem in finding_problems(scheme.findings, candidate.findings):
        yield Problem(problem.sentence, problem.facts, f"{candidate.code}.{problem.field}")


def _known_problems(scheme: Scheme, inputs: Inputs) -> Iterator[Problem]:
    twice = Counter((one.part, one.unit, one.room) for one in inputs.rooms)
    units = {post.code for post in inputs.posts} | {post.group for post in inputs.posts}
    for room in inputs.rooms:
        where = f"{room.part}.{room.room}" if room.room else room.part
        part = _part(scheme, room.part)
        asked = [unit for own in scheme.everywhere() for unit in _asked(own, room)]
        if part is None or not asked:
            yield Problem("The scheme has no coefficient for {key}.", {"key": room.part}, where)
        elif not 0 <= room.mean <= part.scale:
            yield _no_mean(room, exact_text(part.scale), where)
        if asked and not room.unit and True not in asked:
            yield Problem("The post is missing.", {}, where)
        if room.unit and room.unit not in units:
            yield Problem("There is no post {post}.", {"post": room.unit}, where)
        if twice[room.part, room.unit, room.room] > 1:
            yield Problem("The room {room} stands twice.", {"room": room.room}, where)


def _asked(scheme: Scheme, room: KnownRoom) -> Iterator[bool]:
    """Each rule that asks for the mean of this room: whether it asks over all posts, or inside one or a group."""
    if room.part in scheme.rooms:
        yield scheme.rooms[room.part].within is Split.SELECTION
    if room.room and any(floor.part == room.part and FloorBy.ROOM_MEAN in floor.floors for floor in scheme.floors):
        yield True


def _no_mean(room: KnownRoom, maximum: str, where: str) -> Problem:
    if not room.count:
        facts: dict[str, object] = {"mark": exact_text(room.mean), "maximum": maximum}
        return Problem("{mark} is not between 0 and {maximum}.", facts, where)
    facts = {"sum": exact_text(room.sum), "count": room.count, "maximum": maximum}
    return Problem("{sum} is no sum of {count} marks between 0 and {maximum}.", facts, where)


def _part(scheme: Scheme, key: str) -> Part | None:
    """A part of the scheme or of one of its variants."""
    return next((parts[key] for own in scheme.everywhere() if key in (parts := own.all_parts())), None)


def _line_problems(scheme: Scheme, inputs: Inputs) -> Iterator[Problem]:
    posts = {post.code for post in inputs.posts}
    twice = Counter((one.part, one.post) for one in inputs.lines)
    for line in inputs.lines:
        part, where = _part(scheme, line.part), f"{line.part}.{line.post}" if line.post else line.part
        if part is None or part.pass_mark is None or part.pass_mark.mark is not None:
            yield Problem("The scheme leaves no pass mark of {key} to be recorded.", {"key": line.part}, where)
        elif not 0 <= line.mark <= part.scale:
            facts = {"mark": line.mark, "maximum": exact_text(part.scale)}
            yield Problem("{mark} is not between 0 and {maximum}.", facts, where)
        if line.post and line.post not in posts:
            yield Problem("There is no post {post}.", {"post": line.post}, where)
        if twice[line.part, line.post] > 1:
            yield Problem("The pass mark of {key} stands twice.", {"key": line.part}, where)


def _mark_problems(candidate: Candidate, parts: Mapping[str, Part]) -> Iterator[Problem]:
    for key, mark in candidate.marks.items():
        where = f"{candidate.code}.{key}"
        part = parts.get(key)
        if part is None:
            yield Problem("There is no part {key}.", {"key": key}, where)
        elif part.kind is PartKind.COMPOSITE:
            yield Problem("This part is computed from others; it takes no mark.", {}, where)
        elif mark.grade:
            yield from _grade_problems(part, mark.grade, where)
        elif mark.value is not None:
            yield from _value_problems(part, mark, mark.value, where)


def _grade_problems(part: Part, grade: str, where: str) -> Iterator[Problem]:
    if grade_of(part.grades, grade) is None:
        yield Problem("{word} is no grade of this part.", {"word": grade}, where)


def _value_problems(part: Part, mark: Mark, value: Decimal, where: str) -> Iterator[Problem]:
    if part.kind is PartKind.PANEL:
        yield Problem("This part is marked by a panel; it takes judges' sheets, not one mark.", {}, where)
    elif part.kind is PartKind.BALLOTS:
        yield Problem("This part is marked by ballots; it takes their numbers, not one mark.", {}, where)
    elif part.kind is PartKind.SHARE:
        yield from _share_problems(mark, value, where)
    elif mark.whole is not None:
        yield Problem("This part takes one figure, not a share of a whole.", {}, where)
    elif part.grades:
        yield Problem("This part takes a grade, not a figure.", {}, where)
    if part.kind is not PartKind.SHARE and not 0 <= value <= part.maximum:
        facts = {"mark": value, "maximum": exact_text(part.maximum)}
        yield Problem("{mark} is not between 0 and {maximum}.", facts, where)
    decimals = max((places_of(figure) or 0 for figure in (value, mark.whole) if figure is not None), default=0)
    if part.input_decimals is not None and decimals > part.input_decimals:
        facts = {"mark": value, "decimals": part.input_decimals}
        yield Problem("{mark} has more than {decimals} decimals.", facts, where)


def _share_problems(mark: Mark, value: Decimal, where: str) -> Iterator[Problem]:
    if mark.whole is None:
        yield Problem("This part takes a share: a figure and the whole it is compared with.", {}, where)
    elif mark.whole <= 0 or not 0 <= value <= mark.whole:
        yield Problem("{mark} is no share of {whole}.", {"mark": value, "whole": mark.whole}, where)


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
    marked = {key for own in (candidate.sheets, candidate.ballots) for key, given in own.items() if given}
    marked |= {key for key, mark in candidate.marks.items() if mark.state is MarkState.PRESENT} - scheme.panels.keys()
    for key in scheme.rooms:
        if marked & {part.key for part in parts[key].walk()} and not candidate.rooms.get(key):
            yield Problem(NO_ROOM, {}, f"{candidate.code}.{key}")


def _bonus_problems(candidate: Candidate, parts: Mapping[str, Part]) -> Iterator[Problem]:
    for bonus in candidate.bonus:
        where = f"{candidate.code}.bonus:{bonus.part}"
        if bonus.part not in parts or parts[bonus.part].bonus is None:
            yield Problem("The scheme gives no bonus points on {key}.", {"key": bonus.part}, where)
        elif bonus.points <= 0:
            yield Problem("Bonus points must be more than 0.", {}, where)
