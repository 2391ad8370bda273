"""The start of the desk: every selection in which the asker holds a duty, with what waits for them."""

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from core.people import SYSTEM_SCOPE, Power
from exam.queries import selections
from web.asking import Asker
from web.routes.staff.here import standing
from web.routes.staff.waiting import waiting_for
from web.words import duty_words


@get("/staff", sync_to_thread=True)
def home_page(asker: NamedDependency[Asker], made: FromQuery[str] = "") -> Response[str]:
    """What waits for me, selection by selection; `made` is the code of one just created."""
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    duties = asker.actor.duties
    with asker.reading() as session:
        found = [
            (here, [duty_words(duty) for duty in sorted(duties[here.id])], waiting_for(session, asker, here))
            for row in selections(session, asker.actor.scopes_with(Power.EXAM_SELECTION_READ))
            for here in [standing(session, asker, row)]
        ]
    found.sort(key=lambda one: not any(waits.urgent for waits in one[2]))
    may_create = asker.actor.may(Power.EXAM_SELECTION_CREATE, SYSTEM_SCOPE)
    return asker.page("staff/home.html", found=found, may_create=may_create, made=made)


router = Router("/", route_handlers=[home_page])
