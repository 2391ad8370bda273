"""Risks in who goes on: ratios without surplus names, ties that stay open, floors and opening ratio left out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.words import N_, Sentence
from scoring.cuts import CutRule, Equal
from scoring.explain import Names, tie_key_sentence
from scoring.floors import FloorBy
from scoring.linter.finding import Finding, Severity
from scoring.ranking import RECORDED, TieBy, TieKey
from scoring.scheme import Scheme

ANY_PLACES = tuple(range(1, 11))  # what is looked at while no post is planned
USUAL_NAMES = 2  # names for each place that the committee determines from (rules.md §7)
USUAL_HEARD = 3  # people for each place that are heard, below ten places


def cut_findings(scheme: Scheme, places: Sequence[int] = ()) -> Iterator[Finding]:
    """Everything to be said of cuts, ties, floors and the opening ratio; `places` are those of the posts."""
    posts = sorted(set(places)) or ANY_PLACES
    if scheme.cuts:
        yield from _surplus(scheme.cuts[-1], posts)
        yield from _few_heard(scheme, posts)
    for before, after in pairwise(scheme.cuts):
        yield from _nobody_left_out(before, after, posts)
    names = Names.of(scheme)
    for rule in scheme.cuts:
        yield from _open_ties(rule)
    yield from _dead_keys(scheme, names)
    yield from _floors(scheme)
    if scheme.opening is None:
        words = N_("No opening ratio is written: a post stays open however few register.")
        yield Finding("no_opening_ratio", Severity.LOOK, Sentence(words), "opening.per_place")


def _surplus(rule: CutRule, posts: Sequence[int]) -> Iterator[Finding]:
    """The last cut proposes the names: there must be more of them than places (差额, practices P017, P018)."""
    for places in posts:
        facts = {"cut": rule.name, "wanted": rule.wanted(places), "places": places}
        if rule.wanted(places) <= places:
            words = N_(
                "“{cut}” takes {wanted} for {places} places: no more names than places, so there is no choice left."
            )
            yield Finding("no_surplus", Severity.ANSWER, Sentence(words, facts), f"cuts.{rule.key}")
            return
    for places in posts:
        facts = {"cut": rule.name, "wanted": rule.wanted(places), "places": places}
        if rule.wanted(places) < USUAL_NAMES * places:
            words = N_("“{cut}” takes {wanted} for {places} places: usual are two or three names for each.")
            yield Finding("small_surplus", Severity.LOOK, Sentence(words, facts), f"cuts.{rule.key}")
            return


def _few_heard(scheme: Scheme, posts: Sequence[int]) -> Iterator[Finding]:
    """How many are heard for each place: five in open selections, three as a rule, two from ten places on."""
    for rule in scheme.cuts:
        few = next((n for n in posts if n < 10 and rule.wanted(n) < USUAL_HEARD * n), None)
        if few is not None and set(rule.opens) & scheme.panels.keys():
            facts = {"cut": rule.name, "wanted": rule.wanted(few), "places": few}
            words = N_("“{cut}” takes {wanted} for {places} places: usual are three to five people for each.")
            yield Finding("few_heard", Severity.LOOK, Sentence(words, facts), f"cuts.{rule.key}")


def _nobody_left_out(before: CutRule, after: CutRule, posts: Sequence[int]) -> Iterator[Finding]:
    """A later cut as wide as an earlier one leaves nobody out: what lies between them decides nothing."""
    for places in posts:
        first, then = before.wanted(places), after.wanted(places)
        if then >= first:
            facts = {"before": before.name, "first": first, "cut": after.name, "wanted": then, "places": places}
            words = N_(
                "“{before}” takes {first} and “{cut}” {wanted} for {places} places: nobody is left out between them."
            )
            yield Finding("cut_without_effect", Severity.ANSWER, Sentence(words, facts), f"cuts.{after.key}")
            return


def _open_ties(rule: CutRule) -> Iterator[Finding]:
    """What is left of a tie when every comparison is used up."""
    if any(key.by in RECORDED for key in rule.ties) and rule.equal is not Equal.OUT:
        return
    facts = {"cut": rule.name}
    path = f"cuts.{rule.key}.ties"
    if rule.equal is Equal.WAIT:
        words = N_(
            "“{cut}”: those still equal at the last place wait, but nothing that could be recorded ends the comparison."
        )
        yield Finding("tie_never_ends", Severity.ANSWER, Sentence(words, facts), path)
    elif rule.equal is Equal.OUT:
        words = N_(
            "“{cut}”: when those at the last place are equal nobody of them enters, and fewer are left than wanted."
        )
        yield Finding("ties_all_out", Severity.LOOK, Sentence(words, facts), f"cuts.{rule.key}.equal")
    else:
        words = N_(
            "“{cut}”: those who are still equal after all comparisons all enter, so there can be more than wanted."
        )
        yield Finding("tie_stays_open", Severity.LOOK, Sentence(words, facts), path)


def _dead_keys(scheme: Scheme, names: Names) -> Iterator[Finding]:
    """Comparisons that can never tell equal ones apart."""
    chains = {f"cuts.{rule.key}.ties": (rule.by, rule.ties) for rule in scheme.cuts if rule.ties is not scheme.ties}
    chains["order.ties"] = (scheme.total, scheme.ties)
    for path, (by, keys) in chains.items():
        for key in keys:
            if _dead(scheme, by, key):
                words = N_("“{key}” never tells equal ones apart here: they were ranked by just that.")
                facts = {"key": tie_key_sentence(str(key), names)}
                yield Finding("tie_key_dead", Severity.LOOK, Sentence(words, facts), path)


def _dead(scheme: Scheme, by: str, key: TieKey) -> bool:
    part = key.of or by
    if key.by is TieBy.PART:
        return part == by
    return key.by is TieBy.EXACT and part == by and scheme.all_parts()[part].precision is None


def _floors(scheme: Scheme) -> Iterator[Finding]:
    """Where no more are present than places, nothing but a floor keeps anybody out (rules.md §5)."""
    if not scheme.floors:
        words = N_(
            "No floor is written for posts without competition: where no more are present than places, all enter."
        )
        yield Finding("no_floor", Severity.LOOK, Sentence(words), "floors")
    parts = scheme.all_parts()
    for place, rule in enumerate(scheme.floors, start=1):
        rule_of_part = parts[rule.part].pass_mark
        mark = None if rule_of_part is None else rule_of_part.mark  # not known before an authority draws it
        if FloorBy.FIXED in rule.floors and rule.fixed is not None and mark is not None and rule.fixed <= mark:
            facts = {"part": parts[rule.part].name, "floor": rule.fixed, "mark": mark}
            words = N_("{part}: the floor {floor} is not above the minimum mark {mark} that holds for everybody.")
            yield Finding("floor_without_effect", Severity.LOOK, Sentence(words, facts), f"floors[{place}].mark")
