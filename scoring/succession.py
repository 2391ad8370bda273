"""Who steps in next, out of a tally by the scheme's own rule (递补; rules.md §9); an act decides."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.words import N_, Sentence
from scoring.cuts import Cut, Entered
from scoring.explain import Names
from scoring.marks import Exact
from scoring.ranking import Placing, Ranking
from scoring.replacement import (
    Event,
    Milestone,
    Next,
    Proposal,
    event_words,
    hindrance,
    proposed,
    waiting_list,
)
from scoring.scheme import Scheme
from scoring.steps import value_text
from scoring.stored import value_of
from scoring.tally import Tally
from scoring.unit import UnitResult


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Places that fell free in one post or closed group after an event.

    `gone` are all who have left or stepped in already; `made` is how often this place was refilled before; `days`
    are those from which the scheme counts its deadlines.
    """

    event: Event
    unit: str
    today: date
    gone: Collection[str] = ()
    made: int = 0
    places: int = 1
    days: Mapping[Milestone, date] = field(default_factory=dict)


def next_in_order(scheme: Scheme, tally: Tally, vacancy: Vacancy) -> Proposal:
    """The next in the order of the cut that the scheme names, or why nobody steps in.

    Raises KeyError where the tally was not computed as far as that cut.
    """
    rule = scheme.replacement.get(vacancy.event)
    problem = hindrance(rule, vacancy.made, vacancy.today, vacancy.days)
    if rule is None or problem is not None:
        return Proposal(hindrance=problem)
    unit = _unit(tally, rule.source, vacancy.unit)
    part = rule.floor_part or scheme.cut(rule.source).by
    marks: dict[str, Exact] = {
        result.candidate: value
        for result in tally.results
        if part in result.parts and (value := result.parts[part].value) is not None
    }
    return proposed(rule, waiting_list(unit.ranking, unit.cuts[rule.source], vacancy.gone, marks), vacancy.places)


def next_stored(scheme: Scheme, outcome: Mapping[str, Any], vacancy: Vacancy) -> Proposal:
    """The same out of the stored document of a tally (scoring.snapshot). Raises KeyError as `next_in_order` does."""
    rule = scheme.replacement.get(vacancy.event)
    problem = hindrance(rule, vacancy.made, vacancy.today, vacancy.days)
    if rule is None or problem is not None:
        return Proposal(hindrance=problem)
    exact = {one["candidate"]: one["exact"] or "0" for one in outcome["results"]}
    unit = stored_unit(outcome, rule.source, vacancy.unit)
    found, order = unit["cuts"][rule.source], unit["order"]
    standing = {code: Entered(how) for code, how in found["standing"].items()}
    drawn = Cut(found["places"], found["wanted"], found["qualified"], standing)
    placings = (
        Placing(one["candidate"], value_of(one["value"], exact[one["candidate"]]), one["rank"], one["tied"])
        for one in order
    )
    part = rule.floor_part or scheme.cut(rule.source).by
    marks: dict[str, Exact] = {
        one["candidate"]: value_of(one["parts"][part]["value"], one["parts"][part].get("exact", ""))
        for one in outcome["results"]
        if "value" in one["parts"].get(part, {})
    }
    return proposed(rule, waiting_list(Ranking(tuple(placings)), drawn, vacancy.gone, marks), vacancy.places)


def stored_unit(outcome: Mapping[str, Any], cut: str, unit: str) -> Mapping[str, Any]:
    """One post or closed group of the stage that drew a cut. Raises KeyError where no stage did."""
    for stage in outcome["stages"]:
        if cut in stage["cuts"]:
            found: Mapping[str, Any] = stage["units"][unit]
            return found
    raise KeyError(cut)


def _unit(tally: Tally, cut: str, unit: str) -> UnitResult:
    for stage in tally.stages:
        if cut in stage.cuts:
            return stage.units[unit]
    raise KeyError(cut)


def proposal_sentences(proposal: Proposal, scheme: Scheme, vacancy: Vacancy) -> Iterator[Sentence]:
    """The proposal for a reader: after which event, from which order, who, and what is still open."""
    facts: dict[str, object]
    if proposal.hindrance is not None:
        facts = {
            "event": event_words(vacancy.event),
            "why": Sentence(proposal.hindrance.sentence, proposal.hindrance.facts),
        }
        yield Sentence(N_("{event}: {why}"), facts)
        return
    cut = Names.of(scheme).cuts[scheme.replacement[vacancy.event].source]
    for one in proposal.names:
        facts = {"event": event_words(vacancy.event), "cut": cut} | _facts(one)
        yield Sentence(N_("{event}: next in the order of “{cut}” is {code}, rank {rank}, {value}."), facts)
    if proposal.open:
        names = tuple(one.code for one in proposal.open)
        yield Sentence(N_("Equal for the last place, to be decided and recorded: {names}."), {"names": names})


def _facts(one: Next) -> dict[str, object]:
    return {"code": one.code, "rank": one.rank, "value": value_text(one.value)}
