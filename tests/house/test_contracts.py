"""Each import contract breaks when the import it forbids is planted into a copy of the packages."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.house.rules import PACKAGES, ROOT

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS: dict[str, Any] = {contract["id"]: contract for contract in CONFIGURATION["contracts"]}

PLANTED = [
    ("chain", "interview/panel.py", "from scoring import marks"),
    ("chain", "core/words.py", "import exam.stages"),
    ("core", "core/tables.py", "from core import acts"),
    ("core", "core/newcomer.py", ""),
    ("exam", "exam/tables.py", "from exam import queries"),
    ("exam", "exam/newcomer.py", ""),
    ("interview", "interview/tables.py", "from interview import sheet_sql"),
    ("interview", "interview/newcomer.py", ""),
    ("recording", "recording/timeline.py", "from recording import tables"),
    ("recording", "recording/newcomer.py", ""),
    ("scoring", "scoring/marks.py", "from scoring import queries"),
    ("scoring", "scoring/newcomer.py", ""),
    ("web", "web/pages.py", "from web import app"),
    ("web", "web/newcomer.py", ""),
    ("no-circles", "scoring/marks.py", "from scoring import document"),
    ("rules-pure", "exam/stages.py", "import random"),
    ("rules-pure", "scoring/ranking.py", "from time import time"),
    ("rules-pure", "interview/panel.py", "import sqlalchemy"),
    ("adapters", "recording/video.py", "from core.db import Database"),
    ("no-web-below", "core/people.py", "import litestar"),
    ("audiences", "web/routes/public.py", "from web.routes import judge"),
    ("judges-blind", "web/routes/judge.py", "from interview import queries"),
    ("judges-blind", "web/routes/judge.py", "from exam import queries"),
    ("judges-blind", "web/tablets.py", "from scoring import queries"),
]

Lint = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts, to plant faults into."""
    folder = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def lint(copy: Path) -> Lint:
    """Check some contracts in the copy."""
    program = Path(sys.executable).parent / "lint-imports"
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}

    def check(*contracts: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, "--no-logo", *(part for contract in contracts for part in ("--contract", contract))],
            cwd=copy, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return check


def test_every_contract_is_kept(lint: Lint) -> None:
    done = lint(*CONTRACTS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED)
def test_a_planted_import_breaks_its_contract(contract: str, path: str, line: str, copy: Path, lint: Lint) -> None:
    planted = copy / path
    before = planted.read_text("utf-8") if "newcomer" not in path else None
    planted.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        done = lint(contract)
    finally:
        if before is None:
            planted.unlink()
        else:
            planted.write_text(before, "utf-8")
    assert done.returncode == 1
    assert f"{CONTRACTS[contract]['name'].split()[0]} " in done.stdout
    assert "BROKEN" in done.stdout


def test_every_contract_has_a_planted_fault() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)


@pytest.mark.parametrize("package", PACKAGES[:-1])
def test_the_rules_of_every_package_are_held_to_be_pure(package: str) -> None:
    """The last layer of each package is its rules; `core.days` alone knows a setting, the time zone."""
    rules = {f"{package}.{name.strip()}" for name in CONTRACTS[package]["layers"][-1].split(":")}
    pure = {module for module in CONTRACTS["rules-pure"]["source_modules"] if module.startswith(f"{package}.")}
    assert rules - {"core.days"} == pure


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_of_every_package_has_its_place(package: str) -> None:
    assert CONTRACTS[package]["containers"] == [package]
    assert CONTRACTS[package]["exhaustive"] is True
