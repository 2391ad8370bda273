"""Proposed names and the reserve pool at the desk: proposed by rank, confirmed by a second hand, then published."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.days import local_date
from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.words import N_, Sentence
from exam.plan import PublicationKind
from exam.queries import publications
from exam.stages import Stage
from scoring.actions import confirm_shortlists, fill_reserve, propose_shortlists, publish_shortlists
from scoring.queries import (
    COMPOSITE,
    NAMES,
    ShortlistView,
    barred_candidates,
    checks,
    pool,
    published_tally,
    scheme_in_force,
    shortlists,
)
from scoring.replacement import Event, event_words
from web.asking import Asker
from web.forms import Form
from web.results import post_name
from web.routes.staff.here import Here, enter

READERS = (
    Power.SCORING_SHORTLIST_READ,
    Power.SCORING_TALLY_RUN,
    Power.SCORING_POOL_READ,
    Power.SCORING_RESULT_PUBLISH,
)
BEFOREHAND = frozenset({Power.SCORING_TALLY_RUN, Power.SCORING_SHORTLIST_CONFIRM})
"""Who sees names that only one hand has proposed: the two hands. Everybody else sees confirmed lists."""


@get("/staff/{code:str}/names", sync_to_thread=True)
def names_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The proposed names of every post, what waits for whom, and the reserve pool."""
    here = enter(asker, code, *READERS)
    return asker.page("staff/names.html", **_data(asker, here))


@post("/staff/{code:str}/names", sync_to_thread=True)
def change_names(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Propose, confirm, publish, or fill the pool; each act asks for its own duty."""
    here = enter(asker, code, *READERS)
    try:
        match form.choice("do", ["propose", "confirm", "publish", "fill"]):
            case "propose":
                asker.act(propose_shortlists, here.id, form.text("reason", required=False, longest=1000))
            case "confirm":
                asker.act(confirm_shortlists, here.id, actor=asker.proven(form))
            case "publish":
                asker.act(publish_shortlists, here.id)
            case "fill":
                asker.act(fill_reserve, here.id)
            case _:
                form.refuse()
    except Refusal as refusal:
        return asker.refused("staff/names.html", form, refusal, **_data(asker, here))
    return Redirect(f"{here.path}/names", status_code=303)


def _data(asker: Asker, here: Here) -> dict[str, Any]:
    with asker.reading() as session:
        lists = [view for view in shortlists(session, here.id) if _may_see(here, view)]
        entries = pool(session, (here.id,), local_date(asker.visit.now, asker.visit.zone))
        people = {name.person_id for view in lists for name in view.names} | {line.person_id for line in entries}
        hands = {view.proposed_by for view in lists} | {view.confirmed_by for view in lists}
        tally = published_tally(session, here.id, COMPOSITE)
        barred = barred_candidates(session, here.id)
        newest = next(iter(publications(session, here.id, PublicationKind.PROPOSED_NAMES)), None)
        corrected = newest is not None and {one["tally"] for one in newest.content["posts"]} != {
            view.tally_id for view in lists
        }
        data = {
            "gaps": [one for one in checks(session, here.id, NAMES) if not one.complete],
            "names": names_of(session, people) if here.may(Power.SCORING_SHORTLIST_READ) else {},
            "staff": names_of(session, hands),
            "publication": newest,
            "corrected": corrected,
            "keeps_pool": here.stage is Stage.PUBLISHED and scheme_in_force(session, here.id).reserve is not None,
        }
    results = tally.outcome["results"] if tally else []
    entered = {one["candidate"] for one in results if one["entered"]}
    listed = {name.ticket_number for view in lists for name in view.names}
    waiting = [view for view in lists if view.state == "proposed"]
    overtaken = tally is not None and any(view.tally_id != tally.id for view in lists)
    return {
        **data,
        "here": here,
        "road": here.road,
        "lists": lists,
        "post_name": post_name,
        "reason_words": {one.value: Sentence(N_("stepped in: {event}"), {"event": event_words(one)}) for one in Event},
        "reads_results": bool(here.powers & {Power.SCORING_RESULT_READ, Power.SCORING_RESULT_PUBLISH}),
        "tally": tally,
        "tied": {one["candidate"] for one in results if one["tied"]},
        "left": sorted(barred & entered) if lists else [],
        "gone": sorted(barred & listed),
        "published_names": len(listed - barred),
        "pool": entries if here.powers & {Power.SCORING_POOL_READ, Power.SCORING_TALLY_RUN} else [],
        "waiting": sum(len(view.names) for view in waiting),
        "waits": bool(waiting),
        "overtaken": overtaken,
        **_may(asker, here, waiting, changed=bool(barred & listed), overtaken=overtaken, corrected=corrected),
    }


def _may_see(here: Here, view: ShortlistView) -> bool:
    return view.state == "confirmed" or bool(here.powers & BEFOREHAND)


def _may(
    asker: Asker, here: Here, waiting: list[ShortlistView], *, changed: bool, overtaken: bool, corrected: bool
) -> dict[str, bool]:
    """Which of the four acts the asker can do now.

    A waiting list is proposed again only if somebody on it left or the ranking was corrected since (`overtaken`).
    Names confirmed on a corrected ranking are published once more at a later stage (`corrected`).
    """
    mine = any(view.proposed_by == asker.person_id for view in waiting)
    at_composite = here.stage is Stage.COMPOSITE and (changed or not waiting)
    publishing = here.stage is Stage.PROPOSED_NAMES or (corrected and not waiting)
    settled = not mine and not changed and not overtaken
    return {
        "may_propose": here.may(Power.SCORING_TALLY_RUN) and (at_composite or overtaken),
        "may_confirm": here.may(Power.SCORING_SHORTLIST_CONFIRM) and bool(waiting) and settled,
        "may_publish": here.may(Power.SCORING_RESULT_PUBLISH) and publishing and not overtaken,
        "may_fill": here.may(Power.SCORING_POOL_KEEP) and here.stage is Stage.PUBLISHED,
    }


router = Router("/", route_handlers=[names_page, change_names])
