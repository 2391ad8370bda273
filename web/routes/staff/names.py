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
from core.settings import Zone
from exam.stages import Stage
from scoring.actions import confirm_shortlists, fill_reserve, propose_shortlists, publish_shortlists
from scoring.queries import pool, shortlists
from web.asking import Asker
from web.forms import Form
from web.routes.staff.here import Here, enter

READERS = (Power.SCORING_SHORTLIST_READ, Power.SCORING_TALLY_RUN, Power.SCORING_POOL_READ, Power.SCORING_RESULT_PUBLISH)


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
                asker.act(propose_shortlists, here.id)
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
    sees_names = here.may(Power.SCORING_SHORTLIST_READ)
    with asker.reading() as session:
        lists = shortlists(session, here.id)
        entries = pool(session, (here.id,), local_date(asker.visit.now, asker.visit.zone))
        people = {name.person_id for view in lists for name in view.names} | {line.person_id for line in entries}
        hands = {view.proposed_by for view in lists} | {view.confirmed_by for view in lists}
        names = names_of(session, people) if sees_names else {}
        staff = names_of(session, hands)
    waiting = [view for view in lists if view.state == "proposed"]
    return {
        "here": here,
        "road": here.road,
        "selection": here.selection,
        "powers": here.powers,
        "lists": lists,
        "names": names,
        "staff": staff,
        "pool": entries,
        "waiting": sum(len(view.names) for view in waiting),
        "may_propose": here.may(Power.SCORING_TALLY_RUN) and here.stage is Stage.COMPOSITE and not waiting,
        "may_confirm": here.may(Power.SCORING_SHORTLIST_CONFIRM) and bool(waiting),
        "may_publish": here.may(Power.SCORING_RESULT_PUBLISH) and here.stage is Stage.PROPOSED_NAMES,
        "may_fill": here.may(Power.SCORING_POOL_KEEP) and here.stage is Stage.PUBLISHED,
    }


router = Router("/", route_handlers=[names_page, change_names], opt={"zone": Zone.INNER})
