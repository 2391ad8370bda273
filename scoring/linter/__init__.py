"""A check of a scheme before it is frozen: what could go wrong under it, said with its figures.

The reader (scoring.scheme) refuses what cannot be carried out; this says what can be carried out and may be regretted.
Nothing is ever changed by it.
"""

from collections.abc import Iterable, Sequence

from exam.counts import PostCount
from scoring.linter.conditions import condition_findings
from scoring.linter.cuts import cut_findings
from scoring.linter.finding import SEVERITY_WORDS, Finding, Severity
from scoring.linter.flips import flip_findings
from scoring.linter.panels import panel_findings
from scoring.linter.parts import part_findings
from scoring.scheme import Scheme

__all__ = [
    "SEVERITY_WORDS",
    "Finding",
    "Severity",
    "findings",
    "risks",
    "to_be_answered",
]


def risks(scheme: Scheme, places: Sequence[int] = (), posts: Sequence[PostCount] = ()) -> tuple[Finding, ...]:
    """What can be said at once: everything but the roundings. What must be answered stands first.

    `places` are those of the planned posts; `posts` say how many of the registered meet the conditions.
    """
    found = [
        *part_findings(scheme),
        *panel_findings(scheme),
        *cut_findings(scheme, places),
        *condition_findings(posts),
    ]
    return _heaviest_first(found)


def findings(scheme: Scheme, places: Sequence[int] = (), posts: Sequence[PostCount] = ()) -> tuple[Finding, ...]:
    """Everything there is to say, with the roundings that can turn an order round: some hundred computed examples."""
    return _heaviest_first([*risks(scheme, places, posts), *flip_findings(scheme)])


def to_be_answered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that a scheme may not be frozen with until somebody says in writing why it is meant."""
    return tuple(one for one in found if one.severity is Severity.ANSWER)


def _heaviest_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.ANSWER))
