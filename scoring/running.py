"""What a tally knows while it runs: posts and rules of everybody, and everybody's values at each stage so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import Problem
from scoring.alike import Roll
from scoring.evening import Field
from scoring.explained import Evaluated
from scoring.findings import vetoes
from scoring.formula import PartResult
from scoring.inputs import Candidate, Inputs, Post
from scoring.marks import Exact, MarkState
from scoring.ranking import TieBy, TieKey
from scoring.scheme import RankWithin, Scheme
from scoring.together import Computed


@dataclass(slots=True, eq=False)
class Running:
    """What a tally knows so far: everybody's values at each stage, and the problems met."""

    scheme: Scheme
    inputs: Inputs
    evaluated: list[Evaluated] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    lines: dict[str, Mapping[str, Decimal]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember each post, and the places of each unit in the order of the posts."""
        for post in self.inputs.posts:
            self.posts[post.code] = post
            unit = self.unit_of(post)
            self.places[unit] = self.places.get(unit, 0) + post.places
            self.lines[post.code] = self.inputs.pass_lines(post.code)

    def rules(self, candidate: Candidate) -> Scheme:
        """The scheme as it holds for a candidate's post."""
        return self.scheme.at(self.posts[candidate.post])

    def ranked(self, candidate: Candidate) -> bool:
        """Whether the candidate stands and no finding keeps him from being ranked."""
        return candidate.standing is MarkState.PRESENT and not vetoes(self.scheme.findings, candidate.findings)

    def unit(self, candidate: Candidate) -> str:
        """The post or closed group within which a candidate is ranked."""
        return self.unit_of(self.posts[candidate.post])

    def unit_of(self, post: Post) -> str:
        """The post's own code, or its closed group where ranks are counted in groups."""
        return post.code if self.scheme.within is RankWithin.POST else post.group

    def units(self) -> dict[str, Scheme]:
        """The scheme of each unit; all posts of a group have the same."""
        return {self.unit_of(post): self.scheme.at(post) for post in self.inputs.posts}

    def schemes(self) -> dict[str, Scheme]:
        """The scheme and each of its variants by key."""
        return {"": self.scheme} | {variant.key: variant.scheme for variant in self.scheme.variants}

    def evening(self, scheme: Scheme, everybody: str) -> Field:
        """What evening out rooms asks about the posts of one scheme; `everybody` names the whole field."""
        posts = [post for post in self.inputs.posts if self.scheme.at(post) is scheme]
        return Field(
            groups={post.code: post.group for post in posts},
            units={post.code: self.unit_of(post) for post in posts},
            known=self.inputs.rooms,
            everybody=everybody,
        )

    def candidate(self, code: str) -> Candidate:
        """A candidate by code."""
        if not self._numbers:
            self._numbers.update({own: number for number, (own, _) in enumerate(codes_and_posts(self.inputs))})
        return self.inputs.candidates[self._numbers[code]]

    # ── what is asked of one candidate ───────────────────────────────────────────────────────────────────────────────

    def parts(self, code: str) -> dict[str, PartResult]:
        """A candidate's parts with their steps, as the last stage in which each was evaluated left them."""
        return {key: part for stage in self.evaluated for key, part in stage.explained(code).items()}

    def value(self, code: str, part: str) -> Exact | None:
        """A candidate's value of a part, None if there is none or it is not evaluated yet."""
        found = self._computed(code, part)
        if found is None:
            return None
        stage, computed, place = found
        if computed.value is None:
            return None
        if computed.least is None:
            return stage.explained(code)[part].value
        return computed.value.written(place, computed.least)

    def compared(self, code: str, key: TieKey, by: str) -> Exact | None:
        """What a tie key compares for a candidate ranked by a part."""
        if key.by is TieBy.PART:
            return self.value(code, key.of)
        if key.by is TieBy.EXACT:
            found = self._computed(code, key.of or by)
            return None if found is None or found[1].exact is None else found[1].exact.at(found[2])
        if key.by is TieBy.UNDROPPED_SUM:
            return self._undropped(code, key.of)
        return self.candidate(code).recorded(key)

    def _undropped(self, code: str, part: str) -> Exact | None:
        """The sum of all judges' marks, none dropped, where a panel has marked this part."""
        for stage in reversed(self.evaluated):
            if stage.computed(code, part) is not None:
                return stage.undropped(code, part)
        return None

    def _computed(self, code: str, part: str) -> tuple[Evaluated, Computed, int] | None:
        for stage in reversed(self.evaluated):
            if (found := stage.computed(code, part)) is not None:
                return stage, *found
        return None

    def beside(self, code: str, part: str) -> Sequence[Exact]:
        """The marks of all whom the panel of a candidate's room heard, or their mean where that is what is known."""
        room = self.candidate(code).rooms.get(part, "")
        for known in self.inputs.rooms:
            if (known.part, known.room, known.unit) == (part, room, ""):
                return [known.mean]
        heard = self.evaluated[-1].heard
        if part not in heard:
            heard[part] = self._by_room(part)
        return heard[part].get(room, [])

    def _by_room(self, part: str) -> dict[str, list[Exact]]:
        """The marks of everybody in play by room."""
        found: dict[str, list[Exact]] = {}
        for together, _ in self.evaluated[-1].groups:
            for code, room in zip(together.group.codes, together.group.rooms(part), strict=True):
                value = self.value(code, part)
                found.setdefault(room, []).extend([] if value is None else [value])
        return found


def codes_and_posts(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Everybody's code and post, in the order of the inputs."""
    if isinstance(inputs.candidates, Roll):
        for group in inputs.candidates.groups:
            yield from zip(group.codes, group.posts, strict=True)
    else:
        for one in inputs.candidates:
            yield one.code, one.post
