"""The committee: the proposed names side by side, what their ranks rest on, their hearings on video, the pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import Session, col, select

from core.days import local_date
from core.people import Power
from core.settings import Zone
from core.words import Name
from exam.eligibility import Verdict
from exam.queries import publications, registration_page, written_papers
from exam.tables import Selection
from interview.tables import Hearing
from recording.queries import granted_hearings, recording_of_hearing
from scoring.parts import Part
from scoring.queries import Proposed, ShortlistView, pool, published_tally, result_of, shortlists
from scoring.tables import TallyRow
from web.asking import Asker, need
from web.i18n import Language
from web.pages import Road
from web.results import Document, scheme_of_digest, selection_title
from web.roads import road_of
from web.why import why

COMPOSITE = "composite"


@dataclass(frozen=True, slots=True)
class Person:
    """One proposed person in the comparison."""

    ticket_number: str
    name: str
    rank: str
    composite: str
    parts: tuple[tuple[Name, str], ...]
    spread: str
    unit: str
    position: str
    education: str
    verdicts: tuple[Verdict, ...]
    registration_id: int
    recording_id: int


@get("/committee", sync_to_thread=True)
def committee_home(asker: NamedDependency[Asker]) -> Response[str]:
    """The selections whose proposed names this person may see."""
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    scopes = asker.actor.scopes_with(Power.SCORING_SHORTLIST_READ)
    with asker.reading() as session:
        rows = session.exec(select(Selection).where(col(Selection.id).in_(scopes)).order_by(col(Selection.code)))
        lines = [(one, [view for view in shortlists(session, one.id) if view.state == "confirmed"]) for one in rows]
    return asker.page("committee/home.html", lines=lines, title_of=selection_title)


@get("/committee/{code:str}", sync_to_thread=True)
def committee_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The proposed names of every post side by side, then the reserve pool."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        views = [view for view in shortlists(session, selection.id) if view.state == "confirmed"]
        tally = published_tally(session, selection.id, COMPOSITE)
        posts = [(view, _people(session, view, tally)) for view in views]
        entries = pool(session, (selection.id,), local_date(asker.visit.now, asker.visit.zone))
        road = _road(asker, session, selection)
    return asker.page(
        "committee/names.html",
        road=road,
        selection=selection,
        title=selection_title(selection),
        posts=posts,
        pool=entries,
        tally=tally,
    )


@get("/committee/{code:str}/why/{ticket:str}", sync_to_thread=True)
def committee_why(asker: NamedDependency[Asker], code: FromPath[str], ticket: FromPath[str]) -> Response[str]:
    """Why one proposed person has their rank: inputs, marks by seat, roundings, ties."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        _proposed(session, selection.id, ticket)
        tally = need(published_tally(session, selection.id, COMPOSITE))
        scheme, version = need(scheme_of_digest(session, selection.id, tally.scheme_sha256))
        road = _road(asker, session, selection)
    found = need(why(tally.outcome, ticket, scheme, seats=True))
    return asker.page(
        "committee/why.html", road=road, selection=selection, why=found, tally=tally, version=version,
    )  # fmt: skip


def _enter(asker: Asker, session: Session, code: str) -> Selection:
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    selection = need(session.exec(select(Selection).where(Selection.code == code)).first())
    asker.actor.require(Power.SCORING_SHORTLIST_READ, selection.id)
    return selection


def _proposed(session: Session, selection_id: int, ticket: str) -> None:
    """Only people on a confirmed list are shown here."""
    lists = shortlists(session, selection_id)
    if not any(name.ticket_number == ticket for view in lists if view.state == "confirmed" for name in view.names):
        need(None)


def _road(asker: Asker, session: Session, selection: Selection) -> Road:
    visit = asker.visit
    return road_of(
        selection,
        publications(session, selection.id),
        visit.now,
        visit.zone,
        papers=written_papers(session, selection.id),
        english=visit.language is Language.ENGLISH,
    )


def _people(session: Session, view: ShortlistView, tally: TallyRow | None) -> list[Person]:
    """Everybody on a list with the facts compared, in order of rank."""
    found = scheme_of_digest(session, view.post.selection_id, tally.scheme_sha256) if tally else None
    parts = found[0].root.parts if found else ()
    granted = granted_hearings(session, view.post.selection_id)
    hearings = _hearings(session, [name.candidacy_id for name in view.names])
    return [_person(session, one, tally, parts, hearings.get(one.candidacy_id, 0), granted) for one in view.names]


def _person(
    session: Session,
    one: Proposed,
    tally: TallyRow | None,
    parts: Sequence[Part],
    hearing_id: int,
    granted: frozenset[int],
) -> Person:
    page = need(registration_page(session, one.registration_id))
    result = (result_of(tally, one.ticket_number) if tally else None) or {}
    form: Mapping[str, Any] = (
        page.submitted.body["form"] if page.submitted and "form" in page.submitted.body else page.form
    )
    studied = form.get("education") or [{}]
    recording = recording_of_hearing(session, hearing_id) if hearing_id in granted else None
    return Person(
        ticket_number=one.ticket_number,
        name=page.person.name,
        rank=("=" if result.get("tied") else "") + str(one.rank),
        composite=one.composite,
        parts=tuple(_parts(result, parts)),
        spread=_spread(result.get("steps", ())),
        unit=str(form.get("unit", "")),
        position=str(form.get("position", "")),
        education=f"{studied[-1].get('school', '')} {studied[-1].get('field_of_study', '')}".strip(),
        verdicts=page.verdicts,
        registration_id=one.registration_id,
        recording_id=recording.id or 0 if recording else 0,
    )


def _parts(result: Document, parts: Sequence[Part]) -> Sequence[tuple[Name, str]]:
    """The values of the parts that make up the composite, in the scheme's order."""
    values = result.get("parts", {})
    return [(part.name, values[part.key]["value"]) for part in parts if "value" in values.get(part.key, {})]


def _spread(steps: Sequence[Document]) -> str:
    """The lowest and highest total of the panel's judges, as marked."""
    totals = [Decimal(step["value"]) for step in steps if step["kind"] == "judge_totals"]
    return f"{min(totals)}–{max(totals)}" if totals else ""


def _hearings(session: Session, candidacy_ids: Sequence[int]) -> dict[int, int]:
    rows = session.exec(select(Hearing).where(col(Hearing.candidacy_id).in_(candidacy_ids)))
    return {row.candidacy_id: row.id or 0 for row in rows}


router = Router("/", route_handlers=[committee_home, committee_page, committee_why], opt={"zone": Zone.INNER})
