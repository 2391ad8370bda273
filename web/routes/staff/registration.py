"""One registration on the desk: what is declared beside the paper that proves it, and the two hands' decisions."""

from datetime import datetime, time
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from core.days import add_working_days, local_date
from core.errors import Problem, Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Name, Sentence
from exam.actions import (
    answer_appeal,
    confirm_decision,
    decide_apart,
    decide_registration,
    note_identity_view,
    settle_dispute,
)
from exam.eligibility import OUTCOME_WORDS, Outcome
from exam.identity import mask_identity
from exam.queries import (
    appeals_of,
    deadline_of,
    funnel,
    terms_of,
)
from exam.registration import FIELD_WORDS, PAPER_WORDS
from exam.tables import Registration
from exam.vetting import (
    STATE_WORDS,
    VERDICT_WORDS,
    WAITING_FOR,
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
from web.routes.staff.items import (
    around,
    by_reference,
    condition_rows,
    hand as hand_of,
    load_item,
    open_sheet,
    shown_decisions,
)

OUTCOME_KINDS = {
    Outcome.MET: "done",
    Outcome.NOT_MET: "problem",
    Outcome.NEEDS_PAPERS: "attention",
    Outcome.NEEDS_PERSON: "attention",
}
RETURNABLE = {name: words for name, words in FIELD_WORDS.items() if name not in {"pledge", "exceptions"}} | {
    f"papers.{kind}": words for kind, words in PAPER_WORDS.items()
}
"""What a return for correction may name: fields of the form and kinds of papers, with their words."""
DAYS_TO_CORRECT = 3
LAST_HOUR = time(17, 30)
HAND_STATES = {0: frozenset[RegistrationState](), **WAITING_FOR}
"""What waits for each hand."""


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
        appeals = appeals_of(session, item.id)
        blind = terms_of(session, here.id).blind
        people = names_of(session, {one.person_id for one in item.decisions} | {one.answered_by for one in appeals})
        hand = hand_of(item, here, asker.person_id)
        counted = funnel(session, here.id).values()
    sheet = open_sheet(item, paper)
    return {
        "here": here,
        "road": here.road,
        "item": item,
        "hand": hand,
        "blind": blind,
        "appeals": appeals,
        "may_answer": here.may(Power.EXAM_REGISTRATION_RECHECK)
        and all(one.person_id != asker.person_id for one in item.decisions),
        "decisions": shown_decisions(item, hand, blind=blind),
        "left": sum(number for post in counted for state, number in post.items() if state in HAND_STATES[hand]),
        "sheet": sheet,
        "around": around(item, sheet),
        "rows": condition_rows(item, sheet),
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
    registration = asker.read(by_reference, here, reference)
    if form.raw("verdict"):
        return _decide_apart(asker, form, here, registration)
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


def _decide_apart(asker: Asker, form: Form, here: Here, registration: Registration) -> Response[str] | Redirect:
    """A second hand who has not seen the first verdict, or the third where both differ."""
    third = registration.state == RegistrationState.DISPUTED
    try:
        decision = _read_decision(asker, form)
        version = form.whole("version", low=0)
        form.refuse()
        act = settle_dispute if third else decide_apart
        asker.act(act, registration.id, decision, version=version, actor=asker.proven(form))
    except Refusal as refusal:
        data = _data(asker, here, registration.reference, form.raw("paper"), form.raw("post"))
        return asker.refused("staff/item.html", form, refusal, **data)
    return Redirect(_next(here, 3 if third else 2, form), status_code=303)


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


@post("/staff/{code:str}/vetting/{reference:str}/appeal", sync_to_thread=True)
def answer(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Answer an appeal: somebody who did not decide, after a fresh proof."""
    here = enter(asker, code, Power.EXAM_REGISTRATION_RECHECK)
    asker.read(by_reference, here, reference)
    try:
        appeal = form.whole("appeal", low=1)
        said = form.text("answer", longest=1000)
        uphold = form.choice("uphold", ["yes", "no"]) == "yes"
        form.refuse()
        asker.act(answer_appeal, appeal, said, uphold=uphold, actor=asker.proven(form))
    except Refusal as refusal:
        data = _data(asker, here, reference, form.raw("paper"), form.raw("post"))
        return asker.refused("staff/item.html", form, refusal, **data)
    return Redirect(f"{here.path}/vetting", status_code=303)


router = Router("/", route_handlers=[answer, item_page, paper_file, show_identity, back_to_item, decide, second_hand])
