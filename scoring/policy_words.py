"""Findings and replacements of a scheme in words."""

from collections.abc import Iterable, Iterator, Mapping

from core.words import N_, Sentence
from scoring.explain import Names
from scoring.findings import Effect, FindingRule
from scoring.marks import exact_text
from scoring.replacement import Event, ReplacementRule, event_words, milestone_words
from scoring.scheme import Scheme

EFFECTS: Mapping[Effect, str] = {
    Effect.NOT_RANKED: N_("{finding}: the candidate is not ranked."),
    Effect.VOID: N_("{finding}: the mark of {parts} is void."),
    Effect.ZERO: N_("{finding}: {parts} counts as 0."),
}


def finding_words(rules: Iterable[FindingRule], names: Names) -> Iterator[Sentence]:
    """What each kind of finding does, and on which ground."""
    for rule in rules:
        basis = tuple(word for word in (rule.authority, rule.article) if word)
        finding = Sentence(N_("{finding} ({basis})"), {"finding": rule.name, "basis": basis}) if basis else rule.name
        parts = tuple(names.part(key) for key in rule.parts)
        yield Sentence(EFFECTS[rule.effect], {"finding": finding, "parts": parts})


def replacement_words(scheme: Scheme, names: Names) -> Iterator[Sentence]:
    """After which events somebody steps in, from which order, how often and until when."""
    allowed = [rule for rule in scheme.replacement.values() if rule.allowed]
    for rule in allowed:
        facts = {"event": event_words(rule.event), "cut": names.cuts[rule.source]}
        yield Sentence(N_("{event}: the next in the order of “{cut}” steps in."), facts)
        yield from _limits(rule, scheme, names)
    if not scheme.replacement:
        return
    others = tuple(event_words(event) for event in Event if event not in {rule.event for rule in allowed})
    if others:
        yield Sentence(N_("After any of these nobody steps in: {events}."), {"events": others})


def _limits(rule: ReplacementRule, scheme: Scheme, names: Names) -> Iterator[Sentence]:
    if rule.rounds is not None:
        yield Sentence(N_("At most {rounds} times for one place."), {"rounds": rule.rounds})
    if rule.until is not None:
        facts = {"days": rule.days_before, "months": rule.months_after, "day": milestone_words(rule.until)}
        if rule.months_after:
            yield Sentence(N_("Not later than {months} months after {day}."), facts)
        elif rule.days_before:
            yield Sentence(N_("Not later than {days} days before {day}."), facts)
        else:
            yield Sentence(N_("Not after the day of {day}."), facts)
    if rule.floor is not None:
        part = rule.floor_part or scheme.cut(rule.source).by
        yield Sentence(
            N_("{part} must be at least {mark}."), {"part": names.part(part), "mark": exact_text(rule.floor)}
        )
