"""Risks in what makes the total: minimum marks, weights, maxima, states counted as zero, decimals."""

from collections.abc import Iterator
from fractions import Fraction

from core.words import N_, Sentence
from scoring.figures import weight_text
from scoring.linter.finding import Finding, Severity
from scoring.marks import exact_text, round_to, total
from scoring.parts import Enters, Part, PartKind, Policy
from scoring.scheme import Scheme

FULL = 100


def part_findings(scheme: Scheme) -> Iterator[Finding]:
    """Everything to be said of the tree of parts."""
    yield from _minimum(scheme)
    for part in scheme.all_parts().values():
        yield from _weights(part)
        yield from _unlike_scales(part)
        yield from _zeros(part)
        yield from _open_decimals(part)
    yield from _full_marks(scheme)


# ── minimum marks ────────────────────────────────────────────────────────────────────────────────────────────────────


def _minimum(scheme: Scheme) -> Iterator[Finding]:
    """No minimum mark at all let people in with 6.4 and 3.17 points (rules.md §5, 20: Ankang 2013, Jianli 2022)."""
    parts = scheme.all_parts().values()
    written = [part for part in parts if _of_one_kind(part, PartKind.GIVEN) and part.enters is not Enters.DEDUCTED]
    if written and all(part.pass_mark is None for part in written):
        leaves = [part for part in written if part.kind is PartKind.GIVEN]
        yield Finding(
            "no_written_minimum",
            Severity.ANSWER,
            Sentence(N_("No written part has a minimum mark: {parts}."), {"parts": tuple(one.name for one in leaves)}),
            f"parts.{leaves[0].key}.pass_mark",
            tuple(_with_nothing(scheme, leaves)),
        )
    heard = [part for part in parts if part.kind is PartKind.PANEL]
    if heard and all(part.pass_mark is None for part in heard) and scheme.root.pass_mark is None:
        facts = {"part": heard[0].name}
        yield Finding(
            "no_interview_minimum",
            Severity.LOOK,
            Sentence(N_("{part} has no minimum mark: whoever ranks high enough enters with any mark there."), facts),
            f"parts.{heard[0].key}.pass_mark",
        )


def _of_one_kind(part: Part, kind: PartKind) -> bool:
    """Whether everything below a part, or the part itself, is of one kind."""
    return all(leaf.kind is kind for leaf in part.walk() if leaf.kind is not PartKind.COMPOSITE)


def _with_nothing(scheme: Scheme, leaves: list[Part]) -> Iterator[Sentence]:
    """What a total still reaches with 0 in every written part."""
    root = scheme.root
    rest = _reach(root, {leaf.key for leaf in leaves})
    if 0 < rest < root.scale:
        facts = {"value": exact_text(rest), "maximum": exact_text(root.scale), "part": root.name}
        yield Sentence(
            N_("With 0 in all of them and full marks elsewhere, {part} is still {value} of {maximum}."), facts
        )


def _reach(part: Part, without: set[str]) -> Fraction:
    """The highest value of a part when some parts have 0; roundings and bonus points left aside."""
    if part.key in without or part.enters is Enters.DEDUCTED:
        return Fraction(0)
    if part.kind is not PartKind.COMPOSITE:
        return part.scale
    made = total(_reach(inner, without) * (1 if inner.enters is Enters.ADDED else inner.weight) for inner in part.parts)
    return made if part.rescale_to is None else made * Fraction(part.rescale_to) / part.maximum


# ── weights ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _weights(part: Part) -> Iterator[Finding]:
    """Weights that do not add up to 1, which the reader lets pass where the maximum is written; parts without one."""
    weighted = [inner for inner in part.parts if inner.enters is Enters.WEIGHT]
    if not weighted:
        return
    made = total(inner.weight for inner in weighted)
    if made != 1:
        facts = {"part": part.name, "sum": weight_text(made), "maximum": exact_text(part.maximum)}
        yield Finding(
            "weights_not_one",
            Severity.ANSWER,
            Sentence(
                N_("The weights inside {part} add up to {sum}, not to 100%; its highest mark is {maximum}."), facts
            ),
            f"parts.{part.key}.maximum",
        )
    for inner in part.parts:
        if inner.enters is Enters.ADDED:
            facts = {"part": inner.name, "others": tuple(one.name for one in weighted)}
            yield Finding(
                "weight_missing",
                Severity.ANSWER,
                Sentence(N_("{part} has no weight beside parts that have one ({others}): it is added in full."), facts),
                f"parts.{inner.key}.weight",
            )


def _unlike_scales(part: Part) -> Iterator[Finding]:
    """Weights on parts with different maxima: the announced weight is not the share of the highest mark."""
    weighted = [inner for inner in part.parts if inner.enters is Enters.WEIGHT]
    if len({inner.scale for inner in weighted}) < 2:
        return
    whole = total(inner.share for inner in part.parts)
    for inner in weighted:
        share = inner.share / whole
        if share != inner.weight:
            facts = {
                "part": inner.name,
                "weight": weight_text(inner.weight),
                "share": f"{exact_text(round_to(share * 100, 1))}%",
                "maximum": exact_text(inner.scale),
                "above": part.name,
            }
            words = N_("{part} has the weight {weight}, but out of {maximum} it makes {share} of the highest {above}.")
            yield Finding("weight_is_not_share", Severity.ANSWER, Sentence(words, facts), f"parts.{inner.key}.weight")


def _full_marks(scheme: Scheme) -> Iterator[Finding]:
    """A total out of something else than 100, and a judges' sheet whose elements make something else."""
    for key, panel in scheme.panels.items():
        if panel.maximum != FULL:
            facts = {"made": exact_text(panel.maximum), "part": scheme.all_parts()[key].name}
            words = N_("The judges' elements of {part} add up to {made}, not to 100.")
            yield Finding("elements_not_hundred", Severity.LOOK, Sentence(words, facts), f"panel.{key}.elements")
    if scheme.root.scale != FULL:
        facts = {"part": scheme.root.name, "maximum": exact_text(scheme.root.scale)}
        words = N_("The highest {part} is {maximum}, not 100.")
        yield Finding("total_not_hundred", Severity.LOOK, Sentence(words, facts), f"parts.{scheme.root.key}")


# ── states and decimals ──────────────────────────────────────────────────────────────────────────────────────────────


def _zeros(part: Part) -> Iterator[Finding]:
    """A state that counts as 0: nobody's mark is missing and zero at once."""
    for state, policy in part.policies.items():
        if policy is not Policy.ZERO:
            continue
        missing = state.value == "missing"
        facts = {"part": part.name}
        words = (
            N_("{part} that nobody has marked yet counts as 0: a forgotten mark cannot be told from a bad one.")
            if missing
            else N_("{part} of somebody who has no mark counts as 0: a state becomes a mark.")
        )
        severity = Severity.ANSWER if missing else Severity.LOOK
        yield Finding("state_is_zero", severity, Sentence(words, facts), f"parts.{part.key}.{state.value}")


def _open_decimals(part: Part) -> Iterator[Finding]:
    """An entered mark that may have any number of decimals."""
    if part.kind is PartKind.GIVEN and part.input_decimals is None:
        words = N_("{part} may be entered with any number of decimals.")
        yield Finding(
            "open_decimals", Severity.LOOK, Sentence(words, {"part": part.name}), f"parts.{part.key}.input_decimals"
        )
