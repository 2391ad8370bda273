"""Who may judge whom (回避), and how a panel of judges must be made up.

A conflict is known by the persons' keys, never by names. It is applied before the draw, again when a judge is
assigned, and again when a sheet is opened. Rules.md sections 13 and 14 give the sources: classes of kinship after
人社部规〔2019〕1号, qualified representatives, at most one judge of a unit, the hiring body not in the chair.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Problem, refuse_any
from core.words import N_, Sentence


class JudgeKind(StrEnum):
    """What a judge (评委) sits as; also the key of a group of judges in the scheme."""

    EXPERT = "expert"
    REPRESENTATIVE = "representative"
    PUBLIC = "public"


class RecusalRule(StrEnum):
    """Why a judge may not sit."""

    IDENTITY = "identity"
    KINSHIP = "kinship"
    SAME_UNIT = "same_unit"
    INTEREST = "interest"
    QUALIFICATION = "qualification"


class Tie(StrEnum):
    """What binds two persons: the five classes of kinship, or another interest."""

    SPOUSE = "spouse"
    DIRECT_BLOOD = "direct_blood"
    COLLATERAL = "collateral"
    IN_LAW = "in_law"
    ADOPTIVE = "adoptive"
    INTEREST = "interest"


class Source(StrEnum):
    """Where a fact about a tie comes from (公务员法 arts. 76-77)."""

    REGISTER = "register"
    JUDGE = "judge"
    CANDIDATE = "candidate"
    INTERESTED_PARTY = "interested_party"
    INFORMER = "informer"
    AUTHORITY = "authority"


KIND_WORDS: Mapping[JudgeKind, str] = {
    JudgeKind.EXPERT: N_("expert judges"),
    JudgeKind.REPRESENTATIVE: N_("representative judges"),
    JudgeKind.PUBLIC: N_("public judges"),
}
RULE_WORDS: Mapping[RecusalRule, str] = {
    RecusalRule.IDENTITY: N_("own candidacy"),
    RecusalRule.KINSHIP: N_("kinship"),
    RecusalRule.SAME_UNIT: N_("same unit as a candidate"),
    RecusalRule.INTEREST: N_("declared interest"),
    RecusalRule.QUALIFICATION: N_("interview qualification"),
}
TIE_WORDS: Mapping[Tie, str] = {
    Tie.SPOUSE: N_("spouse"),
    Tie.DIRECT_BLOOD: N_("lineal relative"),
    Tie.COLLATERAL: N_("collateral relative within three generations"),
    Tie.IN_LAW: N_("close relative by marriage"),
    Tie.ADOPTIVE: N_("adoptive or step relative"),
    Tie.INTEREST: N_("interest"),
}
SOURCE_WORDS: Mapping[Source, str] = {
    Source.REGISTER: N_("register"),
    Source.JUDGE: N_("judge's declaration"),
    Source.CANDIDATE: N_("candidate's form"),
    Source.INTERESTED_PARTY: N_("application of an interested party"),
    Source.INFORMER: N_("information from a third person"),
    Source.AUTHORITY: N_("decision of the authority"),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie to another person, who said so, and where it is written (a form's number, a row)."""

    person: str
    tie: Tie
    source: Source
    reference: str = ""


@dataclass(frozen=True, slots=True)
class JudgeFacts:
    """What is known of a judge before a draw; `person` is the one key of the human being."""

    id: str
    person: str
    kind: JudgeKind
    unit: str
    certificate_until: date | None = None
    units_before: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """What is known of a candidate: units now and before, and the persons named in the form."""

    id: str
    person: str
    units: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A judge who may not sit: by which rule, for which candidate ("" for all), known from where."""

    judge: str
    rule: RecusalRule
    source: Source
    candidate: str = ""
    tie: Tie | None = None
    reference: str = ""

    def problem(self) -> Problem:
        """The exclusion as a sentence."""
        facts: dict[str, object] = {"judge": self.judge, "candidate": self.candidate}
        facts["source"] = Sentence(SOURCE_WORDS[self.source])
        facts["reference"] = self.reference
        match self.rule:
            case RecusalRule.IDENTITY:
                return Problem("Judge {judge} is candidate {candidate}.", facts, "judge")
            case RecusalRule.KINSHIP:
                facts["tie"] = Sentence(TIE_WORDS[self.tie or Tie.COLLATERAL])
                return Problem(
                    "Judge {judge} is related to candidate {candidate}: {tie} ({source} {reference}).", facts, "judge"
                )
            case RecusalRule.SAME_UNIT:
                return Problem(
                    "Judge {judge} and candidate {candidate} serve or served in the same unit: {reference}.",
                    facts,
                    "judge",
                )
            case RecusalRule.INTEREST:
                return Problem(
                    "Judge {judge} has an interest in candidate {candidate} ({source} {reference}).", facts, "judge"
                )
            case RecusalRule.QUALIFICATION:
                return Problem("Judge {judge} holds no interview qualification valid on the day.", facts, "judge")


@dataclass(frozen=True, slots=True)
class PanelRule:
    """How panels are made up on one day: seats per kind, and which rules are in effect.

    `certified` are the kinds that must hold a qualification valid on `day`; `hiring_unit` is the body whose post
    is filled: at most one of its judges sits, and not as chief.
    """

    day: date
    quotas: Mapping[JudgeKind, int]
    hiring_unit: str = ""
    one_per_unit: bool = True
    hiring_may_chair: bool = False
    certified: frozenset[JudgeKind] = frozenset({JudgeKind.REPRESENTATIVE})
    in_effect: frozenset[RecusalRule] = frozenset(RecusalRule)


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge's place in a proposed panel."""

    judge: JudgeFacts
    chief: bool = False


@dataclass(frozen=True, slots=True)
class PanelCheck:
    """What stands against a proposed panel."""

    exclusions: tuple[Exclusion, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the panel may sit."""
        return not self.exclusions and not self.problems

    def refuse(self) -> None:
        """Raise one Refusal with everything that stands against the panel."""
        refuse_any([*(exclusion.problem() for exclusion in self.exclusions), *self.problems])


def exclusions(
    judges: Iterable[JudgeFacts], candidates: Sequence[CandidateFacts], rule: PanelRule
) -> tuple[Exclusion, ...]:
    """Every reason why a judge may not sit for these candidates, judge by judge."""
    return tuple(
        found
        for judge in judges
        for found in [*_unqualified(judge, rule), *(one for c in candidates for one in _conflicts(judge, c))]
        if found.rule in rule.in_effect
    )


def _unqualified(judge: JudgeFacts, rule: PanelRule) -> list[Exclusion]:
    if judge.kind not in rule.certified or (judge.certificate_until and judge.certificate_until >= rule.day):
        return []
    return [Exclusion(judge.id, RecusalRule.QUALIFICATION, Source.REGISTER)]


def _conflicts(judge: JudgeFacts, candidate: CandidateFacts) -> list[Exclusion]:
    found: list[Exclusion] = []
    if judge.person == candidate.person:
        found.append(Exclusion(judge.id, RecusalRule.IDENTITY, Source.REGISTER, candidate.id))
    shared = {unit for unit in (judge.unit, *judge.units_before) if unit} & set(candidate.units)
    found += [
        Exclusion(judge.id, RecusalRule.SAME_UNIT, Source.REGISTER, candidate.id, reference=unit)
        for unit in sorted(shared)
    ]
    ties = [one for one in judge.relations if one.person == candidate.person]
    ties += [one for one in candidate.relations if one.person == judge.person]
    found += [
        Exclusion(
            judge.id,
            RecusalRule.INTEREST if one.tie is Tie.INTEREST else RecusalRule.KINSHIP,
            one.source,
            candidate.id,
            one.tie,
            one.reference,
        )
        for one in ties
    ]
    return found


def check_panel(seats: Sequence[Seat], candidates: Sequence[CandidateFacts], rule: PanelRule) -> PanelCheck:
    """Everything that stands against a proposed panel; nothing is written, so it is also the dry run."""
    judges = [seat.judge for seat in seats]
    problems = [
        *_repeated(judges),
        *_quota_problems(judges, rule),
        *_unit_problems(judges, rule),
        *_chief_problems(seats, rule),
    ]
    return PanelCheck(exclusions(judges, candidates, rule), tuple(problems))


def _repeated(judges: Sequence[JudgeFacts]) -> list[Problem]:
    times = Counter(judge.person for judge in judges)
    doubled = sorted(judge.id for judge in judges if times[judge.person] > 1)
    return [Problem("Judge {judge} stands in the panel twice.", {"judge": one}, "judge") for one in doubled]


def _quota_problems(judges: Sequence[JudgeFacts], rule: PanelRule) -> list[Problem]:
    sitting = Counter(judge.kind for judge in judges)
    return [
        Problem(
            "The panel has {found} {kind}; the scheme asks for {needed}.",
            {"found": sitting[kind], "kind": Sentence(KIND_WORDS[kind]), "needed": rule.quotas.get(kind, 0)},
            "panel",
        )
        for kind in JudgeKind
        if sitting[kind] != rule.quotas.get(kind, 0)
    ]


def _unit_problems(judges: Sequence[JudgeFacts], rule: PanelRule) -> list[Problem]:
    units = Counter(judge.unit for judge in judges if judge.unit)
    return [
        Problem(
            "{found} judges of the panel come from {unit}; one at most may.", {"found": found, "unit": unit}, "unit"
        )
        for unit, found in sorted(units.items())
        if found > 1 and (rule.one_per_unit or unit == rule.hiring_unit)
    ]


def _chief_problems(seats: Sequence[Seat], rule: PanelRule) -> list[Problem]:
    chiefs = [seat.judge for seat in seats if seat.chief]
    if len(chiefs) != 1:
        return [Problem("A panel has one chief judge; here are {found}.", {"found": len(chiefs)}, "chief")]
    if rule.hiring_unit and not rule.hiring_may_chair and chiefs[0].unit == rule.hiring_unit:
        return [Problem("The body that fills the post may not chair its panel.", field="chief")]
    return []
