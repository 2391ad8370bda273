"""All routers, each with the zone it belongs to; audiences do not know each other."""

from litestar import Router

from web.routes import admin, candidate, committee, feeds, judge, live, observer, public, signing, staff

ROUTERS: tuple[Router, ...] = (
    signing.router,
    live.router,
    admin.router,
    judge.router,
    committee.router,
    observer.router,
    public.router,
    feeds.router,
    candidate.router,
    staff.router,
)
