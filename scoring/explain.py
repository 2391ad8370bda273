"""Steps, reasons and ties of a tally in sentences, from their documents: the same for a page, a print, a terminal.

`calculation` writes the arithmetic as on paper (× ÷ + − =); the sentences around it are translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from core.words import N_, Name, Sentence
from scoring.marks import MarkState, state_words
from scoring.scheme import Scheme
from scoring.steps import StepKind
from scoring.tally import Because

Document = Mapping[str, object]
MINUS = "\N{MINUS SIGN}"

ADDED = frozenset(
    {
        StepKind.SUM,
        StepKind.WEIGHTED_SUM,
        StepKind.JUDGE_TOTALS,
        StepKind.BONUS,
        StepKind.CORRECTED,
        StepKind.LEFT_OUT,
    }
)
ROUNDED: Mapping[str, str] = {
    "half_up": N_("{calculation}, rounded half up to {decimals} decimals: {value}"),
    "half_even": N_("{calculation}, rounded half to even to {decimals} decimals: {value}"),
    "truncate": N_("{calculation}, cut off after {decimals} decimals: {value}"),
}


ROUNDING_NAMES: Mapping[str, str] = {
    "half_up": N_("half up"),
    "half_even": N_("half to even"),
    "truncate": N_("cut off"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the keys of a scheme are called: parts, cuts, and the groups and elements of each panel."""

    parts: Mapping[str, Name] = field(default_factory=dict)
    cuts: Mapping[str, Name] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], Name] = field(default_factory=dict)
    elements: Mapping[tuple[str, str], Name] = field(default_factory=dict)
    grades: Mapping[tuple[str, str], Name] = field(default_factory=dict)
    findings: Mapping[str, Name] = field(default_factory=dict)

    @classmethod
    def of(cls, scheme: Scheme) -> "Names":
        """The names of one scheme and of its variants; where both name something, most posts' name counts."""
        names = cls()
        for own in reversed(scheme.everywhere()):
            names = names.with_scheme(own)
        return names

    def with_scheme(self, scheme: Scheme) -> "Names":
        """These names and those of one scheme, which go before."""
        parts = scheme.all_parts()
        groups = {(key, group.key): group.name for key, panel in scheme.panels.items() for group in panel.groups}
        groups |= {(key, one.key): one.name for key, rule in scheme.ballots.items() for one in rule.classes}
        elements = {(key, one.key): one.name for key, panel in scheme.panels.items() for one in panel.elements}
        grades = {(key, one.key): one.name for key, part in parts.items() for one in part.grades}
        for key, rule in scheme.ballots.items():
            grades |= {(key, one.key): one.name for one in rule.grades}
            grades |= {(key, kind): name for kind, name in rule.invalid}
        return Names(
            {**self.parts, **{key: part.name for key, part in parts.items()}},
            {**self.cuts, **{cut.key: cut.name for cut in scheme.cuts}},
            {**self.groups, **groups},
            {**self.elements, **elements},
            {**self.grades, **grades},
            {**self.findings, **{key: rule.name for key, rule in scheme.findings.items()}},
        )

    def part(self, key: object) -> Name:
        """A part's name, its key where it is unknown."""
        return self.parts.get(str(key), Name(str(key), str(key)))

    def inside(self, part: str, at: str) -> Name | Sentence:
        """What a step is `at`: a group, a group's element, a seat of a group, or a room."""
        head, _, tail = at.partition("/")
        group = self.groups.get((part, head))
        if not tail:
            return group or Name(at, at)
        element = self.elements.get((part, tail))
        who = group or Name(head, head)
        if element is not None:
            return Sentence(N_("{group}, {element}"), {"group": who, "element": element})
        return Sentence(N_("{group}, seat {seat}"), {"group": who, "seat": tail})


def step_sentence(step: Document, names: Names) -> Sentence:
    """One step: what it is about, the arithmetic, and the rounding if there was one."""
    part = str(step["part"])
    kind = StepKind(str(step["kind"]))
    title = _title(kind, step, part, names)
    return Sentence(N_("{title}: {line}"), {"title": title, "line": _line(kind, step, part, names)})


def step_title(step: Document, names: Names) -> Name | Sentence:
    """What one step is about."""
    return _title(StepKind(str(step["kind"])), step, str(step["part"]), names)


def _title(kind: StepKind, step: Document, part: str, names: Names) -> Name | Sentence:
    at = str(step.get("at", ""))
    subjects = cast("Document", step.get("facts", {})).get("compares") == "subjects"
    if kind is StepKind.COEFFICIENT and subjects:
        return Sentence(N_("{part}, coefficient of the subject {subject}"), {"part": names.part(part), "subject": at})
    if kind is StepKind.ROOM_MEANS and subjects:
        return Sentence(N_("{part}, mean that every subject is brought to"), {"part": names.part(part)})
    if kind is StepKind.COEFFICIENT:
        return Sentence(N_("{part}, coefficient of room {room}"), {"part": names.part(part), "room": at})
    if kind is StepKind.ROOM_MEANS:
        return Sentence(N_("{part}, mean that every room is brought to"), {"part": names.part(part)})
    if at:
        return Sentence(N_("{part}, {where}"), {"part": names.part(part), "where": names.inside(part, at)})
    return names.part(part)


def _line(kind: StepKind, step: Document, part: str, names: Names) -> Sentence | str:
    terms = _terms(step)
    worded = _worded(kind, step, part, names)
    if worded is not None:
        return worded
    line: Sentence | str = calculation(step)
    if "rounding" in step:
        facts = {"calculation": line, "decimals": str(step["decimals"]), "value": str(step["value"])}
        line = Sentence(ROUNDED[str(step["rounding"])], facts)
    dropped = [term for term in terms if term.get("dropped") in {"high", "low"}]
    if dropped:
        struck = tuple(_struck(term, part, names) for term in dropped)
        line = Sentence(N_("{line}; dropped: {struck}"), {"line": line, "struck": struck})
    invalid = [term for term in terms if kind is StepKind.BALLOTS and term.get("dropped")]
    if invalid:
        kinds = tuple(_uncounted(term, part, names) for term in invalid)
        line = Sentence(N_("{line}; not counted: {kinds}"), {"line": line, "kinds": kinds})
    if kind is StepKind.LEFT_OUT:
        left = tuple(names.groups.get((part, str(term["key"])), names.part(term["key"])) for term in terms[1:])
        line = Sentence(N_("{line}; left out, its weight spread over the rest: {left}"), {"line": line, "left": left})
    if kind is StepKind.CAP:
        line = Sentence(N_("{line}, the highest mark the scheme allows"), {"line": line})
    return line


def _worded(kind: StepKind, step: Document, part: str, names: Names) -> Sentence | None:
    """The step in words alone, None for one that has arithmetic."""
    terms = _terms(step)
    if kind is StepKind.GIVEN and "value" not in step:
        return _state(terms[0])
    if kind is StepKind.ZERO and "state" not in terms[0]:
        return Sentence(N_("counts as 0 because of a finding"))
    if kind is StepKind.ZERO:
        return Sentence(N_("{state}, which the scheme counts as 0"), {"state": _state(terms[0])})
    if kind is StepKind.BAND:
        shown = {"mark": str(terms[0]["value"]), "band": str(step["value"])}
        return Sentence(N_("{mark} lies in the category from {band}"), shown)
    if kind is StepKind.GRADED:
        key = str(terms[0]["key"])
        facts = {"grade": names.grades.get((part, key), Name(key, key)), "points": str(step["value"])}
        return Sentence(N_("{grade}: {points} points"), facts)
    return _pass_line(step, terms) if kind is StepKind.PASS_MARK else None


def _uncounted(term: Document, part: str, names: Names) -> Sentence:
    key = str(term["key"])
    facts = {"kind": names.grades.get((part, key), Name(key, key)), "count": str(term["count"])}
    return Sentence(N_("{kind} {count}"), facts)


def _struck(term: Document, part: str, names: Names) -> Sentence:
    facts = {"mark": str(term["value"]), "who": names.inside(part, str(term["key"]))}
    if term["dropped"] == "high":
        return Sentence(N_("highest {mark} ({who})"), facts)
    return Sentence(N_("lowest {mark} ({who})"), facts)


def _pass_line(step: Document, terms: Sequence[Document]) -> Sentence:
    facts = cast("Document", step["facts"])
    shown = {"mark": str(terms[0]["value"]), "pass_mark": str(facts["pass_mark"])}
    if facts["passed"] and "above" in facts:
        return Sentence(N_("{mark} is above the pass mark {pass_mark}"), shown)
    if "above" in facts:
        return Sentence(N_("{mark} is not above the pass mark {pass_mark}"), shown)
    if facts["passed"]:
        return Sentence(N_("{mark} reaches the pass mark {pass_mark}"), shown)
    return Sentence(N_("{mark} is below the pass mark {pass_mark}"), shown)


def calculation(step: Document) -> str:
    """The arithmetic of one step as on paper, up to its exact value; language-neutral."""
    kind, terms = StepKind(str(step["kind"])), _terms(step)
    exact = str(step.get("exact", ""))
    counted = [term for term in terms if not term.get("dropped")]
    facts = cast("Document", step.get("facts", {}))
    if kind is StepKind.SHARE:
        return _chain(f"{terms[0]['value']} ÷ {terms[1]['value']} × {facts['maximum']}", exact)
    if kind is StepKind.BALLOTS:
        added = " + ".join(f"{term['value']} × {term['factor']}" for term in counted)
        return _chain(f"({added}) ÷ {facts['count']}", f"{facts['sum']} ÷ {facts['count']}", exact)
    if kind is StepKind.MEAN:
        added = " + ".join(str(term["value"]) for term in counted)
        return _chain(f"({added}) ÷ {facts['count']}", f"{facts['sum']} ÷ {facts['count']}", exact)
    if kind is StepKind.COEFFICIENT:
        return _chain(f"{terms[0]['value']} ÷ {terms[1]['value']}", exact)
    if kind is StepKind.RESCALE:
        return _chain(f"{terms[0]['value']} × {facts['to_maximum']} ÷ {facts['from_maximum']}", exact)
    if kind is StepKind.ROOM_MEANS and facts.get("reference") == "mean_of_room_means":
        return _chain(f"({' + '.join(str(term['value']) for term in terms)}) ÷ {len(terms)}", exact)
    if kind in ADDED:
        products = _added([_product(term) for term in counted])
        results = _added([_result(term) for term in counted])
        return _chain(products, results, exact)
    return exact or str(step.get("value", ""))


def _chain(*sides: str) -> str:
    """Equal sides joined, each different one once."""
    kept: list[str] = []
    for side in sides:
        if side and side not in kept:
            kept.append(side)
    return " = ".join(kept)


def _added(sides: Sequence[str]) -> str:
    """Terms joined by + or, where one is taken off, by −."""
    text = " + ".join(sides)
    return text.replace("+ -", MINUS + " ")


def _product(term: Document) -> str:
    if term.get("factor") == "-1":
        return f"-{term['value']}"
    return f"{term['value']} × {term['factor']}" if "factor" in term else str(term["value"])


def _result(term: Document) -> str:
    return str(term.get("result", term.get("product", term["value"])))


def _terms(step: Document) -> Sequence[Document]:
    return cast("Sequence[Document]", step["terms"])


def _state(term: Document) -> Sentence:
    return state_words(MarkState(str(term["state"])))


REASONS: Mapping[Because, str] = {
    Because.WITHIN: N_("Within the {wanted} of “{cut}”."),
    Because.TIED_IN: N_("Equal at the last of the {wanted} places of “{cut}”; all equal ones enter."),
    Because.TIED_OUT: N_("Equal at the last of the {wanted} places of “{cut}”; none of the equal ones enters."),
    Because.WAITING: N_("Equal at the last of the {wanted} places of “{cut}”; still to be decided."),
    Because.BEYOND: N_("Beyond the {wanted} of “{cut}”."),
    Because.NOT_ADMITTED: N_("Did not enter “{cut}”."),
    Because.BELOW_PASS_MARK: N_("{part} {mark} is below the pass mark {pass_mark}."),
    Because.NOT_ABOVE: N_("{part} {mark} is not above {pass_mark}."),
    Because.BELOW_FLOOR: N_("With {present} present for {places} places there is no competition; a floor is missed."),
    Because.NO_MARK: N_("{part}: {state}."),
    Because.STANDING: N_("Not ranked: {state}."),
    Because.VETO: N_("Not ranked: {finding}."),
    Because.FOUND: N_("{part}: {finding}."),
}


def reason_sentence(reason: Document, names: Names) -> Sentence:
    """One reason of a result's document."""
    facts: dict[str, object] = {}
    for name, value in reason.items():
        if name in {"because", "basis"}:
            continue
        if name == "part":
            facts[name] = names.part(value)
        elif name == "cut":
            facts[name] = names.cuts.get(str(value), Name(str(value), str(value)))
        elif name == "finding":
            facts[name] = _finding(str(value), reason, names)
        elif name == "state":
            facts[name] = state_words(MarkState(str(value)))
        else:
            facts[name] = str(value)
    return Sentence(REASONS[Because(str(reason["because"]))], facts)


def _finding(key: str, reason: Document, names: Names) -> Name | Sentence:
    """What was found, and in brackets by whom and under which article."""
    name = names.findings.get(key, Name(key, key))
    basis = tuple(str(word) for word in cast("Sequence[object]", reason.get("basis", ())))
    return Sentence(N_("{finding} ({basis})"), {"finding": name, "basis": basis}) if basis else name


def tie_key_sentence(key: str, names: Names) -> Sentence:
    """What one key of the tie chain compares, as in "part:interview"."""
    by, _, of = key.partition(":")
    facts = {"part": names.part(of)}
    return {
        "part": Sentence(N_("{part}"), facts),
        "undropped_sum": Sentence(N_("the sum of all judges' marks in {part} with none dropped"), facts),
        "exact": Sentence(N_("further decimals of {part}"), facts) if of else Sentence(N_("further decimals")),
        "qualification": Sentence(N_("the recorded figure “{of}”"), {"of": of}),
        "extra_test": Sentence(N_("an extra test")),
        "lot": Sentence(N_("a recorded lot")),
        "committee": Sentence(N_("an order recorded by the committee with reasons")),
        "all_in": Sentence(N_("nothing more: all equal ones enter")),
    }[by]


TIE_OUTCOMES: Mapping[str, str] = {
    "broken": N_("Everybody has an own rank."),
    "equal": N_("Nothing is left to compare; they stay equal."),
    "waiting": N_("They stay equal until this is recorded."),
    "not_needed": N_("Their order decides nothing here; they share the rank."),
}


def tie_sentences(tie: Document, names: Names) -> tuple[Sentence, ...]:
    """A tied group: who is equal at what, each comparison with its values, how it ended."""
    found = [
        Sentence(
            N_("Equal at {value}: {candidates}."),
            {"value": str(tie["value"]), "candidates": tuple(cast("Sequence[str]", tie["candidates"]))},
        )
    ]
    for step in cast("Sequence[Document]", tie["steps"]):
        values = cast("Mapping[str, str | None]", step["values"])
        shown = tuple(f"{code} {value or '–'}" for code, value in values.items())
        facts = {"key": tie_key_sentence(str(step["key"]), names), "values": shown}
        found.append(Sentence(N_("Compared by {key}: {values}."), facts))
    found.append(Sentence(TIE_OUTCOMES[str(tie["outcome"])]))
    return tuple(found)
