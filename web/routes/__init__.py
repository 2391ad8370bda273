"""All routers, each with the zone it belongs to; audiences do not know each other."""

from litestar import Router

from web.routes import admin, candidate, judge, live, public, signing

ROUTERS: tuple[Router, ...] = (
    signing.router,
    live.router,
    admin.router,
    judge.router,
    public.router,
    candidate.router,
)
