"""How a candidate came to stand (推荐): by which road, who nominated, with which reasons, and their own consent.

Whoever is nominated by others consents in person. A leader or public figure signs and writes the reasons
(领导干部实行署名推荐); the signed paper is attached.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Problem, refuse_any
from exam.section import SectionReader
from exam.terms import Channel, Terms

_REASONS = 4000
SIGNED = frozenset({Channel.LEADER, Channel.PUBLIC_FIGURE})
"""Roads on which one person nominates by name and has to say why."""


@dataclass(frozen=True, slots=True)
class Nomination:
    """One nomination: `by` names the nominating body or person, `consent` is the candidate's own."""

    channel: Channel = Channel.SELF
    by: str = ""
    reasons: str = ""
    consent: bool = False

    @property
    def by_others(self) -> bool:
        """Whether anybody but the candidate proposes it."""
        return self.channel is not Channel.SELF


def asks_nomination(terms: Terms) -> bool:
    """Whether there is anything to be said: nothing where everybody applies for themselves."""
    return tuple(terms.channels) != (Channel.SELF,)


def read_nomination(raw: Mapping[str, object]) -> Nomination:
    """The nomination of a form; raises one Refusal that lists every problem."""
    reader = SectionReader(raw, "nomination")
    nomination = Nomination(
        channel=reader.choice("channel", Channel),
        by=reader.text("by", most=200) if reader.has("by") and reader.raw["by"] else "",
        reasons=reader.text("reasons", most=_REASONS) if reader.has("reasons") and reader.raw["reasons"] else "",
        consent=reader.flag("consent"),
    )
    reader.finish()
    refuse_any(reader.problems)
    return nomination


def check_nomination(nomination: Nomination, terms: Terms) -> list[Problem]:
    """Every problem of a nomination under the terms of the selection."""
    if nomination.channel not in terms.channels:
        return [Problem("This selection does not take candidates by this road.", {}, "nomination.channel")]
    if not nomination.by_others:
        return []
    problems = []
    if not nomination.by.strip():
        problems.append(Problem("Name who nominates you.", {}, "nomination.by"))
    if nomination.channel in SIGNED and not nomination.reasons.strip():
        problems.append(Problem("A nomination by name needs its reasons.", {}, "nomination.reasons"))
    if not nomination.consent:
        problems.append(Problem("Say that you consent to the nomination.", {}, "nomination.consent"))
    return problems
