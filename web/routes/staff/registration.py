"""One registration on the desk: what is declared beside the paper that proves it, and the two hands' decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session, col, select

from core.days import add_working_days, local_date
from core.errors import Problem, Refusal
from core.kinds import PICTURES
from core.people import Power
from core.queries import names_of
from core.tables import Person, StoredFile
from core.words import N_, Name, Sentence
from exam.actions import confirm_decision, decide_registration, note_identity_view
from exam.conditions import Condition, ConditionKind, leaves
from exam.eligibility import OUTCOME_WORDS, Outcome, Verdict, judge
from exam.identity import mask_identity
from exam.queries import (
    conditions_of,
    deadline_of,
    decisions_of,
    funnel,
    posts_of,
    registration_by_reference,
    versions_of,
    waiting_decision,
)
from exam.registration import FIELD_WORDS, PAPER_WORDS, PaperKind, read_facts
from exam.tables import Post, Registration, RegistrationVersion, VettingDecision
from exam.vetting import (
    FOR_FIRST_HAND,
    STATE_WORDS,
    VERDICT_WORDS,
    Answer,
    Decision,
    RegistrationState,
    VettingVerdict,
)
from web.asking import Asker, need
from web.declared import declared
from web.forms import Form
from web.pages import Filled
from web.routes.staff.files import stored_file
from web.routes.staff.here import Here, enter

OUTCOME_KINDS = {
    Outcome.MET: "done",
    Outcome.NOT_MET: "problem",
    Outcome.NEEDS_PAPERS: "attention",
    Outcome.NEEDS_PERSON: "attention",
}
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
RETURNABLE = {name: words for name, words in FIELD_WORDS.items() if name not in {"pledge", "exceptions"}} | {
    f"papers.{kind}": words for kind, words in PAPER_WORDS.items()
}
"""What a return for correction may name: fields of the form and kinds of papers, with their words."""
DAYS_TO_CORRECT = 3
LAST_HOUR = time(17, 30)
HAND_STATES = {0: frozenset[RegistrationState](), 1: FOR_FIRST_HAND, 2: frozenset({RegistrationState.DECIDED})}
"""What waits for each hand."""


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


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/vetting/{reference:str}", sync_to_thread=True)
def item_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    reference: FromPath[str],
    paper: FromQuery[str] = "",
    post: FromQuery[str] = "",
) -> Response[str]:
    """One registration, with the paper chosen beside it."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_READ)
    data = _data(asker, here, reference, paper, post)
    until = datetime.combine(add_working_days(local_date(asker.visit.now), DAYS_TO_CORRECT), LAST_HOUR)
    return asker.page("staff/item.html", form=Filled({"correct_until": until.strftime("%Y-%m-%dT%H:%M")}), **data)


@get("/staff/{code:str}/vetting/{reference:str}/papers/{mark:str}", sync_to_thread=True)
def paper_file(
    asker: NamedDependency[Asker], code: FromPath[str], reference: FromPath[str], mark: FromPath[str]
) -> Response[bytes]:
    """One paper of a registration, for whoever may read registrations of this selection."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_READ)
    item = asker.read(load_item, here, reference)
    sheet = need(next((one for one in item.sheets if one.mark == mark), None))
    return stored_file(asker, sheet.sha256)


@post("/staff/{code:str}/vetting/{reference:str}/identity", sync_to_thread=True)
def show_identity(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], reference: FromPath[str]
) -> Response[str]:
    """The whole identity number, after the look at it is written down."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_READ)
    registration = asker.read(by_reference, here, reference)
    asker.act(note_identity_view, registration.id)
    data = _data(asker, here, reference, form.raw("paper"), form.raw("post"))
    number = asker.house.vault.open(data["item"].person.identity_cipher)
    return asker.page("staff/item.html", **{**data, "identity": number, "identity_whole": True})


@get(
    ["/staff/{code:str}/vetting/{reference:str}/identity", "/staff/{code:str}/vetting/{reference:str}/second"],
    sync_to_thread=False,
)
def back_to_item(code: FromPath[str], reference: FromPath[str]) -> Redirect:
    """What only takes forms leads back to the registration, for a language link or a reload by hand."""
    return Redirect(f"/staff/{code}/vetting/{reference}")


def _data(asker: Asker, here: Here, reference: str, paper: str, post: str) -> dict[str, Any]:
    with asker.reading() as session:
        item = load_item(session, here, reference)
        people = names_of(session, {one.person_id for one in item.decisions})
        hand = _hand(item, here, asker.person_id)
        counted = funnel(session, here.id).values()
    sheet = _open_sheet(item, paper)
    return {
        "here": here,
        "road": here.road,
        "item": item,
        "hand": hand,
        "left": sum(number for post in counted for state, number in post.items() if state in HAND_STATES[hand]),
        "sheet": sheet,
        "around": _around(item, sheet),
        "rows": _condition_rows(item, sheet),
        "declared": declared(item.form, item.before.body["form"] if item.before else None),
        "post": post if post.isascii() and post.isdigit() else "",
        "post_name": Name(item.post.name, item.post.name_en),
        "identity": mask_identity(asker.house.vault.open(item.person.identity_cipher)),
        "identity_whole": False,
        "people": people,
        "moments": {one.id: deadline_of(one.remarks) for one in item.decisions if one.remarks},
        "state": (STATE_WORDS[item.state], item.state),
        "outcomes": OUTCOME_WORDS,
        "outcome_kinds": OUTCOME_KINDS,
        "verdict_words": VERDICT_WORDS,
        "returnable": RETURNABLE,
        "unmet": [one.number for one in item.verdicts if one.outcome is Outcome.NOT_MET],
        "numbers": [
            (one.number, Sentence(N_("{number}. {words}"), {"number": one.number, "words": one.words}))
            for one in item.verdicts
        ],
    }


def _hand(item: Item, here: Here, person_id: int) -> int:
    """Which hand the asker may lay on it now: 1, 2, or 0 for none."""
    if item.registration.person_id == person_id:
        return 0
    if item.state in FOR_FIRST_HAND and here.may(Power.EXAM_REGISTRATION_VET):
        return 1
    second = item.waiting is not None and item.waiting.person_id != person_id
    return 2 if second and here.may(Power.EXAM_REGISTRATION_RECHECK) else 0


def _open_sheet(item: Item, mark: str) -> Sheet | None:
    """The paper asked for; else the one that proves the first condition not plainly met; else the first."""
    chosen = next((one for one in item.sheets if one.mark == mark), None)
    if chosen is not None:
        return chosen
    for condition, verdict in zip(item.conditions, item.verdicts, strict=True):
        if verdict.outcome is not Outcome.MET and (proving := _proving(item, condition)):
            return proving[0]
    others = [one for one in item.sheets if one.kind is not PaperKind.PHOTO]
    return next(iter([*others, *item.sheets]), None)


def _around(item: Item, sheet: Sheet | None) -> tuple[Sheet | None, Sheet | None]:
    """The papers before and after the open one."""
    if sheet is None:
        return None, None
    before = item.sheets[sheet.place - 2] if sheet.place > 1 else None
    return before, item.sheets[sheet.place] if sheet.place < len(item.sheets) else None


def _condition_rows(item: Item, sheet: Sheet | None) -> list[tuple[Verdict, list[Sheet], bool]]:
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


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────────────


@post("/staff/{code:str}/vetting/{reference:str}", sync_to_thread=True)
def decide(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], reference: FromPath[str]
) -> Response[str] | Redirect:
    """The first hand: pass, do not pass, return; then the next one opens."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_VET)
    registration = asker.read(by_reference, here, reference)
    try:
        decision = _read_decision(asker, form)
        version = form.whole("version", low=0)
        form.refuse()
        asker.act(decide_registration, registration.id, decision, version=version)
    except Refusal as refusal:
        data = _data(asker, here, reference, form.raw("paper"), form.raw("post"))
        return asker.refused("staff/item.html", form, refusal, **data)
    return Redirect(_next(here, 1, form), status_code=303)


@post("/staff/{code:str}/vetting/{reference:str}/second", sync_to_thread=True)
def second_hand(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], reference: FromPath[str]
) -> Response[str] | Redirect:
    """The second hand: agree, so that the decision takes effect, or refer it back; then the next one opens."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_RECHECK)
    asker.read(by_reference, here, reference)
    try:
        answer = form.choice("answer", list(Answer))
        decision_id = form.whole("decision", low=1)
        reason = form.text("second_reason", required=False, longest=1000)
        form.refuse()
        asker.act(confirm_decision, decision_id, Answer(answer), reason, actor=asker.proven(form))
    except Refusal as refusal:
        data = _data(asker, here, reference, form.raw("paper"), form.raw("post"))
        return asker.refused("staff/item.html", form, _renamed(refusal), **data)
    return Redirect(_next(here, 2, form), status_code=303)


def _renamed(refusal: Refusal) -> Refusal:
    """The act says `reason`; on the page the second hand's reason has a name of its own."""
    named = Refusal.of(
        [
            Problem(one.sentence, one.facts, "second_reason" if one.field == "reason" else one.field, one.row)
            for one in refusal.problems
        ]
    )
    named.status = refusal.status
    return named


def _read_decision(asker: Asker, form: Form) -> Decision:
    verdict = form.choice("verdict", list(VettingVerdict))
    form.refuse()
    remarks = {name: form.text(f"remarks.{name}", required=False, longest=1000) for name in RETURNABLE}
    returned = verdict == VettingVerdict.RETURN
    return Decision(
        VettingVerdict(verdict),
        condition_number=form.whole("condition_number", low=0, required=False),
        reason=form.text("reason", required=False, longest=1000),
        remarks={name: remark for name, remark in remarks.items() if remark} if returned else {},
        correct_until=form.moment("correct_until", asker.visit.zone, required=False) if returned else None,
    )


def _next(here: Here, hand: int, form: Form) -> str:
    post_id = form.raw("post")
    kept = f"&post={post_id}" if post_id.isascii() and post_id.isdigit() else ""
    return f"{here.path}/vetting/next?hand={hand}{kept}"


router = Router("/", route_handlers=[item_page, paper_file, show_identity, back_to_item, decide, second_hand])
