"""A candidate's own acts: start, fill in, submit, correct, withdraw. Arrival at the server counts."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, select

from core import audit
from core.acts import touch
from core.canonical import canonical, fingerprint
from core.days import local_date
from core.errors import Denied, Problem, Refusal, Stale, refuse_any
from core.people import Actor
from core.words import N_
from exam.actions.gate import own_registration, refuse_unless_open, refuse_unless_registering
from exam.eligibility import Outcome, Verdict
from exam.queries import conditions_of, newest_version, open_fields, selection_row, standing_papers, terms_of
from exam.registration import FORM_FIELDS, PaperKind, check_form, closed_fields, merge_correction
from exam.stages import Stage
from exam.tables import Post, Registration, RegistrationDraft, RegistrationPaper, RegistrationVersion
from exam.vetting import RegistrationState

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Figures and letters that are not taken for one another: no 0, 1, I, L, O, U."""

REFERENCE_LENGTH = 10
DRAFT_CAP = 200_000

POST_CHANGED = N_("Post changed: check this against the conditions of the new post.")
"""The remark at every field that is opened with a change of post."""

REOPENED = (
    "education", "posts", "appraisals", "statements", "certificates", "area", *(f"papers.{one}" for one in PaperKind),
)  # fmt: skip
"""What may be changed with the post: whatever its conditions may ask about beyond the person."""


def start_registration(session: Session, actor: Actor, selection_id: int, post_id: int, *, now: datetime) -> str:
    """Begin a registration (报名) for one post; returns its reference.

    Nobody is asked here whether another person claims the same identity number: that is seen by vetting only, from
    the papers. Who has withdrawn may begin again, for another post too, while registration is open.
    """
    if not actor.person_id:
        raise Denied
    selection = selection_row(session, selection_id)
    if selection.stage == Stage.DRAFT:
        raise Refusal("There is no such selection.", status=404)
    refuse_unless_registering(selection, now)
    if actor.duties.get(selection_id):
        raise Refusal("You hold a duty in this selection, so you cannot register for it.", status=403)
    post = session.get(Post, post_id)
    if post is None or post.selection_id != selection_id:
        raise Refusal("There is no such post in this selection.", field="post", status=404)
    if post.cancelled_at is not None:
        raise Refusal("This post was cancelled; choose another one.", field="post", status=409)
    registration = session.exec(
        select(Registration).where(Registration.selection_id == selection_id, Registration.person_id == actor.person_id)
    ).first()
    if registration is None:
        registration = Registration(
            selection_id=selection_id,
            post_id=post_id,
            person_id=actor.person_id,
            reference="".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH)),
            started_at=now,
        )
    elif registration.state != RegistrationState.WITHDRAWN:
        raise Refusal(
            "You have already registered in this selection, under {reference}. One person registers for one post.",
            reference=registration.reference,
            status=409,
        )
    registration.state, registration.post_id, registration.open_fields = RegistrationState.DRAFT, post_id, None
    session.add(registration)
    session.flush()
    audit.record(
        session, actor, "registration.started", now, scope=selection_id, registration=registration.id, post=post_id
    )
    return registration.reference


def change_post(session: Session, actor: Actor, registration_id: int, post_id: int, *, now: datetime) -> None:
    """Choose another post after one's own was cancelled, in the window (改报).

    What was submitted is carried over and opened where another post may ask for other things; it counts once it is
    submitted again.
    """
    registration = own_registration(session, registration_id, actor.person_id)
    post, old = session.get(Post, post_id), session.get_one(Post, registration.post_id)
    if old.cancelled_at is None or old.change_until is None or registration.version == 0:
        raise Refusal("Another post can be chosen only when one's own is cancelled.", status=409)
    if registration.state in (RegistrationState.WITHDRAWN, RegistrationState.REFUSED):
        raise Refusal("This registration has already ended.", status=409)
    if now > old.change_until:
        raise Refusal("This closed on {closes}.", closes=old.change_until, status=409)
    if post is None or post.selection_id != registration.selection_id or post.cancelled_at is not None:
        raise Refusal("Choose one of these.", field="post")
    registration.post_id, registration.state = post_id, RegistrationState.RETURNED
    registration.open_fields = {"fields": dict.fromkeys(REOPENED, POST_CHANGED), "until": old.change_until.isoformat()}
    session.add(registration)
    scope = registration.selection_id
    audit.record(
        session, actor, "registration.post_changed", now, scope=scope, registration=registration_id, post=post_id
    )
    touch(session, f"vetting:{scope}")


def keep_draft(
    session: Session, registration_id: int, person_id: int, body: Mapping[str, object], *, now: datetime
) -> None:
    """Keep what has been typed (scratch): fields given replace those kept, the others stay."""
    registration = own_registration(session, registration_id, person_id)
    refuse_unless_open(session, registration, now)
    problems = [Problem("This field is not known.", {}, name) for name in body if name not in FORM_FIELDS]
    if registration.state == RegistrationState.RETURNED:
        submitted = newest_version(session, registration).body["form"]
        problems += closed_fields(submitted, body, open_fields(registration))
    refuse_any(problems)
    draft = session.get(RegistrationDraft, registration_id)
    kept = {**(draft.body if draft else {}), **body}
    if len(json.dumps(kept, ensure_ascii=False)) > DRAFT_CAP:
        raise Refusal("This is more text than one registration can hold.", status=413)
    if draft is None:
        draft = RegistrationDraft(registration_id=registration_id, body=kept, saved_at=now)
    draft.body, draft.saved_at = kept, now
    session.add(draft)


def submit_registration(
    session: Session, actor: Actor, registration_id: int, *, version: int, now: datetime
) -> RegistrationVersion:
    """Submit what has been filled in, as a new version that never changes; all problems at once if it is not ready.

    `version` is the number of versions the candidate had seen (0 at first), so that a form sent twice counts once.
    """
    registration = own_registration(session, registration_id, actor.person_id)
    if registration.version != version:
        raise Stale("This registration has been submitted meanwhile.", current=registration.version)
    selection = refuse_unless_open(session, registration, now)
    if session.get_one(Post, registration.post_id).cancelled_at is not None:
        raise Refusal("This post was cancelled; choose another one.", field="post", status=409)
    form = _form_to_submit(session, registration)
    papers = standing_papers(session, registration_id)
    checked = check_form(
        form,
        {PaperKind(paper.kind) for paper in papers},
        conditions_of(session, registration.selection_id, registration.post_id),
        reference_date=selection.reference_date,
        today=local_date(now),
        terms=terms_of(session, registration.selection_id),
    )
    refuse_any(checked.problems)
    row = _version_of(registration, form, papers, checked.verdicts, now)
    session.add(row)
    registration.version, registration.state = row.version, RegistrationState.SUBMITTED
    registration.submitted_at, registration.open_fields = now, None
    registration.unit = str(form["unit"]).strip()
    registration.doubts = sum(verdict.outcome is not Outcome.MET for verdict in checked.verdicts)
    session.add(registration)
    session.flush()
    audit.record(
        session,
        actor,
        "registration.submitted",
        now,
        scope=selection.id,
        registration=registration_id,
        version=row.version,
        sha256=row.sha256,
    )
    touch(session, f"vetting:{selection.id}")
    return row


def withdraw_registration(session: Session, actor: Actor, registration_id: int, *, now: datetime) -> None:
    """Withdraw (放弃报名), until registration closes or the time that the terms state; what was submitted stays."""
    registration = own_registration(session, registration_id, actor.person_id)
    selection = selection_row(session, registration.selection_id)
    until = terms_of(session, selection.id).withdraw_until
    if until is None:
        refuse_unless_registering(selection, now)
    elif now >= until:
        raise Refusal("This closed on {closes}.", closes=until, status=409)
    if registration.state in (RegistrationState.WITHDRAWN, RegistrationState.REFUSED):
        raise Refusal("This registration has already ended.", status=409)
    registration.state, registration.open_fields = RegistrationState.WITHDRAWN, None
    session.add(registration)
    audit.record(session, actor, "registration.withdrawn", now, scope=selection.id, registration=registration_id)
    touch(session, f"vetting:{selection.id}")


def _form_to_submit(session: Session, registration: Registration) -> dict[str, object]:
    """What has been typed; in a correction, the submitted form with the fields that were opened."""
    draft = session.get(RegistrationDraft, registration.id)
    typed: dict[str, object] = dict(draft.body) if draft else {}
    if registration.state != RegistrationState.RETURNED:
        return typed
    return merge_correction(newest_version(session, registration).body["form"], typed, open_fields(registration))


def _version_of(
    registration: Registration,
    form: Mapping[str, object],
    papers: Sequence[RegistrationPaper],
    verdicts: Sequence[Verdict],
    now: datetime,
) -> RegistrationVersion:
    """The next version; its body is kept in canonical form, so that its SHA-256 can be taken again from the row."""
    whole = {
        "post": registration.post_id,
        "form": form,
        "papers": [{"kind": paper.kind, "sha256": paper.sha256, "name": paper.name} for paper in papers],
    }
    return RegistrationVersion(
        registration_id=registration.id or 0,
        version=registration.version + 1,
        body=json.loads(canonical(whole)),
        verdicts=[{"number": verdict.number, "outcome": verdict.outcome} for verdict in verdicts],
        sha256=fingerprint(whole),
        submitted_at=now,
    )
