"""The staff's desk (公选工作台): one module per area, each with a `router`; this gathers them.

Every page about one selection begins with `here.enter(asker, code, Power.…)`, extends staff/desk.html, and draws
`ui.staff_nav(here.selection, area, here.powers)` in its crumb. An area that gives people something to do adds a
function to `waiting.LOOKS`, so that the start page names it.
"""

from litestar import Router

from core.settings import Zone
from web.routes.staff import (
    amendments,
    changes,
    conditions,
    exports,
    gate,
    home,
    interview,
    lots,
    marks,
    names,
    panels,
    recordings,
    records,
    registration,
    reserve,
    results,
    reviews,
    room,
    scheme,
    scheme_form,
    selections,
    settling,
    sitting,
    terms,
    vetting,
)

router = Router(
    "/",
    route_handlers=[
        home.router,
        selections.router,
        amendments.router,
        conditions.router,
        terms.router,
        scheme.router,
        scheme_form.router,
        vetting.router,
        registration.router,
        sitting.router,
        marks.router,
        settling.router,
        interview.router,
        panels.router,
        lots.router,
        room.router,
        recordings.router,
        records.router,
        results.router,
        gate.router,
        reviews.router,
        exports.router,
        names.router,
        changes.router,
        reserve.router,
    ],
    opt={"zone": Zone.INNER},
)
