"""One's own entry in a reserve pool, where the scheme says that people are told; leaving it."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.days import local_date
from core.errors import Refusal
from scoring.actions import leave_pool
from scoring.queries import PoolLine, own_entry
from scoring.reuse import Standing
from web.asking import Asker, need
from web.forms import Form
from web.routes.candidate.own import Own, load


def entry_of(asker: Asker, own: Own) -> PoolLine | None:
    """The entry as it stands today; None where there is none or the scheme does not tell."""
    return asker.read(own_entry, own.id, local_date(asker.visit.now, asker.visit.zone))


@get("/my/{reference:str}/reserve", sync_to_thread=True)
def entry_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """The entry: until when it is valid, where it stands."""
    return asker.page("candidate/reserve.html", **_data(asker, load(asker, reference)))


@post("/my/{reference:str}/reserve", sync_to_thread=True)
def leave(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str]
) -> Response[str] | Redirect:
    """Leave the pool by oneself."""
    own = load(asker, reference)
    data = _data(asker, own)
    try:
        if not form.ticked("sure"):
            raise Refusal("Tick the box to say that you leave of your own will.", field="sure")  # noqa: TRY301 - below
        asker.act(leave_pool, own.id)
    except Refusal as refusal:
        return asker.refused("candidate/reserve.html", form, refusal, **data)
    return Redirect(f"{own.path}/reserve", status_code=303)


def _data(asker: Asker, own: Own) -> dict[str, Any]:
    line = need(entry_of(asker, own))
    return {
        "own": own,
        "road": own.road,
        "line": line,
        "may_leave": line.standing in {Standing.VALID, Standing.PROPOSED},
    }
