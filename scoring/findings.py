"""Findings (认定): what an authority records about a candidate, and what it does (rules.md §5, 10).

One-vote vetoes (一票否决), misconduct in a paper, a name said in the interview: each kind stands in the scheme with
its basis and its effect, so that the same thing recorded twice has the same effect twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Problem
from core.words import Name
from scoring.document import Table


class Effect(StrEnum):
    """What a recorded finding does."""

    NOT_RANKED = "not_ranked"  # 一票否决: the candidate is not ranked, wherever the finding is recorded
    VOID = "void"  # the mark of the part is void (成绩无效), with what the part does then
    ZERO = "zero"  # the part counts 0 and stays out of every mean


@dataclass(frozen=True, slots=True)
class FindingRule:
    """One kind of finding: its effect, the parts it may concern, the article it rests on and who records it."""

    key: str
    name: Name
    effect: Effect
    parts: tuple[str, ...] = ()
    article: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding recorded about a candidate; article and authority where they are not those of the scheme."""

    kind: str
    part: str = ""
    article: str = ""
    authority: str = ""

    def basis(self, rule: FindingRule) -> tuple[str, ...]:
        """Who found it and under which article, as far as it is written anywhere."""
        return tuple(word for word in (self.authority or rule.authority, self.article or rule.article) if word)


def vetoes(rules: Mapping[str, FindingRule], findings: Iterable[Finding]) -> list[Finding]:
    """The findings that keep a candidate from being ranked at all."""
    return [one for one in findings if rules[one.kind].effect is Effect.NOT_RANKED]


def effects(rules: Mapping[str, FindingRule], findings: Iterable[Finding]) -> dict[str, Effect]:
    """What the findings do to parts; a void part stays void whatever else is found there."""
    found: dict[str, Effect] = {}
    for one in findings:
        effect = rules[one.kind].effect
        if effect is not Effect.NOT_RANKED and found.get(one.part) is not Effect.VOID:
            found[one.part] = effect
    return found


def finding_problems(rules: Mapping[str, FindingRule], findings: Iterable[Finding]) -> list[Problem]:
    """Everything wrong with the findings of one candidate; `field` is the kind."""
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for one in findings:
        rule = rules.get(one.kind)
        if rule is None:
            problems.append(Problem("The scheme knows no finding {key}.", {"key": one.kind}, one.kind))
        elif one.part and one.part not in rule.parts:
            problems.append(Problem("This finding cannot concern {key}.", {"key": one.part}, one.kind))
        elif not one.part and rule.effect is not Effect.NOT_RANKED:
            problems.append(Problem("The part that this finding concerns must be named.", {}, one.kind))
        if (one.kind, one.part) in seen:
            problems.append(Problem("This finding stands twice.", {}, one.kind))
        seen.add((one.kind, one.part))
    return problems


def read_finding(table: Table, parts: Sequence[str]) -> FindingRule:
    """Read one of `[[findings]]`."""
    rule = FindingRule(
        key=table.key("key"),
        name=table.name(),
        effect=table.choice("effect", Effect, Effect.NOT_RANKED),
        parts=table.words("parts"),
        article=table.text("article"),
        authority=table.text("authority"),
    )
    for word in set(rule.parts) - set(parts):
        table.note("parts", Problem("There is no part {key}.", {"key": word}))
    if rule.effect is not Effect.NOT_RANKED and not rule.parts:
        table.note("parts", Problem("The parts whose mark this finding changes must be written."))
    table.done()
    return rule
