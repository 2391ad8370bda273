"""A result's gate and its versions at the desk: what is still missing, and what a later version changed and why."""

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from core.people import Power
from core.words import N_
from exam.queries import publications
from scoring.actions.exports import READERS
from scoring.explain import Names
from scoring.queries import (
    COMPOSITE,
    ENTRY,
    NAMES,
    REVIEWED,
    checks,
    review_window,
    tally_behind,
)
from web.asking import Asker, need
from web.corrected import difference
from web.exports import KINDS
from web.results import scheme_of_digest
from web.routes.staff.here import enter
from web.routes.staff.results import seen_tally, seen_versions

TITLES = {**KINDS, NAMES: N_("Proposed names for investigation")}
GATE_READERS = (*READERS, Power.SCORING_SHORTLIST_CONFIRM)


@get("/staff/{code:str}/results/{kind:str}/missing", sync_to_thread=True)
def missing_page(asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """Everything that must be whole before this result is published, with what is missing and where it is solved."""
    here = enter(asker, code, *GATE_READERS)
    title = need(TITLES.get(kind))
    with asker.reading() as session:
        found = checks(session, here.id, kind)
        windows = [(one, review_window(one)) for shown in REVIEWED for one in publications(session, here.id, shown)[:1]]
        behind = kind in {ENTRY, COMPOSITE} and tally_behind(session, here.id, kind)
    return asker.page(
        "staff/result_missing.html", here=here, road=here.road, kind=kind, title=title, checks=found,
        missing=[one for one in found if not one.complete], behind=behind,
        open_windows=[one for one, window in windows if window and window.is_open(asker.visit.now)],
    )  # fmt: skip


@get("/staff/{code:str}/results/{kind:str}/{version:int}/changes", sync_to_thread=True)
def changes_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    kind: FromPath[str],
    version: FromPath[int],
    against: FromQuery[int] = 0,
) -> Response[str]:
    """What a version changed against an earlier one (the one before unless said): who moved, which marks, why."""
    here = enter(asker, code, *READERS)
    need(KINDS.get(kind))
    with asker.reading() as session:
        after, line = seen_tally(session, here, kind, version)
        earlier = [one for one in seen_versions(session, here, kind) if one.version < version]
        before, before_line = seen_tally(session, here, kind, against or (earlier[0].version if earlier else -1))
        need(before_line if before_line.version < version else None)
        scheme, _ = need(scheme_of_digest(session, here.id, after.scheme_sha256))
        found = difference(session, before, after, Names.of(scheme))
    return asker.page(
        "staff/result_changes.html", here=here, road=here.road, kind=kind, title=KINDS[kind], before=before_line,
        after=line, earlier=earlier, found=found,
    )  # fmt: skip


router = Router("/", route_handlers=[missing_page, changes_page])
