"""The staff's desk (公选工作台): one module per area, each with a `router`; this gathers them.

Every page about one selection begins with `here.enter(asker, code, Power.…)`, extends staff/desk.html, and draws
`ui.staff_nav(here.selection, area, here.powers)` in its crumb. An area that gives people something to do adds a
function to `waiting.LOOKS`, so that the start page names it.
"""

from litestar import Router

from core.settings import Zone
from web.routes.staff import conditions, home, names, registration, results, scheme, selections, vetting

router = Router(
    "/",
    route_handlers=[
        home.router,
        selections.router,
        conditions.router,
        scheme.router,
        vetting.router,
        registration.router,
        results.router,
        names.router,
    ],
    opt={"zone": Zone.INNER},
)
