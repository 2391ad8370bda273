"""What a user is told when something is not done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.words import N_


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what was given: an English source sentence with {named} facts.

    `field` names the form field, path in a document or column; `row` is the 1-based row of a table, 0 if
    there is none.
    """

    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)
    field: str = ""
    row: int = 0

    def __str__(self) -> str:
        text = self.sentence.format_map(_Loose(self.facts))
        where = " ".join(part for part in (f"row {self.row}" if self.row else "", self.field) if part)
        return f"{where}: {text}" if where else text


class _Loose(dict[str, object]):
    """Facts that leave an unknown {name} standing instead of failing while a refusal is shown."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The user's request is refused; carries every problem found, each with its sentence and facts.

    Sentences are English sources of the translation catalogue; facts are plain values put in at the page.
    `status` is the HTTP status that fits.
    """

    def __init__(self, sentence: str = "", *, field: str = "", status: int = 422, **facts: Any) -> None:
        self.problems: tuple[Problem, ...] = (Problem(sentence, facts, field),) if sentence else ()
        self.status = status
        super().__init__(sentence)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Refusal":
        """One refusal that lists all problems at once."""
        refusal = cls()
        refusal.problems = tuple(problems)
        return refusal

    @property
    def sentence(self) -> str:
        """The first problem's sentence, for tests and logs."""
        return self.problems[0].sentence if self.problems else ""

    @property
    def facts(self) -> Mapping[str, object]:
        """The first problem's facts."""
        return self.problems[0].facts if self.problems else {}

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


class Denied(Refusal):
    """The actor has no duty that allows this."""

    def __init__(self, sentence: str = N_("You have no duty here that allows this."), **facts: Any) -> None:
        super().__init__(sentence, status=403, **facts)


class Stale(Refusal):
    """Somebody changed the thing first; `current` is what stands now."""

    def __init__(self, sentence: str, *, current: object, **facts: Any) -> None:
        super().__init__(sentence, status=409, **facts)
        self.current = current


class Unavailable(Refusal):
    """The system cannot do it now and nothing was done; the same request may be sent again."""

    def __init__(
        self, sentence: str = N_("The system is busy. Nothing was lost; please send it again."), **facts: Any
    ) -> None:
        super().__init__(sentence, status=503, **facts)


def refuse_any(problems: Sequence[Problem]) -> None:
    """Raise one Refusal if there is any problem."""
    if problems:
        raise Refusal.of(problems)
