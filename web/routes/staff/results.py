"""Results at the desk: computed by one hand, checked and published by another, every figure with its reasons."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.canonical import fingerprint
from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.settings import Zone
from core.words import N_
from exam.queries import marks_confirmed, posts_of, publications
from exam.stages import stages_of
from interview.queries import unfinished
from recording.queries import hearings_without_video
from scoring.actions import accept_tally, publish_tally
from scoring.actions.results import COMPOSITE, DEEDS, ENTRY
from scoring.computing import computed
from scoring.queries import newest_tally
from scoring.tables import TallyRow
from web.asking import Asker, need
from web.forms import Form
from web.results import rankings, scheme_of_digest
from web.routes.staff.here import Here, enter
from web.why import why

KINDS = {ENTRY: N_("Candidates for the interview"), COMPOSITE: N_("Composite scores")}
READERS = (Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_READ, Power.SCORING_RESULT_PUBLISH)


@get("/staff/{code:str}/results", sync_to_thread=True)
def results_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Where the two results of a selection stand, and what is still missing for each."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/results.html", **_overview(asker, here))


@post("/staff/{code:str}/results/{kind:str}/compute", sync_to_thread=True)
def compute(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], kind: FromPath[str]
) -> Response[str] | Redirect:
    """Compute a result from the inputs as they stand and keep it: the first hand."""
    here = enter(asker, code, Power.SCORING_TALLY_RUN)
    _known(kind)
    try:
        facts = computed(asker.house.database, here.id, kind)
        asker.act(accept_tally, here.id, kind, **facts)
    except Refusal as refusal:
        return asker.refused("staff/results.html", form, refusal, **_overview(asker, here))
    return Redirect(f"{here.path}/results/{kind}", status_code=303)


@get("/staff/{code:str}/results/{kind:str}", sync_to_thread=True)
def result_page(asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """One result as computed: ranking, cut, ties; the checker publishes it here."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/result.html", **_result(asker, here, _known(kind)))


@post("/staff/{code:str}/results/{kind:str}", sync_to_thread=True)
def publish_result(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], kind: FromPath[str]
) -> Response[str] | Redirect:
    """Publish a result: the second hand, proven afresh."""
    here = enter(asker, code, Power.SCORING_RESULT_PUBLISH)
    version = form.whole("version", low=1)
    until = form.day("objections_until", required=False)
    try:
        form.refuse()
        actor = asker.proven(form)
        asker.act(publish_tally, here.id, _known(kind), version, objections_until=until, actor=actor)
    except Refusal as refusal:
        return asker.refused("staff/result.html", form, refusal, **_result(asker, here, kind))
    return Redirect(f"{here.path}/results", status_code=303)


@get("/staff/{code:str}/results/{kind:str}/why/{ticket:str}", sync_to_thread=True)
def result_why_page(
    asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str], ticket: FromPath[str]
) -> Response[str]:
    """Why a candidate stands where they stand, with judges' seats."""
    here = enter(asker, code, *READERS)
    with asker.reading() as session:
        row = need(newest_tally(session, here.id, _known(kind)))
        scheme, version = need(scheme_of_digest(session, here.id, row.scheme_sha256))
    found = need(why(row.outcome, ticket, scheme, seats=True))
    return asker.page(
        "staff/result_why.html", **_frame(here), kind=kind, kinds=KINDS, tally=row, why=found, version=version
    )


def _known(kind: str) -> str:
    if kind not in KINDS:
        need(None)
    return kind


def _frame(here: Here) -> dict[str, Any]:
    return {"here": here, "road": here.road, "selection": here.selection, "powers": here.powers}


def _overview(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        return {
            **_frame(here),
            "results": [_line(session, here, kind) for kind in KINDS],
            "confirmed": marks_confirmed(session, here.id),
            "open_hearings": unfinished(session, here.id),
            "without_video": hearings_without_video(session, here.id),
            "publications": publications(session, here.id),
        }


def _line(session: Session, here: Here, kind: str) -> dict[str, Any]:
    """How far one result is, and whether it may be computed at this stage."""
    row = newest_tally(session, here.id, kind)
    return {
        "kind": kind,
        "title": KINDS[kind],
        "tally": row,
        "published": _publication_number(session, here, row),
        "may_compute": here.may(Power.SCORING_TALLY_RUN) and here.stage in stages_of(DEEDS[kind]),
    }


def _publication_number(session: Session, here: Here, row: TallyRow | None) -> int:
    if row is None or row.publication_id is None:
        return 0
    return next(one.number for one in publications(session, here.id) if one.id == row.publication_id)


def _result(asker: Asker, here: Here, kind: str) -> dict[str, Any]:
    with asker.reading() as session:
        row = need(newest_tally(session, here.id, kind))
        scheme, version = need(scheme_of_digest(session, here.id, row.scheme_sha256))
        shown = rankings(row.outcome, scheme, posts_of(session, here.id), f"{here.path}/results/{kind}/why/")
        return {
            **_frame(here),
            "kind": kind,
            "title": KINDS[kind],
            "tally": row,
            "outcome_sha256": fingerprint(row.outcome),
            "computed_by": names_of(session, {row.computed_by}).get(row.computed_by, ""),
            "rankings": shown,
            "entered": sum(ranking.entered for ranking in shown),
            "ranked": sum(len(ranking.rows) for ranking in shown),
            "version": version,
            "published": _publication_number(session, here, row),
            "may_publish": here.may(Power.SCORING_RESULT_PUBLISH) and here.stage in stages_of(DEEDS[kind]),
        }


router = Router(
    "/",
    route_handlers=[results_page, compute, result_page, publish_result, result_why_page],
    opt={"zone": Zone.INNER},
)
