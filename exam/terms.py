"""The terms of a selection (办法): who may come by which road, with which forms, how long each window is.

They are planned with the posts and announced with them: the four things that must be public before anybody is
nominated (推荐原则、职务职数和条件、推荐程序、推荐方式). Each kind of selection has a template to start from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from core.errors import refuse_any
from core.words import N_, Sentence
from exam.plan import SelectionKind
from exam.section import SectionReader

_TEXT = 4000
_LONGEST_WINDOW = 30


class Channel(StrEnum):
    """By which road somebody comes to be a candidate (推荐方式)."""

    ORGANISATION = "organisation"  # 党组织推荐
    LEADER = "leader"  # 领导干部署名推荐
    MASS = "mass"  # 群众推荐
    SELF = "self"  # 个人自荐
    PUBLIC_FIGURE = "public_figure"  # 社会知名人士推荐
    SPECIAL = "special"  # 专项推荐


CHANNEL_WORDS = {
    Channel.ORGANISATION: N_("nomination by an organisation"),
    Channel.LEADER: N_("signed nomination by a leader"),
    Channel.MASS: N_("nomination by the staff and the public"),
    Channel.SELF: N_("one's own application"),
    Channel.PUBLIC_FIGURE: N_("nomination by a public figure"),
    Channel.SPECIAL: N_("special nomination"),
}


class CountsShown(StrEnum):
    """Which figures per post the public sees while registration runs."""

    NONE = "none"
    REGISTERED = "registered"
    PASSED = "passed"


COUNTS_WORDS = {
    CountsShown.NONE: N_("no figures"),
    CountsShown.REGISTERED: N_("how many have registered"),
    CountsShown.PASSED: N_("how many have registered and passed vetting"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one selection; windows are counted in working days (工作日).

    `recommendation` asks for the sealed recommendation form (报名推荐表), `pledge` for the signed promise of honesty
    (诚信承诺书), `identity` for a copy of the identity card, `relations` for the family and important relations that
    vetters and judges recuse themselves by. `blind` hides the first hand's verdict from the second. `withdraw_until`
    is None where one may withdraw as long as registration is open.
    """

    scope: str = ""
    scope_en: str = ""
    procedure: str = ""
    procedure_en: str = ""
    channels: tuple[Channel, ...] = (Channel.SELF,)
    recommendation: bool = False
    pledge: bool = False
    identity: bool = False
    relations: bool = False
    blind: bool = False
    counts: CountsShown = CountsShown.NONE
    withdraw_until: datetime | None = None
    objection_days: int = 5
    change_days: int = 2
    appeal_days: int = 3


@dataclass(frozen=True, slots=True)
class Template:
    """What a kind of selection usually looks like, to be changed at will; the texts are sources to be translated."""

    terms: Terms
    scope: str
    procedure: str


_ORGANISED = (Channel.ORGANISATION, Channel.SELF)
_EVERYBODY = (Channel.ORGANISATION, Channel.LEADER, Channel.MASS, Channel.SELF, Channel.PUBLIC_FIGURE)

TEMPLATES: Mapping[SelectionKind, Template] = {
    SelectionKind.OPEN_SELECTION: Template(
        Terms(channels=_ORGANISED, recommendation=True, pledge=True, identity=True, relations=True),
        N_("Anybody, in this place or elsewhere, who meets the conditions."),
        N_("Announcement, registration and vetting, written exam, interview, investigation, decision, public notice."),
    ),
    SelectionKind.INTERNAL_COMPETITION: Template(
        Terms(channels=_ORGANISED, pledge=True, relations=True),
        N_("Staff of this organisation or system who meet the conditions."),
        N_("Announcement, registration and vetting, speech and exam, democratic assessment, investigation, decision."),
    ),
    SelectionKind.OPEN_TRANSFER_SELECTION: Template(
        Terms(channels=_ORGANISED, recommendation=True, pledge=True, identity=True, relations=True),
        N_("Serving civil servants of lower bodies who meet the conditions."),
        N_("Announcement, registration and vetting, exam, investigation, decision, transfer."),
    ),
    SelectionKind.PUBLIC_NOMINATION_SELECTION: Template(
        Terms(channels=_EVERYBODY, recommendation=True, pledge=True, relations=True),
        N_("Whoever is nominated by one of the roads named and consents."),
        N_("Announcement, nomination, vetting, nomination vote, exam, investigation, decision by vote."),
    ),
    SelectionKind.DIFFERENTIAL_NOMINATION: Template(
        Terms(channels=(Channel.ORGANISATION, Channel.MASS, Channel.SELF), recommendation=True, relations=True),
        N_("Whoever is nominated by one of the roads named and consents."),
        N_("Announcement, more nominees than places, vetting, speeches, vote, investigation, decision by vote."),
    ),
    SelectionKind.TWO_NOMINATIONS_ONE_EXAM: Template(
        Terms(channels=(Channel.ORGANISATION, Channel.MASS), recommendation=True, relations=True),
        N_("Whoever is nominated by one of the roads named and consents."),
        N_("Announcement, two rounds of nomination, vetting, exam, investigation, decision by vote."),
    ),
    SelectionKind.OPEN_CONTRACT_RECRUITMENT: Template(
        Terms(identity=True, pledge=True),
        N_("Anybody, in this place or elsewhere, who meets the conditions."),
        N_("Announcement, registration and vetting, exam, physical examination, investigation, contract."),
    ),
}


def terms_to_plain(terms: Terms) -> dict[str, object]:
    """The terms as plain data, everything named, so that what is announced stands on its own."""
    return {
        **{one.name: getattr(terms, one.name) for one in fields(terms)},
        "channels": [channel.value for channel in terms.channels],
        "counts": terms.counts.value,
        "withdraw_until": terms.withdraw_until.isoformat() if terms.withdraw_until else None,
    }


def terms_from_plain(raw: Mapping[str, object]) -> Terms:
    """The terms from plain data; what is not given is as in Terms. Raises one Refusal that lists every problem."""
    reader = SectionReader(raw)
    usual = Terms()
    terms = Terms(
        scope=_text(reader, "scope"),
        scope_en=_text(reader, "scope_en"),
        procedure=_text(reader, "procedure"),
        procedure_en=_text(reader, "procedure_en"),
        channels=reader.choices("channels", Channel) if reader.has("channels") else usual.channels,
        counts=reader.choice("counts", CountsShown) if reader.has("counts") else CountsShown.NONE,
        withdraw_until=_moment(reader, "withdraw_until"),
        recommendation=reader.flag("recommendation"),
        pledge=reader.flag("pledge"),
        identity=reader.flag("identity"),
        relations=reader.flag("relations"),
        blind=reader.flag("blind"),
        objection_days=_days(reader, "objection_days", usual.objection_days),
        change_days=_days(reader, "change_days", usual.change_days),
        appeal_days=_days(reader, "appeal_days", usual.appeal_days),
    )
    reader.finish()
    refuse_any(reader.problems)
    return terms


def terms_words(terms: Terms) -> list[tuple[Sentence, tuple[Sentence, ...]]]:
    """What the terms ask of a candidate, heading by heading, for the announcement; empty headings are left out."""
    asked = {
        "identity": N_("a copy of the identity card"),
        "recommendation": N_("the recommendation form, with the seal of the unit"),
        "pledge": N_("the signed promise of honesty"),
    }
    papers = tuple(Sentence(words) for name, words in asked.items() if getattr(terms, name))
    found: list[tuple[Sentence, tuple[Sentence, ...]]] = [
        (
            Sentence(N_("How one becomes a candidate")),
            (Sentence(N_("By {channels}."), {"channels": tuple(Sentence(CHANNEL_WORDS[c]) for c in terms.channels)}),),
        )
    ]
    if papers:
        found.append((Sentence(N_("Papers of everybody")), (Sentence(N_("Needed: {papers}."), {"papers": papers}),)))
    windows = []
    if terms.withdraw_until:
        windows.append(
            Sentence(N_("A registration can be withdrawn until {moment}."), {"moment": terms.withdraw_until})
        )
    windows += [
        Sentence(
            N_("Whoever does not pass vetting may appeal within {days} working days."), {"days": terms.appeal_days}
        ),
        Sentence(
            N_("Where a post is cancelled, its candidates may choose another one within {days} working days."),
            {"days": terms.change_days},
        ),
    ]
    found.append((Sentence(N_("Windows")), tuple(windows)))
    return found


def _text(reader: SectionReader, name: str) -> str:
    return reader.text(name, most=_TEXT) if reader.has(name) and reader.raw[name] else ""


def _days(reader: SectionReader, name: str, usual: int) -> int:
    return reader.whole(name, least=1, most=_LONGEST_WINDOW) if reader.has(name) else usual


def _moment(reader: SectionReader, name: str) -> datetime | None:
    if not reader.has(name):
        return None
    try:
        moment = datetime.fromisoformat(reader.text(name, most=40))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        reader.report(name, N_("This must be a moment with its zone, written as 2026-09-30T17:30+08:00."))
        return None
    return moment
