"""Results at the desk: computed by one hand, checked and published by another, every figure with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Problem, Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Sentence
from exam.queries import marks_confirmed, posts_of, ticket_ids
from exam.stages import STAGE_WORDS, stages_of
from interview.queries import unfinished
from recording.queries import hearings_without_video
from scoring.actions import accept_tally, publish_tally
from scoring.actions.exports import BEFOREHAND, READERS
from scoring.actions.results import DEEDS
from scoring.computing import computed, still_stands
from scoring.explain import Names
from scoring.queries import (
    TallyLine,
    checks,
    corrections_in,
    digests,
    hearings_of,
    scheme_in_force,
    tally_behind,
    tally_lines,
    tally_version,
)
from scoring.review import CAUSE_NAMES
from scoring.snapshot import changed_results
from scoring.tables import TallyRow
from scoring.words import scheme_in_words
from web.asking import Asker, need
from web.corrected import figure_words, place_words
from web.exports import KINDS, tables_of
from web.forms import Form
from web.results import rankings, scheme_of_digest, ticket_scheme
from web.routes.staff.here import Here, enter
from web.statistics import kept_statistics, statistics_view
from web.why import why


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one of the two results is. `versions` are those the asker may see, the newest first."""

    kind: str
    title: str
    versions: tuple[TallyLine, ...]
    may_compute: bool
    stage: Sentence
    behind: bool

    @property
    def newest(self) -> TallyLine | None:
        """The version that counts now."""
        return self.versions[0] if self.versions else None


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
    known(kind)
    try:
        facts = computed(asker.house.database, here.id, kind)
        asker.act(accept_tally, here.id, kind, **facts)
    except Refusal as refusal:
        return asker.refused("staff/results.html", form, asker.read(_placed, here, refusal), **_overview(asker, here))
    return Redirect(f"{here.path}/results/{kind}", status_code=303)


@get("/staff/{code:str}/results/{kind:str}", sync_to_thread=True)
def result_page(asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """The newest version of a result as computed: ranking, cut, ties; the checker publishes it here."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/result.html", **_result(asker, here, known(kind)))


@get("/staff/{code:str}/results/{kind:str}/{version:int}", sync_to_thread=True)
def version_page(
    asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """One version of a result, with what it changed against the one before."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/result.html", **_result(asker, here, known(kind), version))


@post("/staff/{code:str}/results/{kind:str}/{version:int}", sync_to_thread=True)
def publish_result(
    asker: NamedDependency[Asker],
    form: NamedDependency[Form],
    code: FromPath[str],
    kind: FromPath[str],
    version: FromPath[int],
) -> Response[str] | Redirect:
    """Publish a result: the second hand, proven afresh."""
    here = enter(asker, code, Power.SCORING_RESULT_PUBLISH)
    until = form.day("objections_until", required=False)
    try:
        form.refuse()
        actor = asker.proven(form)
        asker.act(publish_tally, here.id, known(kind), version, objections_until=until, actor=actor)
    except Refusal as refusal:
        return asker.refused("staff/result.html", form, refusal, **_result(asker, here, kind, version))
    return Redirect(f"{here.path}/results", status_code=303)


@get("/staff/{code:str}/results/{kind:str}/{version:int}/why/{ticket:str}", sync_to_thread=True)
def result_why_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    kind: FromPath[str],
    version: FromPath[int],
    ticket: FromPath[str],
) -> Response[str]:
    """Why a candidate stands where they stand, with judges' seats."""
    here = enter(asker, code, *READERS)
    with asker.reading() as session:
        row, line = seen_tally(session, here, known(kind), version)
        scheme, rules = need(scheme_of_digest(session, here.id, row.scheme_sha256))
        scheme = ticket_scheme(session, row, scheme, ticket)
        candidacy_id = need(ticket_ids(session, here.id).get(ticket))
        heard = hearings_of(session, [candidacy_id]).get(candidacy_id)
        made = corrections_in(session, row, ticket)
        people = names_of(session, {hand for one in made for hand in (one.row.proposed_by, one.row.decided_by)})
    found = need(why(row.outcome, ticket, scheme, seats=True))
    return asker.page(
        "staff/result_why.html", here=here, road=here.road, kind=kind, title=KINDS[kind], tally=row, line=line,
        why=found, rules=rules, heard=heard, corrected=made, people=people, names=Names.of(scheme),
        place_words=place_words, figure_words=figure_words, causes=CAUSE_NAMES,
    )  # fmt: skip


@get("/staff/{code:str}/results/{kind:str}/{version:int}/statistics", sync_to_thread=True)
def result_statistics_page(
    asker: NamedDependency[Asker], code: FromPath[str], kind: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """What authorities should see of a result beside its ranks, computed from the stored version alone."""
    here = enter(asker, code, *READERS)
    with asker.reading() as session:
        row, _ = seen_tally(session, here, known(kind), version)
        scheme, _ = need(scheme_of_digest(session, here.id, row.scheme_sha256))
        found = kept_statistics(row, scheme)
        tickets = {number: key for number, key in ticket_ids(session, here.id).items() if number in found.standing_out}
        heard = hearings_of(session, list(tickets.values()))
    hearings = {number: heard[key] for number, key in tickets.items() if key in heard}
    seen = here.may(Power.SCORING_SHORTLIST_READ)
    links = {
        "why": f"{here.path}/results/{kind}/{version}/why/",
        "film": f"/committee/{code}/recordings/" if seen else "",
    }
    return asker.page(
        "staff/statistics.html", here=here, road=here.road, kind=kind, title=KINDS[kind], tally=row, links=links,
        view=statistics_view(found, scheme, hearings),
    )  # fmt: skip


def known(kind: str) -> str:
    """The kind of a result, if there is one."""
    if kind not in KINDS:
        need(None)
    return kind


def seen_versions(session: Session, here: Here, kind: str) -> tuple[TallyLine, ...]:
    """The versions of a result that the asker may see, the newest first."""
    all_of_it = bool(here.powers.intersection(BEFOREHAND))
    return tuple(
        line for line in tally_lines(session, here.id) if line.kind == kind and (all_of_it or line.publication)
    )


def seen_tally(session: Session, here: Here, kind: str, version: int = 0) -> tuple[TallyRow, TallyLine]:
    """A version of a result, the newest if none is named; one that the asker may not see is not there."""
    line = need(next((one for one in seen_versions(session, here, kind) if version in {0, one.version}), None))
    return need(tally_version(session, here.id, kind, line.version)), line


# ── the overview ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _overview(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        standings = [_standing(session, here, kind) for kind in KINDS]
        people = {line.computed_by for one in standings for line in one.versions}
        open_ones = [(one.room_code, one.number) for one in unfinished(session, here.id)]
        return {
            "here": here,
            "road": here.road,
            "results": standings,
            "people": names_of(session, people),
            "confirmed": marks_confirmed(session, here.id),
            "open_hearings": _by_room(open_ones),
            "open_count": len(open_ones),
            "without_video": _by_room(missing := hearings_without_video(session, here.id)),
            "without_video_count": len(missing),
        }


def _standing(session: Session, here: Here, kind: str) -> Standing:
    (stage,) = stages_of(DEEDS[kind])
    versions = seen_versions(session, here, kind)
    behind = tally_behind(session, here.id, kind)
    published = any(one.publication for one in versions)
    return Standing(
        kind,
        KINDS[kind],
        versions,
        here.may(Power.SCORING_TALLY_RUN) and (behind if published else here.stage is stage),
        Sentence(STAGE_WORDS[stage]),
        behind,
    )


def _by_room(hearings: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Sealed numbers by room."""
    found: dict[str, list[int]] = {}
    for code, number in hearings:
        found.setdefault(code, []).append(number)
    return found


def _placed(session: Session, here: Here, refusal: Refusal) -> Refusal:
    """The same problems, each naming the candidate and the part it is about instead of a path."""
    if not any("." in problem.field for problem in refusal.problems):
        return refusal
    names = Names.of(scheme_in_force(session, here.id))
    placed = Refusal.of([_named(problem, names) for problem in refusal.problems])
    placed.status = refusal.status
    return placed


def _named(problem: Problem, names: Names) -> Problem:
    number, dot, path = problem.field.partition(".")
    if not dot:
        return problem
    facts = {
        "number": number,
        "part": names.part(path.partition(".")[0]),
        "problem": Sentence(problem.sentence, problem.facts),
    }
    return Problem("{number}, {part}: {problem}", facts)


# ── one version ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _result(asker: Asker, here: Here, kind: str, version: int = 0) -> dict[str, Any]:
    with asker.reading() as session:
        row, line = seen_tally(session, here, kind, version)
        seen = seen_versions(session, here, kind)
        before = next((one for one in seen if one.version < row.version), None)
        earlier = tally_version(session, here.id, kind, before.version) if before else None
        scheme, rules = need(scheme_of_digest(session, here.id, row.scheme_sha256))
        posts = posts_of(session, here.id)
        people = names_of(session, {row.computed_by})
        missing = checks(session, here.id, kind) if not line.publication else []
    by, words = row.outcome["stages"][-1]["by"], scheme_in_words(scheme)
    shown = rankings(row.outcome, scheme, posts, f"{here.path}/results/{kind}/{row.version}/why/")
    corrects = any(one.publication for one in seen)
    in_time = corrects or here.stage in stages_of(DEEDS[kind])
    current = line.version == seen[0].version and not line.publication and in_time
    return {
        "here": here,
        "road": here.road,
        "kind": kind,
        "title": KINDS[kind],
        "tally": row,
        "line": line,
        "digests": digests(row),
        "computed_by": people.get(row.computed_by, ""),
        "formula": next((part.formula for part in words.parts if part.key == by), None),
        "other_formulas": [
            (variant.name, part.formula) for variant in words.variants for part in variant.parts if part.key == by
        ],
        "rankings": shown,
        "entered": sum(ranking.entered for ranking in shown),
        "ranked": sum(len(ranking.rows) for ranking in shown),
        "before": before,
        "corrects": corrects,
        "changes": changed_results(earlier.outcome, row.outcome) if earlier else [],
        "rules": rules,
        "gaps": [one for one in missing if not one.complete],
        "tables": tables_of(row.inputs),
        "mine": row.computed_by == asker.person_id,
        "waits": current,
        "may_publish": current and here.may(Power.SCORING_RESULT_PUBLISH),
        "again": _again(asker, here, row) if current and here.powers.intersection(BEFOREHAND) else None,
    }


def _again(asker: Asker, here: Here, row: TallyRow) -> tuple[Sentence, str]:
    """Whether a computation at this very moment would start from the same: a word and its shape."""
    try:
        same = still_stands(asker.house.database, here.id, row.kind, row.scheme_sha256, row.input_sha256)
    except Refusal:
        return Sentence(N_("A result can no longer be computed from what stands now")), "problem"
    if same:
        return Sentence(N_("Marks, people and rules are those it was computed from")), "done"
    return Sentence(N_("Marks, people or rules have changed since: it must be computed again")), "attention"


router = Router(
    "/",
    route_handlers=[
        results_page,
        compute,
        result_page,
        version_page,
        publish_result,
        result_why_page,
        result_statistics_page,
    ],
)
