"""Each process serves the routes of its zone and no others: the internet sees no panel, mark, desk or administrator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from core.settings import Zone, read_settings
from web.app import make_app
from web.house import open_house
from web.routes import ROUTERS

PUBLIC = {"candidate", "public", "signing"}
INTERNET = ("/atom.xml", "/my", "/s/", "/sign-", "/recover", "/code", "/static", "/feeds", "/calendar")


def opened(zone: Zone, sqlite_url: str, tmp_path: Path) -> Iterator[Litestar]:
    house = open_house(read_settings({}, data=tmp_path, database_url=sqlite_url, zone=zone))
    yield make_app(house)
    house.close()


@pytest.fixture
def internet(sqlite_url: str, tmp_path: Path) -> Iterator[Litestar]:
    yield from opened(Zone.PUBLIC, sqlite_url, tmp_path)


@pytest.fixture
def inner(sqlite_url: str, tmp_path: Path) -> Iterator[Litestar]:
    yield from opened(Zone.INNER, sqlite_url, tmp_path)


@pytest.fixture
def everything(sqlite_url: str, tmp_path: Path) -> Iterator[Litestar]:
    yield from opened(Zone.ALL, sqlite_url, tmp_path)


def paths(app: Litestar) -> set[str]:
    return {route.path for route in app.routes}


def test_every_router_names_its_zone() -> None:
    assert all(isinstance(router.opt.get("zone"), Zone) for router in ROUTERS)


def test_every_route_belongs_to_a_zone(everything: Litestar) -> None:
    handlers = [handler for route in everything.routes for handler in route.route_handlers]
    zoneless = [str(one) for one in handlers if not isinstance(one.resolve_opts() or one.opt["zone"], Zone)]
    assert zoneless == []


def test_the_internet_zone_serves_candidates_and_the_public_alone(internet: Litestar) -> None:
    served = paths(internet)
    assert {"/", "/sign-in", "/my"} <= served
    assert [path for path in served if path != "/" and not path.startswith(INTERNET)] == []
    client = TestClient(internet)
    for path in ("/admin", "/admin/journal", "/staff", "/judge", "/judge/open", "/committee/X", "/observer/X", "/live"):
        assert client.get(path, follow_redirects=False).status_code == 404, path


def test_the_inner_zone_serves_no_candidate_and_starts_at_the_desk(inner: Litestar) -> None:
    served = paths(inner)
    assert {"/admin", "/staff", "/judge", "/live", "/sign-in"} <= served
    assert [path for path in served if path.startswith(("/my", "/s/"))] == []
    assert TestClient(inner).get("/", follow_redirects=False).headers["location"] == "/staff"


def test_the_two_zones_together_are_everything(internet: Litestar, inner: Litestar, everything: Litestar) -> None:
    assert paths(internet) | paths(inner) == paths(everything)
    assert paths(internet) & paths(inner) == {
        path for path in paths(everything) if path.startswith(("/sign-", "/recover", "/code", "/static")) or path == "/"
    }
