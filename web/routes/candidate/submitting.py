"""Conditions met or not, looking everything through, submitting, the receipt, giving up."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.audit import short_code
from core.errors import Problem, Refusal
from core.words import N_, Name
from exam.actions import keep_draft, note_candidacy_event, submit_registration, withdraw_registration
from exam.candidacy import CandidacyEventKind
from exam.conditions import ConditionKind, leaves
from exam.eligibility import OUTCOME_WORDS, Outcome, judge
from exam.queries import candidacy_of, post_pages, versions_of
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.candidate.answers import sections
from web.routes.candidate.filling import keep
from web.routes.candidate.own import Own, load
from web.routes.candidate.reading import filled, read_numbered
from web.routes.candidate.topics import Topic, placed

OUTCOME_KINDS = {
    Outcome.MET: "done",
    Outcome.NOT_MET: "problem",
    Outcome.NEEDS_PAPERS: "attention",
    Outcome.NEEDS_PERSON: "running",
}

ENTERED_AT = {
    ConditionKind.AGE: Topic.PERSON,
    ConditionKind.EDUCATION: Topic.EDUCATION,
    ConditionKind.DEGREE: Topic.EDUCATION,
    ConditionKind.SERVICE: Topic.POSTS,
    ConditionKind.LEVEL: Topic.POSTS,
    ConditionKind.POLITICAL: Topic.PERSON,
    ConditionKind.APPRAISAL: Topic.APPRAISALS,
    ConditionKind.FIELD_OF_STUDY: Topic.EDUCATION,
    ConditionKind.PRESENT_LEVEL: Topic.POSTS,
    ConditionKind.CERTIFICATE: Topic.APPRAISALS,
    ConditionKind.AREA: Topic.PERSON,
    ConditionKind.JUDGED: Topic.STATEMENTS,
}
"""The page on which the datum of a condition is entered; of a group, that of its first part."""


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/my/{reference:str}/conditions", sync_to_thread=True)
def conditions_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """Each condition met, not met or open, with the datum; other posts of the selection beside it."""
    own = load(asker, reference)
    values = Filled(filled(Topic.CONDITIONS, own.form))
    return asker.page("candidate/conditions.html", form=values, **_conditions(asker, own))


@post("/my/{reference:str}/conditions", sync_to_thread=True)
def ask_exceptions(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Keep the reasons for which exceptions are asked (破格)."""
    own = load(asker, reference)
    try:
        asked = [one for one in own.conditions if one.number in _unmet(own)]
        reasons = read_numbered(form, "exceptions", asked)
        form.refuse()
        keep(asker, own, {"exceptions": reasons})
    except Refusal as refusal:
        return asker.refused("candidate/conditions.html", form, refusal, **_conditions(asker, own))
    return Redirect(own.path, status_code=303)


def _unmet(own: Own) -> list[str]:
    """The conditions that an exception can be asked for."""
    return [one.number for one in own.checked.verdicts if one.outcome is Outcome.NOT_MET and not one.strict]


def _conditions(asker: Asker, own: Own) -> dict[str, Any]:
    verdicts = own.checked.verdicts
    return {
        "own": own,
        "road": own.road,
        "verdicts": verdicts,
        "outcomes": OUTCOME_WORDS,
        "kinds": OUTCOME_KINDS,
        "places": {
            one.number: ENTERED_AT[next(leaves([one])).kind].value if own.editable else "" for one in own.conditions
        },
        "asked": _unmet(own) if own.may_change("exceptions") else [],
        "summary": _summary(own),
        "others": _other_posts(asker, own) if own.editable and not own.returned else [],
    }


def _summary(own: Own) -> dict[str, object]:
    outcomes = [verdict.outcome for verdict in own.checked.verdicts]
    met, not_met = outcomes.count(Outcome.MET), outcomes.count(Outcome.NOT_MET)
    title, kind = N_("All conditions are met as entered"), "done"
    if not_met:
        title, kind = N_("As entered, not every condition is met"), "problem"
    elif met < len(outcomes):
        title, kind = N_("Not certain yet: something is still open"), "attention"
    return {"met": met, "not_met": not_met, "open": len(outcomes) - met - not_met, "title": title, "kind": kind}


def _other_posts(asker: Asker, own: Own) -> list[dict[str, object]]:
    """What the same data say about the other posts, their own conditions only."""
    common = {one.number for one in own.conditions}
    return [
        {
            "code": page.post.code,
            "name": Name(page.post.name, page.post.name_en or page.post.name),
            "verdicts": [
                judge(one, own.checked.facts, own.selection.reference_date)
                for one in page.conditions
                if one.number not in common
            ],
        }
        for page in asker.read(post_pages, own.selection.id)
        if page.post.id != own.post.id
    ]


# ── submitting ───────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/my/{reference:str}/check", sync_to_thread=True)
def check_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """Everything entered, with every problem that would stop the submission; the promise itself is not one yet."""
    own = load(asker, reference)
    problems = placed(_unready(own)) if own.editable else []
    return asker.page("candidate/check.html", form=Filled({}, problems), **_answers(own))


@post("/my/{reference:str}/submit", sync_to_thread=True)
def submit(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Submit with the promise of honesty; refused with every problem named and linked."""
    own = load(asker, reference)
    try:
        if not form.ticked("pledge"):
            pledge = Problem(N_("Confirm that everything you entered is true."), {}, "pledge")
            raise Refusal.of([*_unready(own), pledge])
        asker.house.acts.keep_sync(keep_draft, own.id, asker.person_id, {"pledge": True})
        asker.act(submit_registration, own.id, version=form.whole("version", low=0))
    except Refusal as refusal:
        listed = Refusal.of(placed(refusal.problems)) if any(p.field for p in refusal.problems) else refusal
        listed.status = refusal.status
        return asker.refused("candidate/check.html", form, listed, **_answers(load(asker, reference)))
    return Redirect(f"{own.path}/receipt", status_code=303)


def _unready(own: Own) -> list[Problem]:
    """What stops the submission, the promise left aside: it is given at the end of the page itself."""
    return [problem for problem in own.checked.problems if problem.field != "pledge"]


def _answers(own: Own) -> dict[str, Any]:
    return {"own": own, "road": own.road, "sections": sections(own)}


@get("/my/{reference:str}/receipt", sync_to_thread=True)
def receipt_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str] | Redirect:
    """The reference number, the content's short code, and what happens next."""
    own = load(asker, reference)
    if own.registration.submitted_at is None:
        return Redirect(own.path)
    versions = asker.read(versions_of, own.id)
    code = short_code(bytes.fromhex(versions[-1].sha256))
    return asker.page("candidate/receipt.html", own=own, road=own.road, code=code)


@get("/my/{reference:str}/answers", sync_to_thread=True)
def answers_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """What was submitted, read only."""
    own = load(asker, reference)
    need(own.registration.version or None)
    return asker.page("candidate/submitted.html", **_answers(own))


# ── giving up ────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/my/{reference:str}/withdraw", sync_to_thread=True)
def withdraw_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """What giving up means, before it is done."""
    return asker.page("candidate/withdraw.html", **_withdrawal(asker, load(asker, reference)))


@post("/my/{reference:str}/withdraw", sync_to_thread=True)
def withdraw(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Give up the registration; with a ticket, the candidacy."""
    own = load(asker, reference)
    candidacy = asker.read(candidacy_of, own.id)
    try:
        if not form.ticked("sure"):
            raise Refusal("Tick the box to say that you give up of your own will.", field="sure")  # noqa: TRY301 - shown below
        if candidacy:
            asker.act(note_candidacy_event, candidacy.id, CandidacyEventKind.WITHDREW)
        else:
            asker.act(withdraw_registration, own.id)
    except Refusal as refusal:
        return asker.refused("candidate/withdraw.html", form, refusal, **_withdrawal(asker, own))
    return Redirect(own.path, status_code=303)


def _withdrawal(asker: Asker, own: Own) -> dict[str, Any]:
    candidacy = asker.read(candidacy_of, own.id)
    return {"own": own, "road": own.road, "with_ticket": candidacy.ticket_number if candidacy else ""}
