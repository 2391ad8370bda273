"""The committee: the proposed names side by side, what their ranks rest on, their hearings on video, the pool."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel import Session, col, select

from core.days import local_date
from core.people import Power
from core.queries import names_of
from core.settings import Zone
from core.words import Name
from exam.queries import publications, written_papers
from exam.tables import Selection
from recording.actions import note_viewing
from recording.queries import RecordingPage, granted_hearings, recording_page
from recording.states import RecordingState
from scoring.explain import Names
from scoring.queries import (
    COMPOSITE,
    Proposed,
    ShortlistView,
    barred_candidates,
    hearings_of,
    pool,
    proposed_people,
    published_tally,
    shortlists,
    tally_lines,
    tally_version,
)
from scoring.tables import TallyRow
from web.asking import Asker, need
from web.comparing import Block, Shown, compare
from web.corrected import difference
from web.i18n import Language
from web.pages import Road
from web.playing import play, still
from web.results import post_name, post_scheme, scheme_of_digest, selection_title, ticket_scheme
from web.roads import road_of
from web.statistics import kept_statistics, statistics_view
from web.viewing import review_of
from web.why import why


@dataclass(frozen=True, slots=True)
class PostList:
    """One post's confirmed list: all names on it, those compared now, and their comparison."""

    view: ShortlistView
    name: Name
    people: dict[str, str]
    compared: tuple[Proposed, ...]
    blocks: tuple[Block, ...]
    left: tuple[str, ...]


@get("/committee", sync_to_thread=True)
def committee_home(asker: NamedDependency[Asker]) -> Response[str]:
    """The selections whose proposed names this person may see."""
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    scopes = asker.actor.scopes_with(Power.SCORING_SHORTLIST_READ)
    with asker.reading() as session:
        rows = session.exec(select(Selection).where(col(Selection.id).in_(scopes)).order_by(col(Selection.code)))
        lines = [(one, _confirmed(session, one.id)) for one in rows]
    return asker.page("committee/home.html", lines=lines, title_of=selection_title)


@get("/committee/{code:str}", sync_to_thread=True)
def committee_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    who: FromQuery[list[str] | None] = None,
    only: FromQuery[str] = "",
) -> Response[str]:
    """The confirmed names of every post side by side, then the reserve pool.

    `who` narrows a post to some of its ticket numbers, `only` leaves out what is the same for all.
    """
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        tally = published_tally(session, selection.id, COMPOSITE)
        views = _confirmed(session, selection.id) if tally else []
        entries = pool(session, (selection.id,), local_date(asker.visit.now, asker.visit.zone))
        return asker.page(
            "committee/names.html",
            road=_road(asker, session, selection),
            selection=selection,
            title=selection_title(selection),
            posts=[_post_list(session, view, tally, who or [], differences=bool(only)) for view in views if tally],
            only=bool(only),
            corrected=tally is not None and tally.version > 1,
            files=_files(asker, selection, tally),
            pool=entries,
            names=names_of(session, {line.person_id for line in entries}),
            reads_pool=asker.actor.may(Power.SCORING_POOL_READ, selection.id),
            post_name=post_name,
        )


@get("/committee/{code:str}/why/{ticket:str}", sync_to_thread=True)
def committee_why(asker: NamedDependency[Asker], code: FromPath[str], ticket: FromPath[str]) -> Response[str]:
    """Why one proposed person has their rank: inputs, marks by seat, roundings, ties."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        proposed = _proposed(session, selection.id, ticket)
        tally = need(published_tally(session, selection.id, COMPOSITE))
        scheme, rules = need(scheme_of_digest(session, selection.id, tally.scheme_sha256))
        scheme = ticket_scheme(session, tally, scheme, ticket)
        heard = hearings_of(session, [proposed.candidacy_id]).get(proposed.candidacy_id)
        road = _road(asker, session, selection)
        name = names_of(session, {proposed.person_id}).get(proposed.person_id, "")
    found = need(why(tally.outcome, ticket, scheme, seats=True))
    return asker.page(
        "committee/why.html", road=road, selection=selection, why=found, tally=tally, rules=rules, heard=heard,
        name=name,
    )  # fmt: skip


@get("/committee/{code:str}/changes", sync_to_thread=True)
def committee_changes(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What each corrected version of the published ranking changed: who moved, which marks, why."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        lines = [one for one in tally_lines(session, selection.id) if one.kind == COMPOSITE and one.publication]
        pairs = []
        for after, before in pairwise(lines):
            newer = need(tally_version(session, selection.id, COMPOSITE, after.version))
            older = need(tally_version(session, selection.id, COMPOSITE, before.version))
            scheme, _ = need(scheme_of_digest(session, selection.id, newer.scheme_sha256))
            pairs.append((before, after, difference(session, older, newer, Names.of(scheme))))
        road = _road(asker, session, selection)
    return asker.page(
        "committee/changes.html", road=road, selection=selection, title=selection_title(selection), pairs=pairs
    )


@get("/committee/{code:str}/statistics", sync_to_thread=True)
def committee_statistics(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """What the published ranking rests on in figures; single candidates are named only where they are proposed."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        tally = need(published_tally(session, selection.id, COMPOSITE))
        scheme, _ = need(scheme_of_digest(session, selection.id, tally.scheme_sha256))
        names = [name for view in _confirmed(session, selection.id) for name in view.names]
        heard = hearings_of(session, [name.candidacy_id for name in names])
        road = _road(asker, session, selection)
    hearings = {name.ticket_number: heard[name.candidacy_id] for name in names if name.candidacy_id in heard}
    numbers = frozenset(name.ticket_number for name in names)
    address = f"/committee/{selection.code}"
    return asker.page(
        "committee/statistics.html", road=road, selection=selection, title=selection_title(selection), tally=tally,
        view=statistics_view(kept_statistics(tally, scheme), scheme, hearings, numbers),
        links={"why": f"{address}/why/", "film": f"{address}/recordings/"},
    )  # fmt: skip


@get("/committee/{code:str}/recordings/{recording_id:int}", sync_to_thread=True)
def committee_recording(
    asker: NamedDependency[Asker], code: FromPath[str], recording_id: FromPath[int], at: FromQuery[int] = 0
) -> Response[str]:
    """The hearing of a proposed person on video, from `at` milliseconds on. Opening it is noted in the journal."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        shown = _recording(session, selection.id, recording_id)
        proposed = need(_on_video(session, selection.id, shown))
        road = _road(asker, session, selection)
        name = names_of(session, {proposed.person_id}).get(proposed.person_id, "")
    asker.act(note_viewing, recording_id)
    address = f"/committee/{selection.code}/recordings/{recording_id}"
    return asker.page(
        "committee/recording.html", road=road, selection=selection, shown=shown, review=review_of(shown),
        number=proposed.ticket_number, name=name, video=f"{address}/video", poster=f"{address}/poster",
        start=f"{max(at, 0) // 1000}.{max(at, 0) % 1000:03}" if at > 0 else "",
    )  # fmt: skip


@get("/committee/{code:str}/recordings/{recording_id:int}/video", sync_to_thread=True)
def committee_video(
    request: Request,  # type: ignore[type-arg] # of any state
    asker: NamedDependency[Asker],
    code: FromPath[str],
    recording_id: FromPath[int],
) -> Response:  # type: ignore[type-arg] # a stream or nothing
    """The review copy in the parts that the player asks for."""
    return play(request, asker.house.files, need(_granted(asker, code, recording_id).review))


@get("/committee/{code:str}/recordings/{recording_id:int}/poster", sync_to_thread=True)
def committee_poster(
    asker: NamedDependency[Asker], code: FromPath[str], recording_id: FromPath[int]
) -> Response[bytes]:
    """The still picture."""
    return still(asker.house.files, need(_granted(asker, code, recording_id).poster))


# ── who may see what ─────────────────────────────────────────────────────────────────────────────────────────────────


def _enter(asker: Asker, session: Session, code: str) -> Selection:
    """The selection, for whoever may see its names; to everybody else it is not there."""
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    selection = need(session.exec(select(Selection).where(Selection.code == code)).first())
    if not asker.actor.may(Power.SCORING_SHORTLIST_READ, selection.id):
        need(None)
    return selection


def _confirmed(session: Session, selection_id: int) -> list[ShortlistView]:
    return [view for view in shortlists(session, selection_id) if view.state == "confirmed"]


def _proposed(session: Session, selection_id: int, ticket: str) -> Proposed:
    """Somebody on a confirmed list; nobody else is shown here."""
    names = [name for view in _confirmed(session, selection_id) for name in view.names]
    return need(next((name for name in names if name.ticket_number == ticket), None))


def _recording(session: Session, selection_id: int, recording_id: int) -> RecordingPage:
    """A verified recording of a hearing that was opened to the committee of this selection."""
    found = need(recording_page(session, recording_id))
    row = found.recording
    granted = row.selection_id == selection_id and row.hearing_id in granted_hearings(session, selection_id)
    return need(found if granted and row.state == RecordingState.VERIFIED else None)


def _on_video(session: Session, selection_id: int, shown: RecordingPage) -> Proposed | None:
    """Who of the confirmed lists is on a recording."""
    names = [name for view in _confirmed(session, selection_id) for name in view.names]
    hearings = hearings_of(session, [name.candidacy_id for name in names])
    wanted = shown.recording.hearing_id
    return next((one for one in names if (h := hearings.get(one.candidacy_id)) and h.hearing_id == wanted), None)


def _granted(asker: Asker, code: str, recording_id: int) -> RecordingPage:
    with asker.reading() as session:
        return _recording(session, _enter(asker, session, code).id, recording_id)


def _files(asker: Asker, selection: Selection, tally: TallyRow | None) -> str:
    """Where the files of the published result stand, for those who read results."""
    if tally is None or not asker.actor.may(Power.SCORING_RESULT_READ, selection.id):
        return ""
    return f"/staff/{selection.code}/results/{tally.kind}/{tally.version}#files"


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def _post_list(
    session: Session, view: ShortlistView, tally: TallyRow, who: list[str], *, differences: bool
) -> PostList:
    """One post's list; `who` counts where it names somebody on this list."""
    whole, _ = need(scheme_of_digest(session, view.post.selection_id, tally.scheme_sha256))
    scheme = post_scheme(session, view.post.selection_id, whole, view.post.code)
    people = proposed_people(session, view.post.selection_id, view.names)
    code = session.get_one(Selection, view.post.selection_id).code
    compared = tuple(name for name in view.names if name.ticket_number in who) or view.names
    shown = Shown(compared, people, tally, scheme, f"/committee/{code}")
    barred = barred_candidates(session, view.post.selection_id)
    return PostList(
        view=view,
        name=post_name(view.post),
        people={name.ticket_number: _name_of(people, name) for name in view.names},
        compared=compared,
        blocks=tuple(compare(shown, differences=differences)) if compared else (),
        left=tuple(name.ticket_number for name in view.names if name.ticket_number in barred),
    )


def _name_of(people: dict[int, Any], name: Proposed) -> str:
    person = people.get(name.candidacy_id)
    return person.name if person else name.ticket_number


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


router = Router(
    "/",
    route_handlers=[
        committee_home,
        committee_page,
        committee_why,
        committee_changes,
        committee_changes,
        committee_statistics,
        committee_recording,
        committee_video,
        committee_poster,
    ],
    opt={"zone": Zone.INNER},
)
