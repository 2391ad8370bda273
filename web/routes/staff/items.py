"""One registration as the desk reads it: loaded whole, its papers beside its conditions, and whose hand is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.kinds import PICTURES
from core.people import Power
from core.tables import Person, StoredFile
from core.words import Sentence
from exam.conditions import Condition, ConditionKind, leaves
from exam.eligibility import Outcome, Verdict, judge
from exam.queries import (
    conditions_of,
    decisions_of,
    posts_of,
    registration_by_reference,
    versions_of,
    waiting_decision,
)
from exam.registration import PAPER_WORDS, PaperKind, read_facts
from exam.tables import Post, Registration, RegistrationVersion, VettingDecision
from exam.vetting import (
    FOR_FIRST_HAND,
    RegistrationState,
)
from web.asking import need
from web.routes.staff.here import Here

PROVEN_BY: Mapping[ConditionKind, tuple[PaperKind, ...]] = {
    ConditionKind.AGE: (PaperKind.IDENTITY,),
    ConditionKind.EDUCATION: (PaperKind.EDUCATION,),
    ConditionKind.DEGREE: (PaperKind.EDUCATION,),
    ConditionKind.FIELD_OF_STUDY: (PaperKind.EDUCATION,),
    ConditionKind.SERVICE: (PaperKind.APPOINTMENT, PaperKind.RECOMMENDATION),
    ConditionKind.LEVEL: (PaperKind.APPOINTMENT, PaperKind.RECOMMENDATION),
    ConditionKind.POLITICAL: (PaperKind.RECOMMENDATION, PaperKind.OTHER),
    ConditionKind.APPRAISAL: (PaperKind.RECOMMENDATION, PaperKind.OTHER),
    ConditionKind.PRESENT_LEVEL: (PaperKind.APPOINTMENT, PaperKind.RECOMMENDATION),
    ConditionKind.CERTIFICATE: (PaperKind.OTHER,),
    ConditionKind.AREA: (PaperKind.IDENTITY, PaperKind.OTHER),
    ConditionKind.JUDGED: (PaperKind.OTHER,),
}
"""Which kinds of paper prove what a condition asks about; these lie open beside it first."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper of the submitted version: its place from 1, its address, what it is, its stored file."""

    place: int
    mark: str
    kind: PaperKind
    name: str
    sha256: str
    media_type: str

    @property
    def words(self) -> Sentence:
        """What kind of paper it is."""
        return Sentence(PAPER_WORDS[self.kind])

    @property
    def drawn(self) -> bool:
        """Whether it is a picture that stands on the page itself."""
        return self.media_type in PICTURES


@dataclass(frozen=True, slots=True)
class Item:
    """A submitted registration with everything the desk shows of it, as it stood in its newest version."""

    registration: Registration
    post: Post
    person: Person
    version: RegistrationVersion
    before: RegistrationVersion | None
    conditions: tuple[Condition, ...]
    verdicts: tuple[Verdict, ...]
    sheets: tuple[Sheet, ...]
    decisions: tuple[VettingDecision, ...]
    waiting: VettingDecision | None

    @property
    def state(self) -> RegistrationState:
        """Where the registration stands."""
        return RegistrationState(self.registration.state)

    @property
    def form(self) -> Mapping[str, Any]:
        """The form as submitted."""
        form: Mapping[str, Any] = self.version.body["form"]
        return form

    @property
    def id(self) -> int:
        """The registration's row."""
        return self.registration.id or 0


def by_reference(session: Session, here: Here, reference: str) -> Registration:
    """A submitted registration of this selection; one answer for what is missing and what is not theirs."""
    found = need(registration_by_reference(session, reference))
    return need(found if found.selection_id == here.id and found.version > 0 else None)


def load_item(session: Session, here: Here, reference: str) -> Item:
    """One registration as it was submitted last."""
    registration = by_reference(session, here, reference)
    versions = versions_of(session, registration.id or 0)
    newest = versions[-1]
    rules = conditions_of(session, here.id, registration.post_id)
    facts, _ = read_facts(newest.body["form"])
    return Item(
        registration,
        next(one for one in posts_of(session, here.id) if one.id == registration.post_id),
        session.get_one(Person, registration.person_id),
        newest,
        versions[-2] if len(versions) > 1 else None,
        tuple(rules),
        tuple(judge(rule, facts, here.selection.reference_date) for rule in rules),
        _sheets(session, newest.body["papers"]),
        tuple(decisions_of(session, registration.id or 0)),
        waiting_decision(session, registration.id or 0),
    )


def _sheets(session: Session, papers: Sequence[Mapping[str, str]]) -> tuple[Sheet, ...]:
    digests = [one["sha256"] for one in papers]
    stored = select(StoredFile.sha256, StoredFile.media_type).where(col(StoredFile.sha256).in_(digests))
    types = dict(session.exec(stored).all())
    return tuple(
        Sheet(place, digest[:16], PaperKind(one["kind"]), one["name"], digest, types[digest])
        for place, (digest, one) in enumerate(zip(digests, papers, strict=True), start=1)
    )


def hand(item: Item, here: Here, person_id: int) -> int:
    """Which hand the asker may lay on it now: 1, 2, or 0 for none."""
    if item.registration.person_id == person_id:
        return 0
    if item.state in FOR_FIRST_HAND and here.may(Power.EXAM_REGISTRATION_VET):
        return 1
    if not here.may(Power.EXAM_REGISTRATION_RECHECK):
        return 0
    if item.state is RegistrationState.DISPUTED:
        return 0 if any(one.person_id == person_id for one in item.decisions if _newest(item, one)) else 3
    return 2 if item.waiting is not None and item.waiting.person_id != person_id else 0


def _newest(item: Item, one: VettingDecision) -> bool:
    """Whether a decision is of the newest version and round."""
    return one.version == item.version.version and one.round == item.decisions[-1].round


def shown_decisions(item: Item, hand: int, *, blind: bool) -> list[VettingDecision]:
    """What was decided so far; not the verdict that waits for a second hand who is not to see it."""
    hidden = item.waiting.id if blind and hand == 2 and item.waiting else 0
    return [one for one in item.decisions if one.id != hidden]


def open_sheet(item: Item, mark: str) -> Sheet | None:
    """The paper asked for; else the one that proves the first condition not plainly met; else the first."""
    chosen = next((one for one in item.sheets if one.mark == mark), None)
    if chosen is not None:
        return chosen
    for condition, verdict in zip(item.conditions, item.verdicts, strict=True):
        if verdict.outcome is not Outcome.MET and (proving := _proving(item, condition)):
            return proving[0]
    others = [one for one in item.sheets if one.kind is not PaperKind.PHOTO]
    return next(iter([*others, *item.sheets]), None)


def around(item: Item, sheet: Sheet | None) -> tuple[Sheet | None, Sheet | None]:
    """The papers before and after the open one."""
    if sheet is None:
        return None, None
    before = item.sheets[sheet.place - 2] if sheet.place > 1 else None
    return before, item.sheets[sheet.place] if sheet.place < len(item.sheets) else None


def condition_rows(item: Item, sheet: Sheet | None) -> list[tuple[Verdict, list[Sheet], bool]]:
    """Each condition with its verdict, the papers that prove it, and whether the open paper is one of them."""
    rows = []
    for condition, verdict in zip(item.conditions, item.verdicts, strict=True):
        proving = _proving(item, condition)
        rows.append((verdict, proving, sheet in proving))
    return rows


def _proving(item: Item, condition: Condition) -> list[Sheet]:
    """The papers that prove what a condition, or any part of it, asks about."""
    kinds = {kind for part in leaves([condition]) for kind in PROVEN_BY[part.kind]}
    return [one for one in item.sheets if one.kind in kinds]
