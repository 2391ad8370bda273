"""What every test may ask for: a fresh database of each kind, an act runner on it, a clock, and no silent skips."""

import itertools
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest

from core.acts import Acts
from core.db import Database
from tests import postgres, s3
from web.migrate import drift, migrate

NUMBERS = itertools.count(1)

# machines are noisy: no test fails for being slow
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


class Clock:
    """A clock that stands still until it is told to move; give `clock.now` to acts."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)

    def later(self, **parts: float) -> datetime:
        """Move on by days, hours, minutes, seconds …, and tell the new time."""
        self.now += timedelta(**parts)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real server of this test process alone."""
    if (programs := postgres.programs()) is None:
        pytest.fail(postgres.MISSING, pytrace=False)
    server = postgres.Server(programs)
    try:
        server.make()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.Server]:
    """A real S3 server of this test process alone; whoever stops it starts it again."""
    server = s3.Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def s3_url(s3_server: s3.Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty place in an S3 store, with the environment by which it is reached."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://house/test{next(NUMBERS)}"


def migrated(url: str) -> None:
    """Migrate an empty database; say in one line where the migration lags behind the tables."""
    migrate(url)
    if differences := drift(url):
        changed = "; ".join(differences)
        pytest.fail(f"run scripts/new_first_migration.py, the tables have changed: {changed}", pytrace=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    postgres_server.command("CREATE DATABASE empty")
    migrated(postgres_server.url("empty"))
    return "empty"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh migrated SQLite database."""
    shutil.copyfile(sqlite_template, tmp_path / "gongxuan.sqlite")
    return f"sqlite:///{tmp_path / 'gongxuan.sqlite'}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, postgres_template: str) -> Iterator[str]:
    """The address of a fresh migrated PostgreSQL database."""
    name = f"test{next(NUMBERS)}"
    postgres_server.command(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres_server.url(name)
    postgres_server.command(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh migrated database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh migrated database of each kind in turn."""
    opened = Database(database_url, readers=5)
    yield opened
    opened.close()


@pytest.fixture
def acts(database: Database) -> Iterator[Acts]:
    """An act runner on `database`, closed before the database is."""
    runner = Acts(database)
    yield runner
    runner.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that names a PostgreSQL fixture is a PostgreSQL test; walks are long and begin first."""
    for item in items:
        if "postgres_server" in getattr(item, "fixturenames", ()):
            item.add_marker("postgres")
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


# ── no test is skipped silently ──────────────────────────────────────────────────────────────────────────────────────


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail if any test is skipped (always so where CI is set)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in sorted(Counter(_reason(report) for report in skipped).items()):
        terminalreporter.write_line(f"skipped {count}: {reason}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    where = report.longrepr
    return str(where[2]).removeprefix("Skipped: ") if isinstance(where, tuple) else str(where)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be skipped, a skip is a failure of the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    strict = session.config.getoption("--no-skips") or os.environ.get("CI", "") not in {"", "0", "false"}
    if strict and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
