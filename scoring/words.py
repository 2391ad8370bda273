"""The scheme in words for the notice (公告): formulas, and ready sentences for every rule that is in effect.

Only parameters in effect are said. Sentences are English sources; the page translates them and joins lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from core.words import N_, Name, Sentence
from scoring.cut_words import cut_words, floor_words, opening_words, order_words, reserve_words, review_words
from scoring.explain import Names
from scoring.figures import precision_words, weight_text
from scoring.gates import gate_words
from scoring.marks import MarkState, exact_text, state_words
from scoring.panel_words import ballot_words, grade_words, panel_words, room_words
from scoring.parts import DEFAULT_POLICIES, BonusStage, Enters, Part, PartKind, PassMarkOn, Policy
from scoring.policy_words import finding_words, replacement_words
from scoring.scheme import Scheme, Variant


@dataclass(frozen=True, slots=True)
class FormulaTerm:
    """One part in a formula: its name, and its weight ("50%"), points or nothing."""

    key: str
    name: Name
    weight: str = ""
    points: str = ""
    deducted: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A composite part as a formula: name = term × weight + …"""

    key: str
    name: Name
    terms: tuple[FormulaTerm, ...]


@dataclass(frozen=True, slots=True)
class PartWords:
    """One part of the scheme: its formula where it is composite, and what is said about it."""

    key: str
    name: Name
    formula: Formula | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class SchemeWords:
    """The whole scheme for a notice: parts from the total downwards, then order, cuts, reserve, and what else holds."""

    parts: tuple[PartWords, ...]
    order: tuple[Sentence, ...]
    cuts: tuple[Sentence, ...]
    reserve: tuple[Sentence, ...]
    findings: tuple[Sentence, ...] = ()
    replacement: tuple[Sentence, ...] = ()
    variants: "tuple[VariantWords, ...]" = ()
    review: tuple[Sentence, ...] = ()

    @property
    def formula(self) -> Formula | None:
        """The formula of the total."""
        return self.parts[0].formula


@dataclass(frozen=True, slots=True)
class VariantWords:
    """The rules of some posts: for which, and the parts, orders and cuts that are not those of all others."""

    name: Name
    posts: Sentence
    parts: tuple[PartWords, ...]
    order: tuple[Sentence, ...]
    cuts: tuple[Sentence, ...]


def scheme_in_words(scheme: Scheme) -> SchemeWords:
    """Say what the scheme does, completely and in its own order."""
    names = Names.of(scheme)
    trees = [scheme.root, *(tree for key, tree in scheme.trees.items() if key != scheme.total)]
    parts = tuple(_part_words(scheme, part) for tree in trees for part in _downwards(tree))
    cuts = [*opening_words(scheme.opening, names)]
    for rule in scheme.cuts:
        cuts += [*cut_words(rule, names, scheme.total), *gate_words(rule.gate, rule.name)]
    for floor in scheme.floors:
        cuts += floor_words(floor, names)
    reserve = tuple(reserve_words(scheme.reserve)) if scheme.reserve else ()
    findings = tuple(finding_words(scheme.findings.values(), names))
    words = SchemeWords(
        parts,
        tuple(order_words(scheme, names)),
        tuple(cuts),
        reserve,
        findings,
        tuple(replacement_words(scheme, names)),
        review=tuple(review_words(scheme.review)) if scheme.review else (),
    )
    return replace(words, variants=tuple(_variant_words(variant, words) for variant in scheme.variants))


def _variant_words(variant: Variant, base: SchemeWords) -> VariantWords:
    """What a variant says otherwise than the scheme of most posts."""
    own = scheme_in_words(variant.scheme)
    return VariantWords(
        variant.name,
        Sentence(N_("For these posts other rules hold: {posts}."), {"posts": (*variant.posts, *variant.groups)}),
        tuple(part for part in own.parts if part not in base.parts),
        tuple(sentence for sentence in own.order if sentence not in base.order),
        tuple(sentence for sentence in own.cuts if sentence not in base.cuts),
    )


def _downwards(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from _downwards(inner)


def formula_of(part: Part) -> Formula | None:
    """The formula of a composite part, None for one that is marked."""
    if part.kind is not PartKind.COMPOSITE:
        return None
    terms = tuple(
        FormulaTerm(
            inner.key,
            inner.name,
            weight_text(inner.weight) if inner.enters is Enters.WEIGHT else "",
            exact_text(inner.share) if inner.enters is Enters.POINTS else "",
            inner.enters is Enters.DEDUCTED,
        )
        for inner in part.parts
    )
    return Formula(part.key, part.name, terms)


def _part_words(scheme: Scheme, part: Part) -> PartWords:
    sentences = [*_own(part)]
    if part.key in scheme.panels:
        sentences += panel_words(scheme.panels[part.key])
    if part.key in scheme.ballots:
        sentences += ballot_words(scheme.ballots[part.key])
    sentences += _rounding(part)
    if part.key in scheme.rooms:
        sentences += room_words(scheme.rooms[part.key])
    sentences += _bonus(part)
    sentences += _pass_mark(part)
    sentences += _states(part)
    return PartWords(part.key, part.name, formula_of(part), tuple(sentences))


def _own(part: Part) -> Iterator[Sentence]:
    if part.kind in {PartKind.GIVEN, PartKind.SHARE}:
        yield Sentence(N_("The highest mark is {maximum}."), {"maximum": exact_text(part.maximum)})
    if part.kind is PartKind.SHARE:
        facts = {"maximum": exact_text(part.maximum)}
        yield Sentence(N_("The own figure is divided by the whole it is compared with, times {maximum}."), facts)
    if part.grades and part.kind is PartKind.SHARE:
        facts2 = {"grades": grade_words(part.grades)}
        yield Sentence(N_("Where there is a grade and no figure, these points count: {grades}."), facts2)
    elif part.grades:
        yield Sentence(N_("A grade counts these points: {grades}."), {"grades": grade_words(part.grades)})
    if part.rescale_to is not None:
        facts = {"from_maximum": exact_text(part.maximum), "to_maximum": exact_text(part.rescale_to)}
        yield Sentence(N_("It is folded from {from_maximum} to {to_maximum}."), facts)


def _rounding(part: Part) -> Iterator[Sentence]:
    for inner in part.parts:
        if inner.weighted_precision:
            facts = {"part": inner.name, "precision": precision_words(inner.weighted_precision)}
            yield Sentence(N_("The weighted {part} keeps {precision}."), facts)
    if part.sum_precision:
        facts = {"precision": precision_words(part.sum_precision)}
        yield Sentence(N_("Before it is folded it keeps {precision}."), facts)
    if part.precision:
        yield Sentence(N_("It keeps {precision}."), {"precision": precision_words(part.precision)})


def _bonus(part: Part) -> Iterator[Sentence]:
    rule = part.bonus
    if rule is None:
        return
    if rule.accumulate:
        yield Sentence(N_("Recognised bonus points are added; several kinds add up."))
    else:
        yield Sentence(N_("Recognised bonus points are added; of several kinds the highest counts alone."))
    if rule.cap is not None:
        yield Sentence(N_("Bonus points count for {cap} at most."), {"cap": rule.cap})
    if rule.cap is not None and rule.stage is BonusStage.AFTER:
        highest = part.scale + Fraction(rule.cap)
        if part.cap is not None:
            highest = min(highest, Fraction(part.cap))
        yield Sentence(N_("With them the highest mark is {maximum}."), {"maximum": exact_text(highest)})
    if rule.stage is BonusStage.BEFORE_RESCALE:
        yield Sentence(N_("They are added before the mark is folded."))
    if rule.needs_pass:
        yield Sentence(N_("They are given only to those who reach the pass mark."))


def _pass_mark(part: Part) -> Iterator[Sentence]:
    if part.cap is not None:
        yield Sentence(N_("The mark is {cap} at most."), {"cap": part.cap})
    if part.bands:
        bounds = tuple(exact_text(bound) for bound in part.bands)
        yield Sentence(N_("It is brought down to the lowest mark of its category: {bounds}."), {"bounds": bounds})
    if part.pass_mark is None:
        return
    facts = {"mark": part.pass_mark.mark}
    if part.pass_mark.mark is None:
        yield Sentence(N_("The pass mark is drawn and announced after the exam; whoever misses it does not go on."))
        if part.bonus and part.pass_mark.on is PassMarkOn.BEFORE_BONUS:
            yield Sentence(N_("Bonus points do not help to reach the pass mark."))
    elif part.pass_mark.above:
        yield Sentence(N_("Whoever does not have more than {mark} does not go on."), facts)
    elif part.bonus and part.pass_mark.on is PassMarkOn.BEFORE_BONUS:
        yield Sentence(N_("Whoever has less than {mark} before bonus points does not go on."), facts)
    else:
        yield Sentence(N_("Whoever has less than {mark} does not go on."), facts)


def _states(part: Part) -> Iterator[Sentence]:
    for state, policy in part.policies.items():
        if policy is DEFAULT_POLICIES[state] and policy is not Policy.LEAVE_OUT:
            continue
        facts = {"state": state_words(state)}
        if policy is Policy.ZERO:
            yield Sentence(N_("State “{state}” counts as 0."), facts)
        elif policy is Policy.OUT:
            yield Sentence(N_("State “{state}”: no mark above it, and no rank."), facts)
        elif policy is Policy.LEAVE_OUT and (state is not MarkState.EXEMPT):
            yield Sentence(N_("State “{state}”: this part is left out and its weight goes to the others."), facts)
