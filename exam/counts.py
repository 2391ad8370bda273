"""How many of those registered for a post meet its conditions: whether a circle is drawn too narrow."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.words import Sentence
from exam.applicant import CandidateFacts
from exam.condition_words import condition_words
from exam.conditions import EligibilityRules
from exam.eligibility import Outcome, judge_post


@dataclass(frozen=True, slots=True)
class ConditionCount:
    """One condition of a post, and how many of the registered it does not keep out by what they have entered."""

    number: str
    words: Sentence
    met: int


@dataclass(frozen=True, slots=True)
class PostCount:
    """One post: its places, how many registered, how many of them no condition keeps out, and each condition alone."""

    code: str
    places: int
    registered: int
    met: int
    conditions: tuple[ConditionCount, ...]


def count_post(rules: EligibilityRules, code: str, places: int, people: Iterable[CandidateFacts]) -> PostCount:
    """Judge everybody who registered for a post; what only papers or a person can tell keeps nobody out."""
    kept_out = [
        {verdict.number for verdict in judge_post(rules, code, facts) if verdict.outcome is Outcome.NOT_MET}
        for facts in people
    ]
    conditions = tuple(
        ConditionCount(
            one.number,
            condition_words(one, rules.reference_date),
            sum(one.number not in numbers for numbers in kept_out),
        )
        for one in rules.for_post(code)
    )
    return PostCount(code, places, len(kept_out), sum(not numbers for numbers in kept_out), conditions)
