"""A candidate's own registration, loaded with everything its pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.tables import Person
from core.words import Name
from exam.conditions import Condition
from exam.eligibility import Verdict
from exam.queries import (
    conditions_of,
    look_through,
    open_fields,
    publications,
    registration_by_reference,
    registration_page,
    registration_window,
    stage_now,
    terms_of,
    written_papers,
)
from exam.registration import Checked
from exam.stages import Deed, Stage, hindrance
from exam.tables import Post, Registration, RegistrationPaper, Selection, VettingDecision
from exam.terms import Terms
from exam.vetting import RegistrationState
from web.asking import Asker, need
from web.i18n import Language
from web.pages import Road
from web.roads import road_of


@dataclass(frozen=True, slots=True)
class Own:
    """One registration of the person who asks.

    `form` is what stands in it now; `submitted` the newest version's form, empty before the first. `remarks` are the
    fields returned for correction, each with what is to be corrected; empty unless it was returned. `until` is the
    end of the time in which it may be changed.
    """

    registration: Registration
    selection: Selection
    post: Post
    person: Person
    form: Mapping[str, Any]
    submitted: Mapping[str, Any]
    papers: Sequence[RegistrationPaper]
    conditions: Sequence[Condition]
    terms: Terms
    verdicts: Sequence[Verdict]
    decisions: Sequence[VettingDecision]
    remarks: Mapping[str, str]
    until: datetime
    editable: bool
    checked: Checked
    road: Road

    @property
    def id(self) -> int:
        """The registration's row."""
        return self.registration.id or 0

    @property
    def path(self) -> str:
        """The address of the registration's own page."""
        return f"/my/{self.registration.reference}"

    @property
    def state(self) -> RegistrationState:
        """Where the registration stands."""
        return RegistrationState(self.registration.state)

    @property
    def returned(self) -> bool:
        """Whether it was returned for correction."""
        return self.state is RegistrationState.RETURNED

    @property
    def post_name(self) -> Name:
        """The post as the page's language names it."""
        return Name(self.post.name, self.post.name_en or self.post.name)

    @property
    def selection_title(self) -> Name:
        """The selection as the page's language names it."""
        return Name(self.selection.title, self.selection.title_en or self.selection.title)

    def may_change(self, field: str) -> bool:
        """Whether a field can be changed now: all of a draft, of a returned one those named in the return."""
        return self.editable and (not self.returned or field in self.remarks)

    def corrected(self, field: str) -> bool:
        """Whether a returned field differs from what was submitted; papers: whether one came after the submission."""
        if not field.startswith("papers."):
            return self.form.get(field) != self.submitted.get(field)
        since = self.registration.submitted_at
        kind = field.removeprefix("papers.")
        return since is not None and any(paper.kind == kind and paper.added_at > since for paper in self.papers)


def load(asker: Asker, reference: str) -> Own:
    """The registration of this reference, if it is the asker's own; the same answer for a foreign and a missing one."""
    person_id = asker.person_id
    with asker.reading() as session:
        registration = need(registration_by_reference(session, reference, person_id))
        return _own(session, asker, registration.id or 0)


def _own(session: Session, asker: Asker, registration_id: int) -> Own:
    page = need(registration_page(session, registration_id))
    state = RegistrationState(page.registration.state)
    window = page.correction or registration_window(page.selection)
    now = asker.visit.now
    stage = stage_now(page.selection, now) if state is RegistrationState.RETURNED else Stage(page.selection.stage)
    deed = {RegistrationState.DRAFT: Deed.REGISTER, RegistrationState.RETURNED: Deed.CORRECT}.get(state)
    return Own(
        registration=page.registration,
        selection=page.selection,
        post=page.post,
        person=page.person,
        form=page.form,
        submitted=page.submitted.body["form"] if page.submitted else {},
        papers=page.papers,
        conditions=conditions_of(session, page.selection.id, page.post.id or 0),
        terms=terms_of(session, page.selection.id),
        verdicts=page.verdicts,
        decisions=page.decisions,
        remarks=open_fields(page.registration),
        until=window.closes,
        editable=deed is not None and hindrance(deed, stage, now, window) is None,
        checked=look_through(session, registration_id, now),
        road=own_road(session, asker, page.selection),
    )


def own_road(session: Session, asker: Asker, selection: Selection) -> Road:
    """The road of a selection in the asker's language."""
    visit = asker.visit
    return road_of(
        selection,
        publications(session, selection.id),
        visit.now,
        visit.zone,
        papers=written_papers(session, selection.id),
        english=visit.language is Language.ENGLISH,
    )
